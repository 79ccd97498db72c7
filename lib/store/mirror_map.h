/*
 * Maps that a writer keeps in Redis: hashes of many fields whose names the caller makes up, such as
 * the routes of a session. Only fields that changed travel; when everything is wanted again a map
 * is dropped and written whole. Part of the mirror (store/mirror.h); one thread.
 */
#pragma once

#include "store/backend.h"
#include "store/batch.h"

struct mirror_maps {
	struct dict maps; /* whole key -> struct kept_map */
};

void mirror_maps_init(struct mirror_maps *m);
void mirror_maps_fini(struct mirror_maps *m);
/* As the functions of struct store_ops. */
bool mirror_map_set(struct mirror_maps *m, const char *key, const char *field, const char *value,
                    size_t room);
void mirror_map_unset(struct mirror_maps *m, const char *key, const char *field);
void mirror_map_drop(struct mirror_maps *m, const char *key);
size_t mirror_map_count(const struct mirror_maps *m, const char *key);

bool mirror_maps_dirty(const struct mirror_maps *m);
/* As mirror_encode(). */
void mirror_maps_encode(struct mirror_maps *m, struct batch *b, bool full, uint64_t acked,
                        uint64_t now_us);
