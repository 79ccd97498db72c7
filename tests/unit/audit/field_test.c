/* Texts in fields of records: cut between characters, and lists taken apart. */
#include "audit/field.h"

#include "unit/audit/scene.h"

/* U+00E9 is two bytes: half of it is no character. */
static void
cut_between_characters(void **state)
{
	char field[4];

	(void)state;
	FIELD_COPY(field, "ab\xc3\xa9");
	assert_string_equal(field, "ab");
	FIELD_COPY(field, "a\xc3\xa9");
	assert_string_equal(field, "a\xc3\xa9");
	FIELD_COPY(field, NULL);
	assert_string_equal(field, "");
	FIELD_FORMAT(field, "%d", 12345);
	assert_string_equal(field, "123");
}

static void
appended_behind_a_separator(void **state)
{
	char field[8] = "";

	(void)state;
	field_append(field, sizeof field, "; ", "a");
	assert_string_equal(field, "a");
	field_append(field, sizeof field, "; ", "bcdef");
	assert_string_equal(field, "a; bcde");
}

static void
words_of_a_list(void **state)
{
	static const struct {
		const char *list, *separators, *words;
	} rows[] = {
		{"a,b", ",", "a|b|"},
		{"a, b c", ", ", "a|b|c|"},
		{",,a,,b,", ",", "a|b|"},
		{"a b,c", ",", "a b|c|"},
		{"", ",", ""},
		{" , ", ", ", ""},
		{"abc,abcd,ab", ",", "abc|ab|"}, /* room for three */
		{"abcd", ",", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *at = rows[i].list;
		char word[4], all[64] = "";

		while (field_word(&at, rows[i].separators, word, sizeof word)) {
			strcat(all, word);
			strcat(all, "|");
		}
		assert_string_equal(all, rows[i].words);
		assert_string_equal(at, "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_between_characters),
		cmocka_unit_test(appended_behind_a_separator),
		cmocka_unit_test(words_of_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
