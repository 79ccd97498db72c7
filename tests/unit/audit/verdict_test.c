/* The verdict model: what sub-checks make of a row, and what a row makes of an exit code. */
#include "unit/audit/scene.h"

#include <stdio.h>

#define PASSED(...)                                                           \
	{                                                                     \
		.id = "p", .scope = "a", .verdict = VERDICT_PASS, __VA_ARGS__ \
	}
#define FAILED(...)                                                           \
	{                                                                     \
		.id = "f", .scope = "b", .verdict = VERDICT_FAIL, __VA_ARGS__ \
	}
#define OPEN(why, ...)                                                                             \
	{                                                                                          \
		.id = "o", .scope = "c", .verdict = VERDICT_INCONCLUSIVE, .lack = why, __VA_ARGS__ \
	}
#define SEEN .basis = BASIS_OBSERVED
#define SAID .basis = BASIS_DECLARED

struct scenario {
	const char *name;
	struct subcheck checks[4]; /* id NULL ends */
	const char *verdict, *basis, *reason, *scope, *side;
};

static const struct scenario scenarios[] = {
	{"nothing looked at", {{0}}, "INCONCLUSIVE", "", "not-collected", "peering", "peer"},
	{"seen and well", {PASSED(SEEN)}, "PASS", "OBSERVED", "", "peering", "peer"},
	{"a declaration alone never passes",
         {PASSED(SAID)},
         "INCONCLUSIVE",
         "DECLARED",
         "not-collected",
         "peering",
         "peer"},
	{"seen, with a declaration",
         {PASSED(SEEN), PASSED(SAID)},
         "PASS",
         "MIXED",
         "",
         "peering",
         "peer"},
	{"one failure decides over all",
         {PASSED(SEEN), OPEN(LACK_TOO_LITTLE, SEEN), FAILED(SEEN)},
         "FAIL",
         "OBSERVED",
         "",
         "b",
         "peer"},
	{"a declaration may fail", {FAILED(SAID)}, "FAIL", "DECLARED", "", "b", "peer"},
	{"one mandatory sub-check open",
         {PASSED(SEEN), OPEN(LACK_TOO_LITTLE, SEEN)},
         "INCONCLUSIVE",
         "OBSERVED",
         "too-little",
         "peering",
         "peer"},
	{"an optional one open does not matter",
         {PASSED(SEEN), OPEN(LACK_TOO_LITTLE, SEEN, .optional = true)},
         "PASS",
         "OBSERVED",
         "",
         "peering",
         "peer"},
	{"an unfit probe is said first",
         {OPEN(LACK_NOT_COLLECTED), OPEN(LACK_PROBE_UNFIT), OPEN(LACK_TOO_LITTLE)},
         "INCONCLUSIVE",
         "",
         "probe-unfit",
         "peering",
         "peer"},
};

static void
sub_checks_make_the_row(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);

	(void)state;
	for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
		const struct scenario *s = &scenarios[i];
		struct verdict_draft d;

		print_message("%s\n", s->name);
		verdict_begin(&d, requirement_find("R4"), conf, 1, 2);
		for (size_t c = 0; c < 4 && s->checks[c].id; c++)
			verdict_add(&d, &s->checks[c], "because %zu", c);
		verdict_conclude(&d);
		assert_string_equal(d.row.verdict, s->verdict);
		assert_string_equal(d.row.basis, s->basis);
		assert_string_equal(d.row.reason, s->reason);
		assert_string_equal(d.row.scope, s->scope);
		assert_string_equal(d.row.side, s->side);
		/* every INCONCLUSIVE has a need, every FAIL a next step */
		assert_int_equal(d.row.need_count > 0, strcmp(s->verdict, "INCONCLUSIVE") == 0);
		assert_int_equal(d.row.next[0] != '\0', strcmp(s->verdict, "FAIL") == 0);
	}
	conf_destroy(conf);
}

/* The side is the requirement's own, unless the finding knows better; the first one stays. */
static void
a_failure_names_its_side(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct subcheck bad = FAILED(SEEN);
	struct verdict_draft d;

	(void)state;
	verdict_begin(&d, requirement_find("R2"), conf, 1, 2);
	verdict_add(&d, &bad, "bad");
	verdict_conclude(&d);
	assert_string_equal(d.row.side, "both");
	verdict_begin(&d, requirement_find("R2"), conf, 1, 2);
	verdict_add(&d, &bad, "bad");
	verdict_blame(&d, SIDE_MSFT);
	verdict_blame(&d, SIDE_PEER);
	verdict_conclude(&d);
	assert_string_equal(d.row.side, "msft");
	conf_destroy(conf);
}

/* More sub-checks than a row holds: the failure among them is kept, and the rest counted. */
static void
a_failure_is_not_crowded_out(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct subcheck well = PASSED(SEEN), bad = FAILED(SEEN);
	struct verdict_draft d;

	(void)state;
	verdict_begin(&d, requirement_find("R4"), conf, 1, 2);
	for (unsigned i = 0; i < REC_SUBCHECKS; i++)
		verdict_add(&d, &well, "well");
	verdict_add(&d, &bad, "the bad one");
	verdict_conclude(&d);
	assert_string_equal(d.row.verdict, "FAIL");
	assert_int_equal(d.row.subcheck_count, REC_SUBCHECKS);
	assert_non_null(strstr(d.row.reasons, "the bad one"));
	assert_non_null(strstr(d.row.reasons, "1 more"));
	conf_destroy(conf);
}

static bool
ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), tail = strlen(end);

	return size >= tail && strcmp(text + size - tail, end) == 0;
}

/* Ten sub-checks that passed fill the row's text three times over: the note stands whole behind the
 * first of them, nothing is cut in its middle, and the rest is counted. */
static void
a_note_is_not_crowded_out(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct subcheck well = PASSED(SEEN);
	static const char note[] = "leak: ICMP from 192.168.1.1 (private), 812 packets";
	struct verdict_draft d;
	unsigned told = 0;
	char more[32];

	(void)state;
	verdict_begin(&d, requirement_find("R3"), conf, 1, 2);
	verdict_detail(&d, "%s%s", "a detail of 70 characters or so that nobody needs to read ",
	               "while there is a note");
	for (unsigned i = 0; i < 10; i++)
		verdict_add(&d, &well, "%2u all of %0100u prefixes are public", i, 7);
	verdict_note(&d, "%s", note);
	verdict_conclude(&d);
	assert_string_equal(d.row.verdict, "PASS");
	assert_int_equal(strncmp(d.row.reasons, " 0 all of", 9), 0);
	assert_non_null(strstr(d.row.reasons, note));
	for (const char *at = d.row.reasons; (at = strstr(at, " are public")); at++)
		told++;
	assert_in_range(told, 2, 9);
	snprintf(more, sizeof more, "; and %u more", 10 - told + 1);
	assert_true(ends_with(d.row.reasons, more));
	conf_destroy(conf);
}

/* What has room is told whole, and nothing is said to be left out. */
static void
all_is_told_where_there_is_room(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct subcheck well = PASSED(SEEN);
	struct verdict_draft d;

	(void)state;
	verdict_begin(&d, requirement_find("R3"), conf, 1, 2);
	verdict_detail(&d, "a detail");
	verdict_note(&d, "a note");
	verdict_add(&d, &well, "one");
	verdict_add(&d, &well, "two");
	verdict_conclude(&d);
	assert_string_equal(d.row.reasons, "one; two; a note; a detail");
	conf_destroy(conf);
}

/* Texts from a contract may be long and in any language: cut, but never inside a character. */
static void
long_texts_are_cut_at_a_character(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct subcheck well = PASSED(SEEN);
	char wide[401] = "";
	struct verdict_draft d;
	size_t length;

	(void)state;
	for (unsigned i = 0; i < 200; i++)
		strcat(wide, "\xc3\xa9");
	verdict_begin(&d, requirement_find("R4"), conf, 1, 2);
	verdict_add(&d, &well, "x%s", wide);
	length = strlen(d.row.subchecks[0].reason);
	assert_true(length < sizeof d.row.subchecks[0].reason);
	/* one ASCII letter and whole characters of two bytes */
	assert_int_equal(length % 2, 1);
	conf_destroy(conf);
}

static void
exit_codes(void **state)
{
	static const struct {
		const char *strength, *applies, *verdict;
		bool strict, unfit;
		int code;
	} cases[] = {
		{"MUST", "yes", "PASS", true, false, 0},
		{"MUST", "yes", "FAIL", false, false, 1},
		{"MUST", "yes", "FAIL", true, false, 1},
		{"SHOULD", "yes", "FAIL", true, false, 0},
		{"MUST", "no", "FAIL", true, false, 0},
		{"MUST", "yes", "INCONCLUSIVE", false, false, 0},
		{"MUST", "yes", "INCONCLUSIVE", true, false, 3},
		{"SHOULD", "yes", "INCONCLUSIVE", true, false, 0},
		{"MUST", "yes", "FAIL", true, true, 4},
		{"MUST", "yes", "PASS", false, true, 4},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct rec_verdict *row = mem_alloc(1, sizeof *row);

		strcpy(row->strength, cases[i].strength);
		strcpy(row->applies, cases[i].applies);
		strcpy(row->verdict, cases[i].verdict);
		assert_int_equal(verdict_exit_code(row, 1, cases[i].strict, cases[i].unfit),
		                 cases[i].code);
		free(row);
	}
}

/* Evidence of a failure is never crowded out by what passed before or after it. */
static void
failures_keep_their_evidence(void **state)
{
	const struct subcheck passed = PASSED(SEEN), failed = FAILED(SEEN, .first_us = 5);
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct verdict_draft d;

	(void)state;
	verdict_begin(&d, requirement_find("R1"), conf, 1, 2);
	for (unsigned i = 0; i < 2 * REC_EVIDENCE; i++) {
		verdict_add(&d, i == REC_EVIDENCE + 1 ? &failed : &passed, "x");
		verdict_evidence(&d, &(struct rec_evidence){.ts_us = i});
	}
	verdict_conclude(&d);
	assert_int_equal(d.row.evidence_count, 1);
	assert_int_equal(d.row.evidence[0].ts_us, REC_EVIDENCE + 1);
	assert_int_equal(d.row.first_us, 5);
	conf_destroy(conf);
}

/* A failure without evidence of its own shows the sub-check; a decided row needs nothing. */
static void
a_failure_shows_something(void **state)
{
	const struct subcheck failed = {
		.id = "load", .scope = "link:pni-a", .verdict = VERDICT_FAIL, SEEN};
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct verdict_draft d;

	(void)state;
	verdict_begin(&d, requirement_find("R1"), conf, 1, 2);
	verdict_need(&d, "a", "b", "c", "d", 0);
	verdict_add(&d, &failed, "too much");
	verdict_conclude(&d);
	assert_int_equal(d.row.evidence_count, 1);
	assert_string_equal(d.row.evidence[0].link, "pni-a");
	assert_string_equal(d.row.evidence[0].value, "too much");
	assert_int_equal(d.row.first_us, 2); /* first seen now */
	assert_int_equal(d.row.need_count, 0);
	conf_destroy(conf);
}

/* The side is the first failure's, whoever the second one blames. */
static void
the_first_failure_names_the_side(void **state)
{
	const struct subcheck failed = FAILED(SEEN);
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct verdict_draft d;

	(void)state;
	verdict_begin(&d, requirement_find("R1"), conf, 1, 2);
	verdict_add(&d, &failed, "one");
	verdict_add(&d, &failed, "two");
	verdict_blame(&d, SIDE_MSFT);
	verdict_conclude(&d);
	assert_string_equal(d.row.side, "peer");
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sub_checks_make_the_row),
		cmocka_unit_test(a_failure_names_its_side),
		cmocka_unit_test(a_failure_is_not_crowded_out),
		cmocka_unit_test(a_note_is_not_crowded_out),
		cmocka_unit_test(all_is_told_where_there_is_room),
		cmocka_unit_test(long_texts_are_cut_at_a_character),
		cmocka_unit_test(exit_codes),
		cmocka_unit_test(failures_keep_their_evidence),
		cmocka_unit_test(a_failure_shows_something),
		cmocka_unit_test(the_first_failure_names_the_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
