#include "inspect/bgp_connection.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "support/hex.h"

#define M "ffffffffffffffffffffffffffffffff"
#define KEEPALIVE M "0013 04 "
/* RFC 4271 4.2: AS 65001, hold 180, 192.0.2.1; capability 1 IPv4 unicast, 65 with the same number
 */
#define OPEN_A M "002d 01 04 fde9 00b4 c0000201 10 020e 0104 0001 0001 4104 0000fde9 0200 "
/* AS 65002, hold 90, no capabilities */
#define OPEN_B M "001d 01 04 fdea 005a c0000202 00 "
/* as A's, and ADD-PATH for IPv4 unicast: what it can do in the last byte */
#define OPEN_ADD(how)                                                                            \
	M "0033 01 04 fde9 00b4 c0000201 16 0214 0104 0001 0001 4104 0000fde9 4504 0001 01 " how \
	  " 0200 "
#define ATTRIBUTES "400101 00 400206 0201 0000fde9 400304 c0000201 "
#define ATTRIBUTES_2 "400101 00 400204 0201 fde9 400304 c0000201 "
#define END_OF_RIB M "0017 02 0000 0000 "
/* 198.51.100.0/24 and 203.0.113.0/24 */
#define ANNOUNCE_TWO M "0033 02 0000 0014 " ATTRIBUTES "18c63364 18cb0071 "
#define WITHDRAW_ONE M "001b 02 0004 18c63364 0000 "

struct session {
	struct bgp_shared shared;
	struct bgp_session *session;
	struct bgp_connection *s;
	uint64_t now_ns;
};

static struct session
session_open(void)
{
	struct session t = {0};

	bgp_shared_init(&t.shared, 1000);

	return t;
}

static void
session_connect(struct session *t)
{
	if (t->s)
		return;
	t->session = bgp_session_create(&t->shared);
	t->s = bgp_connection_create(t->session, 0);
}

static uint32_t
standing(const struct session *t, unsigned side, unsigned afi_index)
{
	return t->session->side[side].rib.standing[afi_index];
}

/* All of it in one go; what is not taken was no whole message. */
static size_t
say(struct session *t, unsigned side, const char *hex, bool gap)
{
	struct hex m = hex_bytes(hex);
	uint8_t *exact = malloc(m.size ? m.size : 1);
	size_t taken;

	session_connect(t);
	memcpy(exact, m.at, m.size);
	taken = bgp_connection_read(t->s, side, cursor_over(exact, m.size), gap, ++t->now_ns);
	free(exact);
	return m.size - taken;
}

static void
session_close(struct session *t)
{
	bgp_connection_destroy(t->s);
	bgp_session_destroy(t->session);
	assert_int_equal(t->shared.pool.room, 1000);
	bgp_shared_fini(&t->shared);
}

/* What no speaker of version 4 takes is told, and proves nothing; a good one is not lost to it. */
static void
test_refused_open(void **state)
{
	static const char version_3[] = M "001d 01 03 fde9 00b4 c0000201 00 ";
	struct session t = session_open();
	bool known;

	(void)state;
	say(&t, 0, version_3, false);
	assert_true(t.s->side[0].told);
	assert_false(t.s->side[0].opened);
	assert_int_equal(t.s->side[0].open.version, 3);
	assert_int_equal(t.s->side[0].open.asn, 65001);
	assert_int_equal(t.s->side[0].counts.malformed, 1);
	say(&t, 1, OPEN_B, false);
	bgp_connection_hold_s(t.s, &known);
	assert_false(known);
	say(&t, 1, version_3, false);
	assert_true(t.s->side[1].opened);
	assert_int_equal(t.s->side[1].open.asn, 65002);
	session_close(&t);
}

/* As `say`, of messages that the capture has only the begin of. */
static size_t
say_cut(struct session *t, unsigned side, const char *hex)
{
	struct hex m = hex_bytes(hex);

	session_connect(t);
	return bgp_connection_read_cut(t->s, side, cursor_over(m.at, m.size), ++t->now_ns);
}

/* A snap length of 96 bytes leaves 30 of a segment: messages count by their headers, an OPEN is
 * told without its capabilities, a NOTIFICATION ends the session; the table is not whole. */
static void
test_snapped(void **state)
{
	struct session t = session_open();

	(void)state;
	assert_int_equal(say_cut(&t, 0, M "0031 01 04 fde9 00b4 c0000200 14 "), 29);
	assert_true(t.s->side[0].told);
	assert_false(t.s->side[0].opened);
	assert_int_equal(t.s->side[0].open.asn, 65001);
	assert_int_equal(t.s->side[0].open.hold_s, 180);
	say_cut(&t, 1, M "0031 01 04 fdea 005a c0000201 14 ");
	assert_int_equal(say_cut(&t, 0, KEEPALIVE), 0); /* nothing of it is missing */
	assert_int_equal(say_cut(&t, 0, M "0013 "), 0); /* its type is */
	say(&t, 0, KEEPALIVE, false);
	say(&t, 1, KEEPALIVE, false);
	assert_int_equal(bgp_connection_state(t.s), BGP_ESTABLISHED);
	assert_int_equal(say_cut(&t, 0, M "0050 02 0000 0014 400101 00 "), 27);
	assert_int_equal(t.s->side[0].counts.messages[BGP_UPDATE], 1);
	assert_int_equal(standing(&t, 0, 0), 0);
	assert_int_equal(bgp_connection_completeness(t.s, 0), BGP_BROKEN);
	say_cut(&t, 1, M "0040 03 0602 2a 5b ");
	assert_int_equal(t.s->end, BGP_END_NOTIFICATION);
	assert_int_equal(t.s->notifications[0].subcode, BGP_CEASE_SHUTDOWN);
	session_close(&t);
}

static void
test_clean_start(void **state)
{
	struct session t = session_open();
	bool known;

	(void)state;
	assert_int_equal(say(&t, 0, OPEN_A, false), 0);
	assert_int_equal(bgp_connection_state(t.s), BGP_OPEN_SENT);
	bgp_connection_hold_s(t.s, &known);
	assert_false(known);
	say(&t, 1, OPEN_B KEEPALIVE, false);
	assert_int_equal(bgp_connection_state(t.s), BGP_OPEN_CONFIRM);
	assert_int_equal(bgp_connection_hold_s(t.s, &known), 90);
	assert_true(known);
	assert_int_equal(t.s->side[0].open.asn, 65001);
	assert_int_equal(t.s->side[1].open.asn, 65002);
	say(&t, 0, KEEPALIVE, false);
	assert_int_equal(bgp_connection_state(t.s), BGP_ESTABLISHED);
	/* B has no capability 65, so paths have two bytes */
	say(&t, 0, M "0031 02 0000 0012 " ATTRIBUTES_2 "18c63364 18cb0071 ", false);
	assert_int_equal(t.s->side[0].as_width, 2);
	assert_int_equal(t.s->side[0].first_as, 65001);
	assert_int_equal(standing(&t, 0, 0), 2);
	assert_int_equal(bgp_connection_completeness(t.s, 0), BGP_INFERRED);
	say(&t, 0, END_OF_RIB, false);
	assert_int_equal(bgp_connection_completeness(t.s, 0), BGP_COMPLETE);
	assert_int_equal(bgp_connection_completeness(t.s, 1), BGP_INFERRED);
	say(&t, 0, WITHDRAW_ONE WITHDRAW_ONE, false);
	assert_int_equal(standing(&t, 0, 0), 1);
	assert_int_equal(t.s->side[0].counts.announced[0], 2);
	assert_int_equal(t.s->side[0].counts.withdrawn[0], 2);
	assert_false(t.s->side[0].guessed);
	session_close(&t);
}

/* RFC 4724 section 4: an End-of-RIB is owed when both have the capability. Where one lacks it half
 * a minute without UPDATEs, and a KEEPALIVE then, say as much. */
static void
test_no_graceful_restart(void **state)
{
#define OPEN_PLAIN(as, id) M "0025 01 04 " as " 00b4 " id " 08 0206 4104 0000" as " "
#define OPEN_WITH_GR(as, id) M "0029 01 04 " as " 00b4 " id " 0c 020a 4002 0078 4104 0000" as " "
	static const struct {
		const char *open[2];
		enum bgp_completeness want;
	} rows[] = {
		{{OPEN_PLAIN("fde9", "c0000201"), OPEN_PLAIN("fdea", "c0000202")}, BGP_COMPLETE},
		{{OPEN_WITH_GR("fde9", "c0000201"), OPEN_PLAIN("fdea", "c0000202")}, BGP_COMPLETE},
		{{OPEN_PLAIN("fde9", "c0000201"), OPEN_WITH_GR("fdea", "c0000202")}, BGP_COMPLETE},
		{{OPEN_WITH_GR("fde9", "c0000201"), OPEN_WITH_GR("fdea", "c0000202")},
	         BGP_INFERRED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct session t = session_open();

		say(&t, 0, rows[i].open[0], false);
		say(&t, 1, rows[i].open[1], false);
		say(&t, 1, KEEPALIVE, false);
		say(&t, 0, KEEPALIVE ANNOUNCE_TWO, false);
		t.now_ns += 29 * NS_PER_S;
		say(&t, 0, KEEPALIVE, false);
		assert_int_equal(bgp_connection_completeness(t.s, 0), BGP_INFERRED);
		t.now_ns += 2 * NS_PER_S;
		say(&t, 0, KEEPALIVE, false);
		assert_int_equal(bgp_connection_completeness(t.s, 0), rows[i].want);
		/* what is told later are changes of a table that is known */
		say(&t, 0, WITHDRAW_ONE, false);
		assert_int_equal(bgp_connection_completeness(t.s, 0), rows[i].want);
		say(&t, 0, END_OF_RIB, false);
		assert_int_equal(bgp_connection_completeness(t.s, 0), BGP_COMPLETE);
		session_close(&t);
	}
}

/* One that has announced nothing yet may wait until it knows all it will. */
static void
test_slow_start(void **state)
{
	struct session t = session_open();

	(void)state;
	say(&t, 0, OPEN_A, false);
	say(&t, 1, OPEN_B KEEPALIVE, false);
	say(&t, 0, KEEPALIVE, false);
	t.now_ns += 179 * NS_PER_S;
	say(&t, 0, KEEPALIVE, false);
	assert_int_equal(bgp_connection_completeness(t.s, 0), BGP_INFERRED);
	t.now_ns += 2 * NS_PER_S;
	say(&t, 0, KEEPALIVE, false);
	assert_int_equal(bgp_connection_completeness(t.s, 0), BGP_COMPLETE);
	session_close(&t);
}

/* Any cut of the stream gives the same: the rest of a message waits. */
static void
test_cuts(void **state)
{
	struct hex m = hex_bytes(OPEN_A KEEPALIVE ANNOUNCE_TWO END_OF_RIB WITHDRAW_ONE);

	(void)state;
	for (size_t cut = 0; cut <= m.size; cut++) {
		struct session t = session_open();
		size_t taken;

		session_connect(&t);
		taken = bgp_connection_read(t.s, 0, cursor_over(m.at, cut), false, 1);
		assert_true(taken <= cut);
		taken += bgp_connection_read(t.s, 0, cursor_over(m.at + taken, m.size - taken),
		                             false, 2);
		assert_int_equal(taken, m.size);
		assert_int_equal(t.s->side[0].counts.messages[BGP_UPDATE], 3);
		assert_int_equal(standing(&t, 0, 0), 1);
		assert_int_equal(t.s->side[0].counts.gaps, 0);
		session_close(&t);
	}
}

/* Joined in the middle of a message: no OPEN, nothing is sure, and nothing is broken. */
static void
test_joined(void **state)
{
	struct session t = session_open();

	(void)state;
	say(&t, 0, "c0000201 18c00002 " ANNOUNCE_TWO KEEPALIVE, true);
	assert_int_equal(t.s->side[0].counts.messages[BGP_UPDATE], 1);
	assert_int_equal(standing(&t, 0, 0), 2);
	assert_int_equal(t.s->side[0].as_width, 4);
	assert_int_equal(t.s->side[0].first_as, 65001);
	assert_true(t.s->side[0].guessed);
	assert_int_equal(bgp_connection_state(t.s), BGP_ESTABLISHED);
	assert_int_equal(bgp_connection_completeness(t.s, 0), BGP_INFERRED);
	/* an End-of-RIB without the OPENs proves nothing */
	say(&t, 0, END_OF_RIB, false);
	assert_int_equal(bgp_connection_completeness(t.s, 0), BGP_INFERRED);
	session_close(&t);
}

static void
test_gap(void **state)
{
	struct session t = session_open();

	(void)state;
	say(&t, 0, OPEN_A KEEPALIVE END_OF_RIB, false);
	say(&t, 1, OPEN_B KEEPALIVE END_OF_RIB, false);
	assert_int_equal(bgp_connection_completeness(t.s, 0), BGP_COMPLETE);
	say(&t, 0, "18c63364 " ANNOUNCE_TWO, true);
	assert_int_equal(t.s->side[0].counts.messages[BGP_UPDATE], 2);
	assert_int_equal(bgp_connection_completeness(t.s, 0), BGP_BROKEN);
	assert_int_equal(bgp_connection_completeness(t.s, 1), BGP_COMPLETE);
	/* bytes that are no message are a gap too, without a hole in the stream */
	say(&t, 1, "0102030405 " KEEPALIVE, false);
	assert_int_equal(t.s->side[1].counts.messages[BGP_KEEPALIVE], 2);
	assert_int_equal(bgp_connection_completeness(t.s, 1), BGP_BROKEN);
	session_close(&t);
}

/* RFC 7911: path identifiers when the sender offers to send and the receiver to receive. */
static void
expect_add_path(const char *sender, const char *receiver, uint32_t want)
{
	struct session t = session_open();

	if (*receiver)
		say(&t, 1, receiver, false);
	say(&t, 0, sender, false);
	/* two paths to 192.0.2.0/24; without identifiers four default routes and one more */
	say(&t, 0, M "003b 02 0000 0014 " ATTRIBUTES "00000000 18c00002 00000001 18c00002 ", false);
	assert_int_equal(t.s->side[0].counts.messages[BGP_UPDATE], 1);
	assert_int_equal(standing(&t, 0, 0), want);
	session_close(&t);
}

static void
test_add_path(void **state)
{
	(void)state;
	expect_add_path(OPEN_ADD("02"), OPEN_ADD("01"), 2);
	expect_add_path(OPEN_ADD("03"), OPEN_ADD("03"), 2);
	/* one of them not seen: the bytes decide, and must be able to */
	expect_add_path(OPEN_ADD("02"), "", 2);
	expect_add_path("", OPEN_ADD("01"), 2);
	expect_add_path("", "", 2);
	/* not agreed: 0.0.0.0/0, 192.0.2.0/24 and 0.0.0.0/1 before what can't be */
	expect_add_path(OPEN_ADD("01"), OPEN_ADD("03"), 3);
	expect_add_path(OPEN_A, OPEN_ADD("03"), 3);
}

static void
test_notification(void **state)
{
	struct session t = session_open();

	(void)state;
	say(&t, 0, ANNOUNCE_TWO, false);
	/* cease, administrative shutdown, "by\n" */
	say(&t, 1, M "0019 03 0602 03 62790a ", false);
	assert_int_equal(bgp_connection_state(t.s), BGP_IDLE);
	assert_int_equal(standing(&t, 0, 0), 0);
	assert_int_equal(t.s->notification_count, 1);
	assert_int_equal(t.s->notifications[0].from, 1);
	assert_int_equal(t.s->notifications[0].code, BGP_ERROR_CEASE);
	assert_int_equal(t.s->notifications[0].subcode, BGP_CEASE_SHUTDOWN);
	assert_string_equal(t.s->notifications[0].text, "by.");
	for (unsigned i = 0; i < 20; i++)
		say(&t, 0, M "0015 03 0400 ", false);
	assert_int_equal(t.s->notification_count, BGP_NOTIFICATIONS_MAX);
	assert_int_equal(t.s->side[0].counts.messages[BGP_NOTIFICATION], 20);
	session_close(&t);
}

/* RFC 7606: an UPDATE without NEXT_HOP takes its prefixes away; one whose MP_REACH comes twice
 * changes nothing; one whose sizes lie is malformed, and the next message is read. */
static void
test_treatment(void **state)
{
	struct session t = session_open();

	(void)state;
	say(&t, 0, ANNOUNCE_TWO, false);
	say(&t, 0, M "0028 02 0000 000d 400101 00 400206 0201 0000fde9 18c63364 ", false);
	assert_int_equal(standing(&t, 0, 0), 1);
	assert_int_equal(t.s->side[0].counts.notes, 1);
	say(&t, 0, M "0027 02 0000 000c 800f03 000201 800f03 000201 18c00002 ", false);
	assert_int_equal(standing(&t, 0, 0), 1);
	assert_int_equal(t.s->side[0].counts.malformed, 0);
	say(&t, 0, M "0017 02 0005 0000 " KEEPALIVE, false);
	assert_int_equal(t.s->side[0].counts.malformed, 1);
	assert_int_equal(t.s->side[0].counts.messages[BGP_KEEPALIVE], 1);
	assert_int_equal(bgp_connection_completeness(t.s, 0), BGP_BROKEN);
	session_close(&t);
}

/* IPv6 in MP_REACH and MP_UNREACH; a family that is not read is counted as such. */
static void
test_families(void **state)
{
	struct session t = session_open();

	(void)state;
	say(&t, 0,
	    M "0048 02 0000 0031 400101 00 400206 0201 0000fde9 800e21 0002 01 10 "
	      "20010db8000000000000000000000001 00 20 20010db8 30 20010db80001 ",
	    false);
	assert_int_equal(t.s->side[0].counts.malformed, 0);
	assert_int_equal(standing(&t, 0, 1), 2);
	say(&t, 0, M "0022 02 0000 000b 800f08 0002 01 20 20010db8 ", false);
	assert_int_equal(standing(&t, 0, 1), 1);
	assert_int_equal(t.s->side[0].counts.withdrawn[1], 1);
	say(&t, 0, M "0029 02 0000 0012 400101 00 400200 800e08 0001 85 00 00 050901 ", false);
	assert_int_equal(t.s->side[0].counts.other_families, 1);
	session_close(&t);
}

static void
expect_said(const struct session *t, uint16_t afi, uint8_t safi, struct bgp_said want)
{
	assert_memory_equal(&t->s->side[0].said[bgp_nlri_family(afi, safi)], &want, sizeof want);
}

/* Counted by family, and apart what stands in the attributes of RFC 4760. */
static void
test_said(void **state)
{
	struct session t = session_open();

	(void)state;
	say(&t, 0, ANNOUNCE_TWO WITHDRAW_ONE WITHDRAW_ONE, false);
	/* 192.0.2.0/24, which RFC 4760 lets stand in MP_REACH too */
	say(&t, 0,
	    M "0034 02 0000 001d 400101 00 400206 0201 0000fde9 800e0d 0001 01 04 c0000201 00 "
	      "18c00002 ",
	    false);
	expect_said(&t, 1, 1, (struct bgp_said){.announced = 3, .withdrawn = 2, .reach = 1});
	/* two of a VPN (RFC 4659), and one of them taken back */
	say(&t, 0,
	    M "0044 02 0000 002d 400101 00 400200 800e23 0002 80 00 00 "
	      "70 000031 0000000400000064 0a0100 70 000031 0000000400000065 0a0100 ",
	    false);
	say(&t, 0, M "002c 02 0000 0015 800f12 0002 80 70 800000 0000000400000064 0a0100 ", false);
	assert_int_equal(t.s->side[0].counts.malformed, 0);
	expect_said(&t, 2, 128,
	            (struct bgp_said){.announced = 2, .withdrawn = 1, .reach = 2, .unreach = 1});
	expect_said(&t, 2, 1, (struct bgp_said){0});
	assert_int_equal(t.s->side[0].counts.announced[1], 2);
	session_close(&t);
}

static void
expect_doubt(const struct session *t, unsigned side, const char *want)
{
	char why[BGP_CAUSE_SIZE];

	bgp_connection_doubt(t->s, side, why, sizeof why);
	assert_string_equal(why, want);
}

/* What keeps a table from being whole is told. */
static void
test_doubts(void **state)
{
	struct session t = session_open();

	(void)state;
	say(&t, 1, OPEN_B KEEPALIVE, false);
	expect_doubt(&t, 0, "no OPEN of peer seen");
	expect_doubt(&t, 1, "no OPEN of peer seen");
	say(&t, 0, OPEN_A KEEPALIVE, false);
	expect_doubt(&t, 0, "none owes an End-of-RIB, and it was not quiet for 180 s yet");
	say(&t, 0, ANNOUNCE_TWO, false);
	expect_doubt(&t, 0, "none owes an End-of-RIB, and it was not quiet for 30 s yet");
	say(&t, 0, END_OF_RIB, false);
	expect_doubt(&t, 0, "");
	say(&t, 0, KEEPALIVE, true);
	expect_doubt(&t, 0, "gaps, bytes lost before the tap or by it: 1");
	say(&t, 1, M "0017 02 0005 0000 ", false);
	expect_doubt(&t, 1, "messages that can't be read: 1");
	session_close(&t);
}

/* RFC 4271 section 6.1, Bad Message Length: a message of its type, malformed, and no sign of a
 * session's state. What comes behind it is read. */
static void
test_misfit(void **state)
{
	struct session t = session_open();

	(void)state;
	say(&t, 0, M "0013 02 0100 ff00ff", false);
	assert_int_equal(t.s->side[0].counts.messages[BGP_UPDATE], 1);
	assert_int_equal(t.s->side[0].counts.malformed, 1);
	assert_int_equal(t.s->side[0].counts.gaps, 0);
	assert_int_equal(bgp_connection_state(t.s), BGP_UNKNOWN);
	assert_null(t.session->current);
	say(&t, 0, M "0017 04 00000000 " KEEPALIVE, false);
	assert_int_equal(t.s->side[0].counts.messages[BGP_KEEPALIVE], 2);
	assert_int_equal(t.s->side[0].counts.malformed, 2);
	assert_int_equal(bgp_connection_completeness(t.s, 0), BGP_BROKEN);
	/* two KEEPALIVEs each way are a session, but for one of another length */
	say(&t, 1, KEEPALIVE KEEPALIVE, false);
	assert_false(bgp_connection_is_up(t.s));
	say(&t, 0, KEEPALIVE, false);
	assert_true(bgp_connection_is_up(t.s));
	session_close(&t);
}

/* An UPDATE whose attributes are these bytes, and one prefix. */
static size_t
update_make(uint8_t *to, const uint8_t *attributes, size_t size)
{
	memset(to, 0xff, BGP_MARKER_SIZE);
	store_be16(to + 16, (uint16_t)(23 + size + 4));
	to[18] = BGP_UPDATE;
	store_be16(to + 19, 0);
	store_be16(to + 21, (uint16_t)size);
	memcpy(to + 23, attributes, size);
	memcpy(to + 23 + size, "\x18\xc6\x33\x64", 4);
	return 27 + size;
}

/* Every attribute with every length around what it may have, alone, twice, cut short by the end of
 * all, and with lengths of 16 bits: the next message is read, and nothing is kept that should not
 * be. */
static void
test_hostile_attributes(void **state)
{
	static const uint8_t flags[] = {0x00, 0x40, 0x80, 0xc0, 0x50, 0xd0, 0xff};

	(void)state;
	for (unsigned type = 0; type < 256; type++) {
		struct session t = session_open();

		for (unsigned f = 0; f < sizeof flags; f++) {
			for (unsigned size = 0; size < 40; size++) {
				uint8_t one[128], all[512] = {0}, message[600];
				unsigned head = flags[f] & 0x10 ? 4 : 3;
				unsigned whole = head + size;

				memset(one, 0xa5, sizeof one);
				one[0] = flags[f];
				one[1] = (uint8_t)type;
				one[2] = head == 4 ? 0 : (uint8_t)size;
				if (head == 4)
					one[3] = (uint8_t)size;
				/* alone; twice; cut; and longer than there is */
				memcpy(all, one, whole);
				memcpy(all + whole, one, whole);
				session_connect(&t);
				for (unsigned take = 0; take <= 2 * whole; take += whole / 2 + 1) {
					size_t n = update_make(message, all, take);

					assert_int_equal(
						bgp_connection_read(t.s, 0, cursor_over(message, n),
					                            false, ++t.now_ns),
						n);
				}
			}
		}
		say(&t, 0, ANNOUNCE_TWO, false);
		assert_int_equal(standing(&t, 0, 0), 2);
		assert_int_equal(t.s->side[0].counts.gaps, 0);
		session_close(&t);
	}
}

/* A marker and a whole message among communities: the length of the message around it counts. */
static void
test_marker_inside(void **state)
{
	struct session t = session_open();

	(void)state;
	say(&t, 0,
	    M "004a 02 0000 002f 400101 00 400206 0201 0000fde9 400304 c0000201 c00818 " M
	      "0017 02 00 00000000 18c63364 ",
	    false);
	assert_int_equal(t.s->side[0].counts.messages[BGP_UPDATE], 1);
	assert_int_equal(t.s->side[0].counts.gaps, 0);
	assert_int_equal(standing(&t, 0, 0), 1);
	session_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused_open),
		cmocka_unit_test(test_snapped),
		cmocka_unit_test(test_clean_start),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_joined),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_add_path),
		cmocka_unit_test(test_notification),
		cmocka_unit_test(test_hostile_attributes),
		cmocka_unit_test(test_marker_inside),
		cmocka_unit_test(test_treatment),
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_said),
		cmocka_unit_test(test_doubts),
		cmocka_unit_test(test_slow_start),
		cmocka_unit_test(test_misfit),
		cmocka_unit_test(test_no_graceful_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
