/* Declared subnets with their classes, and endpoints, in an epoch. */
#include <math.h>

#include "base/clock.h"
#include "store/export_private.h"
#include "store/standing.h"

static void
fill_subnet_declared(struct rec_subnet *r, const struct conf_subnet *s)
{
	prefix_format(&s->prefix, r->prefix);
	COPY_TEXT(r->side, side_name(s->side));
	standing_join(&s->classes, r->declared, sizeof r->declared);
	standing_join(&s->roles, r->roles, sizeof r->roles);
	r->standby = s->standby;
}

static void
export_subnet_class(struct epoch *x, const struct conf_subnet *s, const char *prefix,
                    const struct agg_subnet_class *c, double bytes[STANDING_COUNT])
{
	enum standing standing = standing_of(x->e->conf, s, c->class);
	const struct agg_cell *cell = &c->cell;
	struct rec_subnet_class r = {.flows = cell->flows,
	                             .flows_two_way = cell->flows_two_way,
	                             .flows_peer = cell->flows_peer,
	                             .first_us = cell->first_us,
	                             .last_us = cell->last_us};
	char id[256];

	bytes[standing] += (double)(cell->total.bytes[0] + cell->total.bytes[1]);
	COPY_TEXT(r.prefix, prefix);
	COPY_TEXT(r.class, class_name(c->class));
	COPY_TEXT(r.standing, standing_name(standing));
	export_fill_traffic(&r.traffic, &cell->total, &cell->last, x->seconds);
	snprintf(id, sizeof id, "%s%s:class:%s", prefix, x->e->suffix, r.class);
	export_put(x, RECORD_SUBNET_CLASS, id, &r);
	announce_subnet_class(x->e->announcer, &r, x->a);
}

void
export_subnet(struct epoch *x, uint32_t id)
{
	const struct aggregate *a = x->a;
	const struct conf_subnet *s = &x->e->conf->subnets[id - 1];
	const struct agg_subnet *from = &a->subnets[id];
	const struct agg_cell *cell = &from->cell;
	double bytes[STANDING_COUNT] = {0}, all;
	struct rec_subnet r = {0};
	char key[160];

	fill_subnet_declared(&r, s);
	for (uint32_t i = from->classes_first; i; i = a->subnet_classes[i - 1].next)
		export_subnet_class(x, s, r.prefix, &a->subnet_classes[i - 1], bytes);
	all = (double)(cell->total.bytes[0] + cell->total.bytes[1]);
	r.declared_ratio = all > 0 ? bytes[STANDING_DECLARED] / all : NAN;
	r.tolerated_ratio = all > 0 ? bytes[STANDING_TOLERATED] / all : NAN;
	r.undeclared_ratio = all > 0 ? bytes[STANDING_UNDECLARED] / all : NAN;
	r.unknown_ratio = all > 0 ? bytes[STANDING_UNCLASSIFIED] / all : NAN;
	r.flows = cell->flows;
	r.flows_two_way = cell->flows_two_way;
	r.endpoints = from->endpoints;
	r.endpoints_exact = a->endpoints_overflow == 0;
	r.first_us = cell->first_us;
	r.last_us = cell->last_us;
	export_fill_traffic(&r.traffic, &cell->total, &cell->last, x->seconds);
	snprintf(key, sizeof key, "%s%s", r.prefix, x->e->suffix);
	export_put(x, RECORD_SUBNET, key, &r);
	rollup_subnet(x->e->rollup, a, key, &r);
}

/* Names of the set bits, comma-separated. */
static void
join_bits(uint64_t bits, unsigned count, const char *(*name)(const struct conf *, unsigned),
          const struct conf *c, char *to, size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	for (unsigned i = 0; i < count && i < 64 && used < size; i++)
		if (bits >> i & 1)
			used += (size_t)snprintf(to + used, size - used, "%s%s", used ? "," : "",
			                         name(c, i));
}

static const char *
name_of_link(const struct conf *c, unsigned i)
{
	return c->links[i].name;
}

static const char *
name_of_class(const struct conf *c, unsigned i)
{
	(void)c;
	return class_name(i);
}

static const char *
name_of_method(const struct conf *c, unsigned i)
{
	(void)c;
	return latency_method_name(i);
}

/* What is taken back later than it was written can leave less than nothing. */
static void
fill_path(struct rec_endpoint *r, const struct agg_endpoint *from)
{
	double lost = from->lost > 0 ? from->lost : 0;
	double sent = (double)from->countable + lost;

	r->rtt_samples = from->rtt_count;
	r->rtt_us = r->rtt_min_us = r->loss_ratio = NAN;
	if (from->rtt_count) {
		r->rtt_us = (double)from->rtt_sum_ns / (double)from->rtt_count / NS_PER_US;
		r->rtt_min_us = (double)from->rtt_min_ns / NS_PER_US;
	}
	join_bits(from->rtt_methods, LATENCY_METHOD_COUNT, name_of_method, NULL, r->rtt_methods,
	          sizeof r->rtt_methods);
	r->loss_samples = from->countable;
	r->lost_packets = (uint64_t)llround(lost);
	if (sent > 0)
		r->loss_ratio = lost / sent;
}

void
export_endpoint(struct epoch *x, const struct agg_endpoint *from)
{
	const struct conf *c = x->e->conf;
	struct rec_endpoint r = {
		.flows = from->flows, .first_us = from->first_us, .last_us = from->last_us};
	char id[160], ranks[256];

	addr_format(&from->addr, r.ip);
	COPY_TEXT(r.side, side_name(from->side));
	join_bits(from->links, (unsigned)c->link_count, name_of_link, c, r.links, sizeof r.links);
	join_bits(from->classes, CLASS_COUNT, name_of_class, c, r.classes, sizeof r.classes);
	export_fill_traffic(&r.traffic, &from->total, &from->last, x->seconds);
	snprintf(id, sizeof id, "%s%s", r.ip, x->e->suffix);
	if (from->subnet) {
		prefix_format(&c->subnets[from->subnet - 1].prefix, r.subnet);
		snprintf(ranks, sizeof ranks, "subnet:%s%s:endpoints", r.subnet, x->e->suffix);
		store_rank(x->e->store, SCOPE_SITE, ranks, r.ip,
		           r.traffic.rate_bps[0] + r.traffic.rate_bps[1]);
	}
	fill_path(&r, from);
	export_roles(x, from, id, &r);
	store_rank(x->e->store, SCOPE_SITE, "endpoints", id, (double)from->last_us);
	export_put(x, RECORD_ENDPOINT, id, &r);
}
