/*
 * `maintenance`: announced changes entered at run time, beside those of the contract. Control takes
 * them from the store at its next turn; what goes down in one is no outage of the peering.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "commands.h"
#include "known.h"
#include "reader.h"

static const struct rows_column columns[] = {
	{"id", "id", ROWS_ALWAYS},        {"scope", "scope", ROWS_ALWAYS},
	{"from_us", "from", ROWS_ALWAYS}, {"to_us", "to", ROWS_ALWAYS},
	{"by", "by", ROWS_ALWAYS},        {"drill", "drill", ROWS_ALWAYS},
	{NULL, NULL, ROWS_ALWAYS},
};

static int
list(struct reader *r)
{
	struct rows rows;
	int code = EXIT_ERROR;

	rows_init(&rows, model_schema(RECORD_MAINTENANCE));
	reader_collect(r, RECORD_MAINTENANCE, NULL, &rows);
	if (reader_choose(r->options, &rows, "from_us"))
		code = reader_print(r, &rows, "maintenance", columns);
	rows_fini(&rows);
	return code;
}

/* Writes the window and reads it back. */
static int
put(struct reader *r, struct rec_maintenance *m, const char *done)
{
	struct store *s = reader_open_writer(r, clock_utc_us());
	const char *id = r->options->words[2];
	uint64_t to_us = m->to_us;
	char until[CLOCK_TEXT_SIZE];

	if (!s)
		return EXIT_ERROR;
	store_begin(s, m->head.seq + 1);
	store_put(s, RECORD_MAINTENANCE, id, m);
	store_close(s, READER_WRITE_WAIT_MS);
	if (!store_get(r->store, RECORD_MAINTENANCE, id, m) || m->to_us != to_us) {
		fprintf(stderr,
		        "pniscope: maintenance %s: not written; may this user write to %s?\n", id,
		        r->options->redis);
		return EXIT_ERROR;
	}
	clock_format_us(m->to_us, 0, until);
	printf("%s %s, until %s (%s)\n", id, done, until, m->scope);
	return EXIT_FINE;
}

/* A scope that a window can name; which links there are the contract knows. */
static bool
is_scope(const char *text)
{
	static const char *const kinds[] = {"link:", "site:", "session:"};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strncmp(text, kinds[i], strlen(kinds[i])) == 0 && text[strlen(kinds[i])])
			return true;
	return strcmp(text, "peering") == 0;
}

/* All scopes named, comma-separated. False: one line was printed. */
static bool
read_scopes(struct reader *r, struct rec_maintenance *m)
{
	static const char of_link[] = "link:";
	const struct options *o = r->options;
	size_t used = 0;

	for (size_t i = 3; i < o->word_count; i++) {
		size_t size = strlen(o->words[i]);

		if (!is_scope(o->words[i])) {
			fprintf(stderr,
			        "pniscope: maintenance add: %s is no scope; link:NAME, "
			        "site:NAME, session:NAME or peering is\n",
			        o->words[i]);
			return false;
		}
		if (strncmp(o->words[i], of_link, strlen(of_link)) == 0 &&
		    !known_link(r, "maintenance add", o->words[i] + strlen(of_link)))
			return false;
		if (used + size + 2 > sizeof m->scope) {
			fprintf(stderr, "pniscope: maintenance add: too many scopes; name their "
			                "site or the peering\n");
			return false;
		}
		used += (size_t)snprintf(m->scope + used, sizeof m->scope - used, "%s%s",
		                         used ? "," : "", o->words[i]);
	}
	return true;
}

static int
add(struct reader *r)
{
	const struct options *o = r->options;
	struct rec_maintenance m = {.from_us = o->since_us ? o->since_us : clock_utc_us(),
	                            .to_us = o->until_us,
	                            .drill = o->drill};

	if (o->word_count < 4 || !o->until_us) {
		fprintf(stderr, "pniscope: maintenance add: needs ID, SCOPE and --until; pniscope "
		                "maintenance add CHG-1042 link:pni-b --until +2h\n");
		return EXIT_ERROR;
	}
	if (m.to_us <= m.from_us) {
		fprintf(stderr, "pniscope: maintenance add: --until lies before its begin\n");
		return EXIT_ERROR;
	}
	if (strlen(o->words[2]) >= sizeof m.id) {
		fprintf(stderr, "pniscope: maintenance add: the id is longer than %zu letters\n",
		        sizeof m.id - 1);
		return EXIT_ERROR;
	}
	if (!read_scopes(r, &m))
		return EXIT_ERROR;
	snprintf(m.id, sizeof m.id, "%s", o->words[2]);
	snprintf(m.by, sizeof m.by, "%s", options_who(o));
	return put(r, &m, "entered");
}

/* Over from now on; one that has not begun never begins. */
static int
end(struct reader *r)
{
	const struct options *o = r->options;
	struct rec_maintenance m;
	uint64_t now_us = clock_utc_us();

	if (o->word_count != 3) {
		fprintf(stderr, "pniscope: maintenance end: needs one ID\n");
		return EXIT_ERROR;
	}
	if (!store_get(r->store, RECORD_MAINTENANCE, o->words[2], &m)) {
		fprintf(stderr,
		        "pniscope: maintenance end %s: no such one; `pniscope maintenance list` "
		        "shows those of run time, the contract its own\n",
		        o->words[2]);
		return EXIT_ERROR;
	}
	if (m.to_us <= now_us) {
		fprintf(stderr, "pniscope: maintenance end %s: it is over already\n", o->words[2]);
		return EXIT_ERROR;
	}
	m.to_us = now_us;
	if (m.from_us > now_us)
		m.from_us = now_us;
	return put(r, &m, "ended");
}

int
run_maintenance(const struct options *o)
{
	static const struct {
		const char *verb;
		int (*run)(struct reader *r);
	} verbs[] = {{"add", add}, {"list", list}, {"end", end}};
	struct reader r;
	int code = EXIT_ERROR;

	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		if (strcmp(o->words[1], verbs[i].verb) != 0)
			continue;
		if (verbs[i].run == list && o->word_count > 2) {
			fprintf(stderr, "pniscope: maintenance list %s: it lists all\n",
			        o->words[2]);
			return EXIT_ERROR;
		}
		if (!reader_open(&r, o))
			return EXIT_ERROR;
		code = verbs[i].run(&r);
		reader_close(&r);
		return code;
	}
	fprintf(stderr, "pniscope: maintenance %s: add, list or end\n", o->words[1]);
	return EXIT_ERROR;
}
