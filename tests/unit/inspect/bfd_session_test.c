/*
 * Two ends of a BFD session. Timers are RFC 5880's arithmetic: detection time (6.8.4) is the
 * sender's multiplier times the larger of what it wants to send and what the receiver can take.
 */
#include "inspect/bfd_session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

static uint64_t
at_ms(uint64_t ms)
{
	return 1768471200 * NS_PER_S + ms * NS_PER_MS;
}

static const struct bfd plain = {.version = 1,
                                 .detect_mult = 3,
                                 .size = BFD_SIZE,
                                 .desired_min_tx_us = 300000,
                                 .required_min_rx_us = 300000};

static void
send(struct bfd_session *s, unsigned side, uint64_t ms, struct bfd packet)
{
	packet.my_discriminator = side ? 0x2000 : 0x1000;
	packet.your_discriminator = side ? 0x1000 : 0x2000;
	bfd_session_packet(s, side, at_ms(ms), &packet, 255);
}

static void
say(struct bfd_session *s, unsigned side, uint64_t ms, uint8_t state, uint8_t diag)
{
	struct bfd packet = plain;

	packet.state = state;
	packet.diag = diag;
	send(s, side, ms, packet);
}

/* Both Up each 250 ms from `from_ms` to `to_ms`, the cloud 100 ms later. */
static void
speak(struct bfd_session *s, uint64_t from_ms, uint64_t to_ms)
{
	for (uint64_t ms = from_ms; ms <= to_ms; ms += 250) {
		say(s, SIDE_PEER, ms, BFD_UP, 0);
		say(s, SIDE_MSFT, ms + 100, BFD_UP, 0);
	}
}

static struct bfd_turn
take(struct bfd_session *s)
{
	struct bfd_turn t;

	assert_true(bfd_session_turn(s, &t));
	return t;
}

static void
take_all(struct bfd_session *s)
{
	struct bfd_turn t;

	while (bfd_session_turn(s, &t))
		;
}

static void
comes_up_over_down_and_init(void **state)
{
	struct bfd_session s;

	(void)state;
	bfd_session_init(&s);
	say(&s, SIDE_PEER, 0, BFD_DOWN, 0);
	assert_string_equal(bfd_session_state_name(s.state), "one-sided");
	say(&s, SIDE_MSFT, 100, BFD_DOWN, 0);
	assert_string_equal(bfd_session_state_name(s.state), "down");
	/* not Up: a second at least, whatever it wants (6.8.3) */
	assert_int_equal(bfd_session_interval_us(&s, SIDE_PEER), 1000000);
	say(&s, SIDE_PEER, 200, BFD_INIT, 0);
	assert_string_equal(bfd_session_state_name(s.state), "init");
	say(&s, SIDE_MSFT, 300, BFD_UP, 0);
	say(&s, SIDE_PEER, 400, BFD_UP, 0);
	assert_string_equal(bfd_session_state_name(s.state), "up");
	assert_false(s.disordered);
	assert_true(s.state_ns == at_ms(400));
	assert_int_equal(bfd_session_interval_us(&s, SIDE_PEER), 300000);
	assert_int_equal(s.flaps, 0);
	assert_true(bfd_session_matches(&s));
}

static void
an_up_out_of_nothing_is_out_of_order(void **state)
{
	struct bfd_session s;

	(void)state;
	bfd_session_init(&s);
	say(&s, SIDE_PEER, 0, BFD_DOWN, 0);
	say(&s, SIDE_MSFT, 100, BFD_DOWN, 0);
	say(&s, SIDE_PEER, 200, BFD_UP, 0);
	assert_true(s.disordered);
	/* joined in the middle nothing is known against it */
	bfd_session_init(&s);
	speak(&s, 0, 1000);
	assert_false(s.disordered);
}

/* Unequal ends: 50 ms x 3 from the peer, who takes one each 400 ms; 200 ms x 5 from the cloud, who
 * takes one each 100 ms. */
static void
detection_is_the_slower_sides(void **state)
{
	struct bfd_session s;
	struct bfd peer = plain, msft = plain;

	(void)state;
	bfd_session_init(&s);
	peer.state = msft.state = BFD_UP;
	peer.desired_min_tx_us = 50000;
	peer.required_min_rx_us = 400000;
	msft.detect_mult = 5;
	msft.desired_min_tx_us = 200000;
	msft.required_min_rx_us = 100000;
	send(&s, SIDE_PEER, 0, peer);
	send(&s, SIDE_MSFT, 10, msft);
	assert_int_equal(bfd_session_interval_us(&s, SIDE_PEER), 100000);
	assert_int_equal(bfd_session_interval_us(&s, SIDE_MSFT), 400000);
	assert_int_equal(bfd_session_detection_us(&s, SIDE_PEER), 5 * 400000);
	assert_int_equal(bfd_session_detection_us(&s, SIDE_MSFT), 3 * 100000);
}

/* 6.8.3: a slower pace of an Up session holds when the poll was answered, a faster one at once. */
static void
a_poll_holds_when_it_is_answered(void **state)
{
	struct bfd_session s;
	struct bfd slower = plain, final = plain, eager = plain;

	(void)state;
	bfd_session_init(&s);
	speak(&s, 0, 1000);
	eager.state = BFD_UP;
	eager.desired_min_tx_us = 50000;
	send(&s, SIDE_MSFT, 1150, eager);
	slower.state = final.state = BFD_UP;
	slower.flags = BFD_POLL;
	slower.desired_min_tx_us = 600000;
	slower.required_min_rx_us = 100000;
	send(&s, SIDE_PEER, 1200, slower);
	assert_int_equal(bfd_session_interval_us(&s, SIDE_PEER), 300000);
	assert_int_equal(bfd_session_interval_us(&s, SIDE_MSFT), 300000);
	final.flags = BFD_FINAL;
	final.desired_min_tx_us = 50000;
	send(&s, SIDE_MSFT, 1210, final);
	assert_int_equal(bfd_session_interval_us(&s, SIDE_PEER), 600000);
	assert_int_equal(bfd_session_interval_us(&s, SIDE_MSFT), 100000);
	assert_int_equal(bfd_session_detection_us(&s, SIDE_MSFT), 3 * 600000);
	assert_int_equal(s.half[SIDE_PEER].polls, 1);
	assert_int_equal(s.half[SIDE_MSFT].finals, 1);
}

static void
gaps_and_what_was_left(void **state)
{
	struct bfd_session s;

	(void)state;
	bfd_session_init(&s);
	speak(&s, 0, 1000);
	say(&s, SIDE_PEER, 1300, BFD_UP, 0); /* 300 ms: in time */
	say(&s, SIDE_PEER, 1920, BFD_UP, 0); /* 620 ms: late, 280 ms before the cloud gives up */
	say(&s, SIDE_PEER, 2120, BFD_UP, 0);
	assert_int_equal(s.half[SIDE_PEER].gap_max_us, 620000);
	assert_int_equal(s.half[SIDE_PEER].late, 1);
	assert_int_equal(s.half[SIDE_PEER].margin_min_us, 280000);
	assert_int_equal(s.half[SIDE_MSFT].gap_max_us, 250000);
	assert_int_equal(s.half[SIDE_MSFT].margin_min_us, 650000);
}

/* The cloud hears nothing for 0.9 s and says so: the peer is the cause, the cloud spoke first. */
static void
expired_blames_who_was_silent(void **state)
{
	struct bfd_session s;
	struct bfd_turn t;

	(void)state;
	bfd_session_init(&s);
	speak(&s, 0, 1000);
	take_all(&s);
	say(&s, SIDE_MSFT, 1350, BFD_UP, 0);
	say(&s, SIDE_MSFT, 1600, BFD_UP, 0);
	say(&s, SIDE_MSFT, 1905, BFD_DOWN, 1);
	t = take(&s);
	assert_int_equal(t.from, BFD_SESSION_UP);
	assert_int_equal(t.to, BFD_SESSION_DOWN);
	assert_int_equal(t.side, SIDE_PEER);
	assert_string_equal(t.why, "msft says Down (control detection time expired), 0.905 s after "
	                           "the last from peer");
	assert_int_equal(s.down_first, SIDE_MSFT);
	assert_int_equal(s.down_diag, 1);
	assert_true(s.down_ns == at_ms(1905));
	/* what the peer says to it is an answer */
	say(&s, SIDE_PEER, 1910, BFD_DOWN, 3);
	assert_int_equal(s.down_first, SIDE_MSFT);
	assert_int_equal(s.flaps, 1);
	/* from the cloud's first word on, 100 ms */
	assert_true(s.up_ns == 1805 * NS_PER_MS);
	assert_true(s.covered_ns == 1910 * NS_PER_MS);
}

/* The cloud hears nothing though the peer's packets pass the tap: lost behind it. */
static void
what_passed_the_tap_was_lost_behind_it(void **state)
{
	struct bfd_session s;
	struct bfd_turn t;

	(void)state;
	bfd_session_init(&s);
	speak(&s, 0, 3000);
	take_all(&s);
	say(&s, SIDE_MSFT, 3200, BFD_DOWN, 1);
	t = take(&s);
	assert_int_equal(t.side, SIDE_MSFT);
	assert_string_equal(t.why, "msft says Down (control detection time expired), 0.200 s after "
	                           "the last from peer passed the tap");
	assert_int_equal(s.down_first, SIDE_MSFT);
}

static void
admin_down_is_its_speakers_will(void **state)
{
	struct bfd_session s;
	struct bfd_turn t;

	(void)state;
	bfd_session_init(&s);
	speak(&s, 0, 1000);
	take_all(&s);
	say(&s, SIDE_PEER, 1250, BFD_ADMIN_DOWN, 7);
	t = take(&s);
	assert_int_equal(t.to, BFD_SESSION_ADMIN_DOWN);
	assert_int_equal(t.side, SIDE_PEER);
	assert_string_equal(t.why, "peer says AdminDown (administratively down)");
	assert_false(s.watched);
}

/* Nobody says Down: the tap lacks a direction's answer, or the router is dead. Told after twice the
 * detection time, as of the moment when it was over. */
static void
silence_without_a_word(void **state)
{
	struct bfd_session s;
	struct bfd_turn t;

	(void)state;
	bfd_session_init(&s);
	speak(&s, 0, 1000);
	take_all(&s);
	for (uint64_t ms = 1350; ms <= 2800; ms += 250)
		say(&s, SIDE_MSFT, ms, BFD_UP, 0);
	bfd_session_advance(&s, at_ms(2799));
	assert_int_equal(s.state, BFD_SESSION_UP);
	bfd_session_advance(&s, at_ms(2801));
	t = take(&s);
	assert_int_equal(t.to, BFD_SESSION_DOWN);
	assert_int_equal(t.side, SIDE_PEER);
	assert_string_equal(t.why, "nothing from peer for its detection time of 0.900 s");
	assert_int_equal(s.down_first, SIDE_UNKNOWN);
}

/* Both at once: the end of the capture, unless another session goes on. */
static void
silence_of_both_needs_a_witness(void **state)
{
	struct bfd_session s;
	struct bfd_turn t;

	(void)state;
	bfd_session_init(&s);
	speak(&s, 0, 1000);
	take_all(&s);
	bfd_session_witness(&s, at_ms(1200));
	bfd_session_advance(&s, at_ms(60000));
	assert_false(bfd_session_turn(&s, &t));
	assert_true(s.covered_ns == 2000 * NS_PER_MS); /* to the cloud's 1.1 s + 0.9 s */
	bfd_session_witness(&s, at_ms(60000));
	bfd_session_advance(&s, at_ms(60100));
	assert_string_equal(take(&s).why, "nothing from either side");
}

/* The tap was away: who comes back first proves nothing against the other. */
static void
a_common_silence_is_forgiven(void **state)
{
	struct bfd_session s;
	struct bfd_turn t;

	(void)state;
	bfd_session_init(&s);
	speak(&s, 0, 1000);
	take_all(&s);
	bfd_session_advance(&s, at_ms(20000));
	speak(&s, 21000, 22000);
	bfd_session_advance(&s, at_ms(22100));
	assert_false(bfd_session_turn(&s, &t));
	assert_int_equal(s.flaps, 0);
	/* the gap is nobody's */
	assert_int_equal(s.half[SIDE_PEER].gap_max_us, 250000);
	assert_int_equal(s.half[SIDE_MSFT].gap_max_us, 250000);
}

static void
what_the_probe_lost_is_nobodys_silence(void **state)
{
	struct bfd_session s;

	(void)state;
	bfd_session_init(&s);
	speak(&s, 0, 1000);
	for (uint64_t ms = 1350; ms <= 4000; ms += 250) {
		say(&s, SIDE_MSFT, ms, BFD_UP, 0);
		if (ms == 2600)
			bfd_session_forgive(&s, at_ms(ms));
	}
	/* twice the detection time after the loss, not after the peer's last */
	bfd_session_advance(&s, at_ms(4399));
	assert_int_equal(s.state, BFD_SESSION_UP);
	bfd_session_advance(&s, at_ms(4401));
	assert_int_equal(s.state, BFD_SESSION_DOWN);
}

static void
go_down(struct bfd_session *s, uint64_t ms)
{
	bfd_session_init(s);
	speak(s, 0, ms - 500);
	say(s, SIDE_MSFT, ms, BFD_DOWN, 1);
}

static void
bgp_follows_or_stays(void **state)
{
	struct bfd_session s;

	(void)state;
	go_down(&s, 5000);
	assert_int_equal(bfd_session_couple(&s, at_ms(5100), true, 0), 0);
	assert_int_equal(bfd_session_couple(&s, at_ms(6000), false, at_ms(5020)), 1);
	assert_int_equal(s.followed, 1);
	/* the router told BGP before BFD */
	go_down(&s, 5000);
	assert_int_equal(bfd_session_couple(&s, at_ms(6000), false, at_ms(4995)), 1);
	/* by the hold timer, later: neither */
	go_down(&s, 5000);
	assert_int_equal(bfd_session_couple(&s, at_ms(8000), false, at_ms(7000)), 0);
	assert_int_equal(bfd_session_couple(&s, at_ms(16000), true, at_ms(7000)), 0);
	assert_int_equal(s.followed + s.stayed, 0);
	/* an old flap of BGP's own says nothing; up after 10 s it has stayed */
	go_down(&s, 5000);
	assert_int_equal(bfd_session_couple(&s, at_ms(15000), true, at_ms(1000)), 0);
	assert_int_equal(bfd_session_couple(&s, at_ms(15001), true, at_ms(1000)), -1);
	assert_int_equal(s.stayed, 1);
	assert_int_equal(bfd_session_couple(&s, at_ms(16000), true, at_ms(1000)), 0);
	assert_int_equal(s.stayed, 1);
}

/* The peer's packets are not heard for a while, and nobody minds: the tap's loss, not the routers'.
 */
static void
what_nobody_said_couples_nothing(void **state)
{
	struct bfd_session s;

	(void)state;
	bfd_session_init(&s);
	speak(&s, 0, 3000);
	for (unsigned ms = 3250; ms <= 6000; ms += 250)
		say(&s, SIDE_MSFT, ms, BFD_UP, 0);
	bfd_session_advance(&s, at_ms(6000));
	assert_int_equal(s.flaps, 1);
	speak(&s, 6250, 30000);
	assert_int_equal(bfd_session_couple(&s, at_ms(30000), true, 0), 0);
	assert_int_equal(s.stayed, 0);
}

static void
a_mirrors_copy_is_no_gap(void **state)
{
	struct bfd_session s;

	(void)state;
	bfd_session_init(&s);
	speak(&s, 0, 1000);
	say(&s, SIDE_MSFT, 1100, BFD_UP, 0); /* the very time of the last */
	assert_int_equal(s.half[SIDE_MSFT].packets, 5);
}

/* RFC 5881 section 5: a forged AdminDown from farther away is no word of the neighbour's. */
static void
what_was_forwarded_is_dropped(void **state)
{
	struct bfd forged = plain;
	struct bfd_session s;

	(void)state;
	bfd_session_init(&s);
	speak(&s, 0, 1000);
	forged.state = BFD_ADMIN_DOWN;
	bfd_session_packet(&s, SIDE_PEER, at_ms(1200), &forged, 254);
	assert_int_equal(s.state, BFD_SESSION_UP);
	assert_int_equal(s.half[SIDE_PEER].foreign, 1);
	assert_int_equal(s.half[SIDE_PEER].ttl_min, 255);
	/* who signs may be anywhere, and so may the end of several hops */
	forged.flags = BFD_AUTH;
	bfd_session_packet(&s, SIDE_PEER, at_ms(1210), &forged, 254);
	assert_int_equal(s.state, BFD_SESSION_ADMIN_DOWN);
	bfd_session_init(&s);
	s.kind = BFD_MULTIHOP;
	bfd_session_packet(&s, SIDE_PEER, at_ms(0), &plain, 60);
	assert_int_equal(s.half[SIDE_PEER].packets, 1);
}

/* Echoes each 50 ms: told as they come; a longer gap counts at once and fades. */
static void
echoes_have_a_pace(void **state)
{
	struct bfd_session s;

	(void)state;
	bfd_session_init(&s);
	bfd_session_echo(&s, SIDE_PEER, at_ms(0));
	assert_int_equal(s.half[SIDE_PEER].echo_us, 0);
	for (uint64_t ms = 50; ms <= 500; ms += 50)
		bfd_session_echo(&s, SIDE_PEER, at_ms(ms));
	assert_int_equal(s.half[SIDE_PEER].echo_us, 50000);
	bfd_session_echo(&s, SIDE_PEER, at_ms(900));
	assert_int_equal(s.half[SIDE_PEER].echo_us, 400000);
	bfd_session_echo(&s, SIDE_PEER, at_ms(950));
	assert_int_equal(s.half[SIDE_PEER].echo_us, 400000 - 350000 / 8);
	assert_int_equal(s.echoes, 13);
	assert_int_equal(s.half[SIDE_MSFT].echo_us, 0);
}

/* Demand mode (section 6.6): who is not asked does not send, and is not missed; one poll without
 * answer for the detection time is (6.8.4). */
static void
who_is_not_asked_is_not_missed(void **state)
{
	struct bfd asks = plain, poll = plain;
	struct bfd_session s;
	uint64_t covered;

	(void)state;
	asks.state = poll.state = BFD_UP;
	asks.flags = BFD_DEMAND;
	poll.flags = BFD_DEMAND | BFD_POLL;
	bfd_session_init(&s);
	speak(&s, 0, 2000);
	take_all(&s);
	for (uint64_t ms = 2250; ms <= 60000; ms += 250)
		send(&s, SIDE_PEER, ms, asks);
	assert_int_equal(s.state, BFD_SESSION_UP);
	assert_int_equal(s.flaps, 0);
	assert_false(s.half[SIDE_MSFT].silent);
	assert_in_range(s.half[SIDE_MSFT].gap_max_us, 0, 300000);
	assert_in_range(s.covered_ns, 59 * NS_PER_S, 60 * NS_PER_S); /* the peer has to send */
	/* a poll is answered: nothing happens */
	send(&s, SIDE_PEER, 60250, poll);
	say(&s, SIDE_MSFT, 60300, BFD_UP, 0);
	send(&s, SIDE_PEER, 60500, asks);
	assert_int_equal(s.flaps, 0);
	/* the cloud asks for none either: both are silent, and nobody knows for how long they live
	 */
	send(&s, SIDE_MSFT, 60600, asks);
	covered = s.covered_ns;
	bfd_session_advance(&s, at_ms(3600000));
	assert_int_equal(s.state, BFD_SESSION_UP);
	assert_true(s.covered_ns == covered);
	/* polls that stay without answer, 900 ms and as much again for the router's own word */
	for (uint64_t ms = 3600000; ms <= 3602000; ms += 250)
		send(&s, SIDE_PEER, ms, poll);
	assert_int_equal(s.state, BFD_SESSION_DOWN);
	assert_int_equal(take(&s).side, SIDE_MSFT);
	assert_int_equal(s.flaps, 1);
	assert_in_range((s.state_ns - at_ms(3600000)) / NS_PER_MS, 900, 2000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_forwarded_is_dropped),
		cmocka_unit_test(echoes_have_a_pace),
		cmocka_unit_test(comes_up_over_down_and_init),
		cmocka_unit_test(an_up_out_of_nothing_is_out_of_order),
		cmocka_unit_test(detection_is_the_slower_sides),
		cmocka_unit_test(a_poll_holds_when_it_is_answered),
		cmocka_unit_test(gaps_and_what_was_left),
		cmocka_unit_test(expired_blames_who_was_silent),
		cmocka_unit_test(what_passed_the_tap_was_lost_behind_it),
		cmocka_unit_test(admin_down_is_its_speakers_will),
		cmocka_unit_test(silence_without_a_word),
		cmocka_unit_test(silence_of_both_needs_a_witness),
		cmocka_unit_test(a_common_silence_is_forgiven),
		cmocka_unit_test(what_the_probe_lost_is_nobodys_silence),
		cmocka_unit_test(bgp_follows_or_stays),
		cmocka_unit_test(what_nobody_said_couples_nothing),
		cmocka_unit_test(a_mirrors_copy_is_no_gap),
		cmocka_unit_test(who_is_not_asked_is_not_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
