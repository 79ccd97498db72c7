/* RTP through the whole pipeline: found or not, counted per stream, per meter and per 200 ms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "classify/class.h"
#include "path/pipeline.h"
#include "state/expectation.h"
#include "state/flow.h"
#include "state/rtp_pool.h"
#include "support/frames.h"
#include "support/pipe_rig.h"

#define T0 (1700000000 * NS_PER_S)
#define PTIME_NS (20 * NS_PER_MS)

static const char conf_text[] = "peering = { name = \"test\"; type = \"voice\"; };\n"
				"peer = { asn = 64496; };\n"
				"sites = ( { name = \"ams1\"; } );\n"
				"links = ( { name = \"a\"; site = \"ams1\"; bandwidth = \"10G\";\n"
				"  members = ( { speed = \"10G\"; peer_to_msft = \"pcap:up\"; "
				"msft_to_peer = \"pcap:down\"; } ); } );\n"
				"subnets = ( { prefix = \"203.0.113.0/24\"; side = \"peer\"; },\n"
				" { prefix = \"52.112.0.0/14\"; side = \"msft\"; } );\n";

enum { UP, DOWN };

struct fixture {
	struct pipe_rig rig;
	uint64_t rtp[2][QUALITY_COUNT]; /* summed over the published snapshots */
	struct quality_slot slots[2][QUALITY_SLOTS];
	uint32_t jitter_samples;
	unsigned reports, ended;
	struct snap_stream last; /* report */
};

static void
drain(void *context)
{
	struct fixture *f = context;
	struct snap *s = snap_take(f->rig.core);

	if (!s)
		return;
	for (uint32_t q = 0; q < s->quality_count; q++) {
		for (int dir = 0; dir < 2; dir++) {
			const struct quality_line *line = &s->qualities[q].dir[dir];

			for (int c = 0; c < QUALITY_COUNT; c++)
				f->rtp[dir][c] += line->count[c];
			for (int i = 0; i < QUALITY_SLOTS; i++) {
				f->slots[dir][i].packets += line->slots[i].packets;
				f->slots[dir][i].lost += line->slots[i].lost;
			}
			f->jitter_samples += line->jitter_samples;
		}
	}
	f->reports += s->stream_count;
	for (uint32_t i = 0; i < s->stream_count; i++) {
		f->ended += s->streams[i].ended;
		f->last = s->streams[i];
	}
	snap_release(f->rig.core, s);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	pipe_rig_init(&f->rig, conf_text,
	              (struct pipeline_params){.flows = 1000, .published = drain, .context = f},
	              1000, 1000);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	pipe_rig_fini(&f->rig);
	free(f);
	return 0;
}

/* ---- packets --------------------------------------------------------------------------------- */

struct sent {
	uint32_t ssrc;
	uint32_t n; /* number, and place in time */
	uint8_t payload_type;
	bool still;                                 /* media time stands */
	bool from_msft;                             /* against the direction of the others */
	uint16_t port;                              /* of both ends; 0: 30000 */
	size_t size;                                /* of the payload behind the header */
	enum { DIRECT, CHANNEL, INDICATION } relay; /* TURN: what is around it */
};

enum { PAYLOAD_MAX = 300 };

/* RFC 8656 section 12.4; section 11.3 with the attribute DATA alone. */
static size_t
wrap(uint8_t *payload, size_t size, const struct sent *s)
{
	size_t head = s->relay == CHANNEL ? 4 : 24;

	if (s->relay == DIRECT)
		return size;
	memmove(payload + head, payload, size);
	memset(payload, 0, head);
	if (s->relay == CHANNEL) {
		store_be32(payload, 0x40010000 | (uint32_t)size);
		return head + size;
	}
	store_be32(payload, 0x00160000 | (uint32_t)(size + 4));
	store_be32(payload + 4, 0x2112a442);
	store_be32(payload + 20, 0x00130000 | (uint32_t)size);
	return head + size;
}

/* One more frame of the burst. */
static void
add_payload(struct fixture *f, struct burst *b, const struct sent *s, uint8_t *payload, size_t size)
{
	static uint8_t frames[BURST_MAX][FRAME_MAX];
	struct addr peer = addr_v4((const uint8_t[]){203, 0, 113, 5});
	struct addr msft = addr_v4((const uint8_t[]){52, 112, 0, 9});
	uint16_t port = s->port ? s->port : 30000;
	struct frame_spec spec = {.src = s->from_msft ? msft : peer,
	                          .dst = s->from_msft ? peer : msft,
	                          .proto = 17,
	                          .sport = port,
	                          .dport = port,
	                          .payload = payload,
	                          .payload_size = wrap(payload, size, s)};
	uint32_t i = b->count++;

	b->port = s->from_msft ? DOWN : UP;
	b->lane[i] = f->rig.plan->ports[b->port].members[0].lane[s->from_msft ? 1 : 0];
	b->data[i] = frames[i];
	b->captured[i] = b->wire[i] = (uint32_t)frame_make(frames[i], &spec);
	b->time_ns[i] = T0 + s->n * PTIME_NS;
}

static void
send_payload(struct fixture *f, const struct sent *s, uint8_t *payload, size_t size)
{
	static struct burst b;

	memset(&b, 0, sizeof b);
	add_payload(f, &b, s, payload, size);
	pipeline_run(f->rig.pipeline, &b);
}

static size_t
make_rtp(const struct sent *s, uint8_t payload[static PAYLOAD_MAX])
{
	memset(payload, 0, PAYLOAD_MAX);
	payload[0] = 0x80;
	payload[1] = s->payload_type;
	store_be16(payload + 2, (uint16_t)(s->n + 1000));
	store_be32(payload + 4, s->still ? 5 : s->n * 160);
	store_be32(payload + 8, s->ssrc);
	return 12 + (s->size ? s->size : 160);
}

static void
send(struct fixture *f, const struct sent *s)
{
	uint8_t payload[PAYLOAD_MAX];
	size_t size = make_rtp(s, payload);

	send_payload(f, s, payload, size);
}

static void
send_run(struct fixture *f, struct sent s, uint32_t from, uint32_t to)
{
	for (s.n = from; s.n < to; s.n++)
		send(f, &s);
}

struct found {
	struct fixture *f;
	unsigned count;
	uint8_t class;
	struct rtp_figures last;
};

static bool
look(void *context, struct flow *flow)
{
	struct found *found = context;
	const struct rtp_pool *pool = pipeline_streams(found->f->rig.pipeline);

	found->class = pipeline_class(flow)->class;
	for (uint32_t at = flow->pool; at; at = rtp_pool_at(pool, at)->next) {
		if (!rtp_is_found(rtp_pool_at(pool, at)))
			continue;
		found->count++;
		rtp_read(rtp_pool_at(pool, at), &found->last);
	}
	return true;
}

static struct found
streams_of(struct fixture *f)
{
	struct found found = {.f = f};

	flow_table_each(pipeline_flows(f->rig.pipeline), look, &found);
	return found;
}

static void
expect(struct fixture *f, bool at_msft, uint16_t port, uint8_t payload_type, bool secure)
{
	struct expectation e = {
		.addr = at_msft ? addr_v4((const uint8_t[]){52, 112, 0, 9})
	                        : addr_v4((const uint8_t[]){203, 0, 113, 5}),
		.port = port,
		.secure = secure,
		.format_count = 1,
		.formats = {{payload_type, CODEC_OPUS, 48000}},
		.time_ns = T0,
	};

	pipeline_expect(f->rig.pipeline, &e);
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void
test_by_behaviour(void **state)
{
	struct fixture *f = *state;
	struct found found;

	send_run(f, (struct sent){.ssrc = 7}, 0, 3);
	assert_int_equal(streams_of(f).count, 0);
	send_run(f, (struct sent){.ssrc = 7}, 3, 100);
	found = streams_of(f);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.class, CLASS_RTP);
	assert_int_equal(found.last.packets, 100); /* the first three too */
	assert_int_equal(found.last.codec, CODEC_PCMU);
	assert_string_equal(rtp_basis_name(found.last.basis), "static-pt");
	assert_int_equal(found.last.jitter_max_ns, 0);
}

static void
test_both_ways(void **state)
{
	struct fixture *f = *state;

	for (uint32_t n = 0; n < 50; n++) {
		send(f, &(struct sent){.ssrc = 7, .n = n});
		send(f, &(struct sent){.ssrc = 7, .n = n, .from_msft = true});
	}
	assert_int_equal(streams_of(f).count, 2);
	pipeline_finish(f->rig.pipeline, T0 + NS_PER_S);
	assert_int_equal(f->rtp[DIR_PEER_TO_MSFT][QUALITY_RTP_PACKETS], 50);
	assert_int_equal(f->rtp[DIR_MSFT_TO_PEER][QUALITY_RTP_PACKETS], 50);
}

/* A stream behind other packets of its port, all in one burst: the class was settled as unknown
 * before the first of its packets was looked at. */
static void
test_in_one_burst(void **state)
{
	static struct burst b;
	struct fixture *f = *state;
	struct sent s = {.ssrc = 7};
	uint8_t payload[PAYLOAD_MAX];
	size_t size;

	memset(&b, 0, sizeof b);
	for (; s.n < CLASS_LOOKS; s.n++) {
		memset(payload, 0, sizeof payload);
		add_payload(f, &b, &s, payload, 70);
	}
	for (; s.n < BURST_MAX; s.n++) {
		size = make_rtp(&s, payload);
		add_payload(f, &b, &s, payload, size);
	}
	pipeline_run(f->rig.pipeline, &b);
	assert_int_equal(streams_of(f).count, 1);
	assert_int_equal(streams_of(f).class, CLASS_RTP);
	assert_int_equal(streams_of(f).last.packets, BURST_MAX - CLASS_LOOKS);
}

/* What a relay carries is media of its flow, which stays the relay's; DTLS inside makes it SRTP. */
static void
test_relayed(void **state)
{
	static const uint8_t dtls[20] = {22, 0xfe, 0xfd, [12] = 7, [13] = 1};
	struct fixture *f = *state;
	struct sent s = {.ssrc = 7, .port = 3478, .payload_type = 111, .relay = CHANNEL};
	uint8_t payload[PAYLOAD_MAX];
	struct found found;

	send_run(f, s, 0, 20);
	found = streams_of(f);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.class, CLASS_TURN);
	assert_true(found.last.relayed);
	assert_int_equal(found.last.packets, 20);
	s.relay = INDICATION;
	send_run(f, s, 25, 30);
	memcpy(payload, dtls, sizeof dtls);
	s.from_msft = true;
	send_payload(f, &s, payload, sizeof dtls);
	pipeline_finish(f->rig.pipeline, T0 + NS_PER_S);
	assert_int_equal(f->rtp[DIR_PEER_TO_MSFT][QUALITY_RTP_PACKETS], 25);
	assert_int_equal(f->rtp[DIR_PEER_TO_MSFT][QUALITY_RTP_LOST], 5);
	assert_true(f->last.secure);
}

/* The same bytes on a flow that is no relay's are no media. */
static void
test_relayed_by_nobody(void **state)
{
	struct fixture *f = *state;

	send_run(f, (struct sent){.ssrc = 7, .relay = CHANNEL}, 0, 20);
	assert_int_equal(streams_of(f).count, 0);
}

/* One packet is enough where signalling named the place; and its own words hold. */
static void
test_by_signalling(void **state)
{
	struct fixture *f = *state;
	struct found found;

	expect(f, true, 30000, 111, true);
	send(f, &(struct sent){.ssrc = 7, .payload_type = 111});
	found = streams_of(f);
	assert_int_equal(found.count, 1);
	assert_true(found.last.flags & RTP_EXPECTED);
	assert_int_equal(found.class, CLASS_SRTP);
	assert_int_equal(found.last.codec, CODEC_OPUS);
	assert_int_equal(found.last.clock_hz, 48000);
	assert_string_equal(rtp_basis_name(found.last.basis), "sdp");
}

/* Signalling of the sender alone: what it takes it sends. */
static void
test_by_signalling_of_the_sender(void **state)
{
	struct fixture *f = *state;

	expect(f, false, 30000, 111, false);
	send(f, &(struct sent){.ssrc = 7, .payload_type = 111});
	assert_int_equal(streams_of(f).count, 1);
	assert_int_equal(streams_of(f).last.codec, CODEC_OPUS);
	assert_int_equal(streams_of(f).class, CLASS_RTP);
}

/* Codec and clock come late: the report has them, jitter from there on. */
static void
test_signalling_after_media(void **state)
{
	struct fixture *f = *state;

	send_run(f, (struct sent){.ssrc = 7, .payload_type = 111}, 0, 10);
	assert_int_equal(streams_of(f).last.clock_hz, 0);
	expect(f, true, 30000, 111, false);
	pipeline_finish(f->rig.pipeline, T0 + NS_PER_S);
	assert_int_equal(streams_of(f).last.codec, CODEC_OPUS);
	assert_false(streams_of(f).last.has_jitter);
}

static void
test_no_media(void **state)
{
	struct fixture *f = *state;

	/* a counter behind a constant, media time that stands: a game */
	send_run(f, (struct sent){.ssrc = 0, .still = true}, 0, 100);
	/* a source of its own for every packet: anything */
	for (uint32_t n = 0; n < 100; n++)
		send(f, &(struct sent){.ssrc = n * 2654435761u, .n = n, .port = 31000});
	/* payload types of RTCP */
	send_run(f, (struct sent){.ssrc = 9, .payload_type = 72, .port = 32000}, 0, 100);
	/* every second number */
	for (uint32_t n = 0; n < 100; n += 2)
		send(f, &(struct sent){.ssrc = 5, .n = n, .port = 33000});
	assert_int_equal(streams_of(f).count, 0);
	assert_int_equal(f->rtp[0][QUALITY_RTP_PACKETS], 0);
}

/* Lost in the second 200 ms, late, twice: per meter, direction and slot. */
static void
test_quality(void **state)
{
	struct fixture *f = *state;
	struct sent s = {.ssrc = 7};

	send_run(f, s, 0, 12);
	send_run(f, s, 15, 20);
	send(f, &(struct sent){.ssrc = 7, .n = 13});
	send(f, &(struct sent){.ssrc = 7, .n = 13});
	send_run(f, s, 20, 50);
	pipeline_finish(f->rig.pipeline, T0 + NS_PER_S);
	assert_int_equal(f->rtp[DIR_PEER_TO_MSFT][QUALITY_RTP_PACKETS], 48);
	assert_int_equal(f->rtp[DIR_PEER_TO_MSFT][QUALITY_RTP_LOST], 2);
	assert_int_equal(f->rtp[DIR_PEER_TO_MSFT][QUALITY_RTP_DUPLICATES], 1);
	assert_int_equal(f->rtp[DIR_PEER_TO_MSFT][QUALITY_RTP_REORDERED], 1);
	assert_int_equal(f->rtp[DIR_MSFT_TO_PEER][QUALITY_RTP_PACKETS], 0);
	assert_int_equal(f->slots[0][0].packets, 10);
	assert_int_equal(f->slots[0][0].lost, 0);
	assert_int_equal(f->slots[0][1].packets, 8);
	assert_int_equal(f->slots[0][1].lost, 2);
	assert_int_equal(f->slots[0][4].packets, 10);
	assert_int_equal(streams_of(f).last.lost, 2);
	assert_true(f->jitter_samples > 0);
}

/* A stream is told of once an interval while it has packets, and when its flow leaves. */
static void
test_reports(void **state)
{
	struct fixture *f = *state;

	send_run(f, (struct sent){.ssrc = 7}, 0, 20);
	pipeline_finish(f->rig.pipeline, T0 + NS_PER_S / 2);
	assert_int_equal(f->reports, 1);
	assert_int_equal(f->last.state.received, 20);
	assert_int_equal(f->last.dir, DIR_PEER_TO_MSFT);
	assert_int_equal(f->last.sport, 30000);
	assert_false(f->last.ended);
	pipeline_finish(f->rig.pipeline, T0 + NS_PER_S / 2);
	assert_int_equal(f->reports, 1);
	for (uint64_t s = 1; s < 200 && !f->ended; s++)
		for (unsigned i = 0; i < 50; i++)
			pipeline_idle(f->rig.pipeline, T0 + s * NS_PER_S + i * 20 * NS_PER_MS);
	assert_int_equal(f->ended, 1);
	assert_int_equal(rtp_pool_stats(pipeline_streams(f->rig.pipeline))->used, 0);
}

int
main(void)
{
#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(test_by_behaviour),
		WITH_FIXTURE(test_both_ways),
		WITH_FIXTURE(test_in_one_burst),
		WITH_FIXTURE(test_relayed),
		WITH_FIXTURE(test_relayed_by_nobody),
		WITH_FIXTURE(test_by_signalling),
		WITH_FIXTURE(test_by_signalling_of_the_sender),
		WITH_FIXTURE(test_signalling_after_media),
		WITH_FIXTURE(test_no_media),
		WITH_FIXTURE(test_quality),
		WITH_FIXTURE(test_reports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
