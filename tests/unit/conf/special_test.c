#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf/conf.h"

static int
load(const char *special, struct conf **out, char **error)
{
	char text[600];

	snprintf(text, sizeof text,
	         "peering = { name = \"p\"; type = \"isp\"; };\npeer = { };\n"
	         "data = { special = \"%s\"; };\n"
	         "sites = ( { name = \"s\"; } );\n"
	         "links = ( { name = \"l\"; site = \"s\"; members = ( { speed = \"10G\"; both = "
	         "\"pcap:x\"; direction = { by = \"subnet\"; }; } ); } );\n",
	         special);
	return conf_load_text(text, "test", out, error);
}

static const char *
why(const struct conf *c, const char *prefix)
{
	struct prefix p;

	assert_true(prefix_parse(prefix, &p, NULL));
	return conf_special_prefix(c, &p);
}

/* Requirements section 2, entry by entry; the longest match counts, and shorter than /8 is none's.
 */
static void
test_built_in(void **state)
{
	static const char *const bogons[] = {
		"0.0.0.0/0",       "10.0.0.0/8",       "10.1.2.0/24",    "100.64.0.0/10",
		"127.0.0.0/8",     "169.254.7.0/24",   "172.31.0.0/16",  "192.0.0.0/24",
		"192.0.2.0/24",    "192.88.99.0/24",   "192.168.0.0/16", "198.19.0.0/16",
		"198.51.100.0/24", "203.0.113.128/25", "240.0.0.0/4",    "255.255.255.255/32",
		"224.0.0.0/4",     "64.0.0.0/7",       "::/0",           "2001::/32",
		"2001:db8:1::/48", "2002::/16",        "3fff::/20",      "fc00::/7",
		"fe80::/10",       "ff00::/8",         "64:ff9b:1::/48", "100::/64",
		"5f00::/16",       "fec0::/10",        "2001:10::/28",
	};
	static const char *const fine[] = {
		"8.0.0.0/8",       "172.32.0.0/16",   "192.0.0.9/32",    "192.0.1.0/24",
		"192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24", "100.128.0.0/9",
		"2001:200::/32",   "2a00::/16",       "2001:1::1/128",   "2001:3::/32",
		"2001:4:112::/48", "2001:20::/28",    "64:ff9b::/96",    "203.0.112.0/24",
	};
	static const uint32_t asns[] = {0,      23456,      64496,      64511,     64512,
	                                65534,  65535,      65536,      65551,     65552,
	                                131071, 4200000000, 4294967294, 4294967295};
	struct conf *c;
	char *error = NULL;

	(void)state;
	assert_int_equal(load("", &c, &error), 0);
	for (size_t i = 0; i < sizeof bogons / sizeof *bogons; i++)
		if (!why(c, bogons[i]))
			fail_msg("%s passes", bogons[i]);
	for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
		if (why(c, fine[i]))
			fail_msg("%s: %s", fine[i], why(c, fine[i]));
	for (size_t i = 0; i < sizeof asns / sizeof *asns; i++)
		assert_non_null(conf_special_as(c, asns[i]));
	assert_null(conf_special_as(c, 8075));
	assert_null(conf_special_as(c, 64495));
	assert_null(conf_special_as(c, 131072));
	assert_string_equal(conf_special_as(c, 64500), "documentation, RFC 5398");
	assert_true(strlen(c->special.date) == 10);
	conf_destroy(c);
}

/* A lab's table: what documents is public there, and the digest of the contract is another. */
static void
test_lab(void **state)
{
	struct conf *c, *real;
	char *error = NULL;

	(void)state;
	assert_int_equal(load("data/lab-registries.txt", &c, &error), 0);
	assert_null(why(c, "203.0.113.0/24"));
	assert_null(why(c, "2001:db8::/32"));
	assert_null(conf_special_as(c, 64500));
	assert_non_null(why(c, "10.0.0.0/8"));
	assert_non_null(conf_special_as(c, 23456));
	assert_int_equal(load("", &real, &error), 0);
	assert_string_not_equal(c->sha256, real->sha256);
	conf_destroy(real);
	conf_destroy(c);
}

static void
test_bad_lines(void **state)
{
	static const char *const rows[][2] = {
		{"date 2026-01-01\nas 64512-x why\n", ":2: \"as 64512-65534 why\" would be right"},
		{"date 2026-01-01\nas 5-4 why\n", ":2: \"as"},
		{"date 2026-01-01\nas 4294967296 why\n", ":2: \"as"},
		{"bogon 10.0.0.1/8 why\n", ":1: \"bogon 192.0.2.0/24 why\""},
		{"shortest ipv5 8\n", ":1: \"shortest ipv4 8\""},
		{"\n\nnonsense\n", ":3: as, bogon, public"},
		{"as 1 why\n", "a table without its date"},
	};
	char path[] = "/tmp/special_test.XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct conf *c;
		char *error = NULL;

		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, rows[i][0], strlen(rows[i][0]), 0), strlen(rows[i][0]));
		assert_int_not_equal(load(path, &c, &error), 0);
		if (!strstr(error, rows[i][1]))
			fail_msg("%s", error);
		free(error);
	}
	close(fd);
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_built_in),
		cmocka_unit_test(test_lab),
		cmocka_unit_test(test_bad_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
