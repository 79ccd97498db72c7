/*
 * A sender of G.711 media for tests of what is made of its stream: packets 20 ms apart, each
 * counted by state/rtp as a worker counts them.
 */
#pragma once

#include "base/clock.h"
#include "state/rtp.h"

struct talker {
	uint32_t ssrc;
	struct rtp_stream s;
	uint16_t sequence; /* of the next packet */
};

/* `count` packets from `at_ns` on, `lost` numbers missing before them. */
static inline void
talker_speak(struct talker *x, uint64_t at_ns, uint32_t count, uint32_t lost)
{
	const struct rtp_format pcmu = {0, CODEC_PCMU, 8000};

	x->sequence += (uint16_t)lost;
	for (uint32_t n = 0; n < count; n++) {
		struct rtp_packet p = {.time_ns = at_ns + n * 20 * NS_PER_MS,
		                       .ssrc = x->ssrc,
		                       .wire = 214,
		                       .sequence = x->sequence,
		                       .timestamp = x->sequence * 160u};

		x->sequence++;
		if (x->s.received) {
			rtp_update(&x->s, &p);
			continue;
		}
		rtp_begin(&x->s, &p, 0);
		rtp_set_format(&x->s, &pcmu, RTP_BASIS_STATIC);
	}
}
