/*
 * A client and a server of QUIC, the path between them and a tap in its middle, as RFC 9000 section
 * 17.4 says: the server sends back the value of the newest packet it has, the client its opposite.
 * What the tap must find are the two halves that the path was made with.
 */
#include "state/spin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "state/flow.h"

enum { CLIENT = 0, SERVER = 1, PLACES = 64, LINE = 1 << 16 };
#define STEP_NS (50 * NS_PER_US)

/* How a host sets the bit. */
enum habit { HONEST, ALWAYS_0, ALWAYS_1, RANDOM };

struct flying {
	uint64_t tap_ns, host_ns; /* when it is there */
	uint32_t number;
	uint8_t from;
	bool bit, tapped, arrived;
};

struct host {
	enum habit habit;
	uint64_t next_ns;      /* when it sends again */
	uint32_t sent, newest; /* packet numbers; `newest` of what came */
	bool bit, any;
};

struct path {
	struct spin_table *table;
	struct flow flow;
	struct host hosts[2];
	uint64_t half_ns[2];  /* from the tap to the host, one way */
	uint64_t every_ns[2]; /* between two packets of a host */
	uint64_t pause_ns[2]; /* from, to: nobody sends */
	uint64_t deaf_ns[2];  /* from, to: the tap sees nothing */
	unsigned held_of_1000,
		lost_of_1000; /* packets held back by 1 ms before the tap; lost there */
	uint64_t now_ns;
	uint32_t random;
	struct flying line[LINE];
	uint32_t first, count;
	uint64_t samples[2], least_ns[2], most_ns[2];
};

static struct path *
path_make(void)
{
	struct path *p = calloc(1, sizeof *p);

	p->table = spin_table_create(PLACES);
	p->flow.key[0] = 0x1234567890abcdef;
	p->flow.key[1] = 0x0badcafe;
	p->half_ns[CLIENT] = 4 * NS_PER_MS;
	p->half_ns[SERVER] = 11 * NS_PER_MS;
	p->every_ns[CLIENT] = 900 * NS_PER_US;
	p->every_ns[SERVER] = 300 * NS_PER_US;
	p->least_ns[0] = p->least_ns[1] = UINT64_MAX;
	p->random = 7;
	return p;
}

static void
path_free(struct path *p)
{
	spin_table_destroy(p->table);
	free(p);
}

static uint32_t
toss(struct path *p)
{
	p->random = p->random * 1664525 + 1013904223; /* Numerical Recipes */
	return p->random >> 8;
}

static bool
bit_of(struct path *p, const struct host *h)
{
	return h->habit == HONEST   ? h->bit
	       : h->habit == RANDOM ? toss(p) & 1
	                            : h->habit == ALWAYS_1;
}

static void
send_one(struct path *p, unsigned from)
{
	struct host *h = &p->hosts[from];
	struct flying *q = &p->line[p->count++];
	bool is_held = toss(p) % 1000 < p->held_of_1000, is_lost = toss(p) % 1000 < p->lost_of_1000;

	assert_true(p->count < LINE);
	q->tap_ns = p->now_ns + p->half_ns[from] + (is_held ? NS_PER_MS : 0);
	q->host_ns = q->tap_ns + p->half_ns[!from];
	q->number = h->sent++;
	q->from = (uint8_t)from;
	q->bit = bit_of(p, h);
	q->tapped = q->arrived = is_lost;
	h->next_ns = p->now_ns + p->every_ns[from];
}

static void
pass_tap(struct path *p, struct flying *q)
{
	uint64_t ns = 0;
	unsigned to = 2;

	q->tapped = true;
	if (p->now_ns >= p->deaf_ns[0] && p->now_ns < p->deaf_ns[1])
		return;
	if (!spin_packet(p->table, &p->flow, q->from, q->bit, 1768471200 * NS_PER_S + p->now_ns,
	                 &ns, &to))
		return;
	assert_in_range(to, 0, 1);
	p->samples[to]++;
	p->least_ns[to] = ns < p->least_ns[to] ? ns : p->least_ns[to];
	p->most_ns[to] = ns > p->most_ns[to] ? ns : p->most_ns[to];
}

static void
arrive(struct path *p, struct flying *q)
{
	struct host *h = &p->hosts[!q->from];

	q->arrived = true;
	if (h->any && q->number < h->newest)
		return;
	h->any = true;
	h->newest = q->number;
	h->bit = q->from == CLIENT ? q->bit : !q->bit;
}

static void
run(struct path *p, uint64_t ns)
{
	for (uint64_t end = p->now_ns + ns; p->now_ns < end; p->now_ns += STEP_NS) {
		for (uint32_t i = p->first; i < p->count; i++) {
			struct flying *q = &p->line[i];

			if (!q->tapped && q->tap_ns <= p->now_ns)
				pass_tap(p, q);
			if (!q->arrived && q->host_ns <= p->now_ns)
				arrive(p, q);
		}
		while (p->first < p->count && p->line[p->first].arrived)
			p->first++;
		for (unsigned from = 0; from < 2; from++)
			if (p->hosts[from].next_ns <= p->now_ns &&
			    (p->now_ns < p->pause_ns[0] || p->now_ns >= p->pause_ns[1]))
				send_one(p, from);
	}
}

/* Samples never tell less than the path takes; a host waits at most for its next packet. */
static void
assert_halves(const struct path *p)
{
	for (unsigned to = 0; to < 2; to++) {
		uint64_t half = 2 * p->half_ns[to];

		assert_true(p->samples[to] > 0);
		assert_true(p->least_ns[to] + 512 >= half);
		assert_true(p->most_ns[to] <= half + p->every_ns[to] + 2 * STEP_NS);
	}
}

#define TEST(name) static void name(void **state)

TEST(both_halves_are_told)
{
	struct path *p = path_make();

	(void)state;
	run(p, 3 * NS_PER_S);
	assert_halves(p);
	/* a round is 30 ms and the wait for a packet on either side */
	assert_in_range(p->samples[CLIENT], 85, 100);
	assert_in_range(p->samples[SERVER], 85, 100);
	path_free(p);
}

TEST(who_switched_it_off_gives_none)
{
	static const enum habit habits[][2] = {{ALWAYS_0, HONEST},   {ALWAYS_1, HONEST},
	                                       {HONEST, ALWAYS_0},   {HONEST, ALWAYS_1},
	                                       {ALWAYS_0, ALWAYS_1}, {ALWAYS_1, ALWAYS_1}};

	(void)state;
	for (size_t i = 0; i < sizeof habits / sizeof *habits; i++) {
		struct path *p = path_make();

		p->hosts[CLIENT].habit = habits[i][CLIENT];
		p->hosts[SERVER].habit = habits[i][SERVER];
		run(p, NS_PER_S);
		assert_int_equal(p->samples[0] + p->samples[1], 0);
		path_free(p);
	}
}

/* RFC 9000 section 17.4 recommends random values where it is off. */
TEST(random_values_give_none)
{
	static const enum habit habits[][2] = {{RANDOM, RANDOM},
	                                       {RANDOM, HONEST},
	                                       {HONEST, RANDOM},
	                                       {RANDOM, ALWAYS_0},
	                                       {ALWAYS_1, RANDOM}};

	(void)state;
	for (size_t i = 0; i < sizeof habits / sizeof *habits; i++)
		for (uint32_t seed = 1; seed <= 20; seed++) {
			struct path *p = path_make();

			p->random = seed * 2654435761u;
			p->hosts[CLIENT].habit = habits[i][CLIENT];
			p->hosts[SERVER].habit = habits[i][SERVER];
			run(p, NS_PER_S);
			assert_int_equal(p->samples[0] + p->samples[1], 0);
			path_free(p);
		}
}

/* A packet held back by a millisecond, three packets of the server's, is overtaken at every tenth
 * change or so; a change that is held back itself comes later by that. */
TEST(overtaking_makes_no_short_round)
{
	struct path *p = path_make();

	(void)state;
	p->held_of_1000 = 10;
	run(p, 10 * NS_PER_S);
	for (unsigned to = 0; to < 2; to++) {
		assert_true(p->samples[to] > 200);
		assert_true(p->least_ns[to] + NS_PER_MS >= 2 * p->half_ns[to]);
		assert_true(p->most_ns[to] <= 2 * p->half_ns[to] + p->every_ns[to] + 2 * NS_PER_MS);
	}
	path_free(p);
}

TEST(loss_delays_a_change_at_most)
{
	struct path *p = path_make();

	(void)state;
	p->lost_of_1000 = 20;
	run(p, 10 * NS_PER_S);
	for (unsigned to = 0; to < 2; to++) {
		assert_true(p->samples[to] > 200);
		assert_true(p->least_ns[to] + 512 + p->every_ns[!to] * 3 >= 2 * p->half_ns[to]);
		assert_true(p->most_ns[to] <= 2 * p->half_ns[to] + 4 * p->every_ns[to]);
	}
	path_free(p);
}

/* What comes after a pause answers when there is something to say. */
TEST(a_pause_is_no_round_trip)
{
	(void)state;
	for (uint64_t pause_ms = 250; pause_ms <= 1200; pause_ms += 190) {
		struct path *p = path_make();

		p->pause_ns[0] = 500 * NS_PER_MS;
		p->pause_ns[1] = (500 + pause_ms) * NS_PER_MS;
		run(p, 3 * NS_PER_S);
		assert_halves(p);
		assert_true(p->samples[CLIENT] > 40);
		path_free(p);
	}
}

/* The tap misses a second and some ms, whatever changed meanwhile and whoever's turn it is then: no
 * round holds the gap, and they are told again half a second later. */
TEST(a_gap_in_the_feed_is_no_round_trip)
{
	(void)state;
	for (uint64_t more_ms = 0; more_ms < 60; more_ms += 4) {
		struct path *p = path_make();
		uint64_t before;

		p->deaf_ns[0] = NS_PER_S;
		p->deaf_ns[1] = 2 * NS_PER_S + more_ms * NS_PER_MS;
		run(p, p->deaf_ns[1] + NS_PER_S / 2);
		assert_halves(p);
		before = p->samples[CLIENT];
		run(p, NS_PER_S);
		assert_halves(p);
		assert_in_range(p->samples[CLIENT] - before, 28, 34);
		path_free(p);
	}
}

/* Rounds of 20 ms of flow `b`, a packet each ms; returns the samples that it gave. */
static unsigned
rounds(struct spin_table *t, const struct flow *b, uint64_t *now)
{
	uint64_t ns;
	unsigned to, samples = 0;

	for (unsigned i = 0; i < 4000; i++) {
		*now += NS_PER_MS;
		samples += spin_packet(t, b, i / 10 % 2, i / 20 % 2, *now, &ns, &to);
	}
	return samples;
}

/* A gap too short to be told from a host that waits: what the tap thinks of turns is wrong for a
 * while, and then right again. */
TEST(a_short_gap_is_overcome)
{
	(void)state;
	for (uint64_t gap_ms = 10; gap_ms < 150; gap_ms += 11) {
		struct path *p = path_make();
		uint64_t before;

		p->deaf_ns[0] = NS_PER_S;
		p->deaf_ns[1] = NS_PER_S + gap_ms * NS_PER_MS;
		run(p, 3 * NS_PER_S / 2 + gap_ms * NS_PER_MS);
		before = p->samples[CLIENT];
		run(p, NS_PER_S);
		assert_in_range(p->samples[CLIENT] - before, 28, 34);
		path_free(p);
	}
}

/* A place is its connection's, whichever side is heard, until that is quiet for two seconds. */
TEST(places_are_bounded_and_given_on)
{
	(void)state;
	for (unsigned heard = 0; heard < 2; heard++) {
		struct spin_table *t = spin_table_create(1);
		const struct flow a = {.key = {1, 2}};
		const struct flow b = {.key = {heard ? 1 : 3, heard ? 4 : 2}};
		uint64_t now = NS_PER_S, ns;
		unsigned to, samples = 0;

		assert_int_equal(spin_table_size(t), 32);
		spin_packet(t, &a, !heard, false, now, &ns, &to);
		for (unsigned i = 0; i < 4000; i++) { /* its rounds of 20 packets find no place */
			spin_packet(t, &a, heard, false, now += NS_PER_MS, &ns, &to);
			samples += spin_packet(t, &b, i / 10 % 2, i / 20 % 2, now, &ns, &to);
		}
		assert_int_equal(samples, 0);
		now += 1900 * NS_PER_MS;
		spin_packet(t, &b, 0, false, now, &ns, &to); /* not yet */
		spin_packet(t, &a, heard, false, now, &ns, &to);
		now += 2100 * NS_PER_MS;
		assert_true(rounds(t, &b, &now) > 100);
		spin_table_destroy(t);
	}
	spin_table_destroy(NULL);
}

/* Connections have places of their own, though they differ in one port only: half of 64 among 64
 * find one, and what they tell at the same time is not mixed up. */
TEST(connections_have_places_of_their_own)
{
	struct spin_table *t = spin_table_create(PLACES);
	unsigned samples[PLACES] = {0}, timed = 0, to;
	uint64_t ns;

	(void)state;
	assert_int_equal(spin_table_size(t), PLACES * 32);
	for (unsigned i = 0; i < 1000; i++)
		for (uint64_t n = 0; n < PLACES; n++) {
			const struct flow f = {.key = {0x0a00000b0a00000a, n << 16 | 443}};
			const unsigned at = i + 3 * (unsigned)n;

			samples[n] += spin_packet(t, &f, at / 10 % 2, at / 20 % 2,
			                          NS_PER_S + i * NS_PER_MS, &ns, &to);
		}
	for (unsigned n = 0; n < PLACES; n++)
		timed += samples[n] > 80;
	assert_in_range(timed, PLACES / 2, PLACES);
	spin_table_destroy(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_halves_are_told),
		cmocka_unit_test(who_switched_it_off_gives_none),
		cmocka_unit_test(random_values_give_none),
		cmocka_unit_test(overtaking_makes_no_short_round),
		cmocka_unit_test(loss_delays_a_change_at_most),
		cmocka_unit_test(a_pause_is_no_round_trip),
		cmocka_unit_test(a_gap_in_the_feed_is_no_round_trip),
		cmocka_unit_test(a_short_gap_is_overcome),
		cmocka_unit_test(places_are_bounded_and_given_on),
		cmocka_unit_test(connections_have_places_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
