/*
 * The aggregator's book of voice: RTP streams as the workers' snapshots tell of them, and media
 * legs. A leg is what two endpoints send each other: the streams of one pair of addresses and
 * ports, or two one-way flows between the same hosts (each side sending from another port than it
 * receives on). Legs stand on their own, whether or not anybody's signalling can be read.
 *
 * Bounded: streams and legs that ended are forgotten STREAM_BOOK_KEPT_US later, and what finds no
 * room is counted. One thread; times are the packet clock's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "measure/mos.h"
#include "state/rtp.h"

enum leg_signalling { LEG_NO_SIGNALLING, LEG_ENCRYPTED, LEG_SIP };
/* "none", "encrypted", "sip" */
const char *leg_signalling_name(enum leg_signalling s);

#define STREAM_BOOK_KEPT_US (600 * 1000000ull)
#define LEG_SILENT_US (60 * 1000000ull) /* then it has ended; the flow table's idle time of UDP */
#define LEG_ONE_WAY_US (5 * 1000000ull) /* of media one way only, before it is called so */

#define BOOK_NONE UINT32_MAX

/* Media was away: its last packet before, its first after, and the links that they were on. A
 * stream's snapshot may be an interval old, so one that other links may have carried meanwhile
 * waits for their next ones. */
enum stream_gap_state { GAP_NONE, GAP_SUSPECTED, GAP_WAITS, GAP_OUTAGE };
struct stream_gap {
	uint64_t from_ns, until_ns;
	uint16_t from_link, until_link;
	uint8_t state; /* enum stream_gap_state; an outage for one interval */
};

struct book_stream {
	uint64_t id; /* of its key: the same from run to run */
	struct addr src, dst;
	uint16_t sport, dport, link;
	uint8_t dir; /* enum direction */
	bool secure;
	bool ended;
	bool changed; /* in the last interval */
	bool began;   /* the same; also when its flow left and came again */
	uint32_t leg; /* in the book's legs */
	struct rtp_figures r;
	struct mos mos;
	uint64_t last_packets; /* of the last interval */
	int64_t last_lost;     /* the same; below 0: packets came that were taken for lost */
	struct stream_gap gap; /* that became known in it */
};

struct book_leg {
	uint64_t id;
	struct addr a, b; /* a sent first */
	uint16_t a_port, b_port;
	uint16_t link;      /* that brought its newest packet */
	uint8_t signalling; /* enum leg_signalling */
	bool secure;
	bool ended;
	bool changed;              /* in the last interval */
	bool one_way;              /* now, or at its end: for longer than LEG_ONE_WAY_US */
	bool told_end;             /* the exporter's: its end was written */
	uint64_t start_us, end_us; /* first and last packet */
	uint64_t gap_us;           /* longest outage of its media, over all links */
	uint64_t packets, lost;
	uint32_t stream[2]; /* the longest one a sent, b sent; BOOK_NONE: none */
};

struct stream_book {
	struct book_stream *streams;
	struct book_leg *legs;
	uint32_t stream_count, leg_count;
	uint64_t refused; /* streams that found no room, since start */
	bool keep;        /* the owner's: nothing is forgotten (captures) */
	/* of the last interval */
	uint32_t active_legs, one_way_legs;
	uint32_t outages;           /* streams whose outage became known */
	struct stream_index *index; /* private */
};

/* At most `limit` streams, and as many legs. */
struct stream_book *stream_book_create(uint32_t limit);
void stream_book_destroy(struct stream_book *b);

struct snap;
/* The first snapshot of an interval is about to come. */
void stream_book_open(struct stream_book *b);
void stream_book_merge(struct stream_book *b, const struct snap *s);
/* The interval is whole. `is_encrypted`: whether the host's signalling goes over TLS; NULL: nobody
 * knows. */
typedef bool stream_host_fn(void *context, const struct addr *host);
void stream_book_close(struct stream_book *b, uint64_t end_us, stream_host_fn *is_encrypted,
                       void *context);

/* How bad it sounded, 0 … 100, to sort by: what is missing to the best rating; where no rating is
 * known, four for each percent lost, as G.711 would. */
double stream_badness(const struct book_stream *s);
