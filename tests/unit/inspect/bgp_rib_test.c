#include "inspect/bgp_rib.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/bgp_open.h"

enum { KEYS = 600, TURNS = 60000 };

/* Key `i` of the model: families, lengths and path identifiers of their own. */
static struct bgp_nlri
nlri_of(unsigned i, uint16_t *afi, uint8_t *safi)
{
	uint8_t bytes[16] = {0x20, 0x01, 0x0d, 0xb8, (uint8_t)(i >> 8), (uint8_t)i};
	struct bgp_nlri n = {.path_id = i % 3, .rd = i % 5 ? 0 : i};

	*afi = i % 2 ? BGP_AFI_IPV6 : BGP_AFI_IPV4;
	*safi = i % 7 ? BGP_SAFI_UNICAST : BGP_SAFI_VPN;
	n.prefix.addr = i % 2 ? addr_v6(bytes) : addr_v4(bytes + 2);
	n.prefix.len = i % 2 ? 48 : 32;
	return n;
}

/* Attributes of their own: one AS_PATH of two bytes a number. */
static uint32_t
attrs_of(struct bgp_pool *pool, uint16_t as)
{
	uint8_t path[4] = {2, 1, (uint8_t)(as >> 8), (uint8_t)as};
	struct cursor none = cursor_over(path, 0);
	struct bgp_update u = {
		.as_path = cursor_over(path, sizeof path),
		.as4_path = none,
		.aggregator = none,
		.communities = none,
		.extended = none,
		.large = none,
	};

	return bgp_attrs_intern(pool->attrs, &u, false, 2);
}

static void
add(struct bgp_rib *r, unsigned i, uint16_t as, enum bgp_rib_outcome want)
{
	uint16_t afi;
	uint8_t safi;
	struct bgp_nlri n = nlri_of(i, &afi, &safi);
	uint32_t attrs = attrs_of(r->pool, as);

	assert_int_equal(bgp_rib_add(r, afi, safi, &n, attrs, i), want);
	bgp_attrs_drop(r->pool->attrs, attrs);
}

static void
take(struct bgp_rib *r, unsigned i, enum bgp_rib_outcome want)
{
	uint16_t afi;
	uint8_t safi;
	struct bgp_nlri n = nlri_of(i, &afi, &safi);

	assert_int_equal(bgp_rib_remove(r, afi, safi, &n, i), want);
}

static uint32_t
sets(const struct bgp_pool *pool)
{
	struct bgp_attrs_use use;

	bgp_attrs_usage(pool->attrs, &use);
	return use.count;
}

/* Against an array of AS numbers, at random, so that the table grows, fills and empties; changes
 * replayed into a second table give the same one. */
static void
test_model(void **state)
{
	uint16_t standing[KEYS] = {0};
	uint32_t counts[2] = {0};
	struct bgp_pool pool = {.room = 2 * KEYS, .attrs = bgp_attrs_create(1 << 20), .watched = 1};
	struct bgp_rib r, copy;
	struct bgp_change c;

	(void)state;
	srand(7);
	bgp_rib_init(&r, &pool, NULL, SIDE_PEER);
	bgp_rib_init(&copy, &pool, NULL, SIDE_PEER);
	for (unsigned turn = 0; turn < TURNS; turn++) {
		unsigned i = (unsigned)rand() % KEYS;
		uint16_t as = (uint16_t)(1 + rand() % 3);
		bool announce = rand() % 100 < (turn / 10000 % 2 ? 30 : 70);

		if (announce)
			add(&r, i, as,
			    !standing[i]        ? BGP_RIB_NEW
			    : standing[i] == as ? BGP_RIB_SAME
			                        : BGP_RIB_CHANGED);
		else
			take(&r, i, standing[i] ? BGP_RIB_GONE : BGP_RIB_SAME);
		counts[i % 2] += announce && !standing[i];
		counts[i % 2] -= !announce && standing[i];
		standing[i] = announce ? as : 0;
		assert_int_equal(r.standing[0], counts[0]);
		assert_int_equal(r.standing[1], counts[1]);
	}
	while (bgp_rib_take_change(&r, &c)) {
		struct bgp_nlri n = {.path_id = c.route.path_id,
		                     .rd = c.route.rd,
		                     .prefix = bgp_route_prefix(&c.route)};

		if (c.gone)
			bgp_rib_remove(&copy, c.route.afi, c.route.safi, &n, 0);
		else
			bgp_rib_add(&copy, c.route.afi, c.route.safi, &n, c.route.attrs, 0);
		bgp_attrs_drop(pool.attrs, c.route.attrs);
	}
	assert_int_equal(bgp_rib_count(&copy), bgp_rib_count(&r));
	assert_true(copy.digest == r.digest);
	assert_int_equal(pool.room, 2 * KEYS - 2 * bgp_rib_count(&r));
	bgp_rib_fini(&copy);
	bgp_rib_fini(&r);
	assert_int_equal(pool.room, 2 * KEYS);
	assert_int_equal(sets(&pool), 0);
	bgp_attrs_destroy(pool.attrs);
}

/* Room is shared, what finds none is counted, and what goes makes room. */
static void
test_room(void **state)
{
	struct bgp_pool pool = {.room = 10, .attrs = bgp_attrs_create(1 << 20)};
	struct bgp_rib a, b;

	(void)state;
	bgp_rib_init(&a, &pool, NULL, SIDE_PEER);
	bgp_rib_init(&b, &pool, NULL, SIDE_PEER);
	take(&a, 0, BGP_RIB_SAME);
	for (unsigned i = 0; i < 12; i++)
		add(i % 2 ? &a : &b, i, 1, i < 10 ? BGP_RIB_NEW : BGP_RIB_FULL);
	assert_int_equal(a.beyond + b.beyond, 2);
	bgp_rib_clear(&b);
	assert_true(b.changes.anew);
	assert_int_equal(bgp_rib_count(&b), 0);
	assert_int_equal(pool.room, 5);
	add(&a, 11, 1, BGP_RIB_NEW);
	bgp_rib_fini(&a);
	bgp_rib_fini(&b);
	assert_int_equal(pool.room, 10);
	assert_int_equal(sets(&pool), 0);
	bgp_attrs_destroy(pool.attrs);
}

/* RFC 4724: what is not announced again before the End-of-RIB goes, of that family alone. */
static void
test_stale(void **state)
{
	struct bgp_pool pool = {.room = KEYS, .attrs = bgp_attrs_create(1 << 20)};
	struct bgp_rib r;

	(void)state;
	bgp_rib_init(&r, &pool, NULL, SIDE_PEER);
	for (unsigned i = 0; i < 200; i++)
		add(&r, i, 1, BGP_RIB_NEW);
	assert_int_equal(bgp_rib_sweep(&r, BGP_AFI_IPV4, 0), 0);
	bgp_rib_age(&r, BGP_AFI_IPV4);
	for (unsigned i = 0; i < 200; i += 4)
		add(&r, i, 1, BGP_RIB_SAME);
	assert_int_equal(bgp_rib_sweep(&r, BGP_AFI_IPV6, 0), 0);
	assert_int_equal(bgp_rib_sweep(&r, BGP_AFI_IPV4, 0), 50);
	assert_int_equal(r.standing[0], 50);
	assert_int_equal(r.standing[1], 100);
	take(&r, 2, BGP_RIB_SAME);
	take(&r, 4, BGP_RIB_GONE);
	bgp_rib_fini(&r);
	assert_int_equal(sets(&pool), 0);
	bgp_attrs_destroy(pool.attrs);
}

/* More changes than are kept: all is told anew, and then changes again. */
static void
test_changes_overflow(void **state)
{
	struct bgp_pool pool = {.room = KEYS, .attrs = bgp_attrs_create(1 << 20), .watched = true};
	struct bgp_change c;
	struct bgp_rib r;

	(void)state;
	bgp_rib_init(&r, &pool, NULL, SIDE_PEER);
	for (unsigned i = 0; i < BGP_CHANGES_MAX; i++)
		add(&r, 0, (uint16_t)(i % 2 + 1), i ? BGP_RIB_CHANGED : BGP_RIB_NEW);
	assert_false(r.changes.anew);
	add(&r, 0, 3, BGP_RIB_CHANGED);
	assert_true(r.changes.anew);
	assert_false(bgp_rib_take_change(&r, &c));
	bgp_rib_retell(&r);
	add(&r, 2, 1, BGP_RIB_NEW);
	assert_true(bgp_rib_take_change(&r, &c));
	assert_true(c.is_new);
	bgp_attrs_drop(pool.attrs, c.route.attrs);
	bgp_rib_fini(&r);
	assert_int_equal(sets(&pool), 0);
	bgp_attrs_destroy(pool.attrs);
}

static void
note_copied(void *context, const struct bgp_route *route)
{
	uint8_t *copied = context;

	copied[load_be32(route->addr.b + 12) & 0xffff]++;
}

/* A copy in slices while routes come and go: what stood all the while is in it, unless it says
 * torn. */
static void
test_copy(void **state)
{
	struct bgp_pool pool = {.room = KEYS, .attrs = bgp_attrs_create(1 << 20)};
	unsigned torn = 0, whole = 0;
	struct bgp_rib r;

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		uint8_t copied[1024] = {0};
		uint32_t count = round % 2 ? 700 : 400; /* 400: the table grows meanwhile */
		bool more = true;

		bgp_rib_init(&r, &pool, NULL, SIDE_PEER);
		for (uint32_t i = 0; i < count; i++) {
			struct bgp_nlri n = {.prefix = {.addr = addr_v4("\x0a\0\0\0"), .len = 32}};

			store_be16(n.prefix.addr.b + 14, (uint16_t)i);
			bgp_rib_add(&r, 1, 1, &n, BGP_ATTRS_NONE, 1);
		}
		bgp_rib_copy_begin(&r, BGP_READER_STATE);
		for (uint32_t i = 0; more; i++) {
			struct bgp_nlri n = {.prefix = {.addr = addr_v4("\x0a\0\0\0"), .len = 32}};

			more = bgp_rib_copy(&r, BGP_READER_STATE, 16, note_copied, copied);
			/* every third goes, others come */
			store_be16(n.prefix.addr.b + 14, (uint16_t)((3 * (i + round)) % 399));
			bgp_rib_remove(&r, 1, 1, &n, 1);
			store_be16(n.prefix.addr.b + 14, (uint16_t)(800 + i % 200));
			bgp_rib_add(&r, 1, 1, &n, BGP_ATTRS_NONE, 1);
		}
		torn += r.copy[BGP_READER_STATE].torn;
		whole += !r.copy[BGP_READER_STATE].torn;
		for (uint32_t i = 0; i < count && !r.copy[BGP_READER_STATE].torn; i++)
			if (i % 3 && i < 399)
				assert_true(copied[i] > 0);
		bgp_rib_fini(&r);
	}
	assert_true(whole > 0);
	assert_true(torn > 0);
	bgp_attrs_destroy(pool.attrs);
}

/* A contract's rules on single routes: AS 64500 with customer 64501 in a lab's table, where
 * documentation space is public. */
static void
test_wrong(void **state)
{
	static const char contract[] =
		"peering = { name = \"lab\"; type = \"isp\"; };\n"
		"peer = { asn = 64500; customer_asns = [64501]; };\n"
		"data = { special = \"data/lab-registries.txt\"; };\n"
		"sites = ( { name = \"ams1\"; } );\n"
		"links = ( { name = \"pni-a\"; site = \"ams1\"; members = ( { speed = \"10G\"; "
		"both = \"pcap:x\"; direction = { by = \"subnet\"; }; } );\n"
		"sessions = ( { name = \"v4\"; peer = \"192.0.2.0\"; cloud = \"192.0.2.1\"; } ); } "
		");\n"
		"registered = ( { prefix = \"203.0.113.0/24\"; origin = 64502; } );\n";
	static const struct {
		const char *prefix;
		uint16_t as;
		int wrong; /* -1: nothing */
	} rows[] = {
		{"198.51.100.0/24", 64500, -1},
		{"198.51.100.0/25", 64501, -1},
		{"10.1.0.0/16", 64500, BGP_WRONG_BOGON},
		{"0.0.0.0/0", 64500, BGP_WRONG_BOGON},
		{"192.0.2.0/31", 64500, BGP_WRONG_BOGON},
		{"192.0.2.0/24", 64500, -1},
		{"198.51.101.0/24", 65535, BGP_WRONG_SPECIAL_AS},
		{"198.51.102.0/24", 8075, BGP_WRONG_CLOUD_AS},
		{"198.51.103.0/24", 12076, BGP_WRONG_EXPRESSROUTE},
		{"52.112.7.0/24", 64500, BGP_WRONG_CLOUD_SPACE},
		{"198.51.104.0/24", 64502, BGP_WRONG_FOREIGN_ORIGIN},
		{"203.0.113.0/24", 64502, -1},
		{"203.0.113.0/25", 64502, BGP_WRONG_FOREIGN_ORIGIN},
		{"fc00::/7", 64500, BGP_WRONG_BOGON},
		{"2001:db8::/32", 64500, -1},
	};
	struct bgp_pool pool = {.room = KEYS, .attrs = bgp_attrs_create(1 << 20)};
	uint32_t counts[BGP_WRONG_COUNT] = {0};
	struct bgp_rules *rules;
	struct conf *conf;
	struct bgp_rib r;
	char *error = NULL;

	(void)state;
	assert_int_equal(conf_load_text(contract, "test", &conf, &error), 0);
	pool.rules = rules = bgp_rules_create(conf);
	bgp_attrs_judge(pool.attrs, rules);
	pool.registered_count = conf->registered_count;
	bgp_rib_init(&r, &pool, NULL, SIDE_PEER);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bgp_nlri n = {0};
		uint32_t attrs = attrs_of(&pool, rows[i].as);

		assert_true(prefix_parse(rows[i].prefix, &n.prefix, NULL));
		bgp_rib_add(&r, addr_is_v4(&n.prefix.addr) ? 1 : 2, 1, &n, attrs, i);
		bgp_attrs_drop(pool.attrs, attrs);
		if (rows[i].wrong >= 0)
			counts[rows[i].wrong]++;
		/* a special or cloud's number as the origin is a foreign one too */
		if (rows[i].wrong == BGP_WRONG_SPECIAL_AS || rows[i].wrong == BGP_WRONG_CLOUD_AS ||
		    rows[i].wrong == BGP_WRONG_EXPRESSROUTE)
			counts[BGP_WRONG_FOREIGN_ORIGIN]++;
		for (unsigned w = 0; w < BGP_WRONG_COUNT; w++)
			assert_int_equal(r.wrong[w].count, counts[w]);
	}
	assert_int_equal(r.registered[0], 1);
	assert_int_equal(r.wrong[BGP_WRONG_FOREIGN_ORIGIN].named_count, BGP_WRONG_NAMED);
	bgp_rib_judge(&r);
	for (unsigned w = 0; w < BGP_WRONG_COUNT; w++)
		assert_int_equal(r.wrong[w].count, counts[w]);
	for (size_t i = 0; i < sizeof rows / sizeof *rows - 1; i++) {
		struct bgp_nlri n = {0};

		prefix_parse(rows[i].prefix, &n.prefix, NULL);
		bgp_rib_remove(&r, addr_is_v4(&n.prefix.addr) ? 1 : 2, 1, &n, i);
	}
	for (unsigned w = 0; w < BGP_WRONG_COUNT; w++) {
		assert_int_equal(r.wrong[w].count, 0);
		assert_int_equal(r.wrong[w].named_count, 0);
	}
	assert_int_equal(r.registered[0], 0);
	bgp_rib_fini(&r);
	bgp_rules_destroy(rules);
	bgp_attrs_destroy(pool.attrs);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model), cmocka_unit_test(test_room),
		cmocka_unit_test(test_stale), cmocka_unit_test(test_changes_overflow),
		cmocka_unit_test(test_wrong), cmocka_unit_test(test_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
