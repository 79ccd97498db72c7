/*
 * Frames built from the inside out: payload first, then each header before it, which takes its
 * lengths and the type of what it carries from what stands there already. An own little model of
 * the layers, so that the decoder is tested against arithmetic and not against itself.
 *
 *   frame_init(&f, 100);
 *   frame_udp(&f, 5004, 5006);
 *   frame_ipv4(&f, 1);
 *   frame_vlan(&f, 0x8100, 100);
 *   frame_ethernet(&f);
 */
#pragma once

#include <stdint.h>
#include <string.h>

#include "base/bytes.h"

enum {
	FRAME_ROOM = 72 * 1024,
};

struct frame {
	uint8_t bytes[FRAME_ROOM];
	uint32_t start;     /* of what is built so far, up to the end of bytes */
	uint16_t ethertype; /* what the outermost header is to the one before it */
	uint8_t proto;      /* the same to IP */
};

static inline const uint8_t *
frame_bytes(const struct frame *f)
{
	return f->bytes + f->start;
}

static inline uint32_t
frame_size(const struct frame *f)
{
	return FRAME_ROOM - f->start;
}

/* Put `size` zero bytes before what there is; returns them. */
static inline uint8_t *
frame_push(struct frame *f, uint32_t size)
{
	f->start -= size;
	return memset(f->bytes + f->start, 0, size);
}

/* A payload of `size` bytes that look like no protocol. */
static inline void
frame_init(struct frame *f, uint32_t size)
{
	f->start = FRAME_ROOM;
	f->ethertype = 0x88b5; /* IEEE local experimental */
	f->proto = 253;        /* RFC 3692: experimental */
	memset(frame_push(f, size), 0xee, size);
}

static inline void
frame_raw(struct frame *f, const void *bytes, uint32_t size)
{
	memcpy(frame_push(f, size), bytes, size);
}

static inline void
frame_udp(struct frame *f, uint16_t sport, uint16_t dport)
{
	uint32_t size = frame_size(f) + 8;
	uint8_t *p = frame_push(f, 8);

	store_be16(p, sport);
	store_be16(p + 2, dport);
	store_be16(p + 4, (uint16_t)size);
	f->proto = 17;
}

/* With `options` bytes of no-ops, a multiple of four. */
static inline void
frame_tcp(struct frame *f, uint16_t sport, uint16_t dport, uint32_t options)
{
	uint8_t *p;

	memset(frame_push(f, options), 1, options);
	p = frame_push(f, 20);
	store_be16(p, sport);
	store_be16(p + 2, dport);
	store_be32(p + 4, 0x11223344);
	store_be32(p + 8, 0x55667788);
	p[12] = (uint8_t)((20 + options) / 4 << 4);
	p[13] = 0x18;
	store_be16(p + 14, 0x2000);
	f->proto = 6;
}

static inline void
frame_sctp(struct frame *f, uint16_t sport, uint16_t dport)
{
	uint8_t *p = frame_push(f, 12);

	store_be16(p, sport);
	store_be16(p + 2, dport);
	f->proto = 132;
}

/* ICMP or ICMPv6; the second word as given. */
static inline void
frame_icmp(struct frame *f, uint8_t proto, uint8_t type, uint8_t code, uint32_t word)
{
	uint8_t *p = frame_push(f, 8);

	p[0] = type;
	p[1] = code;
	store_be32(p + 4, word);
	f->proto = proto;
}

/* 192.0.2.x to 198.51.100.x with x = `host`, TTL 64, identification 0x1234; `options` bytes of
 * them; `fragment` is the field of flags and offset. */
static inline void
frame_ipv4_with(struct frame *f, uint8_t host, uint32_t options, uint16_t fragment)
{
	uint32_t size;
	uint8_t *p;

	memset(frame_push(f, options), 1, options);
	size = frame_size(f) + 20;
	p = frame_push(f, 20);
	p[0] = (uint8_t)(0x45 + options / 4);
	store_be16(p + 2, (uint16_t)size);
	store_be16(p + 4, 0x1234);
	store_be16(p + 6, fragment);
	p[8] = 64;
	p[9] = f->proto;
	memcpy(p + 12, (uint8_t[]){192, 0, 2, host}, 4);
	memcpy(p + 16, (uint8_t[]){198, 51, 100, host}, 4);
	f->proto = 4;
	f->ethertype = 0x0800;
}

static inline void
frame_ipv4(struct frame *f, uint8_t host)
{
	frame_ipv4_with(f, host, 0, 0x4000);
}

/* 2001:db8::x to 2001:db8:1::x, hop limit 64. */
static inline void
frame_ipv6(struct frame *f, uint8_t host)
{
	uint32_t size = frame_size(f);
	uint8_t *p = frame_push(f, 40);

	p[0] = 0x60;
	store_be16(p + 4, (uint16_t)size);
	p[6] = f->proto;
	p[7] = 64;
	memcpy(p + 8, "\x20\x01\x0d\xb8", 4);
	memcpy(p + 24, "\x20\x01\x0d\xb8\0\1", 6);
	p[23] = p[39] = host;
	f->proto = 41;
	f->ethertype = 0x86dd;
}

/* An extension header of `size` bytes, a multiple of eight, that is `kind`. */
static inline void
frame_extension(struct frame *f, uint8_t kind, uint32_t size)
{
	uint8_t *p = frame_push(f, size);

	p[0] = f->proto;
	p[1] = (uint8_t)(kind == 44 ? 0 : size / 8 - 1);
	f->proto = kind;
}

static inline void
frame_vlan(struct frame *f, uint16_t tpid, uint16_t id)
{
	uint8_t *p = frame_push(f, 4);

	store_be16(p, id);
	store_be16(p + 2, f->ethertype);
	f->ethertype = tpid;
}

static inline void
frame_mpls(struct frame *f, uint32_t label)
{
	uint32_t bottom = f->ethertype == 0x8847 ? 0 : 0x100;

	store_be32(frame_push(f, 4), label << 12 | bottom | 0x40);
	f->ethertype = 0x8847;
}

/* Point-to-point protocol number of what there is, then the PPPoE session header. */
static inline void
frame_pppoe(struct frame *f, uint16_t session)
{
	uint32_t size = frame_size(f) + 2;
	uint8_t *p = frame_push(f, 8);

	p[0] = 0x11;
	store_be16(p + 2, session);
	store_be16(p + 4, (uint16_t)size);
	store_be16(p + 6, f->ethertype == 0x0800 ? 0x0021 : 0x0057);
	f->ethertype = 0x8864;
}

/* 02:00:00:00:00:01 from 02:00:00:00:00:02 */
static inline void
frame_ethernet(struct frame *f)
{
	uint8_t *p = frame_push(f, 14);

	memcpy(p, "\2\0\0\0\0\1\2\0\0\0\0\2", 12);
	store_be16(p + 12, f->ethertype);
	f->ethertype = 0x6558;
}

static inline void
frame_gre(struct frame *f, uint32_t key)
{
	uint8_t *p = frame_push(f, key ? 8 : 4);

	p[0] = key ? 0x20 : 0;
	store_be16(p + 2, f->ethertype);
	if (key)
		store_be32(p + 4, key);
	f->proto = 47;
}

/* GRE with a sequence number and what ERSPAN type II or III asks of it. */
static inline void
frame_erspan(struct frame *f, unsigned type, uint16_t session)
{
	uint8_t *p = frame_push(f, type == 2 ? 8 : 12);

	p[0] = type == 2 ? 0x10 : 0x20;
	store_be16(p + 2, session);
	p = frame_push(f, 8);
	p[0] = 0x10;
	store_be16(p + 2, type == 2 ? 0x88be : 0x22eb);
	f->proto = 47;
}

static inline void
frame_vxlan(struct frame *f, uint32_t vni)
{
	uint8_t *p = frame_push(f, 8);

	p[0] = 0x08;
	store_be32(p + 4, vni << 8);
	frame_udp(f, 49152, 4789);
}

/* With `options` bytes of them, a multiple of four. */
static inline void
frame_geneve(struct frame *f, uint32_t vni, uint32_t options)
{
	uint8_t *p = frame_push(f, 8 + options);

	p[0] = (uint8_t)(options / 4);
	store_be16(p + 2, f->ethertype);
	store_be32(p + 4, vni << 8);
	frame_udp(f, 49152, 6081);
}

static inline void
frame_gtpu(struct frame *f, uint32_t teid)
{
	uint32_t size = frame_size(f);
	uint8_t *p = frame_push(f, 8);

	p[0] = 0x30;
	p[1] = 0xff;
	store_be16(p + 2, (uint16_t)size);
	store_be32(p + 4, teid);
	frame_udp(f, 2152, 2152);
}
