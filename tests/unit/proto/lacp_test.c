#include "proto/lacp.h"
#include "unit/proto/exact.h"

/* tcpdump's LACP.pcap, frame 9, from the subtype on; the fields below are as tshark prints them */
#define ACTORS                                             \
	"0114 8000 000e8316f500 000d 8000 0019 0c 000000 " \
	"0214 8000 0013c4120f00 000d 8000 0016 75 000000 "
#define LACPDU "01 01" ACTORS "0310 8000 000000000000000000000000 0000"

static void
test_lacpdu(void **state)
{
	char text[LACP_STATE_TEXT_SIZE];
	struct lacp l;
	size_t left;

	(void)state;
	EXPECT_DECODE(lacp_decode, LACPDU, &l, REASON_OK, &left);
	assert_int_equal(l.version, 1);
	assert_int_equal(l.actor.system_priority, 32768);
	assert_memory_equal(l.actor.system, ((uint8_t[]){0, 0x0e, 0x83, 0x16, 0xf5, 0}), 6);
	assert_int_equal(l.actor.key, 13);
	assert_int_equal(l.actor.port_priority, 32768);
	assert_int_equal(l.actor.port, 25);
	assert_int_equal(l.actor.state, LACP_AGGREGATION | LACP_SYNC);
	assert_memory_equal(l.partner.system, ((uint8_t[]){0, 0x13, 0xc4, 0x12, 0x0f, 0}), 6);
	assert_int_equal(l.partner.port, 22);
	assert_int_equal(l.partner.state, LACP_ACTIVITY | LACP_AGGREGATION | LACP_COLLECTING |
	                                          LACP_DISTRIBUTING | LACP_DEFAULTED);
	assert_int_equal(l.collector_delay_us, 327680);
	assert_string_equal(lacp_state_format(l.partner.state, text), "A.G.CDF.");
	assert_string_equal(lacp_state_format(0xff, text), "ASGYCDFE");
}

static const struct {
	const char *name, *hex;
	enum reason reason;
} cases[] = {
	{"without a collector", "01 01" ACTORS, REASON_OK},
	{"version 2", "01 02" ACTORS "0310", REASON_OK},
	{"version 0", "01 00" ACTORS, REASON_LACP_BAD},
	{"a marker's subtype", "02 01" ACTORS, REASON_LACP_BAD},
	{"actor of another size",
         "01 01 0115 8000 000e8316f500 000d 8000 0019 0c 000000 "
         "0214 8000 0013c4120f00 000d 8000 0016 75 000000",
         REASON_LACP_BAD},
	{"partner in the actor's place",
         "01 01 0214 8000 000e8316f500 000d 8000 0019 0c 000000 "
         "0114 8000 0013c4120f00 000d 8000 0016 75 000000",
         REASON_LACP_BAD},
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct lacp l;
		size_t left;

		print_message("%s\n", cases[i].name);
		EXPECT_DECODE(lacp_decode, cases[i].hex, &l, cases[i].reason, &left);
		assert_int_equal(l.collector_delay_us, 0);
	}
}

#define MARKER "02 01 0110 0019 000e8316f500 0000002a 0000 0000"

static void
test_marker(void **state)
{
	struct lacp_marker m;
	size_t left;

	(void)state;
	EXPECT_DECODE(lacp_marker_decode, MARKER, &m, REASON_OK, &left);
	assert_false(m.response);
	assert_int_equal(m.port, 25);
	assert_int_equal(m.system[1], 0x0e);
	assert_int_equal(m.transaction, 42);
	EXPECT_DECODE(lacp_marker_decode, "02 01 0210 0019 000e8316f500 0000002a", &m, REASON_OK,
	              &left);
	assert_true(m.response);
	EXPECT_DECODE(lacp_marker_decode, "02 01 0310 0019 000e8316f500 0000002a", &m,
	              REASON_LACP_BAD, &left);
	EXPECT_DECODE(lacp_marker_decode, "02 01 0111 0019 000e8316f500 0000002a", &m,
	              REASON_LACP_BAD, &left);
}

static void
test_truncations(void **state)
{
	struct lacp l;
	struct lacp_marker m;

	(void)state;
	EXPECT_TRUNCATIONS(lacp_decode, LACPDU, &l, 42, REASON_LACP_SHORT);
	EXPECT_TRUNCATIONS(lacp_marker_decode, MARKER, &m, 16, REASON_LACP_SHORT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lacpdu),
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_marker),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
