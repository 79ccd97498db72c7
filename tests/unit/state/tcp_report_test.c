/* What a capture tells of a connection in the end: handshake, offers, goodput, each byte once. */
#include "tcp_scene.h"

#define SCENE(name) static void name(void **state)

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

static struct tcp_report
report(const struct scene *s)
{
	struct tcp_report r;

	memset(&r, 0xff, sizeof r);
	assert_true(tcp_report(s->pool, &s->flow, &r));
	return r;
}

/* In us, rounded; NONE: not known. */
enum { NONE = -1 };

static int64_t
handshake_us(const struct scene *s)
{
	const struct tcp_report r = report(s);

	return r.has_handshake ? (int64_t)((r.handshake_ns + 500) / NS_PER_US) : NONE;
}

static int64_t
syn_us(const struct scene *s)
{
	const struct tcp_report r = report(s);

	return r.has_syn ? (int64_t)((r.syn_ns + 500) / NS_PER_US) : NONE;
}

/* From the last SYN to the first answer, and to the first acknowledgement of that. */
SCENE(handshakes_are_timed_once)
{
	struct scene *s = scene_make(true);
	const struct segment syn = {.flags = SYN},
			     answer = {.from = B, .flags = SYN | ACK, .ack = 1};

	(void)state;
	pass(s, syn);
	wait_us(s, 1000000);
	pass(s, syn);
	wait_us(s, 3000);
	assert_int_equal(syn_us(s), NONE);
	pass(s, answer);
	assert_int_equal(syn_us(s), 3000);
	wait_us(s, 9000);
	pass(s, answer);
	assert_int_equal(syn_us(s), 3000);
	assert_int_equal(handshake_us(s), NONE);
	for (int i = 0; i < 2; i++) {
		ack(s, A, 1, 1);
		assert_int_equal(handshake_us(s), 12000);
		assert_int_equal(syn_us(s), 3000);
		wait_us(s, 5000);
	}
	assert_int_equal(report(s).count[A][TCP_SAW_RETRANSMISSION], 1);
	scene_free(s);
}

/* Joined midway; given up by A; refused by B, which is an answer; a clock too coarse to tell. */
SCENE(handshakes_that_are_none)
{
	struct scene *s = scene_make(true);

	(void)state;
	data(s, A, 1, MSS, 1);
	wait_us(s, 3000);
	pass(s, (struct segment){.from = B, .flags = SYN | ACK, .ack = 1});
	ack(s, A, 1, 1);
	assert_int_equal(syn_us(s), NONE);
	assert_int_equal(handshake_us(s), NONE);
	scene_free(s);
	s = scene_make(true);
	pass(s, (struct segment){.flags = SYN});
	wait_us(s, 3000);
	pass(s, (struct segment){.seq = 1, .flags = RST});
	assert_int_equal(handshake_us(s), NONE);
	pass(s, (struct segment){.from = B, .flags = RST | ACK, .ack = 1});
	assert_int_equal(handshake_us(s), 3000);
	assert_int_equal(syn_us(s), NONE);
	scene_free(s);
	s = scene_make(true);
	open_with(s, 0, (struct segment){.mss = MSS});
	assert_int_equal(syn_us(s), NONE);
	assert_int_equal(handshake_us(s), NONE);
	scene_free(s);
}

SCENE(offers_are_told_as_made)
{
	struct scene *s = scene_make(true);
	struct tcp_report r;

	(void)state;
	assert_false(tcp_report(s->pool, &s->flow, &r));
	pass(s, (struct segment){.flags = SYN, .mss = 1460, .wscale = 8, .fast_open = true});
	r = report(s);
	assert_true(r.offer[A].syn);
	assert_false(r.offer[B].syn);
	assert_int_equal(r.offer[A].mss, 1460);
	assert_int_equal(r.offer[A].wscale, 7);
	assert_true(r.offer[A].fast_open);
	assert_false(r.offer[A].sack || r.offer[A].timestamps);
	assert_int_equal(r.offer[B].mss, 0);
	assert_int_equal(r.offer[B].wscale, TCP_NO_WSCALE);
	pass(s, (struct segment){.from = B,
	                         .flags = SYN | ACK,
	                         .ack = 1,
	                         .mss = 1380,
	                         .stamped = true,
	                         .sack_permitted = true});
	ack(s, A, 1, 1);
	r = report(s);
	assert_true(r.offer[B].syn);
	assert_int_equal(r.offer[B].mss, 1380);
	assert_int_equal(r.offer[B].wscale, TCP_NO_WSCALE);
	assert_true(r.offer[B].sack && r.offer[B].timestamps);
	assert_false(r.offer[B].fast_open);
	assert_int_equal(r.offer[A].mss, 1460);
	scene_free(s);
	/* no SYN, no offer */
	s = scene_make(true);
	data(s, A, 1, MSS, 1);
	r = report(s);
	assert_false(r.offer[A].syn || r.offer[A].sack || r.offer[A].timestamps);
	assert_false(r.offer[A].fast_open);
	assert_int_equal(r.offer[A].wscale, TCP_NO_WSCALE);
	scene_free(s);
	/* without `keep` a connection without trouble has nothing to tell */
	s = scene_make(false);
	open_plain(s);
	assert_false(tcp_report(s->pool, &s->flow, &r));
	assert_int_equal(tcp_sent_again(s->pool, &s->flow, A), 0);
	scene_free(s);
}

/* Sent and not acknowledged, once the other side acknowledged anything. */
SCENE(what_is_in_flight)
{
	struct scene *s = scene_make(true);

	(void)state;
	ack(s, B, 1, 1 + MSS); /* A's way is not seen */
	assert_int_equal(report(s).in_flight[A], 0);
	scene_free(s);
	s = scene_make(true);
	pass(s, (struct segment){.flags = SYN, .size = 300});
	pass(s, (struct segment){.from = B, .flags = SYN | ACK, .ack = 101});
	assert_int_equal(report(s).in_flight[A], 200);
	scene_free(s);
	s = scene_make(true);
	s->isn[A] = 1000;
	pass(s, (struct segment){.flags = SYN});
	assert_int_equal(report(s).in_flight[A], 0);
	assert_false(report(s).has_goodput[A]);
	pass(s, (struct segment){.from = B, .flags = SYN | ACK, .ack = 1});
	assert_true(report(s).has_goodput[A]);
	assert_false(report(s).has_goodput[B]);
	ack(s, A, 1, 1);
	data(s, A, 1, 700, 1);
	assert_int_equal(report(s).in_flight[A], 700);
	assert_int_equal(report(s).in_flight[B], 0);
	assert_int_equal(report(s).goodput[A], 0);
	ack(s, B, 1, 1);
	ack(s, B, 1, 2);
	assert_int_equal(report(s).in_flight[A], 699);
	assert_int_equal(report(s).goodput[A], 1);
	ack(s, B, 1, 700);
	assert_int_equal(report(s).in_flight[A], 1);
	ack(s, B, 1, 701);
	assert_int_equal(report(s).in_flight[A], 0);
	pass(s, (struct segment){.seq = 701, .ack = 1, .flags = FIN | ACK});
	ack(s, B, 1, 702);
	assert_int_equal(report(s).goodput[A], 700);
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
	pass(s, (struct segment){
			.from = A, .seq = 1 + 8 * MSS, .size = 70, .ack = 301, .flags = ACK | FIN});
	ack(s, B, 301, 2 + 8 * MSS + 70);
	ack(s, B, 301, 2 + 8 * MSS + 70);
	tcp_report(s->pool, &s->flow, &r);
	assert_int_equal(r.goodput[A], 8 * MSS + 70);
	scene_free(s);
}

/* RFC 7413: what the SYN brought counts when the answer takes it; midway, and where the SYN was not
 * seen, what came before the first acknowledgement does not. */
SCENE(goodput_of_a_fast_open)
{
	static const struct {
		bool syn, answer;
		uint32_t taken, goodput;
	} seen[] = {
		{true, true, 300, 300 + MSS}, {true, true, 0, 300 + MSS}, {false, true, 300, MSS},
		{true, false, 300, MSS},      {false, false, 300, MSS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof seen / sizeof *seen; i++) {
		struct scene *s = scene_make(true);

		if (seen[i].syn)
			pass(s, (struct segment){.flags = SYN, .size = 300});
		else
			data(s, A, 1, 300, 1);
		if (seen[i].answer)
			pass(s, (struct segment){
					.from = B, .flags = SYN | ACK, .ack = 1 + seen[i].taken});
		else
			ack(s, B, 1, 1 + seen[i].taken);
		if (!seen[i].taken)
			data(s, A, 1, 300, 1);
		data(s, A, 301, MSS, 1);
		ack(s, B, 1, 301 + MSS);
		assert_int_equal(report(s).goodput[A], seen[i].goodput);
		scene_free(s);
	}
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handshakes_are_timed_once),
		cmocka_unit_test(handshakes_that_are_none),
		cmocka_unit_test(offers_are_told_as_made),
		cmocka_unit_test(what_is_in_flight),
		cmocka_unit_test(goodput_of_a_fast_open),
		cmocka_unit_test(goodput_is_what_the_receiver_took),
		cmocka_unit_test(goodput_is_never_below_nothing),
		cmocka_unit_test(each_byte_is_new_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
