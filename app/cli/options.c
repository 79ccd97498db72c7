#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "conf/conf.h"
#include "known.h"

enum value_kind { VALUE_NONE, VALUE_TEXT, VALUE_COUNT, VALUE_MOMENT, VALUE_LENGTH, VALUE_FLOWS };

struct option_row {
	const char *name;
	char short_name;
	enum value_kind kind;
	unsigned set;
	size_t offset;
	const char *value; /* how help names the value */
	const char *help;
};

#define AT(member) offsetof(struct options, member)

static const struct option_row table[] = {
	{"redis", 'r', VALUE_TEXT, OPTION_GLOBAL, AT(redis), "REDIS",
         "unix:PATH, HOST:PORT or redis://… (PNISCOPE_REDIS)"},
	{"site", 0, VALUE_TEXT, OPTION_GLOBAL, AT(site), "SITE", "one site (PNISCOPE_SITE)"},
	{"link", 0, VALUE_TEXT, OPTION_GLOBAL, AT(link), "LINK", "one link"},
	{"dir", 0, VALUE_TEXT, OPTION_GLOBAL, AT(dir), "DIR", "peer_to_msft or msft_to_peer"},
	{"side", 0, VALUE_TEXT, OPTION_GLOBAL, AT(side), "SIDE",
         "peer, msft, both, probe or unknown"},
	{"subnet", 0, VALUE_TEXT, OPTION_GLOBAL, AT(subnet), "PREFIX", "one subnet"},
	{"class", 0, VALUE_TEXT, OPTION_GLOBAL, AT(class), "CLASS", "one traffic class"},
	{"at", 0, VALUE_MOMENT, OPTION_PAST, AT(at_us), "TIME",
         "that moment: 2026-11-22T10:00:00Z, seconds since 1970, -5m or +2h"},
	{"since", 0, VALUE_MOMENT, OPTION_PAST, AT(since_us), "TIME", "from then on"},
	{"until", 0, VALUE_MOMENT, OPTION_PAST, AT(until_us), "TIME", "up to then"},
	{"sort", 0, VALUE_TEXT, OPTION_GLOBAL, AT(sort), "FIELD",
         "by a field of --csv (bytes: both directions), largest first; -FIELD turns it round"},
	{"limit", 0, VALUE_COUNT, OPTION_GLOBAL, AT(limit), "N", "at most N rows"},
	{"every", 0, VALUE_LENGTH, OPTION_EVERY, AT(every_us), "TIME",
         "again and again: 1s, 500ms"},
	{"json", 0, VALUE_NONE, OPTION_JSON, AT(json), NULL, "JSON with stable field names"},
	{"csv", 0, VALUE_NONE, OPTION_CSV, AT(csv), NULL, "CSV with stable field names"},
	{"wide", 0, VALUE_NONE, OPTION_GLOBAL, AT(wide), NULL, "more columns"},
	{"no-color", 0, VALUE_NONE, OPTION_GLOBAL, AT(no_color), NULL, "no colours on a terminal"},
	{"tz", 0, VALUE_TEXT, OPTION_GLOBAL, AT(tz), "ZONE",
         "times in local, site or a named time zone; default UTC"},
	{"help", 'h', VALUE_NONE, OPTION_GLOBAL, AT(help), NULL, "this help"},
	{"config", 'c', VALUE_TEXT, OPTION_CONF, AT(conf), "FILE", "the contract of the peering"},
	{"flows", 0, VALUE_FLOWS, OPTION_FLOWS, AT(flows), "[FILE]",
         "list every flow; with FILE as JSON Lines there (a file that holds anything else is "
         "read, never written)"},
	{"exit-verdict", 0, VALUE_NONE, OPTION_VERDICT, AT(exit_verdict), NULL,
         "exit with the code of the audit"},
	{"window", 0, VALUE_LENGTH, OPTION_VERDICT, AT(window_us), "TIME",
         "judge windowed rules on that much time"},
	{"strict", 0, VALUE_NONE, OPTION_STRICT, AT(strict), NULL,
         "exit 3 when a MUST is not proven"},
	{"follow", 'f', VALUE_NONE, OPTION_FOLLOW, AT(follow), NULL, "wait for more"},
	{"role", 0, VALUE_TEXT, OPTION_ROLE, AT(role), "ROLE", "role to declare"},
	{"by", 0, VALUE_TEXT, OPTION_BY, AT(by), "NAME", "who acts; default the login name"},
	{"drill", 0, VALUE_NONE, OPTION_DRILL, AT(drill), NULL,
         "a failover drill: what survives it counts as evidence"},
};
enum { TABLE_COUNT = sizeof table / sizeof table[0] };

/* ---- values ---- */

#define YEAR_US (366 * 86400e6)

/* "1s", "500ms", "2h", "90" (seconds) … False: no length of time. */
static bool
read_duration(const char *text, uint64_t *us)
{
	static const struct {
		const char *unit;
		double us;
	} units[] = {{"us", 1},   {"ms", 1e3},   {"s", 1e6},    {"", 1e6},
	             {"m", 60e6}, {"min", 60e6}, {"h", 3600e6}, {"d", 86400e6}};
	char *end;

	errno = 0;
	double v = strtod(text, &end);

	if (end == text || errno || !(v >= 0))
		return false;
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (strcmp(end, units[i].unit) != 0)
			continue;
		v *= units[i].us;
		*us = v < YEAR_US ? (uint64_t)v : 0;
		return v < YEAR_US; /* more than any history here */
	}
	return false;
}

/* A moment, "-5m": that long ago, or "+2h": that long from now. */
static bool
parse_moment(const char *text, uint64_t *us)
{
	uint64_t ago, now = clock_utc_us();

	if (text[0] == '-' && read_duration(text + 1, &ago) && ago < now) {
		*us = now - ago;
		return true;
	}
	if (text[0] == '+' && read_duration(text + 1, &ago)) {
		*us = now + ago;
		return true;
	}
	return clock_parse_us(text, us);
}

/* Whether flows may be written to what a bare word names: a new file, or one that holds flows of
 * before. Anything else may be a capture, a broken one too: it is never written to. */
static bool
holds_flows_at_most(const char *path)
{
	struct stat st;
	FILE *f;
	int first;

	if (stat(path, &st) != 0)
		return true;
	if (!S_ISREG(st.st_mode))
		return !S_ISDIR(st.st_mode);
	f = fopen(path, "r");
	first = f ? fgetc(f) : 0;
	if (f)
		fclose(f);
	return first == '{';
}

static bool
complain(const struct option_row *row, const char *value, const char *want)
{
	fprintf(stderr, "pniscope: --%s %s: %s\n", row->name, value, want);
	return false;
}

static bool
store_value(struct options *o, const struct option_row *row, const char *value)
{
	void *at = (char *)o + row->offset;
	char *end;

	switch (row->kind) {
	case VALUE_NONE:
		*(bool *)at = true;
		return true;
	case VALUE_FLOWS:
		o->flows = true;
		o->flows_path = value;
		return true;
	case VALUE_TEXT:
		*(const char **)at = value;
		return true;
	case VALUE_COUNT:
		errno = 0;
		*(uint64_t *)at = strtoull(value, &end, 10);
		return (!errno && end != value && !*end && value[0] != '-' && *(uint64_t *)at) ||
		       complain(row, value, "not a count; a whole number from 1 is");
	case VALUE_MOMENT:
		return parse_moment(value, at) || complain(row, value,
		                                           "not a time; 2026-11-22T10:00:00Z, "
		                                           "seconds since 1970, -5m or +2h is");
	case VALUE_LENGTH:
		return (read_duration(value, at) && *(uint64_t *)at) ||
		       complain(row, value, "not a length of time; 500ms, 1s, 15m or 24h is");
	}
	return false;
}

/* ---- parsing ---- */

static const struct option_row *
find_option(const char *arg, const char **value)
{
	size_t size = strcspn(arg, "=");

	*value = arg[0] == '-' && arg[1] == '-' && arg[size] ? arg + size + 1 : NULL;
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		const struct option_row *row = &table[i];

		if (arg[1] == '-' && strlen(row->name) == size - 2 &&
		    memcmp(arg + 2, row->name, size - 2) == 0)
			return row;
		if (arg[1] != '-' && row->short_name && arg[1] == row->short_name && !arg[2])
			return row;
	}
	return NULL;
}

/* The value of `row` at argv[*i], moving over it; a bare --flows has none. */
static bool
take_value(const struct option_row *row, int argc, char **argv, int *i, const char **value)
{
	const char *next = *i + 1 < argc ? argv[*i + 1] : NULL;

	if (row->kind == VALUE_NONE) {
		if (!*value)
			return true;
		fprintf(stderr, "pniscope: --%s takes no value\n", row->name);
		return false;
	}
	if (*value)
		return true;
	if (row->kind == VALUE_FLOWS) {
		if (next && next[0] != '-' && holds_flows_at_most(next))
			*value = argv[++*i];
		return true;
	}
	if (!next) {
		fprintf(stderr, "pniscope: --%s needs a value: %s\n", row->name, row->value);
		return false;
	}
	*value = argv[++*i];
	return true;
}

static void
add_word(struct options *o, const char *word)
{
	o->words = mem_resize(o->words, o->word_count + 1, sizeof *o->words);
	o->words[o->word_count++] = word;
}

static bool
check_names(const struct options *o)
{
	if (o->dir && strcmp(o->dir, direction_name(DIR_PEER_TO_MSFT)) != 0 &&
	    strcmp(o->dir, direction_name(DIR_MSFT_TO_PEER)) != 0) {
		fprintf(stderr, "pniscope: --dir %s: peer_to_msft or msft_to_peer is right\n",
		        o->dir);
		return false;
	}
	if (o->tz && strcmp(o->tz, "local") != 0 && strcmp(o->tz, "site") != 0 &&
	    !clock_zone_exists(o->tz)) {
		fprintf(stderr,
		        "pniscope: --tz %s: no such time zone; local, site, UTC or a name like "
		        "Europe/Amsterdam is right\n",
		        o->tz);
		return false;
	}
	if (!known_values(o))
		return false;
	if (o->since_us && o->until_us && o->since_us > o->until_us) {
		fputs("pniscope: --since is later than --until; the earlier moment goes first\n",
		      stderr);
		return false;
	}
	if (o->json && o->csv) {
		fputs("pniscope: --json and --csv: one of them\n", stderr);
		return false;
	}
	return true;
}

bool
options_parse(struct options *o, int argc, char **argv, unsigned (*sets)(const char *command))
{
	unsigned allowed = ~0u;
	bool only_words = false;

	for (int i = 1; i < argc; i++) {
		const char *value;

		if (only_words || argv[i][0] != '-' || !argv[i][1]) {
			add_word(o, argv[i]);
			if (o->word_count == 1)
				allowed = sets(argv[i]);
			continue;
		}
		if (strcmp(argv[i], "--") == 0) {
			only_words = true;
			continue;
		}
		const struct option_row *row = find_option(argv[i], &value);

		if (o->word_count && allowed & OPTION_ANY && (!row || !(row->set & allowed)))
			return true; /* that it is not there yet is the answer */
		if (!row || !(row->set & allowed)) {
			fprintf(stderr, "pniscope: %s: %s; see pniscope %s%s--help\n", argv[i],
			        row ? "not an option of this command" : "unknown option",
			        o->word_count ? o->words[0] : "", o->word_count ? " " : "");
			return false;
		}
		if (!take_value(row, argc, argv, &i, &value) || !store_value(o, row, value))
			return false;
	}
	/* nothing else is named: then it is what to read, and may not be there */
	if (o->flows_path && o->word_count == 1) {
		add_word(o, o->flows_path);
		o->flows_path = NULL;
	}
	return check_names(o);
}

/* ---- what else sets options ---- */

static const struct {
	const char *name;
	size_t offset;
} client_keys[] = {
	{"redis", AT(redis)}, {"user", AT(user)},       {"password_file", AT(password_file)},
	{"site", AT(site)},   {"peering", AT(peering)}, {"tz", AT(tz)},
};

static bool
client_wrong(const char *path, unsigned line, const char *key, const char *what)
{
	fprintf(stderr,
	        "pniscope: %s:%u: \"%s\" %s; redis, user, password_file, site, peering and tz are "
	        "set there, as KEY = VALUE\n",
	        path, line, key, what);
	return false;
}

/* "key = value", # comments. Kept for the life of the program. */
static bool
read_client_line(struct options *o, const char *path, unsigned number, char *line)
{
	char *key = line + strspn(line, " \t"), *value;
	size_t size;

	key[strcspn(key, "\r\n#")] = '\0';
	size = strcspn(key, " \t=");
	value = key + size + strspn(key + size, " \t=");
	for (size_t n = strlen(value); n && (value[n - 1] == ' ' || value[n - 1] == '\t'); n--)
		value[n - 1] = '\0';
	if (size == 0)
		return true;
	key[size] = '\0';
	for (size_t i = 0; i < sizeof client_keys / sizeof client_keys[0]; i++) {
		const char **at = (const char **)((char *)o + client_keys[i].offset);

		if (strcmp(client_keys[i].name, key) != 0)
			continue;
		if (!*value)
			return client_wrong(path, number, key, "has no value");
		if (!*at)
			*at = mem_strdup(value);
		return true;
	}
	return client_wrong(path, number, key, "is not known");
}

/* One that is named has to be there; of the usual places each may be without. */
static bool
read_client(struct options *o, const char *path, bool named, bool *there)
{
	FILE *f = fopen(path, "re");
	char line[1024];
	unsigned number = 0;
	bool fine = true;

	*there = f || (errno != ENOENT && errno != ENOTDIR);
	while (f && fine && fgets(line, sizeof line, f))
		fine = read_client_line(o, path, ++number, line);
	if (fine && ((!f && (named || *there)) || (f && ferror(f)))) {
		fprintf(stderr, "pniscope: client file %s: can't be read: %s\n", path,
		        strerror(errno));
		fine = false;
	}
	if (f)
		fclose(f);
	return fine;
}

/* A variable of the environment; an empty one is none. */
static const char *
variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static bool
read_client_file(struct options *o)
{
	const char *home = variable("HOME"), *given = variable("PNISCOPE_CLIENT");
	bool there = false, fine = true;

	if (given)
		return read_client(o, given, true, &there);
	if (home) {
		char *path = mem_printf("%s/.config/pniscope/client.conf", home);

		fine = read_client(o, path, false, &there);
		free(path);
	}
	return there ? fine : read_client(o, "/etc/pniscope/client.conf", false, &there);
}

bool
options_init(struct options *o)
{
	*o = (struct options){.redis = variable("PNISCOPE_REDIS"),
	                      .site = variable("PNISCOPE_SITE")};
	return read_client_file(o);
}

void
options_fini(struct options *o)
{
	free(o->words);
}

/* ---- help ---- */

void
options_each(unsigned sets,
             void (*fn)(void *context, char short_name, const char *name, const char *value,
                        const char *help),
             void *context)
{
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		if (table[i].set & sets)
			fn(context, table[i].short_name, table[i].name, table[i].value,
			   table[i].help);
	}
}

static void
print_help_line(void *context, char short_name, const char *name, const char *value,
                const char *help)
{
	char left[40];
	char dash[5] = "    ";

	if (short_name)
		snprintf(dash, sizeof dash, "-%c, ", short_name);
	snprintf(left, sizeof left, "%s--%s%s%s", dash, name, value ? " " : "", value ? value : "");
	fprintf(context, "  %-26s %s\n", left, help);
}

void
options_print_help(FILE *to, unsigned sets)
{
	options_each(sets, print_help_line, to);
}

static void
print_word(void *context, char short_name, const char *name, const char *value, const char *help)
{
	(void)short_name;
	(void)value;
	(void)help;
	fprintf(context, " --%s", name);
}

void
options_print_words(FILE *to, unsigned sets)
{
	options_each(sets, print_word, to);
}

const char *
options_who(const struct options *o)
{
	const char *login = getenv("SUDO_USER");

	if (o->by)
		return o->by;
	if (!login)
		login = getenv("USER");
	return login ? login : "operator";
}
