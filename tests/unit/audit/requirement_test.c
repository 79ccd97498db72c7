/* The set is complete and says what the specification says. */
#include "unit/audit/scene.h"

#include <stdio.h>

static void
the_set_is_complete_and_in_order(void **state)
{
	static const struct {
		char letter;
		int count;
	} groups[] = {{'R', 11}, {'X', 19}, {'M', 6}};
	size_t at = 0;

	(void)state;
	for (size_t g = 0; g < 3; g++) {
		for (int n = 1; n <= groups[g].count; n++, at++) {
			char id[16];

			snprintf(id, sizeof id, "%c%d", groups[g].letter, n);
			assert_string_equal(requirement_at(at)->id, id);
			assert_ptr_equal(requirement_find(id), requirement_at(at));
		}
	}
	assert_int_equal(requirement_count(), at);
	assert_ptr_equal(requirement_find("r4"), requirement_find("R4"));
	assert_null(requirement_find("R12"));
}

static void
every_row_says_everything(void **state)
{
	(void)state;
	for (size_t i = 0; i < requirement_count(); i++) {
		const struct requirement *r = requirement_at(i);

		assert_true(r->title && r->text && r->source && r->pass && r->fail &&
		            r->inconclusive && r->evidence && r->how);
		assert_true(r->applies != 0);
		/* an advice is no MUST, and strict voice has something to raise */
		if (r->flags & (REQ_ADVICE | REQ_STRICT_VOICE))
			assert_int_equal(r->strength, STRENGTH_SHOULD);
		/* the record's fields hold title and evidence whole */
		assert_true(strlen(r->title) < sizeof((struct rec_verdict *)0)->title);
		assert_true(strlen(r->evidence) < sizeof((struct rec_need *)0)->what);
		assert_true(strlen(r->how) < sizeof((struct rec_need *)0)->how);
	}
}

static void
strict_voice_raises_r10_x16_x17_only(void **state)
{
	struct conf *plain = scene_conf(SCENE_CONTRACT);
	struct conf *strict =
		scene_conf("peering = { name = \"lab\"; type = \"voice\"; strict_voice = true; };\n"
	                   "peer = { asn = 64496; };\n"
	                   "sites = ( { name = \"ams1\"; } );\n"
	                   "links = ( " SCENE_LINK("pni-a", "ams1", "primary", "") " );\n");

	(void)state;
	for (size_t i = 0; i < requirement_count(); i++) {
		const struct requirement *r = requirement_at(i);
		bool raised = strcmp(r->id, "R10") == 0 || strcmp(r->id, "X16") == 0 ||
		              strcmp(r->id, "X17") == 0;

		assert_int_equal(requirement_strength(r, plain), r->strength);
		/* text of an older edition: asked of those who chose it, of nobody else */
		if (raised)
			assert_int_equal(requirement_applies(r, plain), strcmp(r->id, "R10") == 0);
		assert_int_equal(requirement_strength(r, strict),
		                 raised ? STRENGTH_MUST : r->strength);
	}
	conf_destroy(plain);
	conf_destroy(strict);
}

static void
bfd_is_asked_of_voice_alone(void **state)
{
	struct conf *voice = scene_conf(SCENE_CONTRACT);
	struct conf *isp =
		scene_conf("peering = { name = \"lab\"; type = \"isp\"; };\n"
	                   "peer = { asn = 64496; };\n"
	                   "sites = ( { name = \"ams1\"; } );\n"
	                   "links = ( " SCENE_LINK("pni-a", "ams1", "primary", "") " );\n");

	(void)state;
	assert_true(requirement_applies(requirement_find("X1"), voice));
	assert_false(requirement_applies(requirement_find("X1"), isp));
	assert_true(requirement_applies(requirement_find("R11"), isp));
	conf_destroy(voice);
	conf_destroy(isp);
}

static char *
explain(const char *id, const struct conf *conf)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	requirement_explain(requirement_find(id), conf, to);
	fclose(to);
	return text;
}

static void
explain_prints_thresholds_with_value_and_source(void **state)
{
	struct conf *conf =
		scene_conf(SCENE_CONTRACT "thresholds = { r4_undeclared_flows = 40; };\n");
	char *text = explain("R4", conf);

	(void)state;
	assert_non_null(strstr(text, "r4_undeclared_flows"));
	assert_non_null(strstr(text, "40 flows (scene.conf:"));
	assert_non_null(strstr(text, "r4_undeclared_ratio"));
	assert_non_null(strstr(text, "0.001 ratio (engineering)"));
	assert_null(strstr(text, "r8_"));
	free(text);
	text = explain("M1", conf);
	assert_non_null(strstr(text, "m1_counter_ratio"));
	assert_non_null(strstr(text, "x15_augment_ratio"));
	assert_non_null(strstr(text, "0.4 ratio (documented"));
	free(text);
	text = explain("R4", NULL);
	assert_non_null(strstr(text, "FAIL"));
	free(text);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_set_is_complete_and_in_order),
		cmocka_unit_test(every_row_says_everything),
		cmocka_unit_test(strict_voice_raises_r10_x16_x17_only),
		cmocka_unit_test(bfd_is_asked_of_voice_alone),
		cmocka_unit_test(explain_prints_thresholds_with_value_and_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
