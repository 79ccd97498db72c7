/* What failed in a capture and how it went on: its events as stories, link by link. */
#include "analyze.h"
#include "audit/story.h"
#include "store/fields.h"
#include "ui/rows.h"

enum { BATCH = 1000 };

static void
collect(void *context, const struct event *e)
{
	rows_add(context, e);
}

void
analysis_each_story(struct analysis *a, void (*fn)(void *context, const struct story *s),
                    void *context)
{
	static const struct key_schema schema = {.fields = fields_event,
	                                         .record_size = sizeof(struct event)};
	char last[48] = "0-0";
	struct rows rows;

	rows_init(&rows, &schema);
	while (store_events(a->store, a->self.id, last, BATCH, collect, &rows, last) == BATCH)
		;
	for (size_t l = 0; l < a->conf->link_count; l++) {
		struct stories stories;

		stories_tell(&stories, (const struct event *)(const void *)rows.records, rows.count,
		             a->conf->links[l].name);
		for (size_t i = 0; i < stories.count; i++)
			fn(context, &stories.at[i]);
		stories_fini(&stories);
	}
	rows_fini(&rows);
}
