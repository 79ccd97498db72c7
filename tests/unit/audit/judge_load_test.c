/* M1 and X15: analysed traffic against the ports' counters, and the load of a day. */
#include "unit/audit/scene.h"

static void
set_load(struct input_link *link, double p95, double peak, uint64_t days)
{
	for (int dir = 0; dir < DIR_COUNT; dir++) {
		link->rec.p95_5min_ratio[dir] = dir ? NAN : p95; /* one direction may have none */
		link->rec.peak_1min_ratio[dir] = dir ? NAN : peak;
	}
	link->rec.days_over_40 = days;
}

/* Members whose ports counted exactly what was analysed, and a load far below all limits. */
static void
set_members(struct audit_input *in)
{
	for (size_t i = 0; i < in->link_count; i++) {
		struct input_link *link = &in->links[i];
		struct rec_member *m = link->members = mem_alloc(1, sizeof *m);

		link->member_count = 1;
		strcpy(m->link, link->rec.name);
		for (int dir = 0; dir < DIR_COUNT; dir++) {
			m->traffic.packets[dir] = m->rx_packets[dir] = 1000000;
			m->traffic.bytes[dir] = m->rx_bytes[dir] = 200000000;
		}
		set_load(link, 0.1, 0.1, 0);
	}
}

struct counters {
	const char *name;
	uint64_t port_packets[2], port_bytes[2], packets[2], bytes[2];
	const char *verdict, *reason;
};

static const struct counters counters[] = {
	{"equal", {1000, 1000}, {64000, 64000}, {1000, 1000}, {64000, 64000}, "PASS", ""},
	{"0.1 % apart", {1000, 1000}, {64000, 64000}, {999, 1000}, {63936, 64000}, "PASS", ""},
	{"more than 0.1 % of bytes apart",
         {1000, 1000},
         {64000, 64000},
         {1000, 1000},
         {63935, 64000},
         "INCONCLUSIVE",
         "probe-unfit"},
	{"more than 0.1 % of packets apart",
         {1000, 1000},
         {64000, 64000},
         {998, 1000},
         {64000, 64000},
         "INCONCLUSIVE",
         "probe-unfit"},
	{"a card that counts the FCS",
         {1000, 1000},
         {68000, 68000},
         {1000, 1000},
         {64000, 64000},
         "PASS",
         ""},
	{"a mirror port counts both as one",
         {2000, 0},
         {128000, 0},
         {900, 1100},
         {57600, 70400},
         "PASS",
         ""},
	{"a mirror port that disagrees",
         {2000, 0},
         {128000, 0},
         {900, 1000},
         {57600, 64000},
         "INCONCLUSIVE",
         "probe-unfit"},
	{"nothing one way",
         {1000, 0},
         {64000, 0},
         {1000, 0},
         {64000, 0},
         "INCONCLUSIVE",
         "too-little"},
	{"nothing the other way",
         {0, 1000},
         {0, 64000},
         {0, 1000},
         {0, 64000},
         "INCONCLUSIVE",
         "too-little"},
	{"no counters yet", {0, 0}, {0, 0}, {0, 0}, {0, 0}, "INCONCLUSIVE", "too-little"},
};

static void
analysed_against_the_ports(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);

	(void)state;
	for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++) {
		const struct counters *c = &counters[i];
		struct audit_input in = scene_input(conf);
		const struct rec_verdict *row;
		struct rec_member *m;

		print_message("%s\n", c->name);
		set_members(&in);
		m = &in.links[2].members[0];
		memcpy(m->rx_packets, c->port_packets, sizeof c->port_packets);
		memcpy(m->rx_bytes, c->port_bytes, sizeof c->port_bytes);
		memcpy(m->traffic.packets, c->packets, sizeof c->packets);
		memcpy(m->traffic.bytes, c->bytes, sizeof c->bytes);
		row = scene_judge(&in, "M1");
		assert_string_equal(row->verdict, c->verdict);
		assert_string_equal(row->reason, c->reason);
		scene_input_fini(&in);
	}
	conf_destroy(conf);
}

static void
a_capture_has_no_counters(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);
	const struct rec_verdict *row;

	(void)state;
	set_members(&in);
	in.capture = true;
	for (size_t i = 0; i < in.link_count; i++)
		memset(in.links[i].members[0].rx_packets, 0,
		       sizeof in.links[i].members[0].rx_packets);
	row = scene_judge(&in, "M1");
	assert_string_equal(row->verdict, "INCONCLUSIVE");
	assert_string_equal(row->reason, "not-observable");
	assert_non_null(strstr(row->reasons, "a capture has no port counters"));
	scene_input_fini(&in);
	conf_destroy(conf);
}

static void
a_link_without_probe_is_not_observable(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);
	const struct rec_verdict *row;

	(void)state;
	set_members(&in);
	in.links[1].seen = false;
	in.links[1].member_count = 0;
	row = scene_judge(&in, "M1");
	assert_string_equal(row->verdict, "INCONCLUSIVE");
	assert_string_equal(row->reason, "not-observable");
	assert_string_equal(row->need[0].want, "pni-b");
	scene_input_fini(&in);
	conf_destroy(conf);
}

struct load {
	const char *name;
	double p95, peak;
	uint64_t days, hours, window_s;
	const char *m1, *x15;
};

static const struct load loads[] = {
	{"a day below", 0.40, 0.50, 0, 24, 0, "PASS", "PASS"},
	{"an hour below", 0.1, 0.1, 0, 1, 0, "PASS", "INCONCLUSIVE"},
	{"no whole minute", NAN, NAN, 0, 1, 0, "INCONCLUSIVE", "INCONCLUSIVE"},
	{"no 5 minutes yet", NAN, 0.1, 0, 1, 0, "PASS", "INCONCLUSIVE"},
	{"p95 over on two days", 0.41, 0.45, 2, 72, 0, "INCONCLUSIVE", "INCONCLUSIVE"},
	{"p95 over on three days", 0.41, 0.45, 3, 72, 0, "FAIL", "FAIL"},
	{"a peak alone over", 0.1, 0.51, 0, 24, 0, "INCONCLUSIVE", "INCONCLUSIVE"},
	{"over, and --window stands for the days", 0.41, 0.45, 1, 1, 600, "FAIL", "FAIL"},
};

static void
load_of_a_day(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);

	(void)state;
	for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++) {
		const struct load *l = &loads[i];
		struct audit_input in = scene_input(conf);

		print_message("%s\n", l->name);
		set_members(&in);
		in.from_us = in.to_us - l->hours * 3600 * SCENE_SECOND;
		in.min_time_us = l->window_s * SCENE_SECOND;
		set_load(&in.links[3], l->p95, l->peak, l->days);
		assert_string_equal(scene_judge(&in, "M1")->verdict, l->m1);
		assert_string_equal(scene_judge(&in, "X15")->verdict, l->x15);
		if (strcmp(l->x15, "FAIL") == 0) {
			assert_string_equal(scene_judge(&in, "X15")->scope, "link:pni-d");
			assert_string_equal(scene_judge(&in, "X15")->strength, "SHOULD");
		}
		scene_input_fini(&in);
	}
	conf_destroy(conf);
}

/* More lost than a tenth of the limit of 40 %: a link at 39 % could be over it. */
static void
the_probes_loss_voids_a_low_load(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);

	(void)state;
	set_members(&in);
	in.from_us = in.to_us - 24 * 3600 * SCENE_SECOND;
	in.probes[0].lost = in.probes[0].offered / 25;
	assert_string_equal(scene_judge(&in, "X15")->verdict, "PASS");
	in.probes[0].lost += 1;
	assert_string_equal(scene_judge(&in, "X15")->verdict, "INCONCLUSIVE");
	assert_string_equal(scene_judge(&in, "X15")->reason, "probe-unfit");
	set_load(&in.links[0], 0.41, 0.45, 3); /* over in spite of it */
	assert_string_equal(scene_judge(&in, "X15")->verdict, "FAIL");
	scene_input_fini(&in);
	conf_destroy(conf);
}

/* Advice carries its date: 2026-09-21T14:13:20Z is 1790000000 s after the epoch (date -u -d @…). */
static void
advice_says_since_when(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);

	(void)state;
	set_members(&in);
	set_load(&in.links[0], 0.41, 0.45, 3);
	in.links[0].rec.over_40_since_us = UINT64_C(1790000000000000);
	assert_non_null(
		strstr(scene_judge(&in, "X15")->reasons, "first over 2026-09-21T14:13:20Z"));
	scene_input_fini(&in);
	conf_destroy(conf);
}

/* One probe has run for a month; the other's was started a quarter of an hour ago. */
static void
a_day_is_each_links_own(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);

	(void)state;
	in.from_us = SCENE_NOW - 30 * UINT64_C(86400) * SCENE_SECOND;
	for (size_t i = 0; i < in.link_count; i++)
		set_load(&in.links[i], 0.1, 0.1, 0);
	assert_string_equal(scene_judge(&in, "X15")->verdict, "PASS");
	in.links[1].rec.head.started_us = SCENE_NOW - 900 * SCENE_SECOND;
	assert_string_equal(scene_judge(&in, "X15")->verdict, "INCONCLUSIVE");
	in.links[1].rec.head.started_us = SCENE_NOW - UINT64_C(86400) * SCENE_SECOND;
	assert_string_equal(scene_judge(&in, "X15")->verdict, "PASS");
	scene_input_fini(&in);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(analysed_against_the_ports),
		cmocka_unit_test(a_capture_has_no_counters),
		cmocka_unit_test(a_link_without_probe_is_not_observable),
		cmocka_unit_test(load_of_a_day),
		cmocka_unit_test(the_probes_loss_voids_a_low_load),
		cmocka_unit_test(advice_says_since_when),
		cmocka_unit_test(a_day_is_each_links_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
