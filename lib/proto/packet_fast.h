/*
 * The straight path for what nearly every frame is: Ethernet, at most two VLAN tags, IPv4 without
 * options or IPv6 without extensions, not fragmented, TCP or UDP. It takes a frame only when all of
 * it holds; any doubt goes to the general walk in packet.c, which alone gives reasons. Both must
 * agree on every frame taken here: packet_test.c and the fuzz target compare them.
 *
 * One program for TCP and UDP, with no branch between them: on a mix it would be a coin toss. The
 * answer is written as six vectors, each shuffled from sixteen bytes of the frame, and the few
 * fields that had to be computed over them.
 *
 * Included by packet.c, by the stage that decodes bursts (one call a frame is worth saving) and by
 * the test that compares.
 */
#pragma once

#include <assert.h>
#include <stddef.h>
#include <string.h>

#ifdef __SSE4_1__
#include <smmintrin.h>
#endif

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

/* What a minimal Ethernet frame has without its FCS: enough for two tags, IPv4 and what is read of
 * the transport. */
enum { PACKET_FAST_MIN = 60, PACKET_FAST_TRANSPORT = 16, Z = 0x80 };
enum { PACKET_FAST_TCP = 1 << 16 }; /* beside enum packet_flag, which has 16 bits */

typedef uint8_t bytes16 __attribute__((vector_size(16)));

/* Bytes of `v` by number, Z for zero. */
static inline bytes16
packet_fast_pick(bytes16 v, bytes16 numbers)
{
#ifdef __SSE4_1__
	return (bytes16)_mm_shuffle_epi8((__m128i)v, (__m128i)numbers);
#else
	bytes16 out;

	for (int i = 0; i < 16; i++)
		out[i] = numbers[i] < 16 ? v[numbers[i]] : 0;
	return out;
#endif
}

static inline bool
packet_fast_is_zero(bytes16 v)
{
#ifdef __SSE4_1__
	return _mm_testz_si128((__m128i)v, (__m128i)v);
#else
	uint64_t half[2];

	memcpy(half, &v, sizeof half);
	return (half[0] | half[1]) == 0;
#endif
}
#define PICK(v, ...) packet_fast_pick(v, (bytes16){__VA_ARGS__})

/* A vector of struct packet begins at each of these fields; what they say of the fields in between
 * stands in the shuffles below. */
#define PACKET_AT(field, offset) static_assert(offsetof(struct packet, field) == (offset), #field)
PACKET_AT(src, 0);
PACKET_AT(dst, 16);
PACKET_AT(sport, 32);
PACKET_AT(dport, 34);
PACKET_AT(ethertype, 36);
PACKET_AT(flags, 38);
PACKET_AT(l3_offset, 40);
PACKET_AT(l4_offset, 42);
PACKET_AT(payload_offset, 44);
PACKET_AT(payload_captured, 46);
PACKET_AT(payload_size, 48);
PACKET_AT(ip_version, 52);
PACKET_AT(proto, 53);
PACKET_AT(ttl, 54);
PACKET_AT(tcp_flags, 56);
PACKET_AT(tcp_seq, 60);
PACKET_AT(tcp_ack, 64);
PACKET_AT(tcp_window, 68);
PACKET_AT(fragment_id, 80);
PACKET_AT(tunnel_id, 96);
static_assert(sizeof(struct packet) == 100, "every byte is written");
#undef PACKET_AT

static inline bytes16
packet_fast_load(const uint8_t *from)
{
	bytes16 v;

	memcpy(&v, from, sizeof v);
	return v;
}

static inline void
packet_fast_store(struct packet *out, size_t at, bytes16 v)
{
	memcpy((uint8_t *)out + at, &v, sizeof v);
}

/* An IP packet in a frame: where, and as what. Values, so that they stay in registers. */
struct packet_fast {
	const uint8_t *frame;
	uint32_t captured, wire;
	uint32_t l3, l4, end; /* of the IP packet */
	uint32_t type, proto;
};

/* Two 16-bit fields that stand side by side, and four, written at once. Like all vectors here: the
 * lower address first. */
static inline void
packet_fast_store_2(struct packet *out, size_t at, uint32_t first, uint32_t second)
{
	uint32_t both = first | second << 16;

	memcpy((uint8_t *)out + at, &both, sizeof both);
}

static inline void
packet_fast_store_4(struct packet *out, size_t at, uint32_t low, uint32_t high)
{
	uint64_t both = low | (uint64_t)high << 32;

	memcpy((uint8_t *)out + at, &both, sizeof both);
}

/*
 * TCP and UDP alike: lengths chosen, not branched for; one test in the end. `ip` are version,
 * protocol, TTL and TOS at their places in the fourth vector, `id` the sixth.
 */
static __attribute__((always_inline)) inline uint32_t
packet_fast_transport(struct packet_fast w, bytes16 ip, bytes16 id, bool inner, struct packet *out)
{
	enum { FLAGS = PACKET_HAS_MAC | PACKET_HAS_IP | PACKET_HAS_PORTS, FULL = 255 };
	static const bytes16 known[2] = {{FULL, FULL, FULL, FULL},
	                                 {FULL, FULL, FULL, FULL, FULL, FULL, FULL, FULL, FULL,
	                                  FULL, FULL, FULL, FULL, FULL, FULL, FULL}};
	const uint8_t *p = w.frame + w.l4;
	uint32_t tcp = w.proto == PROTO_TCP, udp = w.proto == PROTO_UDP, mask = -tcp;
	uint32_t tcp_header = (uint32_t)p[12] >> 4 << 2, udp_end = w.l4 + load_be16(p + 4);
	uint32_t least = UDP_SIZE + (mask & (TCP_SIZE - UDP_SIZE));
	uint32_t header = UDP_SIZE + (mask & (tcp_header - UDP_SIZE));
	uint32_t end = udp_end + (mask & (w.end - udp_end));
	uint32_t stop = end < w.captured ? end : w.captured;
	uint32_t payload = w.l4 + header, options = header - least, captured = stop - payload;
	uint32_t group = w.frame[0] & 1u, cut = w.captured < w.wire;
	uint32_t flags = FLAGS | group * PACKET_GROUP_MAC | cut * PACKET_CUT;
	bytes16 v = packet_fast_load(p) & known[tcp];

	/* anything below zero: neither, or lengths that don't fit into each other */
	if ((int32_t)((tcp + udp - 1) | options | captured | (w.end - end)) < 0)
		return 0;
	packet_fast_store(out, 32, PICK(v, 1, 0, 3, 2, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z));
	packet_fast_store(out, 48, ip | PICK(v, Z, Z, Z, Z, Z, Z, Z, Z, 13, Z, Z, Z, 7, 6, 5, 4));
	packet_fast_store(out, 64, PICK(v, 11, 10, 9, 8, 15, 14, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z));
	packet_fast_store(out, 80, id);
	out->tunnel_id = 0;
	packet_fast_store_2(out, offsetof(struct packet, ethertype), w.type, flags);
	packet_fast_store_4(out, offsetof(struct packet, l3_offset), w.l3 | w.l4 << 16,
	                    payload | captured << 16);
	out->payload_size = end - payload;
	out->tcp_options_size = (uint8_t)options;
	if (inner && !tcp && tunnel_ports_either(out->sport, out->dport))
		return 0;
	return flags | tcp * PACKET_FAST_TCP;
}

/* Behind its ethertype; what it must be is told by one comparison. */
static __attribute__((always_inline)) inline uint32_t
packet_fast_ipv4(struct packet_fast w, bool inner, struct packet *out)
{
	enum { FULL = 255 };
	static const bytes16 mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, FULL, FULL};
	static const bytes16 version = {0, 0, 0, 0, 4};
	/* ethertype, version and length of the header; fragment offset and more fragments */
	static const bytes16 asked = {FULL, FULL, FULL, 0, 0, 0, 0, 0, 0x3f, FULL};
	static const bytes16 wanted = {0x08, 0x00, 0x45};
	const uint8_t *p = w.frame + w.l3;
	bytes16 head = packet_fast_load(p - 2), addrs = packet_fast_load(p + 4);
	bytes16 ip = version | PICK(head, Z, Z, Z, Z, Z, 11, 10, 3, Z, Z, Z, Z, Z, Z, Z, Z);
	bytes16 id = PICK(head, 7, 6, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z);

	w.proto = p[9];
	w.end = w.l3 + load_be16(p + 2);
	w.l4 = w.l3 + IPV4_SIZE;
	if (!packet_fast_is_zero((head & asked) ^ wanted) || w.end > w.wire)
		return 0;
	packet_fast_store(out, 0,
	                  mapped | PICK(addrs, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, 8, 9, 10, 11));
	packet_fast_store(out, 16,
	                  mapped | PICK(addrs, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, 12, 13, 14, 15));
	return packet_fast_transport(w, ip, id, inner, out);
}

static __attribute__((always_inline)) inline uint32_t
packet_fast_ipv6(struct packet_fast w, bool inner, struct packet *out)
{
	const uint8_t *p = w.frame + w.l3;
	uint32_t size;
	bytes16 ip;

	if (w.captured < w.l3 + IPV6_SIZE + PACKET_FAST_TRANSPORT || p[0] >> 4 != 6)
		return 0;
	size = load_be16(p + 4);
	ip = (bytes16){0, 0, 0, 0, 6, p[6], p[7], (uint8_t)(load_be16(p) >> 4)};
	w.proto = p[6];
	w.l4 = w.l3 + IPV6_SIZE;
	w.end = w.l4 + size;
	out->src = addr_v6(p + 8);
	out->dst = addr_v6(p + 24);
	if (!size || w.end > w.wire || addr_is_v4(&out->src) || addr_is_v4(&out->dst))
		return 0;
	return packet_fast_transport(w, ip, (bytes16){0}, inner, out);
}

/* With tags, two at most, or IPv6. */
static __attribute__((noinline)) uint32_t
packet_fast_other(struct packet_fast w, bool inner, struct packet *out)
{
	uint16_t vlan[2] = {0};
	uint32_t flags = 0;
	uint8_t count = 0;

	while (vlan_announced((uint16_t)w.type) && count < 2) {
		vlan[count++] = load_be16(w.frame + w.l3) & VLAN_ID_MASK;
		w.type = load_be16(w.frame + w.l3 + 2);
		w.l3 += VLAN_SIZE;
	}
	if (w.type == ETHERTYPE_IPV4)
		flags = packet_fast_ipv4(w, inner, out);
	else if (w.type == ETHERTYPE_IPV6)
		flags = packet_fast_ipv6(w, inner, out);
	out->vlan_count = count;
	memcpy(out->vlan, vlan, sizeof vlan);
	return flags;
}

/* The packet's flags, and PACKET_FAST_TCP: *out is complete. 0: *out is spoilt, take the general
 * walk. What is returned needs not be read back from *out, which has just been written. */
static __attribute__((always_inline)) inline uint32_t
packet_fast(const uint8_t *frame, uint32_t captured, uint32_t wire, bool inner, struct packet *out)
{
	struct packet_fast w = {
		.frame = frame, .captured = captured, .wire = wire, .l3 = ETHERNET_SIZE};

	if (captured - PACKET_FAST_MIN > PACKET_CAPTURED_MAX - PACKET_FAST_MIN)
		return 0;
	w.type = load_be16(frame + 12);
	if (__builtin_expect(w.type != ETHERTYPE_IPV4, 0))
		return packet_fast_other(w, inner, out);
	w.type = ETHERTYPE_IPV4;
	return packet_fast_ipv4(w, inner, out);
}
