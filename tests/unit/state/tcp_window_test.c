/* What a receiver can take, and what becomes of segments that it can't: forged, of another
 * connection, or the first ones behind a gap in the feed. */
#include "tcp_scene.h"

#define SCENE(name) static void name(void **state)

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
	/* three of them, but each between segments of the right sender */
	for (uint32_t i = 5; i < 9; i++) {
		assert_int_equal(data(s, A, 1000000 + i, MSS, 1), BIT(OUT_OF_WINDOW));
		assert_int_equal(data(s, A, 1 + i * MSS, MSS, 1), BIT(DATA));
	}
	/* an acknowledgement of what was never sent: what then comes is still new */
	ack(s, B, 1, 1 + 20 * MSS);
	for (uint32_t i = 9; i < 20; i++)
		assert_int_equal(data(s, A, 1 + i * MSS, MSS, 1), BIT(DATA));
	assert_int_equal(s->total[A][TCP_SAW_RETRANSMISSION], 0);
	scene_free(s);
	/* and an answer to no SYN of A's, before the right one */
	s = scene_make(true);
	pass(s, (struct segment){.flags = SYN, .size = 300});
	pass(s, (struct segment){.from = B, .flags = SYN | ACK, .seq = 99, .ack = 20000});
	pass(s, (struct segment){.from = B, .flags = SYN | ACK, .ack = 301});
	assert_int_equal(data(s, A, 301, MSS, 1), BIT(DATA));
	scene_free(s);
}

/* What repeats is believed in the end: the tap was blind for a while, or the host began anew with
 * another clock. Of what was before nothing is told any more: no hole, no loss to be taken back. */
SCENE(a_gap_in_the_feed_is_lived_through)
{
	struct scene *s = scene_make(true);
	struct segment g = {.seq = 1, .size = MSS, .ack = 1, .flags = ACK, .stamped = true};

	(void)state;
	open_with(s, 10000, (struct segment){.mss = MSS, .stamped = true, .ts = 9000});
	g.ts = 9100;
	pass(s, g);
	ack(s, B, 1, 1);
	g.ts = 9300;
	wait_us(s, 250000);
	assert_int_equal(pass(s, g), BIT(RETRANSMISSION) | BIT(LOST_AFTER));
	g.seq = 1 + 2 * MSS; /* behind a hole */
	pass(s, g);
	g.ts = 5;
	for (uint32_t i = 0; i < 5; i++) {
		g.seq = 5000000 + i * MSS;
		assert_int_equal(pass(s, g),
		                 (i < 3 ? BIT(OUT_OF_WINDOW) : 0) | (i < 2 ? 0 : BIT(DATA)));
	}
	wait_us(s, 250000); /* whose fault would it be? */
	g.ts = 255;
	assert_int_equal(pass(s, g), BIT(RETRANSMISSION) | BIT(LOST_UNSIDED));
	pass(s, (struct segment){.from = B,
	                         .seq = 1,
	                         .ack = 5000000 + 5 * MSS,
	                         .flags = ACK,
	                         .stamped = true,
	                         .ts = 77,
	                         .echo = 5});
	assert_int_equal(s->total[A][TCP_SAW_TAKEN_BACK], 0);
	assert_int_equal(s->total[A][TCP_SAW_UNSEEN], 0);
	assert_int_equal(s->total[A][TCP_SAW_LOST_BEFORE], 0);
	/* one that can't be is a stranger again */
	assert_int_equal(data(s, A, 9000000, MSS, 1), BIT(OUT_OF_WINDOW));
	assert_int_equal(data(s, A, 5000000 + 5 * MSS, MSS, 1), BIT(DATA));
	scene_free(s);
}

enum { UNSEEN = 0, NO_SCALE = 1 }; /* else 2 + shift */

/* What A may send: a handshake as far as it was seen, then data, and an acknowledgement with SACK
 * and a window of 60 000. The next segment begins `ahead` of it. */
static uint32_t
send_ahead(const uint8_t offer[2], uint32_t ahead)
{
	struct scene *s = scene_make(false);
	uint32_t kind;

	for (unsigned side = A; side <= B; side++)
		if (offer[side] != UNSEEN)
			pass(s, (struct segment){.from = side,
			                         .flags = side == A ? SYN : SYN | ACK,
			                         .ack = side,
			                         .mss = MSS,
			                         .wscale = (uint8_t)(offer[side] - 1)});
	for (uint32_t i = 0; i < 16; i++) { /* timed or not */
		data(s, A, 1 + i * MSS, MSS, 1);
		ack(s, A, 1 + (i + 1) * MSS, 1);
		ack(s, B, 1, 1 + i * MSS);
	}
	pass(s, (struct segment){.from = B,
	                         .seq = 1,
	                         .ack = 1 + 15 * MSS,
	                         .flags = ACK,
	                         .sack = {{1 + 15 * MSS, 1 + 16 * MSS}}});
	kind = data(s, A, 1 + 15 * MSS + ahead, MSS, 1);
	scene_free(s);
	return kind;
}

/* RFC 7323 section 2: the window of a header is scaled by what its sender offered, when both did;
 * 14 is the most. What was not seen may be anything. A window of 64 KiB that no acknowledgement
 * here told of may have been granted since. */
SCENE(windows_are_scaled_as_both_agreed)
{
	static const struct {
		uint8_t offer[2];
		unsigned shift;
	} seen[] = {
		{{NO_SCALE, NO_SCALE}, 0}, {{2 + 8, NO_SCALE}, 0}, {{NO_SCALE, 2 + 8}, 0},
		{{2 + 5, 2 + 8}, 8},       {{2 + 5, 2 + 0}, 0},    {{2 + 5, 2 + 14}, 14},
		{{2 + 5, 2 + 15}, 14},     {{UNSEEN, UNSEEN}, 14}, {{2 + 5, UNSEEN}, 14},
		{{NO_SCALE, UNSEEN}, 0},   {{UNSEEN, 2 + 6}, 6},   {{UNSEEN, NO_SCALE}, 0},
		{{2 + 15, 2 + 6}, 6},
	};

	(void)state;
	for (size_t i = 0; i < sizeof seen / sizeof *seen; i++) {
		const uint32_t end = (60000u << seen[i].shift) + 65536;

		assert_int_equal(send_ahead(seen[i].offer, end), BIT(DATA));
		assert_int_equal(send_ahead(seen[i].offer, end + 1), BIT(OUT_OF_WINDOW));
	}
}

/* RFC 7323 section 2.2: no window is larger than 2^30, also where none is told. */
SCENE(no_window_is_larger_than_a_gigabyte)
{
	(void)state;
	for (uint32_t more = 0; more < 2; more++) {
		struct scene *s = scene_make(false);

		data(s, A, 1, MSS, 1);
		assert_int_equal(data(s, A, 1 + MSS + (1u << 30) + more, MSS, 1),
		                 more ? BIT(OUT_OF_WINDOW) : BIT(DATA));
		scene_free(s);
	}
}

/* RFC 9293 section 3.5.3, RFC 5961 section 3. */
SCENE(resets_out_of_window_are_told)
{
	const uint32_t beyond = 300000000;
	struct scene *s = scene_make(false);
	struct segment rst = {.from = A, .flags = RST};

	(void)state;
	honest_start(s, 4);
	rst.seq = 1 + 4 * MSS;
	assert_int_equal(pass(s, rst), BIT(RESET));
	rst.seq += 100;
	assert_int_equal(pass(s, rst),
	                 BIT(RESET)); /* in the window: challenged, and from its host */
	rst.seq = 1 + 3 * MSS;
	assert_int_equal(pass(s, rst), BIT(RESET) | BIT(OUT_OF_WINDOW));
	rst.seq = beyond;
	assert_int_equal(pass(s, rst), BIT(RESET) | BIT(OUT_OF_WINDOW));
	assert_loss_is_still_told(s, 1 + 4 * MSS, 0);
	scene_free(s);
	/* one that refuses a SYN has no window to be in */
	s = scene_make(false);
	pass(s, (struct segment){.from = A, .flags = SYN});
	assert_int_equal(pass(s, (struct segment){.from = B, .flags = RST | ACK, .ack = 1}),
	                 BIT(RESET));
	scene_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strangers_move_nothing),
		cmocka_unit_test(a_gap_in_the_feed_is_lived_through),
		cmocka_unit_test(windows_are_scaled_as_both_agreed),
		cmocka_unit_test(no_window_is_larger_than_a_gigabyte),
		cmocka_unit_test(resets_out_of_window_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
