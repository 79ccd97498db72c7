/*
 * A contract of one link with one BGP session, the peer's 192.0.2.0 (AS 64500) with the cloud's
 * 192.0.2.1 (AS 8075), and messages in hex for its connections.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "inspect/bgp_connection.h"
#include "inspect/bgp_table.h"
#include "support/hex.h"

#define M "ffffffffffffffffffffffffffffffff"
#define KEEPALIVE M "0013 04 "
#define END_OF_RIB M "0017 02 0000 0000 "

struct bgp_contract {
	struct conf conf;
	struct conf_link link;
	struct conf_session declared;
	struct conf_member member;
	uint32_t cloud_asn;
};

static inline struct addr
bgp_address(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

/* It points into itself: it stays where it is. */
static inline void
bgp_contract_init(struct bgp_contract *c, bool declared)
{
	*c = (struct bgp_contract){.cloud_asn = 8075};
	c->declared = (struct conf_session){.name = "pni-a-v4",
	                                    .peer = bgp_address("192.0.2.0"),
	                                    .cloud = bgp_address("192.0.2.1")};
	c->link = (struct conf_link){.name = "pni-a",
	                             .members = &c->member,
	                             .member_count = 1,
	                             .sessions = &c->declared,
	                             .session_count = declared};
	c->conf = (struct conf){.links = &c->link,
	                        .link_count = 1,
	                        .peer.asn = 64500,
	                        .cloud.asns = {&c->cloud_asn, 1}};
}

/* The peer opens it from that port; seen on the link's one member. */
static inline struct bgp_connection *
bgp_contract_connect(const struct bgp_contract *contract, struct bgp_table *t,
                     struct bgp_connection **c, uint16_t port)
{
	static const struct lane_id lane = {0, 0, DIR_PEER_TO_MSFT};

	bgp_table_connect(t, c, (struct addr[2]){contract->declared.peer, contract->declared.cloud},
	                  (uint16_t[2]){port, 179}, &lane, SIDE_UNKNOWN);
	return *c;
}

/* Whole messages; how many bytes. */
static inline size_t
bgp_say(struct bgp_connection *c, unsigned speaker, const char *hex, uint64_t ns)
{
	struct hex m = hex_bytes(hex);

	assert_int_equal(bgp_connection_read(c, speaker, cursor_over(m.at, m.size), false, ns),
	                 m.size);
	return m.size;
}
