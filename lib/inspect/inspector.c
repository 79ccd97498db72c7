#include "inspect/inspector.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "classify/class.h"
#include "inspect/conversation.h"
#include "inspect/handler.h"
#include "inspect/reassembly.h"
#include "inspect/round_trip.h"
#include "inspect/sip_call.h"
#include "proto/protocols.h"

enum {
	TCP_FIN = 0x01, /* RFC 9293 section 3.1 */
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_ACK = 0x10,
	GAP_NS = NS_PER_S, /* a retransmission, or the other tap, would have brought it by then */
};

struct inspector {
	/* by enum punt_queue: no flood of one pushes sessions of the other out */
	struct conversation_table *conversations[2];
	struct reassembly *reassembly;
	struct census *census;
	struct fact_queue facts;
	const struct conf *conf;
	const struct lane_id *lanes;
	uint16_t lane_count;
	expect_fn *expect;
	void *expect_context;
};

static reassembly_take_fn read_frame;

static void
forget(struct conversation *c)
{
	if (c->handler && c->handler->forget)
		c->handler->forget(c);
}

struct inspector *
inspector_create(const struct inspector_params *params)
{
	struct inspector *i = mem_alloc(1, sizeof *i);

	for (unsigned q = PUNT_CONTROL; q <= PUNT_BULK; q++)
		i->conversations[q] = conversation_table_create(
			params->conversations ? params->conversations : INSPECTOR_CONVERSATIONS,
			forget);
	i->census =
		census_create(params->names ? params->names : INSPECTOR_NAMES,
	                      params->calls ? params->calls : INSPECTOR_CALLS, params->keep_calls,
	                      params->evidence ? params->evidence : EVIDENCE_PLACES);
	i->census->streams.budget.limit =
		params->waiting_bytes ? params->waiting_bytes : INSPECTOR_WAITING_BYTES;
	i->reassembly = reassembly_create(&i->census->streams.budget, read_frame, i);
	fact_queue_init(&i->facts);
	i->expect = params->expect;
	i->expect_context = params->expect_context;
	inspector_set_conf(i, params->conf, params->lanes, params->lane_count);
	return i;
}

void
inspector_set_conf(struct inspector *i, const struct conf *conf, const struct lane_id *lanes,
                   uint16_t lane_count)
{
	bgp_table_set_conf(&i->census->peering.bgp, conf);
	i->census->peering.bgp.shared.facts = &i->facts;
	bfd_table_set_conf(&i->census->peering.sessions, i->conf, conf);
	i->conf = conf;
	voice_set_conf(i->census->voice, conf);
	round_trips_set_conf(i->census->round_trips, conf);
	i->lanes = lanes;
	i->lane_count = lanes ? lane_count : 0;
	interconnect_set_conf(&i->census->peering.links, conf);
}

/* What every handler gets beside its frame. */
static struct inspection
inspection_of(struct inspector *i, const struct punt *p)
{
	return (struct inspection){
		.census = i->census,
		.facts = &i->facts,
		.expect = i->expect,
		.expect_context = i->expect_context,
		.conf = i->conf,
		.punt = p,
		.lane = p && p->lane < i->lane_count ? &i->lanes[p->lane] : NULL,
	};
}

void
inspector_destroy(struct inspector *i)
{
	if (!i)
		return;
	conversation_table_destroy(i->conversations[PUNT_CONTROL]);
	conversation_table_destroy(i->conversations[PUNT_BULK]);
	reassembly_destroy(i->reassembly);
	census_destroy(i->census);
	fact_queue_fini(&i->facts);
	free(i);
}

/* Hand the unread bytes of a direction to its handler, as long as it takes some. */
static void
read_stream(struct inspection *in)
{
	struct conversation *c = in->conversation;
	struct stream *s = &c->stream[in->direction];
	bool gap = s->gap;
	size_t taken;

	if (!c->handler || !c->handler->stream || s->closed)
		return;
	s->gap = false;
	in->cut = s->cut;
	taken = c->handler->stream(in, stream_unread(s), gap);
	if (taken == STREAM_GIVE_UP) {
		in->census->given_up++;
		stream_close(s);
		return;
	}
	s->gap = taken == STREAM_LOST;
	stream_take(s, s->gap ? stream_unread_size(s) : taken);
}

/* What the receiver has acknowledged and the tap has not seen will not come any more. Sessions that
 * say little must not wait for a full window. */
static void
settle_gap(const struct inspection *in)
{
	struct inspection other = *in;
	struct conversation *c = in->conversation;
	struct stream *s;

	other.direction = !in->direction;
	s = &c->stream[other.direction];
	if (!s->waiting_count) {
		c->gap_ns[other.direction] = 0;
	} else if (!c->gap_ns[other.direction]) {
		c->gap_ns[other.direction] = in->punt->time_ns;
	} else if (in->punt->time_ns > c->gap_ns[other.direction] + GAP_NS &&
	           stream_is_acked(s, in->punt->packet.tcp_ack)) {
		stream_skip_gap(s);
		c->gap_ns[other.direction] = 0;
		read_stream(&other);
	}
}

/* The ports of the conversation were taken by another connection. */
static bool
begins_anew(const struct inspection *in, bool syn)
{
	const struct conversation *c = in->conversation;

	if (syn)
		return stream_is_other(&c->stream[in->direction], in->punt->packet.tcp_seq);
	return c->handler && c->handler->begins && c->handler->begins(in);
}

/* A class may be known only some segments after the connection began; once a handler reads it, it
 * stays with it. */
static void
read_segment(struct inspector *i, struct inspection *in)
{
	const struct packet *p = &in->punt->packet;
	struct conversation *c = in->conversation;
	bool syn = p->tcp_flags & TCP_SYN;

	if (begins_anew(in, syn))
		conversation_restart(i->conversations[in->punt->queue], c);
	if (!c->handler)
		c->handler = handler_of(in->punt->class, PROTO_TCP);
	if (c->handler && c->handler->segment)
		c->handler->segment(in);
	if (stream_push(&c->stream[in->direction], p->tcp_seq, syn, in->payload.at,
	                (uint32_t)cursor_left(&in->payload), p->payload_size, &in->census->streams))
		read_stream(in);
	if (p->tcp_flags & TCP_ACK)
		settle_gap(in);
	if (p->tcp_flags & (TCP_FIN | TCP_RST) && c->handler && c->handler->ended)
		c->handler->ended(in, p->tcp_flags & TCP_RST);
}

static void
read_datagram(struct inspection *in)
{
	const struct handler *handler = handler_of(in->punt->class, in->punt->packet.proto);

	in->census->datagrams++;
	if (!handler || !handler->datagram) {
		in->census->unread++;
		return;
	}
	if (in->conversation && in->conversation->handler != handler) {
		forget(in->conversation);
		in->conversation->state = NULL;
		in->conversation->handler = handler;
	}
	handler->datagram(in);
}

/* Lengths that lie don't make the payload less than what the wire had (proto/packet.h); a broken
 * neighbour's frame tells at least who sent it. */
static bool
is_readable(const struct packet *p)
{
	return p->reason == REASON_OK || p->reason == REASON_IPV4_LENGTH ||
	       p->reason == REASON_IPV6_LENGTH || p->reason == REASON_UDP_LENGTH ||
	       p->reason == REASON_LLDP_SHORT;
}

/* Bulk goes before any session. */
static void
make_room(struct inspector *i)
{
	bool bulk = conversation_count(i->conversations[PUNT_BULK]) > 0;

	conversation_forget_oldest(i->conversations[bulk ? PUNT_BULK : PUNT_CONTROL]);
}

/* To its conversation, and to who reads its class. */
static void
read_frame(void *context, const struct punt *p)
{
	struct inspector *i = context;
	const struct packet *packet = &p->packet;
	struct inspection in = inspection_of(i, p);

	in.payload = cursor_over(p->data + packet->payload_offset, packet->payload_captured);
	in.cut = packet->payload_captured < packet->payload_size ||
	         packet->flags & PACKET_FRAGMENT_FIRST;
	if (budget_is_tight(&i->census->streams.budget))
		make_room(i);
	if (packet->flags & PACKET_HAS_PORTS)
		in.conversation = conversation_find(i->conversations[p->queue], packet, p->time_ns,
		                                    &in.direction);
	if (packet->proto == PROTO_TCP && in.conversation)
		read_segment(i, &in);
	else
		read_datagram(&in);
}

/* Of a datagram that a handler wants whole, or that nobody knows yet: its first is to come. */
static bool
is_joined(const struct punt *p)
{
	const struct packet *packet = &p->packet;
	const struct handler *h = handler_of(p->class, PROTO_UDP);
	bool first = packet->flags & PACKET_FRAGMENT_FIRST;

	if (packet->proto != PROTO_UDP || (first && !(packet->flags & PACKET_HAS_PORTS)))
		return false;
	return (h && h->whole) || (!first && p->class == CLASS_FRAGMENT);
}

static void
read_whole(struct inspector *i, const struct punt *p)
{
	if (p->packet.proto == PROTO_UDP)
		reassembly_passed(i->reassembly, p);
	read_frame(i, p);
}

void
inspector_packet(struct inspector *i, const struct punt *p)
{
	const struct lane_id *lane = inspection_of(i, p).lane;
	bool later = p->packet.flags & PACKET_FRAGMENT_LATER;

	if (!is_readable(&p->packet))
		return;
	if (!later)
		interconnect_frame(&i->census->peering.links, lane, p);
	if ((later || p->packet.flags & PACKET_FRAGMENT_FIRST) && is_joined(p))
		reassembly_add(i->reassembly, p, lane ? lane->link : 0);
	else if (!later)
		read_whole(i, p);
}

static void
flush(void *context, struct conversation *c)
{
	struct inspector *i = context;

	for (unsigned d = 0; d < 2; d++) {
		struct inspection in = inspection_of(i, NULL);

		in.conversation = c;
		in.direction = d;
		while (!c->stream[d].closed && stream_skip_gap(&c->stream[d]))
			read_stream(&in);
	}
}

void
inspector_heard(struct inspector *i, uint16_t link, enum direction dir, uint64_t time_us)
{
	bgp_table_heard(&i->census->peering.bgp, link, dir, time_us * NS_PER_US);
	voice_heard(i->census->voice, link, dir, time_us * NS_PER_US);
}

void
inspector_tick(struct inspector *i, uint64_t now_ns)
{
	struct inspection in = inspection_of(i, NULL);

	reassembly_expire(i->reassembly, now_ns);
	handlers_tick(&in, now_ns);
	peering_refresh(&i->census->peering);
}

void
inspector_missed(struct inspector *i, uint64_t now_ns)
{
	peering_forgive(&i->census->peering, now_ns);
}

void
inspector_alive(struct inspector *i, const struct lane_id *lane, uint64_t last_ns)
{
	interconnect_alive(&i->census->peering.links, lane, last_ns);
}

void
inspector_finish(struct inspector *i)
{
	reassembly_expire(i->reassembly, UINT64_MAX);
	conversation_each(i->conversations[PUNT_CONTROL], flush, i);
	conversation_each(i->conversations[PUNT_BULK], flush, i);
}

struct evidence *
inspector_evidence(struct inspector *i)
{
	return &i->census->evidence;
}

struct bgp_table *
inspector_bgp(struct inspector *i)
{
	return &i->census->peering.bgp;
}

struct latency_set *
inspector_latencies(struct inspector *i)
{
	return round_trip_samples(i->census->round_trips);
}

struct fact_queue *
inspector_facts(struct inspector *i)
{
	return &i->facts;
}

const struct census *
inspector_census(const struct inspector *i)
{
	return i->census;
}

uint32_t
inspector_conversations(const struct inspector *i, uint64_t *forgotten)
{
	const struct conversation_table *control = i->conversations[PUNT_CONTROL];
	const struct conversation_table *bulk = i->conversations[PUNT_BULK];

	*forgotten = conversation_forgotten(control) + conversation_forgotten(bulk);
	return conversation_count(control) + conversation_count(bulk);
}

struct inspector_shortage
inspector_shortage(const struct inspector *i)
{
	const struct census *c = i->census;
	const struct bgp_table *bgp = &c->peering.bgp;
	struct inspector_shortage s = {
		.buffers_full = c->streams.full,
		.waiting_refused = c->streams.budget.refused,
		.calls_forgotten = sip_calls_forgotten(c->calls),
		.bgp_connections_forgotten = bgp->forgotten,
		.bgp_sessions_forgotten = bgp->sessions_forgotten,
		.bfd_sessions_forgotten = c->peering.sessions.forgotten,
		.bfd_packets_refused = c->peering.sessions.refused,
		.facts_lost = i->facts.lost,
	};
	struct bgp_attrs_use attributes;

	inspector_conversations(i, &s.conversations_forgotten);
	bgp_attrs_usage(bgp->shared.pool.attrs, &attributes);
	s.bgp_attributes_refused = attributes.refused;
	return s;
}
