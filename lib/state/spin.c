#include "state/spin.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "state/flow.h"

enum {
	TICK_BITS = 8,      /* time is kept in 256 ns; wraps after 18 minutes */
	DOUBT_START = 128,  /* a connection begins under suspicion, */
	DOUBT_WRONG = 16,   /* each change that proves wrong adds to it, */
	DOUBT_TRUSTED = 32, /* each packet as expected takes one off; no sample above this */
	DOUBT_MOST = 200,
	ODD_MOST = 16, /* packets in a row against what is held true: it is not true any more */
	SILENT_ROUNDS = 4,
};
#define TICKS(ns) ((uint32_t)((ns) >> TICK_BITS))
#define QUIET_TICKS TICKS(2 * NS_PER_S)
#define SILENT_TICKS TICKS(40 * NS_PER_MS)

/* Bits of place.state; those of a side stand at << side. */
enum {
	VALUE = 1 << 0,   /* what it sends now */
	KNOWN = 1 << 2,   /* it sent something */
	TIMED = 1 << 4,   /* its edge_at is valid */
	WAITING = 1 << 6, /* its change awaits a second packet */
	TURN = 1 << 8,    /* the next change is its own; of neither: nothing is known yet */
};

struct place {
	uint32_t tag;        /* of the connection; 0: free */
	uint32_t edge_at[2]; /* ticks, of the side's last change */
	uint32_t seen_at[2]; /* of its last packet */
	uint32_t waiting_at; /* of the change that waits */
	uint32_t least;      /* the shortest round of both sides; 0: none yet */
	uint16_t state;
	uint8_t doubt, odd;
};
static_assert(sizeof(struct place) == 32, "two places in a cache line");

struct spin_table {
	struct place *places;
	uint32_t mask;
};

struct spin_table *
spin_table_create(uint32_t places)
{
	struct spin_table *t = mem_alloc(1, sizeof *t);

	assert(places && (places & (places - 1)) == 0);
	t->mask = places - 1;
	t->places = mem_map(places * sizeof *t->places, true);
	if (t->places)
		return t;
	log_error("state", "no memory for the spin bits of %u connections", places);
	free(t);
	return NULL;
}

void
spin_table_destroy(struct spin_table *t)
{
	if (!t)
		return;
	mem_unmap(t->places, spin_table_size(t));
	free(t);
}

size_t
spin_table_size(const struct spin_table *t)
{
	return ((size_t)t->mask + 1) * sizeof *t->places;
}

/* A table that strangers can fill harms nobody but their neighbours: a plain multiplicative hash
 * (Knuth, volume 3, 6.4). */
static uint64_t
hash_of(const struct flow *f)
{
	return (f->key[0] ^ f->key[1] * 0xff51afd7ed558ccdull) * 0x9e3779b97f4a7c15ull;
}

static struct place *
place_of(const struct spin_table *t, uint64_t hash)
{
	return &t->places[hash >> 40 & t->mask];
}

void
spin_prefetch(const struct spin_table *t, const struct flow *f)
{
	__builtin_prefetch(place_of(t, hash_of(f)), 1);
}

static bool
has(const struct place *s, unsigned bit, unsigned side)
{
	return s->state & bit << side;
}

static void
put(struct place *s, unsigned bit, unsigned side, bool on)
{
	s->state = (uint16_t)(on ? s->state | bit << side : s->state & ~(bit << side));
}

static void
doubt(struct place *s)
{
	s->doubt = s->doubt + DOUBT_WRONG < DOUBT_MOST ? (uint8_t)(s->doubt + DOUBT_WRONG)
	                                               : DOUBT_MOST;
}

/* Nothing is known of turns and times. */
static void
forget(struct place *s)
{
	s->state = 0;
	s->odd = 0;
	if (s->doubt < DOUBT_START)
		s->doubt = DOUBT_START;
}

/* The place of a connection, taken when it is free or its owner is quiet; NULL: it is not. */
static struct place *
place_take(struct spin_table *t, const struct flow *f, uint32_t now)
{
	uint64_t hash = hash_of(f);
	struct place *s = place_of(t, hash);
	uint32_t tag = (uint32_t)hash | 1;

	if (s->tag == tag)
		return s;
	if (s->tag && (now - s->seen_at[0] < QUIET_TICKS || now - s->seen_at[1] < QUIET_TICKS))
		return NULL;
	*s = (struct place){.tag = tag, .doubt = DOUBT_START, .seen_at = {now, now}};
	return s;
}

static void
round_take(struct place *s, unsigned side)
{
	uint32_t round = s->waiting_at - s->edge_at[side];

	if (has(s, TIMED, side) && (!s->least || round < s->least))
		s->least = round;
}

/* The change of `side` that waited is one. True: it ended a round trip of `*ticks`. */
static bool
edge_take(struct place *s, unsigned side, uint32_t *ticks)
{
	unsigned other = !side;
	bool is_sample = has(s, TURN, side) && has(s, TIMED, other) && s->doubt <= DOUBT_TRUSTED;

	*ticks = s->waiting_at - s->edge_at[other];
	round_take(s, side);
	put(s, WAITING, side, false);
	put(s, VALUE, side, !has(s, VALUE, side));
	s->edge_at[side] = s->waiting_at;
	put(s, TIMED, side, true);
	put(s, TURN, side, false);
	put(s, TURN, other, true);
	return is_sample;
}

/* Its turn. Who takes turns stays client or server: one makes the values equal, one unequal. */
static bool
may_change(const struct place *s, unsigned side)
{
	return has(s, TURN, side) || !has(s, TURN, !side);
}

static void
change_wait(struct place *s, unsigned side, uint32_t now)
{
	if (!may_change(s, side)) {
		doubt(s);
		if (++s->odd >= ODD_MOST)
			forget(s);
		return;
	}
	put(s, WAITING, side, true);
	s->waiting_at = now;
}

/* The same value again. */
static void
same_take(struct place *s, unsigned side)
{
	s->odd = 0;
	if (has(s, WAITING, side)) {
		put(s, WAITING, side, false);
		doubt(s);
	} else if (s->doubt) {
		s->doubt--;
	}
}

bool
spin_packet(struct spin_table *t, const struct flow *f, unsigned sender, bool bit, uint64_t now_ns,
            uint64_t *ns, unsigned *to)
{
	uint32_t now = TICKS(now_ns), ticks = 0, quiet;
	struct place *s = place_take(t, f, now);
	bool is_sample = false;
	unsigned own;

	if (!s)
		return false;
	quiet = now - s->seen_at[sender];
	s->seen_at[sender] = now;
	if (quiet > SILENT_TICKS && s->least &&
	    quiet - SILENT_TICKS > SILENT_ROUNDS * (uint64_t)s->least)
		s->state = 0; /* whose turn it is now, and since when, was not seen */
	own = s->state >> sender;
	if (!(own & KNOWN)) {
		put(s, KNOWN, sender, true);
		put(s, VALUE, sender, bit);
		return false;
	}
	if (bit == (own & VALUE)) {
		same_take(s, sender);
		return false;
	}
	*to = has(s, WAITING, sender) ? sender : !sender;
	if (has(s, WAITING, *to))
		is_sample = edge_take(s, *to, &ticks);
	if (*to != sender && has(s, KNOWN, !sender))
		change_wait(s, sender, now);
	*ns = (uint64_t)ticks << TICK_BITS;
	return is_sample;
}
