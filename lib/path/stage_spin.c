/*
 * QUIC: the spin bit of short headers tells round trips (state/spin.h).
 */
#include "classify/class.h"
#include "path/stages.h"

/* RFC 9000 section 17.3.1. */
enum { LONG_HEADER = 0x80, SPIN_BIT = 0x20 };

static bool
is_short(const struct burst *b, uint32_t i)
{
	const struct packet *packet = &b->packet[i];

	return b->flow[i] && packet->payload_captured > 0 && b->meter[i] != BURST_NO_METER &&
	       !(packet->flags & PACKET_FRAGMENT_LATER) &&
	       !(b->data[i][packet->payload_offset] & LONG_HEADER);
}

static void
packet_take(struct pipeline *p, const struct burst *b, uint32_t i)
{
	bool bit = b->data[i][b->packet[i].payload_offset] & SPIN_BIT;
	uint64_t ns;
	unsigned to;

	if (spin_packet(p->spin, b->flow[i], b->reverse[i], bit, b->time_ns[i], &ns, &to))
		stage_time(p, b, i, to != b->reverse[i], LATENCY_QUIC_SPIN, ns);
}

void
stage_spin(struct pipeline *p, struct burst *b)
{
	uint64_t spins = todo_mask(b, TODO_SPIN);

	for (uint64_t rest = spins; rest; rest &= rest - 1)
		spin_prefetch(p->spin, b->flow[__builtin_ctzll(rest)]);
	for (uint64_t rest = spins; rest; rest &= rest - 1) {
		uint32_t i = (uint32_t)__builtin_ctzll(rest);

		if (is_short(b, i))
			packet_take(p, b, i);
	}
}
