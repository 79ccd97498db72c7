#include "proto/multipart.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define SDP "v=0\r\no=- 1 1 IN IP4 192.0.2.1"
/* RFC 3204 section 3.1: SDP and ISUP */
#define ISUP                                                                          \
	"--unique\r\nContent-Type: application/sdp; charset=UTF-8\r\n\r\n" SDP        \
	"\r\n--unique\r\nContent-type: application/ISUP;version=nxv3\r\n"             \
	"Content-Disposition: signal;handling=optional\r\n\r\n\x01\x00\x49\n\x00\xff" \
	"\r\n--unique--\r\n"

static const struct {
	const char *name, *type, *body, *part;
} cases[] = {
	{"RFC 3204", "multipart/mixed; boundary=unique", ISUP, SDP},
	{"quoted, another order", "Multipart/Related;type=x;boundary=\"a b\" ;start=y",
         "preamble\r\n--a b\r\nc: text/plain\r\n\r\nhello\r\n--a b\r\nc:APPLICATION/SDP\r\n\r\n" SDP
         "\r\n--a b--",
         SDP},
	{"line ends of one byte", "multipart/mixed;boundary=x",
         "--x\nContent-Type: application/sdp\n\nv=0\n--x--\n", "v=0"},
	{"no end", "multipart/mixed;boundary=x",
         "--x\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n", "v=0\r\n"},
	{"an empty part", "multipart/mixed;boundary=x",
         "--x\r\nContent-Type: application/sdp\r\n\r\n--x--", ""},
	{"no such part", "multipart/mixed;boundary=x", "--x\r\nContent-Type: text/plain\r\n\r\nv=0",
         NULL},
	{"a head without end", "multipart/mixed;boundary=x", "--x\r\nContent-Type: application/sdp",
         NULL},
	{"the type stands in another part's text", "multipart/mixed;boundary=x",
         "--x\r\n\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--x--", NULL},
	{"no boundary", "multipart/mixed", ISUP, NULL},
	{"an empty one", "multipart/mixed;boundary=\"\"", ISUP, NULL},
	{"no multipart", "application/sdp;boundary=unique", ISUP, NULL},
	{"no body", "multipart/mixed;boundary=x", "", NULL},
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct slice type = {cases[i].type, strlen(cases[i].type)};
		size_t size =
			cases[i].body == cases[0].body ? sizeof ISUP - 1 : strlen(cases[i].body);
		uint8_t *exact = malloc(size ? size : 1); /* to its last byte: sanitizers look */
		struct cursor part;
		bool found;

		print_message("%s\n", cases[i].name);
		memcpy(exact, cases[i].body, size);
		found = multipart_find(type, cursor_over(exact, size), "application/sdp", &part);
		assert_int_equal(found, cases[i].part != NULL);
		if (found) {
			assert_int_equal(cursor_left(&part), strlen(cases[i].part));
			assert_memory_equal(part.at, cases[i].part, cursor_left(&part));
		}
		free(exact);
	}
}

/* Cut anywhere it finds what there is, and reads no byte behind. */
static void
test_truncations(void **state)
{
	const struct slice type = {"multipart/mixed;boundary=unique", 31};

	(void)state;
	for (size_t cut = 0; cut < sizeof ISUP - 1; cut++) {
		uint8_t *exact = malloc(cut ? cut : 1);
		struct cursor part;

		memcpy(exact, ISUP, cut);
		if (multipart_find(type, cursor_over(exact, cut), "application/sdp", &part))
			assert_true(part.at <= part.end && part.end <= exact + cut);
		free(exact);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
