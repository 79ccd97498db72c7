/*
 * What the files of the flow table share: the table, and how a packet becomes a key. Private to
 * state/flow*.c.
 */
#pragma once

#include <string.h>

#ifdef __SSE4_2__
#include <nmmintrin.h>
#endif

#include "base/hash.h"
#include "state/flow.h"
#include "state/flow_index.h"

enum {
	TCP = 6,
	UDP = 17,
	SCTP = 132,
	TCP_SYN = 0x02,
	TCP_ACK = 0x10,
};

struct flow_table {
	struct flow *records;
	struct flow *nobody; /* the record behind the last: no packet's */
	struct flow_index index;
	struct hash_key hash_key;
	uint32_t fresh;     /* records from here on were never used */
	uint32_t free_head; /* list through flow.meter, FLOW_NONE: empty */
	uint32_t hand;      /* next record that ageing looks at */
	uint32_t indexed;   /* entries of the index */
	uint8_t turn;
	bool keep;
	flow_visit_fn *visit;
	void *context;
	struct flow_stats stats;
};

/* ---- keys ------------------------------------------------------------------------------------ */

/*
 * key[0]: low 32 bits of the lower endpoint's address, of the higher one's above them.
 * key[1]: lower port, higher port, protocol, 1 for IPv6, link (16, 16, 8, 8, 16 bits upwards).
 * The upper 96 bits of IPv6 addresses are compared on the record's second line.
 */
#define KEY_IPV6 (1ull << 40)
#define KEY_ENDED (1ull << 41) /* of an ended flow: equals no packet's key */
#define KEY_FREE UINT64_MAX    /* of a free record: likewise */

#define KEY_NONE (UINT64_MAX - 1) /* of a packet that makes no flow: equals no record's */

struct query {
	uint64_t key[2] __attribute__((aligned(16)));
	uint64_t hash;
	const struct bucket *bucket; /* first of the hash */
	struct flow *candidate;      /* record whose tag matched, or the table's `nobody` */
	uint8_t src_low;             /* the source is the lower endpoint */
};

static inline uint64_t
key_tail(uint16_t low_port, uint16_t high_port, const struct packet *p, uint16_t link)
{
	return low_port | (uint64_t)high_port << 16 | (uint64_t)p->proto << 32 |
	       (uint64_t)link << 48;
}

/* No branch: which end is lower is a coin toss. */
#ifdef __SSE4_2__
static inline void
query_v4(struct query *q, const struct packet *p, uint16_t link)
{
	enum { Z = 0x80 };
	/* address and port of each end as a number of 48 bits, the source's first */
	const __m128i at_src = _mm_setr_epi8(Z, Z, 3, 2, 1, 0, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z);
	const __m128i at_dst = _mm_setr_epi8(4, 5, Z, Z, Z, Z, Z, Z, 6, 7, 3, 2, 1, 0, Z, Z);
	const __m128i at_key = _mm_setr_epi8(2, 3, 4, 5, 10, 11, 12, 13, 0, 1, 8, 9, Z, Z, Z, Z);
	__m128i src = _mm_loadu_si128((const __m128i *)(const void *)(p->src.b + 12));
	__m128i dst = _mm_loadu_si128((const __m128i *)(const void *)(p->dst.b + 12));
	__m128i ends = _mm_or_si128(_mm_shuffle_epi8(src, at_src), _mm_shuffle_epi8(dst, at_dst));
	__m128i turned = _mm_shuffle_epi32(ends, 0x4e);
	__m128i above = _mm_shuffle_epi32(_mm_cmpgt_epi64(ends, turned), 0x44);
	__m128i key = _mm_shuffle_epi8(_mm_blendv_epi8(ends, turned, above), at_key);

	key = _mm_insert_epi16(_mm_insert_epi8(key, p->proto, 12), link, 7);
	q->src_low = (uint8_t)(~_mm_cvtsi128_si32(above) & 1);
	_mm_store_si128((__m128i *)(void *)q->key, key);
}
#else
static inline void
query_v4(struct query *q, const struct packet *p, uint16_t link)
{
	uint64_t s = (uint64_t)load_be32(p->src.b + 12) << 16 | p->sport;
	uint64_t d = (uint64_t)load_be32(p->dst.b + 12) << 16 | p->dport;
	uint64_t low = s < d ? s : d, high = s < d ? d : s;

	q->src_low = s <= d;
	q->key[0] = low >> 16 | high >> 16 << 32;
	q->key[1] = key_tail((uint16_t)low, (uint16_t)high, p, link);
}
#endif

static inline void
query_v6(struct query *q, const struct packet *p, uint16_t link)
{
	int order = addr_compare(&p->src, &p->dst);
	const struct addr *low, *high;

	q->src_low = order < 0 || (order == 0 && p->sport <= p->dport);
	low = q->src_low ? &p->src : &p->dst;
	high = q->src_low ? &p->dst : &p->src;
	q->key[0] = load_be32(low->b + 12) | (uint64_t)load_be32(high->b + 12) << 32;
	q->key[1] = KEY_IPV6 | (q->src_low ? key_tail(p->sport, p->dport, p, link)
	                                   : key_tail(p->dport, p->sport, p, link));
}

/* The upper 96 bits of both addresses, as they stand in the record. */
static inline void
high_parts(const struct query *q, const struct packet *p, uint32_t out[2][3])
{
	memcpy(out[0], (q->src_low ? &p->src : &p->dst)->b, sizeof out[0]);
	memcpy(out[1], (q->src_low ? &p->dst : &p->src)->b, sizeof out[1]);
}

static inline uint64_t
hash_of(const struct flow_table *t, const uint64_t key[2], const uint32_t high[2][3])
{
	uint64_t hash = hash_16(&t->hash_key, key, 0);
	uint64_t more[3];

	if (!(key[1] & KEY_IPV6))
		return hash;
	memcpy(more, high, sizeof more);
	hash = hash_mix(&t->hash_key, hash ^ more[0], more[1]);
	return hash_mix(&t->hash_key, hash, more[2]);
}

/* A flow has IP and, where its protocol has ports, the ports. */
static inline bool
makes_flow(const struct packet *p)
{
	if ((p->flags & (PACKET_HAS_IP | PACKET_FRAGMENT_LATER)) != PACKET_HAS_IP)
		return false;
	if (p->flags & PACKET_HAS_PORTS)
		return true;
	return p->proto != TCP && p->proto != UDP && p->proto != SCTP;
}

static inline void
query_make(const struct flow_table *t, struct query *q, const struct packet *p, uint16_t link)
{
	uint32_t high[2][3];

	if (p->ip_version == 4) {
		query_v4(q, p, link);
		q->hash = hash_16(&t->hash_key, q->key, 0);
		return;
	}
	query_v6(q, p, link);
	high_parts(q, p, high);
	q->hash = hash_of(t, q->key, high);
}

/* The upper 96 bits of both addresses, which the key does not hold. */
static inline bool
matches_high(const struct flow *f, const struct query *q, const struct packet *p)
{
	uint32_t high[2][3];

	high_parts(q, p, high);
	return memcmp(f->high, high, sizeof high) == 0;
}

static inline bool
matches(const struct flow *f, const struct query *q, const struct packet *p)
{
	if ((f->key[0] ^ q->key[0]) | (f->key[1] ^ q->key[1]))
		return false;
	return __builtin_expect(!(q->key[1] & KEY_IPV6), 1) || matches_high(f, q, p);
}

/* ---- records, flow_record.c ------------------------------------------------------------------ */

/* A record for a new flow and its entry in the index; in a full table one other flow may leave for
 * it. NULL: no place, counted. */
struct flow *flow_record_add(struct flow_table *t, const struct query *q, const struct packet *p,
                             uint64_t now_ns);
/* Out of the index: not found any more, the record stays. */
void flow_record_unlink(struct flow_table *t, struct flow *f);
/* The record leaves: the owner takes what is left in it. */
void flow_record_free(struct flow_table *t, struct flow *f);
/* Not replaced from now on. */
void flow_record_strengthen(struct flow_table *t, struct flow *f);
/* Show a record to the owner. */
void flow_record_visit(struct flow_table *t, struct flow *f, enum flow_event event);
/* Double the index of a growing table; false: no memory, or keys made to collide. */
bool flow_record_grow(struct flow_table *t);
/* What a packet's side begins counting at, in 16 bits: enough to tell a new connection from a
 * repeated SYN, but once in 65 536 new connections. */
uint16_t flow_record_base_seq(const struct packet *p);
