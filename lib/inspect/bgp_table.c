#include "inspect/bgp_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "inspect/bgp_timers.h"

void
bgp_table_init(struct bgp_table *t)
{
	*t = (struct bgp_table){
		.limit = BGP_CONNECTIONS,
		.session_limit = BGP_SESSIONS,
	};
	bgp_shared_init(&t->shared, BGP_ROUTES);
}

void
bgp_table_fini(struct bgp_table *t)
{
	for (uint32_t i = 0; i < t->count; i++)
		bgp_connection_destroy(t->at[i]);
	for (uint32_t i = 0; i < t->session_count; i++)
		bgp_session_destroy(t->sessions[i]);
	free(t->at);
	free(t->sessions);
	free(t->heard_ns);
	bgp_rules_destroy(t->rules);
	bgp_shared_fini(&t->shared);
}

/* ---- what goes --------------------------------------------------------------------------- */

static void
drop_connection(struct bgp_table *t, uint32_t i)
{
	if (t->at[i]->owner)
		*t->at[i]->owner = NULL;
	bgp_connection_destroy(t->at[i]);
	memmove(t->at + i, t->at + i + 1, (--t->count - i) * sizeof *t->at);
}

/* Connections are rare events, so a walk over all of them is cheap enough. */
static void
forget_quietest_connection(struct bgp_table *t)
{
	uint32_t quietest = 0;

	for (uint32_t i = 1; i < t->count; i++) {
		if (t->at[i]->last_ns < t->at[quietest]->last_ns)
			quietest = i;
	}
	drop_connection(t, quietest);
	t->forgotten++;
}

/* With all its connections. */
static void
forget_quietest_session(struct bgp_table *t)
{
	uint32_t quietest = t->session_count;

	for (uint32_t i = 0; i < t->session_count; i++) {
		const struct bgp_session *s = t->sessions[i];

		if (!s->declared &&
		    (quietest == t->session_count || s->last_ns < t->sessions[quietest]->last_ns))
			quietest = i;
	}
	for (uint32_t i = t->count; i-- > 0;) {
		if (t->at[i]->session == t->sessions[quietest])
			drop_connection(t, i);
	}
	bgp_session_destroy(t->sessions[quietest]);
	memmove(t->sessions + quietest, t->sessions + quietest + 1,
	        (--t->session_count - quietest) * sizeof(struct bgp_session *));
	t->undeclared--;
	t->sessions_forgotten++;
}

/* ---- sessions ---------------------------------------------------------------------------- */

static struct bgp_session *
find_session(const struct bgp_table *t, const struct addr *a, const struct addr *b)
{
	for (uint32_t i = 0; i < t->session_count; i++) {
		struct bgp_session *s = t->sessions[i];

		if ((addr_equal(&s->side[0].ip, a) && addr_equal(&s->side[1].ip, b)) ||
		    (addr_equal(&s->side[0].ip, b) && addr_equal(&s->side[1].ip, a)))
			return s;
	}
	return NULL;
}

static struct bgp_session *
add_session(struct bgp_table *t, const struct addr *peer, const struct addr *cloud)
{
	struct bgp_session *s = bgp_session_create(&t->shared);

	s->side[SIDE_PEER].ip = *peer;
	s->side[SIDE_MSFT].ip = *cloud;
	t->sessions = mem_resize(t->sessions, t->session_count + 1, sizeof(struct bgp_session *));
	t->sessions[t->session_count++] = s;
	return s;
}

struct bgp_session *
bgp_table_find(const struct bgp_table *t, const struct addr ip[2])
{
	return find_session(t, &ip[0], &ip[1]);
}

static void
declare(struct bgp_table *t, size_t link, const struct conf_session *from)
{
	struct bgp_session *s = find_session(t, &from->peer, &from->cloud);

	if (!s)
		s = add_session(t, &from->peer, &from->cloud);
	else
		t->undeclared--;
	if (!addr_equal(&s->side[SIDE_PEER].ip, &from->peer))
		bgp_session_swap(s);
	s->declared = s->settled = true;
	s->link = (uint16_t)link;
	snprintf(s->name, sizeof s->name, "%s", from->name);
}

/* Nothing is declared any more; links are found again by name. */
static void
undeclare(struct bgp_table *t, const struct conf *old, const struct conf *new)
{
	for (uint32_t i = 0; i < t->session_count; i++) {
		struct bgp_session *s = t->sessions[i];
		const struct conf_link *l = NULL;

		if (old && new && s->link < old->link_count)
			l = conf_link_find(new, old->links[s->link].name);
		s->link = l ? (uint16_t)(l - new->links) : FACT_NO_LINK;
		t->undeclared += s->declared;
		s->declared = false;
	}
}

static void
set_rules(struct bgp_table *t, const struct conf *conf)
{
	struct bgp_rules *old = t->rules;

	t->rules = conf ? bgp_rules_create(conf) : NULL;
	t->shared.conf = conf;
	t->shared.pool.rules = t->rules;
	t->shared.pool.registered_count = conf ? conf->registered_count : 0;
	bgp_attrs_judge(t->shared.pool.attrs, t->rules);
	for (uint32_t i = 0; i < t->session_count; i++)
		bgp_session_judge(t->sessions[i]);
	bgp_rules_destroy(old);
}

void
bgp_table_set_conf(struct bgp_table *t, const struct conf *conf)
{
	undeclare(t, t->shared.conf, conf);
	set_rules(t, conf);
	t->heard_links = 0;
	if (!conf)
		return;
	t->session_limit = conf->redis.max_sessions ? conf->redis.max_sessions : BGP_SESSIONS;
	t->heard_ns = mem_resize(t->heard_ns, conf->link_count + 1, sizeof *t->heard_ns);
	memset(t->heard_ns, 0, (conf->link_count + 1) * sizeof *t->heard_ns);
	t->heard_links = (uint32_t)conf->link_count;
	for (size_t l = 0; l < conf->link_count; l++) {
		if (!conf_link_tapped(conf, &conf->links[l]))
			continue;
		for (size_t i = 0; i < conf->links[l].session_count; i++)
			declare(t, l, &conf->links[l].sessions[i]);
	}
}

/* The side that sent what was seen there, and whether that is sure: addresses alone may not be. */
static enum side
side_by_lane(const struct conf *c, const struct lane_id *lane, bool *sure)
{
	*sure = false;
	if (!c || !lane || lane->link >= c->link_count ||
	    lane->member >= c->links[lane->link].member_count)
		return SIDE_UNKNOWN;
	*sure = c->links[lane->link].members[lane->member].by != DIRECTION_BY_SUBNET;
	return lane->dir == DIR_PEER_TO_MSFT ? SIDE_PEER : SIDE_MSFT;
}

static struct bgp_session *
meet(struct bgp_table *t, const struct addr ip[2], const struct lane_id *lane, enum side hint)
{
	bool sure;
	enum side side = side_by_lane(t->shared.conf, lane, &sure);
	bool first_is_msft;
	struct bgp_session *s;

	if (hint != SIDE_UNKNOWN && !sure)
		side = hint;
	first_is_msft = side == SIDE_MSFT;
	if (t->undeclared >= t->session_limit)
		forget_quietest_session(t);
	s = add_session(t, &ip[first_is_msft], &ip[!first_is_msft]);
	t->undeclared++;
	s->settled = sure || hint != SIDE_UNKNOWN;
	if (lane)
		s->link = lane->link;
	else if (t->shared.conf && t->shared.conf->link_count == 1)
		s->link = 0; /* seen where no direction is known */
	bgp_session_name(s);
	return s;
}

void
bgp_table_connect(struct bgp_table *t, struct bgp_connection **owner, const struct addr ip[2],
                  const uint16_t port[2], const struct lane_id *lane, enum side hint)
{
	struct bgp_session *s = find_session(t, &ip[0], &ip[1]);
	struct bgp_connection *c;

	if (!s)
		s = meet(t, ip, lane, hint);
	if (!t->at)
		t->at = mem_alloc(t->limit, sizeof *t->at);
	if (t->count == t->limit)
		forget_quietest_connection(t);
	c = bgp_connection_create(s, !addr_equal(&s->side[SIDE_PEER].ip, &ip[0]));
	for (unsigned i = 0; i < 2; i++) {
		c->side[i].ip = ip[i];
		c->side[i].port = port[i];
	}
	for (unsigned i = 0; s->carried.pending && i < 2; i++)
		if (c->side[i].port == s->carried.port[bgp_connection_side(c, i)])
			bgp_connection_learn(c, i);
	c->owner = owner;
	*owner = t->at[t->count++] = c;
}

/* ---- the clock --------------------------------------------------------------------------- */

void
bgp_table_heard(struct bgp_table *t, uint16_t link, enum direction dir, uint64_t time_ns)
{
	if (link < t->heard_links)
		t->heard_ns[link][dir] = time_ns;
}

void
bgp_table_tick(struct bgp_table *t, uint64_t now_ns)
{
	static const uint64_t nothing[DIR_COUNT];

	if (!t->shared.start_ns)
		t->shared.start_ns = now_ns;
	for (uint32_t i = 0; i < t->session_count; i++) {
		struct bgp_session *s = t->sessions[i];

		bgp_timers_run(s, now_ns,
		               s->link < t->heard_links ? t->heard_ns[s->link] : nothing);
	}
}
