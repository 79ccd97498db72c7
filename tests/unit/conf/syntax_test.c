/* The grammar: what libconfig takes passes, what it would call "syntax error" is named. */
#include "load.h"

static void
names_the_mistake(void **state)
{
	static const struct bad_line cases[] = {
		{2, "peer = { asn = 64496 ", "2: '{' is never closed; add '}'"},
		{2, "peer = { asn = ; };",
	         "2: ';' stands after asn; a value would be right: text in quotes, a number, true, "
	         "false, { }, ( ) or [ ]"},
		{2, "peer { asn = 1; };", "2: '{' stands after peer; a '=' would be right"},
		{7, "x == 5;",
	         "7: '=' stands after x; a value would be right: text in quotes, a number, true, "
	         "false, { }, ( ) or [ ]"},
		{1, "peering = { name = acme; };",
	         "1: 'acme' stands after name; a value would be right: text in quotes, a number, "
	         "true, "
	         "false, { }, ( ) or [ ]"},
		{7, "5 = x;", "7: '5' stands here; a key would be right, as in key = value;"},
		{7, "\"decode\" = { };",
	         "7: \"decode\" stands here; a key would be right, as in key = value;"},
		{7, "decode = { sip_ports = [ 1, \"2\" ]; };",
	         "7: \"2\" stands here; an array [ ] has values of one type; a list ( ) would be "
	         "right"},
		{7, "decode = { sip_ports = [ 1 2 ]; };",
	         "7: '2' stands here; a ',' or ']' would be right"},
		{7, "decode = { sip_ports = ( 1\n2 ); };",
	         "8: '2' stands here; a ',' or ')' would be right"},
		{7, "decode = { sip_ports = [ { } ]; };",
	         "7: '{' stands here; a plain value would be right, or a list ( )"},
		{3, "sites = ( { name = \"a\"; } ;);",
	         "3: ';' stands here; a ',' or ')' would be right"},
		{2, "peer = { asn = 64x; };", "2: ';' stands after x; a '=' would be right"},
		{2, "peer = { asn = 5LLL; };", "2: ';' stands after L; a '=' would be right"},
		{3,
	         "sites = ( { name = \"a\"; }, { name = \"b\"; metro = \"c\"; name = \"d\"; } );",
	         "3: name stands twice in one group, first at t.conf:3; leave one of both out"},
		/* newer ones take a comma at the end, version 1.5 does not */
		{7, "decode = { sip_ports = [ 1, ]; };",
	         "7: ']' stands here; a plain value would be right, or a list ( )"},
		{7, "decode = { sip_ports = ( 1, ); };",
	         "7: ')' stands after sip_ports; a value would be right: text in quotes, a number, "
	         "true, false, { }, ( ) or [ ]"},
		{2, "peer = { asn = 1; };\npeer = { asn = 2; };",
	         "3: peer stands twice in one group, first at t.conf:2; leave one of both out"},
	};

	(void)state;
	expect_errors(cases, sizeof cases / sizeof cases[0]);
}

static void
takes_all_that_libconfig_takes(void **state)
{
	static const char *const fine[] = {
		"decode : { inner = TRUE, sip_ports = [], sips_ports = () }",
		"decode = { inner = False sip_ports = [ 5080, 5081 ] }",
		"tolerate = { up_to = .5 };",
		"tolerate = { up_to = 1e-2; };",
		"tolerate = { up_to = +1.0E-2; };",
		"default_subnet = { classes = ( \"a\" \"b\" \"c\", \"d\\\"e\" ); };",
		"decode = { sip_ports = ( 0x1388, 5081L, 5082LL ); };",
	};

	(void)state;
	for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
		struct conf *c = load_least_with(7, fine[i]);

		conf_destroy(c);
	}
}

static void
neighbouring_texts_are_one(void **state)
{
	struct conf *c =
		load_least_with(7, "default_subnet = { classes = [ \"sip\" \"-tls\" ]; };");

	(void)state;
	assert_int_equal(c->default_subnet.classes.count, 1);
	assert_string_equal(c->default_subnet.classes.at[0], "sip-tls");
	conf_destroy(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_the_mistake),
		cmocka_unit_test(takes_all_that_libconfig_takes),
		cmocka_unit_test(neighbouring_texts_are_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
