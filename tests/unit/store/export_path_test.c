/* What the books hold must come out as records: by scope and side, with sample sizes, the hours and
 * the clock; nothing for scopes in which nothing was counted. Figures are round by construction. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "store/export.h"

static const char text[] =
	"peering = { name = \"t\"; type = \"voice\"; };\n"
	"peer = { asn = 64496; };\n"
	"sites = ( { name = \"s\"; } );\n"
	"links = ( { name = \"a\"; site = \"s\"; role = \"primary\"; bandwidth = \"1G\"; members = "
	"(\n"
	"   { speed = \"1G\"; peer_to_msft = \"pcap:a0\"; msft_to_peer = \"pcap:a1\"; } ); } );\n"
	"sbcs = ( { name = \"sbc1\"; signalling = [\"203.0.113.10\"]; } );\n"
	"subnets = ( { prefix = \"203.0.113.0/24\"; side = \"peer\"; } );\n";

static const struct lane_id lanes[] = {{0, 0, DIR_PEER_TO_MSFT}, {0, 0, DIR_MSFT_TO_PEER}};
#define T0_US (1768471200ull * US_PER_S)

struct bench {
	struct conf *conf;
	struct snap_core *core;
	struct aggregate *aggregate;
	struct store *store;
	struct exporter *exporter;
	struct export_self self;
	uint64_t now_us;
};

static int
set_up(void **state)
{
	struct bench *b = calloc(1, sizeof *b);
	struct snap_params params = {.lanes = 2,
	                             .meters = 100,
	                             .endpoints = 4,
	                             .qualities = 4,
	                             .latencies = 16,
	                             .links = 1};
	char *error = NULL;

	if (conf_load_text(text, "t.conf", &b->conf, &error) != 0)
		fail_msg("%s", error);
	b->core = snap_core_create(&params);
	b->aggregate = aggregate_create(b->conf, lanes, 2, 8);
	b->store = store_memory_create(&(struct store_params){.site = "s",
	                                                      .peering = "t",
	                                                      .writer = "p1",
	                                                      .memory_max_bytes = 64 << 20,
	                                                      .boot_us = T0_US});
	b->exporter = exporter_create(b->conf, b->store);
	b->self = (struct export_self){.id = "p1",
	                               .site = "s",
	                               .host = "",
	                               .clock_source = "tsc",
	                               .clock_resolution_ns = 1,
	                               .clock_error_ns = 20000};
	b->now_us = T0_US;
	*state = b;
	return 0;
}

static int
tear_down(void **state)
{
	struct bench *b = *state;

	exporter_destroy(b->exporter);
	store_close(b->store, 0);
	aggregate_destroy(b->aggregate);
	snap_core_destroy(b->core);
	conf_destroy(b->conf);
	free(b);
	return 0;
}

static void
epoch(struct bench *b, uint64_t us)
{
	struct snap *s = snap_current(b->core);

	s->start_ns = b->now_us * NS_PER_US;
	b->now_us += us;
	snap_publish(b->core, b->now_us * NS_PER_US);
	s = snap_take(b->core);
	aggregate_merge(b->aggregate, s, snap_meters(b->core));
	snap_release(b->core, s);
	aggregate_clock(b->aggregate, b->self.clock_error_ns, true);
	aggregate_close(b->aggregate);
	exporter_begin(b->exporter, b->aggregate, &b->self);
	exporter_end(b->exporter);
}

static void
sample(struct bench *b, uint32_t subnet, enum latency_method method, uint64_t ms, unsigned times)
{
	struct latency_key key = {.subnet = subnet, .half = SIDE_PEER, .method = (uint8_t)method};

	while (times--)
		latency_add(&snap_current(b->core)->latencies, &key, ms * NS_PER_MS);
}

static void
latency_by_scope_and_side(void **state)
{
	struct bench *b = *state;
	struct rec_latency r;
	unsigned median;

	sample(b, 1, LATENCY_TCP_SYN, 8, 10);
	sample(b, 1, LATENCY_TCP_DATA, 300, 5);
	sample(b, LATENCY_SBC_BASE, LATENCY_TCP_SYN, 8, 10);
	epoch(b, US_PER_S);
	assert_true(store_get(b->store, RECORD_LATENCY, "link:a:peer", &r));
	assert_int_equal(r.count, 10); /* no minute is whole: since start */
	assert_true(r.p50_us == 8000 && r.p99_us == 8000 && r.min_us == 8000);
	assert_non_null(strstr(r.methods, "tcp-syn 10 p50 8000 us"));
	assert_non_null(strstr(r.methods, "tcp-data 5 p50 300000 us"));
	assert_string_equal(r.clock_source, "tsc");
	assert_int_equal(r.clock_error_ns, 20000);
	assert_int_equal(r.clock_resolution_ns,
	                 LATENCY_STEP_NS); /* a finer clock helps no figure */
	assert_true(store_get(b->store, RECORD_LATENCY, "subnet:203.0.113.0/24:peer", &r));
	assert_int_equal(r.count, 10);
	assert_true(store_get(b->store, RECORD_LATENCY, "sbc:sbc1:peer", &r));
	assert_int_equal(r.count, 10);
	assert_false(store_get(b->store, RECORD_LATENCY, "link:a:msft", &r));
	sample(b, 1, LATENCY_TCP_SYN, 20, 4);
	epoch(b, 3600 * US_PER_S - US_PER_S); /* the rest of the hour, a whole minute at its end */
	sample(b, 1, LATENCY_TCP_SYN, 30, 1);
	epoch(b, US_PER_S);
	assert_true(store_get(b->store, RECORD_LATENCY, "link:a:peer", &r));
	assert_int_equal(sscanf(r.hours, "1768471200 14 %u", &median), 1);
	assert_in_range(median, 8000 - 64, 8000 + 64); /* a bucket is 1.6 % wide */
	assert_int_equal(r.total_count, 15);
}

static void
loss_by_side(void **state)
{
	struct bench *b = *state;
	struct meter_key key = {.peer_subnet = 1, .sbc = 1};
	uint32_t id = meter_find(snap_meters(b->core), &key);
	struct snap *s = snap_current(b->core);
	struct snap_quality *q = quality_of(s, id);
	struct rec_loss r;

	epoch(b, US_PER_S);
	assert_false(store_get(b->store, RECORD_LOSS, "link:a:peer", &r));
	s = snap_current(b->core);
	q = quality_of(s, id);
	for (unsigned dir = 0; dir < 2; dir++) {
		s->meters[id].packets[dir] = 2000;
		s->meters[id].bytes[dir] = 2000 * 1000;
	}
	s->meters[id].data_segments[DIR_PEER_TO_MSFT] = 1000;
	s->meters[id].data_segments[DIR_MSFT_TO_PEER] = 400;
	s->meters[id].new_bytes[DIR_PEER_TO_MSFT] = 990 * 940;
	s->meters[id].new_bytes[DIR_MSFT_TO_PEER] = 400 * 100;
	q->dir[DIR_PEER_TO_MSFT].count[QUALITY_LOST_BEFORE] = 10;
	q->dir[DIR_PEER_TO_MSFT].count[QUALITY_LOST_AFTER] = 20;
	q->dir[DIR_MSFT_TO_PEER].count[QUALITY_LOST_AFTER] = 4;
	q->dir[DIR_PEER_TO_MSFT].count[QUALITY_RTP_PACKETS] = 750;
	q->dir[DIR_PEER_TO_MSFT].count[QUALITY_RTP_LOST] = 250;
	s->longest_turn_ns = 3000000;
	epoch(b, US_PER_S);
	assert_true(store_get(b->store, RECORD_LOSS, "link:a:peer", &r));
	assert_true(r.tcp_from_loss_ratio == 0.01 && r.tcp_from_lost == 10);
	assert_true(r.tcp_to_loss_ratio == 0.01 && r.tcp_to_lost == 4);
	assert_true(r.loss_ratio == 0.25 && r.packets == 750 && r.lost == 250);
	assert_true(r.lost_pps == 264);
	/* what its jitter is worth: the clock, and how long a frame may have waited for its time */
	assert_string_equal(r.clock_source, "tsc");
	assert_int_equal(r.clock_error_ns, 3020000);
	assert_int_equal(r.clock_resolution_ns, LATENCY_STEP_NS);
	assert_int_equal(b->aggregate->quality->clock_error_ns, 3020000);
	assert_true(store_get(b->store, RECORD_LOSS, "link:a:msft", &r));
	assert_true(r.tcp_from_lost == 0 && r.tcp_to_lost == 20 && r.packets == 0);
	assert_true(store_get(b->store, RECORD_LOSS, "subnet:203.0.113.0/24:peer", &r));
	assert_int_equal(r.tcp_from_lost, 10);
	assert_true(store_get(b->store, RECORD_LOSS, "sbc:sbc1:peer", &r));
	assert_true(r.lost == 250 && r.tcp_from_lost == 10);
	assert_true(r.lost_bps == 264 * 8 * 1000);
}

/* Each side's own, over the interval; over when the interval after it brings nothing. */
static void
goodput_by_side(void **state)
{
	struct bench *b = *state;
	struct meter_key key = {.peer_subnet = 1, .sbc = 1};
	uint32_t id = meter_find(snap_meters(b->core), &key);
	struct rec_loss r;

	for (unsigned second = 0; second < 2; second++) {
		struct meter *m = &snap_current(b->core)->meters[id];

		m->packets[DIR_PEER_TO_MSFT] = m->packets[DIR_MSFT_TO_PEER] = 900;
		m->data_segments[DIR_PEER_TO_MSFT] = 800;
		m->new_bytes[DIR_PEER_TO_MSFT] = 1000000;
		m->new_bytes[DIR_MSFT_TO_PEER] = 250;
		epoch(b, 2 * US_PER_S);
	}
	for (unsigned i = 0; i < 3; i++) {
		static const char *const ids[] = {"link:a:peer", "subnet:203.0.113.0/24:peer",
		                                  "sbc:sbc1:peer"};

		assert_true(store_get(b->store, RECORD_LOSS, ids[i], &r));
		assert_int_equal(r.goodput_bytes, 2000000);
		assert_true(r.goodput_bps == 4e6);
		assert_int_equal(r.goodput_segments, 800);
	}
	assert_true(store_get(b->store, RECORD_LOSS, "link:a:msft", &r));
	assert_true(r.goodput_bytes == 500 && r.goodput_bps == 1000 && r.goodput_segments == 0);
	epoch(b, US_PER_S);
	assert_true(store_get(b->store, RECORD_LOSS, "link:a:peer", &r));
	assert_true(r.goodput_bytes == 2000000 && r.goodput_bps == 0 && r.goodput_segments == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(latency_by_scope_and_side, set_up, tear_down),
		cmocka_unit_test_setup_teardown(loss_by_side, set_up, tear_down),
		cmocka_unit_test_setup_teardown(goodput_by_side, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
