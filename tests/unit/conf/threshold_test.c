/* The table itself: names once, defaults in range, and the numbers that others published. */
#include "conf/threshold.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

static void
rows_are_sound(void **state)
{
	(void)state;
	for (size_t i = 0; i < threshold_count; i++) {
		const struct threshold *t = &threshold_table[i];

		assert_int_equal(threshold_find(t->name), i); /* also: no earlier row has it */
		assert_true(t->min < t->max);
		assert_true(t->preset >= t->min && t->preset <= t->max);
		for (const char *c = t->name; *c; c++)
			assert_true(islower((unsigned char)*c) || isdigit((unsigned char)*c) ||
			            *c == '_');
		assert_non_null(t->help);
	}
}

static bool
ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), tail = strlen(end);

	return size >= tail && strcmp(text + size - tail, end) == 0;
}

static void
names_tell_the_unit(void **state)
{
	static const char *const units[] = {"us", "ratio"};

	(void)state;
	for (size_t i = 0; i < threshold_count; i++)
		for (size_t u = 0; u < 2; u++) {
			char end[16] = "_";

			strcat(end, units[u]);
			if (ends_with(threshold_table[i].name, end) !=
			    (strcmp(threshold_table[i].unit, units[u]) == 0))
				fail_msg("%s counts %s", threshold_table[i].name,
				         threshold_table[i].unit);
		}
}

/* A number of ours must never pose as somebody else's, nor theirs be changed by accident. */
static void
documented_numbers(void **state)
{
	static const struct {
		const char *name;
		double value;
		const char *source;
	} published[] = {
		{"media_edge_loss_ratio", 0.001, "documented: Teams"},
		{"media_edge_rtt_us", 60000, "documented: Teams"},
		{"media_client_reorder_ratio", 0.0005, "documented: Teams"},
		{"x4_path_length", 3, "documented: internet-peering"},
		{"x14_speed", 10e9, "documented: internet-peering"},
		{"x14_policy_speed", 100e9, "documented: internet-peering"},
		{"x15_augment_ratio", 0.4, "documented: internet-peering"},
		{"x15_upgrade_ratio", 0.5, "documented: internet-peering"},
		{"x13_routes", 280, "documented: internet-peering"},
		{"r11_silence_us", 90e6, "standard: IEEE 802.1AX"},
		{"r7_fit_loss_slices", 3, "published: Flach"},
		{"r4_match_ratio", 0.99, "engineering"},
		{"loss_gate_ratio", 1e-6, "engineering"},
		{"m2_availability_ratio", 0.999, "engineering"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof published / sizeof published[0]; i++) {
		size_t row = threshold_find(published[i].name);

		assert_true(row < threshold_count);
		assert_true(threshold_table[row].preset == published[i].value);
		assert_int_equal(strncmp(threshold_table[row].source, published[i].source,
		                         strlen(published[i].source)),
		                 0);
	}
}

static void
every_source_is_of_a_known_kind(void **state)
{
	static const char *const kinds[] = {"documented: ", "standard: ", "published: "};

	(void)state;
	for (size_t i = 0; i < threshold_count; i++) {
		const char *source = threshold_table[i].source;
		bool known = strcmp(source, "engineering") == 0;

		for (size_t k = 0; k < 3; k++)
			known |= strncmp(source, kinds[k], strlen(kinds[k])) == 0 &&
			         strlen(source) > strlen(kinds[k]);
		if (!known)
			fail_msg("%s has source \"%s\"", threshold_table[i].name, source);
	}
}

static void
nearest_name(void **state)
{
	(void)state;
	assert_string_equal(threshold_nearest("x15_augmnt_ratio"), "x15_augment_ratio");
	assert_string_equal(threshold_nearest("r4_undeclared_fows"), "r4_undeclared_flows");
	assert_string_equal(threshold_nearest("r4_udneclared_flows"), "r4_undeclared_flows");
	assert_null(threshold_nearest("entirely_else"));
	assert_null(threshold_nearest(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_sound),
		cmocka_unit_test(names_tell_the_unit),
		cmocka_unit_test(documented_numbers),
		cmocka_unit_test(every_source_is_of_a_known_kind),
		cmocka_unit_test(nearest_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
