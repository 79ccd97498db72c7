/* Streams and legs from snapshots made here; what must come out is arithmetic on them. */
#include "snap/stream_book.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "snap/snap.h"
#include "support/talker.h"

enum { ROOM = 4096 };
#define T0_US (1700000000 * US_PER_S)

struct fixture {
	struct stream_book *book;
	struct snap snap;
	struct snap_stream room[ROOM];
	uint64_t now_us;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	f->book = stream_book_create(ROOM);
	f->snap.streams = f->room;
	f->snap.stream_capacity = ROOM;
	f->now_us = T0_US;
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	stream_book_destroy(f->book);
	free(f);
	return 0;
}

struct sender {
	uint8_t from, to;
	uint16_t from_port, to_port, link;
	struct talker talker;
};

static struct sender
sender(uint8_t from, uint8_t to, uint16_t from_port, uint16_t to_port, uint32_t ssrc)
{
	return (struct sender){.from = from,
	                       .to = to,
	                       .from_port = from_port,
	                       .to_port = to_port,
	                       .talker.ssrc = ssrc};
}

static struct addr
host(uint8_t last)
{
	return addr_v4((const uint8_t[]){192, 0, 2, last});
}

static void
speak(struct sender *x, uint64_t at_us, uint32_t count, uint32_t lost)
{
	talker_speak(&x->talker, at_us * NS_PER_US, count, lost);
}

static void
report(struct fixture *f, const struct sender *x, bool ended)
{
	*snap_stream_add(&f->snap) = (struct snap_stream){.src = host(x->from),
	                                                  .dst = host(x->to),
	                                                  .sport = x->from_port,
	                                                  .dport = x->to_port,
	                                                  .link = x->link,
	                                                  .ended = ended,
	                                                  .state = x->talker.s};
}

static bool
nobody(void *context, const struct addr *a)
{
	(void)context;
	(void)a;
	return false;
}

static bool
host_two(void *context, const struct addr *a)
{
	struct addr two = host(2);

	(void)context;
	return addr_equal(a, &two);
}

static void
close_interval(struct fixture *f, uint64_t us, stream_host_fn *encrypted)
{
	stream_book_open(f->book);
	stream_book_merge(f->book, &f->snap);
	f->now_us += us;
	stream_book_close(f->book, f->now_us, encrypted, NULL);
	f->snap.stream_count = 0;
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void
test_a_call(void **state)
{
	struct fixture *f = *state;
	struct sender a = sender(1, 2, 4000, 5000, 7), b = sender(2, 1, 5000, 4000, 9);
	const struct book_leg *leg;

	for (unsigned s = 0; s < 3; s++) {
		speak(&a, f->now_us, 50, s == 2 ? 5 : 0);
		speak(&b, f->now_us, 50, 0);
		report(f, &a, false);
		report(f, &b, false);
		close_interval(f, US_PER_S, nobody);
	}
	assert_int_equal(f->book->stream_count, 2);
	assert_int_equal(f->book->leg_count, 1);
	assert_int_equal(f->book->active_legs, 1);
	leg = &f->book->legs[0];
	assert_int_equal(leg->packets, 300);
	assert_int_equal(leg->lost, 5);
	assert_int_equal(leg->start_us, T0_US);
	assert_int_equal(leg->end_us, T0_US + 2980000);
	assert_false(leg->one_way);
	assert_int_equal(leg->signalling, LEG_NO_SIGNALLING);
	assert_int_equal(f->book->streams[leg->stream[0]].r.ssrc, 7);
	assert_int_equal(f->book->streams[leg->stream[1]].r.ssrc, 9);
	assert_int_equal(f->book->streams[0].last_packets, 50);
	assert_int_equal(f->book->streams[0].last_lost, 5);
	report(f, &a, true);
	report(f, &b, true);
	close_interval(f, US_PER_S, nobody);
	assert_true(leg->ended);
	assert_true(leg->changed);
	assert_int_equal(f->book->active_legs, 0);
}

/* Each side sends from another port than it listens on. */
static void
test_two_flows_one_leg(void **state)
{
	struct fixture *f = *state;
	struct sender a = sender(1, 2, 4000, 5000, 7), b = sender(2, 1, 6000, 4010, 9),
		      later = sender(2, 1, 6002, 4012, 11);

	speak(&a, f->now_us, 50, 0);
	speak(&b, f->now_us + 100000, 40, 0);
	report(f, &a, false);
	report(f, &b, false);
	close_interval(f, US_PER_S, host_two);
	assert_int_equal(f->book->leg_count, 1);
	assert_false(f->book->legs[0].one_way);
	assert_int_equal(f->book->legs[0].signalling, LEG_ENCRYPTED);
	speak(&later, f->now_us + 100000, 40, 0); /* its pair is taken */
	report(f, &later, false);
	close_interval(f, US_PER_S, nobody);
	assert_int_equal(f->book->leg_count, 2);
}

static void
test_one_way(void **state)
{
	struct fixture *f = *state;
	struct sender a = sender(1, 2, 4000, 5000, 7), b = sender(2, 1, 5000, 4000, 9);

	for (unsigned s = 0; s < 30; s++) {
		speak(&a, f->now_us, 50, 0);
		report(f, &a, false);
		if (s >= 8 && s < 12) {
			speak(&b, f->now_us, 50, 0);
			report(f, &b, false);
		}
		close_interval(f, US_PER_S, nobody);
		/* until the other side is heard, and when it is silent since 11.98 s: last
		 * packets are at 4.98, 5.98 … and 21.98, 22.98 s */
		assert_int_equal(f->book->legs[0].one_way, (s >= 5 && s < 8) || s >= 22);
		assert_int_equal(f->book->one_way_legs, f->book->legs[0].one_way);
	}
}

static void
test_outage(void **state)
{
	struct fixture *f = *state;
	struct sender a = sender(1, 2, 4000, 5000, 7), b = sender(2, 1, 5000, 4000, 9);

	speak(&a, f->now_us, 50, 0);
	speak(&b, f->now_us, 50, 0);
	report(f, &a, false);
	report(f, &b, false);
	close_interval(f, US_PER_S, nobody);
	assert_int_equal(f->book->outages, 0);
	speak(&a, f->now_us + US_PER_S, 50, 50);
	speak(&b, f->now_us + US_PER_S, 50, 50);
	report(f, &a, false);
	report(f, &b, false);
	close_interval(f, US_PER_S, nobody);
	assert_int_equal(f->book->outages, 2);
	assert_int_equal(f->book->streams[0].gap.until_ns - f->book->streams[0].gap.from_ns,
	                 1020 * NS_PER_MS);
	assert_int_equal(f->book->legs[0].gap_us, 1020000);
	close_interval(f, US_PER_S, nobody);
	assert_int_equal(f->book->outages, 0);
}

/* The newest stream's gap in the interval that was closed last. */
static void
assert_gap(const struct fixture *f, uint64_t from_us, uint64_t until_us, uint16_t from_link,
           uint16_t until_link)
{
	const struct stream_gap *g = NULL;

	for (uint32_t i = 0; i < f->book->stream_count; i++)
		if (f->book->streams[i].gap.state == GAP_OUTAGE)
			g = &f->book->streams[i].gap;
	assert_int_equal(f->book->outages, 1);
	assert_non_null(g);
	assert_int_equal(g->from_ns, from_us * NS_PER_US);
	assert_int_equal(g->until_ns, until_us * NS_PER_US);
	assert_int_equal(g->from_link, from_link);
	assert_int_equal(g->until_link, until_link);
}

/* Media that moves to another link was away between the last packet there and the first one here,
 * also where the snapshot has the first link's words after the other's, or an interval later; when
 * it moves back, its old link's silence is no outage. */
static void
test_outage_ends_on_another_link(void **state)
{
	struct fixture *f = *state;
	struct sender x = sender(1, 2, 4000, 5000, 7), y;

	for (unsigned late = 0; late < 3; late++) {
		uint64_t t = f->now_us;

		x.talker.s.received = 0;
		x.talker.ssrc = 7 + late;
		speak(&x, t, 25, 0);
		if (late)
			report(f, &x, false);
		speak(&x, t + 500000, 25, 0); /* the last at 980 ms */
		y = x;
		y.talker.s.received = 0;
		y.link = 1;
		speak(&y, t + 1900000, 50, 46);
		if (!late)
			report(f, &x, false);
		close_interval(f, US_PER_S, nobody);
		report(f, &y, false);
		if (late == 1)
			report(f, &x, false);
		close_interval(f, 2 * US_PER_S, nobody);
		assert_int_equal(f->book->outages, 0);
		if (late == 2)
			report(f, &x, false);
		close_interval(f, US_PER_S, nobody);
		assert_gap(f, t + 980000, t + 1900000, 0, 1);
		assert_int_equal(f->book->legs[0].gap_us, 920000);
		assert_int_equal(f->book->legs[0].link, 1);
		/* back: 1900 + 980 ms was the last there */
		speak(&x, t + 2900000, 50, 96);
		report(f, &x, false);
		for (unsigned n = 0; n < 2; n++) {
			close_interval(f, US_PER_S, nobody);
			assert_int_equal(f->book->outages, 0);
		}
		assert_int_equal(f->book->legs[0].gap_us, 920000);
	}
}

/* A sender that paused moved without a loss; both links at once lose nothing; ports that meet again
 * after a minute are another call. */
static void
test_moves_without_outage(void **state)
{
	struct fixture *f = *state;
	struct sender x = sender(1, 2, 4000, 5000, 7), y;
	uint64_t t = f->now_us;

	speak(&x, t, 50, 0);
	y = x;
	y.talker.s.received = 0;
	y.link = 1;
	speak(&y, t + 1900000, 50, 0);
	report(f, &x, false);
	report(f, &y, false);
	close_interval(f, 2 * US_PER_S, nobody);
	close_interval(f, US_PER_S, nobody);
	assert_int_equal(f->book->outages, 0);
	speak(&y, t + 3 * US_PER_S, 100, 1);
	speak(&x, t + 4 * US_PER_S, 50, 152); /* after 3 s without a packet there */
	report(f, &y, false);
	report(f, &x, false);
	close_interval(f, US_PER_S, nobody);
	close_interval(f, US_PER_S, nobody);
	assert_int_equal(f->book->outages, 0);
	y.talker.s.received = 0;
	y.link = 2;
	speak(&y, t + 70 * US_PER_S, 50, 3000);
	report(f, &y, false);
	close_interval(f, US_PER_S, nobody);
	close_interval(f, US_PER_S, nobody);
	assert_int_equal(f->book->outages, 0);
}

/* Silent for a minute: over, although its flow is still there. It may go on. */
static void
test_silence_ends_a_leg(void **state)
{
	struct fixture *f = *state;
	struct sender a = sender(1, 2, 4000, 5000, 7);

	speak(&a, f->now_us, 50, 0);
	report(f, &a, false);
	close_interval(f, US_PER_S, nobody);
	close_interval(f, LEG_SILENT_US, nobody);
	assert_true(f->book->legs[0].ended);
	speak(&a, f->now_us, 50, 0);
	report(f, &a, false);
	close_interval(f, US_PER_S, nobody);
	assert_int_equal(f->book->leg_count, 1);
	assert_false(f->book->legs[0].ended);
}

/* The same ends again after the flow left: another leg, whose packets begin at 0. */
static void
test_the_same_ends_again(void **state)
{
	struct fixture *f = *state;
	struct sender a = sender(1, 2, 4000, 5000, 7), again = sender(1, 2, 4000, 5000, 7);

	speak(&a, f->now_us, 50, 0);
	report(f, &a, true);
	close_interval(f, US_PER_S, nobody);
	speak(&again, f->now_us, 20, 0);
	report(f, &again, false);
	close_interval(f, US_PER_S, nobody);
	assert_int_equal(f->book->leg_count, 2);
	assert_int_not_equal(f->book->legs[0].id, f->book->legs[1].id);
	assert_int_equal(f->book->legs[1].packets, 20);
}

/* Thousands come and go; what ended long ago is forgotten, what lives is found again. */
static void
test_forgets(void **state)
{
	struct fixture *f = *state;
	struct sender stays = sender(1, 2, 4000, 5000, 7);

	for (uint32_t round = 0; round < 4000; round++) {
		struct sender x = sender(3, 4, (uint16_t)(1024 + round), 5000, round);

		speak(&stays, f->now_us, 50, 0);
		speak(&x, f->now_us, 10, 0);
		report(f, &stays, false);
		report(f, &x, true);
		close_interval(f, US_PER_S, nobody);
	}
	assert_int_equal(f->book->refused, 0);
	assert_true(f->book->leg_count < 1000);
	assert_true(f->book->stream_count < 1000);
	assert_int_equal(f->book->active_legs, 1);
	assert_int_equal(f->book->legs[0].packets, 4000 * 50);
	assert_int_equal(f->book->streams[f->book->legs[0].stream[0]].r.packets, 4000 * 50);
}

static void
test_full(void **state)
{
	struct fixture *f = *state;

	for (uint32_t i = 0; i < ROOM + 10; i++) {
		struct sender x = sender(3, 4, (uint16_t)i, (uint16_t)(i >> 16), i);

		speak(&x, f->now_us, 4, 0);
		if (f->snap.stream_count == ROOM)
			close_interval(f, 1000, nobody);
		report(f, &x, false);
	}
	close_interval(f, 1000, nobody);
	assert_int_equal(f->book->stream_count, ROOM);
	assert_int_equal(f->book->refused, 10);
}

static void
test_badness(void **state)
{
	struct book_stream s = {.r = {.expected = 100, .lost = 10}};

	(void)state;
	assert_true(fabs(stream_badness(&s) - 40) < 1e-9);
	s.mos = (struct mos){.known = true, .r = 70};
	assert_true(fabs(stream_badness(&s) - 30) < 1e-9);
	s.mos = (struct mos){.known = true, .wideband = true, .r = 129};
	assert_true(fabs(stream_badness(&s) - 0) < 1e-9);
}

int
main(void)
{
#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(test_a_call),
		WITH_FIXTURE(test_two_flows_one_leg),
		WITH_FIXTURE(test_one_way),
		WITH_FIXTURE(test_outage),
		WITH_FIXTURE(test_outage_ends_on_another_link),
		WITH_FIXTURE(test_moves_without_outage),
		WITH_FIXTURE(test_silence_ends_a_leg),
		WITH_FIXTURE(test_the_same_ends_again),
		WITH_FIXTURE(test_forgets),
		WITH_FIXTURE(test_full),
		WITH_FIXTURE(test_badness),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
