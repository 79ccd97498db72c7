/*
 * The slow path's protocols: each handler reads whole datagrams, or one direction of a TCP stream
 * in order, or frames without either. One table in handlers.c says which class goes to which; a new
 * protocol adds a row and a file. All handlers run in the inspector's thread; they log nothing,
 * bound what they keep, and count what they give up.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "inspect/census.h"
#include "inspect/conversation.h"
#include "inspect/fact.h"
#include "inspect/media_offer.h"
#include "path/punt.h"
#include "snap/snap.h"

/* What a handler gets of a frame. Everything is borrowed for the call. */
struct inspection {
	struct census *census;    /* to count in */
	struct fact_queue *facts; /* to tell in */
	expect_fn *expect;        /* takes what SDP says will come; NULL: nobody */
	void *expect_context;
	const struct conf *conf;    /* NULL: none */
	const struct lane_id *lane; /* link, member and direction; NULL: not known */
	const struct punt *punt;    /* NULL: no frame, but what is left of a stream at its end */
	struct conversation *conversation; /* NULL: the frame has no ports */
	unsigned direction;                /* who sent it: index in conversation->ip */
	struct cursor payload;             /* datagram: what was captured of it */
	/* Less than was sent: snap length, or a first fragment. Of a stream: what lies behind its
	 * unread bytes was not captured, so what is left of them is never added to. */
	bool cut;
};

struct handler {
	const char *name;
	/* Its UDP datagrams are put together when they come in IP fragments. */
	bool whole;
	/* A datagram, or a frame without ports; NULL: not for this one. */
	void (*datagram)(struct inspection *in);
	/* Unread bytes of one direction (in->direction). Returns how many it is done with; the rest
	 * comes again with more behind it. STREAM_GIVE_UP: nothing more is wanted of this
	 * direction. STREAM_LOST: see below. `gap`: bytes are missing before these, or this is no
	 * stream's beginning. */
	size_t (*stream)(struct inspection *in, struct cursor bytes, bool gap);
	/* Whether a TCP segment begins a new connection on the ports of another, told by its bytes:
	 * not all classes have their SYNs punted. NULL: SYNs tell. */
	bool (*begins)(const struct inspection *in);
	/* A TCP segment, before its bytes are read, with or without any; NULL: nobody cares. */
	void (*segment)(struct inspection *in);
	/* in->direction said its last on a TCP connection, by FIN or (`reset`) RST. Bytes that came
	 * late may still follow. NULL: nobody cares. */
	void (*ended)(struct inspection *in, bool reset);
	/* The packet clock has reached `now_ns`; `in` has neither frame nor conversation. NULL: it
	 * has no timers. */
	void (*tick)(struct inspection *in, uint64_t now_ns);
	/* Free conversation->state; NULL: there is none. */
	void (*forget)(struct conversation *c);
};

/* All that there is of its datagram. */
static inline bool
is_first_fragment(const struct inspection *in)
{
	return in->punt && in->punt->packet.flags & PACKET_FRAGMENT_FIRST;
}

#define STREAM_GIVE_UP SIZE_MAX
/* Behind a gap, and no message begins here: what is unread is stepped over, and what comes next is
 * behind a gap too. */
#define STREAM_LOST (SIZE_MAX - 1)

/* Who reads this class over this IP protocol; NULL: nobody. */
const struct handler *handler_of(uint8_t class, uint8_t proto);

/* All timers. */
void handlers_tick(struct inspection *in, uint64_t now_ns);

extern const struct handler handler_icmp;
extern const struct handler handler_sip, handler_dns, handler_tls, handler_quic, handler_media;
extern const struct handler handler_lacp, handler_lldp, handler_cdp, handler_arp;
extern const struct handler handler_bfd, handler_bgp;
