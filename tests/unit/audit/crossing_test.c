/* Tokens of several links, of which it is known by arithmetic who shares which. */
#include "audit/crossing.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "snap/halves.h"
#include "unit/near.h"

enum { UP = DIR_PEER_TO_MSFT, DOWN = DIR_MSFT_TO_PEER, LINKS = 3 };
#define UNTIL 1768471210000000ull

struct bench {
	struct crossings *crossings;
	struct audit_input in;
	unsigned told;
};

static void
begin(struct bench *b)
{
	static const char *const names[LINKS] = {"pni-a", "pni-b", "pni-c"};

	*b = (struct bench){.crossings = crossings_create()};
	b->in.halves = calloc(LINKS, sizeof *b->in.halves);
	b->in.halves_count = LINKS;
	for (unsigned i = 0; i < LINKS; i++) {
		strcpy(b->in.halves[i].rec.link, names[i]);
		strcpy(b->in.halves[i].rec.contract, "0123456789abcdef");
		strcpy(b->in.halves[i].site, i < 2 ? "ams1" : "fra1");
		b->in.halves[i].rec.until_us = UNTIL;
		b->in.halves[i].rec.window_us = 10000000;
	}
}

static void
finish(struct bench *b)
{
	crossings_destroy(b->crossings);
	free(b->in.halves);
}

/* Tokens from `first` on, each 2^56 from the next, as a probe would tell of them. */
static void
show(struct bench *b, unsigned link, unsigned kind, unsigned dir, unsigned first, unsigned count)
{
	struct rec_halves *r = &b->in.halves[link].rec;
	char *text = r->kind[kind].tokens[dir];
	size_t used = strlen(text);

	for (unsigned i = first; i < first + count; i++)
		used += (size_t)snprintf(text + used, REC_TOKENS - used,
		                         "%s%016llx 10 1000 0 9000 1", used ? "," : "",
		                         (unsigned long long)i << 56);
	r->kind[kind].flows[dir] += count;
}

static void
count_told(void *context, const struct rec_asymmetry *a)
{
	(void)a;
	++*(unsigned *)context;
}

static void
turn(struct bench *b)
{
	crossings_turn(b->crossings, &b->in, count_told, &b->told);
}

static const struct rec_asymmetry *
of(const struct bench *b, const char *link)
{
	for (size_t i = 0; i < b->in.asymmetry_count; i++)
		if (strcmp(b->in.asymmetries[i].link, link) == 0)
			return &b->in.asymmetries[i];
	fail_msg("nothing of %s", link);
	return NULL;
}

/* 100 flows ask over a: 60 are answered over b, 30 over c, 10 nowhere; c carries 5 more. */
static void
halves_are_found_on_other_links(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	show(&b, 0, HALF_TCP, UP, 0, 100);
	show(&b, 1, HALF_TCP, DOWN, 0, 60);
	show(&b, 2, HALF_TCP, DOWN, 60, 30);
	show(&b, 2, HALF_TCP, DOWN, 200, 5);
	turn(&b);
	assert_int_equal(b.told, LINKS);
	assert_int_equal(of(&b, "pni-a")->kind[HALF_TCP].flows[UP], 100);
	assert_int_equal(of(&b, "pni-a")->kind[HALF_TCP].samples[UP], 100);
	assert_near(of(&b, "pni-a")->kind[HALF_TCP].found_ratio[UP], 0.9, 1e-12);
	assert_near(of(&b, "pni-a")->kind[HALF_TCP].error_ratio[UP], 0, 1e-12); /* all */
	assert_string_equal(of(&b, "pni-a")->kind[HALF_TCP].where[UP],
	                    "pni-b 60.0 %, pni-c 30.0 %");
	assert_string_equal(of(&b, "pni-c")->kind[HALF_TCP].where[DOWN], "pni-a 85.7 %");
	assert_string_equal(of(&b, "pni-c")->site, "fra1");
	assert_true(isnan(of(&b, "pni-b")->kind[HALF_TCP].found_ratio[UP]));
	assert_int_equal(crossing_alone(&b.in, "pni-a", HALF_TCP, UP, 50), 5);
	assert_int_equal(crossing_alone(&b.in, "pni-a", HALF_MEDIA, UP, 50), 50);
	assert_int_equal(crossing_alone(&b.in, "pni-x", HALF_TCP, UP, 50), 50);
	finish(&b);
}

/* Halves of one direction, or of another kind, are none of each other. */
static void
the_same_way_is_no_other_half(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	show(&b, 0, HALF_TCP, UP, 0, 10);
	show(&b, 1, HALF_TCP, UP, 0, 10);
	show(&b, 2, HALF_MEDIA, DOWN, 0, 10);
	turn(&b);
	assert_near(of(&b, "pni-a")->kind[HALF_TCP].found_ratio[UP], 0, 1e-12);
	assert_string_equal(of(&b, "pni-a")->kind[HALF_TCP].where[UP], "");
	finish(&b);
}

/* b has more flows than it told of: what it left out is not taken for missing. */
static void
only_what_every_link_kept_is_compared(void **state)
{
	struct rec_halves *r;
	struct bench b;

	(void)state;
	begin(&b);
	show(&b, 0, HALF_TCP, UP, 0, 100);
	show(&b, 1, HALF_TCP, DOWN, 0, 20);
	r = &b.in.halves[1].rec;
	r->kind[HALF_TCP].cut[DOWN] = true;
	r->kind[HALF_TCP].bound[DOWN] = 25ull << 56; /* of these 25 it has all, which are 20 */
	turn(&b);
	assert_int_equal(of(&b, "pni-a")->kind[HALF_TCP].samples[UP], 25);
	assert_near(of(&b, "pni-a")->kind[HALF_TCP].found_ratio[UP], 0.8, 1e-12);
	/* Wilson, n = 25, p = 0.8: 1.96 / 1.153664 * sqrt(0.0064 + 0.00153664) */
	assert_near(of(&b, "pni-a")->kind[HALF_TCP].error_ratio[UP], 0.151358, 1e-4);
	finish(&b);
}

static void
a_window_waits_for_every_link(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	b.in.halves[2].rec.until_us -= 10000000;
	turn(&b);
	assert_int_equal(b.told, 0);
	b.in.halves[2].rec.until_us += 10000000;
	turn(&b);
	turn(&b);
	assert_int_equal(b.told, LINKS); /* once */
	/* one that stopped long ago is not waited for, and not told of */
	b.in.halves[0].rec.until_us += 40000000;
	b.in.halves[1].rec.until_us += 40000000;
	turn(&b);
	assert_int_equal(b.told, LINKS + 2);
	assert_int_equal(b.in.asymmetry_count, 2);
	finish(&b);
}

/* Another contract is another key: its tokens say nothing. */
static void
other_contracts_are_left_out(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	show(&b, 0, HALF_TCP, UP, 0, 10);
	show(&b, 1, HALF_TCP, DOWN, 0, 10);
	strcpy(b.in.halves[1].rec.contract, "fedcba9876543210");
	turn(&b);
	assert_int_equal(b.in.asymmetry_count, 2);
	assert_near(of(&b, "pni-a")->kind[HALF_TCP].found_ratio[UP], 0, 1e-12);
	finish(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(halves_are_found_on_other_links),
		cmocka_unit_test(the_same_way_is_no_other_half),
		cmocka_unit_test(only_what_every_link_kept_is_compared),
		cmocka_unit_test(a_window_waits_for_every_link),
		cmocka_unit_test(other_contracts_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
