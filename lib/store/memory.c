/* The memory backend: Redis' types with the same texts in them, so that a capture and a live link
 * are read by the same code. Puts show at once; there is no expiry, a capture ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "store/backend.h"
#include "store/codec.h"

struct entry {
	uint64_t ms, seq;
	unsigned count;
	char *texts[2 * ENTRY_FIELDS]; /* name, value, name … one allocation at texts[0] */
};

/* What a key holds. */
struct object {
	struct dict members; /* hash, set: value is a text or NULL; sorted set: text of the score */
	struct entry *entries; /* stream, oldest first */
	size_t first, used, room;
};

struct memory {
	struct store store;
	struct dict objects;
	uint64_t keys_written;
};

static void
object_free(void *value)
{
	struct object *o = value;

	for (size_t i = o->first; i < o->used; i++)
		free(o->entries[i].texts[0]);
	free(o->entries);
	dict_fini(&o->members, free);
	free(o);
}

static struct object *
object_find(struct store *s, const char *key)
{
	struct memory *m = (struct memory *)s;
	void **place = dict_find(&m->objects, key, strlen(key));

	return place ? *place : NULL;
}

static struct object *
object_make(struct store *s, const char *key)
{
	struct memory *m = (struct memory *)s;
	void **place = dict_put(&m->objects, key, strlen(key));
	struct object *o = *place;

	if (!o) {
		o = *place = mem_alloc(1, sizeof *o);
		dict_init(&o->members);
	}
	return o;
}

static void
member_set(struct object *o, const char *member, const char *value)
{
	void **place = dict_put(&o->members, member, strlen(member));

	free(*place);
	*place = value ? mem_strdup(value) : NULL;
}

static void
record_key(const struct store *s, char key[KEY_SIZE], enum record_kind kind, const char *id)
{
	char rest[KEY_SIZE];

	model_record_key(rest, kind, id);
	model_key(key, model_schema(kind)->scope, s->site, s->peering, rest);
}

static bool
memory_put(struct store *s, enum record_kind kind, const char *id, const void *record)
{
	const struct key_schema *schema = model_schema(kind);
	struct text value = {0};
	char key[KEY_SIZE];
	struct rec_head *copy = mem_alloc(1, schema->record_size);
	struct object *o;
	bool is_new;

	memcpy(copy, record, schema->record_size);
	store_head(s, copy);
	record_key(s, key, kind, id);
	is_new = object_find(s, key) == NULL;
	o = object_make(s, key);
	for (const struct record_field *f = schema->fields; f->name; f++) {
		text_clear(&value);
		if (codec_encode(f, copy, &value))
			member_set(o, f->name, value.at ? value.at : "");
		else
			free(dict_take(&o->members, f->name, strlen(f->name)));
	}
	((struct memory *)s)->keys_written++;
	text_fini(&value);
	free(copy);
	return is_new;
}

static void
memory_remove(struct store *s, enum record_kind kind, const char *id)
{
	char key[KEY_SIZE];
	struct object *o;

	record_key(s, key, kind, id);
	o = dict_take(&((struct memory *)s)->objects, key, strlen(key));
	if (o)
		object_free(o);
}

static void
memory_set(struct store *s, enum key_type type, const char *key, const char *member,
           const char *value)
{
	(void)type;
	member_set(object_make(s, key), member, value);
}

static void
memory_unset(struct store *s, enum key_type type, const char *key, const char *member)
{
	struct object *o = object_find(s, key);

	(void)type;
	if (o)
		free(dict_take(&o->members, member, strlen(member)));
}

/* ---- maps ---- */

static bool
memory_map_set(struct store *s, const char *key, const char *field, const char *value, size_t room)
{
	struct object *o = object_make(s, key);

	if (o->members.count >= room && !dict_find(&o->members, field, strlen(field)))
		return false;
	member_set(o, field, value);
	return true;
}

static void
memory_map_unset(struct store *s, const char *key, const char *field)
{
	memory_unset(s, KEY_HASH, key, field);
}

static void
memory_map_drop(struct store *s, const char *key)
{
	struct object *o = dict_take(&((struct memory *)s)->objects, key, strlen(key));

	if (o)
		object_free(o);
}

static size_t
memory_map_count(struct store *s, const char *key)
{
	const struct object *o = object_find(s, key);

	return o ? o->members.count : 0;
}

static bool
memory_read_map(struct store *s, const char *key, const char *field, field_fn fn, void *context)
{
	struct object *o = object_find(s, key);
	void **value = o && field ? dict_find(&o->members, field, strlen(field)) : NULL;

	if (value)
		fn(context, field, *value, strlen(*value));
	for (struct dict_entry *e = o && !field ? dict_next(&o->members, NULL) : NULL; e;
	     e = dict_next(&o->members, e))
		fn(context, e->key, e->value, strlen(e->value));
	return true;
}

/* ---- streams ---- */

static int
compare_ids(uint64_t ms, uint64_t seq, const struct entry *e)
{
	if (ms != e->ms)
		return ms < e->ms ? -1 : 1;
	return seq == e->seq ? 0 : seq < e->seq ? -1 : 1;
}

static void
entry_fill(struct entry *to, const struct stream_entry *from)
{
	struct text all = {0};
	size_t at = 0;

	for (unsigned i = 0; i < from->count; i++) {
		text_add_bytes(&all, from->field[i].name, strlen(from->field[i].name) + 1);
		text_add_bytes(&all, from->field[i].value, strlen(from->field[i].value) + 1);
	}
	to->count = from->count;
	for (unsigned i = 0; i < 2 * from->count; i++) {
		to->texts[i] = all.at + at;
		at += strlen(to->texts[i]) + 1;
	}
}

/* Drops the oldest beyond `keep`; moves the rest down only when half of the array is free. */
static void
trim(struct object *o, uint64_t keep)
{
	while (o->used - o->first > keep)
		free(o->entries[o->first++].texts[0]);
	if (o->first > o->room / 2) {
		memmove(o->entries, o->entries + o->first,
		        (o->used - o->first) * sizeof *o->entries);
		o->used -= o->first;
		o->first = 0;
	}
}

static void
memory_append(struct store *s, const struct stream_entry *entry)
{
	struct object *o = object_make(s, entry->key);
	struct entry e = {0};

	if (!stream_id_parse(entry->id, false, &e.ms, &e.seq))
		return;
	/* as Redis: ids grow, so a replay is refused */
	if (o->used > o->first && compare_ids(e.ms, e.seq, &o->entries[o->used - 1]) <= 0)
		return;
	entry_fill(&e, entry);
	if (o->used == o->room) {
		o->room = o->room ? o->room * 2 : 16;
		o->entries = mem_resize(o->entries, o->room, sizeof *o->entries);
	}
	o->entries[o->used++] = e;
	trim(o, entry->keep);
}

static void
memory_commit(struct store *s, const struct rec_epoch *epoch)
{
	struct memory *m = (struct memory *)s;
	struct rec_epoch copy = *epoch;

	copy.keys = m->keys_written;
	m->keys_written = 0;
	if (s->site[0] && s->writer[0])
		memory_put(s, RECORD_EPOCH, s->writer, &copy);
}

static void
memory_health(struct store *s, struct store_health *out)
{
	(void)s;
	out->connected = true;
}

static bool
memory_close(struct store *s, unsigned wait_ms)
{
	struct memory *m = (struct memory *)s;

	(void)wait_ms;
	dict_fini(&m->objects, object_free);
	store_fini(s);
	free(m);
	return true;
}

/* ---- reads ---- */

static bool
memory_read_hashes(struct store *s, const struct key *keys, size_t count, hash_fn fn, void *context)
{
	for (size_t i = 0; i < count; i++) {
		struct object *o = object_find(s, keys[i].text);

		for (struct dict_entry *e = o ? dict_next(&o->members, NULL) : NULL; e;
		     e = dict_next(&o->members, e))
			fn(context, i, e->key, e->value ? e->value : "",
			   e->value ? strlen(e->value) : 0);
	}
	return true;
}

struct ranked {
	const char *member;
	double score;
};

/* ZREVRANGE: highest score first, then names from the end. */
static int
by_rank(const void *a, const void *b)
{
	const struct ranked *left = a, *right = b;

	if (left->score != right->score)
		return left->score < right->score ? 1 : -1;
	return strcmp(right->member, left->member);
}

static void
give_members(struct object *o, size_t at, enum key_type type, size_t limit, member_fn fn,
             void *context)
{
	struct ranked *all = mem_alloc(o->members.count ? o->members.count : 1, sizeof *all);
	size_t count = 0;

	for (struct dict_entry *e = dict_next(&o->members, NULL); e; e = dict_next(&o->members, e))
		all[count++] = (struct ranked){e->key, e->value ? strtod(e->value, NULL) : 0};
	if (type == KEY_ZSET && count > 1)
		qsort(all, count, sizeof *all, by_rank);
	for (size_t i = 0; i < count && (limit == 0 || i < limit); i++)
		fn(context, at, all[i].member, all[i].score);
	free(all);
}

static bool
memory_read_members(struct store *s, enum key_type type, const struct key *keys, size_t count,
                    size_t limit, member_fn fn, void *context)
{
	for (size_t i = 0; i < count; i++) {
		struct object *o = object_find(s, keys[i].text);

		if (o)
			give_members(o, i, type, limit, fn, context);
	}
	return true;
}

static void
give_entry(const struct entry *e, const char *key, entry_fn fn, void *context)
{
	char id[STREAM_ID_SIZE];
	struct stream_entry out = {.key = key, .id = id, .count = e->count};

	snprintf(id, sizeof id, "%llu-%llu", (unsigned long long)e->ms, (unsigned long long)e->seq);
	for (unsigned i = 0; i < e->count; i++) {
		out.field[i].name = e->texts[2 * i];
		out.field[i].value = e->texts[2 * i + 1];
	}
	fn(context, &out);
}

struct bound {
	uint64_t ms, seq;
	bool open, exclusive; /* open: "-" or "+" */
};

static struct bound
bound_of(const char *text, bool end)
{
	struct bound b = {.exclusive = *text == '('};

	b.open = !stream_id_parse(text + b.exclusive, end, &b.ms, &b.seq);
	return b;
}

static bool
memory_read_stream(struct store *s, const char *key, const struct stream_range *range, entry_fn fn,
                   void *context)
{
	struct object *o = object_find(s, key);
	struct bound from = bound_of(range->from, false), to = bound_of(range->to, true);
	size_t given = 0;

	for (size_t n = 0; o && n < o->used - o->first; n++) {
		size_t at = range->newest_first ? o->used - 1 - n : o->first + n;
		const struct entry *e = &o->entries[at];

		if (!from.open && compare_ids(from.ms, from.seq, e) > -(int)from.exclusive)
			continue;
		if (!to.open && compare_ids(to.ms, to.seq, e) < (int)to.exclusive)
			continue;
		give_entry(e, key, fn, context);
		if (++given == range->limit)
			break;
	}
	return true;
}

static const struct store_ops memory_ops = {
	.put = memory_put,
	.remove = memory_remove,
	.set = memory_set,
	.unset = memory_unset,
	.append = memory_append,
	.map_set = memory_map_set,
	.map_unset = memory_map_unset,
	.map_drop = memory_map_drop,
	.map_count = memory_map_count,
	.commit = memory_commit,
	.health = memory_health,
	.close = memory_close,
	.read_hashes = memory_read_hashes,
	.read_members = memory_read_members,
	.read_map = memory_read_map,
	.read_stream = memory_read_stream,
};

struct store *
store_memory_create(const struct store_params *params)
{
	struct memory *m = mem_alloc(1, sizeof *m);

	store_init(&m->store, &memory_ops, params);
	dict_init(&m->objects);
	return &m->store;
}
