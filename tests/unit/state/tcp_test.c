/*
 * Loss, order and repetition as a tap sees them: each scene is one thing that networks, hosts or
 * strangers do, and what it must (and must not) be called. What is right follows from RFC 9293,
 * 2018, 2883, 3522, 5681, 7323, 7413 and from where the tap stands.
 */
#include "tcp_scene.h"

#define SCENE(name) static void name(void **state)

/* A's first `count` segments of MSS, without those whose bit stands in `missing`. */
static void
send_run(struct scene *s, uint32_t count, uint32_t missing)
{
	for (uint32_t i = 0; i < count; i++) {
		if (missing >> i & 1)
			s->id[A]++; /* it was sent, and did not come here */
		else
			data(s, A, 1 + i * MSS, MSS, 1);
		wait_us(s, 20);
	}
}

static void
assert_no_trouble(const struct scene *s)
{
	for (unsigned side = 0; side < 2; side++)
		for (unsigned i = 0; i < TCP_SAW_COUNT; i++)
			if (i != TCP_SAW_DATA)
				assert_int_equal(s->total[side][i], 0);
}

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

SCENE(what_was_overtaken_is_not_lost)
{
	(void)state;
	/* told by the identifier; by the timestamp; by time, without a round trip known and with */
	for (int how = 0; how < 4; how++) {
		struct scene *s = scene_make(how == 3);
		struct segment late = {.from = A, .seq = 1, .size = MSS, .ack = 1, .flags = ACK};
		struct segment early = late;

		early.seq += MSS;
		s->fixed_id = how > 0;
		if (how == 0) {
			late.id = 3; /* the handshake took 1 and 2 */
			early.id = 4;
		}
		late.stamped = early.stamped = how == 1;
		late.ts = 500;
		early.ts = 501;
		open_plain(s);
		pass(s, early);
		wait_us(s, how == 3 ? 16000 : how == 2 ? 2900 : 500000);
		assert_int_equal(pass(s, late), BIT(DATA) | BIT(OUT_OF_ORDER));
		/* the same later, or with later marks, would be a retransmission */
		early.seq += 2 * MSS;
		late.seq += 2 * MSS;
		early.id = how == 0 ? 6 : 0;
		late.id = how == 0 ? 7 : 0;
		early.ts = 502;
		late.ts = 503;
		pass(s, early);
		wait_us(s, how == 3 ? 18000 : how == 2 ? 3100 : 500);
		assert_int_equal(pass(s, late), BIT(DATA) | BIT(RETRANSMISSION) | BIT(LOST_BEFORE));
		scene_free(s);
	}
}

SCENE(a_mirror_that_shows_all_twice_makes_no_loss)
{
	(void)state;
	/* identifiers; none but timestamps; none at all (IPv6); copies behind other segments */
	for (int how = 0; how < 4; how++) {
		struct scene *s = scene_make(false);
		struct segment last[4] = {0};

		s->ip_version = how == 1 || how == 2 ? 6 : 4;
		s->id[A] = 7;
		for (int i = 0; i < 2; i++)
			pass(s, (struct segment){.from = A, .flags = SYN, .id = 8});
		for (int i = 0; i < 2; i++)
			pass(s, (struct segment){.from = B, .flags = SYN | ACK, .ack = 1, .id = 9});
		for (uint32_t i = 0; i < 200; i++) {
			struct segment g = {.from = A,
			                    .seq = 1 + i * MSS,
			                    .size = MSS,
			                    .ack = 1,
			                    .flags = ACK,
			                    .id = (uint16_t)(9 + i)};

			g.stamped = how == 1;
			g.ts = 1000 + i;
			pass(s, g);
			wait_us(s, 30);
			if (how == 3) { /* the second lane is four segments behind */
				if (i >= 4)
					pass(s, last[i % 4]);
				last[i % 4] = g;
			} else {
				pass(s, g);
			}
			wait_us(s, 1000);
		}
		assert_int_equal(s->total[A][TCP_SAW_RETRANSMISSION], 0);
		assert_in_range(s->total[A][TCP_SAW_COPY], 196, 201);
		scene_free(s);
	}
}

SCENE(copied_acknowledgements_are_no_duplicates)
{
	struct scene *s = scene_make(false);

	(void)state;
	open_plain(s);
	send_run(s, 8, 0);
	for (uint32_t i = 1; i <= 8; i++) {
		ack(s, B, 1, 1 + i * MSS);
		s->id[B]--;
		assert_int_equal(ack(s, B, 1, 1 + i * MSS), BIT(COPIED_ACK));
	}
	assert_int_equal(s->total[B][TCP_SAW_DUPLICATE_ACK], 0);
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

SCENE(dsack_takes_a_label_back)
{
	struct scene *s = scene_make(false);
	struct segment dsack = {.from = B,
	                        .seq = 1,
	                        .ack = 1 + 8 * MSS,
	                        .flags = ACK,
	                        .sack = {{1 + 2 * MSS, 1 + 3 * MSS}}};

	(void)state;
	open_plain(s);
	send_run(s, 8, 0);
	data(s, A, 1 + 2 * MSS, MSS, 1); /* a timeout fired early */
	assert_int_equal(s->total[A][TCP_SAW_LOST_AFTER], 1);
	ack(s, B, 1, 1 + 8 * MSS);
	pass(s, dsack);
	assert_int_equal(s->total[A][TCP_SAW_TAKEN_BACK], 1);
	/* nothing more to take back, however often it is said */
	wait_us(s, 10);
	pass(s, dsack);
	dsack.sack[0][0] = dsack.sack[0][1] + 99; /* forged: no range */
	pass(s, dsack);
	assert_int_equal(s->total[A][TCP_SAW_TAKEN_BACK], 1);
	scene_free(s);
}

/* The duplicate that was known to be one is reported too; that is no word on another segment. */
SCENE(a_dsack_belongs_to_what_was_sent_in_vain)
{
	struct scene *s = scene_make(false);
	struct segment dsack = {.from = B,
	                        .seq = 1,
	                        .ack = 1 + 8 * MSS,
	                        .flags = ACK,
	                        .sack = {{1 + 5 * MSS, 1 + 6 * MSS}}};

	(void)state;
	open_plain(s);
	send_run(s, 8, 0);
	data(s, A, 1 + 2 * MSS, MSS, 1); /* B had missed it */
	ack(s, B, 1, 1 + 8 * MSS);
	assert_int_equal(data(s, A, 1 + 5 * MSS, MSS, 1), BIT(RETRANSMISSION) | BIT(SPURIOUS));
	pass(s, dsack);
	assert_int_equal(s->total[A][TCP_SAW_TAKEN_BACK], 0);
	pass(s, dsack); /* of a retransmission that was taken for needed */
	assert_int_equal(s->total[A][TCP_SAW_TAKEN_BACK], 1);
	scene_free(s);
}

/* RFC 3522: without SACK, the echo of the original's timestamp proves that it had come. */
SCENE(an_old_echo_takes_a_label_back)
{
	(void)state;
	for (int genuine = 0; genuine < 2; genuine++) {
		struct scene *s = scene_make(false);
		struct segment g = {.from = A,
		                    .seq = 1,
		                    .size = MSS,
		                    .ack = 1,
		                    .flags = ACK,
		                    .stamped = true,
		                    .ts = 700};

		open_with(s, 10000, (struct segment){.mss = MSS, .stamped = true, .ts = 690});
		pass(s, g);
		g.ts = 950;
		wait_us(s, 250000);
		assert_int_equal(pass(s, g), BIT(RETRANSMISSION) | BIT(LOST_AFTER));
		pass(s, (struct segment){.from = B,
		                         .seq = 1,
		                         .ack = 1 + MSS,
		                         .flags = ACK,
		                         .stamped = true,
		                         .ts = 10,
		                         .echo = genuine ? 950 : 700});
		assert_int_equal(s->total[A][TCP_SAW_TAKEN_BACK], !genuine);
		scene_free(s);
	}
}

SCENE(what_only_the_tap_missed_is_nobodys_loss)
{
	struct scene *s = scene_make(false);

	(void)state;
	open_plain(s);
	send_run(s, 8, 0x38); /* three segments the tap never sees */
	wait_us(s, 20000);
	ack(s, B, 1, 1 + 8 * MSS); /* but the receiver does */
	assert_int_equal(s->total[A][TCP_SAW_UNSEEN], 3);
	data(s, A, 1 + 8 * MSS, MSS, 1);
	ack(s, B, 1, 1 + 12 * MSS); /* three more, at the end of what was seen */
	data(s, A, 1 + 12 * MSS, MSS, 1);
	ack(s, B, 1, 1 + 13 * MSS);
	assert_int_equal(s->total[A][TCP_SAW_UNSEEN], 6);
	assert_int_equal(s->total[A][TCP_SAW_RETRANSMISSION], 0);
	assert_int_equal(s->total[A][TCP_SAW_LOST_BEFORE], 0);
	scene_free(s);
}

/* Two feeds of one tap: the acknowledgement is read before what it acknowledges. */
SCENE(an_acknowledgement_may_be_seen_first)
{
	struct scene *s = scene_make(false);

	(void)state;
	open_plain(s);
	for (uint32_t i = 0; i < 50; i += 2) {
		ack(s, B, 1, 1 + (i + 2) * MSS);
		assert_int_equal(data(s, A, 1 + i * MSS, MSS, 1), BIT(DATA));
		assert_int_equal(data(s, A, 1 + (i + 1) * MSS, MSS, 1), BIT(DATA));
		wait_us(s, 200);
	}
	assert_no_trouble(s);
	scene_free(s);
}

SCENE(keep_alives_and_probes_are_told)
{
	struct scene *s = scene_make(false);

	(void)state;
	open_plain(s);
	send_run(s, 2, 0);
	ack(s, B, 1, 1 + 2 * MSS);
	for (uint32_t size = 0; size < 2; size++) { /* RFC 9293 3.8.4: with or without a byte */
		wait_us(s, 1000000);
		assert_int_equal(data(s, A, 2 * MSS, size, 1), BIT(KEEP_ALIVE));
		assert_int_equal(ack(s, B, 1, 1 + 2 * MSS), 0); /* no duplicate */
	}
	s->window[B] = 0;
	assert_int_equal(ack(s, B, 1, 1 + 2 * MSS), BIT(ZERO_WINDOW));
	wait_us(s, 200000);
	assert_int_equal(data(s, A, 1 + 2 * MSS, 1, 1), BIT(WINDOW_PROBE));
	assert_int_equal(ack(s, B, 1, 1 + 2 * MSS), BIT(ZERO_WINDOW)); /* not taken */
	assert_int_equal(data(s, A, 1 + 2 * MSS, 1, 1), BIT(WINDOW_PROBE));
	s->window[B] = 60000;
	ack(s, B, 1, 2 + 2 * MSS); /* taken */
	assert_int_equal(data(s, A, 2 + 2 * MSS, MSS, 1), BIT(DATA));
	assert_int_equal(s->total[A][TCP_SAW_RETRANSMISSION], 0);
	assert_int_equal(s->total[A][TCP_SAW_UNSEEN], 0);
	/* one byte that nobody acknowledged is no keep-alive */
	assert_int_equal(data(s, A, 2 + 3 * MSS, 1, 1), BIT(DATA));
	wait_us(s, 300000);
	assert_int_equal(data(s, A, 2 + 3 * MSS, 1, 1), BIT(RETRANSMISSION) | BIT(LOST_AFTER));
	scene_free(s);
}

/* A mirror shows them twice too; and midway they may be all there is of a connection. */
SCENE(keep_alives_are_told_midway_and_copied)
{
	struct scene *s = scene_make(false);
	uint32_t kind;

	(void)state;
	data(s, A, 5000, 1, 1);
	for (unsigned i = 0; i < 3; i++) {
		kind = pass(s,
		            (struct segment){.seq = 5000, .size = 1, .flags = ACK, .id = s->id[A]});
		assert_int_equal(kind, BIT(COPIED_ACK));
		wait_us(s, 1000000);
		assert_int_equal(data(s, A, 5000, 1, 1), BIT(KEEP_ALIVE));
	}
	assert_int_equal(s->total[A][TCP_SAW_COPY] + s->total[A][TCP_SAW_RETRANSMISSION], 0);
	/* who sent more than bytes, or its SYN, sends its last byte again because it was missed */
	data(s, A, 5001, MSS, 1);
	data(s, A, 5001 + MSS, 1, 1);
	wait_us(s, 300000);
	assert_int_equal(data(s, A, 5001 + MSS, 1, 1), BIT(RETRANSMISSION) | BIT(LOST_UNSIDED));
	scene_free(s);
}

SCENE(joined_midway_sides_wait_for_proof)
{
	struct scene *s = scene_make(false);

	(void)state;
	data(s, A, 500 * MSS, MSS, 1); /* the first that is seen */
	ack(s, B, 1, 400 * MSS);
	assert_int_equal(data(s, A, 450 * MSS, MSS, 1), /* may have been seen or not */
	                 BIT(RETRANSMISSION) | BIT(LOST_UNSIDED));
	ack(s, B, 1, 501 * MSS);
	data(s, A, 501 * MSS, MSS, 1);
	wait_us(s, 300000);
	assert_int_equal(data(s, A, 501 * MSS, MSS, 1), BIT(RETRANSMISSION) | BIT(LOST_AFTER));
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

SCENE(strangers_move_nothing)
{
	struct scene *s = scene_make(false);

	(void)state;
	open_with(s, 10000, (struct segment){.mss = MSS}); /* no scaling: the window is 60 000 */
	send_run(s, 4, 0);
	ack(s, B, 1, 1 + 4 * MSS);
	assert_int_equal(data(s, A, 1000000, MSS, 1), BIT(OUT_OF_WINDOW));
	assert_int_equal(pass(s, (struct segment){.from = A, .seq = 77777777, .flags = RST}),
	                 BIT(RESET) | BIT(OUT_OF_WINDOW));
	assert_int_equal(data(s, A, 1 + 4 * MSS, MSS, 1), BIT(DATA));
	/* an acknowledgement of what was never sent: what then comes is still new */
	ack(s, B, 1, 1 + 20 * MSS);
	for (uint32_t i = 5; i < 20; i++)
		assert_int_equal(data(s, A, 1 + i * MSS, MSS, 1), BIT(DATA));
	assert_int_equal(s->total[A][TCP_SAW_RETRANSMISSION], 0);
	scene_free(s);
}

/* What repeats is believed in the end: the tap was blind for a while. */
SCENE(a_gap_in_the_feed_is_lived_through)
{
	struct scene *s = scene_make(false);

	(void)state;
	open_with(s, 10000, (struct segment){.mss = MSS});
	send_run(s, 4, 0);
	ack(s, B, 1, 1 + 4 * MSS);
	for (uint32_t i = 0; i < 3; i++)
		data(s, A, 5000000 + i * MSS, MSS, 1);
	assert_int_equal(data(s, A, 5000000 + 3 * MSS, MSS, 1), BIT(DATA));
	ack(s, B, 1, 5000000 + 4 * MSS);
	assert_int_equal(data(s, A, 5000000 + 4 * MSS, MSS, 1), BIT(DATA));
	assert_int_equal(s->total[A][TCP_SAW_LOST_BEFORE], 0);
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
	assert_in_range(s->total[A][TCP_SAW_LOST_BEFORE], 15, 29);
	assert_int_equal(s->total[A][TCP_SAW_LOST_BEFORE] + s->total[A][TCP_SAW_LOST_UNSIDED], 29);
	assert_true(tcp_pool_stats(s->pool)->untracked > 0);
	ack(s, B, 1, 1 + 60 * MSS);
	data(s, A, 1 + 60 * MSS, MSS, 1);
	assert_int_equal(data(s, A, 1 + 60 * MSS, MSS, 1), BIT(RETRANSMISSION) | BIT(LOST_AFTER));
	scene_free(s);
}

SCENE(ecn_is_counted)
{
	struct scene *s = scene_make(false);

	(void)state;
	open_with(s, 1000, (struct segment){.mss = MSS, .flags = ECE});
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

SCENE(reports_tell_handshake_and_offers)
{
	struct scene *s = scene_make(true);
	struct tcp_report r;

	(void)state;
	assert_false(tcp_report(s->pool, &s->flow, &r));
	pass(s, (struct segment){.from = A, .flags = SYN, .mss = 1460, .wscale = 8});
	wait_us(s, 1000000);
	pass(s, (struct segment){.from = A, .flags = SYN, .mss = 1460, .wscale = 8});
	wait_us(s, 3000);
	pass(s,
	     (struct segment){
		     .from = B, .flags = SYN | ACK, .ack = 1, .mss = 1380, .sack_permitted = true});
	wait_us(s, 9000);
	ack(s, A, 1, 1);
	data(s, A, 1, 700, 1);
	assert_true(tcp_report(s->pool, &s->flow, &r));
	assert_int_equal((r.handshake_ns + 500) / NS_PER_US, 12000); /* from the last SYN */
	assert_int_equal((r.syn_ns + 500) / NS_PER_US, 3000);
	assert_int_equal(r.count[A][TCP_SAW_RETRANSMISSION], 1);
	assert_int_equal(r.offer[A].mss, 1460);
	assert_int_equal(r.offer[A].wscale, 7);
	assert_int_equal(r.offer[B].wscale, TCP_NO_WSCALE);
	assert_true(r.offer[B].sack);
	assert_false(r.offer[A].sack);
	assert_int_equal(r.in_flight[A], 700);
	scene_free(s);
}

/* RFC 2647 section 3.17: what arrived, once; SYN and FIN are no bytes. */
SCENE(goodput_is_what_the_receiver_took)
{
	struct scene *s = scene_make(true);
	struct tcp_report r;

	(void)state;
	open_plain(s);
	tcp_report(s->pool, &s->flow, &r);
	assert_true(r.has_goodput[B] && r.goodput[B] == 0);
	send_run(s, 8, 1 << 3); /* over the wrap of the numbers, one lost */
	data(s, A, 1 + 2 * MSS, MSS, 1);
	ack(s, B, 1, 1 + 3 * MSS);
	data(s, A, 1 + 3 * MSS, MSS, 1);
	data(s, A, 1 + 3 * MSS, MSS, 1);
	ack(s, B, 1, 1 + 8 * MSS);
	data(s, B, 1, 300, 1 + 8 * MSS);
	pass(s, (struct segment){
			.from = A, .seq = 1 + 8 * MSS, .size = 70, .ack = 301, .flags = ACK | FIN});
	tcp_report(s->pool, &s->flow, &r);
	assert_int_equal(r.goodput[B], 300);
	assert_in_range(r.goodput[A], 8 * MSS - 1, 8 * MSS);
	ack(s, B, 301, 2 + 8 * MSS + 70);
	ack(s, B, 301, 2 + 8 * MSS + 70);
	tcp_report(s->pool, &s->flow, &r);
	assert_int_equal(r.goodput[A], 8 * MSS + 70);
	scene_free(s);
}

/* A sender that ends again and again, further on each time, took nothing from anybody. */
SCENE(goodput_is_never_below_nothing)
{
	struct scene *s = scene_make(true);
	struct tcp_report r;

	(void)state;
	open_plain(s);
	for (uint32_t i = 0; i < 3; i++)
		pass(s, (struct segment){.from = A, .seq = 1 + i, .ack = 1, .flags = ACK | FIN});
	tcp_report(s->pool, &s->flow, &r);
	assert_true(r.has_goodput[A]);
	assert_int_equal(r.goodput[A], 0);
	scene_free(s);
}

/* Bytes of the segment that it is told to bring for the first time. */
static uint32_t
brought(const struct scene *s, uint32_t size)
{
	if (!(s->news.saw & 1u << TCP_SAW_DATA))
		return 0;
	assert_true(s->news.repeated == 0 || s->news.saw & TCP_SAW_MORE);
	assert_true(s->news.repeated <= size);
	return size - s->news.repeated;
}

/* What a list of all bytes knows: those of [start, end) that were not there yet. */
static uint32_t
list_add(uint8_t *seen, uint32_t start, uint32_t end)
{
	uint32_t count = 0;

	for (uint32_t i = start; i < end; i++) {
		count += !seen[i];
		seen[i] = 1;
	}
	return count;
}

/* Against a list of all bytes: segments that leave holes, fill them in part, whole and beyond, and
 * repeat what was there, over the wrap of the numbers. */
SCENE(each_byte_is_new_once)
{
	enum { STREAM = 1 << 16, LONGEST = 1400 };
	struct scene *s = scene_make(true);
	static uint8_t seen[STREAM];
	uint32_t state_of_chance = 1, next = 1, whole = 1, counted = 0, listed = 0;

	(void)state;
	open_plain(s);
	for (unsigned i = 0; next + 2 * LONGEST < STREAM; i++) {
		uint32_t chance = (state_of_chance = state_of_chance * 1103515245 + 12345) >> 8;
		uint32_t size = 2 + chance % (LONGEST - 2), start = next;

		if (i % 4 == 1) /* from the first byte that misses, or before it */
			start = whole > chance % 700 ? whole - chance % 700 : 1;
		else if (i % 4 == 2)
			start = next > size / 2 ? next - size / 2 : 1;
		else if (i % 16 == 3)
			start = next + chance % 900;
		wait_us(s, 100);
		data(s, A, start, size, 1);
		counted += brought(s, size);
		listed += list_add(seen, start, start + size);
		assert_int_equal(counted, listed);
		next = start + size > next ? start + size : next;
		while (whole < next && seen[whole])
			whole++;
	}
	assert_true(s->total[A][TCP_SAW_RETRANSMISSION] > 0);
	assert_int_equal(tcp_pool_stats(s->pool)->untracked, 0);
	/* and what the payload has not: a FIN behind bytes that came before */
	pass(s, (struct segment){
			.from = A, .seq = next - 50, .size = 60, .ack = 1, .flags = ACK | FIN});
	assert_int_equal(brought(s, 60), 10);
	pass(s, (struct segment){
			.from = A, .seq = next - 50, .size = 60, .ack = 1, .flags = ACK | FIN});
	assert_int_equal(brought(s, 60), 0);
	scene_free(s);
}

SCENE(pools_are_bounded_and_given_back)
{
	enum { FLOWS = 1024 };
	struct tcp_pool *p = tcp_pool_create(&(struct tcp_pool_params){.flows = FLOWS});
	struct flow *flows = calloc(FLOWS, sizeof *flows);
	struct packet packet = {.ip_version = 4, .proto = 6, .tcp_flags = ACK};
	struct tcp_news news;
	uint8_t frame[20] = {0};

	(void)state;
	assert_true(tcp_pool_size(p) <= FLOWS * 64 + 4096);
	for (int round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < FLOWS; i++)
			for (uint32_t n = 0; n < 2; n++) { /* each with a hole */
				packet.fragment_id = n + 1;
				packet.payload_size = 100;
				packet.tcp_seq = n * 500;
				tcp_segment(p, &flows[i], &packet, frame, 0, NS_PER_S, &news);
			}
		assert_int_equal(tcp_pool_stats(p)->connections, FLOWS * 15 / 16 + 1);
		assert_int_equal(tcp_pool_stats(p)->troubled, FLOWS / 128 + 1);
		for (uint32_t i = 0; i < FLOWS; i++)
			tcp_release(p, &flows[i]);
		assert_int_equal(tcp_pool_stats(p)->connections, 0);
		assert_int_equal(tcp_pool_stats(p)->troubled, 0);
	}
	assert_int_equal(tcp_pool_stats(p)->refused, 3 * 2 * (FLOWS / 16 - 1));
	assert_true(news.saw == TCP_SAW_MORE); /* the last found no line: new or not, who knows */
	free(flows);
	tcp_pool_destroy(p);
	tcp_pool_destroy(NULL);
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
		cmocka_unit_test(a_mirror_that_shows_all_twice_makes_no_loss),
		cmocka_unit_test(copied_acknowledgements_are_no_duplicates),
		cmocka_unit_test(what_the_receiver_had_was_sent_in_vain),
		cmocka_unit_test(dsack_takes_a_label_back),
		cmocka_unit_test(a_dsack_belongs_to_what_was_sent_in_vain),
		cmocka_unit_test(an_old_echo_takes_a_label_back),
		cmocka_unit_test(what_only_the_tap_missed_is_nobodys_loss),
		cmocka_unit_test(an_acknowledgement_may_be_seen_first),
		cmocka_unit_test(keep_alives_and_probes_are_told),
		cmocka_unit_test(keep_alives_are_told_midway_and_copied),
		cmocka_unit_test(joined_midway_sides_wait_for_proof),
		cmocka_unit_test(one_way_captures_say_no_side_of_what_came_twice),
		cmocka_unit_test(both_may_open),
		cmocka_unit_test(fast_open_taken_and_refused),
		cmocka_unit_test(strangers_move_nothing),
		cmocka_unit_test(a_gap_in_the_feed_is_lived_through),
		cmocka_unit_test(overlap_brings_what_is_new),
		cmocka_unit_test(more_holes_than_room_blind_the_tap_for_a_while),
		cmocka_unit_test(ecn_is_counted),
		cmocka_unit_test(reports_tell_handshake_and_offers),
		cmocka_unit_test(goodput_is_what_the_receiver_took),
		cmocka_unit_test(goodput_is_never_below_nothing),
		cmocka_unit_test(each_byte_is_new_once),
		cmocka_unit_test(pools_are_bounded_and_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
