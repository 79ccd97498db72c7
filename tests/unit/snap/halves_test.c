/* Sketches against a naive model that keeps everything; windows against the clock's arithmetic. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "snap/halves_book.h"
#include "snap/snap.h"
#include "unit/near.h"

enum { MANY = 5000 };
#define T0_US (1768471200ull * US_PER_S) /* a multiple of a window */

/* SplitMix64 (Steele et al., OOPSLA 2014): tokens as if by chance, the same in each run. */
static uint64_t
token(uint64_t i)
{
	uint64_t z = i * 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static struct half
half(uint64_t i)
{
	return (struct half){
		.token = token(i), .packets = 1, .bytes = i, .first_ns = i, .last_ns = i};
}

static int
by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Ascending tokens of 0 … count-1. */
static uint64_t *
all_tokens(unsigned count)
{
	uint64_t *all = calloc(count, sizeof *all);

	for (unsigned i = 0; i < count; i++)
		all[i] = token(i);
	qsort(all, count, sizeof *all, by_value);
	return all;
}

static void
the_lowest_are_kept_and_all_below_the_bound(void **state)
{
	static struct halves s;
	uint64_t *all = all_tokens(MANY), kept[HALVES_KEPT];

	(void)state;
	memset(&s, 0, sizeof s);
	for (unsigned round = 0; round < 3; round++)
		for (unsigned i = 0; i < MANY; i++) {
			struct half h = half(i);

			halves_add(&s, &h);
		}
	assert_true(s.cut);
	assert_in_range(s.count, HALVES_KEPT - 1, HALVES_KEPT);
	for (uint32_t i = 0; i < s.count; i++) {
		kept[i] = s.at[i].token;
		assert_int_equal(s.at[i].packets, 3);
	}
	qsort(kept, s.count, sizeof kept[0], by_value);
	assert_memory_equal(kept, all, s.count * sizeof kept[0]);
	assert_true(s.bound > kept[s.count - 1] && s.bound <= all[s.count]);
	/* 128 of 5000: 1 / sqrt(126) is 9 %; this sequence's own error is less */
	assert_near(halves_estimate(&s), MANY, MANY * 0.2);
	free(all);
}

static void
few_are_kept_whole(void **state)
{
	static struct halves s;

	(void)state;
	memset(&s, 0, sizeof s);
	for (unsigned i = 1; i <= HALVES_KEPT; i++) {
		struct half h = half(i);

		halves_add(&s, &h);
		h = (struct half){.token = token(i),
		                  .packets = 2,
		                  .bytes = 3,
		                  .first_ns = i + 1,
		                  .last_ns = i + 5,
		                  .again = 7};
		halves_add(&s, &h);
	}
	assert_false(s.cut);
	assert_int_equal(s.count, HALVES_KEPT);
	assert_true(halves_estimate(&s) == HALVES_KEPT);
	for (uint32_t i = 0; i < s.count; i++) {
		assert_int_equal(s.at[i].packets, 3);
		assert_int_equal(s.at[i].bytes, s.at[i].first_ns + 3);
		assert_int_equal(s.at[i].last_ns, s.at[i].first_ns + 5);
		assert_int_equal(s.at[i].again, 7);
	}
}

/* Two links that show the same flows, of which one shows as many again of its own: what both kept
 * below the lower bound is what both have. */
static void
two_sketches_agree_below_the_lower_bound(void **state)
{
	static struct halves a, b;
	uint64_t bound;
	unsigned in_a = 0, in_b = 0, both = 0;

	(void)state;
	memset(&a, 0, sizeof a);
	memset(&b, 0, sizeof b);
	for (unsigned i = 0; i < 2 * MANY; i++) {
		struct half h = half(i);

		halves_add(&b, &h);
		if (i % 2)
			halves_add(&a, &h);
	}
	bound = a.bound < b.bound ? a.bound : b.bound;
	for (uint32_t i = 0; i < a.count; i++)
		in_a += a.at[i].token < bound;
	for (uint32_t i = 0; i < b.count; i++) {
		in_b += b.at[i].token < bound;
		for (uint32_t k = 0; k < a.count && b.at[i].token < bound; k++)
			both += a.at[k].token == b.at[i].token;
	}
	assert_int_equal(both, in_a); /* all of a's are b's */
	assert_true(in_b >= HALVES_KEPT - 1 && in_a * 10 > in_b * 3 && in_a * 10 < in_b * 7);
}

/* ---- windows --------------------------------------------------------------------------------- */

struct bench {
	struct halves_book *book;
	struct snap snap;
};

static void
begin(struct bench *b)
{
	*b = (struct bench){.book = halves_book_create(2)};
	b->snap.halves_count = 2 * 2 * HALF_KINDS;
	b->snap.halves = calloc(b->snap.halves_count, sizeof *b->snap.halves);
}

static void
finish(struct bench *b)
{
	free(b->snap.halves);
	halves_book_destroy(b->book);
}

/* One second that ends at T0 + `end`, in which halves were passed that spoke last at `last_s`. */
static void
second(struct bench *b, uint64_t end, double last_s, unsigned count)
{
	struct halves *s = snap_halves(&b->snap, 1, 1, HALF_MEDIA);

	memset(b->snap.halves, 0, b->snap.halves_count * sizeof *b->snap.halves);
	b->snap.end_ns = (T0_US + end * US_PER_S) * NS_PER_US;
	b->snap.start_ns = b->snap.end_ns - NS_PER_S;
	for (unsigned i = 0; i < count; i++) {
		struct half h = half(i);

		h.first_ns = h.last_ns = (T0_US + (uint64_t)(last_s * 1e6)) * NS_PER_US;
		halves_add(s, &h);
	}
	halves_book_merge(b->book, &b->snap);
	halves_book_close(b->book, b->snap.end_ns / NS_PER_US);
}

static uint32_t
told(const struct bench *b)
{
	return halves_book_get(b->book, 1, 1, HALF_MEDIA)->count;
}

static void
a_window_is_told_when_it_is_whole(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	second(&b, 4, 3.5, 5);
	second(&b, 11, 9.9, 7); /* passed in the next window, of this one */
	assert_int_equal(b.book->until_us, T0_US);
	second(&b, 12, 11.5, 2);
	assert_true(b.book->turned);
	assert_int_equal(b.book->until_us, T0_US + 10 * US_PER_S);
	assert_int_equal(told(&b), 7); /* five of them were seen twice */
	second(&b, 13, 12.5, 2);
	assert_false(b.book->turned);
	second(&b, 22, 21.5, 3);
	assert_true(b.book->turned);
	assert_int_equal(told(&b), 2);
	second(&b, 32, 31.5, 0);
	assert_int_equal(told(&b), 3);
	second(&b, 42, 41.5, 0);
	assert_int_equal(told(&b), 0);
	finish(&b);
}

/* The clock is set back by an hour: what was told of later times does not stay. */
static void
a_clock_set_back_begins_anew(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	second(&b, 3605, 3604.5, 9);
	second(&b, 5, 4.5, 4);
	second(&b, 12, 11.5, 1);
	assert_int_equal(told(&b), 4);
	finish(&b);
}

static void
a_capture_is_one_window(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	b.book->keep = true;
	second(&b, 1, 0.5, 3);
	second(&b, 100, 99.5, 5);
	assert_int_equal(told(&b), 5);
	assert_int_equal(b.book->until_us, T0_US + 100 * US_PER_S);
	finish(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_lowest_are_kept_and_all_below_the_bound),
		cmocka_unit_test(few_are_kept_whole),
		cmocka_unit_test(two_sketches_agree_below_the_lower_bound),
		cmocka_unit_test(a_window_is_told_when_it_is_whole),
		cmocka_unit_test(a_clock_set_back_begins_anew),
		cmocka_unit_test(a_capture_is_one_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
