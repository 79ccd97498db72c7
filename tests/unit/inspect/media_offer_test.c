#include "inspect/media_offer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { ROOM = 8 };

struct told {
	unsigned count;
	struct expectation at[ROOM];
};

static void
take(void *context, const struct expectation *e)
{
	struct told *told = context;

	assert_true(told->count < ROOM);
	told->at[told->count++] = *e;
}

static struct told
tell_kind(const char *body, enum media_offer_kind kind)
{
	struct cursor c = cursor_over((const uint8_t *)body, strlen(body));
	struct told told = {0};
	struct sdp sdp;
	unsigned count;

	sdp_decode(&c, &sdp);
	count = media_offer_tell(&sdp, kind, 5, take, &told);
	assert_int_equal(count, told.count);
	return told;
}

static struct told
tell(const char *body)
{
	return tell_kind(body, MEDIA_OFFER);
}

static bool
is_at(const struct expectation *e, const char *ip, uint16_t port)
{
	struct addr a;

	return addr_parse(ip, &a) && addr_equal(&a, &e->addr) && e->port == port;
}

/* RFC 4566's audio and video, with dynamic and static payload types. */
static void
test_formats(void **state)
{
	struct told t = tell("v=0\r\nc=IN IP4 192.0.2.1\r\n"
	                     "m=audio 49170 RTP/AVP 0 96 101\r\n"
	                     "a=rtpmap:96 OPUS/48000/2\r\n"
	                     "a=rtpmap:101 telephone-event/8000\r\n"
	                     "m=video 51372 RTP/SAVPF 99\r\nc=IN IP6 2001:db8::2\r\n"
	                     "a=rtpmap:99 x-unheard-of/12345\r\n");
	const struct expectation *e = &t.at[0];

	(void)state;
	assert_int_equal(t.count, 2);
	assert_true(is_at(e, "192.0.2.1", 49170));
	assert_int_equal(e->time_ns, 5);
	assert_false(e->secure);
	assert_int_equal(expectation_format(e, 0)->codec, CODEC_PCMU);
	assert_int_equal(expectation_format(e, 0)->clock_hz, 8000);
	assert_int_equal(expectation_format(e, 96)->codec, CODEC_OPUS);
	assert_int_equal(expectation_format(e, 96)->clock_hz, 48000);
	assert_int_equal(expectation_format(e, 101)->codec, CODEC_TELEPHONE_EVENT);
	e = &t.at[1];
	assert_true(is_at(e, "2001:db8::2", 51372));
	assert_true(e->secure);
	assert_int_equal(expectation_format(e, 99)->codec, CODEC_OTHER);
	assert_int_equal(expectation_format(e, 99)->clock_hz, 12345);
}

/* Under RTP/AVP keys are an offer that may be declined; the profile, or an answer, is a promise. */
static void
test_keys(void **state)
{
	static const char optional[] = "v=0\nc=IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 0\n"
				       "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\n";
	static const char profile[] = "v=0\nc=IN IP4 192.0.2.1\nm=audio 4000 RTP/SAVP 0\n"
				      "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\n";

	(void)state;
	assert_false(tell_kind(optional, MEDIA_OFFER).at[0].secure);
	assert_true(tell_kind(optional, MEDIA_ANSWER).at[0].secure);
	assert_true(tell_kind(profile, MEDIA_OFFER).at[0].secure);
	assert_true(tell_kind(profile, MEDIA_ANSWER).at[0].secure);
	assert_false(tell_kind("v=0\nc=IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 0\n", MEDIA_ANSWER)
	                     .at[0]
	                     .secure);
}

/* RFC 9143: audio and video of a BUNDLE are one RTP session, whose payload types are those of both.
 */
static void
test_bundle(void **state)
{
	struct told t = tell("v=0\r\nc=IN IP4 192.0.2.1\r\na=group:BUNDLE 0 1\r\n"
	                     "m=audio 49170 UDP/TLS/RTP/SAVPF 111 0\r\na=mid:0\r\n"
	                     "a=rtpmap:111 opus/48000/2\r\n"
	                     "m=video 49170 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:1\r\n"
	                     "a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\n"
	                     "m=video 49180 RTP/AVP 98\r\na=rtpmap:98 H264/90000\r\n");
	const struct expectation *e = &t.at[0];

	(void)state;
	assert_int_equal(t.count, 2);
	assert_true(is_at(e, "192.0.2.1", 49170));
	assert_true(e->secure);
	assert_int_equal(e->format_count, 4);
	assert_int_equal(expectation_format(e, 111)->codec, CODEC_OPUS);
	assert_int_equal(expectation_format(e, 96)->codec, CODEC_VP8);
	assert_int_equal(expectation_format(e, 97)->codec, CODEC_RTX);
	assert_int_equal(expectation_format(e, 0)->codec, CODEC_PCMU);
	assert_null(expectation_format(e, 98));
	assert_true(is_at(&t.at[1], "192.0.2.1", 49180));
	assert_false(t.at[1].secure);
}

/* More payload types than an expectation holds: what either line would rather have is there. */
static void
test_long_bundle(void **state)
{
	struct told t =
		tell("v=0\nc=IN IP4 192.0.2.1\n"
	             "m=audio 4000 RTP/AVPF 111 63 9 0 8 13 110 126 102 103 104 105 106 107\n"
	             "m=video 4000 RTP/AVPF 96 97\na=rtpmap:96 VP8/90000\n");

	(void)state;
	assert_int_equal(t.count, 1);
	assert_int_equal(t.at[0].format_count, EXPECTATION_FORMATS);
	assert_non_null(expectation_format(&t.at[0], 111));
	assert_int_equal(expectation_format(&t.at[0], 96)->codec, CODEC_VP8);
}

/* Secure or not, as the other side likes: nothing says yet that it is. */
static void
test_same_port_twice(void **state)
{
	struct told t = tell("v=0\nc=IN IP4 192.0.2.1\nm=audio 4000 RTP/SAVP 0\n"
	                     "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\n"
	                     "m=audio 4000 RTP/AVP 0\n");

	(void)state;
	assert_int_equal(t.count, 1);
	assert_false(t.at[0].secure);
}

/* Refused, on hold, without an address, not RTP: nothing will come there. */
static void
test_nothing_to_expect(void **state)
{
	(void)state;
	assert_int_equal(tell("v=0\nc=IN IP4 192.0.2.1\nm=audio 0 RTP/AVP 0\n").count, 0);
	assert_int_equal(tell("v=0\nc=IN IP4 0.0.0.0\nm=audio 4000 RTP/AVP 0\n").count, 0);
	assert_int_equal(tell("v=0\nc=IN IP6 ::\nm=audio 4000 RTP/AVP 0\n").count, 0);
	assert_int_equal(tell("v=0\nm=audio 4000 RTP/AVP 0\n").count, 0);
	assert_int_equal(tell("v=0\nc=IN IP4 192.0.2.1\nm=image 4000 udptl t38\n").count, 0);
	assert_int_equal(tell("v=0\nc=IN IP4 192.0.2.1\nm=audio 9 UDP/TLS/RTP/SAVPF 0\n").count, 0);
	assert_int_equal(tell("v=0\nc=IN IP4 192.0.2.1\nm=audio 4000 TCP/RTP/AVP 0\n").count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats),         cmocka_unit_test(test_keys),
		cmocka_unit_test(test_bundle),          cmocka_unit_test(test_long_bundle),
		cmocka_unit_test(test_same_port_twice), cmocka_unit_test(test_nothing_to_expect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
