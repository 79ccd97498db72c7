/* The Redis backend: writes go to the mirror and, an epoch at a time, through the pipe; reads use a
 * connection of the caller's own thread. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/backend.h"
#include "store/codec.h"
#include "store/entry.h"
#include "store/mirror.h"
#include "store/pipe.h"

enum { STREAM_CHUNK = 1000 };

struct redis {
	struct store store;
	/* reading */
	struct connection_params params;
	char *user, *password_file;
	redisContext *reader; /* NULL: not connected */
	/* writing; NULL without a writer */
	struct mirror *mirror;
	struct pipe *pipe;
	struct spool *spool;
	struct batch batch; /* in the making */
	struct rec_epoch epoch;
	uint64_t epochs_waiting; /* committed and not handed to the pipe */
};

/* ---- writing ---- */

static struct redis *
writer_of(struct store *s)
{
	struct redis *r = (struct redis *)s;

	assert(r->pipe); /* a reader writes */
	return r;
}

static bool
redis_put(struct store *s, enum record_kind kind, const char *id, const void *record)
{
	return mirror_put(writer_of(s)->mirror, s, kind, id, record);
}

static void
redis_remove(struct store *s, enum record_kind kind, const char *id)
{
	mirror_remove(writer_of(s)->mirror, s, kind, id);
}

static void
redis_set(struct store *s, enum key_type type, const char *key, const char *member,
          const char *value)
{
	mirror_set(writer_of(s)->mirror, type, key, member, value);
}

static void
redis_unset(struct store *s, enum key_type type, const char *key, const char *member)
{
	mirror_unset(writer_of(s)->mirror, type, key, member);
}

static void
redis_append(struct store *s, const struct stream_entry *entry)
{
	struct redis *r = writer_of(s);
	struct text packed = {0};

	if (entry->class == ENTRY_POINT) {
		mirror_point(r->mirror, entry);
		return;
	}
	entry_pack(entry, &packed);
	spool_append(r->spool, packed.at, packed.size);
	text_fini(&packed);
	pipe_wake(r->pipe, !mirror_empty(r->mirror));
}

/* Roll-ups may take half of Redis' memory: the rest is for state, events and its own buffers. */
static void
check_budget(struct redis *r)
{
	uint64_t half = pipe_maxmemory(r->pipe) / 2;
	struct store *s = &r->store;

	if (half == 0 || (s->points_max != 0 && s->points_max <= half))
		return;
	log_warning("store", "roll-ups: limited to %llu MB, half of Redis' maxmemory",
	            (unsigned long long)(half >> 20));
	s->points_max = half;
	/* admit anew, in the order of their next points */
	dict_fini(&s->points, free);
	dict_init(&s->points);
	s->points_size = s->points_refused = 0;
}

static void
add_epoch(struct redis *r)
{
	char rest[KEY_SIZE], key[KEY_SIZE];

	/* a slice of its own: only when all others are in Redis */
	batch_cut(&r->batch);
	if (r->epochs_waiting == 0 || !r->store.site[0])
		return;
	r->epoch.keys = r->batch.key_count;
	model_record_key(rest, RECORD_EPOCH, r->store.writer);
	store_key(&r->store, key, SCOPE_SITE, rest);
	mirror_encode_record(key, RECORD_EPOCH, &r->epoch, &r->batch);
}

/* Hands what is new to the pipe when it has room, else leaves it in the mirror: the newest wins. */
static void
send_new(struct redis *r)
{
	enum pipe_wish wish = pipe_wish(r->pipe);

	if (wish == PIPE_BUSY)
		return;
	r->batch.number = pipe_sent(r->pipe) + 1;
	mirror_encode(r->mirror, &r->batch, wish == PIPE_ALL, pipe_acked(r->pipe), clock_utc_us());
	add_epoch(r);
	pipe_send(r->pipe, &r->batch);
	r->epochs_waiting = 0;
}

static void
redis_commit(struct store *s, const struct rec_epoch *epoch)
{
	struct redis *r = writer_of(s);

	r->epoch = *epoch;
	store_head(s, &r->epoch.head);
	r->epochs_waiting++;
	pipe_wake(r->pipe, true);
	check_budget(r);
	send_new(r);
}

static void
redis_health(struct store *s, struct store_health *out)
{
	struct redis *r = (struct redis *)s;

	if (!r->pipe) {
		out->connected = r->reader != NULL;
		return;
	}
	pipe_health(r->pipe, out);
	out->pending_epochs = r->epochs_waiting + (pipe_sent(r->pipe) != pipe_acked(r->pipe));
}

static void
flush(struct redis *r, uint64_t until_ns)
{
	while (pipe_wait_ready(r->pipe, until_ns)) {
		if (r->epochs_waiting || mirror_dirty(r->mirror) ||
		    (pipe_wish(r->pipe) == PIPE_ALL && !mirror_empty(r->mirror)))
			send_new(r);
		if (pipe_wait_done(r->pipe, until_ns) || clock_monotonic_ns() >= until_ns)
			return;
	}
}

static void
redis_free(struct redis *r)
{
	pipe_stop(r->pipe);
	spool_close(r->spool);
	mirror_destroy(r->mirror);
	batch_fini(&r->batch);
	if (r->reader)
		redisFree(r->reader);
	free(r->user);
	free(r->password_file);
	store_fini(&r->store);
	free(r);
}

static void
redis_close(struct store *s, unsigned wait_ms)
{
	struct redis *r = (struct redis *)s;

	if (r->pipe)
		flush(r, clock_monotonic_ns() + wait_ms * NS_PER_MS);
	redis_free(r);
}

/* ---- reading ---- */

static void
set_error(struct redis *r, const char *why)
{
	snprintf(r->store.error, sizeof r->store.error, "%.*s", (int)sizeof r->store.error - 1,
	         why);
}

static bool
reader_ready(struct redis *r)
{
	char why[CONNECTION_ERROR_SIZE];
	bool reached;

	if (!r->reader)
		r->reader = connection_open(&r->params, &reached, why);
	if (!r->reader)
		set_error(r, why);
	return r->reader != NULL;
}

/* The reply to `argv`, an array or nil; NULL: failed, the error is set. */
static redisReply *
ask(struct redis *r, int argc, const char **argv)
{
	char why[CONNECTION_ERROR_SIZE];
	redisReply *reply;

	if (!reader_ready(r))
		return NULL;
	reply = redisCommandArgv(r->reader, argc, argv, NULL);
	if (!reply) {
		connection_why(r->reader, why);
		redisFree(r->reader);
		r->reader = NULL; /* the next read connects again */
	} else if (reply->type == REDIS_REPLY_ERROR) {
		connection_explain(reply->str, why);
		freeReplyObject(reply);
		reply = NULL;
	} else {
		return reply;
	}
	set_error(r, why);
	return NULL;
}

static bool
redis_read_hash(struct store *s, const char *key, hash_fn fn, void *context)
{
	redisReply *reply = ask((struct redis *)s, 2, (const char *[]){"HGETALL", key});

	if (!reply)
		return false;
	for (size_t i = 0; i + 1 < reply->elements; i += 2)
		fn(context, reply->element[i]->str, reply->element[i + 1]->str,
		   reply->element[i + 1]->len);
	freeReplyObject(reply);
	return true;
}

static bool
redis_read_members(struct store *s, enum key_type type, const char *key, size_t limit, member_fn fn,
                   void *context)
{
	char last[CODEC_NUMBER_SIZE + 1] = "-1";
	redisReply *reply;

	if (type == KEY_SET) {
		reply = ask((struct redis *)s, 2, (const char *[]){"SMEMBERS", key});
	} else {
		if (limit)
			last[codec_print_u64(last, limit - 1)] = '\0';
		reply = ask((struct redis *)s, 5,
		            (const char *[]){"ZREVRANGE", key, "0", last, "WITHSCORES"});
	}
	if (!reply)
		return false;
	if (type == KEY_SET)
		for (size_t i = 0; i < reply->elements; i++)
			fn(context, reply->element[i]->str, 0);
	else
		for (size_t i = 0; i + 1 < reply->elements; i += 2)
			fn(context, reply->element[i]->str,
			   strtod(reply->element[i + 1]->str, NULL));
	freeReplyObject(reply);
	return true;
}

static void
give_entry(const char *key, const redisReply *reply, entry_fn fn, void *context)
{
	const redisReply *fields = reply->element[1];
	struct stream_entry entry = {.key = key, .id = reply->element[0]->str};

	for (size_t i = 0; i + 1 < fields->elements && entry.count < ENTRY_FIELDS; i += 2) {
		entry.field[entry.count].name = fields->element[i]->str;
		entry.field[entry.count++].value = fields->element[i + 1]->str;
	}
	fn(context, &entry);
}

/* In chunks, so that a long stream stops no other client. */
static bool
redis_read_stream(struct store *s, const char *key, const struct stream_range *range, entry_fn fn,
                  void *context)
{
	const char *verb = range->newest_first ? "XREVRANGE" : "XRANGE";
	char next[STREAM_ID_SIZE + 1], count[CODEC_NUMBER_SIZE + 1];
	size_t given = 0, want, got;

	snprintf(next, sizeof next, "%s", range->newest_first ? range->to : range->from);
	do {
		const char *to = range->newest_first ? range->from : range->to;
		redisReply *reply;

		want = range->limit && range->limit - given < STREAM_CHUNK ? range->limit - given
		                                                           : STREAM_CHUNK;
		count[codec_print_u64(count, want)] = '\0';
		reply = ask((struct redis *)s, 6,
		            (const char *[]){verb, key, next, to, "COUNT", count});
		if (!reply)
			return false;
		got = reply->elements;
		for (size_t i = 0; i < got; i++)
			give_entry(key, reply->element[i], fn, context);
		if (got > 0)
			snprintf(next, sizeof next, "(%s",
			         reply->element[got - 1]->element[0]->str);
		given += got;
		freeReplyObject(reply);
	} while (got == want && given != range->limit);
	return true;
}

/* ---- opening ---- */

static const struct store_ops redis_ops = {
	.put = redis_put,
	.remove = redis_remove,
	.set = redis_set,
	.unset = redis_unset,
	.append = redis_append,
	.commit = redis_commit,
	.health = redis_health,
	.close = redis_close,
	.read_hash = redis_read_hash,
	.read_members = redis_read_members,
	.read_stream = redis_read_stream,
};

static bool
start_writer(struct redis *r, const struct store_params *params)
{
	char error[SPOOL_ERROR_SIZE];

	r->mirror = mirror_create();
	r->spool = spool_open(params->spool, params->writer, params->spool_max_bytes, error);
	if (error[0])
		log_warning("store", "%s", error);
	r->pipe = pipe_start(params->server, &r->params, r->spool);
	return r->pipe != NULL;
}

struct store *
store_redis_open(const struct store_params *params, char **error)
{
	char why[ADDRESS_ERROR_SIZE];
	struct redis *r = mem_alloc(1, sizeof *r);

	store_init(&r->store, &redis_ops, params);
	r->user = params->user ? mem_strdup(params->user) : NULL;
	r->password_file = params->password_file ? mem_strdup(params->password_file) : NULL;
	r->params.user = r->user;
	r->params.password_file = r->password_file;
	if (!address_parse(params->server, &r->params.address, why))
		goto failed;
	if (params->writer ? start_writer(r, params) : reader_ready(r))
		return &r->store;
	snprintf(why, sizeof why, "Redis %.60s: %s", params->server,
	         params->writer ? "no thread for it" : r->store.error);
failed:
	if (error)
		*error = mem_strdup(why);
	redis_free(r);
	return NULL;
}
