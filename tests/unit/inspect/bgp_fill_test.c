/* A table filled from elsewhere while the wire goes on: 2000 prefixes, 64 slots at a time. */
#include "inspect/bgp_fill.h"

#include "proto/bgp_open.h"
#include "unit/inspect/bgp_scene.h"

enum { PREFIXES = 2000, SLOTS = 64 };

struct scene {
	struct bgp_shared shared;
	struct bgp_session *s;
	struct bgp_connection *c;
	struct bgp_rib elsewhere;
	struct bgp_fill fill;
};

/* 10.I.0/24 */
static struct bgp_nlri
nlri(unsigned i)
{
	uint8_t bytes[4] = {10, (uint8_t)(i >> 8), (uint8_t)i};

	return (struct bgp_nlri){.prefix = {addr_v4(bytes), 24}};
}

static void
add(struct bgp_rib *r, unsigned i, uint64_t seconds)
{
	struct bgp_nlri n = nlri(i);

	bgp_rib_add(r, BGP_AFI_IPV4, BGP_SAFI_UNICAST, &n, BGP_ATTRS_NONE, seconds * US_PER_S);
}

/* As bgp_apply.c does. */
static void
withdraw(struct scene *t, unsigned i, uint64_t seconds)
{
	struct bgp_nlri n = nlri(i);
	bool known = bgp_rib_remove(&t->s->side[SIDE_PEER].rib, BGP_AFI_IPV4, BGP_SAFI_UNICAST, &n,
	                            seconds * US_PER_S) == BGP_RIB_GONE;

	bgp_session_withdrew(t->s, SIDE_PEER, BGP_AFI_IPV4, &n, known, seconds * US_PER_S);
}

static bool
stands(const struct scene *t, unsigned i)
{
	struct prefix p = nlri(i).prefix;

	return bgp_rib_find(&t->s->side[SIDE_PEER].rib, &p) != NULL;
}

static struct bgp_connection *
joined(struct scene *t, uint64_t seconds)
{
	struct bgp_connection *c = bgp_connection_create(t->s, SIDE_PEER);

	for (unsigned speaker = 0; speaker < 2; speaker++)
		bgp_say(c, speaker, KEEPALIVE KEEPALIVE, seconds * NS_PER_S);
	return c;
}

/* Joined at 5 s; elsewhere all routes stand as of 20 s. */
static void
begin(struct scene *t)
{
	memset(t, 0, sizeof *t);
	bgp_shared_init(&t->shared, 10 * PREFIXES);
	t->shared.aside.room = 10 * PREFIXES;
	t->s = bgp_session_create(&t->shared);
	t->c = joined(t, 5);
	bgp_rib_init(&t->elsewhere, &t->shared.aside, NULL, SIDE_PEER);
	for (unsigned i = 0; i < PREFIXES; i++)
		add(&t->elsewhere, i, 10);
}

static void
begin_fill(struct scene *t)
{
	bgp_fill_begin(&t->fill, t->s, SIDE_PEER,
	               &(struct bgp_seed){.rib = &t->elsewhere,
	                                  .as_of_us = 20 * US_PER_S,
	                                  .basis = BGP_BASIS_SEEDED,
	                                  .as = BGP_SEEDED,
	                                  .source = "elsewhere"});
}

static bool
step(struct scene *t)
{
	return bgp_fill_step(&t->fill, SLOTS, 30 * NS_PER_S);
}

static void
end(struct scene *t)
{
	bgp_rib_fini(&t->elsewhere);
	bgp_connection_destroy(t->c);
	bgp_session_destroy(t->s);
	assert_int_equal(t->shared.pool.room, 10 * PREFIXES);
	bgp_shared_fini(&t->shared);
}

static void
the_wire_goes_on_meanwhile(void **state)
{
	const struct bgp_side *side;
	struct scene t;
	unsigned steps = 0, wired = 0;

	(void)state;
	begin(&t);
	side = &t.s->side[SIDE_PEER];
	begin_fill(&t);
	for (bool more = true; more; steps++) {
		assert_int_equal(side->completeness, BGP_INFERRED);
		/* what is read later than the table stands: some of it is filled by now, some not
		 */
		if (side->rib.standing[0] && wired < 20) {
			withdraw(&t, ++wired, 21);
			add(&t.s->side[SIDE_PEER].rib, PREFIXES + wired, 21);
		}
		more = step(&t);
	}
	assert_true(steps > PREFIXES / SLOTS);
	assert_int_equal(side->completeness, BGP_SEEDED);
	assert_string_equal(side->source, "elsewhere");
	assert_int_equal(side->seed_disagreed, 0);
	assert_int_equal(side->rib.standing[0], PREFIXES);
	for (unsigned i = 0; i <= PREFIXES + 20; i++)
		assert_int_equal(stands(&t, i), !(i >= 1 && i <= 20) && i != PREFIXES);
	assert_false(step(&t));
	end(&t);
}

/* Slices or all at once, the table is the same. */
static void
slices_are_the_whole(void **state)
{
	uint64_t digest[2];
	struct scene t;

	(void)state;
	for (unsigned whole = 0; whole < 2; whole++) {
		begin(&t);
		add(&t.s->side[SIDE_PEER].rib, 7, 6);
		begin_fill(&t);
		while (bgp_fill_step(&t.fill, whole ? UINT32_MAX : SLOTS, 30 * NS_PER_S))
			;
		assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], PREFIXES);
		digest[whole] = t.s->side[SIDE_PEER].rib.digest;
		end(&t);
	}
	assert_true(digest[0] == digest[1]);
}

/* A route that stood before the table was taken and is not in it, though its own table grows under
 * the comparison. */
static void
what_is_missing_there_disagrees(void **state)
{
	struct scene t;

	(void)state;
	begin(&t);
	add(&t.s->side[SIDE_PEER].rib, PREFIXES, 6);
	for (unsigned i = 0; i < 500; i++)
		add(&t.s->side[SIDE_PEER].rib, i, 6);
	begin_fill(&t);
	step(&t);
	for (unsigned i = 500; i < PREFIXES; i++)
		add(&t.s->side[SIDE_PEER].rib, i, 21);
	while (step(&t))
		;
	assert_int_equal(t.s->side[SIDE_PEER].seed_disagreed, 1);
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_INFERRED);
	end(&t);
}

/* Another connection amid it: what was filled was the last one's. */
static void
another_connection_ends_it(void **state)
{
	struct bgp_connection *next;
	struct scene t;

	(void)state;
	begin(&t);
	begin_fill(&t);
	while (!t.s->side[SIDE_PEER].rib.standing[0])
		assert_true(step(&t));
	assert_true(t.s->side[SIDE_PEER].rib.standing[0] > 0);
	next = joined(&t, 25);
	assert_ptr_equal(t.s->current, next);
	assert_false(step(&t));
	assert_int_equal(t.s->side[SIDE_PEER].rib.standing[0], 0);
	assert_int_equal(t.s->side[SIDE_PEER].completeness, BGP_INFERRED);
	bgp_connection_destroy(next);
	end(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_wire_goes_on_meanwhile),
		cmocka_unit_test(slices_are_the_whole),
		cmocka_unit_test(what_is_missing_there_disagrees),
		cmocka_unit_test(another_connection_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
