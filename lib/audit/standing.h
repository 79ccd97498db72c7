/*
 * How a traffic class stands in a subnet's declaration, and how much of it counts: only flows that
 * go both ways, or that the peer sends, count against the peer (requirements section 13, R4). Used
 * by the judge of R4 and the detector of undeclared classes. Pure functions.
 */
#pragma once

#include "audit/input.h"

enum standing {
	STANDING_DECLARED,
	STANDING_TOLERATED,
	STANDING_UNDECLARED,
	STANDING_UNCLASSIFIED,
	STANDING_COUNT
};

/* By name alone; whether tolerated classes keep below their share is standing_sums' matter. */
enum standing standing_of(const struct conf *conf, const struct conf_subnet *subnet,
                          const char *class_name);

struct standing_sum {
	double bytes, flows;
};

/* Bytes and flows of a class that count against the peer: what it sends, and of the other
 * direction the share that two-way flows have. Flows: at least as many as the larger of the two-way
 * ones and those begun by the peer (their overlap is not known). */
struct standing_sum standing_counted(const struct input_class *c);

struct standing_sums {
	struct standing_sum of[STANDING_COUNT]; /* undeclared: counted; the others: all */
	double bytes, flows;                    /* everything, counted or not */
	bool tolerated_over; /* tolerated classes exceed their share: they count as undeclared */
};
struct standing_sums standing_sum_up(const struct conf *conf, const struct input_subnet *s);
