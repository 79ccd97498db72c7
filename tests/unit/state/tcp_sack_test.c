/* Labels of loss that a receiver proves wrong, by DSACK (RFC 2883) or an old echo (RFC 3522), and
 * what proves nothing. */
#include "tcp_scene.h"

#define SCENE(name) static void name(void **state)

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
	/* the network made a duplicate behind the tap: there is no label to take back */
	pass(s, (struct segment){
			.from = B, .seq = 1, .ack = 1 + MSS, .flags = ACK, .sack = {{1, 1 + MSS}}});
	data(s, A, 1 + 2 * MSS, MSS, 1); /* a timeout fired early */
	data(s, A, 1 + 3 * MSS, MSS, 1); /* twice */
	assert_int_equal(s->total[A][TCP_SAW_LOST_AFTER], 2);
	ack(s, B, 1, 1 + 8 * MSS);
	pass(s, dsack);
	assert_int_equal(s->total[A][TCP_SAW_TAKEN_BACK], 1);
	s->id[B]--;
	assert_int_equal(pass(s, dsack), BIT(COPIED_ACK)); /* the mirror said it again, not B */
	assert_int_equal(s->total[A][TCP_SAW_TAKEN_BACK], 1);
	pass(s, dsack);
	assert_int_equal(s->total[A][TCP_SAW_TAKEN_BACK], 2);
	/* nothing more to take back, however often it is said */
	wait_us(s, 10);
	pass(s, dsack);
	dsack.sack[0][0] = dsack.sack[0][1] + 99; /* forged: no range */
	pass(s, dsack);
	assert_int_equal(s->total[A][TCP_SAW_TAKEN_BACK], 2);
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

/* As many as 255 such reports are waited for, whichever came first. */
SCENE(reports_of_what_was_sent_in_vain_are_owed)
{
	struct scene *s = scene_make(false);
	struct segment dsack = {
		.from = B, .seq = 1, .ack = 1 + MSS, .flags = ACK, .sack = {{1, 1 + MSS}}};

	(void)state;
	open_plain(s);
	data(s, A, 1, MSS, 1);
	ack(s, B, 1, 1 + MSS);
	for (unsigned i = 0; i < 256; i++)
		assert_int_equal(data(s, A, 1, MSS, 1), BIT(RETRANSMISSION) | BIT(SPURIOUS));
	data(s, A, 1 + MSS, MSS, 1);
	assert_int_equal(data(s, A, 1 + MSS, MSS, 1), BIT(RETRANSMISSION) | BIT(LOST_AFTER));
	for (unsigned i = 0; i < 255; i++)
		pass(s, dsack);
	assert_int_equal(s->total[A][TCP_SAW_TAKEN_BACK], 0);
	scene_free(s);
}

/* RFC 2883 section 4: the first block reports what came twice when it ends below or at the
 * acknowledgement, or lies within the second. A block of one byte is a keep-alive's. */
SCENE(which_blocks_report_a_duplicate)
{
	static const struct {
		uint32_t ack, sack[2][2];
		bool duplicate;
	} told[] = {
		{4000, {{2000, 3000}}, true},
		{4000, {{3000, 4000}}, true},
		{4000, {{3001, 4001}}, false},
		{4000, {{2000, 3000}, {5000, 9000}}, true},
		{4000, {{2000, 2002}}, true},
		{4000, {{2000, 2001}}, false},
		{4000, {{2000, 2000}}, false},
		{4000, {{6000, 7000}}, false},
		{4000, {{6000, 7000}, {5000, 9000}}, true},
		{4000, {{5000, 7000}, {5000, 9000}}, true},
		{4000, {{4999, 7000}, {5000, 9000}}, false},
		{4000, {{8000, 9000}, {5000, 9000}}, true},
		{4000, {{8000, 9001}, {5000, 9000}}, false},
		{4000, {{5000, 9000}, {6000, 7000}}, false},
		/* as far back as half of all numbers, and as large */
		{4000, {{4000u - (1u << 30) - 1, 4000u - (1u << 29)}}, false},
		{4000, {{4000u - 0x90000000, 4000u - 0x20000000}}, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
		struct scene *s = scene_make(true);
		struct segment g = {.from = B, .seq = 1, .ack = told[i].ack, .flags = ACK};

		open_plain(s);
		send_run(s, 10, 0);
		data(s, A, 1, MSS, 1);
		assert_int_equal(s->total[A][TCP_SAW_LOST_AFTER], 1);
		memcpy(g.sack, told[i].sack, sizeof g.sack);
		pass(s, g);
		assert_int_equal(s->news.taken_back, told[i].duplicate);
		scene_free(s);
	}
}

/* RFC 3522: without SACK, the echo of the original's timestamp proves that it had come; of its
 * first retransmission, when there were more. Nothing is proven by a host that would use SACK,
 * where the retransmission's own stamp was not captured, or by what ends before it. */
SCENE(an_old_echo_takes_a_label_back)
{
	enum sack { NONE, OFFERED, USED };
	static const struct {
		enum sack sack;
		bool cut;
		uint32_t ack, echo;
		bool proof;
	} answer[] = {
		{NONE, false, 1 + 2 * MSS, 700, true},
		{NONE, false, 1 + 2 * MSS, 950, false},
		{NONE, false, 1 + MSS, 700, false},
		{OFFERED, false, 1 + 2 * MSS, 700, false},
		{USED, false, 1 + 2 * MSS, 700, false},
		{NONE, true, 1 + 2 * MSS, 0x90000000, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof answer / sizeof *answer; i++) {
		struct scene *s = scene_make(true);
		struct segment g = {.seq = 1, .size = MSS, .ack = 1, .flags = ACK, .stamped = true};
		struct segment back = {.from = B, .seq = 1, .flags = ACK, .stamped = true};

		open_with(s, 10000,
		          (struct segment){.mss = MSS,
		                           .stamped = true,
		                           .ts = 690,
		                           .sack_permitted = answer[i].sack == OFFERED});
		g.ts = 700;
		pass(s, g);
		g.seq += MSS;
		pass(s, g);
		if (answer[i].sack == USED)
			pass(s, (struct segment){.from = B,
			                         .seq = 1,
			                         .ack = 1,
			                         .flags = ACK,
			                         .sack = {{1 + MSS, 1 + 2 * MSS}}});
		wait_us(s, 250000);
		g.cut = answer[i].cut ? 12 : 0;
		for (g.ts = 950; g.ts < 1300; g.ts += 250)
			assert_int_equal(pass(s, g), BIT(RETRANSMISSION) | BIT(LOST_AFTER));
		back.ack = answer[i].ack;
		back.echo = answer[i].echo;
		pass(s, back);
		assert_int_equal(s->total[A][TCP_SAW_TAKEN_BACK], answer[i].proof);
		/* it was judged: what comes later is no word on it, though a clock be set back */
		back.ack = 1 + 2 * MSS;
		back.echo = 950;
		pass(s, back);
		g.seq += MSS;
		g.ts = 5;
		pass(s, g);
		back.ack += MSS;
		back.echo = 5;
		pass(s, back);
		assert_int_equal(s->total[A][TCP_SAW_TAKEN_BACK], answer[i].proof);
		scene_free(s);
	}
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
	/* nor what acknowledges nothing */
	pass(s,
	     (struct segment){.from = B, .seq = 1, .flags = PSH, .sack = {{0u - 1 - MSS, 0u - 1}}});
	assert_int_equal(s->news.taken_back, 0);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dsack_takes_a_label_back),
		cmocka_unit_test(a_dsack_belongs_to_what_was_sent_in_vain),
		cmocka_unit_test(an_old_echo_takes_a_label_back),
		cmocka_unit_test(forged_sack_takes_nothing_back),
		cmocka_unit_test(reports_of_what_was_sent_in_vain_are_owed),
		cmocka_unit_test(which_blocks_report_a_duplicate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
