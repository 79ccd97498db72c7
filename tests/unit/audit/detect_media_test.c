/* Findings of media: one way, and outages of many streams at once. */
#include "audit/finding.h"
#include "snap/halves.h"
#include "unit/audit/scene.h"

static size_t
count_of(const struct sightings *s, const char *kind, const struct rec_finding **found)
{
	size_t count = 0;

	for (size_t i = 0; i < s->count; i++) {
		if (strcmp(s->at[i].kind, kind) != 0)
			continue;
		*found = &s->at[i];
		count++;
	}
	return count;
}

static void
one_way_is_told_where_both_ways_are_seen(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);
	struct rec_link_media *m = &in.links[0].rec.media;
	const struct rec_finding *f = NULL;
	struct sightings s = {0};

	(void)state;
	*m = (struct rec_link_media){.legs_active = 10, .legs_one_way = {3, 0}};
	detect_findings(&in, &s);
	assert_int_equal(count_of(&s, "voice.oneway", &f), 0); /* an asymmetric tap, perhaps */
	m->legs_two_way = 7;
	detect_findings(&in, &s);
	assert_int_equal(count_of(&s, "voice.oneway", &f), 1);
	assert_string_equal(f->subject, "link:pni-a");
	assert_string_equal(f->side, "msft"); /* the peer sends, nobody answers */
	assert_int_equal(f->samples, 10);
	m->legs_one_way[1] = 1;
	detect_findings(&in, &s);
	assert_int_equal(count_of(&s, "voice.oneway", &f), 1);
	assert_string_equal(f->side, "both");
	m->legs_one_way[0] = m->legs_one_way[1] = 0;
	detect_findings(&in, &s);
	assert_int_equal(count_of(&s, "voice.oneway", &f), 0);
	sightings_fini(&s);
	scene_input_fini(&in);
	conf_destroy(conf);
}

/* Eight of ten that pni-a shows one way only are answered over another link. */
static void
what_another_link_answers_is_not_one_way(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);
	struct rec_asymmetry found = {.link = "pni-a"};
	const struct rec_finding *f = NULL;
	struct sightings s = {0};

	(void)state;
	in.links[0].rec.media = (struct rec_link_media){
		.legs_active = 30, .legs_two_way = 20, .legs_one_way = {10, 0}};
	found.kind[HALF_MEDIA].found_ratio[0] = 0.8;
	in.asymmetries = &found;
	in.asymmetry_count = 1;
	detect_findings(&in, &s);
	assert_int_equal(count_of(&s, "voice.oneway", &f), 1);
	assert_non_null(strstr(f->text, "2 of 30"));
	found.kind[HALF_MEDIA].error_ratio[0] = 0.1; /* of a sample: at least 70 % */
	detect_findings(&in, &s);
	assert_int_equal(count_of(&s, "voice.oneway", &f), 1);
	assert_non_null(strstr(f->text, "3 of 30"));
	found.kind[HALF_MEDIA].found_ratio[0] = 1;
	found.kind[HALF_MEDIA].error_ratio[0] = 0;
	detect_findings(&in, &s);
	assert_int_equal(count_of(&s, "voice.oneway", &f), 0);
	sightings_fini(&s);
	scene_input_fini(&in);
	conf_destroy(conf);
}

static void
a_gap_is_told_for_a_minute(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);
	struct input_link *link = &in.links[0];
	const struct rec_finding *f = NULL, *cause = NULL;
	struct sightings s = {0};

	(void)state;
	link->rec.media = (struct rec_link_media){.gap_us = in.to_us - 5 * SCENE_SECOND,
	                                          .gap_from_us = in.to_us - 7 * SCENE_SECOND,
	                                          .gap_length_us = 1500000,
	                                          .gap_until_link = "pni-b",
	                                          .gap_streams = 40,
	                                          .gap_of_streams = 50};
	detect_findings(&in, &s);
	assert_int_equal(count_of(&s, "voice.gap", &f), 1);
	assert_int_equal(f->since_us, in.to_us - 7 * SCENE_SECOND);
	assert_string_equal(f->caused_by, "");
	assert_non_null(strstr(f->text, "40 of 50"));
	assert_non_null(strstr(f->text, "1.500 s; then they went on over pni-b"));
	strcpy(link->rec.state, "degraded");
	detect_findings(&in, &s);
	assert_int_equal(count_of(&s, "link.degraded", &cause), 1);
	assert_int_equal(count_of(&s, "voice.gap", &f), 1);
	assert_string_equal(f->caused_by, cause->id);
	link->rec.media.gap_us = in.to_us - 61 * SCENE_SECOND;
	detect_findings(&in, &s);
	assert_int_equal(count_of(&s, "voice.gap", &f), 0);
	sightings_fini(&s);
	scene_input_fini(&in);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_way_is_told_where_both_ways_are_seen),
		cmocka_unit_test(what_another_link_answers_is_not_one_way),
		cmocka_unit_test(a_gap_is_told_for_a_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
