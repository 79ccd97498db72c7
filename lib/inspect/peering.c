#include "inspect/peering.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static_assert(sizeof(struct lacp_row) == 28, "no padding");
static_assert(sizeof(struct bfd_row) == 52, "no padding");
static_assert(sizeof(struct lldp_row) == 6 + 3 * PEERING_NAME_SIZE + 2, "no padding");

void
peering_init(struct peering *p)
{
	*p = (struct peering){.bgp = {.limit = PEERING_SESSIONS, .room = PEERING_ROUTES}};
	seen_init(&p->lacp, sizeof(struct lacp_row), PEERING_TUPLES);
	seen_init(&p->bfd, sizeof(struct bfd_row), PEERING_TUPLES);
	seen_init(&p->lldp, sizeof(struct lldp_row), PEERING_TUPLES);
}

void
peering_fini(struct peering *p)
{
	for (uint32_t i = 0; i < p->bgp.count; i++)
		bgp_session_destroy(p->bgp.at[i]);
	free(p->bgp.at);
	seen_fini(&p->lacp);
	seen_fini(&p->bfd);
	seen_fini(&p->lldp);
}

/* Sessions are rare events, so a walk over all of them is cheap enough. */
static void
forget_quietest(struct peering *p)
{
	struct bgp_session **at = p->bgp.at;
	uint32_t quietest = 0;

	for (uint32_t i = 1; i < p->bgp.count; i++) {
		if (at[i]->last_ns < at[quietest]->last_ns)
			quietest = i;
	}
	if (at[quietest]->owner)
		*at[quietest]->owner = NULL;
	bgp_session_destroy(at[quietest]);
	memmove(at + quietest, at + quietest + 1, (--p->bgp.count - quietest) * sizeof *at);
	p->bgp.forgotten++;
}

void
peering_session_add(struct peering *p, struct bgp_session **owner)
{
	if (!p->bgp.at)
		p->bgp.at = mem_alloc(p->bgp.limit, sizeof *p->bgp.at);
	if (p->bgp.count == p->bgp.limit)
		forget_quietest(p);
	*owner = bgp_session_create(&p->bgp.room);
	(*owner)->owner = owner;
	p->bgp.at[p->bgp.count++] = *owner;
}
