/* Text forms against RFC 5952, prefixes against arithmetic on the bits. */
#include "base/addr.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct addr
must_parse(const char *text)
{
	struct addr a;

	if (!addr_parse(text, &a))
		fail_msg("%s: not parsed", text);
	return a;
}

static struct prefix
must_prefix(const char *text)
{
	struct prefix p;

	if (!prefix_parse(text, &p, NULL))
		fail_msg("%s: not parsed", text);
	return p;
}

static void
format_follows_rfc5952(void **state)
{
	static const struct {
		const char *text, *canonical;
	} vectors[] = {
		/* section 1: all these are one address */
		{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
		{"2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
		{"2001:db8::1:0:0:1", "2001:db8::1:0:0:1"},
		{"2001:db8::0:1:0:0:1", "2001:db8::1:0:0:1"},
		{"2001:0db8::1:0:0:1", "2001:db8::1:0:0:1"},
		{"2001:db8:0:0:1::1", "2001:db8::1:0:0:1"},
		{"2001:DB8:0:0:1::1", "2001:db8::1:0:0:1"},
		/* 4.1 leading zeros, 4.2.1 shorten as much as possible */
		{"2001:0db8::0001", "2001:db8::1"},
		{"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},
		/* 4.2.2 one zero field is not shortened */
		{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
		{"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
		/* 4.2.3 the longest run, the first of equal ones */
		{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
		{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
		/* 4.3 lower case */
		{"2001:DB8::ABCD:EF12", "2001:db8::abcd:ef12"},
		{"::", "::"},
		{"::1", "::1"},
		/* held as the IPv4 address it stands for */
		{"::ffff:192.0.2.1", "192.0.2.1"},
		{"255.255.255.255", "255.255.255.255"},
		{"0.0.0.0", "0.0.0.0"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		struct addr a = must_parse(vectors[i].text);
		char buf[ADDR_TEXT_SIZE];

		assert_string_equal(addr_format(&a, buf), vectors[i].canonical);
	}
}

static void
parse_refuses_what_is_no_address(void **state)
{
	static const char *const bad[] = {
		"",           "1.2.3",    "1.2.3.4.5",         "256.0.0.1",
		"1.2.3.4 ",   ":::",      "2001:db8",          "1::2::3",
		"g::1",       "12345::",  "1:2:3:4:5:6:7:8:9", "0x1.2.3.4",
		"fe80::1%lo", "1.2.3.-4",
	};
	struct addr a, before;

	(void)state;
	memset(&before, 0xa5, sizeof before);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		a = before;
		if (addr_parse(bad[i], &a))
			fail_msg("\"%s\" was taken for an address", bad[i]);
		assert_memory_equal(&a, &before, sizeof a);
	}
}

static void
v4_is_mapped(void **state)
{
	static const uint8_t expected[16] = {0, 0, 0,    0,    0,   0, 0, 0,
	                                     0, 0, 0xff, 0xff, 192, 0, 2, 1};
	struct addr a = must_parse("192.0.2.1"), other = must_parse("::1.2.3.4");

	(void)state;
	assert_memory_equal(a.b, expected, sizeof expected);
	assert_true(addr_is_v4(&a));
	assert_false(addr_is_v4(&other));
	a = addr_v4("\x0a\x00\x00\x01");
	other = must_parse("10.0.0.1");
	assert_true(addr_equal(&a, &other));
}

static void
prefix_text_both_ways(void **state)
{
	static const struct {
		const char *text, *canonical;
		bool host_bits;
	} vectors[] = {
		{"203.0.113.0/24", "203.0.113.0/24", false},
		{"203.0.113.9/24", "203.0.113.0/24", true},
		{"203.0.113.9/32", "203.0.113.9/32", false},
		{"203.0.113.9", "203.0.113.9/32", false},
		{"255.255.255.255/1", "128.0.0.0/1", true},
		{"0.0.0.0/0", "0.0.0.0/0", false},
		{"10.11.12.13/11", "10.0.0.0/11", true}, /* 11 = 000 01011: bits below /11 go */
		{"2001:db8::/32", "2001:db8::/32", false},
		{"2001:db8:ffff::/33", "2001:db8:8000::/33", true},
		{"2001:db8::1", "2001:db8::1/128", false},
		{"::/0", "::/0", false},
		{"fc00::/7", "fc00::/7", false},
		{"ff00::/7", "fe00::/7", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		char buf[PREFIX_TEXT_SIZE];
		struct prefix p;
		bool host_bits;

		assert_true(prefix_parse(vectors[i].text, &p, &host_bits));
		assert_string_equal(prefix_format(&p, buf), vectors[i].canonical);
		assert_int_equal(host_bits, vectors[i].host_bits);
	}
}

static void
prefix_refuses(void **state)
{
	static const char *const bad[] = {
		"10.0.0.0/33",
		"::/129",
		"10.0.0.0/",
		"10.0.0.0/-1",
		"10.0.0.0/8x",
		"10.0.0/8",
		"10.0.0.0/ 8",
		"/8",
		"10.0.0.0//8",
		"10.0.0.0/0008",
		"10.0.0.0/+8",
		"2001:db8::/x",
		"10.0.0.0/99999999999999999999",
	};
	struct prefix p;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (prefix_parse(bad[i], &p, NULL))
			fail_msg("\"%s\" was taken for a prefix", bad[i]);
}

/* Bit by bit, against the byte-wise code. */
static bool
contains_slowly(const struct prefix *p, const struct addr *a)
{
	for (unsigned i = 0; i < prefix_bits(p); i++)
		if ((p->addr.b[i / 8] ^ a->b[i / 8]) & (0x80 >> i % 8))
			return false;
	return true;
}

static void
contains_agrees_with_bits(void **state)
{
	struct addr a = must_parse("2001:db8:85a3::8a2e:370:7334");

	(void)state;
	for (unsigned len = 1; len <= 128; len++) {
		struct prefix p = {a, (uint8_t)len};

		for (unsigned flip = 0; flip < 128; flip++) {
			struct addr b = a;

			b.b[flip / 8] ^= (uint8_t)(0x80 >> flip % 8);
			assert_int_equal(prefix_contains(&p, &b), flip >= len);
			assert_int_equal(prefix_contains(&p, &b), contains_slowly(&p, &b));
		}
		assert_true(prefix_contains(&p, &a));
	}
}

static void
families_stay_apart(void **state)
{
	struct prefix all4 = must_prefix("0.0.0.0/0"), all6 = must_prefix("::/0");
	struct addr v4 = must_parse("192.0.2.1"), v6 = must_parse("2001:db8::1");

	(void)state;
	assert_true(prefix_contains(&all4, &v4));
	assert_true(prefix_contains(&all6, &v6));
	assert_false(prefix_contains(&all4, &v6));
	assert_false(prefix_contains(&all6, &v4));
}

static void
prefixes_have_an_order(void **state)
{
	static const char *const sorted[] = {"10.0.0.0/8",    "10.0.0.0/9",    "10.128.0.0/9",
	                                     "192.0.2.0/24",  "2001:db8::/32", "2001:db8::/48",
	                                     "2001:db9::/32", "fe80::/10"};

	(void)state;
	for (size_t i = 0; i < sizeof sorted / sizeof sorted[0]; i++)
		for (size_t j = 0; j < sizeof sorted / sizeof sorted[0]; j++) {
			struct prefix a = must_prefix(sorted[i]), b = must_prefix(sorted[j]);
			int order = prefix_compare(&a, &b);

			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
			assert_int_equal(prefix_equal(&a, &b), i == j);
		}
}

static void
mac_text_both_ways(void **state)
{
	static const uint8_t lacp[6] = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x02};
	static const char *const bad[] = {"",
	                                  "01:80:c2:00:00",
	                                  "01:80:c2:00:00:0g",
	                                  "01-80-c2-00-00-02",
	                                  "01:80:c2:00:00:02:",
	                                  "0180c2000002"};
	char buf[MAC_TEXT_SIZE];
	uint8_t mac[6];

	(void)state;
	assert_true(mac_parse("01:80:C2:00:00:02", mac));
	assert_memory_equal(mac, lacp, sizeof lacp);
	assert_string_equal(mac_format(mac, buf), "01:80:c2:00:00:02");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(mac_parse(bad[i], mac));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(format_follows_rfc5952),
		cmocka_unit_test(parse_refuses_what_is_no_address),
		cmocka_unit_test(v4_is_mapped),
		cmocka_unit_test(prefix_text_both_ways),
		cmocka_unit_test(prefix_refuses),
		cmocka_unit_test(contains_agrees_with_bits),
		cmocka_unit_test(families_stay_apart),
		cmocka_unit_test(prefixes_have_an_order),
		cmocka_unit_test(mac_text_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
