/*
 * Any packets a sender can send: streams of one flow in the pool, packet by packet. Each 12 bytes
 * of input are one packet; numbers, times and payload types go where they like. What must hold is
 * arithmetic: everything received is told once, and the sums of the packets are the stream's.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "state/rtp_pool.h"

enum { PACKET = 12, POOL = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rtp_packet
packet_of(const uint8_t *at, uint64_t *now_ns)
{
	/* mostly forward, by up to 6.5 s; capture times may go back */
	*now_ns += (uint64_t)load_be16(at) * 100 * NS_PER_US;
	if (at[11] & 0x80)
		*now_ns -= NS_PER_S;
	return (struct rtp_packet){.time_ns = *now_ns,
	                           .ssrc = at[11] & 3,
	                           .sequence = load_be16(at + 2),
	                           .timestamp = load_be32(at + 4),
	                           .payload_type = at[8] & 0x7f,
	                           .marker = at[8] >> 7,
	                           .wire = load_be16(at + 9)};
}

static void
check(const struct rtp_stream *s)
{
	struct rtp_figures r;

	rtp_read(s, &r);
	assert(r.packets >= r.duplicates + r.strays);
	assert(r.expected >= 1);
	assert(r.lost <= r.expected);
	assert(r.lost == rtp_lost(s));
	assert(r.longest_gap <= r.expected);
	assert(!r.has_jitter || r.clock_hz);
	assert(!r.has_jitter || r.jitter_mean_ns <= r.jitter_max_ns);
	assert(r.burst_density >= 0 && r.burst_density <= 1);
	assert(r.gap_density >= 0 && r.gap_density <= 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rtp_pool *pool = rtp_pool_create(POOL, true);
	uint64_t now_ns = 1700000000 * NS_PER_S;
	uint32_t head = RTP_NO_STREAM;

	for (; size >= PACKET; data += PACKET, size -= PACKET) {
		struct rtp_packet p = packet_of(data, &now_ns);
		unsigned reverse = data[11] >> 2 & 1;
		struct rtp_stream *s = rtp_pool_find(pool, head, p.ssrc, reverse);
		bool is_new = !s;

		if (!s)
			s = rtp_pool_add(pool, &head, &p, reverse);
		if (!s)
			continue;
		if (is_new || s->payload_type != p.payload_type) {
			struct rtp_format f = rtp_codec_static(p.payload_type);

			rtp_set_format(s, &f, RTP_BASIS_STATIC);
		}
		if (!is_new)
			rtp_update(s, &p);
		if (data[11] & 0x40)
			rtp_among(s);
		check(s);
	}
	rtp_pool_release(pool, &head);
	assert(rtp_pool_stats(pool)->used == 0);
	rtp_pool_destroy(pool);
	return 0;
}
