#include "reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/requirement.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "commands.h"
#include "known.h"
#include "merge.h"
#include "ui/format.h"

/* ---- opening ----------------------------------------------------------------------------- */

/* The system's own zone, by name, as clock_format_zone wants it. */
static void
local_zone(char zone[64])
{
	static const char mark[] = "/zoneinfo/";
	char path[256];
	const char *tz = getenv("TZ");
	ssize_t n;

	if (tz && *tz) {
		snprintf(zone, 64, "%s", tz + (*tz == ':'));
		return;
	}
	n = readlink("/etc/localtime", path, sizeof path - 1);
	path[n > 0 ? n : 0] = '\0';
	const char *at = strstr(path, mark);

	snprintf(zone, 64, "%s", at ? at + strlen(mark) : "UTC");
}

bool
reader_style(const struct options *o, const char *site_zone, char zone[64], bool *colour)
{
	zone[0] = '\0';
	*colour = !o->no_color && !getenv("NO_COLOR") && isatty(STDOUT_FILENO);
	if (o->tz && strcmp(o->tz, "local") == 0) {
		local_zone(zone);
	} else if (o->tz && strcmp(o->tz, "site") == 0) {
		if (!site_zone || !*site_zone) {
			fputs("pniscope: --tz site: the site's time zone is not known here; name "
			      "one, as "
			      "--tz Europe/Amsterdam\n",
			      stderr);
			return false;
		}
		snprintf(zone, 64, "%s", site_zone);
	} else if (o->tz) {
		snprintf(zone, 64, "%s", o->tz);
	}
	return true;
}

static bool
choose_sites(struct reader *r)
{
	r->sites = store_sites(r->store, &r->site_count);
	if (store_error(r->store))
		return false; /* told when the reader closes */
	if (!r->options->site)
		return true;
	for (size_t i = 0; i < r->site_count; i++) {
		if (strcmp(r->sites[i], r->options->site) != 0)
			continue;
		char *chosen = r->sites[i];

		r->sites[i] = r->sites[0];
		r->sites[0] = chosen;
		for (size_t k = 1; k < r->site_count; k++)
			free(r->sites[k]);
		r->site_count = 1;
		return true;
	}
	fprintf(stderr,
	        "pniscope: --site %s: no such site in this Redis; `pniscope sites` lists them\n",
	        r->options->site);
	return false;
}

static void
add_probe(void *context, const char *id, const void *record)
{
	struct reader *r = context;

	(void)id;
	r->probes = mem_resize(r->probes, r->probe_count + 1, sizeof *r->probes);
	r->probes[r->probe_count++] = *(const struct rec_probe *)record;
}

static void
read_probes(struct reader *r)
{
	for (size_t s = 0; s < r->site_count; s++) {
		size_t count;

		reader_select(r, s);
		char **ids = store_ids(r->store, RECORD_PROBE, NULL, &count);

		store_get_many(r->store, RECORD_PROBE, ids, count, add_probe, r);
		store_ids_free(ids, count);
	}
}

bool
reader_open(struct reader *r, const struct options *o)
{
	*r = (struct reader){.options = o};
	struct store_params params = {.server = o->redis,
	                              .user = o->user,
	                              .password_file = o->password_file,
	                              .site = o->site ? o->site : "",
	                              .peering = o->peering ? o->peering : ""};
	char *error = NULL;

	if (!o->redis) {
		fputs("pniscope: which Redis? give -r unix:PATH or HOST:PORT, or set "
		      "PNISCOPE_REDIS\n",
		      stderr);
		return false;
	}
	r->store = store_redis_open(&params, &error);
	if (!r->store) {
		fprintf(stderr, "pniscope: %s\n", error ? error : "Redis can't be reached");
		free(error);
		return false;
	}
	if (!choose_sites(r))
		goto fail;
	read_probes(r);
	if (store_error(r->store))
		goto fail;
	if (o->peering)
		snprintf(r->peering, sizeof r->peering, "%s", o->peering);
	else if (r->probe_count)
		memcpy(r->peering, r->probes[0].peering, sizeof r->peering);
	if (r->site_count)
		reader_select(r, 0);
	/* of several sites the first one's, unless --site chose */
	const char *zone = r->probe_count ? r->probes[0].timezone : NULL;

	if (reader_style(o, zone, r->zone, &r->colour) && known_names(r))
		return true;
fail:
	reader_close(r);
	return false;
}

static bool cut_off;

bool
reader_cut_off(void)
{
	return cut_off;
}

void
reader_close(struct reader *r)
{
	const char *error = r->store ? store_first_error(r->store) : NULL;

	if (error && !cut_off)
		fprintf(stderr, "pniscope: %s: %s; what is shown is not all\n", r->options->redis,
		        error);
	cut_off |= error != NULL;
	store_ids_free(r->sites, r->site_count);
	free(r->probes);
	store_close(r->store, 0);
	*r = (struct reader){0};
}

struct store *
reader_open_writer(const struct reader *r, uint64_t boot_us)
{
	const struct options *o = r->options;
	struct store_params params = {.server = o->redis,
	                              .user = o->user,
	                              .password_file = o->password_file,
	                              .peering = r->peering,
	                              .writer = "operator", /* without a site: no epochs */
	                              .boot_us = boot_us};
	char *error = NULL;
	struct store *s;

	if (!getenv("PNISCOPE_LOG"))
		log_set_level(LOG_ERROR); /* who writes looks himself whether it arrived */
	s = store_redis_open(&params, &error);
	if (!s)
		fprintf(stderr, "pniscope: %s\n", error);
	free(error);
	return s;
}

void
reader_select(struct reader *r, size_t site)
{
	store_select(r->store, r->sites[site], r->peering);
}

/* ---- rows -------------------------------------------------------------------------------- */

static void
add_row(void *context, const char *id, const void *record)
{
	(void)id;
	rows_add(context, record);
}

void
reader_collect(struct reader *r, enum record_kind kind, const char *parent, struct rows *rows)
{
	size_t count;
	char **ids = store_ids(r->store, kind, parent, &count);

	store_get_many(r->store, kind, ids, count, add_row, rows);
	store_ids_free(ids, count);
}

void
reader_collect_all(struct reader *r, enum record_kind kind, struct rows *rows)
{
	/* what the peering holds is the same whatever site is selected */
	size_t sites = r->site_count;

	rows_init(rows, model_schema(kind));
	if (model_schema(kind)->scope == SCOPE_PEERING && sites > 1)
		sites = 1;
	for (size_t s = 0; s < sites; s++) {
		reader_select(r, s);
		reader_collect(r, kind, NULL, rows);
	}
	merge_rows(kind, rows);
}

/* A filter: the option, and the fields that answer to it, the first that a kind has. Things are
 * named by their kind, and some stand under a scope: "link:pni-a". */
struct filter {
	const char *option;
	size_t offset; /* of its value in the options */
	const char *fields[4];
	const char *scope; /* what stands before the name in a scope; NULL: no scope is of it */
};

/* False: the kind has nothing to choose by; what was asked for must not look like all there is. */
static bool
choose_by(const struct options *o, struct rows *rows, const struct filter *f)
{
	const char *value = *(const char *const *)(const void *)((const char *)o + f->offset);
	char scope[PREFIX_TEXT_SIZE + 16];

	if (!value)
		return true;
	for (size_t i = 0; f->fields[i]; i++)
		if (rows_filter(rows, f->fields[i], value))
			return true;
	snprintf(scope, sizeof scope, "%s:%s", f->scope ? f->scope : "", value);
	/* a verdict's scope is where it is worst, and not all that it is about */
	if (f->scope && !rows_field(rows->fields, "verdict") && rows_filter(rows, "scope", scope))
		return true;
	fprintf(stderr, "pniscope: --%s %s: `%s` has nothing to choose by it; leave it out\n",
	        f->option, value, o->words[0]);
	return false;
}

bool
reader_choose(const struct options *o, struct rows *rows, const char *default_sort)
{
	static const struct filter filters[] = {
		{"link", offsetof(struct options, link), {"link", "links", "name"}, "link"},
		{"side", offsetof(struct options, side), {"side"}, NULL},
		{"subnet", offsetof(struct options, subnet), {"prefix", "subnet"}, "subnet"},
		{"class", offsetof(struct options, class), {"class", "classes"}, NULL},
	};
	const char *sort = o->sort ? o->sort : default_sort;

	for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++)
		if (!choose_by(o, rows, &filters[i]))
			return false;
	if (o->dir) /* where rows have both, it is a matter of columns */
		rows_filter(rows, "direction", o->dir);

	if (sort && !rows_sort(rows, sort)) {
		fprintf(stderr,
		        "pniscope: --sort %s: no such field here; the header of --csv names them\n",
		        sort);
		return false;
	}
	if (o->limit)
		rows_limit(rows, o->limit);
	return true;
}

/* ---- output ------------------------------------------------------------------------------ */

json_t *
reader_envelope(const struct reader *r, const char *schema)
{
	struct json_envelope e = {
		.schema = schema, .generated_us = clock_utc_us(), .coverage = NAN};

	for (size_t i = 0; i < r->probe_count; i++) {
		const struct rec_probe *p = &r->probes[i];
		double worst = i == 0 ? p->coverage_ratio : fmin(e.coverage, p->coverage_ratio);

		if (i == 0)
			json_envelope_of_probe(&e, p);
		e.coverage = worst;
		e.to_us = p->heartbeat_us > e.to_us ? p->heartbeat_us : e.to_us;
		if (e.from_us == 0 || p->head.started_us < e.from_us)
			e.from_us = p->head.started_us;
	}
	e.peering = r->peering;
	e.site = r->options->site ? r->options->site : r->site_count == 1 ? r->sites[0] : "all";
	return json_envelope(&e);
}

static uint64_t
apart(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

bool
reader_stale(const struct rec_probe *p)
{
	return apart(clock_utc_us(), p->heartbeat_us) > READER_STALE_US;
}

bool
reader_unfit(const struct reader *r)
{
	for (size_t i = 0; i < r->probe_count; i++) {
		if (r->probes[i].fit && !reader_stale(&r->probes[i]))
			return false;
	}
	return true;
}

void
reader_put_judged(const struct reader *r, json_t *object, uint64_t judged_us)
{
	json_put_u64(object, "judged_us", judged_us);
	json_put_bool(object, "stale", reader_judged_late(judged_us) || reader_unfit(r));
}

uint64_t
reader_judged_us(struct reader *r)
{
	struct rec_verdict *row = mem_alloc(1, sizeof *row);
	uint64_t judged_us = 0;
	double *scores = NULL;
	size_t count;
	char **names = store_top(r->store, SCOPE_PEERING, "controls", 1, &scores, &count);

	/* the first row: no maintenance freezes it */
	if (store_get(r->store, RECORD_VERDICT, requirement_at(0)->id, row))
		judged_us = row->window_to_us;
	if (count > 0 && scores[0] > (double)judged_us)
		judged_us = (uint64_t)scores[0];
	store_ids_free(names, count);
	free(scores);
	free(row);
	return judged_us;
}

bool
reader_judged_late(uint64_t judged_us)
{
	return apart(clock_utc_us(), judged_us) > READER_JUDGED_US;
}

void
reader_print_judged(const struct reader *r, uint64_t judged_us, FILE *to)
{
	uint64_t now = clock_utc_us();
	char age[FORMAT_SIZE], when[CLOCK_TEXT_SIZE];

	format_duration(apart(now, judged_us), age);
	clock_format_zone(judged_us, 0, r->zone[0] ? r->zone : NULL, when);
	if (judged_us == 0)
		fputs("nobody has judged here yet: pniscope-control does\n", to);
	else if (!reader_judged_late(judged_us))
		fprintf(to, "judged %s ago\n", age);
	else
		fprintf(to,
		        "OLD: verdicts and findings are of %s, %s %s; no pniscope-control judges "
		        "since\n",
		        when, age, now > judged_us ? "ago" : "ahead of this clock");
}

static void
print_probe(const struct rec_probe *p, bool colour, FILE *to)
{
	char word[64], age[FORMAT_SIZE], packets[FORMAT_SIZE], lost[FORMAT_SIZE],
		coverage[FORMAT_SIZE];
	uint64_t now = clock_utc_us();
	bool stale = reader_stale(p);

	format_duration(now > p->heartbeat_us ? now - p->heartbeat_us : 0, age);
	format_count(p->packets, packets);
	format_count(p->missed + p->no_mbuf + p->punt_control_drops + p->punt_bulk_drops, lost);
	format_ratio(p->coverage_ratio, coverage);
	fprintf(to, "probe %s %s: %s old; %s packets analysed, %s lost by the probe, coverage %s",
	        p->id,
	        table_paint(stale    ? "stale"
	                    : p->fit ? "fit"
	                             : "unfit",
	                    colour, word),
	        age, packets, lost, coverage);
	if (!p->fit && p->unfit_reason[0]) {
		struct text why = {0};

		format_clean(&why, p->unfit_reason);
		fprintf(to, " (%s)", why.at);
		text_fini(&why);
	}
	fputc('\n', to);
}

void
reader_print_probes(const struct reader *r, FILE *to)
{
	for (size_t i = 0; i < r->probe_count; i++)
		print_probe(&r->probes[i], r->colour, to);
	if (r->probe_count == 0)
		fputs("no probe has written here yet\n", to);
}

int
reader_print(const struct reader *r, const struct rows *rows, const char *key,
             const struct rows_column *columns)
{
	const struct options *o = r->options;

	if (o->json) {
		char schema[64];

		snprintf(schema, sizeof schema, "pniscope.%s/1", key);
		json_t *object = reader_envelope(r, schema);

		json_put(object, key, rows_json(rows));
		return json_print(object, stdout, true) ? EXIT_FINE : EXIT_ERROR;
	}
	if (o->csv) {
		rows_print_csv(rows, stdout);
		return EXIT_FINE;
	}
	struct rows_style style = {.wide = o->wide,
	                           .colour = r->colour,
	                           .zone = r->zone[0] ? r->zone : NULL,
	                           .only = o->dir};

	rows_print(rows, columns, &style, stdout);
	if (rows->count == 0)
		fputs("(none)\n", stdout);
	fputc('\n', stdout);
	reader_print_probes(r, stdout);
	return EXIT_FINE;
}
