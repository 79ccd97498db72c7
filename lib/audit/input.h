/*
 * What the judges look at: everything that a peering's sites say, read once per turn by
 * audit_gather() (audit/gather.h), so that a judge is a pure function from this to a verdict.
 * Subnets are summed over sites and probes; links and probes stand one by one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/registry.h"
#include "audit/uptime.h"
#include "classify/role.h"
#include "conf/conf.h"
#include "store/model.h"

enum { INPUT_PATH = 16 };

struct input_probe {
	struct rec_probe rec;
	struct rec_probe own;   /* the counters that the gate looks at (audit/gate.h), over the
	                           window; nothing else */
	bool stale;             /* no heartbeat for longer than `stale_us` */
	bool stranger;          /* works from another contract than control */
	uint64_t known_us;      /* since when its counts can be placed: audit/window.h */
	uint64_t offered, lost; /* packets, over the window: reached the ports; never analysed */
	uint64_t control_drops; /* over the window: punted control frames that were lost */
	uint64_t round_trips;   /* that count under a scope of their own, since start */
};

/* Packets since their probe's start, of which the window's are a part: where these are few, those
 * are. [enum side][enum direction], and [enum direction]. */
struct input_whole {
	uint64_t frames[2], announced[2][2], undeclared[2][2];
};

struct input_link {
	const struct conf_link
		*conf; /* NULL: the probe reports a link that is not in the contract */
	struct rec_link rec;
	bool seen;                       /* false: declared, no record of it */
	const struct input_probe *probe; /* that taps it; NULL: not known */
	struct rec_member *members;
	size_t member_count;
	/* traffic of addresses that no declared subnet covers: those of prefixes that the probe
	 * knew to be announced, and the rest; [enum side] */
	struct rec_link_subnet announced[2], undeclared[2];
	uint64_t frames[2]; /* packets without addresses, which count as undeclared on both sides */
	uint64_t packets[2], bytes[2]; /* over the window, as those above */
	struct input_whole whole;
	uint64_t rest_first_us, rest_last_us; /* since when, and when last, what no declared subnet
	                                         of the peer covers was seen */
	struct input_member *lacp;
	size_t lacp_count;
	struct rec_tokens tokens;
	bool followed; /* its probe follows LACP, BFD and LLDP here: that one is not seen says
	                  something */
};

/* What the protocols say of one member of a LAG. */
struct input_member {
	struct rec_lacp rec;
	struct uptime uptime; /* distributing */
};

/* A registered prefix as the peer announces it on one session. */
struct input_route {
	bool present;
	bool covered;  /* absent, but a shorter prefix around it stands */
	bool tagged;   /* 8075:8007 */
	bool shutdown; /* 65535:0, graceful shutdown (RFC 8326) */
	/* share of its addresses for which a longer prefix is announced there; counted twice where
	 * these lie in each other. NaN: not looked at */
	double inside;
	uint32_t path[INPUT_PATH]; /* as far as it fits, from the left; a set's members too */
	unsigned path_count;
	unsigned path_length; /* a set counts 1 (RFC 4271 section 9.1.2.2) */
	uint32_t origin;      /* 0: none, or a set */
	uint32_t med;
	bool has_med;
	uint64_t since_us; /* of this announcement */
};

/* What the peer announces on a session, against the snapshots (audit/registry.h). */
struct input_registry {
	bool whole; /* all of its routes were looked at */
	uint64_t routes, valid, not_found, invalid_origin, invalid_length; /* by RFC 6811 */
	uint64_t registered, other_origin, unregistered;                   /* by registry objects */
	/* the first of each kind: "192.0.2.0/24 AS 64501, authorised AS 64500" */
	char first_invalid[96], first_length[96], first_unregistered[96];
};

struct input_session {
	const struct conf_session *conf; /* NULL: the wire alone names it */
	const struct input_link *link;   /* NULL: none of the contract */
	struct rec_session rec;
	bool seen;   /* false: declared, no record of it */
	bool counts; /* belongs to this peering: conf, or ends at the cloud on a link that declares
	                none */
	struct uptime uptime;       /* established */
	uint64_t max_prefix_ceases; /* over the window, both sides */
	struct input_route *routes; /* one per registered prefix of the contract; NULL: not read */
	struct input_registry registry;
};

struct input_bfd {
	const struct input_link *link;
	const struct input_session *session; /* that it guards; NULL: none known */
	struct rec_bfd rec;
	struct uptime uptime;      /* up both ways */
	uint64_t stayed, followed; /* over the window: BGP after a Down */
};

/* Counts of one class in one subnet, over the window. Arrays are [enum direction]. */
struct input_class {
	char name[32];
	uint64_t packets[2], bytes[2];
	uint64_t flows, flows_two_way, flows_peer;
	uint64_t first_us, last_us;
};

/* Whether what its side announces covers an address or prefix, on any session. */
enum announced { ANNOUNCED_UNKNOWN, ANNOUNCED_YES, ANNOUNCED_NO };

/* An address that needs a look: a router's own, a declared endpoint, or one that no declared subnet
 * covers. Counts over the window. */
struct input_source {
	char ip[ADDR_TEXT_SIZE];
	enum side side;
	uint64_t packets[2], flows, first_us, last_us;
	uint64_t whole[2]; /* packets since the probe's start */
	bool router;       /* an end of a session, or an address of the link alone */
	bool declared;     /* an endpoint of the contract */
	bool in_subnet;    /* of a declared subnet */
	bool icmp_only;
	const char *bogon; /* why it is not globally reachable, or NULL */
	enum announced announced;
};

/* A role that addresses of a subnet were seen in. */
struct input_role {
	uint64_t endpoints;
	double confidence; /* the highest */
	char ip[46];       /* whose that is */
	uint64_t last_us;
};

struct input_subnet {
	char prefix[PREFIX_TEXT_SIZE];
	const struct conf_subnet *conf; /* NULL: reported, not in the contract */
	uint64_t packets[2], bytes[2];
	uint64_t flows;
	uint64_t first_us, last_us;
	uint64_t whole[2]; /* packets since the probe's start */
	struct input_class *classes;
	size_t class_count;
	struct input_role roles[ENDPOINT_ROLE_COUNT]; /* [enum endpoint_role] */
	enum announced announced;                     /* those of the contract: by their side */
};

/* Prefixes that the peer announces and no entry of the contract describes. */
struct input_unlisted {
	size_t announced; /* looked at, of both families */
	bool whole;       /* they are all */
	size_t count;     /* without entry, for longer than the grace */
	char first[PREFIX_TEXT_SIZE];
	uint64_t first_us; /* announced */
};

/* What a link shows one way only. */
struct input_halves {
	struct rec_halves rec;
	char site[64];
};

struct audit_input {
	const struct conf *conf;
	uint64_t now_us;         /* wall clock; captures: to_us */
	uint64_t from_us, to_us; /* the window that counts stand on; to_us is the newest epoch */
	/* counts of traffic (R3, R4, X9) are of since then: a look that came late, or other terms;
	 * 0: of the whole window */
	uint64_t known_us;
	uint64_t placed_us;   /* the latest since when a probe can place its counts; 0: no matter */
	uint64_t terms_us;    /* when a probe took up other terms, if in this run; else 0 */
	uint64_t min_time_us; /* 0, or what stands for longer times: `--window` */
	bool once;            /* live, by one look */
	bool capture;         /* offline: no port counters, no clock but the packets' */
	bool roles_collected; /* some endpoint has a role: absence of one says something */
	struct input_probe *probes;
	size_t probe_count;
	struct input_link *links; /* those of the contract first, in its order */
	size_t link_count;
	struct input_subnet *subnets; /* those of the contract first, in its order */
	size_t subnet_count;
	struct input_session *sessions; /* those of the contract first, in its order */
	size_t session_count;
	struct input_bfd *bfds;
	size_t bfd_count;
	struct rec_loss *losses; /* of links, subnets and SBCs, all sites */
	size_t loss_count;
	struct rec_latency *latencies;
	size_t latency_count;
	struct input_halves *halves; /* of links, all sites */
	size_t halves_count;
	const struct rec_asymmetry *asymmetries; /* where the others are: audit/crossing.h */
	size_t asymmetry_count;
	struct input_unlisted unlisted;
	struct input_source *sources;
	size_t source_count;
	struct rec_voice *voices; /* signalling of links, SBCs and subnets, by site and probe */
	size_t voice_count;
	const struct rec_finding *const *findings; /* open ones, of the last look */
	size_t finding_count;
	struct rec_maintenance *maintenance; /* begun at run time, beside those in conf */
	size_t maintenance_count;
	const struct registry *registry; /* snapshots of who may originate what; NULL: none */
	double voided_ratio;             /* share of the window that the probes' own loss voided */
	/* why a record of that kind could not be read, the first one; empty: all were
	 * (audit/unread.h) */
	char unread[RECORD_KIND_COUNT][160];
};

/* Whether its numbers may carry a verdict: fit and not stale. */
bool input_speaks(const struct input_probe *p);
/* The speaking probe that still writes the record of this head, or NULL: what an earlier run, or a
 * probe that is silent, left behind tells nothing of now. */
const struct input_probe *input_writer(const struct audit_input *in, const struct rec_head *head);
/* Whether a record was left behind: by an earlier run of its probe, or by one that goes on without
 * writing it. */
bool input_is_left(const struct input_probe *p, const struct rec_head *head);
/* How long it has been silent: "35 s", "12 min", "3.5 h", "4 days". */
const char *input_silence(const struct audit_input *in, const struct input_probe *p, char text[24]);
/* Why it does not speak: "probe p1 wrote nothing for 35 s"; nothing for one that does. */
void input_why_unfit(const struct audit_input *in, const struct input_probe *p, char *why,
                     size_t size);
/* True when no probe speaks, or one that taps a declared link is stale or unfit. `which`, if not
 * NULL, gets that probe, or NULL where there is none. */
bool input_unfit(const struct audit_input *in, const struct input_probe **which);
/* The maintenance that covers `scope` ("link:pni-a", "peering") now, declared or begun at run time;
 * its id, or NULL. */
const char *input_maintenance(const struct audit_input *in, const char *scope);
/* The maintenance of `scope`, or of `also` (NULL: none), that covers `us` or begins next, as
 * uptime_maintenance_fn. */
struct input_scope {
	const struct audit_input *in;
	const char *scope, *also;
};
const char *input_maintenance_next(const void *input_scope, uint64_t us, uint64_t *from_us,
                                   uint64_t *until_us);
/* Whether somebody took note of a finding about `subject` that is still open. */
bool input_acked(const struct audit_input *in, const char *subject);
/* Since when traffic is counted: the window's begin, or what is later of known_us. */
uint64_t input_counted_us(const struct audit_input *in);
/* Why less than the window is, as "traffic of before 5 min ago is left out: …"; false: all is. */
bool input_left_out(const struct audit_input *in, char *why, size_t size);
/* A minimum time in us: the threshold, or what `--window` puts in its place. */
uint64_t input_time_us(const struct audit_input *in, const char *threshold);
/* Whether absence proves something on this link: its probe is fit, follows the protocols there and
 * lost nothing that deafens it (audit/gate.h; requirements section 4.5). */
bool input_hears(const struct audit_input *in, const struct input_link *link);
