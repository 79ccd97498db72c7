/*
 * Two ends of a LAG member. Periods and timeouts are those of IEEE 802.1AX-2020 6.4.4: 1 s and 30
 * s, three of them; everything else is arithmetic on them.
 */
#include "inspect/lacp_member.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

enum {
	WELL = LACP_ACTIVITY | LACP_AGGREGATION | LACP_SYNC | LACP_COLLECTING | LACP_DISTRIBUTING,
	FAST = WELL | LACP_SHORT_TIMEOUT,
};

static const uint8_t macs[2][6] = {{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}};

static uint64_t
at_ms(uint64_t ms)
{
	return 1768471200 * NS_PER_S + ms * NS_PER_MS;
}

static struct lacp_actor
actor_of(unsigned side, uint8_t state)
{
	struct lacp_actor a = {.system_priority = 32768,
	                       .key = (uint16_t)(10 + side),
	                       .port_priority = 255,
	                       .port = 1,
	                       .state = state};

	memcpy(a.system, macs[side], sizeof a.system);
	return a;
}

static void
say(struct lacp_member *m, unsigned side, uint64_t ms, uint8_t state, uint8_t of_other)
{
	struct lacp l = {
		.version = 1, .actor = actor_of(side, state), .partner = actor_of(!side, of_other)};

	lacp_member_pdu(m, side, at_ms(ms), &l, macs[side]);
}

/* Both say the same each period from `from_ms` to `to_ms`, the cloud half a second later. */
static void
speak(struct lacp_member *m, uint8_t state, uint64_t from_ms, uint64_t to_ms, uint64_t period_ms)
{
	for (uint64_t ms = from_ms; ms <= to_ms; ms += period_ms) {
		say(m, SIDE_PEER, ms, state, state);
		say(m, SIDE_MSFT, ms + 500, state, state);
	}
}

static struct lacp_turn
take(struct lacp_member *m)
{
	struct lacp_turn t;

	assert_true(lacp_member_turn(m, &t));
	return t;
}

static void
take_all(struct lacp_member *m)
{
	struct lacp_turn t;

	while (lacp_member_turn(m, &t))
		;
}

static void
both_ends_make_it_distribute(void **state)
{
	struct lacp_member m = {0};
	struct lacp_turn t;

	(void)state;
	assert_string_equal(lacp_member_state_name(m.state), "unseen");
	say(&m, SIDE_PEER, 0, FAST, FAST);
	assert_int_equal(m.state, LACP_ONE_SIDED);
	assert_string_equal(m.why, "LACPDUs from peer only");
	speak(&m, FAST, 500, 10500, 1000);
	assert_int_equal(m.state, LACP_DISTRIBUTES);
	assert_string_equal(m.why, "");
	assert_int_equal(m.side[SIDE_PEER].consecutive, 12);
	assert_int_equal(m.side[SIDE_MSFT].pdus, 11);
	assert_true(lacp_member_echoes(&m, SIDE_PEER));
	assert_int_equal(take(&m).to, LACP_ONE_SIDED);
	t = take(&m);
	assert_int_equal(t.to, LACP_DISTRIBUTES);
	assert_true(t.ns == at_ms(1000));
	assert_int_equal(m.flaps, 0);
	/* from the cloud's first LACPDU on */
	lacp_member_advance(&m, at_ms(12000));
	assert_true(m.up_ns == 11000 * NS_PER_MS);
	assert_true(m.covered_ns == 12000 * NS_PER_MS);
}

static void
silence_is_out_at_three_fast_periods(void **state)
{
	struct lacp_member m = {0};
	struct lacp_turn t;

	(void)state;
	speak(&m, FAST, 0, 10000, 1000);
	take_all(&m);
	/* the peer's last was at 10 s; the cloud goes on */
	for (uint64_t ms = 11500; ms <= 14500; ms += 1000)
		say(&m, SIDE_MSFT, ms, FAST, FAST);
	t = take(&m);
	assert_int_equal(t.from, LACP_DISTRIBUTES);
	assert_int_equal(t.to, LACP_OUT);
	assert_int_equal(t.side, SIDE_PEER);
	assert_true(t.ns == at_ms(13000));
	assert_string_equal(t.why, "no LACPDU from peer for 3 s (due every 1 s)");
	assert_int_equal(m.side[SIDE_PEER].timeouts, 1);
	assert_int_equal(m.side[SIDE_PEER].consecutive, 0);
	assert_int_equal(m.flaps, 1);
	/* the cloud was heard until 14.5 s + 3 s; whether that is over the fibre's end or the
	 * tap's, another member tells */
	lacp_member_advance(&m, at_ms(20000));
	assert_string_equal(m.why, "no LACPDU from peer for 3 s (due every 1 s)");
	lacp_member_witness(&m, at_ms(19900));
	lacp_member_advance(&m, at_ms(30000));
	assert_string_equal(m.why, "no LACPDU from either side");
	assert_int_equal(m.blamed, SIDE_UNKNOWN);
	assert_true(m.up_ns == 12500 * NS_PER_MS);
	/* and back */
	take_all(&m);
	speak(&m, FAST, 31000, 33000, 1000);
	t = take(&m);
	assert_int_equal(t.to, LACP_DISTRIBUTES);
	assert_true(t.ns == at_ms(31500));
	assert_int_equal(m.side[SIDE_PEER].consecutive, 3);
	assert_int_equal(m.outages.count, 1);
	assert_true(m.outages.at[0].from_ns == at_ms(13000));
	assert_true(m.outages.at[0].until_ns == at_ms(31500));
}

/* The period is what the other side asks for: the cloud's long timeout lets the peer be slow. */
/* Both ends at once: the fibre, or the end of what the probe sees. Another member tells which. */
static void
silence_of_all_proves_nothing(void **state)
{
	struct lacp_member m = {0};
	struct lacp_turn t;

	(void)state;
	speak(&m, FAST, 0, 10000, 1000);
	take_all(&m);
	lacp_member_witness(&m, at_ms(10700));
	lacp_member_advance(&m, at_ms(60000));
	assert_int_equal(m.state, LACP_DISTRIBUTES);
	assert_false(lacp_member_turn(&m, &t));
	/* nothing is counted of a time in which nothing was heard: 0.5 s to 13.5 s */
	assert_true(m.up_ns == 13000 * NS_PER_MS);
	assert_int_equal(m.side[SIDE_PEER].timeouts, 0);
	lacp_member_witness(&m, at_ms(60000));
	lacp_member_advance(&m, at_ms(60100));
	t = take(&m);
	assert_int_equal(t.to, LACP_OUT);
	assert_string_equal(t.why, "no LACPDU from either side");
	assert_int_equal(m.side[SIDE_PEER].timeouts, 1);
}

/* The tap was away for a minute. Who comes back first proves nothing against the other, who has its
 * time from then on. */
static void
a_common_silence_is_forgiven(void **state)
{
	struct lacp_member m = {0};
	struct lacp_turn t;

	(void)state;
	speak(&m, FAST, 0, 10000, 1000);
	take_all(&m);
	lacp_member_advance(&m, at_ms(70000));
	say(&m, SIDE_PEER, 71000, FAST, FAST);
	lacp_member_advance(&m, at_ms(71200));
	assert_false(lacp_member_turn(&m, &t));
	say(&m, SIDE_MSFT, 71500, FAST, FAST);
	assert_false(lacp_member_turn(&m, &t));
	assert_int_equal(m.flaps, 0);
	assert_int_equal(m.side[SIDE_PEER].timeouts, 0);
	/* and if it does not come */
	m = (struct lacp_member){0};
	speak(&m, FAST, 0, 10000, 1000);
	take_all(&m);
	lacp_member_advance(&m, at_ms(70000));
	for (uint64_t ms = 71000; ms <= 74500; ms += 1000)
		say(&m, SIDE_PEER, ms, FAST, FAST);
	lacp_member_advance(&m, at_ms(74500));
	t = take(&m);
	assert_int_equal(t.side, SIDE_MSFT);
	assert_true(t.ns == at_ms(74000));
}

/* The probe lost control frames: the peer has its time anew, and no more than that. */
static void
what_the_probe_lost_is_nobodys_silence(void **state)
{
	struct lacp_member m = {0};

	(void)state;
	speak(&m, FAST, 0, 10000, 1000);
	lacp_member_forgive(&m, at_ms(12000));
	for (uint64_t ms = 11500; ms <= 14500; ms += 1000)
		say(&m, SIDE_MSFT, ms, FAST, FAST);
	lacp_member_advance(&m, at_ms(14900));
	assert_int_equal(m.state, LACP_DISTRIBUTES);
	say(&m, SIDE_MSFT, 15500, FAST, FAST);
	assert_int_equal(m.state, LACP_OUT);
	assert_true(m.down_ns == at_ms(15000));
}

static void
each_side_keeps_the_others_period(void **state)
{
	struct lacp_member m = {0};

	(void)state;
	say(&m, SIDE_PEER, 0, FAST, WELL);
	say(&m, SIDE_MSFT, 0, WELL, FAST);
	assert_true(lacp_member_period_ns(&m, SIDE_PEER) == 30 * NS_PER_S);
	assert_true(lacp_member_period_ns(&m, SIDE_MSFT) == NS_PER_S);
	for (uint64_t ms = 1000; ms < 90000; ms += 1000)
		say(&m, SIDE_MSFT, ms, WELL, FAST);
	assert_int_equal(m.state, LACP_DISTRIBUTES);
	say(&m, SIDE_MSFT, 90500, WELL, FAST);
	assert_int_equal(m.state, LACP_OUT);
	assert_true(m.down_ns == at_ms(90000));
	assert_string_equal(m.why, "no LACPDU from peer for 90 s (due every 30 s)");
}

/* A side alone: what it believes of its partner says how it must send. */
static void
an_unseen_partners_period_is_the_actors_word(void **state)
{
	struct lacp_member m = {0};

	(void)state;
	say(&m, SIDE_PEER, 0, WELL, FAST);
	assert_true(lacp_member_period_ns(&m, SIDE_PEER) == NS_PER_S);
}

/* The cloud stops hearing, though the peer's LACPDUs pass the tap: expired for 3 s, then defaulted
 * (6.4.12). What is between them and the cloud is the cloud's. */
static void
expired_and_defaulted_blame_who_does_not_listen(void **state)
{
	struct lacp_member m = {0};

	(void)state;
	speak(&m, FAST, 0, 5000, 1000);
	take_all(&m);
	say(&m, SIDE_PEER, 6000, FAST, FAST);
	say(&m, SIDE_MSFT, 6500, LACP_ACTIVITY | LACP_AGGREGATION | LACP_EXPIRED, FAST);
	assert_int_equal(m.state, LACP_OUT);
	assert_int_equal(take(&m).side, SIDE_MSFT);
	assert_string_equal(
		m.why, "msft is expired: it takes no LACPDU of peer, the last was 0.5 s before");
	say(&m, SIDE_PEER, 7000, FAST, FAST);
	say(&m, SIDE_MSFT, 7500, WELL | LACP_DEFAULTED, FAST);
	assert_int_equal(m.state, LACP_IS_DEFAULTED);
	assert_string_equal(
		m.why, "msft is defaulted: it takes no LACPDU of peer, the last was 0.5 s before");
	assert_int_equal(m.side[SIDE_MSFT].churns, 1);
	assert_int_equal(m.flaps, 1);
	/* at the very moment of the timeout it is the peer that was silent */
	m = (struct lacp_member){0};
	speak(&m, FAST, 0, 5000, 1000);
	say(&m, SIDE_MSFT, 6500, FAST, FAST);
	say(&m, SIDE_MSFT, 8000, LACP_ACTIVITY | LACP_SHORT_TIMEOUT | LACP_EXPIRED, FAST);
	assert_int_equal(m.blamed, SIDE_PEER);
	assert_string_equal(m.why, "msft is expired: nothing from peer for 3.0 s");
}

static void
who_left_first_is_the_cause(void **state)
{
	struct lacp_member m = {0};
	struct lacp_turn t;

	(void)state;
	speak(&m, FAST, 0, 5000, 1000);
	take_all(&m);
	say(&m, SIDE_MSFT, 6000, FAST & ~(LACP_COLLECTING | LACP_DISTRIBUTING), FAST);
	say(&m, SIDE_PEER, 6100, FAST & ~LACP_DISTRIBUTING, FAST);
	t = take(&m);
	assert_int_equal(t.side, SIDE_MSFT);
	assert_string_equal(t.why, "msft is not collecting, distributing");
	assert_int_equal(m.blamed, SIDE_MSFT);
	assert_int_equal(m.side[SIDE_PEER].churns, 1);
	/* the cloud is back first: what is left is the peer's */
	say(&m, SIDE_MSFT, 7000, FAST, FAST);
	assert_int_equal(m.blamed, SIDE_PEER);
	assert_string_equal(m.why, "peer is not distributing");
	assert_int_equal(m.flaps, 1);
}

/* Absence is proven by liveness only: frames, 90 s of them, and no LACPDU. */
static void
frames_without_lacpdus_are_static(void **state)
{
	struct lacp_member m = {0};

	(void)state;
	for (uint64_t ms = 0; ms <= 100000; ms += 1000) {
		say(&m, SIDE_MSFT, ms, FAST | LACP_DEFAULTED, 0);
		lacp_member_frame(&m, SIDE_PEER, at_ms(ms + 100));
		lacp_member_advance(&m, at_ms(ms + 200));
		assert_int_equal(m.state, ms < 90000 ? LACP_ONE_SIDED : LACP_STATIC);
	}
	assert_string_equal(m.why, "frames and no LACPDU from peer for 90 s");
	assert_int_equal(m.blamed, SIDE_PEER);
	m = (struct lacp_member){0};
	for (uint64_t ms = 0; ms <= 200000; ms += 1000)
		say(&m, SIDE_MSFT, ms, FAST | LACP_DEFAULTED, 0);
	assert_int_equal(m.state, LACP_ONE_SIDED);
}

static void
a_mirrors_copy_is_one(void **state)
{
	struct lacp_member m = {0};

	(void)state;
	for (uint64_t ms = 0; ms < 5000; ms += 1000) {
		say(&m, SIDE_PEER, ms, FAST, FAST);
		say(&m, SIDE_PEER, ms, FAST, FAST);
		say(&m, SIDE_PEER, ms + 1, FAST, FAST);
	}
	assert_int_equal(m.side[SIDE_PEER].pdus, 5);
	/* another state within the same moment is no copy */
	say(&m, SIDE_PEER, 4002, WELL, FAST);
	assert_int_equal(m.side[SIDE_PEER].pdus, 6);
}

/* Two taps, two clocks read one after the other: time never runs back. */
static void
late_frames_count_as_now(void **state)
{
	struct lacp_member m = {0};

	(void)state;
	say(&m, SIDE_PEER, 1000, FAST, FAST);
	say(&m, SIDE_MSFT, 990, FAST, FAST);
	assert_int_equal(m.state, LACP_DISTRIBUTES);
	assert_true(m.state_since_ns == at_ms(1000));
	lacp_member_advance(&m, at_ms(500));
	assert_true(m.up_ns == 0);
}

static void
another_partner_is_no_echo(void **state)
{
	struct lacp_member m = {0};
	struct lacp l = {.actor = actor_of(SIDE_PEER, FAST), .partner = actor_of(SIDE_MSFT, FAST)};

	(void)state;
	say(&m, SIDE_MSFT, 0, FAST, FAST);
	l.partner.key++;
	lacp_member_pdu(&m, SIDE_PEER, at_ms(10), &l, macs[0]);
	assert_false(lacp_member_echoes(&m, SIDE_PEER));
	assert_true(lacp_member_echoes(&m, SIDE_MSFT));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ends_make_it_distribute),
		cmocka_unit_test(silence_is_out_at_three_fast_periods),
		cmocka_unit_test(silence_of_all_proves_nothing),
		cmocka_unit_test(a_common_silence_is_forgiven),
		cmocka_unit_test(what_the_probe_lost_is_nobodys_silence),
		cmocka_unit_test(each_side_keeps_the_others_period),
		cmocka_unit_test(an_unseen_partners_period_is_the_actors_word),
		cmocka_unit_test(expired_and_defaulted_blame_who_does_not_listen),
		cmocka_unit_test(who_left_first_is_the_cause),
		cmocka_unit_test(frames_without_lacpdus_are_static),
		cmocka_unit_test(a_mirrors_copy_is_one),
		cmocka_unit_test(late_frames_count_as_now),
		cmocka_unit_test(another_partner_is_no_echo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
