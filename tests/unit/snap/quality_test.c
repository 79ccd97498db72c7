/* Lines and windows against arithmetic: what a worker wrote must come out per link and subnet, and
 * windows of 15 s are judged by the limits that Microsoft states (requirements 1.4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "snap/quality_book.h"
#include "snap/snap.h"

static const char text[] =
	"peering = { name = \"t\"; type = \"voice\"; };\n"
	"peer = { asn = 64496; };\n"
	"sites = ( { name = \"s\"; } );\n"
	"links = ( { name = \"a\"; site = \"s\"; role = \"primary\"; bandwidth = \"1G\"; members = "
	"(\n"
	"   { speed = \"1G\"; peer_to_msft = \"pcap:a0\"; msft_to_peer = \"pcap:a1\"; } ); } );\n"
	"subnets = ( { prefix = \"203.0.113.0/24\"; side = \"peer\"; },\n"
	"            { prefix = \"198.18.0.0/16\"; side = \"msft\"; } );\n"
	"sbcs = ( { name = \"sbc1\"; signalling = [\"203.0.113.10\"]; },\n"
	"         { name = \"sbc2\"; signalling = [\"203.0.113.20\"]; } );\n";

enum { PEER_NET = 1, MSFT_NET = 2, LINES = 2 };

struct bench {
	struct conf *conf;
	struct snap_core *core;
	struct quality_book *book;
	uint64_t now_us;
};

static int
set_up(void **state)
{
	struct bench *b = calloc(1, sizeof *b);
	struct snap_params params = {
		.lanes = 2, .meters = 100, .endpoints = 4, .qualities = LINES, .links = 1};
	char *error = NULL;

	if (conf_load_text(text, "t.conf", &b->conf, &error) != 0)
		fail_msg("%s", error);
	b->core = snap_core_create(&params);
	b->book = quality_book_create(b->conf);
	b->now_us = 1768471200ull * US_PER_S; /* a multiple of an hour */
	*state = b;
	return 0;
}

static int
tear_down(void **state)
{
	struct bench *b = *state;

	quality_book_destroy(b->book);
	snap_core_destroy(b->core);
	conf_destroy(b->conf);
	free(b);
	return 0;
}

static uint32_t
meter(struct bench *b, uint32_t peer, uint32_t msft, uint8_t class)
{
	struct meter_key key = {.peer_subnet = peer, .msft_subnet = msft, .class = class};

	return meter_find(snap_meters(b->core), &key);
}

static void
close_second(struct bench *b)
{
	struct snap *s;

	b->now_us += US_PER_S;
	snap_publish(b->core, b->now_us * NS_PER_US);
	s = snap_take(b->core);
	quality_book_open(b->book);
	quality_book_merge(b->book, s, snap_meters(b->core));
	snap_release(b->core, s);
	quality_book_close(b->book, b->now_us);
}

static void
lines_come_on_first_use_and_are_capped(void **state)
{
	struct bench *b = *state;
	struct snap *s = snap_current(b->core);
	uint32_t first = meter(b, 1, 2, 0), second = meter(b, 1, 0, 1), third = meter(b, 0, 0, 2);

	assert_null(quality_of(s, UINT32_MAX));
	assert_ptr_equal(quality_of(s, first), quality_of(s, first));
	assert_ptr_not_equal(quality_of(s, first), quality_of(s, second));
	assert_null(quality_of(s, third));
	assert_int_equal(s->quality_overflow, 1);
	close_second(b);
	assert_int_equal(b->book->overflows, 1);
	for (int i = 0; i < 2; i++) { /* both buffers are empty again */
		assert_int_equal(snap_current(b->core)->quality_count, 0);
		assert_non_null(quality_of(snap_current(b->core), third));
		close_second(b);
	}
}

static void
counts_reach_link_and_both_subnets(void **state)
{
	struct bench *b = *state;

	for (int second = 0; second < 3; second++) {
		struct snap *s = snap_current(b->core);
		uint32_t pair = meter(b, PEER_NET, MSFT_NET, 0), other = meter(b, PEER_NET, 0, 0);
		uint32_t alone = meter(b, PEER_NET, 0, 1);

		quality_of(s, pair)->dir[DIR_PEER_TO_MSFT].count[QUALITY_LOST_BEFORE] += 2;
		quality_of(s, other)->dir[DIR_MSFT_TO_PEER].count[QUALITY_RESETS] += 5;
		s->meters[pair].new_bytes[DIR_PEER_TO_MSFT] += 20000;
		s->meters[other].new_bytes[DIR_PEER_TO_MSFT] += 5;
		s->meters[pair].data_segments[DIR_PEER_TO_MSFT] += 100;
		s->meters[alone].data_segments[DIR_MSFT_TO_PEER] += 7; /* no packets, no line */
		close_second(b);
	}
	const struct quality_sum *link = &b->book->links[0], *peer = &b->book->subnets[PEER_NET],
				 *msft = &b->book->subnets[MSFT_NET];

	assert_int_equal(link->total[DIR_PEER_TO_MSFT][QUALITY_LOST_BEFORE], 6);
	assert_int_equal(link->last[DIR_PEER_TO_MSFT][QUALITY_LOST_BEFORE], 2);
	assert_int_equal(link->new_bytes[DIR_PEER_TO_MSFT], 60015);
	assert_int_equal(link->last_new_bytes[DIR_PEER_TO_MSFT], 20005);
	assert_int_equal(link->new_bytes[DIR_MSFT_TO_PEER], 0);
	assert_int_equal(msft->new_bytes[DIR_PEER_TO_MSFT], 60000);
	assert_int_equal(link->total[DIR_MSFT_TO_PEER][QUALITY_RESETS], 15);
	assert_int_equal(link->total[DIR_MSFT_TO_PEER][QUALITY_DATA], 21);
	assert_int_equal(peer->total[DIR_PEER_TO_MSFT][QUALITY_LOST_BEFORE], 6);
	assert_int_equal(peer->total[DIR_MSFT_TO_PEER][QUALITY_RESETS], 15);
	assert_int_equal(msft->total[DIR_PEER_TO_MSFT][QUALITY_LOST_BEFORE], 6);
	assert_int_equal(msft->total[DIR_MSFT_TO_PEER][QUALITY_RESETS], 0);
	assert_true(quality_loss_ratio(link->total[DIR_PEER_TO_MSFT], QUALITY_LOST_BEFORE) == 0.02);
	assert_true(quality_loss_ratio(link->total[DIR_MSFT_TO_PEER], QUALITY_LOST_BEFORE) == 0);
}

static void
counts_reach_the_sbc(void **state)
{
	struct bench *b = *state;
	struct meter_key key = {.peer_subnet = PEER_NET, .msft_subnet = MSFT_NET, .sbc = 2};
	struct meter_key first = {.peer_subnet = PEER_NET, .msft_subnet = MSFT_NET, .sbc = 1};
	uint32_t of_sbc = meter_find(snap_meters(b->core), &key);
	uint32_t of_first = meter_find(snap_meters(b->core), &first);
	uint32_t other = meter(b, PEER_NET, MSFT_NET, 0);
	struct snap *s = snap_current(b->core);

	assert_int_not_equal(of_sbc, other);
	quality_of(s, of_sbc)->dir[DIR_PEER_TO_MSFT].count[QUALITY_RTP_LOST] = 3;
	quality_of(s, other)->dir[DIR_PEER_TO_MSFT].count[QUALITY_RTP_LOST] = 4;
	s->meters[of_sbc].packets[DIR_PEER_TO_MSFT] = 100;
	s->meters[of_sbc].bytes[DIR_PEER_TO_MSFT] = 20000;
	s->meters[other].packets[DIR_PEER_TO_MSFT] = 1;
	s->meters[of_first].packets[DIR_MSFT_TO_PEER] = 5;
	close_second(b);
	assert_int_equal(b->book->sbcs[0].packets[DIR_MSFT_TO_PEER], 5);
	assert_int_equal(b->book->sbcs[1].packets[DIR_MSFT_TO_PEER], 0);
	assert_int_equal(b->book->sbcs[1].total[DIR_PEER_TO_MSFT][QUALITY_RTP_LOST], 3);
	assert_int_equal(b->book->sbcs[0].total[DIR_PEER_TO_MSFT][QUALITY_RTP_LOST], 0);
	assert_int_equal(b->book->links[0].total[DIR_PEER_TO_MSFT][QUALITY_RTP_LOST], 7);
	assert_int_equal(b->book->sbcs[1].packets[DIR_PEER_TO_MSFT], 100);
	assert_int_equal(b->book->sbcs[1].bytes[DIR_PEER_TO_MSFT], 20000);
	assert_int_equal(b->book->links[0].packets[DIR_PEER_TO_MSFT], 101);
}

/* One second of media: `packets` seen, `lost` missing, all in one slot of 200 ms or spread. */
static void
media(struct bench *b, uint32_t packets, uint32_t lost, bool in_one_slot, uint32_t jitter_us)
{
	struct quality_line *line =
		&quality_of(snap_current(b->core), meter(b, 1, 2, 0))->dir[DIR_MSFT_TO_PEER];

	line->count[QUALITY_RTP_PACKETS] += packets;
	line->count[QUALITY_RTP_LOST] += lost;
	for (unsigned i = 0; i < 5; i++) {
		line->slots[i].packets += packets / 5;
		line->slots[i].lost += in_one_slot ? (i == 3) * lost : lost / 5;
	}
	line->jitter_samples += packets;
	line->jitter_sum_us += (uint64_t)packets * jitter_us;
	close_second(b);
}

/* 15 windows' seconds, then one more, which ends the window. */
static void
window(struct bench *b, uint32_t packets, uint32_t lost_once, bool in_one_slot, uint32_t jitter_us)
{
	for (unsigned i = 0; i < 15; i++)
		media(b, packets, i == 7 ? lost_once : 0, in_one_slot, jitter_us);
}

static void
windows_are_judged_by_loss_burst_and_jitter(void **state)
{
	struct bench *b = *state;
	const struct quality_windows *w = &b->book->links[0].windows[DIR_MSFT_TO_PEER];

	/* a window is judged when the next one begins */
	window(b, 300, 300, true, 0);  /* 4500 packets: too few, whatever was lost */
	window(b, 4000, 55, false, 0); /* 0.09 %, but 11 of 811 in slots of 200 ms: over 1 % */
	assert_int_equal(w->judged, 0);
	window(b, 4000, 5, true, 0); /* 5 of 805 is not */
	assert_int_equal(w->judged, 1);
	assert_int_equal(w->over, 1);
	window(b, 4000, 0, true, 16000);
	assert_int_equal(w->over, 1);
	window(b, 4000, 0, true, 14000);
	assert_int_equal(w->over, 2);
	window(b, 4000, 100, true, 0);
	assert_int_equal(w->over, 2);
	window(b, 4000, 0, true, 0);
	assert_int_equal(w->over, 3);
	assert_int_equal(w->judged, 5);
	assert_int_equal(quality_worst_hour(w, w->over_us), 3);
	window(b, 400, 7, false, 0); /* 80 packets a slot: no burst judged; 7 of 6007 is 0.12 % */
	window(b, 400, 0, false, 0);
	assert_int_equal(w->judged, 7);
	assert_int_equal(w->over, 4);
	assert_int_equal(b->book->links[0].windows[DIR_PEER_TO_MSFT].judged, 0);
	assert_int_equal(b->book->subnets[1].windows[DIR_MSFT_TO_PEER].over, 4);
	/* the worst hour is one of the last 24 */
	assert_int_equal(quality_worst_hour(w, w->over_us + 22 * 3600 * US_PER_S), 4);
	assert_int_equal(quality_worst_hour(w, w->over_us + 25 * 3600 * US_PER_S), 0);
}

/* The limit of the edge is 15 ms. What the clock's error may have made is no failure, and what it
 * may hide is not well; without jitter there is nothing to hide, and loss needs no clock. */
static void
jitter_within_the_clocks_error_is_doubtful(void **state)
{
	struct bench *b = *state;
	const struct quality_windows *w = &b->book->links[0].windows[DIR_MSFT_TO_PEER];
	static const struct {
		uint32_t lost, jitter_us;
		uint64_t over, doubtful; /* that one alone */
	} cases[] = {{0, 12999, 0, 0}, {0, 13000, 0, 1}, {0, 15000, 0, 1},  {0, 16999, 0, 1},
	             {0, 17000, 1, 0}, {0, 0, 0, 0},     {100, 14000, 1, 0}};
	uint64_t over = 0, doubtful = 0;

	b->book->clock_error_ns = 2 * NS_PER_MS;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		window(b, 4000, cases[i].lost, true, cases[i].jitter_us);
		window(b, 300, 0, true, 0); /* too few to judge: ends the one before */
		over += cases[i].over;
		doubtful += cases[i].doubtful;
		if (w->over != over || w->doubtful != doubtful)
			fail_msg("jitter of %u us, %u lost: %llu over, %llu doubtful",
			         cases[i].jitter_us, cases[i].lost, (unsigned long long)w->over,
			         (unsigned long long)w->doubtful);
	}
	assert_int_equal(quality_worst_hour(w, b->now_us), 2);
	assert_int_equal(quality_doubtful_hour(w, b->now_us), 5);
	assert_int_equal(quality_doubtful_hour(w, b->now_us + 25 * 3600 * US_PER_S), 0);
	/* the worst second of a window tells */
	b->book->clock_error_ns = 0;
	window(b, 4000, 0, true, 14000);
	window(b, 300, 0, true, 0);
	assert_int_equal(w->doubtful, 3);
	for (unsigned i = 0; i < 15; i++) {
		b->book->clock_error_ns = i == 3 ? 2 * NS_PER_MS : 0;
		media(b, 4000, 0, true, 14000);
	}
	window(b, 300, 0, true, 0);
	assert_int_equal(w->doubtful, 4);
}

/* 0.1 % of a window is over, a packet more that arrived is not: 15 of 15 000, of 15 015. */
static void
a_window_is_over_from_its_limit_on(void **state)
{
	struct bench *b = *state;
	const struct quality_windows *w = &b->book->links[0].windows[DIR_MSFT_TO_PEER];

	for (unsigned i = 0; i < 15; i++)
		media(b, 999, 1, true, 0);
	for (unsigned i = 0; i < 15; i++)
		media(b, 1000, 1, true, 0);
	assert_int_equal(w->judged, 1);
	assert_int_equal(w->over, 1);
	window(b, 1000, 0, true, 0);
	assert_int_equal(w->judged, 2);
	assert_int_equal(w->over, 1);
	assert_true(w->worst_loss_ratio == 0.001);
}

/* 10 of 1010 packets lost, a second. */
static void
bad_windows(struct bench *b, unsigned count)
{
	for (unsigned i = 0; i < count * 15; i++)
		media(b, 1000, 10, true, 0);
	window(b, 1000, 0, true, 0); /* ends the last one */
}

/* Each clock hour by itself, those of the last day: an hour leaves when its number is 24 back. */
static void
the_worst_hour_is_of_the_last_day(void **state)
{
	struct bench *b = *state;
	const struct quality_windows *w = &b->book->links[0].windows[DIR_MSFT_TO_PEER];
	uint64_t hour = 3600 * US_PER_S, first = b->now_us;

	bad_windows(b, 3);
	assert_int_equal(quality_worst_hour(w, b->now_us), 3);
	b->now_us = first + hour;
	bad_windows(b, 2);
	b->now_us = first + 2 * hour;
	bad_windows(b, 1);
	assert_int_equal(w->over, 6);
	assert_int_equal(quality_worst_hour(w, first + 2 * hour), 3);
	assert_int_equal(quality_worst_hour(w, first + 24 * hour - 1), 3);
	assert_int_equal(quality_worst_hour(w, first + 24 * hour), 2);
	assert_int_equal(quality_worst_hour(w, first + 25 * hour), 1);
	assert_int_equal(quality_worst_hour(w, first + 26 * hour), 0);
	/* hours of quiet between are none, those of days ago forgotten */
	b->now_us = first + 25 * hour;
	bad_windows(b, 1);
	assert_int_equal(quality_worst_hour(w, first + 25 * hour), 1);
	b->now_us = first + 100 * hour;
	bad_windows(b, 4);
	assert_int_equal(quality_worst_hour(w, first + 100 * hour), 4);
	assert_int_equal(w->over, 11);
}

/* A loss behind the tap that proved wrong is taken from those since start, in whichever interval it
 * was told, and from no more than there are. */
static void
what_is_taken_back_was_no_loss(void **state)
{
	static const struct {
		uint32_t lost, taken_back;
		uint64_t total;
	} seconds[] = {{5, 0, 5}, {1, 2, 4}, {0, 3, 1}, {0, 9, 0}, {7, 0, 7}};
	struct bench *b = *state;
	const struct quality_sum *link = &b->book->links[0];

	for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
		struct snap *s = snap_current(b->core);
		struct quality_line *line =
			&quality_of(s, meter(b, PEER_NET, MSFT_NET, 0))->dir[DIR_PEER_TO_MSFT];

		line->count[QUALITY_LOST_AFTER] = seconds[i].lost;
		line->count[QUALITY_TAKEN_BACK] = seconds[i].taken_back;
		close_second(b);
		assert_int_equal(link->total[DIR_PEER_TO_MSFT][QUALITY_LOST_AFTER],
		                 seconds[i].total);
		assert_int_equal(link->last[DIR_PEER_TO_MSFT][QUALITY_LOST_AFTER], seconds[i].lost);
	}
}

/* The figures of an interval are its own, and nothing to count is no news; when it was last, stays.
 */
static void
an_interval_forgets_the_last(void **state)
{
	struct bench *b = *state;
	const struct quality_sum *peer = &b->book->subnets[PEER_NET];
	const uint32_t at = meter(b, PEER_NET, MSFT_NET, 0);
	struct snap *s = snap_current(b->core);
	struct quality_line *line = &quality_of(s, at)->dir[DIR_PEER_TO_MSFT];
	uint64_t first;

	line->count[QUALITY_RESETS] = 1;
	line->jitter_max_us = 70;
	line->jitter_samples = 2;
	line->jitter_sum_us = 100;
	line->slots[4].lost = 3;
	s->meters[at].packets[DIR_PEER_TO_MSFT] = 10;
	s->meters[at].bytes[DIR_PEER_TO_MSFT] = 900;
	close_second(b);
	first = b->now_us;
	assert_true(peer->has_news && !peer->had_news);
	assert_int_equal(peer->jitter_max_us[DIR_PEER_TO_MSFT], 70);
	assert_int_equal(peer->slots[DIR_PEER_TO_MSFT][4].lost, 3);
	assert_int_equal(peer->packets[DIR_PEER_TO_MSFT], 10);
	assert_int_equal(peer->bytes[DIR_PEER_TO_MSFT], 900);
	for (int i = 0; i < 2; i++) {
		close_second(b);
		assert_int_equal(peer->has_news, false);
		assert_int_equal(peer->had_news, i == 0);
		assert_int_equal(peer->jitter_max_us[DIR_PEER_TO_MSFT], 0);
		assert_int_equal(peer->jitter_samples[DIR_PEER_TO_MSFT], 0);
		assert_int_equal(peer->slots[DIR_PEER_TO_MSFT][4].lost, 0);
		assert_int_equal(peer->packets[DIR_PEER_TO_MSFT], 0);
		assert_int_equal(peer->bytes[DIR_PEER_TO_MSFT], 0);
		assert_int_equal(peer->last_us, first);
		assert_int_equal(peer->total[DIR_PEER_TO_MSFT][QUALITY_RESETS], 1);
	}
}

/* Of two lines the larger jitter; and a meter without packets that has new bytes one way counts. */
static void
lines_of_a_scope_are_one(void **state)
{
	struct bench *b = *state;
	const uint32_t pair = meter(b, PEER_NET, MSFT_NET, 0), other = meter(b, PEER_NET, 0, 0);
	const uint32_t late = meter(b, PEER_NET, 0, 1);

	for (unsigned turned = 0; turned < 2; turned++) {
		struct snap *s = snap_current(b->core);

		quality_of(s, turned ? pair : other)->dir[DIR_PEER_TO_MSFT].jitter_max_us = 70;
		quality_of(s, turned ? other : pair)->dir[DIR_PEER_TO_MSFT].jitter_max_us = 50;
		s->meters[late].new_bytes[turned] = 11;
		close_second(b);
		assert_int_equal(b->book->links[0].jitter_max_us[DIR_PEER_TO_MSFT], 70);
		assert_int_equal(b->book->links[0].last_new_bytes[turned], 11);
		assert_int_equal(b->book->links[0].new_bytes[turned], 11);
	}
}

/* Where media processors and SBCs meet, the limits of the edge; clients' elsewhere. */
static void
limits_are_of_the_edge_or_of_clients(void **state)
{
	static const struct {
		const char *type;
		bool sbcs, edge;
	} peerings[] = {{"voice", false, true},
	                {"isp", true, true},
	                {"isp", false, false},
	                {"voice", true, true}};
	struct bench *bench = *state;
	const double edge = conf_threshold(bench->conf, NULL, "media_edge_loss_ratio");
	const double client = conf_threshold(bench->conf, NULL, "media_client_loss_ratio");

	assert_true(client > edge);
	for (size_t i = 0; i < sizeof peerings / sizeof *peerings; i++) {
		char copy[sizeof text + 16], *error = NULL;
		const char *rest = strstr(text, "peer = "), *sbcs = strstr(text, "sbcs = ");
		struct quality_book *book;
		struct conf *conf;

		snprintf(copy, sizeof copy, "peering = { name = \"t\"; type = \"%s\"; };\n%.*s",
		         peerings[i].type,
		         peerings[i].sbcs ? (int)strlen(rest) : (int)(sbcs - rest), rest);
		assert_int_equal(conf_load_text(copy, "t.conf", &conf, &error), 0);
		book = quality_book_create(conf);
		assert_true(book->limits.loss_ratio == (peerings[i].edge ? edge : client));
		quality_book_destroy(book);
		conf_destroy(conf);
	}
	quality_book_destroy(NULL);
}

static void
every_count_has_its_name(void **state)
{
	(void)state;
	for (unsigned a = 0; a < QUALITY_COUNT; a++) {
		assert_non_null(quality_name(a));
		assert_non_null(quality_what(a));
		for (unsigned c = 0; c < a; c++)
			assert_string_not_equal(quality_name(a), quality_name(c));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lines_come_on_first_use_and_are_capped, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(counts_reach_link_and_both_subnets, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(counts_reach_the_sbc, set_up, tear_down),
		cmocka_unit_test_setup_teardown(windows_are_judged_by_loss_burst_and_jitter, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(a_window_is_over_from_its_limit_on, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(jitter_within_the_clocks_error_is_doubtful, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(the_worst_hour_is_of_the_last_day, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(what_is_taken_back_was_no_loss, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_interval_forgets_the_last, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lines_of_a_scope_are_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(limits_are_of_the_edge_or_of_clients, set_up,
	                                        tear_down),
		cmocka_unit_test(every_count_has_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
