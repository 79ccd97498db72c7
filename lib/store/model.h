/*
 * The model: every key and field of version 1, as structs. A hash's id is the part of its key after
 * the first colon ("pni-a", "pni-a:0", "203.0.113.0/24:class:sip").
 * Arrays of two are [enum direction]; in Redis they are NAME_peer_to_msft and NAME_msft_to_peer.
 * Counters are totals since `started_us` of the writer's boot; rates and peaks are of the last
 * interval. Bytes are frame bytes without FCS (L2) unless the name says l1.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "inspect/inspector_shortage.h"
#include "snap/shortage.h"
#include "store/model_path.h"
#include "store/model_peering.h"
#include "store/model_voice.h"
#include "store/record.h"

enum { MODEL_VERSION = 1 };

enum record_kind {
	RECORD_PROBE,        /* probe:ID */
	RECORD_EPOCH,        /* epoch:ID */
	RECORD_LINK,         /* link:NAME */
	RECORD_LINK_CLASS,   /* link:NAME:class:C */
	RECORD_LINK_SUBNET,  /* link:NAME:subnet:PREFIX */
	RECORD_MEMBER,       /* member:LINK:N */
	RECORD_SUBNET,       /* subnet:PREFIX */
	RECORD_SUBNET_CLASS, /* subnet:PREFIX:class:C */
	RECORD_ENDPOINT,     /* endpoint:IP */
	RECORD_FINDING,      /* finding:ID, peering scope */
	RECORD_VERDICT,      /* verdict:REQ, peering scope */
	RECORD_MAINTENANCE,  /* maintenance:ID, peering scope */
	RECORD_SESSION,      /* session:NAME */
	RECORD_BFD,          /* bfd:NAME */
	RECORD_LACP,         /* lacp:LINK:N */
	RECORD_TOKENS,       /* tokens:LINK */
	RECORD_VOICE,        /* voice:SCOPE */
	RECORD_LATENCY,      /* latency:SCOPE:SIDE */
	RECORD_LOSS,         /* loss:SCOPE:SIDE */
	RECORD_HALVES,       /* halves:LINK */
	RECORD_ASYMMETRY,    /* asymmetry:LINK, peering scope */
	RECORD_STREAM,       /* stream:ID */
	RECORD_LEG,          /* leg:ID */
	RECORD_KIND_COUNT
};

struct rec_epoch {
	struct rec_head head;
	uint64_t start_us, end_us;
	double coverage_ratio; /* packets analysed / packets offered to the ports */
	uint64_t keys;         /* written in this epoch */
	bool stretched;        /* the interval was longer than configured */
};

struct rec_probe {
	struct rec_head head;
	char id[64], site[64], version[32], host[64];
	char config_sha256[65];
	char terms_sha256[65]; /* of what its traffic is told apart by: conf/digest.h */
	uint64_t terms_us;     /* since when, where that changed in this run; 0: since its start */
	char peering[64], profile[64];
	bool fit;
	char unfit_reason[160];
	uint64_t heartbeat_us;
	char timezone[64];     /* of the site, IANA name */
	char clock_source[32]; /* "hardware", "capture", "tsc" */
	uint64_t clock_resolution_ns, clock_error_ns;
	uint64_t clock_steps, clock_step_ns, clock_step_us; /* against the system's clock */
	bool clock_free;                                    /* the system's: kept by nobody */
	uint64_t clock_utc_error_us;
	uint64_t ports, workers;
	uint64_t rx_packets, rx_bytes; /* counted by the ports themselves */
	uint64_t packets, bytes;       /* analysed */
	uint64_t missed;               /* lost by the port before the probe could take them */
	uint64_t no_mbuf;
	uint64_t kernel_drops; /* AF_PACKET sockets: included in `missed` */
	uint64_t punt_control, punt_control_drops, punt_bulk, punt_bulk_drops;
	uint64_t undecoded;          /* all reasons but ok */
	char undecoded_reasons[512]; /* "vlan_deep 3, ipv4_short 1", largest first */
	uint64_t direction_unknown;
	uint64_t flows, flows_capacity, flows_created, flows_expired, flows_evicted;
	uint64_t meters, endpoints_overflow;
	uint64_t streams, streams_capacity, streams_overflow; /* RTP */
	uint64_t latency_overflow, quality_overflow;
	struct shortage shortage;
	struct inspector_shortage inspector_shortage;
	uint64_t expectations_dropped;
	double loss_ratio; /* (missed + no_mbuf + ring drops) / offered, this interval */
	double coverage_ratio;
	double busy_ratio; /* busiest worker */
	double cycles_per_packet;
	uint64_t longest_turn_us;
	uint64_t interval_us;
	uint64_t spool_events, spool_bytes, spool_dropped; /* events waiting, and lost for good */
	uint64_t store_errors, store_reconnects;
};

/* Packets and bytes both ways, with the last interval's rates. */
struct rec_traffic {
	uint64_t packets[2], bytes[2];
	double rate_pps[2], rate_bps[2]; /* L2 */
};

enum { REC_SIZES = 12 };

struct rec_link {
	struct rec_head head;
	char name[64], site[64], facility[64], role[16], router[64], tap[16], probe[64];
	char connection_id[64];
	char state[16]; /* "up", "silent", "degraded", "unknown" */
	uint64_t state_since_us;
	char why[160];
	uint64_t bandwidth_bps; /* declared */
	uint64_t capacity_bps;  /* sum of tapped members' speeds, less those out by LACP */
	uint64_t members, members_active;
	char lacp[32];                 /* "2 of 2 distributing"; empty: no LACPDU */
	uint64_t members_distributing; /* by the LACP of both sides */
	struct rec_traffic traffic;
	double rate_l1_bps[2];
	double peak_1ms_bps[2], peak_10ms_bps[2], peak_100ms_bps[2], peak_1s_bps[2]; /* L1 */
	double utilisation_ratio[2];  /* of capacity, L1, this interval */
	double p95_5min_ratio[2];     /* p95 of 5-minute means over the last 24 h; NaN before */
	double peak_1min_ratio[2];    /* highest 1-minute mean over the last 24 h */
	uint64_t over_40_since_us;    /* first crossing of the augmentation limit; 0: never */
	uint64_t days_over_40;        /* of the last 30 */
	uint64_t sizes[2][REC_SIZES]; /* packet-size histogram, sizes_LE_DIRECTION */
	uint64_t endpoints_peer, endpoints_msft; /* distinct, seen since start */
	uint64_t last_packet_us[2];
	uint64_t rx_packets[2], rx_missed[2]; /* the ports' own counters */
	double coverage_ratio;
	struct rec_link_media media;
};

struct rec_member {
	struct rec_head head;
	char link[64], port_peer_to_msft[128], port_msft_to_peer[128];
	uint64_t index;
	char state[16];
	uint64_t speed_bps;      /* declared */
	uint64_t port_speed_bps; /* read from the port; 0: the port has none */
	struct rec_traffic traffic;
	double rate_l1_bps[2], peak_1ms_bps[2];
	double share_ratio[2]; /* of the link's bytes */
	uint64_t rx_packets[2], rx_bytes[2], rx_missed[2], no_mbuf[2];
	uint64_t last_packet_us[2];
	char lacp_state[16];               /* of rec_lacp */
	char lacp_peer[80], lacp_msft[80]; /* actor system, key, port, rate and state */
};

/* link:NAME:class:C */
struct rec_link_class {
	struct rec_head head;
	char link[64], class[32];
	struct rec_traffic traffic;
	uint64_t flows, flows_two_way;
};

/* link:NAME:subnet:PREFIX; PREFIX is "announced-peer" and "announced-msft" for what is announced by
 * BGP and of no declared subnet, "undeclared-peer" and "undeclared-msft" for the rest */
struct rec_link_subnet {
	struct rec_head head;
	char link[64], prefix[64], side[8];
	struct rec_traffic traffic;
	uint64_t flows;
};

struct rec_subnet {
	struct rec_head head;
	char prefix[64], side[8];
	char declared[256], roles[128]; /* comma-separated names */
	bool standby;
	struct rec_traffic traffic;
	uint64_t flows, flows_two_way;
	uint64_t endpoints;   /* distinct, seen since start */
	bool endpoints_exact; /* false: the endpoint table overflowed, then a lower bound */
	double declared_ratio, tolerated_ratio, undeclared_ratio, unknown_ratio; /* of bytes */
	uint64_t first_us, last_us;
};

struct rec_subnet_class {
	struct rec_head head;
	char prefix[64], class[32];
	char standing[16]; /* "declared", "tolerated", "undeclared", "unclassified" */
	struct rec_traffic traffic;
	uint64_t flows, flows_two_way,
		flows_peer; /* flows_peer: first packet from the peer's side */
	uint64_t first_us, last_us;
};

struct rec_endpoint {
	struct rec_head head;
	char ip[46], side[8], subnet[64];
	char links[128], classes[512];
	char roles[256];                        /* observed, comma-separated names */
	char roles_confidence[384];             /* "sbc 0.95,web-server 0.80" */
	uint64_t roles_first_us, roles_last_us; /* of their evidence */
	struct rec_traffic traffic;
	uint64_t flows, first_us, last_us;
	/* TCP and QUIC, without what hosts think; TCP and RTP. NaN: no samples */
	double rtt_us, rtt_min_us, loss_ratio;
	uint64_t rtt_samples, loss_samples, lost_packets;
	char rtt_methods[64];
};

/* One piece of evidence that a peer could check. */
struct rec_evidence {
	char file[128];
	uint64_t frame, ts_us;
	char link[64], member[8], direction[16], field[64], value[160];
};

struct rec_need {
	char what[96], have[64], want[64], how[200];
	uint64_t eta_us; /* expected time from now; 0: not known */
};

struct rec_subcheck {
	char id[48], scope[96], verdict[16], reason[240];
	uint64_t samples;
};

enum { REC_EVIDENCE = 8, REC_NEED = 6, REC_SUBCHECKS = 64 };

struct rec_finding {
	struct rec_head head;
	char id[64];                /* stable for the same subject and kind while open */
	char kind[40];              /* event name: "class.undeclared", "probe.loss" … */
	char subject[128];          /* "link:pni-a", "subnet:203.0.113.0/24", "probe:ams1-p1" */
	char side[8], severity[10]; /* "critical", "major", "minor", "info" */
	char state[8];              /* "open", "acked", "closed" */
	uint64_t since_us, until_us, acked_us;
	char acked_by[64];
	char cause[200], caused_by[64], text[240], next[240];
	uint64_t samples;
	uint32_t evidence_count;
	struct rec_evidence evidence[REC_EVIDENCE];
};

struct rec_verdict {
	struct rec_head head;
	char id[8], title[96], strength[8], applies[8]; /* "MUST"/"SHOULD"; "yes"/"no" */
	char verdict[16];                               /* "PASS", "FAIL", "INCONCLUSIVE" */
	char basis[10];                                 /* "OBSERVED", "DECLARED", "MIXED", "" */
	char side[8], scope[96];
	char reason[32];   /* INCONCLUSIVE: "not-collected", "not-observable", "too-little",
	                      "probe-unfit" */
	char reasons[400]; /* what decided, sentences separated by "; " */
	char next[200];    /* FAIL: the next command or action */
	char profile[64];  /* version of the requirement set */
	uint64_t window_from_us, window_to_us, since_us;
	uint64_t first_us; /* FAIL: when what fails began, or was first seen */
	uint64_t samples;
	double voided_ratio; /* share of the window that the probe's own loss voided */
	char own_loss[240];  /* what the probes lost of what it rests on, over the window */
	uint32_t evidence_count, need_count, subcheck_count;
	struct rec_evidence evidence[REC_EVIDENCE];
	struct rec_need need[REC_NEED];
	struct rec_subcheck subchecks[REC_SUBCHECKS];
};

struct rec_maintenance {
	struct rec_head head;
	char id[64], scope[200], by[64];
	uint64_t from_us, to_us;
	bool drill;
};

/* An event on a writer's stream; `seq` and `detected_us` make its entry id. */
struct event {
	uint64_t ts_us, detected_us, seq;
	char name[40]; /* of the event table: "class.undeclared" … */
	char probe[64], severity[10], subject[128], link[64], direction[16], side[8];
	char cause[160], caused_by[64], finding[64], text[240];
	char origin[48]; /* entry id in the stream that it was read from; in the merged stream: in
	                    the probe's own */
};

enum { KEY_SIZE = 512 }; /* room for any key with its NUL; longer ids are cut */

const struct key_schema *model_schema(enum record_kind kind);
/* All keys, those of later parts too, ended by a NULL pattern. */
const struct key_schema *model_keys(void);

/* "pni:{SITE}:" + `rest`, "pni:{@PEERING}:" + `rest` or "pni:" + `rest`. */
void model_key(char key[KEY_SIZE], enum key_scope scope, const char *site, const char *peering,
               const char *rest);
/* Key of a record without its scope's prefix: "link:pni-a". */
void model_record_key(char key[KEY_SIZE], enum record_kind kind, const char *id);
/* Key of the list that holds this id, without prefix, and the part of the id that stands in it
 * (points into `id`); false: the kind has no list. */
bool model_index(char key[KEY_SIZE], enum record_kind kind, const char *id, const char **member);
/* Key of a roll-up stream without prefix. Level 0 is "ts:SUBJECT", 1 and 2 "ts:10s:SUBJECT" and
 * "ts:60s:SUBJECT". */
void model_points_key(char key[KEY_SIZE], const char *subject, unsigned level);

enum { POINT_LEVELS = 3, POINT_FIELDS = 12 };
struct point_level {
	const char *name; /* "1s" */
	uint32_t step_s;  /* distance of points */
	uint32_t keep_s;  /* kept for */
	uint32_t points;  /* keep_s / step_s: the stream's cap */
};
const struct point_level *model_point_level(unsigned level);
/* Bytes of a full roll-up in Redis, points of so many fields. */
uint64_t model_points_size(unsigned level, unsigned fields);

/* docs/redis.md */
void model_print_docs(FILE *to);
