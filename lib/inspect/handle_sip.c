/*
 * SIP over UDP, TCP and WebSocket (RFC 7118): messages to the counts, the calls, the offers of
 * media, the signs of NAT and of roles.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "inspect/handler.h"
#include "inspect/round_trip.h"
#include "inspect/sip_evidence.h"
#include "inspect/sip_nat.h"
#include "inspect/websocket.h"
#include "proto/multipart.h"
#include "proto/sdp.h"
#include "proto/sip.h"
#include "proto/websocket.h"

/* What is left of a stream at its end came at no time that could be told. */
static void
expect_media(const struct inspection *in, const struct sip *sip, const struct sdp *sdp)
{
	bool offers = slice_equal(sip->method, "INVITE") || slice_equal(sip->method, "UPDATE");

	if (sdp && in->expect && in->punt)
		media_offer_tell(sdp, offers ? MEDIA_OFFER : MEDIA_ANSWER, in->punt->time_ns,
		                 in->expect, in->expect_context);
}

/* By itself or beside others, as ISUP and locations have it. */
static bool
find_sdp(const struct sip *sip, struct cursor *body)
{
	static const char sdp[] = "application/sdp";
	struct slice type = sip->value[SIP_TYPE];

	*body = sip->body;
	return slice_equal_nocase(slice_trim(slice_until(&type, ';')), sdp) ||
	       multipart_find(sip->value[SIP_TYPE], *body, sdp, body);
}

/* NULL: the message has no SDP. */
static const struct sdp *
read_body(struct census *census, const struct sip *sip, struct sdp *sdp)
{
	struct cursor body;

	if (!find_sdp(sip, &body) || !cursor_left(&body))
		return NULL;
	census->sip.with_sdp++;
	if (sdp_decode(&body, sdp) != REASON_OK)
		census->sip.sdp_malformed++;
	return sdp;
}

/* A request and its first response by the topmost Via, which names the transaction (RFC 3261
 * section 17.1.3): a response brings the request's back, with more parameters behind. */
static void
time_message(struct inspection *in, const struct sip *sip)
{
	struct slice via = sip->value[SIP_VIA];
	const char *branch = via.size ? memmem(via.at, via.size, "branch=", 7) : NULL;
	struct slice name, rest;

	if (!branch || slice_equal_nocase(sip->cseq_method, "ACK"))
		return;
	rest = slice_between(branch, via.at + via.size);
	name = slice_until(&rest, ';');
	rest = name;
	name = slice_until(&rest, ',');
	if (sip->request)
		round_trip_ask(in, LATENCY_SIP, name.at, name.size);
	else
		round_trip_answer(in, LATENCY_SIP, name.at, name.size);
}

static void
take_message(struct inspection *in, const struct sip *sip)
{
	struct census *census = in->census;
	const struct sip_call *call = NULL;
	const struct sdp *body;
	struct sdp sdp;

	if (sip->request)
		names_add(&census->sip.methods, sip->method, 1);
	else
		census->sip.status[sip->status]++;
	if (sip->value[SIP_CALL_ID].size) {
		names_add(&census->sip.call_ids, sip->value[SIP_CALL_ID], 1);
		call = sip_calls_message(census->calls, in, sip);
	}
	time_message(in, sip);
	body = read_body(census, sip, &sdp);
	sip_nat_look(in, sip, body);
	sip_evidence_take(in, sip, call, body);
	expect_media(in, sip, body);
}

static bool
has_start_line(const struct sip *sip)
{
	return sip->request || sip->status;
}

/* One message by itself. What a cut capture keeps from us is nobody's mistake. */
static void
read_datagram(struct inspection *in)
{
	struct sip sip;
	enum reason reason;

	if (sip_is_keepalive(&in->payload)) {
		in->census->sip.keepalives++;
		return;
	}
	reason = sip_decode(&in->payload, SIP_DATAGRAM, &sip);
	if (has_start_line(&sip)) {
		in->census->sip.first_fragments += is_first_fragment(in);
		take_message(in, &sip);
	}
	if (reason == REASON_SIP_BAD || (reason == REASON_SIP_SHORT && !in->cut))
		in->census->sip.malformed++;
}

/* To the end of this line, or of the bytes. */
static void
skip_line(struct cursor *c)
{
	const uint8_t *end = memchr(c->at, '\n', cursor_left(c));

	c->at = end ? end + 1 : c->end;
}

/* What is no message (the rest of one behind a gap) is stepped over line by line. */
static size_t
read_messages(struct inspection *in, struct cursor bytes, bool gap)
{
	const uint8_t *start = bytes.at;
	bool lost = gap;

	while (cursor_left(&bytes)) {
		struct sip sip;
		enum reason reason = sip_decode(&bytes, SIP_STREAM, &sip);

		if (reason == REASON_SIP_SHORT && !in->cut)
			break;
		if (!has_start_line(&sip)) {
			in->census->sip.malformed += !lost;
			lost = true;
			skip_line(&bytes);
			continue;
		}
		lost = false;
		in->census->sip.malformed += reason == REASON_SIP_BAD;
		take_message(in, &sip);
		if (reason == REASON_SIP_SHORT)
			bytes.at = bytes.end;
	}
	return (size_t)(bytes.at - start);
}

static void
take_framed(void *context, struct cursor message)
{
	struct inspection *in = context;

	in->payload = message;
	read_datagram(in);
}

/* A frame begins where a segment does, sooner or later. */
static size_t
read_frames(struct inspection *in, struct cursor bytes, bool gap)
{
	struct websocket *w = in->conversation->state;
	size_t taken;

	if (gap)
		websocket_lose(w, in->direction);
	taken = websocket_read(w, in->direction, bytes, take_framed, in);
	return taken == SIZE_MAX ? STREAM_LOST : taken;
}

/* A WebSocket's head is followed by its frames; in->conversation->state tells that there was one.
 */
static size_t
read_stream(struct inspection *in, struct cursor bytes, bool gap)
{
	struct conversation *c = in->conversation;
	bool open;
	size_t head = websocket_head(&bytes, &open), taken;

	if (open)
		return 0;
	if (head && !c->state) {
		c->state = mem_alloc(1, sizeof(struct websocket));
		websocket_init(c->state, &in->census->streams.budget);
	}
	cursor_skip(&bytes, head);
	taken = c->state ? read_frames(in, bytes, gap) : read_messages(in, bytes, gap);
	return taken == STREAM_LOST ? taken : head + taken;
}

static void
forget(struct conversation *c)
{
	if (!c->state)
		return;
	websocket_fini(c->state);
	free(c->state);
}

static void
tick(struct inspection *in, uint64_t now_ns)
{
	sip_calls_tick(in->census->calls, in, now_ns);
}

const struct handler handler_sip = {.name = "sip",
                                    .whole = true,
                                    .datagram = read_datagram,
                                    .stream = read_stream,
                                    .tick = tick,
                                    .forget = forget};
