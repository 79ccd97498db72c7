#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui/rows.h"

struct sample {
	char name[16], classes[32];
	uint64_t rate;
	double ratio;
	uint64_t since_us;
	bool standby;
};

#define FIELD(member, kind, dimension)                                                    \
	{                                                                                 \
		.name = #member, .type = kind, .offset = offsetof(struct sample, member), \
		.size = sizeof((struct sample *)0)->member, .unit = dimension             \
	}

static const struct record_field fields[] = {
	FIELD(name, FIELD_TEXT, ""),
	FIELD(classes, FIELD_TEXT, ""),
	FIELD(rate, FIELD_U64, "bps"),
	FIELD(ratio, FIELD_F64, "ratio"),
	FIELD(since_us, FIELD_U64, "us"),
	FIELD(standby, FIELD_BOOL, ""),
	{.name = "later", .type = FIELD_U64, .later = 1},
	{.name = NULL},
};
static const struct key_schema schema = {.fields = fields, .record_size = sizeof(struct sample)};
static const struct sample samples[] = {
	{"pni-a", "sip-tls, srtp", 2500000000, 0.25, 1795341600000000, false},
	{"pni-b", "srtp", 900, NAN, 0, true},
	{"pni, \"c\"", "dns", 900, 1, 5000, false},
};

static void
fill(struct rows *r)
{
	rows_init(r, &schema);
	for (size_t i = 0; i < 3; i++)
		rows_add(r, &samples[i]);
}

static char *
printed(const struct rows *r, bool csv, bool wide)
{
	static const struct rows_column columns[] = {
		{"name", "link", ROWS_ALWAYS},     {"rate", "rate", ROWS_ALWAYS},
		{"ratio", "used", ROWS_ALWAYS},    {"since_us", "since", ROWS_WIDE},
		{"absent", "absent", ROWS_ALWAYS}, {NULL, NULL, ROWS_ALWAYS}};
	struct rows_style style = {.wide = wide};
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (csv)
		rows_print_csv(r, f);
	else
		rows_print(r, columns, &style, f);
	fclose(f);
	return text;
}

static void
text_is_aligned(void **state)
{
	struct rows r;

	(void)state;
	fill(&r);
	char *text = printed(&r, false, false);

	assert_string_equal(text, "link             rate    used\n"
	                          "pni-a     2.50 Gbit/s  25.0 %\n"
	                          "pni-b       900 bit/s       -\n"
	                          "pni, \"c\"    900 bit/s   100 %\n");
	free(text);
	rows_fini(&r);
}

static void
csv_has_plain_numbers_and_quotes(void **state)
{
	struct rows r;

	(void)state;
	fill(&r);
	char *text = printed(&r, true, false);

	assert_string_equal(text, "name,classes,rate,ratio,since_us,standby\n"
	                          "pni-a,\"sip-tls, srtp\",2500000000,0.25,1795341600000000,0\n"
	                          "pni-b,srtp,900,,0,1\n"
	                          "\"pni, \"\"c\"\"\",dns,900,1,5000,0\n");
	free(text);
	rows_fini(&r);
}

static void
filter_sort_limit(void **state)
{
	struct rows r;
	const struct sample *s;

	(void)state;
	fill(&r);
	s = (const void *)r.records;
	assert_true(rows_sort(&r, "-rate"));
	assert_string_equal(s[2].name, "pni-a");
	assert_string_equal(s[0].name, "pni-b"); /* equal ones keep their order */
	assert_true(rows_sort(&r, "ratio"));
	assert_string_equal(s[0].name, "pni, \"c\"");
	assert_string_equal(s[2].name, "pni-b"); /* NaN last */
	assert_false(rows_sort(&r, "nonsense"));
	assert_false(rows_filter(&r, "rate", "900"));
	assert_true(rows_filter(&r, "classes", "srtp"));
	assert_int_equal(r.count, 2);
	rows_limit(&r, 1);
	assert_int_equal(r.count, 1);
	assert_string_equal(s[0].name, "pni-a");
	rows_fini(&r);
}

static void
one_direction(void **state)
{
	(void)state;
	assert_false(rows_other_direction("rate_bps_peer_to_msft", NULL));
	assert_false(rows_other_direction("rate_bps_peer_to_msft", "peer_to_msft"));
	assert_true(rows_other_direction("rate_bps_peer_to_msft", "msft_to_peer"));
	assert_false(rows_other_direction("coverage_ratio", "msft_to_peer"));
	assert_false(rows_other_direction("peer_to_msft", "msft_to_peer"));
}

static void
both_directions_sort_as_one(void **state)
{
	static const struct rec_link_class records[] = {
		{.class = "dns", .traffic.bytes = {100, 0}},
		{.class = "tls", .traffic.bytes = {10, 5000}},
		{.class = "ntp", .traffic.bytes = {60, 60}},
	};
	struct rows r;

	(void)state;
	rows_init(&r, model_schema(RECORD_LINK_CLASS));
	for (size_t i = 0; i < 3; i++)
		rows_add(&r, &records[i]);
	const struct rec_link_class *sorted = (const void *)r.records;

	assert_true(rows_sort(&r, "bytes"));
	assert_string_equal(sorted[0].class, "tls");
	assert_string_equal(sorted[1].class, "ntp");
	assert_true(rows_sort(&r, "bytes_peer_to_msft"));
	assert_string_equal(sorted[0].class, "dns");
	rows_fini(&r);
}

static void
json_follows_the_table(void **state)
{
	struct rows r;

	(void)state;
	fill(&r);
	json_t *array = rows_json(&r);
	json_t *a = json_array_get(array, 0), *b = json_array_get(array, 1);

	assert_int_equal(json_array_size(array), 3);
	assert_int_equal(json_object_size(a), 6);
	assert_int_equal(json_integer_value(json_object_get(a, "rate")), 2500000000);
	assert_true(json_is_null(json_object_get(b, "ratio")));
	assert_true(json_is_true(json_object_get(b, "standby")));
	json_decref(array);
	rows_fini(&r);
}

static void
envelope_is_whole(void **state)
{
	static const char *const keys[] = {"schema",  "tool",     "version", "generated_us",
	                                   "peering", "site",     "profile", "config_sha256",
	                                   "window",  "coverage", "clock"};
	struct json_envelope e = {.schema = "test/1", .coverage = NAN};
	json_t *o = json_envelope(&e);
	void *at = json_object_iter(o);

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		assert_string_equal(json_object_iter_key(at), keys[i]);
		at = json_object_iter_next(o, at);
	}
	assert_null(at);
	assert_true(json_is_null(json_object_get(json_object_get(o, "window"), "from_us")));
	assert_true(json_is_null(json_object_get(o, "coverage")));
	json_decref(o);
}

static void
lists_are_split(void **state)
{
	json_t *a = json_split("sip-tls, srtp,stun");

	(void)state;
	assert_int_equal(json_array_size(a), 3);
	assert_string_equal(json_string_value(json_array_get(a, 1)), "srtp");
	json_decref(a);
	a = json_split("");
	assert_int_equal(json_array_size(a), 0);
	json_decref(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_aligned),
		cmocka_unit_test(csv_has_plain_numbers_and_quotes),
		cmocka_unit_test(filter_sort_limit),
		cmocka_unit_test(one_direction),
		cmocka_unit_test(both_directions_sort_as_one),
		cmocka_unit_test(json_follows_the_table),
		cmocka_unit_test(envelope_is_whole),
		cmocka_unit_test(lists_are_split),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
