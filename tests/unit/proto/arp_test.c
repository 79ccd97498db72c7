#include "proto/arp.h"
#include "unit/proto/exact.h"

/* RFC 826: who has 192.0.2.1, tell 192.0.2.2 */
#define REQUEST "0001 0800 06 04 0001 0200000000aa c0000202 000000000000 c0000201"

static void
test_request(void **state)
{
	char text[ADDR_TEXT_SIZE];
	struct arp arp;
	size_t left;

	(void)state;
	EXPECT_DECODE(arp_decode, REQUEST, &arp, REASON_OK, &left);
	assert_int_equal(arp.operation, ARP_REQUEST);
	assert_true(arp.ipv4);
	assert_memory_equal(arp.sender_mac, "\x02\0\0\0\0\xaa", 6);
	assert_string_equal(addr_format(&arp.sender, text), "192.0.2.2");
	assert_string_equal(addr_format(&arp.target, text), "192.0.2.1");
	assert_int_equal(left, 0);
}

static void
test_other_hardware(void **state)
{
	struct arp arp;
	size_t left;

	(void)state;
	EXPECT_DECODE(arp_decode, "0006 0800 02 04 0001 aabb c0000202 ccdd c0000201", &arp,
	              REASON_OK, &left);
	assert_false(arp.ipv4);
	EXPECT_DECODE(arp_decode, "0001 0800 ff ff 0001 0200", &arp, REASON_ARP_SHORT, &left);
}

static void
test_truncations(void **state)
{
	struct arp arp;

	(void)state;
	EXPECT_TRUNCATIONS(arp_decode, REQUEST "0000", &arp, 28, REASON_ARP_SHORT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_other_hardware),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
