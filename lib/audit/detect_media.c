/*
 * What is wrong with media now: legs that carry one way only, and outages of many streams at once.
 * Both speak of a link as a whole: a single stream's outage is its sender's until many share it.
 */
#include <inttypes.h>
#include <string.h>

#include "audit/crossing.h"
#include "audit/detect.h"
#include "audit/field.h"
#include "snap/halves.h"

enum { LATELY_US = 60000000 }; /* a gap is told for a minute */

static bool
is_quiet(const struct audit_input *in, const struct input_link *link, const char *subject)
{
	return !link->seen || input_maintenance(in, subject) || (link->probe && link->probe->stale);
}

/* Where media of one direction alone is seen, the other may pass elsewhere: a leg is called one
 * way only on a link that shows both ways of others, and less those that another link has. */
static void
detect_one_way(const struct audit_input *in, const struct input_link *link, const char *subject,
               struct sightings *out)
{
	const struct rec_link_media *m = &link->rec.media;
	uint64_t there = crossing_alone(in, link->rec.name, HALF_MEDIA, DIR_PEER_TO_MSFT,
	                                m->legs_one_way[DIR_PEER_TO_MSFT]);
	uint64_t back = crossing_alone(in, link->rec.name, HALF_MEDIA, DIR_MSFT_TO_PEER,
	                               m->legs_one_way[DIR_MSFT_TO_PEER]);
	struct rec_evidence e = {.ts_us = in->to_us};
	struct rec_finding *f;

	if (there + back == 0 || m->legs_two_way == 0)
		return;
	f = detect_sight(out, "voice.oneway", subject, "");
	FIELD_COPY(f->side, there && back ? "both" : there ? "msft" : "peer");
	FIELD_FORMAT(f->text,
	             "%" PRIu64 " of %" PRIu64 " media legs on %s carry one way only: %" PRIu64
	             " without an answer from msft, %" PRIu64 " without one from peer",
	             there + back, m->legs_active, link->rec.name, there, back);
	FIELD_COPY(f->cause, "an end does not send, or what it sends does not reach this link");
	FIELD_FORMAT(f->next, "pniscope legs --link %s; look for the same legs on other links",
	             link->rec.name);
	f->samples = m->legs_active;
	FIELD_COPY(e.link, link->rec.name);
	FIELD_COPY(e.field, "legs_one_way");
	FIELD_FORMAT(e.value, "%" PRIu64 ", %" PRIu64, there, back);
	detect_evidence(f, &e);
}

/* What took the link, or a member of it, takes its media. */
static void
blame(struct rec_finding *f, const struct input_link *link, const char *subject)
{
	if (strcmp(link->rec.state, "silent") == 0)
		detect_id("link.silent", subject, "", f->caused_by);
	else if (strcmp(link->rec.state, "degraded") == 0)
		detect_id("link.degraded", subject, "", f->caused_by);
}

static void
detect_gap(const struct audit_input *in, const struct input_link *link, const char *subject,
           struct sightings *out)
{
	const struct rec_link_media *m = &link->rec.media;
	struct rec_evidence e = {.ts_us = m->gap_from_us};
	struct rec_finding *f;

	if (m->gap_us == 0 || (!in->capture && m->gap_us + LATELY_US < in->to_us))
		return;
	f = detect_sight(out, "voice.gap", subject, "");
	FIELD_COPY(f->side, "unknown");
	FIELD_FORMAT(f->text,
	             "%" PRIu64 " of %" PRIu64
	             " media streams on %s were without packets at once, for up to %.3f s; then "
	             "they went on over %s",
	             m->gap_streams, m->gap_of_streams, link->rec.name,
	             (double)m->gap_length_us / 1e6, m->gap_until_link);
	FIELD_COPY(f->cause, "a path that they share was interrupted before this tap");
	FIELD_FORMAT(f->next, "pniscope events --link %s; pniscope streams --link %s",
	             link->rec.name, link->rec.name);
	f->since_us = m->gap_from_us;
	f->samples = m->gap_of_streams;
	FIELD_COPY(e.link, link->rec.name);
	FIELD_COPY(e.field, "media_gap_length_us");
	FIELD_FORMAT(e.value, "%" PRIu64, m->gap_length_us);
	detect_evidence(f, &e);
	blame(f, link, subject);
}

void
detect_media(const struct audit_input *in, struct sightings *out)
{
	for (size_t i = 0; i < in->link_count; i++) {
		const struct input_link *link = &in->links[i];
		char subject[128];

		FIELD_FORMAT(subject, "link:%s", link->rec.name);
		if (is_quiet(in, link, subject))
			continue;
		detect_one_way(in, link, subject, out);
		detect_gap(in, link, subject, out);
	}
}
