/* Which round trips are taken, and which are not: the answer of a host that waits, a segment that
 * was sent again, an echo of a tick that was already answered. Truth is the waiting time given. */
#include "tcp_scene.h"

#define SCENE(name) static void name(void **state)

enum { NONE = -1 };

/* The time of a kind of sample of the last segment in us, NONE: there is none. */
static int64_t
taken_us(const struct scene *s, enum tcp_rtt how)
{
	for (uint32_t i = 0; i < s->news.sample_count; i++)
		if (s->news.sample[i].how == how)
			return (int64_t)((s->news.sample[i].ns + 100) / NS_PER_US);
	return NONE;
}

SCENE(a_handshake_gives_both_halves)
{
	(void)state;
	for (unsigned stamped = 0; stamped < 2; stamped++) { /* the stamps tell it too */
		struct scene *s = scene_make(false);
		struct segment g = {.mss = MSS, .flags = SYN, .stamped = stamped, .ts = 0x12345678};

		pass(s, g);
		wait_us(s, 7000);
		g = (struct segment){.from = B,
		                     .ack = 1,
		                     .mss = MSS,
		                     .flags = SYN | ACK,
		                     .stamped = stamped,
		                     .echo = 0x12345678};
		pass(s, g);
		assert_int_equal(s->news.sample_count, 1 + stamped);
		assert_int_equal(taken_us(s, TCP_RTT_SYN), 7000); /* to B, who sent it */
		assert_int_equal(taken_us(s, TCP_RTT_TS), stamped ? 7000 : NONE);
		wait_us(s, 20000);
		ack(s, A, 1, 1);
		assert_int_equal(s->news.sample_count, 1);
		assert_int_equal(taken_us(s, TCP_RTT_SYN), 20000);
		scene_free(s);
	}
}

SCENE(a_repeated_syn_gives_none)
{
	struct scene *s = scene_make(false);

	(void)state;
	pass(s, (struct segment){.from = A, .flags = SYN});
	wait_us(s, 1000000);
	pass(s, (struct segment){.from = A, .flags = SYN});
	wait_us(s, 7000);
	pass(s, (struct segment){.from = B, .flags = SYN | ACK, .ack = 1});
	assert_int_equal(s->news.sample_count, 0); /* which SYN does it answer? */
	wait_us(s, 20000);
	ack(s, A, 1, 1);
	assert_int_equal(taken_us(s, TCP_RTT_SYN), 20000);
	scene_free(s);
}

/* Bulk data to a receiver that acknowledges every second segment 12 ms after it passed here, and a
 * single segment not before 40 ms more. */
SCENE(delayed_acknowledgements_stay_out_of_the_prompt_ones)
{
	struct scene *s = scene_make(false);
	unsigned prompt = 0, late = 0;
	uint32_t next = 1;

	(void)state;
	open_plain(s);
	for (int round = 0; round < 400; round++) {
		bool single = round % 4 == 3;

		data(s, A, next, MSS, 1);
		next += MSS;
		if (!single) {
			wait_us(s, 800);
			data(s, A, next, MSS, 1);
			next += MSS;
		}
		wait_us(s, single ? 52000 : 12000);
		ack(s, B, 1, next);
		if (taken_us(s, TCP_RTT_ACK) != NONE) {
			assert_int_equal(taken_us(s, TCP_RTT_ACK), 12000);
			prompt++;
		}
		if (taken_us(s, TCP_RTT_DATA) != NONE) {
			assert_int_equal(taken_us(s, TCP_RTT_DATA), 52000);
			late++;
		}
		wait_us(s, 1000);
	}
	/* coins: one of a pair is timed, and it is the second, in a quarter of 300; one of one in
	 * half of 100; four standard deviations */
	assert_in_range(prompt, 75 - 30, 75 + 30);
	assert_in_range(late, 50 - 20, 50 + 20);
	scene_free(s);
}

/* How often an acknowledgement of `sizes` (0 ends them) that came at once was prompt. */
static unsigned
prompt_of(const uint32_t *sizes)
{
	struct scene *s = scene_make(false);
	unsigned prompt = 0;
	uint32_t next = 1;

	open_plain(s);
	for (int round = 0; round < 64; round++) {
		for (unsigned i = 0; sizes[i]; next += sizes[i++])
			data(s, A, next, sizes[i], 1);
		wait_us(s, 12000);
		ack(s, B, 1, next);
		prompt += taken_us(s, TCP_RTT_ACK) != NONE;
		wait_us(s, 1000);
	}
	scene_free(s);
	return prompt;
}

/* RFC 9293 section 3.8.6.3: every second full segment is acknowledged at once. Full is the largest
 * that was seen, and no less than 536 (section 3.7.1). */
SCENE(two_full_segments_are_acknowledged_at_once)
{
	(void)state;
	assert_true(prompt_of((uint32_t[]){MSS, MSS, 0}) > 0);
	assert_true(prompt_of((uint32_t[]){1460, 540, 920, 0}) > 0);
	assert_int_equal(prompt_of((uint32_t[]){1460, 540, 919, 0}), 0);
	assert_true(prompt_of((uint32_t[]){300, 300, 300, 172, 0}) > 0);
	assert_int_equal(prompt_of((uint32_t[]){300, 300, 300, 171, 0}), 0);
}

SCENE(an_answer_with_data_is_not_prompt)
{
	struct scene *s = scene_make(false);
	unsigned answers = 0;

	(void)state;
	open_plain(s);
	for (uint32_t i = 0; i < 64; i++) { /* requests of two segments, answered after 300 ms */
		data(s, A, 1 + 2 * i * MSS, MSS, 1 + i * 100);
		data(s, A, 1 + (2 * i + 1) * MSS, MSS, 1 + i * 100);
		wait_us(s, 300000);
		data(s, B, 1 + i * 100, 100, 1 + (2 * i + 2) * MSS);
		assert_int_equal(taken_us(s, TCP_RTT_ACK), NONE);
		answers += taken_us(s, TCP_RTT_DATA) == 300000;
		wait_us(s, 1000);
	}
	assert_in_range(answers, 16 - 14, 16 + 14);
	scene_free(s);
}

SCENE(what_was_sent_again_gives_none)
{
	struct scene *s = scene_make(false);

	(void)state;
	open_plain(s);
	for (uint32_t i = 0; i < 64; i++) {
		data(s, A, 1 + 2 * i * MSS, MSS, 1);
		data(s, A, 1 + (2 * i + 1) * MSS, MSS, 1);
		wait_us(s, 300000);
		data(s, A, 1 + 2 * i * MSS, MSS, 1);
		data(s, A, 1 + (2 * i + 1) * MSS, MSS, 1);
		wait_us(s, 10000);
		ack(s, B, 1, 1 + (2 * i + 2) * MSS);
		assert_int_equal(s->news.sample_count, 0);
	}
	scene_free(s);
}

/* Nor does what waited for a hole to be filled. */
SCENE(what_waited_behind_a_hole_gives_none)
{
	struct scene *s = scene_make(false);

	(void)state;
	open_plain(s);
	for (uint32_t i = 0; i < 64; i++) {
		s->id[A]++;
		data(s, A, 1 + (2 * i + 1) * MSS, MSS, 1);
		wait_us(s, 300000);
		data(s, A, 1 + 2 * i * MSS, MSS, 1);
		wait_us(s, 10000);
		ack(s, B, 1, 1 + (2 * i + 2) * MSS);
		assert_int_equal(s->news.sample_count, 0);
	}
	assert_int_equal(s->total[A][TCP_SAW_LOST_BEFORE], 64);
	scene_free(s);
}

/* A segment was sent again; the one before it, and those after, are timed as ever. The first of two
 * in half of the rounds, half of them a coin more. */
SCENE(what_stands_beside_it_is_timed)
{
	struct scene *s = scene_make(false);
	unsigned samples = 0;

	(void)state;
	open_plain(s);
	for (uint32_t i = 0; i < 256; i++) {
		data(s, A, 1 + 2 * i * MSS, MSS, 1);
		data(s, A, 1 + (2 * i + 1) * MSS, MSS, 1);
		wait_us(s, 10000);
		data(s, A, 1 + (2 * i + 1) * MSS, MSS, 1);
		ack(s, B, 1, 1 + (2 * i + 1) * MSS);
		samples += taken_us(s, TCP_RTT_DATA) == 10000;
		ack(s, B, 1, 1 + (2 * i + 2) * MSS);
		assert_int_equal(s->news.sample_count, 0);
		wait_us(s, 1000);
	}
	assert_in_range(samples, 128 - 32, 128 + 32); /* four standard deviations */
	scene_free(s);
}

/* RFC 7323: the echo of a tick's first segment, once; pure acknowledgements start nothing. */
SCENE(timestamps_give_one_sample_a_tick)
{
	struct scene *s = scene_make(false);
	struct segment there = {.from = A, .size = MSS, .flags = ACK, .stamped = true};
	struct segment back = {.from = B, .seq = 1, .flags = ACK, .stamped = true};

	(void)state;
	open_with(s, 10000, (struct segment){.stamped = true, .ts = 1});
	for (uint32_t i = 0; i < 100; i++) {
		there.seq = 1 + i * MSS;
		there.ack = 1;
		there.ts = 100 + i / 10; /* ten segments a tick */
		pass(s, there);
		wait_us(s, 5000);
		back.ack = 1 + (i + 1) * MSS;
		back.ts = 900 + i;
		back.echo = there.ts;
		pass(s, back);
		assert_int_equal(taken_us(s, TCP_RTT_TS), i % 10 ? NONE : 5000);
	}
	/* the older of two values is echoed: no word on the newer one, which is timed from its
	 * first segment whatever else comes with it or late */
	for (uint32_t i = 0; i < 3; i++) {
		there.seq += MSS;
		there.ts = i ? 301 : 300;
		pass(s, there);
		wait_us(s, 1000);
	}
	there.seq -= 2 * MSS;
	there.ts = 300;
	pass(s, there);
	there.seq += 2 * MSS;
	pass(s,
	     (struct segment){
		     .seq = there.seq + MSS, .ack = 1, .flags = ACK, .stamped = true, .ts = 300});
	back.echo = 300;
	back.ack += MSS;
	pass(s, back);
	assert_int_equal(taken_us(s, TCP_RTT_TS), NONE);
	back.echo = 301;
	back.ack += 2 * MSS;
	pass(s, back);
	assert_int_equal(taken_us(s, TCP_RTT_TS), 2000);
	/* a bare acknowledgement begins a tick: its echo may be seen before that of the data */
	there.seq += MSS;
	there.size = 0;
	there.ts = 302;
	pass(s, there);
	there.size = MSS;
	pass(s, there);
	back.ack += MSS;
	back.echo = 302;
	pass(s, back);
	assert_int_equal(taken_us(s, TCP_RTT_TS), NONE);
	/* an acknowledgement's own value, echoed by what is sent an hour later */
	wait_us(s, 60000000);
	there.seq += MSS;
	there.ts = 5000;
	there.echo = back.ts;
	pass(s, there);
	assert_int_equal(taken_us(s, TCP_RTT_TS), NONE);
	scene_free(s);
}

SCENE(overtaking_does_not_spoil_samples)
{
	struct scene *s = scene_make(false);
	uint32_t next = 1;
	unsigned samples = 0;

	(void)state;
	open_plain(s);
	for (int i = 0; i < 200; i++, next += 2 * MSS) { /* each pair arrives swapped */
		s->id[A] += 2;
		pass(s, (struct segment){.from = A,
		                         .seq = next + MSS,
		                         .size = MSS,
		                         .ack = 1,
		                         .flags = ACK,
		                         .id = s->id[A]});
		wait_us(s, 50);
		pass(s, (struct segment){.from = A,
		                         .seq = next,
		                         .size = MSS,
		                         .ack = 1,
		                         .flags = ACK,
		                         .id = (uint16_t)(s->id[A] - 1)});
		wait_us(s, 8950);
		ack(s, B, 1, next + 2 * MSS);
		if (s->news.sample_count) {
			samples++;
			assert_int_equal(s->news.sample[0].ns / NS_PER_MS, 8 + 1);
		}
		wait_us(s, 100);
	}
	assert_true(samples > 50);
	assert_int_equal(s->total[A][TCP_SAW_RETRANSMISSION], 0);
	scene_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_handshake_gives_both_halves),
		cmocka_unit_test(a_repeated_syn_gives_none),
		cmocka_unit_test(delayed_acknowledgements_stay_out_of_the_prompt_ones),
		cmocka_unit_test(an_answer_with_data_is_not_prompt),
		cmocka_unit_test(what_was_sent_again_gives_none),
		cmocka_unit_test(what_waited_behind_a_hole_gives_none),
		cmocka_unit_test(what_stands_beside_it_is_timed),
		cmocka_unit_test(timestamps_give_one_sample_a_tick),
		cmocka_unit_test(overtaking_does_not_spoil_samples),
		cmocka_unit_test(two_full_segments_are_acknowledged_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
