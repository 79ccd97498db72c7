/* IP-ID of a router's own packets: who counts how, in the ways that RFC 6864 and Bellovin name. */
#include "inspect/token_ids.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

enum { BGP = 1, BFD = 2, PACKETS = 200 };

enum way { ONE, ONE_SWAPPED, EACH, RANDOM, ZERO, ONE_FLOW, NEAR, REORDERED };

/* BFD each 300 ms, BGP each 2.7 s, five other packets of the router in a second. */
static void
send_packets(struct token_ids *t, enum way way)
{
	uint32_t noise = 7;
	uint16_t of[3] = {0, 40000, way == NEAR ? 40003 : 900};

	for (unsigned i = 0; i < PACKETS; i++) {
		uint64_t ns = (1000 + i * 3ull) * NS_PER_S / 10;
		unsigned flow = i % 9 == 4 && way != ONE_FLOW ? BGP : BFD;
		uint16_t counter = (uint16_t)(65000 + 2 * i), id;

		noise = noise * 1103515245 + 12345;
		id = counter;
		if (way == ONE_SWAPPED)
			id = (uint16_t)(counter << 8 | counter >> 8);
		else if (way == EACH || way == NEAR)
			id = of[flow]++;
		else if (way == RANDOM)
			id = (uint16_t)(noise >> 16);
		else if (way == ZERO)
			id = 0;
		else if (way == REORDERED && i % 7 == 3)
			id = (uint16_t)(counter - 3);
		token_ids_add(t, flow, ns, id);
	}
}

static void
only_a_common_counter_is_one(void **state)
{
	static const struct {
		enum way way;
		enum token_ids_kind want;
	} rows[] = {
		{ONE, TOKEN_IDS_COUNTER},   {ONE_SWAPPED, TOKEN_IDS_SWAPPED},
		{EACH, TOKEN_IDS_PER_FLOW}, {RANDOM, TOKEN_IDS_PER_FLOW},
		{ZERO, TOKEN_IDS_ZERO},     {ONE_FLOW, TOKEN_IDS_UNKNOWN},
		{NEAR, TOKEN_IDS_PER_FLOW}, {REORDERED, TOKEN_IDS_COUNTER},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct token_ids t = {0};
		char list[200];

		send_packets(&t, rows[i].way);
		if (token_ids_kind(&t) != rows[i].want)
			fail_msg("row %zu: %d", i, token_ids_kind(&t));
		token_ids_join(&t, list, sizeof list);
		assert_int_equal(*list != '\0', rows[i].want >= TOKEN_IDS_COUNTER);
	}
}

static void
too_few_tell_nothing(void **state)
{
	struct token_ids t = {0};

	(void)state;
	for (unsigned i = 0; i < 24; i++)
		token_ids_add(&t, 1 + i % 2, (1 + i) * NS_PER_S, (uint16_t)(2 * i));
	assert_int_equal(token_ids_kind(&t), TOKEN_IDS_UNKNOWN);
	/* a minute apart a counter may have gone round: nothing is compared */
	memset(&t, 0, sizeof t);
	for (unsigned i = 0; i < PACKETS; i++)
		token_ids_add(&t, 1 + i % 2, (1 + i) * 60ull * NS_PER_S, (uint16_t)(2 * i));
	assert_int_equal(token_ids_kind(&t), TOKEN_IDS_UNKNOWN);
}

static void
the_last_eight_seconds_are_told(void **state)
{
	struct token_ids t = {0};
	char list[200];
	unsigned count = 1;

	(void)state;
	send_packets(&t, ONE);
	token_ids_join(&t, list, sizeof list);
	for (const char *c = list; *c; c++)
		count += *c == ',';
	assert_int_equal(count, TOKEN_ID_KEPT);
	assert_string_equal(token_ids_name(token_ids_kind(&t)), "counter");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_common_counter_is_one),
		cmocka_unit_test(too_few_tell_nothing),
		cmocka_unit_test(the_last_eight_seconds_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
