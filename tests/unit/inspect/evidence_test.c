/* What messages say of roles, and the table that keeps it. */
#include "inspect/evidence.h"
#include "unit/inspect/feed.h"

enum { UDP = 17, A = 0, B = 1 };

static struct addr
numbered(uint32_t n)
{
	uint8_t b[4] = {10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};

	return addr_v4(b);
}

static const struct role_messages *
known(const struct feed *f, const char *ip)
{
	const struct role_messages *m;
	struct addr a;

	assert_true(addr_parse(ip, &a));
	m = evidence_get(&f->census->evidence, &a);
	assert_non_null(m);
	return m;
}

#define PEER(f) known(f, "203.0.113.10")
#define CLOUD(f) known(f, "52.112.0.1")

/* Strangers displace strangers; whoever speaks on stays. */
static void
test_bounded(void **state)
{
	struct evidence e;
	struct addr steady = numbered(0xffffff), other;

	(void)state;
	evidence_init(&e, EVIDENCE_PLACES);
	evidence_of(&e, &steady, 1)->registers = 7;
	for (uint32_t n = 0; n < 4 * EVIDENCE_PLACES; n++) {
		other = numbered(n);
		evidence_of(&e, &other, n + 2)->answers++;
		if (n % 64 == 0)
			evidence_of(&e, &steady, n + 2);
	}
	assert_non_null(evidence_get(&e, &steady));
	assert_int_equal(evidence_get(&e, &steady)->registers, 7);
	assert_int_equal(evidence_get(&e, &steady)->first_us, 1);
	assert_true(e.displaced > 2 * EVIDENCE_PLACES);
	assert_true(e.changed_count <= EVIDENCE_PLACES);
	evidence_fini(&e);
}

static void
test_take(void **state)
{
	struct evidence from, to;
	struct addr one = numbered(1), two = numbered(2);

	(void)state;
	evidence_init(&from, 64);
	evidence_init(&to, 64);
	evidence_of(&from, &one, 5)->answers = 1;
	evidence_of(&from, &two, 6)->answers = 2;
	evidence_take(&to, &from);
	assert_int_equal(evidence_get(&to, &one)->answers, 1);
	assert_int_equal(evidence_get(&to, &two)->last_us, 6);
	evidence_of(&from, &two, 9)->answers = 3;
	assert_int_equal(from.changed_count, 1);
	evidence_take(&to, &from);
	assert_int_equal(evidence_get(&to, &two)->answers, 3);
	evidence_fini(&from);
	evidence_fini(&to);
}

static void
test_sip(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_SIP, UDP, 5060, 0);
	feed_text(&f, A,
	          "INVITE sip:bob@b SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z1\r\nFrom: "
	          "<sip:al@a>;tag=1\r\n"
	          "To: <sip:bob@b>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nContent-Type: "
	          "application/sdp\r\n\r\nv=0\r\nc=IN IP4 203.0.113.10\r\nm=audio 9 RTP/AVP 0\r\n");
	feed_text(&f, B,
	          "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=z1\r\nFrom: <sip:al@a>;tag=1\r\n"
	          "To: <sip:bob@b>;tag=2\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nContent-Type: "
	          "application/sdp\r\n\r\nv=0\r\nc=IN IP4 52.112.9.9\r\nm=audio 9 RTP/AVP 0\r\n");
	assert_int_equal(PEER(&f)->calls_begun, 1);
	assert_int_equal(PEER(&f)->calls_active, 1);
	assert_int_equal(PEER(&f)->sdp_own, 1);
	assert_int_equal(PEER(&f)->via_single, 1);
	assert_int_equal(CLOUD(&f)->calls_taken, 1);
	assert_int_equal(CLOUD(&f)->sdp_other, 1);
	feed_text(&f, A,
	          "BYE sip:bob@b SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z3\r\nVia: SIP/2.0/UDP c\r\n"
	          "From: <sip:al@a>;tag=1\r\nTo: <sip:bob@b>;tag=2\r\nCall-ID: x\r\nCSeq: 2 "
	          "BYE\r\n\r\n");
	assert_int_equal(PEER(&f)->via_more, 1);
	assert_int_equal(PEER(&f)->calls_active, 0);
	assert_int_equal(PEER(&f)->calls_max, 1);
	for (unsigned i = 0; i < 9; i++) {
		char text[400];

		snprintf(text, sizeof text,
		         "SIP/2.0 401 No\r\nVia: SIP/2.0/UDP a;branch=r%u\r\nFrom: "
		         "<sip:u%u@a>;tag=1\r\n"
		         "To: <sip:u%u@a>;tag=2\r\nCall-ID: r%u\r\nCSeq: 1 REGISTER\r\n\r\n",
		         i, i % 3, i % 3, i);
		feed_text(&f, B, text);
	}
	assert_int_equal(CLOUD(&f)->register_answers, 9);
	assert_in_range(role_sketch_count(CLOUD(&f)->aors_answered), 1, 3);
	feed_close(&f);
}

static void
test_dns(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_DNS, UDP, 53, 0);
	feed_hex(&f, A, "1234 0100 0001 0000 0000 0000 00 0002 0001"); /* RD */
	feed_hex(&f, A, "1234 0000 0001 0000 0000 0000 00 0002 0001");
	feed_hex(&f, B, "1234 8180 0001 0000 0000 0000 00 0002 0001"); /* RD, RA */
	feed_hex(&f, B, "1234 8400 0001 0000 0000 0000 00 0002 0001"); /* AA */
	assert_int_equal(PEER(&f)->asked_rd, 1);
	assert_int_equal(PEER(&f)->asked_plain, 1);
	assert_int_equal(CLOUD(&f)->answers, 2);
	assert_int_equal(CLOUD(&f)->answers_ra, 1);
	assert_int_equal(CLOUD(&f)->answers_aa, 1);
	feed_close(&f);
}

/* RFC 8656: Allocate challenged, then granted with XOR-RELAYED-ADDRESS (0x0016). */
static void
test_turn(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, CLASS_TURN, UDP, 3478, 0);
	feed_hex(&f, A, "0003 0000 2112a442 000000000000000000000001");
	feed_hex(&f, B, "0113 0008 2112a442 000000000000000000000001 0009 0004 00000401");
	feed_hex(&f, B,
	         "0103 000c 2112a442 000000000000000000000002 0016 0008 0001 1234 5678 9abc");
	feed_hex(&f, B, "0101 0000 2112a442 000000000000000000000003");
	assert_int_equal(CLOUD(&f)->challenges, 1);
	assert_int_equal(CLOUD(&f)->allocations, 1);
	assert_int_equal(CLOUD(&f)->bindings, 1);
	feed_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bounded), cmocka_unit_test(test_take),
		cmocka_unit_test(test_sip),     cmocka_unit_test(test_dns),
		cmocka_unit_test(test_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
