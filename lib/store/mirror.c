#include "store/mirror.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/codec.h"

enum {
	POINTS_MAX = 8 << 20, /* bytes of points that wait */
	TTL_PARTS = 4,        /* a time to live is renewed after a quarter of it */
	SCORE_SIZE = 32,      /* a score, or a verdict's word */
};

/* A record: `now` as put last, `sent` as Redis has it; both of the kind's size. */
struct kept {
	const struct key_schema *schema;
	char *key;
	uint64_t expire_us; /* when its time to live was set last */
	bool dirty, sent_once, removed;
	unsigned char *now, *sent;
};

/* A member of a set, sorted set or loose hash. */
struct loose {
	enum key_type type;
	char *key, *member;
	char value[SCORE_SIZE];
	bool dirty, removed;
};

/* A removal on its way; kept until Redis took the batch. */
struct removal {
	struct text command;
	uint64_t batch; /* 0: not sent yet */
};

struct mirror {
	struct dict records; /* kind and id -> struct kept */
	struct dict members; /* type, key, member -> struct loose */
	struct kept **dirty;
	size_t dirty_count, dirty_room;
	struct loose **loose;
	size_t loose_count, loose_room;
	struct removal *removals;
	size_t removal_count, removal_room;
	struct batch points;       /* commands that wait */
	struct text args, scratch; /* of the command in the making */
};

struct mirror *
mirror_create(void)
{
	struct mirror *m = mem_alloc(1, sizeof *m);

	dict_init(&m->records);
	dict_init(&m->members);
	return m;
}

static void
kept_free(void *value)
{
	struct kept *k = value;

	free(k->key);
	free(k->now);
	free(k);
}

static void
loose_free(void *value)
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
			kept_free(m->dirty[i]);
	for (size_t i = 0; i < m->loose_count; i++)
		if (m->loose[i]->removed)
			loose_free(m->loose[i]);
	dict_fini(&m->records, kept_free);
	dict_fini(&m->members, loose_free);
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
	       (m->removal_count && m->removals[m->removal_count - 1].batch == 0);
}

bool
mirror_empty(const struct mirror *m)
{
	return m->records.count == 0 && m->members.count == 0;
}

/* ---- taking ---- */

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
		kept_free(k);
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
		loose_free(l);
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

/* ---- giving ---- */

void
mirror_encode_entry(const struct stream_entry *entry, const char *id, struct batch *b)
{
	char keep[CODEC_NUMBER_SIZE + 1];

	keep[codec_print_u64(keep, entry->keep)] = '\0';
	batch_command(b, 6 + 2 * entry->count);
	batch_arg(b, "XADD");
	batch_arg(b, entry->key);
	batch_arg(b, "MAXLEN");
	batch_arg(b, "~");
	batch_arg(b, keep);
	batch_arg(b, id);
	for (unsigned i = 0; i < entry->count; i++) {
		batch_arg(b, entry->field[i].name);
		batch_arg(b, entry->field[i].value);
	}
}

struct encoder {
	struct text *args, *scratch;
	unsigned sets;
};

/* Fields of `now` that differ from `sent` (NULL: all). */
static void
encode_fields(struct encoder *e, const struct record_field *fields, const void *now,
              const void *sent)
{
	text_clear(e->args);
	e->sets = 0;
	for (const struct record_field *f = fields; f->name; f++) {
		if (sent && !codec_differs(f, now, sent))
			continue;
		text_clear(e->scratch);
		if (!codec_encode(f, now, e->scratch))
			continue;
		batch_format_arg(e->args, f->name, strlen(f->name));
		batch_format_arg(e->args, e->scratch->at ? e->scratch->at : "", e->scratch->size);
		e->sets++;
	}
}

/* Fields that Redis has and that are not known any more; all that could stand there when `full`. */
static void
encode_absent(struct batch *b, const struct kept *k, bool full, struct text *scratch)
{
	for (const struct record_field *f = k->schema->fields; f->name; f++) {
		if (f->type != FIELD_F64 || f->later ||
		    (!full && !codec_differs(f, k->now, k->sent)))
			continue;
		text_clear(scratch);
		if (codec_encode(f, k->now, scratch))
			continue;
		batch_command(b, 3);
		batch_arg(b, "HDEL");
		batch_arg(b, k->key);
		batch_arg(b, f->name);
	}
}

static void
encode_expiry(struct batch *b, struct kept *k, bool full, uint64_t now_us)
{
	uint64_t ttl_us = k->schema->ttl_s * US_PER_S;
	char ttl[16];

	if (ttl_us == 0 || (!full && now_us - k->expire_us < ttl_us / TTL_PARTS))
		return;
	snprintf(ttl, sizeof ttl, "%u", k->schema->ttl_s);
	batch_command(b, 3);
	batch_arg(b, "EXPIRE");
	batch_arg(b, k->key);
	batch_arg(b, ttl);
	k->expire_us = now_us;
}

static void
encode_record(struct mirror *m, struct batch *b, struct kept *k, bool full, uint64_t now_us)
{
	struct encoder e = {&m->args, &m->scratch, 0};

	full = full || !k->sent_once;
	/* also for a key of an earlier run, which may have had more fields */
	encode_absent(b, k, full, &m->scratch);
	encode_fields(&e, k->schema->fields, k->now, full ? NULL : k->sent);
	if (e.sets > 0) {
		batch_command(b, 2 + 2 * e.sets);
		batch_arg(b, "HSET");
		batch_arg(b, k->key);
		batch_raw(b, &m->args);
	}
	encode_expiry(b, k, full, now_us);
	memcpy(k->sent, k->now, k->schema->record_size);
	k->sent_once = true;
	k->dirty = false;
	batch_key_done(b);
}

void
mirror_encode_record(const char *key, enum record_kind kind, const void *record, struct batch *b)
{
	struct text args = {0}, scratch = {0};
	struct encoder e = {&args, &scratch, 0};

	encode_fields(&e, model_schema(kind)->fields, record, NULL);
	batch_command(b, 2 + 2 * e.sets);
	batch_arg(b, "HSET");
	batch_arg(b, key);
	batch_raw(b, &args);
	batch_key_done(b);
	text_fini(&args);
	text_fini(&scratch);
}

static void
encode_loose(struct batch *b, struct loose *l)
{
	batch_command(b, l->type == KEY_SET ? 3 : 4);
	batch_arg(b, l->type == KEY_ZSET ? "ZADD" : l->type == KEY_HASH ? "HSET" : "SADD");
	batch_arg(b, l->key);
	if (l->type == KEY_ZSET)
		batch_arg(b, l->value);
	batch_arg(b, l->member);
	if (l->type == KEY_HASH)
		batch_arg(b, l->value);
	l->dirty = false;
	batch_key_done(b);
}

/* Removals that Redis took are forgotten, the others go (again, when everything goes again). */
static void
encode_removals(struct mirror *m, struct batch *b, bool full, uint64_t acked)
{
	size_t left = 0;

	for (size_t i = 0; i < m->removal_count; i++) {
		struct removal *r = &m->removals[i];

		if (r->batch != 0 && r->batch <= acked) {
			text_fini(&r->command);
			continue;
		}
		if (r->batch == 0 || full) {
			text_add_bytes(&b->bytes, r->command.at, r->command.size);
			b->commands++;
			batch_key_done(b);
			r->batch = b->number;
		}
		m->removals[left++] = *r;
	}
	m->removal_count = left;
}

static void
encode_dirty(struct mirror *m, struct batch *b, uint64_t now_us)
{
	for (size_t i = 0; i < m->dirty_count; i++) {
		if (m->dirty[i]->removed)
			kept_free(m->dirty[i]);
		else if (m->dirty[i]->dirty)
			encode_record(m, b, m->dirty[i], false, now_us);
	}
	for (size_t i = 0; i < m->loose_count; i++) {
		if (m->loose[i]->removed)
			loose_free(m->loose[i]);
		else if (m->loose[i]->dirty)
			encode_loose(b, m->loose[i]);
	}
	m->dirty_count = m->loose_count = 0;
}

static void
encode_all(struct mirror *m, struct batch *b, uint64_t now_us)
{
	for (struct dict_entry *e = dict_next(&m->records, NULL); e; e = dict_next(&m->records, e))
		encode_record(m, b, e->value, true, now_us);
	for (struct dict_entry *e = dict_next(&m->members, NULL); e; e = dict_next(&m->members, e))
		encode_loose(b, e->value);
}

/* The points' slices end where they ended here: no slice grows beyond its number of keys. */
static void
encode_points(struct mirror *m, struct batch *b)
{
	struct batch *p = &m->points;
	size_t at = 0;

	batch_cut(b);
	batch_cut(p);
	for (size_t i = 0; i < p->slice_count; i++) {
		text_add_bytes(&b->bytes, p->bytes.at + at, p->slices[i].end - at);
		at = p->slices[i].end;
		b->commands = p->slices[i].commands;
		batch_cut(b);
	}
	b->key_count += p->key_count;
	batch_clear(p);
}

void
mirror_encode(struct mirror *m, struct batch *b, bool full, uint64_t acked, uint64_t now_us)
{
	b->full = full;
	encode_removals(m, b, full, acked);
	if (full)
		encode_all(m, b, now_us);
	encode_dirty(m, b, now_us); /* after a full one: only the lists to empty */
	encode_points(m, b);
}
