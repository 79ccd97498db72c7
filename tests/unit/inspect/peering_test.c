#include "inspect/peering.h"

#include "proto/bfd.h"
#include "proto/lacp.h"
#include "support/hex.h"
#include "unit/inspect/feed.h"

enum { TCP = 6, UDP = 17 };

#define M "ffffffffffffffffffffffffffffffff"
#define KEEPALIVE M "0013 04 "
#define OPEN M "001d 01 04 fde9 00b4 c0000201 00 "
#define UPDATE M "002f 02 0000 0014 400101 00 400206 0201 0000fde9 400304 c0000201 18c63364 "

static const struct peering *
peering_of(const struct feed *f)
{
	return &f->census->peering;
}

/* A frame without IP as a capture has it: in a block of its size. */
static void
feed_raw(struct feed *f, uint8_t class, const char *hex)
{
	struct packet_options options = {.inner = true};
	struct punt punt = {.time_ns = ++f->now_ns, .class = class};
	struct hex m = hex_bytes(hex);
	uint8_t *exact;

	exact = malloc(m.size);
	memcpy(exact, m.at, m.size);
	punt.data = exact;
	punt.captured = punt.wire = (uint32_t)m.size;
	packet_decode(LINK_ETHERNET, exact, punt.captured, punt.wire, &options, &punt.packet);
	inspector_packet(f->inspector, &punt);
	free(exact);
}

/* tcpdump's LACP.pcap, frame 9; `state` is the actor's */
#define SLOW "0180c2000002 000e8316f510 8809 "
#define LACPDU(state)                                                                  \
	SLOW "01 01 0114 8000 000e8316f500 000d 8000 0019 " state " 000000 0214 8000 " \
	     "0013c4120f00 000d 8000 0016 75 000000 0310 8000 000000000000000000000000 0000"

static void
test_lacp(void **state)
{
	const struct lacp_row *row;
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_LACP, UDP, 0, 0);
	feed_raw(&f, CLASS_LACP, LACPDU("0c"));
	feed_raw(&f, CLASS_LACP, LACPDU("3d"));
	feed_raw(&f, CLASS_LACP, LACPDU("0c"));
	feed_raw(&f, CLASS_LACP, SLOW "01 01 0114 8000");
	feed_raw(&f, CLASS_LACP, SLOW "02 01 0110 0019 000e8316f500 0000002a 0000 0000");
	feed_raw(&f, CLASS_LACP, SLOW "02 01 0210 0019 000e8316f500 0000002a 0000 0000");
	feed_raw(&f, CLASS_LACP, SLOW "03 00 5000");
	assert_int_equal(peering_of(&f)->lacp.count, 2);
	row = seen_row(&peering_of(&f)->lacp, 0);
	assert_memory_equal(row->src_mac, ((uint8_t[]){0, 0x0e, 0x83, 0x16, 0xf5, 0x10}), 6);
	assert_memory_equal(row->partner_system, ((uint8_t[]){0, 0x13, 0xc4, 0x12, 0x0f, 0}), 6);
	assert_int_equal(row->actor_port, 25);
	assert_int_equal(row->partner_state, 0x75);
	assert_int_equal(peering_of(&f)->lacp.times[0].packets, 2);
	assert_int_equal(peering_of(&f)->lacp.times[0].first_ns, 1);
	assert_int_equal(peering_of(&f)->lacp.times[0].last_ns, 3);
	assert_int_equal(peering_of(&f)->lacp_malformed, 1);
	assert_int_equal(peering_of(&f)->markers, 1);
	assert_int_equal(peering_of(&f)->marker_responses, 1);
	feed_close(&f);
}

#define LLDP "0180c200000e 000130f9ada0 88cc "

static void
test_lldp(void **state)
{
	const struct lldp_row *row;
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_LLDP, UDP, 0, 0);
	/* a name that counts its NUL in, and has an escape inside */
	feed_raw(&f, CLASS_LLDP,
	         LLDP "0207 04 000130f9ada0 0404 05 312f31 0602 0078 0a04 611b6200 "
	              "fe09 00120f 01 03 6c00 0010 0000");
	feed_raw(&f, CLASS_LLDP, LLDP "0206 05 01 c0000201 0402 0761 0602 0078 0000");
	/* broken: who sent it, and what came before */
	feed_raw(&f, CLASS_LLDP, LLDP "0202 0761 0602 0078 0000");
	feed_raw(&f, CLASS_LLDP, LLDP "0202 0761 04ff 05");
	assert_int_equal(peering_of(&f)->lldp.count, 3);
	row = seen_row(&peering_of(&f)->lldp, 0);
	assert_string_equal(row->chassis, "00:01:30:f9:ad:a0");
	assert_string_equal(row->port, "1/1");
	assert_string_equal(row->name, "a.b");
	assert_int_equal(row->mau_type, 16);
	row = seen_row(&peering_of(&f)->lldp, 1);
	assert_string_equal(row->chassis, "192.0.2.1");
	row = seen_row(&peering_of(&f)->lldp, 2);
	assert_string_equal(row->chassis, "a");
	assert_string_equal(row->port, "");
	assert_int_equal(peering_of(&f)->lldp.times[2].packets, 2);
	assert_int_equal(peering_of(&f)->lldp_malformed, 2);
	feed_close(&f);
}

static void
test_bfd(void **state)
{
	const struct bfd_row *row;
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_BFD, UDP, 3784, 0);
	feed_hex(&f, 0, "20 c0 03 18 00000001 00000002 000493e0 000493e0 00000000");
	feed_hex(&f, 0, "20 c0 03 18 00000001 00000002 000493e0 000493e0 00000000");
	feed_hex(&f, 0, "20 40 03 18 00000001 00000000 000493e0 000493e0 00000000");
	feed_hex(&f, 0, "20 c0 03 18 00000001");
	assert_int_equal(peering_of(&f)->bfd.count, 2);
	row = seen_row(&peering_of(&f)->bfd, 0);
	assert_int_equal(row->port, 3784);
	assert_int_equal(row->kind, BFD_SINGLE_HOP);
	assert_int_equal(row->state, BFD_UP);
	assert_int_equal(peering_of(&f)->bfd.times[0].packets, 2);
	assert_int_equal(peering_of(&f)->bfd_malformed, 1);
	f.ports[1] = 3785;
	feed_hex(&f, 0, "0102030405060708");
	assert_int_equal(peering_of(&f)->bfd_echoes, 1);
	feed_close(&f);
}

/* A tuple that lies in every packet: the rows end, the counting doesn't. */
static void
test_tuples_bounded(void **state)
{
	struct feed f;
	char hex[96];

	(void)state;
	feed_open(&f, CLASS_BFD, UDP, 3784, 0);
	for (unsigned i = 1; i <= PEERING_TUPLES + 100; i++) {
		snprintf(hex, sizeof hex, "204003 18 %08x 00000000 000493e0 000493e0 00000000", i);
		feed_hex(&f, 0, hex);
	}
	assert_int_equal(peering_of(&f)->bfd.count, PEERING_TUPLES);
	assert_int_equal(peering_of(&f)->bfd.beyond, 100);
	feed_close(&f);
}

static void
test_bgp(void **state)
{
	const struct bgp_connection *s;
	char text[ADDR_TEXT_SIZE];
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_BGP, TCP, 179, 0);
	feed_hex(&f, 1, OPEN);
	feed_hex(&f, 0, OPEN KEEPALIVE);
	feed_hex(&f, 1, KEEPALIVE UPDATE);
	assert_int_equal(peering_of(&f)->bgp.count, 1);
	s = peering_of(&f)->bgp.at[0];
	assert_string_equal(addr_format(&s->side[0].ip, text), "52.112.0.1");
	assert_int_equal(s->side[0].port, 179);
	assert_int_equal(s->side[1].port, 40000);
	assert_int_equal(s->side[0].counts.messages[BGP_UPDATE], 1);
	assert_int_equal(s->side[1].counts.messages[BGP_OPEN], 1);
	assert_int_equal(bgp_connection_state(s), BGP_ESTABLISHED);
	feed_close(&f);
}

/* FIN and RST end a session and what stood in it; a message after them says that it was not so. */
static void
test_bgp_ends(void **state)
{
	enum { FIN = 0x11, RST = 0x14 };
	const struct bgp_connection *s;
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_BGP, TCP, 179, 0);
	feed_hex(&f, 0, UPDATE);
	s = peering_of(&f)->bgp.at[0];
	assert_int_equal(bgp_connection_state(s), BGP_ESTABLISHED);
	assert_int_equal(bgp_connection_standing(s, 0, 0), 1);
	assert_null(bgp_end_name(s->end));
	feed_frame(&f, 1, RST, f.seq[1], NULL, 0, 0);
	assert_int_equal(bgp_connection_state(s), BGP_IDLE);
	assert_int_equal(bgp_connection_standing(s, 0, 0), 0);
	assert_string_equal(bgp_end_name(s->end), "rst");
	feed_hex(&f, 0, KEEPALIVE);
	assert_int_equal(bgp_connection_state(s), BGP_ESTABLISHED);
	assert_int_equal(bgp_connection_standing(s, 0, 0), 1);
	/* a FIN behind a NOTIFICATION changes nothing of why */
	feed_hex(&f, 1, M "0015 03 0400 ");
	feed_frame(&f, 1, FIN, f.seq[1], NULL, 0, 0);
	assert_string_equal(bgp_end_name(s->end), "notification");
	feed_close(&f);
}

/* Lost segments, in order or late: counted, and reading goes on at the next message. */
static void
test_bgp_loss(void **state)
{
	const struct bgp_connection *s;
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_BGP, TCP, 179, 0);
	feed_hex(&f, 0, KEEPALIVE);
	f.seq[0] += 1000;
	feed_hex(&f, 0, "18c63364 " UPDATE KEEPALIVE);
	s = peering_of(&f)->bgp.at[0];
	assert_int_equal(s->side[0].counts.messages[BGP_KEEPALIVE], 1);
	inspector_finish(f.inspector);
	assert_int_equal(s->side[0].counts.messages[BGP_KEEPALIVE], 2);
	assert_int_equal(s->side[0].counts.messages[BGP_UPDATE], 1);
	assert_int_equal(bgp_connection_completeness(s, 0), BGP_BROKEN);
	feed_close(&f);
}

/* A capture with a snap length: of each segment the first message's header is there, and then some.
 */
static void
test_bgp_snapped(void **state)
{
	struct hex open = hex_bytes("ffffffffffffffffffffffffffffffff 0025 01 04 fde9 00b4 "
	                            "c0000201 08 0206 0104 0001 0001");
	struct hex update = hex_bytes(UPDATE);
	const struct bgp_speaker *side;
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_BGP, TCP, 179, 0);
	feed_frame(&f, 0, 0x18, f.seq[0], open.at, open.size, 8);
	f.seq[0] += (uint32_t)open.size;
	assert_int_equal(peering_of(&f)->bgp.count, 1);
	side = &peering_of(&f)->bgp.at[0]->side[0];
	assert_int_equal(side->counts.messages[BGP_OPEN], 1);
	assert_int_equal(side->open.asn, 65001);
	feed_frame(&f, 0, 0x18, f.seq[0], update.at, update.size, update.size - BGP_HEADER_SIZE);
	f.seq[0] += (uint32_t)update.size;
	assert_int_equal(side->counts.messages[BGP_UPDATE], 1);
	feed_hex(&f, 0, KEEPALIVE);
	assert_int_equal(side->counts.messages[BGP_KEEPALIVE], 1);
	assert_int_equal(side->counts.messages[BGP_UPDATE], 1);
	feed_frame(&f, 0, 0x18, f.seq[0], update.at, update.size, update.size - 18);
	assert_int_equal(side->counts.messages[BGP_UPDATE], 1); /* its type is not there */
	feed_close(&f);
}

/* What is no BGP on its port makes no session. */
static void
test_bgp_noise(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_BGP, TCP, 179, 0);
	for (unsigned i = 0; i < 100; i++)
		feed_hex(&f, i % 2,
		         "ff160301 ffffffff 00010203 ffffffffffffffffffffffffffffffff 0000");
	assert_int_equal(peering_of(&f)->bgp.count, 0);
	feed_hex(&f, 0, KEEPALIVE);
	assert_int_equal(peering_of(&f)->bgp.count, 1);
	feed_close(&f);
	/* tcpdump's bgp-infinite-loop.pcap: an UPDATE of 19 bytes is one, and no session */
	feed_open(&f, CLASS_BGP, TCP, 179, 0);
	feed_hex(&f, 0, M "0013 02 00 0100ff00ff0e00ff00018400000000");
	assert_int_equal(peering_of(&f)->bgp.at[0]->side[0].counts.messages[BGP_UPDATE], 1);
	assert_int_equal(peering_of(&f)->bgp.sessions[0]->state, BGP_UNKNOWN);
	feed_close(&f);
}

/* The same ports again: another session; the first one's facts stay. */
static void
test_bgp_restart(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_BGP, TCP, 179, 0);
	feed_frame(&f, 0, 0x02, f.seq[0] - 1, NULL, 0, 0);
	feed_hex(&f, 0, OPEN);
	f.seq[0] = 500000;
	feed_frame(&f, 0, 0x02, f.seq[0] - 1, NULL, 0, 0);
	feed_hex(&f, 0, OPEN KEEPALIVE);
	assert_int_equal(peering_of(&f)->bgp.count, 2);
	assert_int_equal(peering_of(&f)->bgp.at[0]->side[0].counts.messages[BGP_KEEPALIVE], 0);
	assert_int_equal(peering_of(&f)->bgp.at[1]->side[0].counts.messages[BGP_KEEPALIVE], 1);
	feed_close(&f);
}

/* 10 000 sessions made up by a stranger: the latest are kept, their routes too, all is counted. */
static void
test_bgp_flood(void **state)
{
	enum { SESSIONS = 10000 };
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_BGP, TCP, 179, 0);
	for (unsigned i = 0; i < SESSIONS; i++) {
		f.ports[0] = (uint16_t)(1024 + i);
		feed_hex(&f, 0, UPDATE);
	}
	assert_int_equal(peering_of(&f)->bgp.count, BGP_CONNECTIONS);
	assert_int_equal(peering_of(&f)->bgp.forgotten, SESSIONS - BGP_CONNECTIONS);
	assert_int_equal(peering_of(&f)->bgp.shared.pool.room, BGP_ROUTES - 1);
	/* the first was forgotten: it begins again */
	f.ports[0] = 1024;
	f.seq[0] = 1000 + 0x2f; /* behind its UPDATE */
	feed_hex(&f, 0, KEEPALIVE);
	assert_int_equal(peering_of(&f)->bgp.forgotten, SESSIONS - BGP_CONNECTIONS + 1);
	assert_int_equal(peering_of(&f)->bgp.at[BGP_CONNECTIONS - 1]->side[0].port, 1024);
	feed_close(&f);
}

/* Conversations go for want of room before their sessions do. */
static void
test_bgp_forgotten_conversation(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_BGP, TCP, 179, 2);
	for (unsigned i = 0; i < 5; i++) {
		f.ports[0] = (uint16_t)(1024 + i);
		feed_hex(&f, 0, UPDATE);
	}
	assert_int_equal(peering_of(&f)->bgp.count, 5);
	assert_null(peering_of(&f)->bgp.at[0]->owner);
	assert_non_null(peering_of(&f)->bgp.at[4]->owner);
	feed_close(&f);
}

/* A session goes down a moment after BFD between the same addresses: its cause says so. */
static void
test_bgp_after_bfd(void **state)
{
	static const uint8_t keepalive[19] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0,    19,   4,
	};
	struct addr ip[2] = {addr_v4("\xc0\x00\x02\x00"), addr_v4("\xc0\x00\x02\x01")};
	struct bfd_session bfd = {.ip = {ip[1], ip[0]}};
	struct bgp_connection *c;
	struct peering p;
	struct bfd_table empty;

	(void)state;
	peering_init(&p);
	empty = p.sessions;
	p.sessions.at = &bfd;
	p.sessions.count = 1;
	bgp_table_connect(&p.bgp, &c, ip, (uint16_t[2]){40000, 179}, NULL, SIDE_PEER);
	for (unsigned turn = 0; turn < 2; turn++) {
		for (unsigned i = 0; i < 4; i++)
			bgp_connection_read(c, i % 2, cursor_over(keepalive, 19), false,
			                    (10 + turn * 100) * 1000000000ull);
		/* the first time BFD went down after it: that is another story */
		bfd.down_ns = turn ? 119700000000ull : 20000000001ull;
		bgp_connection_end(c, 1, true, (20 + turn * 100) * 1000000000ull);
		assert_string_equal(c->session->down_cause,
		                    turn ? "TCP reset by msft; BFD down 0.300 s before"
		                         : "TCP reset by msft");
	}
	p.sessions = empty;
	peering_fini(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lacp),
		cmocka_unit_test(test_bgp_ends),
		cmocka_unit_test(test_lldp),
		cmocka_unit_test(test_bfd),
		cmocka_unit_test(test_tuples_bounded),
		cmocka_unit_test(test_bgp),
		cmocka_unit_test(test_bgp_loss),
		cmocka_unit_test(test_bgp_snapped),
		cmocka_unit_test(test_bgp_after_bfd),
		cmocka_unit_test(test_bgp_noise),
		cmocka_unit_test(test_bgp_restart),
		cmocka_unit_test(test_bgp_flood),
		cmocka_unit_test(test_bgp_forgotten_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
