#include "proto/cdp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Version 2, 180 s; device "R1", port "Gi0/1", platform "cisco 7204": laid out as in wireshark's
 * packet-cdp.c, by hand. */
static const uint8_t frame[] = {2,   180, 0x12, 0x34, 0,   1,   0,   6,    'R',  '1', 0,   3,   0,
                                9,   'G', 'i',  '0',  '/', '1', 0,   6,    0,    14,  'c', 'i', 's',
                                'c', 'o', ' ',  '7',  '2', '0', '4', 0x00, 0x1a, 0,   4};

static void
tlvs_are_told_apart(void **state)
{
	struct cursor c = cursor_over(frame, sizeof frame);
	struct cdp cdp;

	(void)state;
	assert_int_equal(cdp_decode(&c, &cdp), REASON_OK);
	assert_int_equal(cdp.version, 2);
	assert_int_equal(cdp.ttl_s, 180);
	assert_true(slice_equal(cdp.device, "R1"));
	assert_true(slice_equal(cdp.port, "Gi0/1"));
	assert_true(slice_equal(cdp.platform, "cisco 7204"));
	assert_null(cdp.software.at);
	assert_int_equal(cdp.tlv_count, 4);
}

/* Cut between TLVs it is a shorter list; cut inside one it says so and keeps what came before. */
static void
every_cut_ends_at_a_tlv_or_is_bad(void **state)
{
	(void)state;
	for (size_t cut = 0; cut < sizeof frame; cut++) {
		bool whole = cut == 4 || cut == 10 || cut == 19 || cut == 33;
		struct cursor c = cursor_over(frame, cut);
		struct cdp cdp;

		assert_int_equal(cdp_decode(&c, &cdp), whole ? REASON_OK : REASON_CDP_BAD);
		assert_true(cut < 10 || slice_equal(cdp.device, "R1"));
	}
}

static void
a_length_below_its_own_header_is_bad(void **state)
{
	const uint8_t lie[] = {2, 180, 0, 0, 0, 1, 0, 3, 'x'};
	struct cursor c = cursor_over(lie, sizeof lie);
	struct cdp cdp;

	(void)state;
	assert_int_equal(cdp_decode(&c, &cdp), REASON_CDP_BAD);
	assert_null(cdp.device.at);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tlvs_are_told_apart),
		cmocka_unit_test(every_cut_ends_at_a_tlv_or_is_bad),
		cmocka_unit_test(a_length_below_its_own_header_is_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
