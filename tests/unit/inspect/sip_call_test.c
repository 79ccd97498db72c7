/* Call flows of RFC 3665 and RFC 3261, as a tap between the peer's SBC and the cloud sees them. */
#include "unit/inspect/feed.h"

enum { UDP = 17, UA = 0, CLOUD = 1 };
#define S UINT64_C(1000000000)

/* The parts of a message that calls are made of. */
struct say {
	const char *start, *cseq; /* "INVITE sip:b SIP/2.0" or "SIP/2.0 180 R"; "1 INVITE" */
	const char *branch, *to_tag;
};

static void
say(struct feed *f, unsigned from, uint64_t at_s10, struct say m)
{
	char text[1024];

	f->now_ns = at_s10 * S / 10;
	snprintf(text, sizeof text,
	         "%s\r\nVia: SIP/2.0/UDP 203.0.113.10:5060;branch=z9hG4bK%s\r\n"
	         "From: <sip:+31201234567@a>;tag=from\r\nTo: <sip:+31207654321@b>%s%s\r\n"
	         "Call-ID: call-1@a\r\nCSeq: %s\r\nContent-Length: 0\r\n\r\n",
	         m.start, m.branch, m.to_tag ? ";tag=" : "", m.to_tag ? m.to_tag : "", m.cseq);
	feed_text(f, from, text);
}

#define REQUEST(name, number, branch_, tag)                                                 \
	(struct say)                                                                        \
	{                                                                                   \
		.start = name " sip:b SIP/2.0", .cseq = number " " name, .branch = branch_, \
		.to_tag = tag                                                               \
	}
#define ANSWER(status, number, of, branch_, tag)                                           \
	(struct say)                                                                       \
	{                                                                                  \
		.start = "SIP/2.0 " status " x", .cseq = number " " of, .branch = branch_, \
		.to_tag = tag                                                              \
	}

static void
take_first(void *context, const struct sip_call *c)
{
	const struct sip_call **first = context;

	if (!*first)
		*first = c;
}

static const struct sip_call *
the_call(const struct feed *f)
{
	const struct sip_call *c = NULL;

	sip_calls_each(f->census->calls, take_first, &c);
	assert_non_null(c);
	return c;
}

static void
open_feed(struct feed *f)
{
	feed_open_conf(f, CLASS_SIP, UDP, 5060, FEED_CONTRACT);
}

/* RFC 3665 section 3.1, with a 180 after 2 s, an answer after 5 s and a talk of 60 s. */
static void
test_call(void **state)
{
	struct feed f;
	const struct sip_call *c;
	const struct voice_scope *s;

	(void)state;
	open_feed(&f);
	say(&f, UA, 10, REQUEST("INVITE", "1", "a", NULL));
	say(&f, CLOUD, 11, ANSWER("100", "1", "INVITE", "a", NULL));
	say(&f, CLOUD, 30, ANSWER("180", "1", "INVITE", "a", "x"));
	assert_int_equal(feed_scope(&f, "sbc:sbc1")->active, 1);
	say(&f, CLOUD, 60, ANSWER("200", "1", "INVITE", "a", "x"));
	say(&f, UA, 61, REQUEST("ACK", "1", "b", "x"));
	say(&f, CLOUD, 660, REQUEST("BYE", "7", "c", "from"));
	say(&f, UA, 661, ANSWER("200", "7", "BYE", "c", "from"));
	c = the_call(&f);
	assert_int_equal(c->state, SIP_CALL_ENDED);
	assert_int_equal(c->messages, 7);
	assert_int_equal(c->retransmissions, 0);
	assert_int_equal(c->final_status, 200);
	assert_int_equal(c->setup_ns, 2 * S);
	assert_int_equal(c->caller, SIDE_PEER);
	s = feed_scope(&f, "sbc:sbc1");
	assert_int_equal(s->calls, 1);
	assert_int_equal(s->finals, 1);
	assert_int_equal(s->answered, 1);
	assert_int_equal(s->effective, 1);
	assert_int_equal(s->active, 0);
	assert_int_equal(s->active_max, 1);
	assert_int_equal(s->talk_ns, 60 * S);
	assert_int_equal(s->setup->count, 1);
	assert_int_equal(s->setup->max_ns, 2 * S);
	assert_int_equal(s->answer->max_ns, 5 * S);
	assert_int_equal(feed_scope(&f, "link:a")->calls, 1);
	assert_int_equal(feed_scope(&f, "subnet:203.0.113.0/24")->calls, 1);
	feed_close(&f);
}

/* Section 17.1.1.2: each INVITE of a lost answer again, one call and one code each. */
static void
test_retransmissions(void **state)
{
	struct feed f;

	(void)state;
	open_feed(&f);
	for (unsigned i = 0; i < 3; i++)
		say(&f, UA, 10 + i * 5, REQUEST("INVITE", "1", "a", NULL));
	for (unsigned i = 0; i < 4; i++)
		say(&f, CLOUD, 40 + i, ANSWER("486", "1", "INVITE", "a", "x"));
	say(&f, UA, 50, REQUEST("ACK", "1", "a", "x"));
	assert_int_equal(the_call(&f)->messages, 8);
	assert_int_equal(the_call(&f)->retransmissions, 5);
	assert_int_equal(feed_scope(&f, "link:a")->calls, 1);
	assert_int_equal(feed_scope(&f, "link:a")->finals, 1);
	assert_int_equal(feed_scope(&f, "link:a")->answered, 0);
	assert_int_equal(feed_scope(&f, "link:a")->effective, 1); /* busy */
	assert_int_equal(feed_scope(&f, "link:a")->codes.at[0].responses, 1);
	feed_close(&f);
}

/* RFC 3665 section 3.3: a challenge is no failed call, and the delay runs from the second INVITE.
 */
static void
test_challenge(void **state)
{
	struct feed f;

	(void)state;
	open_feed(&f);
	say(&f, UA, 10, REQUEST("INVITE", "1", "a", NULL));
	say(&f, CLOUD, 12, ANSWER("407", "1", "INVITE", "a", "y"));
	say(&f, UA, 13, REQUEST("ACK", "1", "a", "y"));
	say(&f, UA, 20, REQUEST("INVITE", "2", "b", NULL));
	say(&f, CLOUD, 30, ANSWER("180", "2", "INVITE", "b", "x"));
	say(&f, CLOUD, 40, ANSWER("200", "2", "INVITE", "b", "x"));
	assert_int_equal(the_call(&f)->state, SIP_CALL_ANSWERED);
	assert_int_equal(the_call(&f)->setup_ns, S);
	assert_int_equal(the_call(&f)->invites, 2);
	assert_int_equal(the_call(&f)->forks, 0);
	assert_int_equal(feed_scope(&f, "link:a")->calls, 1);
	assert_int_equal(feed_scope(&f, "link:a")->finals, 1);
	assert_int_equal(feed_scope(&f, "link:a")->active, 1);
	feed_close(&f);
}

/* Nobody took the challenge up: after 32 s it is a call that failed. */
static void
test_challenge_left(void **state)
{
	struct feed f;

	(void)state;
	open_feed(&f);
	say(&f, UA, 10, REQUEST("INVITE", "1", "a", NULL));
	say(&f, CLOUD, 12, ANSWER("401", "1", "INVITE", "a", "y"));
	inspector_tick(f.inspector, 30 * S);
	assert_int_equal(feed_scope(&f, "link:a")->finals, 0);
	inspector_tick(f.inspector, 34 * S);
	assert_int_equal(feed_scope(&f, "link:a")->finals, 1);
	assert_int_equal(feed_scope(&f, "link:a")->effective, 0);
	assert_int_equal(feed_scope(&f, "link:a")->active, 0);
	assert_int_equal(sip_calls_count(f.census->calls), 0);
	feed_close(&f);
}

/* RFC 3665 section 3.8 */
static void
test_cancel(void **state)
{
	struct feed f;

	(void)state;
	open_feed(&f);
	say(&f, UA, 10, REQUEST("INVITE", "1", "a", NULL));
	say(&f, CLOUD, 20, ANSWER("180", "1", "INVITE", "a", "x"));
	say(&f, UA, 30, REQUEST("CANCEL", "1", "a", NULL));
	say(&f, CLOUD, 31, ANSWER("200", "1", "CANCEL", "a", "x"));
	assert_int_equal(the_call(&f)->state, SIP_CALL_RINGING);
	say(&f, CLOUD, 32, ANSWER("487", "1", "INVITE", "a", "x"));
	assert_int_equal(the_call(&f)->state, SIP_CALL_ABANDONED);
	assert_int_equal(the_call(&f)->cancels, 1);
	assert_int_equal(feed_scope(&f, "link:a")->abandoned, 1);
	assert_int_equal(feed_scope(&f, "link:a")->answered, 0);
	assert_int_equal(feed_scope(&f, "link:a")->effective, 1);
	feed_close(&f);
}

/* Section 14: an INVITE with a To tag changes a call, and its refusal does not end it. The callee's
 * CSeq numbers are its own. */
static void
test_reinvite(void **state)
{
	struct feed f;

	(void)state;
	open_feed(&f);
	say(&f, UA, 10, REQUEST("INVITE", "1", "a", NULL));
	say(&f, CLOUD, 20, ANSWER("200", "1", "INVITE", "a", "x"));
	say(&f, CLOUD, 30, REQUEST("INVITE", "1", "r", "from"));
	say(&f, UA, 31, ANSWER("491", "1", "INVITE", "r", "from"));
	assert_int_equal(the_call(&f)->state, SIP_CALL_ANSWERED);
	assert_int_equal(the_call(&f)->reinvites, 1);
	assert_int_equal(the_call(&f)->final_status, 200);
	assert_int_equal(feed_scope(&f, "link:a")->calls, 1);
	assert_int_equal(feed_scope(&f, "link:a")->reinvites, 1);
	feed_close(&f);
}

/* Section 12.1.2: two phones ring, one answers; PRACK (RFC 3262) on the way. */
static void
test_forks(void **state)
{
	struct feed f;

	(void)state;
	open_feed(&f);
	say(&f, UA, 10, REQUEST("INVITE", "1", "a", NULL));
	say(&f, CLOUD, 20, ANSWER("180", "1", "INVITE", "a", "x"));
	say(&f, UA, 21, REQUEST("PRACK", "2", "p", "x"));
	say(&f, CLOUD, 22, ANSWER("200", "2", "PRACK", "p", "x"));
	say(&f, CLOUD, 25, ANSWER("180", "1", "INVITE", "a", "y"));
	say(&f, CLOUD, 30, ANSWER("200", "1", "INVITE", "a", "y"));
	assert_int_equal(the_call(&f)->forks, 1);
	assert_int_equal(the_call(&f)->pracks, 1);
	assert_int_equal(the_call(&f)->retransmissions, 0);
	assert_int_equal(the_call(&f)->setup_ns, S);
	assert_int_equal(feed_scope(&f, "link:a")->answered, 1);
	assert_int_equal(feed_scope(&f, "link:a")->forks, 1);
	feed_close(&f);
}

/* RFC 6076: a redirected attempt is no attempt of this network's. */
static void
test_redirect(void **state)
{
	struct feed f;

	(void)state;
	open_feed(&f);
	say(&f, UA, 10, REQUEST("INVITE", "1", "a", NULL));
	say(&f, CLOUD, 20, ANSWER("302", "1", "INVITE", "a", "x"));
	assert_int_equal(feed_scope(&f, "link:a")->redirected, 1);
	assert_int_equal(feed_scope(&f, "link:a")->finals, 0);
	assert_int_equal(feed_scope(&f, "link:a")->active, 0);
	say(&f, UA, 30, REQUEST("INVITE", "2", "b", NULL));
	say(&f, CLOUD, 40, ANSWER("503", "2", "INVITE", "b", "x"));
	assert_int_equal(feed_scope(&f, "link:a")->calls, 2);
	assert_int_equal(feed_scope(&f, "link:a")->finals, 1);
	assert_int_equal(feed_scope(&f, "link:a")->effective, 0);
	feed_close(&f);
}

/* Two taps are read in turn: what answers may come before what was asked, and be no call more. */
static void
test_answer_first(void **state)
{
	struct feed f;

	(void)state;
	open_feed(&f);
	say(&f, CLOUD, 10, ANSWER("180", "1", "INVITE", "a", "x"));
	say(&f, UA, 10, REQUEST("INVITE", "1", "a", NULL));
	say(&f, CLOUD, 60, ANSWER("200", "1", "INVITE", "a", "x"));
	assert_int_equal(feed_scope(&f, "link:a")->calls, 1);
	assert_int_equal(feed_scope(&f, "link:a")->side[SIDE_PEER].calls, 1);
	assert_int_equal(feed_scope(&f, "link:a")->setup->count, 1);
	assert_int_equal(feed_scope(&f, "link:a")->answer->count, 1);
	assert_in_range(feed_scope(&f, "link:a")->answer->max_ns, 5 * S - 9, 5 * S);
	feed_close(&f);
	open_feed(&f);
	say(&f, CLOUD, 10, ANSWER("486", "1", "INVITE", "a", "x"));
	say(&f, UA, 10, REQUEST("INVITE", "1", "a", NULL));
	assert_int_equal(feed_scope(&f, "link:a")->calls, 1);
	assert_int_equal(feed_scope(&f, "link:a")->finals, 1);
	assert_int_equal(feed_scope(&f, "link:a")->active, 0);
	assert_int_equal(the_call(&f)->state, SIP_CALL_FAILED);
	feed_close(&f);
}

/* Timer C; an answered call outlives it. */
static void
test_no_answer(void **state)
{
	struct feed f;

	(void)state;
	open_feed(&f);
	say(&f, UA, 10, REQUEST("INVITE", "1", "a", NULL));
	inspector_tick(f.inspector, 180 * S);
	assert_int_equal(feed_scope(&f, "link:a")->active, 1);
	inspector_tick(f.inspector, 182 * S);
	assert_int_equal(feed_scope(&f, "link:a")->active, 0);
	assert_int_equal(feed_scope(&f, "link:a")->timeouts, 1);
	say(&f, UA, 2000, REQUEST("INVITE", "9", "z", NULL));
	say(&f, CLOUD, 2010, ANSWER("200", "9", "INVITE", "z", "x"));
	inspector_tick(f.inspector, 4000 * S);
	assert_int_equal(feed_scope(&f, "link:a")->active, 1);
	inspector_tick(f.inspector, 60000 * S);
	assert_int_equal(feed_scope(&f, "link:a")->active, 0);
	feed_close(&f);
}

static void
test_options(void **state)
{
	struct feed f;
	const struct voice_rhythm *r;

	(void)state;
	open_feed(&f);
	for (unsigned i = 0; i < 5; i++) {
		char cseq[16], branch[8];

		snprintf(cseq, sizeof cseq, "%u OPTIONS", i + 1);
		snprintf(branch, sizeof branch, "o%u", i);
		say(&f, UA, 600 * i + 10,
		    (struct say){"OPTIONS sip:b SIP/2.0", cseq, branch, NULL});
		say(&f, CLOUD, 600 * i + 11, (struct say){"SIP/2.0 200 OK", cseq, branch, "x"});
	}
	r = &feed_scope(&f, "sbc:sbc1")->side[SIDE_PEER].options;
	assert_int_equal(r->count, 5);
	assert_int_equal(r->answered, 5);
	assert_int_equal(r->gap_max_ns, 60 * S);
	assert_int_equal(r->last_ns - r->first_ns, 240 * S);
	assert_int_equal(feed_scope(&f, "sbc:sbc1")->side[SIDE_MSFT].options.count, 0);
	assert_int_equal(feed_scope(&f, "sbc:sbc1")->calls, 0);
	feed_close(&f);
}

/* Users are told apart, not named; another day's key gives other hashes. */
static void
test_users(void **state)
{
	struct feed f;
	uint64_t from;

	(void)state;
	open_feed(&f);
	say(&f, UA, 10, REQUEST("INVITE", "1", "a", NULL));
	from = the_call(&f)->from;
	assert_int_not_equal(from, 0);
	assert_int_not_equal(from, the_call(&f)->to);
	inspector_tick(f.inspector, 400 * S);
	say(&f, UA, 5000, REQUEST("INVITE", "1", "b", NULL));
	assert_int_equal(the_call(&f)->from, from);
	inspector_tick(f.inspector, 1000 * S);
	say(&f, UA, 25 * 36000, REQUEST("INVITE", "1", "b", NULL));
	assert_int_not_equal(the_call(&f)->from, from);
	feed_close(&f);
}

/* More Call-IDs than there is room for. */
static void
test_bounded(void **state)
{
	struct inspector *i = inspector_create(&(struct inspector_params){.calls = 100});
	struct feed f = {.class = CLASS_SIP,
	                 .proto = UDP,
	                 .ports = {5060, 5060},
	                 .queue = PUNT_BULK,
	                 .inspector = i,
	                 .census = inspector_census(i)};
	char text[400];

	(void)state;
	for (unsigned n = 0; n < 1000; n++) {
		snprintf(text, sizeof text,
		         "INVITE sip:b SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z%u\r\nFrom: a\r\n"
		         "To: b\r\nCall-ID: %u\r\nCSeq: 1 INVITE\r\n\r\n",
		         n, n);
		feed_text(&f, UA, text);
	}
	assert_int_equal(sip_calls_count(f.census->calls), 100);
	assert_int_equal(sip_calls_forgotten(f.census->calls), 900);
	assert_int_equal(inspector_shortage(i).calls_forgotten, 900);
	feed_close(&f);
}

#define NATTED(via, contact, c)                                                             \
	"INVITE sip:b SIP/2.0\r\nVia: SIP/2.0/UDP " via ";branch=z\r\nFrom: a\r\nTo: b\r\n" \
	"Call-ID: 1\r\nCSeq: 1 INVITE\r\nContact: <sip:u@" contact                          \
	">\r\nContent-Type: application/sdp\r\n\r\nv=0\r\nc=IN IP4 " c                      \
	"\r\nm=audio 9 RTP/AVP 0\r\n"

static void
test_nat_signs(void **state)
{
	struct feed f;
	const struct voice_scope *s;

	(void)state;
	open_feed(&f);
	feed_text(&f, UA, NATTED("203.0.113.10", "203.0.113.10", "203.0.113.77"));
	s = feed_scope(&f, "link:a");
	for (unsigned i = 0; i < NAT_SIGNS; i++)
		assert_int_equal(s->nat[i], 0);
	feed_text(&f, UA, NATTED("192.168.1.2:5062", "sbc.example", "100.64.3.4"));
	feed_text(&f, UA, NATTED("[fe80::1]", "10.1.1.1", "203.0.113.77"));
	feed_text(&f, CLOUD,
	          "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.168.1.2;received=203.0.113.10;rport=4000"
	          ";branch=z\r\nFrom: a\r\nTo: b\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n\r\n");
	s = feed_scope(&f, "link:a");
	assert_int_equal(s->nat[NAT_VIA], 2);
	assert_int_equal(s->nat[NAT_CONTACT], 1);
	assert_int_equal(s->nat[NAT_SDP], 1);
	assert_int_equal(s->nat[NAT_RECEIVED], 1);
	assert_int_equal(s->nat[NAT_RPORT], 1);
	assert_string_equal(s->nat_first[NAT_VIA], "via 192.168.1.2 from 203.0.113.10");
	assert_string_equal(s->nat_first[NAT_SDP], "sdp 100.64.3.4 from 203.0.113.10");
	feed_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_call),      cmocka_unit_test(test_retransmissions),
		cmocka_unit_test(test_challenge), cmocka_unit_test(test_challenge_left),
		cmocka_unit_test(test_cancel),    cmocka_unit_test(test_reinvite),
		cmocka_unit_test(test_forks),     cmocka_unit_test(test_redirect),
		cmocka_unit_test(test_no_answer), cmocka_unit_test(test_options),
		cmocka_unit_test(test_users),     cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_nat_signs), cmocka_unit_test(test_answer_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
