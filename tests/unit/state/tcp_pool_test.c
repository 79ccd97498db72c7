/* Room for connections and for those in trouble: bounded, given back, taken over. */
#include "tcp_scene.h"

#define SCENE(name) static void name(void **state)

enum { FLOWS = 1024, RECORDS = FLOWS / 128 + 1, SIZE = 100 };

SCENE(pools_are_bounded_and_given_back)
{
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

/* ---- records of trouble ---------------------------------------------------------------------- */

struct connections {
	struct tcp_pool *pool;
	struct flow flow[RECORDS + 2];
	uint64_t now_ns;
	struct tcp_news news;
};

/* A segment of connection `i` that was stamped by `ts`; returns what it was found to be. */
static uint32_t
send(struct connections *c, unsigned i, unsigned sender, uint32_t seq, uint32_t ts)
{
	uint8_t frame[32] = {0};
	const struct packet packet = {.ip_version = 4,
	                              .proto = 6,
	                              .tcp_flags = ACK,
	                              .tcp_seq = seq,
	                              .tcp_ack = 1,
	                              .tcp_window = 1000,
	                              .tcp_options_size = 12,
	                              .payload_size = SIZE};

	memcpy(frame + 20, "\1\1\10\12", 4);
	store_be32(frame + 24, ts);
	store_be16(frame + 16, (uint16_t)(seq + ts));
	c->now_ns += 300 * NS_PER_MS;
	tcp_segment(c->pool, &c->flow[i], &packet, frame, sender, c->now_ns, &c->news);
	return c->news.saw & ~TCP_SAW_MORE;
}

/* Both hosts of connection `i` said something; no trouble. */
static void
begin(struct connections *c, unsigned i)
{
	assert_int_equal(send(c, i, A, 1 - SIZE, 1), BIT(DATA));
	assert_int_equal(send(c, i, B, 1 - SIZE, 1), BIT(DATA));
	assert_int_equal(send(c, i, A, 1, 2), BIT(DATA));
	assert_int_equal(send(c, i, B, 1, 2), BIT(DATA));
}

static void
make_hole(struct connections *c, unsigned i, unsigned sender)
{
	assert_int_equal(send(c, i, sender, 1 + 2 * SIZE, 10), BIT(DATA));
}

static uint32_t
fill_hole(struct connections *c, unsigned i, unsigned sender)
{
	return send(c, i, sender, 1 + SIZE, 11);
}

/* Sent again and waiting for the echo that tells whether that was needed. */
static void
make_wait(struct connections *c, unsigned i, unsigned sender)
{
	assert_int_equal(send(c, i, sender, 1, 10), BIT(RETRANSMISSION) | BIT(LOST_AFTER));
}

/* Connections that are in trouble, each in one of four ways, hold all records there are: another
 * finds none, until the trouble of one is over. Its record is taken over, and begins anew. */
SCENE(records_go_to_who_needs_them)
{
	static void (*const make[])(struct connections *, unsigned, unsigned) = {make_hole,
	                                                                         make_wait};
	const uint32_t lost = BIT(DATA) | BIT(RETRANSMISSION) | BIT(LOST_BEFORE);
	struct connections c = {0};
	uint32_t kept = 0;

	(void)state;
	c.pool = tcp_pool_create(&(struct tcp_pool_params){.flows = FLOWS});
	for (unsigned i = 0; i < RECORDS + 2; i++)
		begin(&c, i);
	for (unsigned i = 0; i < RECORDS; i++)
		make[i % 2](&c, i, i / 2 % 2);
	assert_int_equal(tcp_pool_stats(c.pool)->troubled, RECORDS);
	make_hole(&c, RECORDS, A);
	make_hole(&c, RECORDS, B); /* whatever is tried, more than once round */
	assert_int_equal(tcp_pool_stats(c.pool)->untracked, 2);
	assert_int_equal(fill_hole(&c, RECORDS, A), BIT(RETRANSMISSION) | BIT(LOST_UNSIDED));
	/* the others' trouble is still known */
	for (unsigned i = 0; i < RECORDS; i += 2)
		assert_int_equal(fill_hole(&c, i, i / 2 % 2), lost);
	for (unsigned i = 0; i < RECORDS; i++)
		assert_int_equal(tcp_sent_again(c.pool, &c.flow[i], i / 2 % 2), 1);
	/* half of the records have nothing open now: one of them is taken, and no other */
	make_hole(&c, RECORDS + 1, A);
	assert_int_equal(tcp_pool_stats(c.pool)->untracked, 2);
	assert_int_equal(tcp_pool_stats(c.pool)->troubled, RECORDS);
	assert_int_equal(tcp_sent_again(c.pool, &c.flow[RECORDS + 1], A), 0);
	assert_int_equal(fill_hole(&c, RECORDS + 1, A), lost);
	assert_int_equal(tcp_sent_again(c.pool, &c.flow[RECORDS + 1], A), 1);
	for (unsigned i = 0; i < RECORDS; i++) {
		const uint32_t again = tcp_sent_again(c.pool, &c.flow[i], i / 2 % 2);

		kept += again;
		assert_true(again == 1 || i % 2 == 0);
	}
	assert_int_equal(kept, RECORDS - 1);
	tcp_pool_destroy(c.pool);
}

/* Whichever record it is that has nothing open, the second try at the latest finds it. */
SCENE(every_record_is_looked_at)
{
	(void)state;
	for (unsigned over = 0; over < RECORDS; over++) {
		struct connections c = {0};

		c.pool = tcp_pool_create(&(struct tcp_pool_params){.flows = FLOWS});
		for (unsigned i = 0; i < RECORDS + 1; i++)
			begin(&c, i);
		for (unsigned i = 0; i < RECORDS; i++)
			make_hole(&c, i, A);
		fill_hole(&c, over, A);
		make_hole(&c, RECORDS, A);
		make_hole(&c, RECORDS, B);
		assert_in_range(tcp_pool_stats(c.pool)->untracked, 0, 1);
		assert_int_equal(tcp_sent_again(c.pool, &c.flow[over], A), 0);
		tcp_pool_destroy(c.pool);
	}
}

/* The record of a connection that left its table is given on, and cannot be taken over. */
SCENE(records_leave_with_their_connections)
{
	struct connections c = {0};

	(void)state;
	c.pool = tcp_pool_create(&(struct tcp_pool_params){.flows = FLOWS});
	for (unsigned i = 0; i < RECORDS; i++) {
		begin(&c, i);
		(i ? make_hole : make_wait)(&c, i, A);
	}
	fill_hole(&c, 3, A);
	tcp_release(c.pool, &c.flow[3]);
	tcp_release(c.pool, &c.flow[3]); /* left already */
	assert_int_equal(tcp_sent_again(c.pool, &c.flow[3], A), 0);
	assert_int_equal(tcp_pool_stats(c.pool)->connections, RECORDS - 1);
	assert_int_equal(tcp_pool_stats(c.pool)->troubled, RECORDS - 1);
	for (unsigned i = RECORDS; i < RECORDS + 2; i++) {
		begin(&c, i);
		make_hole(&c, i, A);
	}
	assert_int_equal(tcp_pool_stats(c.pool)->troubled, RECORDS);
	assert_int_equal(tcp_pool_stats(c.pool)->untracked, 1);
	assert_int_equal(tcp_sent_again(c.pool, &c.flow[RECORDS], A), 0);
	tcp_pool_destroy(c.pool);
}

/* A line of 64 bytes for 15 of 16 flows, a record of 512 for one of 128, and little else; for
 * captures, what the connections took. */
SCENE(pools_tell_their_size)
{
	struct tcp_pool *p = tcp_pool_create(&(struct tcp_pool_params){.flows = FLOWS});
	struct scene *s = scene_make(true);
	const size_t empty = tcp_pool_size(s->pool);

	(void)state;
	assert_in_range(tcp_pool_size(p), (FLOWS * 15 / 16 + 1) * 64 + RECORDS * 512 + 1,
	                (FLOWS * 15 / 16 + 1) * 64 + RECORDS * 512 + 256);
	assert_in_range(empty, 1, 256);
	open_plain(s);
	assert_int_equal(tcp_pool_size(s->pool), empty + 64 + 512);
	assert_true(tcp_pool_stats(s->pool)->connections_max > 1000000);
	scene_free(s);
	tcp_pool_destroy(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pools_are_bounded_and_given_back),
		cmocka_unit_test(records_go_to_who_needs_them),
		cmocka_unit_test(every_record_is_looked_at),
		cmocka_unit_test(records_leave_with_their_connections),
		cmocka_unit_test(pools_tell_their_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
