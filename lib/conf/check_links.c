#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "conf/check.h"
#include "conf/differ.h"
#include "conf/quantity.h"

static bool
check_link_site(struct loader *l, struct conf_link *link)
{
	const struct conf *c = l->conf;

	if (origin_find(l->memory, &link->site))
		return true;
	if (origin_find(l->memory, &link->role))
		return load_fail_at(l, &link->role,
		                    "link \"%s\" has a role without a site; write site = \"%s\"",
		                    link->name, c->sites[0].name);
	if (c->site_count > 1)
		return load_fail_at(l, &link->name, "link \"%s\" has no site; write site = \"%s\"",
		                    link->name, c->sites[0].name);
	return true;
}

static bool
check_tap(struct loader *l, const struct conf_link *link)
{
	const struct conf *c = l->conf;

	if (!link->tap_probe || !c->probe.id || strcmp(link->tap_probe, c->probe.id) != 0)
		return true;
	if (strcmp(c->sites[link->site].name, c->probe.site) == 0)
		return true;
	return load_fail_at(l, &link->tap_probe,
	                    "link \"%s\" at site \"%s\" is tapped by this probe, which stands at "
	                    "\"%s\"; the same site would be right",
	                    link->name, c->sites[link->site].name, c->probe.site);
}

static bool
check_direction(struct loader *l, const struct conf_link *link, struct conf_member *m)
{
	const void *at = origin_find(l->memory, &m->by) ? (void *)&m->by : (void *)&m->both;
	bool given = origin_find(l->memory, &m->by) || m->mac_count ||
	             origin_find(l->memory, &m->vlan[0]) || origin_find(l->memory, &m->vlan[1]);

	if (!m->both && given)
		return load_fail_at(l, &m->speed_bps,
		                    "a member of link \"%s\" has a direction but no port for both; "
		                    "write both = \"PORT\", or leave direction out",
		                    link->name);
	if (!m->both)
		return true;
	if (!origin_find(l->memory, &m->by))
		m->by = DIRECTION_BY_SUBNET;
	if (m->by == DIRECTION_BY_PORT)
		return load_fail_at(l, at,
		                    "direction by port needs two ports; by = \"mac\", "
		                    "\"subnet\" or \"vlan\" would be right");
	if (m->by == DIRECTION_BY_MAC && m->mac_count == 0)
		return load_fail_at(l, at,
		                    "direction by mac has no addresses; write macs = [ "
		                    "\"02:00:00:00:00:01\" ], those of the peer's side");
	if (m->by == DIRECTION_BY_VLAN && m->vlan[0] == m->vlan[1])
		return load_fail_at(l, at,
		                    "direction by vlan has one VLAN for both directions; write "
		                    "vlans = { peer_to_msft = 101; msft_to_peer = 102; }");
	return true;
}

static bool
check_member_ports(struct loader *l, const struct conf_link *link, const struct conf_member *m)
{
	bool any = m->both || m->port[0] || m->port[1];

	if (link->tap == TAP_NONE && any)
		return load_fail_at(
			l, &m->speed_bps,
			"link \"%s\" is not tapped (tap kind \"none\"), but a member has "
			"ports; leave one of both out",
			link->name);
	if (link->tap == TAP_NONE)
		return true;
	if (m->both && (m->port[0] || m->port[1]))
		return load_fail_at(
			l, &m->both,
			"a member of link \"%s\" has both and a port per direction; one "
			"of the two ways would be right",
			link->name);
	if (m->both)
		return true;
	for (int d = 0; d < DIR_COUNT; d++)
		if (!m->port[d])
			return load_fail_at(
				l, &m->speed_bps,
				"a member of link \"%s\" has no port %s; write %s = "
				"\"0000:3b:00.0\", or both = \"PORT\" for a mirror port",
				link->name, direction_name(d), direction_name(d));
	return true;
}

static bool
check_bandwidth(struct loader *l, const struct conf_link *link)
{
	char declared[QUANTITY_TEXT_SIZE], members[QUANTITY_TEXT_SIZE];
	uint64_t sum = 0;

	for (size_t i = 0; i < link->member_count; i++) {
		sum += link->members[i].speed_bps;
		if (link->members[i].speed_bps != link->members[0].speed_bps)
			log_warning("conf", "%s: link \"%s\" has members of different speeds",
			            load_place(l, &link->members[i].speed_bps), link->name);
	}
	if (!link->bandwidth_bps || link->bandwidth_bps == sum)
		return true;
	quantity_format((double)link->bandwidth_bps, "bps", declared);
	quantity_format((double)sum, "bps", members);
	if (link->bandwidth_bps > sum)
		return load_fail_at(
			l, &link->bandwidth_bps,
			"bandwidth of link \"%s\" is %s, its members carry %s; their sum "
			"would be right",
			link->name, declared, members);
	log_warning("conf", "%s: bandwidth of link \"%s\" is %s, less than the %s of its members",
	            load_place(l, &link->bandwidth_bps), link->name, declared, members);
	return true;
}

static bool
check_session(struct loader *l, const struct conf_link *link, const struct conf_session *s)
{
	if (addr_is_v4(&s->peer) != addr_is_v4(&s->cloud))
		return load_fail_at(
			l, &s->cloud,
			"session \"%s\" of link \"%s\" mixes IPv4 and IPv6; two addresses "
			"of one family would be right",
			s->name, link->name);
	if (addr_equal(&s->peer, &s->cloud))
		return load_fail_at(l, &s->cloud,
		                    "session \"%s\" of link \"%s\" has one address for both sides; "
		                    "the cloud's own would be right",
		                    s->name, link->name);
	return true;
}

static bool
check_link(struct loader *l, struct conf_link *link)
{
	if (link->member_count == 0)
		return load_fail_at(l, &link->members,
		                    "link \"%s\" has no members; write members = ( { speed = "
		                    "\"100G\"; … } )",
		                    link->name);
	if (!check_link_site(l, link) || !check_tap(l, link) || !check_bandwidth(l, link))
		return false;
	for (size_t i = 0; i < link->member_count; i++)
		if (!check_member_ports(l, link, &link->members[i]) ||
		    !check_direction(l, link, &link->members[i]))
			return false;
	for (size_t i = 0; i < link->session_count; i++)
		if (!check_session(l, link, &link->sessions[i]))
			return false;
	return true;
}

static bool
links_are_sound(struct loader *l)
{
	struct conf *c = l->conf;
	bool tapped = false;

	if (c->link_count == 0)
		return load_fail_at(l, &c->links, "links is empty; write at least one link");
	for (size_t i = 0; i < c->link_count; i++) {
		if (!check_link(l, &c->links[i]))
			return false;
		tapped |= c->links[i].tap != TAP_NONE;
	}
	if (!tapped)
		return load_fail_at(l, &c->links, "no link is tapped; write the ports of one");
	return differ_names(l, "link", c->links, sizeof *c->links, c->link_count);
}

/* Whether every frame of a shared mirror port belongs to one of both members. */
static bool
told_apart(const struct conf_member *a, const struct conf_member *b)
{
	if (a->by != b->by || a->by == DIRECTION_BY_SUBNET)
		return false;
	if (a->by == DIRECTION_BY_VLAN)
		return a->vlan[0] != b->vlan[0] && a->vlan[0] != b->vlan[1] &&
		       a->vlan[1] != b->vlan[0] && a->vlan[1] != b->vlan[1];
	for (size_t i = 0; i < a->mac_count; i++)
		for (size_t j = 0; j < b->mac_count; j++)
			if (memcmp(a->macs[i], b->macs[j], sizeof a->macs[i]) == 0)
				return false;
	return true;
}

/* The same name is the same port only on one host; a broker's port may carry several members. */
static const char *
ports_clash(const struct differ_use *a, const struct differ_use *b)
{
	bool probes = a->link->tap_probe && b->link->tap_probe;

	if (probes ? strcmp(a->link->tap_probe, b->link->tap_probe) != 0
	           : a->link->site != b->link->site)
		return NULL;
	if (!a->member->both || !b->member->both)
		return "each port once";
	return told_apart(a->member, b->member) ? NULL : "VLANs or MAC addresses of its own";
}

static const char *
sessions_clash(const struct differ_use *a, const struct differ_use *b)
{
	(void)a;
	(void)b;
	return "each session once";
}

static bool
check_ports_differ(struct loader *l)
{
	struct differ u = {0};
	bool ok;

	for (size_t i = 0; i < l->conf->link_count; i++) {
		const struct conf_link *link = &l->conf->links[i];

		for (size_t j = 0; j < link->member_count; j++) {
			const struct conf_member *m = &link->members[j];

			differ_add(&u, &m->port[0], link, m);
			differ_add(&u, &m->port[1], link, m);
			differ_add(&u, &m->both, link, m);
		}
	}
	ok = differ_uses(l, "port", &u, ports_clash);
	free(u.at);
	return ok;
}

static bool
check_sessions_differ(struct loader *l)
{
	struct differ u = {0};
	bool ok;

	for (size_t i = 0; i < l->conf->link_count; i++) {
		const struct conf_link *link = &l->conf->links[i];

		for (size_t j = 0; j < link->session_count; j++)
			differ_add(&u, &link->sessions[j].name, link, NULL);
	}
	ok = differ_uses(l, "session", &u, sessions_clash);
	free(u.at);
	return ok;
}

bool
check_links(struct loader *l)
{
	return links_are_sound(l) && check_ports_differ(l) && check_sessions_differ(l);
}
