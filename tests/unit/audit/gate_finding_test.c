/* What a sub-check found as a ratio: a probe's own loss of a tenth of it voids it. */
#include "audit/gate_finding.h"

#include "unit/audit/peering_scene.h"

static double
finding(const struct audit_input *in, const char *id, const char *check, const char *scope,
        enum verdict verdict)
{
	struct subcheck c = {.id = check, .scope = scope, .verdict = verdict};

	struct scope_index *scopes = scope_index_create(in);
	double found = gate_finding(in, scopes, id, &c);

	scope_index_destroy(scopes);
	return found;
}

/* Defaults of the thresholds (requirements section 14): what decides is what was found. */
static void
thresholds(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_CONTRACT);
	struct audit_input in = healthy_input(conf);
	static const struct {
		const char *id, *check, *pass, *fail; /* thresholds; NULL: nothing found */
	} rows[] = {
		{"R3", "sources", "r3_uncovered_ratio", "r3_uncovered_ratio"},
		{"R3", "announced", NULL, NULL},
		{"R4", "class", "r4_undeclared_ratio", "r4_undeclared_ratio"},
		{"R8", "share", "r8_balance_ratio", "r8_share_ratio"},
		{"R8", "preference", NULL, NULL},
		{"X16", "share", "r8_balance_ratio", "r8_share_ratio"},
		{"X15", "used", "x15_augment_ratio", "x15_augment_ratio"},
		{"M1", "load", "x15_augment_ratio", "x15_augment_ratio"},
		{"X1", "fast", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		double pass = rows[i].pass ? conf_threshold(conf, NULL, rows[i].pass) : 0;
		double fail = rows[i].fail ? conf_threshold(conf, NULL, rows[i].fail) : 0;

		print_message("%s/%s\n", rows[i].id, rows[i].check);
		assert_true(finding(&in, rows[i].id, rows[i].check, "peering", VERDICT_PASS) ==
		            pass);
		assert_true(finding(&in, rows[i].id, rows[i].check, "peering", VERDICT_FAIL) ==
		            fail);
	}
	healthy_fini(&in);
	conf_destroy(conf);
}

#define HOURS(n) ((n) / (double)HEALTHY_HOURS)

/* The share of 25 h that what the scope names was down; a PASS says that nothing was. */
static void
time_down(void **state)
{
	static const struct {
		const char *id, *check, *scope;
		double hours;
	} rows[] = {
		{"M2", "up", "session:pni-a-v4", 1},
		{"M2", "up", "session:pni-a-v6", 0},
		{"M2", "up", "session:pni-b-v4", 0},
		{"M4", "bfd", "bfd:pni-b-v4", 2},
		{"M4", "bfd", "bfd:pni-b-v6", 0},
		{"M4", "lacp", "member:pni-c:0", 3},
		{"R9", "capacity", "location:Frankfurt", 3},
		{"R2", "connection", "location:Amsterdam", 1},
		{"R2", "connection", "link:pni-a", 1},
		{"R2", "declared", "link:pni-a", 0},
		{"X6", "connection", "link:pni-c", 3},
		{"X6", "connection", "link:pni-d", 0},
	};
	struct conf *conf = scene_conf(HEALTHY_CONTRACT);
	struct audit_input in = healthy_input(conf);

	(void)state;
	add_outage(&in.sessions[0].uptime, 7200, 3600);    /* pni-a-v4 */
	add_outage(&in.bfds[2].uptime, 7200, 7200);        /* pni-b-v4 */
	add_outage(&in.links[2].lacp[1].uptime, 0, 10800); /* the worst member of pni-c */
	add_outage(&in.sessions[7].uptime, 0, 36000);      /* counts for nothing */
	in.sessions[7].counts = false;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		print_message("%s/%s of %s\n", rows[i].id, rows[i].check, rows[i].scope);
		assert_true(
			fabs(finding(&in, rows[i].id, rows[i].check, rows[i].scope, VERDICT_FAIL) -
		             HOURS(rows[i].hours)) < 1e-9);
		assert_true(finding(&in, rows[i].id, rows[i].check, rows[i].scope, VERDICT_PASS) ==
		            0);
	}
	healthy_fini(&in);
	conf_destroy(conf);
}

/* Media: the loss of that side of that link, where any of its windows was over. */
static void
media(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_CONTRACT);
	struct audit_input in = healthy_input(conf);
	struct rec_loss losses[] = {
		{.scope = "link:pni-b", .side = "peer", .windows_over = 1, .loss_ratio = 0.5},
		{.scope = "link:pni-a", .side = "msft", .windows_over = 1, .loss_ratio = 0.02},
		{.scope = "link:pni-a", .side = "peer", .windows_over = 1, .loss_ratio = 0.01},
		{.scope = "link:pni-c", .side = "peer", .windows_over = 0, .loss_ratio = 0.1},
	};

	(void)state;
	in.losses = losses;
	in.loss_count = sizeof losses / sizeof losses[0];
	assert_true(finding(&in, "M3", "peer", "link:pni-a", VERDICT_FAIL) == 0.01);
	assert_true(finding(&in, "M3", "msft", "link:pni-a", VERDICT_FAIL) == 0.02);
	assert_true(finding(&in, "M3", "peer", "link:pni-c", VERDICT_FAIL) == 0);
	assert_true(finding(&in, "M3", "msft", "link:pni-b", VERDICT_FAIL) == 0);
	healthy_fini(&in);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thresholds),
		cmocka_unit_test(time_down),
		cmocka_unit_test(media),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
