/*
 * The audit under way; private to audit.c and audit_look.c.
 */
#pragma once

#include "audit/audit.h"
#include "audit/settle.h"

struct audit {
	struct audit_params params;
	const struct conf *conf;
	struct store *out;
	struct window *window; /* live only */
	struct twins *twins;   /* live only */
	struct announcements *announcements;
	struct registry *registry;
	struct active_paths *paths;
	struct crossings *crossings;
	struct portal *portal;
	struct leader *leader; /* live only */
	struct merge *merge;   /* live, while leading */
	struct audit_input input;
	struct settled *settled; /* by row of the set */
	struct rec_verdict *rows;
	struct finding_book *book;
	struct sightings sightings;
	const struct rec_finding *const *open;
	size_t open_count;
	uint64_t seq;
	uint64_t looked_us; /* data time of the last look */
	uint64_t told_us;   /* until when maintenance windows were told */
	bool reloaded;      /* not told yet */
	bool leads;
	bool restored; /* what stood in the store was read */
};

/* Judges what was gathered, unless a look has seen it. */
void audit_look(struct audit *a);
