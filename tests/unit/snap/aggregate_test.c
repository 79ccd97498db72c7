/*
 * The aggregate against arithmetic: snapshots are filled by hand, and every view must add up to
 * what was put in. 1 000 ms intervals, frames of 100 bytes, so that rates are round numbers.
 */
#include "snap/aggregate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "unit/near.h"

static const char text[] =
	"peering = { name = \"t\"; type = \"isp\"; };\n"
	"peer = { asn = 64496; };\n"
	"sites = ( { name = \"s\"; } );\n"
	"links = (\n"
	" { name = \"a\"; site = \"s\"; role = \"primary\"; bandwidth = \"2G\"; members = (\n"
	"   { speed = \"1G\"; peer_to_msft = \"pcap:a0\"; msft_to_peer = \"pcap:a1\"; },\n"
	"   { speed = \"1G\"; peer_to_msft = \"pcap:a2\"; msft_to_peer = \"pcap:a3\"; } ); },\n"
	" { name = \"b\"; site = \"s\"; role = \"redundant\"; bandwidth = \"1G\"; members = (\n"
	"   { speed = \"1G\"; peer_to_msft = \"pcap:b0\"; msft_to_peer = \"pcap:b1\"; } ); } );\n"
	"subnets = ( { prefix = \"203.0.113.0/24\"; side = \"peer\"; },\n"
	"            { prefix = \"198.18.0.0/16\"; side = \"msft\"; } );\n";

/* lanes: a.0 both ways, a.1 both ways, b.0 both ways */
static const struct lane_id lanes[] = {
	{0, 0, DIR_PEER_TO_MSFT}, {0, 0, DIR_MSFT_TO_PEER}, {0, 1, DIR_PEER_TO_MSFT},
	{0, 1, DIR_MSFT_TO_PEER}, {1, 0, DIR_PEER_TO_MSFT}, {1, 0, DIR_MSFT_TO_PEER},
};
enum { LANES = sizeof lanes / sizeof *lanes, PEER_NET = 1, MSFT_NET = 2 };
static const uint64_t start_ns = 1768471200ull * NS_PER_S;

struct bench {
	struct conf *conf;
	struct meter_table *meters;
	struct snap_core *core;
	struct aggregate *aggregate;
	uint64_t interval;
};

static int
set_up(void **state)
{
	struct bench *b = calloc(1, sizeof *b);
	struct snap_params params = {.lanes = LANES,
	                             .meters = 1024,
	                             .endpoints = 64,
	                             .qualities = 8,
	                             .latencies = 8,
	                             .links = 2};
	char *error = NULL;

	if (conf_load_text(text, "t.conf", &b->conf, &error) != 0)
		fail_msg("%s", error);
	b->core = snap_core_create(&params);
	b->meters = snap_meters(b->core);
	b->aggregate = aggregate_create(b->conf, lanes, LANES, 8);
	*state = b;
	return 0;
}

static int
tear_down(void **state)
{
	struct bench *b = *state;

	aggregate_destroy(b->aggregate);
	snap_core_destroy(b->core);
	conf_destroy(b->conf);
	free(b);
	return 0;
}

/* `packets` frames of 100 bytes on a lane, all in the millisecond `ms`, to one meter. */
static void
count(struct bench *b, unsigned lane, struct meter_key key, uint64_t packets, unsigned ms)
{
	struct snap *s = snap_current(b->core);
	struct snap_lane *l = &s->lanes[lane];
	struct meter *m;

	key.link = lanes[lane].link;
	m = &s->meters[meter_find(b->meters, &key)];
	m->packets[lanes[lane].dir] += packets;
	m->bytes[lanes[lane].dir] += packets * 100;
	l->packets += packets;
	l->bytes += packets * 100;
	l->bins[ms] += (uint32_t)(packets * 124);
	l->last_ns = start_ns + b->interval * NS_PER_S + ms * NS_PER_MS;
	s->packets += packets;
	s->bytes += packets * 100;
}

/* End the interval of one second: publish, merge, close. */
static void
close_interval(struct bench *b)
{
	struct snap *s;

	snap_current(b->core)->start_ns = start_ns + b->interval * NS_PER_S;
	b->interval++;
	snap_publish(b->core, start_ns + b->interval * NS_PER_S);
	s = snap_take(b->core);
	assert_non_null(s);
	aggregate_merge(b->aggregate, s, b->meters);
	snap_release(b->core, s);
	aggregate_close(b->aggregate);
}

static const struct meter_key dns = {
	.peer_subnet = PEER_NET, .msft_subnet = MSFT_NET, .class = CLASS_DNS};
static const struct meter_key http = {.peer_subnet = PEER_NET, .class = CLASS_HTTP};
static const struct meter_key arp = {.class = CLASS_ARP};
static const struct meter_key overflow = {
	.peer_subnet = SUBNET_OVERFLOW, .msft_subnet = SUBNET_OVERFLOW, .class = CLASS_TLS};

/* Packets of a view in both directions, total. */
static uint64_t
sum_of(const struct agg_cell *c)
{
	return c->total.packets[0] + c->total.packets[1];
}

static void
views_add_up(void **state)
{
	struct bench *b = *state;
	struct aggregate *a = b->aggregate;
	uint64_t classes = 0, peer_side, msft_side, members = 0;

	count(b, 0, dns, 10, 0);
	count(b, 1, dns, 9, 0);
	count(b, 2, http, 5, 1);
	count(b, 3, http, 7, 1);
	count(b, 0, arp, 2, 2);
	count(b, 0, overflow, 3, 2);
	count(b, 4, dns, 100, 0); /* the other link must not mix in */
	close_interval(b);

	for (int c = 0; c < CLASS_COUNT; c++)
		classes += sum_of(&a->link_classes[c]);
	for (int i = 0; i < 4; i++)
		members += a->lanes[i].packets;
	peer_side = sum_of(&a->link_subnets[PEER_NET]) +
	            sum_of(&a->link_rests[0][REST_UNDECLARED_PEER]) +
	            sum_of(&a->link_rests[0][REST_UNMETERED_PEER]);
	msft_side = sum_of(&a->link_subnets[MSFT_NET]) +
	            sum_of(&a->link_rests[0][REST_UNDECLARED_MSFT]) +
	            sum_of(&a->link_rests[0][REST_UNMETERED_MSFT]);
	assert_int_equal(sum_of(&a->links[0].cell), 36);
	assert_int_equal(classes, 36);
	assert_int_equal(members, 36);
	assert_int_equal(peer_side, 36);
	assert_int_equal(msft_side, 36);
	assert_int_equal(sum_of(&a->link_subnets[PEER_NET]), 31);
	assert_int_equal(sum_of(&a->link_rests[0][REST_UNDECLARED_MSFT]), 14);
	assert_int_equal(sum_of(&a->link_rests[0][REST_UNMETERED_PEER]), 3);
	assert_int_equal(sum_of(&a->subnets[PEER_NET].cell), 131);
	assert_int_equal(sum_of(&a->links[1].cell), 100);
	assert_int_equal(a->links[0].cell.total.packets[DIR_PEER_TO_MSFT], 20);
	assert_int_equal(a->links[0].cell.total.packets[DIR_MSFT_TO_PEER], 16);
}

static void
a_subnets_classes_are_its_own_and_add_up(void **state)
{
	struct bench *b = *state;
	struct aggregate *a = b->aggregate;
	uint64_t sum = 0, classes = 0;

	for (int c = CLASS_SIP; c < CLASS_SIP + 20; c++) { /* enough to move the array */
		struct meter_key key = {
			.peer_subnet = PEER_NET, .msft_subnet = MSFT_NET, .class = (uint8_t)c};

		count(b, 0, key, (uint64_t)c, 0);
		sum += (uint64_t)c;
	}
	close_interval(b);
	for (uint32_t i = a->subnets[PEER_NET].classes_first; i;
	     i = a->subnet_classes[i - 1].next) {
		assert_int_equal(a->subnet_classes[i - 1].subnet, PEER_NET);
		assert_int_equal(sum_of(&a->subnet_classes[i - 1].cell),
		                 a->subnet_classes[i - 1].class);
		classes++;
	}
	assert_int_equal(classes, 20);
	assert_int_equal(sum_of(&a->subnets[PEER_NET].cell), sum);
}

static void
last_is_one_interval_and_total_all(void **state)
{
	struct bench *b = *state;
	const struct agg_cell *cell = &b->aggregate->links[0].cell;

	count(b, 0, dns, 10, 0);
	close_interval(b);
	count(b, 0, dns, 4, 0);
	close_interval(b);
	assert_int_equal(cell->last.packets[0], 4);
	assert_int_equal(cell->total.packets[0], 14);
	close_interval(b);
	assert_int_equal(cell->last.packets[0], 0);
	assert_int_equal(cell->total.packets[0], 14);
	assert_int_equal(b->aggregate->seq, 3);
	assert_near(aggregate_seconds(b->aggregate), 1.0, 1e-9);
}

/* Two members peak in different milliseconds: the link's 1 ms peak is not the sum of theirs. */
static void
a_links_peak_is_that_of_the_sum(void **state)
{
	struct bench *b = *state;
	const struct agg_link *l = &b->aggregate->links[0];

	count(b, 0, dns, 100, 3);
	count(b, 2, dns, 60, 4);
	count(b, 2, dns, 10, 3);
	close_interval(b);
	assert_near(l->peak_bps[0][0], 110 * 124 * 8 * 1000.0, 1);
	assert_near(l->peak_bps[0][1], 170 * 124 * 8 * 100.0, 1);
	assert_near(l->peak_bps[0][2], 170 * 124 * 8 * 10.0, 1);
	assert_near(b->aggregate->lanes[2].peak_1ms_bps, 60 * 124 * 8 * 1000.0, 1);
}

static void
losses_come_from_the_ports_growth(void **state)
{
	struct bench *b = *state;
	struct agg_probe *p = &b->aggregate->probe;
	struct agg_port port = {.present = true, .rx_packets = 990, .missed = 8, .no_mbuf = 2};

	aggregate_port(b->aggregate, 0, &port);
	close_interval(b);
	assert_near(p->loss_ratio, 0.01, 1e-12);
	port.rx_packets += 1000;
	aggregate_port(b->aggregate, 0, &port);
	close_interval(b);
	assert_near(p->loss_ratio, 0, 1e-12);
	assert_near(p->coverage_ratio, 1, 1e-12);
	assert_int_equal(p->missed, 8);
	/* a port opened anew starts from zero, and its figures are not a gigantic step back */
	port = (struct agg_port){.present = true, .rx_packets = 10};
	aggregate_port(b->aggregate, 0, &port);
	close_interval(b);
	assert_int_equal(p->rx_packets, 2000);
}

static void
feed_endpoint(struct bench *b, const char *address, uint16_t link, uint64_t packets)
{
	struct addr addr;
	struct snap_endpoint *e;

	assert_true(addr_parse(address, &addr));
	e = snap_endpoint_find(snap_current(b->core), load_ne64(addr.b + 8) * 0x9e3779b97f4a7c15ull,
	                       &addr, link, SIDE_PEER);
	assert_non_null(e);
	e->subnet = PEER_NET;
	e->packets[0] += packets;
	e->taken |= 1ull << CLASS_DNS;
	e->active += 2;
	e->clients |= 1ull << link;
	e->first_ns = e->last_ns = start_ns + b->interval * NS_PER_S;
}

static void
add_sample(struct sample_set *set, const char *address, enum sample_kind kind, uint32_t ms)
{
	struct sample *s = sample_add(set);

	if (!s)
		return;
	*s = (struct sample){.kind = (uint8_t)kind,
	                     .side = SIDE_PEER,
	                     .method = LATENCY_TCP_ACK,
	                     .ns = ms * (uint32_t)NS_PER_MS};
	assert_true(addr_parse(address, &s->addr));
}

/* The hand passes it an interval later: its round trips wait for it, and whose they are. */
static void
endpoints_have_their_round_trips_and_losses(void **state)
{
	struct bench *b = *state;
	const struct agg_endpoint *e = b->aggregate->endpoints;
	struct snap *s = snap_current(b->core);

	add_sample(s->round_trips, "203.0.113.1", SAMPLE_ROUND_TRIP, 10);
	add_sample(s->round_trips, "203.0.113.1", SAMPLE_ROUND_TRIP, 40);
	close_interval(b);
	assert_false(e[0].changed);
	feed_endpoint(b, "203.0.113.1", 0, 1000);
	s = snap_current(b->core);
	s->endpoints[0].countable[0] = 600;
	s->endpoints[0].countable[1] = 380;
	for (unsigned i = 0; i < 22; i++)
		add_sample(s->losses, "203.0.113.1", SAMPLE_LOST, 0);
	add_sample(s->losses, "203.0.113.1", SAMPLE_NOT_LOST, 0);
	add_sample(s->losses, "203.0.113.1", SAMPLE_NOT_LOST, 0);
	add_sample(s->losses, "203.0.113.9", SAMPLE_LOST, 0); /* nobody's */
	add_sample(s->round_trips, "203.0.113.1", SAMPLE_ROUND_TRIP, 40);
	close_interval(b);
	assert_int_equal(b->aggregate->endpoint_count, 1);
	assert_true(e[0].changed);
	assert_int_equal(e[0].subnet, PEER_NET);
	assert_int_equal(b->aggregate->subnets[PEER_NET].endpoints, 1);
	assert_int_equal(e[0].rtt_count, 3);
	assert_int_equal(e[0].rtt_sum_ns, 90 * NS_PER_MS);
	assert_int_equal(e[0].rtt_min_ns, 10 * NS_PER_MS);
	assert_int_equal(e[0].rtt_methods, 1u << LATENCY_TCP_ACK);
	assert_int_equal(e[0].countable, 980);
	assert_near(e[0].lost, 20, 1e-9);
}

/* More than are kept: each stands for so many that their sum is what was lost. */
static void
what_was_not_kept_is_stood_for(void **state)
{
	struct bench *b = *state;
	struct snap *s = snap_current(b->core);

	feed_endpoint(b, "203.0.113.1", 0, 100000);
	for (unsigned i = 0; i < 5000; i++)
		add_sample(s->losses, "203.0.113.1", SAMPLE_LOST, 0);
	close_interval(b);
	assert_near(b->aggregate->endpoints[0].lost, 5000, 1e-6);
}

static void
endpoints_merge_over_links_and_intervals(void **state)
{
	struct bench *b = *state;
	const struct aggregate *a = b->aggregate;

	feed_endpoint(b, "203.0.113.1", 0, 5);
	feed_endpoint(b, "203.0.113.1", 1, 6);
	feed_endpoint(b, "203.0.113.2", 0, 1);
	close_interval(b);
	feed_endpoint(b, "203.0.113.1", 0, 7);
	close_interval(b);
	assert_int_equal(a->endpoint_count, 2);
	assert_int_equal(a->endpoints[0].total.packets[0], 18);
	assert_int_equal(a->endpoints[0].last.packets[0], 7);
	assert_int_equal(a->endpoints[0].links, 3);
	assert_int_equal(a->endpoints[0].classes, 1ull << CLASS_DNS);
	assert_int_equal(a->endpoints[0].roles.taken, 1ull << CLASS_DNS);
	assert_int_equal(a->endpoints[0].roles.active_max, 4); /* of two links at once */
	assert_int_equal(a->endpoints[0].active, 2);
	assert_int_equal(a->endpoints[0].roles.clients, 3);
	assert_false(a->endpoints[1].changed);
	assert_int_equal(a->subnets[PEER_NET].endpoints, 2);
	assert_int_equal(a->links[0].endpoints[0], 2);
	assert_int_equal(a->links[1].endpoints[0], 1);
}

static void
a_full_endpoint_table_counts_what_it_refuses(void **state)
{
	struct bench *b = *state;
	char address[32];

	for (int i = 1; i <= 11; i++) {
		snprintf(address, sizeof address, "203.0.113.%d", i);
		feed_endpoint(b, address, 0, 1);
	}
	close_interval(b);
	assert_int_equal(b->aggregate->endpoint_count, 8);
	assert_int_equal(b->aggregate->endpoints_overflow, 3);
}

/* A reload that drops link b and adds a subnet in front: what is still named keeps its totals. */
static void
totals_survive_a_reload(void **state)
{
	static const char reloaded[] =
		"peering = { name = \"t\"; type = \"isp\"; };\n"
		"peer = { asn = 64496; };\n"
		"sites = ( { name = \"s\"; } );\n"
		"links = ( { name = \"a\"; site = \"s\"; role = \"primary\"; bandwidth = \"1G\"; "
		"members = (\n"
		"   { speed = \"1G\"; peer_to_msft = \"pcap:a0\"; msft_to_peer = \"pcap:a1\"; } ); "
		"} );\n"
		"subnets = ( { prefix = \"192.0.2.0/24\"; side = \"peer\"; },\n"
		"            { prefix = \"203.0.113.0/24\"; side = \"peer\"; } );\n";
	struct bench *b = *state;
	struct aggregate *next;
	struct conf *conf;
	char *error;

	count(b, 0, dns, 10, 0);
	count(b, 4, dns, 5, 0);
	feed_endpoint(b, "203.0.113.1", 0, 10);
	close_interval(b);
	assert_int_equal(conf_load_text(reloaded, "r.conf", &conf, &error), 0);
	next = aggregate_create(conf, lanes, 2, 8);
	aggregate_carry(next, b->aggregate);
	assert_int_equal(sum_of(&next->links[0].cell), 10);
	assert_int_equal(sum_of(&next->subnets[2].cell), 15);
	assert_int_equal(sum_of(&next->subnets[1].cell), 0);
	assert_int_equal(sum_of(&next->link_subnets[2]), 10);
	assert_int_equal(next->lanes[0].packets, 10);
	assert_int_equal(next->endpoints[0].subnet, 2);
	assert_int_equal(next->seq, 1);
	assert_int_equal(next->subnet_classes[next->subnets[2].classes_first - 1].class, CLASS_DNS);
	aggregate_destroy(next);
	conf_destroy(conf);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(views_add_up),
		TEST(a_subnets_classes_are_its_own_and_add_up),
		TEST(last_is_one_interval_and_total_all),
		TEST(a_links_peak_is_that_of_the_sum),
		TEST(losses_come_from_the_ports_growth),
		TEST(endpoints_have_their_round_trips_and_losses),
		TEST(what_was_not_kept_is_stood_for),
		TEST(endpoints_merge_over_links_and_intervals),
		TEST(a_full_endpoint_table_counts_what_it_refuses),
		TEST(totals_survive_a_reload),
	};

	return cmocka_run_group_tests_name("aggregate", tests, NULL, NULL);
}
