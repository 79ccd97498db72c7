/*
 * By what the routers at the two ends of a link are told apart (requirements R6): names and
 * addresses that they give away, each in a short list, and the clock behind the TCP timestamps of
 * their BGP sockets. What finds no room in a list is counted: a liar's names don't grow. One
 * thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "inspect/token_ids.h"

enum { TOKEN_SIZE = 65, TOKEN_MAX = 8, TOKEN_OUTAGES = 8 };

/* Different texts, ascending. */
struct token_list {
	char at[TOKEN_MAX][TOKEN_SIZE];
	unsigned count;
	uint64_t beyond; /* sightings that found no room */
};

/* What a router sends itself has the TTL that it began with, where the tap is at its port: 1 or 255
 * for a neighbour (RFC 5082), or what systems put into any packet. */
static inline bool
token_ttl_is_first(uint8_t ttl)
{
	return ttl == 1 || ttl == 64 || ttl == 128 || ttl == 255;
}

/* Empty texts are none. Returns whether it stands in the list now. */
bool token_add(struct token_list *l, const char *text);
void token_add_mac(struct token_list *l, const uint8_t mac[6]);
/* Comma-separated; a text that does not fit whole is left out. */
void token_join(const struct token_list *l, char *to, size_t size);

/*
 * The clock behind the TCP timestamps of one connection (RFC 7323 section 5.4: 1 ms to 1 s a tick).
 * Routers that count since boot give the same zero on all their links; senders with an offset of
 * its own per connection (RFC 7323 section 5.4's advice since Linux 4.10) do not, so equal clocks
 * are evidence and different ones are none.
 */
struct token_clock {
	uint64_t connection; /* a number of its own; 0: none yet */
	uint64_t first_ns, last_ns;
	uint32_t first_ts, last_ts;
	uint64_t ticks; /* from first to last, over wraps */
	uint64_t samples;
};

/* A segment's TSval. Another connection begins anew only when the old one is over (silent for a
 * minute), so that two sessions on a link don't take turns. False: it is of such another one. */
bool token_clock_add(struct token_clock *c, uint64_t connection, uint64_t now_ns, uint32_t ts);
/* False: not enough samples, or not long enough (10 s). `*hz` measured, `*offset_s` the zero of the
 * clock since the epoch by its nominal rate, `*error_s` half-width of what it can be. */
bool token_clock_read(const struct token_clock *c, double *hz, double *offset_s, double *error_s);

/* Two connections, and both tell one zero: their clock is the router's, not the connection's. */
bool token_clocks_agree(const struct token_clock *a, const struct token_clock *b);

/* One side of a link. */
struct tokens {
	struct token_list bgp_ids, hostnames, lacp_systems, lldp_chassis, lldp_names, cdp_devices;
	struct token_list macs;             /* sources of BGP, BFD, ARP and ND */
	struct token_list link_locals;      /* IPv6 */
	struct token_clock clock, other;    /* of two connections, where there are two */
	struct token_ids ids;               /* IPv4 */
	uint64_t outages_us[TOKEN_OUTAGES]; /* begins of the last ones, oldest first */
	unsigned outage_count;
};

/* An outage that this side caused, or saw. Those within a second of the one before are the same. */
void tokens_outage(struct tokens *t, uint64_t us);
