#include "analyze.h"

#include <string.h>

/* TCP flag bits (RFC 9293 section 3.1) */
enum { TCP_RST = 0x04 };
enum { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_ICMPV6 = 58 };

static void
count_frame(struct tally *t, const struct packet *p, uint32_t wire)
{
	unsigned class = class_of_frame(p).class;

	t->frame_packets[class]++;
	t->frame_bytes[class] += wire;
}

/* Whether the transport header was read; lies behind or before it don't take it back. */
static bool
has_transport(const struct packet *p)
{
	return p->flags & PACKET_HAS_IP && !(p->flags & PACKET_FRAGMENT_LATER) && p->l4_offset &&
	       p->reason != REASON_TCP_SHORT && p->reason != REASON_ICMP_SHORT;
}

static void
count_transport(struct tally *t, const struct packet *p)
{
	if (!has_transport(p))
		return;
	if (p->proto == PROTO_TCP) {
		t->tcp_segments++;
		t->tcp_resets += (p->tcp_flags & TCP_RST) != 0;
		t->tcp_zero_window += p->tcp_window == 0 && !(p->tcp_flags & TCP_RST);
	} else if (p->proto == PROTO_ICMP || p->proto == PROTO_ICMPV6) {
		t->icmp[p->proto == PROTO_ICMPV6][p->icmp_type]++;
	}
}

void
tally_burst(struct tally *t, const struct burst *b)
{
	for (uint32_t i = 0; i < b->count; i++) {
		if (!b->flow[i])
			count_frame(t, &b->packet[i], b->wire[i]);
		count_transport(t, &b->packet[i]);
	}
}

static void
sum_flow(void *context, struct analysis *a, const struct flow_view *v, const struct flow *f)
{
	const struct class_state *s = (const void *)f->class_memory;
	struct class_sum *sum = &a->classes[s->class];

	(void)context;
	sum->flows++;
	sum->packets += v->packets[0] + v->packets[1];
	sum->bytes += v->bytes[0] + v->bytes[1];
	a->flow_count++;
}

void
analysis_sum_flows(struct analysis *a)
{
	uint64_t packets, bytes;

	a->flow_count = 0;
	for (unsigned c = 0; c < CLASS_COUNT; c++)
		a->classes[c] = (struct class_sum){.packets = a->tally.frame_packets[c],
		                                   .bytes = a->tally.frame_bytes[c]};
	pipeline_adopted(a->pipeline, &packets, &bytes);
	a->classes[CLASS_FRAGMENT].packets -= packets;
	a->classes[CLASS_FRAGMENT].bytes -= bytes;
	analysis_each_flow(a, sum_flow, NULL);
}

struct visit {
	struct analysis *a;
	analysis_flow_fn *fn;
	void *context;
};

static bool
visit_flow(void *context, struct flow *f)
{
	struct visit *visit = context;
	struct flow_view v;

	flow_view(f, &v);
	visit->fn(visit->context, visit->a, &v, f);
	return true;
}

void
analysis_each_flow(struct analysis *a, analysis_flow_fn *fn, void *context)
{
	struct visit visit = {.a = a, .fn = fn, .context = context};

	flow_table_each(pipeline_flows(a->pipeline), visit_flow, &visit);
}

bool
analysis_wants(const struct analysis *a, const struct flow_view *v, const struct flow *f)
{
	const struct class_state *state = (const void *)f->class_memory;
	struct prefix p;

	if (a->options->class && strcmp(a->options->class, class_name(state->class)) != 0)
		return false;
	return !a->options->subnet || !prefix_parse(a->options->subnet, &p, NULL) ||
	       prefix_contains(&p, &v->a) || prefix_contains(&p, &v->b);
}

void
analysis_blocks(struct analysis *a, struct blocks *blocks)
{
	size_t count;
	char **ids = store_ids(a->store, RECORD_ENDPOINT, NULL, &count);

	for (size_t i = 0; i < count; i++) {
		struct rec_endpoint e;

		if (store_get(a->store, RECORD_ENDPOINT, ids[i], &e))
			blocks_add(blocks, &e);
	}
	store_ids_free(ids, count);
}
