/* Calls that a capture's signalling in the clear tells of, and certificates, as JSON. */
#include "analyze.h"
#include "base/clock.h"
#include "inspect/census.h"
#include "inspect/certificates.h"
#include "proto/protocols.h"

static void
put_time(json_t *o, const char *key, uint64_t ns)
{
	if (ns)
		json_put_u64(o, key, ns / NS_PER_US);
	else
		json_put_null(o, key);
}

/* A length of time between two things that both happened. */
static void
put_span(json_t *o, const char *key, uint64_t from_ns, uint64_t to_ns)
{
	put_time(o, key, from_ns && to_ns > from_ns ? to_ns - from_ns : 0);
}

static void
put_user(json_t *o, const char *key, uint64_t hash)
{
	char text[20];

	if (!hash) {
		json_put_null(o, key);
		return;
	}
	snprintf(text, sizeof text, "%016llx", (unsigned long long)hash);
	json_put_text(o, key, text);
}

static void
put_ends(json_t *o, const struct sip_call *c)
{
	char text[ADDR_TEXT_SIZE];

	json_put_text(o, "transport", c->proto == PROTO_TCP ? "tcp" : "udp");
	json_put_text(o, "a", addr_format(&c->a, text));
	json_put_u64(o, "a_port", c->a_port);
	json_put_text(o, "b", addr_format(&c->b, text));
	json_put_u64(o, "b_port", c->b_port);
	put_user(o, "from", c->from);
	put_user(o, "to", c->to);
}

static void
put_times(json_t *o, const struct sip_call *c)
{
	put_time(o, "first_us", c->first_ns);
	put_time(o, "last_us", c->last_ns);
	put_time(o, "invite_us", c->invite_ns);
	put_time(o, "ringing_us", c->ring_ns);
	put_time(o, "answered_us", c->answer_ns);
	put_time(o, "ended_us", c->end_ns);
	put_time(o, "setup_delay_us", c->setup_ns);
	put_span(o, "duration_us", c->answer_ns, c->end_ns);
}

static void
push_call(void *context, const struct sip_call *c)
{
	json_t *o;

	if (c->invites == 0 && c->state == SIP_CALL_NONE)
		return;
	o = json_object();
	json_put_text(o, "call_id", c->id);
	json_put_text(o, "state", sip_call_state_name(c->state));
	json_put_text(o, "first_method", c->first_method);
	if (c->final_status)
		json_put_u64(o, "final_status", c->final_status);
	else
		json_put_null(o, "final_status");
	json_put_u64(o, "messages", c->messages);
	json_put_u64(o, "retransmissions", c->retransmissions);
	json_put_u64(o, "invites", c->invites);
	json_put_u64(o, "reinvites", c->reinvites);
	json_put_u64(o, "forks", c->forks);
	json_put_u64(o, "cancels", c->cancels);
	json_put_u64(o, "byes", c->byes);
	json_put_u64(o, "pracks", c->pracks);
	put_ends(o, c);
	put_times(o, c);
	json_push(context, o);
}

json_t *
analysis_calls_json(const struct census *c)
{
	json_t *array = json_array();

	sip_calls_each(c->calls, push_call, array);
	return array;
}

static json_t *
certificate_json(const struct certificate_seen *seen)
{
	const struct certificate *c = &seen->certificate;
	json_t *o = json_object();
	char text[ADDR_TEXT_SIZE];

	json_put_text(o, "cn", c->subject);
	json_put(o, "san", json_split(c->names));
	json_put_text(o, "issuer", c->issuer);
	json_put_u64(o, "not_before_us", c->not_before_us);
	json_put_u64(o, "not_after_us", c->not_after_us);
	json_put_bool(o, "self_issued", c->self_issued);
	json_put_text(o, "ip", addr_format(&seen->ip, text));
	json_put_u64(o, "port", seen->port);
	json_put_u64(o, "count", seen->count);
	put_time(o, "first_us", seen->first_ns);
	put_time(o, "last_us", seen->last_ns);
	return o;
}

json_t *
analysis_certificates_json(const struct census *c)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < c->tls.certificates.count; i++)
		json_push(array, certificate_json(&c->tls.certificates.at[i]));
	return array;
}
