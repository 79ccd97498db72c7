/* What a reload can't take up: found, whatever it is, and named; what it can is not in its way. */
#include "load.h"

#include <stdio.h>

#include "conf/schema.h"

enum { PROBE_LINE = 7 }; /* behind the least of a file */

static const char written[] =
	"probe = { id = \"p1\"; site = \"a\"; lcores = \"2-3\"; flows = 10000; spool = \"/s\"; "
	"spool_max "
	"= 100000; state = \"/t\"; }; bmp = { listen = \"127.0.0.1:1\"; from = [ \"192.0.2.1\" ]; "
	"}; "
	"redis = { server = \"unix:/r\"; user = \"u\"; password_file = \"/p\"; interval_ms = 500; "
	"memory_max = \"1G\"; max_routes = 10; };";

/* `written` with the first `from` after `key` made `to`; to be freed. */
static char *
with(const char *key, const char *from, const char *to)
{
	const char *at = strstr(strstr(written, key), from);
	struct text t = {0};

	assert_non_null(at);
	text_add(&t, "%.*s%s%s", (int)(at - written), written, to, at + strlen(from));
	return t.at;
}

static void
expect_change(const char *key, const char *from, const char *to, enum conf_program program,
              const char *name)
{
	char *text = with(key, from, to), *found;
	struct conf *old = load_least_with(PROBE_LINE, written);
	struct conf *new = load_least_with(PROBE_LINE, text);

	found = conf_at_start_change(old, new, program);
	if (name)
		assert_string_equal(found ? found : "nothing", name);
	else
		assert_null(found);
	free(found);
	conf_destroy(old);
	conf_destroy(new);
	free(text);
}

static void
every_change_is_found(void **state)
{
	static const struct {
		const char *key, *from, *to, *name;
		bool control; /* it reads the key at its start too */
	} changes[] = {
		{"probe", "p1", "p2", "probe.id", false},
		{"lcores", "2-3", "2-4", "probe.lcores", false},
		{"lcores", "lcores = \"2-3\";", "", "probe.lcores", false},
		{"flows", "10000", "10001", "probe.flows", false},
		{"spool", "/s", "/S", "probe.spool", false},
		{"spool_max", "100000", "100001", "probe.spool_max", false},
		{"state", "/t", "/T", "probe.state", false},
		{"listen", ":1", ":2", "bmp.listen", false},
		{"from", "192.0.2.1", "192.0.2.2", "bmp.from", false},
		{"from", "\"192.0.2.1\"", "\"192.0.2.1\", \"192.0.2.2\"", "bmp.from", false},
		{"server", "/r", "/R", "redis.server", true},
		{"user", "\"u\"", "\"v\"", "redis.user", true},
		{"user", "user = \"u\";", "", "redis.user", true},
		{"password_file", "/p", "/P", "redis.password_file", true},
		{"interval_ms", "500", "501", "redis.interval_ms", false},
		{"memory_max", "1G", "2G", "redis.memory_max", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		expect_change(changes[i].key, changes[i].from, changes[i].to, CONF_PROBE,
		              changes[i].name);
		expect_change(changes[i].key, changes[i].from, changes[i].to, CONF_CONTROL,
		              changes[i].control ? changes[i].name : NULL);
	}
}

static void
the_rest_may_change(void **state)
{
	struct conf *old = load_least_with(1, "peering = { name = \"p\"; };");
	struct conf *other = load_least_with(1, "peering = { name = \"q\"; };");
	struct conf *same = load_least_with(1, "peering = { name = \"p\"; type = \"voice\"; };");
	char *found;

	(void)state;
	expect_change("max_routes", "10", "20", CONF_PROBE, NULL);
	assert_null(conf_at_start_change(old, same, CONF_PROBE));
	assert_null(conf_at_start_change(old, same, CONF_CONTROL));
	found = conf_at_start_change(old, other, CONF_CONTROL);
	assert_string_equal(found, "peering.name");
	free(found);
	conf_destroy(old);
	conf_destroy(other);
	conf_destroy(same);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_change_is_found),
		cmocka_unit_test(the_rest_may_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
