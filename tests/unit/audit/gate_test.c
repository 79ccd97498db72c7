/*
 * The gate: what a probe lost or had no room for, and which verdicts of a healthy (or failing)
 * peering do not stand on it any more; that presence and the contract stand whatever is lost; and
 * that one probe's loss is not thinned by another's traffic.
 */
#include "unit/audit/peering_scene.h"

#include <stdio.h>

#include "audit/gate.h"
#include "audit/gate_text.h"

static void
what_voids_a_finding(void **state)
{
	static const struct {
		double loss, finding;
		bool voids;
	} cases[] = {
		{0, 0, false},        {1e-6, 0, false}, {1.01e-6, 0, true}, {0.0009, 0.01, false},
		{0.0011, 0.01, true}, {0.5, 1, true},   {0.05, 1, false},
	};
	struct conf *conf = scene_conf(SCENE_CONTRACT);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(gate_voids(conf, cases[i].loss, cases[i].finding), cases[i].voids);
	conf_destroy(conf);
}

/* "R4/class" is those sub-checks of R4 that begin so, and of no other requirement. */
static void
what_a_list_names(void **state)
{
	static const struct {
		const char *list, *id, *check;
		bool names;
	} rows[] = {
		{"R4/class R8", "R4", "class", true},  {"R4/class R8", "R4", "classes", true},
		{"R4/class R8", "R4", "clasp", false}, {"R4/class R8", "R4", "sources", false},
		{"R4/class R8", "R4", NULL, true},     {"R4/class R8", "R8", "share", true},
		{"R4/class R8", "R", "class", false},  {"R1 R10/x", "R10", "x", true},
		{"R10/x R2", "R1", "x", false},        {"R1/x", "R10", "x", false},
		{"R4/class", "R4", "clas", false},     {"", "R4", "class", false},
		{"*", "M5", "anything", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		print_message("\"%s\": %s/%s\n", rows[i].list, rows[i].id,
		              rows[i].check ? rows[i].check : "");
		assert_int_equal(gate_names(rows[i].list, rows[i].id, rows[i].check),
		                 rows[i].names);
	}
}

/* ---- every counter, every requirement ---------------------------------------------------------
 */

static const char *const all_counters[] = {
#define X(name, unit, what) #name,
	SHORTAGES(X) INSPECTOR_SHORTAGES(X)
#undef X
		"missed",
	"punt_control_drops",
	"punt_bulk_drops",
	"flows_evicted",
	"endpoints_overflow",
	"streams_overflow",
	"latency_overflow",
	"quality_overflow",
	"expectations_dropped",
	"direction_unknown",
	"spool_dropped",
};

/* A counter that is added to the probe's record must say what rests on it. */
static void
every_counter_has_its_row(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	(void)state;
	gate_text_docs(to);
	fclose(to);
	for (size_t i = 0; i < sizeof all_counters / sizeof all_counters[0]; i++) {
		char cell[64];

		snprintf(cell, sizeof cell, "| `%s` |", all_counters[i]);
		if (!strstr(text, cell))
			fail_msg("no row of the gate looks at %s", all_counters[i]);
	}
	free(text);
}

/* A healthy peering with everything that can pass: media, load and a year's registry beside it. */
static struct audit_input
whole_input(const struct conf *conf)
{
	struct audit_input in = healthy_input(conf);

	in.losses = mem_alloc(2, sizeof *in.losses);
	in.loss_count = 2; /* the backups idle */
	in.losses[0] = in.losses[1] = (struct rec_loss){
		.scope = "link:pni-a", .side = "peer", .windows = 200, .packets = 1000000};
	strcpy(in.losses[1].scope, "link:pni-b");
	in.latencies = mem_alloc(1, sizeof *in.latencies);
	in.latency_count = 1;
	in.latencies[0] = (struct rec_latency){
		.scope = "subnet:192.31.196.0/24", .side = "peer", .total_count = 1000};
	snprintf(in.latencies[0].hours, sizeof in.latencies[0].hours, "%llu 100 20000",
	         (unsigned long long)(SCENE_NOW / SCENE_SECOND / 3600 * 3600 - 3600));
	in.probes[0].own.flows_created = 1000000;
	in.probes[0].own.punt_bulk = 1000000;
	in.probes[0].round_trips = 1000;
	return in;
}

static void
whole_fini(struct audit_input *in)
{
	free(in->losses);
	free(in->latencies);
	healthy_fini(in);
}

#define WHOLE_CONTRACT HEALTHY_CONTRACT "targets = { latency_us = 60000; };\n"
#define PASSING \
	"R1 R2 R3 R4 R6 R8 R9 R10 R11 X1 X2 X3 X4 X6 X7 X8 X9 X10 X11 X13 X15 X19 M2 M3 M4 M5 M6"
#define OF_BILLION(share) ((uint64_t)(1000000000 * (share)))

static bool
listed(const char *list, const char *id)
{
	size_t size = strlen(id);

	for (const char *at = list; (at = strstr(at, id)); at += size)
		if ((at == list || at[-1] == ' ') && (at[size] == ' ' || at[size] == '\0'))
			return true;
	return false;
}

/* Exactly the rows of `voided` lose their PASS, as the probe's fault; the others keep it. */
static void
assert_voided(const struct audit_input *in, const char *what, const char *voided)
{
	char ids[] = PASSING, *rest = NULL;

	for (char *id = strtok_r(ids, " ", &rest); id; id = strtok_r(NULL, " ", &rest)) {
		const struct rec_verdict *row = scene_judge(in, id);
		bool gone = strcmp(row->verdict, "INCONCLUSIVE") == 0;

		if (gone != listed(voided, id))
			fail_msg("%s: %s is %s: %s", what, id, row->verdict, row->reasons);
		assert_form(row);
		if (!gone)
			continue;
		assert_string_equal(row->reason, "probe-unfit");
		assert_non_null(strstr(row->reasons, "void PASS, ams1-p: "));
		assert_string_not_equal(row->own_loss, "");
	}
}

struct loss_case {
	const char *what;
	size_t at; /* in struct input_probe */
	uint64_t holds, voids;
	const char *voided;
};
#define COUNTER(member) offsetof(struct input_probe, member)

static const struct loss_case loss_cases[] = {
	/* a share of what was offered: 1e-6 where nothing was found, a tenth of what was */
	{"missed, 1e-6", COUNTER(lost), 1000, 1001, "R3 X9 M3 M4"},
	{"missed, 1e-4: a tenth of what R4 looks for", COUNTER(lost), 1001, OF_BILLION(1.01e-4),
         "R3 R4 X9 M3 M4"},
	{"missed, 1 %: a tenth of R8's share", COUNTER(lost), OF_BILLION(1.01e-4),
         OF_BILLION(1.01e-2), "R3 R4 R8 X9 M3 M4"},
	{"missed, 4 %: a tenth of X15's load", COUNTER(lost), OF_BILLION(1.01e-2),
         OF_BILLION(4.01e-2), "R3 R4 R8 X9 X15 M3 M4"},
	{"of neither direction", COUNTER(own.direction_unknown), 1000, 1001, "R3 X9 M3"},
	{"control frames", COUNTER(control_drops), 0, 1, "M4"},
	{"flows refused", COUNTER(own.shortage.flows_refused), 1000, 1001, "R3 M3"},
	{"flows evicted, of a million", COUNTER(own.flows_evicted), 1, 2, "M3"},
	{"flows evicted", COUNTER(own.flows_evicted), 2, 101, "R4 M3"},
	{"meters", COUNTER(own.shortage.meter_overflows), 1000, 1001, "R3 X9 M3"},
	{"fragments", COUNTER(own.shortage.fragments_forgotten), 100000, 100001, "R4"},
	{"media streams", COUNTER(own.shortage.streams_refused), 1000, 1001, "M3"},
	{"counts of loss", COUNTER(own.quality_overflow), 0, 1, "M3"},
	{"round trips", COUNTER(rec.latency_overflow), 100, 101, "M5"},
	{"attributes of routes", COUNTER(rec.inspector_shortage.bgp_attributes_refused), 0, 1,
         "R3 R8 X2 X4 X8 X19 M6"},
	{"connections of BGP", COUNTER(own.inspector_shortage.bgp_connections_forgotten), 0, 1,
         "M4"},
	{"sessions of BFD", COUNTER(own.inspector_shortage.bfd_sessions_forgotten), 0, 1, "M4"},
	{"packets of BFD", COUNTER(own.inspector_shortage.bfd_packets_refused), 0, 1, "M4"},
	/* what turns nothing */
	{"endpoints", COUNTER(own.endpoints_overflow), 0, 1000000, ""},
	{"events", COUNTER(own.inspector_shortage.facts_lost), 0, 1000000, ""},
	{"sessions of strangers", COUNTER(own.inspector_shortage.bgp_sessions_forgotten), 0,
         1000000, ""},
};

static void
each_loss_voids_what_rests_on_it(void **state)
{
	struct conf *conf = scene_conf(WHOLE_CONTRACT);

	(void)state;
	for (size_t i = 0; i < sizeof loss_cases / sizeof loss_cases[0]; i++) {
		const struct loss_case *c = &loss_cases[i];
		struct audit_input in = whole_input(conf);
		uint64_t *counter = (uint64_t *)(void *)((char *)&in.probes[0] + c->at);
		const char *before = i > 0 && loss_cases[i - 1].at == c->at &&
		                                     loss_cases[i - 1].voids == c->holds
		                             ? loss_cases[i - 1].voided
		                             : "";

		*counter = c->holds;
		assert_voided(&in, c->what, before);
		*counter = c->voids;
		assert_voided(&in, c->what, c->voided);
		whole_fini(&in);
	}
	conf_destroy(conf);
}

/* What would make it whole again: how much may be lost, by what the row looks for. */
static void
a_void_says_what_it_needs(void **state)
{
	static const struct {
		const char *id;
		uint64_t lost;
		const char *have, *want;
	} rows[] = {
		{"R3", 2000, "2e-06 of the frames offered", "at most 1e-06 in "},
		{"R4", 500000, "0.0005 of the frames offered", "at most 0.0001 in "},
		{"R8", 20000000, "0.02 of the frames offered", "at most 0.01 in "},
	};
	struct conf *conf = scene_conf(WHOLE_CONTRACT);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct audit_input in = whole_input(conf);
		const struct rec_verdict *row;
		uint32_t told = 0;

		in.probes[0].lost = rows[i].lost;
		row = scene_judge(&in, rows[i].id);
		for (uint32_t k = 0; k < row->need_count; k++)
			if (strcmp(row->need[k].have, rows[i].have) == 0 &&
			    strncmp(row->need[k].want, rows[i].want, strlen(rows[i].want)) == 0)
				told++;
		if (told != 1)
			fail_msg("%s: %u times of %u", rows[i].id, told, row->need_count);
		whole_fini(&in);
	}
	conf_destroy(conf);
}

/* ---- failures -------------------------------------------------------------------------------- */

struct failure {
	const char *what, *id;
	void (*change)(struct audit_input *in);
	size_t at; /* in struct input_probe */
	uint64_t holds, voids;
};

CHANGE(down_an_hour, add_outage(&in->sessions[0].uptime, 3600, 3600))
CHANGE(down_two_minutes, add_outage(&in->sessions[0].uptime, 3600, 120))
CHANGE(down_a_day, add_outage(&in->sessions[0].uptime, 0, 24 * 3600);
       add_outage(&in->sessions[1].uptime, 0, 24 * 3600))
CHANGE(flaps, for (unsigned i = 1; i < 4; i++) add_outage(&in->sessions[0].uptime, i * 3600, 60))
CHANGE(member_out, add_outage(&in->links[0].lacp[0].uptime, 0, 24 * 3600))
CHANGE(untagged, in->sessions[0].routes[0].tagged = false)
CHANGE(idle, in->links[1].bytes[0] = 100; in->links[0].rec.p95_5min_ratio[0] = 0.2)
CHANGE(undeclared_class, scene_traffic(in, 0, "tls", 40000, 40000000, 500, 3600))
CHANGE(lossy_media, in->losses[0].windows_over = 3; in->losses[0].windows_over_hour = 3;
       in->losses[0].loss_ratio = 0.002)
CHANGE(slow_prefix, snprintf(in->latencies[0].hours, sizeof in->latencies[0].hours,
                             "%llu 100 90000,%llu 100 90000,%llu 100 90000",
                             (unsigned long long)(SCENE_NOW / SCENE_SECOND / 3600 - 4) * 3600,
                             (unsigned long long)(SCENE_NOW / SCENE_SECOND / 3600 - 3) * 3600,
                             (unsigned long long)(SCENE_NOW / SCENE_SECOND / 3600 - 2) * 3600))

/* Thresholds are tenths of the share of 25 h that each was down, or of its share of traffic. */
static const struct failure failures[] = {
	{"down 4 % of the time", "M2", down_an_hour, COUNTER(lost), OF_BILLION(3.9e-3),
         OF_BILLION(4.1e-3)},
	{"down 0.13 % of it", "M2", down_two_minutes, COUNTER(lost), OF_BILLION(1.3e-4),
         OF_BILLION(1.4e-4)},
	{"both sessions down a day", "R2", down_a_day, COUNTER(lost), OF_BILLION(9.5e-2),
         OF_BILLION(9.7e-2)},
	{"three flaps", "M4", flaps, COUNTER(lost), OF_BILLION(1.9e-4), OF_BILLION(2.1e-4)},
	{"connections of BGP forgotten", "M2", down_an_hour,
         COUNTER(own.inspector_shortage.bgp_connections_forgotten), 0, 1},
	{"a member out", "R9", member_out, COUNTER(lost), OF_BILLION(9.5e-2), OF_BILLION(9.7e-2)},
	{"a prefix untagged", "X2", untagged,
         COUNTER(rec.inspector_shortage.bgp_attributes_refused), 0, 1},
	{"a link idles", "R8", idle, COUNTER(lost), OF_BILLION(1e-3), OF_BILLION(1.1e-3)},
	/* flows that were pushed out count again: up to a tenth of them */
	{"an undeclared class", "R4", undeclared_class, COUNTER(own.flows_evicted), 100000, 100001},
	{"lossy media", "M3", lossy_media, COUNTER(lost), OF_BILLION(2e-4), OF_BILLION(2.1e-4)},
	{"a slow prefix", "M5", slow_prefix, COUNTER(rec.latency_overflow), 100, 101},
};

static void
each_failure_stands_or_falls_with_its_loss(void **state)
{
	struct conf *conf = scene_conf(WHOLE_CONTRACT "thresholds = { r8_twin_rate = \"1G\"; };\n");

	(void)state;
	for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
		const struct failure *f = &failures[i];
		struct audit_input in = whole_input(conf);
		uint64_t *counter = (uint64_t *)(void *)((char *)&in.probes[0] + f->at);
		const struct rec_verdict *row;

		f->change(&in);
		*counter = f->holds;
		row = scene_judge(&in, f->id);
		if (strcmp(row->verdict, "FAIL") != 0)
			fail_msg("%s: %s is %s: %s", f->what, f->id, row->verdict, row->reasons);
		*counter = f->voids;
		row = scene_judge(&in, f->id);
		if (strcmp(row->verdict, "INCONCLUSIVE") != 0 ||
		    strcmp(row->reason, "probe-unfit") != 0)
			fail_msg("%s: %s is %s (%s): %s", f->what, f->id, row->verdict, row->reason,
			         row->reasons);
		assert_non_null(strstr(row->reasons, "void FAIL, ams1-p: "));
		/* what it saw stays to be looked up, but nobody is sent to mend it */
		assert_true(row->evidence_count > 0);
		assert_string_equal(row->next, "");
		assert_form(row);
		whole_fini(&in);
	}
	conf_destroy(conf);
}

/* A sub-check that may be open is not let off when it failed: what looked wrong is not right. */
static void
a_voided_failure_is_never_optional(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);
	struct verdict_draft d;
	struct gate gate;

	(void)state;
	in.probes[0].own.flows_created = 100;
	in.probes[0].own.flows_evicted = 100;
	verdict_begin(&d, requirement_find("X18"), conf, 1, 2);
	gate_open(&gate, &in, &d);
	verdict_add(&d,
	            &(struct subcheck){.id = "name",
	                               .scope = "sbc:a",
	                               .verdict = VERDICT_PASS,
	                               .basis = BASIS_OBSERVED},
	            "well");
	verdict_add(&d,
	            &(struct subcheck){.id = "media",
	                               .scope = "sbc:a",
	                               .verdict = VERDICT_FAIL,
	                               .basis = BASIS_OBSERVED,
	                               .optional = true},
	            "500 flows in the clear");
	verdict_next(&d, "switch SRTP on");
	verdict_conclude(&d);
	gate_close(&gate, &d);
	assert_string_equal(d.row.verdict, "INCONCLUSIVE");
	assert_string_equal(d.row.next, "");
	scene_input_fini(&in);
	conf_destroy(conf);
}

/* ---- presence, and what was declared --------------------------------------------------------- */

static void
lose_everything(struct input_probe *p)
{
	char *at = (char *)&p->own;

	p->offered = p->lost = 1000000000;
	p->control_drops = 1000000;
	for (size_t i = 0; i < sizeof all_counters / sizeof all_counters[0]; i++) {
		const struct record_field *f = model_schema(RECORD_PROBE)->fields;

		while (strcmp(f->name, all_counters[i]) != 0)
			f++;
		*(uint64_t *)(void *)(at + f->offset) = 1000000;
	}
	p->own.flows_created = p->own.punt_bulk = 1000000;
	p->rec.latency_overflow = p->own.latency_overflow;
	p->rec.inspector_shortage = p->own.inspector_shortage;
}

CHANGE(private_as, PEER_OF(in, 0)->asn = 64512)
CHANGE(one_router, strcpy(in->links[1].tokens.side[SIDE_PEER].bgp_ids, "10.0.0.0");
       strcpy(in->links[0].tokens.side[SIDE_PEER].bgp_ids, "10.0.0.0"))
CHANGE(md5, in->sessions[0].rec.md5_segments = 1)

static void
presence_stands_whatever_was_lost(void **state)
{
	static const struct {
		const char *id;
		void (*change)(struct audit_input *in);
	} facts[] = {{"R1", private_as}, {"R6", one_router}, {"X7", md5}};
	struct conf *conf = scene_conf(WHOLE_CONTRACT);
	struct audit_input in = whole_input(conf);

	(void)state;
	lose_everything(&in.probes[0]);
	assert_verdicts(&in, "R1 R6 R10 R11 X3 X7 X10 X13", "PASS");
	/* and a probe that calls itself unfit saw them too */
	in.probes[0].rec.fit = false;
	strcpy(in.probes[0].rec.unfit_reason, "lost 0.5 of the packets offered");
	assert_verdicts(&in, "R1 R6 R11 X7", "PASS");
	assert_verdicts(&in, "R2 R3 R4 R8 R9 R10 X1 X9 M2 M3 M4 M6", "INCONCLUSIVE");
	whole_fini(&in);
	for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
		in = whole_input(conf);
		lose_everything(&in.probes[0]);
		facts[i].change(&in);
		assert_verdicts(&in, facts[i].id, "FAIL");
		whole_fini(&in);
	}
	conf_destroy(conf);
}

static void
what_the_contract_says_stands(void **state)
{
	struct conf *conf = scene_conf(SCENE_HEAD "links = ( " SCENE_LINK(
		"pni-a", "ams1", "primary", "") " );\n" SCENE_SUBNETS);
	struct audit_input in = scene_input(conf);

	(void)state;
	lose_everything(&in.probes[0]);
	in.probes[0].stale = true;
	in.links[0].probe = &in.probes[0];
	assert_verdicts(&in, "R2 R10", "FAIL"); /* one connection, one location */
	scene_input_fini(&in);
	conf_destroy(conf);
}

/* ---- whose loss ------------------------------------------------------------------------------ */

static struct audit_input
two_probes(const struct conf *conf)
{
	struct audit_input in = whole_input(conf);

	in.probes = mem_resize(in.probes, 2, sizeof *in.probes);
	in.probe_count = 2;
	in.probes[1] = (struct input_probe){.rec = in.probes[0].rec, .offered = 1000};
	strcpy(in.probes[1].rec.id, "fra1-p");
	for (size_t i = 0; i < in.link_count; i++)
		in.links[i].probe = &in.probes[i >= 2];
	return in;
}

/* Half of what one probe was offered is lost, which is nothing beside the other's billion. */
static void
a_busy_probe_does_not_hide_a_blind_one(void **state)
{
	struct conf *conf = scene_conf(WHOLE_CONTRACT);
	struct audit_input in = two_probes(conf);
	const struct rec_verdict *row;

	(void)state;
	assert_verdicts(&in, "R3 R4 X9 X15 M4", "PASS");
	in.probes[1].lost = 500;
	row = scene_judge(&in, "X15");
	assert_string_equal(row->verdict, "INCONCLUSIVE");
	assert_non_null(strstr(row->reasons, "fra1-p: missed 500 of 1000 frames offered (0.5)"));
	assert_verdicts(&in, "R3 R4 X9 X15 M4", "INCONCLUSIVE");
	whole_fini(&in);
	conf_destroy(conf);
}

/* A link is held against its own probe. */
static void
a_failure_stands_beside_anothers_loss(void **state)
{
	struct conf *conf = scene_conf(WHOLE_CONTRACT);
	struct audit_input in = two_probes(conf);

	(void)state;
	down_an_hour(&in); /* of pni-a-v4, which ams1-p taps */
	in.probes[1].lost = 500;
	assert_verdicts(&in, "M2", "FAIL");
	in.probes[1].lost = 0;
	in.probes[0].lost = OF_BILLION(0.1);
	assert_verdicts(&in, "M2", "INCONCLUSIVE");
	whole_fini(&in);
	conf_destroy(conf);
}

static void
absence_needs_ears(void **state)
{
	static const size_t deaf[] = {COUNTER(lost), COUNTER(control_drops),
	                              COUNTER(own.inspector_shortage.bfd_packets_refused),
	                              COUNTER(own.inspector_shortage.bfd_sessions_forgotten)};
	struct conf *conf = scene_conf(WHOLE_CONTRACT);

	(void)state;
	for (size_t i = 0; i < sizeof deaf / sizeof deaf[0]; i++) {
		struct audit_input in = two_probes(conf);
		const struct rec_verdict *row;

		in.bfds[0].rec.side[SIDE_PEER].packets = 0;
		assert_verdicts(&in, "X1", "FAIL");
		*(uint64_t *)(void *)((char *)&in.probes[1] + deaf[i]) = 1000;
		assert_verdicts(&in, "X1", "FAIL"); /* another link's probe */
		*(uint64_t *)(void *)((char *)&in.probes[0] + deaf[i]) = 1001;
		row = scene_judge(&in, "X1");
		assert_string_equal(row->verdict, "INCONCLUSIVE");
		assert_string_equal(row->reason, "probe-unfit");
		assert_non_null(strstr(row->reasons, "silence on pni-a proves nothing, ams1-p: "));
		whole_fini(&in);
	}
	conf_destroy(conf);
}

/* ---- probes that are silent, unfit, or of another contract ------------------------------------
 */

static void
old_data_neither_passes_nor_fails(void **state)
{
	struct conf *conf = scene_conf(WHOLE_CONTRACT);
	struct audit_input in = two_probes(conf);
	const struct rec_verdict *row;

	(void)state;
	down_an_hour(&in);
	add_outage(&in.sessions[6].uptime, 3600, 3600); /* pni-d-v4, of fra1-p */
	assert_verdicts(&in, "M2", "FAIL");
	in.probes[0].stale = true;
	in.probes[0].rec.heartbeat_us = SCENE_NOW - 60 * SCENE_SECOND;
	row = scene_judge(&in, "M2"); /* what the other probe saw still fails */
	assert_string_equal(row->verdict, "FAIL");
	assert_string_equal(row->scope, "session:pni-d-v4");
	in.sessions[6].uptime = healthy_uptime();
	row = scene_judge(&in, "M2");
	assert_string_equal(row->verdict, "INCONCLUSIVE");
	assert_non_null(strstr(row->reasons, "probe ams1-p wrote nothing for 60 s"));
	assert_non_null(strstr(row->reasons, "void FAIL"));
	whole_fini(&in);
	conf_destroy(conf);
}

/* A sub-check of no link is about all traffic: one probe that speaks is enough, none is not. */
static void
all_probes_mute_void_what_is_about_all(void **state)
{
	static const struct {
		bool first_fit, second_fit;
		const char *verdict;
	} rows[] = {{true, true, "FAIL"},
	            {false, true, "FAIL"},
	            {true, false, "FAIL"},
	            {false, false, "INCONCLUSIVE"}};
	struct conf *conf = scene_conf(WHOLE_CONTRACT);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct audit_input in = two_probes(conf);
		struct verdict_draft d;
		struct gate gate;

		in.probes[0].rec.fit = rows[i].first_fit;
		in.probes[1].rec.fit = rows[i].second_fit;
		verdict_begin(&d, requirement_find("X15"), conf, 1, 2);
		gate_open(&gate, &in, &d);
		verdict_add(&d,
		            &(struct subcheck){.id = "used",
		                               .scope = "peering",
		                               .verdict = VERDICT_FAIL,
		                               .basis = BASIS_OBSERVED},
		            "too full");
		verdict_conclude(&d);
		gate_close(&gate, &d);
		assert_string_equal(d.row.verdict, rows[i].verdict);
		whole_fini(&in);
	}
	conf_destroy(conf);
}

/* A hard fact is evidence for as long as evidence lasts: a week for identity. */
static void
a_hard_fact_outlives_its_probe_for_a_week(void **state)
{
	static const struct {
		uint64_t days;
		const char *verdict;
	} cases[] = {{1, "FAIL"}, {7, "FAIL"}, {8, "INCONCLUSIVE"}};
	struct conf *conf = scene_conf(WHOLE_CONTRACT);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct audit_input in = two_probes(conf);

		md5(&in);
		in.probes[0].stale = true;
		in.probes[0].rec.heartbeat_us = SCENE_NOW - cases[i].days * 86400 * SCENE_SECOND;
		assert_verdicts(&in, "X7", cases[i].verdict);
		whole_fini(&in);
	}
	conf_destroy(conf);
}

/* It counts by other subnets, classes and limits: what rests on those is open, and no more. */
static void
another_contract_answers_another_question(void **state)
{
	struct conf *conf = scene_conf(WHOLE_CONTRACT);
	struct audit_input in = two_probes(conf);

	(void)state;
	in.probes[0].stranger = true;
	memset(in.probes[0].rec.config_sha256, 'a', 64);
	memset(conf->sha256, 'b', 64);
	assert_verdicts(&in, "R3 R4 X9 M3 M5", "INCONCLUSIVE");
	assert_verdicts(&in, "R1 R2 R6 R8 R9 R11 X1 X2 X7 X15 M2 M4 M6", "PASS");
	assert_string_equal(scene_judge(&in, "R4")->reason, "probe-unfit");
	assert_non_null(strstr(scene_judge(&in, "R4")->reasons, "ams1-p works from contract"));
	undeclared_class(&in);
	assert_verdicts(&in, "R4", "INCONCLUSIVE");
	whole_fini(&in);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_voids_a_finding),
		cmocka_unit_test(what_a_list_names),
		cmocka_unit_test(every_counter_has_its_row),
		cmocka_unit_test(each_loss_voids_what_rests_on_it),
		cmocka_unit_test(a_void_says_what_it_needs),
		cmocka_unit_test(each_failure_stands_or_falls_with_its_loss),
		cmocka_unit_test(a_voided_failure_is_never_optional),
		cmocka_unit_test(presence_stands_whatever_was_lost),
		cmocka_unit_test(what_the_contract_says_stands),
		cmocka_unit_test(a_busy_probe_does_not_hide_a_blind_one),
		cmocka_unit_test(a_failure_stands_beside_anothers_loss),
		cmocka_unit_test(absence_needs_ears),
		cmocka_unit_test(old_data_neither_passes_nor_fails),
		cmocka_unit_test(all_probes_mute_void_what_is_about_all),
		cmocka_unit_test(a_hard_fact_outlives_its_probe_for_a_week),
		cmocka_unit_test(another_contract_answers_another_question),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
