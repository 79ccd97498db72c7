/*
 * Loss, order and repetition as a tap sees them: each scene is one thing that networks, hosts or
 * strangers do, and what it must (and must not) be called. What is right follows from RFC 9293,
 * 2018, 2883, 3522, 5681, 7323, 7413 and from where the tap stands.
 */
#include "tcp_scene.h"

#define SCENE(name) static void name(void **state)

SCENE(a_clean_transfer_is_clean)
{
	struct scene *s = scene_make(false);

	(void)state;
	open_plain(s);
	for (uint32_t i = 0; i < 1000; i++) { /* over the wrap, many times the window */
		assert_int_equal(data(s, A, 1 + i * MSS, MSS, 1), BIT(DATA));
		wait_us(s, 500);
		if (i % 2)
			ack(s, B, 1, 1 + (i + 1) * MSS);
	}
	pass(s, (struct segment){.from = A, .seq = 1 + 1000 * MSS, .ack = 1, .flags = FIN | ACK});
	pass(s, (struct segment){.from = B, .seq = 1, .ack = 2 + 1000 * MSS, .flags = FIN | ACK});
	ack(s, A, 2 + 1000 * MSS, 2);
	assert_no_trouble(s);
	assert_int_equal(s->total[A][TCP_SAW_DATA], 1002);
	assert_int_equal(tcp_pool_stats(s->pool)->troubled, 0);
	scene_free(s);
}

SCENE(what_never_came_was_lost_before)
{
	struct scene *s = scene_make(false);

	(void)state;
	open_plain(s);
	send_run(s, 8, 0x14); /* the third and the fifth are missing */
	for (int i = 0; i < 3; i++)
		assert_int_equal(ack(s, B, 1, 1 + 2 * MSS), i ? BIT(DUPLICATE_ACK) : 0);
	wait_us(s, 20000);
	assert_int_equal(data(s, A, 1 + 2 * MSS, MSS, 1),
	                 BIT(DATA) | BIT(RETRANSMISSION) | BIT(LOST_BEFORE));
	assert_int_equal(data(s, A, 1 + 4 * MSS, MSS, 1),
	                 BIT(DATA) | BIT(RETRANSMISSION) | BIT(LOST_BEFORE));
	ack(s, B, 1, 1 + 8 * MSS);
	assert_int_equal(s->total[A][TCP_SAW_LOST_BEFORE], 2);
	assert_int_equal(s->total[A][TCP_SAW_LOST_AFTER], 0);
	assert_int_equal(s->total[A][TCP_SAW_UNSEEN], 0);
	assert_int_equal(s->total[A][TCP_SAW_DATA], 9);
	scene_free(s);
}

SCENE(what_came_twice_was_lost_after)
{
	struct scene *s = scene_make(false);

	(void)state;
	open_plain(s);
	send_run(s, 8, 0);
	for (int i = 0; i < 4; i++)
		ack(s, B, 1, 1 + 2 * MSS);
	wait_us(s, 20000);
	assert_int_equal(data(s, A, 1 + 2 * MSS, MSS, 1), BIT(RETRANSMISSION) | BIT(LOST_AFTER));
	ack(s, B, 1, 1 + 8 * MSS);
	assert_int_equal(s->total[A][TCP_SAW_LOST_BEFORE], 0);
	assert_int_equal(s->total[A][TCP_SAW_LOST_AFTER], 1);
	assert_int_equal(s->total[B][TCP_SAW_DUPLICATE_ACK], 3);
	scene_free(s);
}

/* A hole across the point where sequence numbers wrap. */
SCENE(a_hole_may_wrap)
{
	struct scene *s = scene_make(false);

	(void)state;
	s->isn[A] = UINT32_MAX - 1 - 2 * MSS - MSS / 2;
	open_plain(s);
	send_run(s, 6, 0x04);
	wait_us(s, 25000);
	assert_int_equal(data(s, A, 1 + 2 * MSS, MSS / 4, 1),
	                 BIT(DATA) | BIT(RETRANSMISSION) | BIT(LOST_BEFORE));
	assert_int_equal(data(s, A, 1 + 2 * MSS + MSS / 2, MSS / 2, 1),
	                 BIT(DATA) | BIT(RETRANSMISSION) | BIT(LOST_BEFORE));
	assert_int_equal(data(s, A, 1 + 2 * MSS + MSS / 4, MSS / 4, 1),
	                 BIT(DATA) | BIT(RETRANSMISSION) | BIT(LOST_BEFORE));
	/* all of it has been seen now */
	assert_int_equal(data(s, A, 1 + 2 * MSS, MSS, 1), BIT(RETRANSMISSION) | BIT(LOST_AFTER));
	scene_free(s);
}

/* Told by the identifier; by the timestamp; by time where the timestamps are of one tick. */
SCENE(what_was_overtaken_is_not_lost)
{
	(void)state;
	for (int how = 0; how < 3; how++) {
		struct scene *s = scene_make(false);
		struct segment late = {.seq = 1, .size = MSS, .ack = 1, .flags = ACK};
		struct segment early = late;

		early.seq += MSS;
		s->fixed_id = how > 0;
		if (how == 0) {
			late.id = 3; /* the handshake took 1 and 2 */
			early.id = 4;
		}
		late.stamped = early.stamped = how > 0;
		late.ts = early.ts = 501;
		late.ts -= how == 1;
		open_plain(s);
		pass(s, early);
		wait_us(s, how == 2 ? 2900 : 500000);
		assert_int_equal(pass(s, late), BIT(DATA) | BIT(OUT_OF_ORDER));
		/* the same later, or with later marks, would be a retransmission */
		early.seq += 2 * MSS;
		late.seq += 2 * MSS;
		early.id = how == 0 ? 6 : 0;
		late.id = how == 0 ? 7 : 0;
		early.ts = late.ts = 503;
		late.ts += how == 1;
		pass(s, early);
		wait_us(s, how == 2 ? 3100 : 500);
		assert_int_equal(pass(s, late), BIT(DATA) | BIT(RETRANSMISSION) | BIT(LOST_BEFORE));
		scene_free(s);
	}
}

/* A's segment comes `us` late, behind the one after it, and nothing but time tells why. */
static uint32_t
pass_late(struct scene *s, uint32_t seq, uint64_t us)
{
	data(s, A, seq + MSS, MSS, 1);
	wait_us(s, us);
	return data(s, A, seq, MSS, 1);
}

/* No answer can be back before seven eighths of the least round trip that was seen, both halves of
 * it, from here to A and from here to B; before 3 ms where one half is not known. */
SCENE(what_comes_too_soon_to_be_an_answer_is_not_lost)
{
	static const struct {
		unsigned syns, answers; /* what comes twice gives no time (Karn) */
		uint64_t limit_us;
	} known[] = {{1, 1, 17500}, {2, 1, 3000}, {1, 2, 3000}, {2, 2, 3000}};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct scene *s = scene_make(true);

		s->fixed_id = true;
		for (unsigned n = 0; n < known[i].syns; n++) {
			wait_us(s, 1000000);
			pass(s, (struct segment){.flags = SYN});
		}
		wait_us(s, 4000);
		for (unsigned n = 0; n < known[i].answers; n++) {
			wait_us(s, n * 1000000);
			pass(s, (struct segment){.from = B, .flags = SYN | ACK, .ack = 1});
		}
		wait_us(s, 16000);
		ack(s, A, 1, 1);
		assert_int_equal(pass_late(s, 1, known[i].limit_us - 100),
		                 BIT(DATA) | BIT(OUT_OF_ORDER));
		assert_int_equal(pass_late(s, 1 + 2 * MSS, known[i].limit_us + 100),
		                 BIT(DATA) | BIT(RETRANSMISSION) | BIT(LOST_BEFORE));
		scene_free(s);
	}
}

/* The least is what counts: an answer that took its time makes the path no longer, a quicker one
 * shows that it was never that long. */
SCENE(the_least_round_trip_counts)
{
	struct scene *s = scene_make(true);

	(void)state;
	s->fixed_id = true;
	open_plain(s);                      /* 10 ms and 10 ms */
	for (uint32_t i = 0; i < 10; i++) { /* coins: some of them are timed */
		data(s, B, 1 + i * MSS, MSS, 1);
		wait_us(s, 300000);
		ack(s, A, 1, 1 + (i + 1) * MSS);
	}
	assert_int_equal(pass_late(s, 1, 18000),
	                 BIT(DATA) | BIT(RETRANSMISSION) | BIT(LOST_BEFORE));
	for (uint32_t i = 10; i < 20; i++) {
		data(s, B, 1 + i * MSS, MSS, 1);
		wait_us(s, 2000);
		ack(s, A, 1 + 2 * MSS, 1 + (i + 1) * MSS);
	}
	assert_int_equal(pass_late(s, 1 + 2 * MSS, 11000),
	                 BIT(DATA) | BIT(RETRANSMISSION) | BIT(LOST_BEFORE));
	scene_free(s);
}

/* RFC 9293 sections 3.10.7.3, 3.8.1: what opens and ends a connection is sent again like data. */
SCENE(handshakes_and_ends_are_repeated)
{
	struct scene *s = scene_make(true);
	struct segment syn = {.flags = SYN}, answer = {.from = B, .flags = SYN | ACK, .ack = 1};
	struct segment fin = {.seq = 1, .ack = 1, .flags = FIN | ACK};

	(void)state;
	pass(s, syn);
	wait_us(s, 1000000);
	assert_int_equal(pass(s, syn), BIT(RETRANSMISSION) | BIT(LOST_UNSIDED)); /* who is there? */
	pass(s, answer);
	wait_us(s, 1000000);
	assert_int_equal(pass(s, answer), BIT(RETRANSMISSION) | BIT(LOST_AFTER));
	assert_int_equal(pass(s, syn), BIT(RETRANSMISSION) | BIT(SPURIOUS));
	ack(s, A, 1, 1);
	assert_int_equal(pass(s, answer), BIT(RETRANSMISSION) | BIT(SPURIOUS));
	assert_int_equal(pass(s, fin), BIT(DATA));
	wait_us(s, 300000);
	assert_int_equal(pass(s, fin), BIT(RETRANSMISSION) | BIT(LOST_AFTER));
	ack(s, B, 1, 2);
	assert_int_equal(pass(s, fin), BIT(RETRANSMISSION) | BIT(SPURIOUS));
	scene_free(s);
}

SCENE(what_the_receiver_had_was_sent_in_vain)
{
	struct scene *s = scene_make(false);

	(void)state;
	open_plain(s);
	send_run(s, 2, 0);
	ack(s, B, 1, 1 + 2 * MSS);
	wait_us(s, 300000); /* the acknowledgement was lost on its way to A */
	assert_int_equal(data(s, A, 1 + MSS, MSS, 1), BIT(RETRANSMISSION) | BIT(SPURIOUS));
	assert_int_equal(s->total[A][TCP_SAW_LOST_AFTER], 0);
	scene_free(s);
}

SCENE(joined_midway_sides_wait_for_proof)
{
	struct scene *s = scene_make(true);

	(void)state;
	data(s, A, 500 * MSS, MSS, 1); /* the first that is seen */
	ack(s, B, 1, 400 * MSS);
	assert_int_equal(data(s, A, 450 * MSS, MSS, 1), /* may have been seen or not */
	                 BIT(RETRANSMISSION) | BIT(LOST_UNSIDED));
	ack(s, B, 1, 501 * MSS);
	assert_int_equal(s->news.sample_count, 0); /* of what? */
	data(s, A, 501 * MSS, MSS, 1);
	wait_us(s, 300000);
	assert_int_equal(data(s, A, 501 * MSS, MSS, 1), BIT(RETRANSMISSION) | BIT(LOST_AFTER));
	/* a bare acknowledgement told where B stands */
	assert_int_equal(data(s, B, 1, MSS, 502 * MSS), BIT(DATA));
	ack(s, A, 502 * MSS, 1 + MSS);
	assert_int_equal(s->total[B][TCP_SAW_UNSEEN], 0);
	scene_free(s);
}

/* Nothing was timed yet when proof came, so no round trip is known. */
SCENE(proof_is_no_round_trip)
{
	struct scene *s = scene_make(true);

	(void)state;
	s->fixed_id = true;
	data(s, A, 1, MSS, 1);
	wait_us(s, 9000);
	data(s, B, 1, MSS, 1 + MSS);
	wait_us(s, 9000);
	ack(s, A, 1 + MSS, 1 + MSS);
	assert_int_equal(pass_late(s, 1 + MSS, 3100),
	                 BIT(DATA) | BIT(RETRANSMISSION) | BIT(LOST_BEFORE));
	scene_free(s);
}

SCENE(one_way_captures_say_no_side_of_what_came_twice)
{
	struct scene *s = scene_make(false);

	(void)state;
	pass(s, (struct segment){.from = A, .flags = SYN});
	wait_us(s, 1000000);
	assert_int_equal(pass(s, (struct segment){.from = A, .flags = SYN}),
	                 BIT(RETRANSMISSION) | BIT(LOST_UNSIDED));
	send_run(s, 10, 0x10);
	wait_us(s, 300000);
	assert_int_equal(data(s, A, 1, MSS, 1), BIT(RETRANSMISSION) | BIT(LOST_UNSIDED));
	assert_int_equal(data(s, A, 1 + 4 * MSS, MSS, 1),
	                 BIT(DATA) | BIT(RETRANSMISSION) | BIT(LOST_BEFORE));
	scene_free(s);
}

SCENE(both_may_open)
{
	struct scene *s = scene_make(false);

	(void)state; /* RFC 9293 figure 8 */
	assert_int_equal(pass(s, (struct segment){.from = A, .flags = SYN}), BIT(DATA));
	assert_int_equal(pass(s, (struct segment){.from = B, .flags = SYN}), BIT(DATA));
	pass(s, (struct segment){.from = A, .flags = SYN | ACK, .ack = 1});
	pass(s, (struct segment){.from = B, .flags = SYN | ACK, .ack = 1});
	data(s, A, 1, MSS, 1);
	ack(s, B, 1, 1 + MSS);
	assert_no_trouble(s);
	scene_free(s);
}

/* RFC 7413: data in the SYN, taken or not. */
SCENE(fast_open_taken_and_refused)
{
	(void)state;
	for (int taken = 0; taken < 2; taken++) {
		struct scene *s = scene_make(false);

		pass(s, (struct segment){.from = A, .flags = SYN, .size = 300});
		wait_us(s, 5000);
		pass(s, (struct segment){.from = B, .flags = SYN | ACK, .ack = taken ? 301 : 1});
		wait_us(s, 5000);
		if (!taken)
			assert_int_equal(data(s, A, 1, 300, 1), BIT(DATA));
		data(s, A, 301, MSS, 1);
		ack(s, B, 1, 301 + MSS);
		assert_no_trouble(s);
		scene_free(s);
	}
}

/* The answer was not seen: nobody knows whether the data of the SYN had to come again. */
SCENE(fast_open_seen_one_way)
{
	struct scene *s = scene_make(true);

	(void)state;
	pass(s, (struct segment){.flags = SYN, .size = 300});
	wait_us(s, 20000);
	assert_int_equal(data(s, A, 1, 300, 1), BIT(RETRANSMISSION) | BIT(LOST_UNSIDED));
	scene_free(s);
}

SCENE(overlap_brings_what_is_new)
{
	struct scene *s = scene_make(false);

	(void)state;
	open_plain(s);
	send_run(s, 4, 0);
	wait_us(s, 300000);
	/* larger than what it repeats: half seen, half new */
	assert_int_equal(data(s, A, 1 + 3 * MSS, 2 * MSS, 1),
	                 BIT(DATA) | BIT(RETRANSMISSION) | BIT(LOST_AFTER));
	assert_int_equal(data(s, A, 1 + 5 * MSS, MSS, 1), BIT(DATA));
	/* all of it but one byte */
	assert_int_equal(data(s, A, 2 + 5 * MSS, MSS, 1),
	                 BIT(DATA) | BIT(RETRANSMISSION) | BIT(LOST_AFTER));
	assert_int_equal(s->news.repeated, MSS - 1);
	/* a hole of one */
	data(s, A, 3 + 6 * MSS, MSS, 1);
	wait_us(s, 300000);
	assert_int_equal(data(s, A, 2 + 6 * MSS, 1, 1),
	                 BIT(DATA) | BIT(RETRANSMISSION) | BIT(LOST_BEFORE));
	scene_free(s);
}

SCENE(more_holes_than_room_blind_the_tap_for_a_while)
{
	struct scene *s = scene_make(false);
	uint32_t next = 0;

	(void)state;
	open_plain(s);
	for (uint32_t i = 0; i < 30; i++, next += 2) /* every second one is missing */
		data(s, A, 1 + next * MSS, MSS, 1);
	wait_us(s, 30000);
	for (uint32_t i = 0; i < 30; i++)
		data(s, A, 1 + (2 * i + 1) * MSS, MSS, 1);
	assert_int_equal(s->total[A][TCP_SAW_LOST_AFTER], 0); /* none was */
	assert_in_range(s->total[A][TCP_SAW_LOST_BEFORE], 15, 28);
	assert_int_equal(s->total[A][TCP_SAW_LOST_BEFORE] + s->total[A][TCP_SAW_LOST_UNSIDED], 29);
	assert_int_equal(tcp_pool_stats(s->pool)->untracked, 29 - s->total[A][TCP_SAW_LOST_BEFORE]);
	ack(s, B, 1, 1 + 60 * MSS);
	data(s, A, 1 + 60 * MSS, MSS, 1);
	assert_int_equal(data(s, A, 1 + 60 * MSS, MSS, 1), BIT(RETRANSMISSION) | BIT(LOST_AFTER));
	scene_free(s);
}

/* Seen one way, nobody acknowledges a hole: after 4 s it makes room for another. */
SCENE(holes_go_stale)
{
	struct scene *s = scene_make(true);
	uint32_t next = 1;

	(void)state;
	pass(s, (struct segment){.flags = SYN});
	for (; tcp_pool_stats(s->pool)->untracked == 0; next += 2 * MSS)
		data(s, A, next + MSS, MSS, 1);
	wait_us(s, 3900000);
	data(s, A, next + MSS, MSS, 1);
	assert_int_equal(tcp_pool_stats(s->pool)->untracked, 2);
	wait_us(s, 200000);
	data(s, A, next + 3 * MSS, MSS, 1);
	assert_int_equal(tcp_pool_stats(s->pool)->untracked, 2);
	wait_us(s, 200000);
	assert_int_equal(data(s, A, next + 2 * MSS, MSS, 1),
	                 BIT(DATA) | BIT(RETRANSMISSION) | BIT(LOST_BEFORE));
	scene_free(s);
}

SCENE(ecn_is_counted)
{
	struct scene *s = scene_make(false);

	(void)state;
	open_with(s, 1000, (struct segment){.mss = MSS, .flags = ECE});
	assert_no_trouble(s); /* RFC 3168 section 6.1.1: there it offers */
	assert_int_equal(
		pass(s,
	             (struct segment){
			     .from = A, .seq = 1, .size = MSS, .ack = 1, .flags = ACK, .tos = 3}),
		BIT(DATA) | BIT(MARKED));
	assert_int_equal(
		pass(s,
	             (struct segment){
			     .from = B, .seq = 1, .ack = 1 + MSS, .flags = ACK | ECE, .tos = 2}),
		BIT(ECN_ECHO));
	scene_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clean_transfer_is_clean),
		cmocka_unit_test(what_never_came_was_lost_before),
		cmocka_unit_test(what_came_twice_was_lost_after),
		cmocka_unit_test(a_hole_may_wrap),
		cmocka_unit_test(what_was_overtaken_is_not_lost),
		cmocka_unit_test(what_comes_too_soon_to_be_an_answer_is_not_lost),
		cmocka_unit_test(the_least_round_trip_counts),
		cmocka_unit_test(handshakes_and_ends_are_repeated),
		cmocka_unit_test(what_the_receiver_had_was_sent_in_vain),
		cmocka_unit_test(joined_midway_sides_wait_for_proof),
		cmocka_unit_test(proof_is_no_round_trip),
		cmocka_unit_test(one_way_captures_say_no_side_of_what_came_twice),
		cmocka_unit_test(both_may_open),
		cmocka_unit_test(fast_open_taken_and_refused),
		cmocka_unit_test(fast_open_seen_one_way),
		cmocka_unit_test(overlap_brings_what_is_new),
		cmocka_unit_test(more_holes_than_room_blind_the_tap_for_a_while),
		cmocka_unit_test(holes_go_stale),
		cmocka_unit_test(ecn_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
