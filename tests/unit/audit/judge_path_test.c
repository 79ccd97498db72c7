/* M3 and M5 by the numbers of requirements sections 7 and 13: what passes, what fails and on whose
 * side, and what a probe's own loss, a SPAN port or a missing target leave open. */
#include "unit/audit/scene.h"

#define PLAIN SCENE_CONTRACT
#define WITH_TARGET SCENE_CONTRACT "targets = { latency_us = 60000; };\n"

/* ---- M3 -------------------------------------------------------------------------------------- */

struct media {
	const char *name, *side;
	uint64_t windows, over, over_hour;
	double loss;         /* of the media */
	uint64_t probe_lost; /* of a billion packets offered */
	bool span;
	const char *verdict, *reason, *blamed;
};

static const struct media media[] = {
	{"all keep the limits", "peer", 200, 0, 0, 0, 0, false, "PASS", "", ""},
	{"95 % keep them", "msft", 200, 10, 2, 0.0005, 0, false, "PASS", "", ""},
	{"fewer do", "peer", 200, 11, 2, 0.0005, 0, false, "INCONCLUSIVE", "too-little", ""},
	{"too few windows", "peer", 99, 0, 0, 0, 0, false, "INCONCLUSIVE", "too-little", ""},
	{"three in an hour", "peer", 40, 3, 3, 0.002, 0, false, "FAIL", "", "peer"},
	{"three in an hour, the cloud's", "msft", 40, 3, 3, 0.002, 0, false, "FAIL", "", "msft"},
	{"two in each hour", "peer", 4000, 200, 2, 0.001, 0, false, "PASS", "", ""},
	{"the probe lost a third of that", "peer", 40, 3, 3, 0.002, 700000, false, "INCONCLUSIVE",
         "probe-unfit", ""},
	{"the probe lost a twentieth of it", "peer", 40, 3, 3, 0.002, 100000, false, "FAIL", "",
         "peer"},
	{"none seen, the probe lost some", "peer", 200, 0, 0, 0, 2000, false, "INCONCLUSIVE",
         "probe-unfit", ""},
	{"a SPAN port", "peer", 200, 3, 3, 0.01, 0, true, "INCONCLUSIVE", "not-observable", ""},
};

/* The other three links, without fault. Returns how many records there are. */
static size_t
with_clean_links(struct rec_loss loss[4])
{
	static const char *const scopes[] = {"link:pni-b", "link:pni-c", "link:pni-d"};

	for (size_t i = 0; i < 3; i++) {
		loss[i + 1] = (struct rec_loss){.side = "peer", .packets = 1000000, .windows = 200};
		strcpy(loss[i + 1].scope, scopes[i]);
	}
	return 4;
}

static void
drops(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof media / sizeof *media; i++) {
		const struct media *c = &media[i];
		struct conf *conf = scene_conf(PLAIN);
		struct audit_input in = scene_input(conf);
		struct rec_loss loss[4] = {{.scope = "link:pni-a",
		                            .packets = 1000000,
		                            .lost = (uint64_t)(c->loss * 1000000),
		                            .loss_ratio = c->loss,
		                            .windows = c->windows,
		                            .windows_over = c->over,
		                            .windows_over_hour = c->over_hour,
		                            .window_worst_ratio = 0.01}};
		const struct rec_verdict *v;

		strcpy(loss[0].side, c->side);
		in.losses = loss;
		in.loss_count = with_clean_links(loss);
		in.probes[0].lost = c->probe_lost;
		if (c->span)
			((struct conf_link *)in.links[0].conf)->tap = TAP_SPAN;
		v = scene_judge(&in, "M3");
		if (strcmp(v->verdict, c->verdict) != 0 || strcmp(v->reason, c->reason) != 0)
			fail_msg("%s: %s (%s): %s", c->name, v->verdict, v->reason, v->reasons);
		if (c->blamed[0])
			assert_string_equal(v->side, c->blamed);
		scene_input_fini(&in);
		conf_destroy(conf);
	}
}

/* Windows whose jitter lies within the clock's error of the limit neither fail nor pass anybody. */
static void
a_clock_decides_no_jitter(void **state)
{
	static const struct {
		uint64_t over, over_hour, doubtful, doubtful_hour;
		const char *verdict, *reason;
	} cases[] = {
		{0, 0, 2, 2, "PASS", ""},
		{0, 0, 3, 3, "INCONCLUSIVE", "probe-unfit"},
		{2, 2, 1, 3, "INCONCLUSIVE", "probe-unfit"},
		{3, 3, 3, 6, "FAIL", ""}, /* with and without it */
		{4, 1, 6, 2, "PASS", ""},
		{4, 1, 7, 2, "INCONCLUSIVE", "probe-unfit"}, /* 5.5 % may be over */
		{11, 2, 0, 2, "INCONCLUSIVE", "too-little"},
	};
	struct conf *conf = scene_conf(PLAIN);
	struct audit_input in = scene_input(conf);
	struct rec_loss loss[4] = {{.scope = "link:pni-a",
	                            .side = "peer",
	                            .packets = 1000000,
	                            .windows = 200,
	                            .clock_source = "tsc",
	                            .clock_error_ns = 2500000}};

	(void)state;
	in.losses = loss;
	in.loss_count = with_clean_links(loss);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct rec_verdict *v;

		loss[0].windows_over = cases[i].over;
		loss[0].windows_over_hour = cases[i].over_hour;
		loss[0].windows_doubtful = cases[i].doubtful;
		loss[0].windows_doubtful_hour = cases[i].doubtful_hour;
		v = scene_judge(&in, "M3");
		if (strcmp(v->verdict, cases[i].verdict) != 0 ||
		    strcmp(v->reason, cases[i].reason) != 0)
			fail_msg("case %zu: %s (%s): %s", i, v->verdict, v->reason, v->reasons);
		if (cases[i].verdict[0] == 'P')
			assert_non_null(strstr(v->reasons, "clock off by 2.5 ms at most"));
		if (cases[i].verdict[0] == 'F')
			assert_non_null(strstr(v->evidence[0].value, "clock tsc off by 2.5 ms"));
	}
	scene_input_fini(&in);
	conf_destroy(conf);
}

/* A link without media or TCP stands in the way: nothing is known of it. */
static void
an_idle_link_is_open(void **state)
{
	struct conf *conf = scene_conf(PLAIN);
	struct audit_input in = scene_input(conf);
	struct rec_loss loss[4] = {
		{.scope = "link:pni-a", .side = "peer", .packets = 1000000, .windows = 200}};

	(void)state;
	in.losses = loss;
	in.loss_count = with_clean_links(loss);
	assert_string_equal(scene_judge(&in, "M3")->verdict, "PASS");
	in.loss_count = 2; /* the backups idle, as they should */
	assert_string_equal(scene_judge(&in, "M3")->verdict, "PASS");
	in.loss_count = 1;
	assert_string_equal(scene_judge(&in, "M3")->verdict, "INCONCLUSIVE");
	assert_non_null(strstr(scene_judge(&in, "M3")->reasons, "seen on pni-b"));
	strcpy(loss[0].scope, "link:pni-d"); /* a backup alone speaks for nobody else */
	assert_string_equal(scene_judge(&in, "M3")->verdict, "INCONCLUSIVE");
	scene_input_fini(&in);
	conf_destroy(conf);
}

static void
nothing_seen_is_open(void **state)
{
	struct conf *conf = scene_conf(PLAIN);
	struct audit_input in = scene_input(conf);

	(void)state;
	assert_string_equal(scene_judge(&in, "M3")->verdict, "INCONCLUSIVE");
	assert_true(scene_judge(&in, "M3")->need_count > 0);
	assert_string_equal(scene_judge(&in, "M5")->verdict, "INCONCLUSIVE");
	in.links[1].seen = false;
	assert_string_equal(scene_judge(&in, "M3")->reason, "not-observable");
	scene_input_fini(&in);
	conf_destroy(conf);
}

/* ---- M5 -------------------------------------------------------------------------------------- */

/* `count` whole hours before now, each with so many samples; the first `over` of them slow. */
static void
write_hours(char *to, size_t size, unsigned count, unsigned over, unsigned samples)
{
	uint64_t now_s = SCENE_NOW / SCENE_SECOND, hour = now_s - now_s % 3600;
	size_t used = 0;

	for (unsigned i = 0; i < count; i++)
		used += (size_t)snprintf(to + used, size - used, "%s%llu %u %u", i ? "," : "",
		                         (unsigned long long)(hour - (count - i) * 3600ull),
		                         samples, i < over ? 75000 : 20000);
}

struct latency {
	const char *name;
	unsigned hours, over, samples;
	bool target;
	const char *verdict, *reason;
	uint64_t error_ns; /* of the clock */
};

static const struct latency latencies[] = {
	{"a day below the target", 24, 0, 30, true, "PASS", "", 0},
	{"two hours above it", 24, 2, 30, true, "PASS", "", 0},
	{"both hours that were seen above it", 2, 2, 30, true, "INCONCLUSIVE", "too-little", 0},
	{"one of eight above it", 8, 1, 30, true, "INCONCLUSIVE", "too-little", 0},
	{"one of nine above it", 9, 1, 30, true, "PASS", "", 0},
	{"three hours above it", 24, 3, 30, true, "FAIL", "", 0},
	{"by more than the clock's error", 24, 3, 30, true, "FAIL", "", 14000000},
	{"by less", 24, 3, 30, true, "INCONCLUSIVE", "probe-unfit", 16000000},
	{"below it by less than the clock's error", 24, 0, 30, true, "INCONCLUSIVE", "probe-unfit",
         41000000},
	{"three hours with too few samples", 3, 3, 29, true, "INCONCLUSIVE", "too-little", 0},
	{"no whole hour", 0, 0, 0, true, "INCONCLUSIVE", "too-little", 0},
	{"slow, and no target declared", 24, 24, 500, false, "INCONCLUSIVE", "not-collected", 0},
	{"fast, and no target declared", 24, 0, 500, false, "INCONCLUSIVE", "not-collected", 0},
};

static void
latency(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof latencies / sizeof *latencies; i++) {
		const struct latency *c = &latencies[i];
		struct conf *conf = scene_conf(c->target ? WITH_TARGET : PLAIN);
		struct audit_input in = scene_input(conf);
		struct rec_latency r[2] = {{.scope = "subnet:203.0.113.0/24",
		                            .side = "peer",
		                            .clock_source = "tsc",
		                            .clock_error_ns = c->error_ns,
		                            .total_count = 12,
		                            .total_p50_us = 20000},
		                           /* the cloud's half and links are no prefix latency */
		                           {.scope = "subnet:198.18.0.0/16", .side = "msft"}};
		const struct rec_verdict *v;

		write_hours(r[0].hours, sizeof r[0].hours, c->hours, c->over, c->samples);
		write_hours(r[1].hours, sizeof r[1].hours, 24, 24, 1000);
		in.latencies = r;
		in.latency_count = 2;
		v = scene_judge(&in, "M5");
		if (strcmp(v->verdict, c->verdict) != 0 || strcmp(v->reason, c->reason) != 0)
			fail_msg("%s: %s (%s): %s", c->name, v->verdict, v->reason, v->reasons);
		assert_int_equal(v->subcheck_count, 1);
		scene_input_fini(&in);
		conf_destroy(conf);
	}
}

/* One of two declared prefixes was measured. */
static void
an_unmeasured_prefix_is_open(void **state)
{
	static const char two[] = SCENE_HEAD SCENE_LINKS
		"subnets = ( { prefix = \"203.0.113.0/24\"; side = \"peer\"; },"
		" { prefix = \"198.51.100.0/24\"; side = \"peer\"; } );\n"
		"targets = { latency_us = 60000; };\n";
	struct conf *conf = scene_conf(two);
	struct audit_input in = scene_input(conf);
	struct rec_latency r[2] = {{.scope = "subnet:203.0.113.0/24", .side = "peer"},
	                           {.scope = "subnet:198.51.100.0/24", .side = "peer"}};

	(void)state;
	write_hours(r[0].hours, sizeof r[0].hours, 24, 0, 30);
	write_hours(r[1].hours, sizeof r[1].hours, 24, 0, 30);
	in.latencies = r;
	in.latency_count = 2;
	assert_string_equal(scene_judge(&in, "M5")->verdict, "PASS");
	in.latency_count = 1;
	assert_string_equal(scene_judge(&in, "M5")->verdict, "INCONCLUSIVE");
	assert_non_null(strstr(scene_judge(&in, "M5")->reasons, "198.51.100.0/24: no round trip"));
	((struct conf_subnet *)in.subnets[1].conf)->standby = true;
	assert_string_equal(scene_judge(&in, "M5")->verdict, "PASS");
	scene_input_fini(&in);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drops),
		cmocka_unit_test(a_clock_decides_no_jitter),
		cmocka_unit_test(an_idle_link_is_open),
		cmocka_unit_test(an_unmeasured_prefix_is_open),
		cmocka_unit_test(nothing_seen_is_open),
		cmocka_unit_test(latency),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
