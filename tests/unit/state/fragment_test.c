#include "state/fragment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"

enum { UDP = 17 };

static struct packet
fragment(uint32_t id, uint16_t offset, uint16_t size, bool more, bool back)
{
	static const uint8_t a[4] = {192, 0, 2, 1}, b[4] = {198, 51, 100, 1};
	struct packet p = {.src = addr_v4(back ? b : a),
	                   .dst = addr_v4(back ? a : b),
	                   .proto = UDP,
	                   .ip_version = 4,
	                   .flags = PACKET_HAS_IP,
	                   .fragment_id = id,
	                   .fragment_offset = offset,
	                   .l4_offset = 34,
	                   .payload_offset = offset ? 34 : 42,
	                   .payload_size = offset ? size : size - 8u};

	if (!more)
		p.flags |= PACKET_FRAGMENT_LAST;
	p.flags |= offset ? PACKET_FRAGMENT_LATER : PACKET_FRAGMENT_FIRST | PACKET_HAS_PORTS;
	p.sport = back ? 2 : 1;
	p.dport = back ? 1 : 2;
	return p;
}

static struct flow *
flow_of(struct flow_table *flows, const struct packet *p)
{
	uint16_t link = 0;
	uint64_t now = 1;
	uint32_t wire = 100;
	struct flow *f = NULL;
	uint8_t seen;
	struct flow_batch b = {.count = 1,
	                       .packets = p,
	                       .links = &link,
	                       .time_ns = &now,
	                       .wire = &wire,
	                       .flows = &f,
	                       .seen = &seen};

	flow_find_burst(flows, &b);
	return f;
}

static void
test_both_directions_and_strangers(void **state)
{
	struct flow_params params = {.capacity = 100, .hash_seed = 1};
	struct flow_table *flows = flow_table_create(&params);
	struct fragment_table *t = fragment_table_create(flows, false, 1);
	struct packet first = fragment(5, 0, 64, true, false);
	struct packet later = fragment(5, 64, 64, false, false);
	struct packet back = fragment(5, 0, 64, true, true);
	struct packet back_later = fragment(5, 64, 64, false, true);
	struct flow *f = flow_of(flows, &first);
	bool reverse = true;

	(void)state;
	fragment_remember(t, &first, 0, f, false, 1);
	assert_ptr_equal(fragment_find(t, &later, 0, 100, 2, &reverse), f);
	assert_false(reverse);
	/* the other direction has identifications of its own */
	assert_null(fragment_find(t, &back_later, 0, 100, 2, &reverse));
	assert_ptr_equal(flow_of(flows, &back), f);
	fragment_remember(t, &back, 0, f, true, 2);
	assert_ptr_equal(fragment_find(t, &back_later, 0, 100, 3, &reverse), f);
	assert_true(reverse);
	assert_null(fragment_find(t, &later, 1, 100, 3, &reverse)); /* another link */
	later.proto = 6;
	assert_null(fragment_find(t, &later, 0, 100, 3, &reverse));
	later.proto = UDP;
	assert_null(
		fragment_find(t, &later, 0, 100, 1 + (FRAGMENT_SECONDS + 1) * NS_PER_S, &reverse));
	fragment_table_destroy(t);
	flow_table_destroy(flows);
}

/* A flood of first fragments takes no more than the table, and the newest are known. */
static void
test_bounded(void **state)
{
	struct flow_params params = {.capacity = 100, .hash_seed = 1};
	struct flow_table *flows = flow_table_create(&params);
	struct fragment_table *t = fragment_table_create(flows, false, 1);
	struct packet first = fragment(0, 0, 64, true, false);
	struct flow *f = flow_of(flows, &first);
	unsigned known = 0;
	bool reverse;

	(void)state;
	for (uint32_t id = 0; id < 10 * FRAGMENT_ENTRIES; id++) {
		first.fragment_id = id;
		fragment_remember(t, &first, 0, f, false, 1 + id);
	}
	for (uint32_t id = 10 * FRAGMENT_ENTRIES - 1000; id < 10 * FRAGMENT_ENTRIES; id++) {
		struct packet later = fragment(id, 64, 64, false, false);

		known += fragment_find(t, &later, 0, 100, 10 * FRAGMENT_ENTRIES, &reverse) == f;
	}
	assert_in_range(known, 990, 1000);
	assert_in_range(fragment_evictions(t), 9 * FRAGMENT_ENTRIES, 10 * FRAGMENT_ENTRIES);
	fragment_table_destroy(t);
	flow_table_destroy(flows);
}

/* Frames beyond one per whole datagram; a datagram that never gets whole counts none. */
static void
test_extra_frames(void **state)
{
	struct flow_params params = {.keep = true, .capacity = 1, .hash_seed = 1};
	struct flow_table *flows = flow_table_create(&params);
	struct fragment_table *t = fragment_table_create(flows, true, 1);
	struct packet parts[] = {fragment(1, 0, 64, true, false), fragment(1, 64, 64, true, false),
	                         fragment(1, 128, 10, false, false)};
	struct packet alone = fragment(2, 0, 64, true, false);
	struct flow *f = flow_of(flows, &parts[0]);
	uint64_t extra[2];
	bool reverse;

	(void)state;
	fragment_extra(t, f, extra);
	assert_int_equal(extra[0], 0);
	fragment_remember(t, &parts[0], 0, f, false, 1);
	assert_non_null(fragment_find(t, &parts[2], 0, 100, 1, &reverse)); /* out of order */
	fragment_extra(t, f, extra);
	assert_int_equal(extra[0], 2);
	assert_non_null(fragment_find(t, &parts[1], 0, 100, 1, &reverse));
	fragment_extra(t, f, extra);
	assert_int_equal(extra[0], 2); /* whole with its third frame */
	fragment_remember(t, &alone, 0, f, false, 2);
	fragment_extra(t, f, extra);
	assert_int_equal(extra[0], 3);
	assert_int_equal(extra[1], 0);
	fragment_table_destroy(t);
	flow_table_destroy(flows);
}

/* A capture may say of a frame that it had 4 GiB on the wire: what doesn't fit stays nobody's. */
static void
test_lengths_that_lie(void **state)
{
	struct flow_params params = {.keep = true, .capacity = 1, .hash_seed = 1};
	struct flow_table *flows = flow_table_create(&params);
	struct fragment_table *t = fragment_table_create(flows, true, 1);
	struct packet parts[] = {fragment(1, 0, 64, true, false), fragment(1, 64, 64, true, false)};
	struct fragment_early early;
	uint64_t packets, bytes;
	bool reverse;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_null(fragment_find(t, &parts[1], 0, UINT32_MAX - 10, 1, &reverse));
	assert_null(fragment_find(t, &parts[1], 0, 10, 1, &reverse));
	early = fragment_remember(t, &parts[0], 0, flow_of(flows, &parts[0]), false, 3);
	assert_int_equal(early.packets, 2);
	assert_int_equal(early.bytes, UINT32_MAX);
	fragment_adopted(t, &packets, &bytes);
	assert_int_equal(packets, 2);
	assert_int_equal(bytes, UINT32_MAX);
	fragment_table_destroy(t);
	flow_table_destroy(flows);
}

/* In any order a datagram is one, with all its frames; a copy of a fragment makes nothing whole. */
static void
test_before_the_first(void **state)
{
	struct flow_params params = {.keep = true, .capacity = 1, .hash_seed = 1};
	struct flow_table *flows = flow_table_create(&params);
	struct fragment_table *t = fragment_table_create(flows, true, 1);
	struct packet parts[] = {fragment(1, 0, 64, true, false), fragment(1, 64, 64, true, false),
	                         fragment(1, 128, 10, false, false)};
	struct fragment_early early;
	uint64_t extra[2], packets, bytes;
	struct flow *f;
	bool reverse;

	(void)state;
	assert_null(fragment_find(t, &parts[2], 0, 44, 1, &reverse));
	assert_null(fragment_find(t, &parts[2], 0, 44, 2, &reverse));
	f = flow_of(flows, &parts[0]);
	early = fragment_remember(t, &parts[0], 0, f, false, 3);
	assert_int_equal(early.packets, 2);
	assert_int_equal(early.bytes, 88);
	fragment_extra(t, f, extra);
	assert_int_equal(extra[0], 3); /* 64 + 10 + 10 bytes are not 138 */
	early = fragment_remember(t, &parts[0], 0, f, false, 4);
	assert_int_equal(early.packets, 0);
	assert_ptr_equal(fragment_find(t, &parts[1], 0, 98, 5, &reverse), f);
	fragment_extra(t, f, extra);
	assert_int_equal(extra[0], 4); /* five frames, one datagram */
	fragment_adopted(t, &packets, &bytes);
	assert_int_equal(packets, 2);
	assert_int_equal(bytes, 88);
	fragment_table_destroy(t);
	flow_table_destroy(flows);
}

/* RFC 8200 section 4.5: what follows the fragment header is told by the first fragment; in later
 * ones it may name an extension header that only the first one has. */
static void
test_ipv6_whatever_the_next_header(void **state)
{
	struct flow_params params = {.capacity = 100, .hash_seed = 1};
	struct flow_table *flows = flow_table_create(&params);
	struct fragment_table *t = fragment_table_create(flows, false, 1);
	struct packet first = fragment(5, 0, 64, true, false);
	struct packet later = fragment(5, 64, 64, false, false);
	bool reverse;

	(void)state;
	first.ip_version = later.ip_version = 6;
	later.proto = 60;
	fragment_remember(t, &first, 0, flow_of(flows, &first), false, 1);
	assert_non_null(fragment_find(t, &later, 0, 100, 2, &reverse));
	later.vlan[0] = 7;
	assert_null(fragment_find(t, &later, 0, 100, 2, &reverse));
	fragment_table_destroy(t);
	flow_table_destroy(flows);
}

/* Between a host and itself only the ports of the first fragment tell the direction. */
static void
test_a_host_and_itself(void **state)
{
	struct flow_params params = {.keep = true, .capacity = 1, .hash_seed = 1};
	struct flow_table *flows = flow_table_create(&params);
	struct fragment_table *t = fragment_table_create(flows, true, 1);
	struct packet first = fragment(5, 0, 64, true, true);
	struct packet later = fragment(5, 64, 64, false, true);
	uint64_t extra[2];
	struct flow *f;
	bool reverse;

	(void)state;
	first.dst = later.dst = first.src;
	f = flow_of(flows, &first);
	fragment_remember(t, &first, 0, f, true, 1);
	assert_ptr_equal(fragment_find(t, &later, 0, 100, 2, &reverse), f);
	assert_true(reverse);
	fragment_extra(t, f, extra);
	assert_int_equal(extra[0], 0);
	assert_int_equal(extra[1], 1);
	fragment_table_destroy(t);
	flow_table_destroy(flows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_directions_and_strangers),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_extra_frames),
		cmocka_unit_test(test_before_the_first),
		cmocka_unit_test(test_lengths_that_lie),
		cmocka_unit_test(test_a_host_and_itself),
		cmocka_unit_test(test_ipv6_whatever_the_next_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
