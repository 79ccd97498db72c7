/*
 * What a monitor in the middle of the path knows of a TCP connection: 64 bytes for both directions,
 * in a side pool of the worker that flow.pool points into. For every segment it tells what is to be
 * counted and which round-trip times it completes. Owned and used by one thread; nothing is
 * allocated after create (with `keep`, the pool grows as the flows do), logged or locked.
 *
 * Loss and its side (Benkö and Veres, GLOBECOM 2002): a hole in the sequence that is filled late by
 * bytes never seen was lost before the tap; bytes seen here and sent again because they were missed
 * were lost after it. Not everything late is lost, and not everything sent again was missed:
 *
 * - The bytes of a hole were overtaken, not lost, when what fills it was sent before what revealed
 *   it: by the IP identifier of a sender that counts, else by TSval, else because no answer can
 *   have come back in the time between (less than the round trip, 3 ms while none is known).
 * - A hole that is acknowledged and never filled was missed by this tap (or took another way), and
 *   is no loss of the path.
 * - Bytes that the receiver acknowledged before they came again, or reports as duplicate (DSACK,
 *   RFC 2883; without SACK: an echo older than the retransmission, Eifel, RFC 3522), were sent
 * again in vain: a label of loss is taken back.
 * - A frame that a mirror port shows twice is a copy: same or older IP identifier over bytes
 *   already seen; without identifiers the same checksum right after itself, or an older TSval. It
 *   counts as nothing else.
 * - Where the side can't be told it is not guessed: a connection joined midway until what was sent
 *   before is acknowledged, one that is seen one way only, one with more holes than there is room.
 *
 * Round-trip times lead from here to the host that acknowledges and back. One segment per direction
 * is timed at once; one that was sent again is not (Karn). Acknowledgements that may have waited
 * are told apart, see enum tcp_rtt.
 *
 * Trouble (holes, retransmissions) takes a record of 512 bytes from a second, smaller pool: there
 * is one for 128 connections, and the connections' own lines are for 15 of 16 flows of the table,
 * so that all of it stays at 64 bytes a flow. `keep` gives every connection one.
 *
 * Cost: one line of 64 bytes a segment (prefetch it), some 30 cycles; the second line of the frame
 * where there are options.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/packet.h"
#include "state/flow.h"

/* What a segment is found to be; bits (1 << TCP_SAW_x) of tcp_news, and indices of tcp_report. */
enum tcp_saw {
	TCP_SAW_DATA,           /* brings bytes, SYN or FIN that were not seen before */
	TCP_SAW_RETRANSMISSION, /* sent again, any reason */
	TCP_SAW_OUT_OF_ORDER,   /* overtaken on its way here */
	TCP_SAW_LOST_BEFORE,    /* retransmission of what never came here */
	TCP_SAW_LOST_AFTER,    /* retransmission of what was seen here and missed by the receiver */
	TCP_SAW_LOST_UNSIDED,  /* retransmission, the side can't be told */
	TCP_SAW_SPURIOUS,      /* retransmission of what the receiver had */
	TCP_SAW_COPY,          /* a mirror's second sight of bytes */
	TCP_SAW_COPIED_ACK,    /* a mirror's second sight of a segment that brings none */
	TCP_SAW_DUPLICATE_ACK, /* RFC 5681 section 2 */
	TCP_SAW_KEEP_ALIVE,    /* RFC 9293 section 3.8.4 */
	TCP_SAW_ZERO_WINDOW,   /* closes the window */
	TCP_SAW_WINDOW_PROBE,  /* a byte into a closed window */
	TCP_SAW_RESET,         /* RST; its sender is the segment's */
	TCP_SAW_OUT_OF_WINDOW, /* sequence number that the receiver can't take, of a RST too */
	TCP_SAW_MARKED,        /* Congestion Experienced (RFC 3168) */
	TCP_SAW_ECN_ECHO,      /* ECE outside of a SYN */
	/* below: of the other direction, and more than one at once */
	TCP_SAW_UNSEEN,     /* acknowledged, never seen here: segments */
	TCP_SAW_TAKEN_BACK, /* labels of loss after the tap that proved wrong */
	TCP_SAW_COUNT
};

/* How the sample of a round-trip time came about. */
enum tcp_rtt {
	TCP_RTT_SYN,  /* SYN to SYN-ACK, SYN-ACK to ACK: not delayed */
	TCP_RTT_ACK,  /* the second of two full segments to the bare ACK that it calls forth
	                 (RFC 9293 section 3.8.6.3: at least every second one, at once) */
	TCP_RTT_DATA, /* any other: may hold a delayed ACK, or the time that an answer took */
	TCP_RTT_TS,   /* TSval to TSecr: likewise */
};

enum { TCP_SAMPLES = 2 };

/* Bit of tcp_news.saw that is no kind of segment: one of the next three figures is to be read. */
#define TCP_SAW_MORE (1u << 31)

struct tcp_news {
	uint32_t saw;          /* bits */
	uint32_t unseen;       /* see TCP_SAW_UNSEEN */
	uint16_t taken_back;   /* see TCP_SAW_TAKEN_BACK */
	uint16_t sample_count; /* of round trips to the segment's sender */
	uint32_t repeated; /* with TCP_SAW_DATA: bytes of the payload that were seen before; else
	                      all of them were, or nobody can tell */
	struct {
		uint64_t ns; /* to 64 ns */
		enum tcp_rtt how;
	} sample[TCP_SAMPLES];
};

struct tcp_pool;

struct tcp_pool_params {
	uint64_t flows; /* of the flow table */
	bool keep;      /* captures: grow, and tell every connection in full */
};

/* NULL: no memory (logged). Set-up thread. */
struct tcp_pool *tcp_pool_create(const struct tcp_pool_params *params);
void tcp_pool_destroy(struct tcp_pool *p);

/* Fetch what tcp_segment() will read of this flow; some hundred cycles ahead. */
void tcp_prefetch(const struct tcp_pool *p, const struct flow *f);

/*
 * A TCP segment of flow `f`, sent by its first sender (0) or the other (1); `frame` is what
 * `packet` was decoded from. Fills *news. The flow gets its line on its first segment; without one
 * (the pool is exhausted, counted) nothing is told, not even of its bytes (TCP_SAW_MORE alone).
 */
void tcp_segment(struct tcp_pool *p, struct flow *f, const struct packet *packet,
                 const uint8_t *frame, unsigned sender, uint64_t now_ns, struct tcp_news *news);

/* The flow leaves its table. */
void tcp_release(struct tcp_pool *p, struct flow *f);

/* Segments that the flow's sender (0 or 1) sent again, as far as its record of trouble goes. */
uint32_t tcp_sent_again(const struct tcp_pool *p, const struct flow *f, unsigned sender);

struct tcp_pool_stats {
	uint64_t connections, connections_max;
	uint64_t refused; /* segments of flows that found no line */
	uint64_t troubled, troubled_max;
	uint64_t untracked; /* times that a hole found no room, and sides could not be told */
};
const struct tcp_pool_stats *tcp_pool_stats(const struct tcp_pool *p);
/* All memory of the pool in bytes. */
size_t tcp_pool_size(const struct tcp_pool *p);

/* What is known of a handshake's options, [0] of the first sender. */
struct tcp_offer {
	bool syn;       /* its SYN was seen */
	uint16_t mss;   /* 0: none */
	uint8_t wscale; /* TCP_NO_WSCALE: none */
	bool sack, timestamps, fast_open;
};
enum { TCP_NO_WSCALE = 15 };

struct tcp_report {
	bool has_handshake, has_syn;
	uint64_t handshake_ns; /* from the SYN (sent last) to the first ACK that completes it */
	uint64_t syn_ns;       /* from the SYN to the SYN-ACK */
	uint64_t count[2][TCP_SAW_COUNT]; /* by sender of what is spoken of; TAKEN_BACK is already
	                                     taken from LOST_AFTER */
	struct tcp_offer offer[2];
	uint32_t in_flight[2]; /* bytes sent and not acknowledged */
	bool has_goodput[2];
	uint64_t goodput[2]; /* bytes that the receiver took (RFC 2647 section 3.17), since the
	                        first acknowledgement that was seen */
};

/* With `keep`: the connection told in full; false: the flow has no line. */
bool tcp_report(const struct tcp_pool *p, const struct flow *f, struct tcp_report *out);
