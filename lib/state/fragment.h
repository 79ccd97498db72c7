/*
 * Which flow a later fragment belongs to: a small fixed cache from (source, destination, IP id,
 * protocol, VLAN, link) to the flow of the first fragment (RFC 791 section 3.2, RFC 8200 section
 * 4.5). Nothing is reassembled. Of one worker; bounded: four entries share a line's hash, the
 * oldest gives way, and nothing is remembered longer than FRAGMENT_SECONDS. An entry is known by 64
 * keyed bits; whether the flow is still between those addresses is checked on use.
 *
 * A fragment that comes before its first one finds nothing; it is handed over with the first one,
 * to be counted in the flow then.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "state/flow.h"

enum { FRAGMENT_ENTRIES = 8192, FRAGMENT_WAYS = 4, FRAGMENT_SECONDS = 30 };

struct fragment_table;

/* `flows` is borrowed. With `keep`, frames beyond one per whole datagram are counted per flow, as
 * whoever counts datagrams needs it (captures; grows with the flows). */
struct fragment_table *fragment_table_create(struct flow_table *flows, bool keep,
                                             uint64_t hash_seed);
void fragment_table_destroy(struct fragment_table *t);

/* Frames of a datagram that came before its first fragment. */
struct fragment_early {
	uint32_t packets, bytes;
};

/* A first fragment, its flow and whether it goes against the flow's first packet: a host may talk
 * to itself. Returns what is to be counted in the flow besides this packet. */
struct fragment_early fragment_remember(struct fragment_table *t, const struct packet *p,
                                        uint16_t link, struct flow *f, bool reverse,
                                        uint64_t now_ns);

/* The flow of a later fragment of `wire` bytes, or NULL; `*reverse` tells whether it goes against
 * the flow's first packet. */
struct flow *fragment_find(struct fragment_table *t, const struct packet *p, uint16_t link,
                           uint32_t wire, uint64_t now_ns, bool *reverse);

/* With `keep`: by how many frames each way a flow's packets exceed its datagrams. */
void fragment_extra(const struct fragment_table *t, const struct flow *f, uint64_t extra[2]);

/* All that was ever returned as early: frames that were nobody's when they came. */
void fragment_adopted(const struct fragment_table *t, uint64_t *packets, uint64_t *bytes);

/* Entries that gave way to others before their time. */
uint64_t fragment_evictions(const struct fragment_table *t);
