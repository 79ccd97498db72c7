#include "store/spool.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64], file[96], error[SPOOL_ERROR_SIZE];

static int
make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/spool_test.XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(file, sizeof file, "%s/events-p1.spool", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	unlink(file);
	rmdir(folder);
	return 0;
}

static struct spool *
open_spool(uint64_t max_bytes)
{
	return spool_open(folder, "p1", max_bytes, error);
}

static bool
append(struct spool *s, const char *text)
{
	return spool_append(s, text, strlen(text));
}

static void
join(void *context, const void *data, size_t size)
{
	char *all = context;
	size_t used = strlen(all);

	memcpy(all + used, data, size);
	strcpy(all + used + size, " ");
}

static void
assert_waits(struct spool *s, const char *expected)
{
	char all[4096] = "";

	spool_read(s, 100, join, all);
	assert_string_equal(all, expected);
}

static long
file_size(void)
{
	struct stat st;

	return stat(file, &st) == 0 ? (long)st.st_size : -1;
}

static void
records_leave_in_order_when_released(void **state)
{
	struct spool *s = open_spool(0);

	(void)state;
	assert_string_equal(error, "");
	assert_true(append(s, "one"));
	assert_true(append(s, "two"));
	assert_true(append(s, "three"));
	assert_waits(s, "one two three ");
	assert_waits(s, "one two three ");
	spool_release(s, 2);
	assert_waits(s, "three ");
	assert_int_equal(spool_state(s).events, 1);
	spool_release(s, 1);
	assert_waits(s, "");
	assert_int_equal(spool_state(s).bytes, 0);
	assert_int_equal(file_size(), 8);
	spool_close(s);
}

static void
the_next_run_finds_what_was_not_released(void **state)
{
	struct spool *s = open_spool(0);

	(void)state;
	append(s, "one");
	append(s, "two");
	spool_sync(s);
	spool_close(s);
	s = open_spool(0);
	assert_waits(s, "one two ");
	append(s, "three");
	assert_waits(s, "one two three ");
	spool_close(s);
}

/* Cut at every byte: whole records before the cut stay, and appending goes on behind them. */
static void
a_torn_tail_is_cut(void **state)
{
	struct spool *s = open_spool(0);
	long whole;

	(void)state;
	append(s, "one");
	append(s, "two");
	spool_close(s);
	whole = file_size();
	assert_int_equal(whole, 8 + 2 * (8 + 3));
	for (long size = whole - 1; size > 8 + 8 + 3; size--) {
		assert_int_equal(truncate(file, size), 0);
		s = open_spool(0);
		assert_non_null(strstr(error, "torn tail"));
		assert_waits(s, "one ");
		append(s, "two");
		assert_waits(s, "one two ");
		spool_close(s);
		assert_int_equal(file_size(), whole);
	}
}

static void
a_flipped_bit_ends_what_can_be_believed(void **state)
{
	struct spool *s = open_spool(0);
	FILE *f;

	(void)state;
	append(s, "one");
	append(s, "two");
	append(s, "three");
	spool_close(s);
	f = fopen(file, "r+b");
	fseek(f, 8 + (8 + 3) + 8, SEEK_SET); /* first byte of "two" */
	fputc('T', f);
	fclose(f);
	s = open_spool(0);
	assert_waits(s, "one ");
	spool_close(s);
}

static void
a_file_of_somebody_else_is_left_alone(void **state)
{
	struct spool *s;
	FILE *f = fopen(file, "wb");

	(void)state;
	fputs("not a spool at all\n", f);
	fclose(f);
	s = open_spool(0);
	assert_non_null(strstr(error, "not a spool"));
	assert_true(append(s, "one")); /* in memory */
	assert_waits(s, "one ");
	spool_close(s);
	assert_int_equal(file_size(), 19);
}

static void
two_processes_do_not_share_a_file(void **state)
{
	struct spool *first = open_spool(0), *second = open_spool(0);

	(void)state;
	assert_non_null(strstr(error, "in use by another process"));
	append(first, "first");
	append(second, "second");
	assert_waits(first, "first ");
	assert_waits(second, "second ");
	spool_close(second);
	spool_close(first);
}

static void
the_newest_is_dropped_when_full(void **state)
{
	struct spool *s = open_spool(8 + 3 * (8 + 10));

	(void)state;
	assert_true(append(s, "aaaaaaaaaa"));
	assert_true(append(s, "bbbbbbbbbb"));
	assert_true(append(s, "cccccccccc"));
	assert_false(append(s, "dddddddddd"));
	assert_int_equal(spool_state(s).dropped, 1);
	/* room at the front is used again */
	spool_release(s, 2);
	assert_true(append(s, "eeeeeeeeee"));
	assert_waits(s, "cccccccccc eeeeeeeeee ");
	assert_true(file_size() <= 8 + 3 * (8 + 10));
	spool_close(s);
	s = open_spool(0);
	assert_waits(s, "cccccccccc eeeeeeeeee ");
	spool_close(s);
}

/* A limit on file size refuses writes as a full disk does. */
static void
a_full_disk_sends_records_to_memory_in_order(void **state)
{
	struct rlimit before, small;
	struct spool *s = open_spool(0);

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	append(s, "one");
	getrlimit(RLIMIT_FSIZE, &before);
	small = before;
	small.rlim_cur = 8 + 8 + 3 + 5; /* a part of the next record fits */
	setrlimit(RLIMIT_FSIZE, &small);
	assert_true(append(s, "two"));
	assert_int_equal(spool_state(s).disk_errors, 1);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_true(append(s, "three")); /* the disk has room again, but "two" comes first */
	assert_waits(s, "one two three ");
	assert_int_equal(file_size(), 8 + 8 + 3);
	spool_release(s, 3);
	assert_true(append(s, "four"));
	assert_int_equal(spool_state(s).disk_errors, 1);
	spool_close(s);
	s = open_spool(0);
	assert_waits(s, "four ");
	spool_close(s);
}

static void
memory_alone_has_a_cap(void **state)
{
	struct spool *s = spool_open(NULL, "p1", 10, error);

	(void)state;
	assert_string_equal(error, "");
	assert_true(append(s, "12345"));
	assert_true(append(s, "67890"));
	assert_false(append(s, "x"));
	assert_waits(s, "12345 67890 ");
	assert_int_equal(spool_state(s).dropped, 1);
	spool_close(s);
}

static void
check_value_of_the_crc_is_the_published_one(void **state)
{
	/* CRC-32 of "123456789" is cbf43926 (the check value of every catalogue) */
	static const uint8_t record[] = {0,   0,   0,   9,   0xcb, 0xf4, 0x39, 0x26, '1',
	                                 '2', '3', '4', '5', '6',  '7',  '8',  '9'};

	(void)state;
	assert_int_equal(spool_record_check(record, sizeof record), sizeof record);
	for (size_t size = 0; size < sizeof record; size++)
		assert_int_equal(spool_record_check(record, size), 0);
}

int
main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {
		EACH(records_leave_in_order_when_released),
		EACH(the_next_run_finds_what_was_not_released),
		EACH(a_torn_tail_is_cut),
		EACH(a_flipped_bit_ends_what_can_be_believed),
		EACH(a_file_of_somebody_else_is_left_alone),
		EACH(two_processes_do_not_share_a_file),
		EACH(the_newest_is_dropped_when_full),
		EACH(a_full_disk_sends_records_to_memory_in_order),
		EACH(memory_alone_has_a_cap),
		EACH(check_value_of_the_crc_is_the_published_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
