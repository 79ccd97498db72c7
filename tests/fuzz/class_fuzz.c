/*
 * A flow's packets, back to back: control byte, then a payload, until the input ends. Control: bit
 * 0 direction, bits 1-3 a port, bit 4 TCP, bit 5 the payload was cut, bits 6-7 length of the
 * payload: 8, 32, 128 or the rest.
 */
#include <assert.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "classify/class.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint16_t ports[8] = {5060, 53, 443, 3478, 4500, 179, 2152, 40000};

static size_t
piece_of(uint8_t control, size_t left)
{
	static const size_t pieces[4] = {8, 32, 128, 1500};
	size_t piece = pieces[control >> 6];

	return piece < left ? piece : left;
}

static void
check(const struct class_state *s, const struct class_state *before, bool changed)
{
	assert(s->class < CLASS_COUNT);
	assert(s->confidence == CONFIDENCE_NONE || s->confidence == CONFIDENCE_PORT ||
	       s->confidence == CONFIDENCE_MAGIC || s->confidence == CONFIDENCE_BOTH);
	assert(s->packets <= CLASS_LOOKS && s->run_length <= CLASS_RUN);
	assert(changed == (s->class != before->class || s->confidence != before->confidence));
	/* what a magic proved is not lost again */
	assert(before->confidence < CONFIDENCE_MAGIC || s->confidence >= CONFIDENCE_MAGIC);
}

static void
one_packet(struct class_state *s, const struct class_rules *rules, uint8_t control,
           const uint8_t *bytes, size_t size)
{
	uint16_t port = ports[control >> 1 & 7];
	bool reverse = control & 1;
	struct class_state before = *s;
	struct packet p = {.proto = control & 0x10 ? IPPROTO_TCP : IPPROTO_UDP,
	                   .flags = PACKET_HAS_IP | PACKET_HAS_PORTS,
	                   .sport = reverse ? port : 40001,
	                   .dport = reverse ? 40001 : port,
	                   .payload_captured = (uint16_t)size,
	                   .payload_size = (uint32_t)size + (control & 0x20 ? 1200 : 0)};
	uint8_t *exact = malloc(size + !size); /* so that one byte too far is seen */

	memcpy(exact, bytes, size);
	check(s, &before, class_look(s, rules, &p, exact, reverse));
	free(exact);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct class_rules rules;
	struct class_state s = {0};

	if (rules.port[CLASS_UDP][53] == 0)
		class_rules_init(&rules, NULL, 0, NULL, 0);
	while (size > 0 && !class_done(&s)) {
		size_t piece = piece_of(data[0], size - 1);

		one_packet(&s, &rules, data[0], data + 1, piece);
		data += 1 + piece;
		size -= 1 + piece;
	}
	return 0;
}
