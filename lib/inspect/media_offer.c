#include "inspect/media_offer.h"

/* RTP/AVP, RTP/SAVPF, UDP/TLS/RTP/SAVP …; not udptl, TCP or data channels. */
static bool
is_rtp(struct slice protocol)
{
	bool tcp = protocol.size >= 3 && memcmp(protocol.at, "TCP", 3) == 0;

	return !tcp && memmem(protocol.at, protocol.size, "RTP/", 4) != NULL;
}

/* RTP/SAVP, RTP/SAVPF (RFC 3711, 5124): secure by profile. */
static bool
is_secure(const struct sdp_media *m, enum media_offer_kind kind)
{
	return (m->keys && kind == MEDIA_ANSWER) ||
	       memmem(m->protocol.at, m->protocol.size, "/SAVP", 5) != NULL;
}

/* 0.0.0.0 puts a call on hold (RFC 3264 8.4), 9 is the port of nobody yet (RFC 8840). */
static bool
has_place(const struct sdp_media *m)
{
	static const struct addr nowhere4 = {.b = {[10] = 0xff, [11] = 0xff}}, nowhere6;

	return m->has_address && m->port != 0 && m->port != 9 &&
	       !addr_equal(&m->address, &nowhere4) && !addr_equal(&m->address, &nowhere6);
}

static struct rtp_format
format_of(const struct sdp_format *f)
{
	struct rtp_format out = rtp_codec_static(f->payload_type);

	if (!f->codec.at)
		return out;
	out.codec = rtp_codec_find(f->codec);
	out.clock_hz = f->clock_hz ? f->clock_hz : rtp_codec_clock(out.codec);
	return out;
}

/* Media of one address and port: those of a BUNDLE (RFC 9143), or a plain and a secure offer of the
 * same. */
static bool
is_same_place(const struct sdp_media *a, const struct sdp_media *b)
{
	return a->port == b->port && addr_equal(&a->address, &b->address);
}

static bool
is_offered(const struct sdp_media *m)
{
	return is_rtp(m->protocol) && has_place(m);
}

/* The first media line of its place speaks for all of them. */
static bool
is_told_before(const struct sdp *sdp, unsigned at)
{
	for (unsigned i = 0; i < at; i++)
		if (is_offered(&sdp->media[i]) && is_same_place(&sdp->media[i], &sdp->media[at]))
			return true;
	return false;
}

/* Payload types of one RTP session mean one thing each (RFC 9143 section 9.1), so all of a place's
 * are told together. There may be more than there is room for: the first ones of each line, which
 * are those it would rather have, go before the second ones of any. Secure when all lines are. */
static void
gather_place(const struct sdp *sdp, const struct sdp_media *place, enum media_offer_kind kind,
             struct expectation *e)
{
	e->secure = true;
	for (unsigned f = 0; f < SDP_FORMATS_MAX; f++) {
		for (unsigned i = 0; i < sdp->media_count; i++) {
			const struct sdp_media *m = &sdp->media[i];

			if (!is_offered(m) || !is_same_place(m, place))
				continue;
			e->secure &= is_secure(m, kind);
			if (f < m->format_count && e->format_count < EXPECTATION_FORMATS)
				e->formats[e->format_count++] = format_of(&m->formats[f]);
		}
	}
}

unsigned
media_offer_tell(const struct sdp *sdp, enum media_offer_kind kind, uint64_t time_ns,
                 expect_fn *expect, void *context)
{
	unsigned told = 0;

	for (unsigned i = 0; i < sdp->media_count; i++) {
		const struct sdp_media *m = &sdp->media[i];
		struct expectation e = {.addr = m->address, .port = m->port, .time_ns = time_ns};

		if (!is_offered(m) || is_told_before(sdp, i))
			continue;
		gather_place(sdp, m, kind, &e);
		expect(context, &e);
		told++;
	}
	return told;
}
