#include "store/store.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct store_params params = {
	.site = "ams1", .peering = "acme", .writer = "ams1-p1", .boot_us = 1000};

static int
open_store(void **state)
{
	*state = store_memory_create(&params);
	store_begin(*state, 1);
	return 0;
}

static int
close_store(void **state)
{
	store_close(*state, 0);
	return 0;
}

static void
a_record_is_read_back_with_its_head(void **state)
{
	struct rec_link link = {.name = "pni-a", .traffic.packets = {3, 4}}, back;

	link.coverage_ratio = NAN;
	store_begin(*state, 9);
	store_put(*state, RECORD_LINK, "pni-a", &link);
	assert_true(store_get(*state, RECORD_LINK, "pni-a", &back));
	assert_int_equal(back.head.seq, 9);
	assert_int_equal(back.head.boot_us, 1000);
	assert_int_equal(back.head.started_us, 1000);
	assert_string_equal(back.name, "pni-a");
	assert_int_equal(back.traffic.packets[1], 4);
	assert_true(isnan(back.coverage_ratio));
	assert_false(store_get(*state, RECORD_LINK, "pni-b", &back));
	store_remove(*state, RECORD_LINK, "pni-a");
	assert_false(store_get(*state, RECORD_LINK, "pni-a", &back));
}

static void
assert_ids(struct store *s, enum record_kind kind, const char *parent, const char *expected)
{
	size_t count;
	char **ids = store_ids(s, kind, parent, &count), all[256] = "";

	for (size_t i = 0; i < count; i++) {
		strcat(all, i ? " " : "");
		strcat(all, ids[i]);
	}
	assert_string_equal(all, expected);
	store_ids_free(ids, count);
}

static void
lists_follow_puts_and_removals(void **state)
{
	struct rec_member member = {0};
	struct rec_subnet_class class = {0};
	struct rec_link link = {0};
	struct rec_verdict verdict = {.verdict = "PASS"};

	store_put(*state, RECORD_LINK, "pni-b", &link);
	store_put(*state, RECORD_LINK, "pni-a", &link);
	store_put(*state, RECORD_MEMBER, "pni-a:1", &member);
	store_put(*state, RECORD_MEMBER, "pni-a:0", &member);
	store_put(*state, RECORD_MEMBER, "pni-b:0", &member);
	store_put(*state, RECORD_SUBNET_CLASS, "2001:db8::/32:class:sip", &class);
	store_put(*state, RECORD_VERDICT, "R4", &verdict);
	assert_ids(*state, RECORD_LINK, NULL, "pni-a pni-b");
	assert_ids(*state, RECORD_MEMBER, "pni-a", "pni-a:0 pni-a:1");
	assert_ids(*state, RECORD_MEMBER, NULL, "pni-a:0 pni-a:1 pni-b:0");
	assert_ids(*state, RECORD_SUBNET_CLASS, "2001:db8::/32", "2001:db8::/32:class:sip");
	assert_ids(*state, RECORD_VERDICT, NULL, "R4");
	store_remove(*state, RECORD_MEMBER, "pni-a:1");
	assert_ids(*state, RECORD_MEMBER, "pni-a", "pni-a:0");
}

struct many {
	char *const *expected; /* ids still to come; those with an odd number are not there */
	size_t count;
};

static void
expect_next(void *context, const char *id, const void *record)
{
	const struct rec_link *link = record;
	struct many *m = context;
	unsigned n = (unsigned)strtoul(id + strlen("pni-"), NULL, 10);

	while (strtoul(*m->expected + strlen("pni-"), NULL, 10) % 2 != 0)
		m->expected++;
	assert_string_equal(id, *m->expected++);
	assert_string_equal(link->name, id);
	assert_int_equal(link->traffic.packets[1], n);
	/* what the record before had is not in this one */
	if (n % 4 == 0)
		assert_true(link->coverage_ratio == 0.5);
	else
		assert_true(isnan(link->coverage_ratio));
	m->count++;
}

static void
many_records_come_in_the_order_asked_for(void **state)
{
	enum { ASKED = 1203 }; /* two exchanges with Redis and a rest */
	char *ids[ASKED];
	struct many many = {.expected = ids};

	for (unsigned i = 0; i < ASKED; i++) {
		unsigned n = i * 7 % ASKED; /* not sorted; 7 and 1203 have no common divisor */
		struct rec_link link = {.traffic.packets = {0, n}};

		link.coverage_ratio = n % 4 == 0 ? 0.5 : NAN;
		snprintf(link.name, sizeof link.name, "pni-%u", n);
		ids[i] = strdup(link.name);
		if (n % 2 == 0)
			store_put(*state, RECORD_LINK, link.name, &link);
	}
	assert_int_equal(store_get_many(*state, RECORD_LINK, ids, ASKED, expect_next, &many), 602);
	assert_int_equal(many.count, 602);
	assert_null(store_error(*state));
	assert_int_equal(store_get_many(*state, RECORD_LINK, ids, 0, expect_next, &many), 0);
	for (unsigned i = 0; i < ASKED; i++)
		free(ids[i]);
}

static void
nested_lists_of_many_parents_are_one_list(void **state)
{
	enum { PARENTS = 701 };
	struct rec_subnet_class class = {0};
	struct rec_subnet subnet = {0};
	char id[64], last[64] = "";
	size_t count;
	char **ids;

	for (unsigned i = 0; i < PARENTS; i++) {
		snprintf(id, sizeof id, "10.%u.%u.0/24", i >> 8, i & 255);
		store_put(*state, RECORD_SUBNET, id, &subnet);
		strcat(id, ":class:sip");
		store_put(*state, RECORD_SUBNET_CLASS, id, &class);
		strcpy(strrchr(id, ':'), ":rtp");
		store_put(*state, RECORD_SUBNET_CLASS, id, &class);
	}
	ids = store_ids(*state, RECORD_SUBNET_CLASS, NULL, &count);
	assert_int_equal(count, 2 * PARENTS);
	for (size_t i = 0; i < count; i++) {
		assert_true(strcmp(last, ids[i]) < 0);
		strcpy(last, ids[i]);
		assert_true(store_get(*state, RECORD_SUBNET_CLASS, ids[i], &class));
	}
	store_ids_free(ids, count);
}

static void
ranks_come_from_the_highest(void **state)
{
	double *scores;
	size_t count;
	char **top;

	store_rank(*state, SCOPE_SITE, "endpoints", "low", 1.5);
	store_rank(*state, SCOPE_SITE, "endpoints", "high", 1e9);
	store_rank(*state, SCOPE_SITE, "endpoints", "mid", 3);
	store_rank(*state, SCOPE_SITE, "endpoints", "mid", 7);
	store_rank(*state, SCOPE_SITE, "endpoints", "gone", 8);
	store_unrank(*state, SCOPE_SITE, "endpoints", "gone");
	top = store_top(*state, SCOPE_SITE, "endpoints", 2, &scores, &count);
	assert_int_equal(count, 2);
	assert_string_equal(top[0], "high");
	assert_string_equal(top[1], "mid");
	assert_true(scores[1] == 7);
	free(scores);
	store_ids_free(top, count);
}

struct seen {
	size_t count;
	struct event events[8];
};

static void
see_event(void *context, const struct event *e)
{
	struct seen *seen = context;

	if (seen->count < 8)
		seen->events[seen->count] = *e;
	seen->count++;
}

static void
put_event(struct store *s, uint64_t ts_us, const char *name)
{
	struct event e = {.ts_us = ts_us, .severity = "info"};

	strcpy(e.name, name);
	store_event(s, &e);
}

static void
events_are_read_on_from_the_last_one(void **state)
{
	struct seen seen = {0};
	char last[48] = "0";

	put_event(*state, 5000, "first");
	put_event(*state, 3000, "of-the-past"); /* id must not go back, its time may */
	assert_int_equal(store_events(*state, "ams1-p1", "0", 0, see_event, &seen, last), 2);
	assert_string_equal(seen.events[0].name, "first");
	assert_string_equal(seen.events[1].name, "of-the-past");
	assert_int_equal(seen.events[1].ts_us, 3000);
	assert_int_equal(seen.events[1].seq, 2);
	assert_string_equal(last, "5-2");
	put_event(*state, 6000, "third");
	seen.count = 0;
	assert_int_equal(store_events(*state, "ams1-p1", last, 10, see_event, &seen, last), 1);
	assert_string_equal(seen.events[0].name, "third");
	assert_string_equal(seen.events[0].origin, "6-3");
	assert_int_equal(store_events(*state, "ams1-p1", last, 10, see_event, &seen, last), 0);
	assert_string_equal(last, "6-3");
	assert_int_equal(store_events(*state, NULL, "0", 10, see_event, &seen, NULL), 0);
}

static void
a_writer_without_a_site_writes_the_merged_stream(void **state)
{
	struct store_params control = params;
	struct seen seen = {0};
	struct event e = {.ts_us = 1000, .origin = "1-7", .probe = "ams1-p1"};
	struct store *s;

	(void)state;
	control.site = NULL;
	control.writer = "control";
	s = store_memory_create(&control);
	store_event(s, &e);
	assert_int_equal(store_events(s, NULL, "0", 0, see_event, &seen, NULL), 1);
	assert_string_equal(seen.events[0].origin, "1-7");
	store_close(s, 0);
}

static void
count_point(void *context, const struct store_point *p)
{
	struct store_point *last = context;

	*last = *p;
}

static void
roll_ups_keep_their_length_and_give_ranges(void **state)
{
	static const char *const names[] = {"rate", "unknown", "peak"};
	struct store_point last;

	for (uint64_t i = 0; i < 1000; i++) {
		const double values[] = {(double)i, NAN, 2.5};

		store_point(*state, "link:pni-a", 0, i * 1000000, names, values, 3);
	}
	/* 900 are kept: 100 … 999 */
	assert_int_equal(
		store_points(*state, "link:pni-a", 0, 0, UINT64_MAX / 2, count_point, &last), 900);
	assert_int_equal(last.ts_us, 999000000);
	assert_int_equal(last.count, 2);
	assert_string_equal(last.names[1], "peak");
	assert_true(last.values[0] == 999 && last.values[1] == 2.5);
	assert_int_equal(
		store_points(*state, "link:pni-a", 0, 200000000, 209000000, count_point, &last),
		10);
	assert_int_equal(
		store_points(*state, "link:pni-a", 1, 0, UINT64_MAX / 2, count_point, &last), 0);
}

static void
roll_ups_stay_in_their_budget(void **state)
{
	static const char *const names[] = {"rate"};
	const double values[] = {1};
	struct store_params small = params;
	struct store_point last;
	struct store *s;

	(void)state;
	small.memory_max_bytes = model_points_size(0, 1) + 10;
	s = store_memory_create(&small);
	store_point(s, "link:a", 0, 1000000, names, values, 1);
	store_point(s, "link:b", 0, 1000000, names, values, 1);
	store_point(s, "link:a", 0, 2000000, names, values, 1);
	assert_int_equal(store_points(s, "link:a", 0, 0, 9000000, count_point, &last), 2);
	assert_int_equal(store_points(s, "link:b", 0, 0, 9000000, count_point, &last), 0);
	/* a's points are gone after 15 minutes: its room is b's, from the second try on */
	store_point(s, "link:b", 0, 903000000, names, values, 1);
	store_point(s, "link:b", 0, 904000000, names, values, 1);
	assert_int_equal(store_points(s, "link:b", 0, 0, 999000000, count_point, &last), 1);
	assert_int_equal(last.ts_us, 904000000);
	store_close(s, 0);
}

static void
see_ledger(void *context, uint64_t ts_us, const char *id, const char *scope, const char *from,
           const char *to, const char *reasons)
{
	char *all = context;

	snprintf(all + strlen(all), 256 - strlen(all), "%llu %s %s %s>%s %s;",
	         (unsigned long long)ts_us, id, scope, from, to, reasons);
}

static void
the_ledger_gives_the_newest_first(void **state)
{
	struct rec_verdict *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b);
	char all[256] = "";

	strcpy(a->id, "R4");
	strcpy(a->verdict, "PASS");
	strcpy(a->scope, "acme");
	a->since_us = 1000;
	*b = *a;
	strcpy(b->verdict, "FAIL");
	strcpy(b->reasons, "class dns");
	b->since_us = 2000;
	store_ledger(*state, NULL, a);
	store_ledger(*state, a, b);
	assert_int_equal(store_ledger_each(*state, 10, see_ledger, all), 2);
	assert_string_equal(all, "2000 R4 acme PASS>FAIL class dns;1000 R4 acme >PASS ;");
	free(a);
	free(b);
}

static void
a_commit_writes_epoch_and_site(void **state)
{
	struct rec_epoch epoch = {.end_us = 77}, back;
	struct rec_link link = {0};
	size_t count;
	char **sites;

	store_begin(*state, 12);
	store_put(*state, RECORD_LINK, "pni-a", &link);
	store_commit(*state, &epoch);
	assert_true(store_get(*state, RECORD_EPOCH, "ams1-p1", &back));
	assert_int_equal(back.head.seq, 12);
	assert_int_equal(back.end_us, 77);
	assert_int_equal(back.keys, 1);
	sites = store_sites(*state, &count);
	assert_int_equal(count, 1);
	assert_string_equal(sites[0], "ams1");
	store_ids_free(sites, count);
}

int
main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, open_store, close_store)
	const struct CMUnitTest tests[] = {
		EACH(a_record_is_read_back_with_its_head),
		EACH(lists_follow_puts_and_removals),
		EACH(many_records_come_in_the_order_asked_for),
		EACH(nested_lists_of_many_parents_are_one_list),
		EACH(ranks_come_from_the_highest),
		EACH(events_are_read_on_from_the_last_one),
		EACH(a_writer_without_a_site_writes_the_merged_stream),
		EACH(roll_ups_keep_their_length_and_give_ranges),
		EACH(roll_ups_stay_in_their_budget),
		EACH(the_ledger_gives_the_newest_first),
		EACH(a_commit_writes_epoch_and_site),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
