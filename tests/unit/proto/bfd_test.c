#include "proto/bfd.h"
#include "unit/proto/exact.h"

/* RFC 5880 section 4.1 by hand: Up, poll; every field another number */
#define PLAIN "20 e0 03 18 00000001 00000002 000493e0 0003d090 00000064"
/* tcpdump's bfd-raw-auth-sha1.pcap and -simple.pcap; the fields are as tshark prints them */
#define SHA1                                                                             \
	"20 44 05 34 00000001 00000000 000f4240 000f4240 00000000 05 1c 02 00 00000005 " \
	"010203040506070809101112131415161718191a"
#define PASSWORD "20 44 05 21 00000001 00000000 000f4240 000f4240 00000000 01 09 02 736563726574"

static void
test_plain(void **state)
{
	struct bfd b;
	size_t left;

	(void)state;
	EXPECT_DECODE(bfd_decode, PLAIN "ffff", &b, REASON_OK, &left);
	assert_int_equal(left, 2);
	assert_int_equal(b.version, 1);
	assert_int_equal(b.diag, 0);
	assert_int_equal(b.state, BFD_UP);
	assert_int_equal(b.flags, BFD_POLL);
	assert_int_equal(b.detect_mult, 3);
	assert_int_equal(b.my_discriminator, 1);
	assert_int_equal(b.your_discriminator, 2);
	assert_int_equal(b.desired_min_tx_us, 300000);
	assert_int_equal(b.required_min_rx_us, 250000);
	assert_int_equal(b.required_min_echo_rx_us, 100);
	EXPECT_DECODE(bfd_decode, "21 58 03 18 00000001 00000000 000f4240 000f4240 00000000", &b,
	              REASON_OK, &left);
	assert_int_equal(b.diag, 1);
	assert_int_equal(b.state, BFD_DOWN);
	assert_int_equal(b.flags, BFD_FINAL | BFD_INDEPENDENT);
}

static void
test_auth(void **state)
{
	struct bfd b;
	size_t left;

	(void)state;
	EXPECT_DECODE(bfd_decode, SHA1, &b, REASON_OK, &left);
	assert_int_equal(left, 0);
	assert_int_equal(b.auth_type, BFD_AUTH_SHA1_METICULOUS);
	assert_int_equal(b.auth_key, 2);
	assert_int_equal(b.auth_sequence, 5);
	EXPECT_DECODE(bfd_decode, PASSWORD, &b, REASON_OK, &left);
	assert_int_equal(b.auth_type, BFD_AUTH_PASSWORD);
	assert_int_equal(b.auth_key, 2);
	assert_int_equal(b.auth_sequence, 0);
}

#define INTERVALS "000f4240 000f4240 00000000"

static const struct {
	const char *name, *hex;
	enum reason reason;
} cases[] = {
	{"version 0", "00 40 03 18 00000001 00000000" INTERVALS, REASON_BFD_BAD},
	{"length below 24", "20 40 03 17 00000001 00000000" INTERVALS, REASON_BFD_BAD},
	{"length past the datagram", "20 40 03 19 00000001 00000000" INTERVALS, REASON_BFD_SHORT},
	{"multiplier 0", "20 40 00 18 00000001 00000000" INTERVALS, REASON_BFD_BAD},
	{"multipoint", "20 41 03 18 00000001 00000000" INTERVALS, REASON_BFD_BAD},
	{"own discriminator 0", "20 40 03 18 00000000 00000000" INTERVALS, REASON_BFD_BAD},
	{"authentication of no bytes", "20 44 03 18 00000001 00000000" INTERVALS, REASON_BFD_BAD},
	{"authentication past the packet", "20 44 03 1a 00000001 00000000" INTERVALS "0109",
         REASON_BFD_BAD},
	{"a password past the packet", "20 44 03 1d 00000001 00000000" INTERVALS "0109027365",
         REASON_BFD_BAD},
	{"MD5 of another size", "20 44 03 20 00000001 00000000" INTERVALS "0208020000000001",
         REASON_BFD_BAD},
	{"a reserved type", "20 44 03 1a 00000001 00000000" INTERVALS "0902", REASON_OK},
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct bfd b;
		size_t left;

		print_message("%s\n", cases[i].name);
		EXPECT_DECODE(bfd_decode, cases[i].hex, &b, cases[i].reason, &left);
		assert_int_equal(b.desired_min_tx_us, 1000000);
	}
}

static void
test_truncations(void **state)
{
	struct bfd b;

	(void)state;
	EXPECT_TRUNCATIONS(bfd_decode, PLAIN, &b, 24, REASON_BFD_SHORT);
	EXPECT_TRUNCATIONS(bfd_decode, SHA1, &b, 52, REASON_BFD_SHORT);
	EXPECT_TRUNCATIONS(bfd_decode, PASSWORD, &b, 33, REASON_BFD_SHORT);
}

static void
test_kinds(void **state)
{
	(void)state;
	assert_int_equal(bfd_kind_of(49152, 3784), BFD_SINGLE_HOP);
	assert_int_equal(bfd_kind_of(49152, 3785), BFD_ECHO);
	assert_int_equal(bfd_kind_of(49152, 4784), BFD_MULTIHOP);
	assert_int_equal(bfd_kind_of(49152, 6784), BFD_MICRO);
	assert_int_equal(bfd_kind_of(49152, 7784), BFD_SEAMLESS);
	assert_int_equal(bfd_kind_of(7784, 49152), BFD_SEAMLESS);
	assert_int_equal(bfd_kind_of(3784, 49152), BFD_NO_KIND);
}

/* RFC 5880 6.8.4: the remote's multiplier times the slower of its transmission and our reception */
static void
test_detection(void **state)
{
	struct bfd local = {.detect_mult = 5, .required_min_rx_us = 300000};
	struct bfd remote = {.detect_mult = 3, .desired_min_tx_us = 50000};

	(void)state;
	assert_int_equal(bfd_detection_us(&local, &remote), 900000);
	remote.desired_min_tx_us = 4000000000u;
	assert_int_equal(bfd_detection_us(&local, &remote), 12000000000ull);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain), cmocka_unit_test(test_auth),
		cmocka_unit_test(test_cases), cmocka_unit_test(test_truncations),
		cmocka_unit_test(test_kinds), cmocka_unit_test(test_detection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
