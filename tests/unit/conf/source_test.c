/* Files that include files: where a line came from, and what is refused before parsing. */
#include "conf/source.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];

static void
write_bytes(const char *name, const char *text, size_t size)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fwrite(text, 1, size, f);
	fclose(f);
}

static void
write_file(const char *name, const char *text)
{
	write_bytes(name, text, strlen(text));
}

static int
make_folder(void **state)
{
	char path[128];

	(void)state;
	snprintf(folder, sizeof folder, "/tmp/source_test.XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof path, "%s/sub", folder);
	return mkdir(path, 0700);
}

static int
remove_folder(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof command, "rm -r %s", folder);
	return system(command);
}

/* Reads `name` of the folder; the error without the folder's name, or NULL. */
static char *
read_error(const char *name, int *rc)
{
	struct arena arena = {0};
	struct source s;
	char path[128], *error = NULL;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	source_init(&s, &arena);
	*rc = source_read_file(&s, path);
	if (s.error && strncmp(s.error, folder, strlen(folder)) == 0)
		error = strdup(s.error + strlen(folder) + 1);
	else if (s.error)
		error = strdup(s.error);
	source_fini(&s);
	arena_fini(&arena);
	return error;
}

static void
expect_error(const char *name, int expected_rc, const char *expected)
{
	int rc;
	char *error = read_error(name, &rc);

	assert_int_equal(rc, expected_rc);
	assert_non_null(error);
	assert_string_equal(error, expected);
	free(error);
}

/* The position of the line of the joined text that holds `word`. */
static void
expect_position(const struct source *s, const char *word, const char *file, unsigned line)
{
	const char *at = strstr(s->text.at, word);
	struct source_position p;
	unsigned n = 1;

	assert_non_null(at);
	for (const char *c = s->text.at; c < at; c++)
		n += *c == '\n';
	p = source_position(s, n);
	assert_string_equal(p.file + strlen(folder) + 1, file);
	assert_int_equal(p.line, line);
}

static void
every_line_knows_its_file(void **state)
{
	struct arena arena = {0};
	struct source s;
	char path[128];

	(void)state;
	write_file("top.conf", "one = 1;\n"
	                       "two = 2; @include \"sub/a.conf\" three = 3;\n"
	                       "/* a comment\n   of two lines */ four = 4;\n");
	write_file("sub/a.conf", "# first\na = 1;\n@include \"b.conf\"\nafter = 2;");
	write_file("sub/b.conf", "\n\nb = 1; // @include \"nothing\"\n");
	snprintf(path, sizeof path, "%s/top.conf", folder);
	source_init(&s, &arena);
	assert_int_equal(source_read_file(&s, path), 0);
	expect_position(&s, "one", "top.conf", 1);
	expect_position(&s, "two", "top.conf", 2);
	expect_position(&s, "a = ", "sub/a.conf", 2);
	expect_position(&s, "b = ", "sub/b.conf", 3);
	expect_position(&s, "after", "sub/a.conf", 4);
	expect_position(&s, "three", "top.conf", 2);
	expect_position(&s, "four", "top.conf", 4);
	assert_null(strstr(s.text.at, "nothing"));
	source_fini(&s);
	arena_fini(&arena);
}

static void
numbers_become_what_every_libconfig_takes(void **state)
{
	struct arena arena = {0};
	struct source s;

	(void)state;
	source_init(&s, &arena);
	source_read_text(&s,
	                 "a1 = 1; b = 0x1F; c = 1.5; d = 1e3; e = .5; f = \"7 #x\"; g-2 = -3; "
	                 "h = 5L; i = [1,2]; j = 1e-6; k = 0x1e; l = 2.5E+3; m = 7E2;",
	                 "t");
	assert_string_equal(s.text.at, "a1 = 1L; b = 0x1FL; c = 1.5; d = 1.0e3; e = .5; f = \"7 "
	                               "#x\"; g-2 = -3L; h = 5L; i = [1L,2L]; j = 1.0e-6; k = "
	                               "0x1eL; l = 2.5E+3; m = 7.0E2;");
	source_fini(&s);
	arena_fini(&arena);
}

static void
refuses(void **state)
{
	char deep[64] = "";

	(void)state;
	write_file("bad.conf", "a = 1;\nb = \"open;\nc = 2;");
	expect_error("bad.conf", -EINVAL,
	             "bad.conf:2: text is not closed on its line; add the missing \"");
	write_file("bad.conf", "a = 1;\n/* open\n\n");
	expect_error("bad.conf", -EINVAL, "bad.conf:2: comment /* is never closed; add */");
	write_file("bad.conf", "\n@includes\n");
	expect_error("bad.conf", -EINVAL,
	             "bad.conf:2: @include without a file; write @include \"FILE\"");
	write_file("bad.conf", "a = @;");
	expect_error("bad.conf", -EINVAL,
	             "bad.conf:1: '@' here; only @include \"FILE\" begins with it");
	write_file("bad.conf", "@include \"\"");
	expect_error("bad.conf", -EINVAL,
	             "bad.conf:1: @include without a file; write @include \"FILE\"");
	memset(deep, '(', 17);
	write_file("bad.conf", deep);
	expect_error("bad.conf", -EINVAL,
	             "bad.conf:1: brackets are nested more than 16 deep; fewer would be right");
}

static void
refuses_files_it_cannot_read(void **state)
{
	char expected[256];

	(void)state;
	expect_error("none.conf", -ENOENT,
	             "none.conf: cannot be read: No such file or directory; name a readable "
	             "configuration file");
	write_file("bad.conf", "\n\n@include \"none.conf\"");
	snprintf(expected, sizeof expected,
	         "bad.conf:3: cannot read \"%s/none.conf\": No such file or directory; name a "
	         "readable file, relative to this one",
	         folder);
	expect_error("bad.conf", -ENOENT, expected);
	write_file("bad.conf", "@include \"sub\"");
	snprintf(expected, sizeof expected,
	         "bad.conf:1: cannot read \"%s/sub\": Is a directory; name a readable file, "
	         "relative "
	         "to this one",
	         folder);
	expect_error("bad.conf", -EISDIR, expected);
	/* a device never ends */
	write_file("bad.conf", "@include \"/dev/zero\"");
	expect_error(
		"bad.conf", -EINVAL,
		"bad.conf:1: cannot read \"/dev/zero\": not a regular file; name a readable file, "
		"relative to this one");
	/* what Windows calls Unicode */
	write_bytes("bad.conf",
	            "\xff\xfe"
	            "a\0=\0001\0;\0",
	            10);
	expect_error("bad.conf", -EILSEQ,
	             "bad.conf: cannot be read: not a text in UTF-8, it has a zero byte; name a "
	             "readable configuration file");
}

/* Some editors begin a file with U+FEFF. */
static void
a_mark_of_utf8_is_stepped_over(void **state)
{
	char *error;
	int rc;

	(void)state;
	write_file("part.conf", "\xef\xbb\xbf"
	                        "b = 2;\r\n");
	write_file("good.conf", "\xef\xbb\xbf"
	                        "a = 1;\r\n@include \"part.conf\"\r\n");
	error = read_error("good.conf", &rc);
	assert_null(error);
	assert_int_equal(rc, 0);
	write_file("good.conf", "\xef\xbb\xbf");
	assert_null(read_error("good.conf", &rc));
}

static void
brackets_close_what_was_opened(void **state)
{
	char expected[256];
	int rc;

	(void)state;
	write_file("bad.conf", "a = {\n b = (\n 1, 2 ;\n};\n");
	snprintf(expected, sizeof expected,
	         "bad.conf:4: '}' closes the '(' of %s/bad.conf:2; ')' would be right", folder);
	expect_error("bad.conf", -EINVAL, expected);
	write_file("bad.conf", "a = 1;\n};");
	expect_error("bad.conf", -EINVAL,
	             "bad.conf:2: '}' closes nothing; leave it out, or add what it closes");
	write_file("bad.conf", "a = {\nb = 1;\n\n");
	expect_error("bad.conf", -EINVAL, "bad.conf:1: '{' is never closed; add '}'");
	/* those in texts and comments do not count */
	write_file("good.conf", "a = \"{((\"; # {\n/* [[ */");
	assert_null(read_error("good.conf", &rc));
	assert_int_equal(rc, 0);
}

/* It would be waited for without end: the alarm of the program ends the test then. */
static void
a_pipe_is_not_waited_for(void **state)
{
	char path[128];

	(void)state;
	snprintf(path, sizeof path, "%s/pipe.conf", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	alarm(60);
	expect_error("pipe.conf", -EINVAL,
	             "pipe.conf: cannot be read: not a regular file; name a readable configuration "
	             "file");
	alarm(0);
}

static void
an_include_of_itself_ends(void **state)
{
	(void)state;
	write_file("loop.conf", "a = 1;\n@include \"loop.conf\"\n");
	expect_error("loop.conf", -EINVAL,
	             "loop.conf:2: @include nested more than 8 deep; does a file include "
	             "itself?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_knows_its_file),
		cmocka_unit_test(numbers_become_what_every_libconfig_takes),
		cmocka_unit_test(refuses),
		cmocka_unit_test(refuses_files_it_cannot_read),
		cmocka_unit_test(a_mark_of_utf8_is_stepped_over),
		cmocka_unit_test(brackets_close_what_was_opened),
		cmocka_unit_test(an_include_of_itself_ends),
		cmocka_unit_test(a_pipe_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
