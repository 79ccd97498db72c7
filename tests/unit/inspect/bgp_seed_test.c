/* Tables from elsewhere: carried over a restart, and of a dump. */
#include "inspect/bgp_seed.h"

#include "unit/inspect/bgp_scene.h"

/* AS 64500 and AS 8075, hold 90, capabilities 1, 64 and 65 */
#define OPEN_PEER \
	M "0031 01 04 fbf4 005a c0000200 14 0212 0104 0001 0001 4002 0078 4104 0000fbf4 0200 "
#define OPEN_CLOUD \
	M "0031 01 04 1f8b 005a c0000201 14 0212 0104 0001 0001 4002 0078 4104 00001f8b 0200 "
#define ATTRIBUTES "400101 00 400206 0201 0000fbf4 400304 c0000200 c00804 1f8b1f47 "
/* 198.51.100.0/24, 203.0.113.0/24 */
#define ANNOUNCE M "003a 02 0000 001b " ATTRIBUTES "18c63364 18cb0071 "
#define WITHDRAW(prefix) M "001b 02 0004 18" prefix " 0000 "
#define START (1700000000ull * NS_PER_S)

struct scene {
	struct bgp_contract contract;
	struct bgp_table table;
	struct bgp_session *s;
	struct bgp_connection *c;
};

static void
scene_open(struct scene *t)
{
	*t = (struct scene){0};
	bgp_contract_init(&t->contract, true);
	bgp_table_init(&t->table);
	bgp_table_set_conf(&t->table, &t->contract.conf);
	t->s = t->table.sessions[0];
}

static void
scene_close(struct scene *t)
{
	bgp_table_fini(&t->table);
}

static void
connect_at(struct scene *t, uint16_t port)
{
	bgp_contract_connect(&t->contract, &t->table, &t->c, port);
}

static void
say(struct scene *t, unsigned speaker, const char *hex, unsigned seconds)
{
	t->c->side[speaker].next_seq +=
		(uint32_t)bgp_say(t->c, speaker, hex, START + seconds * NS_PER_S);
}

static struct text
state_of_a_session(struct scene *t)
{
	struct text state = {0};

	scene_open(t);
	connect_at(t, 40000);
	t->c->side[0].next_seq = 0xfffffff0; /* it wraps meanwhile */
	say(t, 0, OPEN_PEER, 0);
	say(t, 1, OPEN_CLOUD KEEPALIVE END_OF_RIB, 0);
	say(t, 0, KEEPALIVE ANNOUNCE END_OF_RIB, 1);
	bgp_table_tick(&t->table, START + 2 * NS_PER_S);
	bgp_table_tick(&t->table, START + 10 * NS_PER_S);
	assert_int_equal(t->s->side[SIDE_PEER].completeness, BGP_COMPLETE);
	assert_int_equal(t->s->side[SIDE_MSFT].completeness, BGP_COMPLETE);
	bgp_state_save(&t->table, START + 10 * NS_PER_S, &state);
	return state;
}

static struct cursor
cursor_of(const struct text *t)
{
	return cursor_over((const uint8_t *)t->at, t->size);
}

/* Nobody listened for half a minute; each side sent `missed` bytes meanwhile. */
static void
restart(struct scene *t, const struct text *state, const uint32_t seq[2], uint32_t missed)
{
	struct bgp_seed_result result;

	scene_open(t);
	assert_true(bgp_state_load(&t->table, cursor_of(state), &result));
	assert_int_equal(result.routes, 2);
	assert_int_equal(result.opens, 2);
	assert_int_equal(result.unread, 0);
	assert_false(result.cut);
	bgp_table_tick(&t->table, START + 39 * NS_PER_S);
	connect_at(t, 40000);
	for (unsigned i = 0; i < 2; i++)
		bgp_session_resumes(t->s, i, i ? 179 : 40000, seq[i] + missed,
		                    START + 40 * NS_PER_S);
	say(t, 0, KEEPALIVE, 40);
	say(t, 1, KEEPALIVE, 40);
}

/* The same connection, and only KEEPALIVEs can have been missed: nothing is lost but the time. */
static void
test_carried(void **state)
{
	struct scene before, after;
	struct text saved = state_of_a_session(&before);
	uint32_t seq[2] = {before.c->side[0].next_seq, before.c->side[1].next_seq};
	const struct bgp_attrs *a;
	struct prefix p;

	(void)state;
	restart(&after, &saved, seq, 19);
	assert_int_equal(after.s->state, BGP_ESTABLISHED);
	assert_false(after.s->joined);
	assert_int_equal(after.s->up_ns, before.s->up_ns);
	assert_int_equal(after.s->flaps, 0);
	assert_int_equal(after.s->side[SIDE_PEER].completeness, BGP_COMPLETE);
	assert_int_equal(after.s->side[SIDE_MSFT].completeness, BGP_COMPLETE);
	assert_int_equal(after.s->side[SIDE_PEER].basis, BGP_BASIS_CARRIED);
	assert_int_equal(after.s->side[SIDE_PEER].open.asn, 64500);
	assert_true(after.c->side[0].opened);
	assert_int_equal(after.s->side[SIDE_PEER].rib.standing[0], 2);
	assert_true(after.s->side[SIDE_PEER].rib.digest == before.s->side[SIDE_PEER].rib.digest);
	prefix_parse("203.0.113.0/24", &p, NULL);
	a = bgp_attrs_get(after.table.shared.pool.attrs,
	                  bgp_rib_find(&after.s->side[SIDE_PEER].rib, &p)->attrs);
	assert_int_equal(a->first_as, 64500);
	assert_int_equal(a->communities, 1);
	assert_int_equal(after.s->carried.missed[0], 19);
	assert_int_equal(after.s->carried.to_ns - after.s->carried.from_ns, 30 * NS_PER_S);
	/* the counters go on; the gap is not judged */
	assert_int_equal(after.s->side[SIDE_PEER].counts.messages[BGP_KEEPALIVE], 2);
	assert_int_equal(after.s->side[SIDE_PEER].counts.announced[0], 2);
	assert_int_equal(after.s->covered_ns, before.s->covered_ns);
	say(&after, 0, WITHDRAW("c63364"), 41);
	assert_int_equal(after.s->side[SIDE_PEER].rib.standing[0], 1);
	assert_int_equal(after.s->side[SIDE_PEER].completeness, BGP_COMPLETE);
	/* a withdrawal of what never stood: it is not the table that it was */
	say(&after, 0, WITHDRAW("c63365"), 42);
	assert_int_equal(after.s->side[SIDE_PEER].completeness, BGP_INFERRED);
	scene_close(&after);
	scene_close(&before);
	text_fini(&saved);
}

/* More was missed than KEEPALIVEs: the table may be another. */
static void
test_missed_updates(void **state)
{
	struct scene before, after;
	struct text saved = state_of_a_session(&before);
	uint32_t seq[2] = {before.c->side[0].next_seq, before.c->side[1].next_seq};

	(void)state;
	restart(&after, &saved, seq, 27);
	assert_int_equal(after.s->state, BGP_ESTABLISHED);
	assert_int_equal(after.s->side[SIDE_PEER].completeness, BGP_INFERRED);
	assert_int_equal(after.s->side[SIDE_PEER].rib.standing[0], 2);
	scene_close(&after);
	restart(&after, &saved, seq, 19 * 100); /* so many KEEPALIVEs nobody sends */
	assert_int_equal(after.s->side[SIDE_PEER].completeness, BGP_INFERRED);
	scene_close(&after);
	scene_close(&before);
	text_fini(&saved);
}

/* Another connection: the session was down while nobody listened. */
static void
test_another_connection(void **state)
{
	struct scene before, after;
	struct text saved = state_of_a_session(&before);
	struct bgp_seed_result result;

	(void)state;
	scene_open(&after);
	assert_true(bgp_state_load(&after.table, cursor_of(&saved), &result));
	assert_true(bgp_session_stands(after.s));
	connect_at(&after, 40001);
	say(&after, 0, OPEN_PEER, 40);
	say(&after, 1, OPEN_CLOUD KEEPALIVE, 40);
	say(&after, 0, KEEPALIVE, 40);
	assert_int_equal(after.s->flaps, 1);
	assert_string_equal(after.s->down_cause, "while the probe did not listen");
	assert_int_equal(after.s->state, BGP_ESTABLISHED);
	assert_int_equal(after.s->side[SIDE_PEER].basis, BGP_BASIS_OBSERVED);
	assert_int_equal(after.s->side[SIDE_PEER].rib.standing[0], 0);
	assert_int_equal(after.s->side[SIDE_PEER].completeness, BGP_INFERRED);
	scene_close(&after);
	scene_close(&before);
	text_fini(&saved);
}

/* Files that are none, or were cut, or lie: nothing breaks, what is whole is taken. */
static void
test_bad_files(void **state)
{
	struct scene before, after;
	struct text saved = state_of_a_session(&before);
	struct bgp_seed_result result;

	(void)state;
	for (size_t size = 0; size < saved.size; size += 7) {
		uint8_t *exact = malloc(size ? size : 1);

		memcpy(exact, saved.at, size);
		scene_open(&after);
		assert_int_equal(bgp_state_load(&after.table, cursor_over(exact, size), &result),
		                 size >= 23);
		scene_close(&after);
		free(exact);
	}
	scene_close(&before);
	text_fini(&saved);
}

/* A dump of a router that has the session joined in its middle: TABLE_DUMP_V2 with 192.0.2.0's
 * 198.51.100.0/24 and 203.0.113.0/24, taken at START + 20. */
#define RIB(prefix) \
	"6553f114 000d 0002 0000002d 00000000 18 " prefix " 0001 0000 6553f100 001b " ATTRIBUTES
#define DUMP                                                                                 \
	"6553f114 000d 0001 00000015 0a000001 0000 0001 02 c0000200 c0000200 0000fbf4 " RIB( \
		"c63364") RIB("cb0071")

static void
seed(struct scene *t, const char *hex, struct bgp_seed_result *result)
{
	struct hex m = hex_bytes(hex);

	bgp_seed_mrt(&t->table, cursor_over(m.at, m.size), START + 30 * NS_PER_S, result);
}

static void
join(struct scene *t)
{
	scene_open(t);
	connect_at(t, 40000);
	say(t, 0, KEEPALIVE, 1);
	say(t, 1, KEEPALIVE, 1);
	say(t, 0, KEEPALIVE, 2);
	say(t, 1, KEEPALIVE, 2);
	assert_int_equal(t->s->side[SIDE_PEER].completeness, BGP_INFERRED);
}

static void
test_dump(void **state)
{
	struct bgp_seed_result result;
	struct scene t;

	(void)state;
	join(&t);
	say(&t, 0, WITHDRAW("c63364"), 25); /* after the dump was taken: it stays away */
	seed(&t, DUMP, &result);
	assert_int_equal(result.records, 3);
	assert_int_equal(result.routes, 2);
	assert_int_equal(result.sides, 1);
	assert_int_equal(result.unread, 0);
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], 1);
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_SEEDED);
	assert_int_equal(t.s->side[SIDE_MSFT].completeness, BGP_INFERRED);
	/* later UPDATEs that agree leave it so */
	say(&t, 0, ANNOUNCE, 31);
	say(&t, 0, WITHDRAW("cb0071"), 32);
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_SEEDED);
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], 1);
	say(&t, 0, WITHDRAW("cb0071"), 33);
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_INFERRED);
	scene_close(&t);
}

/* Some routers write a table of peers for each family: the second says nothing of the first's
 * routes. */
#define PEERS "6553f114 000d 0001 00000015 0a000001 0000 0001 02 c0000200 c0000200 0000fbf4 "
#define RIB6 "6553f114 000d 0004 0000002e 00000000 20 20010db8 0001 0000 6553f100 001b " ATTRIBUTES

static void
test_dump_of_two_families(void **state)
{
	struct bgp_seed_result result;
	struct scene t;

	(void)state;
	join(&t);
	seed(&t, PEERS RIB("c63364") PEERS RIB6, &result);
	assert_int_equal(result.unread, 0);
	assert_int_equal(result.sides, 2);
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], 1);
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[1], 1);
	assert_int_equal(t.s->side[SIDE_PEER].seed_disagreed, 0);
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_SEEDED);
	scene_close(&t);
}

/* It lacks what stood before it was taken: the two are not of the same session. */
static void
test_dump_that_disagrees(void **state)
{
	struct bgp_seed_result result;
	struct scene t;

	(void)state;
	join(&t);
	/* 198.51.101.0/24 */
	say(&t, 0, M "0036 02 0000 001b " ATTRIBUTES "18c63365 ", 5);
	seed(&t, DUMP, &result);
	assert_int_equal(t.s->side[SIDE_PEER].seed_disagreed, 1);
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_INFERRED);
	scene_close(&t);
}

/* A slot at a time, written away and cleared in between: the same bytes. A table that is emptied
 * meanwhile has no state of that time. */
static void
test_saved_in_slices(void **state)
{
	struct text piece = {0}, all = {0}, whole;
	enum bgp_saver_end end;
	struct bgp_saver *s;
	struct scene t;

	(void)state;
	whole = state_of_a_session(&t);
	s = bgp_saver_create(&t.table, START + 10 * NS_PER_S, &piece);
	do {
		end = bgp_saver_step(s, 1);
		text_add_bytes(&all, piece.at, piece.size);
		text_clear(&piece);
	} while (end == BGP_SAVER_MORE);
	assert_int_equal(end, BGP_SAVER_DONE);
	bgp_saver_destroy(s);
	assert_int_equal(all.size, whole.size);
	assert_memory_equal(all.at, whole.at, all.size);
	s = bgp_saver_create(&t.table, START + 10 * NS_PER_S, &piece);
	assert_int_equal(bgp_saver_step(s, 1), BGP_SAVER_MORE);
	assert_int_equal(bgp_saver_step(s, 1), BGP_SAVER_MORE);
	bgp_rib_clear(&t.s->side[SIDE_PEER].rib);
	assert_int_equal(bgp_saver_step(s, 1), BGP_SAVER_TORN);
	bgp_saver_destroy(s);
	scene_close(&t);
	text_fini(&piece);
	text_fini(&all);
	text_fini(&whole);
}

/* Record by record, route by route; and a session that goes amid it is passed over. */
static void
test_dump_in_slices(void **state)
{
	struct hex m = hex_bytes(PEERS RIB("c63364") PEERS RIB6);
	struct bgp_seed_result result;
	struct bgp_seeder *s;
	struct scene t;
	unsigned steps = 0;

	(void)state;
	join(&t);
	s = bgp_seeder_create(&t.table, cursor_over(m.at, m.size), START + 30 * NS_PER_S, &result);
	for (; bgp_seeder_step(s, 1); steps++)
		;
	bgp_seeder_destroy(s);
	assert_true(steps > 8);
	assert_int_equal(result.sides, 2);
	assert_int_equal(result.records, 4);
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], 1);
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[1], 1);
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_SEEDED);
	/* an end before the dump's gives all back */
	s = bgp_seeder_create(&t.table, cursor_over(m.at, m.size), START + 31 * NS_PER_S, &result);
	assert_true(bgp_seeder_step(s, 2));
	bgp_seeder_destroy(s);
	scene_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_carried),
		cmocka_unit_test(test_missed_updates),
		cmocka_unit_test(test_another_connection),
		cmocka_unit_test(test_bad_files),
		cmocka_unit_test(test_dump),
		cmocka_unit_test(test_dump_of_two_families),
		cmocka_unit_test(test_dump_that_disagrees),
		cmocka_unit_test(test_saved_in_slices),
		cmocka_unit_test(test_dump_in_slices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
