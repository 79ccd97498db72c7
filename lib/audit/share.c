#include "audit/share.h"

struct share
share_counted(const struct input_class *c)
{
	double answered = c->flows > 0 ? (double)c->flows_two_way / (double)c->flows : 0;
	uint64_t flows = c->flows_two_way > c->flows_peer ? c->flows_two_way : c->flows_peer;

	return (struct share){
		.bytes = (double)c->bytes[DIR_PEER_TO_MSFT] +
	                 (double)c->bytes[DIR_MSFT_TO_PEER] * answered,
		.flows = (double)flows,
	};
}

bool
share_listed(const struct conf *conf, const struct prefix *p)
{
	if (conf->default_subnet.present)
		return true;
	for (size_t i = 0; i < conf->subnet_count; i++) {
		const struct prefix *entry = &conf->subnets[i].prefix;

		if (conf->subnets[i].side == SIDE_PEER &&
		    (prefix_contains(entry, &p->addr) || prefix_contains(p, &entry->addr)))
			return true;
	}
	return false;
}

enum standing
share_standing(const struct conf *conf, const struct input_subnet *s, const struct input_class *c)
{
	int class = class_find(c->name);

	return standing_of(conf, s->conf,
	                   class < 0 ? CLASS_UNKNOWN_OTHER : (enum traffic_class) class);
}

struct shares
share_sum(const struct conf *conf, const struct input_subnet *s)
{
	struct shares sums = {0};

	for (size_t i = 0; i < s->class_count; i++) {
		const struct input_class *c = &s->classes[i];
		enum standing standing = share_standing(conf, s, c);
		struct share share = {(double)c->bytes[0] + (double)c->bytes[1], (double)c->flows};

		sums.all.bytes += share.bytes;
		sums.all.flows += share.flows;
		if (standing == STANDING_UNDECLARED)
			share = share_counted(c);
		sums.of[standing].bytes += share.bytes;
		sums.of[standing].flows += share.flows;
	}
	sums.tolerated_over =
		sums.of[STANDING_TOLERATED].bytes > conf->tolerate.up_to * sums.all.bytes;
	return sums;
}
