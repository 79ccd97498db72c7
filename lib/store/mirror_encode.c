/* The giving half of store/mirror.h: what stands, or what is new, as commands. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "store/codec.h"
#include "store/mirror_private.h"

enum { TTL_PARTS = 4 /* a time to live is renewed after a quarter of it */ };

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
			mirror_free_kept(m->dirty[i]);
		else if (m->dirty[i]->dirty)
			encode_record(m, b, m->dirty[i], false, now_us);
	}
	for (size_t i = 0; i < m->loose_count; i++) {
		if (m->loose[i]->removed)
			mirror_free_loose(m->loose[i]);
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
	mirror_maps_encode(&m->maps, b, full, acked, now_us);
	encode_points(m, b);
}
