/* R5: flows that survive an asymmetric path are told with their sample, and decide nothing as long
 * as what speaks against is not looked for. */
#include "unit/audit/scene.h"

/* 1000 flows of pni-a that the peer sends one way only, of which 128 were looked for and half were
 * found, with an error of a tenth; 20 the other way, all of them looked for. */
static struct rec_asymmetry
half_found(void)
{
	struct rec_asymmetry a = {
		.link = "pni-a", .until_us = SCENE_NOW - SCENE_SECOND, .window_us = 10000000};

	for (int kind = 0; kind < REC_HALF_KINDS; kind++)
		for (int dir = 0; dir < DIR_COUNT; dir++)
			a.kind[kind].found_ratio[dir] = a.kind[kind].error_ratio[dir] = NAN;
	a.kind[0].flows[0] = 1000;
	a.kind[0].samples[0] = 128;
	a.kind[0].found_ratio[0] = 0.5;
	a.kind[0].error_ratio[0] = 0.1;
	strcpy(a.kind[0].where[0], "pni-b 50.0 %");
	a.kind[0].flows[1] = a.kind[0].samples[1] = 20;
	a.kind[0].found_ratio[1] = 1;
	a.kind[0].error_ratio[1] = 0;
	return a;
}

static const struct rec_subcheck *
subcheck(const struct rec_verdict *v, const char *id, const char *scope)
{
	for (size_t i = 0; i < v->subcheck_count; i++)
		if (strcmp(v->subchecks[i].id, id) == 0 &&
		    strcmp(v->subchecks[i].scope, scope) == 0)
			return &v->subchecks[i];
	fail_msg("no %s of %s", id, scope);
	return NULL;
}

static void
survivors_are_told_and_decide_nothing(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);
	struct rec_asymmetry a = half_found();
	const struct rec_verdict *v;
	bool wanted = false;

	(void)state;
	in.asymmetries = &a;
	in.asymmetry_count = 1;
	v = scene_judge(&in, "R5");
	assert_string_equal(v->verdict, "INCONCLUSIVE");
	assert_int_equal(v->samples, 148);
	/* the lower end of what the samples say: 1000 x (0.5 - 0.1) and 20 x 1 */
	assert_non_null(strstr(subcheck(v, "asymmetric", "link:pni-a")->reason,
	                       "at least 420 flows of pni-a"));
	assert_non_null(strstr(subcheck(v, "asymmetric", "link:pni-a")->reason, "pni-b 50.0 %"));
	assert_int_equal(subcheck(v, "asymmetric", "link:pni-a")->samples, 148);
	assert_non_null(
		strstr(subcheck(v, "asymmetric", "link:pni-b")->reason, "no flow of pni-b"));
	subcheck(v, "against", "peering");
	for (size_t i = 0; i < v->need_count; i++)
		wanted |= strcmp(v->need[i].have, "420 in the last 10 s") == 0 &&
		          strstr(v->need[i].want, "1000 over 10 endpoints") != NULL;
	assert_true(wanted);
	scene_input_fini(&in);
	conf_destroy(conf);
}

/* What nobody tells of any more says nothing of now. */
static void
old_windows_are_forgotten(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);
	struct rec_asymmetry a = half_found();

	(void)state;
	in.asymmetries = &a;
	in.asymmetry_count = 1;
	a.until_us = SCENE_NOW - 600 * SCENE_SECOND;
	assert_int_equal(scene_judge(&in, "R5")->samples, 0);
	a.window_us = 0; /* a capture: all of it is one window */
	assert_int_equal(scene_judge(&in, "R5")->samples, 148);
	scene_input_fini(&in);
	conf_destroy(conf);
}

/* Fewer found than the samples' error: none is known to be. */
static void
chance_is_no_survivor(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);
	struct rec_asymmetry a = half_found();
	const struct rec_verdict *v;

	(void)state;
	a.kind[0].found_ratio[0] = 0.01;
	a.kind[0].error_ratio[0] = 0.03;
	a.kind[0].found_ratio[1] = 0;
	in.asymmetries = &a;
	in.asymmetry_count = 1;
	v = scene_judge(&in, "R5");
	assert_non_null(
		strstr(subcheck(v, "asymmetric", "link:pni-a")->reason, "no flow of pni-a"));
	assert_int_equal(subcheck(v, "asymmetric", "link:pni-a")->samples, 148);
	scene_input_fini(&in);
	conf_destroy(conf);
}

static void
a_span_port_shows_too_little(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);

	(void)state;
	((struct conf_link *)in.links[0].conf)->tap = TAP_SPAN;
	assert_string_equal(scene_judge(&in, "R5")->reason, "not-observable");
	scene_input_fini(&in);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(survivors_are_told_and_decide_nothing),
		cmocka_unit_test(old_windows_are_forgotten),
		cmocka_unit_test(chance_is_no_survivor),
		cmocka_unit_test(a_span_port_shows_too_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
