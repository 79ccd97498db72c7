/*
 * Snapshots: forms of rpki-client, Routinator and RPSL (RFC 2622, RFC 4012) written down from their
 * documentation; origin validation by the rules and notes of RFC 6811 section 2.
 */
#include "audit/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "audit/registry_read.h"
#include "base/clock.h"

static struct slice
text_of(const char *text)
{
	return slice_between(text, text + strlen(text));
}

static void
expect_row(const struct registry_rows *rows, size_t i, const char *prefix, uint8_t longest,
           uint32_t asn)
{
	char text[PREFIX_TEXT_SIZE];

	assert_true(i < rows->count);
	assert_string_equal(prefix_format(&rows->at[i].prefix, text), prefix);
	assert_int_equal(rows->at[i].longest, longest);
	assert_int_equal(rows->at[i].asn, asn);
}

/* The same three payloads as each program writes them. */
static void
payloads_in_every_form(void **state)
{
	static const char *const forms[] = {
		/* rpki-client -c */
		"ASN,IP Prefix,Max Length,Trust Anchor,Expires\n"
		"AS64496,192.0.2.0/24,24,ripe,1768471200\n"
		"AS4200000000,198.51.100.0/22,24,arin,1768471200\n"
		"AS64497,2001:db8::/32,48,apnic,1768471200\n",
		/* routinator vrps --format csv; and with a comment of one's own */
		"# date 2026-01-15\r\nASN,IP Prefix,Max Length,Trust Anchor\r\n"
		"AS64496,192.0.2.0/24,24,ripe\r\nAS4200000000,198.51.100.0/22,24,arin\r\n"
		"AS64497,2001:db8::/32,48,apnic\r\n",
		/* --format csvcompat */
		"\"URI\",\"ASN\",\"IP Prefix\",\"Max Length\",\"Not Before\",\"Not After\"\n"
		"\"rsync://a/b.roa\",\"AS64496\",\"192.0.2.0/24\",\"24\",\"x\",\"y\"\n"
		"\"rsync://a/c.roa\",\"AS4200000000\",\"198.51.100.0/22\",\"24\",\"x\",\"y\"\n"
		"\"rsync://a/d.roa\",\"AS64497\",\"2001:db8::/32\",\"48\",\"x\",\"y\"\n",
		/* rpki-client -j */
		"{\n\t\"metadata\": {\n\t\t\"buildmachine\": \"a \\\"b\\\"\",\n"
		"\t\t\"buildtime\": \"2026-01-15T00:00:00Z\",\n\t\t\"roas\": 3\n\t},\n"
		"\t\"roas\": [\n"
		"{ \"asn\": 64496, \"prefix\": \"192.0.2.0/24\", \"maxLength\": 24, \"ta\": "
		"\"ripe\", "
		"\"expires\": 1768471200 },\n"
		"{ \"asn\": 4200000000, \"prefix\": \"198.51.100.0/22\", \"maxLength\": 24, "
		"\"ta\": "
		"\"arin\", \"expires\": 1 },\n"
		"{ \"asn\": 64497, \"prefix\": \"2001:db8::/32\", \"maxLength\": 48, \"ta\": "
		"\"apnic\", \"expires\": 1 }\n\t],\n\t\"bgpsec_keys\": [ { \"asn\": 1, \"ski\": "
		"\"x\" } ],\n\t\"aspas\": []\n}\n",
		/* routinator --format json, jsonext's sources inside */
		"{\"metadata\":{\"generated\":1768435200,\"generatedTime\":\"2026-01-15T00:00:"
		"00Z\"},"
		"\"roas\":[{\"asn\":\"AS64496\",\"prefix\":\"192.0.2.0/"
		"24\",\"maxLength\":24,\"ta\":"
		"\"ripe\",\"source\":[{\"type\":\"roa\",\"prefix\":\"0.0.0.0/"
		"0\",\"asn\":\"AS1\"}]},"
		"{\"asn\":\"AS4200000000\",\"prefix\":\"198.51.100.0/22\",\"maxLength\":24,\"ta\":"
		"\"arin\"},{\"asn\":\"AS64497\",\"prefix\":\"2001:db8::/32\",\"maxLength\":48,"
		"\"ta\":\"apnic\"}]}",
	};
	static const bool dated[] = {false, true, false, true, true};

	(void)state;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		char error[REGISTRY_TEXT] = "";
		struct registry_rows rows;

		if (!registry_read_rpki(text_of(forms[i]), &rows, error))
			fail_msg("form %zu: %s", i, error);
		if (rows.count != 3)
			fail_msg("form %zu: %zu", i, rows.count);
		expect_row(&rows, 0, "192.0.2.0/24", 24, 64496);
		expect_row(&rows, 1, "198.51.100.0/22", 24, 4200000000);
		expect_row(&rows, 2, "2001:db8::/32", 48, 64497);
		/* 2026-01-15T00:00:00Z */
		assert_int_equal(rows.date_us, dated[i] ? 1768435200 * US_PER_S : 0);
		if (i != 2)
			assert_string_equal(rows.sources, "ripe, arin, apnic");
		registry_rows_fini(&rows);
	}
}

static void
payloads_that_are_none(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{"", "line 0"},
		{"<html>\n", "line 1"},
		{"ASN,IP Prefix,Max Length\nAS1,192.0.2.0/24,24\nAS1,192.0.2.1/24,24\n", "line 3"},
		{"ASN,IP Prefix,Max Length\nAS1,192.0.2.0/24,23\n", "line 2"},
		{"ASN,IP Prefix,Max Length\nAS1,192.0.2.0/24,33\n", "line 2"},
		{"ASN,IP Prefix,Max Length\nASx,192.0.2.0/24,24\n", "line 2"},
		{"ASN,IP Prefix,Max Length\nAS4294967296,192.0.2.0/24,24\n", "line 2"},
		{"ASN,IP Prefix,Max Length\nAS1,192.0.2.0/24,24\nAS1,198.51.100.0/2", "line 3"},
		{"ASN,IP Prefix,Max Length\nAS1,192.0.2.0/24,24", "cut"},
		{"ASN,IP Prefix,Max Length\n", "not one"},
		{"{\"roas\":[]}", "not one"},
		{"{\"roas\":[{\"asn\":1,\"prefix\":\"192.0.2.0/24\"", "inside"},
		{"{\"roas\":[{\"asn\":1,\"prefix\":\"192.0.2.0/2", "inside"},
		{"{\"roas\":[{\"asn\":1}]}", "line 1"},
		{"{\"metadata\":{}}", "roas"},
		{"{]]}", "roas"},
		{"{[[[[[[[[[[[[[[[[[[", "deep"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char error[REGISTRY_TEXT] = "";
		struct registry_rows out;

		assert_false(registry_read_rpki(text_of(rows[i].text), &out, error));
		if (!strstr(error, rows[i].error))
			fail_msg("%s: \"%s\"", rows[i].text, error);
		registry_rows_fini(&out);
	}
}

static const char objects[] =
	"% date 2026-01-10\n"
	"% source RADB\n\n"
	"route:      192.0.2.0/24\n"
	"descr:      of two lines,\n"
	"            route: 10.0.0.0/8\n"
	"+           origin: AS1\n"
	"origin:     AS64496 # the holder\n"
	"source:     TEST\n"
	"\n"
	"route:  198.51.100.0/22\norigin:\tas64497\nmnt-by: M\nsource: TEST\n"
	"   \n"
	"route6: 2001:db8::/32\norigin: AS64498\nsource: RIPE\n\n"
	"route:  nonsense\norigin: AS64499\n\n"
	"aut-num: AS64500\nas-name: X\nimport: from AS1 accept ANY\nsource: RIPE\n\n"
	"mntner: M\norigin: AS64501\n";

static void
registry_objects(void **state)
{
	char error[REGISTRY_TEXT] = "";
	struct registry_rows rows;

	(void)state;
	assert_true(registry_read_irr(text_of(objects), &rows, error));
	assert_int_equal(rows.count, 3);
	expect_row(&rows, 0, "192.0.2.0/24", 24, 64496);
	expect_row(&rows, 1, "198.51.100.0/22", 22, 64497);
	expect_row(&rows, 2, "2001:db8::/32", 32, 64498);
	assert_int_equal(rows.asn_count, 4);
	assert_int_equal(rows.asns[3], 64500);
	assert_string_equal(rows.sources, "RADB, TEST, RIPE");
	assert_int_equal(rows.date_us, 1768003200 * US_PER_S);
	registry_rows_fini(&rows);
	assert_false(registry_read_irr(text_of("ASN,IP Prefix,Max Length\n"), &rows, error));
	registry_rows_fini(&rows);
}

/* ---- questions ------------------------------------------------------------------------------- */

struct files {
	char folder[64], rpki[96], irr[96];
	struct registry *registry;
};

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
files_open(struct files *f, const char *rpki, const char *irr)
{
	strcpy(f->folder, "/tmp/pniscope-registry.XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->rpki, sizeof f->rpki, "%s/vrps.csv", f->folder);
	snprintf(f->irr, sizeof f->irr, "%s/irr.txt", f->folder);
	put(f->rpki, rpki);
	put(f->irr, irr);
	f->registry = registry_create();
	registry_refresh(f->registry, f->rpki, f->irr);
}

static void
files_close(struct files *f)
{
	registry_destroy(f->registry);
	unlink(f->rpki);
	unlink(f->irr);
	rmdir(f->folder);
}

#define HEADER "ASN,IP Prefix,Max Length,Trust Anchor\n"

/* RFC 6811 section 2: covered, matched; any payload that matches makes a route valid, whatever
 * others say; AS 0 matches nothing (RFC 6483 section 4), nor does a route without an origin. */
static void
origins_by_rfc_6811(void **state)
{
	static const struct {
		const char *prefix;
		uint32_t origin;
		enum rpki_state want;
	} rows[] = {
		{"192.0.2.0/24", 64496, RPKI_VALID},
		{"192.0.2.0/24", 64497, RPKI_INVALID_ORIGIN},
		{"192.0.2.0/25", 64496, RPKI_INVALID_LENGTH},
		{"192.0.2.128/25", 64497, RPKI_INVALID_ORIGIN},
		{"192.0.0.0/16", 64496, RPKI_NOT_FOUND}, /* covers, is not covered */
		{"192.0.3.0/24", 64496, RPKI_NOT_FOUND},
		{"198.51.100.0/22", 64497, RPKI_VALID},
		{"198.51.101.0/24", 64497, RPKI_VALID},
		{"198.51.101.0/25", 64497, RPKI_INVALID_LENGTH},
		{"198.51.101.0/24", 64498, RPKI_VALID}, /* by a payload of its own */
		{"198.51.102.0/24", 64498, RPKI_INVALID_ORIGIN},
		{"203.0.113.0/24", 0, RPKI_INVALID_ORIGIN},     /* a set */
		{"203.0.113.0/24", 64499, RPKI_INVALID_ORIGIN}, /* AS 0 forbids it */
		{"203.0.113.0/24", 64500, RPKI_VALID},          /* but another payload allows */
		{"192.88.0.0/16", 0, RPKI_NOT_FOUND},
		{"2001:db8:1::/48", 64496, RPKI_VALID},
		{"2001:db8:1:2::/64", 64496, RPKI_INVALID_LENGTH},
		{"2001:db9::/32", 64496, RPKI_NOT_FOUND},
		{"::/0", 64496, RPKI_NOT_FOUND},
		{"0.0.0.0/0", 64496, RPKI_NOT_FOUND},
	};
	struct files f;

	(void)state;
	files_open(&f,
	           HEADER "AS64496,192.0.2.0/24,24,t\nAS64497,198.51.100.0/22,24,t\n"
	                  "AS64498,198.51.101.0/24,24,t\nAS0,203.0.113.0/24,32,t\n"
	                  "AS64500,203.0.113.0/24,24,t\nAS64496,2001:db8::/32,48,t\n",
	           objects);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct prefix p;

		assert_true(prefix_parse(rows[i].prefix, &p, NULL));
		if (registry_rpki(f.registry, &p, rows[i].origin) != rows[i].want)
			fail_msg("%s AS %u: %d", rows[i].prefix, rows[i].origin,
			         registry_rpki(f.registry, &p, rows[i].origin));
	}
	files_close(&f);
}

static void
objects_of_an_origin(void **state)
{
	static const struct {
		const char *prefix;
		uint32_t origin;
		enum irr_state want;
	} rows[] = {
		{"192.0.2.0/24", 64496, IRR_EXACT},        {"192.0.2.0/25", 64496, IRR_AROUND},
		{"192.0.2.0/24", 64497, IRR_OTHER_ORIGIN}, {"192.0.2.0/24", 0, IRR_OTHER_ORIGIN},
		{"192.0.0.0/16", 64496, IRR_NONE},         {"2001:db8:5::/48", 64498, IRR_AROUND},
	};
	struct files f;
	struct prefix p;

	(void)state;
	files_open(&f, HEADER, objects);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(prefix_parse(rows[i].prefix, &p, NULL));
		assert_int_equal(registry_irr(f.registry, &p, rows[i].origin), rows[i].want);
	}
	assert_true(registry_irr_has_as(f.registry, 64496));
	assert_true(registry_irr_has_as(f.registry, 64500));
	assert_false(registry_irr_has_as(f.registry, 64499));
	assert_false(registry_irr_has_as(f.registry, 64501));
	assert_false(registry_irr_has_as(f.registry, 0));
	assert_true(prefix_parse("192.0.2.0/25", &p, NULL));
	assert_int_equal(registry_holder(f.registry, REGISTRY_IRR, &p), 64496);
	assert_int_equal(registry_holder(f.registry, REGISTRY_RPKI, &p), 0);
	files_close(&f);
}

/* A file that is written anew is read anew; one that breaks, or is not named any more, is none. */
static void
files_change(void **state)
{
	const struct registry_snapshot *s;
	uint64_t generation;
	struct files f;
	struct stat st;

	(void)state;
	files_open(&f, HEADER "AS64496,192.0.2.0/24,24,t\n", objects);
	s = registry_snapshot(f.registry, REGISTRY_RPKI);
	assert_true(s->given && s->read && !s->dated);
	assert_int_equal(s->count, 1);
	assert_int_equal(stat(f.rpki, &st), 0);
	assert_int_equal(s->date_us / US_PER_S, st.st_mtime);
	assert_true(registry_snapshot(f.registry, REGISTRY_IRR)->dated);
	generation = registry_generation(f.registry);
	registry_refresh(f.registry, f.rpki, f.irr);
	assert_int_equal(registry_generation(f.registry), generation);
	unlink(f.rpki);
	put(f.rpki, HEADER "AS64496,192.0.2.0/24\n");
	utimensat(0, f.rpki, (struct timespec[2]){{.tv_sec = 1000}, {.tv_sec = 1000}}, 0);
	registry_refresh(f.registry, f.rpki, f.irr);
	assert_true(registry_generation(f.registry) > generation);
	assert_true(s->read);
	assert_int_equal(s->date_us, 1000 * US_PER_S);
	put(f.rpki, "nonsense\n");
	registry_refresh(f.registry, f.rpki, f.irr);
	assert_true(s->given && !s->read);
	assert_non_null(strstr(s->error, "line 1"));
	registry_refresh(f.registry, NULL, f.irr);
	assert_false(s->given);
	registry_refresh(f.registry, "/nowhere/vrps.csv", f.irr);
	assert_true(s->given && !s->read);
	assert_non_null(strstr(s->error, "/nowhere/vrps.csv"));
	files_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(payloads_in_every_form), cmocka_unit_test(payloads_that_are_none),
		cmocka_unit_test(registry_objects),       cmocka_unit_test(origins_by_rfc_6811),
		cmocka_unit_test(objects_of_an_origin),   cmocka_unit_test(files_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
