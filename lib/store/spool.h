/*
 * Events waiting for Redis: an append-only file with length and CRC per record, oldest first.
 * An event leaves only when it is released, after Redis' answer; a restart finds what was not, so
 * an event may be given twice, and the ids of streams make that harmless.
 *
 * Durability: each append is one write(), which survives the probe; spool_sync() asks for the disk
 * (once a second while Redis is away), which survives the host. A torn tail is cut at opening.
 * Full (cap or disk): the disk's refusal sends records to a small queue in memory, so that a live
 * Redis still gets them; beyond that the newest is dropped and counted, since the begin of a story
 * tells more than its end.
 * Any number of threads (one lock). One process per file (flock).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SPOOL_RECORD_MAX = 65536, SPOOL_ERROR_SIZE = 240 };

struct spool;

/* `folder` NULL: in memory only. Always gives a spool; `error` (empty: none) says why it is not on
 * disk, or what had to be cut. `max_bytes` of file, and of memory when there is no file. */
struct spool *spool_open(const char *folder, const char *writer, uint64_t max_bytes,
                         char error[SPOOL_ERROR_SIZE]);
void spool_close(struct spool *s);

/* False: dropped and counted. */
bool spool_append(struct spool *s, const void *data, size_t size);

/* Gives up to `max` records from the oldest, without taking them; returns how many. `fn` must not
 * call the spool. */
typedef void (*spool_fn)(void *context, const void *data, size_t size);
size_t spool_read(struct spool *s, size_t max, spool_fn fn, void *context);
/* Takes the oldest `count`. */
void spool_release(struct spool *s, size_t count);

void spool_sync(struct spool *s);

struct spool_state {
	uint64_t events, bytes; /* waiting */
	uint64_t dropped;       /* for good */
	uint64_t disk_errors;   /* appends that the disk refused */
	uint64_t kept;          /* of the events: on disk, they outlive the program */
};
struct spool_state spool_state(struct spool *s);

/* One record from the start of `data`: its size with header, 0: torn or wrong. */
size_t spool_record_check(const uint8_t *data, size_t size);
