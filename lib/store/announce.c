#include "store/announce.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/named.h"
#include "store/standing.h"

/* What is remembered of a subject: "link:NAME", "gap:NAME", "class:PREFIX:CLASS", "probe". */
struct subject {
	char name[NAMED_SIZE];
	char state[32];
	uint64_t since_us;
};

struct announcer {
	struct store *store;
	const struct conf *conf;
	const char *probe;
	struct named subjects; /* struct subject */
};

struct announcer *
announcer_create(struct store *store)
{
	struct announcer *n = mem_alloc(1, sizeof *n);

	n->store = store;
	named_init(&n->subjects, sizeof(struct subject));
	return n;
}

void
announcer_destroy(struct announcer *n)
{
	if (!n)
		return;
	named_fini(&n->subjects);
	free(n);
}

void
announcer_begin(struct announcer *n, const struct conf *conf, const char *probe)
{
	n->conf = conf;
	n->probe = probe;
}

/* Remember a state; true when it changed from another one (not from nothing). */
static bool
turn(struct subject *s, const char *state, uint64_t us)
{
	bool known = s->state[0] != '\0';

	if (strcmp(s->state, state) == 0)
		return false;
	snprintf(s->state, sizeof s->state, "%s", state);
	s->since_us = us;
	return known;
}

static void __attribute__((format(printf, 8, 9)))
tell(struct announcer *n, uint64_t ts_us, const char *name, const char *severity,
     const char *subject, const char *side, const struct aggregate *a, const char *format, ...)
{
	struct event e = {.ts_us = ts_us, .detected_us = a->end_us};
	va_list args;

	snprintf(e.name, sizeof e.name, "%s", name);
	snprintf(e.probe, sizeof e.probe, "%s", n->probe ? n->probe : "");
	snprintf(e.severity, sizeof e.severity, "%s", severity);
	snprintf(e.subject, sizeof e.subject, "%s", subject);
	snprintf(e.side, sizeof e.side, "%s", side);
	if (strncmp(subject, "link:", 5) == 0)
		snprintf(e.link, sizeof e.link, "%s", subject + 5);
	va_start(args, format);
	vsnprintf(e.text, sizeof e.text, format, args);
	va_end(args);
	store_event(n->store, &e);
}

/* ---- links ------------------------------------------------------------------------------- */

/* Microseconds without a packet in a direction at the interval's end. */
static uint64_t
quiet_us(const struct rec_link *l, const struct aggregate *a, int dir)
{
	uint64_t last = l->last_packet_us[dir] ? l->last_packet_us[dir] : a->started_us;

	return a->end_us > last ? a->end_us - last : 0;
}

/* Members that ever carried a frame: on a port that mirrors several, only one seems to. */
static uint64_t
members_seen(const struct announcer *n, const struct conf_link *link, const struct aggregate *a)
{
	bool seen[256] = {false};
	uint64_t count = 0;

	for (uint32_t i = 0; i < a->lane_count; i++)
		if (&n->conf->links[a->lanes[i].id.link] == link && a->lanes[i].packets)
			seen[a->lanes[i].id.member] = true;
	for (unsigned i = 0; i < 256; i++)
		count += seen[i];
	return count;
}

static const char *
judge_link(const struct announcer *n, struct rec_link *l, const struct aggregate *a, bool capture)
{
	const struct conf_link *cl = conf_link_find(n->conf, l->name);
	double limit_us = conf_threshold(n->conf, cl, "link_silent_us");
	bool quiet[2];

	if (!l->last_packet_us[0] && !l->last_packet_us[1] && capture) {
		snprintf(l->why, sizeof l->why, "no packet in the capture");
		return "unknown";
	}
	for (int dir = 0; dir < DIR_COUNT; dir++)
		quiet[dir] = (double)quiet_us(l, a, dir) >= limit_us;
	if (quiet[0] && quiet[1])
		snprintf(l->why, sizeof l->why, "no packet in either direction");
	else if (quiet[0] || quiet[1])
		snprintf(l->why, sizeof l->why, "no packet %s",
		         direction_name(quiet[0] ? DIR_PEER_TO_MSFT : DIR_MSFT_TO_PEER));
	else if (!l->lacp[0] && l->members_active && l->members_active < members_seen(n, cl, a))
		snprintf(l->why, sizeof l->why, "%llu of %llu members carry traffic",
		         (unsigned long long)l->members_active, (unsigned long long)l->members);
	if (quiet[0] || quiet[1])
		return "silent";
	return l->why[0] ? "degraded" : "up";
}

/* The last frame of the direction that is silent, of both the earlier one. */
static uint64_t
silent_since_us(const struct rec_link *l, const struct aggregate *a)
{
	int dir = quiet_us(l, a, 1) > quiet_us(l, a, 0);

	return a->end_us - quiet_us(l, a, dir);
}

/* Who stopped sending: silence of one direction has the sender's side. */
static const char *
silent_side(const struct rec_link *l)
{
	if (strstr(l->why, direction_name(DIR_PEER_TO_MSFT)))
		return side_name(SIDE_PEER);
	if (strstr(l->why, direction_name(DIR_MSFT_TO_PEER)))
		return side_name(SIDE_MSFT);
	return side_name(SIDE_UNKNOWN);
}

void
announce_link(struct announcer *n, struct rec_link *l, const struct aggregate *a, bool capture)
{
	const char *state = judge_link(n, l, a, capture);
	struct subject *s;
	char name[80];

	snprintf(name, sizeof name, "link:%s", l->name);
	s = named_get(&n->subjects, name);
	if (turn(s, state, a->end_us)) {
		if (strcmp(state, "silent") == 0)
			s->since_us = silent_since_us(l, a);
		if (strcmp(state, "silent") == 0)
			tell(n, s->since_us, "link.silent", "critical", name, silent_side(l), a,
			     "%s", l->why);
		else if (strcmp(state, "degraded") == 0)
			tell(n, a->end_us, "link.degraded", "major", name, side_name(SIDE_UNKNOWN),
			     a, "%s", l->why);
		else
			tell(n, a->end_us, "link.up", "info", name, side_name(SIDE_UNKNOWN), a,
			     "packets in both directions, no member out");
	}
	snprintf(l->state, sizeof l->state, "%s", state);
	l->state_since_us = s->since_us;
}

/* Streams that were away together come back one by one: told when they had the time to. */
#define GAP_BACK_US (2 * US_PER_S)

void
announce_gap(struct announcer *n, const struct rec_link *l, const struct aggregate *a)
{
	const struct rec_link_media *m = &l->media;
	char name[80], subject[80];
	struct subject *s;

	if (m->gap_us == 0 || a->end_us < m->gap_us + GAP_BACK_US)
		return;
	snprintf(name, sizeof name, "gap:%s", l->name);
	snprintf(subject, sizeof subject, "link:%s", l->name);
	s = named_get(&n->subjects, name);
	if (m->gap_from_us < s->since_us + GAP_BACK_US)
		return;
	s->since_us = m->gap_from_us;
	tell(n, m->gap_from_us, "voice.gap", "minor", subject, side_name(SIDE_UNKNOWN), a,
	     "%llu of %llu media streams away for up to %.3f s, back over %s",
	     (unsigned long long)m->gap_streams, (unsigned long long)m->gap_of_streams,
	     (double)m->gap_length_us / 1e6, m->gap_until_link);
}

/* ---- classes ----------------------------------------------------------------------------- */

void
announce_subnet_class(struct announcer *n, const struct rec_subnet_class *c,
                      const struct aggregate *a)
{
	char name[NAMED_SIZE], subject[96];
	struct subject *s;

	if (strcmp(c->standing, standing_name(STANDING_UNDECLARED)) != 0 ||
	    c->flows_two_way + c->flows_peer == 0)
		return;
	snprintf(name, sizeof name, "class:%s:%s", c->prefix, c->class);
	s = named_get(&n->subjects, name);
	if (strcmp(s->state, "seen") == 0)
		return;
	turn(s, "seen", a->end_us);
	snprintf(subject, sizeof subject, "subnet:%s", c->prefix);
	tell(n, a->end_us, "class.undeclared", "major", subject, side_name(SIDE_PEER), a,
	     "%s is not declared for %s: %llu flows (%llu both ways), %llu packets so far",
	     c->class, c->prefix, (unsigned long long)c->flows,
	     (unsigned long long)c->flows_two_way,
	     (unsigned long long)(c->traffic.packets[0] + c->traffic.packets[1]));
}

/* ---- the probe --------------------------------------------------------------------------- */

static double
us_of(uint64_t ns)
{
	return (double)ns / NS_PER_US;
}

/* What stepped once is right again in the next interval, and told of once. */
static void
announce_step(struct announcer *n, const struct rec_probe *p, const char *subject,
              const struct aggregate *a)
{
	struct subject *s = named_get(&n->subjects, "clock.step");

	if (p->clock_step_us <= s->since_us)
		return;
	s->since_us = p->clock_step_us;
	tell(n, p->clock_step_us, "probe.clock", "minor", subject, side_name(SIDE_PROBE), a,
	     "the %s clock stepped by %.3f ms against the system's (step %llu since start)",
	     p->clock_source, us_of(p->clock_step_ns) / 1e3, (unsigned long long)p->clock_steps);
}

static void
announce_clock(struct announcer *n, const struct rec_probe *p, const char *subject,
               const struct aggregate *a)
{
	double limit_us = conf_threshold(n->conf, NULL, "clock_error_us");
	bool off = us_of(p->clock_error_ns) > limit_us;
	struct subject *s = named_get(&n->subjects, "clock.source");

	if (turn(s, p->clock_source, a->end_us))
		tell(n, a->end_us, "probe.clock", "minor", subject, side_name(SIDE_PROBE), a,
		     "packet time comes from %s now, with a resolution of %llu ns", p->clock_source,
		     (unsigned long long)p->clock_resolution_ns);
	announce_step(n, p, subject, a);
	s = named_get(&n->subjects, "clock.error");
	if (s->state[0] == '\0')
		turn(s, "right", a->end_us);
	if (turn(s, off ? "off" : "right", a->end_us))
		tell(n, a->end_us, "probe.clock", off ? "minor" : "info", subject,
		     side_name(SIDE_PROBE), a, "the %s clock was %.3f ms off, %s than %.3f ms",
		     p->clock_source, us_of(p->clock_error_ns) / 1e3, off ? "more" : "less",
		     limit_us / 1e3);
}

void
announce_probe(struct announcer *n, struct rec_probe *p, const struct aggregate *a)
{
	bool losing = a->probe.lost > 0 || p->loss_ratio > 0;
	struct subject *s = named_get(&n->subjects, "probe");
	bool first = s->state[0] == '\0';
	char subject[80];

	snprintf(subject, sizeof subject, "probe:%s", p->id);
	announce_clock(n, p, subject, a);
	if (turn(s, losing ? "losing" : "whole", a->end_us) || (first && losing))
		tell(n, a->end_us, "probe.loss", losing ? "major" : "info", subject,
		     side_name(SIDE_PROBE), a,
		     losing ? "%llu of %llu packets lost by the probe itself in one interval"
		            : "no loss of the probe's own: %llu of %llu packets",
		     (unsigned long long)a->probe.lost, (unsigned long long)a->probe.offered);
	if (losing && p->fit &&
	    p->loss_ratio > conf_threshold(n->conf, NULL, "probe_unfit_ratio")) {
		p->fit = false;
		snprintf(p->unfit_reason, sizeof p->unfit_reason,
		         "lost %.3g of the packets offered in the last interval", p->loss_ratio);
	}
}
