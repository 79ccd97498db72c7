/* The pools of connections and of trouble; what a capture tells of a connection at its end. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "proto/tcp_options.h"
#include "state/tcp_private.h"

enum {
	LINES_OF_16 = 15, /* connections there is room for, of 16 flows */
	TROUBLE_SHARE = 128,
	HAND_STEPS = 8, /* records looked at for one to take over */
	KEEP_LEAST = 4096,
};
#define KEEP_CAPACITY (1ull << 26)

/* Address space for a pool of unknown size: half as much until it is granted. */
static void *
reserve(size_t size, uint64_t *count)
{
	void *p;

	for (*count = KEEP_CAPACITY; *count > KEEP_LEAST; *count /= 2) {
		p = mem_map((*count + 1) * size, false);
		if (p)
			return p;
	}
	return NULL;
}

struct tcp_pool *
tcp_pool_create(const struct tcp_pool_params *params)
{
	struct tcp_pool *p = mem_alloc(1, sizeof *p);
	struct tcp_pool_stats *s = &p->stats;

	p->keep = params->keep;
	if (p->keep) {
		p->lines = reserve(sizeof *p->lines, &s->connections_max);
		p->troubles = reserve(sizeof *p->troubles, &s->troubled_max);
	} else {
		s->connections_max = params->flows * LINES_OF_16 / 16 + 1;
		s->troubled_max = params->flows / TROUBLE_SHARE + 1;
		p->lines = mem_map((s->connections_max + 1) * sizeof *p->lines, true);
		p->troubles = mem_map((s->troubled_max + 1) * sizeof *p->troubles, true);
	}
	if (p->lines && p->troubles)
		return p;
	log_error("state", "no memory for the TCP state of %llu flows",
	          (unsigned long long)params->flows);
	tcp_pool_destroy(p);
	return NULL;
}

void
tcp_pool_destroy(struct tcp_pool *p)
{
	if (!p)
		return;
	mem_unmap(p->lines, (p->stats.connections_max + 1) * sizeof *p->lines);
	mem_unmap(p->troubles, (p->stats.troubled_max + 1) * sizeof *p->troubles);
	free(p);
}

const struct tcp_pool_stats *
tcp_pool_stats(const struct tcp_pool *p)
{
	return &p->stats;
}

size_t
tcp_pool_size(const struct tcp_pool *p)
{
	uint64_t lines = p->keep ? p->line_fresh : p->stats.connections_max;
	uint64_t troubles = p->keep ? p->trouble_fresh : p->stats.troubled_max;

	return lines * sizeof *p->lines + troubles * sizeof *p->troubles + sizeof *p;
}

/* ---- lines ----------------------------------------------------------------------------------- */

struct tcp_line *
tcp_line_take(struct tcp_pool *p, struct flow *f)
{
	uint32_t id = p->line_free;

	if (id) {
		p->line_free = p->lines[id - 1].next[0];
	} else if (p->line_fresh < p->stats.connections_max) {
		id = ++p->line_fresh;
		__builtin_prefetch(&p->lines[id], 1);
	} else {
		p->stats.refused++;
		return NULL;
	}
	p->stats.connections++;
	f->pool = id;
	p->lines[id - 1] = (struct tcp_line){.flags = {TCP_NO_WSCALE, TCP_NO_WSCALE}};
	return &p->lines[id - 1];
}

/* ---- trouble --------------------------------------------------------------------------------- */

static void
trouble_release(struct tcp_pool *p, struct tcp_line *l)
{
	struct tcp_trouble *t;

	if (!l->trouble)
		return;
	t = &p->troubles[l->trouble - 1];
	t->syn_at = p->trouble_free;
	p->trouble_free = l->trouble;
	l->trouble = 0;
	p->stats.troubled--;
}

/* Some connection's trouble may be over: the record has nothing open. All of them are taken. */
static void
trouble_take_over(struct tcp_pool *p)
{
	for (unsigned i = 0; i < HAND_STEPS && !p->trouble_free; i++) {
		struct tcp_trouble *t;

		if (p->trouble_hand >= p->trouble_fresh)
			p->trouble_hand = 0;
		t = &p->troubles[p->trouble_hand++];
		if (!t->hole_count[0] && !t->hole_count[1] && !t->echo_waits[0] &&
		    !t->echo_waits[1])
			trouble_release(p, &p->lines[t->line - 1]);
	}
}

static uint32_t
trouble_take(struct tcp_pool *p)
{
	uint32_t id;

	if (!p->trouble_free && p->trouble_fresh < p->stats.troubled_max)
		return ++p->trouble_fresh;
	if (!p->trouble_free && !p->keep)
		trouble_take_over(p);
	id = p->trouble_free;
	if (id)
		p->trouble_free = p->troubles[id - 1].syn_at;
	return id;
}

struct tcp_trouble *
tcp_trouble_of(struct tcp_pool *p, struct tcp_line *l, bool make)
{
	struct tcp_trouble *t;

	if (l->trouble)
		return &p->troubles[l->trouble - 1];
	l->trouble = make ? trouble_take(p) : 0;
	if (!l->trouble)
		return NULL;
	t = &p->troubles[l->trouble - 1];
	memset(t, 0, sizeof *t);
	t->line = (uint32_t)(l - p->lines) + 1;
	t->offered_scale[0] = t->offered_scale[1] = TCP_NO_WSCALE;
	p->stats.troubled++;
	return t;
}

void
tcp_release(struct tcp_pool *p, struct flow *f)
{
	struct tcp_line *l;

	if (f->pool == FLOW_NO_POOL)
		return;
	l = &p->lines[f->pool - 1];
	trouble_release(p, l);
	l->next[0] = p->line_free;
	p->line_free = f->pool;
	f->pool = FLOW_NO_POOL;
	p->stats.connections--;
}

uint32_t
tcp_sent_again(const struct tcp_pool *p, const struct flow *f, unsigned sender)
{
	uint32_t trouble = f->pool == FLOW_NO_POOL ? 0 : p->lines[f->pool - 1].trouble;

	return trouble ? p->troubles[trouble - 1].count[sender][TCP_SAW_RETRANSMISSION] : 0;
}

/* ---- report ---------------------------------------------------------------------------------- */

static struct tcp_offer
offer_of(const struct tcp_line *l, const struct tcp_trouble *t, unsigned side)
{
	return (struct tcp_offer){
		.syn = l->flags[side] & SIDE_SYN,
		.mss = t->offered_mss[side],
		.wscale = t->offered_scale[side],
		.sack = t->offered[side] & TCP_HAS_SACK_PERMITTED,
		.timestamps = t->offered[side] & TCP_HAS_TIMESTAMPS,
		.fast_open = t->offered[side] & TCP_HAS_FAST_OPEN,
	};
}

bool
tcp_report(const struct tcp_pool *p, const struct flow *f, struct tcp_report *out)
{
	const struct tcp_trouble *t;
	const struct tcp_line *l;

	*out = (struct tcp_report){0};
	if (f->pool == FLOW_NO_POOL || !p->lines[f->pool - 1].trouble)
		return false;
	l = &p->lines[f->pool - 1];
	t = &p->troubles[l->trouble - 1];
	out->has_handshake = t->has_handshake;
	out->has_syn = t->has_opening;
	out->handshake_ns = (uint64_t)t->handshake << TICK_BITS;
	out->syn_ns = (uint64_t)t->opening << TICK_BITS;
	for (unsigned side = 0; side < 2; side++) {
		uint64_t *count = out->count[side];

		for (unsigned i = 0; i < TCP_SAW_COUNT; i++)
			count[i] = t->count[side][i];
		count[TCP_SAW_LOST_AFTER] -= count[TCP_SAW_TAKEN_BACK];
		out->offer[side] = offer_of(l, t, side);
		out->has_goodput[side] = l->flags[!side] & SIDE_ACKED;
		/* below 0 are FINs that nobody acknowledged yet; who lies sends several */
		out->goodput[side] = (int64_t)t->goodput[side] > 0 ? t->goodput[side] : 0;
		if (l->flags[side] & SIDE_KNOWN && l->flags[!side] & SIDE_ACKED &&
		    distance(l->next[side], l->ack[!side]) > 0)
			out->in_flight[side] = l->next[side] - l->ack[!side];
	}
	return true;
}
