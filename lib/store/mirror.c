#include "store/mirror.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/mirror_private.h"

enum { POINTS_MAX = 8 << 20 /* bytes of points that wait */ };

struct mirror *
mirror_create(void)
{
	struct mirror *m = mem_alloc(1, sizeof *m);

	dict_init(&m->records);
	dict_init(&m->members);
	mirror_maps_init(&m->maps);
	return m;
}

void
mirror_free_kept(void *value)
{
	struct kept *k = value;

	free(k->key);
	free(k->now);
	free(k);
}

void
mirror_free_loose(void *value)
{
	struct loose *l = value;

	free(l->key);
	free(l->member);
	free(l);
}

void
mirror_destroy(struct mirror *m)
{
	if (!m)
		return;
	/* what was removed while dirty is in no dict any more */
	for (size_t i = 0; i < m->dirty_count; i++)
		if (m->dirty[i]->removed)
			mirror_free_kept(m->dirty[i]);
	for (size_t i = 0; i < m->loose_count; i++)
		if (m->loose[i]->removed)
			mirror_free_loose(m->loose[i]);
	dict_fini(&m->records, mirror_free_kept);
	dict_fini(&m->members, mirror_free_loose);
	mirror_maps_fini(&m->maps);
	for (size_t i = 0; i < m->removal_count; i++)
		text_fini(&m->removals[i].command);
	free(m->removals);
	free(m->dirty);
	free(m->loose);
	batch_fini(&m->points);
	text_fini(&m->args);
	text_fini(&m->scratch);
	free(m);
}

bool
mirror_dirty(const struct mirror *m)
{
	return m->dirty_count || m->loose_count || m->points.bytes.size ||
	       mirror_maps_dirty(&m->maps) ||
	       (m->removal_count && m->removals[m->removal_count - 1].batch == 0);
}

bool
mirror_empty(const struct mirror *m)
{
	return m->records.count == 0 && m->members.count == 0 && m->maps.maps.count == 0;
}

struct mirror_maps *
mirror_maps_get(struct mirror *m)
{
	return &m->maps;
}

static size_t
record_name(char name[KEY_SIZE], enum record_kind kind, const char *id)
{
	size_t size = strnlen(id, KEY_SIZE - 1);

	name[0] = (char)kind;
	memcpy(name + 1, id, size);
	return size + 1;
}

static struct kept *
kept_make(const struct store *s, enum record_kind kind, const char *id)
{
	struct kept *k = mem_alloc(1, sizeof *k);
	char rest[KEY_SIZE], key[KEY_SIZE];

	k->schema = model_schema(kind);
	model_record_key(rest, kind, id);
	store_key(s, key, k->schema->scope, rest);
	k->key = mem_strdup(key);
	k->now = mem_alloc(2, k->schema->record_size);
	k->sent = k->now + k->schema->record_size;
	return k;
}

static void
mark_dirty(struct mirror *m, struct kept *k)
{
	if (k->dirty)
		return;
	k->dirty = true;
	if (m->dirty_count == m->dirty_room) {
		m->dirty_room = m->dirty_room ? m->dirty_room * 2 : 64;
		m->dirty = mem_resize(m->dirty, m->dirty_room, sizeof(struct kept *));
	}
	m->dirty[m->dirty_count++] = k;
}

bool
mirror_put(struct mirror *m, const struct store *s, enum record_kind kind, const char *id,
           const void *record)
{
	char name[KEY_SIZE];
	size_t size = record_name(name, kind, id);
	struct kept **place = (struct kept **)dict_put(&m->records, name, size), *k = *place;
	bool is_new = k == NULL;

	if (is_new)
		k = *place = kept_make(s, kind, id);
	memcpy(k->now, record, k->schema->record_size);
	store_head(s, (struct rec_head *)(void *)k->now);
	mark_dirty(m, k);
	return is_new;
}

static void
add_removal(struct mirror *m, const char *verb, const char *key, const char *member)
{
	struct batch b = {0};

	batch_command(&b, member ? 3 : 2);
	batch_arg(&b, verb);
	batch_arg(&b, key);
	if (member)
		batch_arg(&b, member);
	if (m->removal_count == m->removal_room) {
		m->removal_room = m->removal_room ? m->removal_room * 2 : 16;
		m->removals = mem_resize(m->removals, m->removal_room, sizeof *m->removals);
	}
	m->removals[m->removal_count++] = (struct removal){b.bytes, 0};
}

void
mirror_remove(struct mirror *m, const struct store *s, enum record_kind kind, const char *id)
{
	char name[KEY_SIZE], rest[KEY_SIZE], key[KEY_SIZE];
	size_t size = record_name(name, kind, id);
	struct kept *k = dict_take(&m->records, name, size);

	model_record_key(rest, kind, id);
	store_key(s, key, model_schema(kind)->scope, rest);
	add_removal(m, "DEL", key, NULL);
	if (k && k->dirty)
		k->removed = true; /* mirror_encode frees it */
	else if (k)
		mirror_free_kept(k);
}

static size_t
member_name(char name[2 * KEY_SIZE], enum key_type type, const char *key, const char *member)
{
	size_t key_size = strnlen(key, KEY_SIZE - 2), size = strnlen(member, KEY_SIZE - 2);

	name[0] = (char)type;
	memcpy(name + 1, key, key_size);
	name[1 + key_size] = '\0';
	memcpy(name + 2 + key_size, member, size);
	return 2 + key_size + size;
}

void
mirror_set(struct mirror *m, enum key_type type, const char *key, const char *member,
           const char *value)
{
	char name[2 * KEY_SIZE];
	size_t size = member_name(name, type, key, member);
	struct loose **place = (struct loose **)dict_put(&m->members, name, size), *l = *place;

	if (!l) {
		l = *place = mem_alloc(1, sizeof *l);
		l->type = type;
		l->key = mem_strdup(key);
		l->member = mem_strdup(member);
	} else if (!value || strcmp(l->value, value) == 0) {
		return;
	}
	snprintf(l->value, sizeof l->value, "%s", value ? value : "");
	if (l->dirty)
		return;
	l->dirty = true;
	if (m->loose_count == m->loose_room) {
		m->loose_room = m->loose_room ? m->loose_room * 2 : 64;
		m->loose = mem_resize(m->loose, m->loose_room, sizeof(struct loose *));
	}
	m->loose[m->loose_count++] = l;
}

void
mirror_unset(struct mirror *m, enum key_type type, const char *key, const char *member)
{
	char name[2 * KEY_SIZE];
	struct loose *l = dict_take(&m->members, name, member_name(name, type, key, member));

	add_removal(m, type == KEY_ZSET ? "ZREM" : type == KEY_HASH ? "HDEL" : "SREM", key, member);
	if (l && l->dirty)
		l->removed = true;
	else if (l)
		mirror_free_loose(l);
}

/* Whole slices only: they are what the buffer knows the ends of. */
static void
drop_older_half(struct batch *b)
{
	size_t half = b->slice_count / 2, cut = half ? b->slices[half - 1].end : 0;

	memmove(b->bytes.at, b->bytes.at + cut, b->bytes.size - cut);
	b->bytes.size -= cut;
	b->slice_count -= half;
	b->key_count -= half * SLICE_KEYS;
	memmove(b->slices, b->slices + half, b->slice_count * sizeof *b->slices);
	for (size_t i = 0; i < b->slice_count; i++)
		b->slices[i].end -= cut;
}

void
mirror_point(struct mirror *m, const struct stream_entry *entry)
{
	struct batch *b = &m->points;
	char ttl[16];

	if (b->bytes.size > POINTS_MAX)
		drop_older_half(b);
	mirror_encode_entry(entry, entry->id, b);
	if (entry->ttl_s) {
		snprintf(ttl, sizeof ttl, "%u", entry->ttl_s);
		batch_command(b, 3);
		batch_arg(b, "EXPIRE");
		batch_arg(b, entry->key);
		batch_arg(b, ttl);
	}
	batch_key_done(b);
}
