#include "inspect/reassembly.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/lru.h"
#include "base/mem.h"
#include "proto/udp.h"

enum {
	UNIT = 8, /* what fragment offsets count in */
	SIZE_MAX_IP = 1 << 16,
	UNITS = SIZE_MAX_IP / UNIT,
};

struct datagram {
	struct lru_node node; /* of the table, in order of their beginning */
	struct addr src, dst;
	uint32_t id;
	uint16_t link, vlan;
	uint64_t begun_ns;
	struct punt first; /* without its frame: the headers are in `head`, the rest in `bytes` */
	uint8_t *head;     /* NULL: the first fragment has not come */
	uint8_t *bytes;    /* from the UDP header on */
	uint32_t capacity;
	uint32_t end;              /* of `bytes`; 0: the last fragment has not come */
	uint64_t came[UNITS / 64]; /* by unit */
};

struct reassembly {
	struct lru lru;
	struct hash_key key;
	struct budget *budget;
	reassembly_take_fn *take;
	void *context;
};

struct reassembly *
reassembly_create(struct budget *budget, reassembly_take_fn *take, void *context)
{
	struct reassembly *r = mem_alloc(1, sizeof *r);

	lru_init(&r->lru, REASSEMBLY_DATAGRAMS);
	r->key = hash_key_make(0);
	r->budget = budget;
	r->take = take;
	r->context = context;
	return r;
}

static struct datagram *
oldest(const struct reassembly *r)
{
	return (struct datagram *)lru_newer(&r->lru, NULL);
}

static void
drop(struct reassembly *r, struct datagram *d)
{
	lru_remove(&r->lru, &d->node);
	budget_give(r->budget, sizeof *d + d->capacity + (d->head ? d->first.packet.l4_offset : 0));
	free(d->head);
	free(d->bytes);
	free(d);
}

void
reassembly_destroy(struct reassembly *r)
{
	if (!r)
		return;
	for (struct datagram *d; (d = oldest(r));)
		drop(r, d);
	lru_fini(&r->lru);
	free(r);
}

/* The frame as it would have been with `size` bytes from the UDP header on. */
static void
hand_over(struct reassembly *r, const struct datagram *d, const struct punt *as, uint32_t size)
{
	uint32_t head = d->first.packet.l4_offset;
	uint8_t *frame = mem_alloc(head + size, 1);
	struct punt p = *as;

	memcpy(frame, d->head, head);
	memcpy(frame + head, d->bytes, size);
	p.data = frame;
	p.captured = head + size;
	r->take(r->context, &p);
	free(frame);
}

static void
hand_over_whole(struct reassembly *r, const struct datagram *d, const struct punt *last)
{
	struct punt p = d->first;

	p.time_ns = last->time_ns;
	p.wire = p.packet.l4_offset + d->end;
	p.packet.flags &= (uint16_t)~PACKET_FRAGMENT_FIRST;
	p.packet.payload_size = d->end - UDP_SIZE;
	p.packet.payload_captured = (uint16_t)(d->end - UDP_SIZE);
	hand_over(r, d, &p, d->end);
}

static void
give_up(struct reassembly *r, struct datagram *d)
{
	if (d->head)
		hand_over(r, d, &d->first, UDP_SIZE + d->first.packet.payload_captured);
	drop(r, d);
}

void
reassembly_expire(struct reassembly *r, uint64_t now_ns)
{
	for (struct datagram *d; (d = oldest(r));) {
		if (now_ns != UINT64_MAX && now_ns < d->begun_ns + REASSEMBLY_SECONDS * NS_PER_S)
			return;
		give_up(r, d);
	}
}

/* Of the two addresses, whoever of them sends. */
static uint64_t
hash_of(const struct reassembly *r, const struct packet *p)
{
	return hash_16(&r->key, p->src.b, 0) ^ hash_16(&r->key, p->dst.b, 0);
}

/* All UDP: the protocol, which is part of an IPv4 datagram's name, tells no two apart here. */
static bool
is_of(const struct datagram *d, const struct packet *p, uint16_t link)
{
	return d->id == p->fragment_id && d->link == link && d->vlan == p->vlan[0] &&
	       addr_equal(&d->src, &p->src) && addr_equal(&d->dst, &p->dst);
}

static struct datagram *
find(const struct reassembly *r, const struct packet *p, uint16_t link)
{
	uint64_t hash = hash_of(r, p);

	for (struct lru_node *n = lru_chain(&r->lru, hash); n; n = n->chained)
		if (n->hash == hash && is_of((struct datagram *)n, p, link))
			return (struct datagram *)n;
	return NULL;
}

static bool
is_between(const struct datagram *d, const struct packet *p)
{
	return (addr_equal(&d->src, &p->src) && addr_equal(&d->dst, &p->dst)) ||
	       (addr_equal(&d->src, &p->dst) && addr_equal(&d->dst, &p->src));
}

void
reassembly_passed(struct reassembly *r, const struct punt *p)
{
	uint64_t hash = r->lru.count ? hash_of(r, &p->packet) : 0;
	struct lru_node *next;

	if (!r->lru.count)
		return;
	for (struct lru_node *n = lru_chain(&r->lru, hash); n; n = next) {
		struct datagram *d = (struct datagram *)n;

		next = n->chained;
		if (n->hash == hash && d->head && is_between(d, &p->packet) &&
		    p->time_ns > d->first.time_ns + REASSEMBLY_PASSED_MS * NS_PER_MS)
			give_up(r, d);
	}
}

static struct datagram *
add(struct reassembly *r, const struct punt *p, uint16_t link)
{
	struct datagram *d;

	if (r->lru.count == r->lru.limit)
		give_up(r, oldest(r));
	if (!budget_take(r->budget, sizeof *d))
		return NULL;
	d = mem_alloc(1, sizeof *d);
	d->src = p->packet.src;
	d->dst = p->packet.dst;
	d->id = p->packet.fragment_id;
	d->link = link;
	d->vlan = p->packet.vlan[0];
	d->begun_ns = p->time_ns;
	lru_add(&r->lru, &d->node, hash_of(r, &p->packet));
	return d;
}

static bool
keep_head(struct reassembly *r, struct datagram *d, const struct punt *p)
{
	if (d->head)
		return true;
	if (!budget_take(r->budget, p->packet.l4_offset))
		return false;
	d->head = mem_alloc(p->packet.l4_offset, 1);
	memcpy(d->head, p->data, p->packet.l4_offset);
	d->first = *p;
	return true;
}

static bool
grow(struct reassembly *r, struct datagram *d, uint32_t end)
{
	uint32_t capacity = (end + end / 2 + UNIT - 1) / UNIT * UNIT;

	if (end <= d->capacity)
		return true;
	if (!budget_take(r->budget, capacity - d->capacity))
		return false;
	d->bytes = mem_resize(d->bytes, capacity, 1);
	d->capacity = capacity;
	return true;
}

/* What came first stays. Units are there when all of them is, or the datagram ends within. */
static void
put(struct datagram *d, uint32_t at, const uint8_t *bytes, uint32_t size, bool ends)
{
	for (uint32_t done = 0; done < size; done += UNIT) {
		uint32_t unit = (at + done) / UNIT, left = size - done;

		if (d->came[unit / 64] >> unit % 64 & 1)
			continue;
		memcpy(d->bytes + at + done, bytes + done, left < UNIT ? left : UNIT);
		if (left >= UNIT || ends)
			d->came[unit / 64] |= 1ull << unit % 64;
	}
}

/* False: no memory, or a lie. What a snap length cut off never comes, so the datagram won't get
 * whole. */
static bool
take_bytes(struct reassembly *r, struct datagram *d, const struct punt *p)
{
	const struct packet *packet = &p->packet;
	uint32_t head = packet->payload_offset - packet->l4_offset; /* the first one's UDP header */
	uint32_t at = packet->fragment_offset, size = head + packet->payload_captured;
	bool ends = packet->flags & PACKET_FRAGMENT_LAST &&
	            packet->payload_captured == packet->payload_size;

	if (at + size > SIZE_MAX_IP || !grow(r, d, at + size))
		return false;
	if (ends && !d->end)
		d->end = at + size;
	put(d, at, p->data + packet->l4_offset, size, ends);
	return true;
}

static bool
is_whole(const struct datagram *d)
{
	uint32_t units = (d->end + UNIT - 1) / UNIT;

	if (!d->head || d->end <= UDP_SIZE)
		return false;
	for (uint32_t i = 0; i < units / 64; i++)
		if (~d->came[i])
			return false;
	return units % 64 == 0 || !(~d->came[units / 64] & ((1ull << units % 64) - 1));
}

void
reassembly_add(struct reassembly *r, const struct punt *p, uint16_t link)
{
	bool first = p->packet.flags & PACKET_FRAGMENT_FIRST;
	struct datagram *d;

	reassembly_expire(r, p->time_ns);
	d = find(r, &p->packet, link);
	if (!d && first)
		reassembly_passed(r, p);
	if (!d)
		d = add(r, p, link);
	if (!d || !take_bytes(r, d, p) || (first && !keep_head(r, d, p))) {
		if (first)
			r->take(r->context, p);
		return;
	}
	if (!is_whole(d))
		return;
	hand_over_whole(r, d, p);
	drop(r, d);
}
