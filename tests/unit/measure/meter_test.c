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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids_are_dense_and_stay),
		cmocka_unit_test(test_overflow_keeps_link_and_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
