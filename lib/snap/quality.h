/*
 * What went wrong with packets, per meter and direction: loss and on which side of the tap,
 * repetition, disorder, resets, and what the tap itself missed. A meter gets its line on the first
 * thing there is to count (few have one), capped and counted; what every segment counts stands in
 * the meter itself.
 *
 * The worker writes: quality_of() and an increment. The aggregator merges the lines into its book,
 * snap/quality_book.h.
 *
 * Direction is always that of the packets spoken of: a retransmission counts in the direction in
 * which it was sent, a duplicate acknowledgement in the direction of that acknowledgement.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* X(enumerator, name, what) */
#define QUALITY_COUNTS(X)                                                                         \
	X(QUALITY_DATA, "data_segments", "TCP segments that bring new bytes, SYN or FIN")         \
	X(QUALITY_RETRANSMISSIONS, "retransmissions", "TCP segments sent again, any reason")      \
	X(QUALITY_OUT_OF_ORDER, "out_of_order", "TCP segments overtaken by later ones")           \
	X(QUALITY_LOST_BEFORE, "lost_before_tap", "TCP segments that came only when sent again")  \
	X(QUALITY_LOST_AFTER, "lost_after_tap", "TCP segments seen here and sent again for need") \
	X(QUALITY_LOST_UNSIDED, "lost_unsided", "retransmissions whose side could not be told")   \
	X(QUALITY_TAKEN_BACK, "taken_back", "of lost_after_tap, what later proved needless")      \
	X(QUALITY_SPURIOUS, "spurious", "retransmissions of what the receiver had")               \
	X(QUALITY_UNSEEN, "unseen", "TCP segments acknowledged that this tap never saw")          \
	X(QUALITY_COPIES, "copies", "frames that a mirror port showed again")                     \
	X(QUALITY_DUPLICATE_ACKS, "duplicate_acks", "acknowledgements that repeat the last one")  \
	X(QUALITY_KEEP_ALIVES, "keep_alives", "TCP keep-alives")                                  \
	X(QUALITY_ZERO_WINDOW, "zero_window", "TCP segments that close the window")               \
	X(QUALITY_WINDOW_PROBES, "window_probes", "one byte sent into a closed window")           \
	X(QUALITY_OUT_OF_WINDOW, "out_of_window", "TCP segments that the receiver can't take")    \
	X(QUALITY_RESETS, "resets", "TCP resets, by their sender")                                \
	X(QUALITY_MARKED, "ecn_ce", "TCP segments marked Congestion Experienced")                 \
	X(QUALITY_ECN_ECHO, "ecn_echo", "TCP segments that echo a mark")                          \
	X(QUALITY_RTP_PACKETS, "rtp_packets", "RTP packets, duplicates left out")                 \
	X(QUALITY_RTP_LOST, "rtp_lost", "RTP packets missing from their sequence")                \
	X(QUALITY_RTP_DUPLICATES, "rtp_duplicates", "RTP packets seen twice")                     \
	X(QUALITY_RTP_REORDERED, "rtp_reordered", "RTP packets overtaken by later ones")

enum quality_count {
#define X(id, name, what) id,
	QUALITY_COUNTS(X)
#undef X
		QUALITY_COUNT
};

const char *quality_name(enum quality_count c);
const char *quality_what(enum quality_count c);

enum {
	QUALITY_SLOT_MS = 200, /* burst loss is stated per 200 ms: requirements 1.4 */
	QUALITY_SLOTS = 10,    /* two seconds, as SNAP_BINS; what comes later counts in the last */
};

/* RTP of one 200 ms of the interval, counted from its start. */
struct quality_slot {
	uint32_t packets, lost;
};

struct quality_line {
	uint32_t count[QUALITY_COUNT];
	struct quality_slot slots[QUALITY_SLOTS];
	/* interarrival jitter of the streams (RFC 3550 6.4.1): its largest, and the mean's parts */
	uint32_t jitter_max_us, jitter_samples;
	uint64_t jitter_sum_us;
};

struct snap_quality {
	uint32_t meter;
	uint32_t pad;
	struct quality_line dir[2]; /* enum direction */
};

struct snap;

/* Worker: the meter's line of this interval, made on first use; NULL and counted when all are
 * taken, or for BURST_NO_METER. Constant time. */
struct snap_quality *quality_of(struct snap *s, uint32_t meter);
