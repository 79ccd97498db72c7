/*
 * A command's view of Redis: the store opened for reading, the sites asked for, the peering, the
 * probes with their own losses. Every reading command opens one, prints, and closes it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options.h"
#include "store/store.h"
#include "ui/json.h"
#include "ui/rows.h"

struct reader {
	const struct options *options;
	struct store *store;
	char **sites; /* all, or the one of --site */
	size_t site_count;
	struct rec_probe *probes; /* of these sites */
	size_t probe_count;
	char peering[64];
	char zone[64]; /* time zone of text output; "" UTC */
	bool colour;
};

/* False: one line was printed. */
bool reader_open(struct reader *r, const struct options *o);
void reader_close(struct reader *r);
/* A reader that was closed had not read all that it was asked for: said, and no success. */
bool reader_cut_off(void);
/* For what an operator writes into the peering's scope: records of a run that began at `boot_us`.
 * NULL: one line was printed. Close with store_close(s, READER_WRITE_WAIT_MS). */
enum { READER_WRITE_WAIT_MS = 2000 };
struct store *reader_open_writer(const struct reader *r, uint64_t boot_us);
/* Site-scope reads that follow are of this site. */
void reader_select(struct reader *r, size_t site);

/* Time zone and colour of text output without a store; `site_zone` for --tz site, or NULL. False:
 * one line was printed. */
bool reader_style(const struct options *o, const char *site_zone, char zone[64], bool *colour);

/* Adds every record of a kind at the selected site; `parent` as in store_ids(). */
void reader_collect(struct reader *r, enum record_kind kind, const char *parent, struct rows *rows);

/* Sets up `rows` with all records of a kind over the sites chosen, what several probes say of one
 * subject summed (merge.h). */
void reader_collect_all(struct reader *r, enum record_kind kind, struct rows *rows);

/* --link --side --subnet --class --dir --sort --limit on the rows. False: one line was printed; a
 * filter that these rows can't answer to is an error, since all of them would look like its answer.
 */
bool reader_choose(const struct options *o, struct rows *rows, const char *default_sort);

/* The envelope over the probes read; `schema` as "pniscope.links/1". */
json_t *reader_envelope(const struct reader *r, const char *schema);
/* Prints rows as text (with the probes' losses below), CSV or JSON under `key`. */
int reader_print(const struct reader *r, const struct rows *rows, const char *key,
                 const struct rows_column *columns);
/* One line per probe: fit or why not, age, its own losses. */
void reader_print_probes(const struct reader *r, FILE *to);
/* Data older than this is stale; so is data from further in the future, by a clock that is wrong.
 */
enum { READER_STALE_US = 3000000 };
bool reader_stale(const struct rec_probe *p);

/* When verdicts and findings were last judged: a running control's sign of life, or (one that ran
 * once) the end of what it looked at; 0: never. Older than READER_JUDGED_US, nobody judges any
 * more: what stands in Redis is of then. */
enum { READER_JUDGED_US = 30000000 };
uint64_t reader_judged_us(struct reader *r);
bool reader_judged_late(uint64_t judged_us);
/* The data is stale, or no probe is fit: old data decides nothing. */
bool reader_unfit(const struct reader *r);
/* "judged_us" and "stale", as numbers people act on must have beside them. */
void reader_put_judged(const struct reader *r, json_t *object, uint64_t judged_us);
/* "judged 0.4 s ago", or that nobody judges and since when. */
void reader_print_judged(const struct reader *r, uint64_t judged_us, FILE *to);
