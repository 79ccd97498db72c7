/*
 * What messages say of the roles of addresses (classify/role_rules.h): a table of fixed size, four
 * places for each value of a keyed hash, of which the one quiet for longest makes room. Nothing is
 * allocated after its making; strangers can displace each other, not grow it. The inspector's
 * thread writes; the exporter keeps a second table that takes over what has changed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/hash.h"
#include "classify/role_rules.h"

struct inspection;

enum { EVIDENCE_PLACES = 1 << 16, EVIDENCE_WAYS = 4 };

struct evidence_row {
	struct addr ip;
	bool changed;
	struct role_messages messages; /* last_us 0: a free place */
};

struct evidence {
	struct hash_key key;
	uint32_t places;
	struct evidence_row *rows;        /* [places], untouched until used */
	uint32_t *changed, changed_count; /* places whose rows say so */
	uint64_t displaced;
};

/* `places` is a power of two, EVIDENCE_WAYS or more. */
void evidence_init(struct evidence *e, uint32_t places);
void evidence_fini(struct evidence *e);

/* The address's evidence, made when there is none, seen at `now_us` and to be changed by the
 * caller. Never NULL; valid until the next call. */
struct role_messages *evidence_of(struct evidence *e, const struct addr *ip, uint64_t now_us);
/* NULL: nothing is known. */
const struct role_messages *evidence_get(const struct evidence *e, const struct addr *ip);
/* What has changed in `from` since the last time. */
void evidence_take(struct evidence *to, struct evidence *from);

/* Of who sent this frame, and of who it is for. */
struct role_messages *evidence_sender(struct inspection *in);
struct role_messages *evidence_receiver(struct inspection *in);
/* A hash for sketches. */
uint64_t evidence_hash(const struct inspection *in, const void *bytes, size_t size);
