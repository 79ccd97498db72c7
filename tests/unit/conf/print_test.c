/* What is printed loads again to the same, names every source, and leaves no key out. */
#include "load.h"

#include <stdio.h>

#include "conf/schema.h"
#include "conf/threshold.h"
#include "support/printed.h"

/* Comments name sources, which differ when the print itself is the file. */
static void
drop_comments(char *text)
{
	char *to = text;
	bool comment = false;

	for (const char *at = text; *at; at++) {
		if (*at == '#')
			comment = true;
		if (*at == '\n')
			comment = false;
		if (!comment)
			*to++ = *at;
	}
	*to = '\0';
}

static struct conf *
load_file(const char *path)
{
	struct conf *c;
	char *error;

	if (conf_load(path, &c, &error) != 0)
		fail_msg("%s", error);
	return c;
}

static void
prints_what_loads_to_the_same(struct conf *c)
{
	char *first = printed(c), *second;
	struct conf *again = load_or_fail(first);

	second = printed(again);
	drop_comments(first);
	drop_comments(second);
	assert_string_equal(first, second);
	free(first);
	free(second);
	conf_destroy(again);
	conf_destroy(c);
}

static void
round_trip(void **state)
{
	(void)state;
	prints_what_loads_to_the_same(load_file("docs/examples/probe.conf"));
	prints_what_loads_to_the_same(load_least_with(0, NULL));
	prints_what_loads_to_the_same(
		load_least_with(7, "data = { rpki = \"/dev/null\"; }; default_subnet = { classes = "
	                           "[ \"a\\\"b\\\\c\\t\" "
	                           "]; }; decode = { inner = false; sip_ports = [ 5080 ]; };"));
}

static void
a_link_prints_its_own_thresholds_only(void **state)
{
	struct conf *c = load_least_with(6, "); thresholds = { r4_flows = 9; }; } );\n"
	                                    "thresholds = { r4_flows = 9; x15_days = 5; };");
	char *text = printed(c);

	(void)state;
	assert_non_null(
		strstr(text, "\tthresholds = {\n\t\tr4_flows = 9; # flows, t.conf:6\n\t};\n"));
	assert_non_null(strstr(text, "\n\tx15_days = 5; # days, t.conf:7\n"));
	free(text);
	conf_destroy(c);
}

static void
every_number_has_its_source(void **state)
{
	struct conf *c = load_least_with(7, "tolerate = { up_to = 0.02; };");
	char *text = printed(c);

	(void)state;
	assert_non_null(strstr(text, "\tup_to = 0.02; # t.conf:7\n"));
	assert_non_null(strstr(text, "\tasns = ( 8075, 8068, 8069 ); # default, documented: "
	                             "internet-peering/policy.md\n"));
	assert_non_null(strstr(text, "\tinterval_ms = 1000; # default, engineering\n"));
	assert_non_null(strstr(text, "\tx14_speed = \"10G\"; # bps, default, documented: "
	                             "internet-peering/ walkthroughs\n"));
	assert_non_null(strstr(text, "# bandwidth # not set\n"));
	free(text);
	conf_destroy(c);
}

/* A number that changes nothing yet says so, wherever it comes from. */
static void
what_is_not_used_yet_says_so(void **state)
{
	struct conf *c = load_least_with(7, "thresholds = { r7_required_rate = \"8G\"; };");
	char *text = printed(c);

	(void)state;
	assert_non_null(
		strstr(text, "\tr7_required_rate = \"8G\"; # bps, t.conf:7; not used yet\n"));
	assert_non_null(strstr(text, "\t\tevidence = \"90d\"; # default, engineering; not used "
	                             "yet\n"));
	assert_non_null(strstr(text, "\tr4_flows = 20; # flows, default, engineering\n"));
	free(text);
	conf_destroy(c);
}

static void
expect_row(const char *docs, const char *key)
{
	char row[128];

	snprintf(row, sizeof row, "\n| `%s` | ", key);
	if (!strstr(docs, row))
		fail_msg("%s is not in the documents", key);
}

static void
expect_group(const char *docs, const struct schema_group *group)
{
	for (const struct schema_key *k = group->keys; k->name; k++) {
		expect_row(docs, k->name);
		assert_non_null(k->help);
		if (k->type == TYPE_GROUP)
			expect_group(docs, k->group);
		else if (k->type != TYPE_THRESHOLDS)
			assert_non_null(k->example);
	}
}

static void
documents_are_complete(void **state)
{
	char *docs = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&docs, &size);

	(void)state;
	conf_print_docs(f);
	fclose(f);
	expect_group(docs, &schema_root);
	for (size_t i = 0; i < threshold_count; i++)
		expect_row(docs, threshold_table[i].name);
	free(docs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(a_link_prints_its_own_thresholds_only),
		cmocka_unit_test(every_number_has_its_source),
		cmocka_unit_test(what_is_not_used_yet_says_so),
		cmocka_unit_test(documents_are_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
