#include "store/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
addresses_are_taken_apart(void **state)
{
	static const struct {
		const char *text;
		bool is_unix;
		const char *host, *user;
		int port, database;
	} rows[] = {
		{"unix:/run/redis.sock", true, "/run/redis.sock", "", 6379, 0},
		{"unix:redis.sock", true, "redis.sock", "", 6379, 0},
		{"redis1:6380", false, "redis1", "", 6380, 0},
		{"192.0.2.1:1", false, "192.0.2.1", "", 1, 0},
		{"[2001:db8::1]:6381", false, "2001:db8::1", "", 6381, 0},
		{"redis://redis1", false, "redis1", "", 6379, 0},
		{"redis://probe@redis1:6380/2", false, "redis1", "probe", 6380, 2},
		{"redis://[2001:db8::1]/0", false, "2001:db8::1", "", 6379, 0},
	};
	char error[ADDRESS_ERROR_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct address a;

		assert_true(address_parse(rows[i].text, &a, error));
		assert_int_equal(a.is_unix, rows[i].is_unix);
		assert_string_equal(a.host, rows[i].host);
		assert_string_equal(a.user, rows[i].user);
		assert_int_equal(a.port, rows[i].port);
		assert_int_equal(a.database, rows[i].database);
	}
}

static void
what_is_no_address_is_refused_in_words(void **state)
{
	static const char *const rows[] = {
		"",
		"redis1",
		"redis1:",
		"redis1:0",
		"redis1:65536",
		"redis1\n",
		"redis1:12x",
		":6379",
		"unix:",
		"[2001:db8::1",
		"[2001:db8::1]6379",
		"redis://",
		"redis://host:1/x",
		"http://host:1",
		"sentinel://host:26379/main",
		"rediss://host",
	};
	char error[ADDRESS_ERROR_SIZE], path[300] = "unix:";
	struct address a;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		error[0] = '\0';
		assert_false(address_parse(rows[i], &a, error));
		assert_non_null(strstr(error, "want unix:PATH"));
		assert_null(strchr(error, '\n'));
	}
	/* a path that the kernel would cut */
	memset(path + 5, 'p', 200);
	assert_false(address_parse(path, &a, error));
}

static void
a_password_is_refused_and_not_repeated(void **state)
{
	char error[ADDRESS_ERROR_SIZE];
	struct address a;

	(void)state;
	assert_false(address_parse("redis://probe:hush@host:1", &a, error));
	assert_null(strstr(error, "hush"));
	assert_null(strstr(a.user, "hush"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_taken_apart),
		cmocka_unit_test(what_is_no_address_is_refused_in_words),
		cmocka_unit_test(a_password_is_refused_and_not_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
