#include "proto/sdp.h"
#include "unit/proto/exact.h"

/* After RFC 4317 section 2.1 and RFC 8839 section 4.1, with a refused medium */
#define OFFER                                                           \
	"v=0\r\no=alice 2890844526 2890844526 IN IP4 host.example\r\n"  \
	"s= \r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\na=sendonly\r\n"          \
	"m=audio 49170 RTP/SAVPF 0 8 101\r\n"                           \
	"a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n" \
	"a=rtcp:53020 IN IP4 126.16.64.4\r\na=rtcp-mux\r\n"             \
	"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:xyz\r\n"             \
	"a=candidate:1 1 UDP 2130706431 192.0.2.1 8998 typ host\r\n"    \
	"a=candidate:2 1 UDP 1694498815 192.0.2.3 45664 typ srflx\r\n"  \
	"m=video 0/2 RTP/AVP 31 32\r\n"                                 \
	"c=IN IP6 2001:db8::5/127\r\na=recvonly\r\na=rtpmap:31 H261/90000\r\n"

static enum reason
decode(const char *text, size_t size, struct sdp *out)
{
	struct exact e = exact_copy(text, size);
	struct cursor c = cursor_over(e.b, e.size);
	enum reason reason = sdp_decode(&c, out);

	exact_free(&e);
	return reason;
}

static void
test_offer(void **state)
{
	struct exact e = exact_copy(OFFER, sizeof OFFER - 1);
	struct cursor c = cursor_over(e.b, e.size);
	char text[ADDR_TEXT_SIZE];
	struct sdp sdp;

	(void)state;
	assert_int_equal(sdp_decode(&c, &sdp), REASON_OK);
	assert_int_equal(sdp.media_count, 2);
	const struct sdp_media *audio = &sdp.media[0], *video = &sdp.media[1];

	assert_true(slice_equal(audio->kind, "audio"));
	assert_true(slice_equal(audio->protocol, "RTP/SAVPF"));
	assert_int_equal(audio->port, 49170);
	assert_string_equal(addr_format(&audio->address, text), "192.0.2.1");
	assert_int_equal(audio->direction, SDP_SENDONLY);
	assert_int_equal(audio->rtcp_port, 53020);
	assert_true(audio->rtcp_mux && audio->keys);
	assert_int_equal(audio->candidates, 2);
	assert_int_equal(audio->format_count, 3);
	assert_true(slice_equal(audio->formats[0].codec, "PCMU"));
	assert_null(audio->formats[1].codec.at);
	assert_int_equal(audio->formats[2].payload_type, 101);
	assert_true(slice_equal(audio->formats[2].codec, "telephone-event"));
	assert_int_equal(audio->formats[2].clock_hz, 8000);
	assert_int_equal(video->port, 0);
	assert_string_equal(addr_format(&video->address, text), "2001:db8::5");
	assert_int_equal(video->direction, SDP_RECVONLY);
	assert_false(video->keys);
	assert_int_equal(video->formats[0].clock_hz, 90000);
	exact_free(&e);
}

static const struct {
	const char *name, *text;
	enum reason reason;
	unsigned media;
} cases[] = {
	{"nothing but a version", "v=0", REASON_OK, 0},
	{"no version", "o=x\r\n", REASON_SDP_BAD, 0},
	{"empty", "", REASON_SDP_BAD, 0},
	{"no equals sign", "v=0\nmaudio 1 RTP/AVP 0\n", REASON_SDP_BAD, 0},
	{"port beyond 65535", "v=0\nm=audio 65536 RTP/AVP 0\n", REASON_SDP_BAD, 0},
	{"port that is none", "v=0\nm=audio x RTP/AVP 0\n", REASON_SDP_BAD, 0},
	{"no protocol", "v=0\nm=audio 5\n", REASON_SDP_BAD, 0},
	{"payload types beyond 127 are no formats", "v=0\nm=audio 5 RTP/AVP 128 t38\n", REASON_OK,
         1},
	{"a name for an address", "v=0\nc=IN IP4 host.example\nm=audio 5 RTP/AVP 0\n", REASON_OK,
         1},
	{"ten media",
         "v=0\nm=a 1 x 0\nm=a 1 x 0\nm=a 1 x 0\nm=a 1 x 0\nm=a 1 x 0\n"
         "m=a 1 x 0\nm=a 1 x 0\nm=a 1 x 0\nm=a 1 x 0\nm=a 1 x 0\na=crypto:1\n",
         REASON_OK, SDP_MEDIA_MAX},
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sdp sdp;

		print_message("%s\n", cases[i].name);
		assert_int_equal(decode(cases[i].text, strlen(cases[i].text), &sdp),
		                 cases[i].reason);
		assert_int_equal(sdp.media_count, cases[i].media);
		for (unsigned m = 0; m < sdp.media_count; m++) {
			assert_false(sdp.media[m].has_address);
			assert_false(sdp.media[m].keys);
		}
	}
}

static void
test_truncations(void **state)
{
	(void)state;
	for (size_t cut = 0; cut < sizeof OFFER; cut++) {
		struct sdp sdp;

		decode(OFFER, cut, &sdp);
		assert_true(sdp.media_count <= 2);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offer),
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
