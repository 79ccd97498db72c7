#include "diary.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/fields.h"

enum { BATCH = 1000 };

static const struct key_schema schema = {.fields = fields_event,
                                         .record_size = sizeof(struct event)};

struct collector {
	uint64_t since_us, until_us;
	struct rows *rows;
};

static void
take(void *context, const struct event *e)
{
	struct collector *c = context;

	if ((!c->since_us || e->ts_us >= c->since_us) && (!c->until_us || e->ts_us <= c->until_us))
		rows_add(c->rows, e);
}

static void
add_stream(struct diary *d, const char *writer, uint64_t since_us)
{
	d->writers = mem_resize(d->writers, d->count + 1, sizeof *d->writers);
	d->last = mem_resize(d->last, d->count + 1, sizeof *d->last);
	d->writers[d->count] = writer;
	/* an entry's id begins with its milliseconds */
	snprintf(d->last[d->count++], DIARY_LAST_SIZE, "%llu-0",
	         since_us >= US_PER_MS ? (unsigned long long)(since_us / US_PER_MS - 1) : 0ull);
}

void
diary_open(struct diary *d, struct reader *r, uint64_t since_us)
{
	struct rows probe;
	char last[DIARY_LAST_SIZE] = "0-0";
	struct collector c = {.rows = &probe};

	*d = (struct diary){0};
	rows_init(&probe, &schema);
	if (!r->options->site && store_events(r->store, NULL, last, 1, take, &c, last) > 0)
		add_stream(d, NULL, since_us);
	for (size_t i = 0; i < r->probe_count && (d->count == 0 || d->writers[0]); i++)
		add_stream(d, r->probes[i].id, since_us);
	rows_fini(&probe);
}

void
diary_close(struct diary *d)
{
	free(d->writers);
	free(d->last);
}

/* A probe's stream is of its site. */
void
diary_read(struct diary *d, struct reader *r, uint64_t since_us, uint64_t until_us,
           struct rows *rows)
{
	struct collector c = {since_us, until_us, rows};

	rows_init(rows, &schema);
	for (size_t i = 0; i < d->count; i++) {
		for (size_t p = 0; d->writers[i] && p < r->probe_count; p++) {
			if (r->probes[p].id == d->writers[i])
				store_select(r->store, r->probes[p].site, r->peering);
		}
		while (store_events(r->store, d->writers[i], d->last[i], BATCH, take, &c,
		                    d->last[i]) == BATCH)
			;
	}
	rows_sort(rows, "-ts_us");
}
