/*
 * MRT, the format of routing dumps (RFC 6396, RFC 8050): records one behind the other, of which the
 * tables of TABLE_DUMP_V2 and the messages of BGP4MP are read. Attributes and messages stay bytes:
 * bgp_update.h and bgp.h read them. Any thread.
 *
 *   | time, s | type | subtype | size | body ...
 *
 *   PEER_INDEX_TABLE | collector | name size | name | count | (type | id | address | AS) ...
 *   RIB_IPVn_UNICAST | sequence | bits | prefix | count | (peer | time | [path id] | size |
 *                      attributes) ...
 *   BGP4MP_MESSAGE   | peer AS | local AS | interface | AFI | peer | local | BGP message
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/cursor.h"
#include "base/text.h"
#include "proto/reason.h"

enum mrt_type { MRT_TABLE_DUMP_V2 = 13, MRT_BGP4MP = 16, MRT_BGP4MP_ET = 17 };

enum mrt_table_subtype {
	MRT_PEER_INDEX_TABLE = 1,
	MRT_RIB_IPV4_UNICAST = 2,
	MRT_RIB_IPV6_UNICAST = 4,
	MRT_RIB_IPV4_UNICAST_ADD_PATH = 8, /* RFC 8050 */
	MRT_RIB_IPV6_UNICAST_ADD_PATH = 10,
};

enum mrt_bgp_subtype { MRT_MESSAGE = 1, MRT_MESSAGE_AS4 = 4 };

enum { MRT_HEADER_SIZE = 12, MRT_RECORD_MAX = 16 << 20 };

struct mrt {
	uint64_t time_us;
	uint16_t type, subtype;
	struct cursor body;
};

/* The next record. MRT_SHORT: not all there (nothing is read then); MRT_BAD: longer than any is.
 */
enum reason mrt_decode(struct cursor *c, struct mrt *out);

struct mrt_peer {
	struct addr ip;
	uint32_t asn;
	uint8_t id[4];
};

/* Of a PEER_INDEX_TABLE's body: how many peers follow. MRT_BAD: cut. */
enum reason mrt_peers_decode(struct cursor *body, uint16_t *count);
/* The next one. False: cut. */
bool mrt_peer_next(struct cursor *body, struct mrt_peer *out);

struct mrt_rib {
	uint16_t afi; /* enum bgp_afi */
	bool add_path;
	struct prefix prefix;
	uint16_t count; /* entries that follow */
};

struct mrt_entry {
	uint16_t peer; /* index in the table of peers */
	uint32_t path_id;
	uint64_t time_us;
	/* four bytes a number; MP_REACH is its next hop alone (RFC 6396 section 4.3.4) */
	struct cursor attributes;
};

/* Of a RIB record's body. MRT_BAD: cut, a prefix that can't be, or no unicast table. */
enum reason mrt_rib_decode(const struct mrt *m, struct cursor *body, struct mrt_rib *out);
/* The next entry. False: cut. */
bool mrt_entry_next(struct cursor *body, const struct mrt_rib *rib, struct mrt_entry *out);

struct mrt_message {
	uint32_t peer_as, local_as;
	struct addr peer, local;
	struct cursor message; /* BGP, with its header */
};

/* Of a BGP4MP message's body (MRT_MESSAGE, MRT_MESSAGE_AS4). */
enum reason mrt_message_decode(const struct mrt *m, struct cursor *body, struct mrt_message *out);

/* ---- writing ----------------------------------------------------------------------------- */

/* A record of what `body` has. */
void mrt_encode(struct text *to, uint64_t time_us, uint16_t type, uint16_t subtype,
                const struct text *body);
/* Bodies; entries are added one by one behind a RIB's head. */
void mrt_encode_peers(struct text *body, const struct mrt_peer *peers, uint16_t count);
void mrt_encode_rib(struct text *body, uint32_t sequence, const struct prefix *p, uint16_t count);
void mrt_encode_entry(struct text *body, uint16_t peer, uint64_t time_us, bool add_path,
                      uint32_t path_id, const struct text *attributes);
void mrt_encode_message(struct text *body, const struct mrt_message *m);
