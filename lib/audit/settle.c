#include "audit/settle.h"

#include <string.h>

#include "audit/field.h"

/* Before the first change is settled nothing is proven. */
static void
publish_unsettled(struct settled *s, const struct rec_verdict *row, unsigned looks, uint64_t now_us)
{
	char have[32], want[32];

	s->row = *row;
	FIELD_COPY(s->row.verdict, verdict_name(VERDICT_INCONCLUSIVE));
	FIELD_COPY(s->row.reason, lack_name(LACK_TOO_LITTLE));
	FIELD_FORMAT(s->row.reasons, "first look says %s; a verdict needs %u", row->verdict, looks);
	s->row.next[0] = '\0';
	s->row.since_us = now_us;
	FIELD_COPY(have, "1 look");
	FIELD_FORMAT(want, "%u looks", looks);
	s->row.need_count = 1;
	memset(&s->row.need[0], 0, sizeof s->row.need[0]);
	FIELD_COPY(s->row.need[0].what, "consecutive looks that agree");
	FIELD_COPY(s->row.need[0].have, have);
	FIELD_COPY(s->row.need[0].want, want);
	FIELD_COPY(s->row.need[0].how, "wait for the next interval");
}

static bool
settles_at_once(const struct settled *s, const struct verdict_draft *d,
                const struct settle_rules *rules, enum verdict now)
{
	return rules->immediate || rules->looks <= 1 || (now == VERDICT_FAIL && d->hard) ||
	       (s->row.id[0] == '\0' && now == VERDICT_INCONCLUSIVE);
}

bool
settle(struct settled *s, const struct verdict_draft *d, const struct settle_rules *rules,
       uint64_t now_us)
{
	bool first = s->row.id[0] == '\0';
	enum verdict now = verdict_find(d->row.verdict), before = verdict_find(s->row.verdict);
	uint64_t since_us = s->row.since_us, first_us;
	bool changed = first || now != before;

	if (changed && !first && rules->frozen_by && !(now == VERDICT_FAIL && d->hard)) {
		s->looks = 0;
		FIELD_FORMAT(s->row.reasons, "frozen by maintenance %s", rules->frozen_by);
		return false;
	}
	if (changed && !settles_at_once(s, d, rules, now)) {
		s->looks = s->looks > 0 && s->candidate == now ? s->looks + 1 : 1;
		s->candidate = now;
		if (s->looks < rules->looks) {
			if (first)
				publish_unsettled(s, &d->row, rules->looks, now_us);
			return first;
		}
	}
	/* a failure that goes on began when it was first seen, unless this look knows better */
	first_us = s->row.first_us;
	s->looks = 0;
	s->row = d->row;
	if (!changed && now == VERDICT_FAIL && first_us > 0 && first_us < s->row.first_us)
		s->row.first_us = first_us;
	s->row.since_us = changed ? now_us : since_us;
	return changed;
}
