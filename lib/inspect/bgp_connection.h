/*
 * One TCP connection of BGP as both of its speakers' streams tell it: what each side said, how far
 * that can be trusted. Fed message by message in the order of each direction; what crosses between
 * the directions (who accepted what) is not assumed. What is announced over it goes into the tables
 * of the session that it belongs to (inspect/bgp_session.h), which outlives it. Bounded; one
 * thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/cursor.h"
#include "inspect/bgp_session.h"
#include "proto/bgp.h"
#include "proto/bgp_nlri.h"
#include "proto/bgp_open.h"

enum {
	BGP_NOTIFICATIONS_MAX = 8, /* kept; the rest is counted by type */
	BGP_TEXT_SIZE = 129,       /* RFC 9003's first limit, and a NUL */
};

/* By what it ended. A FIN or RST may be a stranger's: the next message proves that the connection
 * lives. */
enum bgp_end { BGP_LIVES, BGP_END_NOTIFICATION, BGP_END_FIN, BGP_END_RST, BGP_END_COUNT };

/* Prefixes of one family, as often as said; `reach` and `unreach` are those of them that stood in
 * MP_REACH_NLRI and MP_UNREACH_NLRI (RFC 4760). */
struct bgp_said {
	uint64_t announced, withdrawn, reach, unreach;
};

struct bgp_speaker {
	struct addr ip;
	uint16_t port;
	struct bgp_counts counts; /* of this connection */
	/* those of counts.messages that have a length of their type: these alone prove a state */
	uint64_t sound[BGP_TYPE_COUNT];
	struct bgp_said said[BGP_NLRI_FAMILIES];
	bool spoken;          /* one of these was seen */
	bool settled;         /* it was quiet once, with its table told */
	bool opened;          /* `open` is known: seen here, or taken over from the session */
	bool told;            /* an OPEN was seen here: without `opened` one that can't be read */
	struct bgp_open open; /* its texts are not kept there */
	char hostname[BGP_HOSTNAME_SIZE];
	uint64_t open_ns; /* of an OPEN seen here; 0: none */
	uint8_t open_bytes[BGP_OPEN_KEPT];
	uint16_t open_size; /* 0: longer */
	uint8_t ended;      /* End-of-RIB of unicast: bit 0 IPv4, bit 1 IPv6 */
	uint8_t as_width;   /* 2, 4, 0: not known yet */
	bool guessed;       /* AS width or ADD-PATH without the OPENs */
	uint64_t unheeded;  /* UPDATEs before it was proven, while another connection was up */
	uint32_t first_as;  /* of the last path that had one: mid-session, its AS number */
	uint64_t last_ns;   /* of a message */
	uint64_t update_ns; /* of an UPDATE */
	uint32_t next_seq;  /* TCP sequence number behind its last message */
	/* Reported by who received it: that one's number, which no path of another AS begins with
	 * (it would be a loop, RFC 4271 section 9.1.2). FRR 8.4 reports what it received as it
	 * would announce it, its own number in front: it is taken off. 0: nothing is. */
	uint32_t receiver_as;
};

struct bgp_connection_notification {
	uint64_t time_ns;
	uint8_t from, code, subcode; /* from: index of the speaker */
	bool hard;
	char text[BGP_TEXT_SIZE]; /* sanitized */
};

struct bgp_connection {
	struct bgp_speaker side[2]; /* [0] spoke first */
	struct bgp_session *session;
	bool first_is_msft; /* see bgp_connection_side() */
	struct bgp_connection_notification notifications[BGP_NOTIFICATIONS_MAX];
	uint32_t notification_count;
	uint8_t end;     /* enum bgp_end */
	bool superseded; /* another connection took the session's routes over */
	bool reported;   /* not the wire but a router's reports of it (BMP) … */
	bool as2;        /* … of which the one to be read says that its numbers have two bytes */
	uint64_t first_ns, last_ns;
	struct bgp_segments segments;
	/* of the table (inspect/bgp_table.h) */
	unsigned first_direction;      /* the conversation's direction that is speaker 0 */
	struct bgp_connection **owner; /* who points here; NULL: nobody feeds it any more */
};

/* Which of the session's sides a speaker is. */
static inline unsigned
bgp_connection_side(const struct bgp_connection *c, unsigned speaker)
{
	return speaker ^ c->first_is_msft ^ c->session->swapped;
}

/* Where a speaker's prefixes stand. */
static inline struct bgp_rib *
bgp_connection_rib(const struct bgp_connection *c, unsigned speaker)
{
	return &c->session->side[bgp_connection_side(c, speaker)].rib;
}

static inline bool
bgp_connection_has_spoken(const struct bgp_connection *c)
{
	return c->side[0].spoken || c->side[1].spoken;
}

/* `first_side`: which side of the session speaks first. */
struct bgp_connection *bgp_connection_create(struct bgp_session *session, unsigned first_side);
void bgp_connection_destroy(struct bgp_connection *c);

/* Messages of one speaker in order; `gap`: bytes are missing before these. Returns how many bytes
 * are done with. */
size_t bgp_connection_read(struct bgp_connection *c, unsigned side, struct cursor bytes, bool gap,
                           uint64_t time_ns);
/* What a capture holds of a message that its snap length cut, from the header on: it counts by its
 * type, an OPEN is told as far as it goes, a NOTIFICATION ends the session. Returns as above. */
size_t bgp_connection_read_cut(struct bgp_connection *c, unsigned side, struct cursor bytes,
                               uint64_t time_ns);

/* Segments of it, with bytes or without. */
void bgp_connection_segments(struct bgp_connection *c, const struct bgp_segments *more);

/* It was ended by one speaker. */
void bgp_connection_end(struct bgp_connection *c, unsigned side, bool reset, uint64_t time_ns);

/* What was seen of it makes it this; BGP_ESTABLISHED as soon as anything was said that only then is
 * (RFC 4271 section 8.2.2). */
enum bgp_state bgp_connection_state(const struct bgp_connection *c);
/* By the rule of the session's availability (requirements M2): OPEN and KEEPALIVE both ways, or two
 * messages each way of one joined in its middle. */
bool bgp_connection_is_up(const struct bgp_connection *c);
/* Both OPENs were seen in it. */
bool bgp_connection_is_whole(const struct bgp_connection *c);
/* A speaker's OPEN that was not seen in it, from the session. */
void bgp_connection_learn(struct bgp_connection *c, unsigned side);
/* Times that something of a speaker was missing, unreadable or found no room. */
uint64_t bgp_connection_faults(const struct bgp_connection *c, unsigned side);
enum bgp_completeness bgp_connection_completeness(const struct bgp_connection *c, unsigned side);
/* Why that is not COMPLETE, for people; "" where it is. */
void bgp_connection_doubt(const struct bgp_connection *c, unsigned side, char *to, size_t size);
/* Routes of a speaker that stand: those of a connection that ended don't. */
uint32_t bgp_connection_standing(const struct bgp_connection *c, unsigned side, unsigned afi_index);
const char *bgp_end_name(enum bgp_end end); /* NULL: it lives */

/* RFC 4271 section 4.2: the smaller of both; 0 is "no keepalives". `*known`: both OPENs were seen.
 */
uint16_t bgp_connection_hold_s(const struct bgp_connection *c, bool *known);
