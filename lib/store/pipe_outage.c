/* What goes wrong, what is said of it, and what comes back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/pipe_private.h"

enum { BACKOFF_MIN_MS = 100, BACKOFF_MAX_MS = 5000, SKIPPED_S = 60 };

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

void
pipe_fail(struct pipe *p, const char *reply, const char *why)
{
	if (p->outage_ns == 0)
		p->outage_ns = clock_monotonic_ns();
	if (!said_before(p, reply))
		log_warning("store",
		            "Redis %s: %s; the newest state and events are kept, trying again",
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

void
pipe_fail_reply(struct pipe *p, const char *reply)
{
	char why[CONNECTION_ERROR_SIZE];

	connection_explain(reply, why);
	pipe_fail(p, reply, why);
}

void
pipe_fail_broken(struct pipe *p)
{
	char why[CONNECTION_ERROR_SIZE];

	connection_why(p->redis, why);
	pipe_fail(p, NULL, why);
}

void
pipe_skip(struct pipe *p, const struct batch *b, size_t slice, uint32_t command, const char *reply)
{
	char why[CONNECTION_ERROR_SIZE];
	struct text key = {0};

	connection_explain(reply, why);
	batch_key_of(b, slice, command, &key);
	if (p->skipped.count < SKIPPED_MAX && !dict_find(&p->skipped, key.at, key.size)) {
		dict_put(&p->skipped, key.at, key.size);
		log_warning("store", "Redis %s: %s is not written: %s", p->server, key.at, why);
	}
	if (p->whole_ns == 0)
		p->whole_ns = clock_monotonic_ns() + SKIPPED_S * NS_PER_S;
	pthread_mutex_lock(&p->lock);
	p->errors++;
	snprintf(p->last_error, sizeof p->last_error, "%.120s: %.110s", key.at, why);
	pthread_mutex_unlock(&p->lock);
	text_fini(&key);
}

void
pipe_recovered(struct pipe *p)
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

/* Without a password that is wanted no batch would tell why it fails: Redis takes small commands
 * alone from strangers, and hangs up on larger ones. */
static bool
is_stranger(const redisReply *reply)
{
	return reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "NOAUTH", 6) == 0;
}

/* What Redis says of its memory; a user that may not ask is fine. False: the connection is of no
 * use, and that was noted. */
static bool
ask_memory(struct pipe *p)
{
	redisReply *reply = redisCommand(p->redis, "INFO memory");
	uint64_t maxmemory = 0;

	if (!reply) {
		pipe_fail_broken(p);
		return false;
	}
	if (is_stranger(reply)) {
		pipe_fail_reply(p, reply->str);
		freeReplyObject(reply);
		return false;
	}
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

void
pipe_connect(struct pipe *p)
{
	char why[CONNECTION_ERROR_SIZE];

	bool reached;

	p->redis = connection_open(&p->params, &reached, why);
	if (!p->redis) {
		pipe_fail(p, reached ? why : NULL, why);
		return;
	}
	if (!ask_memory(p))
		return;
	pthread_mutex_lock(&p->lock);
	p->fd = p->redis->fd;
	p->connected = true;
	p->reconnects += p->ever_written;
	pthread_cond_broadcast(&p->done);
	pthread_mutex_unlock(&p->lock);
}
