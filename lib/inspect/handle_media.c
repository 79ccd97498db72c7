/*
 * Everything that shares a media port, told apart by the first byte (RFC 7983 section 7): STUN 0-3,
 * ZRTP 16-19, DTLS 20-63, TURN channels 64-79, RTP and RTCP 128-191 (RFC 5761 section 4).
 */
#include "base/clock.h"
#include "inspect/evidence.h"
#include "inspect/handler.h"
#include "inspect/hello.h"
#include "inspect/round_trip.h"
#include "proto/dtls.h"
#include "proto/protocols.h"
#include "proto/rtcp.h"
#include "proto/stun.h"
#include "proto/tls.h"
#include "proto/turn.h"
#include "proto/zrtp.h"

enum { STUN_TRANSACTION = 12 }; /* bytes behind the cookie */

/* What servers alone send: answers (RFC 8656 section 7.3). */
static void
take_stun_role(struct inspection *in, const struct stun *stun)
{
	struct role_messages *m;

	if (stun->class != STUN_SUCCESS && stun->class != STUN_ERROR)
		return;
	m = evidence_sender(in);
	if (stun->method == STUN_ALLOCATE) {
		m->challenges += stun->class == STUN_ERROR && stun->error == 401;
		m->allocations += stun->class == STUN_SUCCESS && stun->seen & STUN_HAS_RELAYED;
	} else if (stun->class == STUN_SUCCESS) {
		m->bindings += stun->method == STUN_BINDING;
		m->channels += stun->method == STUN_CHANNEL_BIND;
	}
}

/* A transaction over TCP may wait behind others. */
static void
time_stun(struct inspection *in, const struct stun *stun)
{
	if (!in->punt || in->punt->packet.proto == PROTO_TCP)
		return;
	if (stun->class == STUN_REQUEST)
		round_trip_ask(in, LATENCY_STUN, stun->transaction, STUN_TRANSACTION);
	else if (stun->class != STUN_INDICATION)
		round_trip_answer(in, LATENCY_STUN, stun->transaction, STUN_TRANSACTION);
}

/* A relay carries RTCP with the media: what hangs together as a compound counts, the rest may be
 * anything that was encrypted. */
static void
read_relayed(struct inspection *in, struct cursor datagram)
{
	struct turn_data data;
	uint8_t types[32];
	unsigned count;
	bool whole;

	if (!turn_data_find(datagram, &data) || !rtcp_fits(&data.bytes))
		return;
	count = rtcp_compound(&data.bytes, types, sizeof types, &whole);
	for (unsigned i = 0; whole && i < count; i++)
		in->census->rtcp[types[i]]++;
}

/* A length beyond the datagram is none of STUN's, unless the capture cut it (RFC 8489 section 6.3
 * has the receiver check it). */
static void
read_stun(struct inspection *in)
{
	struct cursor datagram = in->payload;
	struct stun stun;
	enum reason reason = stun_decode(&in->payload, &stun);
	bool is_short = reason == REASON_STUN_SHORT;

	if (reason != REASON_OK && !(in->cut && is_short))
		in->census->stun_malformed++;
	if (!stun.transaction || (is_short && !in->cut))
		return;
	if (stun.classic)
		in->census->stun_classic[stun.type]++;
	else
		in->census->stun[stun.type]++;
	take_stun_role(in, &stun);
	time_stun(in, &stun);
	read_relayed(in, datagram);
}

static void
read_channel(struct inspection *in)
{
	struct cursor datagram = in->payload;
	struct stun_channel channel;
	enum reason reason = stun_channel_decode(&in->payload, &channel);

	if (reason != REASON_OK && !(in->cut && reason == REASON_STUN_SHORT))
		return;
	in->census->channels[channel.channel & (CENSUS_CHANNELS - 1)]++;
	read_relayed(in, datagram);
}

static void
read_dtls_messages(struct inspection *in, struct cursor body)
{
	struct dtls_message message;

	while (cursor_left(&body) && dtls_message_decode(&body, &message) == REASON_OK) {
		struct tls_message whole = {message.type, message.size, message.body};

		/* a message in fragments is counted at its first, and not read */
		if (cursor_left(&message.body) < message.size)
			whole.body = cursor_none();
		if (message.offset == 0)
			hello_count(in, CENSUS_UDP, &whole);
	}
}

static void
read_dtls(struct inspection *in)
{
	struct dtls_record record;

	while (cursor_left(&in->payload)) {
		enum reason reason = dtls_record_decode(&in->payload, &record);

		if (reason == REASON_DTLS_BAD || (reason != REASON_OK && !in->cut))
			return;
		if (record.unified) {
			in->census->dtls_unified++;
			continue;
		}
		census_version_add(&in->census->dtls, record.version, record.type);
		if (record.type == TLS_HANDSHAKE && record.epoch == 0)
			read_dtls_messages(in, record.body);
	}
}

/* A sender report asks with the middle of its NTP time; a block about its source that names it
 * answers, and says how long it was held back (RFC 3550 section 6.4.1). */
static void
time_report(struct inspection *in, const struct rtcp *rtcp)
{
	struct cursor body = rtcp->body;
	struct rtcp_block block;
	uint32_t name[2] = {rtcp->ssrc, (uint32_t)(rtcp->ntp >> 16)};

	if (rtcp->type == RTCP_SR)
		round_trip_ask(in, LATENCY_RTCP, name, sizeof name);
	if (rtcp->type != RTCP_SR && rtcp->type != RTCP_RR)
		return;
	for (unsigned i = 0; i < rtcp->count && rtcp_block_next(&body, &block); i++) {
		name[0] = block.ssrc;
		name[1] = block.last_sr;
		if (block.last_sr)
			round_trip_answer_less(in, LATENCY_RTCP, name, sizeof name,
			                       (uint64_t)block.delay_since_sr * NS_PER_S >> 16);
	}
}

/* In the clear and whole: every report of the compound. */
static void
time_compound(struct inspection *in, struct cursor c)
{
	struct rtcp rtcp;

	while (in->punt && rtcp_fits(&c) && rtcp_decode(&c, &rtcp) == REASON_OK)
		time_report(in, &rtcp);
}

/* The 80-bit tag of SRTCP (RFC 3711 section 4.2.1) makes a size that no plain compound, counted in
 * words, can have. */
static bool
is_ragged(const struct inspection *in)
{
	bool datagram = in->punt && in->punt->packet.proto == PROTO_UDP;
	size_t size =
		in->cut && datagram ? in->punt->packet.payload_size : cursor_left(&in->payload);

	return size % 4 != 0 && (datagram || !in->cut);
}

/* What does not hang together is SRTCP, of which the first header alone is in the clear: its type
 * counts, unless the size tells. What the capture cut may be either. */
static unsigned
read_compound(struct inspection *in, uint8_t *types, unsigned max)
{
	bool ragged = is_ragged(in), whole;
	struct cursor compound = in->payload;
	unsigned count = rtcp_compound(&in->payload, types, max, &whole);

	if (whole) {
		time_compound(in, compound);
		return count;
	}
	if (in->cut && !ragged)
		return rtcp_compound_cut(compound, types, max);
	in->census->srtcp++;
	return count > 0 && !ragged;
}

static void
read_rtcp(struct inspection *in)
{
	uint8_t types[32];
	unsigned count = read_compound(in, types, sizeof types);

	for (unsigned i = 0; i < count; i++)
		in->census->rtcp[types[i]]++;
}

static void
read_message(struct inspection *in)
{
	const uint8_t *first = cursor_peek(&in->payload, 1);

	if (!first)
		return;
	if (*first < 4)
		read_stun(in);
	else if (zrtp_fits(&in->payload))
		in->census->zrtp++;
	else if (dtls_fits(&in->payload))
		read_dtls(in);
	else if (*first >= 64 && *first < 80)
		read_channel(in);
	else if (rtcp_fits(&in->payload))
		read_rtcp(in);
}

static bool
is_framed_stun(const struct cursor *c)
{
	struct cursor behind = *c;

	cursor_skip(&behind, 2);
	return stun_fits(&behind);
}

/* How a TCP connection frames its messages is what its first bytes fit: STUN's own length (RFC 8489
 * section 6.2.2; ChannelData padded, RFC 8656 section 12.5), or one before each (RFC 4571). */
static size_t
frame_size(const struct cursor *c, size_t *head)
{
	const uint8_t *p = cursor_peek(c, 4);

	*head = 0;
	if (stun_fits(c))
		return STUN_SIZE + load_be16(p + 2);
	if (p && (is_framed_stun(c) || p[0] < 64)) {
		*head = 2;
		return load_be16(p);
	}
	return p && p[0] < 80 ? STUN_CHANNEL_SIZE + ((load_be16(p + 2) + 3u) & ~3u) : 0;
}

/* ChannelData may be shorter than STUN's header; its first byte, behind a length of its own too, is
 * what no length of STUN's can have there. */
static bool
is_told(const struct cursor *c)
{
	const uint8_t *p = cursor_peek(c, STUN_CHANNEL_SIZE);

	return cursor_left(c) >= STUN_SIZE ||
	       (p && ((p[0] >= 64 && p[0] < 80) || (p[0] == 0 && p[2] >= 64 && p[2] < 80)));
}

/* ChannelData up to the end, or up to a STUN message: by its number alone anything could be. */
static bool
is_channel_run(struct cursor c)
{
	size_t head;

	while (cursor_left(&c) && !stun_fits(&c)) {
		const uint8_t *p = cursor_peek(&c, STUN_CHANNEL_SIZE);

		if (!p || p[0] < 64 || p[0] >= 80)
			return false;
		cursor_skip(&c, frame_size(&c, &head));
		if (!c.ok)
			return false;
	}
	return true;
}

/* Where messages can be told behind bytes that are missing. */
static bool
is_message(const struct cursor *c)
{
	return stun_fits(c) || is_framed_stun(c) || is_channel_run(*c);
}

static size_t
read_stream(struct inspection *in, struct cursor bytes, bool gap)
{
	const uint8_t *start = bytes.at;

	if (gap && !is_message(&bytes))
		return STREAM_LOST;
	while (is_told(&bytes)) {
		size_t head, size = frame_size(&bytes, &head);

		if (size == 0)
			return STREAM_GIVE_UP;
		if (cursor_left(&bytes) < head + size && !in->cut)
			break;
		cursor_skip(&bytes, head);
		if (cursor_left(&bytes) < size)
			size = cursor_left(&bytes);
		in->payload = cursor_slice(&bytes, size);
		read_message(in);
	}
	return (size_t)(bytes.at - start);
}

const struct handler handler_media = {
	.name = "media", .datagram = read_message, .stream = read_stream};
