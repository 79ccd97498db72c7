/* Frames made field by field for tests and benches; checksums are left zero, as nobody here reads
 * them. Static functions, so that every test program takes what it uses. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/addr.h"
#include "base/bytes.h"

enum { FRAME_MAX = 2048, ETHERNET_SIZE = 14 };

struct frame_spec {
	struct addr src, dst;
	uint8_t proto; /* 6, 17 or other */
	uint8_t ttl;   /* 0: 64 */
	uint16_t sport, dport;
	uint8_t tcp_flags;
	uint32_t seq, ack;
	const void *payload;
	size_t payload_size;
	size_t pad_to;     /* frame bytes, zeros behind the packet */
	uint16_t ip_id;    /* IPv4 */
	uint16_t fragment; /* IPv4 flags and offset field as on the wire */
};

static inline size_t
frame_ports(uint8_t *at, const struct frame_spec *s)
{
	size_t size = s->proto == 6 ? 20 : 8;

	memset(at, 0, size);
	store_be16(at, s->sport);
	store_be16(at + 2, s->dport);
	if (s->proto == 6) {
		store_be32(at + 4, s->seq);
		store_be32(at + 8, s->ack);
		at[12] = 5 << 4;
		at[13] = s->tcp_flags;
		store_be16(at + 14, 65535);
	} else {
		store_be16(at + 4, (uint16_t)(8 + s->payload_size));
	}
	return size;
}

/* Ethernet, IPv4 or IPv6 by the addresses, TCP or UDP (other protocols and later fragments: the
 * payload follows IP). Returns the frame's size. */
static inline size_t
frame_make(uint8_t frame[FRAME_MAX], const struct frame_spec *s)
{
	bool v4 = addr_is_v4(&s->src), later = s->fragment & 0x1fff;
	size_t ip = ETHERNET_SIZE, header = v4 ? 20 : 40, l4 = ip + header, size = l4;

	memset(frame, 0, l4);
	memcpy(frame, "\x02\0\0\0\0\x02\x02\0\0\0\0\x01", 12);
	store_be16(frame + 12, v4 ? 0x0800 : 0x86dd);
	if (!later && (s->proto == 6 || s->proto == 17))
		size += frame_ports(frame + l4, s);
	if (s->payload_size)
		memcpy(frame + size, s->payload, s->payload_size);
	size += s->payload_size;
	if (v4) {
		frame[ip] = 0x45;
		store_be16(frame + ip + 2, (uint16_t)(size - ip));
		store_be16(frame + ip + 4, s->ip_id);
		store_be16(frame + ip + 6, s->fragment);
		frame[ip + 8] = s->ttl ? s->ttl : 64;
		frame[ip + 9] = s->proto;
		memcpy(frame + ip + 12, s->src.b + 12, 4);
		memcpy(frame + ip + 16, s->dst.b + 12, 4);
	} else {
		frame[ip] = 0x60;
		store_be16(frame + ip + 4, (uint16_t)(size - l4));
		frame[ip + 6] = s->proto;
		frame[ip + 7] = s->ttl ? s->ttl : 64;
		memcpy(frame + ip + 8, s->src.b, 16);
		memcpy(frame + ip + 24, s->dst.b, 16);
	}
	if (size < s->pad_to) {
		memset(frame + size, 0, s->pad_to - size);
		size = s->pad_to;
	}
	return size;
}
