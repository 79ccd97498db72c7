#include "store/mirror.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/mirror_map.h"

struct fixture {
	struct store store;
	struct mirror *mirror;
	struct batch batch;
	struct rec_link link;
};

static int
open_mirror(void **state)
{
	static struct fixture f;

	f = (struct fixture){.store = {.site = "s", .peering = "p", .boot_us = 5, .seq = 1}};
	f.mirror = mirror_create();
	f.link.coverage_ratio = 0.5;
	*state = &f;
	return 0;
}

static int
close_mirror(void **state)
{
	struct fixture *f = *state;

	mirror_destroy(f->mirror);
	batch_fini(&f->batch);
	return 0;
}

/* The batch as words, commands ended by ";": "HSET key seq 1;". Lengths are checked on the way. */
static const char *
words(struct batch *b)
{
	static char out[1 << 16];
	const char *at = b->bytes.at, *end = b->bytes.at + b->bytes.size;
	size_t used = 0;

	while (at < end) {
		unsigned count, size;
		int skip;

		assert_int_equal(sscanf(at, "*%u\r\n%n", &count, &skip), 1);
		at += skip;
		for (unsigned i = 0; i < count; i++) {
			assert_int_equal(sscanf(at, "$%u%n", &size, &skip), 1);
			at += skip + 2;
			assert_memory_equal(at + size, "\r\n", 2);
			used += (size_t)snprintf(out + used, sizeof out - used, "%.*s%s", (int)size,
			                         at, i + 1 < count ? " " : ";");
			at += size + 2;
		}
	}
	out[used] = '\0';
	return out;
}

static const char *
encoded(struct fixture *f, bool full, uint64_t acked, uint64_t now_us)
{
	batch_clear(&f->batch);
	f->batch.number++;
	mirror_encode(f->mirror, &f->batch, full, acked, now_us);
	batch_cut(&f->batch);
	return words(&f->batch);
}

static void
put(struct fixture *f)
{
	f->store.seq++;
	mirror_put(f->mirror, &f->store, RECORD_LINK, "a", &f->link);
}

static void
only_changed_fields_travel(void **state)
{
	struct fixture *f = *state;
	const char *all;

	put(f);
	all = encoded(f, false, 0, 1);
	assert_non_null(strstr(all, "HSET pni:{s}:link:a seq 2 boot_id 5 started_us 5 name"));
	assert_non_null(strstr(all, "EXPIRE pni:{s}:link:a 86400;"));
	assert_false(mirror_dirty(f->mirror));
	f->link.traffic.packets[1] = 7;
	put(f);
	assert_string_equal(encoded(f, false, 0, 2),
	                    "HSET pni:{s}:link:a seq 3 packets_msft_to_peer 7;");
	put(f);
	assert_string_equal(encoded(f, false, 0, 3), "HSET pni:{s}:link:a seq 4;");
	assert_string_equal(encoded(f, false, 0, 4), "");
}

/* Fields that changed; a field that came and went in between is not written; an outage makes the
 * map anew, and one that was dropped is remembered until Redis has it. */
static void
maps_travel_by_field(void **state)
{
	struct fixture *f = *state;
	struct mirror_maps *m = mirror_maps_get(f->mirror);

	assert_true(mirror_map_set(m, "rib", "a", "1", 2));
	assert_true(mirror_map_set(m, "rib", "b", "2", 2));
	assert_false(mirror_map_set(m, "rib", "c", "3", 2));
	assert_true(mirror_dirty(f->mirror));
	assert_string_equal(encoded(f, false, 0, 1), "HSET rib a 1 b 2;");
	assert_true(mirror_map_set(m, "rib", "a", "1", 2));
	assert_false(mirror_dirty(f->mirror));
	assert_true(mirror_map_set(m, "rib", "a", "9", 2));
	mirror_map_unset(m, "rib", "b");
	assert_true(mirror_map_set(m, "rib", "c", "3", 2));
	mirror_map_unset(m, "rib", "c");
	mirror_map_unset(m, "rib", "never");
	assert_string_equal(encoded(f, false, 1, 2), "HDEL rib b c;HSET rib a 9;");
	assert_string_equal(encoded(f, true, 1, 3), "UNLINK rib;HSET rib a 9;EXPIRE rib 604800;");
	assert_string_equal(encoded(f, false, 3, 4), "");
	assert_string_equal(encoded(f, false, 4, 200000000000), "EXPIRE rib 604800;");
	mirror_map_drop(m, "rib");
	assert_string_equal(encoded(f, false, 5, 5), "UNLINK rib;");
	assert_string_equal(encoded(f, true, 5, 6), "UNLINK rib;"); /* the batch was lost */
	assert_string_equal(encoded(f, true, 7, 7), "");
	assert_int_equal(m->maps.count, 0);
}

static void
the_newest_of_several_puts_wins(void **state)
{
	struct fixture *f = *state;

	put(f);
	encoded(f, false, 0, 1);
	f->link.members = 1;
	put(f);
	f->link.members = 2;
	put(f);
	assert_string_equal(encoded(f, false, 0, 2), "HSET pni:{s}:link:a seq 4 members 2;");
}

static void
what_is_not_known_any_more_goes(void **state)
{
	struct fixture *f = *state;

	put(f);
	encoded(f, false, 0, 1);
	f->link.coverage_ratio = NAN;
	put(f);
	assert_string_equal(encoded(f, false, 0, 2), "HDEL pni:{s}:link:a coverage_ratio;"
	                                             "HSET pni:{s}:link:a seq 3;");
}

static void
a_full_batch_has_everything_that_stands(void **state)
{
	struct fixture *f = *state;
	const char *all;

	put(f);
	mirror_set(f->mirror, KEY_SET, "pni:{s}:links", "a", NULL);
	mirror_set(f->mirror, KEY_ZSET, "z", "m", "3");
	mirror_set(f->mirror, KEY_HASH, "h", "R4", "PASS");
	encoded(f, false, 0, 1);
	all = encoded(f, true, 1, 2);
	assert_non_null(strstr(all, "HSET pni:{s}:link:a seq 2 boot_id 5"));
	assert_non_null(strstr(all, "EXPIRE pni:{s}:link:a 86400;"));
	assert_non_null(strstr(all, "SADD pni:{s}:links a;ZADD z 3 m;HSET h R4 PASS;"));
}

static void
a_time_to_live_is_renewed_after_a_quarter(void **state)
{
	struct fixture *f = *state;
	const uint64_t start_us = 1000, quarter_us = 21600ull * 1000000;

	put(f);
	encoded(f, false, 0, start_us);
	put(f);
	assert_null(strstr(encoded(f, false, 0, start_us + quarter_us - 1), "EXPIRE"));
	put(f);
	assert_non_null(strstr(encoded(f, false, 0, start_us + quarter_us), "EXPIRE"));
}

static void
members_are_sent_once_and_again_when_they_change(void **state)
{
	struct fixture *f = *state;

	mirror_set(f->mirror, KEY_SET, "s", "a", NULL);
	mirror_set(f->mirror, KEY_ZSET, "z", "m", "3");
	assert_string_equal(encoded(f, false, 0, 1), "SADD s a;ZADD z 3 m;");
	mirror_set(f->mirror, KEY_SET, "s", "a", NULL);
	mirror_set(f->mirror, KEY_ZSET, "z", "m", "3");
	assert_string_equal(encoded(f, false, 0, 2), "");
	mirror_set(f->mirror, KEY_ZSET, "z", "m", "4");
	assert_string_equal(encoded(f, false, 0, 3), "ZADD z 4 m;");
}

/* A removal whose batch got lost must go again: a finding that is over must not stand for ever. */
static void
removals_go_until_they_arrived(void **state)
{
	struct fixture *f = *state;

	put(f);
	mirror_set(f->mirror, KEY_ZSET, "z", "m", "3");
	mirror_set(f->mirror, KEY_ZSET, "z", "never-sent", "3");
	mirror_unset(f->mirror, KEY_ZSET, "z", "never-sent");
	encoded(f, false, 0, 1);
	mirror_remove(f->mirror, &f->store, RECORD_LINK, "a");
	mirror_unset(f->mirror, KEY_ZSET, "z", "m");
	assert_true(mirror_dirty(f->mirror));
	assert_string_equal(encoded(f, false, 1, 2), "DEL pni:{s}:link:a;ZREM z m;"); /* number 2 */
	assert_false(mirror_dirty(f->mirror));
	assert_string_equal(encoded(f, true, 1, 3), "DEL pni:{s}:link:a;ZREM z m;"); /* 2 lost */
	assert_string_equal(encoded(f, false, 2, 4), "");
	assert_string_equal(encoded(f, true, 3, 5), ""); /* 3 arrived: forgotten */
}

static void
removed_and_put_again_stands(void **state)
{
	struct fixture *f = *state;
	const char *all;

	put(f);
	mirror_remove(f->mirror, &f->store, RECORD_LINK, "a");
	put(f);
	all = encoded(f, false, 0, 1);
	assert_int_equal(strncmp(all, "DEL pni:{s}:link:a;", 19), 0);
	assert_non_null(strstr(all, "HSET pni:{s}:link:a seq 3"));
}

static void
a_slice_has_at_most_500_keys(void **state)
{
	struct fixture *f = *state;
	char name[16];

	for (int i = 0; i < 1201; i++) {
		snprintf(name, sizeof name, "%d", i);
		mirror_set(f->mirror, KEY_SET, "s", name, NULL);
	}
	encoded(f, false, 0, 1);
	assert_int_equal(f->batch.slice_count, 3);
	assert_int_equal(f->batch.slices[0].commands, 500);
	assert_int_equal(f->batch.slices[2].commands, 201);
	assert_int_equal(f->batch.slices[2].end, f->batch.bytes.size);
	assert_int_equal(f->batch.key_count, 1201);
}

static void
points_wait_within_bounds_and_the_newest_stay(void **state)
{
	struct fixture *f = *state;
	char id[STREAM_ID_SIZE];
	struct stream_entry e = {.key = "ts:link:a", .id = id, .keep = 900, .count = 1};
	const char *all;

	e.field[0].name = "rate";
	e.field[0].value = "1";
	for (int i = 1; i <= 200000; i++) {
		snprintf(id, sizeof id, "%d-0", i);
		mirror_point(f->mirror, &e);
	}
	batch_clear(&f->batch);
	mirror_encode(f->mirror, &f->batch, false, 0, 1);
	assert_true(f->batch.bytes.size < 9 << 20);
	assert_true(f->batch.bytes.size > 3 << 20);
	all = f->batch.bytes.at;
	assert_int_equal(strncmp(all, "*8\r\n$4\r\nXADD\r\n", 14), 0);
	assert_non_null(strstr(all, "200000-0"));
	assert_false(mirror_dirty(f->mirror));
}

int
main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, open_mirror, close_mirror)
	const struct CMUnitTest tests[] = {
		EACH(maps_travel_by_field),
		EACH(only_changed_fields_travel),
		EACH(the_newest_of_several_puts_wins),
		EACH(what_is_not_known_any_more_goes),
		EACH(a_full_batch_has_everything_that_stands),
		EACH(a_time_to_live_is_renewed_after_a_quarter),
		EACH(members_are_sent_once_and_again_when_they_change),
		EACH(removals_go_until_they_arrived),
		EACH(removed_and_put_again_stands),
		EACH(a_slice_has_at_most_500_keys),
		EACH(points_wait_within_bounds_and_the_newest_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
