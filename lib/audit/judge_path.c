/* M3 and M5: what the path loses and how long it takes, per link or prefix and side. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "audit/field.h"
#include "audit/judge.h"
#include "audit/judge_parts.h"
#include "base/clock.h"

/* ---- M3 -------------------------------------------------------------------------------------- */

static const struct input_link *
link_of(const struct audit_input *in, const char *scope)
{
	const char *name = strchr(scope, ':');

	for (size_t i = 0; name && i < in->link_count; i++)
		if (strncmp(scope, "link:", 5) == 0 && in->links[i].conf &&
		    strcmp(in->links[i].conf->name, name + 1) == 0)
			return &in->links[i];
	return NULL;
}

/* What TCP shows beside the media, for people: it decides nothing, since nobody states a limit. */
static void
note_tcp(const struct rec_loss *r, const char *scope, struct verdict_draft *d)
{
	if (r->tcp_from_packets + r->tcp_to_packets == 0)
		return;
	verdict_detail(d,
	               "TCP on %s: %" PRIu64 " of %" PRIu64 " lost before the tap, %" PRIu64
	               " of %" PRIu64 " after it",
	               scope, r->tcp_from_lost, r->tcp_from_packets, r->tcp_to_lost,
	               r->tcp_to_packets);
}

static void
need_windows(const struct audit_input *in, const struct rec_loss *r, struct verdict_draft *d)
{
	double wanted = conf_threshold(in->conf, NULL, "m3_windows");
	char have[64], want[64], what[96];

	FIELD_FORMAT(have, "%" PRIu64 " window%s", r->windows, r->windows == 1 ? "" : "s");
	FIELD_FORMAT(want, "%.0f of 15 s with %.0f RTP packets each", wanted,
	             conf_threshold(in->conf, NULL, "m3_window_packets"));
	FIELD_FORMAT(what, "media of %s on %s", r->side[0] ? r->side : "either side",
	             r->scope[0] ? r->scope : "any link");
	verdict_need(d, what, have, want, "let calls run while the probe looks",
	             (uint64_t)(wanted - fmin(wanted, (double)r->windows)) * 15 * US_PER_S);
}

static double
error_ms(uint64_t clock_error_ns)
{
	return (double)clock_error_ns / NS_PER_MS;
}

static void
fail_windows(const struct rec_loss *r, const struct matter *m, enum side side,
             struct verdict_draft *d)
{
	judge_fail(d, m,
	           "%" PRIu64 " windows of 15 s in one hour were over a limit of loss, burst or "
	           "jitter on %s's side of %s, the worst lost %.2f %%; n = %" PRIu64
	           " windows, %" PRIu64 " packets",
	           r->windows_over_hour, side_name(side), m->scope, 100 * r->window_worst_ratio,
	           r->windows, r->packets);
	judge_evidence(d, m,
	               direction_name(side == SIDE_PEER ? DIR_PEER_TO_MSFT : DIR_MSFT_TO_PEER),
	               r->window_over_us, "rtp.sequence",
	               "%" PRIu64 " lost of %" PRIu64 ", jitter up to %.1f ms, clock %s off by "
	               "%.3g ms at most",
	               r->lost, r->packets + r->lost, r->jitter_max_us / US_PER_MS, r->clock_source,
	               error_ms(r->clock_error_ns));
	verdict_blame(d, side);
	verdict_next(d, "pniscope loss %s; streams name the endpoints", m->link);
}

/* Jitter that the clock's error may have made, or hides. */
static void
open_doubtful(const struct rec_loss *r, const struct matter *m, struct verdict_draft *d)
{
	judge_open(d, m, LACK_PROBE_UNFIT,
	           "%" PRIu64 " of %" PRIu64
	           " windows of %s have jitter within the clock's error of "
	           "its limit (%s, %.3g ms at most now)",
	           r->windows_doubtful, r->windows, m->scope, r->clock_source,
	           error_ms(r->clock_error_ns));
	verdict_need(d, "times fit to measure jitter", r->clock_source, "an error below the margin",
	             "ports with hardware timestamps, or workers that are less busy", 0);
}

/* A backup carries nothing while all is well: told, not required, beside links that do. */
static bool
may_idle(const struct audit_input *in, const struct input_link *link)
{
	double wanted = conf_threshold(in->conf, NULL, "m3_windows");

	for (size_t i = 0; i < in->loss_count && link->conf->role == ROLE_BACKUP; i++) {
		const struct input_link *other = link_of(in, in->losses[i].scope);

		if (other && other->conf->role != ROLE_BACKUP &&
		    (double)in->losses[i].windows >= wanted)
			return true;
	}
	return false;
}

/* One side of a link: media that it sent and the tap missed. */
static void
judge_windows(const struct audit_input *in, const struct rec_loss *r, struct verdict_draft *d)
{
	enum side side = strcmp(r->side, side_name(SIDE_PEER)) == 0 ? SIDE_PEER : SIDE_MSFT;
	const struct input_link *link = link_of(in, r->scope);
	char scope[SCOPE_SIZE];
	struct matter m = {.id = side == SIDE_PEER ? "media-peer" : "media-msft",
	                   .scope = scope,
	                   .link = link->conf->name,
	                   .samples = r->windows,
	                   .first_us = r->window_over_us};
	double over = r->windows ? (double)r->windows_over / (double)r->windows : 0;
	double doubtful = r->windows ? (double)r->windows_doubtful / (double)r->windows : 0;
	double good = conf_threshold(in->conf, link->conf, "m3_good_ratio");
	double bad = conf_threshold(in->conf, NULL, "m3_bad_windows");
	bool enough = (double)r->windows >= conf_threshold(in->conf, NULL, "m3_windows");

	FIELD_FORMAT(scope, "%s", r->scope);
	note_tcp(r, scope, d);
	if (link_is_span(link))
		judge_open(d, &m, LACK_NOT_OBSERVABLE, "%s is tapped by a SPAN port, which loses",
		           scope);
	else if ((double)r->windows_over_hour >= bad)
		fail_windows(r, &m, side, d);
	else if ((double)r->windows_doubtful_hour >= bad ||
	         (enough && over <= 1 - good && over + doubtful > 1 - good))
		open_doubtful(r, &m, d);
	else if (enough && over <= 1 - good)
		judge_pass(d, &m,
		           "%.2f %% of %" PRIu64
		           " windows with media from %s keep the limits; %" PRIu64 " of %" PRIu64
		           " packets lost; clock off by %.3g ms at most",
		           100 * (1 - over), r->windows, side_name(side), r->lost,
		           r->packets + r->lost, error_ms(r->clock_error_ns));
	else
		(may_idle(in, link) ? judge_aside : judge_open)(
			d, &m, LACK_TOO_LITTLE,
			"%" PRIu64 " window%s with enough media from %s, %" PRIu64
			" over a limit, %" PRIu64 " of %" PRIu64 " packets lost",
			r->windows, r->windows == 1 ? "" : "s", side_name(side), r->windows_over,
			r->lost, r->packets + r->lost);
	if (!enough && !may_idle(in, link))
		need_windows(in, r, d);
}

/* A link of which nothing is known is not one without loss. */
static void
judge_idle(const struct audit_input *in, const struct input_link *link, struct verdict_draft *d)
{
	char scope[SCOPE_SIZE];
	struct matter m = {.id = "media", .scope = scope, .link = link->rec.name};
	struct rec_loss none = {0};

	for (size_t i = 0; i < in->loss_count; i++)
		if (link_of(in, in->losses[i].scope) == link)
			return;
	FIELD_FORMAT(scope, "link:%s", link->rec.name);
	if (may_idle(in, link)) {
		judge_aside(d, &m, LACK_TOO_LITTLE, "neither media nor TCP seen on backup %s",
		            link->rec.name);
		return;
	}
	judge_open(d, &m, LACK_TOO_LITTLE, "neither media nor TCP seen on %s", link->rec.name);
	FIELD_COPY(none.scope, scope);
	need_windows(in, &none, d);
}

void
judge_drops(const struct audit_input *in, struct verdict_draft *d)
{
	size_t judged = 0;

	for (size_t i = 0; i < in->link_count; i++) {
		if (in->links[i].conf && !in->links[i].seen)
			judge_untapped(&in->links[i], d);
		else if (in->links[i].conf && in->loss_count > 0)
			judge_idle(in, &in->links[i], d);
	}
	for (size_t i = 0; i < in->loss_count; i++) {
		if (!link_of(in, in->losses[i].scope))
			continue;
		judge_windows(in, &in->losses[i], d);
		d->row.samples += in->losses[i].packets + in->losses[i].tcp_from_packets;
		judged++;
	}
	if (judged == 0) {
		judge_open(d, &(struct matter){.id = "media", .scope = "peering"}, LACK_TOO_LITTLE,
		           "neither media nor TCP seen on any link");
		need_windows(in, &(struct rec_loss){0}, d);
	}
}

/* ---- M5 -------------------------------------------------------------------------------------- */

/* The whole hours of a record that have samples enough, against a limit. */
struct hours {
	unsigned counted, over;
	unsigned doubtful; /* not over, if the clock's error does not hide it */
	uint64_t first_over_us, samples;
	double worst_us, last_us;
};

/* "START_S COUNT P50_US,..." as the exporter writes it. */
static struct hours
read_hours(const char *text, uint64_t least, double limit_us, double error_us, uint64_t from_us)
{
	struct hours h = {0};
	unsigned long long start, count;
	double median;

	for (const char *at = text; at && *at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
		if (sscanf(at, "%llu %llu %lf", &start, &count, &median) != 3)
			return h;
		if (count < least || (start + 3600) * US_PER_S <= from_us)
			continue; /* the hour ended before the window */
		h.counted++;
		h.samples += count;
		h.last_us = median;
		h.worst_us = fmax(h.worst_us, median);
		if (limit_us > 0 && median - error_us >= limit_us) {
			h.first_over_us = h.over ? h.first_over_us : start * US_PER_S;
			h.over++;
		} else if (median + error_us >= limit_us) {
			h.doubtful++;
		}
	}
	return h;
}

/* A value stands for itself where nobody declared what it should be (requirements section 13). */
static void
tell_value(const struct rec_latency *r, const struct matter *m, const struct hours *h,
           struct verdict_draft *d)
{
	if (h->counted)
		judge_open(d, m, LACK_NOT_COLLECTED,
		           "%s: hourly median %.1f ms last, %.1f ms at most, over %u hours; no "
		           "target declared",
		           m->scope, h->last_us / US_PER_MS, h->worst_us / US_PER_MS, h->counted);
	else
		judge_open(d, m, LACK_NOT_COLLECTED,
		           "%s: median %.1f ms so far, n = %" PRIu64 "; no target declared",
		           m->scope, r->total_p50_us / US_PER_MS, r->total_count);
	verdict_need(d, "a declared target", "none", "targets.latency_us",
	             "write it in the contract", 0);
}

static void
fail_slow(const struct rec_latency *r, const struct matter *m, const struct hours *h, double target,
          struct verdict_draft *d)
{
	judge_fail(
		d, m,
		"%s: median of %u of %u hours above %.1f ms, up to %.1f ms, clock off by %.3g ms "
		"at most; n = %" PRIu64,
		r->scope, h->over, h->counted, target / US_PER_MS, h->worst_us / US_PER_MS,
		error_ms(r->clock_error_ns), h->samples);
	judge_evidence(d, m, "", h->first_over_us, "median round trip", "%.1f ms at most, %s",
	               h->worst_us / US_PER_MS, r->methods);
	verdict_blame(d, SIDE_PEER);
	verdict_next(d, "pniscope latency %s: which methods, since when", r->scope);
}

/* Three of a day are too many, and so is their share of fewer hours. */
static void
open_slow(const struct audit_input *in, const struct rec_latency *r, const struct matter *m,
          const struct hours *h, struct verdict_draft *d)
{
	double hours = conf_threshold(in->conf, NULL, "m5_hours");
	char have[64], want[64];

	judge_open(d, m, LACK_TOO_LITTLE,
	           "%s: median of %u of %u hours above %.1f ms%s, up to %.1f ms; n = %" PRIu64,
	           r->scope, h->over + h->doubtful, h->counted,
	           (double)in->conf->targets.latency_us / US_PER_MS,
	           h->doubtful ? " or within the clock's error of it" : "", h->worst_us / US_PER_MS,
	           h->samples);
	FIELD_FORMAT(have, "%u above of %u", h->over + h->doubtful, h->counted);
	FIELD_FORMAT(want, "fewer than %.0f of %.0f",
	             conf_threshold(in->conf, NULL, "m5_bad_hours"), hours);
	verdict_need(d, "hours of the last day", have, want,
	             "watch on; pniscope latency tells which methods",
	             (uint64_t)hours * 3600 * US_PER_S);
}

static void
open_few(const struct rec_latency *r, const struct matter *m, uint64_t least,
         struct verdict_draft *d)
{
	char have[64], want[64];

	judge_open(d, m, LACK_TOO_LITTLE,
	           "%s: no whole hour with %" PRIu64 " samples; median %.1f ms so far, "
	           "n = %" PRIu64,
	           r->scope, least, r->total_p50_us / US_PER_MS, r->total_count);
	FIELD_FORMAT(have, "%" PRIu64 " samples", r->total_count);
	FIELD_FORMAT(want, "%" PRIu64 " in a clock hour", least);
	verdict_need(d, "round trips of the prefix", have, want,
	             "new connections, STUN or pings while the probe looks", 3600 * US_PER_S);
}

static void
judge_prefix(const struct audit_input *in, const struct rec_latency *r, struct verdict_draft *d)
{
	uint64_t least = (uint64_t)conf_threshold(in->conf, NULL, "m5_samples");
	double hours = conf_threshold(in->conf, NULL, "m5_hours"), target;
	double bad = conf_threshold(in->conf, NULL, "m5_bad_hours");
	double error_us = (double)r->clock_error_ns / NS_PER_US;
	uint64_t span = (uint64_t)hours * 3600 * US_PER_S;
	struct matter m = {.id = "latency", .scope = r->scope, .samples = r->total_count};
	struct hours h;

	if (r->clock_source[0])
		verdict_detail(d, "%s: %.90s; clock %s, resolution %g us, error at most %g us",
		               r->scope, r->methods, r->clock_source,
		               (double)r->clock_resolution_ns / NS_PER_US, error_us);
	target = (double)in->conf->targets.latency_us;
	h = read_hours(r->hours, least, target, error_us, in->to_us > span ? in->to_us - span : 0);
	m.first_us = h.first_over_us;
	d->row.samples += r->total_count;
	if (target <= 0) {
		tell_value(r, &m, &h, d);
	} else if (h.over >= bad) {
		fail_slow(r, &m, &h, target, d);
	} else if (h.over + h.doubtful >= bad) {
		judge_open(d, &m, LACK_PROBE_UNFIT,
		           "%s: median of %u of %u hours within %.3f ms of %.1f ms, which is the "
		           "clock's error",
		           r->scope, h.doubtful, h.counted, error_us / US_PER_MS,
		           target / US_PER_MS);
	} else if (h.counted && hours * (h.over + h.doubtful) >= bad * h.counted) {
		open_slow(in, r, &m, &h, d);
	} else if (h.counted) {
		judge_pass(d, &m,
		           "%s: median of %u hours at most %.1f ms, clock off by %.3g ms at most, "
		           "n = %" PRIu64,
		           r->scope, h.counted, h.worst_us / US_PER_MS, error_ms(r->clock_error_ns),
		           h.samples);
	} else {
		open_few(r, &m, least, d);
	}
}

/* A declared prefix of the peer of which no round trip is known, beside others. */
static void
judge_unmeasured(const struct audit_input *in, const struct input_subnet *s,
                 struct verdict_draft *d)
{
	char scope[SCOPE_SIZE];
	struct matter m = {.id = "latency", .scope = scope};

	if (!s->conf || s->conf->side != SIDE_PEER || s->conf->standby)
		return;
	FIELD_FORMAT(scope, "subnet:%s", s->prefix);
	for (size_t i = 0; i < in->latency_count; i++)
		if (strcmp(in->latencies[i].scope, scope) == 0)
			return;
	judge_open(d, &m, LACK_TOO_LITTLE, "%s: no round trip of it yet", scope);
	verdict_need(d, "round trips of the prefix", "none", "30 in a clock hour",
	             "new connections, STUN or pings; or mark it standby", 3600 * US_PER_S);
}

void
judge_latency(const struct audit_input *in, struct verdict_draft *d)
{
	size_t judged = 0;

	for (size_t i = 0; i < in->latency_count; i++) {
		const struct rec_latency *r = &in->latencies[i];

		if (strncmp(r->scope, "subnet:", 7) != 0 ||
		    strcmp(r->side, side_name(SIDE_PEER)) != 0)
			continue;
		judge_prefix(in, r, d);
		judged++;
	}
	for (size_t i = 0; i < in->subnet_count && judged > 0; i++)
		judge_unmeasured(in, &in->subnets[i], d);
	if (judged == 0) {
		judge_open(d, &(struct matter){.id = "latency", .scope = "peering"},
		           LACK_TOO_LITTLE, "no round trip of a declared prefix yet");
		verdict_need(d, "round trips of a declared prefix", "none", "30 in a clock hour",
		             "new connections, STUN or pings", 0);
	}
}
