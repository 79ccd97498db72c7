/*
 * One BGP session as both of its speakers' streams tell it: what each side said, what it announces,
 * how far that can be trusted. Fed message by message in the order of each direction; what crosses
 * between the directions (who accepted what) is not assumed. Bounded; one thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/cursor.h"
#include "inspect/bgp_rib.h"
#include "proto/bgp.h"
#include "proto/bgp_open.h"

enum {
	BGP_NOTIFICATIONS_MAX = 8, /* kept; the rest is counted by type */
	BGP_TEXT_SIZE = 129,       /* RFC 9003's first limit, and a NUL */
	BGP_HOSTNAME_SIZE = 65,
};

/* What can be said of a RIB read off the wire (requirements 4.3). */
enum bgp_completeness {
	BGP_COMPLETE, /* OPENs and End-of-RIB seen, nothing missing since */
	BGP_INFERRED, /* joined in the middle, or the End-of-RIB not seen */
	BGP_BROKEN,   /* bytes were missed, or could not be read */
	BGP_COMPLETENESS_COUNT
};

/* By what it ended. A FIN or RST may be a stranger's: the next message proves that the session
 * lives. */
enum bgp_end { BGP_LIVES, BGP_END_NOTIFICATION, BGP_END_FIN, BGP_END_RST, BGP_END_COUNT };

enum bgp_session_state {
	BGP_IDLE, /* ended */
	BGP_OPEN_SENT,
	BGP_OPEN_CONFIRM,
	BGP_ESTABLISHED,
	BGP_STATE_COUNT
};

struct bgp_side {
	struct addr ip;
	uint16_t port;
	uint64_t messages[BGP_TYPE_COUNT];
	bool spoken; /* a message was seen */
	bool opened;
	struct bgp_open open;             /* its texts are not kept there */
	char hostname[BGP_HOSTNAME_SIZE]; /* of its OPEN, sanitized; empty: none */
	uint64_t announced[BGP_RIB_AFIS], withdrawn[BGP_RIB_AFIS]; /* prefixes, as often as said */
	uint64_t other_families; /* UPDATEs with prefixes of families that are not read */
	uint64_t notes;          /* UPDATEs that RFC 7606 has something to say about */
	uint64_t malformed;      /* messages that can't be read */
	uint64_t gaps;           /* times that bytes were missing or no message */
	uint8_t ended;           /* End-of-RIB of unicast: bit 0 IPv4, bit 1 IPv6 */
	uint8_t as_width;        /* 2, 4, 0: not known yet */
	bool guessed;            /* AS width or ADD-PATH without the OPENs */
	uint32_t first_as;       /* of the last path that had one: mid-session, its AS number */
	uint64_t last_ns;        /* of a message */
	struct bgp_rib rib;
};

struct bgp_session_notification {
	uint64_t time_ns;
	uint8_t from, code, subcode; /* from: index of the side */
	bool hard;
	char text[BGP_TEXT_SIZE]; /* sanitized */
};

struct bgp_session {
	struct bgp_side side[2]; /* [0] spoke first */
	struct bgp_session_notification notifications[BGP_NOTIFICATIONS_MAX];
	uint32_t notification_count;
	uint8_t end; /* enum bgp_end */
	uint64_t first_ns, last_ns;
	/* of the table (inspect/peering.h) */
	unsigned first_direction;   /* the conversation's direction that is side 0 */
	struct bgp_session **owner; /* who points here; NULL: nobody feeds it any more */
};

/* `room`: of both sides' RIBs (inspect/bgp_rib.h). */
struct bgp_session *bgp_session_create(uint32_t *room);
void bgp_session_destroy(struct bgp_session *s);

/* Messages of one side in order; `gap`: bytes are missing before these. Returns how many bytes are
 * done with. */
size_t bgp_session_read(struct bgp_session *s, unsigned side, struct cursor bytes, bool gap,
                        uint64_t time_ns);

/* The TCP connection was ended by one side. */
void bgp_session_end(struct bgp_session *s, bool reset);

enum bgp_session_state bgp_session_state(const struct bgp_session *s);
enum bgp_completeness bgp_side_completeness(const struct bgp_session *s, unsigned side);
/* Routes of a side that stand: those of a session that ended don't. */
uint32_t bgp_session_standing(const struct bgp_session *s, unsigned side, unsigned afi_index);
const char *bgp_end_name(enum bgp_end end); /* NULL: it lives */
const char *bgp_state_name(enum bgp_session_state state);
const char *bgp_completeness_name(enum bgp_completeness completeness);

/* RFC 4271 section 4.2: the smaller of both; 0 is "no keepalives". `*known`: both OPENs were seen.
 */
uint16_t bgp_session_hold_s(const struct bgp_session *s, bool *known);
