/* The reading half of store/store.h: records, lists and streams out of whole keys and texts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/backend.h"
#include "store/codec.h"
#include "store/fields.h"

const char *
store_error(const struct store *s)
{
	return s->error[0] ? s->error : NULL;
}

void
store_select(struct store *s, const char *site, const char *peering)
{
	store_copy_name(s->site, site);
	store_copy_name(s->peering, peering);
}

struct record_reader {
	const struct record_field *fields;
	void *record;
	bool found;
};

static void
read_field(void *context, const char *name, const char *value, size_t size)
{
	struct record_reader *r = context;
	const struct record_field *f = codec_field(r->fields, name);

	r->found = true;
	if (f)
		codec_decode(f, r->record, value, size);
}

bool
store_get(struct store *s, enum record_kind kind, const char *id, void *record)
{
	const struct key_schema *schema = model_schema(kind);
	struct record_reader reader = {schema->fields, record, false};
	char rest[KEY_SIZE], key[KEY_SIZE];

	codec_clear(schema, record);
	model_record_key(rest, kind, id);
	store_key(s, key, schema->scope, rest);
	s->error[0] = '\0';
	return s->ops->read_hash(s, key, read_field, &reader) && reader.found;
}

struct id_list {
	char **ids;
	double *scores;
	size_t count, room;
	const char *prefix, *separator; /* of nested ids; "" */
};

static void
add_id(void *context, const char *member, double score)
{
	struct id_list *list = context;

	if (list->count == list->room) {
		list->room = list->room ? list->room * 2 : 16;
		list->ids = mem_resize(list->ids, list->room, sizeof *list->ids);
		list->scores = mem_resize(list->scores, list->room, sizeof *list->scores);
	}
	list->ids[list->count] = mem_printf("%s%s%s", list->prefix, list->separator, member);
	list->scores[list->count++] = score;
}

static void
add_name(void *context, const char *name, const char *value, size_t size)
{
	(void)value;
	(void)size;
	add_id(context, name, 0);
}

static void
read_list(struct store *s, enum key_type type, const char *key, size_t limit, struct id_list *list)
{
	s->error[0] = '\0';
	if (type == KEY_HASH)
		s->ops->read_hash(s, key, add_name, list);
	else
		s->ops->read_members(s, type, key, limit, add_id, list);
}

/* Nested lists of one parent, or of all when `parent` is NULL. */
static void
read_ids(struct store *s, enum record_kind kind, const char *parent, struct id_list *list)
{
	const struct key_schema *schema = model_schema(kind);
	char key[KEY_SIZE];
	const char *member;
	char *example;

	if (schema->parent >= 0 && !parent) {
		size_t count;
		char **parents = store_ids(s, (enum record_kind)schema->parent, NULL, &count);

		for (size_t i = 0; i < count; i++)
			read_ids(s, kind, parents[i], list);
		store_ids_free(parents, count);
		return;
	}
	list->prefix = schema->parent >= 0 ? parent : "";
	list->separator = schema->parent >= 0 ? schema->separator : "";
	example = mem_printf("%s%s", list->prefix, list->separator);
	if (store_index_key(s, key, kind, example, &member))
		read_list(s, schema->index_type, key, 0, list);
	free(example);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **
store_ids(struct store *s, enum record_kind kind, const char *parent, size_t *count)
{
	struct id_list list = {.prefix = "", .separator = ""};

	read_ids(s, kind, parent, &list);
	free(list.scores);
	if (list.count > 1)
		qsort(list.ids, list.count, sizeof *list.ids, by_name);
	*count = list.count;
	return list.ids;
}

void
store_ids_free(char **ids, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(ids[i]);
	free(ids);
}

char **
store_top(struct store *s, enum key_scope scope, const char *rest, size_t limit, double **scores,
          size_t *count)
{
	struct id_list list = {.prefix = "", .separator = ""};
	char key[KEY_SIZE];

	store_key(s, key, scope, rest);
	read_list(s, KEY_ZSET, key, limit, &list);
	if (scores)
		*scores = list.scores;
	else
		free(list.scores);
	*count = list.count;
	return list.ids;
}

char **
store_sites(struct store *s, size_t *count)
{
	struct id_list list = {.prefix = "", .separator = ""};
	char key[KEY_SIZE];

	store_key(s, key, SCOPE_GLOBAL, "sites");
	read_list(s, KEY_SET, key, 0, &list);
	free(list.scores);
	if (list.count > 1)
		qsort(list.ids, list.count, sizeof *list.ids, by_name);
	*count = list.count;
	return list.ids;
}

struct event_reader {
	void (*fn)(void *context, const struct event *e);
	void *context;
	size_t count;
	char *last;
};

static void
read_event(void *context, const struct stream_entry *entry)
{
	struct event_reader *r = context;
	struct event e = {0};

	for (unsigned i = 0; i < entry->count; i++) {
		const struct record_field *f = codec_field(fields_event, entry->field[i].name);

		if (f)
			codec_decode(f, &e, entry->field[i].value, strlen(entry->field[i].value));
	}
	if (!e.origin[0])
		snprintf(e.origin, sizeof e.origin, "%s", entry->id);
	if (r->last)
		snprintf(r->last, STREAM_ID_SIZE, "%s", entry->id);
	r->count++;
	r->fn(r->context, &e);
}

size_t
store_events(struct store *s, const char *writer, const char *after, size_t limit,
             void (*fn)(void *context, const struct event *e), void *context, char last[48])
{
	struct event_reader reader = {fn, context, 0, last};
	char key[KEY_SIZE], from[STREAM_ID_SIZE + 1];
	struct stream_range range = {from, "+", limit, false};

	store_events_key(s, writer, key);
	snprintf(from, sizeof from, "(%s", after);
	if (last && last != after)
		snprintf(last, STREAM_ID_SIZE, "%s", after);
	s->error[0] = '\0';
	s->ops->read_stream(s, key, &range, read_event, &reader);
	return reader.count;
}

struct point_reader {
	void (*fn)(void *context, const struct store_point *p);
	void *context;
	size_t count;
};

static void
read_point(void *context, const struct stream_entry *entry)
{
	struct point_reader *r = context;
	struct store_point p = {.ts_us = strtoull(entry->id, NULL, 10) * US_PER_MS};

	for (; p.count < entry->count && p.count < POINT_FIELDS; p.count++) {
		snprintf(p.names[p.count], sizeof p.names[0], "%s", entry->field[p.count].name);
		p.values[p.count] = strtod(entry->field[p.count].value, NULL);
	}
	r->count++;
	r->fn(r->context, &p);
}

size_t
store_points(struct store *s, const char *subject, unsigned level, uint64_t from_us, uint64_t to_us,
             void (*fn)(void *context, const struct store_point *p), void *context)
{
	struct point_reader reader = {fn, context, 0};
	char rest[KEY_SIZE], key[KEY_SIZE], from[STREAM_ID_SIZE], to[STREAM_ID_SIZE];
	struct stream_range range = {from, to, 0, false};

	model_points_key(rest, subject, level);
	store_key(s, key, SCOPE_SITE, rest);
	/* an id without sequence means the first one as a begin and the last one as an end */
	snprintf(from, sizeof from, "%llu", (unsigned long long)(from_us / US_PER_MS));
	snprintf(to, sizeof to, "%llu", (unsigned long long)(to_us / US_PER_MS));
	s->error[0] = '\0';
	s->ops->read_stream(s, key, &range, read_point, &reader);
	return reader.count;
}

typedef void (*ledger_fn)(void *context, uint64_t ts_us, const char *id, const char *scope,
                          const char *from, const char *to, const char *reasons);

struct ledger_reader {
	ledger_fn fn;
	void *context;
	size_t count;
};

static const char *
field_of(const struct stream_entry *entry, const char *name)
{
	for (unsigned i = 0; i < entry->count; i++)
		if (strcmp(entry->field[i].name, name) == 0)
			return entry->field[i].value;
	return "";
}

static void
read_ledger(void *context, const struct stream_entry *entry)
{
	struct ledger_reader *r = context;

	r->count++;
	r->fn(r->context, strtoull(field_of(entry, "ts_us"), NULL, 10), field_of(entry, "id"),
	      field_of(entry, "scope"), field_of(entry, "from"), field_of(entry, "to"),
	      field_of(entry, "reasons"));
}

size_t
store_ledger_each(struct store *s, size_t limit, ledger_fn fn, void *context)
{
	struct ledger_reader reader = {fn, context, 0};
	struct stream_range range = {"-", "+", limit, true};
	char key[KEY_SIZE];

	store_key(s, key, SCOPE_PEERING, "ledger");
	s->error[0] = '\0';
	s->ops->read_stream(s, key, &range, read_ledger, &reader);
	return reader.count;
}
