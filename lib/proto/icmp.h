/*
 * ICMP (RFC 792) and ICMPv6 (RFC 4443): the header, and whether it is an error that quotes the
 * packet it is about. Called by packet.c alone; any thread.
 *
 *    0               8               16              31
 *   +---------------+---------------+---------------+---------------+
 *   |     type      |     code      |           checksum            |
 *   |   echo: identifier, sequence; errors: MTU, pointer, gateway   |
 *   |   echo: data; errors: IP header and first bytes of the packet |
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

enum {
	ICMP_SIZE = 8,
};

struct icmp {
	uint8_t type, code;
	uint16_t id;   /* of queries */
	uint32_t rest; /* the second word: MTU, pointer or gateway of errors */
	bool query;    /* echo or timestamp, request or reply: `id` pairs them */
	bool quotes;   /* an error: the packet it is about follows */
};

/* ICMP_SHORT. */
enum reason icmp_decode(struct cursor *c, struct icmp *out);
enum reason icmp6_decode(struct cursor *c, struct icmp *out);
