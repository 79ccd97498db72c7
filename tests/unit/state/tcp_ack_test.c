/* Acknowledgements as a tap sees them: duplicates, copies, of what it never saw, and the segments
 * that only ask for one. */
#include "tcp_scene.h"

#define SCENE(name) static void name(void **state)

SCENE(what_only_the_tap_missed_is_nobodys_loss)
{
	struct scene *s = scene_make(true);

	(void)state;
	open_plain(s);
	send_run(s, 8, 0x38); /* three segments the tap never sees */
	wait_us(s, 20000);
	ack(s, B, 1, 1 + 8 * MSS); /* but the receiver does */
	assert_int_equal(s->total[A][TCP_SAW_UNSEEN], 3);
	data(s, A, 1 + 8 * MSS, MSS, 1);
	ack(s, B, 1, 1 + 12 * MSS); /* three more, at the end of what was seen */
	assert_int_equal(ack(s, A, 12 * MSS, 1), BIT(KEEP_ALIVE));
	data(s, A, 1 + 12 * MSS, MSS, 1);
	ack(s, B, 1, 1 + 13 * MSS);
	assert_int_equal(s->total[A][TCP_SAW_UNSEEN], 6);
	data(s, A, 2 + 14 * MSS, MSS, 1); /* behind one and a byte: two */
	ack(s, B, 1, 2 + 15 * MSS);
	assert_int_equal(s->total[A][TCP_SAW_UNSEEN], 8);
	assert_int_equal(s->total[A][TCP_SAW_RETRANSMISSION], 0);
	scene_free(s);
	/* of a sender whose segments never came here, whatever was acknowledged at once was one */
	s = scene_make(true);
	open_plain(s);
	for (uint32_t i = 0; i < 3; i++)
		ack(s, B, 1, 2 + i);
	assert_int_equal(s->total[A][TCP_SAW_UNSEEN], 2); /* the last may come yet */
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
	/* nor midway: what was sent before is acknowledged, so sides can be told at once */
	s = scene_make(false);
	ack(s, B, 1, 1 + MSS);
	assert_int_equal(data(s, A, 1, MSS, 1), BIT(DATA));
	data(s, A, 1 + MSS, MSS, 1);
	wait_us(s, 300000);
	assert_int_equal(data(s, A, 1 + MSS, MSS, 1), BIT(RETRANSMISSION) | BIT(LOST_AFTER));
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
	/* bare, while there is data under way: its answer is no duplicate, what is said to the
	 * data again is */
	assert_int_equal(ack(s, A, 1 + 3 * MSS, 1), BIT(KEEP_ALIVE));
	assert_int_equal(ack(s, B, 1, 2 + 2 * MSS), 0);
	assert_int_equal(ack(s, A, 2 + 3 * MSS, 1), 0);
	assert_int_equal(ack(s, B, 1, 2 + 2 * MSS), BIT(DUPLICATE_ACK));
	ack(s, B, 1, 2 + 3 * MSS);
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
	/* who goes on behind the byte of a keep-alive begins with that byte, and repeats nothing */
	assert_int_equal(data(s, A, 5000, 2, 1), BIT(DATA));
	assert_int_equal(s->news.repeated, 1);
	/* who sent more than bytes, or its SYN, sends its last byte again because it was missed */
	data(s, A, 5002, 1, 1);
	wait_us(s, 300000);
	assert_int_equal(data(s, A, 5002, 1, 1), BIT(RETRANSMISSION) | BIT(LOST_UNSIDED));
	scene_free(s);
	/* and a byte that the other side, being there, did not take yet */
	s = scene_make(false);
	data(s, A, 5000, 1, 1);
	ack(s, B, 1, 5000);
	wait_us(s, 300000);
	assert_int_equal(data(s, A, 5000, 1, 1), BIT(RETRANSMISSION) | BIT(LOST_UNSIDED));
	scene_free(s);
}
/* RFC 5681 section 2: something is outstanding, no data, the same acknowledgement, the same window;
 * whether hosts number their packets or not, and put timestamps in them or not. */
SCENE(what_makes_a_duplicate_acknowledgement)
{
	(void)state;
	for (unsigned how = 0; how < 3; how++) {
		struct scene *s = scene_make(false);
		struct segment same = {
			.from = B, .seq = 1, .ack = 1, .flags = ACK, .stamped = how == 2};
		struct segment other = same;

		s->ip_version = how == 1 ? 6 : 4;
		open_with(s, 10000, (struct segment){.mss = MSS, .stamped = how == 2});
		pass(s, same);                      /* what it says is new */
		assert_int_equal(pass(s, same), 0); /* nothing is outstanding */
		pass(s, (struct segment){.seq = 1, .size = 1, .ack = 1, .flags = ACK});
		assert_int_equal(pass(s, same), BIT(DUPLICATE_ACK)); /* one byte is */
		s->window[B] = 50000;
		assert_int_equal(pass(s, same), 0); /* an update of the window */
		assert_int_equal(pass(s, same), BIT(DUPLICATE_ACK));
		s->window[B] = 0;
		assert_int_equal(pass(s, same), BIT(ZERO_WINDOW));
		assert_int_equal(pass(s, same), BIT(ZERO_WINDOW)); /* still shut */
		s->window[B] = 50000;
		assert_int_equal(pass(s, same), 0);
		other.seq = 2; /* not where its data stand */
		assert_int_equal(pass(s, other), 0);
		scene_free(s);
	}
}

/* A window of nothing says wait, but not in a SYN, whose sender may not know yet what it can take,
 * and not in a FIN, behind which nothing comes. */
SCENE(a_window_of_nothing_says_wait)
{
	struct scene *s = scene_make(true);

	(void)state;
	s->window[A] = s->window[B] = 0;
	pass(s, (struct segment){.flags = SYN});
	pass(s, (struct segment){.from = B, .flags = SYN | ACK, .ack = 1});
	assert_int_equal(s->total[A][TCP_SAW_ZERO_WINDOW] + s->total[B][TCP_SAW_ZERO_WINDOW], 0);
	assert_int_equal(ack(s, A, 1, 1), BIT(ZERO_WINDOW));
	s->window[A] = 60000;
	assert_int_equal(data(s, B, 1, MSS, 1), BIT(DATA) | BIT(ZERO_WINDOW));
	assert_int_equal(
		pass(s, (struct segment){.from = B, .seq = 1 + MSS, .ack = 1, .flags = FIN | ACK}),
		BIT(DATA));
	scene_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_only_the_tap_missed_is_nobodys_loss),
		cmocka_unit_test(an_acknowledgement_may_be_seen_first),
		cmocka_unit_test(keep_alives_and_probes_are_told),
		cmocka_unit_test(keep_alives_are_told_midway_and_copied),
		cmocka_unit_test(what_makes_a_duplicate_acknowledgement),
		cmocka_unit_test(a_window_of_nothing_says_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
