/*
 * ICMP: whoever says that a packet's time was exceeded forwards packets (RFC 792, RFC 4443 3.3).
 * What an error quotes was sent and did not arrive: SIP, STUN, RTCP, DTLS and DNS of it are counted
 * by themselves.
 */
#include "inspect/evidence.h"
#include "inspect/handler.h"
#include "inspect/round_trip.h"
#include "proto/dns.h"
#include "proto/dtls.h"
#include "proto/rtcp.h"
#include "proto/sip.h"
#include "proto/stun.h"

enum {
	RTCP_HEADER = 4,
	DNS_PORT = 53,
	ICMP_ECHO_REPLY = 0,
	ICMP_ECHO = 8,
	ICMP_TIME_EXCEEDED = 11,
	ICMPV6_TIME_EXCEEDED = 3,
	ICMPV6_ECHO = 128,
	ICMPV6_ECHO_REPLY = 129,
};

/* An echo and its reply by identifier and sequence (RFC 792, RFC 4443 section 4). */
static void
time_echo(struct inspection *in)
{
	const struct punt *f = in->punt;
	bool v4 = addr_is_v4(&f->packet.src);
	const uint8_t *name = f->data + f->packet.l4_offset + 4;

	if (f->captured < f->packet.l4_offset + 8u)
		return;
	if (f->packet.icmp_type == (v4 ? ICMP_ECHO : ICMPV6_ECHO))
		round_trip_ask(in, LATENCY_ICMP, name, 4);
	else if (f->packet.icmp_type == (v4 ? ICMP_ECHO_REPLY : ICMPV6_ECHO_REPLY))
		round_trip_answer(in, LATENCY_ICMP, name, 4);
}

static void
count_dns(struct census_quoted *quoted, struct cursor c)
{
	struct dns dns;

	if (cursor_left(&c) < DNS_SIZE || dns_decode(&c, &dns) == REASON_DNS_BAD)
		return;
	quoted->dns_queries += !dns.response;
	quoted->dns_responses += dns.response;
	quoted->dns_rcodes[dns.rcode] += dns.response;
}

static void
count_sip(struct census_quoted *quoted, struct cursor c)
{
	struct sip sip;

	sip_decode(&c, SIP_DATAGRAM, &sip);
	if (sip.request)
		names_add(&quoted->sip_methods, sip.method, 1);
	else if (sip.status)
		quoted->sip_status[sip.status]++;
}

/* Packets that fill what is quoted; of a quote that ends early those whose headers it has, when the
 * first one's type is in use and its length was in the packet. Any eight bytes of a stranger's
 * could pass for less. */
static void
count_rtcp(struct census_quoted *quoted, const struct packet_quote *quote)
{
	struct cursor c = quote->payload;
	const uint8_t *first = cursor_peek(&c, RTCP_HEADER);
	uint8_t types[32];
	bool whole;
	unsigned count = rtcp_compound(&c, types, sizeof types, &whole);

	if (!first)
		return;
	if (!whole && (first[1] < RTCP_SR || first[1] > RTCP_XR ||
	               (load_be16(first + 2) + 1u) * 4 > quote->size))
		return;
	if (!whole)
		count = rtcp_compound_cut(quote->payload, types, sizeof types);
	for (unsigned i = 0; i < count; i++)
		quoted->rtcp[types[i]]++;
}

static void
count_dtls(struct census_quoted *quoted, struct cursor c)
{
	struct dtls_record record;

	while (cursor_left(&c) && dtls_record_decode(&c, &record) == REASON_OK)
		if (!record.unified)
			census_version_add(&quoted->dtls, record.version, record.type);
}

static void
count_quoted(struct census_quoted *quoted, const struct packet_quote *quote)
{
	struct cursor c = quote->payload;
	struct stun stun;

	if (!cursor_left(&c))
		return;
	if (quote->sport == DNS_PORT || quote->dport == DNS_PORT) {
		count_dns(quoted, c);
	} else if (stun_fits(&c)) {
		stun_decode(&c, &stun);
		quoted->stun[stun.type]++;
	} else if (rtcp_fits(&c)) {
		count_rtcp(quoted, quote);
	} else if (dtls_fits(&c)) {
		count_dtls(quoted, c);
	} else {
		count_sip(quoted, c);
	}
}

static void
read_datagram(struct inspection *in)
{
	const struct packet *p = &in->punt->packet;
	bool v4 = addr_is_v4(&p->src);
	struct packet_quote quote;

	if (p->icmp_type == (v4 ? ICMP_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED))
		evidence_sender(in)->time_exceeded++;
	time_echo(in);
	if (p->flags & PACKET_QUOTE && packet_quote_decode(in->punt->data, p, &quote) == REASON_OK)
		count_quoted(&in->census->quoted, &quote);
}

const struct handler handler_icmp = {.name = "icmp", .datagram = read_datagram};
