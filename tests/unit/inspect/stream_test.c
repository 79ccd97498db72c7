#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "inspect/stream.h"

static struct stream s;
static struct stream_pool stats;

static int
setup(void **state)
{
	(void)state;
	s = (struct stream){0};
	stats = (struct stream_pool){.budget.limit = 1 << 20};
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	stream_fini(&s);
	assert_int_equal(stats.budget.used, 0); /* all of it is given back */
	return 0;
}

static bool
push(uint32_t seq, const char *text)
{
	uint32_t size = (uint32_t)strlen(text);

	return stream_push(&s, seq, false, (const uint8_t *)text, size, size, &stats);
}

static void
expect(const char *text)
{
	struct cursor c = stream_unread(&s);

	assert_int_equal(cursor_left(&c), strlen(text));
	if (*text)
		assert_memory_equal(c.at, text, strlen(text));
}

static void
test_in_order(void **state)
{
	(void)state;
	assert_false(stream_push(&s, 99, true, NULL, 0, 0, &stats)); /* the SYN takes a number */
	assert_true(push(100, "abc"));
	assert_true(push(103, "def"));
	expect("abcdef");
	stream_take(&s, 4);
	expect("ef");
	assert_true(push(106, "g"));
	expect("efg");
	stream_take(&s, 3);
	expect("");
	assert_int_equal(stats.bytes, 7);
}

/* A generator that does not count its SYN loses no byte; one that does, and repeats, gains none. */
static void
test_syn_with_data(void **state)
{
	(void)state;
	assert_true(stream_push(&s, 99, true, (const uint8_t *)"abc", 3, 3, &stats));
	assert_true(push(102, "def"));
	expect("abcdef");
	assert_true(push(105, "gh"));
	assert_false(push(106, "h"));
	expect("abcdefgh");
	stream_fini(&s);
	stream_push(&s, 99, true, (const uint8_t *)"abc", 3, 3, &stats);
	assert_true(push(100, "abcd"));
	assert_true(push(104, "e"));
	expect("abcde");
}

/* What came twice is dropped, also in part (RFC 9293 section 3.10.7.4). */
static void
test_repeats(void **state)
{
	(void)state;
	push(100, "abc");
	assert_false(push(100, "abc"));
	assert_false(push(98, "xxab"));
	assert_true(push(101, "bcde"));
	expect("abcde");
	assert_int_equal(stats.repeated, 2);
}

static void
test_out_of_order(void **state)
{
	(void)state;
	push(100, "a");
	assert_false(push(104, "ef"));
	assert_false(push(102, "cd"));
	assert_false(push(104, "ef"));
	expect("a");
	assert_true(push(101, "b"));
	expect("abcdef");
	assert_int_equal(stats.ahead, 2);
	assert_int_equal(stats.gaps, 0);
	assert_false(s.gap);
}

/* Numbers wrap within and between segments. */
static void
test_wraps(void **state)
{
	(void)state;
	push(0xfffffffe, "ab");
	push(2, "ef");
	push(0, "cd");
	expect("abcdef");
}

/* Against the plain thing: pieces of a text in any order, some twice, give the text. */
static void
test_any_order(void **state)
{
	static const char text[] = "the quick brown fox jumps over the lazy dog, twice a day";
	uint32_t order[64], count = sizeof text - 1;

	(void)state;
	srand(7);
	for (unsigned round = 0; round < 200; round++) {
		uint32_t base = (uint32_t)rand() * 4u;

		stream_fini(&s);
		stream_push(&s, base - 1, true, NULL, 0, 0, &stats);
		for (uint32_t i = 0; i < count; i++)
			order[i] = i;
		for (uint32_t i = 0; i < count; i++) {
			uint32_t j = (uint32_t)rand() % count, other = order[i];

			order[i] = order[j];
			order[j] = other;
		}
		for (uint32_t i = 0; i < count; i++) {
			uint32_t at = order[i], size = 1 + (uint32_t)rand() % 5;

			size = at + size > count ? count - at : size;
			stream_push(&s, base + at, false, (const uint8_t *)text + at, size, size,
			            &stats);
		}
		expect(text);
	}
}

/* A byte that never comes is given up when the window is full, and the reader is told. */
static void
test_window(void **state)
{
	(void)state;
	push(100, "a");
	for (uint32_t i = 0; i < STREAM_WAITING_MAX; i++)
		assert_false(push(102 + i, "x"));
	assert_true(push(102 + STREAM_WAITING_MAX, "x"));
	assert_true(s.gap);
	assert_int_equal(stats.gaps, 1);
	assert_int_equal(s.waiting_count, 0);
	assert_int_equal(
		cursor_left(&(struct cursor){stream_unread(&s).at, stream_unread(&s).end, true}),
		STREAM_WAITING_MAX + 1);
}

static void
test_skip_at_end(void **state)
{
	(void)state;
	push(100, "a");
	assert_false(stream_skip_gap(&s));
	push(102, "c");
	assert_true(stream_skip_gap(&s));
	expect("c");
	assert_true(s.gap);
	assert_false(stream_skip_gap(&s));
}

/* Far ahead is another place; nothing waits for what lies between. */
static void
test_jump(void **state)
{
	(void)state;
	push(100, "abc");
	assert_true(push(100 + STREAM_WINDOW + 10, "xyz"));
	expect("xyz");
	assert_true(s.gap);
}

/* The capture has less of a segment than was sent: what follows does not join what stands. */
static void
test_cut(void **state)
{
	(void)state;
	assert_true(stream_push(&s, 100, false, (const uint8_t *)"abc", 3, 10, &stats));
	expect("abc");
	assert_true(s.cut);
	assert_true(push(110, "k"));
	expect("k");
	assert_true(s.gap);
}

static void
test_buffer_is_bounded(void **state)
{
	static uint8_t bytes[STREAM_BUFFER_MAX / 4];
	uint32_t seq = 0;

	(void)state;
	for (unsigned i = 0; i < 9; i++, seq += sizeof bytes)
		stream_push(&s, seq, false, bytes, sizeof bytes, sizeof bytes, &stats);
	assert_true(stats.full > 0);
	assert_true(s.gap);
	assert_true(s.size - s.start <= STREAM_BUFFER_MAX);
	assert_true(s.capacity <= STREAM_BUFFER_MAX * 2);
}

/* Without budget bytes go, and the reader learns of it; nothing is read that was not there. */
static void
test_budget(void **state)
{
	(void)state;
	stats.budget.limit = 30;
	push(100, "0123456789"); /* takes 15 */
	push(120, "this one would have to wait, and can't");
	assert_int_equal(s.waiting_count, 0);
	assert_false(push(110, "0123456789012345678901234567890123456789"));
	expect("");
	assert_true(s.gap);
	assert_true(push(150, "on"));
	expect("on");
	assert_int_equal(stats.budget.refused, 3);
}

static void
test_close(void **state)
{
	(void)state;
	push(100, "abc");
	push(200, "later");
	stream_close(&s);
	assert_null(s.bytes);
	assert_null(s.waiting);
	assert_false(push(103, "def"));
	assert_true(stream_is_other(&s, 5000));
	assert_false(stream_is_other(&s, 100));
	assert_false(stream_is_other(&s, 99)); /* its own SYN, seen late */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_syn_with_data, setup, teardown),
		cmocka_unit_test_setup_teardown(test_repeats, setup, teardown),
		cmocka_unit_test_setup_teardown(test_out_of_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wraps, setup, teardown),
		cmocka_unit_test_setup_teardown(test_any_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_window, setup, teardown),
		cmocka_unit_test_setup_teardown(test_skip_at_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_jump, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(test_buffer_is_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_budget, setup, teardown),
		cmocka_unit_test_setup_teardown(test_close, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
