/*
 * The straight path for what nearly every frame is: Ethernet, at most two VLAN tags, IPv4 without
 * options or IPv6 without extensions, not fragmented, TCP or UDP. It takes a frame only when all of
 * it holds; any doubt goes to the general walk in packet.c, which alone gives reasons. Both must
 * agree on every frame taken here: packet_test.c and the fuzz target compare them.
 *
 * Included by packet.c alone (and by the test that compares).
 */
#pragma once

#include "base/bytes.h"
#include "proto/ethernet.h"
#include "proto/ipv4.h"
#include "proto/ipv6.h"
#include "proto/packet.h"
#include "proto/tcp.h"
#include "proto/tunnel_ports.h"
#include "proto/udp.h"
#include "proto/vlan.h"

enum {
	FAST_TCP = 6,
	FAST_UDP = 17,
};

/* The general walk: packet_decode() without the straight path. */
enum reason packet_walk(enum link_layer link, const uint8_t *frame, uint32_t captured,
                        uint32_t wire, const struct packet_options *options, struct packet *out);

/* The transport header at `at` of an IP packet that ends at `end`, within the wire. */
static inline bool
packet_fast_transport(const uint8_t *frame, uint32_t captured, uint32_t at, uint32_t end,
                      bool inner, struct packet *out)
{
	const uint8_t *p = frame + at;
	uint32_t payload;

	out->l4_offset = (uint16_t)at;
	if (out->proto == FAST_UDP) {
		uint32_t length;

		if (captured < at + UDP_SIZE || end < at + UDP_SIZE)
			return false;
		length = load_be16(p + 4);
		if (length < UDP_SIZE || at + length > end)
			return false;
		out->sport = load_be16(p);
		out->dport = load_be16(p + 2);
		if (inner && tunnel_ports_either(out->sport, out->dport))
			return false;
		end = at + length;
		payload = at + UDP_SIZE;
	} else {
		uint32_t header;

		if (captured < at + TCP_SIZE)
			return false;
		header = (p[12] >> 4) * 4u;
		if (header < TCP_SIZE || at + header > end || at + header > captured)
			return false;
		out->sport = load_be16(p);
		out->dport = load_be16(p + 2);
		out->tcp_seq = load_be32(p + 4);
		out->tcp_ack = load_be32(p + 8);
		out->tcp_flags = p[13];
		out->tcp_window = load_be16(p + 14);
		out->tcp_options_size = (uint8_t)(header - TCP_SIZE);
		payload = at + header;
	}
	out->payload_offset = (uint16_t)payload;
	out->payload_size = end - payload;
	out->payload_captured = (uint16_t)((end < captured ? end : captured) - payload);
	return true;
}

static inline bool
packet_fast_ipv4(const uint8_t *frame, uint32_t captured, uint32_t wire, uint32_t at, bool inner,
                 struct packet *out)
{
	const uint8_t *p = frame + at;
	uint32_t total;

	if (captured < at + IPV4_SIZE + UDP_SIZE || p[0] != 0x45)
		return false;
	total = load_be16(p + 2);
	if ((load_be16(p + 6) & (IPV4_MORE_FRAGMENTS | IPV4_OFFSET_MASK)) != 0 ||
	    total < IPV4_SIZE || at + total > wire || (p[9] != FAST_TCP && p[9] != FAST_UDP))
		return false;
	out->src = addr_v4(p + 12);
	out->dst = addr_v4(p + 16);
	out->ip_version = 4;
	out->proto = p[9];
	out->ttl = p[8];
	out->tos = p[1];
	out->fragment_id = load_be16(p + 4);
	return packet_fast_transport(frame, captured, at + IPV4_SIZE, at + total, inner, out);
}

static inline bool
packet_fast_ipv6(const uint8_t *frame, uint32_t captured, uint32_t wire, uint32_t at, bool inner,
                 struct packet *out)
{
	const uint8_t *p = frame + at;
	uint32_t size;

	if (captured < at + IPV6_SIZE + UDP_SIZE || p[0] >> 4 != 6)
		return false;
	size = load_be16(p + 4);
	if (!size || at + IPV6_SIZE + size > wire || (p[6] != FAST_TCP && p[6] != FAST_UDP))
		return false;
	out->src = addr_v6(p + 8);
	out->dst = addr_v6(p + 24);
	if (addr_is_v4(&out->src) || addr_is_v4(&out->dst))
		return false;
	out->ip_version = 6;
	out->proto = p[6];
	out->ttl = p[7];
	out->tos = (uint8_t)(load_be16(p) >> 4);
	return packet_fast_transport(frame, captured, at + IPV6_SIZE, at + IPV6_SIZE + size, inner,
	                             out);
}

/* Step over at most two tags; returns the offset behind the type that ends them. */
static inline uint32_t
packet_fast_tags(const uint8_t *frame, struct packet *out)
{
	uint32_t at = ETHERNET_SIZE;
	uint16_t type = load_be16(frame + 12);

	while (out->vlan_count < 2 && vlan_announced(type)) {
		out->vlan[out->vlan_count++] = load_be16(frame + at) & VLAN_ID_MASK;
		type = load_be16(frame + at + 2);
		at += VLAN_SIZE;
	}
	out->ethertype = type;
	return at;
}

/* True: *out is complete. False: *out is spoilt, take the general walk. */
static inline bool
packet_fast(const uint8_t *frame, uint32_t captured, uint32_t wire, bool inner, struct packet *out)
{
	uint32_t at;

	if (captured < ETHERNET_SIZE + 2 * VLAN_SIZE || captured > PACKET_CAPTURED_MAX)
		return false;
	*out = (struct packet){0};
	at = packet_fast_tags(frame, out);
	out->l3_offset = (uint16_t)at;
	out->flags = PACKET_HAS_MAC | PACKET_HAS_IP | PACKET_HAS_PORTS |
	             (frame[0] & 1 ? PACKET_GROUP_MAC : 0) | (captured < wire ? PACKET_CUT : 0);
	if (out->ethertype == ETHERTYPE_IPV4)
		return packet_fast_ipv4(frame, captured, wire, at, inner, out);
	if (out->ethertype == ETHERTYPE_IPV6)
		return packet_fast_ipv6(frame, captured, wire, at, inner, out);
	return false;
}
