/*
 * The store: where the probe and the control plane meet. Two backends behind one interface, Redis
 * and memory (captures, tests), both holding the model of store/model.h.
 *
 * A writer puts records and events between store_begin() and store_commit(); only changed fields
 * travel. With Redis an epoch goes out in pipelined slices of at most 500 keys, `epoch:ID` last, by
 * a thread of the store's own: nothing here blocks the caller on the network. While Redis is away
 * puts keep the newest state, events go to a bounded spool on disk, and on return both are written:
 * state first, then events in order; entry ids make a replay harmless.
 * A reader asks for records by kind and id. One thread per struct store.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/model.h"

struct store;

struct store_params {
	const char *server;        /* "unix:PATH", "HOST:PORT", "redis://…" */
	const char *user;          /* ACL user or NULL */
	const char *password_file; /* or NULL */
	const char *site;          /* hash tag {site} of SCOPE_SITE keys; a writer without one is
	                              the control plane: its events are the merged stream */
	const char *peering;       /* hash tag {@peering} of SCOPE_PEERING keys */
	const char *writer; /* id of the writer: events:WRITER, epoch:WRITER; NULL: reader only */
	const char *spool;  /* directory or NULL: no spool */
	uint64_t spool_max_bytes;
	uint64_t memory_max_bytes; /* budget for roll-ups */
	uint64_t boot_us;
};

/* Redis. Writers: returns at once and connects by itself, for ever, with back-off; says so once.
 * They read through a second connection, which blocks like a reader's. Readers (writer NULL):
 * connects now. NULL and *error (one line, to be freed) when it can't, or `server` is no address.
 */
struct store *store_redis_open(const struct store_params *params, char **error);
/* Memory; the same semantics, readable by the same handle. */
struct store *store_memory_create(const struct store_params *params);
/* Writes what is pending (at most `wait_ms`), then frees. False: not all of it could be written;
 * one line was logged, with the events that wait for the next run or are lost. NULL is fine. */
bool store_close(struct store *s, unsigned wait_ms);

/* ---- writing ---- */

/* Opens epoch `seq`; the head of every record put is filled from it. */
void store_begin(struct store *s, uint64_t seq);
/* `record` is the struct of that kind; only fields that differ from the last put are sent. */
void store_put(struct store *s, enum record_kind kind, const char *id, const void *record);
void store_remove(struct store *s, enum record_kind kind, const char *id);
/* Sorted set "endpoints", "subnet:PREFIX:endpoints", "findings:open": member and score. */
void store_rank(struct store *s, enum key_scope scope, const char *key, const char *member,
                double score);
void store_unrank(struct store *s, enum key_scope scope, const char *key, const char *member);
/* One point of a roll-up stream ts:SUBJECT; `level` 0: 1 s, 1: 10 s, 2: 60 s. At most 12 fields. */
void store_point(struct store *s, const char *subject, unsigned level, uint64_t ts_us,
                 const char *const *names, const double *values, unsigned count);
/* An event of this writer; ->seq is filled here. Never lost while the spool has room. Its entry id
 * is ts_us in ms, or the last event's where that is later (ids must grow), and seq. */
void store_event(struct store *s, struct event *e);
/* Entry ids given from now on follow `last`, the newest id of this writer's stream: for a writer
 * that takes a stream over. Anything that is not an id is ignored. */
void store_events_resume(struct store *s, const char *last);
/* Ledger entry (peering scope stream "ledger"): a verdict's transition. */
void store_ledger(struct store *s, const struct rec_verdict *from, const struct rec_verdict *to);
/* Maps: hashes of the site's scope whose fields the caller names ("rib:NAME:peer"). Only what
 * changed travels; kept over an absent Redis as records are, and written whole to an empty one.
 * False: a new field, and the map has `room` of them already. */
bool store_map_set(struct store *s, const char *rest, const char *field, const char *value,
                   size_t room);
void store_map_unset(struct store *s, const char *rest, const char *field);
/* All of it, what an earlier run left in Redis too. */
void store_map_drop(struct store *s, const char *rest);
/* Fields that stand, as this writer knows. */
size_t store_map_count(struct store *s, const char *rest);
/* An entry of a stream of the site's scope that keeps the last `keep` ones ("riblog:NAME"). `at` is
 * the caller's, one for each stream, zero at first: ids must grow. May be lost while Redis is away
 * for long. At most ENTRY_FIELDS texts. */
struct store_log {
	uint64_t ms, seq, entries;
};
void store_log(struct store *s, const char *rest, struct store_log *at, uint64_t ts_us,
               uint64_t keep, const char *const *names, const char *const *values, unsigned count);
/* An entry of legs:failed (`list`, site scope): a leg that ended with something wrong. */
void store_leg(struct store *s, const char *list, const struct rec_leg *leg);
/* Ends the epoch: `epoch:WRITER` is written last. */
void store_commit(struct store *s, const struct rec_epoch *epoch);

struct store_health {
	bool connected;
	uint64_t reconnects, errors;
	uint64_t spool_events, spool_bytes, spool_dropped;
	uint64_t keys_written, pending_epochs;
	char last_error[160];
};
void store_health(struct store *s, struct store_health *out);

/* ---- reading ---- */

/* False: no such record (or the connection broke: store_error). Absent fields are zero, or NaN. */
bool store_get(struct store *s, enum record_kind kind, const char *id, void *record);
/* The same for `count` ids, 500 in one exchange with Redis: `fn` is called in their order for each
 * record that there is, lent for the call; it reads nothing from `s`. Returns how many;
 * store_error() says whether some could not be read. As with single reads, an epoch may end in
 * between: each record's head tells its own. */
typedef void (*store_record_fn)(void *context, const char *id, const void *record);
size_t store_get_many(struct store *s, enum record_kind kind, char *const *ids, size_t count,
                      store_record_fn fn, void *context);
/* Ids of a kind from its index set, sorted; `count` of them. `parent` for nested sets (members of a
 * link, classes of a subnet or link), else NULL. Free with store_ids_free. */
char **store_ids(struct store *s, enum record_kind kind, const char *parent, size_t *count);
void store_ids_free(char **ids, size_t count);
/* Members of a sorted set from the highest score, at most `limit`. */
char **store_top(struct store *s, enum key_scope scope, const char *key, size_t limit,
                 double **scores, size_t *count);
/* Events of a writer (NULL: the merged stream that control writes) after entry id `after` ("0" for
 * all), oldest first; calls `fn` for each; returns how many. `last` gets the last entry id. */
size_t store_events(struct store *s, const char *writer, const char *after, size_t limit,
                    void (*fn)(void *context, const struct event *e), void *context, char last[48]);
/* Points of ts:SUBJECT in [from_us, to_us], oldest first. */
struct store_point {
	uint64_t ts_us;
	unsigned count;
	char names[12][32];
	double values[12];
};
size_t store_points(struct store *s, const char *subject, unsigned level, uint64_t from_us,
                    uint64_t to_us, void (*fn)(void *context, const struct store_point *p),
                    void *context);
/* Newest first. */
size_t store_ledger_each(struct store *s, size_t limit,
                         void (*fn)(void *context, uint64_t ts_us, const char *id,
                                    const char *scope, const char *from, const char *to,
                                    const char *reasons),
                         void *context);
/* A map's field, or (field NULL) all of them in no order; `fn` reads nothing from `s`. Returns how
 * many; store_error() says whether it could not be read. */
size_t store_map_each(struct store *s, const char *rest, const char *field,
                      void (*fn)(void *context, const char *field, const char *value, size_t size),
                      void *context);
/* Entries of a stream written by store_log(), newest first, at most `limit` (0: all). */
size_t store_log_each(struct store *s, const char *rest, size_t limit,
                      void (*fn)(void *context, uint64_t ts_us, const char *const *names,
                                 const char *const *values, unsigned count),
                      void *context);
/* Sites known to this Redis (set pni:sites), and choosing one for the SCOPE_SITE reads. */
char **store_sites(struct store *s, size_t *count);
void store_select(struct store *s, const char *site, const char *peering);
/* The error of the last read, or NULL. */
const char *store_error(const struct store *s);
/* Whether that error is of keys of another type than the model's and of nothing else: all the rest
 * was read. */
bool store_refused(const struct store *s);
/* The first error of any read since the store was opened, or NULL: what was listed is not all. */
const char *store_first_error(const struct store *s);
