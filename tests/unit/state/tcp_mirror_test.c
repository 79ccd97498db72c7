/* Frames that a mirror port shows twice: they are told by identifiers that count, by timestamps, by
 * checksums, and count as nothing else. */
#include "tcp_scene.h"

#define SCENE(name) static void name(void **state)

/* Every segment of a transfer from A to B passes a second time. */
SCENE(a_mirror_that_shows_all_twice_makes_no_loss)
{
	static const struct {
		uint8_t ip_version;
		bool stamped;
		unsigned behind; /* segments of A's that the second lane lags */
	} how[] = {{4, false, 0}, {4, false, 4}, {6, true, 0}, {6, true, 4}, {6, false, 0}};

	(void)state;
	for (unsigned h = 0; h < sizeof how / sizeof *how; h++) {
		struct scene *s = scene_make(false);
		struct segment sent[200];

		s->ip_version = how[h].ip_version;
		for (int i = 0; i < 2; i++)
			pass(s, (struct segment){.flags = SYN, .id = 8});
		for (int i = 0; i < 2; i++)
			pass(s, (struct segment){.from = B, .flags = SYN | ACK, .ack = 1, .id = 9});
		for (uint32_t i = 0; i < 200; i++) {
			sent[i] = (struct segment){.seq = 1 + i * MSS,
			                           .size = MSS,
			                           .ack = 1,
			                           .flags = ACK,
			                           .id = (uint16_t)(9 + i),
			                           .stamped = how[h].stamped,
			                           .ts = 1000 + i};
			assert_int_equal(pass(s, sent[i]), BIT(DATA));
			wait_us(s, 30);
			if (i >= how[h].behind)
				assert_int_equal(pass(s, sent[i - how[h].behind]), BIT(COPY));
			wait_us(s, 1000);
		}
		assert_int_equal(s->total[A][TCP_SAW_RETRANSMISSION], 0);
		assert_int_equal(s->total[A][TCP_SAW_COPY], 201 - how[h].behind);
		scene_free(s);
	}
}

/* Both sides talk, and each burst comes a second time as a whole: what was acknowledged bare, with
 * the data behind it acknowledging more or the same, tells nothing against the copy of the data. */
SCENE(a_mirror_may_lag_a_burst)
{
	struct scene *s = scene_make(true);
	uint32_t there = 1, back = 1;
	uint16_t id = 100;

	(void)state;
	open_plain(s);
	for (uint32_t round = 0; round < 50; round++, there += MSS, back += 2 * MSS, id += 3) {
		const uint32_t bare = back + (1 + round % 2) * MSS;
		const struct segment burst[] = {
			{.from = B, .seq = back, .size = MSS, .ack = there, .id = id},
			{.from = B, .seq = back + MSS, .size = MSS, .ack = there, .id = id + 1},
			{.seq = there, .ack = bare, .id = id},
			{.seq = there, .size = MSS, .ack = back + 2 * MSS, .id = id + 1},
			{.from = B, .seq = back + 2 * MSS, .ack = there + MSS, .id = id + 2},
		};

		for (unsigned i = 0; i < 10; i++) {
			struct segment g = burst[i % 5];

			g.flags = ACK;
			pass(s, g);
		}
		wait_us(s, 1000);
	}
	assert_int_equal(s->total[A][TCP_SAW_COPY], 50);
	assert_int_equal(s->total[B][TCP_SAW_COPY], 100);
	for (unsigned side = 0; side < 2; side++)
		assert_int_equal(s->total[side][TCP_SAW_RETRANSMISSION] +
		                         s->total[side][TCP_SAW_DUPLICATE_ACK],
		                 0);
	scene_free(s);
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
	/* two updates of the window change places: neither is the other's copy */
	s->id[B]++;
	s->window[B] = 61000;
	assert_int_equal(ack(s, B, 1, 1 + 8 * MSS), 0);
	s->id[B] -= 2;
	s->window[B] = 60500;
	assert_int_equal(ack(s, B, 1, 1 + 8 * MSS), 0);
	/* two acknowledgements do */
	s->window[B] = 60000;
	send_run(s, 10, 0xff);
	s->id[B] += 3;
	assert_int_equal(ack(s, B, 1, 1 + 10 * MSS), 0);
	s->id[B] -= 2;
	assert_int_equal(ack(s, B, 1, 1 + 9 * MSS), 0);
	assert_int_equal(s->total[B][TCP_SAW_DUPLICATE_ACK], 0);
	scene_free(s);
	/* the first that is seen of its sender, and its copy */
	s = scene_make(false);
	ack(s, B, 1, 1);
	s->id[B]--;
	assert_int_equal(ack(s, B, 1, 1), BIT(COPIED_ACK));
	scene_free(s);
}

/* A retransmission is the newest of its sender too, whatever it repeats. */
SCENE(a_mirror_shows_retransmissions_twice_too)
{
	struct scene *s = scene_make(true);

	(void)state;
	open_plain(s);
	send_run(s, 4, 0x2);
	wait_us(s, 250000);
	assert_int_equal(data(s, A, 1 + MSS, MSS, 1),
	                 BIT(DATA) | BIT(RETRANSMISSION) | BIT(LOST_BEFORE));
	s->id[A]--;
	assert_int_equal(data(s, A, 1 + MSS, MSS, 1), BIT(COPY));
	assert_int_equal(data(s, A, 1 + 2 * MSS, MSS, 1), BIT(RETRANSMISSION) | BIT(LOST_AFTER));
	s->id[A]--;
	assert_int_equal(data(s, A, 1 + 2 * MSS, MSS, 1), BIT(COPY));
	scene_free(s);
}

/* Identifiers that grow by 1 to 255 are a counter, and an older one is a copy's; others are no more
 * than a name. The first of three segments comes again a long time after the third. */
SCENE(identifiers_that_count_tell_copies)
{
	static const struct {
		uint16_t id[3], again;
		bool copy;
	} sender[] = {
		{{1000, 1001, 1002}, 1000, true},  {{1000, 1100, 1255}, 1000, true},
		{{1000, 1100, 1256}, 1000, false}, {{1000, 1001, 1256}, 1001, true},
		{{1000, 1001, 1257}, 1001, false}, {{40000, 40001, 9000}, 8990, false},
		{{40000, 1001, 1000}, 999, false}, {{65535, 1, 2}, 65535, true},
		{{65535, 1, 2}, 3, false},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof sender / sizeof *sender; i++) {
		struct scene *s = scene_make(false);
		struct segment g = {.size = MSS, .ack = 1, .flags = ACK};

		open_plain(s);
		for (uint32_t n = 0; n < 3; n++) {
			g.seq = 1 + n * MSS;
			g.id = sender[i].id[n];
			pass(s, g);
		}
		wait_us(s, 250000);
		g.seq = 1;
		g.id = sender[i].again;
		assert_int_equal(pass(s, g), sender[i].copy
		                                     ? BIT(COPY)
		                                     : BIT(RETRANSMISSION) | BIT(LOST_AFTER));
		/* nor do they tell that it was sent before what it filled a hole behind */
		g.seq = 1 + 4 * MSS;
		g.id = sender[i].id[2] + 1000;
		pass(s, g);
		wait_us(s, 250000);
		g.seq = 1 + 3 * MSS;
		g.id -= 10;
		assert_int_equal(pass(s, g), BIT(DATA) | BIT(RETRANSMISSION) | BIT(LOST_BEFORE));
		scene_free(s);
	}
}

/* Where there are neither identifiers nor timestamps, the same checksum right after itself is a
 * copy within 5 ms: no sender repeats itself so soon. */
SCENE(a_checksum_tells_copies_for_a_while)
{
	struct scene *s = scene_make(false);

	(void)state;
	s->ip_version = 6;
	open_plain(s);
	data(s, A, 1, MSS, 1);
	wait_us(s, 4900);
	assert_int_equal(data(s, A, 1, MSS, 1), BIT(COPY));
	data(s, A, 1 + MSS, MSS, 1);
	wait_us(s, 5100);
	assert_int_equal(data(s, A, 1 + MSS, MSS, 1), BIT(RETRANSMISSION) | BIT(LOST_AFTER));
	scene_free(s);
}

/* The tap sees both sides of a box that translates sequence numbers: each segment comes a second
 * time with its identifier and another number. */
SCENE(a_mirror_of_both_sides_of_a_translator_makes_no_loss)
{
	struct scene *s = scene_make(false);
	const uint32_t shift = 500000000;

	(void)state;
	honest_start(s, 4);
	for (uint32_t i = 4; i < 40; i++) {
		data(s, A, 1 + i * MSS, MSS, 1);
		pass(s, (struct segment){.seq = 1 + i * MSS + shift,
		                         .size = MSS,
		                         .ack = 1,
		                         .flags = ACK,
		                         .id = s->id[A]});
		ack(s, B, 1, 1 + (i + 1) * MSS);
		wait_us(s, 5000);
	}
	assert_int_equal(s->total[A][TCP_SAW_LOST_BEFORE] + s->total[A][TCP_SAW_LOST_AFTER], 0);
	assert_int_equal(s->total[A][TCP_SAW_RETRANSMISSION], 0);
	assert_int_equal(s->total[A][TCP_SAW_COPY], 36);
	scene_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mirror_that_shows_all_twice_makes_no_loss),
		cmocka_unit_test(a_mirror_may_lag_a_burst),
		cmocka_unit_test(copied_acknowledgements_are_no_duplicates),
		cmocka_unit_test(a_mirror_shows_retransmissions_twice_too),
		cmocka_unit_test(identifiers_that_count_tell_copies),
		cmocka_unit_test(a_checksum_tells_copies_for_a_while),
		cmocka_unit_test(a_mirror_of_both_sides_of_a_translator_makes_no_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
