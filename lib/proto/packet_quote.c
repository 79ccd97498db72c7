/* The packet quoted by an ICMP error (RFC 792, RFC 4443 section 3): see proto/packet.h. */
#include "base/cursor.h"
#include "proto/icmp.h"
#include "proto/ipv4.h"
#include "proto/ipv6.h"
#include "proto/packet.h"
#include "proto/protocols.h"
#include "proto/udp.h"

enum {
	QUOTED_TRANSPORT_SIZE =
		8, /* RFC 792: "the first 64 bits of the original datagram's data" */
};

/* Returns whether a transport header follows, that is not in a later fragment. */
static enum reason
read_ipv4(struct cursor *c, struct packet_quote *out, bool *transport)
{
	struct ipv4 ip;

	if (ipv4_decode(c, &ip) != REASON_OK)
		return REASON_ICMP_QUOTE;
	out->src = addr_v4(ip.src);
	out->dst = addr_v4(ip.dst);
	out->ip_version = 4;
	out->proto = ip.proto;
	out->ttl = ip.ttl;
	out->tos = ip.tos;
	out->size = ip.total;
	*transport = !ip.fragment_offset;
	return REASON_OK;
}

static enum reason
read_ipv6(struct cursor *c, struct packet_quote *out, bool *transport)
{
	struct ipv6_chain chain;
	struct ipv6 ip;

	if (ipv6_decode(c, &ip) != REASON_OK || ipv6_chain_decode(c, ip.next, &chain) != REASON_OK)
		return REASON_ICMP_QUOTE;
	out->src = addr_v6(ip.src);
	out->dst = addr_v6(ip.dst);
	out->ip_version = 6;
	out->proto = chain.proto;
	out->ttl = ip.ttl;
	out->tos = ip.tos;
	out->size = ip.payload + (uint32_t)IPV6_SIZE;
	*transport = !chain.fragment_offset;
	return REASON_OK;
}

/* Routers may quote more than 64 bits (RFC 1812 section 4.3.2.3), and more may follow (RFC 4884).
 */
static struct cursor
udp_payload(struct cursor c)
{
	struct udp udp;
	size_t size, left;

	if (udp_decode(&c, &udp) != REASON_OK || udp.length < UDP_SIZE)
		return cursor_none();
	size = udp.length - UDP_SIZE;
	left = cursor_left(&c);
	return cursor_slice(&c, size < left ? size : left);
}

static enum reason
read_transport(struct cursor *c, struct packet_quote *out)
{
	bool icmp = out->proto == (out->ip_version == 4 ? PROTO_ICMP : PROTO_ICMP6);
	bool ports = out->proto == PROTO_TCP || out->proto == PROTO_UDP || out->proto == PROTO_SCTP;
	const uint8_t *p = cursor_peek(c, QUOTED_TRANSPORT_SIZE);
	struct icmp query;

	if (!icmp && !ports)
		return REASON_OK;
	if (!p)
		return REASON_ICMP_QUOTE;
	if (out->proto == PROTO_UDP)
		out->payload = udp_payload(*c);
	if (ports) {
		out->sport = load_be16(p);
		out->dport = load_be16(p + 2);
		out->tcp_seq = out->proto == PROTO_TCP ? load_be32(p + 4) : 0;
		out->has_ports = true;
		return REASON_OK;
	}
	(void)(out->ip_version == 4 ? icmp_decode(c, &query) : icmp6_decode(c, &query));
	out->has_ports = query.query;
	out->sport = out->dport = query.query ? query.id : 0;
	return REASON_OK;
}

enum reason
packet_quote_decode(const uint8_t *frame, const struct packet *p, struct packet_quote *out)
{
	struct cursor c = cursor_over(frame + p->payload_offset, p->payload_captured);
	const uint8_t *version = cursor_peek(&c, 1);
	bool transport = false;
	enum reason reason;

	*out = (struct packet_quote){0};
	if (!version)
		return REASON_ICMP_QUOTE;
	reason = *version >> 4 == 6 ? read_ipv6(&c, out, &transport)
	                            : read_ipv4(&c, out, &transport);
	if (reason == REASON_OK && transport)
		reason = read_transport(&c, out);
	if (reason != REASON_OK)
		*out = (struct packet_quote){0};
	return reason;
}
