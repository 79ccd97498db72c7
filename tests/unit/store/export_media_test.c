/* Streams and legs from snapshots made here to the records that a reader gets back. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "snap/agg_endpoint.h"
#include "snap/snap.h"
#include "store/export.h"
#include "support/talker.h"
#include "unit/near.h"

static const char contract[] =
	"probe = { id = \"p1\"; site = \"s\"; };\n"
	"peering = { name = \"t\"; type = \"voice\"; };\n"
	"peer = { asn = 64496; };\n"
	"sites = ( { name = \"s\"; } );\n"
	"links = ( { name = \"a\"; site = \"s\"; bandwidth = \"1G\"; members = (\n"
	"  { speed = \"1G\"; peer_to_msft = \"pcap:a0\"; msft_to_peer = \"pcap:a1\"; } ); } );\n";
static const struct lane_id lanes[] = {{0, 0, 0}, {0, 0, 1}};
static const struct export_self self = {
	.id = "p1", .site = "s", .host = "h", .clock_source = "capture"};
#define START_US (1768471200ull * US_PER_S)

enum { ROOM = 2048 };

struct bench {
	struct conf *conf;
	struct aggregate *a;
	struct store *store;
	struct exporter *exporter;
	struct snap snap;
	struct snap_stream room[ROOM];
};

static int
set_up(void **state)
{
	struct bench *b = calloc(1, sizeof *b);
	struct store_params params = {
		.site = "s", .peering = "t", .writer = "p1", .boot_us = START_US};
	char *error = NULL;

	if (conf_load_text(contract, "t.conf", &b->conf, &error) != 0)
		fail_msg("%s", error);
	b->a = aggregate_create(b->conf, lanes, 2, 16);
	b->store = store_memory_create(&params);
	b->exporter = exporter_create(b->conf, b->store);
	b->a->started_us = b->a->end_us = START_US;
	b->snap.streams = b->room;
	b->snap.stream_capacity = ROOM;
	*state = b;
	return 0;
}

static int
tear_down(void **state)
{
	struct bench *b = *state;

	exporter_destroy(b->exporter);
	store_close(b->store, 0);
	aggregate_destroy(b->a);
	conf_destroy(b->conf);
	free(b);
	return 0;
}

/* Sender `n` of a call: even ones send from 192.0.2.1, odd ones answer. */
struct sender {
	unsigned n;
	struct talker talker;
};

static void
speak(struct bench *b, struct sender *x, uint32_t count, uint32_t lost)
{
	x->talker.ssrc = 0x1000 + x->n;
	talker_speak(&x->talker, b->a->end_us * NS_PER_US, count, lost);
}

static void
report(struct bench *b, const struct sender *x, bool ended)
{
	struct addr one = addr_v4((const uint8_t[]){192, 0, 2, 1});
	struct addr two = addr_v4((const uint8_t[]){52, 112, 0, 1});
	bool back = x->n & 1;

	*snap_stream_add(&b->snap) = (struct snap_stream){
		.src = back ? two : one,
		.dst = back ? one : two,
		.sport = (uint16_t)(10000 + x->n / 2),
		.dport = (uint16_t)(10000 + x->n / 2),
		.dir = back ? DIR_MSFT_TO_PEER : DIR_PEER_TO_MSFT,
		.ended = ended,
		.state = x->talker.s,
	};
}

static void
epoch(struct bench *b)
{
	struct aggregate *a = b->a;

	stream_book_open(a->voice);
	stream_book_merge(a->voice, &b->snap);
	b->snap.stream_count = 0;
	a->seq++;
	a->start_us = a->end_us;
	a->end_us += US_PER_S;
	stream_book_close(a->voice, a->end_us, NULL, NULL);
	exporter_begin(b->exporter, a, &self);
	exporter_end(b->exporter);
}

static size_t
listed(struct bench *b, const char *key, char first[96])
{
	double *scores;
	size_t count;
	char **ids = store_top(b->store, SCOPE_SITE, key, 0, &scores, &count);

	if (first)
		snprintf(first, 96, "%s", count ? ids[0] : "");
	store_ids_free(ids, count);
	free(scores);
	return count;
}

static void
a_call_is_told(void **state)
{
	struct bench *b = *state;
	struct sender x = {.n = 0}, y = {.n = 1};
	struct rec_link link;
	struct rec_stream s;
	struct rec_leg leg;
	char id[96];

	speak(b, &x, 50, 0);
	speak(b, &x, 0, 1);
	speak(b, &x, 49, 0);
	speak(b, &y, 50, 0);
	report(b, &x, false);
	report(b, &y, false);
	epoch(b);
	assert_int_equal(listed(b, "streams:worst", id), 2);
	assert_true(store_get(b->store, RECORD_STREAM, id, &s));
	assert_string_equal(s.ssrc, "0x00001000"); /* it lost one: the worse */
	assert_string_equal(s.src, "192.0.2.1");
	assert_string_equal(s.link, "a");
	assert_string_equal(s.direction, "peer_to_msft");
	assert_string_equal(s.codec, "PCMU");
	assert_int_equal(s.packets, 99);
	assert_int_equal(s.lost, 1);
	assert_near(s.loss_ratio, 0.01, 1e-9);
	assert_near(s.r_factor, 93.2 - 95 * 1 / (1 + 25.1), 1e-6);
	assert_near(s.badness, 100 - s.r_factor, 1e-6);
	assert_int_equal(listed(b, "legs:active", id), 1);
	assert_string_equal(id, s.leg);
	assert_true(store_get(b->store, RECORD_LEG, id, &leg));
	assert_string_equal(leg.state, "active");
	assert_string_equal(leg.a, "192.0.2.1");
	assert_string_equal(leg.stream_a, s.id);
	assert_int_equal(leg.packets, 149);
	assert_int_equal(leg.lost, 1);
	assert_string_equal(leg.why, "");
	assert_true(store_get(b->store, RECORD_LINK, "a", &link));
	assert_int_equal(link.media.legs_active, 1);
	assert_int_equal(link.media.legs_two_way, 1);
	assert_int_equal(link.media.streams, 2);
	assert_int_equal(link.media.gap_us, 0);
}

/* What ended well is forgotten; what did not stays, is listed as failed, and says why. */
static void
legs_end(void **state)
{
	struct bench *b = *state;
	struct sender x = {.n = 0}, y = {.n = 1}, lone = {.n = 2};
	struct rec_leg leg;
	char good[96], id[96];

	speak(b, &x, 50, 0);
	speak(b, &y, 50, 0);
	report(b, &x, false);
	report(b, &y, false);
	epoch(b);
	listed(b, "legs:active", good);
	report(b, &x, true);
	report(b, &y, true);
	for (unsigned s = 0; s < 7; s++) {
		speak(b, &lone, 45, 5); /* the first five are before its beginning */
		report(b, &lone, s == 6);
		epoch(b);
		if (s == 5)
			assert_int_equal(listed(b, "legs:active", id), 1);
	}
	assert_int_equal(listed(b, "legs:active", NULL), 0);
	assert_false(store_get(b->store, RECORD_LEG, good, &leg));
	assert_true(store_get(b->store, RECORD_LEG, id, &leg));
	assert_string_equal(leg.state, "failed");
	assert_string_equal(leg.why, "one way, 8.7 % lost"); /* 30 of 345 */
	assert_string_equal(leg.stream_b, "");
	assert_true(isnan(leg.mos_b));
}

/* A thousand are listed, the worst of them. */
static void
the_list_is_bounded(void **state)
{
	struct bench *b = *state;
	struct rec_stream s;
	char id[96];

	for (unsigned n = 0; n < 1200; n++) {
		struct sender x = {.n = n};

		speak(b, &x, 10, 0);
		speak(b, &x, 10, n == 777 ? 10 : 0);
		report(b, &x, false);
	}
	epoch(b);
	assert_int_equal(listed(b, "streams:worst", id), 1000);
	assert_true(store_get(b->store, RECORD_STREAM, id, &s));
	assert_int_equal(s.lost, 10);
	assert_int_equal(listed(b, "legs:active", NULL), 600);
}

/* Or as many as redis.max_streams says. */
static void
the_contract_bounds_the_list(void **state)
{
	struct bench *b = *state;
	struct rec_stream s;
	char id[96];

	b->conf->redis.max_streams = 3;
	for (unsigned n = 0; n < 12; n++) {
		struct sender x = {.n = n};

		speak(b, &x, 10, 0);
		speak(b, &x, 10, n == 7 ? 10 : 0);
		report(b, &x, false);
	}
	epoch(b);
	assert_int_equal(listed(b, "streams:worst", id), 3);
	assert_true(store_get(b->store, RECORD_STREAM, id, &s));
	assert_int_equal(s.lost, 10);
}

/* Half of the streams without packets at once: the link's gap. One alone is its own. */
static void
a_gap_of_many(void **state)
{
	struct bench *b = *state;
	struct sender x[8];
	struct rec_link link;

	memset(x, 0, sizeof x);
	for (unsigned s = 0; s < 4; s++) {
		for (unsigned n = 0; n < 8; n++) {
			bool out = (s == 1 && n == 0) || (s == 3 && n < 4);

			x[n].n = n;
			if (out)
				x[n].talker.sequence += 100;
			speak(b, &x[n], s == 0 || s == 2 ? 10 : 50, 0);
			report(b, &x[n], false);
		}
		epoch(b);
		assert_true(store_get(b->store, RECORD_LINK, "a", &link));
		assert_int_equal(link.media.gap_streams, s == 3 ? 4 : 0);
	}
	/* the last came at 180 ms, the next at 0 ms of the second after */
	assert_int_equal(link.media.gap_us - link.media.gap_from_us, 820000);
	assert_int_equal(link.media.gap_us % US_PER_S, b->a->end_us % US_PER_S);
	assert_string_equal(link.media.gap_until_link, "a");
	assert_int_equal(link.media.gap_of_streams, 8);
	assert_int_equal(link.media.gap_length_us, 820000);
}

/* A client that no subnet declares is its network's; what is declared, or the cloud's, is itself.
 */
static void
clients_are_networks(void **state)
{
	struct bench *b = *state;
	struct sender x = {.n = 0};
	struct agg_endpoint client = {.addr = addr_v4((const uint8_t[]){192, 0, 2, 1}),
	                              .side = SIDE_PEER};
	struct rec_stream s;
	char id[96];

	agg_endpoint_adopt(b->a, &client);
	speak(b, &x, 50, 0);
	report(b, &x, false);
	epoch(b);
	assert_int_equal(listed(b, "streams:worst", id), 1);
	assert_true(store_get(b->store, RECORD_STREAM, id, &s));
	assert_string_equal(s.src, "192.0.2.0/24");
	assert_string_equal(s.dst, "52.112.0.1");
}

int
main(void)
{
#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_BENCH(a_call_is_told),       WITH_BENCH(legs_end),
		WITH_BENCH(the_list_is_bounded),  WITH_BENCH(a_gap_of_many),
		WITH_BENCH(clients_are_networks), WITH_BENCH(the_contract_bounds_the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
