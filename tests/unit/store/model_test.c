#include "store/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "snap/snap.h"
#include "store/codec.h"
#include "store/event.h"
#include "store/fields.h"

static size_t
size_of_type(const struct record_field *f)
{
	switch (f->type) {
	case FIELD_U64:
	case FIELD_I64:
	case FIELD_F64:
		return 8;
	case FIELD_BOOL:
		return sizeof(bool);
	case FIELD_TEXT:
		return f->size;
	case FIELD_LIST:
		return f->element_size ? f->size / f->element_size * f->element_size : 0;
	}
	return 0;
}

static void
check_fields(const struct record_field *fields, uint32_t record_size)
{
	for (const struct record_field *f = fields; f->name; f++) {
		assert_non_null(f->help);
		assert_true(strlen(f->help) > 0);
		assert_non_null(f->unit);
		for (const struct record_field *other = fields; other < f; other++)
			assert_string_not_equal(other->name, f->name);
		if (f->later)
			continue;
		assert_true(f->size > 0);
		assert_int_equal(f->size, size_of_type(f));
		assert_true(f->offset + f->size <= record_size);
		if (f->type != FIELD_LIST)
			continue;
		assert_true(f->count_offset + sizeof(uint32_t) <= record_size);
		check_fields(f->element, f->element_size);
	}
}

static void
every_field_lies_in_its_record_and_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++)
		check_fields(model_schema(kind)->fields, model_schema(kind)->record_size);
	check_fields(fields_event, sizeof(struct event));
}

/* Two rows on the same bytes would be a slip of the pen, and so would a member without a row. */
static void
fields_cover_their_record_without_overlap(void **state)
{
	(void)state;
	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
		const struct key_schema *schema = model_schema(kind);
		uint8_t *used = calloc(1, schema->record_size);
		size_t holes = 0;

		for (const struct record_field *f = schema->fields; f->name; f++) {
			if (f->type == FIELD_LIST)
				memset(used + f->count_offset, 1, sizeof(uint32_t));
			for (uint32_t i = 0; !f->later && i < f->size; i++) {
				assert_int_equal(used[f->offset + i], 0);
				used[f->offset + i] = 1;
			}
		}
		for (uint32_t i = 0; i < schema->record_size; i++) {
			holes = used[i] ? 0 : holes + 1;
			assert_true(holes < sizeof(uint64_t)); /* padding only */
		}
		free(used);
	}
}

static void
keys_have_names_of_their_own_and_help(void **state)
{
	(void)state;
	for (const struct key_schema *k = model_keys(); k->pattern; k++) {
		assert_non_null(k->help);
		for (const struct key_schema *other = model_keys(); other < k; other++)
			assert_false(other->scope == k->scope &&
			             strcmp(other->pattern, k->pattern) == 0);
	}
}

static void
size_histogram_says_the_bounds_that_are_counted(void **state)
{
	char name[64];

	(void)state;
	for (unsigned i = 0; i < SNAP_SIZES; i++) {
		const struct record_field *f;

		if (i + 1 < SNAP_SIZES)
			snprintf(name, sizeof name, "sizes_le_%u_peer_to_msft",
			         snap_size_bounds[i]);
		else
			snprintf(name, sizeof name, "sizes_more_peer_to_msft");
		f = codec_field(fields_link, name);
		assert_non_null(f);
		assert_int_equal(f->offset, offsetof(struct rec_link, sizes[0][i]));
	}
}

static void
keys_are_those_of_the_published_model(void **state)
{
	static const struct {
		enum record_kind kind;
		const char *id, *key;
	} rows[] = {
		{RECORD_PROBE, "ams1-p1", "pni:{ams1}:probe:ams1-p1"},
		{RECORD_EPOCH, "ams1-p1", "pni:{ams1}:epoch:ams1-p1"},
		{RECORD_LINK, "pni-a", "pni:{ams1}:link:pni-a"},
		{RECORD_MEMBER, "pni-a:0", "pni:{ams1}:member:pni-a:0"},
		{RECORD_SUBNET, "2001:db8::/32", "pni:{ams1}:subnet:2001:db8::/32"},
		{RECORD_SUBNET_CLASS, "203.0.113.0/24:class:sip-tls",
	         "pni:{ams1}:subnet:203.0.113.0/24:class:sip-tls"},
		{RECORD_ENDPOINT, "203.0.113.10", "pni:{ams1}:endpoint:203.0.113.10"},
		{RECORD_FINDING, "f1", "pni:{@acme-voice}:finding:f1"},
		{RECORD_VERDICT, "R4", "pni:{@acme-voice}:verdict:R4"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char rest[KEY_SIZE], key[KEY_SIZE];

		model_record_key(rest, rows[i].kind, rows[i].id);
		model_key(key, model_schema(rows[i].kind)->scope, "ams1", "acme-voice", rest);
		assert_string_equal(key, rows[i].key);
	}
}

static void
lists_show_ids_or_their_own_part(void **state)
{
	static const struct {
		enum record_kind kind;
		const char *id, *key, *member;
	} rows[] = {
		{RECORD_LINK, "pni-a", "links", "pni-a"},
		{RECORD_MEMBER, "pni-a:1", "members:pni-a", "1"},
		{RECORD_LINK_CLASS, "pni-a:class:rtp", "link:pni-a:classes", "rtp"},
		{RECORD_LINK_SUBNET, "pni-a:subnet:2001:db8::/32", "link:pni-a:subnets",
	         "2001:db8::/32"},
		{RECORD_SUBNET_CLASS, "2001:db8::/32@p2:class:rtp",
	         "subnet:2001:db8::/32@p2:classes", "rtp"},
		{RECORD_VERDICT, "R4:subnet:203.0.113.0/24", "verdicts",
	         "R4:subnet:203.0.113.0/24"},
	};
	char key[KEY_SIZE];
	const char *member;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(model_index(key, rows[i].kind, rows[i].id, &member));
		assert_string_equal(key, rows[i].key);
		assert_string_equal(member, rows[i].member);
	}
	assert_false(model_index(key, RECORD_MEMBER, "no-number", &member));
}

static void
events_have_names_of_their_own_and_a_known_severity(void **state)
{
	(void)state;
	for (const struct event_kind *k = event_kinds(); k->name; k++) {
		assert_ptr_equal(event_find(k->name), k);
		assert_true(strlen(k->name) < sizeof((struct event *)0)->name);
		assert_non_null(strstr("critical major minor info", k->severity));
	}
	assert_null(event_find("no.such"));
}

static void
long_ids_are_cut_inside_the_key(void **state)
{
	char id[2 * KEY_SIZE], rest[KEY_SIZE], key[KEY_SIZE];

	(void)state;
	memset(id, 'x', sizeof id - 1);
	id[sizeof id - 1] = '\0';
	model_record_key(rest, RECORD_LINK, id);
	model_key(key, SCOPE_SITE, id, "", rest);
	assert_int_equal(strlen(key), KEY_SIZE - 1);
}

static void
roll_up_levels_hold_what_is_promised(void **state)
{
	char key[KEY_SIZE];

	(void)state;
	assert_int_equal(model_point_level(0)->keep_s, 15 * 60);
	assert_int_equal(model_point_level(1)->keep_s, 6 * 3600);
	assert_int_equal(model_point_level(2)->keep_s, 7 * 86400);
	for (unsigned i = 0; i < POINT_LEVELS; i++)
		assert_int_equal(model_point_level(i)->points * model_point_level(i)->step_s,
		                 model_point_level(i)->keep_s);
	model_points_key(key, "link:pni-a", 0);
	assert_string_equal(key, "ts:link:pni-a");
	model_points_key(key, "subnet:2001:db8::/32", 2);
	assert_string_equal(key, "ts:60s:subnet:2001:db8::/32");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_lies_in_its_record_and_has_a_name_of_its_own),
		cmocka_unit_test(fields_cover_their_record_without_overlap),
		cmocka_unit_test(keys_have_names_of_their_own_and_help),
		cmocka_unit_test(size_histogram_says_the_bounds_that_are_counted),
		cmocka_unit_test(keys_are_those_of_the_published_model),
		cmocka_unit_test(lists_show_ids_or_their_own_part),
		cmocka_unit_test(events_have_names_of_their_own_and_a_known_severity),
		cmocka_unit_test(long_ids_are_cut_inside_the_key),
		cmocka_unit_test(roll_up_levels_hold_what_is_promised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
