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

/* A datagram of `size` bytes in fragments of `step`, the one numbered `missing` left out; returns
 * by how many its frames exceed the datagrams. */
static uint64_t
extra_of(uint32_t size, uint16_t step, uint32_t missing)
{
	struct flow_params params = {.keep = true, .capacity = 1, .hash_seed = 1};
	struct flow_table *flows = flow_table_create(&params);
	struct fragment_table *t = fragment_table_create(flows, true, 1);
	struct packet p = fragment(1, 0, step, true, false);
	struct flow *f = flow_of(flows, &p);
	uint64_t extra[2];
	bool reverse;

	if (missing != 0)
		fragment_remember(t, &p, 0, f, false, 1);
	for (uint32_t n = 1, at = step; at < size; n++, at += step) {
		const uint16_t left = (uint16_t)(size - at < step ? size - at : step);

		p = fragment(1, (uint16_t)at, left, at + left < size, false);
		if (n != missing)
			fragment_find(t, &p, 0, 100, 1, &reverse);
	}
	if (missing == 0) { /* it comes last */
		p = fragment(1, 0, step, true, false);
		fragment_remember(t, &p, 0, f, false, 1);
	}
	fragment_extra(t, f, extra);
	fragment_table_destroy(t);
	flow_table_destroy(flows);
	return extra[0];
}

/* Of n frames n - 1 are too many when they make the datagram whole, whichever comes last; of n - 1
 * that do not, all. Up to 65 535 bytes (RFC 791), and not beyond. */
static void
test_whole_is_whole(void **state)
{
	static const uint32_t sizes[] = {24, 505, 512, 513, 521, 1030};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		const uint32_t frames = (sizes[i] + 7) / 8;

		assert_int_equal(extra_of(sizes[i], 8, 0), frames - 1);
		for (uint32_t missing = 1; missing <= frames; missing++)
			assert_int_equal(extra_of(sizes[i], 8, missing), frames - 1);
	}
	assert_int_equal(extra_of(65535, 1480, UINT32_MAX), 44);
	assert_int_equal(extra_of(65536 + 40, 1480, UINT32_MAX), 45); /* none of them is it */
}

/* A mirror shows a datagram twice: two of three frames each. */
static void
test_datagrams_twice(void **state)
{
	struct flow_params params = {.keep = true, .capacity = 1, .hash_seed = 1};
	struct flow_table *flows = flow_table_create(&params);
	struct fragment_table *t = fragment_table_create(flows, true, 1);
	struct packet parts[] = {fragment(1, 0, 64, true, false), fragment(1, 64, 64, true, false),
	                         fragment(1, 128, 10, false, false)};
	struct packet other = fragment(9, 0, 64, true, false);
	struct flow *f = flow_of(flows, &parts[0]), *g = NULL;
	uint64_t extra[2];
	bool reverse;

	(void)state;
	for (int times = 0; times < 2; times++) {
		fragment_remember(t, &parts[0], 0, f, false, 1);
		fragment_find(t, &parts[1], 0, 100, 1, &reverse);
		fragment_find(t, &parts[2], 0, 100, 1, &reverse);
	}
	fragment_extra(t, f, extra);
	assert_int_equal(extra[0], 4);
	/* and the identification again, of another flow between the same hosts */
	for (other.sport = 1000; other.sport < 1100; other.sport++)
		g = flow_of(flows, &other);
	other.fragment_id = 1;
	fragment_remember(t, &other, 0, g, false, 1);
	assert_ptr_equal(fragment_find(t, &parts[1], 0, 100, 1, &reverse), g);
	fragment_extra(t, g, extra);
	assert_int_equal(extra[0], 2);
	fragment_extra(t, f, extra);
	assert_int_equal(extra[0], 4);
	fragment_extra(t, flow_at(flows, flow_id(flows, g) - 1), extra);
	assert_int_equal(extra[0] + extra[1], 0);
	fragment_table_destroy(t);
	flow_table_destroy(flows);
}

/* RFC 791 section 3.2: the identification is the source's for a destination and a protocol; and
 * each link is another place. */
static void
test_same_identification(void **state)
{
	enum { KINDS = 4 };
	static const uint8_t elsewhere[4] = {203, 0, 113, 9};
	struct flow_params params = {.capacity = 100, .hash_seed = 1};
	struct flow_table *flows = flow_table_create(&params);
	struct fragment_table *t = fragment_table_create(flows, false, 1);
	struct flow *f[KINDS];
	bool reverse;

	(void)state;
	for (unsigned later = 0; later < 2; later++)
		for (unsigned kind = 0; kind < KINDS; kind++) {
			struct packet p = fragment(5, later ? 64 : 0, 64, !later, false);
			const uint16_t link = kind == 1;
			uint64_t now = 1;
			uint32_t wire = 100;
			uint8_t seen;

			if (kind == 2)
				p.dst = addr_v4(elsewhere);
			p.proto = kind == 3 ? 50 : UDP;
			if (later) {
				assert_ptr_equal(fragment_find(t, &p, link, 100, 1, &reverse),
				                 f[kind]);
				continue;
			}
			flow_find_burst(flows, &(struct flow_batch){.count = 1,
			                                            .packets = &p,
			                                            .links = &link,
			                                            .time_ns = &now,
			                                            .wire = &wire,
			                                            .flows = &f[kind],
			                                            .seen = &seen});
			fragment_remember(t, &p, link, f[kind], false, 1);
		}
	fragment_table_destroy(t);
	flow_table_destroy(flows);
}

/* What is older than 30 s makes room without giving way, and of the rest the oldest gives way. */
static void
test_the_oldest_gives_way(void **state)
{
	struct flow_params params = {.capacity = 100, .hash_seed = 1};
	struct flow_table *flows = flow_table_create(&params);
	struct fragment_table *t = fragment_table_create(flows, false, 1);
	struct packet first = fragment(0, 0, 64, true, false);
	struct flow *f = flow_of(flows, &first);
	const uint64_t now = (FRAGMENT_SECONDS + 1) * NS_PER_S;
	uint64_t evictions;
	unsigned known = 0;
	bool reverse;

	(void)state;
	for (uint32_t id = 0; id < FRAGMENT_ENTRIES; id++) {
		first.fragment_id = id;
		fragment_remember(t, &first, 0, f, false, 1 + id);
	}
	evictions = fragment_evictions(t);
	assert_in_range(evictions, 0, FRAGMENT_ENTRIES / 4);
	for (uint32_t id = 0; id < FRAGMENT_ENTRIES; id++) { /* the same again */
		first.fragment_id = id;
		fragment_remember(t, &first, 0, f, false, now + id);
	}
	assert_in_range(fragment_evictions(t), evictions, 2 * evictions + 1);
	for (uint32_t id = FRAGMENT_ENTRIES; id < 2 * FRAGMENT_ENTRIES; id++) {
		first.fragment_id = id;
		fragment_remember(t, &first, 0, f, false, now + id);
	}
	for (uint32_t id = 2 * FRAGMENT_ENTRIES - 4000; id < 2 * FRAGMENT_ENTRIES; id++) {
		struct packet later = fragment(id, 64, 64, false, false);

		known += fragment_find(t, &later, 0, 100, now + 20000, &reverse) == f;
	}
	assert_in_range(known, 3900, 4000);
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
		cmocka_unit_test(test_whole_is_whole),
		cmocka_unit_test(test_datagrams_twice),
		cmocka_unit_test(test_same_identification),
		cmocka_unit_test(test_the_oldest_gives_way),
		cmocka_unit_test(test_ipv6_whatever_the_next_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
