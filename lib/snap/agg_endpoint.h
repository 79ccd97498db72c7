/*
 * The aggregate's endpoints: an address on a side, its flows of all links and workers put together,
 * its roles' evidence and a sample of its round trips and losses. A bounded table with a keyed
 * hash, as strangers fill it; what finds no place is counted. Called by the aggregate while it
 * merges and closes, by whoever carries totals over, and by exporters between; one thread.
 */
#pragma once

#include "snap/aggregate.h"

/* The endpoint, borrowed until the next merge; NULL: not seen on this side, or no room for it. */
const struct agg_endpoint *agg_endpoint_find(const struct aggregate *a, const struct addr *addr,
                                             uint8_t side);
/* Put a known endpoint with its totals into the table; false when it is full. */
bool agg_endpoint_adopt(struct aggregate *a, const struct agg_endpoint *e);
/* What one worker's flows say of an endpoint on one link. */
void agg_endpoint_merge(struct aggregate *a, const struct snap_endpoint *from);
/* A worker's sampled round trips and losses (snap/sample.h), losses by their weight. */
void agg_endpoint_merge_samples(struct aggregate *a, const struct snap *s);
/* Once all streams are in (stream_book_close()): what is missing from one was lost on its sender's
 * side. */
void agg_endpoint_add_media_loss(struct aggregate *a);
