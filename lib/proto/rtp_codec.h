/*
 * What payload types and codec names mean: the static payload types of RFC 3551 section 6, and the
 * names that SDP gives to dynamic ones (IANA "RTP Payload Format Media Types"). One table; a codec
 * that is not in it is CODEC_OTHER, whose name nobody keeps. Constant, any thread.
 */
#pragma once

#include <stdint.h>

#include "base/slice.h"

/* id, name as IANA writes it, clock in Hz where the name alone fixes it (0: SDP says it) */
#define RTP_CODEC_TABLE(X)                                                    \
	X(UNKNOWN, "unknown", 0)                                              \
	X(OTHER, "other", 0)                                                  \
	X(PCMU, "PCMU", 8000)                                                 \
	X(PCMA, "PCMA", 8000)                                                 \
	X(G722, "G722", 8000) /* samples at 16 kHz: RFC 3551 section 4.5.2 */ \
	X(G723, "G723", 8000)                                                 \
	X(G728, "G728", 8000)                                                 \
	X(G729, "G729", 8000)                                                 \
	X(G729D, "G729D", 8000)                                               \
	X(G729E, "G729E", 8000)                                               \
	X(G7291, "G7291", 16000)                                              \
	X(G7221, "G7221", 16000)                                              \
	X(G726_16, "G726-16", 8000)                                           \
	X(G726_24, "G726-24", 8000)                                           \
	X(G726_32, "G726-32", 8000)                                           \
	X(G726_40, "G726-40", 8000)                                           \
	X(AAL2_G726_16, "AAL2-G726-16", 8000)                                 \
	X(AAL2_G726_24, "AAL2-G726-24", 8000)                                 \
	X(AAL2_G726_32, "AAL2-G726-32", 8000)                                 \
	X(AAL2_G726_40, "AAL2-G726-40", 8000)                                 \
	X(GSM, "GSM", 8000)                                                   \
	X(GSM_EFR, "GSM-EFR", 8000)                                           \
	X(GSM_HR, "GSM-HR-08", 8000)                                          \
	X(AMR, "AMR", 8000)                                                   \
	X(AMR_WB, "AMR-WB", 16000)                                            \
	X(EVS, "EVS", 16000)                                                  \
	X(SILK, "SILK", 0)                                                    \
	X(OPUS, "opus", 48000)                                                \
	X(ILBC, "iLBC", 8000)                                                 \
	X(SPEEX, "speex", 0)                                                  \
	X(RTAUDIO, "x-msrta", 0)                                              \
	X(DVI4, "DVI4", 0)                                                    \
	X(LPC, "LPC", 8000)                                                   \
	X(QCELP, "QCELP", 8000)                                               \
	X(L8, "L8", 0)                                                        \
	X(L16, "L16", 0)                                                      \
	X(L24, "L24", 0)                                                      \
	X(MPA, "MPA", 90000)                                                  \
	X(MP4A_LATM, "MP4A-LATM", 0)                                          \
	X(CN, "CN", 0)                                                        \
	X(TELEPHONE_EVENT, "telephone-event", 0)                              \
	X(TONE, "tone", 0)                                                    \
	X(RED, "red", 0)                                                      \
	X(RTX, "rtx", 0)                                                      \
	X(ULPFEC, "ulpfec", 0)                                                \
	X(FLEXFEC, "flexfec", 0)                                              \
	X(T140, "t140", 1000)                                                 \
	X(CELB, "CelB", 90000)                                                \
	X(JPEG, "JPEG", 90000)                                                \
	X(NV, "nv", 90000)                                                    \
	X(H261, "H261", 90000)                                                \
	X(MPV, "MPV", 90000)                                                  \
	X(MP2T, "MP2T", 90000)                                                \
	X(H263, "H263", 90000)                                                \
	X(H263_1998, "H263-1998", 90000)                                      \
	X(H263_2000, "H263-2000", 90000)                                      \
	X(H264, "H264", 90000)                                                \
	X(H264UC, "X-H264UC", 90000)                                          \
	X(H265, "H265", 90000)                                                \
	X(MP4V_ES, "MP4V-ES", 90000)                                          \
	X(VP8, "VP8", 90000)                                                  \
	X(VP9, "VP9", 90000)                                                  \
	X(AV1, "AV1", 90000)

enum rtp_codec {
#define RTP_CODEC_ENUM(id, name, clock) CODEC_##id,
	RTP_CODEC_TABLE(RTP_CODEC_ENUM)
#undef RTP_CODEC_ENUM
		CODEC_COUNT
};

enum {
	RTP_PT_STATIC_END = 35,    /* RFC 3551 section 6: below are fixed or reserved */
	RTP_PT_DYNAMIC_BEGIN = 96, /* from here on SDP decides */
	RTP_PT_CN = 13,            /* RFC 3389 */
	RTP_PT_CN_OLD = 19,        /* its number in drafts; still sent */
};

/* A payload type's meaning in one session. */
struct rtp_format {
	uint8_t payload_type;
	uint8_t codec;     /* enum rtp_codec */
	uint32_t clock_hz; /* 0: not known */
};

/* Never NULL. */
const char *rtp_codec_name(uint8_t codec);
/* By name, letter case ignored; CODEC_OTHER when it is not in the table. */
uint8_t rtp_codec_find(struct slice name);
/* Clock that the name alone fixes; 0: none. */
uint32_t rtp_codec_clock(uint8_t codec);
/* What RFC 3551 fixes; CODEC_UNKNOWN and clock 0 for dynamic and reserved types. */
struct rtp_format rtp_codec_static(uint8_t payload_type);
