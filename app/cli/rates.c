/* `rates`: links now, or their roll-ups over a time. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "commands.h"
#include "conf/conf.h"
#include "known.h"
#include "reader.h"
#include "ui/format.h"

static const struct rows_column now_columns[] = {
	{"name", "link", ROWS_ALWAYS},
	{"link", "link", ROWS_ALWAYS},
	{"prefix", "subnet", ROWS_ALWAYS},
	{"class", "class", ROWS_ALWAYS},
	{"rate_bps_peer_to_msft", "L2 >", ROWS_ALWAYS},
	{"rate_l1_bps_peer_to_msft", "L1 >", ROWS_ALWAYS},
	{"rate_pps_peer_to_msft", "packets/s >", ROWS_ALWAYS},
	{"peak_1ms_bps_peer_to_msft", "1 ms >", ROWS_ALWAYS},
	{"peak_10ms_bps_peer_to_msft", "10 ms >", ROWS_WIDE},
	{"peak_100ms_bps_peer_to_msft", "100 ms >", ROWS_WIDE},
	{"utilisation_ratio_peer_to_msft", "used >", ROWS_ALWAYS},
	{"rate_bps_msft_to_peer", "L2 <", ROWS_ALWAYS},
	{"rate_l1_bps_msft_to_peer", "L1 <", ROWS_ALWAYS},
	{"rate_pps_msft_to_peer", "packets/s <", ROWS_ALWAYS},
	{"peak_1ms_bps_msft_to_peer", "1 ms <", ROWS_ALWAYS},
	{"peak_10ms_bps_msft_to_peer", "10 ms <", ROWS_WIDE},
	{"peak_100ms_bps_msft_to_peer", "100 ms <", ROWS_WIDE},
	{"utilisation_ratio_msft_to_peer", "used <", ROWS_ALWAYS},
	{"coverage_ratio", "coverage", ROWS_ALWAYS},
	{NULL, NULL, ROWS_ALWAYS},
};

/* What `history` shows without --since: what one point per second is kept for. */
#define HISTORY_US (15 * 60 * US_PER_S)

struct history {
	struct reader *reader;
	const char *subject;
	json_t *points;
	struct table *table;
	bool titled;
	uint64_t points_of_subject; /* counted for --limit, per subject */
};

static bool
is_shown(const struct history *h, const char *name)
{
	return h->reader->options->csv || !rows_other_direction(name, h->reader->options->dir);
}

/* CSV keeps the store's names; on a screen the direction is an arrow. */
static void
short_title(const struct history *h, const char *name, char *title, size_t size)
{
	static const char *const arrows[DIR_COUNT] = {" >", " <"};

	snprintf(title, size, "%s", name);
	for (int dir = 0; dir < DIR_COUNT && !h->reader->options->csv; dir++) {
		char *end = strstr(title, direction_name((enum direction)dir));

		if (end && end > title)
			snprintf(end - 1, size - (size_t)(end - 1 - title), "%s", arrows[dir]);
	}
}

/* Columns are the names of the first point; later points have the same ones. */
static void
add_titles(struct history *h, const struct store_point *p)
{
	table_column(h->table, "subject", TABLE_LEFT);
	table_column(h->table, h->reader->options->csv ? "ts_us" : "time", TABLE_LEFT);
	for (unsigned i = 0; i < p->count; i++) {
		char title[40];

		if (!is_shown(h, p->names[i]))
			continue;
		short_title(h, p->names[i], title, sizeof title);
		table_column(h->table, title, TABLE_RIGHT);
	}
	h->titled = true;
}

static void
add_value(struct history *h, const char *name, double v)
{
	char buf[FORMAT_SIZE];
	bool plain = h->reader->options->csv;

	if (plain)
		table_cellf(h->table, "%.10g", v);
	else if (strstr(name, "bps") || strstr(name, "peak"))
		table_cell(h->table, format_scaled(v, "bit/s", buf));
	else if (strstr(name, "_ratio"))
		table_cell(h->table, format_ratio(v, buf));
	else
		table_cell(h->table, format_scaled(v, "", buf));
}

static void
add_point(void *context, const struct store_point *p)
{
	struct history *h = context;
	const struct reader *r = h->reader;
	char when[CLOCK_TEXT_SIZE];

	if (r->options->limit && ++h->points_of_subject > r->options->limit)
		return;
	json_t *o = json_object();

	if (!h->titled)
		add_titles(h, p);
	json_put_text(o, "subject", h->subject);
	json_put_u64(o, "ts_us", p->ts_us);
	table_cell(h->table, h->subject);
	if (r->options->csv)
		table_cellf(h->table, "%llu", (unsigned long long)p->ts_us);
	else
		table_cell(h->table,
		           clock_format_zone(p->ts_us, 0, r->zone[0] ? r->zone : NULL, when));
	for (unsigned i = 0; i < p->count; i++) {
		json_put_f64(o, p->names[i], p->values[i]);
		if (is_shown(h, p->names[i]))
			add_value(h, p->names[i], p->values[i]);
	}
	json_push(h->points, o);
}

static uint64_t
newest_us(const struct reader *r)
{
	uint64_t now = 0;

	for (size_t i = 0; i < r->probe_count; i++)
		now = r->probes[i].heartbeat_us > now ? r->probes[i].heartbeat_us : now;
	return now;
}

/* The finest roll-up that reaches back to `from`, seen from the newest data. */
static unsigned
level_for(const struct reader *r, uint64_t from_us)
{
	uint64_t now = newest_us(r);
	unsigned level = 0;
	uint64_t back_s = now > from_us ? (now - from_us) / US_PER_S : 0;

	while (level + 1 < POINT_LEVELS && back_s >= model_point_level(level)->keep_s)
		level++;
	return level;
}

static uint64_t
begin_us(const struct reader *r)
{
	const struct options *o = r->options;
	uint64_t now = newest_us(r);

	if (o->at_us)
		return o->at_us - 5 * US_PER_S;
	if (o->since_us)
		return o->since_us;
	return now > HISTORY_US ? now - HISTORY_US : 0;
}

static uint64_t
end_us(const struct options *o)
{
	if (o->at_us)
		return o->at_us + 5 * US_PER_S;
	return o->until_us ? o->until_us : UINT64_MAX / 2;
}

static void
add_subject(struct history *h, const char *subject, unsigned level)
{
	struct reader *r = h->reader;

	h->subject = subject;
	h->points_of_subject = 0;
	store_points(r->store, subject, level, begin_us(r), end_us(r->options), add_point, h);
}

/* Points of the links, or of the subnet that --subnet names. */
static void
add_subjects(struct history *h, unsigned level)
{
	struct reader *r = h->reader;
	const struct options *o = r->options;

	for (size_t s = 0; s < r->site_count; s++) {
		size_t count;
		enum record_kind kind = o->subnet ? RECORD_SUBNET : RECORD_LINK;
		const char *only = o->subnet ? o->subnet : o->link;

		reader_select(r, s);
		char **ids = store_ids(r->store, kind, NULL, &count);

		for (size_t i = 0; i < count; i++) {
			if (only && strcmp(only, ids[i]) != 0)
				continue;
			char *subject = mem_printf("%s:%s", o->subnet ? "subnet" : "link", ids[i]);

			add_subject(h, subject, level);
			free(subject);
		}
		store_ids_free(ids, count);
	}
}

/* Roll-ups are of links and of subnets, whole ones: what would choose further is refused. */
static bool
is_of_history(const struct options *o, const char *subject)
{
	const char *other = o->class    ? "--class"
	                    : o->side   ? "--side"
	                    : o->sort   ? "--sort"
	                    : !subject  ? NULL
	                    : o->link   ? "--link"
	                    : o->subnet ? "--subnet"
	                                : NULL;

	if (other)
		fprintf(stderr,
		        "pniscope: %s: history is kept of links and subnets as they are, in order "
		        "of "
		        "time; leave it out\n",
		        other);
	return !other;
}

/* Of the links, or with `subject` of that one at every site that has it. */
static int
print_history(struct reader *r, const char *subject)
{
	const struct options *o = r->options;
	struct history h = {.reader = r};
	unsigned level = level_for(r, begin_us(r));

	if (!is_of_history(o, subject))
		return EXIT_ERROR;
	h.points = json_array();
	h.table = table_create();
	for (size_t s = 0; subject && s < r->site_count; s++) {
		reader_select(r, s);
		add_subject(&h, subject, level);
	}
	if (!subject)
		add_subjects(&h, level);
	if (o->json) {
		json_t *object =
			reader_envelope(r, subject ? "pniscope.history/1" : "pniscope.rates/1");

		json_put_text(object, "step", model_point_level(level)->name);
		json_put(object, subject ? "history" : "rates", json_incref(h.points));
		json_print(object, stdout, true);
	} else if (!h.titled) {
		/* no row and no header: nobody knows which fields a point would have had */
		fprintf(o->csv ? stderr : stdout, "no points%s%s in that time; %s\n",
		        subject ? " of " : "", subject ? subject : "",
		        r->probe_count ? "--since and --until choose another"
		                       : "no probe has written here yet");
	} else if (o->csv) {
		table_print_csv(h.table, stdout);
	} else {
		printf("every %s\n", model_point_level(level)->name);
		table_print(h.table, stdout, 0, r->colour);
		fputc('\n', stdout);
		reader_print_probes(r, stdout);
	}
	json_decref(h.points);
	table_destroy(h.table);
	return EXIT_FINE;
}

/* Links, or what --subnet and --class ask for; columns that a kind does not have are left out. */
static int
print_now(struct reader *r)
{
	const struct options *o = r->options;
	enum record_kind kind = o->subnet && o->class ? RECORD_SUBNET_CLASS
	                        : o->subnet           ? RECORD_SUBNET
	                        : o->class            ? RECORD_LINK_CLASS
	                                              : RECORD_LINK;
	struct rows rows;
	int code = EXIT_ERROR;

	reader_collect_all(r, kind, &rows);
	if (reader_choose(o, &rows, NULL))
		code = reader_print(r, &rows, "rates", now_columns);
	rows_fini(&rows);
	return code;
}

int
run_rates(const struct options *o)
{
	struct reader r;

	if (!reader_open(&r, o))
		return EXIT_ERROR;
	int code = o->since_us || o->at_us ? print_history(&r, NULL) : print_now(&r);

	reader_close(&r);
	return code;
}

int
run_history(const struct options *o)
{
	struct reader r;

	if (!reader_open(&r, o))
		return EXIT_ERROR;
	int code = known_subject(&r, o->words[1]) ? print_history(&r, o->words[1]) : EXIT_ERROR;

	reader_close(&r);
	return code;
}
