/*
 * One RTP stream: what a synchronisation source sent one way through one flow. Called by the worker
 * that owns the flow, once for each of its packets; everything is integer arithmetic, nothing is
 * divided per packet, and a packet in its turn reads and writes the first line only.
 *
 * - Sequence (RFC 3550 A.1, A.3): extended numbers with wrap and restarts; duplicates told by a
 *   window of the last 64; lost is expected minus received, a duplicate not being received again.
 * - Jitter (RFC 3550 6.4.1), in ns: every packet moves the estimate; its maximum and mean are taken
 *   where the media clock runs: packets that begin a talkspurt (marker), carry or follow comfort
 *   noise, were sent before the first that came, or are telephone events (whose timestamp stands
 *   still, RFC 4733 2.2) give no sample and leave the mean as it was.
 * - Bursts and gaps of loss: RFC 3611 A.2, Gmin 16.
 *
 * A stream is a candidate until it has proven itself (RTP_PROVEN) or signalling named it
 * (RTP_EXPECTED); it counts from its first packet either way.
 */
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "proto/rtp_codec.h"

enum {
	RTP_PROOF = 4,       /* packets in sequence that prove a stream (requirements section 8) */
	RTP_PROOF_AMONG = 2, /* in a flow that carries a proven one: RFC 3550 A.1 MIN_SEQUENTIAL */
	RTP_DROPOUT_MAX = 3000, /* RFC 3550 A.1 */
	RTP_MISORDER_MAX = 100,
	RTP_WINDOW = 64,
	RTP_GMIN = 16, /* RFC 3611 section 4.7.2 */
	RTP_TICK_BITS = 12,
};

/* Bits of rtp_stream.flags. */
enum rtp_flag {
	RTP_REVERSE = 1 << 0,  /* sent against the flow's first packet */
	RTP_PROVEN = 1 << 1,   /* behaves as RTP */
	RTP_EXPECTED = 1 << 2, /* signalling named its address and port */
	RTP_SECURE = 1 << 3,   /* signalling gave it keys: SRTP */
	RTP_COMFORT = 1 << 4,  /* the last packet was comfort noise */
	RTP_EVENT = 1 << 5,    /* the last packet was a telephone event */
	RTP_AMONG = 1 << 6,    /* its flow carries a proven stream: less proof is enough */
	RTP_RESTED = 1 << 7,   /* the packet before the last was comfort noise */
};

/* Where the clock comes from, best last. */
enum rtp_basis { RTP_BASIS_NONE, RTP_BASIS_INFERRED, RTP_BASIS_STATIC, RTP_BASIS_SDP };
/* "inferred", "static-pt", "sdp"; NULL for none. */
const char *rtp_basis_name(uint8_t basis);

/* Without a packet for so long and with numbers missing after: an outage. */
#define RTP_OUTAGE_NS 500000000ull

struct rtp_stream {
	/* first line: all that a packet in its turn reads and writes */
	uint32_t ssrc;
	uint32_t next;          /* of the same flow, in the pool; 0: none */
	uint64_t window;        /* bit n: number `highest` - n came */
	uint64_t reference_ns;  /* arrival of the packet with `timestamp` */
	uint64_t jitter_sum_ns; /* over the samples */
	uint32_t timestamp;     /* media time of the last packet that was a sample, or could be */
	uint32_t highest;       /* sequence number, extended by its cycles; it may wrap */
	uint32_t received;      /* packets, duplicates and strays too */
	uint32_t tick;          /* of the media clock, ns << RTP_TICK_BITS; 0: none runs */
	uint32_t jitter_ns;     /* the estimate now; saturates at 4.29 s, as the maximum */
	uint32_t jitter_max_ns;
	uint32_t bytes; /* of frames, since the last spill */
	uint8_t payload_type;
	uint8_t flags; /* enum rtp_flag */
	uint8_t run;   /* packets in sequence, until proven */
	bool relayed;  /* inside TURN, between a relay and its client */
	/* what a talkspurt, a loss, a change of payload type or a report touches */
	uint64_t first_ns, late_ns; /* arrival of the first packet, of the last late one */
	uint64_t clock_ns;          /* arrival of `first_timestamp` */
	uint64_t total_bytes;       /* spilled */
	uint64_t silence_ns;        /* longest time without a packet */
	uint64_t silence_at_ns;     /* its end */
	uint64_t outage_ns;         /* the last outage */
	uint64_t outage_at_ns;      /* its end */
	uint32_t base;              /* first extended number since the last restart */
	uint32_t expected_before;   /* before it */
	uint32_t duplicates, reordered, strays, restarts;
	uint32_t longest_gap, loss_runs;
	uint32_t unclocked; /* packets before the clock was known */
	uint32_t outages;   /* times without a packet for RTP_OUTAGE_NS, numbers missing after */
	uint32_t talkspurts, comforts, events, event_timestamp;
	/* RFC 3611 A.2 */
	uint32_t c11, c13, c14, c22, c23, c33;
	uint32_t burst_lost; /* `lost` there */
	uint32_t loss_end;   /* first extended number behind the last loss */
	uint32_t clock_hz;
	uint32_t first_timestamp; /* since when the media clock has run without a break */
	uint32_t reported;        /* `received` when the owner last told of it; its own */
	uint16_t changes;         /* of payload type, comfort noise and events not counted */
	uint16_t stray_at;        /* sequence number behind a stray one: a restart if it comes */
	uint8_t codec, basis, media_type, first_type;
} __attribute__((aligned(CACHE_LINE)));

static_assert(sizeof(struct rtp_stream) == 4 * CACHE_LINE, "the share of a stream");

/* A header and when it came. */
struct rtp_packet {
	uint64_t time_ns;
	uint32_t ssrc, timestamp;
	uint32_t wire; /* frame bytes */
	uint16_t sequence;
	uint8_t payload_type;
	bool marker;
	bool relayed; /* of the first packet: what a relay carries */
};

/* The stream's first packet; `flags` of RTP_REVERSE, RTP_AMONG. No format yet. */
void rtp_begin(struct rtp_stream *s, const struct rtp_packet *p, uint8_t flags);

/* What a packet did to the sequence, when nothing was lost before it. */
enum rtp_odd {
	RTP_LATE = -1,  /* one that was taken for lost */
	RTP_AGAIN = -2, /* seen before */
	RTP_STRAY = -3, /* far away, or the first of a new sequence */
};

/* One more packet of its SSRC. When its payload type is another, rtp_set_format() goes before.
 * Returns how many were lost right before it, or an enum rtp_odd. */
int32_t rtp_update(struct rtp_stream *s, const struct rtp_packet *p);

/* What the payload type of the packets from now on means, as far as `basis` knows. */
void rtp_set_format(struct rtp_stream *s, const struct rtp_format *format, uint8_t basis);

/* Its flow carries a stream that is found: less proof is enough, from its next packet on. */
static inline void
rtp_among(struct rtp_stream *s)
{
	s->flags |= RTP_AMONG;
}

/* No packet may follow: what it has is proof enough, or not. True: it is found from now on. */
bool rtp_prove_late(struct rtp_stream *s);

/* It is told: by behaviour or by signalling. */
static inline bool
rtp_is_found(const struct rtp_stream *s)
{
	return s->flags & (RTP_PROVEN | RTP_EXPECTED);
}

/* Missing from the sequence so far. */
uint64_t rtp_lost(const struct rtp_stream *s);

/* Everything that people ask for, in one piece. */
struct rtp_figures {
	uint32_t ssrc;
	uint8_t payload_type; /* of media: neither comfort noise nor events */
	uint8_t codec, basis, flags;
	uint32_t clock_hz; /* 0: not known */
	uint64_t packets, bytes;
	uint64_t expected, lost, duplicates, reordered, restarts, strays;
	uint64_t longest_gap, loss_runs; /* packets; runs of lost ones */
	bool has_jitter;
	uint64_t jitter_max_ns, jitter_mean_ns, jitter_ns;
	uint64_t first_ns, last_ns;
	uint16_t first_number, last_number; /* sequence numbers; first: since the last restart */
	uint64_t silence_ns, silence_at_ns; /* longest time without a packet, and its end */
	uint64_t outages, outage_ns, outage_at_ns; /* the last one's length and end */
	uint64_t changes, talkspurts, comforts, events;
	bool relayed;
	/* RFC 3611 4.7.2, of packets; lengths in packets; 0 where there was no loss */
	double burst_density, gap_density, burst_length, gap_length;
};

void rtp_read(const struct rtp_stream *s, struct rtp_figures *out);
