#include "inspect/token_ids.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"

enum {
	ENOUGH = 32,      /* pairs; 1024 of 65536 each by chance */
	TURNS = 8,        /* between flows */
	FLOW_PACKETS = 8, /* of each of two flows */
	STEP_MAX = 1024,  /* packets that a router makes in the time between two that are seen */
	REORDER = 8,      /* members of a LAG may swap neighbours */
	APART_NS = 2000000000,
};

static uint16_t
swapped(uint16_t id)
{
	return (uint16_t)(id << 8 | id >> 8);
}

/* Forward by as much as a counter may go, or back by as much as the wire may swap. */
static bool
counts_on(uint16_t from, uint16_t to)
{
	uint16_t step = (uint16_t)(to - from);

	return (step && step <= STEP_MAX) || step >= (uint16_t)-REORDER;
}

static unsigned
flow_of(struct token_ids *t, uint64_t key, uint64_t now_ns)
{
	unsigned at = 0;

	for (unsigned i = 0; i < TOKEN_ID_FLOWS; i++) {
		if (t->flow[i].key == key)
			return i;
		if (t->flow[i].last_ns < t->flow[at].last_ns)
			at = i;
	}
	t->flow[at].key = key;
	t->flow[at].last_ns = now_ns;
	t->flow[at].packets = 0;
	return at;
}

static void
note_step(struct token_ids *t, unsigned order, uint16_t from, uint16_t to)
{
	uint16_t step = (uint16_t)(to - from);

	if (counts_on(from, to))
		t->way[order] += step <= STEP_MAX ? step : 0;
	else
		t->wrong[order]++;
}

static void
note_pair(struct token_ids *t, unsigned flow, uint64_t now_ns, uint16_t id)
{
	if (!t->packets || now_ns > t->last_ns + APART_NS)
		return;
	t->pairs++;
	t->turns += flow != t->last_flow;
	note_step(t, 0, t->last, id);
	note_step(t, 1, swapped(t->last), swapped(id));
}

static void
note_flow(struct token_ids *t, unsigned flow, uint64_t now_ns, uint16_t id)
{
	uint16_t next[2];

	next[0] = (uint16_t)(t->flow[flow].last + 1);
	next[1] = swapped((uint16_t)(swapped(t->flow[flow].last) + 1));
	if (t->flow[flow].packets && t->flow[flow].others)
		t->alone += id == next[0] || id == next[1];
	for (unsigned i = 0; i < TOKEN_ID_FLOWS; i++)
		t->flow[i].others |= i != flow;
	t->flow[flow].others = false;
	t->flow[flow].last = id;
	t->flow[flow].last_ns = now_ns;
	t->flow[flow].packets++;
}

static void
keep(struct token_ids *t, uint64_t now_ns, uint16_t id)
{
	uint64_t us = now_ns / NS_PER_US;

	if (t->kept_count && us < t->kept[t->kept_count - 1].us + US_PER_S)
		return;
	if (t->kept_count == TOKEN_ID_KEPT)
		for (unsigned i = 0; i + 1 < t->kept_count; i++)
			t->kept[i] = t->kept[i + 1];
	else
		t->kept_count++;
	t->kept[t->kept_count - 1].us = us;
	t->kept[t->kept_count - 1].id = id;
}

void
token_ids_add(struct token_ids *t, uint64_t key, uint64_t now_ns, uint16_t id)
{
	unsigned flow = flow_of(t, key, now_ns);

	note_pair(t, flow, now_ns, id);
	note_flow(t, flow, now_ns, id);
	t->zeros += id == 0;
	t->packets++;
	t->last_ns = now_ns;
	t->last = id;
	t->last_flow = flow;
	keep(t, now_ns, id);
}

enum token_ids_kind
token_ids_kind(const struct token_ids *t)
{
	unsigned flows = 0;

	if (t->packets >= ENOUGH && t->zeros == t->packets)
		return TOKEN_IDS_ZERO;
	for (unsigned i = 0; i < TOKEN_ID_FLOWS; i++)
		flows += t->flow[i].packets >= FLOW_PACKETS;
	if (t->pairs < ENOUGH || t->turns < TURNS || flows < 2)
		return TOKEN_IDS_UNKNOWN;
	if (t->alone * 4 > t->turns) /* a packet that was overtaken may look so */
		return TOKEN_IDS_PER_FLOW;
	if (t->wrong[0] && t->wrong[1])
		return TOKEN_IDS_PER_FLOW;
	if (t->wrong[0] || (!t->wrong[1] && t->way[1] < t->way[0]))
		return TOKEN_IDS_SWAPPED;
	return TOKEN_IDS_COUNTER;
}

const char *
token_ids_name(enum token_ids_kind kind)
{
	switch (kind) {
	case TOKEN_IDS_ZERO:
		return "zero";
	case TOKEN_IDS_PER_FLOW:
		return "per-flow";
	case TOKEN_IDS_COUNTER:
	case TOKEN_IDS_SWAPPED:
		return "counter";
	default:
		return "";
	}
}

void
token_ids_join(const struct token_ids *t, char *to, size_t size)
{
	enum token_ids_kind kind = token_ids_kind(t);
	size_t used = 0;

	to[0] = '\0';
	if (kind != TOKEN_IDS_COUNTER && kind != TOKEN_IDS_SWAPPED)
		return;
	for (unsigned i = 0; i < t->kept_count && used < size; i++) {
		uint16_t id = t->kept[i].id;

		used += (size_t)snprintf(to + used, size - used, "%s%" PRIu64 ":%u",
		                         used ? "," : "", t->kept[i].us,
		                         kind == TOKEN_IDS_SWAPPED ? swapped(id) : id);
	}
}
