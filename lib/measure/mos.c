#include "measure/mos.h"

#include <math.h>

/*
 * Equipment impairment Ie and packet-loss robustness Bpl, ITU-T G.113 (11/2007) Appendix I: Table
 * I.1 and I.4; wideband Ie,wb from Appendix IV. G.711 with the concealment of its Appendix I, G.729
 * and G.723.1 with silence suppression. Bpl 0: none was published, so the score is known without
 * loss only. SILK, Opus and iLBC have no values in G.113: no score.
 */
static const struct impairment {
	uint8_t codec;
	bool wideband;
	double ie, bpl;
} impairments[] = {
	{CODEC_PCMU, false, 0, 25.1},       {CODEC_PCMA, false, 0, 25.1},
	{CODEC_G729, false, 11, 19.0},      {CODEC_G723, false, 15, 16.1},
	{CODEC_GSM_EFR, false, 5, 10},      {CODEC_GSM, false, 20, 0},
	{CODEC_GSM_HR, false, 23, 0},       {CODEC_G728, false, 7, 0},
	{CODEC_G726_40, false, 2, 0},       {CODEC_G726_32, false, 7, 0},
	{CODEC_G726_24, false, 25, 0},      {CODEC_G726_16, false, 50, 0},
	{CODEC_AAL2_G726_40, false, 2, 0},  {CODEC_AAL2_G726_32, false, 7, 0},
	{CODEC_AAL2_G726_24, false, 25, 0}, {CODEC_AAL2_G726_16, false, 50, 0},
	{CODEC_G722, true, 13, 0},
};

/* G.107 7.7: R with all parameters at their defaults; G.107.1 7.1. */
#define R_DEFAULT 93.2
#define R_DEFAULT_WIDEBAND 129.0
#define WIDEBAND_SCALE 1.29 /* G.107.1 Annex A */

static const struct impairment *
impairment_of(uint8_t codec)
{
	for (unsigned i = 0; i < sizeof impairments / sizeof *impairments; i++)
		if (impairments[i].codec == codec)
			return &impairments[i];
	return NULL;
}

double
mos_of_rating(double r)
{
	if (r <= 0)
		return 1;
	if (r >= 100)
		return 4.5;
	return 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;
}

double
mos_delay_impairment(double delay_ms)
{
	double x = log2(delay_ms / 100);

	if (delay_ms <= 100)
		return 0;
	return 25 * (pow(1 + pow(x, 6), 1.0 / 6) - 3 * pow(1 + pow(x / 3, 6), 1.0 / 6) + 2);
}

/* G.107 7.5, Ie,eff; the wideband model has the same form. */
static double
equipment_impairment(const struct impairment *i, const struct mos_input *in)
{
	double loss = in->loss_ratio * 100, burst = in->burst_ratio > 1 ? in->burst_ratio : 1;

	if (loss <= 0)
		return i->ie;
	return i->ie + (95 - i->ie) * loss / (loss / burst + i->bpl);
}

struct mos
mos_compute(const struct mos_input *in)
{
	const struct impairment *i = impairment_of(in->codec);
	struct mos out = {0};

	if (!i || (in->loss_ratio > 0 && i->bpl <= 0))
		return out;
	out.known = true;
	out.wideband = i->wideband;
	out.r = (i->wideband ? R_DEFAULT_WIDEBAND : R_DEFAULT) -
	        mos_delay_impairment(in->delay_ms) - equipment_impairment(i, in);
	out.score = mos_of_rating(i->wideband ? out.r / WIDEBAND_SCALE : out.r);
	return out;
}

/* Mean length of the runs of lost packets over what it would be at random (G.107 3.5). */
static double
burst_ratio_of(const struct rtp_figures *r, double loss_ratio)
{
	double runs = (double)r->loss_runs;

	return runs > 0 ? (double)r->lost / runs * (1 - loss_ratio) : 1;
}

struct mos
mos_of_stream(const struct rtp_figures *r)
{
	double loss = r->expected ? (double)r->lost / (double)r->expected : 0;

	return mos_compute(&(struct mos_input){.codec = r->codec,
	                                       .loss_ratio = loss,
	                                       .burst_ratio = burst_ratio_of(r, loss),
	                                       .delay_ms = MOS_DELAY_ASSUMED_MS});
}
