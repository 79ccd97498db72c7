#include "conf/check.h"

#include <string.h>

#include "base/log.h"
#include "conf/differ.h"

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
	return check_sites(l) && check_probe(l) && check_links(l) && check_registered(l) &&
	       check_subnets(l) && check_sbcs(l) && check_maintenance(l) && check_data(l);
}
