/*
 * The part of the model that the interconnect's own protocols fill: BGP sessions, BFD sessions, the
 * two actors of each LAG member, and the tokens by which routers are told apart. Included by
 * store/model.h alone.
 * Arrays of REC_SIDES are [enum side], peer then msft; in Redis `peer_NAME` and `msft_NAME`. What a
 * side has (an AS, a state) is what that side said, whoever heard it. Empty text and 0 mean "not
 * seen", unless the field says otherwise.
 */
#pragma once

#include "store/record.h"

enum {
	REC_SIDES = 2,
	REC_ASNS = 128,
	REC_CAPABILITIES = 256,
	REC_ROUTES_TEXT = 160,
	REC_OUTAGES_TEXT = 256, /* room for seven "FROM-UNTIL" in us */
};

/* Every hash begins with this. */
struct rec_head {
	uint64_t seq;        /* the epoch that wrote it */
	uint64_t boot_us;    /* boot_id: the writer's start, unique per run */
	uint64_t started_us; /* since when the counters count */
};

/* Routes of one side that break a rule of requirements section 2 or 6: how many stand, and the
 * first few as "PREFIX reason, PREFIX reason". */
struct rec_routes_wrong {
	uint64_t count;
	char first[REC_ROUTES_TEXT];
};

/* One side of a BGP session: what it said, and its Adj-RIB-In at the other side. */
struct rec_session_side {
	char ip[46];
	uint64_t port;
	uint64_t asn;        /* of its OPEN (capability 65 before My-AS); 0: no OPEN known */
	bool as_trans;       /* My-AS was 23456 without capability 65 */
	char open_basis[12]; /* "observed", "seeded" (BMP, MRT), "carried" (over a restart), "" */
	uint64_t open_us;    /* when that OPEN was sent */
	char bgp_id[16];
	char hostname[65];                   /* FQDN capability */
	uint64_t hold_s;                     /* proposed */
	char capabilities[REC_CAPABILITIES]; /* numbers, ascending: "1,2,64,65,70" */
	bool add_path; /* its unicast prefixes have path identifiers (RFC 7911) */
	uint64_t opens, updates, keepalives, notifications, refreshes; /* messages */
	uint64_t first_as;               /* leftmost AS of its latest path */
	uint64_t updates_indirect;       /* UPDATEs in a row whose path began with first_as */
	uint64_t last_us;                /* of a message or acknowledged segment */
	uint64_t routes_v4, routes_v6;   /* standing */
	uint64_t announced, withdrawn;   /* NLRI, as often as said */
	uint64_t notes, malformed, gaps; /* RFC 7606 notes; unreadable; bytes missing */
	char completeness[12];           /* "COMPLETE", "INFERRED", "BROKEN", "SEEDED", "" */
	uint64_t completeness_us;        /* since when */
	char completeness_why[96];       /* why not COMPLETE; empty: it is, or is SEEDED */
	char rib_source[96];             /* where routes that the wire has not shown came from */
	uint64_t end_of_rib_us;
	uint64_t seed_disagreed;       /* seeded: later UPDATEs that contradict the seed */
	uint64_t carried_missed_bytes; /* that it sent while nobody listened */
	uint64_t public_v4;   /* standing IPv4 prefixes of /24 or shorter, globally reachable */
	uint64_t withdraw_us; /* of its latest withdrawal */
	uint64_t max_prefix_ceases; /* NOTIFICATIONs Cease/1 (RFC 4486) that it sent */
	/* hexadecimal, equal for equal sets: of unicast prefixes, of registered ones among them,
	 * and of these with path, MED and communities */
	char routes_digest[17], registered_digest[17], registered_attrs_digest[17];
	uint64_t registered;       /* registered prefixes among the routes */
	uint64_t routes_unwritten; /* beyond redis.max_routes: not in rib:NAME:SIDE */
	/* whole-RIB checks, kept up to date route by route */
	struct rec_routes_wrong bogon;        /* not globally reachable, or must not be announced */
	struct rec_routes_wrong special_as;   /* an AS of section 2 in the path */
	struct rec_routes_wrong cloud_as;     /* 8075, 8068, 8069 in a peer's path */
	struct rec_routes_wrong expressroute; /* 12076 in a peer's path */
	struct rec_routes_wrong cloud_space;  /* the cloud's own ranges */
	struct rec_routes_wrong foreign_origin; /* origin neither the peer's nor a customer's */
	struct rec_routes_wrong
		tagged_unregistered; /* 8075:8007 on a prefix that is not registered */
};

/* session:NAME; NAME as declared, or "LINK:PEERIP-CLOUDIP" where it is taken from the wire. */
struct rec_session {
	struct rec_head head;
	char name[96], link[64];
	bool declared;
	char state[16]; /* "established", "open-confirm", "open-sent", "idle", "unknown" */
	uint64_t state_since_us;
	bool joined;          /* the session was up before the probe looked */
	uint64_t up_since_us; /* of this TCP connection; 0: not up */
	uint64_t hold_s;      /* in force: the smaller of both OPENs; 180 when not known */
	bool hold_known;
	uint64_t flaps;       /* UP -> DOWN since started_us */
	char down_cause[160]; /* of the last: "Cease 9 hard reset by peer", "hold timer", "TCP reset
	                         by msft", "BFD down 0.3 s before" … */
	char down_side[8];
	uint64_t down_us;
	uint64_t up_us, covered_us;     /* since started_us: time up, and time judged */
	char outages[REC_OUTAGES_TEXT]; /* the last seven, newest first, "FROM-UNTIL,FROM-UNTIL" in
	                                   us since the epoch; UNTIL 0: it lasts */
	bool graceful_restart;          /* forwarding goes on while it is down (RFC 4724) */
	/* over a restart of the probe: nobody listened between; 0: never */
	uint64_t carried_from_us, carried_to_us;
	uint64_t segments, md5_segments, ao_segments; /* of this connection (RFC 2385, RFC 5925) */
	uint64_t ttl_min, ttl_max;
	char completeness[12]; /* the worse of both sides */
	struct rec_session_side side[REC_SIDES];
};

/* A route as rib:NAME:SIDE holds it, one JSON object a field (store/route.h); the field is the
 * prefix, with path identifiers "PREFIX#ID". Absent members are empty, NaN or false. */
struct rec_route {
	char session[96], side[8]; /* whose; of readers, not in the object */
	char prefix[64];
	char origin[12]; /* "igp", "egp", "incomplete" */
	char as_path[512];
	uint64_t path_length; /* a set counts 1 (RFC 4271 section 9.1.2.2) */
	uint64_t first_as, origin_as, repeated;
	char next_hop[46];
	double med, local_pref, otc;
	bool atomic;
	char aggregator[32]; /* "64500 192.0.2.1" */
	char communities[512], extended[256], large[256];
	uint64_t received_us; /* announced last */
	char wrong[96];       /* rules that it breaks, comma-separated */
};

/* One side of a BFD session (RFC 5880): what it sent last, and how regularly. */
struct rec_bfd_side {
	char ip[46];
	char state[12]; /* "AdminDown", "Down", "Init", "Up", "" */
	uint64_t diag;
	uint64_t my_discriminator, your_discriminator;
	uint64_t detect_mult, desired_min_tx_us, required_min_rx_us;
	uint64_t detection_us; /* until this side declares the other down (section 6.8.4) */
	uint64_t packets;
	uint64_t interval_us;   /* at which it must send now: max of its tx and the other's rx */
	uint64_t gap_max_us;    /* longest measured gap while Up, since started_us */
	uint64_t gaps_late;     /* gaps longer than the interval it must keep */
	uint64_t margin_min_us; /* smallest detection time less gap; 0 with gaps beyond it */
	uint64_t ttl_min;
	uint64_t polls, finals;
	uint64_t last_us;
	uint64_t foreign;               /* packets that routers drop: forwarded, TTL below 255 */
	uint64_t echo_us, echo_last_us; /* between two echoes; the newest. 0: none */
};

/* bfd:NAME; NAME of the BGP session between the same addresses, else "LINK:IP-IP", micro-BFD
 * "LINK:N". */
struct rec_bfd {
	struct rec_head head;
	char name[128], link[64], kind[12]; /* "single-hop", "multihop", "micro", "echo" */
	char session[96];                   /* BGP session it guards; empty: none known */
	char state[12]; /* "up", "down", "init", "admin-down", "one-sided", "unknown" */
	uint64_t state_since_us;
	uint64_t flaps;
	uint64_t down_us;
	char down_side[8]; /* whose doing it is: who fell silent, or shut it */
	char down_why[160];
	char down_first[8]; /* the side that said Down first */
	uint64_t down_diag;
	bool ordered;              /* every Up was reached over Down and Init */
	bool discriminators_match; /* each side's your-discriminator is the other's own */
	uint64_t up_us, covered_us;
	char outages[REC_OUTAGES_TEXT]; /* as of rec_session */
	uint64_t echoes;
	/* coupling: how BGP followed a Down of BFD */
	uint64_t bgp_followed; /* went down within 1 s */
	uint64_t bgp_stayed;   /* was still up 10 s later */
	struct rec_bfd_side side[REC_SIDES];
};

/* One side of a LAG member (IEEE 802.1AX): the actor of its newest LACPDU, and the partner it
 * believes in. */
struct rec_lacp_side {
	uint64_t pdus;
	uint64_t consecutive; /* received in a row without a timeout */
	char system[18];      /* MAC address; empty: no PDU seen */
	uint64_t system_priority, key, port, port_priority;
	uint64_t actor_state; /* the eight bits */
	char partner_system[18];
	uint64_t partner_key, partner_port, partner_state;
	char rate[6]; /* what it asks of the other: "fast", "slow" */
	bool echoes;  /* its partner fields are the other side's actor */
	uint64_t last_us;
	uint64_t expected_us; /* period the other side asks for: 1 s or 30 s */
	uint64_t churns;      /* times it left collecting and distributing */
	uint64_t markers;
	uint64_t timeouts; /* silences beyond the short or long timeout */
	char src_mac[18];  /* of its LACPDUs */
	char lldp_chassis[64], lldp_port[64], lldp_name[64], lldp_description[96];
	uint64_t mau_type; /* LLDP MAC/PHY */
	char cdp_device[64];
	uint64_t macs; /* different source addresses of data frames */
};

/* lacp:LINK:N: what the protocols say of the member; its traffic is in member:LINK:N. */
struct rec_lacp {
	struct rec_head head;
	char link[64];
	uint64_t index;
	char state[16]; /* "distributing", "out", "defaulted", "static", "one-sided", "unseen" */
	uint64_t state_since_us;
	char why[160];
	uint64_t flaps, up_us, covered_us;
	char outages[REC_OUTAGES_TEXT]; /* as of rec_session */
	uint64_t down_us;
	char blamed[8]; /* whose doing the state is; empty while it distributes */
	struct rec_lacp_side side[REC_SIDES];
};

/* One side's identity on a link; lists are comma-separated, ascending. */
struct rec_tokens_side {
	char bgp_ids[64], hostnames[160], lacp_systems[128], lldp_chassis[128], lldp_names[160],
		cdp_devices[160];
	char macs[160];            /* sources of BGP, ARP and ND */
	char link_locals[128];     /* IPv6 EUI-64 */
	double tcp_clock_hz;       /* of the timestamps of its BGP sockets; NaN: not known */
	double tcp_clock_offset_s; /* its zero, seconds since the epoch */
	double tcp_clock_error_s;
	bool tcp_clock_shared; /* two connections tell the same: it is the router's */
	char ip_id_kind[12];   /* "counter", "per-flow" (or random), "zero", "" */
	char ip_ids[200];      /* of a counter: "US:ID,US:ID", a second apart */
	char outages[160];     /* begins of its last outages, us since the epoch */
};

/* tokens:LINK */
struct rec_tokens {
	struct rec_head head;
	char link[64];
	struct rec_tokens_side side[REC_SIDES];
};
