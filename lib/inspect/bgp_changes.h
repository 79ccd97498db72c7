/*
 * What changed in a table of routes (inspect/bgp_rib.h) and nobody has written down yet, oldest
 * first. Bounded: when too much waits it is all let go, and `anew` says that what stands must be
 * told whole. Attributes of a change are held as long as it waits. One thread; memory grows with
 * what waits and goes when nothing does.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "inspect/bgp_attrs.h"
#include "inspect/bgp_route.h"

enum { BGP_CHANGES_MAX = 1 << 16 };

/* A route that came, changed or went (attrs of a route that went: BGP_ATTRS_NONE, `gone`). */
struct bgp_change {
	struct bgp_route route;
	bool gone, is_new;
};

/* All zero: nothing changed. */
struct bgp_changes {
	struct bgp_change *at; /* oldest first, from `first` */
	uint32_t first, count, room;
	bool anew; /* too many, or the table was emptied: nothing is noted until it is cleared */
};

/* `attrs` is the table that routes' attributes are of. */
void bgp_changes_note(struct bgp_changes *c, struct bgp_attrs_table *attrs,
                      const struct bgp_change *change);
/* The oldest into `*out`, its attributes held for the caller from now on; false: none. */
bool bgp_changes_take(struct bgp_changes *c, struct bgp_change *out);
/* Lets go of all that waits, and of the memory. */
void bgp_changes_drop(struct bgp_changes *c, struct bgp_attrs_table *attrs);
