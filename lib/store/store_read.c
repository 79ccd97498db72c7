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

bool
store_refused(const struct store *s)
{
	return s->error[0] && s->refused;
}

const char *
store_first_error(const struct store *s)
{
	return s->first_error[0] ? s->first_error : store_error(s);
}

void
store_read_begin(struct store *s)
{
	if (!s->first_error[0])
		memcpy(s->first_error, s->error, sizeof s->first_error);
	s->error[0] = '\0';
	s->refused = false;
}

void
store_select(struct store *s, const char *site, const char *peering)
{
	store_copy_name(s->site, site);
	store_copy_name(s->peering, peering);
}

/* Fields on their way into records, one record after the other. */
struct record_reader {
	const struct key_schema *schema;
	void *record;
	const struct record_field *next; /* the field that most likely comes next */
	size_t at;                       /* whose fields come, */
	bool found;                      /* and whether any has come */
	/* of store_get_many() */
	store_record_fn fn;
	void *context;
	char *const *ids; /* of this slice */
	size_t count;     /* records given */
};

static void
reader_begin(struct record_reader *r, size_t at)
{
	codec_clear(r->schema, r->record);
	r->next = r->schema->fields;
	r->at = at;
	r->found = false;
}

static void
reader_give(struct record_reader *r)
{
	if (!r->found)
		return;
	r->fn(r->context, r->ids[r->at], r->record);
	r->count++;
}

/* Redis keeps a small hash in the order in which it was written, which is the schema's. */
static void
read_field(void *context, size_t at, const char *name, const char *value, size_t size)
{
	struct record_reader *r = context;
	const struct record_field *f;

	if (at != r->at) {
		reader_give(r);
		reader_begin(r, at);
	}
	r->found = true;
	f = r->next;
	if (!f->name || strcmp(f->name, name) != 0)
		f = codec_field(r->schema->fields, name);
	if (!f)
		return;
	r->next = f + 1;
	codec_decode(f, r->record, value, size);
}

static void
key_of_record(const struct store *s, struct key *key, enum record_kind kind, const char *id)
{
	char rest[KEY_SIZE];

	model_record_key(rest, kind, id);
	store_key(s, key->text, model_schema(kind)->scope, rest);
}

bool
store_get(struct store *s, enum record_kind kind, const char *id, void *record)
{
	struct record_reader reader = {.schema = model_schema(kind), .record = record};
	struct key key;

	reader_begin(&reader, 0);
	key_of_record(s, &key, kind, id);
	store_read_begin(s);
	return s->ops->read_hashes(s, &key, 1, read_field, &reader) && reader.found;
}

static size_t
slice_size(size_t count, size_t done)
{
	return count - done < READ_SLICE ? count - done : READ_SLICE;
}

size_t
store_get_many(struct store *s, enum record_kind kind, char *const *ids, size_t count,
               store_record_fn fn, void *context)
{
	const struct key_schema *schema = model_schema(kind);
	struct record_reader r = {.schema = schema, .fn = fn, .context = context};
	struct key *keys = mem_alloc(READ_SLICE, sizeof *keys);
	bool connected = true;
	size_t size;

	r.record = mem_alloc(1, schema->record_size);
	store_read_begin(s);
	for (size_t done = 0; done < count && connected; done += size) {
		size = slice_size(count, done);
		r.ids = ids + done;
		for (size_t i = 0; i < size; i++)
			key_of_record(s, &keys[i], kind, r.ids[i]);
		reader_begin(&r, 0);
		connected = s->ops->read_hashes(s, keys, size, read_field, &r);
		reader_give(&r);
	}
	free(r.record);
	free(keys);
	return r.count;
}

struct id_list {
	char **ids;
	double *scores;
	size_t count, room;
	char *const *parents; /* of nested ids, by key; NULL: ids stand by themselves */
	const char *separator;
};

static void
add_id(void *context, size_t at, const char *member, double score)
{
	struct id_list *list = context;

	if (list->count == list->room) {
		list->room = list->room ? list->room * 2 : 16;
		list->ids = mem_resize(list->ids, list->room, sizeof *list->ids);
		list->scores = mem_resize(list->scores, list->room, sizeof *list->scores);
	}
	list->ids[list->count] =
		list->parents ? mem_printf("%s%s%s", list->parents[at], list->separator, member)
			      : mem_strdup(member);
	list->scores[list->count++] = score;
}

static void
add_name(void *context, size_t at, const char *name, const char *value, size_t size)
{
	(void)value;
	(void)size;
	add_id(context, at, name, 0);
}

static bool
read_list(struct store *s, enum key_type type, const struct key *keys, size_t count, size_t limit,
          struct id_list *list)
{
	if (type == KEY_HASH)
		return s->ops->read_hashes(s, keys, count, add_name, list);
	return s->ops->read_members(s, type, keys, count, limit, add_id, list);
}

/* The lists of ids nested in these parents. */
static void
read_nested(struct store *s, enum record_kind kind, char *const *parents, size_t count,
            struct id_list *list)
{
	const struct key_schema *schema = model_schema(kind);
	struct key *keys = mem_alloc(READ_SLICE, sizeof *keys);
	bool connected = true;
	const char *member;
	size_t size;

	list->separator = schema->separator;
	for (size_t done = 0; done < count && connected; done += size) {
		size = slice_size(count, done);
		list->parents = parents + done;
		for (size_t i = 0; i < size; i++) {
			char *example = mem_printf("%s%s", list->parents[i], schema->separator);

			store_index_key(s, keys[i].text, kind, example, &member);
			free(example);
		}
		connected = read_list(s, schema->index_type, keys, size, 0, list);
	}
	free(keys);
}

/* Ids of one parent, or of all when `parent` is NULL. */
static void
read_ids(struct store *s, enum record_kind kind, const char *parent, struct id_list *list)
{
	const struct key_schema *schema = model_schema(kind);
	const char *member;
	struct key key;

	if (schema->parent < 0) {
		if (store_index_key(s, key.text, kind, "", &member))
			read_list(s, schema->index_type, &key, 1, 0, list);
	} else if (parent) {
		read_nested(s, kind, (char *const[]){(char *)parent}, 1, list);
	} else {
		size_t count;
		char **parents = store_ids(s, (enum record_kind)schema->parent, NULL, &count);

		read_nested(s, kind, parents, count, list);
		store_ids_free(parents, count);
	}
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **
store_ids(struct store *s, enum record_kind kind, const char *parent, size_t *count)
{
	struct id_list list = {0};

	store_read_begin(s);
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
	struct id_list list = {0};
	struct key key;

	store_key(s, key.text, scope, rest);
	store_read_begin(s);
	read_list(s, KEY_ZSET, &key, 1, limit, &list);
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
	struct id_list list = {0};
	struct key key;

	store_key(s, key.text, SCOPE_GLOBAL, "sites");
	store_read_begin(s);
	read_list(s, KEY_SET, &key, 1, 0, &list);
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
	store_read_begin(s);
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
	store_read_begin(s);
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
	store_read_begin(s);
	s->ops->read_stream(s, key, &range, read_ledger, &reader);
	return reader.count;
}
