#include "store/mirror_map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

enum {
	FIELDS_AT_ONCE = 100, /* of a command: some 30 kB */
	TTL_PARTS = 4,        /* a time to live is renewed after a quarter of it */
};

struct names {
	char **at;
	size_t count, room;
};

struct kept_map {
	struct dict fields; /* name -> value */
	struct names set;   /* names of new values; some may be gone again */
	struct names unset; /* names that Redis may still have */
	bool dropped;       /* it goes whole before what stands is written */
	uint64_t batch;     /* that told last of it */
	uint64_t expire_us; /* when its time to live was set last */
};

static void
names_add(struct names *n, const char *name)
{
	if (n->count == n->room) {
		n->room = n->room ? n->room * 2 : 16;
		n->at = mem_resize(n->at, n->room, sizeof *n->at);
	}
	n->at[n->count++] = mem_strdup(name);
}

static void
names_clear(struct names *n)
{
	for (size_t i = 0; i < n->count; i++)
		free(n->at[i]);
	free(n->at);
	*n = (struct names){0};
}

static void
map_free(void *value)
{
	struct kept_map *k = value;

	dict_fini(&k->fields, free);
	names_clear(&k->set);
	names_clear(&k->unset);
	free(k);
}

void
mirror_maps_init(struct mirror_maps *m)
{
	dict_init(&m->maps);
}

void
mirror_maps_fini(struct mirror_maps *m)
{
	dict_fini(&m->maps, map_free);
}

static struct kept_map *
map_find(const struct mirror_maps *m, const char *key)
{
	void **place = dict_find(&m->maps, key, strlen(key));

	return place ? *place : NULL;
}

static struct kept_map *
map_make(struct mirror_maps *m, const char *key)
{
	void **place = dict_put(&m->maps, key, strlen(key));
	struct kept_map *k = *place;

	if (!k) {
		k = *place = mem_alloc(1, sizeof *k);
		dict_init(&k->fields);
	}
	return k;
}

bool
mirror_map_set(struct mirror_maps *m, const char *key, const char *field, const char *value,
               size_t room)
{
	struct kept_map *k = map_make(m, key);
	void **place = dict_find(&k->fields, field, strlen(field));

	if (!place && k->fields.count >= room)
		return false;
	if (!place)
		place = dict_put(&k->fields, field, strlen(field));
	else if (strcmp(*place, value) == 0)
		return true;
	free(*place);
	*place = mem_strdup(value);
	names_add(&k->set, field);
	return true;
}

void
mirror_map_unset(struct mirror_maps *m, const char *key, const char *field)
{
	struct kept_map *k = map_find(m, key);
	char *value = k ? dict_take(&k->fields, field, strlen(field)) : NULL;

	if (!value)
		return;
	free(value);
	names_add(&k->unset, field);
}

void
mirror_map_drop(struct mirror_maps *m, const char *key)
{
	struct kept_map *k = map_make(m, key);

	dict_fini(&k->fields, free);
	dict_init(&k->fields);
	names_clear(&k->set);
	names_clear(&k->unset);
	k->dropped = true;
}

size_t
mirror_map_count(const struct mirror_maps *m, const char *key)
{
	const struct kept_map *k = map_find(m, key);

	return k ? k->fields.count : 0;
}

static bool
is_changed(const struct kept_map *k)
{
	return k->set.count || k->unset.count || k->dropped;
}

/* Nothing stands, and Redis knows. */
static bool
is_told(const struct kept_map *k, uint64_t acked)
{
	return !k->fields.count && !is_changed(k) && k->batch <= acked;
}

bool
mirror_maps_dirty(const struct mirror_maps *m)
{
	for (struct dict_entry *e = dict_next(&m->maps, NULL); e; e = dict_next(&m->maps, e)) {
		if (is_changed(e->value))
			return true;
	}
	return false;
}

/* ---- giving ------------------------------------------------------------------------------ */

/* HSET or HDEL of up to FIELDS_AT_ONCE, in the making. */
struct slice_of_map {
	struct batch *b;
	const char *verb, *key;
	struct text args;
	unsigned count, per_field;
};

static void
flush(struct slice_of_map *s)
{
	if (!s->count)
		return;
	batch_command(s->b, 2 + s->count * s->per_field);
	batch_arg(s->b, s->verb);
	batch_arg(s->b, s->key);
	batch_raw(s->b, &s->args);
	batch_key_done(s->b);
	text_clear(&s->args);
	s->count = 0;
}

static void
add(struct slice_of_map *s, const char *field, const char *value)
{
	batch_format_arg(&s->args, field, strlen(field));
	if (value)
		batch_format_arg(&s->args, value, strlen(value));
	if (++s->count == FIELDS_AT_ONCE)
		flush(s);
}

static void
encode_unset(const struct kept_map *k, const char *key, struct batch *b)
{
	struct slice_of_map s = {.b = b, .verb = "HDEL", .key = key, .per_field = 1};

	for (size_t i = 0; i < k->unset.count; i++)
		add(&s, k->unset.at[i], NULL);
	flush(&s);
	text_fini(&s.args);
}

static void
encode_set(const struct kept_map *k, const char *key, struct batch *b, bool all)
{
	struct slice_of_map s = {.b = b, .verb = "HSET", .key = key, .per_field = 2};

	for (struct dict_entry *e = all ? dict_next(&k->fields, NULL) : NULL; e;
	     e = dict_next(&k->fields, e))
		add(&s, e->key, e->value);
	for (size_t i = 0; !all && i < k->set.count; i++) {
		void **value = dict_find(&k->fields, k->set.at[i], strlen(k->set.at[i]));

		if (value)
			add(&s, k->set.at[i], *value);
	}
	flush(&s);
	text_fini(&s.args);
}

static void
encode_expiry(struct kept_map *k, const char *key, struct batch *b, bool written, uint64_t now_us)
{
	char ttl[16];

	if (!k->fields.count ||
	    (!written && now_us - k->expire_us < MAP_TTL_S * US_PER_S / TTL_PARTS))
		return;
	snprintf(ttl, sizeof ttl, "%u", MAP_TTL_S);
	batch_command(b, 3);
	batch_arg(b, "EXPIRE");
	batch_arg(b, key);
	batch_arg(b, ttl);
	batch_key_done(b);
	k->expire_us = now_us;
}

static void
encode_map(struct kept_map *k, const char *key, struct batch *b, bool full, uint64_t now_us)
{
	bool anew = full || k->dropped;

	if (anew) {
		batch_command(b, 2);
		batch_arg(b, "UNLINK");
		batch_arg(b, key);
		batch_key_done(b);
	} else {
		encode_unset(k, key, b);
	}
	encode_set(k, key, b, anew);
	encode_expiry(k, key, b, anew, now_us);
	names_clear(&k->set);
	names_clear(&k->unset);
	k->dropped = false;
}

void
mirror_maps_encode(struct mirror_maps *m, struct batch *b, bool full, uint64_t acked,
                   uint64_t now_us)
{
	for (struct dict_entry *e = dict_next(&m->maps, NULL); e; e = dict_next(&m->maps, e)) {
		struct kept_map *k = e->value;

		if (is_told(k, acked)) {
			map_free(dict_take(&m->maps, e->key, e->key_size));
			continue;
		}
		if (full || is_changed(k))
			k->batch = b->number;
		encode_map(k, e->key, b, full, now_us);
	}
}
