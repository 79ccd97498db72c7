/*
 * From an aggregate filled by hand to the records that a reader gets back: expected values are
 * arithmetic on one interval of a second.
 */
#include "store/export.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "unit/near.h"

#define CONTRACT(probe, second_tap)                                                                \
	probe "peering = { name = \"t\"; type = \"isp\"; };\n"                                     \
	      "peer = { asn = 64496; };\n"                                                         \
	      "sites = ( { name = \"s\"; } );\n"                                                   \
	      "links = (\n"                                                                        \
	      " { name = \"a\"; site = \"s\"; role = \"primary\"; bandwidth = \"2G\";\n"           \
	      "   tap = { kind = \"optical\"; probe = \"p1\"; }; members = (\n"                    \
	      "   { speed = \"1G\"; peer_to_msft = \"pcap:a0\"; msft_to_peer = \"pcap:a1\"; },\n"  \
	      "   { speed = \"1G\"; peer_to_msft = \"pcap:a2\"; msft_to_peer = \"pcap:a3\"; } ); " \
	      "},\n"                                                                               \
	      " { name = \"b\"; site = \"s\"; role = \"redundant\"; bandwidth = \"1G\";\n"         \
	      "   tap = { kind = \"optical\"; probe = \"" second_tap "\"; }; members = (\n"        \
	      "   { speed = \"1G\"; peer_to_msft = \"pcap:b0\"; msft_to_peer = \"pcap:b1\"; } ); " \
	      "} );\n"                                                                             \
	      "subnets = ( { prefix = \"203.0.113.0/24\"; side = \"peer\"; classes = [\"dns\"]; "  \
	      "} );\n"                                                                             \
	      "tolerate = { classes = [\"icmp\"]; up_to = 0.01; };\n"
#define PROBE "probe = { id = \"p1\"; site = \"s\"; };\n"

static const struct lane_id lanes[] = {{0, 0, 0}, {0, 0, 1}, {0, 1, 0},
                                       {0, 1, 1}, {1, 0, 0}, {1, 0, 1}};
static const uint64_t start_us = 1768471200ull * US_PER_S;
static const struct export_self self = {
	.id = "p1", .site = "s", .host = "h", .clock_source = "capture"};

struct bench {
	struct conf *conf;
	struct aggregate *a;
	struct store *store;
	struct exporter *exporter;
};

static void
begin(struct bench *b, const char *contract)
{
	struct store_params params = {
		.site = "s", .peering = "t", .writer = "p1", .boot_us = start_us};
	char *error = NULL;

	if (conf_load_text(contract, "t.conf", &b->conf, &error) != 0)
		fail_msg("%s", error);
	b->a = aggregate_create(b->conf, lanes, 6, 16);
	b->store = store_memory_create(&params);
	b->exporter = exporter_create(b->conf, b->store);
	b->a->started_us = start_us;
	b->a->end_us = start_us;
}

static void
finish(struct bench *b)
{
	exporter_destroy(b->exporter);
	store_close(b->store, 0);
	aggregate_destroy(b->a);
	conf_destroy(b->conf);
}

/* The next second's epoch; both directions of link `a` are alive when `alive`. */
static void
epoch(struct bench *b, bool alive)
{
	struct aggregate *a = b->a;

	a->seq++;
	a->start_us = a->end_us;
	a->end_us += US_PER_S;
	for (int dir = 0; alive && dir < DIR_COUNT; dir++)
		a->links[0].last_packet_us[dir] = a->end_us - 1;
	exporter_begin(b->exporter, a, &self);
	exporter_end(b->exporter);
}

static struct agg_cell
cell_of(uint64_t packets, uint64_t bytes, uint64_t flows)
{
	return (struct agg_cell){.total = {{packets, 0}, {bytes, 0}},
	                         .last = {{packets, 0}, {bytes, 0}},
	                         .flows = flows,
	                         .flows_two_way = flows,
	                         .first_us = start_us,
	                         .last_us = start_us + US_PER_S};
}

struct heard {
	unsigned count;
	struct event last;
};

static void
hear(void *context, const struct event *e)
{
	struct heard *h = context;

	h->count++;
	h->last = *e;
}

static struct heard
events_of(struct bench *b)
{
	struct heard h = {0};
	char last[48];

	store_events(b->store, "p1", "0", 100, hear, &h, last);
	return h;
}

static void
a_links_rates_are_of_the_interval(void **state)
{
	struct rec_link link;
	struct rec_epoch done;
	struct bench b;

	(void)state;
	begin(&b, CONTRACT(PROBE, "p1"));
	b.a->links[0].cell = cell_of(1000, 100000, 1);
	epoch(&b, true);
	assert_true(store_get(b.store, RECORD_LINK, "a", &link));
	assert_near(link.traffic.rate_pps[0], 1000, 1e-6);
	assert_near(link.traffic.rate_bps[0], 800000, 1e-6);
	assert_near(link.rate_l1_bps[0], (100000 + 24 * 1000) * 8, 1e-6);
	assert_int_equal(link.capacity_bps, 2000000000);
	assert_near(link.utilisation_ratio[0], 992000 / 2e9, 1e-9);
	assert_int_equal(link.bandwidth_bps, 2000000000);
	assert_string_equal(link.role, "primary");
	assert_true(isnan(link.p95_5min_ratio[0])); /* nothing is known of five minutes yet */
	assert_true(store_get(b.store, RECORD_EPOCH, "p1", &done));
	assert_int_equal(done.head.seq, 1);
	finish(&b);
}

static void
a_link_falls_silent_once_and_comes_back(void **state)
{
	struct rec_link link;
	struct bench b;

	(void)state;
	begin(&b, CONTRACT(PROBE, "p1"));
	for (int i = 0; i < 3; i++)
		epoch(&b, true);
	store_get(b.store, RECORD_LINK, "a", &link);
	assert_string_not_equal(link.state, "silent");
	for (int i = 0; i < 30; i++)
		epoch(&b, false);
	store_get(b.store, RECORD_LINK, "a", &link);
	assert_string_equal(link.state, "silent");
	/* found ten seconds (the default) after the last packet, which was just before 3 s: since
	 * then
	 */
	assert_int_equal(link.state_since_us, start_us + 3 * US_PER_S - 1);
	assert_string_equal(events_of(&b).last.name, "link.silent");
	assert_int_equal(events_of(&b).last.ts_us, start_us + 3 * US_PER_S - 1);
	assert_int_equal(events_of(&b).last.detected_us, start_us + 13 * US_PER_S);
	epoch(&b, true);
	assert_string_equal(events_of(&b).last.name, "link.up");
	finish(&b);
}

/* Shares of bytes: 900 declared, 50 tolerated, 30 undeclared, 20 of no known class. */
static void
classes_stand_as_the_contract_says(void **state)
{
	static const struct {
		uint8_t class;
		uint64_t bytes;
		const char *id, *standing;
	} rows[] = {
		{CLASS_DNS, 900, "203.0.113.0/24:class:dns", "declared"},
		{CLASS_ICMP, 50, "203.0.113.0/24:class:icmp", "tolerated"},
		{CLASS_HTTP, 30, "203.0.113.0/24:class:http", "undeclared"},
		{CLASS_UNKNOWN_UDP, 20, "203.0.113.0/24:class:unknown-udp", "unclassified"},
	};
	struct agg_subnet_class classes[4];
	struct rec_subnet_class c;
	struct rec_subnet subnet;
	struct bench b;

	(void)state;
	begin(&b, CONTRACT(PROBE, "p1"));
	b.a->subnets[1].cell = cell_of(4, 1000, 4);
	b.a->subnets[1].classes_first = 1;
	for (unsigned i = 0; i < 4; i++)
		classes[i] = (struct agg_subnet_class){.subnet = 1,
		                                       .next = i < 3 ? i + 2 : 0,
		                                       .class = rows[i].class,
		                                       .cell = cell_of(1, rows[i].bytes, 1)};
	b.a->subnet_classes = classes;
	b.a->subnet_class_count = 4;
	epoch(&b, true);
	epoch(&b, true);
	for (unsigned i = 0; i < 4; i++) {
		assert_true(store_get(b.store, RECORD_SUBNET_CLASS, rows[i].id, &c));
		assert_string_equal(c.standing, rows[i].standing);
	}
	assert_true(store_get(b.store, RECORD_SUBNET, "203.0.113.0/24", &subnet));
	assert_near(subnet.declared_ratio, 0.90, 1e-9);
	assert_near(subnet.tolerated_ratio, 0.05, 1e-9);
	assert_near(subnet.undeclared_ratio, 0.03, 1e-9);
	assert_near(subnet.unknown_ratio, 0.02, 1e-9);
	/* said once, though it was there in both epochs */
	assert_int_equal(events_of(&b).count, 1);
	assert_string_equal(events_of(&b).last.name, "class.undeclared");
	assert_string_equal(events_of(&b).last.subject, "subnet:203.0.113.0/24");
	b.a->subnet_classes = NULL;
	finish(&b);
}

static void
what_was_not_decoded_is_listed_by_count(void **state)
{
	struct rec_probe p;
	struct bench b;

	(void)state;
	begin(&b, CONTRACT(PROBE, "p1"));
	b.a->probe.reasons[REASON_OK] = 1000;
	b.a->probe.reasons[REASON_VLAN_DEEP] = 1;
	b.a->probe.reasons[REASON_IPV4_SHORT] = 30;
	epoch(&b, true);
	assert_true(store_get(b.store, RECORD_PROBE, "p1", &p));
	assert_int_equal(p.undecoded, 31);
	assert_string_equal(p.undecoded_reasons, "ipv4_short 30, vlan_deep 1");
	finish(&b);
}

/* Takes up the contract after an epoch, and writes another one by it. */
static struct rec_probe
reloaded(struct bench *b, const char *contract)
{
	struct conf *old = b->conf;
	struct rec_probe p;
	char *error = NULL;

	if (conf_load_text(contract, "t.conf", &b->conf, &error) != 0)
		fail_msg("%s", error);
	exporter_set_conf(b->exporter, b->conf);
	b->a->conf = b->conf;
	conf_destroy(old);
	epoch(b, true);
	assert_true(store_get(b->store, RECORD_PROBE, "p1", &p));
	assert_string_equal(p.terms_sha256, b->conf->terms);
	return p;
}

/* What was counted before a reload was told apart by the old terms, where it has new ones. */
static void
a_probe_says_since_when_its_terms_stand(void **state)
{
	struct rec_probe p;
	struct bench b;

	(void)state;
	begin(&b, CONTRACT(PROBE, "p1"));
	epoch(&b, true);
	assert_true(store_get(b.store, RECORD_PROBE, "p1", &p));
	assert_int_equal(p.terms_us, 0);
	p = reloaded(&b, CONTRACT(PROBE, "p1") "targets = { latency_us = 60000; };\n");
	assert_int_equal(p.terms_us, 0);
	p = reloaded(&b, CONTRACT(PROBE, "p1") "default_subnet = { classes = [\"dns\"]; };\n");
	assert_int_equal(p.terms_us, start_us + 2 * US_PER_S);
	epoch(&b, true);
	assert_true(store_get(b.store, RECORD_PROBE, "p1", &p));
	assert_int_equal(p.terms_us, start_us + 2 * US_PER_S);
	finish(&b);
}

/* One interval with such a clock: how many events it made, and the last one. */
static struct heard
events_with(struct bench *b, const struct export_self *clock)
{
	b->a->seq++;
	b->a->start_us = b->a->end_us;
	b->a->end_us += US_PER_S;
	exporter_begin(b->exporter, b->a, clock);
	exporter_end(b->exporter);
	return events_of(b);
}

static void
a_clock_that_steps_is_off_or_another(void **state)
{
	struct export_self clock = {
		.id = "p1", .site = "s", .host = "h", .clock_source = "hardware"};
	struct rec_probe p;
	struct bench b;

	(void)state;
	begin(&b, CONTRACT(PROBE, "p1"));
	clock.clock_error_ns = 1000000; /* the limit itself */
	assert_int_equal(events_with(&b, &clock).count, 0);
	clock.clock_error_ns = 1500000;
	assert_int_equal(events_with(&b, &clock).count, 1);
	assert_string_equal(events_of(&b).last.name, "probe.clock");
	assert_string_equal(events_of(&b).last.subject, "probe:p1");
	assert_non_null(strstr(events_of(&b).last.text, "1.500 ms off, more than 1.000 ms"));
	assert_int_equal(events_with(&b, &clock).count, 1); /* still */
	clock.clock_error_ns = 200;
	assert_int_equal(events_with(&b, &clock).count, 2);
	assert_string_equal(events_of(&b).last.severity, "info");
	clock.clock_steps = 1;
	clock.clock_step_ns = 61000000000;
	clock.clock_step_us = start_us + 3500000;
	assert_int_equal(events_with(&b, &clock).count, 3);
	assert_int_equal(events_of(&b).last.ts_us, start_us + 3500000);
	assert_int_equal(events_with(&b, &clock).count, 3);
	clock.clock_source = "tsc";
	assert_int_equal(events_with(&b, &clock).count, 4);
	assert_non_null(strstr(events_of(&b).last.text, "comes from tsc now"));
	assert_true(store_get(b.store, RECORD_PROBE, "p1", &p));
	assert_int_equal(p.clock_steps, 1);
	assert_int_equal(p.clock_step_ns, 61000000000);
	finish(&b);
}

/* Two probes at the site: keys of subjects that both can see carry the writer's id. */
static void
two_probes_share_no_key(void **state)
{
	struct rec_subnet subnet;
	struct rec_link link;
	struct bench b;

	(void)state;
	begin(&b, CONTRACT(PROBE, "p2"));
	b.a->subnets[1].cell = cell_of(4, 1000, 4);
	epoch(&b, true);
	assert_false(store_get(b.store, RECORD_SUBNET, "203.0.113.0/24", &subnet));
	assert_true(store_get(b.store, RECORD_SUBNET, "203.0.113.0/24@p1", &subnet));
	assert_true(store_get(b.store, RECORD_LINK, "a", &link));
	/* the other's link is the other's: two writers of one key would show half of each */
	b.a->link_classes[CLASS_COUNT + CLASS_DNS] = cell_of(4, 1000, 4);
	epoch(&b, true);
	assert_false(store_get(b.store, RECORD_LINK, "b", &link));
	assert_false(store_get(b.store, RECORD_MEMBER, "b:0", &(struct rec_member){0}));
	assert_false(
		store_get(b.store, RECORD_LINK_CLASS, "b:class:dns", &(struct rec_link_class){0}));
	assert_int_equal(events_of(&b).count, 0); /* nor is it told as silent */
	for (unsigned i = 0; i < 15; i++)
		epoch(&b, true);
	assert_int_equal(events_of(&b).count, 0);
	finish(&b);
}

struct points {
	unsigned count;
	double bps;
};

static void
take_point(void *context, const struct store_point *p)
{
	struct points *points = context;

	points->count++;
	for (unsigned i = 0; i < p->count; i++)
		if (strcmp(p->names[i], "bps_peer_to_msft") == 0)
			points->bps = p->values[i];
}

/* Seconds of 1 … 10 kB: the ten seconds' mean is 5 500 bytes a second. */
static void
rollups_average_rates(void **state)
{
	struct points fine = {0}, coarse = {0};
	struct bench b;

	(void)state;
	begin(&b, CONTRACT(PROBE, "p1"));
	for (uint64_t i = 1; i <= 11; i++) {
		b.a->links[0].cell = cell_of(1, i * 1000, 1);
		epoch(&b, true);
	}
	store_points(b.store, "link:a", 0, 0, UINT64_MAX, take_point, &fine);
	store_points(b.store, "link:a", 1, 0, UINT64_MAX, take_point, &coarse);
	assert_int_equal(fine.count, 11);
	assert_int_equal(coarse.count, 1);
	assert_near(coarse.bps, 5500 * 8, 1e-6);
	finish(&b);
}

/* Without LACP a member that carried frames and stopped while the other goes on is missed; one that
 * never did may come over the other's port. */
static void
a_member_that_stops_degrades_its_link(void **state)
{
	struct rec_link link;
	struct bench b;

	(void)state;
	begin(&b, CONTRACT(PROBE, "p1"));
	b.a->lanes[0].packets = b.a->lanes[0].last_packets = 10;
	epoch(&b, true);
	assert_true(store_get(b.store, RECORD_LINK, "a", &link));
	assert_string_equal(link.state, "up");
	b.a->lanes[2].packets = 10;
	epoch(&b, true);
	assert_true(store_get(b.store, RECORD_LINK, "a", &link));
	assert_string_equal(link.state, "degraded");
	assert_string_equal(link.why, "1 of 2 members carry traffic");
	finish(&b);
}

/* Each want of room of the workers under its own name. */
static void
want_of_room_stands_in_the_probes_record(void **state)
{
	struct rec_probe probe;
	struct bench b;
	uint64_t n = 100;

	(void)state;
	begin(&b, CONTRACT(PROBE, "p1"));
#define X(name, unit, what) b.a->probe.shortage.name = ++n;
	SHORTAGES(X)
#undef X
	b.a->latency->overflow = 7;
	b.a->quality->overflows = 8;
	epoch(&b, true);
	assert_true(store_get(b.store, RECORD_PROBE, "p1", &probe));
	n = 100;
#define X(name, unit, what) assert_int_equal(probe.shortage.name, ++n);
	SHORTAGES(X)
#undef X
	assert_int_equal(probe.latency_overflow, 7);
	assert_int_equal(probe.quality_overflow, 8);
	finish(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_member_that_stops_degrades_its_link),
		cmocka_unit_test(a_links_rates_are_of_the_interval),
		cmocka_unit_test(a_link_falls_silent_once_and_comes_back),
		cmocka_unit_test(classes_stand_as_the_contract_says),
		cmocka_unit_test(what_was_not_decoded_is_listed_by_count),
		cmocka_unit_test(a_probe_says_since_when_its_terms_stand),
		cmocka_unit_test(a_clock_that_steps_is_off_or_another),
		cmocka_unit_test(two_probes_share_no_key),
		cmocka_unit_test(rollups_average_rates),
		cmocka_unit_test(want_of_room_stands_in_the_probes_record),
	};

	return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}
