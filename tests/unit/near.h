/*
 * Numbers within so much of each other. cmocka's assert_float_equal() takes a NaN for anything, so
 * a figure that was never reckoned passes; this does not. Behind cmocka.h.
 */
#pragma once

#include <math.h>

#define assert_near(got, want, within)                         \
	do {                                                   \
		const double got_ = (got), want_ = (want);     \
                                                               \
		if (!(fabs(got_ - want_) <= (within)))         \
			fail_msg("%f is not %f", got_, want_); \
	} while (0)
