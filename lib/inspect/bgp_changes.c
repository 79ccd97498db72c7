#include "inspect/bgp_changes.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { ROOM_MIN = 64 };

void
bgp_changes_drop(struct bgp_changes *c, struct bgp_attrs_table *attrs)
{
	for (uint32_t i = 0; i < c->count; i++)
		bgp_attrs_drop(attrs, c->at[c->first + i].route.attrs);
	free(c->at);
	c->at = NULL;
	c->first = c->count = c->room = 0;
}

/* Those that were taken leave their places to new ones, unless too few were. */
static void
make_room(struct bgp_changes *c)
{
	if (c->first + c->count < c->room)
		return;
	if (c->first)
		memmove(c->at, c->at + c->first, c->count * sizeof *c->at);
	c->first = 0;
	if (c->count * 2 < c->room)
		return;
	c->room = c->room ? c->room * 2 : ROOM_MIN;
	c->at = mem_resize(c->at, c->room, sizeof *c->at);
}

void
bgp_changes_note(struct bgp_changes *c, struct bgp_attrs_table *attrs,
                 const struct bgp_change *change)
{
	struct bgp_change *to;

	if (c->anew)
		return;
	if (c->count == BGP_CHANGES_MAX) {
		bgp_changes_drop(c, attrs);
		c->anew = true;
		return;
	}
	make_room(c);
	to = &c->at[c->first + c->count++];
	*to = *change;
	if (change->gone)
		to->route.attrs = BGP_ATTRS_NONE;
	bgp_attrs_hold(attrs, to->route.attrs);
}

bool
bgp_changes_take(struct bgp_changes *c, struct bgp_change *out)
{
	if (!c->count)
		return false;
	*out = c->at[c->first++];
	if (--c->count == 0) {
		free(c->at);
		c->at = NULL;
		c->first = c->room = 0;
	}
	return true;
}
