/* Maps and logs: keys whose fields or entries the caller makes up. */
#include <stdio.h>

#include "base/clock.h"
#include "store/backend.h"

enum { LOG_TTL_EVERY = 64 /* entries between renewals of a log's time to live */ };

/* ---- writing ----------------------------------------------------------------------------- */

bool
store_map_set(struct store *s, const char *rest, const char *field, const char *value, size_t room)
{
	char key[KEY_SIZE];

	store_key(s, key, SCOPE_SITE, rest);
	return s->ops->map_set(s, key, field, value, room);
}

void
store_map_unset(struct store *s, const char *rest, const char *field)
{
	char key[KEY_SIZE];

	store_key(s, key, SCOPE_SITE, rest);
	s->ops->map_unset(s, key, field);
}

void
store_map_drop(struct store *s, const char *rest)
{
	char key[KEY_SIZE];

	store_key(s, key, SCOPE_SITE, rest);
	s->ops->map_drop(s, key);
}

size_t
store_map_count(struct store *s, const char *rest)
{
	char key[KEY_SIZE];

	store_key(s, key, SCOPE_SITE, rest);
	return s->ops->map_count(s, key);
}

void
store_log(struct store *s, const char *rest, struct store_log *at, uint64_t ts_us, uint64_t keep,
          const char *const *names, const char *const *values, unsigned count)
{
	char key[KEY_SIZE], id[STREAM_ID_SIZE];
	struct stream_entry e = {.class = ENTRY_POINT, .key = key, .id = id, .keep = keep};

	store_key(s, key, SCOPE_SITE, rest);
	if (ts_us / US_PER_MS > at->ms) {
		at->ms = ts_us / US_PER_MS;
		at->seq = 0;
	}
	snprintf(id, sizeof id, "%llu-%llu", (unsigned long long)at->ms,
	         (unsigned long long)++at->seq);
	for (unsigned i = 0; i < count && e.count < ENTRY_FIELDS; i++) {
		e.field[e.count].name = names[i];
		e.field[e.count++].value = values[i];
	}
	e.ttl_s = at->entries++ % LOG_TTL_EVERY == 0 ? MAP_TTL_S : 0;
	s->ops->append(s, &e);
}

/* ---- reading ----------------------------------------------------------------------------- */

struct counted {
	field_fn fn;
	void *context;
	size_t count;
};

static void
count_field(void *context, const char *field, const char *value, size_t size)
{
	struct counted *c = context;

	c->fn(c->context, field, value, size);
	c->count++;
}

size_t
store_map_each(struct store *s, const char *rest, const char *field,
               void (*fn)(void *context, const char *field, const char *value, size_t size),
               void *context)
{
	struct counted c = {fn, context, 0};
	char key[KEY_SIZE];

	store_read_begin(s);
	store_key(s, key, SCOPE_SITE, rest);
	s->ops->read_map(s, key, field, count_field, &c);
	return c.count;
}

struct log_reader {
	void (*fn)(void *context, uint64_t ts_us, const char *const *names,
	           const char *const *values, unsigned count);
	void *context;
	size_t count;
};

static void
give_entry(void *context, const struct stream_entry *e)
{
	const char *names[ENTRY_FIELDS], *values[ENTRY_FIELDS];
	struct log_reader *r = context;
	uint64_t ms = 0, seq;

	stream_id_parse(e->id, false, &ms, &seq);
	for (unsigned i = 0; i < e->count; i++) {
		names[i] = e->field[i].name;
		values[i] = e->field[i].value;
	}
	r->fn(r->context, ms * US_PER_MS, names, values, e->count);
	r->count++;
}

size_t
store_log_each(struct store *s, const char *rest, size_t limit,
               void (*fn)(void *context, uint64_t ts_us, const char *const *names,
                          const char *const *values, unsigned count),
               void *context)
{
	struct stream_range range = {.from = "-", .to = "+", .limit = limit, .newest_first = true};
	struct log_reader r = {fn, context, 0};
	char key[KEY_SIZE];

	store_read_begin(s);
	store_key(s, key, SCOPE_SITE, rest);
	s->ops->read_stream(s, key, &range, give_entry, &r);
	return r.count;
}
