#include "inspect/reassembly.h"

#include "base/clock.h"
#include "unit/inspect/feed.h"

enum {
	MORE = 0x2000, /* of IPv4's flags and fragment offset, RFC 791 section 3.1 */
	PAYLOAD = 1000,
	DATAGRAM = 8 + PAYLOAD,
	PIECES = 4,
	PIECE = 256,
};

struct taken {
	struct budget budget;
	struct reassembly *r;
	unsigned count, whole;
	uint32_t size;
	uint64_t time_ns;
	uint8_t bytes[4 * PAYLOAD];
};

static void
take(void *context, const struct punt *p)
{
	struct taken *t = context;
	struct packet again;

	t->count++;
	t->whole += !(p->packet.flags & PACKET_FRAGMENT_FIRST);
	t->size = p->packet.payload_captured;
	t->time_ns = p->time_ns;
	assert_in_range(t->size, 0, sizeof t->bytes);
	assert_int_equal(p->packet.payload_offset + t->size, p->captured);
	memcpy(t->bytes, p->data + p->packet.payload_offset, t->size);
	/* the headers are those of the first fragment */
	packet_decode(LINK_ETHERNET, p->data, p->captured, p->wire, &(struct packet_options){0},
	              &again);
	assert_int_equal(again.sport, 5060);
}

static void
open_table(struct taken *t)
{
	*t = (struct taken){.budget = {.limit = 1 << 20}};
	t->r = reassembly_create(&t->budget, take, t);
}

/* Everything that was taken of the budget came back. */
static void
close_table(struct taken *t)
{
	reassembly_expire(t->r, UINT64_MAX);
	assert_int_equal(t->budget.used, 0);
	reassembly_destroy(t->r);
}

/* The UDP datagram with bytes counting up; from `key` on, so that two tell apart. */
static void
make_datagram(uint8_t datagram[DATAGRAM], uint8_t key)
{
	static const uint8_t head[8] = {5060 >> 8,  5060 & 255,    5060 >> 8,
	                                5060 & 255, DATAGRAM >> 8, DATAGRAM & 255};

	memcpy(datagram, head, sizeof head);
	for (unsigned i = 0; i < PAYLOAD; i++)
		datagram[8 + i] = (uint8_t)(i / 8 * 31 + i + key);
}

/* `cut`: bytes at its end that were not captured. */
static void
add_piece(struct taken *t, const uint8_t *datagram, unsigned at, unsigned size, uint16_t id,
          uint64_t ms, unsigned cut)
{
	struct frame_spec spec = {.proto = 99, /* the UDP header stands in the datagram */
	                          .payload = datagram + at,
	                          .payload_size = size,
	                          .ip_id = id,
	                          .fragment =
	                                  (uint16_t)(at / 8 | (at + size < DATAGRAM ? MORE : 0))};
	struct punt p = {.time_ns = ms * NS_PER_MS};
	uint8_t frame[FRAME_MAX];

	addr_parse("192.0.2.1", &spec.src);
	addr_parse("192.0.2.2", &spec.dst);
	p.data = frame;
	p.wire = (uint32_t)frame_make(frame, &spec);
	frame[ETHERNET_SIZE + 9] = 17;
	p.captured = p.wire - cut;
	packet_decode(LINK_ETHERNET, frame, p.captured, p.wire, &(struct packet_options){0},
	              &p.packet);
	reassembly_add(t->r, &p, 0);
}

static unsigned
size_of(unsigned piece)
{
	return piece < PIECES - 1 ? PIECE : DATAGRAM - (PIECES - 1) * PIECE;
}

/* Every order of four fragments, each twice in a row too: the bytes that were sent. */
static void
test_any_order(void **state)
{
	uint8_t datagram[DATAGRAM];
	struct taken t;

	(void)state;
	make_datagram(datagram, 0);
	open_table(&t);
	for (unsigned order = 0; order < 256; order++) {
		unsigned pieces[] = {order & 3, order >> 2 & 3, order >> 4 & 3, order >> 6};
		unsigned seen = 0, before = t.count;

		for (unsigned i = 0; i < PIECES; i++)
			seen |= 1u << pieces[i];
		if (seen != 15)
			continue;
		for (unsigned i = 0; i < PIECES; i++) {
			unsigned p = pieces[i];

			assert_int_equal(t.count, before);
			add_piece(&t, datagram, p * PIECE, size_of(p), 7, order, 0);
			if (order % 2 && i < PIECES - 1)
				add_piece(&t, datagram, p * PIECE, size_of(p), 7, order, 0);
		}
		assert_int_equal(t.count, before + 1);
		assert_int_equal(t.size, PAYLOAD);
		assert_memory_equal(t.bytes, datagram + 8, PAYLOAD);
		assert_int_equal(t.time_ns, order * NS_PER_MS);
	}
	assert_int_equal(t.count, 24);
	assert_int_equal(t.whole, 24);
	close_table(&t);
}

/* Two datagrams whose fragments alternate; their overlaps are what came first. */
static void
test_apart(void **state)
{
	uint8_t one[DATAGRAM], two[DATAGRAM];
	struct taken t;

	(void)state;
	make_datagram(one, 0);
	make_datagram(two, 99);
	open_table(&t);
	for (unsigned i = 0; i < PIECES; i++) {
		add_piece(&t, one, i * PIECE, size_of(i), 1, 0, 0);
		if (i == 1)
			add_piece(&t, two, 0, 2 * PIECE, 1, 0, 0); /* would overwrite */
		add_piece(&t, two, i * PIECE, size_of(i), 2, 0, 0);
		if (i == PIECES - 2)
			assert_int_equal(t.count, 0);
	}
	assert_int_equal(t.whole, 2);
	assert_memory_equal(t.bytes, two + 8, PAYLOAD);
	close_table(&t);
	open_table(&t);
	add_piece(&t, one, 0, PIECE, 1, 0, 0);
	add_piece(&t, two, 0, 2 * PIECE, 1, 0, 0);
	for (unsigned i = 2; i < PIECES; i++)
		add_piece(&t, one, i * PIECE, size_of(i), 1, 0, 0);
	assert_int_equal(t.whole, 1);
	assert_memory_equal(t.bytes, one + 8, PIECE - 8);
	assert_memory_equal(t.bytes + PIECE - 8, two + PIECE, PIECE);
	close_table(&t);
}

/* Its rest does not come: what is there of it, once, after its time. Without a first fragment
 * nothing is. */
static void
test_first_alone(void **state)
{
	uint8_t datagram[DATAGRAM];
	struct taken t;

	(void)state;
	make_datagram(datagram, 0);
	open_table(&t);
	add_piece(&t, datagram, 0, PIECE, 1, 1000, 0);
	add_piece(&t, datagram, PIECE, PIECE, 2, 1000, 0);
	reassembly_expire(t.r, 30999 * NS_PER_MS);
	assert_int_equal(t.count, 0);
	reassembly_expire(t.r, 31000 * NS_PER_MS);
	assert_int_equal(t.count, 1);
	assert_int_equal(t.whole, 0);
	assert_int_equal(t.size, PIECE - 8);
	assert_int_equal(t.time_ns, 1000 * NS_PER_MS);
	assert_memory_equal(t.bytes, datagram + 8, PIECE - 8);
	assert_int_equal(t.budget.used, 0);
	/* cut by a snap length, in the middle of eight bytes */
	add_piece(&t, datagram, 0, PIECE, 1, 40000, 13);
	for (unsigned i = 1; i < PIECES; i++)
		add_piece(&t, datagram, i * PIECE, size_of(i), 1, 40000, 0);
	assert_int_equal(t.count, 1);
	reassembly_expire(t.r, UINT64_MAX);
	assert_int_equal(t.count, 2);
	assert_int_equal(t.whole, 0);
	assert_int_equal(t.size, PIECE - 8 - 13);
	assert_memory_equal(t.bytes, datagram + 8, t.size);
	close_table(&t);
}

/* The answer to a message whose rest was not captured: the message comes before it. */
static void
test_passed(void **state)
{
	struct punt answer = {0};
	uint8_t datagram[DATAGRAM];
	struct taken t;

	(void)state;
	make_datagram(datagram, 0);
	open_table(&t);
	addr_parse("192.0.2.2", &answer.packet.src);
	addr_parse("192.0.2.1", &answer.packet.dst);
	add_piece(&t, datagram, 0, PIECE, 1, 100, 0);
	answer.time_ns = 105 * NS_PER_MS; /* its rest may still be on its way */
	reassembly_passed(t.r, &answer);
	assert_int_equal(t.count, 0);
	answer.time_ns++;
	addr_parse("192.0.2.3", &answer.packet.dst);
	reassembly_passed(t.r, &answer);
	assert_int_equal(t.count, 0);
	addr_parse("192.0.2.1", &answer.packet.dst);
	reassembly_passed(t.r, &answer);
	assert_int_equal(t.count, 1);
	/* so does the message when it is sent again in fragments */
	add_piece(&t, datagram, 0, PIECE, 2, 200, 0);
	add_piece(&t, datagram, 0, PIECE, 3, 700, 0);
	assert_int_equal(t.count, 2);
	for (unsigned i = 1; i < PIECES; i++)
		add_piece(&t, datagram, i * PIECE, size_of(i), 3, 700, 0);
	assert_int_equal(t.count, 3);
	assert_int_equal(t.whole, 1);
	close_table(&t);
}

/* More than there is room for: the oldest go, and nothing that went into them is lost. */
static void
test_bounded(void **state)
{
	uint8_t datagram[DATAGRAM];
	struct taken t;

	(void)state;
	make_datagram(datagram, 0);
	open_table(&t);
	t.budget.limit = 64 << 20;
	for (unsigned i = 0; i < REASSEMBLY_DATAGRAMS + 10; i++)
		add_piece(&t, datagram, 0, PIECE, (uint16_t)i, 0, 0);
	assert_int_equal(t.count, 10);
	close_table(&t);
	assert_int_equal(t.count, REASSEMBLY_DATAGRAMS + 10);
	open_table(&t);
	t.budget.limit = 8192; /* a few, then none */
	for (unsigned i = 0; i < 100; i++)
		add_piece(&t, datagram, 0, PIECE, (uint16_t)i, 0, 0);
	assert_in_range(t.count, 90, 99);
	assert_in_range(t.budget.used, 1, 8192);
	close_table(&t);
	assert_int_equal(t.count, 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_order),   cmocka_unit_test(test_apart),
		cmocka_unit_test(test_first_alone), cmocka_unit_test(test_passed),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
