#include "path/lookup.h"

#include <stdlib.h>

#include "base/mem.h"
#include "measure/meter.h"
#include "state/lpm.h"

static bool
holds(const struct prefix *outer, const struct prefix *inner)
{
	return addr_is_v4(&outer->addr) == addr_is_v4(&inner->addr) && outer->len <= inner->len &&
	       prefix_contains(outer, &inner->addr);
}

/* A declared subnet of that side holds all of it. The longest one at its first address may lie
 * inside it instead; then there may still be one around both. */
static bool
is_declared(const struct plan *plan, unsigned side, const struct prefix *p)
{
	const struct conf *c = plan->conf;
	uint32_t found = lpm_find(plan->side_lpm[side], &p->addr);

	if (!found || c->subnets[found - 1].prefix.len <= p->len)
		return found != 0;
	for (size_t i = 0; i < c->subnet_count; i++)
		if (c->subnets[i].side == (enum side)side && holds(&c->subnets[i].prefix, p))
			return true;
	return false;
}

static struct lpm *
build(const struct plan *plan, unsigned side, const struct prefix *announced, size_t count,
      size_t *taken)
{
	const struct conf *c = plan->conf;
	struct lpm_entry *entries = mem_alloc(count + c->subnet_count + 1, sizeof *entries);
	size_t n = 0;
	struct lpm *lpm;

	for (size_t i = 0; i < count; i++)
		if (!is_declared(plan, side, &announced[i]))
			entries[n++] = (struct lpm_entry){announced[i], SUBNET_ANNOUNCED};
	*taken = n;
	/* of equal prefixes the last counts, as in the plan */
	for (size_t i = 0; i < c->subnet_count; i++)
		if (c->subnets[i].side == (enum side)side)
			entries[n++] = (struct lpm_entry){c->subnets[i].prefix, (uint32_t)i + 1};
	lpm = lpm_create(entries, n);
	free(entries);
	return lpm;
}

struct lookup *
lookup_create(const struct plan *plan, const struct prefix *const announced[2],
              const size_t count[2])
{
	struct lookup *l = mem_alloc(1, sizeof *l);

	l->plan = plan->generation;
	for (unsigned side = 0; side < 2; side++)
		l->side[side] =
			build(plan, side, announced[side], count[side], &l->announced[side]);
	return l;
}

void
lookup_destroy(struct lookup *l)
{
	if (!l)
		return;
	lpm_destroy(l->side[0]);
	lpm_destroy(l->side[1]);
	free(l);
}
