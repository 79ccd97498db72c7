/* Hysteresis, hard facts and maintenance, as sequences of looks. */
#include "unit/audit/scene.h"

#include "audit/settle.h"

struct step {
	const char *says; /* of this look: "P", "F", "f" (hard), "I" */
	const char *frozen_by;
	const char *published;
	bool changed;
	uint64_t since; /* look number, from 1 */
};

static void
draft_of(struct verdict_draft *d, const struct conf *conf, char says)
{
	struct subcheck check = {.id = "x", .scope = "y", .basis = BASIS_OBSERVED};

	check.verdict = says == 'P'   ? VERDICT_PASS
	                : says == 'I' ? VERDICT_INCONCLUSIVE
	                              : VERDICT_FAIL;
	check.lack = says == 'I' ? LACK_TOO_LITTLE : LACK_NONE;
	check.hard = says == 'f';
	verdict_begin(d, requirement_find("R2"), conf, 0, 1);
	verdict_add(d, &check, "look says %c", says);
	verdict_conclude(d);
}

static void
run(const struct step *steps, size_t count, bool immediate)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct settled *s = mem_alloc(1, sizeof *s);
	struct verdict_draft d;

	for (size_t i = 0; i < count; i++) {
		struct settle_rules rules = {2, immediate, steps[i].frozen_by};

		draft_of(&d, conf, steps[i].says[0]);
		assert_int_equal(settle(s, &d, &rules, i + 1), steps[i].changed);
		assert_string_equal(s->row.verdict, steps[i].published);
		assert_int_equal(s->row.since_us, steps[i].since);
	}
	free(s);
	conf_destroy(conf);
}

#define RUN(immediate, ...)                     \
	run((const struct step[]){__VA_ARGS__}, \
	    sizeof((const struct step[]){__VA_ARGS__}) / sizeof(struct step), immediate)

static void
a_change_needs_two_looks(void **state)
{
	(void)state;
	RUN(false, {"P", NULL, "INCONCLUSIVE", true, 1}, {"P", NULL, "PASS", true, 2},
	    {"F", NULL, "PASS", false, 2}, {"P", NULL, "PASS", false, 2},
	    {"F", NULL, "PASS", false, 2}, {"F", NULL, "FAIL", true, 6},
	    {"F", NULL, "FAIL", false, 6});
}

static void
looks_that_disagree_start_again(void **state)
{
	(void)state;
	RUN(false, {"I", NULL, "INCONCLUSIVE", true, 1}, {"F", NULL, "INCONCLUSIVE", false, 1},
	    {"P", NULL, "INCONCLUSIVE", false, 1}, {"P", NULL, "PASS", true, 4});
}

static void
a_hard_fact_counts_at_once(void **state)
{
	(void)state;
	RUN(false, {"f", NULL, "FAIL", true, 1}, {"I", NULL, "FAIL", false, 1},
	    {"I", NULL, "INCONCLUSIVE", true, 3}, {"f", NULL, "FAIL", true, 4});
}

static void
a_capture_decides_at_once(void **state)
{
	(void)state;
	RUN(true, {"P", NULL, "PASS", true, 1}, {"F", NULL, "FAIL", true, 2});
}

static void
maintenance_freezes_but_not_hard_facts(void **state)
{
	(void)state;
	RUN(false, {"P", NULL, "INCONCLUSIVE", true, 1}, {"P", NULL, "PASS", true, 2},
	    {"F", "CHG-1", "PASS", false, 2}, {"F", "CHG-1", "PASS", false, 2},
	    {"F", NULL, "PASS", false, 2}, /* looks in maintenance do not count */
	    {"F", NULL, "FAIL", true, 6});
	RUN(false, {"P", NULL, "INCONCLUSIVE", true, 1}, {"P", NULL, "PASS", true, 2},
	    {"f", "CHG-1", "FAIL", true, 3});
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_needs_two_looks),
		cmocka_unit_test(looks_that_disagree_start_again),
		cmocka_unit_test(a_hard_fact_counts_at_once),
		cmocka_unit_test(a_capture_decides_at_once),
		cmocka_unit_test(maintenance_freezes_but_not_hard_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
