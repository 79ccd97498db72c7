#include "inspect/bgp_fill.h"

#include <stdio.h>

#include "base/clock.h"
#include "inspect/bgp_connection.h"
#include "inspect/bgp_session_private.h"

static struct bgp_side *
side_of(const struct bgp_fill *f)
{
	return &f->session->side[f->side];
}

/* The connection was seen to begin after the table was taken: that is of another one. */
static bool
is_older(const struct bgp_session *s, uint64_t as_of_us)
{
	return s->current && bgp_connection_is_whole(s->current) &&
	       s->current->first_ns / NS_PER_US > as_of_us;
}

void
bgp_fill_begin(struct bgp_fill *f, struct bgp_session *s, unsigned side,
               const struct bgp_seed *from)
{
	*f = (struct bgp_fill){.session = is_older(s, from->as_of_us) ? NULL : s,
	                       .side = side,
	                       .seed = *from,
	                       .takes = s->takes};
	if (!f->session)
		return;
	/* what is withdrawn meanwhile contradicts nothing yet */
	side_of(f)->seeded = BGP_BASIS_NONE;
	/* it would be moved whole, and more than once, while it grows */
	if (bgp_rib_count(from->rib) > bgp_rib_count(&side_of(f)->rib))
		bgp_rib_reserve(&side_of(f)->rib, bgp_rib_count(from->rib));
	bgp_rib_copy_begin(&side_of(f)->rib, BGP_READER_FILL);
	bgp_rib_copy_begin(from->rib, BGP_READER_FILL);
}

/* Announced before the table was taken, and not in it; a dump of one family says nothing of the
 * other. */
static void
compare(void *context, const struct bgp_route *route)
{
	struct bgp_fill *f = context;

	if (route->time_us < f->seed.as_of_us && f->seed.rib->standing[route->afi - BGP_AFI_IPV4] &&
	    !bgp_rib_same(f->seed.rib, route))
		f->disagreed++;
}

/* What the wire said of the prefix since is newer. */
static void
fill_up(void *context, const struct bgp_route *route)
{
	struct bgp_fill *f = context;
	struct bgp_side *side = side_of(f);
	const struct bgp_route *gone = bgp_rib_same(&side->gone, route);
	struct bgp_nlri n = {
		.prefix = bgp_route_prefix(route), .rd = route->rd, .path_id = route->path_id};

	if (bgp_rib_same(&side->rib, route) || (gone && gone->time_us > f->seed.as_of_us))
		return;
	bgp_rib_add(&side->rib, route->afi, route->safi, &n, route->attrs, route->time_us);
}

/* Its own table changes between two slices, and may have to be looked at once more. */
static bool
compare_more(struct bgp_fill *f, uint32_t slots)
{
	struct bgp_rib *rib = &side_of(f)->rib;

	if (bgp_rib_copy(rib, BGP_READER_FILL, slots, compare, f))
		return true;
	if (!rib->copy[BGP_READER_FILL].torn)
		return false;
	f->disagreed = 0;
	bgp_rib_copy_begin(rib, BGP_READER_FILL);
	return true;
}

static void
finish(struct bgp_fill *f, uint64_t time_ns)
{
	struct bgp_session *s = f->session;
	struct bgp_side *side = side_of(f);

	side->seeded = f->seed.basis;
	side->as = f->seed.as;
	side->seed_disagreed = f->disagreed;
	snprintf(side->source, sizeof side->source, "%s", f->seed.source);
	side->seed_faults = 0;
	for (unsigned i = 0; s->current && i < 2; i++)
		if (bgp_connection_side(s->current, i) == f->side)
			side->seed_faults = bgp_connection_faults(s->current, i);
	if (s->current) {
		bgp_session_assess(s, s->current, time_ns);
	} else if (side->completeness != f->seed.as) {
		side->completeness = f->seed.as;
		side->completeness_ns = time_ns;
	}
}

bool
bgp_fill_step(struct bgp_fill *f, uint32_t slots, uint64_t time_ns)
{
	if (f->session && f->session->takes != f->takes)
		f->session = NULL;
	if (!f->session)
		return false;
	if (!f->compared) {
		f->compared = !compare_more(f, slots);
		return true;
	}
	if (bgp_rib_copy(f->seed.rib, BGP_READER_FILL, slots, fill_up, f))
		return true;
	finish(f, time_ns);
	f->session = NULL;
	return false;
}

void
bgp_fill_whole(struct bgp_session *s, unsigned side, const struct bgp_seed *from, uint64_t time_ns)
{
	struct bgp_fill f;

	bgp_fill_begin(&f, s, side, from);
	while (bgp_fill_step(&f, UINT32_MAX, time_ns))
		;
}
