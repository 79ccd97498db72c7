#include "inspect/bgp_rules.h"

#include <stdlib.h>

#include "base/mem.h"
#include "proto/bgp_path.h"
#include "state/lpm.h"

enum { EXPRESSROUTE_AS = 12076 /* requirements X8 */ };
#define REGISTERED_TAG 0x1f8b1f47u /* 8075:8007, requirements X2 */

/* Longest match by prefix: the trie finds the longest entry that holds an address, `up` the ones
 * around it. */
struct ladder {
	struct lpm *lpm;
	struct prefix *at; /* by value, from 1 */
	uint32_t *up;      /* the longest entry that holds this one; 0: none */
	bool *bad;
	uint32_t count;
};

struct bgp_rules {
	const struct conf *conf;
	struct ladder special, cloud, registered;
};

/* ---- ladders ----------------------------------------------------------------------------- */

static bool
holds(const struct prefix *outer, const struct prefix *inner)
{
	return addr_is_v4(&outer->addr) == addr_is_v4(&inner->addr) && outer->len <= inner->len &&
	       prefix_contains(outer, &inner->addr);
}

static void
ladder_init(struct ladder *l, uint32_t room)
{
	*l = (struct ladder){.at = mem_alloc(room + 1, sizeof *l->at),
	                     .up = mem_alloc(room + 1, sizeof *l->up),
	                     .bad = mem_alloc(room + 1, sizeof *l->bad)};
}

static void
ladder_add(struct ladder *l, const struct prefix *p, bool bad)
{
	l->at[++l->count] = *p;
	l->bad[l->count] = bad;
}

static void
ladder_build(struct ladder *l)
{
	struct lpm_entry *entries = mem_alloc(l->count + 1, sizeof *entries);

	for (uint32_t i = 1; i <= l->count; i++) {
		entries[i - 1] = (struct lpm_entry){l->at[i], i};
		for (uint32_t k = 1; k <= l->count; k++)
			if (k != i && l->at[k].len < l->at[i].len && holds(&l->at[k], &l->at[i]) &&
			    (!l->up[i] || l->at[k].len > l->at[l->up[i]].len))
				l->up[i] = k;
	}
	l->lpm = lpm_create(entries, l->count);
	free(entries);
}

static void
ladder_fini(struct ladder *l)
{
	lpm_destroy(l->lpm);
	free(l->at);
	free(l->up);
	free(l->bad);
}

/* The longest entry that holds `p`; 0: none. */
static uint32_t
ladder_find(const struct ladder *l, const struct prefix *p)
{
	uint32_t found = lpm_find(l->lpm, &p->addr);

	while (found && l->at[found].len > p->len)
		found = l->up[found];
	return found;
}

/* ---- rules ------------------------------------------------------------------------------- */

struct bgp_rules *
bgp_rules_create(const struct conf *conf)
{
	struct bgp_rules *r = mem_alloc(1, sizeof *r);

	r->conf = conf;
	ladder_init(&r->special, (uint32_t)conf->special.prefix_count);
	for (size_t i = 0; i < conf->special.prefix_count; i++)
		ladder_add(&r->special, &conf->special.prefixes[i].prefix,
		           !conf->special.prefixes[i].is_public);
	ladder_init(&r->cloud, (uint32_t)conf->cloud.range_prefixes.count);
	for (size_t i = 0; i < conf->cloud.range_prefixes.count; i++)
		ladder_add(&r->cloud, &conf->cloud.range_prefixes.at[i], true);
	ladder_init(&r->registered, (uint32_t)conf->registered_count);
	for (size_t i = 0; i < conf->registered_count; i++)
		ladder_add(&r->registered, &conf->registered[i].prefix, false);
	ladder_build(&r->special);
	ladder_build(&r->cloud);
	ladder_build(&r->registered);
	return r;
}

void
bgp_rules_destroy(struct bgp_rules *r)
{
	if (!r)
		return;
	ladder_fini(&r->special);
	ladder_fini(&r->cloud);
	ladder_fini(&r->registered);
	free(r);
}

static bool
has_number(const struct conf_numbers *numbers, uint32_t number)
{
	for (size_t i = 0; i < numbers->count; i++)
		if (numbers->at[i] == number)
			return true;
	return false;
}

static bool
is_clouds(const struct bgp_rules *r, uint32_t number)
{
	return number != EXPRESSROUTE_AS && has_number(&r->conf->cloud.asns, number);
}

static bool
is_tagged(const struct bgp_attrs *a)
{
	for (uint32_t i = 0; i < a->communities; i++)
		if (a->words[a->path + i] == REGISTERED_TAG)
			return true;
	return false;
}

uint8_t
bgp_rules_attrs(const struct bgp_rules *r, const struct bgp_attrs *a)
{
	uint8_t flags = is_tagged(a) ? 1 << BGP_TAGGED : 0;

	for (uint32_t at = 0; at < a->path; at += 1 + (a->words[at] & 0xffff)) {
		for (uint32_t i = 1; i <= (a->words[at] & 0xffff); i++) {
			uint32_t number = a->words[at + i];

			if (conf_special_as(r->conf, number))
				flags |= 1 << BGP_WRONG_SPECIAL_AS;
			if (number == EXPRESSROUTE_AS)
				flags |= 1 << BGP_WRONG_EXPRESSROUTE;
			else if (is_clouds(r, number))
				flags |= 1 << BGP_WRONG_CLOUD_AS;
		}
	}
	return flags;
}

uint32_t
bgp_rules_number(const struct bgp_rules *r, enum bgp_wrong wrong, const struct bgp_attrs *a)
{
	uint32_t found = 0;

	if (wrong == BGP_WRONG_FOREIGN_ORIGIN)
		return a->origin_as;
	for (uint32_t at = 0; at < a->path; at += 1 + (a->words[at] & 0xffff)) {
		for (uint32_t i = 1; i <= (a->words[at] & 0xffff); i++) {
			uint32_t number = a->words[at + i];
			bool breaks = wrong == BGP_WRONG_CLOUD_AS && is_clouds(r, number);

			if (wrong == BGP_WRONG_SPECIAL_AS)
				breaks = conf_special_as(r->conf, number) != NULL;
			if (breaks && !found)
				found = number;
		}
	}
	return found;
}

/* Part of a subnet that a session runs in: a /31 or /30, or IPv6's /127 or /126. */
static bool
is_session_subnet(const struct conf *c, const struct prefix *p)
{
	if (prefix_bits(p) < 126)
		return false;
	for (size_t l = 0; l < c->link_count; l++)
		for (size_t i = 0; i < c->links[l].session_count; i++)
			if (prefix_contains(p, &c->links[l].sessions[i].peer) ||
			    prefix_contains(p, &c->links[l].sessions[i].cloud))
				return true;
	return false;
}

static bool
is_bogon(const struct bgp_rules *r, const struct prefix *p)
{
	return conf_special_short(r->conf, p) || r->special.bad[ladder_find(&r->special, p)] ||
	       is_session_subnet(r->conf, p);
}

int
bgp_rules_registered(const struct bgp_rules *r, const struct prefix *p)
{
	uint32_t found = ladder_find(&r->registered, p);

	return found && r->registered.at[found].len == p->len ? (int)found - 1 : -1;
}

/* The peer's own, a customer's, or the one that the contract names for this very prefix. */
static bool
is_own_origin(const struct conf *c, uint32_t origin, int registered)
{
	if (!c->peer.asn || !origin || origin == c->peer.asn ||
	    has_number(&c->peer.customer_asns, origin))
		return true;
	return registered >= 0 && c->registered[registered].origin == origin;
}

uint8_t
bgp_rules_route(const struct bgp_rules *r, enum side side, const struct prefix *p,
                const struct bgp_attrs *a)
{
	uint8_t own = a ? a->flags : 0, wrong = own & 1 << BGP_WRONG_SPECIAL_AS;
	int registered;

	if (is_bogon(r, p))
		wrong |= 1 << BGP_WRONG_BOGON;
	if (side != SIDE_PEER)
		return wrong;
	wrong |= own & (1 << BGP_WRONG_CLOUD_AS | 1 << BGP_WRONG_EXPRESSROUTE);
	if (ladder_find(&r->cloud, p))
		wrong |= 1 << BGP_WRONG_CLOUD_SPACE;
	registered = bgp_rules_registered(r, p);
	if (a && a->path && !is_own_origin(r->conf, a->origin_as, registered))
		wrong |= 1 << BGP_WRONG_FOREIGN_ORIGIN;
	if (own & 1 << BGP_TAGGED && registered < 0)
		wrong |= 1 << BGP_WRONG_TAGGED;
	return wrong;
}
