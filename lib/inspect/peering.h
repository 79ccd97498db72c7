/*
 * What the inspector knows of the interconnect's own protocols: distinct tuples of LACP, BFD and
 * LLDP, and BGP sessions, one for each TCP connection that carried a message. All bounded and
 * counted. The inspector's thread writes; read when it has stopped, or by itself.
 */
#pragma once

#include <stdint.h>

#include "base/addr.h"
#include "inspect/bgp_session.h"
#include "inspect/seen.h"

enum {
	PEERING_TUPLES = 4096,     /* of each of LACP, BFD, LLDP */
	PEERING_SESSIONS = 4096,   /* of BGP; then the one quiet for longest makes room */
	PEERING_ROUTES = 4u << 20, /* of all sessions: a full table twice over two sessions */
	PEERING_NAME_SIZE = 64,
};

/* Rows of the tables below; no padding, see inspect/seen.h. */
struct lacp_row {
	uint8_t src_mac[6], actor_system[6], partner_system[6];
	uint16_t actor_key, actor_port, partner_key, partner_port;
	uint8_t actor_state, partner_state; /* enum lacp_state */
};

struct bfd_row {
	struct addr src, dst;
	uint32_t my_discriminator, your_discriminator, desired_min_tx_us;
	uint32_t port;                          /* where it was sent to */
	uint8_t state, diag, detect_mult, kind; /* enum bfd_state, enum bfd_kind */
};

/* Texts end with NUL, longer ones are cut; bytes that are no printable ASCII are dots. What a
 * broken frame did not tell is empty. */
struct lldp_row {
	uint8_t src_mac[6];
	char chassis[PEERING_NAME_SIZE], port[PEERING_NAME_SIZE], name[PEERING_NAME_SIZE];
	uint16_t mau_type; /* 0: not told */
};

struct peering {
	struct seen lacp, bfd, lldp;
	uint64_t markers, marker_responses; /* of LACP */
	uint64_t lacp_malformed, bfd_malformed, lldp_malformed;
	uint64_t bfd_echoes;
	struct {
		struct bgp_session **at; /* in order of their beginning */
		uint32_t count, limit;
		uint32_t room;      /* routes that may still be added */
		uint64_t forgotten; /* sessions, for want of room */
	} bgp;
};

void peering_init(struct peering *p);
void peering_fini(struct peering *p);

/* A new session that `*owner` points to from now on. When all places are taken the one quiet for
 * longest is forgotten, and its owner points to nothing. */
void peering_session_add(struct peering *p, struct bgp_session **owner);
