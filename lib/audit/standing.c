#include "audit/standing.h"

#include <string.h>

static bool
listed(const struct conf_names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->at[i], name) == 0)
			return true;
	return false;
}

static bool
unclassified(const char *name)
{
	return strncmp(name, "unknown-", strlen("unknown-")) == 0 || strcmp(name, "undecoded") == 0;
}

enum standing
standing_of(const struct conf *conf, const struct conf_subnet *subnet, const char *class_name)
{
	if (listed(&subnet->classes, class_name))
		return STANDING_DECLARED;
	if (listed(&conf->tolerate.classes, class_name))
		return STANDING_TOLERATED;
	return unclassified(class_name) ? STANDING_UNCLASSIFIED : STANDING_UNDECLARED;
}

struct standing_sum
standing_counted(const struct input_class *c)
{
	double answered = c->flows > 0 ? (double)c->flows_two_way / (double)c->flows : 0;
	uint64_t flows = c->flows_two_way > c->flows_peer ? c->flows_two_way : c->flows_peer;

	return (struct standing_sum){
		.bytes = (double)c->bytes[DIR_PEER_TO_MSFT] +
	                 (double)c->bytes[DIR_MSFT_TO_PEER] * answered,
		.flows = (double)flows,
	};
}

struct standing_sums
standing_sum_up(const struct conf *conf, const struct input_subnet *s)
{
	struct standing_sums sums = {0};

	for (size_t i = 0; i < s->class_count; i++) {
		const struct input_class *c = &s->classes[i];
		enum standing standing = standing_of(conf, s->conf, c->name);
		double bytes = (double)c->bytes[0] + (double)c->bytes[1];
		struct standing_sum sum = {.bytes = bytes, .flows = (double)c->flows};

		sums.bytes += sum.bytes;
		sums.flows += sum.flows;
		if (standing == STANDING_UNDECLARED)
			sum = standing_counted(c);
		sums.of[standing].bytes += sum.bytes;
		sums.of[standing].flows += sum.flows;
	}
	sums.tolerated_over = sums.of[STANDING_TOLERATED].bytes > conf->tolerate.up_to * sums.bytes;
	return sums;
}
