/* Batches and events on their way, and every answer looked at. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/entry.h"
#include "store/mirror.h"
#include "store/pipe_private.h"

enum { EVENTS_AT_ONCE = 100 };

/* ---- batches ---- */

/* A roll-up's point that is already there is no failure. */
static bool
is_refused_id(const redisReply *reply)
{
	return reply->type == REDIS_REPLY_ERROR && strstr(reply->str, "equal or smaller");
}

static bool
is_other_type(const redisReply *reply)
{
	return reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "WRONGTYPE", 9) == 0;
}

/* Every answer of a slice; false: failed, and said. A key that somebody made something else of is
 * stepped over: it hides no other. */
static bool
read_answers(struct pipe *p, const struct batch *b, size_t slice)
{
	for (uint32_t i = 0; i < b->slices[slice].commands; i++) {
		redisReply *reply;

		if (redisGetReply(p->redis, (void **)&reply) != REDIS_OK) {
			pipe_fail_broken(p);
			return false;
		}
		if (is_other_type(reply)) {
			pipe_skip(p, b, slice, i, reply->str);
		} else if (reply->type == REDIS_REPLY_ERROR && !is_refused_id(reply)) {
			pipe_fail_reply(p, reply->str);
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
			pipe_fail_broken(p);
			return false;
		}
		if (!read_answers(p, b, i))
			return false;
		at = s->end;
	}
	return true;
}

/* What was stepped over is missing more than changes, should its key be free again. */
static bool
whole_is_due(struct pipe *p)
{
	if (p->whole_ns == 0 || clock_monotonic_ns() < p->whole_ns)
		return false;
	p->whole_ns = 0;
	return true;
}

void
pipe_write_batch(struct pipe *p)
{
	/* the caller leaves the batch alone while has_batch stands */
	if (!write_slices(p, &p->batch))
		return;
	pipe_recovered(p);
	pthread_mutex_lock(&p->lock);
	p->acked = p->batch.number;
	p->keys_written += p->batch.key_count;
	p->has_batch = false;
	p->all_wanted = whole_is_due(p);
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
		pipe_fail_broken(p);
	else if (!fine)
		pipe_fail_reply(p, reply->str);
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
			pipe_fail_reply(p, r->str);
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
		pipe_fail_broken(p);
	} else if (first_error) {
		pipe_fail_reply(p, first_error->str);
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

void
pipe_write_events(struct pipe *p)
{
	struct event_slice *slice = mem_alloc(1, sizeof *slice);

	spool_read(p->spool, EVENTS_AT_ONCE, take_event, slice);
	if (slice->sent == 0) {
		spool_release(p->spool, slice->count);
	} else if (exec_events(p, slice)) {
		spool_release(p->spool, slice->count);
		pipe_recovered(p);
	}
	for (unsigned i = 0; i < slice->count; i++)
		text_fini(&slice->packed[i]);
	batch_fini(&slice->batch);
	free(slice);
	pthread_mutex_lock(&p->lock);
	pthread_cond_broadcast(&p->done);
	pthread_mutex_unlock(&p->lock);
}
