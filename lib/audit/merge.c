#include "audit/merge.h"

#include <stdlib.h>
#include <string.h>

#include "audit/field.h"
#include "base/mem.h"

enum {
	WAIT_US = 1500000, /* one interval and what writing it takes */
	BATCH = 1000,      /* events of one probe in one turn */
};

struct cursor {
	char probe[64];
	char last[48]; /* entry id in the probe's own stream */
};

struct merge {
	struct store *in, *out;
	const char *peering;
	struct cursor *cursors;
	size_t cursor_count, cursor_capacity;
	struct event *events; /* of this turn */
	size_t event_count, event_capacity;
	uint64_t until_us; /* later ones wait */
	bool waiting;      /* the probe being read has later ones */
};

static struct cursor *
cursor_of(struct merge *m, const char *probe)
{
	struct cursor *c;

	for (size_t i = 0; i < m->cursor_count; i++)
		if (strcmp(m->cursors[i].probe, probe) == 0)
			return &m->cursors[i];
	if (m->cursor_count == m->cursor_capacity) {
		m->cursor_capacity = m->cursor_capacity ? 2 * m->cursor_capacity : 8;
		m->cursors = mem_resize(m->cursors, m->cursor_capacity, sizeof *m->cursors);
	}
	c = &m->cursors[m->cursor_count++];
	*c = (struct cursor){.last = "0"};
	FIELD_COPY(c->probe, probe);
	return c;
}

/* Negative when entry id `a` is before `b`. */
static int
compare_ids(const char *a, const char *b)
{
	uint64_t left[2] = {0}, right[2] = {0};
	char *rest;

	left[0] = strtoull(a, &rest, 10);
	left[1] = *rest == '-' ? strtoull(rest + 1, NULL, 10) : 0;
	right[0] = strtoull(b, &rest, 10);
	right[1] = *rest == '-' ? strtoull(rest + 1, NULL, 10) : 0;
	if (left[0] != right[0])
		return left[0] < right[0] ? -1 : 1;
	return left[1] == right[1] ? 0 : left[1] < right[1] ? -1 : 1;
}

/* Called for what is merged already. Control's own events have no probe. */
static void
note_merged(void *context, const struct event *e)
{
	struct merge *m = context;
	struct cursor *c;

	if (e->probe[0] == '\0')
		return;
	c = cursor_of(m, e->probe);
	if (compare_ids(e->origin, c->last) > 0)
		FIELD_COPY(c->last, e->origin);
}

struct merge *
merge_create(struct store *in, struct store *out, const char *peering)
{
	struct merge *m = mem_alloc(1, sizeof *m);
	char last[48] = "0";

	*m = (struct merge){.in = in, .out = out, .peering = peering};
	store_select(in, "", peering);
	store_events(in, NULL, "0", 0, note_merged, m, last);
	store_events_resume(out, last);
	return m;
}

void
merge_destroy(struct merge *m)
{
	if (!m)
		return;
	free(m->cursors);
	free(m->events);
	free(m);
}

static void
take_event(void *context, const struct event *e)
{
	struct merge *m = context;

	m->waiting |= e->ts_us > m->until_us;
	if (m->waiting)
		return; /* and all after it: a probe's own order stays */
	if (m->event_count == m->event_capacity) {
		m->event_capacity = m->event_capacity ? 2 * m->event_capacity : 64;
		m->events = mem_resize(m->events, m->event_capacity, sizeof *m->events);
	}
	m->events[m->event_count++] = *e;
}

static void
take_probe(struct merge *m, const char *probe)
{
	char last[48], after[48];
	size_t before = m->event_count;

	FIELD_COPY(after, cursor_of(m, probe)->last);
	m->waiting = false;
	store_events(m->in, probe, after, BATCH, take_event, m, last);
	for (size_t i = before; i < m->event_count; i++)
		FIELD_COPY(m->events[i].probe, probe);
	if (m->event_count > before)
		FIELD_COPY(cursor_of(m, probe)->last, m->events[m->event_count - 1].origin);
}

static int
by_time(const void *a, const void *b)
{
	const struct event *left = a, *right = b;
	int probe = strcmp(left->probe, right->probe);

	if (left->ts_us != right->ts_us)
		return left->ts_us < right->ts_us ? -1 : 1;
	return probe ? probe : compare_ids(left->origin, right->origin);
}

size_t
merge_turn(struct merge *m, const struct conf *conf, uint64_t now_us)
{
	m->event_count = 0;
	m->until_us = now_us > WAIT_US ? now_us - WAIT_US : 0;
	for (size_t i = 0; i < conf->site_count; i++) {
		size_t count;
		char **probes;

		store_select(m->in, conf->sites[i].name, m->peering);
		probes = store_ids(m->in, RECORD_PROBE, NULL, &count);
		for (size_t p = 0; p < count; p++)
			take_probe(m, probes[p]);
		store_ids_free(probes, count);
	}
	store_select(m->in, "", m->peering);
	if (m->event_count > 1)
		qsort(m->events, m->event_count, sizeof *m->events, by_time);
	for (size_t i = 0; i < m->event_count; i++)
		store_event(m->out, &m->events[i]);
	return m->event_count;
}
