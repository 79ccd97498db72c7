/*
 * The two tables of the classifier: what a port promises, and which magics are worth a try on any
 * port. class_rules_init() indexes both; class_look() walks the rows that the index names. Tests
 * and documents read the tables as they are.
 */
#pragma once

#include <stdint.h>

#include "classify/class.h"
#include "classify/magic.h"

/* What the port alone is worth, before any payload was seen or while none fits. */
enum port_alone {
	PORT_NEVER, /* a false answer would be worse than unknown: only with the magic */
	PORT_OPENS, /* until a payload contradicts: each datagram or stream would show the magic */
	PORT_HOLDS, /* contents may be unreadable, or joined in the middle: 0.5 stays */
};

/* A port has one or more rows, which stand together; the first that fits counts. */
struct port_rule {
	uint8_t transport; /* CLASS_UDP or CLASS_TCP */
	uint8_t class;
	uint8_t alone;   /* enum port_alone */
	uint8_t max_ttl; /* the port counts only for packets with at most this TTL; 0: any */
	uint16_t from, to;
	magic_fn *magic;   /* NULL: none, the port is all there is */
	stride_fn *stride; /* or a behaviour; NULL */
};

struct magic_rule {
	uint8_t transport;
	uint8_t first_from, first_to; /* range of the payload's first byte */
	uint8_t class;
	uint8_t confidence; /* enum class_confidence: weak patterns give no more than a port */
	magic_fn *magic;
	int16_t sixth; /* what the payload's sixth byte must be, or MAGIC_ANY */
};

enum { MAGIC_ANY = -1 };

/* Row 0 is "no rule"; terminated by a row with class CLASS_COUNT. */
extern const struct port_rule class_port_rules[];
extern const struct magic_rule class_magic_rules[];

/* Rows that configured ports get: SIP over UDP and TCP, SIP over TLS. */
extern const uint8_t class_rule_sip_udp, class_rule_sip_tcp, class_rule_sips_tcp;
