/*
 * What Redis holds, or will: the newest record of every key that this writer keeps, beside the one
 * last sent, so that only changed fields travel and an empty Redis gets everything again. 40 000
 * keys of 300 bytes take 30 MB. Owned by the store's caller; the writer thread never sees it.
 */
#pragma once

#include "store/backend.h"
#include "store/batch.h"

struct mirror;
struct mirror_maps;

struct mirror *mirror_create(void);
void mirror_destroy(struct mirror *m);

/* As the functions of struct store_ops, of the same names. */
bool mirror_put(struct mirror *m, const struct store *s, enum record_kind kind, const char *id,
                const void *record);
void mirror_remove(struct mirror *m, const struct store *s, enum record_kind kind, const char *id);
void mirror_set(struct mirror *m, enum key_type type, const char *key, const char *member,
                const char *value);
void mirror_unset(struct mirror *m, enum key_type type, const char *key, const char *member);
/* The maps that are kept beside the records (store/mirror_map.h). */
struct mirror_maps *mirror_maps_get(struct mirror *m);
/* Points wait here until the next batch, at most some MB; the oldest half goes first when Redis is
 * away for long. */
void mirror_point(struct mirror *m, const struct stream_entry *entry);

/* Whether there is anything to send, and anything at all. */
bool mirror_dirty(const struct mirror *m);
bool mirror_empty(const struct mirror *m);

/* Writes what is new into the batch (`full`: everything that stands) and takes it as sent.
 * `acked`: number of the last batch that Redis took whole; `now_us`: for times to live. */
void mirror_encode(struct mirror *m, struct batch *b, bool full, uint64_t acked, uint64_t now_us);

/* One record alone, all fields: the epoch's. */
void mirror_encode_record(const char *key, enum record_kind kind, const void *record,
                          struct batch *b);
/* XADD of one stream entry. */
void mirror_encode_entry(const struct stream_entry *entry, const char *id, struct batch *b);
