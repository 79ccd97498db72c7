/*
 * How a stream may have sounded: transmission rating R by the E-model (ITU-T G.107, wideband codecs
 * G.107.1) and the mean opinion score that it stands for. Pure functions over counts, any thread.
 *
 * Everything that a passive tap can't know has the model's default: no echo, no noise, handsets,
 * and a mouth-to-ear delay that is assumed (MOS_DELAY_ASSUMED_MS: no impairment yet). So it is a
 * ceiling that codec and loss set, not a verdict on the conversation.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "state/rtp.h"

enum { MOS_DELAY_ASSUMED_MS = 100 };

struct mos {
	bool known;    /* false: the codec, or what loss does to it, has no published values */
	bool wideband; /* R on the scale of G.107.1, whose best is 129 */
	double r;
	double score; /* 1 … 4.5 */
};

struct mos_input {
	uint8_t codec;      /* enum rtp_codec */
	double loss_ratio;  /* 0 … 1 */
	double burst_ratio; /* G.107 3.5: 1 for random loss, more for bursts */
	double delay_ms;    /* one way, mouth to ear */
};

struct mos mos_compute(const struct mos_input *in);

/* Of a stream as the tap saw it. */
struct mos mos_of_stream(const struct rtp_figures *r);

/* G.107 Annex B: the score of a rating. */
double mos_of_rating(double r);
/* G.107 7.4: impairment by delay, echo-free. */
double mos_delay_impairment(double delay_ms);
