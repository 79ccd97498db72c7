/*
 * Signalling per scope: "link:NAME", "sbc:NAME" and "subnet:PREFIX" each count the calls,
 * responses, TLS connections, OPTIONS and signs of address translation of the frames that concern
 * them. A frame belongs to its link, to the SBC that declares one of its addresses for signalling,
 * and to the declared subnet of its peer-side address. As many scopes as the contract names, at
 * most. The inspector's thread writes; read while the inspector is held.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/histogram.h"
#include "base/named.h"
#include "conf/conf.h"
#include "inspect/certificate.h"
#include "inspect/outages.h"

struct inspection;

enum {
	VOICE_CODES = 32,
	VOICE_PLACES = 3, /* scopes of one frame */
	VOICE_EXAMPLE_SIZE = 128,
	VOICE_NAME_SIZE = 128,
};

/* Signs of address translation or a SIP ALG in clear SIP, the source itself being public. */
#define NAT_SIGN_TABLE(X)                                                                  \
	X(VIA, "via", "Via sent-by of a private address")                                  \
	X(CONTACT, "contact", "Contact of a private address")                              \
	X(SDP, "sdp", "SDP c= of a private address")                                       \
	X(RECEIVED, "received", "Via received= that is not the sent-by (RFC 3261 18.2.1)") \
	X(RPORT, "rport", "Via rport= that is not the sent-by port (RFC 3581)")

enum nat_sign {
#define NAT_SIGN_ENUM(id, name, help) NAT_##id,
	NAT_SIGN_TABLE(NAT_SIGN_ENUM)
#undef NAT_SIGN_ENUM
		NAT_SIGNS
};
const char *nat_sign_name(enum nat_sign s);

/* Responses by code, in order of first sight. */
struct voice_codes {
	uint32_t count;
	struct {
		uint16_t code;
		uint64_t responses;
	} at[VOICE_CODES];
	uint64_t beyond;
};

/* A rhythm of questions: OPTIONS, or what looks like them inside TLS. */
struct voice_rhythm {
	uint64_t count, answered;
	uint64_t first_ns, last_ns; /* of the questions */
	uint64_t gap_max_ns;        /* between two of them, its link's own silence left out */
	uint64_t mute_ns;           /* of its link, since the last */
};

/* What one side did. */
struct voice_side {
	uint64_t calls; /* begun by it */
	struct voice_rhythm options;
	uint64_t last_ns; /* its last word of any kind */
	uint64_t mute_ns; /* of its link, since then */
	uint32_t link;    /* where that was: index in voice.links + 1; 0: not known */
	/* longer than x18_options_gap_us: without OPTIONS, or inside TLS, where a busy connection
	 * has none to show, without a word while connections stood */
	struct outages silences;
	uint64_t alerts;    /* of TLS, in the clear, close_notify aside */
	uint8_t alert_code; /* of the last */
	uint64_t alert_ns;
	uint64_t certificate_ns; /* when its certificate was seen last; 0: never */
	struct certificate certificate;
};

enum { VOICE_TLS_OLDER, VOICE_TLS_1_0, VOICE_TLS_1_1, VOICE_TLS_1_2, VOICE_TLS_1_3, VOICE_TLS };

struct voice_scope {
	char name[NAMED_SIZE]; /* "sbc:sbc1" */
	uint64_t since_ns, last_ns;
	uint64_t told; /* the exporter's: what it wrote last stood at this */
	/* clear SIP */
	uint64_t requests, responses, retransmissions;
	uint64_t clear_to_cloud; /* SIP in the clear that the peer sent */
	struct voice_codes codes;
	uint64_t calls, active, active_max;
	uint64_t finals; /* with a final answer: answered, refused, abandoned, timed out */
	uint64_t answered, effective, abandoned, timeouts, redirected, ended;
	uint64_t reinvites, forks;
	uint64_t talk_ns;                 /* of ended calls that were answered */
	struct histogram *setup, *answer; /* INVITE to 180, 183 or 200; INVITE to 200. NULL: none */
	/* signalling inside TLS */
	uint64_t tls_connections, tls_open, tls_established, tls_failed;
	uint64_t tls_versions[VOICE_TLS];
	char tls_name[VOICE_NAME_SIZE]; /* server name asked for last */
	bool options_by_rhythm;         /* OPTIONS are guessed from small records */
	struct voice_side side[2];      /* [enum side], peer and msft */
	uint64_t nat[NAT_SIGNS];
	char nat_first[NAT_SIGNS][VOICE_EXAMPLE_SIZE];
};

/* A link's last frame of any kind, by the side that sent it; 0: none. */
struct voice_link {
	char name[NAMED_SIZE];
	uint64_t heard_ns[2];
};

struct voice {
	struct named scopes, links;
	const struct conf *conf;
	struct lpm *subnets; /* value: index in conf.subnets + 1 */
	uint64_t silence_ns; /* x18_options_gap_us */
};

/* Where a frame belongs. */
struct voice_place {
	unsigned count;
	uint32_t scope[VOICE_PLACES]; /* indices, for as long as the configuration stands */
	bool sided;                   /* `sender` is known */
	enum side sender;             /* SIDE_PEER or SIDE_MSFT */
	uint16_t link;                /* or FACT_NO_LINK */
	enum direction dir;           /* with `sided` */
};

struct voice *voice_create(void);
void voice_destroy(struct voice *v);
/* Scopes of names that stay keep their counts. NULL: none. */
void voice_set_conf(struct voice *v, const struct conf *conf);

void voice_place(struct voice *v, const struct inspection *in, struct voice_place *out);

/* A link (index in conf.links) brought its last frame of this direction then, of any kind. A fibre
 * or a probe that shows nothing at all for two minutes says nothing of who is silent. */
void voice_heard(struct voice *v, uint16_t link, enum direction dir, uint64_t time_ns);
/* `side` said something in the scopes of the place, on this link: voice_place() notes it of the
 * frame's sender, this is for who asks for the place once a connection. */
void voice_word(struct voice *v, const struct voice_place *p, uint16_t link, enum side side,
                uint64_t now_ns);
/* OPTIONS of `side`, or what looks like them. */
void voice_asked(struct voice *v, struct voice_scope *s, enum side side, uint64_t now_ns);
/* How long the side has been silent, as `silences`, as far as its link shows. */
uint64_t voice_quiet_ns(const struct voice *v, const struct voice_scope *s, enum side side);

static inline struct voice_scope *
voice_scope(const struct voice *v, uint32_t index)
{
	return (struct voice_scope *)v->scopes.items + index;
}

void voice_code_add(struct voice_codes *c, uint16_t code);
void voice_time_add(struct histogram **h, uint64_t ns);
/* Counts the sign in every scope of the place; `example` is kept of the first. */
void voice_nat_add(struct voice *v, const struct voice_place *p, enum nat_sign sign,
                   const char *example);
