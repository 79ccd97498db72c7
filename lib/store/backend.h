/* What a backend of the store is: a handful of writes and three reads on whole keys and texts. The
 * meaning of keys, fields and ids is in store.c; a backend only keeps them. */
#pragma once

#include "store/dict.h"
#include "store/store.h"

enum {
	STREAM_ID_SIZE = 48,
	ENTRY_FIELDS = 16,
	NAME_SIZE = 128,
	MAP_TTL_S = 7 * 86400,
	READ_SLICE = 500, /* keys in one exchange; between two Redis serves its other clients */
};

/* A whole key. */
struct key {
	char text[KEY_SIZE];
};

enum entry_class {
	ENTRY_POINT, /* may be lost with the interval that it describes */
	ENTRY_EVENT, /* must not be lost: through the spool */
};

/* One entry of a stream. Borrowed for the call. */
struct stream_entry {
	enum entry_class class;
	const char *key; /* whole */
	const char *id;
	uint64_t keep;  /* entries that the stream keeps */
	uint32_t ttl_s; /* renew the key's time to live; 0: leave it */
	unsigned count;
	struct {
		const char *name, *value;
	} field[ENTRY_FIELDS];
};

struct stream_range {
	const char *from, *to; /* "-", "+", an id, or "(" and an id: exclusive */
	size_t limit;          /* 0: all */
	bool newest_first;
};

/* `at`: of which key. They read nothing from the store that calls them. */
typedef void (*hash_fn)(void *context, size_t at, const char *name, const char *value, size_t size);
typedef void (*member_fn)(void *context, size_t at, const char *member, double score);
typedef void (*field_fn)(void *context, const char *field, const char *value, size_t size);
typedef void (*entry_fn)(void *context, const struct stream_entry *entry);

struct store_ops {
	/* writes: `key` is whole, texts are borrowed for the call */
	/* returns whether the id is new to this run */
	bool (*put)(struct store *s, enum record_kind kind, const char *id, const void *record);
	void (*remove)(struct store *s, enum record_kind kind, const char *id);
	/* a member of a set (value NULL), sorted set (value: the score) or loose hash */
	void (*set)(struct store *s, enum key_type type, const char *key, const char *member,
	            const char *value);
	void (*unset)(struct store *s, enum key_type type, const char *key, const char *member);
	void (*append)(struct store *s, const struct stream_entry *entry);
	/* maps; set: false: a new field, and the map has `room` of them already */
	bool (*map_set)(struct store *s, const char *key, const char *field, const char *value,
	                size_t room);
	void (*map_unset)(struct store *s, const char *key, const char *field);
	void (*map_drop)(struct store *s, const char *key);
	size_t (*map_count)(struct store *s, const char *key);
	void (*commit)(struct store *s, const struct rec_epoch *epoch);
	void (*health)(struct store *s, struct store_health *out);
	bool (*close)(struct store *s, unsigned wait_ms); /* frees; false: as store_close() */

	/* reads: false: the connection broke; s->error says why. Nothing there is fine. At most
	 * READ_SLICE keys, answered in their order; one that is refused sets s->error (and, of
	 * another type, s->refused) too, and leaves the others readable */
	bool (*read_hashes)(struct store *s, const struct key *keys, size_t count, hash_fn fn,
	                    void *context);
	/* sets unordered with score 0, sorted sets from the highest; limit 0: all */
	bool (*read_members)(struct store *s, enum key_type type, const struct key *keys,
	                     size_t count, size_t limit, member_fn fn, void *context);
	/* one field, or (field NULL) all of them, in slices; `fn` once each */
	bool (*read_map)(struct store *s, const char *key, const char *field, field_fn fn,
	                 void *context);
	bool (*read_stream)(struct store *s, const char *key, const struct stream_range *range,
	                    entry_fn fn, void *context);
};

/* First member of a backend's own struct. */
struct store {
	const struct store_ops *ops;
	char site[NAME_SIZE], peering[NAME_SIZE], writer[NAME_SIZE]; /* empty: none */
	uint64_t boot_us, seq;
	uint64_t event_seq, event_ms;     /* of the last entry id given */
	struct dict points;               /* roll-ups admitted: key -> struct store_rollup */
	uint64_t points_size, points_max; /* bytes in Redis; points_max 0: no limit */
	uint64_t points_refused;          /* subjects without room in the budget */
	uint64_t points_swept_us;         /* when ended ones were looked for last */
	char error[160];                  /* of the last read; empty: none */
	bool refused;                     /* it is of keys of another type, nothing else */
	char first_error[160];            /* of all reads but the last */
};

void store_init(struct store *s, const struct store_ops *ops, const struct store_params *params);
void store_fini(struct store *s);
void store_copy_name(char to[NAME_SIZE], const char *from);

/* Whole keys: of anything in a scope; of the list that shows an id, and the id's part in it (false:
 * none); of a writer's events (NULL: the merged stream). */
void store_key(const struct store *s, char key[KEY_SIZE], enum key_scope scope, const char *rest);
bool store_index_key(const struct store *s, char key[KEY_SIZE], enum record_kind kind,
                     const char *id, const char **member);
void store_events_key(const struct store *s, const char *writer, char key[KEY_SIZE]);

/* Before each read: its error is not the last one's. */
void store_read_begin(struct store *s);

/* Head of a record as put now: this epoch, this run. */
void store_head(const struct store *s, struct rec_head *head);

/* Entry ids "MS-SEQ"; "MS" alone is MS-0 as a begin and the last of that ms as an end. False: not
 * an id. */
bool stream_id_parse(const char *text, bool end, uint64_t *ms, uint64_t *seq);
