/* Frames made here go through the whole pipeline; what its snapshots must hold is arithmetic. */
#include "path/pipeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "classify/class.h"
#include "path/capture.h"
#include "path/lookup.h"
#include "state/expectation.h"
#include "state/flow.h"
#include "state/tcp.h"
#include "support/frames.h"
#include "support/pipe_rig.h"

#define T0 (1700000000 * NS_PER_S)

static const char conf_text[] = "peering = { name = \"test\"; type = \"voice\"; };\n"
				"peer = { asn = 64496; };\n"
				"sites = ( { name = \"ams1\"; } );\n"
				"links = ( { name = \"a\"; site = \"ams1\"; bandwidth = \"10G\";\n"
				"  members = ( { speed = \"10G\"; peer_to_msft = \"pcap:up\"; "
				"msft_to_peer = \"pcap:down\"; } "
				"); },\n"
				" { name = \"b\"; site = \"ams1\"; bandwidth = \"10G\";\n"
				"  members = ( { speed = \"10G\"; both = \"pcap:mirror\"; "
				"direction = { by = \"subnet\"; }; } "
				"); } );\n"
				"subnets = ( { prefix = \"203.0.113.0/24\"; side = \"peer\"; },\n"
				" { prefix = \"203.0.113.128/25\"; side = \"peer\"; },\n"
				" { prefix = \"2001:db8:1::/48\"; side = \"peer\"; },\n"
				" { prefix = \"52.112.0.0/14\"; side = \"msft\"; } );\n"
				"sbcs = ( { name = \"sbc1\"; signalling = [\"203.0.113.77\"]; },\n"
				" { name = \"sbc2\"; signalling = [\"203.0.113.78\"];\n"
				"   media = [\"203.0.113.192/28\"]; } );\n";

/* Ports in the order of the configuration. */
enum { UP, DOWN, MIRROR };
enum { ANNOUNCED = 7 }; /* place of SUBNET_ANNOUNCED in the sums */

struct fixture {
	struct pipe_rig rig;
	struct burst burst;
	bool live;
	uint8_t frames[BURST_MAX][FRAME_MAX];
	/* what the published snapshots held, summed */
	unsigned published;
	uint64_t packets, bytes, lane_packets[8], lane_bytes[8];
	uint64_t meter_packets[2], class_packets[CLASS_COUNT], subnet_packets[8], sbc_packets[3];
	struct shortage shortage;
	uint64_t flows, flows_two_way, created, evicted, unknown, reasons[REASON_COUNT];
	uint64_t endpoint_packets, endpoints;
	uint64_t endpoint_dir[2]; /* of 203.0.113.5 */
	uint64_t start_ns[64], end_ns[64], in_interval[64];
	uint64_t punts[2];
	uint64_t quality[2][QUALITY_COUNT], data_segments[2], new_bytes[2];
	/* round trips by half and method; their sum in ns; those of 203.0.113.0/25 */
	struct halves halves[2][2]; /* of TCP, by link and direction */
	uint64_t samples[2][LATENCY_METHOD_COUNT], sample_ns[2], of_subnet;
};

static void
drain_path(struct fixture *f, const struct snap *s)
{
	for (uint32_t i = 0; i < s->meter_count; i++)
		for (int dir = 0; dir < 2; dir++) {
			f->data_segments[dir] += s->meters[i].data_segments[dir];
			f->new_bytes[dir] += s->meters[i].new_bytes[dir];
		}
	for (uint32_t i = 0; i < s->quality_count; i++)
		for (int dir = 0; dir < 2; dir++)
			for (int n = 0; n < QUALITY_COUNT; n++)
				f->quality[dir][n] += s->qualities[i].dir[dir].count[n];
	for (uint32_t i = 0; i < s->latencies.count; i++) {
		const struct snap_latency *l = &s->latencies.at[i];

		f->samples[l->key.half][l->key.method] += l->histogram.count;
		f->sample_ns[l->key.half] += l->histogram.max_ns;
		f->of_subnet += l->key.subnet == 1 ? l->histogram.count : 0;
	}
}

static void
drain(void *context)
{
	struct fixture *f = context;
	struct snap *s = snap_take(f->rig.core);

	if (!s)
		return;
	f->start_ns[f->published] = s->start_ns;
	f->end_ns[f->published] = s->end_ns;
	f->in_interval[f->published++] = s->packets;
	f->packets += s->packets;
	f->bytes += s->bytes;
	f->created += s->flows_created;
	shortage_add(&f->shortage, &s->shortage);
	f->evicted += s->flows_evicted;
	f->unknown += s->direction_unknown;
	for (uint32_t i = 0; i < s->lane_count; i++) {
		f->lane_packets[i] += s->lanes[i].packets;
		f->lane_bytes[i] += s->lanes[i].bytes;
	}
	for (uint32_t i = 0; i < s->meter_count; i++) {
		const struct meter_key *key = meter_key_at(snap_meters(f->rig.core), i);
		const struct meter *m = &s->meters[i];

		for (int dir = 0; dir < 2; dir++) {
			f->meter_packets[dir] += m->packets[dir];
			f->class_packets[key->class] += m->packets[dir];
			f->sbc_packets[key->sbc] += m->packets[dir];
			f->subnet_packets[key->peer_subnet == SUBNET_ANNOUNCED
			                          ? ANNOUNCED
			                          : key->peer_subnet] += m->packets[dir];
		}
		f->flows += m->flows;
		f->flows_two_way += m->flows_two_way;
	}
	for (uint32_t i = 0; i < s->endpoint_count; i++) {
		const struct snap_endpoint *e = &s->endpoints[i];
		struct addr watched = addr_v4((const uint8_t[]){203, 0, 113, 5});

		f->endpoint_packets += e->packets[0] + e->packets[1];
		for (int dir = 0; dir < 2 && addr_equal(&e->addr, &watched); dir++)
			f->endpoint_dir[dir] += e->packets[dir];
	}
	f->endpoints += s->endpoint_count;
	drain_path(f, s);
	for (uint16_t link = 0; link < 2; link++)
		for (unsigned dir = 0; dir < 2; dir++)
			f->halves[link][dir] = *snap_halves(s, link, dir, HALF_TCP);
	for (int r = 0; r < REASON_COUNT; r++)
		f->reasons[r] += s->reasons[r];
	snap_release(f->rig.core, s);
}

static bool
take_punt(void *context, enum punt_queue queue, struct burst *b, unsigned i)
{
	struct fixture *f = context;

	(void)b;
	(void)i;
	f->punts[queue]++;
	return true;
}

static struct fixture *
fixture_make(bool keep)
{
	struct fixture *f = calloc(1, sizeof *f);

	pipe_rig_init(&f->rig, conf_text,
	              (struct pipeline_params){.flows = 1000,
	                                       .keep_flows = keep,
	                                       .punt = take_punt,
	                                       .published = drain,
	                                       .context = f},
	              1000, 1000);
	return f;
}

static void
fixture_free(struct fixture *f)
{
	pipe_rig_fini(&f->rig);
	free(f);
}

/* As a live port of one direction gives its bursts: the lane is known, the time is one. */
static void
be_live(struct burst *b)
{
	for (uint32_t i = 0; i < b->count; i++) {
		b->lane[i] = b->port == UP ? 0 : 1;
		b->time_ns[i] = b->time_ns[0];
	}
	b->one_lane = true;
}

static void
flush(struct fixture *f)
{
	if (f->live)
		be_live(&f->burst);
	pipeline_run(f->rig.pipeline, &f->burst);
	f->burst.count = 0;
}

static void
send_frame(struct fixture *f, uint32_t port, uint64_t time_ns, const struct frame_spec *spec)
{
	struct burst *b = &f->burst;
	uint32_t i = b->count;

	if (i == BURST_MAX || (i && b->port != port)) {
		flush(f);
		i = 0;
	}
	b->port = port;
	b->wire[i] = b->captured[i] = (uint32_t)frame_make(f->frames[i], spec);
	b->data[i] = f->frames[i];
	b->time_ns[i] = time_ns;
	b->lane[i] = LANE_UNKNOWN;
	b->link_layer[i] = LINK_ETHERNET;
	b->count++;
}

static struct addr
ip(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

static struct frame_spec
udp(const char *src, uint16_t sport, const char *dst, uint16_t dport)
{
	return (struct frame_spec){.src = ip(src),
	                           .dst = ip(dst),
	                           .proto = 17,
	                           .sport = sport,
	                           .dport = dport,
	                           .pad_to = 60};
}

static uint64_t
sum(const uint64_t *values, size_t count)
{
	uint64_t total = 0;

	while (count--)
		total += values[count];
	return total;
}

/* ---- tests ----------------------------------------------------------------------------------- */

/* Both simplex ports, several subnets, nested prefixes, both families: every view sums to all. */
static void
views_add_up(bool live)
{
	struct fixture *f = fixture_make(false);
	struct frame_spec up[] = {udp("203.0.113.5", 5000, "52.112.1.1", 5001),
	                          udp("203.0.113.200", 5000, "52.112.1.1", 5001),
	                          udp("198.51.100.1", 5000, "8.8.8.8", 5001),
	                          udp("2001:db8:1::5", 5000, "2603::1", 5001)};
	struct frame_spec down = udp("52.112.1.1", 5001, "203.0.113.5", 5000);

	f->live = live;
	for (int n = 0; n < 100; n++)
		for (int i = 0; i < 4; i++)
			send_frame(f, UP, T0 + (uint64_t)n * NS_PER_MS, &up[i]);
	for (int n = 0; n < 10; n++)
		send_frame(f, DOWN, T0 + (uint64_t)n * NS_PER_MS, &down);
	flush(f);
	pipeline_finish(f->rig.pipeline, T0 + NS_PER_S / 2);
	assert_int_equal(f->published, 1);
	assert_int_equal(f->packets, 410);
	assert_int_equal(sum(f->lane_bytes, 8), f->bytes);
	assert_int_equal(f->lane_packets[0], 400);
	assert_int_equal(f->lane_packets[1], 10);
	assert_int_equal(f->meter_packets[DIR_PEER_TO_MSFT], 400);
	assert_int_equal(f->meter_packets[DIR_MSFT_TO_PEER], 10);
	assert_int_equal(sum(f->class_packets, CLASS_COUNT), 410);
	/* subnet ids: place in the configuration + 1; 0 undeclared */
	assert_int_equal(f->subnet_packets[1], 110);
	assert_int_equal(f->subnet_packets[2], 100);
	assert_int_equal(f->subnet_packets[3], 100);
	assert_int_equal(f->subnet_packets[0], 100);
	assert_int_equal(f->created, 4);
	assert_int_equal(f->flows_two_way, 1);
	assert_int_equal(f->endpoints, 7); /* 4 on the peer's side, 3 on the other */
	assert_int_equal(f->endpoint_packets, 2 * 410);
	assert_int_equal(f->endpoint_dir[DIR_PEER_TO_MSFT], 100);
	assert_int_equal(f->endpoint_dir[DIR_MSFT_TO_PEER], 10);
	fixture_free(f);
}

/* Frame by frame and in one sum for the burst: two programs for one answer. */
static void
test_views_add_up(void **state)
{
	(void)state;
	views_add_up(false);
	views_add_up(true);
}

static struct frame_spec
tcp(const char *src, uint16_t sport, const char *dst, uint16_t dport, uint8_t flags, uint32_t seq)
{
	struct frame_spec s = udp(src, sport, dst, dport);

	s.proto = 6;
	s.tcp_flags = flags;
	s.seq = seq;
	s.ack = 1;
	s.pad_to = 100;
	return s;
}

/* Asked over link a, answered over link b: both show half of one flow. What link a shows both ways,
 * what says nothing but SYN-ACK, and what said too little are no halves. */
static void
test_halves_of_a_flow_have_one_token(void **state)
{
	enum { ACK = 0x10, SYN_ACK = 0x12 };
	struct fixture *f = fixture_make(false);

	(void)state;
	for (uint32_t n = 0; n < 5; n++) {
		uint64_t now = T0 + n * NS_PER_MS;
		struct frame_spec s[] = {
			tcp("203.0.113.5", 5000, "52.112.1.1", 443, ACK, 1 + n),
			tcp("203.0.113.5", 5001, "52.112.1.1", 443, ACK, 1 + n),
			tcp("52.112.1.1", 443, "203.0.113.5", 5001, ACK, 1 + n),
			tcp("52.112.1.1", 443, "203.0.113.5", 5000, ACK, 1 + n),
			tcp("52.112.1.1", 443, "203.0.113.5", 5002, SYN_ACK, 1),
			tcp("52.112.1.1", 443, "203.0.113.5", 5003, ACK, 1 + n),
		};

		send_frame(f, UP, now, &s[0]);
		send_frame(f, UP, now, &s[1]);
		send_frame(f, DOWN, now, &s[2]);
		send_frame(f, MIRROR, now, &s[3]);
		send_frame(f, MIRROR, now, &s[4]);
		if (n < 2)
			send_frame(f, MIRROR, now, &s[5]);
	}
	flush(f);
	pipeline_finish(f->rig.pipeline, T0 + NS_PER_S / 2);
	assert_int_equal(f->halves[0][DIR_PEER_TO_MSFT].count, 1);
	assert_int_equal(f->halves[0][DIR_MSFT_TO_PEER].count, 0);
	assert_int_equal(f->halves[1][DIR_PEER_TO_MSFT].count, 0);
	assert_int_equal(f->halves[1][DIR_MSFT_TO_PEER].count, 1);
	assert_true(f->halves[0][0].at[0].token == f->halves[1][1].at[0].token);
	assert_int_equal(f->halves[0][0].at[0].packets, 5);
	assert_int_equal(f->halves[0][0].at[0].bytes, 500);
	assert_true(f->halves[0][0].at[0].first_ns == T0);
	assert_true(f->halves[1][1].at[0].last_ns == T0 + 4 * NS_PER_MS);
	fixture_free(f);
}

/* By signalling address or media prefix, each way, before and after its flow got a class. */
static void
test_sbcs_have_meters_of_their_own(void **state)
{
	static const struct {
		const char *peer;
		unsigned sbc;
	} hosts[] = {{"203.0.113.77", 1},
	             {"203.0.113.78", 2},
	             {"203.0.113.200", 2},
	             {"203.0.113.79", 0},
	             {"203.0.113.208", 0}};
	struct fixture *f = fixture_make(false);
	uint64_t sent[3] = {0};

	(void)state;
	for (unsigned i = 0; i < sizeof hosts / sizeof *hosts; i++)
		for (unsigned n = 0; n < 20 + i; n++) {
			struct frame_spec out = udp(hosts[i].peer, 5000, "52.112.1.1", 5001);
			struct frame_spec in = udp("52.112.1.1", 5001, hosts[i].peer, 5000);

			send_frame(f, n % 2 ? DOWN : UP, T0 + n * NS_PER_MS, n % 2 ? &in : &out);
			sent[hosts[i].sbc]++;
		}
	flush(f);
	pipeline_finish(f->rig.pipeline, T0 + NS_PER_S);
	assert_memory_equal(f->sbc_packets, sent, sizeof sent);
	fixture_free(f);
}

static void
test_a_live_burst_belongs_to_one_interval(void **state)
{
	struct fixture *f = fixture_make(false);
	struct frame_spec s = udp("203.0.113.5", 5000, "52.112.1.1", 5001);

	(void)state;
	f->live = true;
	for (int burst = 0; burst < 3; burst++) {
		for (int i = 0; i < 5; i++)
			send_frame(f, UP, T0 + (uint64_t)burst * 600 * NS_PER_MS, &s);
		flush(f);
	}
	pipeline_finish(f->rig.pipeline, T0 + 1300 * NS_PER_MS);
	assert_int_equal(f->published, 2);
	assert_int_equal(f->in_interval[0], 10);
	assert_int_equal(f->in_interval[1], 5);
	assert_int_equal(f->end_ns[0], T0 + NS_PER_S);
	fixture_free(f);
}

static void
test_intervals_follow_the_packet_clock(void **state)
{
	struct fixture *f = fixture_make(true);
	struct frame_spec s = udp("203.0.113.5", 5000, "52.112.1.1", 5001);
	/* three intervals in one burst, one long gap, one reordering, one clock set back */
	static const uint64_t ms[] = {100, 900, 1100, 2500, 2600, 10200, 9990, 11000};

	(void)state;
	for (size_t i = 0; i < sizeof ms / sizeof *ms; i++)
		send_frame(f, UP, T0 + ms[i] * NS_PER_MS, &s);
	send_frame(f, UP, T0 - 3600 * NS_PER_S, &s);
	flush(f);
	pipeline_finish(f->rig.pipeline, T0 - 3600 * NS_PER_S);
	assert_int_equal(f->packets, 9);
	assert_int_equal(f->published, 6);
	assert_int_equal(f->in_interval[0], 2);
	assert_int_equal(f->start_ns[0], T0 + 100 * NS_PER_MS);
	assert_int_equal(f->end_ns[0], T0 + NS_PER_S);
	assert_int_equal(f->in_interval[1], 1);
	assert_int_equal(f->in_interval[2], 2);
	assert_int_equal(f->in_interval[3], 2);
	assert_int_equal(f->start_ns[3], T0 + 10 * NS_PER_S);
	assert_int_equal(f->in_interval[4], 1);
	assert_int_equal(f->in_interval[5], 1);
	for (unsigned i = 0; i < f->published; i++)
		assert_true(f->end_ns[i] >= f->start_ns[i]);
	fixture_free(f);
}

/* A clock that was never set, then set, then lost again: no interval starts at 0, "never". */
static void
test_time_may_begin_at_the_epoch(void **state)
{
	struct fixture *f = fixture_make(true);
	struct frame_spec s = udp("203.0.113.5", 5000, "52.112.1.1", 5001);

	(void)state;
	send_frame(f, UP, NS_PER_US, &s);
	send_frame(f, UP, T0, &s);
	for (unsigned i = 0; i < 3; i++)
		send_frame(f, UP, NS_PER_US, &s);
	flush(f);
	pipeline_finish(f->rig.pipeline, NS_PER_US);
	assert_int_equal(f->packets, 5);
	assert_int_equal(f->published, 3);
	assert_int_equal(f->in_interval[0], 1);
	assert_int_equal(f->end_ns[0], NS_PER_S);
	assert_int_equal(f->in_interval[1], 1);
	assert_int_equal(f->in_interval[2], 3);
	assert_int_equal(f->start_ns[2], NS_PER_US);
	assert_int_equal(f->class_packets[CLASS_UNKNOWN_UDP], 5);
	fixture_free(f);
}

/* A segment of the connection 203.0.113.5:40000 to 52.112.1.1:443, sent by the peer or the cloud.
 */
static void
segment(struct fixture *f, bool from_peer, uint64_t ms, uint8_t flags, uint32_t seq, uint32_t ack,
        uint16_t size)
{
	static const uint8_t bytes[1000];
	struct frame_spec s = from_peer ? udp("203.0.113.5", 40000, "52.112.1.1", 443)
	                                : udp("52.112.1.1", 443, "203.0.113.5", 40000);

	s.proto = 6;
	s.pad_to = 0;
	s.tcp_flags = flags;
	s.seq = seq;
	s.ack = ack;
	s.payload = bytes;
	s.payload_size = size;
	send_frame(f, from_peer ? UP : DOWN, T0 + ms * NS_PER_MS, &s);
}

/* A datagram of QUIC between 203.0.113.5 and 52.112.1.1. */
static void
quic(struct fixture *f, bool from_peer, uint64_t ms, const uint8_t *bytes, uint16_t size)
{
	struct frame_spec s = from_peer ? udp("203.0.113.5", 40000, "52.112.1.1", 443)
	                                : udp("52.112.1.1", 443, "203.0.113.5", 40000);

	s.pad_to = 0;
	s.payload = bytes;
	s.payload_size = size;
	send_frame(f, from_peer ? UP : DOWN, T0 + ms * NS_PER_MS, &s);
}

/* At the tap the cloud's spin bit follows the peer's by 22 ms, the peer's answer that by 8 ms. */
static void
test_round_trips_of_quic(void **state)
{
	static const uint8_t first[] = {0xc3, 0, 0, 0,    1,    4, 1, 2, 3,
	                                4,    0, 0, 0x40, 0x10, 0, 0, 0, 1};
	struct fixture *f = fixture_make(false);
	uint8_t data[40] = {0};

	(void)state;
	quic(f, true, 0, first, sizeof first);
	for (uint64_t ms = 1; ms < 900; ms++) {
		data[0] = ms % 60 < 30 ? 0x60 : 0x40;
		quic(f, true, ms, data, sizeof data);
		data[0] = (ms + 38) % 60 < 30 ? 0x60 : 0x40;
		quic(f, false, ms, data, sizeof data);
	}
	flush(f);
	pipeline_finish(f->rig.pipeline, T0 + NS_PER_S);
	assert_int_equal(f->class_packets[CLASS_QUIC], 1 + 2 * 899);
	/* 30 rounds, but for the packets that it takes to believe them */
	assert_in_range(f->samples[SIDE_MSFT][LATENCY_QUIC_SPIN], 25, 30);
	assert_in_range(f->samples[SIDE_PEER][LATENCY_QUIC_SPIN], 25, 30);
	assert_in_range(f->sample_ns[SIDE_MSFT], 22 * NS_PER_MS - 256, 22 * NS_PER_MS + 256);
	assert_in_range(f->sample_ns[SIDE_PEER], 8 * NS_PER_MS - 256, 8 * NS_PER_MS + 256);
	fixture_free(f);
}

/* Handshake over 4 and 6 ms, four segments of the peer of which the second comes 100 ms late, one
 * of the cloud that comes twice: loss on the peer's side before the tap, on the peer's side after
 * it. */
static void
test_loss_and_round_trips_of_tcp(void **state)
{
	enum { SYN = 2, RST = 4, ACK = 16, PSH = 8 };
	struct fixture *f = fixture_make(false);

	(void)state;
	segment(f, true, 0, SYN, 999, 0, 0);
	segment(f, false, 4, SYN | ACK, 4999, 1000, 0);
	segment(f, true, 10, ACK, 1000, 5000, 0);
	segment(f, true, 11, ACK | PSH, 1000, 5000, 1000);
	segment(f, true, 12, ACK | PSH, 3000, 5000, 1000);
	segment(f, true, 13, ACK | PSH, 4000, 5000, 1000);
	segment(f, true, 112, ACK | PSH, 2000, 5000, 1000);
	segment(f, false, 120, ACK, 5000, 6000, 0);
	segment(f, false, 130, ACK | PSH, 5000, 6000, 500);
	segment(f, false, 1330, ACK | PSH, 5000, 6000, 500);
	segment(f, true, 1340, RST, 6000, 0, 0);
	flush(f);
	pipeline_finish(f->rig.pipeline, T0 + 2 * NS_PER_S);
	assert_int_equal(f->data_segments[DIR_PEER_TO_MSFT], 5); /* the SYN too */
	assert_int_equal(f->data_segments[DIR_MSFT_TO_PEER], 2);
	assert_int_equal(f->new_bytes[DIR_PEER_TO_MSFT], 4000);
	assert_int_equal(f->new_bytes[DIR_MSFT_TO_PEER], 500);
	assert_int_equal(f->quality[DIR_PEER_TO_MSFT][QUALITY_LOST_BEFORE], 1);
	assert_int_equal(f->quality[DIR_PEER_TO_MSFT][QUALITY_LOST_AFTER], 0);
	assert_int_equal(f->quality[DIR_PEER_TO_MSFT][QUALITY_RESETS], 1);
	assert_int_equal(f->quality[DIR_MSFT_TO_PEER][QUALITY_LOST_AFTER], 1);
	assert_int_equal(f->quality[DIR_MSFT_TO_PEER][QUALITY_LOST_BEFORE], 0);
	assert_int_equal(f->samples[SIDE_MSFT][LATENCY_TCP_SYN], 1);
	assert_int_equal(f->samples[SIDE_PEER][LATENCY_TCP_SYN], 1);
	assert_true(f->of_subnet >= 1); /* the peer's half is its subnet's */
	fixture_free(f);
}

static void
test_mirror_port_finds_directions(void **state)
{
	struct fixture *f = fixture_make(false);
	struct frame_spec up = udp("203.0.113.5", 5000, "52.112.1.1", 5001);
	struct frame_spec down = udp("52.112.1.1", 5001, "203.0.113.5", 5000);
	struct frame_spec stray = udp("198.51.100.1", 1, "198.51.100.2", 2);
	struct frame_spec to_peer = udp("198.51.100.1", 1, "203.0.113.9", 2);

	(void)state;
	send_frame(f, MIRROR, T0, &up);
	send_frame(f, MIRROR, T0, &down);
	send_frame(f, MIRROR, T0, &stray);
	send_frame(f, MIRROR, T0, &to_peer);
	flush(f);
	pipeline_finish(f->rig.pipeline, T0 + 1);
	assert_int_equal(f->packets, 4);
	assert_int_equal(f->unknown, 1);
	assert_int_equal(f->lane_packets[2], 1);
	assert_int_equal(f->lane_packets[3], 2);
	assert_int_equal(sum(f->meter_packets, 2), 3);
	assert_int_equal(f->created, 3); /* the stray one is a flow all the same */
	fixture_free(f);
}

static void
test_guess_takes_first_sender_as_peer(void **state)
{
	struct fixture *f = fixture_make(true);
	struct frame_spec there = udp("198.51.100.1", 1, "198.51.100.2", 2);
	struct frame_spec back = udp("198.51.100.2", 2, "198.51.100.1", 1);

	(void)state;
	f->rig.plan->guess = true;
	send_frame(f, MIRROR, T0, &there);
	send_frame(f, MIRROR, T0, &back);
	send_frame(f, MIRROR, T0, &back);
	flush(f);
	pipeline_finish(f->rig.pipeline, T0 + 1);
	assert_int_equal(f->unknown, 3);
	assert_int_equal(f->lane_packets[2], 1);
	assert_int_equal(f->lane_packets[3], 2);
	assert_int_equal(f->meter_packets[DIR_MSFT_TO_PEER], 2);
	fixture_free(f);
}

/* A datagram in three fragments is one flow; a stranger's fragment is none. */
static void
test_fragments_inherit_the_flow(void **state)
{
	static const uint8_t bytes[64];
	struct fixture *f = fixture_make(true);
	struct frame_spec s = udp("203.0.113.5", 5000, "52.112.1.1", 5001);
	uint64_t extra[2];
	struct flow *flow;
	struct packet packet;

	(void)state;
	s.pad_to = 0;
	s.payload = bytes;
	s.payload_size = 56; /* 64 bytes with the UDP header */
	s.ip_id = 7;
	s.fragment = 0x2000;
	send_frame(f, UP, T0, &s);
	s.payload_size = 64;
	s.fragment = 0x2000 | 64 / 8;
	send_frame(f, UP, T0, &s);
	s.payload_size = 10;
	s.fragment = 128 / 8;
	send_frame(f, UP, T0, &s);
	s.ip_id = 8;
	send_frame(f, UP, T0, &s);
	flush(f);
	packet = f->burst.packet[0];
	packet.flags &= (uint16_t)~PACKET_FRAGMENT_FIRST;
	flow = flow_find(pipeline_flows(f->rig.pipeline), &packet, 0);
	assert_non_null(flow);
	pipeline_fragments(f->rig.pipeline, flow, extra);
	pipeline_finish(f->rig.pipeline, T0 + 1);
	assert_int_equal(f->created, 1);
	assert_int_equal(f->class_packets[CLASS_FRAGMENT], 1);
	assert_int_equal(flow->total_packets[0], 3);
	assert_int_equal(extra[0], 2); /* three frames, one datagram */
	assert_int_equal(extra[1], 0);
	fixture_free(f);
}

static void
test_punts_keep_their_queues(void **state)
{
	struct fixture *f = fixture_make(false);
	struct frame_spec bgp = udp("203.0.113.5", 50000, "52.112.1.1", 179);
	struct frame_spec media = udp("203.0.113.5", 50000, "52.112.1.1", 50002);
	struct frame_spec dns = udp("203.0.113.5", 50000, "52.112.1.1", 53);
	/* a query for the root, RFC 1035 section 4.1 */
	static const uint8_t query[17] = {0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1};

	(void)state;
	bgp.proto = 6;
	bgp.tcp_flags = 0x02;
	dns.payload = query;
	dns.payload_size = sizeof query;
	send_frame(f, UP, T0, &bgp);
	send_frame(f, UP, T0, &media);
	send_frame(f, UP, T0, &dns);
	flush(f);
	pipeline_finish(f->rig.pipeline, T0 + 1);
	assert_int_equal(f->punts[PUNT_CONTROL], 1);
	assert_int_equal(f->punts[PUNT_BULK], 1);
	fixture_free(f);
}

/* Frames of one media flow and how many of them are punted: by first byte (RFC 7983), and in a
 * capture also what is as much as the media. */
static void
test_punts_of_media(void **state)
{
	static const uint8_t payloads[][20] = {
		{0x00, 0x01, 0, 0, 0x21, 0x12, 0xa4, 0x42}, /* STUN: live too */
		{0x16, 0xfe, 0xfd},                         /* DTLS handshake: live too */
		{0x80, 0xc8, 0, 4},                         /* RTCP: live too */
		{0x17, 0xfe, 0xfd},                         /* DTLS data */
		{0x40, 0x01, 0, 16},                        /* ChannelData */
		{0x80, 0x60, 0, 1},                         /* RTP: never */
		{0xc0, 0xc8, 0, 1},                         /* nothing of these */
		{0, 0, 0, 1, 1},                            /* looks like STUN, and is not */
	};

	(void)state;
	for (unsigned keep = 0; keep < 2; keep++) {
		struct fixture *f = fixture_make(keep);
		struct frame_spec media = udp("203.0.113.5", 3478, "52.112.1.1", 50002);

		for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
			media.payload = payloads[i];
			media.payload_size = sizeof payloads[i];
			send_frame(f, UP, T0, &media);
			flush(f);
		}
		pipeline_finish(f->rig.pipeline, T0 + 1);
		assert_int_equal(f->punts[PUNT_BULK], keep ? 5 : 3);
		fixture_free(f);
	}
}

/* TURN over TCP: a segment may begin with anything, so a capture's are all wanted. */
static void
test_punts_of_relays(void **state)
{
	static const uint8_t allocate[20] = {0, 3, 0, 0, 0x21, 0x12, 0xa4, 0x42};
	static const uint8_t media[20] = {0x80, 0, 0, 1};

	(void)state;
	for (unsigned keep = 0; keep < 2; keep++) {
		struct fixture *f = fixture_make(keep);
		struct frame_spec turn = udp("203.0.113.5", 50000, "52.112.1.1", 3478);

		turn.proto = 6;
		turn.tcp_flags = 0x18;
		turn.payload_size = 20;
		for (unsigned i = 0; i < 100; i++) {
			turn.payload = i ? media : allocate;
			send_frame(f, UP, T0, &turn);
			flush(f);
		}
		pipeline_finish(f->rig.pipeline, T0 + 1);
		assert_int_equal(f->punts[PUNT_BULK], keep ? 100 : 32);
		fixture_free(f);
	}
}

/* Of a TLS connection the first packets and whatever shows a handshake's record; a capture whole.
 */
static void
test_punts_of_handshakes(void **state)
{
	static const uint8_t hello[16] = {0x16, 3, 1, 0, 11, 1, 0, 0, 7, 3, 3};
	static const uint8_t data[16] = {0x17, 3, 3, 0, 11};

	(void)state;
	for (unsigned keep = 0; keep < 2; keep++) {
		struct fixture *f = fixture_make(keep);
		struct frame_spec tls = udp("203.0.113.5", 50000, "52.112.1.1", 443);

		tls.proto = 6;
		tls.tcp_flags = 0x18;
		tls.payload_size = sizeof data;
		for (unsigned i = 0; i < 100; i++) {
			tls.payload = i == 0 || i == 99 ? hello : data;
			send_frame(f, UP, T0, &tls);
			flush(f);
		}
		pipeline_finish(f->rig.pipeline, T0 + 1);
		assert_int_equal(f->punts[PUNT_BULK], keep ? 100 : 33);
		fixture_free(f);
	}
}

/* A reload: flows stay, their subnets are found anew, nothing is counted twice or lost. */
static void
test_plan_is_swapped(void **state)
{
	struct fixture *f = fixture_make(false);
	struct frame_spec s = udp("203.0.113.5", 5000, "52.112.1.1", 5001);
	struct plan *next = plan_create(f->rig.conf, f->rig.sources, 2);
	struct snap_core *old = f->rig.core, *core;
	struct snap_params params;

	(void)state;
	for (int i = 0; i < 10; i++)
		send_frame(f, UP, T0, &s);
	flush(f);
	plan_snap_params(next, 1000, 1000, &params);
	core = snap_core_create(&params);
	pipeline_set_plan(f->rig.pipeline, next, core, T0 + 1000);
	assert_int_equal(f->packets, 10);
	f->rig.core = core;
	for (int i = 0; i < 5; i++)
		send_frame(f, UP, T0 + 2000, &s);
	flush(f);
	pipeline_finish(f->rig.pipeline, T0 + 3000);
	assert_int_equal(f->packets, 15);
	assert_int_equal(f->subnet_packets[1], 15);
	assert_int_equal(f->created, 1);
	assert_int_equal(f->endpoint_packets, 2 * 15);
	snap_core_destroy(old);
	plan_destroy(f->rig.plan);
	f->rig.plan = next;
	fixture_free(f);
}

/* More flows than the table holds: what is replaced has left its counts with the endpoints. */
static void
test_flood_loses_no_endpoint_traffic(void **state)
{
	struct fixture *f = fixture_make(false);
	struct frame_spec s = udp("203.0.113.5", 5000, "52.112.1.1", 5001);

	(void)state;
	for (uint32_t n = 0; n < 20000; n++) {
		s.src.b[15] = (uint8_t)(n % 200);
		s.sport = (uint16_t)n;
		send_frame(f, UP, T0 + n * (NS_PER_S / 8000), &s);
	}
	flush(f);
	pipeline_finish(f->rig.pipeline, T0 + 3 * NS_PER_S);
	assert_int_equal(f->packets, 20000);
	assert_int_equal(sum(f->class_packets, CLASS_COUNT), 20000);
	assert_true(f->evicted > 15000);
	assert_int_equal(f->created + f->shortage.flows_refused, 20000);
	assert_int_equal(f->endpoint_packets, 2 * f->created);
	fixture_free(f);
}

/* Over intervals, each want of room is counted once: tables of 8192 fragments and 16 384
 * expectations, and a line for 15 in 16 flows. */
static void
test_want_of_room_is_told(void **state)
{
	struct fixture *f = fixture_make(false);
	struct frame_spec s = udp("203.0.113.5", 5000, "52.112.1.1", 5001);
	struct expectation e = {.addr = s.src, .time_ns = T0};

	(void)state;
	s.fragment = 0x2000;
	for (uint32_t n = 0; n < 20000; n++) {
		s.ip_id = (uint16_t)n;
		send_frame(f, UP, T0 + n * (NS_PER_S / 16000), &s);
	}
	s.proto = 6;
	s.fragment = 0;
	for (uint32_t n = 0; n < 20000; n++) {
		s.sport = (uint16_t)n;
		send_frame(f, UP, T0 + (20000 + n) * (NS_PER_S / 16000), &s);
	}
	flush(f);
	for (uint32_t n = 0; n < 40000; n++) {
		e.port = (uint16_t)n;
		pipeline_expect(f->rig.pipeline, &e);
	}
	pipeline_finish(f->rig.pipeline, T0 + 3 * NS_PER_S);
	assert_true(f->published > 2);
	/* what no flow was found for is not remembered */
	assert_in_range(f->shortage.fragments_forgotten, 20000 - 8192 - f->shortage.flows_refused,
	                20000);
	assert_in_range(f->shortage.expectations_evicted, 40000 - 16384, 40000);
	assert_true(f->shortage.segments_refused > 0);
	assert_int_equal(f->shortage.segments_refused,
	                 tcp_pool_stats(pipeline_tcp(f->rig.pipeline))->refused);
	fixture_free(f);
}

enum { CALLS = 200, CALL_PORT = 40000 };

/* One RTP packet of a call in each direction. */
static void
send_call(struct fixture *f, uint16_t call, uint16_t sequence, uint64_t now)
{
	uint8_t rtp[32] = {0x80, 0, (uint8_t)(sequence >> 8), (uint8_t)sequence};
	struct frame_spec up =
		udp("203.0.113.5", (uint16_t)(CALL_PORT + call), "52.112.1.1", 50000);
	struct frame_spec down =
		udp("52.112.1.1", 50000, "203.0.113.5", (uint16_t)(CALL_PORT + call));

	up.payload = down.payload = rtp;
	up.payload_size = down.payload_size = sizeof rtp;
	send_frame(f, UP, now, &up);
	send_frame(f, DOWN, now, &down);
}

struct calls {
	uint64_t before_ns;
	unsigned kept;
	uint64_t packets;
};

static bool
count_call(void *context, struct flow *flow)
{
	struct calls *c = context;
	struct flow_view v;

	flow_view(flow, &v);
	if (v.a_port < CALL_PORT || v.a_port >= CALL_PORT + CALLS || v.b_port != 50000)
		return true;
	c->kept += v.first_ns < c->before_ns;
	c->packets += v.packets[0] + v.packets[1];
	return true;
}

/* SYNs to one server, and UDP between strangers, each many times what the table holds: the calls
 * that were there keep their records, not a packet goes elsewhere. */
static void
test_floods_leave_calls_alone(void **state)
{
	struct fixture *f = fixture_make(false);
	struct calls calls = {.before_ns = T0 + NS_PER_MS};

	(void)state;
	f->live = true;
	for (uint16_t call = 0; call < CALLS; call++)
		send_call(f, call, 1, T0);
	for (uint32_t n = 0; n < 40000; n++) {
		struct frame_spec s = udp("203.0.113.9", (uint16_t)(1000 + n % 30000), "52.112.1.1",
		                          n < 20000 ? 443 : (uint16_t)n);

		store_be32(s.src.b + 12, n * 2654435761u | 0x40000000);
		if (n < 20000) {
			s.proto = 6;
			s.tcp_flags = 0x02;
		}
		send_frame(f, UP, T0 + NS_PER_MS + n, &s);
	}
	for (uint16_t call = 0; call < CALLS; call++)
		send_call(f, call, 2, T0 + 2 * NS_PER_MS);
	flush(f);
	flow_table_each(pipeline_flows(f->rig.pipeline), count_call, &calls);
	pipeline_finish(f->rig.pipeline, T0 + 3 * NS_PER_MS);
	assert_int_equal(calls.kept, CALLS);
	assert_int_equal(calls.packets, 4 * CALLS);
	assert_true(f->evicted > 30000);
	assert_int_equal(f->created + f->shortage.flows_refused, 40000 + CALLS);
	fixture_free(f);
}

/* Frames of any content and length pass: what can't be decoded is counted and metered. */
static void
test_garbage_is_counted(void **state)
{
	struct fixture *f = fixture_make(true);
	uint32_t random = 1;

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct burst *b = &f->burst;

		for (uint32_t i = 0; i < BURST_MAX; i++) {
			uint32_t size = round == 0 ? 0 : i * 3;

			for (uint32_t j = 0; j < size; j++)
				f->frames[i][j] =
					(uint8_t)((random = random * 1664525 + 1013904223) >> 24);
			if (size > 14 && i % 2)
				memcpy(f->frames[i] + 12,
				       i % 4 == 1 ? "\x08\x00\x45" : "\x86\xdd\x60", 3);
			b->data[i] = f->frames[i];
			b->wire[i] = b->captured[i] = size;
			b->time_ns[i] = T0 + (uint64_t)round;
			b->lane[i] = LANE_UNKNOWN;
			b->link_layer[i] = LINK_ETHERNET;
		}
		b->port = (uint32_t)round % 2 ? UP : DOWN;
		b->count = BURST_MAX;
		flush(f);
	}
	pipeline_finish(f->rig.pipeline, T0 + 1000);
	assert_int_equal(f->packets, 200 * BURST_MAX);
	assert_int_equal(sum(f->reasons, REASON_COUNT), 200 * BURST_MAX);
	assert_int_equal(sum(f->class_packets, CLASS_COUNT), 200 * BURST_MAX);
	fixture_free(f);
}

static struct prefix
prefix_of(const char *text)
{
	struct prefix p;

	assert_true(prefix_parse(text, &p, NULL));
	return p;
}

/* What BGP announces joins the declared subnets, in the middle of flows: packets are counted where
 * their addresses belong then, none twice, none not. What is declared stays what it is. */
static void
test_lookup_is_swapped(void **state)
{
	struct fixture *f = fixture_make(false);
	const struct prefix peer[] = {
		prefix_of("198.51.100.0/24"), /* of nobody declared */
		prefix_of("203.0.112.0/23"),  /* around a declared one */
		prefix_of("203.0.113.64/26"), /* inside it */
	};
	struct lookup *one = lookup_create(f->rig.plan, (const struct prefix *[]){peer, NULL},
	                                   (const size_t[]){3, 0});
	struct lookup *none = lookup_create(f->rig.plan, (const struct prefix *[]){peer, NULL},
	                                    (const size_t[]){0, 0});
	struct frame_spec specs[] = {
		udp("198.51.100.1", 5000, "52.112.1.1", 5001),
		udp("203.0.112.1", 5000, "52.112.1.1", 5001),
		udp("203.0.113.65", 5000, "52.112.1.1", 5001),
		udp("192.0.2.1", 5000, "52.112.1.1", 5001),
	};
	struct plan *other;

	(void)state;
	assert_int_equal(one->announced[SIDE_PEER], 2);
	for (unsigned turn = 0; turn < 3; turn++) {
		for (unsigned i = 0; i < 4; i++)
			send_frame(f, UP, T0 + turn * 10 + i, &specs[i]);
		flush(f);
		pipeline_set_lookup(f->rig.pipeline, turn == 0 ? one : none);
	}
	pipeline_finish(f->rig.pipeline, T0 + 3000);
	assert_int_equal(f->packets, 12);
	assert_int_equal(f->created, 4);
	assert_int_equal(f->subnet_packets[ANNOUNCED], 2);
	assert_int_equal(f->subnet_packets[1], 3);
	assert_int_equal(f->subnet_packets[0], 7);
	/* one of another plan is not taken */
	other = plan_create(f->rig.conf, f->rig.sources, 9);
	lookup_destroy(one);
	one = lookup_create(other, (const struct prefix *[]){peer, NULL}, (const size_t[]){3, 0});
	pipeline_set_lookup(f->rig.pipeline, one);
	send_frame(f, UP, T0 + 4000, &specs[0]);
	flush(f);
	pipeline_finish(f->rig.pipeline, T0 + 5000);
	assert_int_equal(f->subnet_packets[ANNOUNCED], 2);
	plan_destroy(other);
	lookup_destroy(one);
	lookup_destroy(none);
	fixture_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_views_add_up),
		cmocka_unit_test(test_halves_of_a_flow_have_one_token),
		cmocka_unit_test(test_sbcs_have_meters_of_their_own),
		cmocka_unit_test(test_a_live_burst_belongs_to_one_interval),
		cmocka_unit_test(test_intervals_follow_the_packet_clock),
		cmocka_unit_test(test_time_may_begin_at_the_epoch),
		cmocka_unit_test(test_loss_and_round_trips_of_tcp),
		cmocka_unit_test(test_round_trips_of_quic),
		cmocka_unit_test(test_mirror_port_finds_directions),
		cmocka_unit_test(test_guess_takes_first_sender_as_peer),
		cmocka_unit_test(test_fragments_inherit_the_flow),
		cmocka_unit_test(test_want_of_room_is_told),
		cmocka_unit_test(test_punts_keep_their_queues),
		cmocka_unit_test(test_punts_of_media),
		cmocka_unit_test(test_punts_of_handshakes),
		cmocka_unit_test(test_punts_of_relays),
		cmocka_unit_test(test_plan_is_swapped),
		cmocka_unit_test(test_lookup_is_swapped),
		cmocka_unit_test(test_flood_loses_no_endpoint_traffic),
		cmocka_unit_test(test_floods_leave_calls_alone),
		cmocka_unit_test(test_garbage_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
