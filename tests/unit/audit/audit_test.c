/* The whole turn over a memory store: capture, live with hysteresis, restart, two controls. */
#include "unit/audit/store_scene.h"

#include "audit/audit.h"

#define S SCENE_SECOND

static size_t
open_count(const struct audit *a)
{
	size_t count;

	audit_findings(a, &count);
	return count;
}

static void
count_ledger(void *context, uint64_t ts_us, const char *id, const char *scope, const char *from,
             const char *to, const char *reasons)
{
	(void)ts_us;
	(void)scope;
	(void)from;
	(void)to;
	(void)reasons;
	*(unsigned *)context += strcmp(id, "R4") == 0;
}

static unsigned
ledger_of_r4(struct store *s)
{
	unsigned count = 0;

	store_select(s, "", "lab");
	store_ledger_each(s, 0, count_ledger, &count);
	return count;
}

/* Declared media, and an undeclared class of 5 % in 500 flows over an hour. */
static void
put_traffic(struct store *s, const struct conf *conf, uint64_t at, bool undeclared)
{
	put_probe(s, conf, at);
	put_class(s, "srtp", 500000, 95000000, 10000, at);
	if (undeclared)
		put_class(s, "tls", 10000, 5000000, 500, at);
}

static void
a_capture_is_judged_in_one_turn(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct store *s = scene_store();
	struct audit *a =
		audit_create(&(struct audit_params){.conf = conf, .store = s, .capture = true});
	struct rec_verdict stored;
	struct rec_finding finding;
	size_t count;
	char **ids;

	(void)state;
	put_traffic(s, conf, SCENE_NOW, true);
	assert_int_equal(audit_turn(a, 0), 0);
	assert_string_equal(row_of(a, "R4")->verdict, "FAIL");
	assert_int_equal(row_of(a, "R4")->window_from_us, PROBE_BOOT);
	assert_int_equal(row_of(a, "R4")->window_to_us, SCENE_NOW);
	assert_int_equal(audit_exit_code(a, false), 1);
	assert_int_equal(open_count(a), 1);
	/* the same from the store */
	assert_true(store_get(s, RECORD_VERDICT, "R4", &stored));
	assert_string_equal(stored.verdict, "FAIL");
	assert_int_equal(stored.evidence_count, 1);
	ids = store_top(s, SCOPE_PEERING, "findings:open", 10, NULL, &count);
	assert_int_equal(count, 1);
	assert_true(store_get(s, RECORD_FINDING, ids[0], &finding));
	assert_string_equal(finding.kind, "class.undeclared");
	assert_string_equal(finding.state, "open");
	assert_int_equal(ledger_of_r4(s), 1);
	store_ids_free(ids, count);
	audit_destroy(a);
	store_close(s, 0);
	conf_destroy(conf);
}

static void
what_time_would_help(void **state)
{
	static const struct {
		const char *id, *verdict, *reason;
		uint64_t seen_s;
		uint32_t needs_s;
	} cases[] = {
		{"R4", "INCONCLUSIVE", "too-little", 899, 900},
		{"R4", "INCONCLUSIVE", "too-little", 900, 0},
		{"R4", "FAIL", "", 60, 0},
		{"R3", "INCONCLUSIVE", "not-collected", 60, 0}, /* time brings no BGP */
		{"X15", "INCONCLUSIVE", "too-little", 3600, 86400},
		{"X14", "INCONCLUSIVE", "not-observable", 60, 0},
	};
	struct rec_verdict *row = mem_alloc(1, sizeof *row);

	(void)state;
	strcpy(row->applies, "yes");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		strcpy(row->id, cases[i].id);
		strcpy(row->verdict, cases[i].verdict);
		strcpy(row->reason, cases[i].reason);
		row->window_to_us = cases[i].seen_s * S;
		assert_int_equal(audit_needs_live_s(row), cases[i].needs_s);
	}
	free(row);
}

static struct audit *
live(const struct conf *conf, struct store *s, uint64_t boot_us)
{
	return audit_create(
		&(struct audit_params){.conf = conf, .store = s, .out = s, .boot_us = boot_us});
}

/* One interval of the probe, then a turn of control. */
static void
turn(struct audit *a, struct store *s, const struct conf *conf, uint64_t second, bool undeclared)
{
	put_traffic(s, conf, SCENE_NOW + second * S, undeclared);
	assert_int_equal(audit_turn(a, SCENE_NOW + second * S + S / 2), 0);
}

static void
live_needs_two_looks_and_goes_on_after_a_restart(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct store *s = scene_store();
	struct audit *a = live(conf, s, 1);
	char *told;

	(void)state;
	turn(a, s, conf, 1, true);
	assert_string_equal(row_of(a, "R4")->verdict, "INCONCLUSIVE");
	assert_int_equal(open_count(a), 0);
	/* control turns again before the probe's next interval: no look */
	assert_int_equal(audit_turn(a, SCENE_NOW + S + S / 2), 0);
	assert_string_equal(row_of(a, "R4")->verdict, "INCONCLUSIVE");
	turn(a, s, conf, 2, true);
	assert_string_equal(row_of(a, "R4")->verdict, "FAIL");
	assert_int_equal(row_of(a, "R4")->since_us, SCENE_NOW + 2 * S);
	assert_int_equal(open_count(a), 1);
	turn(a, s, conf, 3, true);
	told = mem_strdup(merged(s));
	assert_string_equal(told, "verdict.changed@ finding.opened@");
	assert_int_equal(ledger_of_r4(s), 1);

	audit_destroy(a);
	a = live(conf, s, 2);
	turn(a, s, conf, 4, true);
	assert_string_equal(row_of(a, "R4")->verdict, "FAIL");
	assert_int_equal(row_of(a, "R4")->since_us, SCENE_NOW + 2 * S);
	assert_int_equal(open_count(a), 1);
	assert_string_equal(merged(s), told);
	assert_int_equal(ledger_of_r4(s), 1);
	free(told);
	audit_destroy(a);
	store_close(s, 0);
	conf_destroy(conf);
}

static void
an_acknowledgement_in_the_store_is_taken_over(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct store *s = scene_store();
	struct audit *a = live(conf, s, 1);
	struct rec_finding f;
	size_t count;

	(void)state;
	turn(a, s, conf, 1, true);
	turn(a, s, conf, 2, true);
	f = *audit_findings(a, &count)[0];
	strcpy(f.state, "acked");
	strcpy(f.acked_by, "operator");
	store_select(s, "", "lab");
	store_put(s, RECORD_FINDING, f.id, &f);
	turn(a, s, conf, 3, true);
	assert_string_equal(audit_findings(a, &count)[0]->state, "acked");
	assert_string_equal(audit_findings(a, &count)[0]->acked_by, "operator");
	assert_non_null(strstr(merged(s), "finding.acked@"));
	audit_destroy(a);
	store_close(s, 0);
	conf_destroy(conf);
}

static void
silence_is_seen_as_such(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct store *s = scene_store();
	struct audit *a = live(conf, s, 1);
	size_t count;

	(void)state;
	turn(a, s, conf, 1, false);
	turn(a, s, conf, 2, false);
	assert_string_equal(row_of(a, "R4")->verdict, "PASS");
	assert_int_equal(audit_exit_code(a, false), 0);
	assert_int_equal(audit_exit_code(a, true), 3);
	/* ten seconds without a heartbeat are still fresh, more are not */
	assert_int_equal(audit_turn(a, SCENE_NOW + 12 * S), 0);
	assert_int_equal(audit_exit_code(a, true), 3);
	assert_int_equal(audit_turn(a, SCENE_NOW + 13 * S), 0);
	assert_int_equal(audit_exit_code(a, true), 4);
	assert_string_equal(row_of(a, "R4")->verdict, "PASS"); /* one look */
	assert_int_equal(audit_turn(a, SCENE_NOW + 14 * S), 0);
	assert_string_equal(row_of(a, "R4")->verdict, "INCONCLUSIVE");
	assert_string_equal(row_of(a, "R4")->reason, "probe-unfit");
	assert_string_equal(audit_findings(a, &count)[0]->kind, "probe.stale");
	audit_destroy(a);
	store_close(s, 0);
	conf_destroy(conf);
}

/* Declared until the fifth second, and one for another link begun at run time. */
static void
maintenance_is_told_and_silences_a_link(void **state)
{
	char *text =
		mem_printf("%smaintenance = ( { id = \"CHG-1\"; scope = [\"link:pni-a\"]; from = "
	                   "\"2026-09-21T14:13:20Z\"; to = \"2026-09-21T14:13:25Z\"; } );\n",
	                   SCENE_CONTRACT);
	struct rec_maintenance begun = {.from_us = SCENE_NOW + 2 * S, .to_us = SCENE_NOW + 90 * S};
	struct conf *conf = scene_conf(text);
	struct store *s = scene_store();
	struct audit *a = live(conf, s, 1);
	struct rec_link link = {.state = "silent"};

	(void)state;
	assert_int_equal(conf->maintenance[0].to_us, SCENE_NOW + 5 * S);
	strcpy(link.name, "pni-a");
	store_put(s, RECORD_LINK, "pni-a", &link);
	strcpy(begun.id, "night");
	strcpy(begun.scope, "link:pni-b");
	for (uint64_t at = 1; at <= 7; at++) {
		if (at == 2) {
			store_select(s, "", "lab");
			store_put(s, RECORD_MAINTENANCE, "night", &begun);
		}
		turn(a, s, conf, at, false);
		assert_int_equal(open_count(a), at >= 6); /* the second look after its end */
	}
	/* what began before control did is not told */
	assert_string_equal(merged(s), "maintenance.begin@ verdict.changed@ maintenance.end@ "
	                               "finding.opened@");
	audit_destroy(a);
	store_close(s, 0);
	conf_destroy(conf);
	free(text);
}

static void
of_two_controls_one_writes(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct store *s = scene_store();
	struct audit *first = live(conf, s, 100), *second = live(conf, s, 200);

	(void)state;
	turn(first, s, conf, 1, true);
	assert_int_equal(audit_turn(second, SCENE_NOW + S + S / 2), 0);
	turn(first, s, conf, 2, true); /* a look that the second one misses */
	for (uint64_t at = 3; at <= 4; at++) {
		turn(first, s, conf, at, true);
		assert_int_equal(audit_turn(second, SCENE_NOW + at * S + S / 2), 0);
		assert_true(audit_leads(first));
		assert_false(audit_leads(second));
	}
	assert_int_equal(row_of(second, "R4")->since_us, SCENE_NOW + 3 * S); /* its own mind */
	assert_string_equal(merged(s), "verdict.changed@ finding.opened@");
	/* the first one goes, orderly; the second goes on where it stood */
	audit_destroy(first);
	turn(second, s, conf, 5, true);
	assert_true(audit_leads(second));
	assert_int_equal(row_of(second, "R4")->since_us, SCENE_NOW + 2 * S);
	turn(second, s, conf, 6, true);
	assert_string_equal(merged(s), "verdict.changed@ finding.opened@");
	/* a younger one does not take the part */
	first = live(conf, s, 300);
	assert_int_equal(audit_turn(first, SCENE_NOW + 7 * S), 0);
	assert_false(audit_leads(first));
	/* but it does when the other one died without a word: no sign of life for 5 s */
	put_traffic(s, conf, SCENE_NOW + 12 * S, true);
	assert_int_equal(audit_turn(first, SCENE_NOW + 12 * S), 0);
	assert_true(audit_leads(first));
	audit_destroy(first);
	audit_destroy(second);
	store_close(s, 0);
	conf_destroy(conf);
}

static void
no_probe_is_said(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct store *s = scene_store();
	struct audit *a = live(conf, s, 1);

	(void)state;
	assert_int_equal(audit_turn(a, SCENE_NOW), 0);
	assert_int_equal(audit_exit_code(a, false), 4);
	assert_string_equal(row_of(a, "M1")->reason, "probe-unfit");
	audit_destroy(a);
	store_close(s, 0);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_capture_is_judged_in_one_turn),
		cmocka_unit_test(what_time_would_help),
		cmocka_unit_test(live_needs_two_looks_and_goes_on_after_a_restart),
		cmocka_unit_test(an_acknowledgement_in_the_store_is_taken_over),
		cmocka_unit_test(silence_is_seen_as_such),
		cmocka_unit_test(maintenance_is_told_and_silences_a_link),
		cmocka_unit_test(of_two_controls_one_writes),
		cmocka_unit_test(no_probe_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
