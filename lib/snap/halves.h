/*
 * Flows of which a link shows one way only, as far as they can be found again: where another link
 * carries the answers, that link shows the other half, and both have the same token. A sketch keeps
 * the halves with the lowest tokens of one link, direction and kind (bottom-k, Cohen and Kaplan,
 * PODC 2007): since a token is by chance, they are a fair sample, and two sketches that both kept
 * all below a bound kept the same flows there. So the share of flows whose other half passes
 * elsewhere is known from a few, however many there are.
 *
 * The worker writes, when the ageing hand passes a flow; the aggregator merges
 * (snap/halves_book.h). Memory: 6 KB a sketch. Cost: of the halves that are passed, few come below
 * the highest token kept; these look for themselves among at most HALVES_KEPT.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct snap;

enum half_kind { HALF_TCP, HALF_MEDIA, HALF_KINDS };
/* "tcp", "media" */
const char *half_kind_name(enum half_kind k);

enum { HALVES_KEPT = 128 };

struct half {
	uint64_t token; /* keyed hash of both ends: the same on every link, for either direction */
	uint64_t packets, bytes; /* frames of it, without FCS */
	uint64_t first_ns, last_ns;
	uint32_t again; /* TCP: segments sent again, since it was first seen */
};

/* All zero: empty. */
struct halves {
	uint32_t count;
	bool cut;       /* there were more: all with tokens below `bound` are here, and no others */
	uint64_t bound; /* valid when cut */
	struct half at[HALVES_KEPT]; /* a heap, the highest token first */
};

/* Whether a half with this token would be kept. */
static inline bool
halves_want(const struct halves *s, uint64_t token)
{
	return !s->cut || token < s->bound;
}

/* Add what was seen of a half; the same token again adds up. */
void halves_add(struct halves *s, const struct half *h);
/* Keep only tokens below `bound`. */
void halves_cut(struct halves *s, uint64_t bound);
/* How many there are, those that found no room included: exact unless cut, else to one part in
 * about sqrt(count). */
double halves_estimate(const struct halves *s);

/* The snapshot's sketch. `dir`: enum direction of the half's packets. */
struct halves *snap_halves(const struct snap *s, uint16_t link, unsigned dir, enum half_kind kind);
