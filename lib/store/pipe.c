#include "store/pipe.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/entry.h"
#include "store/mirror.h"

enum {
	BACKOFF_MIN_MS = 100,
	BACKOFF_MAX_MS = 5000,
	EVENTS_AT_ONCE = 100,
	SYNC_EVERY_MS = 1000,
	CAUSES_MAX = 8, /* different ones said in one outage */
	CAUSE_SIZE = 16,
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

/* ---- what goes wrong, and what comes back ---- */

/* The word by which a cause is told from another: Redis' own, or none for a broken connection. */
static void
cause_of(const char *reply, char cause[CAUSE_SIZE])
{
	size_t size = reply ? strcspn(reply, " ") : 0;

	/* a Redis that comes back loads its data first: the same outage */
	if (reply && strncmp(reply, "LOADING", 7) == 0)
		size = 0;
	snprintf(cause, CAUSE_SIZE, "%.*s", (int)size, reply ? reply : "");
}

static bool
said_before(struct pipe *p, const char *reply)
{
	char cause[CAUSE_SIZE];

	cause_of(reply, cause);
	for (unsigned i = 0; i < p->cause_count; i++)
		if (strcmp(p->causes[i], cause) == 0)
			return true;
	if (p->cause_count < CAUSES_MAX)
		memcpy(p->causes[p->cause_count++], cause, CAUSE_SIZE);
	return false;
}

/* `reply` is Redis' error, NULL when there was none; `why` is for people. */
static void
fail(struct pipe *p, const char *reply, const char *why)
{
	if (p->outage_ns == 0)
		p->outage_ns = clock_monotonic_ns();
	if (!said_before(p, reply))
		log_warning("store",
		            "Redis %s: %s; measuring goes on, newest state and events are kept, "
		            "trying again",
		            p->server, why);
	pthread_mutex_lock(&p->lock);
	p->fd = -1;
	p->connected = false;
	p->all_wanted = true;
	p->has_batch = false;
	p->errors++;
	snprintf(p->last_error, sizeof p->last_error, "%s", why);
	pthread_cond_broadcast(&p->done);
	pthread_mutex_unlock(&p->lock);
	if (p->redis)
		redisFree(p->redis);
	p->redis = NULL;
	p->backoff_ms = p->backoff_ms ? p->backoff_ms * 2 : BACKOFF_MIN_MS;
	if (p->backoff_ms > BACKOFF_MAX_MS)
		p->backoff_ms = BACKOFF_MAX_MS;
	p->retry_ns = clock_monotonic_ns() + p->backoff_ms * NS_PER_MS;
}

static void
fail_reply(struct pipe *p, const char *reply)
{
	char why[CONNECTION_ERROR_SIZE];

	connection_explain(reply, why);
	fail(p, reply, why);
}

static void
fail_broken(struct pipe *p)
{
	char why[CONNECTION_ERROR_SIZE];

	connection_why(p->redis, why);
	fail(p, NULL, why);
}

/* Something was written: the outage is over. Connecting alone proves nothing (replica, OOM). */
static void
recovered(struct pipe *p)
{
	double away = (double)(clock_monotonic_ns() - p->outage_ns) / (double)NS_PER_S;

	if (p->outage_ns && p->ever_written)
		log_info("store", "Redis %s: writing again after %.1f s, %llu events waited",
		         p->server, away, (unsigned long long)spool_state(p->spool).events);
	else if (!p->ever_written)
		log_info("store", "Redis %s: writing", p->server);
	p->ever_written = true;
	p->outage_ns = 0;
	p->backoff_ms = 0;
	p->cause_count = 0;
}

/* ---- connecting ---- */

static uint64_t
info_number(const char *info, const char *name)
{
	const char *at = strstr(info, name);

	return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

/* What Redis says of its memory; a user that may not ask is fine. False: broken. */
static bool
ask_memory(struct pipe *p)
{
	redisReply *reply = redisCommand(p->redis, "INFO memory");
	uint64_t maxmemory = 0;

	if (!reply)
		return false;
	if (reply->type == REDIS_REPLY_STRING) {
		maxmemory = info_number(reply->str, "\nmaxmemory:");
		if (maxmemory && !strstr(reply->str, "maxmemory_policy:noeviction") &&
		    !p->ever_written)
			log_warning("store",
			            "Redis %s: its maxmemory-policy may evict keys of ours; want "
			            "noeviction",
			            p->server);
	}
	freeReplyObject(reply);
	pthread_mutex_lock(&p->lock);
	p->maxmemory = maxmemory;
	pthread_mutex_unlock(&p->lock);
	return true;
}

static void
connect_now(struct pipe *p)
{
	char why[CONNECTION_ERROR_SIZE];

	bool reached;

	p->redis = connection_open(&p->params, &reached, why);
	if (!p->redis) {
		fail(p, reached ? why : NULL, why);
		return;
	}
	if (!ask_memory(p)) {
		fail_broken(p);
		return;
	}
	pthread_mutex_lock(&p->lock);
	p->fd = p->redis->fd;
	p->connected = true;
	p->reconnects += p->ever_written;
	pthread_cond_broadcast(&p->done);
	pthread_mutex_unlock(&p->lock);
}

/* ---- batches ---- */

/* A roll-up's point that is already there is no failure. */
static bool
is_refused_id(const redisReply *reply)
{
	return reply->type == REDIS_REPLY_ERROR && strstr(reply->str, "equal or smaller");
}

/* Every answer of a slice; false: failed, and said. */
static bool
read_answers(struct pipe *p, uint32_t count)
{
	for (; count > 0; count--) {
		redisReply *reply;

		if (redisGetReply(p->redis, (void **)&reply) != REDIS_OK) {
			fail_broken(p);
			return false;
		}
		if (reply->type == REDIS_REPLY_ERROR && !is_refused_id(reply)) {
			fail_reply(p, reply->str);
			freeReplyObject(reply);
			return false;
		}
		freeReplyObject(reply);
	}
	return true;
}

static bool
write_slices(struct pipe *p, const struct batch *b)
{
	size_t at = 0;

	for (size_t i = 0; i < b->slice_count; i++) {
		const struct slice *s = &b->slices[i];

		if (redisAppendFormattedCommand(p->redis, b->bytes.at + at, s->end - at) !=
		    REDIS_OK) {
			fail_broken(p);
			return false;
		}
		if (!read_answers(p, s->commands))
			return false;
		at = s->end;
	}
	return true;
}

static void
write_batch(struct pipe *p)
{
	/* the caller leaves the batch alone while has_batch stands */
	if (!write_slices(p, &p->batch))
		return;
	recovered(p);
	pthread_mutex_lock(&p->lock);
	p->acked = p->batch.number;
	p->keys_written += p->batch.key_count;
	p->has_batch = false;
	p->all_wanted = false;
	pthread_cond_broadcast(&p->done);
	pthread_mutex_unlock(&p->lock);
}

/* ---- events ---- */

struct event_slice {
	struct text packed[EVENTS_AT_ONCE];
	struct batch batch;
	unsigned count, sent;
};

static void
take_event(void *context, const void *data, size_t size)
{
	struct event_slice *slice = context;
	struct stream_entry entry;
	struct text *packed = &slice->packed[slice->count++];

	text_add_bytes(packed, data, size);
	/* a record that is no entry passed its CRC: not ours, and nothing that Redis could take */
	if (!entry_unpack(packed->at, packed->size, &entry)) {
		text_clear(packed);
		return;
	}
	mirror_encode_entry(&entry, entry.id, &slice->batch);
	slice->sent++;
}

/*
 * The stream's top is not below this id. Either the entry is there (its answer got lost: fine), or
 * the clock went back between two runs and the id is of no use: then Redis gives it one. Should
 * Redis die between this and its answer the event is there twice; that takes two faults at once.
 */
static bool
settle_refused(struct pipe *p, const struct stream_entry *entry)
{
	struct batch again = {0};
	redisReply *reply =
		redisCommand(p->redis, "XRANGE %s %s %s", entry->key, entry->id, entry->id);
	bool there = reply && reply->type == REDIS_REPLY_ARRAY && reply->elements > 0;
	bool fine = reply && reply->type == REDIS_REPLY_ARRAY;

	if (!reply)
		fail_broken(p);
	else if (!fine)
		fail_reply(p, reply->str);
	if (reply)
		freeReplyObject(reply);
	if (!fine || there)
		return fine;
	mirror_encode_entry(entry, "*", &again);
	batch_cut(&again);
	fine = write_slices(p, &again);
	batch_fini(&again);
	return fine;
}

/* EXEC's answer: one element per XADD. A refused id is refused alone, all others stand. */
static bool
settle_events(struct pipe *p, struct event_slice *slice, const redisReply *exec)
{
	unsigned element = 0;

	for (unsigned i = 0; i < slice->count; i++) {
		const redisReply *r;
		struct stream_entry entry;

		if (slice->packed[i].size == 0)
			continue;
		r = exec->element[element++];
		if (r->type != REDIS_REPLY_ERROR)
			continue;
		if (!is_refused_id(r)) {
			fail_reply(p, r->str);
			return false;
		}
		entry_unpack(slice->packed[i].at, slice->packed[i].size, &entry);
		if (!settle_refused(p, &entry))
			return false;
	}
	return true;
}

/* MULTI, so that out of memory refuses all: a later event must not overtake an earlier one. */
static bool
exec_events(struct pipe *p, struct event_slice *slice)
{
	redisReply *reply = NULL, *first_error = NULL;
	bool fine = redisAppendCommand(p->redis, "MULTI") == REDIS_OK &&
	            redisAppendFormattedCommand(p->redis, slice->batch.bytes.at,
	                                        slice->batch.bytes.size) == REDIS_OK &&
	            redisAppendCommand(p->redis, "EXEC") == REDIS_OK;

	for (unsigned i = 0; fine && i < slice->sent + 2; i++) {
		reply = NULL;
		if (redisGetReply(p->redis, (void **)&reply) != REDIS_OK) {
			fine = false;
			break;
		}
		if (reply->type == REDIS_REPLY_ERROR && !first_error)
			first_error = reply;
		else if (i < slice->sent + 1)
			freeReplyObject(reply);
	}
	if (!fine) {
		fail_broken(p);
	} else if (first_error) {
		fail_reply(p, first_error->str);
		fine = false;
	} else {
		fine = reply->type == REDIS_REPLY_ARRAY && reply->elements == slice->sent &&
		       settle_events(p, slice, reply);
	}
	if (reply && reply != first_error)
		freeReplyObject(reply);
	if (first_error)
		freeReplyObject(first_error);
	return fine;
}

static void
write_events(struct pipe *p)
{
	struct event_slice *slice = mem_alloc(1, sizeof *slice);

	spool_read(p->spool, EVENTS_AT_ONCE, take_event, slice);
	if (slice->sent == 0) {
		spool_release(p->spool, slice->count);
	} else if (exec_events(p, slice)) {
		spool_release(p->spool, slice->count);
		recovered(p);
	}
	for (unsigned i = 0; i < slice->count; i++)
		text_fini(&slice->packed[i]);
	batch_fini(&slice->batch);
	free(slice);
	pthread_mutex_lock(&p->lock);
	pthread_cond_broadcast(&p->done);
	pthread_mutex_unlock(&p->lock);
}

/* ---- the thread ---- */

enum task { TASK_STOP, TASK_CONNECT, TASK_BATCH, TASK_EVENTS, TASK_SYNC };

static void
wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, uint64_t ns)
{
	const struct timespec at = {(time_t)(ns / NS_PER_S), (long)(ns % NS_PER_S)};

	pthread_cond_timedwait(cond, lock, &at);
}

/* State before events: who reads an event finds the state that belongs to it. */
static bool
events_due(struct pipe *p)
{
	return !(p->all_wanted && p->has_state) && spool_state(p->spool).events > 0;
}

static enum task
next_task(struct pipe *p)
{
	enum task task = TASK_STOP;

	pthread_mutex_lock(&p->lock);
	while (!p->stop) {
		uint64_t now = clock_monotonic_ns();

		if (p->connected && p->has_batch)
			task = TASK_BATCH;
		else if (p->connected && events_due(p))
			task = TASK_EVENTS;
		else if (!p->connected && now >= p->retry_ns)
			task = TASK_CONNECT;
		else if (now >= p->sync_ns)
			task = TASK_SYNC;
		if (task != TASK_STOP)
			break;
		wait_until(&p->work, &p->lock,
		           p->connected || p->sync_ns < p->retry_ns ? p->sync_ns : p->retry_ns);
	}
	pthread_mutex_unlock(&p->lock);
	return task;
}

static void *
run(void *context)
{
	struct pipe *p = context;

	for (;;) {
		switch (next_task(p)) {
		case TASK_STOP:
			if (p->redis)
				redisFree(p->redis);
			return NULL;
		case TASK_CONNECT:
			connect_now(p);
			break;
		case TASK_BATCH:
			write_batch(p);
			break;
		case TASK_EVENTS:
			write_events(p);
			break;
		case TASK_SYNC:
			spool_sync(p->spool);
			p->sync_ns = clock_monotonic_ns() + SYNC_EVERY_MS * NS_PER_MS;
			break;
		}
	}
}

static void
cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &attr);
	pthread_condattr_destroy(&attr);
}

struct pipe *
pipe_start(const char *server, const struct connection_params *params, struct spool *spool)
{
	struct pipe *p = mem_alloc(1, sizeof *p);

	p->server = mem_strdup(server);
	p->user = params->user ? mem_strdup(params->user) : NULL;
	p->password_file = params->password_file ? mem_strdup(params->password_file) : NULL;
	p->params = (struct connection_params){params->address, p->user, p->password_file};
	p->spool = spool;
	p->all_wanted = true;
	p->fd = -1;
	pthread_mutex_init(&p->lock, NULL);
	cond_init(&p->work);
	cond_init(&p->done);
	if (pthread_create(&p->thread, NULL, run, p) == 0)
		return p;
	log_error("store", "no thread for the writer: %s", strerror(errno));
	p->thread = 0;
	pipe_stop(p);
	return NULL;
}

void
pipe_stop(struct pipe *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	if (p->fd >= 0)
		shutdown(p->fd, SHUT_RDWR);
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	if (p->thread)
		pthread_join(p->thread, NULL);
	pthread_cond_destroy(&p->work);
	pthread_cond_destroy(&p->done);
	pthread_mutex_destroy(&p->lock);
	batch_fini(&p->batch);
	free(p->server);
	free(p->user);
	free(p->password_file);
	free(p);
}

/* ---- the caller ---- */

static enum pipe_wish
wish(const struct pipe *p)
{
	if (!p->connected || p->has_batch)
		return PIPE_BUSY;
	return p->all_wanted ? PIPE_ALL : PIPE_MORE;
}

enum pipe_wish
pipe_wish(struct pipe *p)
{
	enum pipe_wish w;

	pthread_mutex_lock(&p->lock);
	w = wish(p);
	pthread_mutex_unlock(&p->lock);
	return w;
}

void
pipe_send(struct pipe *p, struct batch *b)
{
	struct batch empty;

	batch_cut(b);
	pthread_mutex_lock(&p->lock);
	b->number = ++p->sent;
	empty = p->batch;
	p->batch = *b;
	/* should the connection have broken since pipe_wish(), changes alone are of no use */
	p->has_batch = p->connected && (b->full || !p->all_wanted);
	pthread_cond_signal(&p->work);
	pthread_mutex_unlock(&p->lock);
	*b = empty;
	batch_clear(b);
}

static uint64_t
read_shared(struct pipe *p, const uint64_t *value)
{
	uint64_t copy;

	pthread_mutex_lock(&p->lock);
	copy = *value;
	pthread_mutex_unlock(&p->lock);
	return copy;
}

uint64_t
pipe_acked(struct pipe *p)
{
	return read_shared(p, &p->acked);
}

uint64_t
pipe_sent(struct pipe *p)
{
	return read_shared(p, &p->sent);
}

uint64_t
pipe_maxmemory(struct pipe *p)
{
	return read_shared(p, &p->maxmemory);
}

void
pipe_wake(struct pipe *p, bool has_state)
{
	pthread_mutex_lock(&p->lock);
	p->has_state = has_state;
	pthread_cond_signal(&p->work);
	pthread_mutex_unlock(&p->lock);
}

bool
pipe_wait_ready(struct pipe *p, uint64_t until_ns)
{
	bool ready;

	pthread_mutex_lock(&p->lock);
	while (wish(p) == PIPE_BUSY && clock_monotonic_ns() < until_ns)
		wait_until(&p->done, &p->lock, until_ns);
	ready = wish(p) != PIPE_BUSY;
	pthread_mutex_unlock(&p->lock);
	return ready;
}

/* All sent batches taken, no event waiting. */
static bool
all_done(struct pipe *p)
{
	return p->connected && !p->has_batch && p->acked == p->sent &&
	       spool_state(p->spool).events == 0;
}

bool
pipe_wait_done(struct pipe *p, uint64_t until_ns)
{
	bool done;

	pthread_mutex_lock(&p->lock);
	while (!all_done(p) && !(p->has_state && wish(p) == PIPE_ALL) &&
	       clock_monotonic_ns() < until_ns)
		wait_until(&p->done, &p->lock, until_ns);
	done = all_done(p);
	pthread_mutex_unlock(&p->lock);
	return done;
}

void
pipe_health(struct pipe *p, struct store_health *out)
{
	struct spool_state spool = spool_state(p->spool);

	pthread_mutex_lock(&p->lock);
	out->connected = p->connected;
	out->reconnects = p->reconnects;
	out->errors = p->errors;
	out->keys_written = p->keys_written;
	snprintf(out->last_error, sizeof out->last_error, "%.*s", (int)sizeof out->last_error - 1,
	         p->last_error);
	pthread_mutex_unlock(&p->lock);
	out->spool_events = spool.events;
	out->spool_bytes = spool.bytes;
	out->spool_dropped = spool.dropped;
}
