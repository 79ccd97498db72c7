/*
 * BGP messages of another implementation's own tests (ExaBGP: messages/exabgp-decoding and
 * exabgp-encoding of the captures), decoded as it says they decode: attributes, prefixes with next
 * hop and path identifier, capabilities. What it says of families that are not read here (flow
 * specifications, link state …) is passed over, their attributes are not. In this folder for
 * jansson's sake.
 */
#include <ctype.h>
#include <dirent.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "inspect/bgp_text.h"
#include "proto/bgp.h"
#include "proto/bgp_nlri.h"
#include "proto/bgp_open.h"
#include "proto/bgp_path.h"
#include "proto/bgp_update.h"

struct message {
	uint8_t bytes[70000];
	size_t size;
};

static const char *what; /* the file, for messages */

static const char *
captures(void)
{
	const char *path = getenv("PNISCOPE_CAPTURES");

	return path && *path ? path : "../shared/captures";
}

static uint8_t
digit_of(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/* "FFFF…:003E:02:…", with colons anywhere; some stand without marker and header, as an UPDATE's
 * body. */
static void
message_parse(struct message *m, const char *hex)
{
	size_t digits = 0;

	for (; *hex; hex++) {
		if (!isxdigit((unsigned char)*hex))
			continue;
		if (digits % 2 == 0)
			m->bytes[digits / 2] = 0;
		m->bytes[digits / 2] |= (uint8_t)(digit_of(*hex) << (digits % 2 ? 0 : 4));
		digits++;
	}
	assert_int_equal(digits % 2, 0);
	m->size = digits / 2;
}

static struct bgp
message_decode(const struct message *m)
{
	struct cursor c = cursor_over(m->bytes, m->size);
	struct bgp bgp;

	if (m->bytes[0] != 0xff)
		return (struct bgp){.type = BGP_UPDATE, .body = c};
	assert_int_equal(bgp_decode(&c, &bgp), REASON_OK);
	if (cursor_left(&c))
		fail_msg("%s: %zu bytes behind a message of %u", what, cursor_left(&c), bgp.size);
	return bgp;
}

/* ---- attributes -------------------------------------------------------------------------- */

static void
expect_number(const json_t *attributes, const char *name, bool has, uint32_t value)
{
	const json_t *want = json_object_get(attributes, name);

	if (has != (want != NULL) || (want && json_integer_value(want) != value))
		fail_msg("%s: %s", what, name);
}

static void
expect_words(const json_t *attributes, const char *name, unsigned words, const uint32_t *at,
             uint16_t count)
{
	const json_t *want = json_object_get(attributes, name);

	if (json_array_size(want) * words != count)
		fail_msg("%s: %zu of %s wanted, %u there", what, json_array_size(want), name,
		         count / words);
	for (size_t i = 0; i < json_array_size(want); i++, at += words) {
		const json_t *one = json_array_get(want, i);
		const char *text = json_string_value(json_object_get(one, "value"));
		uint64_t value = text ? strtoull(text, NULL, 10) : 0;

		if (words == 1)
			assert_int_equal(json_integer_value(json_array_get(one, 0)) << 16 |
			                         json_integer_value(json_array_get(one, 1)),
			                 *at);
		else if (words == 2)
			assert_true(value == ((uint64_t)at[0] << 32 | at[1]));
		else
			for (unsigned n = 0; n < 3; n++)
				assert_int_equal(json_integer_value(json_array_get(one, n)), at[n]);
	}
}

/* Its as-path is an object of segments by number. */
static void
expect_path(const json_t *attributes, const struct bgp_attrs *a)
{
	const json_t *path = json_object_get(attributes, "as-path");
	uint32_t at = 0;
	const char *key;
	json_t *segment;

	json_object_foreach((json_t *)(uintptr_t)path, key, segment)
	{
		const json_t *numbers = json_object_get(segment, "value");

		assert_int_equal(a->words[at] & 0xffff, json_array_size(numbers));
		for (size_t i = 0; i < json_array_size(numbers); i++)
			assert_int_equal(a->words[at + 1 + i],
			                 json_integer_value(json_array_get(numbers, i)));
		at += 1 + (uint32_t)json_array_size(numbers);
	}
	assert_int_equal(a->path, at);
}

static void
expect_attributes(const json_t *want, const struct bgp_update *u)
{
	struct bgp_attrs_table *t = bgp_attrs_create(1 << 20);
	unsigned width = bgp_path_guess_width(u->as_path);
	const struct bgp_attrs *a = bgp_attrs_get(
		t, bgp_attrs_intern(t, u, bgp_update_has(u, BGP_MP_REACH), width ? width : 4));
	const json_t *originator = json_object_get(want, "originator-id");
	const json_t *clusters = json_object_get(want, "cluster-list");
	const uint32_t *words = a->words + a->path;

	assert_string_equal(bgp_text_origin(a->origin),
	                    json_string_value(json_object_get(want, "origin")));
	expect_number(want, "local-preference", a->has & BGP_HAS_LOCAL_PREF, a->local_pref);
	expect_number(want, "med", a->has & BGP_HAS_MED, a->med);
	expect_path(want, a);
	expect_words(want, "community", 1, words, a->communities);
	expect_words(want, "extended-community", 2, words + a->communities, a->extended);
	expect_words(want, "large-community", 3, words + a->communities + a->extended, a->large);
	assert_int_equal(originator != NULL, bgp_update_has(u, BGP_ORIGINATOR_ID));
	assert_int_equal(clusters != NULL, bgp_update_has(u, BGP_CLUSTER_LIST));
	bgp_attrs_destroy(t);
}

/* ---- prefixes ---------------------------------------------------------------------------- */

/* Whether the list of its next hop has this prefix (and path). */
static bool
has_prefix(const json_t *list, const struct bgp_nlri *n, bool add_path)
{
	char prefix[PREFIX_TEXT_SIZE], id[16];

	prefix_format(&n->prefix, prefix);
	snprintf(id, sizeof id, "%u.%u.%u.%u", n->path_id >> 24, n->path_id >> 16 & 0xff,
	         n->path_id >> 8 & 0xff, n->path_id & 0xff);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		const char *path = json_string_value(json_object_get(one, "path-information"));

		if (strcmp(json_string_value(json_object_get(one, "nlri")), prefix) == 0 &&
		    (add_path ? path && strcmp(path, id) == 0 : !path))
			return true;
	}
	return false;
}

static bool
is_read_here(const char *family)
{
	return strcmp(family, "ipv4 unicast") == 0 || strcmp(family, "ipv6 unicast") == 0 ||
	       strcmp(family, "ipv4 nlri-mpls") == 0 || strcmp(family, "ipv4 mpls-vpn") == 0;
}

/* All of one family have one next hop in a message. */
static unsigned
expect_prefixes(const json_t *announce, const struct bgp_update *u)
{
	bool mp = bgp_update_has(u, BGP_MP_REACH);
	struct cursor nlri = mp ? u->reach.nlri : u->nlri;
	struct bgp_nlri_form form = {.afi = mp ? u->reach.afi : BGP_AFI_IPV4,
	                             .safi = mp ? u->reach.safi : BGP_SAFI_UNICAST};
	void *family = json_object_iter((json_t *)(uintptr_t)announce), *hop;
	const json_t *list;
	char text[ADDR_TEXT_SIZE];
	struct addr next_hop;
	struct bgp_nlri n;
	unsigned count = 0;

	if (!family || !is_read_here(json_object_iter_key(family)))
		return 0;
	hop = json_object_iter(json_object_iter_value(family));
	list = json_object_iter_value(hop);
	if (mp)
		assert_true(bgp_reach_next_hop(&u->reach, &next_hop));
	else
		next_hop = addr_v4(u->next_hop);
	assert_string_equal(addr_format(&next_hop, text), json_object_iter_key(hop));
	/* only the OPENs would tell, which are not there */
	form.add_path = json_object_get(json_array_get(list, 0), "path-information") != NULL;
	for (; bgp_nlri_next(&nlri, &form, &n); count++)
		if (!has_prefix(list, &n, form.add_path))
			fail_msg("%s: %s is not among its prefixes", what,
			         prefix_format(&n.prefix, (char[PREFIX_TEXT_SIZE]){0}));
	assert_true(nlri.ok);
	assert_int_equal(count, json_array_size(list));
	return count;
}

/* ---- messages ---------------------------------------------------------------------------- */

struct tally {
	unsigned messages, prefixes;
};

static void
expect_open(const json_t *want, const struct bgp *bgp)
{
	struct cursor body = bgp->body;
	const json_t *capabilities = json_object_get(want, "capabilities");
	struct bgp_open o;
	const char *code;
	json_t *value;

	assert_int_equal(bgp_open_decode(&body, &o), REASON_OK);
	assert_int_equal(o.asn, json_integer_value(json_object_get(want, "asn")));
	assert_int_equal(o.hold_s, json_integer_value(json_object_get(want, "hold_time")));
	json_object_foreach((json_t *)(uintptr_t)capabilities, code, value)
		assert_true(bgp_open_has(&o, (uint8_t)atoi(code)));
	assert_int_equal(o.capability_count, json_object_size(capabilities));
}

/* Extended communities are numbers of 64 bits, which JSON's integers don't hold: as texts. */
static json_t *
load_json(const char *text)
{
	static const char name[] = "\"value\":";
	struct text quoted = {0};
	const char *at;
	json_t *json;

	while ((at = strstr(text, name))) {
		size_t digits;

		at += strlen(name);
		at += strspn(at, " ");
		digits = strspn(at, "0123456789");
		text_add_bytes(&quoted, text, (size_t)(at - text));
		text_add(&quoted, digits ? "\"%.*s\"" : "%.*s", (int)digits, at);
		text = at + digits;
	}
	text_add(&quoted, "%s", text);
	json = json_loads(quoted.at, 0, NULL);
	if (!json)
		fail_msg("%s: %s", what, quoted.at);
	text_fini(&quoted);
	return json;
}

static void
check(const char *hex, const char *text, struct tally *tally)
{
	static struct message m;
	json_t *json = load_json(text);
	const json_t *neighbor = json_object_get(json, "neighbor");
	const json_t *update = json_object_get(json_object_get(neighbor, "message"), "update");
	struct bgp_update u;
	struct bgp bgp;

	message_parse(&m, hex);
	bgp = message_decode(&m);
	tally->messages++;
	if (bgp.type == BGP_OPEN) {
		expect_open(json_object_get(neighbor, "open"), &bgp);
	} else {
		struct cursor body = bgp.body;

		assert_int_equal(bgp_update_decode(&body, &u), REASON_OK);
		assert_int_equal(u.treatment, BGP_TREAT_AS_IS);
		expect_attributes(json_object_get(update, "attribute"), &u);
		tally->prefixes += expect_prefixes(json_object_get(update, "announce"), &u);
	}
	json_decref(json);
}

/* What it was told to send, the bytes, what they mean: "1:cmd:", "1:raw:", "1:json:"; or a name,
 * the bytes, what they mean. */
static void
check_file(const char *path, struct tally *tally)
{
	FILE *f = fopen(path, "r");
	char *line = NULL, raw[70000] = "";
	size_t room = 0;

	assert_non_null(f);
	what = path;
	while (getline(&line, &room, f) > 0) {
		const char *json = strchr(line, '{'), *at = strstr(line, ":raw:");

		if (at)
			snprintf(raw, sizeof raw, "%s", at + 5);
		else if (json && raw[0] && (json == line || strstr(line, ":json:")))
			check(raw, json, tally);
		else if (strspn(line, "0123456789abcdefABCDEF: ") > 40)
			snprintf(raw, sizeof raw, "%s", line);
		if (json)
			raw[0] = '\0';
	}
	free(line);
	fclose(f);
}

static struct tally
check_folder(const char *name)
{
	struct tally tally = {0};
	char folder[4096], path[8192];
	const struct dirent *e;
	DIR *d;

	snprintf(folder, sizeof folder, "%s/messages/%s", captures(), name);
	d = opendir(folder);
	if (!d) {
		print_message("skipped: no captures at %s\n", captures());
		skip();
	}
	while ((e = readdir(d))) {
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		if (strstr(e->d_name, ".txt"))
			check_file(path, &tally);
	}
	closedir(d);
	return tally;
}

static void
test_decoding(void **state)
{
	struct tally t;

	(void)state;
	t = check_folder("exabgp-decoding");
	assert_int_equal(t.messages, 14);
	assert_int_equal(t.prefixes, 1);
}

static void
test_encoding(void **state)
{
	struct tally t;

	(void)state;
	t = check_folder("exabgp-encoding");
	assert_int_equal(t.messages, 65);
	assert_true(t.prefixes >= 44);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decoding),
		cmocka_unit_test(test_encoding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
