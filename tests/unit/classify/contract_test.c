/* Class and role names of a configuration against the tables. */
#include "classify/contract.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "classify/role.h"

static int
load(const char *last_line, struct conf **c, char **error)
{
	struct text t = {0};
	int rc;

	text_add(&t,
	         "peering = { name = \"p\"; }; peer = { }; sites = ( { name = \"a\"; } );\n"
	         "links = ( { name = \"l\"; members = ( { speed = \"1G\"; both = \"pcap:x\"; } ); "
	         "} );\n%s\n",
	         last_line);
	rc = contract_load_text(t.at, "t.conf", c, error);
	text_fini(&t);
	return rc;
}

static void
the_example_holds_known_names(void **state)
{
	struct conf *c;
	char *error;

	(void)state;
	if (contract_load("docs/examples/probe.conf", &c, &error) != 0)
		fail_msg("%s", error);
	conf_destroy(c);
}

static void
defaults_are_known(void **state)
{
	struct conf *c;
	char *error;

	(void)state;
	if (load("", &c, &error) != 0)
		fail_msg("%s", error);
	assert_true(c->tolerate.classes.count > 0);
	conf_destroy(c);
}

static void
mistyped_names_are_told(void **state)
{
	static const struct {
		const char *line, *error;
	} cases[] = {
		{"subnets = ( { prefix = \"10.0.0.0/8\"; classes = [ \"siptls\" ]; } );",
	         "t.conf:3: class \"siptls\" is not known; \"sip-tls\" would be right"},
		{"subnets = ( { prefix = \"10.0.0.0/8\"; roles = [ \"sbcs\" ]; } );",
	         "t.conf:3: role \"sbcs\" is not known; \"sbc\" would be right"},
		{"default_subnet = { classes = [ \"zzzzzz\" ]; };",
	         "t.conf:3: class \"zzzzzz\" is not known; a class that the documents list would "
	         "be "
	         "right"},
		{"tolerate = { classes = [ \"frgment\" ]; };",
	         "t.conf:3: class \"frgment\" is not known; \"fragment\" would be right"},
		{"tolerate = { clases = [ ]; };",
	         "t.conf:3: unknown key \"clases\" in tolerate; \"classes\" would be right"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct conf *c;
		char *error;

		assert_int_equal(load(cases[i].line, &c, &error), -EINVAL);
		assert_null(c);
		assert_string_equal(error, cases[i].error);
		free(error);
	}
}

static void
every_role_is_found_by_its_name(void **state)
{
	(void)state;
	for (int i = 0; i < ENDPOINT_ROLE_COUNT; i++) {
		assert_int_equal(role_find(role_name(i)), i);
		assert_true(strlen(role_help(i)) > 0);
	}
	assert_int_equal(role_find("toaster"), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_holds_known_names),
		cmocka_unit_test(defaults_are_known),
		cmocka_unit_test(mistyped_names_are_told),
		cmocka_unit_test(every_role_is_found_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
