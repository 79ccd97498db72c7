#include "tcp_by_rule.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "proto/protocols.h"
#include "state/flow.h"

enum { FIN = 0x01, SYN = 0x02, RST = 0x04, ACK = 0x10 };
#define FAST_NS (20 * NS_PER_MS)     /* from the last acknowledgement */
#define OVERTAKEN_NS (3 * NS_PER_MS) /* while no round trip is known */

struct side {
	uint32_t next; /* one past the highest byte */
	uint32_t ack;  /* last acknowledgement that it sent */
	uint64_t next_ns, ack_ns;
	uint32_t repeats; /* of it */
	uint16_t window;
	bool known;        /* next is valid */
	bool kept, probed; /* its last segment was a keep-alive; a window probe */
};

struct connection {
	struct side side[2];
	uint64_t syn_ns;       /* of the SYN seen last */
	uint64_t handshake_ns; /* from it to the first acknowledgement; 0: not seen */
	uint32_t syn_seq;
};

struct by_rule {
	struct connection **at; /* by flow id; NULL: none yet */
	uint32_t count;
	struct by_rule_totals totals;
};

/* A segment, and the sides that it concerns. */
struct segment {
	const struct packet *packet;
	struct connection *c;
	uint64_t ns;
	uint32_t seq, end, size;
	struct side *x, *y; /* its sender, its receiver */
	bool keep_alive, probe;
};

struct by_rule *
by_rule_create(void)
{
	return mem_alloc(1, sizeof(struct by_rule));
}

void
by_rule_destroy(struct by_rule *r)
{
	if (!r)
		return;
	for (uint32_t i = 0; i < r->count; i++)
		free(r->at[i]);
	free(r->at);
	free(r);
}

const struct by_rule_totals *
by_rule_totals(const struct by_rule *r)
{
	return &r->totals;
}

static struct connection *
connection_of(struct by_rule *r, uint32_t id)
{
	if (id >= r->count) {
		uint32_t count = r->count ? r->count : 1024;

		while (count <= id)
			count *= 2;
		r->at = mem_resize(r->at, count, sizeof(struct connection *));
		for (uint32_t i = r->count; i < count; i++)
			r->at[i] = NULL;
		r->count = count;
	}
	if (!r->at[id])
		r->at[id] = mem_alloc(1, sizeof(struct connection));
	return r->at[id];
}

static int32_t
distance(uint32_t to, uint32_t from)
{
	return (int32_t)(to - from);
}

/* ---- what a segment is -------------------------------------------------------------------------
 */

/* Soon after the receiver asked for it by repeating itself. */
static bool
is_fast(const struct segment *g)
{
	return g->y->repeats >= 2 && g->y->ack == g->seq && g->ns - g->y->ack_ns < FAST_NS;
}

/* Within a round trip of the highest one. */
static bool
is_soon(const struct segment *g)
{
	uint64_t within = g->c->handshake_ns ? g->c->handshake_ns : OVERTAKEN_NS;

	return g->ns - g->x->next_ns < within;
}

/* All of it was acknowledged before, whether it was seen before or not. */
static bool
is_spurious(const struct segment *g)
{
	return g->size && g->y->ack && distance(g->seq + g->size, g->y->ack) <= 0;
}

static void
count_again(struct by_rule_totals *t, const struct segment *g)
{
	/* one byte more than a window probe that was sent before */
	bool advances = g->size > 1 && g->x->next - 1 == g->seq;

	if (is_spurious(g)) {
		t->spurious++;
		t->retransmissions++;
	} else if (advances || !g->x->known || distance(g->seq, g->x->next) >= 0) {
		return;
	} else if (is_fast(g)) {
		t->fast++;
		t->retransmissions++;
	} else if (g->x->next != g->end && is_soon(g)) {
		t->out_of_order++;
	} else {
		t->retransmissions++;
	}
}

/* ---- what it leaves behind ---------------------------------------------------------------------
 */

static bool
is_bare_repeat(const struct segment *g)
{
	const struct packet *p = g->packet;

	return g->size == 0 && p->tcp_window == g->x->window && g->seq == g->x->next &&
	       p->tcp_ack == g->x->ack && !(p->tcp_flags & (SYN | FIN | RST));
}

static void
remember(const struct segment *g)
{
	struct side *x = g->x;
	const struct packet *p = g->packet;

	if (!g->probe && (!x->known || distance(g->end, x->next) > 0)) {
		x->next = g->end;
		x->next_ns = g->ns;
		x->known = true;
	}
	x->window = p->tcp_window;
	x->ack = p->tcp_ack;
	x->ack_ns = g->ns;
	x->kept = g->keep_alive;
	x->probed = g->probe;
}

/* From the SYN sent last to what acknowledges the SYN-ACK. */
static void
time_handshake(const struct segment *g)
{
	const struct packet *p = g->packet;
	struct connection *c = g->c;

	if ((p->tcp_flags & (SYN | ACK)) == SYN) {
		c->syn_ns = g->ns;
		c->syn_seq = g->seq;
	} else if (c->syn_ns && !c->handshake_ns && !(p->tcp_flags & SYN) && p->tcp_flags & ACK &&
	           g->seq == c->syn_seq + 1 && g->y->known) {
		c->handshake_ns = g->ns - c->syn_ns;
	}
}

static void
segment(struct by_rule *r, struct segment *g)
{
	const struct packet *p = g->packet;
	bool control = p->tcp_flags & (SYN | FIN | RST), repeat;

	g->probe = g->size == 1 && g->x->known && g->seq == g->x->next && g->y->window == 0;
	g->keep_alive =
		!g->probe && g->size <= 1 && g->x->known && g->seq == g->x->next - 1 && !control;
	r->totals.keep_alives += g->keep_alive;
	/* the answer to a keep-alive or a probe is no repeat */
	repeat = g->x->known && is_bare_repeat(g) && !g->y->kept &&
	         !(g->y->probed && p->tcp_window == 0) && p->tcp_window;
	if (p->tcp_ack != g->x->ack)
		g->x->repeats = 0;
	else if (repeat)
		g->x->repeats++;
	if ((g->size || p->tcp_flags & (SYN | FIN)) && !g->keep_alive)
		count_again(&r->totals, g);
	time_handshake(g);
	remember(g);
}

void
by_rule_burst(struct by_rule *r, const struct burst *b, const struct flow_table *flows)
{
	for (uint32_t i = 0; i < b->count; i++) {
		const struct packet *p = &b->packet[i];
		struct segment g = {.packet = p, .ns = b->time_ns[i]};

		if (!b->flow[i] || p->proto != PROTO_TCP || !(p->flags & PACKET_HAS_PORTS) ||
		    p->reason == REASON_TCP_HLEN)
			continue;
		g.c = connection_of(r, flow_id(flows, b->flow[i]));
		g.x = &g.c->side[b->reverse[i]];
		g.y = &g.c->side[!b->reverse[i]];
		g.seq = p->tcp_seq;
		g.size = p->payload_size;
		g.end = g.seq + g.size + ((p->tcp_flags & (SYN | FIN)) != 0);
		segment(r, &g);
	}
}
