#include "inspect/peering.h"

#include <assert.h>
#include <stdio.h>

#include "base/clock.h"

static_assert(sizeof(struct lacp_row) == 28, "no padding");
static_assert(sizeof(struct bfd_row) == 52, "no padding");
static_assert(sizeof(struct lldp_row) == 6 + 3 * PEERING_NAME_SIZE + 2, "no padding");

void
peering_init(struct peering *p)
{
	*p = (struct peering){0};
	bgp_table_init(&p->bgp);
	bfd_table_init(&p->sessions);
	seen_init(&p->lacp, sizeof(struct lacp_row), PEERING_TUPLES);
	seen_init(&p->bfd, sizeof(struct bfd_row), PEERING_TUPLES);
	seen_init(&p->lldp, sizeof(struct lldp_row), PEERING_TUPLES);
}

void
peering_fini(struct peering *p)
{
	bgp_table_fini(&p->bgp);
	interconnect_fini(&p->links);
	bfd_table_fini(&p->sessions);
	seen_fini(&p->lacp);
	seen_fini(&p->bfd);
	seen_fini(&p->lldp);
}

const struct bgp_session *
peering_guarded(const struct peering *p, const struct bfd_session *s)
{
	for (uint32_t i = 0; i < p->bgp.session_count; i++) {
		const struct bgp_session *bgp = p->bgp.sessions[i];

		for (unsigned side = 0; side < BFD_SIDES; side++)
			if (addr_equal(&bgp->side[0].ip, &s->ip[side]) &&
			    addr_equal(&bgp->side[1].ip, &s->ip[!side]))
				return bgp;
	}
	return NULL;
}

/* What an OPEN tells lives as long as it is known; routers are replaced. */
static void
note_bgp(struct interconnect *ic, const struct bgp_session *s)
{
	for (unsigned side = 0; s->link < ic->link_count && side < 2; side++) {
		struct tokens *t = &ic->links[s->link].tokens[side];
		const uint8_t *id = s->side[side].open.id;
		char text[16];

		if (s->down_ns)
			tokens_outage(t, s->down_ns / NS_PER_US);
		if (!s->side[side].basis)
			continue;
		snprintf(text, sizeof text, "%u.%u.%u.%u", id[0], id[1], id[2], id[3]);
		token_add(&t->bgp_ids, text);
		token_add(&t->hostnames, s->side[side].hostname);
	}
}

void
peering_refresh(struct peering *p)
{
	interconnect_refresh(&p->links);
	for (uint32_t i = 0; i < p->bgp.session_count; i++)
		note_bgp(&p->links, p->bgp.sessions[i]);
}
