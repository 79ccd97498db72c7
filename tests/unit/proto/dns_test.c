#include "proto/dns.h"
#include "unit/proto/exact.h"

/* RFC 1035 section 4.1, as a resolver writes it: A of www.example.com, with EDNS (RFC 6891 6.1.2)
 */
#define QUERY                                                                  \
	"1234 0100 0001 0000 0000 0001 03777777 076578616d706c65 03636f6d 00 " \
	"0001 0001 00 0029 04d0 00000000 0000"
#define ANSWER "1234 8583 0001 0000 0000 0000 03777777 076578616d706c65 03636f6d 00 001c 0001"

static void
test_query(void **state)
{
	struct dns dns;
	size_t left;

	(void)state;
	EXPECT_DECODE(dns_decode, QUERY, &dns, REASON_OK, &left);
	assert_int_equal(dns.id, 0x1234);
	assert_false(dns.response);
	assert_true(dns.recursion_desired);
	assert_int_equal(dns.additionals, 1);
	assert_string_equal(dns.name, "www.example.com");
	assert_int_equal(dns.type, 1);
	assert_int_equal(dns.class, 1);
}

static void
test_answer(void **state)
{
	struct dns dns;
	size_t left;

	(void)state;
	EXPECT_DECODE(dns_decode, ANSWER, &dns, REASON_OK, &left);
	assert_true(dns.response && dns.authoritative && dns.recursion_available);
	assert_false(dns.truncated);
	assert_int_equal(dns.rcode, 3);
	assert_int_equal(dns.type, 28);
}

#define HEAD "0000 0000 0001 0000 0000 0000 "
#define LABEL63                                                               \
	"3f 6161616161616161616161616161616161616161616161616161616161616161" \
	"61616161616161616161616161616161616161616161616161616161616161"

static const struct {
	const char *name, *hex;
	enum reason reason;
	const char *text;
} cases[] = {
	{"no question", "0000 8000 0000 0000 0000 0000", REASON_OK, ""},
	{"the root", HEAD "00 0002 0001", REASON_OK, ""},
	{"bytes that are no text", HEAD "03 00ff61 00 0001 0001", REASON_OK, "..a"},
	{"a pointer at itself", HEAD "c00c 0001 0001", REASON_DNS_BAD, ""},
	{"a pointer forward", HEAD "c010 0001 0001", REASON_DNS_BAD, ""},
	{"a pointer that loops", HEAD "0161 c00c 0001 0001", REASON_DNS_BAD, ""},
	{"a pointer into the header, which ends", HEAD "0161 c004 0001 0001", REASON_OK, "a"},
	{"a label type of nobody", HEAD "80 0001 0001", REASON_DNS_BAD, ""},
	{"256 bytes", HEAD LABEL63 LABEL63 LABEL63 LABEL63 "00 0001 0001", REASON_DNS_BAD, ""},
	{"opcode 7", "0000 3800 0000 0000 0000 0000", REASON_DNS_BAD, ""},
	{"more records than fit", "0000 8000 0000 0001 0000 0000 0000", REASON_DNS_SHORT, ""},
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct dns dns;
		size_t left;

		print_message("%s\n", cases[i].name);
		EXPECT_DECODE(dns_decode, cases[i].hex, &dns, cases[i].reason, &left);
		assert_string_equal(dns.name, cases[i].text);
	}
}

static void
test_stream(void **state)
{
	struct exact e = exact_hex("0003 aabbcc 0000 0002 dd", SIZE_MAX);
	struct cursor c = cursor_over(e.b, e.size), message;

	(void)state;
	assert_true(dns_take(&c, &message));
	assert_int_equal(cursor_left(&message), 3);
	assert_true(dns_take(&c, &message));
	assert_int_equal(cursor_left(&message), 0);
	assert_false(dns_take(&c, &message));
	assert_int_equal(cursor_left(&c), 3);
	c = cursor_over(e.b, 1);
	assert_false(dns_take(&c, &message));
	exact_free(&e);
}

static void
test_truncations(void **state)
{
	struct dns dns;

	(void)state;
	EXPECT_TRUNCATIONS(dns_decode, ANSWER, &dns, hex_size(ANSWER), REASON_DNS_SHORT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query),       cmocka_unit_test(test_answer),
		cmocka_unit_test(test_cases),       cmocka_unit_test(test_stream),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
