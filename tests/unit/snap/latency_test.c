/* Samples against arithmetic: keys stay apart, caps hold, minutes and hours end when time says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "measure/meter.h"
#include "snap/latency_book.h"

enum { PEER = 0, MSFT = 1, SUBNETS = 8 };
#define T0_US (1768471200ull * US_PER_S) /* a multiple of an hour */

static struct latency_key
key(uint16_t link, uint8_t half, uint32_t subnet, enum latency_method method)
{
	return (struct latency_key){
		.subnet = subnet, .link = link, .half = half, .method = (uint8_t)method};
}

static void
add(struct latency_set *s, struct latency_key k, uint64_t ms, unsigned times)
{
	while (times--)
		latency_add(s, &k, ms * NS_PER_MS);
}

static void
keys_stay_apart(void **state)
{
	struct latency_set s;

	(void)state;
	assert_true(latency_set_init(&s, 1000, 2, false));
	for (uint16_t link = 0; link < 2; link++)
		for (uint8_t half = 0; half < 2; half++)
			for (uint32_t subnet = 0; subnet < SUBNETS; subnet++)
				for (unsigned m = 0; m < LATENCY_METHOD_COUNT; m++)
					add(&s, key(link, half, subnet, m), m + 1, subnet + 1);
	assert_int_equal(s.count, 2 * 2 * SUBNETS * LATENCY_METHOD_COUNT);
	for (uint32_t i = 0; i < s.count; i++) {
		assert_int_equal(s.at[i].histogram.count, s.at[i].key.subnet + 1);
		assert_int_equal(s.at[i].histogram.min_ns, (s.at[i].key.method + 1) * NS_PER_MS);
	}
	latency_set_clear(&s);
	assert_int_equal(s.count, 0);
	add(&s, key(0, PEER, 0, 0), 1, 1);
	assert_int_equal(s.at[0].histogram.count, 1);
	latency_set_fini(&s);
}

/* Samples of a subnet, half and method in a number of their own, found under no other. */
static unsigned
samples_of(uint32_t subnet, unsigned half, unsigned m)
{
	return 1 + subnet + half * 10 + m * 20;
}

static void
the_book_finds_each(void **state)
{
	struct latency_book *b = latency_book_create(SUBNETS, 2, 1000);
	struct latency_set s;

	(void)state;
	assert_true(latency_set_init(&s, 1000, 1, false));
	for (uint8_t half = 0; half < 2; half++)
		for (uint32_t subnet = 1; subnet <= SUBNETS; subnet++)
			for (unsigned m = 0; m < LATENCY_METHOD_COUNT; m++)
				add(&s, key(0, half, subnet, m), 1, samples_of(subnet, half, m));
	latency_book_merge(b, &s);
	latency_book_merge(b, &s);
	for (unsigned half = 0; half < 2; half++)
		for (uint32_t subnet = 1; subnet <= SUBNETS; subnet++)
			for (unsigned m = 0; m < LATENCY_METHOD_COUNT; m++)
				assert_int_equal(
					latency_book_find(b, LATENCY_SUBNET, subnet, half, m)
						->total.count,
					2 * samples_of(subnet, half, m));
	assert_int_equal(b->count, 2 * (1 + SUBNETS) * (1 + LATENCY_METHOD_COUNT));
	latency_set_fini(&s);
	latency_book_destroy(b);
}

static void
beyond_the_cap_the_link_still_counts(void **state)
{
	struct latency_book *b = latency_book_create(100, 2, 100);
	struct latency_set s;

	(void)state;
	assert_true(latency_set_init(&s, 3, 1, false));
	for (uint32_t subnet = 1; subnet <= 50; subnet++)
		add(&s, key(0, MSFT, subnet, LATENCY_STUN), 5, 1);
	assert_int_equal(s.overflow, 47);
	latency_book_merge(b, &s);
	assert_int_equal(b->overflow, 47);
	assert_int_equal(latency_book_find(b, LATENCY_LINK, 0, MSFT, LATENCY_STUN)->total.count,
	                 50);
	assert_int_equal(latency_book_find(b, LATENCY_SUBNET, 3, MSFT, LATENCY_STUN)->total.count,
	                 1);
	assert_null(latency_book_find(b, LATENCY_SUBNET, 4, MSFT, LATENCY_STUN));
	latency_set_fini(&s);
	latency_book_destroy(b);
}

static void
headline_leaves_think_time_out(void **state)
{
	struct latency_book *b = latency_book_create(SUBNETS, 2, 100);
	const struct latency_entry *e;
	struct latency_set s;

	(void)state;
	assert_true(latency_set_init(&s, 100, 1, false));
	add(&s, key(0, PEER, 1, LATENCY_TCP_SYN), 10, 3);
	add(&s, key(0, PEER, 2, LATENCY_STUN), 12, 2);
	add(&s, key(0, PEER, 1, LATENCY_TCP_DATA), 900, 50);
	add(&s, key(0, PEER, 1, LATENCY_SIP), 900, 50);
	latency_book_merge(b, &s);
	e = latency_book_find(b, LATENCY_LINK, 0, PEER, LATENCY_HEADLINE);
	assert_int_equal(e->total.count, 5);
	assert_int_equal(e->total.max_ns, 12 * NS_PER_MS);
	e = latency_book_find(b, LATENCY_SUBNET, 1, PEER, LATENCY_HEADLINE);
	assert_int_equal(e->total.count, 3);
	latency_set_fini(&s);
	latency_book_destroy(b);
}

static void
minutes_and_hours_end_with_the_clock(void **state)
{
	struct latency_book *b = latency_book_create(SUBNETS, 2, 100);
	const struct latency_entry *e;
	struct latency_set s;

	(void)state;
	assert_true(latency_set_init(&s, 100, 1, false));
	for (uint64_t second = 0; second < 30 * 3600; second++) {
		latency_set_clear(&s); /* each hour one millisecond more than the last */
		add(&s, key(0, PEER, 1, LATENCY_ICMP), 1 + second / 3600,
		    second % 3600 == 0 ? 7 : 0);
		add(&s, key(0, PEER, 1, LATENCY_DNS), 5, 2);
		latency_book_merge(b, &s);
		latency_book_close(b, T0_US + (second + 1) * US_PER_S);
	}
	e = latency_book_find(b, LATENCY_SUBNET, 1, PEER, LATENCY_DNS);
	assert_int_equal(e->last_minute.count, 120);
	assert_int_equal(e->total.count, 2 * 30 * 3600);
	assert_null(e->hours);
	e = latency_book_find(b, LATENCY_SUBNET, 1, PEER, LATENCY_HEADLINE);
	assert_int_equal(e->hours->count, LATENCY_HOURS);
	for (uint32_t i = 0; i < LATENCY_HOURS; i++) {
		uint64_t hour = 30 - LATENCY_HOURS + i; /* the last 24 of 30 */

		assert_int_equal(e->hours->at[i].start_us, T0_US + hour * 3600 * US_PER_S);
		assert_int_equal(e->hours->at[i].count, 7);
		assert_int_equal(e->hours->at[i].p50_ns, (1 + hour) * NS_PER_MS);
	}
	latency_set_fini(&s);
	latency_book_destroy(b);
}

static void
an_entry_moves_to_another_book(void **state)
{
	struct latency_book *from = latency_book_create(SUBNETS, 2, 100),
			    *to = latency_book_create(SUBNETS, 2, 1);
	struct latency_set s;

	(void)state;
	assert_true(latency_set_init(&s, 100, 1, false));
	add(&s, key(0, PEER, 3, LATENCY_STUN), 4, 9);
	latency_book_merge(from, &s);
	assert_true(latency_book_adopt(to, from->entries[3], 5));
	assert_false(latency_book_adopt(to, from->entries[2], 6));
	assert_int_equal(
		latency_book_find(to, LATENCY_SUBNET, 5, PEER, LATENCY_HEADLINE)->total.count, 9);
	latency_set_fini(&s);
	latency_book_destroy(from);
	latency_book_destroy(to);
	latency_book_destroy(NULL);
}

/* An SBC's sample comes beside that of its subnet and link: it counts for the SBC alone, and where
 * there is no room it is counted as lost and under no link a second time. */
static void
an_sbc_counts_for_itself(void **state)
{
	struct latency_book *b = latency_book_create(SUBNETS, 2, 100);
	struct latency_set s;

	(void)state;
	assert_true(latency_set_init(&s, 100, 1, false));
	assert_int_equal(s.capacity, 100 + 1 * 2 * LATENCY_METHOD_COUNT);
	add(&s, key(0, PEER, 4, LATENCY_STUN), 4, 9);
	add(&s, key(0, PEER, LATENCY_SBC_BASE + 1, LATENCY_STUN), 4, 9);
	latency_book_merge(b, &s);
	assert_int_equal(latency_book_find(b, LATENCY_SBC, 1, PEER, LATENCY_STUN)->total.count, 9);
	assert_null(latency_book_find(b, LATENCY_SBC, 0, PEER, LATENCY_STUN));
	assert_int_equal(latency_book_find(b, LATENCY_LINK, 0, PEER, LATENCY_STUN)->total.count, 9);
	assert_int_equal(latency_book_find(b, LATENCY_SUBNET, 4, PEER, LATENCY_STUN)->total.count,
	                 9);
	latency_set_fini(&s);
	latency_book_destroy(b);
	assert_true(latency_set_init(&s, 0, 1, false));
	add(&s, key(0, PEER, LATENCY_SBC_BASE + 1, LATENCY_STUN), 4, 9);
	assert_int_equal(s.count, 0);
	add(&s, key(0, PEER, 4, LATENCY_STUN), 4, 3);
	assert_int_equal(s.count, 1);
	assert_int_equal(s.overflow, 9 + 3);
	latency_set_clear(&s);
	assert_int_equal(s.overflow, 0);
	latency_set_fini(&s);
}

/* Under a subnet's own number neither the link's figures stand nor those of nobody's subnet. */
static void
undeclared_subnets_count_for_the_link(void **state)
{
	struct latency_book *b = latency_book_create(SUBNETS, 2, 100);
	struct latency_set s;

	(void)state;
	assert_true(latency_set_init(&s, 100, 1, false));
	add(&s, key(0, PEER, SUBNET_NONE, LATENCY_STUN), 4, 1);
	add(&s, key(0, PEER, SUBNETS + 1, LATENCY_STUN), 4, 2);
	latency_book_merge(b, &s);
	assert_int_equal(latency_book_find(b, LATENCY_LINK, 0, PEER, LATENCY_STUN)->total.count, 3);
	assert_null(latency_book_find(b, LATENCY_SUBNET, 0, PEER, LATENCY_STUN));
	assert_null(latency_book_find(b, LATENCY_SUBNET, SUBNETS + 1, PEER, LATENCY_STUN));
	latency_set_fini(&s);
	latency_book_destroy(b);
}

/* Nine samples of a subnet are the link's and the subnet's, by their method and in the headline:
 * with room for one of these four, three times nine find none. */
static void
a_full_book_counts_what_it_drops(void **state)
{
	struct latency_book *b = latency_book_create(SUBNETS, 2, 1);
	struct latency_set s;

	(void)state;
	assert_true(latency_set_init(&s, 100, 1, false));
	add(&s, key(0, PEER, 4, LATENCY_STUN), 4, 9);
	latency_book_merge(b, &s);
	assert_int_equal(b->overflow, 27);
	assert_string_equal(latency_entry_method(b->entries[0]), "stun");
	latency_set_fini(&s);
	latency_book_destroy(b);
}

/* What changed in an interval, and whether a minute ended in it, is told for it alone. */
static void
changes_are_told_once(void **state)
{
	struct latency_book *b = latency_book_create(SUBNETS, 2, 100);
	struct latency_set s;

	(void)state;
	assert_true(latency_set_init(&s, 100, 1, false));
	for (uint64_t second = 1; second <= 130; second++) {
		latency_set_clear(&s);
		add(&s, key(0, PEER, 4, LATENCY_STUN), 4, second % 10 == 0);
		latency_book_open(b);
		latency_book_merge(b, &s);
		latency_book_close(b, T0_US + second * US_PER_S);
		assert_int_equal(b->turned, second == 60 || second == 120);
		for (uint32_t i = 0; i < b->count; i++)
			assert_int_equal(b->entries[i]->changed, second % 10 == 0);
	}
	assert_int_equal(b->count, 4);
	assert_string_equal(latency_entry_method(b->entries[1]), "headline");
	latency_set_fini(&s);
	latency_book_destroy(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_stay_apart),
		cmocka_unit_test(the_book_finds_each),
		cmocka_unit_test(beyond_the_cap_the_link_still_counts),
		cmocka_unit_test(headline_leaves_think_time_out),
		cmocka_unit_test(minutes_and_hours_end_with_the_clock),
		cmocka_unit_test(an_entry_moves_to_another_book),
		cmocka_unit_test(an_sbc_counts_for_itself),
		cmocka_unit_test(undeclared_subnets_count_for_the_link),
		cmocka_unit_test(a_full_book_counts_what_it_drops),
		cmocka_unit_test(changes_are_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
