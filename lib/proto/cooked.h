/*
 * Linux cooked captures, version 1 (LINKTYPE_LINUX_SLL) and 2 (LINKTYPE_LINUX_SLL2), as tcpdump.org
 * describes them. Called by packet.c alone; any thread.
 *
 *   v1  | packet type 2 | ARPHRD 2 | address length 2 | address 8 | protocol 2 |
 *   v2  | protocol 2 | 0 2 | interface 4 | ARPHRD 2 | packet type 1 | length 1 | address 8 |
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

struct cooked {
	uint16_t type; /* an ethertype, unless `llc` */
	bool llc;      /* an 802.2 LLC header follows */
};

/* ETH_SHORT. */
enum reason cooked_decode(struct cursor *c, struct cooked *out);
enum reason cooked2_decode(struct cursor *c, struct cooked *out);
