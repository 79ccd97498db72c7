/*
 * Reads what the audit looks at from a store, for all sites of the contract. Called by the control
 * loop and after a capture, once per turn; records of a kind are read many at once. Counts of
 * probes that started long ago are cut to the window by audit/window.h.
 */
#pragma once

#include "audit/announcements.h"
#include "audit/input.h"
#include "audit/twins.h"
#include "audit/window.h"
#include "store/store.h"

struct gather_params {
	const struct conf *conf;
	struct store *store;
	struct window *window;               /* NULL: counts as they stand (captures) */
	struct twins *twins;                 /* NULL: each probe writes alone (captures) */
	struct announcements *announcements; /* NULL: routes are not looked at */
	const struct registry *registry;     /* NULL: origins are not looked up */
	uint64_t now_us;                     /* wall clock; 0: the newest epoch's end (captures) */
	uint64_t min_time_us;
	bool capture;
	bool once; /* live, and no look follows */
};

/* Fills `in`, to be freed with audit_input_fini. False: the store could not be read
 * (store_error), `in` is then empty. */
bool audit_gather(const struct gather_params *params, struct audit_input *in);
void audit_input_fini(struct audit_input *in);
