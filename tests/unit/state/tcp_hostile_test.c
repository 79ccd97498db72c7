/*
 * What broken hosts, boxes in the way, forgers and bad captures send. Nothing of it may be taken
 * for loss, spoil what is told of the honest rest, or read beyond what was captured (each segment
 * is allocated to its last byte). Beside these: holes that wrap, simultaneous and fast open,
 * one-way captures in tcp_test.c, window probes in tcp_ack_test.c, doubled mirrors in
 * tcp_mirror_test.c.
 */
#include "tcp_scene.h"

#define SCENE(name) static void name(void **state)

enum { URG = 32 };

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
	             (struct segment){
			     .seq = 1, .size = MSS, .ack = 1, .flags = ACK, .content = 0x100}),
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
		assert_in_range(s->news.sample_count, 1, 2); /* the stamps', and the coin's */
		for (unsigned n = 0; n < s->news.sample_count; n++)
			assert_in_range(s->news.sample[n].ns, 19 * NS_PER_MS, 21 * NS_PER_MS);
		wait_us(s, 1000);
	}
	assert_loss_is_still_told(s, next, last + 1);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(overlaps_with_other_content_are_no_copies),
		cmocka_unit_test(urgent_data_is_data),
		cmocka_unit_test(timestamps_that_jump_spoil_nothing),
		cmocka_unit_test(a_snap_length_may_cut_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
