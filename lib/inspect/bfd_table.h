/*
 * The BFD sessions of an interconnect: found by their two addresses and link, a micro-BFD session
 * (RFC 7130) by its member. Bounded: when there is no room, one that only a single side has ever
 * spoken in, or that is quiet for minutes, gives way; a declared one never, and what finds no place
 * is counted. One thread.
 */
#pragma once

#include <stdint.h>

#include "base/hash.h"
#include "inspect/bfd_session.h"
#include "inspect/witness.h"
#include "proto/packet.h"
#include "snap/snap.h"

enum {
	BFD_SESSIONS = 1024,
	BFD_HAND = 8, /* places looked at for one that gives way */
	BFD_QUIET_S = 300,
};

struct bfd_table {
	struct bfd_session *at; /* [count] */
	uint32_t *buckets;
	uint32_t count, hand;
	struct hash_key key;
	uint64_t refused, forgotten;
	struct witness witness; /* of any session */
};

void bfd_table_init(struct bfd_table *t);
void bfd_table_fini(struct bfd_table *t);

/* The session of a packet, made when it is new, and the side that sent it: by its lane, else by the
 * contract's sessions. NULL: the side is not known, or there is no room (counted). */
struct bfd_session *bfd_table_find(struct bfd_table *t, const struct conf *conf,
                                   const struct lane_id *lane, const struct packet *p,
                                   enum bfd_kind kind, uint64_t now_ns, unsigned *side);
/* The session with an end at `ip` on that link: whose echo this is. NULL: none. */
struct bfd_session *bfd_table_find_end(struct bfd_table *t, uint16_t link, const struct addr *ip);
/* After a reload: links by name; sessions of links that are no more are forgotten. */
void bfd_table_set_conf(struct bfd_table *t, const struct conf *before, const struct conf *after);
