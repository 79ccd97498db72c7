/*
 * Holes of a sequence against a list of all bytes: what is missing, what a segment brings of it and
 * what an acknowledgement leaves, for both senders in the room that they share. Numbers begin
 * shortly before they wrap.
 */
#include "state/tcp_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { STREAM = 512, FIRST = 0xffffff00 };

static bool
add(struct tcp_trouble *t, unsigned side, uint32_t start, uint32_t end, uint32_t at)
{
	return tcp_hole_add(
		t, side, &(struct tcp_hole){.start = FIRST + start, .end = FIRST + end, .at = at});
}

static bool
is_missing(struct tcp_trouble *t, unsigned side, uint32_t start, uint32_t end)
{
	return tcp_hole_find(t, side, FIRST + start, FIRST + end) != NULL;
}

static uint32_t
count_of(const bool *missing, uint32_t start, uint32_t end)
{
	uint32_t count = 0;

	for (uint32_t i = start; i < end; i++)
		count += missing[i];
	return count;
}

/* Every byte, and every range of a few, is found to be missing or not as the list says. */
static void
assert_same(struct tcp_trouble *t, unsigned side, const bool *missing)
{
	for (uint32_t i = 0; i < STREAM - 3; i++)
		for (uint32_t size = 1; size <= 3; size++)
			assert_int_equal(is_missing(t, side, i, i + size),
			                 count_of(missing, i, i + size) > 0);
}

/* Room for one hole more, and `spare` others. */
static bool
has_room(const struct tcp_trouble *t, unsigned spare)
{
	return t->hole_count[0] + t->hole_count[1] + spare < HOLES;
}

/* Holes open behind what came, and are filled or acknowledged from anywhere to anywhere. */
static void
test_against_a_list(void **state)
{
	uint32_t chance = 1;

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		struct tcp_trouble t = {0};
		bool missing[2][STREAM] = {{0}};
		uint32_t next[2] = {0};

		while (next[0] < STREAM - 40 && next[1] < STREAM - 40) {
			unsigned side = (chance = chance * 1103515245 + 12345) >> 16 & 1;
			uint32_t from = (chance = chance * 1103515245 + 12345) >> 16;
			uint32_t size = 1 + ((chance = chance * 1103515245 + 12345) >> 16) % 12;
			bool *m = missing[side];

			if (has_room(&t, 1)) {
				uint32_t start = next[side] + from % 5, end = start + size;

				assert_true(add(&t, side, start, end, 0));
				memset(m + start, true, size);
				next[side] = end + from % 3;
			}
			from %= next[side] + 1;
			size = size * 2 < next[side] - from ? size * 2 : next[side] - from;
			if (size > 0 && chance & 1 << 20 && has_room(&t, 0)) {
				assert_int_equal(
					tcp_hole_fill(&t, side, FIRST + from, FIRST + from + size),
					count_of(m, from, from + size));
				memset(m + from, false, size);
			} else if (chance & 1 << 21) {
				assert_int_equal(tcp_hole_drop(&t, side, FIRST + from),
				                 count_of(m, 0, from));
				memset(m, false, from);
			}
		}
		assert_same(&t, 0, missing[0]);
		assert_same(&t, 1, missing[1]);
	}
}

/* One sender's holes take the other's room and nothing else. */
static void
test_room_is_shared(void **state)
{
	struct tcp_trouble t = {0};

	(void)state;
	for (uint32_t i = 0; i < HOLES; i++)
		assert_true(add(&t, i % 2, 10 * i, 10 * i + 5, 0));
	assert_false(add(&t, 0, 300, 305, 0));
	assert_false(add(&t, 1, 300, 305, 0));
	for (uint32_t i = 0; i < HOLES; i++) {
		assert_true(is_missing(&t, i % 2, 10 * i, 10 * i + 5));
		assert_false(is_missing(&t, !(i % 2), 10 * i, 10 * i + 5));
	}
	assert_int_equal(tcp_hole_fill(&t, 1, FIRST + 10, FIRST + 15), 5);
	assert_true(add(&t, 0, 300, 305, 0));
	assert_false(add(&t, 1, 300, 305, 0));
}

/* Where there is no room for a second part the longer one stays, and what is forgotten of the other
 * was missing no longer than that. */
static void
test_split_without_room(void **state)
{
	(void)state;
	for (unsigned longer_is_first = 0; longer_is_first < 2; longer_is_first++) {
		struct tcp_trouble t = {0};
		uint32_t start = longer_is_first ? 60 : 40;

		for (uint32_t i = 1; i < HOLES; i++)
			assert_true(add(&t, 1, 10 * i, 10 * i + 5, 0));
		assert_true(add(&t, 0, 0, 101, 0));
		assert_int_equal(tcp_hole_fill(&t, 0, FIRST + start, FIRST + start + 1), 1);
		assert_int_equal(is_missing(&t, 0, 0, start), longer_is_first);
		assert_false(is_missing(&t, 0, start, start + 1));
		assert_int_equal(is_missing(&t, 0, start + 1, 101), !longer_is_first);
	}
}

/* What was revealed longer ago than 100 goes, of the side that is asked; its room is for both. */
static void
test_expiry(void **state)
{
	struct tcp_trouble t = {0};
	const uint32_t now = 50; /* the clock wrapped meanwhile */

	(void)state;
	for (uint32_t i = 0; i < HOLES; i++) /* nine are 92 … 100 old, eight 92 … 99 */
		assert_true(add(&t, i % 2, 10 * i, 10 * i + 5, now - 92 - i / 2));
	assert_false(tcp_hole_expire(&t, 0, now, 100));
	assert_false(tcp_hole_expire(&t, 1, now + 1, 100));
	assert_true(tcp_hole_expire(&t, 0, now + 1, 100));
	assert_false(is_missing(&t, 0, 160, 165));
	assert_true(is_missing(&t, 0, 140, 145));
	assert_true(add(&t, 1, 300, 305, now));
	assert_false(tcp_hole_expire(&t, 1, now + 1, 100));
	assert_true(tcp_hole_expire(&t, 1, now + 9, 100));
	for (uint32_t i = 0; i < HOLES - 1; i++) /* all of the other's are there yet */
		assert_int_equal(is_missing(&t, i % 2, 10 * i, 10 * i + 5), i % 2 == 0);
	assert_true(is_missing(&t, 1, 300, 305));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_a_list),
		cmocka_unit_test(test_room_is_shared),
		cmocka_unit_test(test_split_without_room),
		cmocka_unit_test(test_expiry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
