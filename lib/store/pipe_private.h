/* The pipe's parts among themselves: outages and connecting (pipe_outage.c), writing
 * (pipe_write.c), the thread and its caller (pipe.c). */
#pragma once

#include <pthread.h>

#include "store/dict.h"
#include "store/pipe.h"

enum {
	CAUSES_MAX = 8, /* different ones said in one outage */
	CAUSE_SIZE = 16,
	SKIPPED_MAX = 64, /* keys of another type that are said */
};

struct pipe {
	/* constant after the start */
	struct connection_params params;
	char *server, *user, *password_file;
	struct spool *spool;
	pthread_t thread;

	/* the thread's own */
	redisContext *redis;
	unsigned backoff_ms;
	uint64_t retry_ns, outage_ns, sync_ns;
	char causes[CAUSES_MAX][CAUSE_SIZE];
	unsigned cause_count;
	struct dict skipped; /* keys of another type, said */
	uint64_t whole_ns;   /* when all is to be written for their sake; 0: never */
	bool ever_written;

	/* shared, under `lock` */
	pthread_mutex_t lock;
	pthread_cond_t work; /* for the thread */
	pthread_cond_t done; /* for the caller */
	bool stop, connected, all_wanted, has_state, has_batch;
	struct batch batch;
	int fd; /* of the connection, to wake a thread that waits for Redis; -1 */
	uint64_t sent, acked, keys_written, maxmemory, errors, reconnects;
	char last_error[CONNECTION_ERROR_SIZE];
};

/* All but pipe.c's own: called by the pipe's thread. */

/* The outage begins or goes on. `reply` is Redis' error, NULL when there was none; `why` is for
 * people. Closes the connection. */
void pipe_fail(struct pipe *p, const char *reply, const char *why);
void pipe_fail_reply(struct pipe *p, const char *reply);
void pipe_fail_broken(struct pipe *p);
/* Redis refused this command of a batch for the type of its key: counted, and said once a key. */
void pipe_skip(struct pipe *p, const struct batch *b, size_t slice, uint32_t command,
               const char *reply);
/* Something was written: the outage is over. Connecting alone proves nothing (replica, OOM). */
void pipe_recovered(struct pipe *p);
void pipe_connect(struct pipe *p);

void pipe_write_batch(struct pipe *p);
/* Some of the spool's oldest events. */
void pipe_write_events(struct pipe *p);
