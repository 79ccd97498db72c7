#include <inttypes.h>
#include <math.h>

#include "audit/field.h"
#include "audit/judge.h"
#include "base/clock.h"

static const uint64_t day_us = 24 * 3600 * US_PER_S;

/* Of both directions; a direction without a value (NaN) loses. */
static double
worst(const double of[2])
{
	return fmax(of[0], of[1]);
}

/* "12.3 %", or "-" where there is no value yet. */
static const char *
percent(double ratio, char buf[16])
{
	if (isnan(ratio))
		field_copy(buf, 16, "-");
	else
		field_format(buf, 16, "%.1f %%", 100 * ratio);
	return buf;
}

struct load_state {
	double p95, peak, augment, upgrade, days;
	bool over, counted;
};

static struct load_state
load_state(const struct audit_input *in, const struct input_link *link)
{
	const struct conf *c = in->conf;
	struct load_state s = {
		.p95 = worst(link->rec.p95_5min_ratio),
		.peak = worst(link->rec.peak_1min_ratio),
		.augment = conf_threshold(c, link->conf, "x15_augment_ratio"),
		.upgrade = conf_threshold(c, link->conf, "x15_upgrade_ratio"),
		.days = conf_threshold(c, link->conf, "x15_days"),
	};

	s.over = s.p95 > s.augment || s.peak > s.upgrade;
	/* `--window` stands for the days */
	s.counted = (double)link->rec.days_over_40 >= s.days || (s.over && in->min_time_us > 0);
	return s;
}

/* For how long the link's own probe has counted: percentiles and peaks are of one run. */
static uint64_t
seen_us(const struct audit_input *in, const struct input_link *link)
{
	uint64_t from_us =
		in->from_us > link->rec.head.started_us ? in->from_us : link->rec.head.started_us;

	return in->to_us > from_us ? in->to_us - from_us : 0;
}

static void
need_more(const struct audit_input *in, const struct input_link *link, const struct load_state *s,
          struct verdict_draft *d)
{
	uint64_t seen = seen_us(in, link);
	char have[64], want[64];

	if (s->over) {
		FIELD_FORMAT(have, "%" PRIu64 " days over", link->rec.days_over_40);
		FIELD_FORMAT(want, "%.0f days over, or none", s->days);
	} else {
		FIELD_FORMAT(have, "%.1f h", (double)seen / (3600.0 * (double)US_PER_S));
		FIELD_FORMAT(want, "24 h");
	}
	verdict_need(d, "load of whole days", have, want, "watch the link live",
	             seen < day_us ? day_us - seen : day_us);
}

void
judge_load(const struct audit_input *in, const struct input_link *link, bool day,
           struct verdict_draft *d)
{
	struct load_state s = load_state(in, link);
	bool young = isnan(s.peak) || (day && (isnan(s.p95) || seen_us(in, link) < day_us));
	char scope[96], p95[16], peak[16], since[CLOCK_TEXT_SIZE] = "";
	struct subcheck check = {.id = "load",
	                         .scope = scope,
	                         .verdict = VERDICT_PASS,
	                         .basis = BASIS_OBSERVED,
	                         .samples = seen_us(in, link) / US_PER_S};

	FIELD_FORMAT(scope, "link:%s", link->rec.name);
	if (s.counted) {
		check.verdict = VERDICT_FAIL;
		verdict_blame(d, SIDE_BOTH);
		verdict_next(d, "order an augmentation of %s (45 to 60 days)", link->rec.name);
	} else if (s.over || young) {
		check.verdict = VERDICT_INCONCLUSIVE;
		check.lack = LACK_TOO_LITTLE;
		need_more(in, link, &s, d);
	}
	if (link->rec.over_40_since_us > 0)
		clock_format_us(link->rec.over_40_since_us, 0, since);
	verdict_add(d, &check, "%s: p95 of 5 min %s, peak minute %s, limits %.0f and %.0f %%%s%s",
	            link->rec.name, percent(s.p95, p95), percent(s.peak, peak), 100 * s.augment,
	            100 * s.upgrade, since[0] ? ", first over " : "", since);
}

void
judge_utilisation(const struct audit_input *in, struct verdict_draft *d)
{
	for (size_t i = 0; i < in->link_count; i++) {
		if (!in->links[i].conf)
			continue; /* out of the contract: nobody's matter any more */
		if (in->links[i].seen)
			judge_load(in, &in->links[i], true, d);
		else
			judge_untapped(&in->links[i], d);
	}
	d->row.samples = (in->to_us - in->from_us) / US_PER_S;
}
