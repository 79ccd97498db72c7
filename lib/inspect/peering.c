#include "inspect/peering.h"

#include <assert.h>
#include <stdio.h>

#include "base/clock.h"

static_assert(sizeof(struct lacp_row) == 28, "no padding");
static_assert(sizeof(struct bfd_row) == 52, "no padding");
static_assert(sizeof(struct lldp_row) == 6 + 3 * PEERING_NAME_SIZE + 2, "no padding");

/* Seconds by which `at_ns` lies before `time_ns`, when the one may be the other's cause: within the
 * hold time, after which BGP notices by itself at the latest. */
static bool
lies_before(const struct bgp_session *s, uint64_t at_ns, uint64_t time_ns, double *seconds)
{
	bool known;
	uint64_t window_ns = (bgp_session_hold_s(s, &known) + 1u) * NS_PER_S;

	if (!at_ns || at_ns > time_ns || time_ns - at_ns > window_ns)
		return false;
	*seconds = (double)(time_ns - at_ns) / (double)NS_PER_S;
	return true;
}

/* The bundle lost its last member, or one of them. */
static void
tell_lacp(const struct peering *p, const struct bgp_session *s, uint64_t time_ns, char *to,
          size_t size)
{
	const struct link_watch *l =
		s->link < p->links.link_count ? &p->links.links[s->link] : NULL;
	double seconds;
	bool spoken;

	for (size_t i = 0; l && i < l->member_count; i++) {
		if (!lies_before(s, l->members[i].lacp.down_ns, time_ns, &seconds))
			continue;
		snprintf(to, size, "; LACP: member %zu%s left %.1f s before", i,
		         link_watch_distributing(l, &spoken) ? "" : ", the last,", seconds);
		return;
	}
}

static void
tell_beside(void *context, const struct bgp_session *s, uint64_t time_ns, char *to, size_t size)
{
	const struct peering *p = context;
	double seconds;

	for (uint32_t i = 0; i < p->sessions.count; i++) {
		const struct bfd_session *b = &p->sessions.at[i];

		if (peering_guarded(p, b) != s || !lies_before(s, b->down_ns, time_ns, &seconds))
			continue;
		snprintf(to, size, "; BFD down %.3f s before", seconds);
		return;
	}
	tell_lacp(p, s, time_ns, to, size);
}

void
peering_init(struct peering *p)
{
	*p = (struct peering){0};
	bgp_table_init(&p->bgp);
	p->bgp.shared.beside = tell_beside;
	p->bgp.shared.beside_context = p;
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

/* Customers have BGP sessions across the interconnect: what their routers say of themselves is
 * nothing of the link's. */
static bool
is_of_link(const struct peering *p, const struct bgp_session *s)
{
	const struct conf *c = p->bgp.shared.conf;

	if (s->declared)
		return true;
	return c && s->link < c->link_count && !c->links[s->link].session_count &&
	       bgp_session_is_direct(s);
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
		if (is_of_link(p, p->bgp.sessions[i]))
			note_bgp(&p->links, p->bgp.sessions[i]);
}

void
peering_forgive(struct peering *p, uint64_t now_ns)
{
	for (size_t l = 0; l < p->links.link_count; l++)
		for (size_t m = 0; m < p->links.links[l].member_count; m++)
			lacp_member_forgive(&p->links.links[l].members[m].lacp, now_ns);
	for (uint32_t i = 0; i < p->sessions.count; i++)
		bfd_session_forgive(&p->sessions.at[i], now_ns);
}
