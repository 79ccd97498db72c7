/* `analyze` for people: what was read, what is on it, what to make of it, what the probe lacked. */
#include <inttypes.h>

#include "analyze_text.h"
#include "base/clock.h"
#include "inspect/inspector.h"
#include "reader.h"
#include "ui/format.h"

const char *
analysis_text_zone(const struct sheet *s)
{
	return s->zone[0] ? s->zone : NULL;
}

void
analysis_text_heading(const struct sheet *s, const char *title)
{
	fprintf(s->to, s->colour ? "\n\033[1m%s\033[0m\n" : "\n%s\n", title);
}

static void
print_reasons(const struct sheet *s)
{
	const uint64_t *reasons = s->a->aggregate->probe.reasons;
	uint64_t sum = 0;

	for (unsigned r = 0; r < REASON_COUNT; r++)
		sum += r != REASON_OK ? reasons[r] : 0;
	if (!sum)
		return;
	fputs("  not fully decoded:", s->to);
	for (unsigned r = 0; r < REASON_COUNT; r++) {
		if (r != REASON_OK && reasons[r])
			fprintf(s->to, " %s %" PRIu64, reason_name(r), reasons[r]);
	}
	fputc('\n', s->to);
}

static void
print_capture(const struct sheet *s)
{
	const struct capture_info *info = capture_info(s->a->capture);
	char first[CLOCK_TEXT_SIZE], last[CLOCK_TEXT_SIZE], length[FORMAT_SIZE], bytes[FORMAT_SIZE],
		packets[FORMAT_SIZE], flows[FORMAT_SIZE];

	fprintf(s->to, "%" PRIu64 " capture%s: %s packets, %s on the wire, flows: %s\n",
	        info->files, info->files == 1 ? "" : "s", format_count(info->packets, packets),
	        format_scaled((double)info->bytes, "B", bytes),
	        format_count(s->a->flow_count, flows));
	if (info->packets)
		fprintf(s->to, "  %s to %s, %s; clock: the captures' own, steps of %g us\n",
		        clock_format_zone(info->first_us, 3, analysis_text_zone(s), first),
		        clock_format_zone(info->last_us, 3, analysis_text_zone(s), last),
		        format_duration(info->last_us - info->first_us, length),
		        (double)info->resolution_ns / NS_PER_US);
	if (info->truncated)
		fputs("  truncated: analysed up to the break\n", s->to);
	if (info->backwards)
		fprintf(s->to,
		        "  packets whose time lies before their predecessor's: %" PRIu64 "\n",
		        info->backwards);
	if (info->unsupported)
		fprintf(s->to, "  packets of a link type that is not used: %" PRIu64 "\n",
		        info->unsupported);
	print_reasons(s);
}

static void
print_sides(const struct sheet *s)
{
	const struct analysis *a = s->a;
	uint64_t all = capture_info(a->capture)->packets,
		 unknown = a->aggregate->probe.direction_unknown;
	char share[FORMAT_SIZE];

	if (a->guessed)
		fprintf(s->to,
		        "  no contract given (-c FILE): the sides are a guess from the well-known "
		        "cloud "
		        "ranges\n  (%s)\n",
		        a->conf->cloud.ranges ? a->conf->cloud.ranges : "built in");
	if (unknown && all)
		fprintf(s->to, "  %s of the packets have no address whose side is known%s\n",
		        format_ratio((double)unknown / (double)all, share),
		        a->guessed ? "; there the first sender is taken for the peer" : "");
}

static void
print_shortage(const struct sheet *s, const char *name, uint64_t count, const char *what)
{
	if (count)
		fprintf(s->to, "  %s %" PRIu64 ": %s\n", name, count, what);
}

static void
print_probe(const struct sheet *s)
{
	const struct agg_probe *p = &s->a->aggregate->probe;
	const struct inspector_shortage inspector = inspector_shortage(s->a->inspector);

	analysis_text_heading(s, "the probe itself");
	fprintf(s->to,
	        "  %" PRIu64 " packets analysed, %" PRIu64 " flows refused, %" PRIu64
	        " evicted; meters without room %" PRIu64 ", endpoints %" PRIu64
	        ".\n  What the capture itself lost is not known here: files don't say.\n",
	        p->packets, p->shortage.flows_refused, p->flows_evicted,
	        p->shortage.meter_overflows, s->a->aggregate->endpoints_overflow);
#define X(name, unit, what) print_shortage(s, #name, p->shortage.name, what);
	SHORTAGES(X)
#undef X
#define X(name, unit, what) print_shortage(s, #name, inspector.name, what);
	INSPECTOR_SHORTAGES(X)
#undef X
}

void
analysis_text(struct analysis *a, FILE *to)
{
	struct sheet s = {.a = a, .to = to};

	if (!reader_style(a->options, a->conf->sites[0].timezone, s.zone, &s.colour))
		return;
	print_capture(&s);
	print_sides(&s);
	analysis_text_traffic(&s);
	analysis_text_judged(&s);
	print_probe(&s);
}
