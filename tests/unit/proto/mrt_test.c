/* Records written down from RFC 6396's figures (sections 4.3 and 4.4) and RFC 8050's. */
#include "proto/mrt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "proto/bgp.h"
#include "proto/bgp_open.h"
#include "proto/bgp_update.h"
#include "support/hex.h"

/* PEER_INDEX_TABLE of collector 10.0.0.1, view "v": 192.0.2.1 AS 8075 in four bytes,
 * 2001:db8::1 AS 64500 in two */
#define PEERS                                                                              \
	"64000000 000d 0001 0000002d 0a000001 0001 76 0002 02 c0000201 c0000201 00001f8b " \
	"01 0a0b0c0d 20010db8000000000000000000000001 fbf4 "
/* 203.0.113.0/24 of peer 0, at 1677721601: IGP, AS 8075, next hop 192.0.2.1 */
#define RIB4                                                                      \
	"64000002 000d 0002 00000026 00000007 18 cb0071 0001 0000 64000001 0014 " \
	"400101 00 400206 0201 00001f8b 400304 c0000201 "
/* RFC 8050: 2001:db8:1::/48 of peer 1 with path 9; the next hop alone in MP_REACH */
#define RIB6_ADD_PATH                                                                            \
	"64000002 000d 000a 0000003a 00000008 30 20010db80001 0001 0001 64000001 00000009 0021 " \
	"400101 00 400206 0201 0000fbf4 800e11 10 20010db8000000000000000000000001 "
/* BGP4MP_MESSAGE_AS4: a KEEPALIVE of 192.0.2.1 to 192.0.2.0 */
#define MESSAGE                                                                      \
	"64000003 0010 0004 00000027 00001f8b 0000fbf4 0000 0001 c0000201 c0000200 " \
	"ffffffffffffffffffffffffffffffff 0013 04 "

static void
test_table(void **state)
{
	struct hex b = hex_bytes(PEERS RIB4 RIB6_ADD_PATH);
	struct cursor c = cursor_over(b.at, b.size), body;
	struct bgp_update u;
	struct mrt_entry e;
	struct mrt_peer peer;
	struct mrt_rib rib;
	struct mrt m;
	struct addr next_hop;
	uint16_t count;
	char text[PREFIX_TEXT_SIZE];

	(void)state;
	assert_int_equal(mrt_decode(&c, &m), REASON_OK);
	assert_int_equal(m.type, MRT_TABLE_DUMP_V2);
	assert_int_equal(m.subtype, MRT_PEER_INDEX_TABLE);
	assert_int_equal(m.time_us, 1677721600ull * US_PER_S);
	body = m.body;
	assert_int_equal(mrt_peers_decode(&body, &count), REASON_OK);
	assert_int_equal(count, 2);
	assert_true(mrt_peer_next(&body, &peer));
	assert_string_equal(addr_format(&peer.ip, text), "192.0.2.1");
	assert_int_equal(peer.asn, 8075);
	assert_true(mrt_peer_next(&body, &peer));
	assert_string_equal(addr_format(&peer.ip, text), "2001:db8::1");
	assert_int_equal(peer.asn, 64500);
	assert_int_equal(peer.id[3], 0x0d);
	assert_false(mrt_peer_next(&body, &peer));

	assert_int_equal(mrt_decode(&c, &m), REASON_OK);
	body = m.body;
	assert_int_equal(mrt_rib_decode(&m, &body, &rib), REASON_OK);
	assert_string_equal(prefix_format(&rib.prefix, text), "203.0.113.0/24");
	assert_int_equal(rib.count, 1);
	assert_true(mrt_entry_next(&body, &rib, &e));
	assert_int_equal(e.peer, 0);
	assert_int_equal(e.time_us, 1677721601ull * US_PER_S);
	bgp_attributes_decode(e.attributes, &u);
	assert_int_equal(u.notes, 0);
	assert_true(bgp_update_has(&u, BGP_NEXT_HOP));
	assert_false(mrt_entry_next(&body, &rib, &e));

	assert_int_equal(mrt_decode(&c, &m), REASON_OK);
	body = m.body;
	assert_int_equal(mrt_rib_decode(&m, &body, &rib), REASON_OK);
	assert_string_equal(prefix_format(&rib.prefix, text), "2001:db8:1::/48");
	assert_true(rib.add_path);
	assert_true(mrt_entry_next(&body, &rib, &e));
	assert_int_equal(e.path_id, 9);
	bgp_attributes_decode(e.attributes, &u);
	assert_true(bgp_reach_next_hop(&u.reach, &next_hop));
	assert_string_equal(addr_format(&next_hop, text), "2001:db8::1");
	assert_int_equal(mrt_decode(&c, &m), REASON_MRT_SHORT);
	assert_int_equal(cursor_left(&c), 0);
}

static void
test_message(void **state)
{
	struct hex b = hex_bytes(MESSAGE);
	struct cursor c = cursor_over(b.at, b.size), body;
	struct mrt_message message;
	char text[ADDR_TEXT_SIZE];
	struct bgp bgp;
	struct mrt m;

	(void)state;
	assert_int_equal(mrt_decode(&c, &m), REASON_OK);
	body = m.body;
	assert_int_equal(mrt_message_decode(&m, &body, &message), REASON_OK);
	assert_int_equal(message.peer_as, 8075);
	assert_string_equal(addr_format(&message.peer, text), "192.0.2.1");
	assert_string_equal(addr_format(&message.local, text), "192.0.2.0");
	assert_int_equal(bgp_decode(&message.message, &bgp), REASON_OK);
	assert_int_equal(bgp.type, BGP_KEEPALIVE);
}

/* Every cut: nothing is read beyond, and a cut record is no record. */
static void
test_cuts(void **state)
{
	struct hex b = hex_bytes(PEERS RIB4 MESSAGE);

	(void)state;
	for (size_t size = 0; size < b.size; size++) {
		uint8_t *exact = malloc(size ? size : 1);
		struct cursor c;
		struct mrt m;

		memcpy(exact, b.at, size);
		c = cursor_over(exact, size);
		while (mrt_decode(&c, &m) == REASON_OK)
			assert_true(m.body.end <= exact + size);
		free(exact);
	}
	/* a body cut inside its record */
	for (size_t cut = 1; cut < 40; cut++) {
		struct mrt m = {.type = MRT_TABLE_DUMP_V2, .subtype = MRT_RIB_IPV4_UNICAST};
		struct cursor body = cursor_over(b.at + 60 + MRT_HEADER_SIZE, 40 - cut);
		struct mrt_entry e;
		struct mrt_rib rib;

		if (mrt_rib_decode(&m, &body, &rib) == REASON_OK)
			assert_false(mrt_entry_next(&body, &rib, &e));
	}
}

/* What is written is what the figures say. */
static void
test_written(void **state)
{
	struct hex want = hex_bytes(PEERS), rib4 = hex_bytes(RIB4), message = hex_bytes(MESSAGE);
	struct hex attributes = hex_bytes("400101 00 400206 0201 00001f8b 400304 c0000201");
	struct mrt_peer peers[1] = {{.asn = 8075, .id = {192, 0, 2, 1}}};
	struct text body = {0}, out = {0}, set = {0};
	struct mrt_message m = {.peer_as = 8075, .local_as = 64500};
	struct prefix p;

	(void)state;
	assert_true(addr_parse("192.0.2.1", &peers[0].ip));
	mrt_encode_peers(&body, peers, 1);
	/* the peer's entry as in the figure */
	assert_memory_equal(body.at + 8, want.at + MRT_HEADER_SIZE + 9, 13);
	text_clear(&body);
	prefix_parse("203.0.113.0/24", &p, NULL);
	text_add_bytes(&set, (const char *)attributes.at, attributes.size);
	mrt_encode_rib(&body, 7, &p, 1);
	mrt_encode_entry(&body, 0, 1677721601ull * US_PER_S, false, 0, &set);
	mrt_encode(&out, 1677721602ull * US_PER_S, MRT_TABLE_DUMP_V2, MRT_RIB_IPV4_UNICAST, &body);
	assert_int_equal(out.size, rib4.size);
	assert_memory_equal(out.at, rib4.at, rib4.size);
	text_clear(&body);
	text_clear(&out);
	addr_parse("192.0.2.1", &m.peer);
	addr_parse("192.0.2.0", &m.local);
	m.message = cursor_over(message.at + message.size - 19, 19);
	mrt_encode_message(&body, &m);
	mrt_encode(&out, 1677721603ull * US_PER_S, MRT_BGP4MP, MRT_MESSAGE_AS4, &body);
	assert_int_equal(out.size, message.size);
	assert_memory_equal(out.at, message.at, message.size);
	text_fini(&body);
	text_fini(&out);
	text_fini(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
