/*
 * The contract of a peering and the two lines of one probe, loaded and checked whole.
 *
 * `struct conf` is built once by conf_load(), never changed, and swapped as a whole on reload;
 * all pointers in it belong to it and live until conf_destroy(). Any thread may read it.
 * One schema table (conf/schema.c) holds name, type, range, unit, default, help and source of every
 * key: the loader, the `--check` print and docs/configuration.md come from the same rows.
 * libconfig is used behind this header only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/addr.h"

enum peering_type { PEERING_ISP, PEERING_VOICE, PEERING_ROUTE_SERVER };
enum link_role { ROLE_PRIMARY, ROLE_REDUNDANT, ROLE_BACKUP };
enum side { SIDE_PEER, SIDE_MSFT, SIDE_BOTH, SIDE_PROBE, SIDE_UNKNOWN };
/* TAP_NONE: declared, not tapped; its members have no ports. */
enum tap_kind { TAP_OPTICAL, TAP_BROKER, TAP_SPAN, TAP_NONE };
enum bfd_mode { BFD_OPTIONAL, BFD_REQUIRED, BFD_NONE };
/* How a port that carries both directions is told apart. */
enum direction_by { DIRECTION_BY_PORT, DIRECTION_BY_MAC, DIRECTION_BY_SUBNET, DIRECTION_BY_VLAN };
/* Index of a direction everywhere: arrays of two are [DIR_PEER_TO_MSFT], [DIR_MSFT_TO_PEER]. */
enum direction { DIR_PEER_TO_MSFT, DIR_MSFT_TO_PEER, DIR_COUNT };

/* Names as in the file. */
const char *peering_type_name(enum peering_type t);
const char *link_role_name(enum link_role r);
const char *side_name(enum side s);
const char *tap_kind_name(enum tap_kind t);
const char *direction_name(enum direction d); /* "peer_to_msft", "msft_to_peer" */

/* Lists of names and numbers: `at[count]`. */
struct conf_names {
	const char **at;
	size_t count;
};
struct conf_numbers {
	uint32_t *at;
	size_t count;
};
struct conf_prefixes {
	struct prefix *at;
	size_t count;
};
struct conf_addrs {
	struct addr *at;
	size_t count;
};

struct conf_site {
	const char *name;
	const char *metro;
	const char *timezone; /* IANA name; "UTC" when not given */
};

/* One LAG member: two simplex ports, or one port that carries both directions. */
struct conf_member {
	uint64_t speed_bps;
	const char *
		port[DIR_COUNT]; /* PCI address, EAL vdev string or "pcap:FILE"; NULL with `both` */
	const char *both;        /* the mirror port, or NULL */
	enum direction_by by;    /* DIRECTION_BY_PORT unless `both` */
	uint8_t (*macs)[6];      /* by MAC: source addresses of the peer's side */
	size_t mac_count;
	uint16_t vlan[DIR_COUNT]; /* by VLAN: the outermost VLAN id of each direction */
};

struct conf_session {
	const char *name;
	struct addr peer, cloud;
	enum bfd_mode bfd;
};

/* A threshold's value together with where it came from. */
struct conf_threshold {
	const char *name; /* as in requirements, e.g. "x15_augment_ratio" */
	double value;
	const char *unit;   /* "ratio", "us", "bps", "bytes" or what is counted */
	const char *source; /* "documented: …", "standard: …", "engineering" or "FILE:LINE" */
	bool set;           /* written in the file, not a default */
	bool later;         /* no verdict rests on it yet */
};

struct conf_thresholds {
	struct conf_threshold *at; /* every known threshold, in the schema's order */
	size_t count;
};

struct conf_link {
	const char *name;
	size_t site; /* index in conf.sites */
	const char *facility;
	enum link_role role;
	const char *router;
	uint64_t bandwidth_bps; /* provisioned; 0 when not declared */
	const char *azure_peering, *azure_connection_id;
	enum tap_kind tap;
	const char
		*tap_probe; /* id of the probe whose ports these are; NULL: any probe of the site */
	struct conf_member *members;
	size_t member_count;
	struct conf_session *sessions;
	size_t session_count;
	struct conf_thresholds
		thresholds; /* resolved for this link: its own over the global ones */
};

struct conf_registered {
	struct prefix prefix;
	bool activated;
	uint32_t origin;              /* 0: the peer's ASN */
	const char *primary, *backup; /* site names; backup NULL: none */
	struct conf_names communities;
};

struct conf_subnet {
	struct prefix prefix;
	enum side side;            /* SIDE_PEER or SIDE_MSFT */
	struct conf_names classes; /* names of classify/class.h; checked by name there */
	struct conf_names roles;
	struct conf_addrs endpoints;
	bool standby;
};

struct conf_sbc {
	const char *name, *fqdn, *service;
	struct conf_addrs signalling;
	struct conf_prefixes media;
	struct conf_numbers sip_ports;
};

struct conf_maintenance {
	const char *id;
	struct conf_names scope; /* "link:NAME", "site:NAME", "session:NAME", "peering" */
	uint64_t from_us, to_us;
	bool drill;
};

/* What is never public: data/special-registries.txt, or the file that data.special names. */
struct conf_special_as {
	uint32_t first, last;
	const char *why;
};
struct conf_special_prefix {
	struct prefix prefix;
	bool is_public; /* an exception inside one that is not */
	const char *why;
};
struct conf_special {
	const char *date, *source; /* of the table */
	struct conf_special_as *asns;
	size_t asn_count;
	struct conf_special_prefix *prefixes;
	size_t prefix_count;
	uint8_t shortest_v4, shortest_v6; /* bits; shorter announcements are nobody's own */
};

struct conf {
	/* this probe; id NULL where the file has no probe (control, check of peering.conf) */
	struct {
		const char *id;
		const char *site; /* name */
		const char *lcores;
		uint64_t flows;
		const char *spool; /* directory of the event spool */
		uint64_t spool_max_bytes;
		const char
			*state; /* directory of what is carried over restarts; NULL: the spool's */
	} probe;
	struct {
		const char *listen; /* "ADDRESS:PORT"; NULL: nobody is heard */
		struct conf_addrs from;
	} bmp;
	struct {
		const char *name;
		enum peering_type type;
		const char *profile;
		bool strict_voice;
	} peering;
	struct {
		uint32_t asn;                              /* 0: not declared */
		uint32_t max_prefixes_v4, max_prefixes_v6; /* 0: not declared */
		struct conf_numbers customer_asns;
	} peer;
	struct {
		struct conf_numbers asns;
		const char *ranges;                  /* path, resolved; NULL: the built-in list */
		struct conf_prefixes range_prefixes; /* read from `ranges`, or the built-in list */
	} cloud;
	struct {
		const char *special, *rpki, *irr; /* paths; NULL: not given */
	} data;
	struct conf_special special; /* read from data.special, or the built-in table */
	struct {
		bool inner;                     /* classify the innermost headers of tunnels */
		struct conf_numbers sip_ports;  /* clear SIP besides 5060 */
		struct conf_numbers sips_ports; /* SIP over TLS besides 5061 */
	} decode;
	struct conf_site *sites;
	size_t site_count;
	struct conf_link *links;
	size_t link_count;
	struct conf_registered *registered;
	size_t registered_count;
	struct conf_subnet *subnets;
	size_t subnet_count;
	struct {
		bool present;
		struct conf_names classes;
	} default_subnet;
	struct {
		struct conf_names classes;
		double up_to; /* ratio of the subnet's traffic */
	} tolerate;
	struct conf_sbc *sbcs;
	size_t sbc_count;
	struct conf_maintenance *maintenance;
	size_t maintenance_count;
	struct {
		double latency_us; /* 0: none declared */
		double availability;
	} targets;
	struct conf_thresholds thresholds;
	struct {
		const char *names; /* "declared" | "all" | "none" */
		unsigned client_prefix_v4, client_prefix_v6, number_key_hours;
		uint64_t retention_calls_s, retention_endpoints_s, retention_evidence_s;
	} privacy;
	struct {
		const char *server; /* "unix:PATH", "HOST:PORT", "redis://…" */
		const char *user;
		const char *password_file; /* path, resolved; NULL: none */
		unsigned interval_ms;
		uint64_t memory_max_bytes;
		/* caps of keys per site, overflow is counted */
		unsigned max_endpoints, max_routes, max_sessions, max_streams;
	} redis;

	const char *path;   /* the file given to conf_load */
	char sha256[65];    /* of the peering's part (all files but the probe group), hex */
	char terms[65];     /* of what its traffic is counted and judged by, hex */
	uint8_t secret[32]; /* of what stands in the contract; equal where sha256 is, and not told
	                       by it */
	void *memory;       /* owner of everything above; private to conf.c */
};

/*
 * Load and check FILE with its @includes. On success *out is a new conf and 0 is returned.
 * On failure -EINVAL (content) or -errno (file) and *error is one line for the user,
 * "FILE:LINE: what is wrong; what would be right" (no newline), to be freed by the caller.
 * Warnings (nested prefixes with odd sides …) go to the log. Set-up thread only.
 */
int conf_load(const char *file, struct conf **out, char **error);
/* The same from memory, for tests and fuzzing; `name` stands for the file in messages. */
int conf_load_text(const char *text, const char *name, struct conf **out, char **error);
void conf_destroy(struct conf *c);

/* Programs, as bits: some keys each of them reads at its start alone. */
enum conf_program { CONF_PROBE = 1 << 0, CONF_CONTROL = 1 << 1 };
/*
 * What a reload of `program` can't take up: the first key that it reads at its start alone and that
 * differs, "probe.flows"; NULL: there is none. To be freed.
 */
char *conf_at_start_change(const struct conf *old, const struct conf *new,
                           enum conf_program program);
/* The same as the line that refuses the reload, "FILE: probe.flows changed: …". */
char *conf_reload_refused(const struct conf *old, const struct conf *new,
                          enum conf_program program);

/* Everything resolved, defaults marked, in the file's own syntax, with the source of each number.
 */
void conf_print(const struct conf *c, FILE *to);
/*
 * Names that only folders to the right know: the caller hands the valid ones, and every name of
 * that kind in the configuration is checked. 0, or -EINVAL and *error as for conf_load().
 */
enum conf_name_kind { CONF_NAME_CLASS, CONF_NAME_ROLE };
int conf_check_names(const struct conf *c, enum conf_name_kind kind, const char *const *names,
                     size_t count, char **error);

/* Where the value of a field of `c` was written, "FILE:LINE", for messages of those who use it; the
 * file alone where it holds its default. To be freed. */
char *conf_place(const struct conf *c, const void *field);

/* docs/configuration.md, from the schema table. */
void conf_print_docs(FILE *to);

/* Why an AS number or a prefix is never public; NULL: it may be. A prefix is judged by the longest
 * entry that holds it, and by its length (conf_special_short() alone). */
const char *conf_special_as(const struct conf *c, uint32_t asn);
const char *conf_special_short(const struct conf *c, const struct prefix *p);
const char *conf_special_prefix(const struct conf *c, const struct prefix *p);

/* A threshold by name; asserts that the schema knows it. `link` NULL: the global one. */
double conf_threshold(const struct conf *c, const struct conf_link *link, const char *name);
const struct conf_threshold *conf_threshold_get(const struct conf *c, const struct conf_link *link,
                                                const char *name);
const struct conf_link *conf_link_find(const struct conf *c, const char *name);
/* Whether this probe (any probe, where the file has none) has the link's ports. */
bool conf_link_tapped(const struct conf *c, const struct conf_link *l);
/* Whether a window's scope covers `scope` ("link:pni-a", "session:pni-a-v4"): it names the same, or
 * the link of a declared session, the site of a link, or the peering. */
bool conf_scope_covers(const struct conf *c, const char *window, const char *scope);
