/* What packets leave in a flow, when it is worth keeping, and who is shown when. */
#include "flow_packets.h"

static struct flow_table *
table(uint64_t capacity, struct owner *owner)
{
	return flow_table_create(&(struct flow_params){.capacity = capacity,
	                                               .hash_seed = 5,
	                                               .visit = owner ? visit : NULL,
	                                               .context = owner});
}

static struct packet
segment(unsigned sender, uint8_t flags, uint32_t seq, uint8_t ttl)
{
	struct packet p =
		sender ? packet(true, TCP, 2, 443, 1, 1024) : packet(true, TCP, 1, 1024, 2, 443);

	p.tcp_flags = flags;
	p.tcp_seq = seq;
	p.ttl = ttl;
	return p;
}

/* Flags of all packets of a side, the TTL of its last, the latest time, however they come. */
static void
test_what_packets_leave(void **state)
{
	struct flow_table *t = table(100, NULL);
	struct batch *x = batch_make();
	struct flow *f;

	(void)state;
	f = send_one(t, x, segment(0, SYN, 1000, 64), 10);
	assert_int_equal(f->flags & (FLOW_TWO_WAY | FLOW_STRONG), 0);
	send_one(t, x, segment(1, SYN_ACK, 5, 57), 30);
	assert_int_equal(f->flags & (FLOW_TWO_WAY | FLOW_STRONG), FLOW_TWO_WAY | FLOW_STRONG);
	assert_ptr_equal(send_one(t, x, segment(0, ACK, 1001, 63), 20), f);
	assert_int_equal(f->tcp_flags[0], SYN | ACK);
	assert_int_equal(f->tcp_flags[1], SYN_ACK);
	assert_int_equal(f->ttl[0], 63);
	assert_int_equal(f->ttl[1], 57);
	assert_int_equal(f->first_ns, 10);
	assert_int_equal(f->last_ns, 30);
	assert_int_equal(f->packets[0], 2);
	/* a flow whose owner sets no timeout stays for ever */
	flow_table_age(t, UINT64_MAX, 100);
	assert_int_equal(flow_table_stats(t)->used, 1);
	flow_table_destroy(t);
	free(x);
}

/* Joined after its SYN, whose copy comes late: the number before that of the data is the SYN's. */
static void
test_late_syn(void **state)
{
	struct flow_table *t = table(100, NULL);
	struct batch *x = batch_make();
	struct flow *f = send_one(t, x, segment(0, ACK, 1001, 64), 10);

	(void)state;
	assert_ptr_equal(send_one(t, x, segment(0, SYN, 1000, 64), 11), f);
	assert_ptr_not_equal(send_one(t, x, segment(0, SYN, 1001, 64), 12), f);
	flow_table_destroy(t);
	free(x);
}

/* Counted from outside: later fragments, and packets whose flow was not known when they came. */
static void
test_counted_otherwise(void **state)
{
	struct owner owner = {0};
	struct flow_table *t = table(100, &owner);
	struct batch *x = batch_make();
	struct packet p = segment(0, ACK, 1, 64);
	struct flow *f = send_one(t, x, p, 10);
	struct flow_view v;

	(void)state;
	flow_count(t, f, &p, 1000, 20, true);
	flow_add(t, f, 7, 900, false);
	flow_view(f, &v);
	assert_int_equal(v.packets[0], 1 + 7);
	assert_int_equal(v.packets[1], 1);
	assert_int_equal(v.bytes[0], 100 + 900);
	assert_int_equal(v.bytes[1], 1000);
	assert_int_equal(v.last_ns, 20);
	assert_int_equal(owner.passed, 0);
	flow_add(t, f, 1, UINT32_MAX - 999, false); /* one byte too many for 32 bits */
	assert_int_equal(owner.passed, 1);
	flow_view(f, &v);
	assert_int_equal(v.packets[0], 9);
	assert_int_equal(v.bytes[0], 1000ull + UINT32_MAX - 999);
	flow_table_destroy(t);
	free(x);
}

/* The eighth packet proves a flow of one direction, at once; and what is folded is told. */
static void
test_the_eighth_packet(void **state)
{
	struct flow_table *t = table(100, NULL);
	struct batch *x = batch_make();
	uint32_t packets[2] = {7, 7}, bytes[2] = {7, 7};
	struct flow *f = NULL;
	struct packet p = packet(true, UDP, 1, 2, 3, 4);

	(void)state;
	for (unsigned n = 1; n <= 9; n++) {
		f = send_one(t, x, p, n);
		assert_int_equal(f->flags & FLOW_STRONG, n < FLOW_PROVEN ? 0 : FLOW_STRONG);
		assert_int_equal(x->seen[0], n == 1 ? FLOW_SEEN_NEW : 0);
	}
	flow_fold(f, packets, bytes);
	assert_int_equal(packets[0], 9);
	assert_int_equal(bytes[0], 900);
	assert_int_equal(packets[1] + bytes[1], 0);
	x->seen[0] = 0xff;
	p.flags = 0; /* no flow, and nothing is seen of one */
	assert_null(send_one(t, x, p, 10));
	assert_int_equal(x->seen[0], 0);
	flow_table_destroy(t);
	free(x);
}

/* The owner takes what was counted whenever it is shown a flow. */
static void
visit_and_fold(void *context, struct flow **flows, uint32_t count, enum flow_event event,
               uint64_t *idle_ns)
{
	visit(context, flows, count, event, idle_ns);
	for (uint32_t i = 0; i < count; i++)
		flow_fold(flows[i], NULL, NULL);
}

/* One way only: eight packets make a flow worth keeping, seven do not, and what was folded counts
 * as well. Of 100 flows of each kind a flood leaves those. */
static void
test_one_way_flows_prove_themselves(void **state)
{
	enum { EACH = 100, SEVEN = 1, EIGHT, FOLDED };
	struct owner owner = {0};
	struct flow_table *t = flow_table_create(&(struct flow_params){
		.capacity = 600, .hash_seed = 5, .visit = visit_and_fold, .context = &owner});
	struct batch *x = batch_make();
	unsigned kept[4] = {0};

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		for (uint32_t n = 0; n < EACH; n++)
			send_one(t, x, packet(true, UDP, n, FOLDED, n, 9), 1);
	flow_table_age(t, 1, 1000);
	for (unsigned i = 0; i < 8; i++)
		for (uint32_t n = 0; n < EACH; n++) {
			if (i < 4)
				send_one(t, x, packet(true, UDP, n, FOLDED, n, 9), 2);
			if (i < 7)
				send_one(t, x, packet(true, UDP, n, SEVEN, n, 9), 2);
			send_one(t, x, packet(true, UDP, n, EIGHT, n, 9), 2);
		}
	flow_table_age(t, 3, 1000);
	for (uint32_t n = 0; n < 20000; n++)
		send_one(t, x, packet(true, UDP, 100000 + n, 9, 1, 9), 4);
	for (uint16_t kind = SEVEN; kind <= FOLDED; kind++)
		for (uint32_t n = 0; n < EACH; n++) {
			struct packet p = packet(true, UDP, n, kind, n, 9);

			kept[kind] += flow_find(t, &p, 0) != NULL;
		}
	assert_int_equal(kept[EIGHT], EACH);
	assert_int_equal(kept[FOLDED], EACH);
	assert_in_range(kept[SEVEN], 0, EACH / 4);
	flow_table_destroy(t);
	free(x);
}

/* Records and their places serve for ever: a hundred flows that are worth keeping leave, and a
 * hundred others come, which another hundred may replace. */
static void
test_places_serve_again(void **state)
{
	struct owner owner = {.idle_ns = 10};
	struct flow_table *t = table(100, &owner);
	const struct flow_stats *stats = flow_table_stats(t);
	struct batch *x = batch_make();
	uint64_t now = 100;

	(void)state;
	for (uint16_t round = 0; round < 50; round++, now += 100) {
		for (uint32_t n = 0; n < 100; n++) {
			assert_non_null(send_one(t, x, packet(true, UDP, n, round, n, 9), now));
			assert_non_null(send_one(t, x, packet(true, UDP, n, 9, n, round), now));
		}
		assert_int_equal(flow_table_stats(t)->used, 100);
		flow_table_age(t, now + 11, 100);
		assert_int_equal(flow_table_stats(t)->used, 0);
	}
	assert_int_equal(stats->refused + stats->evicted, 0);
	/* one connection that is opened again and again leaves nothing behind */
	for (uint32_t n = 0; n < 1000; n++, now += 100) {
		assert_non_null(send_one(t, x, segment(0, SYN, n * 12345, 64), now));
		flow_table_age(t, now + 1, 100);
		assert_int_equal(flow_table_stats(t)->used, 1);
	}
	assert_int_equal(stats->refused + stats->evicted, 0);
	for (uint32_t n = 0; n < 300; n++)
		send_one(t, x, packet(true, UDP, n, 7, n, 9), now);
	assert_true(stats->evicted > 150);
	flow_table_destroy(t);
	free(x);
}

/* ---- who is shown ---------------------------------------------------------------------------- */

enum { SHOWN = 200 };

/* How often each flow was shown, by the number in its lower port. */
static void
visit_and_tell(void *context, struct flow **flows, uint32_t count, enum flow_event event,
               uint64_t *idle_ns)
{
	unsigned *shown = context;

	assert_in_range(count, 1, FLOW_VISITED);
	for (uint32_t i = 0; i < count; i++) {
		struct flow_view v;

		flow_view(flows[i], &v);
		shown[v.a_port]++;
		idle_ns[i] = v.a_port % 3 ? 0 : 10;
		assert_true(event == FLOW_PASSED || v.a_port % 3 == 0);
	}
}

static bool
each_until_100(void *context, struct flow *f)
{
	unsigned *left = context;

	assert_true(f->flags & FLOW_USED);
	return --*left > 0;
}

/* A pass of the hand in any pieces shows every flow once, and so does a visit; free records are not
 * shown. */
static void
test_all_are_shown_once(void **state)
{
	unsigned shown[SHOWN] = {0}, left = 100;
	struct flow_table *t = flow_table_create(&(struct flow_params){
		.capacity = 1000, .hash_seed = 5, .visit = visit_and_tell, .context = shown});
	struct batch *x = batch_make();

	(void)state;
	flow_table_visit(t);
	flow_table_age(t, 1, 10);
	for (uint16_t n = 0; n < SHOWN; n++)
		send_one(t, x, packet(true, UDP, 1, n, 2, 1000), 1);
	assert_int_equal(flow_table_extent(t), SHOWN);
	for (unsigned piece = 1, done = 0; done < SHOWN; done += piece, piece += 9) {
		piece = piece < SHOWN - done ? piece : SHOWN - done;
		flow_table_age(t, 2, piece);
	}
	for (unsigned n = 0; n < SHOWN; n++)
		assert_int_equal(shown[n], 1);
	flow_table_age(t, 2, 150); /* and over the end */
	flow_table_age(t, 2, 100);
	flow_table_age(t, 2, 150);
	for (unsigned n = 0; n < SHOWN; n++)
		assert_int_equal(shown[n], 3);
	flow_table_visit(t);
	for (unsigned n = 0; n < SHOWN; n++)
		assert_int_equal(shown[n], 4);
	flow_table_age(t, 100, 1000); /* a third leaves, shown once more as that */
	assert_int_equal(flow_table_stats(t)->used, SHOWN - 67);
	flow_table_visit(t);
	for (unsigned n = 0; n < SHOWN; n++)
		assert_int_equal(shown[n], 6);
	flow_table_each(t, each_until_100, &left);
	assert_int_equal(left, 0);
	left = UINT32_MAX;
	flow_table_each(t, each_until_100, &left);
	assert_int_equal(left, UINT32_MAX - (SHOWN - 67));
	flow_table_destroy(t);
	free(x);
}

/* 128 bytes a record and about 11 of index. */
static void
test_size(void **state)
{
	struct flow_table *t = table(60000, NULL);

	(void)state;
	assert_in_range(flow_table_size(t), 60000 * (128 + 10), 60000 * (128 + 12));
	flow_table_destroy(t);
	flow_table_destroy(NULL);
}

/* ---- whose it may be ------------------------------------------------------------------------- */

/* Later fragments have no ports, and those of IPv6 do not tell their protocol. */
static void
test_between(void **state)
{
	(void)state;
	for (unsigned v4 = 0; v4 < 2; v4++) {
		struct flow_table *t = table(100, NULL);
		struct batch *x = batch_make();
		const struct packet first = packet(v4, UDP, 1, 5, 2, 6);
		const struct packet back = packet(v4, UDP, 2, 0, 1, 0);
		struct flow *f = send_one(t, x, first, 1);
		struct packet p = first;
		bool reverse = true;

		assert_true(flow_between(f, &p, 0, &reverse));
		assert_false(reverse);
		assert_true(flow_between(f, &back, 0, &reverse));
		assert_true(reverse);
		assert_false(flow_between(f, &p, 1, &reverse));
		assert_true(reverse); /* unchanged */
		p.proto = TCP;
		assert_false(flow_between(f, &p, 0, &reverse));
		p.flags = PACKET_HAS_IP | PACKET_FRAGMENT_LATER;
		assert_int_equal(flow_between(f, &p, 0, &reverse), !v4);
		for (unsigned wrong = 0; wrong < 4; wrong++) {
			p = wrong < 2 ? first : back;
			*(wrong % 2 ? &p.src : &p.dst) = host(v4, 77);
			assert_false(flow_between(f, &p, 0, &reverse));
		}
		p = first;
		assert_false(flow_between(flow_at(t, flow_id(t, f) + 1), &p, 0, &reverse));
		flow_table_destroy(t);
		free(x);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_packets_leave),
		cmocka_unit_test(test_late_syn),
		cmocka_unit_test(test_counted_otherwise),
		cmocka_unit_test(test_the_eighth_packet),
		cmocka_unit_test(test_one_way_flows_prove_themselves),
		cmocka_unit_test(test_places_serve_again),
		cmocka_unit_test(test_all_are_shown_once),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_between),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
