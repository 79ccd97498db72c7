/*
 * RTP streams in a snapshot: the state of each that got packets in the interval, copied when the
 * ageing hand passes its flow (about once an interval) or the flow leaves. Bounded; what found no
 * room is counted, and comes with a later interval. The aggregator merges them into its book,
 * snap/stream_book.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "state/rtp.h"

struct snap_stream {
	struct addr src, dst;
	uint16_t sport, dport;
	uint16_t link;
	uint8_t dir;             /* enum direction: of its packets */
	bool secure;             /* SRTP, however known */
	bool ended;              /* its flow left the table */
	struct rtp_stream state; /* totals since its first packet */
};

struct snap;

/* Worker: room for one more; NULL and counted when there is none. */
struct snap_stream *snap_stream_add(struct snap *s);
