#include "classify/class_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct class_rules rules;

static int
set_up(void **state)
{
	(void)state;
	class_rules_init(&rules, NULL, 0, NULL, 0);
	return 0;
}

/* The index against a walk over the table, for every port. */
static void
the_index_of_ports_is_the_table(void **state)
{
	(void)state;
	for (unsigned transport = 0; transport < CLASS_TRANSPORTS; transport++)
		for (uint32_t port = 0; port <= UINT16_MAX; port++) {
			unsigned wanted = 0;

			for (unsigned row = 1; class_port_rules[row].class != CLASS_COUNT; row++) {
				const struct port_rule *r = &class_port_rules[row];

				if (!wanted && r->transport == transport && port >= r->from &&
				    port <= r->to)
					wanted = row;
			}
			assert_int_equal(rules.port[transport][port], wanted);
		}
}

static void
the_index_of_first_bytes_is_the_table(void **state)
{
	(void)state;
	for (unsigned transport = 0; transport < CLASS_TRANSPORTS; transport++)
		for (unsigned first = 0; first < 256; first++)
			for (unsigned row = 0; class_magic_rules[row].class != CLASS_COUNT; row++) {
				const struct magic_rule *r = &class_magic_rules[row];
				bool wanted = r->transport == transport && first >= r->first_from &&
				              first <= r->first_to;

				assert_int_equal(rules.magic[transport][first] >> row & 1, wanted);
			}
}

static void
the_index_of_sixth_bytes_is_the_table(void **state)
{
	(void)state;
	for (unsigned sixth = 0; sixth < 256; sixth++)
		for (unsigned row = 0; class_magic_rules[row].class != CLASS_COUNT; row++) {
			const struct magic_rule *r = &class_magic_rules[row];
			bool wanted = r->sixth == MAGIC_ANY || (unsigned)r->sixth == sixth;

			assert_int_equal(rules.magic_sixth[r->transport][sixth] >> row & 1, wanted);
		}
}

/* The look loop walks from a port's first row while the range stays the same. */
static void
rows_of_one_port_stand_together(void **state)
{
	(void)state;
	for (unsigned a = 1; class_port_rules[a].class != CLASS_COUNT; a++)
		for (unsigned b = a + 1; class_port_rules[b].class != CLASS_COUNT; b++) {
			const struct port_rule *x = &class_port_rules[a], *y = &class_port_rules[b];

			if (x->transport != y->transport || x->to < y->from || y->to < x->from)
				continue;
			assert_int_equal(x->from, y->from);
			assert_int_equal(x->to, y->to);
			assert_int_equal(y[-1].from, x->from);
			assert_int_equal(y[-1].transport, x->transport);
		}
}

/* False SIP, RTP or BGP are worse than unknown. */
static void
no_port_alone_is_sip_rtp_or_bgp(void **state)
{
	(void)state;
	for (const struct port_rule *r = class_port_rules + 1; r->class != CLASS_COUNT; r++) {
		assert_int_not_equal(r->class, CLASS_RTP);
		assert_int_not_equal(r->class, CLASS_SRTP);
		if (r->class == CLASS_SIP || r->class == CLASS_BGP)
			assert_int_equal(r->alone, PORT_NEVER);
	}
}

static void
configured_ports_take_the_rows_of_sip(void **state)
{
	static const uint32_t sip[] = {5070}, sips[] = {443};
	static struct class_rules own;

	(void)state;
	class_rules_init(&own, sip, 1, sips, 1);
	assert_int_equal(own.port[CLASS_UDP][5070], class_rule_sip_udp);
	assert_int_equal(own.port[CLASS_TCP][5070], class_rule_sip_tcp);
	assert_int_equal(own.port[CLASS_TCP][443], class_rule_sips_tcp);
	assert_int_equal(class_port_rules[class_rule_sip_udp].class, CLASS_SIP);
	assert_int_equal(class_port_rules[class_rule_sip_tcp].class, CLASS_SIP);
	assert_int_equal(class_port_rules[class_rule_sips_tcp].class, CLASS_SIP_TLS);
	assert_int_equal(class_port_rules[own.port[CLASS_UDP][443]].class, CLASS_QUIC);
}

static void
blocks_of_ports_hold_what_the_index_has(void **state)
{
	static const uint32_t sip[] = {40000};
	static struct class_rules own;

	(void)state;
	class_rules_init(&own, sip, 1, NULL, 0);
	for (unsigned transport = 0; transport < CLASS_TRANSPORTS; transport++)
		for (uint32_t first = 0; first <= UINT16_MAX; first += 64) {
			bool any = false;

			for (uint32_t port = first; port < first + 64; port++)
				any |= own.port[transport][port] != 0;
			assert_int_equal(
				own.port_blocks[transport][first / 4096] >> first / 64 % 64 & 1,
				any);
		}
	assert_int_equal(own.port_blocks[CLASS_UDP][40000 / 4096] >> 40000 / 64 % 64 & 1, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_index_of_ports_is_the_table),
		cmocka_unit_test(blocks_of_ports_hold_what_the_index_has),
		cmocka_unit_test(the_index_of_first_bytes_is_the_table),
		cmocka_unit_test(the_index_of_sixth_bytes_is_the_table),
		cmocka_unit_test(rows_of_one_port_stand_together),
		cmocka_unit_test(no_port_alone_is_sip_rtp_or_bgp),
		cmocka_unit_test(configured_ports_take_the_rows_of_sip),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
