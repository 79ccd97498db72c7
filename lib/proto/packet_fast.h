/*
 * The straight path for what nearly every frame is: Ethernet, at most two VLAN tags, IPv4 without
 * options or IPv6 without extensions, not fragmented, TCP or UDP. It takes a frame only when all of
 * it holds; any doubt goes to the general walk in packet.c, which alone gives reasons. Both must
 * agree on every frame taken here: packet_test.c and the fuzz target compare them.
 *
 * Included by packet.c alone (and by the test that compares).
 */
#pragma once

#include <stddef.h>
#include <string.h>

#include "base/bytes.h"
#include "proto/ethernet.h"
#include "proto/ipv4.h"
#include "proto/ipv6.h"
#include "proto/packet.h"
#include "proto/protocols.h"
#include "proto/tcp.h"
#include "proto/tunnel_ports.h"
#include "proto/udp.h"
#include "proto/vlan.h"

/* What is known on the way, in registers: stores to *out might be to the frame for all that the
 * compiler knows, and would cost a reload each. */
struct packet_fast {
	const uint8_t *frame;
	uint32_t captured, wire;
	uint32_t at;  /* offset of the next header */
	uint32_t end; /* of the IP packet, later of the payload */
	bool inner;
	uint8_t proto;
};

/* All that the transport may leave untouched. Clearing the whole struct would cost a third of this
 * path (the compiler takes `rep stos` for it). */
static inline void
packet_fast_clear(struct packet *out)
{
	const size_t rare = offsetof(struct packet, tcp_seq);

	out->tcp_flags = out->reason = out->tunnels = out->tunnel = 0;
	memset((uint8_t *)out + rare, 0, sizeof *out - rare);
}

static inline void
packet_fast_payload(const struct packet_fast *w, uint32_t l4, uint32_t header, struct packet *out)
{
	uint32_t payload = l4 + header;

	out->l4_offset = (uint16_t)l4;
	out->payload_offset = (uint16_t)payload;
	out->payload_size = w->end - payload;
	out->payload_captured = (uint16_t)((w->end < w->captured ? w->end : w->captured) - payload);
}

static inline bool
packet_fast_udp(struct packet_fast *w, struct packet *out)
{
	const uint8_t *p = w->frame + w->at;
	uint16_t sport, dport;
	uint32_t length;

	if (w->captured < w->at + UDP_SIZE)
		return false;
	sport = load_be16(p);
	dport = load_be16(p + 2);
	length = load_be16(p + 4);
	if (length < UDP_SIZE || w->at + length > w->end ||
	    (w->inner && tunnel_ports_either(sport, dport)))
		return false;
	w->end = w->at + length;
	out->sport = sport;
	out->dport = dport;
	packet_fast_payload(w, w->at, UDP_SIZE, out);
	return true;
}

static inline bool
packet_fast_tcp(const struct packet_fast *w, struct packet *out)
{
	const uint8_t *p = w->frame + w->at;
	uint32_t header, seq, ack;
	uint16_t sport, dport, window;
	uint8_t flags;

	if (w->captured < w->at + TCP_SIZE)
		return false;
	header = (p[12] >> 4) * 4u;
	if (header < TCP_SIZE || w->at + header > w->end || w->at + header > w->captured)
		return false;
	sport = load_be16(p);
	dport = load_be16(p + 2);
	seq = load_be32(p + 4);
	ack = load_be32(p + 8);
	flags = p[13];
	window = load_be16(p + 14);
	out->sport = sport;
	out->dport = dport;
	out->tcp_seq = seq;
	out->tcp_ack = ack;
	out->tcp_flags = flags;
	out->tcp_window = window;
	out->tcp_options_size = (uint8_t)(header - TCP_SIZE);
	packet_fast_payload(w, w->at, header, out);
	return true;
}

static inline bool
packet_fast_ipv4(struct packet_fast *w, struct packet *out)
{
	const uint8_t *p = w->frame + w->at;
	struct addr src, dst;
	uint32_t total;
	uint16_t id;
	uint8_t proto, ttl, tos;

	if (w->captured < w->at + IPV4_SIZE + UDP_SIZE || p[0] != 0x45)
		return false;
	total = load_be16(p + 2);
	proto = p[9];
	if ((load_be16(p + 6) & (IPV4_MORE_FRAGMENTS | IPV4_OFFSET_MASK)) != 0 ||
	    total < IPV4_SIZE || w->at + total > w->wire)
		return false;
	src = addr_v4(p + 12);
	dst = addr_v4(p + 16);
	id = load_be16(p + 4);
	ttl = p[8];
	tos = p[1];
	out->src = src;
	out->dst = dst;
	out->fragment_id = id;
	out->ip_version = 4;
	out->proto = proto;
	out->ttl = ttl;
	out->tos = tos;
	w->proto = proto;
	w->end = w->at + total;
	w->at += IPV4_SIZE;
	return true;
}

static inline bool
packet_fast_ipv6(struct packet_fast *w, struct packet *out)
{
	const uint8_t *p = w->frame + w->at;
	struct addr src, dst;
	uint32_t size;
	uint8_t proto, ttl, tos;

	if (w->captured < w->at + IPV6_SIZE + UDP_SIZE || p[0] >> 4 != 6)
		return false;
	size = load_be16(p + 4);
	src = addr_v6(p + 8);
	dst = addr_v6(p + 24);
	if (!size || w->at + IPV6_SIZE + size > w->wire || addr_is_v4(&src) || addr_is_v4(&dst))
		return false;
	proto = p[6];
	ttl = p[7];
	tos = (uint8_t)(load_be16(p) >> 4);
	out->src = src;
	out->dst = dst;
	out->ip_version = 6;
	out->proto = proto;
	out->ttl = ttl;
	out->tos = tos;
	w->proto = proto;
	w->end = w->at + IPV6_SIZE + size;
	w->at += IPV6_SIZE;
	return true;
}

/* Step over at most two tags; returns the type that ends them. */
static inline uint16_t
packet_fast_tags(struct packet_fast *w, struct packet *out)
{
	uint16_t type = load_be16(w->frame + 12);
	uint8_t count = 0;

	w->at = ETHERNET_SIZE;
	while (__builtin_expect(vlan_announced(type), 0) && count < 2) {
		out->vlan[count++] = load_be16(w->frame + w->at) & VLAN_ID_MASK;
		type = load_be16(w->frame + w->at + 2);
		w->at += VLAN_SIZE;
	}
	out->vlan_count = count;
	return type;
}

/* True: *out is complete. False: *out is spoilt, take the general walk. */
static inline bool
packet_fast(const uint8_t *frame, uint32_t captured, uint32_t wire, bool inner, struct packet *out)
{
	struct packet_fast w = {.frame = frame, .captured = captured, .wire = wire, .inner = inner};
	uint16_t type, flags = PACKET_HAS_MAC | PACKET_HAS_IP | PACKET_HAS_PORTS;

	if (captured < ETHERNET_SIZE + 2 * VLAN_SIZE || captured > PACKET_CAPTURED_MAX)
		return false;
	flags |= (uint16_t)((frame[0] & 1) * PACKET_GROUP_MAC | (captured < wire) * PACKET_CUT);
	packet_fast_clear(out);
	type = packet_fast_tags(&w, out);
	out->ethertype = type;
	out->l3_offset = (uint16_t)w.at;
	out->flags = flags;
	if (type == ETHERTYPE_IPV4 ? !packet_fast_ipv4(&w, out)
	                           : type != ETHERTYPE_IPV6 || !packet_fast_ipv6(&w, out))
		return false;
	if (w.proto == PROTO_UDP)
		return packet_fast_udp(&w, out);
	return w.proto == PROTO_TCP && packet_fast_tcp(&w, out);
}
