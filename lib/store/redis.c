/* The Redis backend: writes go to the mirror and, an epoch at a time, through the pipe; reads are
 * in redis_read.c. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/entry.h"
#include "store/mirror_map.h"
#include "store/redis_private.h"

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

static bool
redis_map_set(struct store *s, const char *key, const char *field, const char *value, size_t room)
{
	return mirror_map_set(mirror_maps_get(writer_of(s)->mirror), key, field, value, room);
}

static void
redis_map_unset(struct store *s, const char *key, const char *field)
{
	mirror_map_unset(mirror_maps_get(writer_of(s)->mirror), key, field);
}

static void
redis_map_drop(struct store *s, const char *key)
{
	mirror_map_drop(mirror_maps_get(writer_of(s)->mirror), key);
}

static size_t
redis_map_count(struct store *s, const char *key)
{
	return mirror_map_count(mirror_maps_get(writer_of(s)->mirror), key);
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
	free(r->server);
	free(r->user);
	free(r->password_file);
	store_fini(&r->store);
	free(r);
}

/* Whether something was put that Redis has not taken; that is logged. */
static bool
left_behind(struct redis *r)
{
	struct spool_state spool = spool_state(r->spool);
	bool state = r->epochs_waiting || mirror_dirty(r->mirror) ||
	             pipe_sent(r->pipe) != pipe_acked(r->pipe);

	if (!state && !spool.events)
		return false;
	log_warning(
		"store",
		"Redis %s: at the end %s not written; %llu events wait in the spool for the next "
		"run, %llu are lost",
		r->server, state ? "the newest state was" : "some events were",
		(unsigned long long)spool.kept, (unsigned long long)(spool.events - spool.kept));
	return true;
}

static bool
redis_close(struct store *s, unsigned wait_ms)
{
	struct redis *r = (struct redis *)s;
	bool all = true;

	if (r->pipe) {
		flush(r, clock_monotonic_ns() + wait_ms * NS_PER_MS);
		all = !left_behind(r);
	}
	redis_free(r);
	return all;
}

/* ---- opening ---- */

static const struct store_ops redis_ops = {
	.put = redis_put,
	.remove = redis_remove,
	.set = redis_set,
	.unset = redis_unset,
	.append = redis_append,
	.map_set = redis_map_set,
	.map_unset = redis_map_unset,
	.map_drop = redis_map_drop,
	.map_count = redis_map_count,
	.commit = redis_commit,
	.health = redis_health,
	.close = redis_close,
	.read_hashes = redis_read_hashes,
	.read_members = redis_read_members,
	.read_map = redis_read_map,
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
	r->server = mem_strdup(params->server);
	r->user = params->user ? mem_strdup(params->user) : NULL;
	r->password_file = params->password_file ? mem_strdup(params->password_file) : NULL;
	r->params.user = r->user;
	r->params.password_file = r->password_file;
	if (!address_parse(params->server, &r->params.address, why))
		goto failed;
	if (params->writer ? start_writer(r, params) : redis_reader_ready(r))
		return &r->store;
	snprintf(why, sizeof why, "Redis %.60s: %s", params->server,
	         params->writer ? "no thread for it" : r->store.error);
failed:
	if (error)
		*error = mem_strdup(why);
	redis_free(r);
	return NULL;
}
