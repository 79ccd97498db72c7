/*
 * What a relay carries for its client (RFC 8656): ChannelData (section 12.4), or the DATA attribute
 * of a Send or Data indication (sections 11.3, 11.4, 18.4). Any thread; a few loads.
 *
 *   |0 1| channel 0x4000-0x4fff     |  length                       | data
 *
 *   |  0x0016 Send or 0x0017 Data   |  length                       | cookie, transaction id
 *   |  0x0012 XOR-PEER-ADDRESS      |  length                       | address …
 *   |  0x0013 DATA                  |  length                       | data, padded to 4 …
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"

enum { TURN_SEND_INDICATION = 0x0016, TURN_DATA_INDICATION = 0x0017 };

struct turn_data {
	struct cursor bytes; /* borrowed; what was captured of them */
	uint32_t size;       /* as sent */
};

/* Whether a message of this type is a Send or Data indication. */
static inline bool
turn_is_indication(uint16_t type)
{
	return type == TURN_SEND_INDICATION || type == TURN_DATA_INDICATION;
}

/* False: the datagram carries nothing for a client. */
bool turn_data_find(struct cursor datagram, struct turn_data *out);
