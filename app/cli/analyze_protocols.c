/* The slow path of `analyze`: punted frames to the inspector, its counts as JSON. */
#include <inttypes.h>

#include "analyze.h"
#include "inspect/inspector.h"

enum {
	CONVERSATIONS = 1 << 22, /* a capture's counts are exact as far as memory goes */
	NAMES = 1 << 20,
	CALLS = 1 << 20,
};

static void
expect(void *context, const struct expectation *e)
{
	struct analysis *a = context;

	pipeline_expect(a->pipeline, e);
}

struct inspector *
analysis_inspector(struct analysis *a)
{
	return inspector_create(&(struct inspector_params){
		.conversations = CONVERSATIONS,
		.names = NAMES,
		.calls = CALLS,
		.keep_calls = true,
		.waiting_bytes = UINT64_MAX,
		.conf = a->conf,
		.lanes = a->plan->lanes,
		.lane_count = a->plan->lane_count,
		.expect = expect,
		.expect_context = a,
	});
}

bool
analysis_punt(void *context, enum punt_queue queue, struct burst *b, unsigned i)
{
	struct analysis *a = context;
	struct punt p;

	punt_fill(&p, queue, b, i);
	inspector_packet(a->inspector, &p);
	return true;
}

/* ---- JSON -------------------------------------------------------------------------------- */

/* Numbers that were counted, by their own number in this form. */
static json_t *
numbers_json(const uint64_t *counts, unsigned size, unsigned first, const char *form)
{
	json_t *o = json_object();
	char key[16];

	for (unsigned i = 0; i < size; i++) {
		if (!counts[i])
			continue;
		snprintf(key, sizeof key, form, first + i);
		json_put_u64(o, key, counts[i]);
	}
	return o;
}

static json_t *
names_json(const struct names *n)
{
	json_t *o = json_object();

	for (uint32_t i = 0; i < n->count; i++)
		json_put_u64(o, n->at[i].name, n->at[i].count);
	return o;
}

static json_t *
sip_json(const struct census *c)
{
	json_t *o = json_object();

	json_put(o, "requests", names_json(&c->sip.methods));
	json_put(o, "responses", numbers_json(c->sip.status, CENSUS_SIP_STATUS_MAX, 0, "%u"));
	json_put_u64(o, "malformed", c->sip.malformed);
	json_put_u64(o, "call_ids", c->sip.call_ids.count);
	json_put(o, "calls", analysis_calls_json(c));
	json_put_u64(o, "with_sdp", c->sip.with_sdp);
	json_put_u64(o, "keepalives", c->sip.keepalives);
	json_put_u64(o, "first_fragments", c->sip.first_fragments);
	return o;
}

static json_t *
dns_json(const struct census *c)
{
	json_t *o = json_object();

	json_put_u64(o, "queries", c->dns.queries);
	json_put_u64(o, "responses", c->dns.responses);
	json_put(o, "rcodes", numbers_json(c->dns.rcodes, 16, 0, "%u"));
	json_put_u64(o, "malformed", c->dns.malformed);
	json_put_u64(o, "first_fragments", c->dns.first_fragments);
	return o;
}

/* By kind over all versions. */
static json_t *
kinds_json(const struct census_versions *v)
{
	uint64_t sums[CENSUS_KINDS] = {0};

	for (uint32_t i = 0; i < v->count; i++)
		for (unsigned k = 0; k < CENSUS_KINDS; k++)
			sums[k] += v->at[i].kinds[k];
	return numbers_json(sums, CENSUS_KINDS, 0, "%u");
}

static json_t *
versions_json(const struct census_versions *v)
{
	json_t *o = json_object();
	char key[16];

	for (uint32_t i = 0; i < v->count; i++) {
		snprintf(key, sizeof key, "0x%04" PRIx32, v->at[i].version);
		json_put(o, key, numbers_json(v->at[i].kinds, CENSUS_KINDS, 0, "%u"));
	}
	return o;
}

/* What ICMP errors quote. */
static json_t *
quoted_json(const struct census_quoted *q)
{
	json_t *o = json_object(), *sip = json_object(), *dns = json_object();

	json_put(sip, "requests", names_json(&q->sip_methods));
	json_put(sip, "responses", numbers_json(q->sip_status, CENSUS_SIP_STATUS_MAX, 0, "%u"));
	json_put_u64(dns, "queries", q->dns_queries);
	json_put_u64(dns, "responses", q->dns_responses);
	json_put(dns, "rcodes", numbers_json(q->dns_rcodes, 16, 0, "%u"));
	json_put(o, "sip", sip);
	json_put(o, "stun", numbers_json(q->stun, CENSUS_STUN_TYPES, 0, "0x%04x"));
	json_put(o, "rtcp", numbers_json(q->rtcp, 256, 0, "%u"));
	json_put(o, "dtls_versions", versions_json(&q->dtls));
	json_put(o, "dns", dns);
	return o;
}

/* The server's choice, as people call it. */
static json_t *
chosen_json(const struct census_versions *v)
{
	static const struct {
		uint32_t version;
		const char *name;
	} known[] = {
		{0x0300, "SSL 3.0"},  {0x0301, "TLS 1.0"},  {0x0302, "TLS 1.1"},
		{0x0303, "TLS 1.2"},  {0x0304, "TLS 1.3"},  {0xfeff, "DTLS 1.0"},
		{0xfefd, "DTLS 1.2"}, {0xfefc, "DTLS 1.3"},
	};
	json_t *o = json_object();

	for (uint32_t i = 0; i < v->count; i++) {
		uint64_t count = 0;
		char other[16];
		const char *name = other;

		for (unsigned k = 0; k < CENSUS_TRANSPORTS; k++)
			count += v->at[i].kinds[k];
		snprintf(other, sizeof other, "0x%04" PRIx32, v->at[i].version);
		for (size_t n = 0; n < sizeof known / sizeof *known; n++)
			if (known[n].version == v->at[i].version)
				name = known[n].name;
		json_put_u64(o, name, count);
	}
	return o;
}

static json_t *
tls_json(const struct census *c)
{
	static const char *const transports[CENSUS_TRANSPORTS] = {
		[CENSUS_TCP] = "tcp", [CENSUS_UDP] = "dtls", [CENSUS_QUIC] = "quic"};
	json_t *o = json_object(), *handshakes = json_object();

	for (unsigned t = 0; t < CENSUS_TRANSPORTS; t++)
		json_put(handshakes, transports[t],
		         numbers_json(c->tls.handshakes[t], 256, 0, "%u"));
	json_put(o, "sni", names_json(&c->tls.names));
	json_put(o, "sni_cut", names_json(&c->tls.cut_names));
	json_put(o, "sni_dtls", names_json(&c->tls.datagram_names));
	json_put(o, "versions", chosen_json(&c->tls.chosen));
	json_put(o, "certificates", analysis_certificates_json(c));
	json_put(o, "handshakes", handshakes);
	json_put(o, "handshakes_cut", numbers_json(c->tls.cut_handshakes, 256, 0, "%u"));
	json_put(o, "alerts", numbers_json(c->tls.alerts, 256, 0, "%u"));
	return o;
}

static json_t *
quic_json(const struct census *c)
{
	json_t *o = json_object();

	json_put(o, "long_packets", versions_json(&c->quic));
	json_put_u64(o, "short_packets", c->quic_short);
	json_put_u64(o, "initials_not_opened", c->quic_unopened);
	return o;
}

static json_t *
inspector_json(const struct inspector *i)
{
	const struct census *c = inspector_census(i);
	const struct stream_pool *s = &c->streams;
	json_t *o = json_object();
	uint64_t forgotten;

	json_put_u64(o, "conversations", inspector_conversations(i, &forgotten));
	json_put_u64(o, "conversations_forgotten", forgotten);
	json_put_u64(o, "datagrams", c->datagrams);
	json_put_u64(o, "unread", c->unread);
	json_put_u64(o, "segments", s->segments);
	json_put_u64(o, "segments_ahead", s->ahead);
	json_put_u64(o, "segments_repeated", s->repeated);
	json_put_u64(o, "gaps", s->gaps);
	json_put_u64(o, "buffers_full", s->full);
	json_put_u64(o, "given_up", c->given_up);
	return o;
}

void
analysis_put_protocols(json_t *o, const struct inspector *i)
{
	const struct census *c = inspector_census(i);

	json_put(o, "sip", sip_json(c));
	json_put(o, "rtcp", numbers_json(c->rtcp, 256, 0, "%u"));
	json_put_u64(o, "srtcp", c->srtcp);
	json_put(o, "stun", numbers_json(c->stun, CENSUS_STUN_TYPES, 0, "0x%04x"));
	json_put(o, "stun_classic", numbers_json(c->stun_classic, CENSUS_STUN_TYPES, 0, "0x%04x"));
	json_put(o, "turn_channels", numbers_json(c->channels, CENSUS_CHANNELS, 0x4000, "0x%04x"));
	json_put(o, "dtls", kinds_json(&c->dtls));
	json_put(o, "dtls_versions", versions_json(&c->dtls));
	json_put(o, "dns", dns_json(c));
	json_put(o, "quoted", quoted_json(&c->quoted));
	json_put(o, "tls", tls_json(c));
	json_put(o, "quic", quic_json(c));
	analysis_put_peering(o, &c->peering);
	json_put(o, "inspector", inspector_json(i));
}
