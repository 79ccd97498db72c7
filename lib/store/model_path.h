/*
 * The part of the model that tells of the path: round trips and loss by scope and side. Included by
 * store/model.h alone. A scope is "link:NAME", "subnet:PREFIX" or "sbc:NAME"; a side ("peer",
 * "msft") is the part of the path between the tap and that side's hosts.
 */
#pragma once

#include "store/model_peering.h"

enum { REC_PATH_METHODS = 512, REC_PATH_HOURS = 1024 };

/* latency:SCOPE:SIDE: from the tap to hosts of that side and back. Figures without prefix are those
 * of the headline methods (which leave out what hosts think) in the last whole minute, of the time
 * since start before one is whole. */
struct rec_latency {
	struct rec_head head;
	char scope[96], side[8];
	uint64_t until_us; /* end of the minute */
	uint64_t count;
	double p50_us, p95_us, p99_us, min_us;
	uint64_t total_count; /* since start */
	double total_p50_us, total_p95_us, total_p99_us, total_min_us;
	char methods[REC_PATH_METHODS]; /* "tcp-syn 120 p50 8123 us, stun 31 p50 8040 us" since
	                                   start, headline or not */
	char hours[REC_PATH_HOURS];     /* whole clock hours, oldest first: "START_S COUNT P50_US",
	                                   comma-separated, at most 24 */
	char clock_source[32];
	uint64_t clock_resolution_ns, clock_error_ns;
	double loss_ratio; /* of the probe itself, last interval */
	double coverage_ratio;
};

enum { REC_TOKENS = 8192, REC_HALF_KINDS = 2 };

/* halves:LINK: flows of which the link shows one way only, in the last whole window. Arrays are
 * [enum direction] of the half's packets. */
struct rec_halves {
	struct rec_head head;
	char link[64];
	uint64_t until_us, window_us; /* end of the window, and its length; 0: since start */
	char contract[17];            /* tokens of other contracts are others */
	struct {
		uint64_t flows[2]; /* where more than fit: estimated */
		bool cut[2];       /* more than fit: those with tokens below `bound` are all here */
		uint64_t bound[2];
		char tokens[2][REC_TOKENS]; /* "TOKEN PACKETS BYTES AGAIN FIRST LAST", times in ms
		                               before until_us, comma-separated */
	} kind[REC_HALF_KINDS];             /* [enum half_kind] */
};

/* asymmetry:LINK: where the other halves of these pass. Control writes it. */
struct rec_asymmetry {
	struct rec_head head;
	char link[64], site[64];
	uint64_t until_us, window_us;
	struct {
		uint64_t flows[2];     /* of one way only on this link */
		uint64_t samples[2];   /* of them compared with every other link */
		double found_ratio[2]; /* of the samples: their other half is elsewhere */
		double error_ratio[2]; /* half-width of its 95 % interval */
		char where[2][160];    /* "pni-b 98.4 %, pni-c 0.8 %" */
	} kind[REC_HALF_KINDS];
};

/* loss:SCOPE:SIDE. What a side sends and the tap misses was lost on that side (before the tap), so
 * was what it is sent and did not get (after the tap). */
struct rec_loss {
	struct rec_head head;
	char scope[96], side[8];
	uint64_t last_us; /* end of the last interval with something to count */
	/* media: from the side, by sequence numbers */
	uint64_t packets, lost, duplicates, reordered;
	double loss_ratio;
	double jitter_mean_us, jitter_max_us; /* last interval with media */
	char clock_source[32];                /* of these and of windows: as of rec_latency */
	uint64_t clock_resolution_ns, clock_error_ns;
	uint64_t windows, windows_over; /* of 15 s that could be judged; over a limit */
	uint64_t windows_over_hour;     /* most of one clock hour of 24 */
	uint64_t windows_doubtful;      /* not over if the clock's error does not hide it */
	uint64_t windows_doubtful_hour; /* most over or doubtful of one clock hour of 24 */
	uint64_t window_over_us;        /* end of the last one over; 0: none */
	double window_worst_ratio;      /* highest loss of a judged one */
	/* TCP: segments with data */
	uint64_t tcp_from_packets, tcp_from_lost; /* sent by the side; lost before the tap */
	uint64_t tcp_to_packets, tcp_to_lost;     /* sent to it; lost after the tap */
	double tcp_from_loss_ratio, tcp_to_loss_ratio;
	/* goodput at the tap (RFC 2647 section 3.17): payload of TCP that the side sent and that
	 * passed for the first time, by the segments that brought it */
	uint64_t goodput_bytes;
	double goodput_bps;        /* last interval */
	uint64_t goodput_segments; /* that goodput_bps stands on */
	uint64_t retransmissions, spurious, out_of_order, duplicate_acks, zero_window, resets,
		unsided;         /* sent by the side */
	uint64_t unseen, copies; /* what the tap missed; what a mirror showed twice */
	uint64_t ecn_ce;
	double lost_pps, lost_bps; /* last interval, media and TCP; bit/s estimated by mean size */
	double probe_loss_ratio;   /* of the probe itself, last interval */
	double coverage_ratio;
};
