/*
 * The inspector over any frames: each is a byte that chooses class, transport, side and sequence, a
 * size of two bytes, and its payload. Ends, keeps to its bounds, and frees what it took.
 */
#include <stdlib.h>
#include <string.h>

#include "classify/class.h"
#include "inspect/inspector.h"
#include "proto/protocols.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CONVERSATIONS = 4, WAITING_BYTES = 64 * 1024 };

static const uint8_t classes[8] = {CLASS_SIP,  CLASS_TLS,  CLASS_DNS,  CLASS_QUIC,
                                   CLASS_STUN, CLASS_SRTP, CLASS_TURN, CLASS_DOT};

static void
one(struct inspector *i, uint8_t choice, struct cursor payload, uint32_t seq[2])
{
	bool tcp = choice & 8, reverse = choice & 16, ahead = choice & 32;
	uint32_t size = (uint32_t)cursor_left(&payload), gap = ahead ? 100 : 0;
	struct punt p = {.data = payload.at, .captured = size, .wire = size};

	p.class = classes[choice & 7];
	p.packet.proto = tcp ? PROTO_TCP : PROTO_UDP;
	p.packet.flags = PACKET_HAS_IP | PACKET_HAS_PORTS;
	p.packet.sport = reverse ? 5060 : 1000;
	p.packet.dport = reverse ? 1000 : 5060 + (choice >> 6 & 1);
	p.packet.payload_captured = (uint16_t)size;
	p.packet.payload_size = size + (choice >> 7 & 1);
	p.packet.tcp_seq = seq[reverse] + gap;
	seq[reverse] += ahead ? 0 : size;
	inspector_packet(i, &p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct inspector *i =
		inspector_create(&(struct inspector_params){.conversations = CONVERSATIONS,
	                                                    .names = 8,
	                                                    .calls = 8,
	                                                    .evidence = 16,
	                                                    .waiting_bytes = WAITING_BYTES});
	struct cursor c = cursor_over(data, size);
	uint32_t seq[2] = {0xfffffff0, 7};
	uint64_t forgotten;

	while (cursor_left(&c)) {
		uint8_t choice = cursor_u8(&c);
		size_t wanted = cursor_be16(&c);

		if (wanted > cursor_left(&c))
			wanted = cursor_left(&c);
		one(i, choice, cursor_slice(&c, wanted), seq);
	}
	inspector_finish(i);
	if (inspector_conversations(i, &forgotten) > 2 * CONVERSATIONS ||
	    inspector_census(i)->streams.budget.used > WAITING_BYTES)
		abort();
	inspector_destroy(i);
	return 0;
}
