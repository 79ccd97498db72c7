#include "measure/meter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "classify/class.h"

static void
test_ids_are_dense_and_stay(void **state)
{
	struct meter_table *t = meter_table_create(5000, 2);
	uint32_t expected = 0;

	(void)state;
	for (uint32_t round = 0; round < 2; round++)
		for (uint32_t peer = 0; peer < 20; peer++)
			for (uint32_t msft = 0; msft < 20; msft++)
				for (uint16_t link = 0; link < 2; link++)
					for (uint8_t class = 0; class < 5; class ++) {
						struct meter_key key = {.peer_subnet = peer,
						                        .msft_subnet = msft,
						                        .link = link,
						                        .class = class};
						uint32_t id = meter_find(t, &key);

						assert_int_equal(id, expected++ % 4000);
						assert_memory_equal(meter_key_at(t, id), &key,
						                    sizeof key);
					}
	assert_int_equal(meter_count(t), 4000);
	assert_int_equal(meter_overflows(t), 0);
	meter_table_destroy(t);
}

/* A full table: every link and class still has an id, and what is known stays known. */
static void
test_overflow_keeps_link_and_class(void **state)
{
	struct meter_table *t = meter_table_create(1000, 3);
	struct meter_key first = {.peer_subnet = 1, .link = 0, .class = CLASS_RTP};
	uint32_t id = meter_find(t, &first), finds = 0, overflows = 0;

	(void)state;
	for (uint32_t subnet = 0; subnet < 2000; subnet++)
		for (uint16_t link = 0; link < 3; link++) {
			struct meter_key key = {.peer_subnet = subnet,
			                        .msft_subnet = 7,
			                        .link = link,
			                        .class = (uint8_t)(subnet % CLASS_COUNT)};
			const struct meter_key *got = meter_key_at(t, meter_find(t, &key));

			finds++;
			assert_int_equal(got->link, key.link);
			assert_int_equal(got->class, key.class);
			if (got->peer_subnet != subnet) {
				assert_int_equal(got->peer_subnet, SUBNET_OVERFLOW);
				assert_int_equal(got->msft_subnet, SUBNET_OVERFLOW);
				overflows++;
			}
		}
	assert_true(overflows > 0 && overflows < finds);
	assert_int_equal(meter_overflows(t), overflows);
	assert_true(meter_count(t) <= meter_capacity(t));
	assert_int_equal(meter_find(t, &first), id);
	meter_table_destroy(t);
	meter_table_destroy(NULL);
}

/* Keys that differ in one field alone are different keys; and a capacity too small for every link
 * and class to be told apart twice is raised to that. */
static void
test_every_field_tells_keys_apart(void **state)
{
	static const struct meter_key keys[] = {
		{.peer_subnet = 1},
		{.peer_subnet = 0x80000000},
		{.msft_subnet = 1},
		{.msft_subnet = 2},
		{.link = 1},
		{.link = 2},
		{.link = 0x8000},
		{.sbc = 1},
		{.sbc = 2},
		{.sbc = 0x8000},
		{.class = 1},
		{.class = 2},
		{.peer_subnet = 1, .msft_subnet = 1},
	};
	enum { COUNT = sizeof keys / sizeof *keys, LINKS = 20 };
	struct meter_table *t = meter_table_create(1, LINKS);

	(void)state;
	assert_int_equal(meter_capacity(t), 2 * LINKS * CLASS_COUNT);
	for (unsigned round = 0; round < 2; round++)
		for (uint32_t i = 0; i < COUNT; i++)
			assert_int_equal(meter_find(t, &keys[i]), i);
	assert_int_equal(meter_count(t), COUNT);
	/* half of it is for ordinary keys, the rest for what each link and class has left */
	for (uint32_t i = 0; i < 2 * LINKS * CLASS_COUNT; i++)
		meter_find(t, &(struct meter_key){.peer_subnet = 1000 + i});
	assert_int_equal(meter_count(t), LINKS * CLASS_COUNT + 1);
	for (uint16_t link = 0; link < LINKS; link++)
		for (uint8_t class = 0; class < CLASS_COUNT; class ++) {
			const struct meter_key key = {
				.peer_subnet = 7777, .link = link, .class = class};

			assert_int_equal(meter_key_at(t, meter_find(t, &key))->peer_subnet,
			                 SUBNET_OVERFLOW);
		}
	assert_int_equal(meter_count(t), meter_capacity(t));
	meter_table_destroy(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids_are_dense_and_stay),
		cmocka_unit_test(test_overflow_keeps_link_and_class),
		cmocka_unit_test(test_every_field_tells_keys_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
