/* The steps of proto/walk.h from the IP header to the transport's payload. */
#include "proto/ethernet.h"
#include "proto/icmp.h"
#include "proto/ipv4.h"
#include "proto/ipv6.h"
#include "proto/sctp.h"
#include "proto/tcp.h"
#include "proto/udp.h"
#include "proto/walk.h"

enum { AH_SIZE = 12 };

/* The IP header from `start` holds: it is what the packet reports from here on. */
static void
commit_ip(struct walk *w, uint32_t start, uint8_t version)
{
	const uint16_t of_frame = PACKET_HAS_MAC | PACKET_GROUP_MAC | PACKET_CUT;
	struct packet *out = w->out;

	out->flags = (out->flags & of_frame) | PACKET_HAS_IP |
	             (out->flags & PACKET_HAS_IP ? PACKET_INNER : 0);
	out->ip_version = version;
	out->ethertype = version == 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6;
	out->l3_offset = (uint16_t)start;
	out->l4_offset = (uint16_t)walk_offset(w);
	out->sport = out->dport = 0;
	out->tcp_flags = out->tcp_options_size = 0;
	out->tcp_seq = out->tcp_ack = out->tcp_window = 0;
	out->icmp_type = out->icmp_code = 0;
	out->fragment_id = out->fragment_offset = 0;
	out->quote_offset = 0;
	walk_set_payload(w);
}

static void
set_fragment(struct walk *w, uint32_t id, uint32_t offset, bool more)
{
	w->out->fragment_id = id;
	w->out->fragment_offset = (uint16_t)offset;
	w->fragment = offset || more;
	if (offset)
		w->out->flags |= PACKET_FRAGMENT_LATER | (more ? 0 : PACKET_FRAGMENT_LAST);
	else if (more)
		w->out->flags |= PACKET_FRAGMENT_FIRST;
}

static enum layer
begin_transport(struct walk *w)
{
	w->out->l4_offset = (uint16_t)walk_offset(w);
	walk_set_payload(w);
	return walk_after_ip(w);
}

enum layer
walk_ip_v4(struct walk *w)
{
	uint32_t start = walk_offset(w);
	struct ipv4 ip;
	enum reason reason = ipv4_decode(&w->c, &ip);

	if (reason != REASON_OK && reason != REASON_FRAGMENT_BAD)
		return walk_lie(w, reason);
	commit_ip(w, start, 4);
	w->out->src = addr_v4(ip.src);
	w->out->dst = addr_v4(ip.dst);
	w->out->proto = ip.proto;
	w->out->ttl = ip.ttl;
	w->out->tos = ip.tos;
	if (ip.header_size > IPV4_SIZE)
		w->out->flags |= PACKET_IP_OPTIONS;
	set_fragment(w, ip.id, ip.fragment_offset, ip.more_fragments);
	if (reason != REASON_OK)
		return walk_lie(w, reason);
	if (ip.total && !walk_narrow(w, ip.total - ip.header_size))
		walk_lie(w, REASON_IPV4_LENGTH);
	return begin_transport(w);
}

enum layer
walk_ip_v6(struct walk *w)
{
	uint32_t start = walk_offset(w);
	struct ipv6_chain chain;
	struct ipv6 ip;
	enum reason reason = ipv6_decode(&w->c, &ip);

	if (reason != REASON_OK)
		return walk_lie(w, reason);
	commit_ip(w, start, 6);
	w->out->src = addr_v6(ip.src);
	w->out->dst = addr_v6(ip.dst);
	w->out->proto = ip.next;
	w->out->ttl = ip.ttl;
	w->out->tos = ip.tos;
	/* only what is too long for the field may leave it zero */
	if ((ip.payload || walk_left(w) <= IPV6_PAYLOAD_MAX) && !walk_narrow(w, ip.payload))
		walk_lie(w, REASON_IPV6_LENGTH);
	reason = ipv6_chain_decode(&w->c, ip.next, &chain);
	w->out->proto = chain.proto;
	if (chain.extensions)
		w->out->flags |= PACKET_IP_OPTIONS;
	set_fragment(w, chain.fragment_id, chain.fragment_offset, chain.more_fragments);
	if (reason != REASON_OK)
		return walk_lie(w, reason);
	if (chain.fragment && chain.fragment_offset + walk_left(w) > IPV6_PAYLOAD_MAX)
		return walk_lie(w, REASON_FRAGMENT_BAD);
	return begin_transport(w);
}

/* RFC 4302 section 2: the length counts words, less two. What follows is in the clear. IPv6's
 * stands in the extension chain. */
enum layer
walk_ip_ah(struct walk *w)
{
	const uint8_t *p = cursor_peek(&w->c, AH_SIZE);

	cursor_skip(&w->c, p ? (p[1] + 2u) * 4 : AH_SIZE);
	if (!w->c.ok)
		return walk_lie(w, REASON_AH_SHORT);
	w->out->proto = p[0];
	w->out->flags |= PACKET_IP_OPTIONS;
	return begin_transport(w);
}

enum layer
walk_ip_any(struct walk *w)
{
	const uint8_t *p = cursor_peek(&w->c, 1);

	switch (p ? *p >> 4 : 0) {
	case 4:
		return LAYER_IPV4;
	case 6:
		return LAYER_IPV6;
	default:
		return w->out->flags & PACKET_HAS_IP ? LAYER_END : walk_lie(w, REASON_IP_UNKNOWN);
	}
}

static void
set_ports(struct packet *out, uint16_t sport, uint16_t dport)
{
	out->sport = sport;
	out->dport = dport;
	out->flags |= PACKET_HAS_PORTS;
}

enum layer
walk_ip_tcp(struct walk *w)
{
	uint32_t left = walk_left(w);
	struct tcp tcp;
	enum reason reason = tcp_decode(&w->c, &tcp);
	uint32_t options;

	if (reason == REASON_TCP_SHORT || left < TCP_SIZE)
		return walk_lie(w, REASON_TCP_SHORT);
	left -= TCP_SIZE;
	set_ports(w->out, tcp.sport, tcp.dport);
	w->out->tcp_seq = tcp.seq;
	w->out->tcp_ack = tcp.ack;
	w->out->tcp_flags = tcp.flags;
	w->out->tcp_window = tcp.window;
	if (reason != REASON_OK || tcp.header_size > TCP_SIZE + left)
		return walk_lie(w, REASON_TCP_HLEN);
	options = tcp.header_size - TCP_SIZE;
	w->out->tcp_options_size =
		(uint8_t)(options < cursor_left(&w->c) ? options : cursor_left(&w->c));
	cursor_skip(&w->c, w->out->tcp_options_size);
	walk_set_payload(w);
	w->out->payload_size = left - options;
	return LAYER_END;
}

enum layer
walk_ip_udp(struct walk *w)
{
	struct udp udp;
	enum reason reason = udp_decode(&w->c, &udp);
	bool jumbo;

	if (reason == REASON_UDP_SHORT)
		return walk_lie(w, reason);
	set_ports(w->out, udp.sport, udp.dport);
	jumbo = !udp.length && walk_left(w) + UDP_SIZE > IPV6_PAYLOAD_MAX;
	if (reason != REASON_OK || (!udp.length && !jumbo))
		return walk_lie(w, REASON_UDP_LENGTH);
	/* a first fragment holds less than the datagram's length says */
	if (!jumbo && !walk_narrow(w, udp.length - UDP_SIZE) && !w->fragment)
		walk_lie(w, REASON_UDP_LENGTH);
	walk_set_payload(w);
	return walk_after_udp(w);
}

enum layer
walk_ip_sctp(struct walk *w)
{
	struct sctp sctp;
	enum reason reason = sctp_decode(&w->c, &sctp);

	if (reason != REASON_OK)
		return walk_lie(w, reason);
	set_ports(w->out, sctp.sport, sctp.dport);
	walk_set_payload(w);
	return LAYER_END;
}

static enum layer
walk_icmp(struct walk *w, enum reason (*decode)(struct cursor *, struct icmp *))
{
	struct packet_quote quote;
	struct icmp icmp;
	enum reason reason = decode(&w->c, &icmp);

	if (reason != REASON_OK)
		return walk_lie(w, reason);
	w->out->icmp_type = icmp.type;
	w->out->icmp_code = icmp.code;
	walk_set_payload(w);
	if (icmp.query)
		set_ports(w->out, icmp.id, icmp.id);
	if (!icmp.quotes)
		return LAYER_END;
	w->out->quote_offset = w->out->payload_offset;
	w->out->flags |= PACKET_QUOTE;
	if (packet_quote_decode(w->frame, w->out, &quote) == REASON_OK)
		return LAYER_END;
	w->out->flags &= (uint16_t)~PACKET_QUOTE;
	w->out->quote_offset = 0;
	return walk_lie(w, REASON_ICMP_QUOTE);
}

enum layer
walk_ip_icmp(struct walk *w)
{
	return walk_icmp(w, icmp_decode);
}

enum layer
walk_ip_icmp6(struct walk *w)
{
	return walk_icmp(w, icmp6_decode);
}
