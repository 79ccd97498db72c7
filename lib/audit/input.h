/*
 * What the judges look at: everything that a peering's sites say, read once per turn by
 * audit_gather() (audit/gather.h), so that a judge is a pure function from this to a verdict.
 * Subnets are summed over sites and probes; links and probes stand one by one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "store/model.h"

enum { INPUT_ROLES = 256 };

struct input_probe {
	struct rec_probe rec;
	bool stale;             /* no heartbeat for longer than `stale_us` */
	uint64_t offered, lost; /* packets, over the window: reached the ports; not analysed */
};

struct input_link {
	const struct conf_link
		*conf; /* NULL: the probe reports a link that is not in the contract */
	struct rec_link rec;
	bool seen;                       /* false: declared, no record of it */
	const struct input_probe *probe; /* that taps it; NULL: not known */
	struct rec_member *members;
	size_t member_count;
	/* traffic of addresses that no declared subnet covers */
	struct rec_link_subnet undeclared_peer, undeclared_msft;
};

/* Counts of one class in one subnet, over the window. Arrays are [enum direction]. */
struct input_class {
	char name[32];
	uint64_t packets[2], bytes[2];
	uint64_t flows, flows_two_way, flows_peer;
	uint64_t first_us, last_us;
};

struct input_subnet {
	char prefix[PREFIX_TEXT_SIZE];
	const struct conf_subnet *conf; /* NULL: reported, not in the contract */
	uint64_t packets[2], bytes[2];
	uint64_t flows;
	uint64_t first_us, last_us;
	struct input_class *classes;
	size_t class_count;
	char roles_seen[INPUT_ROLES]; /* comma-separated */
};

struct audit_input {
	const struct conf *conf;
	uint64_t now_us;         /* wall clock; captures: to_us */
	uint64_t from_us, to_us; /* the window that counts stand on; to_us is the newest epoch */
	uint64_t min_time_us;    /* 0, or what stands for longer times: `--window` */
	bool capture;            /* offline: no port counters, no clock but the packets' */
	bool roles_collected;    /* some endpoint has a role: absence of one says something */
	struct input_probe *probes;
	size_t probe_count;
	struct input_link *links; /* those of the contract first, in its order */
	size_t link_count;
	struct input_subnet *subnets; /* those of the contract first, in its order */
	size_t subnet_count;
	struct rec_maintenance *maintenance; /* begun at run time, beside those in conf */
	size_t maintenance_count;
	double voided_ratio; /* share of the window that the probes' own loss voided */
};

/* True when no probe speaks, or one that taps a declared link is stale or unfit. `which`, if not
 * NULL, gets that probe, or NULL where there is none. */
bool input_unfit(const struct audit_input *in, const struct input_probe **which);
/* The maintenance that covers `scope` ("link:pni-a", "peering") now, declared or begun at run time;
 * its id, or NULL. */
const char *input_maintenance(const struct audit_input *in, const char *scope);
