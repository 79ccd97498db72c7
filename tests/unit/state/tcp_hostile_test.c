/*
 * What broken hosts, boxes in the way, forgers and bad captures send. Nothing of it may be taken
 * for loss, spoil what is told of the honest rest, or read beyond what was captured (each segment
 * is allocated to its last byte). Beside these: holes that wrap, window probes, simultaneous and
 * fast open, one-way captures and doubled mirrors in tcp_test.c.
 */
#include "tcp_scene.h"

#define SCENE(name) static void name(void **state)

enum { URG = 32 };

/* A sends `count` segments from its byte 1 on, B has them all. */
static void
honest_start(struct scene *s, uint32_t count)
{
	open_plain(s);
	for (uint32_t i = 0; i < count; i++) {
		data(s, A, 1 + i * MSS, MSS, 1);
		wait_us(s, 20);
	}
	ack(s, B, 1, 1 + count * MSS);
	wait_us(s, 20000);
}

/* One segment is lost after the tap and sent again, and is told as that. */
static void
assert_loss_is_still_told(struct scene *s, uint32_t next, uint32_t ts)
{
	const bool stamped = ts != 0;

	pass(s, (struct segment){.seq = next,
	                         .size = MSS,
	                         .flags = ACK,
	                         .ack = 1,
	                         .stamped = stamped,
	                         .ts = ts});
	wait_us(s, 250000);
	assert_int_equal(pass(s, (struct segment){.seq = next,
	                                          .size = MSS,
	                                          .flags = ACK,
	                                          .ack = 1,
	                                          .stamped = stamped,
	                                          .ts = ts + 250}),
	                 BIT(RETRANSMISSION) | BIT(LOST_AFTER));
}

/* The same place in the stream, other bytes: no copy of a mirror, whatever is on the wire. */
SCENE(overlaps_with_other_content_are_no_copies)
{
	struct scene *s = scene_make(false);

	(void)state;
	s->fixed_id = true; /* identifiers tell nothing: checksums must */
	s->id[A] = s->id[B] = 0;
	open_plain(s);
	data(s, A, 1, MSS, 1);
	assert_int_equal(data(s, A, 1, MSS, 1), BIT(COPY));
	assert_int_equal(
		pass(s,
	             (struct segment){.seq = 1, .size = MSS, .ack = 1, .flags = ACK, .content = 1}),
		BIT(RETRANSMISSION) | BIT(LOST_AFTER));
	/* half over what was seen, half beyond */
	assert_int_equal(pass(s, (struct segment){.seq = 1 + MSS / 2,
	                                          .size = MSS,
	                                          .ack = 1,
	                                          .flags = ACK,
	                                          .content = 2}),
	                 BIT(DATA) | BIT(RETRANSMISSION) | BIT(LOST_AFTER));
	assert_int_equal(data(s, A, 1 + MSS + MSS / 2, MSS, 1), BIT(DATA));
	scene_free(s);
}

/* RFC 9293 section 3.8.5: urgent bytes are bytes of the stream. */
SCENE(urgent_data_is_data)
{
	struct scene *s = scene_make(false);

	(void)state;
	open_plain(s);
	for (uint32_t i = 0; i < 10; i++) {
		assert_int_equal(pass(s, (struct segment){.seq = 1 + i,
		                                          .size = 1,
		                                          .ack = 1,
		                                          .flags = ACK | URG}),
		                 BIT(DATA));
		wait_us(s, 1000);
		ack(s, B, 1, 2 + i);
	}
	assert_int_equal(s->total[A][TCP_SAW_RETRANSMISSION] + s->total[A][TCP_SAW_KEEP_ALIVE], 0);
	scene_free(s);
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

/* Set forward, back, and rewritten segment by segment. Identifiers are 0, as for IPv6. */
SCENE(timestamps_that_jump_spoil_nothing)
{
	static const uint32_t clocks[] = {1000,       1001, 0x80001001, 0x80001002, 500,   501,
	                                  0xffffffff, 0,    1,          40000,      39999, 12345,
	                                  54321,      7,    0x7fffffff, 0x80000000, 3};
	struct scene *s = scene_make(false);
	uint32_t next = 1, last = 0;

	(void)state;
	s->ip_version = 6;
	open_plain(s);
	for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++, next += MSS) {
		last = clocks[i];
		assert_int_equal(pass(s, (struct segment){.seq = next,
		                                          .size = MSS,
		                                          .flags = ACK,
		                                          .ack = 1,
		                                          .stamped = true,
		                                          .ts = last}),
		                 BIT(DATA));
		wait_us(s, 20000);
		assert_int_equal(pass(s, (struct segment){.from = B,
		                                          .seq = 1,
		                                          .ack = next + MSS,
		                                          .flags = ACK,
		                                          .stamped = true,
		                                          .ts = 77,
		                                          .echo = last}),
		                 0);
		for (unsigned n = 0; n < s->news.sample_count; n++)
			assert_in_range(s->news.sample[n].ns, 19 * NS_PER_MS, 21 * NS_PER_MS);
		wait_us(s, 1000);
	}
	assert_loss_is_still_told(s, next, last + 1);
	scene_free(s);
}

/* Blocks that nobody can have received, and blocks that are none. */
SCENE(forged_sack_takes_nothing_back)
{
	static const uint32_t forged[][2][2] = {
		{{1 + 9 * MSS, 1 + 8 * MSS}, {0, 0}},     /* turned round */
		{{1 + 400 * MSS, 1 + 401 * MSS}, {0, 0}}, /* never sent */
		{{0x90000000, 1}, {0, 0}},                /* half of all numbers */
		{{1 + 4 * MSS, 1 + 4 * MSS}, {0, 0}},     /* empty */
		{{1 + 6 * MSS, 1 + 7 * MSS},
	         {1 + 90 * MSS, 1 + 91 * MSS}}, /* not within the second */
	};
	struct scene *s = scene_make(false);

	(void)state;
	honest_start(s, 4);
	assert_loss_is_still_told(s, 1 + 4 * MSS, 0);
	for (size_t i = 0; i < sizeof forged / sizeof *forged; i++) {
		struct segment g = {.from = B, .seq = 1, .ack = 1 + 4 * MSS, .flags = ACK};

		memcpy(g.sack, forged[i], sizeof g.sack);
		pass(s, g);
		assert_int_equal(s->news.taken_back, 0);
	}
	/* one that is right in form takes back what there is, once, however often it comes */
	for (unsigned i = 0; i < 5; i++)
		pass(s, (struct segment){.from = B,
		                         .seq = 1,
		                         .ack = 1 + 5 * MSS,
		                         .flags = ACK,
		                         .sack = {{1 + 4 * MSS, 1 + 5 * MSS}}});
	assert_int_equal(s->total[A][TCP_SAW_TAKEN_BACK], 1);
	scene_free(s);
}

/* Options cut by the snap length are not there; what follows is told without them. */
SCENE(a_snap_length_may_cut_anything)
{
	for (uint8_t cut = 1; cut <= 12; cut++) {
		struct scene *s = scene_make(false);

		(void)state;
		open_with(s, 5000,
		          (struct segment){.mss = MSS,
		                           .wscale = 8,
		                           .sack_permitted = true,
		                           .cut = cut < 12 ? cut : 11});
		for (uint32_t i = 0; i < 20; i++) {
			assert_int_equal(pass(s, (struct segment){.seq = 1 + i * MSS,
			                                          .size = MSS,
			                                          .ack = 1,
			                                          .flags = ACK,
			                                          .stamped = true,
			                                          .ts = 100 + i,
			                                          .cut = cut}),
			                 BIT(DATA));
			wait_us(s, 10000);
			pass(s, (struct segment){.from = B,
			                         .seq = 1,
			                         .ack = 1 + (i + 1) * MSS,
			                         .flags = ACK,
			                         .stamped = true,
			                         .ts = 9,
			                         .echo = 100 + i,
			                         .cut = cut});
		}
		assert_int_equal(s->total[A][TCP_SAW_RETRANSMISSION], 0);
		assert_loss_is_still_told(s, 1 + 20 * MSS, 0);
		scene_free(s);
	}
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
	scene_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(overlaps_with_other_content_are_no_copies),
		cmocka_unit_test(urgent_data_is_data),
		cmocka_unit_test(resets_out_of_window_are_told),
		cmocka_unit_test(timestamps_that_jump_spoil_nothing),
		cmocka_unit_test(forged_sack_takes_nothing_back),
		cmocka_unit_test(a_snap_length_may_cut_anything),
		cmocka_unit_test(a_mirror_of_both_sides_of_a_translator_makes_no_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
