/* The book's parts among themselves: streams and legs (stream_book.c), outages (stream_gap.c). */
#pragma once

#include "base/hash.h"
#include "base/map.h"
#include "snap/stream_book.h"

/* Where things are found; made anew when ended ones are dropped. */
struct stream_index {
	struct hash_key key;
	uint32_t limit, stream_room, leg_room;
	struct map streams, legs, hosts; /* hosts: legs by both addresses */
	struct map media;                /* streams by all of their key but the link */
};

/* The stream at this place is new there. */
void stream_gap_index(struct stream_book *b, uint32_t at);
/* Its figures are new: what may have been an outage, by this link's packets alone. `before`: the
 * figures until now; no packets: it has just begun. */
void stream_gap_suspect(struct book_stream *s, const struct rtp_figures *before);
/* All streams of the interval are in: outages are those of media that no link carried. */
void stream_gap_settle(struct stream_book *b);
