/*
 * What the announcements keep; private to announcements*.c.
 */
#pragma once

#include "audit/announcements.h"
#include "base/hash.h"
#include "base/map.h"

/* One side's prefixes of one family. */
struct prefixes {
	struct prefix *at;
	uint64_t *since_us; /* announced, on the session read first */
	uint32_t count, capacity;
	struct map map;
	bool whole; /* what is not here is not announced */
};

enum { FAMILIES = 2 };

/* Registered prefixes of one session. */
struct kept {
	char session[sizeof((struct rec_session *)0)->name];
	uint64_t state; /* of its digests */
	struct input_route *routes;
	size_t count;
};

/* A session's routes against the snapshots and the registered prefixes. */
struct looked_up {
	char session[sizeof((struct rec_session *)0)->name];
	struct input_registry registry;
	double *inside; /* by registered prefix; NULL: not all of its routes were read */
	size_t count;
};

struct announcements {
	struct prefixes of[REC_SIDES][FAMILIES];
	struct hash_key key;
	uint64_t state;          /* of all digests, when it was read last */
	uint64_t announced, seq; /* prefixes said, and the newest epoch, by then */
	bool refused;            /* some of it is in a key of another type */
	struct kept *kept;
	size_t kept_count;
	struct looked_up *looked_up; /* of the sessions of the last reading */
	size_t looked_up_count;
};

enum { KEPT_EPOCHS = 16 }; /* what digests don't tell is read again after these */

/* 0: IPv4, 1: IPv6. */
static inline int
announcements_family(const struct prefix *p)
{
	return addr_is_v4(&p->addr) ? 0 : 1;
}

/* Whether `side` announces just this prefix. */
bool announcements_has(const struct announcements *a, enum side side, const struct prefix *p);
/* Adds one that is not there yet. */
void announcements_add(struct announcements *a, enum side side, const struct prefix *p,
                       uint64_t since_us);
/* Forgets all but the registered prefixes. */
void announcements_clear(struct announcements *a);
