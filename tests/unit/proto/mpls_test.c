#include "proto/mpls.h"
#include "unit/proto/exact.h"

static void
test_stack(void **state)
{
	struct mpls mpls;
	size_t left;

	(void)state;
	/* RFC 3032: label 20 bits, class 3, bottom of stack 1, TTL 8 */
	EXPECT_DECODE(mpls_decode, "000120ff 0001d140 45", &mpls, REASON_OK, &left);
	assert_int_equal(mpls.top, 18);
	assert_int_equal(mpls.bottom, 29);
	assert_int_equal(mpls.count, 2);
	assert_int_equal(left, 1);
}

static void
test_truncations(void **state)
{
	struct mpls mpls;

	(void)state;
	EXPECT_TRUNCATIONS(mpls_decode, "000120ff 000130ff 0001d140 45", &mpls, 12,
	                   REASON_MPLS_SHORT);
}

static void
test_deep(void **state)
{
	char hex[8 * 20 + 1] = "";
	struct mpls mpls;
	size_t left;

	(void)state;
	for (int i = 0; i < 15; i++)
		strcat(hex, "000120ff");
	strcat(hex, "000121ff");
	EXPECT_DECODE(mpls_decode, hex, &mpls, REASON_OK, &left);
	assert_int_equal(mpls.count, 16);
	hex[0] = '\0';
	for (int i = 0; i < 20; i++)
		strcat(hex, "000120ff");
	EXPECT_DECODE(mpls_decode, hex, &mpls, REASON_MPLS_DEEP, &left);
}

static const struct {
	const char *name, *hex;
	uint32_t bottom;
	enum mpls_payload want;
} guesses[] = {
	{"IPv4", "4500 0073 0000 4000 4011", 100, MPLS_IPV4},
	{"IPv4 of which little was captured", "45", 100, MPLS_IPV4},
	{"IPv6", "6000 0000 0000 3b40", 100, MPLS_IPV6},
	{"explicit null says IPv4", "00", 0, MPLS_IPV4},
	{"explicit null says IPv6", "00", 2, MPLS_IPV6},
	{"pseudowire control word", "0000 0001 0200", 100, MPLS_CONTROL_WORD},
	{"control word before a MAC that holds a type",
         "0000 0001 02000000 0002 0200 0800 0003 8100 00", 100, MPLS_CONTROL_WORD},
	{"Ethernet to a MAC that begins like a control word", "001b21000001 020000000002 8864 11",
         100, MPLS_ETHERNET},
	{"associated channel", "1000 0007", 100, MPLS_CHANNEL},
	{"Ethernet to a MAC that begins like a channel", "1c1b21000001 020000000002 86dd 60", 100,
         MPLS_ETHERNET},
	{"Ethernet without control word", "a20000000001 020000000002 0800 45", 100, MPLS_ETHERNET},
	{"Ethernet from a MAC that begins like IPv4", "400000000001 020000000002 0800 45", 100,
         MPLS_ETHERNET},
	{"Ethernet from a MAC that begins like IPv6", "600000000001 020000000002 8100 00", 100,
         MPLS_ETHERNET},
	{"neither", "a20000000001 020000000002 1234 45", 100, MPLS_OTHER},
	{"nothing", "", 100, MPLS_OTHER},
};

static void
test_guess(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof guesses / sizeof *guesses; i++) {
		struct exact e = exact_hex(guesses[i].hex, SIZE_MAX);
		struct cursor c = cursor_over(e.b, e.size);

		print_message("%s\n", guesses[i].name);
		assert_int_equal(mpls_payload_guess(&c, guesses[i].bottom), guesses[i].want);
		exact_free(&e);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stack),
		cmocka_unit_test(test_truncations),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_guess),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
