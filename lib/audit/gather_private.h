/*
 * One gathering under way; private to gather*.c. A store that can't be read sets `broken`, and the
 * whole input is then given up; a key of another type is noted in the input (audit/unread.h).
 */
#pragma once

#include "audit/gather.h"
#include "base/hash.h"
#include "base/map.h"

struct gather {
	const struct gather_params *params;
	struct audit_input *in;
	const char *site;
	bool broken;        /* a read failed */
	struct map subnets; /* of in->subnets, by prefix */
	struct hash_key hash;
};

/* Makes room for one more element and returns it zeroed. */
void *gather_grow(void **array, size_t *count, size_t size);
#define GATHER_GROW(array, count) gather_grow((void **)&(array), &(count), sizeof *(array))

/* Since when the counts of this record's writer can be placed in time (audit/window.h). */
uint64_t gather_known_us(const struct gather *g, const struct rec_head *head);
/* After a read of this kind: a store that is away breaks the gathering, a key of another type is
 * noted. */
void gather_check(struct gather *g, enum record_kind kind);
bool gather_get(struct gather *g, enum record_kind kind, const char *id, void *record);
char **gather_ids(struct gather *g, enum record_kind kind, const char *parent, size_t *count);
/* All records of a kind at the selected site. */
void gather_kind(struct gather *g, enum record_kind kind, store_record_fn take);

/* Each part: the contract's places, what the selected site says of them, what follows from all
 * sites. */
void gather_probes_site(struct gather *g);
void gather_probes_end(struct gather *g); /* once `now_us` is known */
void gather_links_begin(struct gather *g);
void gather_links_site(struct gather *g);
void gather_links_end(struct gather *g); /* after the probes' */
void gather_subnets_begin(struct gather *g);
void gather_subnets_site(struct gather *g);
/* Sessions, BFD, members and tokens of the contract's links. */
void gather_peering_begin(struct gather *g);
void gather_peering_site(struct gather *g);
void gather_peering_end(struct gather *g);
/* Signalling. */
void gather_voice_site(struct gather *g);
/* Loss and latency, by scope and side. */
void gather_path_site(struct gather *g);
/* Registered prefixes, and what announcements cover; after gather_peering_end(). */
void gather_routes(struct gather *g);
