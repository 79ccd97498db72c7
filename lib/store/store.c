#include "store/store.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "store/backend.h"
#include "store/codec.h"
#include "store/fields.h"

enum {
	EVENTS_KEPT = 100000,
	LEDGER_KEPT = 10000,
	LEGS_KEPT = 10000,
	SWEEP_EVERY_S = 60,    /* looks for roll-ups that ended, when the budget is used up */
	ROLLUP_TTL_EVERY = 16, /* points between renewals of a roll-up's time to live */
};

void
store_copy_name(char to[NAME_SIZE], const char *from)
{
	snprintf(to, NAME_SIZE, "%s", from ? from : "");
}

void
store_init(struct store *s, const struct store_ops *ops, const struct store_params *params)
{
	s->ops = ops;
	store_copy_name(s->site, params->site);
	store_copy_name(s->peering, params->peering);
	store_copy_name(s->writer, params->writer);
	s->boot_us = params->boot_us;
	s->points_max = params->memory_max_bytes;
	dict_init(&s->points);
}

void
store_fini(struct store *s)
{
	dict_fini(&s->points, free);
}

bool
store_close(struct store *s, unsigned wait_ms)
{
	return !s || s->ops->close(s, wait_ms);
}

void
store_key(const struct store *s, char key[KEY_SIZE], enum key_scope scope, const char *rest)
{
	model_key(key, scope, s->site, s->peering, rest);
}

void
store_head(const struct store *s, struct rec_head *head)
{
	head->seq = s->seq;
	head->boot_us = s->boot_us;
	if (head->started_us == 0)
		head->started_us = s->boot_us;
}

bool
stream_id_parse(const char *text, bool end, uint64_t *ms, uint64_t *seq)
{
	char *rest;

	if (*text < '0' || *text > '9')
		return false;
	*ms = strtoull(text, &rest, 10);
	*seq = end ? UINT64_MAX : 0;
	if (*rest == '-' && rest[1] >= '0' && rest[1] <= '9')
		*seq = strtoull(rest + 1, &rest, 10);
	return *rest == '\0';
}

void
store_begin(struct store *s, uint64_t seq)
{
	s->seq = seq;
}

/* The list that shows this id, for those kinds whose list the store keeps by itself. */
bool
store_index_key(const struct store *s, char key[KEY_SIZE], enum record_kind kind, const char *id,
                const char **member)
{
	char rest[KEY_SIZE];

	if (!model_index(rest, kind, id, member))
		return false;
	store_key(s, key, model_schema(kind)->scope, rest);
	return true;
}

void
store_put(struct store *s, enum record_kind kind, const char *id, const void *record)
{
	const struct key_schema *schema = model_schema(kind);
	const char *member, *value = NULL;
	char key[KEY_SIZE];
	bool is_new = s->ops->put(s, kind, id, record);

	/* a set needs to hear of an id once, the verdicts of every change, rankings come by
	 * themselves */
	if (schema->index_type == KEY_ZSET || (schema->index_type == KEY_SET && !is_new))
		return;
	if (!store_index_key(s, key, kind, id, &member))
		return;
	if (kind == RECORD_VERDICT)
		value = ((const struct rec_verdict *)record)->verdict;
	s->ops->set(s, schema->index_type, key, member, value);
}

void
store_remove(struct store *s, enum record_kind kind, const char *id)
{
	const char *member;
	char key[KEY_SIZE];

	s->ops->remove(s, kind, id);
	if (store_index_key(s, key, kind, id, &member))
		s->ops->unset(s, model_schema(kind)->index_type, key, member);
}

void
store_rank(struct store *s, enum key_scope scope, const char *rest, const char *member,
           double score)
{
	char key[KEY_SIZE], value[CODEC_NUMBER_SIZE + 1];

	store_key(s, key, scope, rest);
	value[codec_print_f64(value, score)] = '\0';
	s->ops->set(s, KEY_ZSET, key, member, value);
}

void
store_unrank(struct store *s, enum key_scope scope, const char *rest, const char *member)
{
	char key[KEY_SIZE];

	store_key(s, key, scope, rest);
	s->ops->unset(s, KEY_ZSET, key, member);
}

struct store_rollup {
	uint64_t size, keep_us;
	bool admitted, refused;
	uint64_t points;  /* since start */
	uint64_t last_us; /* point */
};

/* Forgets roll-ups whose last point has left Redis by now: the busiest subnets change. */
static void
forget_old(struct store *s, uint64_t now_us)
{
	for (struct dict_entry *e = dict_next(&s->points, NULL); e; e = dict_next(&s->points, e)) {
		struct store_rollup *r = e->value;

		if (now_us < r->last_us + r->keep_us)
			continue;
		s->points_size -= r->admitted ? r->size : 0;
		free(dict_take(&s->points, e->key, e->key_size));
	}
	s->points_swept_us = now_us;
}

/* A roll-up gets its full size at once or none: a budget that fails later would fail everybody. */
static void
admit(struct store *s, struct store_rollup *r, const char *rest)
{
	r->admitted = s->points_max == 0 || s->points_size + r->size <= s->points_max;
	if (r->admitted)
		s->points_size += r->size;
	if (r->admitted || r->refused)
		return;
	r->refused = true;
	if (s->points_refused++ == 0)
		log_warning(
			"store",
			"roll-ups: the budget of %llu MB is used up at %s; raise redis.memory_max",
			(unsigned long long)(s->points_max >> 20), rest);
}

static struct store_rollup *
rollup_of(struct store *s, const char *rest, unsigned level, unsigned fields, uint64_t ts_us)
{
	struct store_rollup **place =
		(struct store_rollup **)dict_put(&s->points, rest, strlen(rest));
	struct store_rollup *r = *place;

	if (!r) {
		r = *place = mem_alloc(1, sizeof *r);
		r->size = model_points_size(level, fields);
		r->keep_us = model_point_level(level)->keep_s * US_PER_S;
	}
	r->last_us = ts_us;
	if (!r->admitted)
		admit(s, r, rest);
	if (!r->admitted && ts_us - s->points_swept_us >= SWEEP_EVERY_S * US_PER_S)
		forget_old(s, ts_us);
	return r;
}

void
store_point(struct store *s, const char *subject, unsigned level, uint64_t ts_us,
            const char *const *names, const double *values, unsigned count)
{
	char rest[KEY_SIZE], key[KEY_SIZE], id[STREAM_ID_SIZE];
	char numbers[POINT_FIELDS][CODEC_NUMBER_SIZE + 1];
	struct stream_entry e = {.class = ENTRY_POINT, .key = key, .id = id};
	const struct point_level *l = model_point_level(level);
	struct store_rollup *rollup;

	model_points_key(rest, subject, level);
	rollup = rollup_of(s, rest, level, count, ts_us);
	if (!rollup->admitted)
		return;
	store_key(s, key, SCOPE_SITE, rest);
	snprintf(id, sizeof id, "%llu-0", (unsigned long long)(ts_us / US_PER_MS));
	for (unsigned i = 0; i < count && e.count < POINT_FIELDS; i++) {
		if (isnan(values[i]))
			continue;
		numbers[e.count][codec_print_f64(numbers[e.count], values[i])] = '\0';
		e.field[e.count].name = names[i];
		e.field[e.count].value = numbers[e.count];
		e.count++;
	}
	e.keep = l->points;
	e.ttl_s = rollup->points++ % ROLLUP_TTL_EVERY == 0 ? l->keep_s : 0;
	if (e.count > 0)
		s->ops->append(s, &e);
}

/* Redis wants ids to grow: an event of the past gets the last one's time in its id. */
static void
next_id(struct store *s, uint64_t ts_us, char id[STREAM_ID_SIZE])
{
	uint64_t ms = ts_us / US_PER_MS;

	if (ms > s->event_ms)
		s->event_ms = ms;
	snprintf(id, STREAM_ID_SIZE, "%llu-%llu", (unsigned long long)s->event_ms,
	         (unsigned long long)++s->event_seq);
}

void
store_events_resume(struct store *s, const char *last)
{
	uint64_t ms, seq;

	if (!stream_id_parse(last, false, &ms, &seq) || ms < s->event_ms)
		return;
	s->event_ms = ms;
	if (seq > s->event_seq)
		s->event_seq = seq;
}

/* A writer without a site is the control plane: its events are the merged stream. */
void
store_events_key(const struct store *s, const char *writer, char key[KEY_SIZE])
{
	char rest[KEY_SIZE];

	snprintf(rest, sizeof rest, "events:%s", writer ? writer : "");
	if (writer)
		store_key(s, key, SCOPE_SITE, rest);
	else
		store_key(s, key, SCOPE_PEERING, "events");
}

/* An entry whose values are encoded one behind the other. */
struct draft {
	struct stream_entry entry;
	struct text values;
	size_t starts[ENTRY_FIELDS];
};

static void
draft_add(struct draft *d, const struct record_field *f, const void *record, bool empty)
{
	size_t start = d->values.size;

	if (!codec_encode(f, record, &d->values) || (!empty && d->values.size == start))
		return;
	text_add_bytes(&d->values, "", 1);
	d->entry.field[d->entry.count].name = f->name;
	d->starts[d->entry.count++] = start;
}

static void
draft_append(struct draft *d, struct store *s)
{
	for (unsigned i = 0; i < d->entry.count; i++)
		d->entry.field[i].value = d->values.at + d->starts[i];
	s->ops->append(s, &d->entry);
	text_fini(&d->values);
}

void
store_event(struct store *s, struct event *event)
{
	char key[KEY_SIZE], id[STREAM_ID_SIZE];
	struct draft d = {
		.entry = {.class = ENTRY_EVENT, .key = key, .id = id, .keep = EVENTS_KEPT}};

	store_events_key(s, s->site[0] ? s->writer : NULL, key);
	next_id(s, event->ts_us, id);
	event->seq = s->event_seq;
	for (const struct record_field *f = fields_event; f->name; f++)
		draft_add(&d, f, event, false);
	draft_append(&d, s);
}

void
store_leg(struct store *s, const char *list, const struct rec_leg *leg)
{
	static const char *const names[] = {"id",       "why",      "a",       "a_port",
	                                    "b",        "b_port",   "link",    "signalling",
	                                    "start_us", "end_us",   "packets", "lost",
	                                    "gap_us",   "stream_a", "stream_b"};
	char key[KEY_SIZE], id[STREAM_ID_SIZE];
	struct draft d = {.entry = {.class = ENTRY_EVENT, .key = key, .id = id, .keep = LEGS_KEPT}};

	store_key(s, key, SCOPE_SITE, list);
	next_id(s, leg->end_us, id);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		draft_add(&d, codec_field(fields_leg, names[i]), leg, true);
	draft_append(&d, s);
}

void
store_ledger(struct store *s, const struct rec_verdict *from, const struct rec_verdict *to)
{
	char key[KEY_SIZE], id[STREAM_ID_SIZE], ts[CODEC_NUMBER_SIZE + 1];
	uint64_t ts_us = to->since_us ? to->since_us : to->window_to_us;
	struct text evidence = {0};
	struct stream_entry e = {
		.class = ENTRY_EVENT,
		.key = key,
		.id = id,
		.keep = LEDGER_KEPT,
		.count = 7,
		.field = {{"ts_us", ts},
	                  {"id", to->id},
	                  {"scope", to->scope},
	                  {"from", from ? from->verdict : ""},
	                  {"to", to->verdict},
	                  {"reasons", to->reasons},
	                  {"evidence", NULL}},
	};

	store_key(s, key, SCOPE_PEERING, "ledger");
	next_id(s, ts_us, id);
	ts[codec_print_u64(ts, ts_us)] = '\0';
	codec_encode(codec_field(fields_verdict, "evidence"), to, &evidence);
	e.field[6].value = evidence.at;
	s->ops->append(s, &e);
	text_fini(&evidence);
}

void
store_commit(struct store *s, const struct rec_epoch *epoch)
{
	char key[KEY_SIZE];

	if (s->site[0]) {
		store_key(s, key, SCOPE_GLOBAL, "sites");
		s->ops->set(s, KEY_SET, key, s->site, NULL);
	}
	s->ops->commit(s, epoch);
}

void
store_health(struct store *s, struct store_health *out)
{
	*out = (struct store_health){0};
	s->ops->health(s, out);
}
