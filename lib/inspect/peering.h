/*
 * What the inspector knows of the interconnect's own protocols: distinct tuples of LACP, BFD and
 * LLDP, and BGP's sessions with their TCP connections. All bounded and counted. The inspector's
 * thread writes; read when it has stopped, or by itself.
 */
#pragma once

#include <stdint.h>

#include "base/addr.h"
#include "inspect/bfd_table.h"
#include "inspect/bgp_table.h"
#include "inspect/interconnect.h"
#include "inspect/seen.h"

enum {
	PEERING_TUPLES = 4096, /* of each of LACP, BFD, LLDP */
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
	uint64_t cdp, cdp_malformed;
	struct interconnect links;
	struct bfd_table sessions; /* of BFD */
	struct bgp_table bgp;
};

void peering_init(struct peering *p);
void peering_fini(struct peering *p);

/* The BGP session between the addresses of a BFD session; NULL: none was seen. */
const struct bgp_session *peering_guarded(const struct peering *p, const struct bfd_session *s);
/* What links know of their routers by way of the sessions, brought up to date. */
void peering_refresh(struct peering *p);
/* The probe has lost control frames of its own until `now_ns`: silence so far proves nothing. */
void peering_forgive(struct peering *p, uint64_t now_ns);
