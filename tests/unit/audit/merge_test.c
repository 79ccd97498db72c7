/* Two probes' streams into one: in order, nothing lost, nothing doubled, whoever merges. */
#include "unit/audit/store_scene.h"

#include "audit/merge.h"

#define AT(ms) (PROBE_BOOT + (ms)*1000)

static void
put_other_probe(struct store *s, const char *id)
{
	struct rec_probe p = {.fit = true};

	snprintf(p.id, sizeof p.id, "%s", id);
	store_select(s, "ams1", "lab");
	store_put(s, RECORD_PROBE, id, &p);
}

static void
events_come_in_the_order_of_time(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct store *s = scene_store();
	struct merge *m;

	(void)state;
	put_other_probe(s, "p1");
	put_other_probe(s, "p2");
	put_event(s, "p1", 1000, "a");
	put_event(s, "p1", 3000, "c");
	put_event(s, "p2", 2000, "b");
	put_event(s, "p2", 3000, "d"); /* same time: by probe */
	m = merge_create(s, s, "lab");
	assert_int_equal(merge_turn(m, conf, AT(60000)), 4);
	assert_string_equal(merged(s), "a@p1 b@p2 c@p1 d@p2");
	assert_int_equal(merge_turn(m, conf, AT(61000)), 0);
	merge_destroy(m);
	store_close(s, 0);
	conf_destroy(conf);
}

static void
who_takes_over_goes_on(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct store *s = scene_store();
	struct merge *m;

	(void)state;
	put_other_probe(s, "p1");
	put_other_probe(s, "p2");
	put_event(s, "p1", 1000, "a");
	put_event(s, "p2", 5000, "b");
	m = merge_create(s, s, "lab");
	merge_turn(m, conf, AT(60000));
	merge_destroy(m);
	/* a probe's spool comes late, with events older than the newest merged one */
	put_event(s, "p1", 2000, "late");
	m = merge_create(s, s, "lab");
	assert_int_equal(merge_turn(m, conf, AT(70000)), 1);
	assert_string_equal(merged(s), "a@p1 b@p2 late@p1");
	merge_destroy(m);
	store_close(s, 0);
	conf_destroy(conf);
}

static void
the_newest_wait_a_moment(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct store *s = scene_store();
	struct merge *m;

	(void)state;
	put_other_probe(s, "p1");
	put_other_probe(s, "p2");
	put_event(s, "p1", 10000, "second");
	m = merge_create(s, s, "lab");
	assert_int_equal(merge_turn(m, conf, AT(10500)), 0);
	put_event(s, "p2", 9900, "first"); /* written half a second later */
	assert_int_equal(merge_turn(m, conf, AT(11500)), 2);
	assert_string_equal(merged(s), "first@p2 second@p1");
	merge_destroy(m);
	store_close(s, 0);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_come_in_the_order_of_time),
		cmocka_unit_test(who_takes_over_goes_on),
		cmocka_unit_test(the_newest_wait_a_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
