/* The table against a naive one: a list of endpoint pairs searched from its end. */
#include "flow_packets.h"

enum { MODEL_MAX = 20000 };

static uint32_t random_state = 1;

static uint32_t
random_next(void)
{
	return (random_state = random_state * 1664525 + 1013904223) >> 8;
}

/* ---- the naive model ------------------------------------------------------------------------- */

struct model_flow {
	struct addr a, b;
	uint16_t a_port, b_port, link;
	uint8_t proto;
	uint64_t packets[2], bytes[2], first_ns, last_ns;
	uint32_t base[2];
	bool base_known[2];
};

static struct model_flow model[MODEL_MAX];
static size_t model_count;

static int
model_side(const struct model_flow *f, const struct packet *p, uint16_t link)
{
	if (f->proto != p->proto || f->link != link)
		return -1;
	if (addr_equal(&f->a, &p->src) && addr_equal(&f->b, &p->dst) && f->a_port == p->sport &&
	    f->b_port == p->dport)
		return 0;
	if (addr_equal(&f->a, &p->dst) && addr_equal(&f->b, &p->src) && f->a_port == p->dport &&
	    f->b_port == p->sport)
		return 1;
	return -1;
}

static void
model_count_packet(const struct packet *p, uint16_t link, uint64_t time_ns, uint32_t wire)
{
	uint32_t base = p->tcp_flags & SYN ? p->tcp_seq : p->tcp_seq - 1;
	struct model_flow *f = NULL;
	int side = -1;

	for (size_t i = model_count; i-- > 0 && side < 0;) {
		f = &model[i];
		side = model_side(f, p, link);
	}
	if (side >= 0 && (p->tcp_flags & SYN_ACK) == SYN && f->base_known[side] &&
	    f->base[side] != base)
		side = -1;
	if (side < 0) {
		assert_true(model_count < MODEL_MAX);
		f = &model[model_count++];
		*f = (struct model_flow){.a = p->src,
		                         .b = p->dst,
		                         .a_port = p->sport,
		                         .b_port = p->dport,
		                         .link = link,
		                         .proto = p->proto,
		                         .first_ns = time_ns};
		side = 0;
	}
	if (!f->base_known[side]) {
		f->base_known[side] = true;
		f->base[side] = base;
	}
	f->packets[side]++;
	f->bytes[side] += wire;
	f->last_ns = time_ns;
}

struct compared {
	size_t at;
};

static bool
compare_next(void *context, struct flow *flow)
{
	struct compared *c = context;
	const struct model_flow *m = &model[c->at++];
	struct flow_view v;

	flow_view(flow, &v);
	assert_true(c->at <= model_count);
	assert_true(addr_equal(&v.a, &m->a) && addr_equal(&v.b, &m->b));
	assert_int_equal(v.a_port, m->a_port);
	assert_int_equal(v.b_port, m->b_port);
	assert_int_equal(v.proto, m->proto);
	assert_int_equal(v.link, m->link);
	assert_int_equal(v.ip_version, addr_is_v4(&m->a) ? 4 : 6);
	assert_int_equal(v.first_ns, m->first_ns);
	assert_int_equal(v.last_ns, m->last_ns);
	for (int side = 0; side < 2; side++) {
		assert_int_equal(v.packets[side], m->packets[side]);
		assert_int_equal(v.bytes[side], m->bytes[side]);
	}
	return true;
}

static struct packet
random_packet(void)
{
	bool v4 = random_next() & 1, tcp = random_next() & 1;
	struct packet p =
		packet(v4, tcp ? TCP : UDP, random_next() % 40, (uint16_t)(random_next() % 4),
	               random_next() % 40, (uint16_t)(random_next() % 4));

	if (tcp) {
		static const uint8_t flags[] = {SYN, SYN_ACK, ACK, ACK};

		p.tcp_flags = flags[random_next() % 4];
		p.tcp_seq = random_next() % 3 * 1000;
	}
	return p;
}

static void
test_growing_table_against_naive_model(void **state)
{
	struct flow_params params = {.keep = true, .capacity = 1, .hash_seed = 3};
	struct flow_table *t = flow_table_create(&params);
	struct batch *x = batch_make();
	struct compared compared = {0};
	uint64_t now = 1000;

	(void)state;
	model_count = 0;
	for (int burst = 0; burst < 700; burst++) {
		x->b.count = 0;
		for (uint32_t i = 0, n = 1 + random_next() % FLOW_BURST; i < n; i++) {
			uint32_t wire = 60 + random_next() % 1400;

			batch_add(x, random_packet(), ++now, wire);
			x->links[i] = (uint16_t)(random_next() % 2);
			model_count_packet(&x->packets[i], x->links[i], now, wire);
		}
		flow_find_burst(t, &x->b);
		flow_table_age(t, now, 7);
	}
	assert_int_equal(flow_table_stats(t)->used, model_count);
	flow_table_each(t, compare_next, &compared);
	assert_int_equal(compared.at, model_count);
	/* the index of the start was outgrown */
	assert_true(model_count > 8000);
	flow_table_destroy(t);
	free(x);
}

/* ---- a table with an end --------------------------------------------------------------------- */

/* Every packet of the burst still has the flow that was given to it, and another would find it. */
static void
check_flows(struct flow_table *t, const struct batch *x)
{
	struct flow_view v;

	for (uint32_t i = 0; i < x->b.count; i++) {
		if (!x->flows[i])
			continue;
		assert_ptr_equal(flow_find(t, &x->packets[i], 0), x->flows[i]);
		flow_view(x->flows[i], &v);
		assert_true(addr_equal(&v.a, &x->packets[i].src));
		assert_int_equal(v.packets[0] + v.packets[1], 1);
	}
}

static void
test_full_table_replaces_and_counts(void **state)
{
	enum { CAPACITY = 1000, STRANGERS = 20000 };
	struct owner owner = {0};
	struct flow_params params = {
		.capacity = CAPACITY, .hash_seed = 5, .visit = visit, .context = &owner};
	struct flow_table *t = flow_table_create(&params);
	const struct flow_stats *s = flow_table_stats(t);
	struct batch *x = batch_make();
	unsigned kept = 0;

	(void)state;
	/* half of the table are calls: both directions seen */
	for (uint32_t n = 0; n < CAPACITY / 2; n++) {
		send_one(t, x, packet(true, UDP, n, 1, n, 2), 1);
		send_one(t, x, packet(true, UDP, n, 2, n, 1), 2);
	}
	/* then a flood of single packets from everywhere */
	for (uint32_t n = 0; n < STRANGERS; n += x->b.count) {
		x->b.count = 0;
		while (x->b.count < FLOW_BURST)
			batch_add(x, packet(true, UDP, 100000 + n + x->b.count, 9, 1, 9), 3, 60);
		flow_find_burst(t, &x->b);
		check_flows(t, x);
		assert_true(s->used <= CAPACITY);
	}
	for (uint32_t n = 0; n < CAPACITY / 2; n++) {
		struct packet p = packet(true, UDP, n, 1, n, 2);

		kept += flow_find(t, &p, 0) != NULL;
	}
	assert_int_equal(kept, CAPACITY / 2);
	assert_int_equal(s->used, CAPACITY);
	assert_int_equal(s->created + s->refused, CAPACITY / 2 + x->b.count * 313);
	assert_int_equal(s->created - s->evicted, s->used);
	assert_int_equal(owner.left, s->evicted);
	/* nothing that was counted disappears */
	assert_int_equal(owner.left_packets, s->evicted);
	assert_true(s->evicted > STRANGERS / 2);
	flow_table_destroy(t);
	free(x);
}

static void
test_idle_flows_leave(void **state)
{
	struct owner owner = {.idle_ns = 10};
	struct flow_params params = {
		.capacity = 100, .hash_seed = 5, .visit = visit, .context = &owner};
	struct flow_table *t = flow_table_create(&params);
	struct batch *x = batch_make();
	struct packet busy = packet(false, UDP, 7, 1, 8, 2);

	(void)state;
	for (uint32_t n = 0; n < 50; n++)
		send_one(t, x, packet(n & 1, TCP, n, 1, n + 1, 2), 100);
	send_one(t, x, busy, 105);
	flow_table_age(t, 110, 1000);
	assert_int_equal(owner.passed, 51);
	assert_int_equal(flow_table_stats(t)->expired, 0);
	flow_table_age(t, 111, 1000);
	assert_int_equal(flow_table_stats(t)->expired, 50);
	assert_int_equal(flow_table_stats(t)->used, 1);
	assert_non_null(flow_find(t, &busy, 0));
	/* time that runs backwards ends nothing */
	flow_table_age(t, 1, 1000);
	assert_int_equal(flow_table_stats(t)->used, 1);
	/* freed records serve again */
	for (uint32_t n = 0; n < 99; n++)
		assert_non_null(send_one(t, x, packet(true, UDP, n, 3, 0, 4), 112));
	assert_int_equal(flow_table_stats(t)->used, 100);
	for (uint32_t n = 0; n < 99; n++) {
		struct packet p = packet(true, UDP, n, 3, 0, 4);
		struct flow_view v;

		flow_view(flow_find(t, &p, 0), &v);
		assert_true(addr_equal(&v.a, &p.src));
		assert_int_equal(v.packets[0], 1);
	}
	flow_table_destroy(t);
	free(x);
}

static void
test_what_makes_no_flow(void **state)
{
	struct flow_params params = {.capacity = 100, .hash_seed = 5};
	struct flow_table *t = flow_table_create(&params);
	struct batch *x = batch_make();
	struct packet p = packet(true, UDP, 1, 0, 2, 0);

	(void)state;
	p.flags = PACKET_HAS_IP; /* UDP whose ports were cut off */
	assert_null(send_one(t, x, p, 1));
	p.flags = PACKET_HAS_IP | PACKET_FRAGMENT_LATER;
	assert_null(send_one(t, x, p, 1));
	p.flags = 0;
	assert_null(send_one(t, x, p, 1));
	p.flags = PACKET_HAS_IP; /* ESP has no ports */
	p.proto = 50;
	assert_non_null(send_one(t, x, p, 1));
	flow_table_destroy(t);
	free(x);
}

/* A SYN again is the same connection; a new one is new, also within one burst, and the old one
 * leaves with the next pass of the hand. */
static void
test_reused_ports(void **state)
{
	struct owner owner = {0};
	struct flow_params params = {
		.capacity = 100, .hash_seed = 5, .visit = visit, .context = &owner};
	struct flow_table *t = flow_table_create(&params);
	struct batch *x = batch_make();
	struct packet syn = packet(true, TCP, 1, 1024, 2, 443), again, answer;

	(void)state;
	syn.tcp_flags = SYN;
	syn.tcp_seq = 1000;
	again = syn;
	again.tcp_seq = 77777;
	answer = packet(true, TCP, 2, 443, 1, 1024);
	answer.tcp_flags = SYN_ACK;
	answer.tcp_seq = 5;
	send_one(t, x, syn, 1);
	x->b.count = 0;
	batch_add(x, syn, 2, 60);
	batch_add(x, answer, 3, 60);
	batch_add(x, again, 4, 60);
	answer.tcp_flags = ACK;
	batch_add(x, answer, 5, 60);
	flow_find_burst(t, &x->b);
	assert_ptr_equal(x->flows[0], x->flows[1]);
	assert_ptr_not_equal(x->flows[0], x->flows[2]);
	assert_ptr_equal(x->flows[2], x->flows[3]);
	assert_int_equal(x->seen[0], 0);
	assert_int_equal(x->seen[1], FLOW_SEEN_REVERSE | FLOW_SEEN_TURNED);
	assert_int_equal(x->seen[2], FLOW_SEEN_NEW);
	assert_int_equal(flow_table_stats(t)->reused, 1);
	assert_int_equal(flow_table_stats(t)->used, 2);
	flow_table_age(t, 6, 100);
	assert_int_equal(flow_table_stats(t)->used, 1);
	assert_int_equal(owner.left_packets, 3);
	flow_table_destroy(t);
	free(x);
}

static void
test_counts_beyond_32_bits(void **state)
{
	struct owner owner = {0};
	struct flow_params params = {
		.capacity = 100, .hash_seed = 5, .visit = visit, .context = &owner};
	struct flow_table *t = flow_table_create(&params);
	struct batch *x = batch_make();
	struct flow_view v;
	uint32_t packets[2], bytes[2];

	(void)state;
	for (int i = 0; i < 5; i++) {
		x->b.count = 0;
		batch_add(x, packet(true, UDP, 1, 2, 3, 4), 1, UINT32_MAX);
		flow_find_burst(t, &x->b);
	}
	flow_view(x->flows[0], &v);
	assert_int_equal(v.bytes[0], 5ull * UINT32_MAX);
	assert_int_equal(v.packets[0], 5);
	assert_int_equal(owner.passed, 4); /* the owner saw what was folded */
	flow_fold(x->flows[0], packets, bytes);
	assert_int_equal(packets[0], 1);
	for (int i = 0; i < 3; i++) {
		x->flows[0]->packets[0] = UINT32_MAX;
		flow_fold(x->flows[0], NULL, NULL);
	}
	flow_view(x->flows[0], &v);
	assert_int_equal(v.packets[0], 5 + 3ull * UINT32_MAX);
	flow_table_destroy(t);
	free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_growing_table_against_naive_model),
		cmocka_unit_test(test_full_table_replaces_and_counts),
		cmocka_unit_test(test_idle_flows_leave),
		cmocka_unit_test(test_what_makes_no_flow),
		cmocka_unit_test(test_reused_ports),
		cmocka_unit_test(test_counts_beyond_32_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
