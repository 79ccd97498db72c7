/*
 * How much of a subnet's traffic stands how to its declaration, and how much of it counts: only
 * flows that go both ways, or that the peer sends, count against the peer (requirements section 13,
 * R4). Used by the judge of R4 and the detector of undeclared classes. Pure functions.
 */
#pragma once

#include "audit/input.h"
#include "store/standing.h"

struct share {
	double bytes, flows;
};

/* Bytes and flows of a class that count against the peer: what it sends, and of the other
 * direction the part that two-way flows have. Flows: at least as many as the larger of the two-way
 * ones and those begun by the peer (their overlap is not known). */
struct share share_counted(const struct input_class *c);

/* Whether the contract says what a prefix of the peer carries: an entry around it, finer ones
 * inside it, or default_subnet. */
bool share_listed(const struct conf *conf, const struct prefix *p);

enum standing share_standing(const struct conf *conf, const struct input_subnet *s,
                             const struct input_class *c);

struct shares {
	struct share of[STANDING_COUNT]; /* undeclared: counted; the others: all */
	struct share all;                /* counted or not */
	bool tolerated_over; /* tolerated classes exceed their share: they count as undeclared */
};
struct shares share_sum(const struct conf *conf, const struct input_subnet *s);
