/* A least configuration, line by line, so that a test can break one line and expect its number. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "conf/conf.h"

static const char *const least[] = {
	"peering = { name = \"p\"; };",
	"peer = { asn = 64496; };",
	"sites = ( { name = \"a\"; } );",
	"links = ( { name = \"l\"; members = (",
	"{ speed = \"10G\"; peer_to_msft = \"pcap:a\"; msft_to_peer = \"pcap:b\"; }",
	"); } );",
};
enum { LEAST_LINES = sizeof least / sizeof least[0] };

/* The least text with line `number` replaced; LEAST_LINES + 1 appends. NUL ends; to be freed. */
static inline char *
least_with(unsigned number, const char *line)
{
	struct text t = {0};

	for (unsigned i = 1; i <= LEAST_LINES + 1; i++)
		text_add(&t, "%s\n", i == number ? line : i <= LEAST_LINES ? least[i - 1] : "");
	return t.at;
}

/* Loads, or fails the test with the loader's error. */
static inline struct conf *
load_or_fail(const char *text)
{
	struct conf *c;
	char *error;

	if (conf_load_text(text, "t.conf", &c, &error) != 0)
		fail_msg("%s", error);
	assert_null(error);
	return c;
}

static inline struct conf *
load_least_with(unsigned number, const char *line)
{
	char *text = least_with(number, line);
	struct conf *c = load_or_fail(text);

	free(text);
	return c;
}

/* One bad line and the exact error, without the file's name. */
struct bad_line {
	unsigned line;
	const char *text, *error;
};

static inline void
expect_errors(const struct bad_line *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *text = least_with(cases[i].line, cases[i].text);
		struct conf *c = NULL;
		char *error;

		if (conf_load_text(text, "t.conf", &c, &error) == 0)
			fail_msg("accepted: %s", cases[i].text);
		assert_null(c);
		assert_non_null(error);
		assert_int_equal(strncmp(error, "t.conf:", 7), 0);
		assert_string_equal(error + 7, cases[i].error);
		assert_null(strchr(error, '\n'));
		free(error);
		free(text);
	}
}
