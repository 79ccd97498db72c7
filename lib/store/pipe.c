#include "store/pipe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/pipe_private.h"

enum { SYNC_EVERY_MS = 1000 };

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
			pipe_connect(p);
			break;
		case TASK_BATCH:
			pipe_write_batch(p);
			break;
		case TASK_EVENTS:
			pipe_write_events(p);
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
	int failed;

	p->server = mem_strdup(server);
	p->user = params->user ? mem_strdup(params->user) : NULL;
	p->password_file = params->password_file ? mem_strdup(params->password_file) : NULL;
	p->params = (struct connection_params){params->address, p->user, p->password_file};
	p->spool = spool;
	p->all_wanted = true;
	p->fd = -1;
	dict_init(&p->skipped);
	pthread_mutex_init(&p->lock, NULL);
	cond_init(&p->work);
	cond_init(&p->done);
	failed = thread_start(&p->thread, "store", run, p);
	if (!failed)
		return p;
	log_error("store", "no thread for the writer: %s", strerror(-failed));
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
	dict_fini(&p->skipped, NULL);
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
