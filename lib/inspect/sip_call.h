/*
 * Calls as their signalling in the clear tells them: one record for each Call-ID, found by a keyed
 * hash, with its INVITE transactions (RFC 3261 section 17), its early and confirmed dialogs
 * (section 12) and its end. Retransmissions are told by what makes a message unique in its
 * transaction (sections 17.1.3 and 17.2.3: topmost branch, method, and of responses the code and
 * To tag); a re-INVITE by the To tag of its request; forks by the different To tags of one INVITE.
 *
 * Times are RFC 6076's: the session request delay runs from the INVITE that was answered (not the
 * one that was challenged) to its first 180, 183 or 2xx. User parts of URIs are kept as a hash
 * whose key is thrown away every privacy.number_key_hours.
 *
 * Bounded: at the limit the record quiet for longest makes room, counted. What every record stood
 * for is in the scopes' counts (inspect/voice.h) as soon as it happens. The inspector's thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/lru.h"
#include "inspect/voice.h"

struct inspection;
struct sip;
struct sip_calls;

enum {
	SIP_CALL_ID_SIZE = 128, /* longer ones are cut for showing, told apart by their hash */
	SIP_CALL_METHOD_SIZE = 16,
	SIP_CALL_INVITES = 8,   /* transactions remembered, of all hops and re-INVITEs */
	SIP_CALL_MESSAGES = 16, /* messages remembered to tell retransmissions */
	SIP_CALL_TAGS = 8,      /* To tags remembered to tell forks */
};

#define SIP_CALL_STATE_TABLE(X)                                             \
	X(NONE, "none")             /* no INVITE: REGISTER, OPTIONS … */  \
	X(TRYING, "trying")         /* INVITE, nothing heard but 100 */     \
	X(RINGING, "ringing")       /* 180 or another provisional answer */ \
	X(ANSWERED, "answered")     /* 2xx, no BYE yet */                   \
	X(CHALLENGED, "challenged") /* 401 or 407, no new INVITE yet */     \
	X(REDIRECTED, "redirected") /* 3xx */                               \
	X(ABANDONED, "abandoned")   /* CANCEL, or 487 */                    \
	X(FAILED, "failed")         /* another final answer */              \
	X(ENDED, "ended")           /* answered, then BYE */                \
	X(TIMEOUT, "timeout")       /* never finally answered */

enum sip_call_state {
#define SIP_CALL_STATE_ENUM(id, name) SIP_CALL_##id,
	SIP_CALL_STATE_TABLE(SIP_CALL_STATE_ENUM)
#undef SIP_CALL_STATE_ENUM
		SIP_CALL_STATES
};
const char *sip_call_state_name(enum sip_call_state s);

/* An INVITE on one hop. */
struct sip_invite {
	uint64_t branch;  /* hash; 0: free */
	uint64_t sent_ns; /* 0: only its answer was seen yet */
	bool again;       /* within a dialog: a re-INVITE */
};

struct sip_call {
	struct lru_node node; /* of the table, by a keyed hash of the Call-ID */
	char id[SIP_CALL_ID_SIZE];
	char first_method[SIP_CALL_METHOD_SIZE]; /* or "status 200" when joined by a response */
	enum sip_call_state state;
	struct addr a, b; /* of the first message: its sender and who got it */
	uint16_t a_port, b_port;
	uint8_t proto;
	bool sided;
	enum side caller; /* of the first INVITE; with `sided` */
	uint64_t first_ns, last_ns;
	uint64_t invite_ns, ring_ns, answer_ns, end_ns; /* 0: has not happened */
	uint64_t setup_ns;     /* session request delay; with ring_ns or answer_ns */
	uint16_t final_status; /* last final answer to an INVITE outside a dialog; 0: none */
	uint32_t messages, retransmissions;
	uint16_t invites, reinvites, forks;
	uint16_t cancels, byes, pracks; /* messages, repeated ones too */
	struct addr parties[2];         /* who called, who was called */
	bool answer_timed;              /* the time to its answer is in the scopes' counts */
	bool counted;                   /* its final answer is in the scopes' counts */
	uint64_t from, to;              /* users, hashed; 0: none */
	/* what its dialogs need (inspect/sip_dialog.h) */
	struct voice_place place;
	struct sip_invite invite[SIP_CALL_INVITES];
	uint64_t tags[SIP_CALL_TAGS], recent[SIP_CALL_MESSAGES];
	uint8_t invite_next, recent_next;
};

/* `keep`: nothing is forgotten but for want of room (captures); else what is over goes after 32 s
 * (64 x T1, RFC 3261 section 17.1.1.2). */
struct sip_calls *sip_calls_create(uint32_t limit, bool keep);
void sip_calls_destroy(struct sip_calls *t);

/* A message with a Call-ID; its record, borrowed until the next one. */
const struct sip_call *sip_calls_message(struct sip_calls *t, struct inspection *in,
                                         const struct sip *sip);
/* Calls that nobody answered in three minutes (timer C), challenged ones that nobody took up, and
 * what is over. */
void sip_calls_tick(struct sip_calls *t, struct inspection *in, uint64_t now_ns);

/* Every record, the one quiet for longest first. */
void sip_calls_each(const struct sip_calls *t, void (*fn)(void *context, const struct sip_call *c),
                    void *context);
uint32_t sip_calls_count(const struct sip_calls *t);
uint64_t sip_calls_forgotten(const struct sip_calls *t); /* for want of room */
