#include "state/expectation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"

#define NOW (1000 * NS_PER_S)

static struct addr
host(uint8_t last)
{
	uint8_t ip[4] = {192, 0, 2, last};

	return addr_v4(ip);
}

static struct expectation
media_at(uint8_t last, uint16_t port, uint8_t codec)
{
	return (struct expectation){
		.addr = host(last),
		.port = port,
		.time_ns = NOW,
		.format_count = 2,
		.formats = {{0, CODEC_PCMU, 8000}, {111, codec, 48000}},
	};
}

static void
test_found(void **state)
{
	struct expectation_table *t = expectation_table_create(64, 1);
	struct expectation e = media_at(1, 5004, CODEC_OPUS);
	const struct expectation *got;

	(void)state;
	expectation_add(t, &e);
	got = expectation_find(t, &e.addr, 5004, NOW);
	assert_non_null(got);
	assert_int_equal(expectation_format(got, 111)->codec, CODEC_OPUS);
	assert_int_equal(expectation_format(got, 0)->codec, CODEC_PCMU);
	assert_null(expectation_format(got, 112));
	assert_null(expectation_find(t, &e.addr, 5006, NOW));
	assert_null(expectation_find(t, &(struct addr){{0}}, 5004, NOW));
	e = media_at(1, 5004, CODEC_SILK); /* a later offer holds */
	expectation_add(t, &e);
	assert_int_equal(expectation_format(expectation_find(t, &e.addr, 5004, NOW), 111)->codec,
	                 CODEC_SILK);
	assert_int_equal(expectation_table_stats(t)->evicted, 0);
	expectation_table_destroy(t);
}

/* What nothing is sent to is forgotten; media keeps it alive. */
static void
test_forgets(void **state)
{
	struct expectation_table *t = expectation_table_create(64, 1);
	struct expectation lie = media_at(1, 53, CODEC_OPUS), call = media_at(2, 5004, CODEC_OPUS);
	uint64_t now = NOW;

	(void)state;
	expectation_add(t, &lie);
	expectation_add(t, &call);
	for (unsigned i = 0; i < 10; i++) {
		now += EXPECTATION_LIFE_NS - 1;
		assert_non_null(expectation_find(t, &call.addr, 5004, now));
	}
	assert_null(expectation_find(t, &lie.addr, 53, now));
	assert_int_equal(expectation_table_stats(t)->met, 10);
	assert_null(expectation_find(t, &call.addr, 5004, now + EXPECTATION_LIFE_NS + 1));
	expectation_table_destroy(t);
}

/* A flood of offers: bounded, the oldest go, counted. */
static void
test_flood(void **state)
{
	struct expectation_table *t = expectation_table_create(64, 1);
	unsigned alive = 0;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		struct expectation e = media_at(1, (uint16_t)(1024 + i), CODEC_OPUS);

		e.time_ns = NOW + i;
		expectation_add(t, &e);
		assert_non_null(expectation_find(t, &e.addr, e.port, NOW + i));
	}
	for (uint32_t i = 0; i < 1000; i++) {
		struct addr a = host(1);

		alive += expectation_find(t, &a, (uint16_t)(1024 + i), NOW + 1000) != NULL;
	}
	assert_int_equal(alive, 64);
	assert_int_equal(expectation_table_stats(t)->told, 1000);
	assert_int_equal(expectation_table_stats(t)->evicted, 1000 - 64);
	expectation_table_destroy(t);
}

/* A full table knows its own and nobody else: many a stranger has the bucket and the tag of one of
 * them, and either its port or its address. */
static void
test_strangers(void **state)
{
	struct expectation_table *t = expectation_table_create(4096, 1);
	struct expectation e = media_at(1, 0, CODEC_OPUS);

	(void)state;
	for (uint32_t i = 0; i < 8192; i++) {
		uint8_t ip[4] = {10, 0, (uint8_t)(i >> 8), (uint8_t)i};

		e.addr = i % 2 ? addr_v4(ip) : host(1);
		e.port = i % 2 ? 5004 : (uint16_t)(10000 + i);
		expectation_add(t, &e);
	}
	for (uint32_t i = 0; i < 60000; i++) {
		uint8_t ip[4] = {10, 1, (uint8_t)(i >> 8), (uint8_t)i};
		struct addr stranger = addr_v4(ip), known = host(1);

		assert_null(expectation_find(t, &stranger, 5004, NOW));
		if (i < 10000 || i >= 10000 + 8192)
			assert_null(expectation_find(t, &known, (uint16_t)i, NOW));
	}
	expectation_table_destroy(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_forgets),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_strangers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
