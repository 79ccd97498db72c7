#include "store/codec.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/fields.h"
#include "store/model.h"

static void
assert_number(double value, const char *expected)
{
	char buf[CODEC_NUMBER_SIZE + 1];

	buf[codec_print_f64(buf, value)] = '\0';
	assert_string_equal(buf, expected);
}

static void
numbers_are_plain_decimals(void **state)
{
	char buf[CODEC_NUMBER_SIZE + 1];

	(void)state;
	buf[codec_print_u64(buf, 0)] = '\0';
	assert_string_equal(buf, "0");
	buf[codec_print_u64(buf, UINT64_MAX)] = '\0';
	assert_string_equal(buf, "18446744073709551615");
	assert_number(0, "0");
	assert_number(1, "1");
	assert_number(0.5, "0.5");
	assert_number(0.999999, "0.999999");
	assert_number(0.001953125, "0.001953125");
	assert_number(123456789.25, "123456789.25");
	assert_number(100e9, "100000000000");
	assert_number(-2.5, "-2.5");
}

/* Whatever is written must be read back within the stated error, over the whole range. */
static void
ratios_and_rates_survive_the_way_there_and_back(void **state)
{
	(void)state;
	srand(1);
	for (int i = 0; i < 100000; i++) {
		double value = ldexp(rand() / (double)RAND_MAX, rand() % 80 - 40);
		char buf[CODEC_NUMBER_SIZE + 1];
		double back;

		buf[codec_print_f64(buf, value)] = '\0';
		back = strtod(buf, NULL);
		assert_true(fabs(back - value) <= fmax(1e-9, 1e-15 * value));
		assert_true(value >= 1e-3 || back == value ||
		            fabs(back / value - 1) < 1e-14); /* small ones keep their digits */
	}
}

static void
fill_link(struct rec_link *link)
{
	codec_clear(model_schema(RECORD_LINK), link);
	link->head.seq = 7;
	strcpy(link->name, "pni-a");
	strcpy(link->why, "état inconnu; \"quoted\"");
	link->traffic.bytes[0] = UINT64_MAX;
	link->traffic.rate_bps[1] = 12.5;
	link->sizes[1][3] = 99;
}

static void
a_record_comes_back_from_its_texts(void **state)
{
	struct rec_link link, back;
	struct text value = {0};
	size_t absent = 0;

	(void)state;
	fill_link(&link);
	codec_clear(model_schema(RECORD_LINK), &back);
	for (const struct record_field *f = fields_link; f->name; f++) {
		text_clear(&value);
		if (!codec_encode(f, &link, &value)) {
			absent++;
			continue;
		}
		assert_true(codec_decode(f, &back, value.at ? value.at : "", value.size));
	}
	assert_true(absent > 2); /* rates not known */
	assert_memory_equal(&link, &back, sizeof link);
	text_fini(&value);
}

static void
unknown_numbers_are_absent_not_zero(void **state)
{
	struct rec_link link;
	struct text value = {0};

	(void)state;
	codec_clear(model_schema(RECORD_LINK), &link);
	assert_false(codec_encode(codec_field(fields_link, "coverage_ratio"), &link, &value));
	assert_int_equal(value.size, 0);
	assert_null(codec_field(fields_link, "latency")); /* a later part's */
	assert_null(codec_field(fields_link, "no_such"));
	text_fini(&value);
}

static void
lists_are_json_and_come_back(void **state)
{
	const struct record_field *f = codec_field(fields_finding, "evidence");
	struct rec_finding *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b);
	struct text value = {0};

	(void)state;
	a->evidence_count = 1;
	a->evidence[0].frame = 42;
	strcpy(a->evidence[0].value, "say \"hi\"\n");
	assert_true(codec_encode(f, a, &value));
	assert_string_equal(value.at,
	                    "[{\"file\":\"\",\"frame\":42,\"ts_us\":0,\"link\":\"\",\"member\":"
	                    "\"\",\"direction\":\"\",\"field\":\"\",\"value\":\"say "
	                    "\\\"hi\\\"\\n\"}]");
	assert_true(codec_decode(f, b, value.at, value.size));
	assert_false(codec_differs(f, a, b));
	assert_memory_equal(a, b, sizeof *a);
	b->evidence[0].frame++;
	assert_true(codec_differs(f, a, b));
	text_fini(&value);
	free(a);
	free(b);
}

static void
longer_lists_than_their_room_are_cut(void **state)
{
	const struct record_field *f = codec_field(fields_finding, "evidence");
	struct rec_finding *r = calloc(1, sizeof *r);
	struct text value = {0};

	(void)state;
	text_add(&value, "[");
	for (int i = 0; i < REC_EVIDENCE + 5; i++)
		text_add(&value, "%s{\"frame\":%d}", i ? "," : "", i);
	text_add(&value, "]");
	assert_true(codec_decode(f, r, value.at, value.size));
	assert_int_equal(r->evidence_count, REC_EVIDENCE);
	assert_int_equal(r->evidence[REC_EVIDENCE - 1].frame, REC_EVIDENCE - 1);
	r->evidence_count = 1000; /* a writer's lie must not be read past the array */
	text_clear(&value);
	assert_true(codec_encode(f, r, &value));
	text_fini(&value);
	free(r);
}

static void
what_is_no_value_changes_nothing(void **state)
{
	static const struct {
		const char *field, *value;
	} rows[] = {
		{"state_since_us", ""},    {"state_since_us", "-1"},
		{"state_since_us", " 1"},  {"state_since_us", "1x"},
		{"state_since_us", "0x1"}, {"state_since_us", "99999999999999999999999"},
		{"coverage_ratio", "nan"}, {"coverage_ratio", "0x1p3"},
		{"coverage_ratio", ""},    {"coverage_ratio", "1e999"},
	};
	struct rec_link link;

	(void)state;
	fill_link(&link);
	link.state_since_us = 5;
	link.coverage_ratio = 0.25;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_false(codec_decode(codec_field(fields_link, rows[i].field), &link,
		                          rows[i].value, strlen(rows[i].value)));
	assert_int_equal(link.state_since_us, 5);
	assert_true(link.coverage_ratio == 0.25);
}

static void
long_texts_are_cut_at_a_whole_character(void **state)
{
	const struct record_field *f = codec_field(fields_link, "role"); /* 16 bytes */
	struct rec_link link;

	(void)state;
	codec_clear(model_schema(RECORD_LINK), &link);
	assert_true(codec_decode(f, &link, "12345678901234\xc3\xa9", 16));
	assert_string_equal(link.role, "12345678901234");
	assert_true(codec_decode(f, &link, "1234567890123\xc3\xa9", 15));
	assert_string_equal(link.role, "1234567890123\xc3\xa9");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_plain_decimals),
		cmocka_unit_test(ratios_and_rates_survive_the_way_there_and_back),
		cmocka_unit_test(a_record_comes_back_from_its_texts),
		cmocka_unit_test(unknown_numbers_are_absent_not_zero),
		cmocka_unit_test(lists_are_json_and_come_back),
		cmocka_unit_test(longer_lists_than_their_room_are_cut),
		cmocka_unit_test(what_is_no_value_changes_nothing),
		cmocka_unit_test(long_texts_are_cut_at_a_whole_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
