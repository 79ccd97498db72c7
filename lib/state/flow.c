#include "state/flow.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "state/flow_index.h"

enum {
	TCP = 6,
	UDP = 17,
	SCTP = 132,
	TCP_SYN = 0x02,
	TCP_ACK = 0x10,
	KEEP_INDEX_START = 4096,
};

/* Records of a growing table: address space is reserved once, so that records never move. */
#define KEEP_CAPACITY (1ull << 26)

struct flow_table {
	struct flow *records;
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

struct query {
	uint64_t key[2];
	uint64_t hash;
	uint32_t candidate; /* record whose tag matched, FLOW_NONE, or NOT_WANTED */
	uint8_t src_low;    /* the source is the lower endpoint */
};

#define NOT_WANTED (FLOW_NONE - 1) /* the packet makes no flow */

static inline uint64_t
key_tail(uint16_t low_port, uint16_t high_port, const struct packet *p, uint16_t link)
{
	return low_port | (uint64_t)high_port << 16 | (uint64_t)p->proto << 32 |
	       (uint64_t)link << 48;
}

/* No branch: which end is lower is a coin toss. */
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

static void
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
static void
high_parts(const struct query *q, const struct packet *p, uint32_t out[2][3])
{
	memcpy(out[0], (q->src_low ? &p->src : &p->dst)->b, sizeof out[0]);
	memcpy(out[1], (q->src_low ? &p->dst : &p->src)->b, sizeof out[1]);
}

static uint64_t
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

static inline bool
matches(const struct flow *f, const struct query *q, const struct packet *p)
{
	uint32_t high[2][3];

	if (f->key[0] != q->key[0] || f->key[1] != q->key[1])
		return false;
	if (!(q->key[1] & KEY_IPV6))
		return true;
	high_parts(q, p, high);
	return memcmp(f->high, high, sizeof high) == 0;
}

/* ---- records --------------------------------------------------------------------------------- */

uint32_t
flow_id(const struct flow_table *t, const struct flow *f)
{
	return (uint32_t)(f - t->records);
}

struct flow *
flow_at(struct flow_table *t, uint32_t id)
{
	return &t->records[id];
}

static uint64_t
record_hash(const struct flow_table *t, const struct flow *f)
{
	return hash_of(t, f->key, (const uint32_t(*)[3])f->high);
}

/* A record for a new flow, FLOW_NONE when all are taken. The next one is fetched meanwhile. */
static uint32_t
record_take(struct flow_table *t)
{
	uint32_t id = t->free_head;

	if (id != FLOW_NONE) {
		t->free_head = t->records[id].meter;
		if (t->free_head != FLOW_NONE)
			__builtin_prefetch(&t->records[t->free_head], 1);
	} else if (t->fresh < t->stats.capacity) {
		id = t->fresh++;
		__builtin_prefetch(&t->records[t->fresh], 1);
		__builtin_prefetch((char *)&t->records[t->fresh] + CACHE_LINE, 1);
	}
	return id;
}

static void
visit_one(struct flow_table *t, struct flow *f, enum flow_event event)
{
	uint64_t idle;

	t->visit(t->context, &f, 1, event, &idle);
}

/* The record leaves: the owner takes what is left in it. */
static void
record_free(struct flow_table *t, struct flow *f)
{
	visit_one(t, f, FLOW_LEAVES);
	f->flags = 0;
	f->key[1] = KEY_FREE;
	f->meter = t->free_head;
	t->free_head = flow_id(t, f);
	t->stats.used--;
}

static void
unlink_flow(struct flow_table *t, struct flow *f)
{
	flow_index_remove(&t->index, record_hash(t, f), flow_id(t, f));
	t->indexed--;
}

/* 16 bits of a sequence number: enough to tell a new connection from a repeated SYN, but once in
 * 65 536 new connections. */
static uint16_t
seq_mark(uint32_t seq)
{
	return (uint16_t)(seq * 0x9e3779b1u >> 16);
}

static uint16_t
base_seq(const struct packet *p)
{
	return seq_mark(p->tcp_flags & TCP_SYN ? p->tcp_seq : p->tcp_seq - 1);
}

static void
record_fill(struct flow_table *t, struct flow *f, const struct query *q, const struct packet *p,
            uint64_t now)
{
	memset(f, 0, sizeof *f);
	f->key[0] = q->key[0];
	f->key[1] = q->key[1];
	high_parts(q, p, f->high);
	f->flags = FLOW_USED | (q->src_low ? FLOW_LOW_FIRST : 0);
	f->turn = t->turn;
	f->first_ns = f->last_ns = now;
	f->base_seq[0] = base_seq(p);
	t->stats.used++;
	t->stats.created++;
}

/* ---- finding and adding ---------------------------------------------------------------------- */

static struct flow *
search_bucket(struct flow_table *t, const struct bucket *b, const struct query *q,
              const struct packet *p)
{
	for (uint32_t m = bucket_match(b, bucket_tag(q->hash)); m; m &= m - 1) {
		struct flow *f = &t->records[b->id[__builtin_ctz(m)]];

		if (matches(f, q, p))
			return f;
	}
	return NULL;
}

static struct flow *
search(struct flow_table *t, const struct query *q, const struct packet *p)
{
	const struct bucket *first = bucket_first(&t->index, q->hash);
	struct flow *f = search_bucket(t, first, q, p);

	for (unsigned n = 0; !f && first->away && n < 2; n++)
		f = search_bucket(t, bucket_second(&t->index, q->hash, n), q, p);
	return f;
}

/* Free one record of the new flow's bucket; one attempt. */
static bool
replace_one(struct flow_table *t, uint64_t hash)
{
	uint32_t id = flow_index_candidate(&t->index, hash);

	/* a flow that this burst refers to is not touched */
	if (id == FLOW_NONE || t->records[id].turn == t->turn)
		return false;
	unlink_flow(t, &t->records[id]);
	record_free(t, &t->records[id]);
	t->stats.evicted++;
	return true;
}

/* Double the index of a growing table. Records stay where they are. */
static bool
index_grow(struct flow_table *t)
{
	struct flow_index bigger;

	if (!flow_index_init(&bigger, t->index.count * 12, false))
		return false;
	for (uint32_t id = 0; id < t->fresh; id++) {
		const struct flow *f = &t->records[id];
		bool placed = true;

		if ((f->flags & (FLOW_USED | FLOW_ENDED)) == FLOW_USED)
			placed = flow_index_add(&bigger, record_hash(t, f), id);
		assert(placed);
		(void)placed;
	}
	flow_index_fini(&t->index);
	t->index = bigger;
	return true;
}

/* An entry of the index for a record, making room where the table may. */
static bool
index_place(struct flow_table *t, uint64_t hash, uint32_t id)
{
	if (flow_index_add(&t->index, hash, id))
		return true;
	if (t->keep ? !index_grow(t) : !replace_one(t, hash))
		return false;
	return flow_index_add(&t->index, hash, id);
}

static struct flow *
add(struct flow_table *t, const struct query *q, const struct packet *p, uint64_t now)
{
	uint32_t id = record_take(t);

	if (id == FLOW_NONE && !t->keep && replace_one(t, q->hash))
		id = record_take(t);
	if (id == FLOW_NONE) {
		t->stats.refused++;
		return NULL;
	}
	if (!index_place(t, q->hash, id)) {
		t->records[id].meter = t->free_head;
		t->free_head = id;
		t->stats.refused++;
		return NULL;
	}
	t->indexed++;
	record_fill(t, &t->records[id], q, p, now);
	return &t->records[id];
}

/* A SYN whose number is not the one this side began with opens a new connection. */
static bool
opens_anew(const struct flow *f, const struct packet *p, unsigned reverse)
{
	if (reverse && !(f->flags & FLOW_TWO_WAY))
		return false;
	return f->base_seq[reverse] != base_seq(p);
}

static inline unsigned
reverse_of(const struct flow *f, const struct query *q)
{
	return ((f->flags & FLOW_LOW_FIRST) != 0) ^ q->src_low;
}

static void
end_reused(struct flow_table *t, struct flow *f)
{
	unlink_flow(t, f);
	f->key[1] |= KEY_ENDED;
	f->flags |= FLOW_ENDED;
	t->stats.reused++;
}

/* Find or add once the straight path has failed or met a SYN. */
static __attribute__((noinline)) struct flow *
find_or_add(struct flow_table *t, const struct query *q, const struct packet *p, uint64_t now,
            uint8_t *seen)
{
	struct flow *f = search(t, q, p);

	if (f && (p->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN &&
	    opens_anew(f, p, reverse_of(f, q))) {
		end_reused(t, f);
		f = NULL;
	}
	if (f)
		return f;
	*seen = FLOW_SEEN_NEW;
	return add(t, q, p, now);
}

static void
strengthen(struct flow_table *t, struct flow *f)
{
	f->flags |= FLOW_STRONG;
	flow_index_strengthen(&t->index, record_hash(t, f), flow_id(t, f));
}

/* First packet of the other direction, or enough of one: the flow is real. */
static __attribute__((noinline)) void
prove(struct flow_table *t, struct flow *f, const struct packet *p, unsigned reverse, uint8_t *seen)
{
	if (reverse) {
		f->flags |= FLOW_TWO_WAY;
		f->base_seq[1] = base_seq(p);
		*seen |= FLOW_SEEN_TURNED;
	}
	if (!(f->flags & FLOW_STRONG))
		strengthen(t, f);
}

/* The 32-bit counts since the last fold are about to overflow (4 GiB in one pass of the hand). */
static __attribute__((noinline)) void
spill(struct flow_table *t, struct flow *f)
{
	visit_one(t, f, FLOW_PASSED);
	flow_fold(f, NULL, NULL);
}

static inline void
count_packet(struct flow_table *t, struct flow *f, const struct packet *p, uint32_t wire,
             uint64_t time_ns, unsigned reverse)
{
	if (__builtin_expect(f->bytes[reverse] > UINT32_MAX - wire, 0))
		spill(t, f);
	f->packets[reverse]++;
	f->bytes[reverse] += wire;
	if (time_ns > f->last_ns)
		f->last_ns = time_ns;
	f->tcp_flags[reverse] |= p->tcp_flags;
	f->ttl[reverse] = p->ttl;
	f->turn = t->turn;
}

static inline void
count_found(struct flow_table *t, struct flow *f, struct flow_batch *b, uint32_t i,
            unsigned reverse)
{
	const struct packet *p = &b->packets[i];

	count_packet(t, f, p, b->wire[i], b->time_ns[i], reverse);
	b->seen[i] |= (uint8_t)reverse;
	if (!(f->flags & FLOW_TWO_WAY) &&
	    (reverse || (!(f->flags & FLOW_STRONG) && f->packets[0] >= FLOW_PROVEN)))
		prove(t, f, p, reverse, &b->seen[i]);
}

static __attribute__((noinline)) bool
query_any(const struct flow_table *t, struct query *q, const struct packet *p, uint16_t link)
{
	if (!makes_flow(p)) {
		q->candidate = NOT_WANTED;
		return false;
	}
	query_make(t, q, p, link);
	return true;
}

/* Keys and hashes; the buckets are fetched. */
static void
pass_hash(struct flow_table *t, const struct flow_batch *b, struct query *q)
{
	enum { STRAIGHT = PACKET_HAS_IP | PACKET_HAS_PORTS };

	for (uint32_t i = 0; i < b->count; i++) {
		const struct packet *p = &b->packets[i];

		q[i].candidate = FLOW_NONE;
		if (__builtin_expect(p->ip_version == 4 &&
		                             (p->flags & (STRAIGHT | PACKET_FRAGMENT_LATER)) ==
		                                     STRAIGHT,
		                     1)) {
			query_v4(&q[i], p, b->links[i]);
			q[i].hash = hash_16(&t->hash_key, q[i].key, 0);
		} else if (!query_any(t, &q[i], p, b->links[i])) {
			continue;
		}
		__builtin_prefetch(bucket_first(&t->index, q[i].hash));
	}
}

/* Tags; the records are fetched. */
static void
pass_index(struct flow_table *t, const struct flow_batch *b, struct query *q)
{
	for (uint32_t i = 0; i < b->count; i++) {
		const struct bucket *bucket;
		uint32_t match;

		if (__builtin_expect(q[i].candidate == NOT_WANTED, 0))
			continue;
		bucket = bucket_first(&t->index, q[i].hash);
		match = bucket_match(bucket, bucket_tag(q[i].hash));
		if (__builtin_expect(!match, 0))
			continue;
		q[i].candidate = bucket->id[__builtin_ctz(match)];
		__builtin_prefetch(&t->records[q[i].candidate], 1);
	}
}

/* Whether the tag told the truth, and nothing but counting is to be done. */
static inline bool
is_known(const struct flow_table *t, const struct query *q, const struct packet *p)
{
	return q->candidate < NOT_WANTED && (p->tcp_flags & (TCP_SYN | TCP_ACK)) != TCP_SYN &&
	       matches(&t->records[q->candidate], q, p);
}

/* Records: count, or find and add the hard way. */
static void
pass_records(struct flow_table *t, struct flow_batch *b, const struct query *q)
{
	for (uint32_t i = 0; i < b->count; i++) {
		const struct packet *p = &b->packets[i];
		struct flow *f = NULL;

		b->seen[i] = 0;
		if (__builtin_expect(is_known(t, &q[i], p), 1))
			f = &t->records[q[i].candidate];
		else if (q[i].candidate != NOT_WANTED)
			f = find_or_add(t, &q[i], p, b->time_ns[i], &b->seen[i]);
		b->flows[i] = f;
		if (f)
			count_found(t, f, b, i, reverse_of(f, &q[i]));
	}
}

void
flow_find_burst(struct flow_table *t, struct flow_batch *b)
{
	struct query q[FLOW_BURST];

	assert(b->count <= FLOW_BURST);
	t->turn++;
	if (t->keep && t->indexed > t->index.count * 6)
		index_grow(t);
	pass_hash(t, b, q);
	pass_index(t, b, q);
	pass_records(t, b, q);
}

struct flow *
flow_find(struct flow_table *t, const struct packet *p, uint16_t link)
{
	struct query q;

	if (!makes_flow(p))
		return NULL;
	query_make(t, &q, p, link);
	return search(t, &q, p);
}

void
flow_count(struct flow_table *t, struct flow *f, const struct packet *p, uint32_t wire,
           uint64_t time_ns, bool reverse)
{
	count_packet(t, f, p, wire, time_ns, reverse);
}

/* ---- ageing ---------------------------------------------------------------------------------- */

static void
age_one(struct flow_table *t, struct flow *f, uint64_t idle, uint64_t now)
{
	if (f->flags & FLOW_ENDED) {
		record_free(t, f);
	} else if (idle && now > f->last_ns && now - f->last_ns > idle) {
		unlink_flow(t, f);
		record_free(t, f);
		t->stats.expired++;
	} else if (!(f->flags & FLOW_STRONG) && f->total_packets[0] >= FLOW_PROVEN) {
		strengthen(t, f);
	}
}

/* The flows among the records from `first` on, at most `count`; both lines are fetched. */
static uint32_t
records_gather(struct flow_table *t, uint32_t first, uint32_t count, struct flow **flows)
{
	uint32_t found = 0;

	for (uint32_t i = 0; i < count; i++) {
		__builtin_prefetch(&t->records[first + i], 1);
		__builtin_prefetch((char *)&t->records[first + i] + CACHE_LINE, 1);
	}
	for (uint32_t i = 0; i < count; i++)
		if (t->records[first + i].flags & FLOW_USED)
			flows[found++] = &t->records[first + i];
	return found;
}

static void
age_batch(struct flow_table *t, uint64_t now, uint32_t first, uint32_t count)
{
	struct flow *flows[FLOW_VISITED];
	uint64_t idle[FLOW_VISITED];
	uint32_t found = records_gather(t, first, count, flows);

	if (found)
		t->visit(t->context, flows, found, FLOW_PASSED, idle);
	for (uint32_t i = 0; i < found && !t->keep; i++)
		age_one(t, flows[i], idle[i], now);
}

void
flow_table_age(struct flow_table *t, uint64_t now_ns, uint64_t count)
{
	if (count > t->fresh)
		count = t->fresh;
	while (count) {
		uint64_t batch = count < FLOW_VISITED ? count : FLOW_VISITED;

		if (t->hand >= t->fresh)
			t->hand = 0;
		if (batch > t->fresh - t->hand)
			batch = t->fresh - t->hand;
		age_batch(t, now_ns, t->hand, (uint32_t)batch);
		t->hand += (uint32_t)batch;
		count -= batch;
	}
}

uint64_t
flow_table_extent(const struct flow_table *t)
{
	return t->fresh;
}

void
flow_table_visit(struct flow_table *t)
{
	struct flow *flows[FLOW_VISITED];
	uint64_t idle[FLOW_VISITED];

	for (uint32_t id = 0; id < t->fresh; id += FLOW_VISITED) {
		uint32_t left = t->fresh - id;
		uint32_t found =
			records_gather(t, id, left < FLOW_VISITED ? left : FLOW_VISITED, flows);

		if (found)
			t->visit(t->context, flows, found, FLOW_PASSED, idle);
	}
}

void
flow_table_each(struct flow_table *t, bool (*each)(void *context, struct flow *f), void *context)
{
	for (uint32_t id = 0; id < t->fresh; id++)
		if (t->records[id].flags & FLOW_USED && !each(context, &t->records[id]))
			return;
}

/* ---- table ----------------------------------------------------------------------------------- */

static void
visit_nothing(void *context, struct flow **flows, uint32_t count, enum flow_event event,
              uint64_t *idle_ns)
{
	(void)context;
	(void)flows;
	(void)event;
	for (uint32_t i = 0; i < count; i++)
		idle_ns[i] = 0;
}

/* As much address space for records as can be had, for a table of unknown size. */
static void
reserve_records(struct flow_table *t)
{
	for (t->stats.capacity = KEEP_CAPACITY; t->stats.capacity > KEEP_INDEX_START;
	     t->stats.capacity /= 2) {
		t->records = mem_map((t->stats.capacity + 1) * sizeof(struct flow), false);
		if (t->records)
			return;
	}
}

struct flow_table *
flow_table_create(const struct flow_params *params)
{
	struct flow_table *t = mem_alloc(1, sizeof *t);
	uint64_t entries = params->keep ? KEEP_INDEX_START : params->capacity;
	bool ok;

	assert(entries > 0 && entries < FLOW_NONE);
	t->keep = params->keep;
	t->visit = params->visit ? params->visit : visit_nothing;
	t->context = params->context;
	t->hash_key = hash_key_make(params->hash_seed);
	t->free_head = FLOW_NONE;
	t->stats.capacity = params->capacity;
	/* one record more than can be used: the one behind the last is prefetched */
	if (t->keep)
		reserve_records(t);
	else
		t->records = mem_map((params->capacity + 1) * sizeof(struct flow), true);
	ok = flow_index_init(&t->index, entries, !t->keep);
	if (t->records && ok)
		return t;
	log_error("state", "no memory for a flow table of %llu flows",
	          (unsigned long long)t->stats.capacity);
	flow_table_destroy(t);
	return NULL;
}

void
flow_table_destroy(struct flow_table *t)
{
	if (!t)
		return;
	mem_unmap(t->records, (t->stats.capacity + 1) * sizeof(struct flow));
	flow_index_fini(&t->index);
	free(t);
}

const struct flow_stats *
flow_table_stats(const struct flow_table *t)
{
	struct flow_stats *s = (struct flow_stats *)&t->stats;

	s->seconds = t->index.seconds;
	return s;
}

size_t
flow_table_size(const struct flow_table *t)
{
	uint64_t records = t->keep ? t->fresh : t->stats.capacity;

	return records * sizeof(struct flow) + flow_index_size(&t->index) + sizeof *t;
}

/* ---- reading a record ------------------------------------------------------------------------ */

void
flow_fold(struct flow *f, uint32_t packets[2], uint32_t bytes[2])
{
	for (int side = 0; side < 2; side++) {
		uint64_t total = f->total_packets[side] + (uint64_t)f->packets[side];

		if (packets)
			packets[side] = f->packets[side];
		if (bytes)
			bytes[side] = f->bytes[side];
		f->total_packets[side] = (uint32_t)total;
		f->total_packets_hi[side] += (uint16_t)(total >> 32);
		f->total_bytes[side] += f->bytes[side];
		f->packets[side] = f->bytes[side] = 0;
	}
}

static void
endpoint_of(const struct flow *f, bool high, struct addr *addr, uint16_t *port)
{
	memcpy(addr->b, f->high[high], sizeof f->high[high]);
	store_be32(addr->b + 12, (uint32_t)(f->key[0] >> (high ? 32 : 0)));
	*port = (uint16_t)(f->key[1] >> (high ? 16 : 0));
}

void
flow_view(const struct flow *f, struct flow_view *out)
{
	bool low_first = f->flags & FLOW_LOW_FIRST;

	endpoint_of(f, !low_first, &out->a, &out->a_port);
	endpoint_of(f, low_first, &out->b, &out->b_port);
	out->proto = (uint8_t)(f->key[1] >> 32);
	out->ip_version = f->key[1] & KEY_IPV6 ? 6 : 4;
	out->link = (uint16_t)(f->key[1] >> 48);
	for (int side = 0; side < 2; side++) {
		out->packets[side] =
			(uint64_t)f->total_packets_hi[side] << 32 | f->total_packets[side];
		out->packets[side] += f->packets[side];
		out->bytes[side] = f->total_bytes[side] + f->bytes[side];
	}
	out->first_ns = f->first_ns;
	out->last_ns = f->last_ns;
}

bool
flow_between(const struct flow *f, const struct packet *p, uint16_t link, bool *reverse)
{
	struct flow_view v;
	bool forward;

	if (!(f->flags & FLOW_USED))
		return false;
	flow_view(f, &v);
	forward = addr_equal(&v.a, &p->src) && addr_equal(&v.b, &p->dst);
	if (v.proto != p->proto || v.link != link ||
	    (!forward && !(addr_equal(&v.a, &p->dst) && addr_equal(&v.b, &p->src))))
		return false;
	*reverse = !forward;
	return true;
}
