#include "classify/role_rules.h"

#include <math.h>

#include "classify/class.h"

#define BIT(class) (UINT64_C(1) << CLASS_##class)
#define MEDIA (BIT(RTP) | BIT(SRTP) | BIT(TEAMS_MEDIA))
#define WEB (BIT(TLS) | BIT(HTTP) | BIT(QUIC))
#define SIGNALLING (BIT(SIP) | BIT(SIP_TLS))

enum {
	/* requirements section 9 */
	REGISTRAR_AORS = 5,
	UA_CALLS = 4,
	RELAY_STREAMS = 10,
	WEB_CLIENTS = 20,
	FORWARDER_SERVERS = 3,
	CGNAT_FLOWS = 1000,
	/* engineering: how much makes up "many" where it gives no number */
	MANY_PEERS = 5,
	RESOLVER_SERVERS = 10,
	POOL_FLOWS = 20,
	WITHOUT_MEDIA_S = 24 * 3600,
};

struct case_ {
	const struct role_flows *f;
	const struct role_messages *m;
	const struct role_context *c;
	uint64_t classes; /* of any flow */
};

unsigned
role_sketch_count(role_sketch s)
{
	int zeros = 64 - __builtin_popcountll(s);

	return zeros == 0 ? 64 * 5 : (unsigned)lround(-64 * log(zeros / 64.0));
}

double
role_faded(double confidence, uint64_t last_us, uint64_t now_us)
{
	double age = now_us > last_us ? (double)(now_us - last_us) / (ROLE_DECAY_S * 1e6) : 0;

	return age < 1 ? confidence * (1 - age) : 0;
}

static double
at_most(double value, double limit)
{
	return value < limit ? value : limit;
}

static bool
has_media(const struct case_ *k)
{
	return k->classes & MEDIA || k->c->media_near;
}

/* A day of calls or connections, and never media: it signals for others. */
static bool
signals_without_media(const struct case_ *k)
{
	uint64_t since = k->m->signalling_first_us;

	return !has_media(k) && since &&
	       k->m->last_us > since + WITHOUT_MEDIA_S * UINT64_C(1000000);
}

/* B2BUA: its own Via alone, its own SDP, and more than a phone has. */
static double
clear_b2bua(const struct case_ *k)
{
	const struct role_messages *m = k->m;
	bool many = m->calls_max > UA_CALLS || role_sketch_count(m->users) >= REGISTRAR_AORS;

	if (m->calls_begun + m->calls_taken == 0 || m->via_more || m->sdp_other > m->sdp_own ||
	    !many)
		return 0;
	return 0.35 + 0.15 * (m->sdp_own > 0) + 0.1 * (m->calls_begun && m->calls_taken);
}

static double
tls_peer(const struct case_ *k)
{
	const struct role_messages *m = k->m;

	if (m->tls_begun + m->tls_taken == 0)
		return 0;
	return 0.15 + 0.15 * (m->tls_begun && m->tls_taken) + 0.2 * (m->cloud_names > 0);
}

static double
sbc(const struct case_ *k)
{
	const struct role_messages *m = k->m;
	double clear = clear_b2bua(k), hidden = tls_peer(k),
	       signals = clear > hidden ? clear : hidden;

	if (!k->c->peer || signals == 0 || signals_without_media(k))
		return 0;
	signals += 0.1 * (m->options_sent > 1) + 0.1 * (m->options_taken > 1);
	if (!has_media(k))
		return at_most(signals, 0.45);
	return at_most(signals + 0.35, 0.99);
}

static double
sip_proxy(const struct case_ *k)
{
	const struct role_messages *m = k->m;

	if (!m->via_more || m->sdp_own || !m->forwarded)
		return 0;
	return at_most(0.7 + 0.01 * m->forwarded + 0.1 * (m->sdp_other > 0), 0.98);
}

static double
sip_registrar(const struct case_ *k)
{
	unsigned aors = role_sketch_count(k->m->aors_answered);

	return aors < REGISTRAR_AORS ? 0 : at_most(0.8 + 0.02 * aors, 0.99);
}

static double
sip_ua(const struct case_ *k)
{
	const struct role_messages *m = k->m;
	unsigned aors = role_sketch_count(m->aors_sent), users = role_sketch_count(m->users);

	if (aors > 1 || m->via_more || m->register_answers || m->calls_max > UA_CALLS ||
	    users >= REGISTRAR_AORS)
		return 0;
	if (m->registers)
		return m->sdp_own ? 0.95 : 0.8;
	return m->calls_begun + m->calls_taken && m->sdp_own ? 0.6 : 0;
}

static double
media_only(const struct case_ *k)
{
	if (k->f->media_max < RELAY_STREAMS || k->classes & SIGNALLING ||
	    role_sketch_count(k->f->media_peers) < MANY_PEERS)
		return 0;
	return at_most(0.7 + 0.005 * k->f->media_max, 0.95);
}

static double
media_relay(const struct case_ *k)
{
	return k->m->relayed ? media_only(k) : 0;
}

static double
media_gateway(const struct case_ *k)
{
	return k->m->relayed || k->m->allocations ? 0 : media_only(k);
}

/* RFC 8656 section 7.2: asked for credentials first, then a relayed address. */
static double
turn_server(const struct case_ *k)
{
	const struct role_messages *m = k->m;

	if (!m->allocations)
		return 0;
	return 0.8 + 0.1 * (m->challenges > 0) + 0.05 * (m->channels > 0);
}

static double
stun_server(const struct case_ *k)
{
	const struct role_messages *m = k->m;

	/* ICE checks are answered by every phone: a server has clients and no media */
	if (m->allocations || m->challenges || m->bindings < 2 || k->classes & MEDIA ||
	    role_sketch_count(k->f->clients) < 2)
		return 0;
	return 0.9;
}

static double
dns_resolver(const struct case_ *k)
{
	const struct role_messages *m = k->m;

	if (m->answers_ra)
		return at_most(0.8 + 0.02 * m->answers_ra, 0.98);
	return role_sketch_count(m->servers_plain) >= RESOLVER_SERVERS ? 0.9 : 0;
}

static double
dns_authoritative(const struct case_ *k)
{
	const struct role_messages *m = k->m;

	/* a resolver too answers with AA what it holds itself */
	if (!m->answers_aa || m->answers_ra > m->answers_aa / 2)
		return 0;
	return at_most(0.8 + 0.02 * m->answers_aa, 0.98);
}

static double
dns_forwarder(const struct case_ *k)
{
	const struct role_messages *m = k->m;
	unsigned servers = role_sketch_count(m->servers_rd);

	if (!m->answers || !m->asked_rd || servers == 0 || servers > FORWARDER_SERVERS ||
	    m->asked_plain)
		return 0;
	return 0.9;
}

static double
web_server(const struct case_ *k)
{
	unsigned clients = role_sketch_count(k->f->clients);

	if (!(k->f->served & WEB) || clients < WEB_CLIENTS)
		return 0;
	return k->m->server_hellos ? 0.95 : 0.8;
}

static double
vpn_gateway(const struct case_ *k)
{
	if (!(k->f->served & (BIT(IKE) | BIT(ESP))) || !(k->classes & BIT(ESP)))
		return 0;
	return k->f->served & BIT(IKE) ? 0.9 : 0.6;
}

static double
mobile_gateway(const struct case_ *k)
{
	return k->classes & BIT(GTP_C) && k->classes & BIT(GTP_U) ? 0.95 : 0;
}

static double
cgnat(const struct case_ *k)
{
	if (k->f->asked_max < CGNAT_FLOWS || k->f->served & ~MEDIA)
		return 0;
	return at_most(0.7 + 0.2 * (k->f->asked_max / (10.0 * CGNAT_FLOWS)), 0.95);
}

static double
client_pool(const struct case_ *k)
{
	if (k->f->asked_max < POOL_FLOWS || k->f->asked_max >= CGNAT_FLOWS ||
	    k->f->served & ~MEDIA || !(k->f->asked & WEB))
		return 0;
	return 0.7;
}

static double
router(const struct case_ *k)
{
	bool speaks = k->classes & (BIT(BGP) | BIT(BFD) | BIT(OSPF) | BIT(VRRP) | BIT(PIM));

	if (speaks)
		return 0.95;
	return k->m->time_exceeded ? 0.8 : 0;
}

static double
collector(const struct case_ *k)
{
	return k->f->taken & (BIT(IPFIX) | BIT(SFLOW)) ? 0.9 : 0;
}

static double
exporter(const struct case_ *k)
{
	return k->f->asked & (BIT(IPFIX) | BIT(SFLOW)) ? 0.9 : 0;
}

/* Mode 4 answers mode 3: whoever is asked and answers. */
static double
ntp_server(const struct case_ *k)
{
	return k->f->served & BIT(NTP) ? 0.9 : 0;
}

static double (*const rules[ENDPOINT_ROLE_COUNT])(const struct case_ *k) = {
	[ENDPOINT_SBC] = sbc,
	[ENDPOINT_SIP_PROXY] = sip_proxy,
	[ENDPOINT_SIP_REGISTRAR] = sip_registrar,
	[ENDPOINT_SIP_UA] = sip_ua,
	[ENDPOINT_MEDIA_RELAY] = media_relay,
	[ENDPOINT_MEDIA_GATEWAY] = media_gateway,
	[ENDPOINT_TURN_SERVER] = turn_server,
	[ENDPOINT_STUN_SERVER] = stun_server,
	[ENDPOINT_DNS_RESOLVER] = dns_resolver,
	[ENDPOINT_DNS_AUTHORITATIVE] = dns_authoritative,
	[ENDPOINT_DNS_FORWARDER] = dns_forwarder,
	[ENDPOINT_WEB_SERVER] = web_server,
	[ENDPOINT_VPN_GATEWAY] = vpn_gateway,
	[ENDPOINT_MOBILE_GATEWAY] = mobile_gateway,
	[ENDPOINT_CGNAT] = cgnat,
	[ENDPOINT_CLIENT_POOL] = client_pool,
	[ENDPOINT_ROUTER] = router,
	[ENDPOINT_COLLECTOR] = collector,
	[ENDPOINT_EXPORTER] = exporter,
	[ENDPOINT_NTP_SERVER] = ntp_server,
};

void
roles_judge(const struct role_flows *flows, const struct role_messages *messages,
            const struct role_context *context, double confidence[ENDPOINT_ROLE_COUNT])
{
	struct case_ k = {flows, messages, context, flows->asked | flows->taken};

	for (unsigned i = 0; i < ENDPOINT_ROLE_COUNT; i++)
		confidence[i] = rules[i](&k);
}
