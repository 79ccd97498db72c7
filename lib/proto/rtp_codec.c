#include "proto/rtp_codec.h"

static const struct {
	const char *name;
	uint32_t clock_hz;
} codecs[CODEC_COUNT] = {
#define RTP_CODEC_ROW(id, text, clock) [CODEC_##id] = {text, clock},
	RTP_CODEC_TABLE(RTP_CODEC_ROW)
#undef RTP_CODEC_ROW
};

/* RFC 3551 tables 4 and 5. */
static const struct rtp_format by_type[RTP_PT_STATIC_END] = {
	[0] = {0, CODEC_PCMU, 8000},    [3] = {3, CODEC_GSM, 8000},
	[4] = {4, CODEC_G723, 8000},    [5] = {5, CODEC_DVI4, 8000},
	[6] = {6, CODEC_DVI4, 16000},   [7] = {7, CODEC_LPC, 8000},
	[8] = {8, CODEC_PCMA, 8000},    [9] = {9, CODEC_G722, 8000},
	[10] = {10, CODEC_L16, 44100},  [11] = {11, CODEC_L16, 44100},
	[12] = {12, CODEC_QCELP, 8000}, [RTP_PT_CN] = {RTP_PT_CN, CODEC_CN, 8000},
	[14] = {14, CODEC_MPA, 90000},  [15] = {15, CODEC_G728, 8000},
	[16] = {16, CODEC_DVI4, 11025}, [17] = {17, CODEC_DVI4, 22050},
	[18] = {18, CODEC_G729, 8000},  [RTP_PT_CN_OLD] = {RTP_PT_CN_OLD, CODEC_CN, 8000},
	[25] = {25, CODEC_CELB, 90000}, [26] = {26, CODEC_JPEG, 90000},
	[28] = {28, CODEC_NV, 90000},   [31] = {31, CODEC_H261, 90000},
	[32] = {32, CODEC_MPV, 90000},  [33] = {33, CODEC_MP2T, 90000},
	[34] = {34, CODEC_H263, 90000},
};

const char *
rtp_codec_name(uint8_t codec)
{
	return codecs[codec < CODEC_COUNT ? codec : CODEC_OTHER].name;
}

uint8_t
rtp_codec_find(struct slice name)
{
	for (uint8_t c = CODEC_OTHER + 1; c < CODEC_COUNT; c++)
		if (slice_equal_nocase(name, codecs[c].name))
			return c;
	return CODEC_OTHER;
}

uint32_t
rtp_codec_clock(uint8_t codec)
{
	return codec < CODEC_COUNT ? codecs[codec].clock_hz : 0;
}

struct rtp_format
rtp_codec_static(uint8_t payload_type)
{
	struct rtp_format f = {.payload_type = payload_type};

	if (payload_type < RTP_PT_STATIC_END)
		f = by_type[payload_type];
	f.payload_type = payload_type;
	return f;
}
