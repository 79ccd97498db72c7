/*
 * ARP (RFC 826) for Ethernet and IPv4. Called by packet.c for the lengths and by whoever wants the
 * addresses; any thread.
 *
 *    0               16              32
 *   +---------------+---------------+
 *   | hardware type | protocol type |
 *   +-------+-------+---------------+
 *   | hlen  | plen  |   operation   |
 *   +-------+-------+---------------+
 *   | sender hardware, protocol; target hardware, protocol address  |
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/cursor.h"
#include "proto/reason.h"

enum {
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
};

struct arp {
	uint16_t operation;
	bool ipv4; /* Ethernet and IPv4: the addresses below are set */
	uint8_t sender_mac[6], target_mac[6];
	struct addr sender, target;
};

/* ARP_SHORT. */
enum reason arp_decode(struct cursor *c, struct arp *out);
