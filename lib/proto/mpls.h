/*
 * MPLS label stack (RFC 3032 section 2.1) and the guess at what it carries, which no field tells:
 * IP by its version nibble (RFC 4928 section 3), a pseudowire's control word and channel by theirs
 * (RFC 4385 sections 3 and 5), Ethernet without control word when it looks like it. Called by
 * packet.c alone; any thread.
 *
 *    0                   20    23 24      32
 *   +-------------------+-----+--+-------+
 *   |       label       | TC  |S |  TTL  |      S: bottom of the stack
 */
#pragma once

#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

enum {
	MPLS_SIZE = 4,
	MPLS_LABELS_MAX = 16,
	MPLS_CONTROL_WORD_SIZE = 4,
};

struct mpls {
	uint32_t top, bottom; /* labels */
	uint8_t count;
};

enum mpls_payload {
	MPLS_IPV4,
	MPLS_IPV6,
	MPLS_CONTROL_WORD, /* Ethernet behind a control word */
	MPLS_ETHERNET,
	MPLS_CHANNEL, /* associated channel: OAM, a known end */
	MPLS_OTHER,
};

/* The stack to its bottom. MPLS_SHORT, MPLS_DEEP. */
enum reason mpls_decode(struct cursor *c, struct mpls *out);

/* What stands below a stack whose last label is `bottom`; looks, does not step. */
enum mpls_payload mpls_payload_guess(const struct cursor *c, uint32_t bottom);
