/*
 * TCP state under any sequence of segments: two flows, a small pool, so that trouble is taken over
 * all the time. Each segment is 8 bytes of input: flow and direction, flags, jumps of sequence and
 * acknowledgement, size, time, options. What holds whatever comes: no read out of bounds, samples
 * within their array, a segment told lost on one side only, and the pools' counts right at the end.
 */
#include <assert.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "state/tcp.h"

enum { STEP = 8, FLOWS = 3 };

struct host {
	uint32_t seq;
};

static uint8_t
put_options(uint8_t kind, uint32_t a, uint32_t b, uint8_t at[40])
{
	memset(at, 1, 40);
	if (kind & 1) {
		memcpy(at, "\1\1\10\12", 4);
		store_be32(at + 4, a);
		store_be32(at + 8, b);
	}
	if (kind & 2) {
		memcpy(at + 12, "\1\1\5\22", 4);
		for (unsigned i = 0; i < 4; i++)
			store_be32(at + 16 + 4 * i, (i & 1 ? a : b) + i * 100);
	}
	return (uint8_t)(kind & 2 ? 32 : kind & 1 ? 12 : kind & 4 ? 40 : 0);
}

static uint32_t
jump(uint8_t by, uint32_t size)
{
	static const int32_t jumps[8] = {0, 0, 0, 1000, -1000, -1, 100000, INT32_MAX};

	return (uint32_t)jumps[by & 7] + (by >> 3 & 3) * size;
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t size)
{
	struct tcp_pool *pool = tcp_pool_create(
		&(struct tcp_pool_params){.flows = FLOWS, .keep = size && in[0] & 0x80});
	struct flow flows[FLOWS] = {0};
	struct host hosts[FLOWS][2] = {0};
	uint64_t now = 1768471200ull * NS_PER_S;
	struct tcp_report report;

	assert(pool);
	for (; size >= STEP; in += STEP, size -= STEP) {
		unsigned f = (in[0] & 0x7f) % FLOWS, from = in[0] >> 4 & 1;
		struct host *me = &hosts[f][from], *peer = &hosts[f][!from];
		struct packet p = {.ip_version = in[1] & 0x80 ? 6 : 4,
		                   .proto = 6,
		                   .tos = in[7] & 3,
		                   .tcp_flags = in[1] & 0x7f,
		                   .tcp_window = (uint16_t)(in[7] >> 4 << 8),
		                   .fragment_id = in[6]};
		uint8_t frame[60] = {0};
		struct tcp_news news;
		uint32_t sides;

		p.payload_size = (uint32_t)(in[4] & 0x0f) * 100 + (in[4] >> 7);
		p.tcp_seq = me->seq + jump(in[2], p.payload_size);
		p.tcp_ack = peer->seq + jump(in[3], 100);
		p.tcp_options_size = put_options(in[5] & 7, in[6], in[2], frame + 20);
		now += (uint64_t)in[5] >> 3 << (in[4] >> 4 & 7) * 4;
		tcp_prefetch(pool, &flows[f]);
		tcp_segment(pool, &flows[f], &p, frame, from, now, &news);
		if (!(in[2] & 4))
			me->seq = p.tcp_seq + p.payload_size;
		assert(news.sample_count <= TCP_SAMPLES);
		sides = news.saw & (1u << TCP_SAW_LOST_BEFORE | 1u << TCP_SAW_LOST_AFTER |
		                    1u << TCP_SAW_LOST_UNSIDED | 1u << TCP_SAW_SPURIOUS);
		assert((sides & (sides - 1)) == 0);
		assert(!sides || news.saw & 1u << TCP_SAW_RETRANSMISSION);
		if (in[7] == 0xff)
			tcp_release(pool, &flows[f]);
	}
	for (unsigned f = 0; f < FLOWS; f++) {
		if (tcp_report(pool, &flows[f], &report))
			for (unsigned side = 0; side < 2; side++)
				assert(report.count[side][TCP_SAW_LOST_AFTER] < 1u << 31);
		tcp_release(pool, &flows[f]);
	}
	assert(tcp_pool_stats(pool)->connections == 0);
	assert(tcp_pool_stats(pool)->troubled == 0);
	tcp_pool_destroy(pool);
	return 0;
}
