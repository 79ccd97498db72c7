/* Finding, adding and counting: what happens to every packet. */
#include "state/flow_private.h"

/* Packets that take a step together, and between two steps: about the time that memory takes to
 * answer. */
enum { GROUP = 8, DISTANCE = 3 * GROUP };

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

	for (unsigned n = 0; !f && first->away && n < BUCKET_GROUP; n++)
		f = search_bucket(t, bucket_away(&t->index, q->hash, n), q, p);
	return f;
}

/* A SYN whose number is not the one this side began with opens a new connection. */
static bool
opens_anew(const struct flow *f, const struct packet *p, unsigned reverse)
{
	if (reverse && !(f->flags & FLOW_TWO_WAY))
		return false;
	return f->base_seq[reverse] != flow_record_base_seq(p);
}

static inline unsigned
reverse_of(const struct flow *f, const struct query *q)
{
	return ((f->flags & FLOW_LOW_FIRST) != 0) ^ q->src_low;
}

static void
end_reused(struct flow_table *t, struct flow *f)
{
	flow_record_unlink(t, f);
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
	return flow_record_add(t, q, p, now);
}

/* First packet of the other direction, or enough of one: the flow is real. */
static __attribute__((noinline)) void
prove(struct flow_table *t, struct flow *f, const struct packet *p, unsigned reverse, uint8_t *seen)
{
	if (reverse) {
		f->flags |= FLOW_TWO_WAY;
		f->base_seq[1] = flow_record_base_seq(p);
		*seen |= FLOW_SEEN_TURNED;
	}
	if (!(f->flags & FLOW_STRONG))
		flow_record_strengthen(t, f);
}

/* The 32-bit counts since the last fold are about to overflow (4 GiB in one pass of the hand). */
static __attribute__((noinline)) void
spill(struct flow_table *t, struct flow *f)
{
	flow_record_visit(t, f, FLOW_PASSED);
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

/* Something of the flow's life that this packet may change. */
static inline bool
is_unproven(const struct flow *f, unsigned reverse)
{
	return !(f->flags & FLOW_TWO_WAY) &&
	       (reverse || (!(f->flags & FLOW_STRONG) && f->packets[0] >= FLOW_PROVEN));
}

static __attribute__((noinline)) void
query_any(const struct flow_table *t, struct query *q, const struct packet *p, uint16_t link)
{
	if (makes_flow(p)) {
		query_make(t, q, p, link);
		return;
	}
	q->key[0] = q->hash = 0;
	q->key[1] = KEY_NONE;
}

/* Key and hash; the bucket is fetched. */
static inline void
step_hash(const struct flow_table *t, const struct flow_batch *b, struct query *q, uint32_t i)
{
	enum { STRAIGHT = PACKET_HAS_IP | PACKET_HAS_PORTS };
	const struct packet *p = &b->packets[i];

	if (__builtin_expect(p->ip_version == 4 &&
	                             (p->flags & (STRAIGHT | PACKET_FRAGMENT_LATER)) == STRAIGHT,
	                     1)) {
		query_v4(q, p, b->links[i]);
		q->hash = hash_16(&t->hash_key, q->key, 0);
	} else {
		query_any(t, q, p, b->links[i]);
	}
	q->bucket = bucket_first(&t->index, q->hash);
	__builtin_prefetch(q->bucket);
}

/* The packet is probably a new flow's. In a full table another flow will have to leave: its record
 * is fetched. */
static __attribute__((noinline)) void
expect_new(struct flow_table *t, const struct query *q)
{
	uint32_t id = FLOW_NONE;
	unsigned slot;

	if (!t->keep && t->stats.used == t->stats.capacity)
		id = flow_index_candidate(&t->index, q->hash, &slot);
	if (id == FLOW_NONE)
		return;
	__builtin_prefetch(&t->records[id], 1);
	__builtin_prefetch((char *)&t->records[id] + CACHE_LINE, 1);
}

/* Tag; the record is fetched. */
static inline void
step_index(struct flow_table *t, struct query *q)
{
	uint32_t match = bucket_match(q->bucket, bucket_tag(q->hash));

	if (__builtin_expect(!match, 0)) {
		q->candidate = t->nobody;
		expect_new(t, q);
		return;
	}
	q->candidate = &t->records[q->bucket->id[__builtin_ctz(match)]];
	__builtin_prefetch(q->candidate, 1);
}

/* The packet's flow once the straight path has failed; NULL: none, or no place. */
static __attribute__((noinline)) struct flow *
record_any(struct flow_table *t, const struct query *q, const struct packet *p, uint64_t now,
           uint8_t *seen)
{
	return q->key[1] == KEY_NONE ? NULL : find_or_add(t, q, p, now, seen);
}

/* Record: count, or find and add the hard way. */
static inline void
step_record(struct flow_table *t, const struct flow_batch *b, const struct query *q, uint32_t i)
{
	const struct packet *p = &b->packets[i];
	struct flow *f = q->candidate;
	uint8_t seen = 0;
	unsigned reverse;

	/* the tag told the truth, and nothing but counting is to be done */
	if (__builtin_expect((p->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN || !matches(f, q, p),
	                     0))
		f = record_any(t, q, p, b->time_ns[i], &seen);
	b->flows[i] = f;
	if (__builtin_expect(!f, 0)) {
		b->seen[i] = 0;
		return;
	}
	reverse = reverse_of(f, q);
	count_packet(t, f, p, b->wire[i], b->time_ns[i], reverse);
	if (__builtin_expect(is_unproven(f, reverse), 0))
		prove(t, f, p, reverse, &seen);
	b->seen[i] = (uint8_t)(seen | reverse);
}

/* Nothing of a group that begins before the first packet, far beyond the last in unsigned numbers.
 */
static inline uint32_t
group_end(uint32_t count, uint32_t first)
{
	return first + GROUP < count ? first + GROUP : count;
}

/* One loop with three steps at a distance, not three loops: so the fetches of buckets and records
 * are spread over all of the work, instead of queueing up behind each other; in groups, so that a
 * few of them are always under way together. What a step finds may be changed by an earlier
 * packet's last step; step_record() and find_or_add() look again. */
void
flow_find_burst(struct flow_table *t, const struct flow_batch *batch)
{
	const struct flow_batch b = *batch; /* known to alias nothing */
	struct query q[FLOW_BURST];

	assert(b.count <= FLOW_BURST);
	t->turn++;
	if (t->keep && t->indexed > t->index.count * 6)
		flow_record_grow(t);
	for (uint32_t turn = 0; turn < b.count + 2 * DISTANCE; turn += GROUP) {
		uint32_t index = turn - DISTANCE, record = turn - 2 * DISTANCE;

		for (uint32_t i = turn; i < group_end(b.count, turn); i++)
			step_hash(t, &b, &q[i], i);
		for (uint32_t i = index; i < group_end(b.count, index); i++)
			step_index(t, &q[i]);
		for (uint32_t i = record; i < group_end(b.count, record); i++)
			step_record(t, &b, &q[i], i);
	}
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

void
flow_add(struct flow_table *t, struct flow *f, uint32_t packets, uint32_t bytes, bool reverse)
{
	if (f->bytes[reverse] > UINT32_MAX - bytes)
		spill(t, f);
	f->packets[reverse] += packets;
	f->bytes[reverse] += bytes;
}
