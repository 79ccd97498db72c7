/* The Redis backend's own: what its writing half (redis.c) and its reading half (redis_read.c)
 * share. */
#pragma once

#include "store/backend.h"
#include "store/mirror.h"
#include "store/pipe.h"

struct redis {
	struct store store;
	/* reading */
	struct connection_params params;
	char *server, *user, *password_file;
	redisContext *reader; /* NULL: not connected */
	bool asking;          /* answers are on their way: no other question now */
	/* writing; NULL without a writer */
	struct mirror *mirror;
	struct pipe *pipe;
	struct spool *spool;
	struct batch batch; /* in the making */
	struct rec_epoch epoch;
	uint64_t epochs_waiting; /* committed and not handed to the pipe */
};

/* Connects the reader if it isn't; false: the store's error says why. */
bool redis_reader_ready(struct redis *r);

/* As in struct store_ops. */
bool redis_read_hashes(struct store *s, const struct key *keys, size_t count, hash_fn fn,
                       void *context);
bool redis_read_members(struct store *s, enum key_type type, const struct key *keys, size_t count,
                        size_t limit, member_fn fn, void *context);
bool redis_read_map(struct store *s, const char *key, const char *field, field_fn fn,
                    void *context);
bool redis_read_stream(struct store *s, const char *key, const struct stream_range *range,
                       entry_fn fn, void *context);
