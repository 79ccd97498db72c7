#include "inspect/sip_evidence.h"

#include "inspect/evidence.h"
#include "inspect/handler.h"
#include "proto/sip_uri.h"

static void
add_name(const struct inspection *in, role_sketch *s, struct slice name)
{
	if (name.size)
		role_sketch_add(s, evidence_hash(in, name.at, name.size));
}

/* The address of record that a REGISTER is about (RFC 3261 section 10.2). */
static struct slice
record_of(const struct sip *sip)
{
	struct sip_uri uri;

	return sip_uri_read(sip->value[SIP_TO], &uri) ? uri.user : (struct slice){0};
}

static void
take_users(struct inspection *in, const struct sip *sip)
{
	struct sip_uri uri;

	if (sip_uri_read(sip->value[SIP_FROM], &uri))
		add_name(in, &evidence_sender(in)->users, uri.user);
	add_name(in, &evidence_receiver(in)->users, record_of(sip));
}

/* A request that came to this address before, and goes on with one Via more. */
static bool
is_forwarded(const struct inspection *in, const struct sip_call *call)
{
	const struct conversation *c = in->conversation;

	return call && addr_equal(&call->b, &c->ip[in->direction]) &&
	       !addr_equal(&call->a, &c->ip[!in->direction]);
}

static void
take_request(struct inspection *in, const struct sip *sip, const struct sip_call *call)
{
	struct role_messages *m = evidence_sender(in);

	if (sip->count[SIP_VIA] > 1) {
		m->via_more++;
		m->forwarded += is_forwarded(in, call);
	} else {
		m->via_single++;
	}
	if (slice_equal(sip->method, "INVITE")) {
		take_users(in, sip);
	} else if (slice_equal(sip->method, "REGISTER")) {
		m->registers++;
		add_name(in, &m->aors_sent, record_of(sip));
	} else if (slice_equal(sip->method, "OPTIONS")) {
		m->options_sent++;
		evidence_receiver(in)->options_taken++;
	}
}

static void
take_response(struct inspection *in, const struct sip *sip)
{
	struct role_messages *m = evidence_sender(in);

	if (!slice_equal(sip->cseq_method, "REGISTER"))
		return;
	if (sip->status != 200 && sip->status != 401 && sip->status != 407)
		return;
	m->register_answers++;
	add_name(in, &m->aors_answered, record_of(sip));
}

static void
take_sdp(struct inspection *in, const struct sdp *sdp)
{
	const struct addr *source = &in->conversation->ip[in->direction], *told = NULL;
	struct role_messages *m = evidence_sender(in);

	if (sdp->has_address)
		told = &sdp->address;
	else if (sdp->media_count && sdp->media[0].has_address)
		told = &sdp->media[0].address;
	if (!told)
		return;
	m->sdp_own += addr_equal(told, source);
	m->sdp_other += !addr_equal(told, source);
}

void
sip_evidence_take(struct inspection *in, const struct sip *sip, const struct sip_call *call,
                  const struct sdp *sdp)
{
	struct role_messages *m;

	if (!in->conversation)
		return;
	m = evidence_sender(in);
	if (!m->signalling_first_us)
		m->signalling_first_us = m->last_us;
	if (sip->request)
		take_request(in, sip, call);
	else
		take_response(in, sip);
	if (sdp)
		take_sdp(in, sdp);
}
