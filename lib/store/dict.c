#include "store/dict.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { ROOM_MIN = 16 };

void
dict_init(struct dict *d)
{
	*d = (struct dict){.hash = hash_key_make(0)};
}

void
dict_fini(struct dict *d, void (*free_value)(void *value))
{
	for (size_t i = 0; i < d->used; i++) {
		if (d->entries[i].key && free_value)
			free_value(d->entries[i].value);
		free(d->entries[i].key);
	}
	free(d->entries);
	free(d->slots);
	*d = (struct dict){0};
}

/* The slot of this key, or the free one where it would go. `room` is never 0 and never full. */
static size_t
slot_of(const struct dict *d, uint64_t hash, const void *key, size_t size)
{
	size_t slot = hash & (d->room - 1);

	for (; d->slots[slot]; slot = (slot + 1) & (d->room - 1)) {
		const struct dict_entry *e = &d->entries[d->slots[slot] - 1];

		if (e->hash == hash && e->key && e->key_size == size &&
		    memcmp(e->key, key, size) == 0)
			break;
	}
	return slot;
}

/* Closes holes and builds the slots anew, with room for twice the entries. */
static void
rebuild(struct dict *d)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->used; i++)
		if (d->entries[i].key)
			d->entries[kept++] = d->entries[i];
	d->used = kept;
	d->room = ROOM_MIN;
	while (d->room < (kept + 1) * 4)
		d->room *= 2;
	d->entries = mem_resize(d->entries, d->room / 2, sizeof *d->entries);
	free(d->slots);
	d->slots = mem_alloc(d->room, sizeof *d->slots);
	for (size_t i = 0; i < kept; i++) {
		const struct dict_entry *e = &d->entries[i];

		d->slots[slot_of(d, e->hash, e->key, e->key_size)] = (uint32_t)i + 1;
	}
}

void **
dict_find(const struct dict *d, const void *key, size_t size)
{
	size_t slot;

	if (d->count == 0)
		return NULL;
	slot = slot_of(d, hash_bytes(&d->hash, key, size), key, size);
	return d->slots[slot] ? &d->entries[d->slots[slot] - 1].value : NULL;
}

void **
dict_put(struct dict *d, const void *key, size_t size)
{
	uint64_t hash = hash_bytes(&d->hash, key, size);
	struct dict_entry *e;
	size_t slot;

	if (d->used * 2 >= d->room)
		rebuild(d);
	slot = slot_of(d, hash, key, size);
	if (d->slots[slot])
		return &d->entries[d->slots[slot] - 1].value;
	e = &d->entries[d->used];
	*e = (struct dict_entry){mem_alloc(size + 1, 1), size, hash, NULL};
	memcpy(e->key, key, size);
	d->slots[slot] = (uint32_t)++d->used;
	d->count++;
	return &e->value;
}

void *
dict_take(struct dict *d, const void *key, size_t size)
{
	void **place = dict_find(d, key, size), *value;
	struct dict_entry *e;

	if (!place)
		return NULL;
	value = *place;
	e = (struct dict_entry *)(void *)((char *)place - offsetof(struct dict_entry, value));
	free(e->key);
	*e = (struct dict_entry){0};
	d->count--;
	return value;
}

struct dict_entry *
dict_next(const struct dict *d, const struct dict_entry *after)
{
	size_t i = after ? (size_t)(after - d->entries) + 1 : 0;

	while (i < d->used && !d->entries[i].key)
		i++;
	return i < d->used ? &d->entries[i] : NULL;
}
