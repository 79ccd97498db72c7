#include "conf/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "conf/differ.h"
#include "conf/quantity.h"

/* ---- names ---- */

static bool
site_known(const struct conf *c, const char *name)
{
	for (size_t i = 0; i < c->site_count; i++)
		if (strcmp(c->sites[i].name, name) == 0)
			return true;
	return false;
}

static bool
check_site_name(struct loader *l, const char *const *field)
{
	const struct conf *c = l->conf;
	const char *known = "";

	if (!*field || site_known(c, *field))
		return true;
	for (size_t i = 0; i < c->site_count; i++)
		known = arena_printf(&l->memory->arena, "%s%s\"%s\"", known, i ? ", " : "",
		                     c->sites[i].name);
	return load_fail_at(l, field, "site \"%s\" is not in sites; known: %s", *field, known);
}

static bool
check_sites(struct loader *l)
{
	struct conf *c = l->conf;

	if (c->site_count == 0)
		return load_fail_at(l, &c->sites, "sites is empty; write at least one site");
	for (size_t i = 0; i < c->site_count; i++)
		if (!c->sites[i].metro)
			c->sites[i].metro = c->sites[i].name;
	return differ_names(l, "site", c->sites, sizeof *c->sites, c->site_count);
}

static bool
check_probe(struct loader *l)
{
	struct conf *c = l->conf;

	if (!c->probe.id)
		return true;
	if (!c->probe.site && c->site_count > 1)
		return load_fail_at(l, &c->probe.id,
		                    "probe \"%s\" has no site; write site = \"%s\"", c->probe.id,
		                    c->sites[0].name);
	if (!c->probe.site)
		c->probe.site = c->sites[0].name;
	return check_site_name(l, &c->probe.site);
}

/* ---- links ---- */

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
check_links(struct loader *l)
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

static bool
check_ports_differ(struct loader *l)
{
	struct differ u = {0};
	bool ok;

	for (size_t i = 0; i < l->conf->link_count; i++) {
		const struct conf_link *link = &l->conf->links[i];

		for (size_t j = 0; j < link->member_count; j++) {
			differ_add(&u, &link->members[j].port[0], link);
			differ_add(&u, &link->members[j].port[1], link);
			differ_add(&u, &link->members[j].both, link);
		}
	}
	ok = differ_uses(l, "port", &u, true);
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
			differ_add(&u, &link->sessions[j].name, link);
	}
	ok = differ_uses(l, "session", &u, false);
	free(u.at);
	return ok;
}

/* ---- prefixes ---- */

/* A subnet inside one of the other side is legal, and most often a slip. */
static void
warn_nested_sides(struct loader *l)
{
	const struct conf *c = l->conf;
	char inner[PREFIX_TEXT_SIZE], outer[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < c->subnet_count; i++) {
		const struct conf_subnet *s = &c->subnets[i];
		const struct conf_subnet *around = NULL;
		struct prefix p = s->prefix;

		if (c->subnet_count > 1000)
			return; /* a generated file; not worth the square */
		for (size_t j = 0; j < c->subnet_count; j++)
			if (prefix_bits(&c->subnets[j].prefix) < prefix_bits(&p) &&
			    prefix_contains(&c->subnets[j].prefix, &p.addr) &&
			    (!around || around->prefix.len < c->subnets[j].prefix.len))
				around = &c->subnets[j];
		if (around && around->side != s->side)
			log_warning("conf", "%s: subnet %s of side %s lies inside %s of side %s",
			            load_place(l, &s->prefix), prefix_format(&p, inner),
			            side_name(s->side), prefix_format(&around->prefix, outer),
			            side_name(around->side));
	}
}

static bool
check_subnets(struct loader *l)
{
	const struct conf *c = l->conf;
	char prefix[PREFIX_TEXT_SIZE], addr[ADDR_TEXT_SIZE];

	for (size_t i = 0; i < c->subnet_count; i++) {
		const struct conf_subnet *s = &c->subnets[i];

		for (size_t j = 0; j < s->endpoints.count; j++)
			if (!prefix_contains(&s->prefix, &s->endpoints.at[j]))
				return load_fail_at(l, &s->endpoints.at,
				                    "endpoint %s is outside %s; an address of the "
				                    "subnet would be right",
				                    addr_format(&s->endpoints.at[j], addr),
				                    prefix_format(&s->prefix, prefix));
	}
	if (!differ_prefixes(l, "subnet", c->subnets, sizeof *c->subnets, c->subnet_count))
		return false;
	warn_nested_sides(l);
	return true;
}

static bool
check_registered(struct loader *l)
{
	const struct conf *c = l->conf;

	for (size_t i = 0; i < c->registered_count; i++) {
		const struct conf_registered *r = &c->registered[i];

		if (!check_site_name(l, &r->primary) || !check_site_name(l, &r->backup))
			return false;
		if (r->backup && !r->primary)
			return load_fail_at(l, &r->backup,
			                    "backup without a primary; write primary = \"%s\"",
			                    c->sites[0].name);
	}
	return differ_prefixes(l, "registered prefix", c->registered, sizeof *c->registered,
	                       c->registered_count);
}

/* ---- the rest ---- */

static bool
check_scope(struct loader *l, const struct conf_maintenance *m, const char *scope)
{
	const char *name = strchr(scope, ':');

	if (!name)
		return true;
	name++;
	/* a session may be one that only the wire names */
	if ((strncmp(scope, "link:", 5) == 0 && !conf_link_find(l->conf, name)) ||
	    (strncmp(scope, "site:", 5) == 0 && !site_known(l->conf, name)))
		return load_fail_at(
			l, &m->scope.at,
			"scope \"%s\" of %s does not exist; a declared link or site would "
			"be right",
			scope, m->id);
	return true;
}

static bool
check_maintenance(struct loader *l)
{
	const struct conf *c = l->conf;

	for (size_t i = 0; i < c->maintenance_count; i++) {
		const struct conf_maintenance *m = &c->maintenance[i];

		if (m->scope.count == 0)
			return load_fail_at(l, &m->scope.at,
			                    "%s has no scope; write scope = [ \"link:%s\" ]", m->id,
			                    c->links[0].name);
		if (m->from_us >= m->to_us)
			return load_fail_at(l, &m->to_us,
			                    "%s ends before it begins; a time after from would be "
			                    "right",
			                    m->id);
		for (size_t j = 0; j < m->scope.count; j++)
			if (!check_scope(l, m, m->scope.at[j]))
				return false;
	}
	return differ_names(l, "maintenance", c->maintenance, sizeof *c->maintenance,
	                    c->maintenance_count);
}

static bool
check_sbcs(struct loader *l)
{
	return differ_names(l, "SBC", l->conf->sbcs, sizeof *l->conf->sbcs, l->conf->sbc_count);
}

/* Data files are read by others later; a name that leads nowhere is told now. */
static bool
check_data(struct loader *l)
{
	const char *const *files[] = {&l->conf->data.special, &l->conf->data.rpki,
	                              &l->conf->data.irr};

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		FILE *f = *files[i] ? fopen(*files[i], "re") : NULL;

		if (*files[i] && !f)
			return load_fail_at(l, files[i],
			                    "cannot read \"%s\"; name a readable file, relative to "
			                    "this one, or leave it out",
			                    *files[i]);
		if (f)
			fclose(f);
	}
	return true;
}

bool
check_all(struct loader *l)
{
	return check_sites(l) && check_probe(l) && check_links(l) && check_ports_differ(l) &&
	       check_sessions_differ(l) && check_registered(l) && check_subnets(l) &&
	       check_sbcs(l) && check_maintenance(l) && check_data(l);
}
