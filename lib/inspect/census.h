/*
 * What the inspector has counted: messages by type, as `pniscope analyze --json` lists them. The
 * inspector's thread writes; read when it has stopped, or by itself. Names are bounded.
 */
#pragma once

#include <stdint.h>

#include "base/text.h"
#include "inspect/certificates.h"
#include "inspect/evidence.h"
#include "inspect/names.h"
#include "inspect/peering.h"
#include "inspect/sip_call.h"
#include "inspect/stream.h"
#include "inspect/voice.h"

enum { CENSUS_SIP_STATUS_MAX = 700, CENSUS_STUN_TYPES = 1 << 14, CENSUS_CHANNELS = 1 << 12 };

enum census_transport { CENSUS_TCP, CENSUS_UDP, CENSUS_QUIC, CENSUS_TRANSPORTS };

/* A small table of counts by number, in order of first sight: versions are few, or lies. */
enum { CENSUS_VERSIONS = 32, CENSUS_KINDS = 256 };
struct census_version {
	uint32_t version;
	uint64_t kinds[CENSUS_KINDS]; /* by content type, long packet type … */
};
struct census_versions {
	uint32_t count;
	uint64_t beyond;
	struct census_version at[CENSUS_VERSIONS];
};

struct round_trips;

/* Messages that ICMP errors quote: sent, refused, and counted here alone, since those that passed
 * the tap themselves are counted where they passed. */
struct census_quoted {
	struct names sip_methods;
	uint64_t sip_status[CENSUS_SIP_STATUS_MAX];
	uint64_t stun[CENSUS_STUN_TYPES];
	uint64_t rtcp[256];          /* by packet type */
	struct census_versions dtls; /* records by version and content type */
	uint64_t dns_queries, dns_responses, dns_rcodes[16];
};

struct census {
	struct {
		struct names methods;
		uint64_t status[CENSUS_SIP_STATUS_MAX];
		struct names call_ids;
		uint64_t malformed, keepalives;
		uint64_t first_fragments; /* messages known by their first IP fragment alone */
		uint64_t with_sdp, sdp_malformed;
	} sip;
	uint64_t rtcp[256];                       /* by packet type */
	uint64_t srtcp;                           /* compounds that are encrypted */
	uint64_t stun[CENSUS_STUN_TYPES];         /* by message type as on the wire */
	uint64_t stun_classic[CENSUS_STUN_TYPES]; /* without the cookie: RFC 3489 */
	uint64_t stun_malformed;
	uint64_t channels[CENSUS_CHANNELS]; /* ChannelData by channel less 0x4000 */
	uint64_t zrtp;
	uint64_t dtls_unified;       /* records with the encrypted header of 1.3 */
	struct census_versions dtls; /* records by version and content type */
	struct {
		uint64_t queries, responses, rcodes[16], malformed;
		uint64_t first_fragments; /* as for SIP */
	} dns;
	struct {
		struct names names;          /* server names that clients asked for, once a hello */
		struct names datagram_names; /* the same over DTLS */
		uint64_t handshakes[CENSUS_TRANSPORTS][256]; /* messages that are whole */
		uint64_t cut_handshakes[256];  /* over TCP, of segments cut by a snap length */
		struct names cut_names;        /* of such hellos */
		struct census_versions chosen; /* by ServerHello; kinds[transport] */
		uint64_t alerts[256];
		struct certificates certificates;
	} tls;
	struct census_quoted quoted;
	struct census_versions quic;        /* long headers by version and enum quic_type */
	uint64_t quic_short, quic_unopened; /* Initials that no key fitted */
	struct peering peering;             /* LACP, LLDP, BFD, BGP */
	struct voice *voice;                /* signalling by link, SBC and subnet */
	struct sip_calls *calls;
	struct round_trips *round_trips; /* questions and answers */
	struct evidence evidence;        /* of roles */
	/* of the inspector itself */
	struct stream_pool streams; /* and the memory that waits, of handlers too */
	uint64_t datagrams, unread; /* frames that nobody reads */
	uint64_t given_up;          /* directions that turned out not to be what their class says */
};

/* `name_limit`: different texts kept of each kind; `call_limit`, `keep_calls`: as for
 * sip_calls_create(); `evidence_places`: as for evidence_init(). */
struct census *census_create(uint32_t name_limit, uint32_t call_limit, bool keep_calls,
                             uint32_t evidence_places);
void census_destroy(struct census *c);

/* How many messages of each protocol were read, in words: "sip 29, rtcp 4"; nothing when none. */
void census_summary(const struct census *c, struct text *to);

void census_version_add(struct census_versions *v, uint32_t version, uint8_t kind);
