#include "inspect/bgp_wrong.h"

void
bgp_wrong_add(struct bgp_wrong_routes all[BGP_WRONG_COUNT], uint8_t wrong, const struct prefix *p)
{
	for (unsigned i = 0; i < BGP_WRONG_COUNT; i++) {
		struct bgp_wrong_routes *w = &all[i];

		if (!(wrong >> i & 1))
			continue;
		w->count++;
		if (w->named_count < BGP_WRONG_NAMED)
			w->named[w->named_count++] = *p;
	}
}

/* Its place in the names, or named_count. */
static uint32_t
find(const struct bgp_wrong_routes *w, const struct prefix *p)
{
	uint32_t i = 0;

	while (i < w->named_count && !prefix_equal(&w->named[i], p))
		i++;
	return i;
}

void
bgp_wrong_remove(struct bgp_wrong_routes all[BGP_WRONG_COUNT], uint8_t wrong,
                 const struct prefix *p)
{
	for (unsigned i = 0; i < BGP_WRONG_COUNT; i++) {
		struct bgp_wrong_routes *w = &all[i];
		uint32_t at;

		if (!(wrong >> i & 1))
			continue;
		w->count--;
		at = find(w, p);
		if (at == w->named_count)
			continue;
		w->named[at] = w->named[--w->named_count];
		w->searched = false;
	}
}

bool
bgp_wrong_is_named(const struct bgp_wrong_routes *w)
{
	uint32_t want = w->count < BGP_WRONG_NAMED ? w->count : BGP_WRONG_NAMED;

	return w->named_count == want;
}

void
bgp_wrong_add_name(struct bgp_wrong_routes *w, const struct prefix *p)
{
	if (find(w, p) == w->named_count)
		w->named[w->named_count++] = *p;
}

const char *
bgp_wrong_name(enum bgp_wrong wrong)
{
	static const char *const names[BGP_WRONG_COUNT] = {
		[BGP_WRONG_BOGON] = "bogon",
		[BGP_WRONG_SPECIAL_AS] = "special AS",
		[BGP_WRONG_CLOUD_AS] = "cloud's AS",
		[BGP_WRONG_CLOUD_SPACE] = "cloud's space",
		[BGP_WRONG_FOREIGN_ORIGIN] = "foreign origin",
		[BGP_WRONG_TAGGED] = "8075:8007 unregistered",
		[BGP_WRONG_EXPRESSROUTE] = "AS 12076",
	};

	return names[wrong];
}
