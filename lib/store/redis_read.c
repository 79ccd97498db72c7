/* The reading half of the Redis backend: a connection of the caller's own thread, many keys in one
 * exchange. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/codec.h"
#include "store/redis_private.h"

enum { STREAM_CHUNK = 1000 };

static void
set_error(struct redis *r, const char *why)
{
	snprintf(r->store.error, sizeof r->store.error, "%.*s", (int)sizeof r->store.error - 1,
	         why);
}

bool
redis_reader_ready(struct redis *r)
{
	char why[CONNECTION_ERROR_SIZE];
	bool reached;

	assert(!r->asking); /* a callback reads the store that calls it */
	if (!r->reader)
		r->reader = connection_open(&r->params, &reached, why);
	if (!r->reader) {
		r->store.refused = false;
		set_error(r, why);
	}
	return r->reader != NULL;
}

/* The next reply on the way, of `key`, an array or nil. NULL: failed, the error is set; then, if
 * the connection broke, there is no reader any more. */
static redisReply *
answer(struct redis *r, const char *key)
{
	char why[CONNECTION_ERROR_SIZE], line[CONNECTION_ERROR_SIZE + KEY_SIZE];
	void *reply;

	if (redisGetReply(r->reader, &reply) != REDIS_OK) {
		connection_why(r->reader, why);
		redisFree(r->reader);
		r->reader = NULL; /* the next read connects again */
	} else if (((redisReply *)reply)->type == REDIS_REPLY_ERROR) {
		const char *said = ((redisReply *)reply)->str;
		bool of_type = strncmp(said, "WRONGTYPE", 9) == 0;

		r->store.refused = of_type && (r->store.refused || !r->store.error[0]);
		connection_explain(said, why);
		freeReplyObject(reply);
		snprintf(line, sizeof line, "%s: %s", key, why);
		set_error(r, line);
		return NULL;
	} else {
		return reply;
	}
	r->store.refused = false;
	set_error(r, why);
	return NULL;
}

static redisReply *
ask(struct redis *r, int argc, const char **argv)
{
	if (!redis_reader_ready(r))
		return NULL;
	redisAppendCommandArgv(r->reader, argc, argv, NULL);
	return answer(r, argv[1]);
}

/* What is asked of every key, and who takes the answers. */
struct each {
	int argc;
	const char *argv[5]; /* [1] is the key */
	void (*give)(const struct each *q, size_t at, const redisReply *reply);
	hash_fn hash;
	member_fn member;
	void *context;
};

/* One exchange for all keys. One that Redis refuses (of another type, not ours to read) is passed
 * over with the error set, so that it hides no other. */
static bool
ask_each(struct redis *r, struct each *q, const struct key *keys, size_t count)
{
	if (!redis_reader_ready(r))
		return false;
	for (size_t i = 0; i < count; i++) {
		q->argv[1] = keys[i].text;
		redisAppendCommandArgv(r->reader, q->argc, q->argv, NULL);
	}
	r->asking = true;
	for (size_t i = 0; i < count && r->reader; i++) {
		redisReply *reply = answer(r, keys[i].text);

		if (reply)
			q->give(q, i, reply);
		freeReplyObject(reply);
	}
	r->asking = false;
	return r->reader != NULL;
}

static void
give_hash(const struct each *q, size_t at, const redisReply *reply)
{
	for (size_t i = 0; i + 1 < reply->elements; i += 2)
		q->hash(q->context, at, reply->element[i]->str, reply->element[i + 1]->str,
		        reply->element[i + 1]->len);
}

bool
redis_read_hashes(struct store *s, const struct key *keys, size_t count, hash_fn fn, void *context)
{
	struct each q = {2, {"HGETALL"}, give_hash, .hash = fn, .context = context};

	return ask_each((struct redis *)s, &q, keys, count);
}

static void
give_set(const struct each *q, size_t at, const redisReply *reply)
{
	for (size_t i = 0; i < reply->elements; i++)
		q->member(q->context, at, reply->element[i]->str, 0);
}

static void
give_ranked(const struct each *q, size_t at, const redisReply *reply)
{
	for (size_t i = 0; i + 1 < reply->elements; i += 2)
		q->member(q->context, at, reply->element[i]->str,
		          strtod(reply->element[i + 1]->str, NULL));
}

bool
redis_read_members(struct store *s, enum key_type type, const struct key *keys, size_t count,
                   size_t limit, member_fn fn, void *context)
{
	char last[CODEC_NUMBER_SIZE + 1] = "-1";
	struct each set = {2, {"SMEMBERS"}, give_set, .member = fn, .context = context};
	struct each ranked = {5,
	                      {"ZREVRANGE", NULL, "0", last, "WITHSCORES"},
	                      give_ranked,
	                      .member = fn,
	                      .context = context};

	if (limit)
		last[codec_print_u64(last, limit - 1)] = '\0';
	return ask_each((struct redis *)s, type == KEY_SET ? &set : &ranked, keys, count);
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
bool
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

/* ---- maps ---- */

static bool
read_field(struct redis *r, const char *key, const char *field, field_fn fn, void *context)
{
	redisReply *reply = ask(r, 3, (const char *[]){"HGET", key, field});

	if (reply && reply->type == REDIS_REPLY_STRING)
		fn(context, field, reply->str, reply->len);
	freeReplyObject(reply);
	return reply != NULL;
}

/* HSCAN, so that a table of many routes keeps no other client waiting. It may give a field twice
 * while its map grows. */
static bool
read_slices(struct redis *r, const char *key, field_fn fn, void *context)
{
	char cursor[32] = "0";

	do {
		redisReply *reply =
			ask(r, 5, (const char *[]){"HSCAN", key, cursor, "COUNT", "500"});
		const redisReply *fields;

		if (!reply)
			return false;
		snprintf(cursor, sizeof cursor, "%s", reply->element[0]->str);
		fields = reply->element[1];
		for (size_t i = 0; i + 1 < fields->elements; i += 2)
			fn(context, fields->element[i]->str, fields->element[i + 1]->str,
			   fields->element[i + 1]->len);
		freeReplyObject(reply);
	} while (strcmp(cursor, "0") != 0);
	return true;
}

bool
redis_read_map(struct store *s, const char *key, const char *field, field_fn fn, void *context)
{
	struct redis *r = (struct redis *)s;

	return field ? read_field(r, key, field, fn, context) : read_slices(r, key, fn, context);
}
