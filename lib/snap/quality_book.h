/*
 * The aggregator's book of quality: per link, declared subnet and SBC the sums since start and of
 * the last interval, and the windows of 15 s and 200 ms in which Microsoft states its limits for
 * media (requirements 1.4): how many could be judged, how many were over. One thread; what is
 * read between quality_book_close() and the next quality_book_open() is of a whole interval.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "snap/quality.h"

struct conf;
struct snap;
struct meter_table;

/* Limits of a window, from the configuration's thresholds. */
struct quality_limits {
	uint64_t window_us;     /* length of a window */
	double loss_ratio;      /* of a window */
	double jitter_us;       /* of a window: the mean over streams and packets */
	uint64_t packets;       /* that a window must have to be judged */
	double burst_ratio;     /* loss of a slot of 200 ms */
	uint64_t burst_packets; /* that a slot must have */
};

enum { QUALITY_HOURS = 24 }; /* that windows over are told apart by */

/* Media windows of one scope and direction. */
struct quality_windows {
	uint64_t start_us; /* of the running one, a multiple of its length; 0: none yet */
	uint64_t packets, lost;
	uint64_t jitter_samples, jitter_sum_us;
	uint64_t clock_error_ns; /* the largest of the running one's intervals */
	bool burst_over;         /* a slot of the running one was over */
	uint64_t judged, over;   /* whole windows since start */
	uint64_t doubtful;       /* of them not over, if the clock's error does not hide it */
	uint64_t over_us;        /* end of the last one over; 0: none */
	uint64_t hour;           /* the newest clock hour below, since the epoch */
	uint16_t hour_over[QUALITY_HOURS]; /* windows over by hour % QUALITY_HOURS */
	uint16_t hour_doubtful[QUALITY_HOURS];
	double worst_loss_ratio; /* of windows judged */
};

struct quality_sum {
	uint64_t total[2][QUALITY_COUNT], last[2][QUALITY_COUNT];
	uint64_t packets[2], bytes[2]; /* all traffic of the last interval */
	/* payload of TCP that passed for the first time: since start, and of the last interval */
	uint64_t new_bytes[2], last_new_bytes[2];
	bool has_news, had_news; /* something to count in the last interval; in the one before */
	uint64_t last_us;        /* end of the last interval with something to count */
	struct quality_slot slots[2][QUALITY_SLOTS]; /* and what follows: of the last interval */
	uint32_t jitter_max_us[2];
	uint64_t jitter_samples[2], jitter_sum_us[2];
	struct quality_windows windows[2];
};

struct quality_book {
	struct quality_sum *links;   /* [index in conf.links] */
	struct quality_sum *subnets; /* [subnet id]; 0 not used */
	struct quality_sum *sbcs;    /* [index in conf.sbcs] */
	uint32_t link_count, subnet_count, sbc_count;
	uint64_t overflows; /* what was not counted because a worker's lines were all taken */
	struct quality_limits limits;
	/* bound of the error of the times that the interval's jitter stands on: set before
	 * quality_book_close() */
	uint64_t clock_error_ns;
};

/* `conf` is read, not kept. Never NULL. */
struct quality_book *quality_book_create(const struct conf *conf);
void quality_book_destroy(struct quality_book *b);

/* The first snapshot of an interval is about to come: forget the last interval's figures. */
void quality_book_open(struct quality_book *b);
/* Add one worker's lines; `meters` gives the keys of its meters. */
void quality_book_merge(struct quality_book *b, const struct snap *s,
                        const struct meter_table *meters);
/* The interval is whole: totals, slots and windows. */
void quality_book_close(struct quality_book *b, uint64_t end_us);

/* The most windows over in one clock hour, of the last QUALITY_HOURS at `now_us`; and the most over
 * or doubtful. */
uint64_t quality_worst_hour(const struct quality_windows *w, uint64_t now_us);
uint64_t quality_doubtful_hour(const struct quality_windows *w, uint64_t now_us);

/*
 * Loss as a share of what was sent. TCP, `lost` QUALITY_LOST_BEFORE or QUALITY_LOST_AFTER: over
 * the segments with data that came by, which for loss before the tap are the originals (each comes
 * once in the end), for loss after it all transmissions. QUALITY_RTP_LOST: lost over lost and seen,
 * RFC 3550 A.3. 0 when nothing was sent.
 */
double quality_loss_ratio(const uint64_t counts[QUALITY_COUNT], enum quality_count lost);
