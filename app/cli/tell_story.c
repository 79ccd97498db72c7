#include "tell_story.h"

#include "base/clock.h"
#include "store/fields.h"
#include "ui/format.h"
#include "ui/table.h"

static void
add_line(struct table *t, const struct story *s, size_t i)
{
	const struct event *e = &s->events[i];
	struct text text = {0};

	format_clean(&text, e->text[0] ? e->text : e->cause);
	table_cellf(t, "%+.3f s", story_offset_s(s, i));
	table_cell(t, e->name);
	table_cell(t, e->subject);
	table_cell(t, e->side);
	table_cell(t, text.at ? text.at : "");
	text_fini(&text);
}

void
story_print(const struct story *s, const char *zone, bool colour, FILE *to)
{
	struct table *t = table_create();
	char when[CLOCK_TEXT_SIZE];
	struct text summary = {0};

	format_clean(&summary, s->summary);
	fprintf(to, "%s at %s\n%s\n\n", s->link, clock_format_zone(s->began_us, 6, zone, when),
	        summary.at);
	table_column(t, "after", TABLE_RIGHT);
	table_column(t, "event", TABLE_LEFT);
	table_column(t, "subject", TABLE_LEFT);
	table_column(t, "side", TABLE_LEFT);
	table_column(t, "what", TABLE_LEFT);
	for (size_t i = 0; i < s->count; i++)
		add_line(t, s, i);
	table_print(t, to, 0, colour);
	table_destroy(t);
	text_fini(&summary);
}

json_t *
story_json(const struct story *s)
{
	const struct event *first = &s->events[s->first];
	json_t *o = json_object(), *events = json_array();

	json_put_text(o, "link", s->link);
	json_put_u64(o, "began_us", s->began_us);
	json_put_u64(o, "ended_us", s->ended_us);
	json_put_text(o, "first", first->name);
	json_put_text(o, "first_subject", first->subject);
	json_put_text(o, "side", first->side);
	json_put_text(o, "summary", s->summary);
	for (size_t i = 0; i < s->count; i++) {
		json_t *e = json_record(fields_event, &s->events[i]);

		json_put_f64(e, "after_s", story_offset_s(s, i));
		json_push(events, e);
	}
	json_put(o, "events", events);
	return o;
}
