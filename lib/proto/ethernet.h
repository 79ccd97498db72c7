/*
 * Ethernet II and IEEE 802.3 with LLC (802.2) and SNAP (RFC 1042). Called by packet.c alone; any
 * thread; reads at most 22 bytes.
 *
 *    0      6      12     14
 *   +------+------+------+---------------------------------------------+
 *   | dst  | src  | type | payload                                     |  type >= 0x600
 *   +------+------+------+----+----+----+-----------+------+-----------+
 *   | dst  | src  | len  |DSAP|SSAP|ctl | OUI (3)   | type | payload   |  len <= 1500, AA AA 03
 *   +------+------+------+----+----+----+-----------+------+-----------+
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

enum {
	ETHERNET_SIZE = 14,
	ETHERNET_LENGTH_MAX = 1500, /* IEEE 802.3 3.2.6: a length up to here, a type from 0x600 */
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_CDP = 0x2000, /* the number that Cisco uses in SNAP and in its own HDLC */
	ETHERTYPE_TEB = 0x6558, /* transparent Ethernet bridging, in GRE and Geneve */
	ETHERTYPE_RARP = 0x8035,
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_FLOW_CONTROL = 0x8808,
	ETHERTYPE_SLOW = 0x8809,
	ETHERTYPE_PPP = 0x880b,
	ETHERTYPE_WCCP = 0x883e, /* in GRE */
	ETHERTYPE_MPLS = 0x8847,
	ETHERTYPE_MPLS_UPSTREAM = 0x8848,
	ETHERTYPE_PPPOE_DISCOVERY = 0x8863,
	ETHERTYPE_PPPOE_SESSION = 0x8864,
	ETHERTYPE_EAPOL = 0x888e,
	ETHERTYPE_QINQ = 0x88a8,
	ETHERTYPE_ERSPAN_I_II = 0x88be,
	ETHERTYPE_ERSPAN_III = 0x22eb,
	ETHERTYPE_LLDP = 0x88cc,
	ETHERTYPE_MACSEC = 0x88e5,
	ETHERTYPE_PBB = 0x88e7,
	ETHERTYPE_PTP = 0x88f7,
	ETHERTYPE_CFM = 0x8902,
	ETHERTYPE_CMD = 0x8909,
	ETHERTYPE_VNTAG = 0x8926,
	ETHERTYPE_ETAG = 0x893f,
	ETHERTYPE_NSH = 0x894f,
	ETHERTYPE_LOOPBACK = 0x9000,
	ETHERTYPE_QINQ_OLD = 0x9100,
};

struct ethernet {
	uint16_t type;   /* of the payload; with `llc` and no SNAP type the 802.3 length */
	uint16_t length; /* what an 802.3 length field says follows the SNAP header, else 0 */
	bool llc;        /* 802.3: `length` counts, the rest of the frame is padding */
	bool typed;      /* `type` is an ethertype */
	bool group;      /* the destination is a group address */
};

/* Decode the addresses and the type, LLC and SNAP included. ETH_SHORT, LLC_SHORT. */
enum reason ethernet_decode(struct cursor *c, struct ethernet *out);

/*
 * Decode LLC and SNAP, of which `length` bytes are said to follow, where they come without
 * addresses (Linux cooked captures). Does not set `group`.
 */
enum reason ethernet_llc_decode(struct cursor *c, uint16_t length, struct ethernet *out);
