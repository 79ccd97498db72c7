#include "proto/sip.h"
#include "unit/proto/exact.h"

/* RFC 3665 section 3.1, shortened: compact and long forms, a folded Via */
#define HEADERS                                                       \
	"Via: SIP/2.0/TCP client.atlanta.example.com:5060\r\n"        \
	" ;branch=z9hG4bK74bf9\r\n"                                   \
	"v: SIP/2.0/TCP other.example.com\r\n"                        \
	"Max-Forwards: 70\r\n"                                        \
	"f: Alice <sip:alice@atlanta.example.com>;tag=9fxced76sl\r\n" \
	"To : Bob <sip:bob@biloxi.example.com>\r\n"                   \
	"i:3848276298220188511@atlanta.example.com\r\n"               \
	"CSEQ: 1\r\n"                                                 \
	"\tINVITE\r\n"                                                \
	"m: <sip:alice@client.atlanta.example.com;transport=tcp>\r\n" \
	"Content-Type: application/sdp\r\n"
#define INVITE "INVITE sip:bob@biloxi.example.com SIP/2.0\r\n" HEADERS "l: 4\r\n\r\nv=0\n"
#define RINGING "SIP/2.0 180 Ringing\r\n" HEADERS "Content-Length: 0\r\n\r\n"

static enum reason
decode(const char *text, size_t size, enum sip_transport transport, struct sip *out, size_t *left)
{
	struct exact e = exact_copy(text, size);
	struct cursor c = cursor_over(e.b, e.size);
	enum reason reason = sip_decode(&c, transport, out);

	*left = cursor_left(&c);
	exact_free(&e);
	return reason;
}

static void
expect_fields(const struct sip *sip)
{
	assert_true(slice_equal(sip->value[SIP_VIA],
	                        "SIP/2.0/TCP client.atlanta.example.com:5060\r\n"
	                        " ;branch=z9hG4bK74bf9"));
	assert_int_equal(sip->count[SIP_VIA], 2);
	assert_true(slice_equal(sip->value[SIP_TO], "Bob <sip:bob@biloxi.example.com>"));
	assert_true(
		slice_equal(sip->value[SIP_CALL_ID], "3848276298220188511@atlanta.example.com"));
	assert_true(slice_equal(sip->value[SIP_TYPE], "application/sdp"));
	assert_int_equal(sip->cseq, 1);
	assert_true(slice_equal(sip->cseq_method, "INVITE"));
}

/* A request and a response in one segment, the second one cut. */
static void
test_stream(void **state)
{
	static const char text[] = "\r\n" INVITE RINGING INVITE;
	struct exact e = exact_copy(text, sizeof text - 5);
	struct cursor c = cursor_over(e.b, e.size);
	struct sip sip;

	(void)state;
	assert_int_equal(sip_decode(&c, SIP_STREAM, &sip), REASON_OK);
	assert_true(sip.request);
	assert_true(slice_equal(sip.method, "INVITE"));
	assert_true(slice_equal(sip.uri, "sip:bob@biloxi.example.com"));
	assert_int_equal(cursor_left(&sip.body), 4);
	expect_fields(&sip);
	assert_int_equal(sip_decode(&c, SIP_STREAM, &sip), REASON_OK);
	assert_false(sip.request);
	assert_int_equal(sip.status, 180);
	assert_int_equal(sip.method.size, 0);
	expect_fields(&sip);
	assert_int_equal(sip_decode(&c, SIP_STREAM, &sip), REASON_SIP_SHORT);
	assert_int_equal(cursor_left(&c), sizeof INVITE - 5);
	exact_free(&e);
}

static void
test_datagram(void **state)
{
	struct sip sip;
	size_t left;

	(void)state;
	assert_int_equal(decode(INVITE, sizeof INVITE - 1, SIP_DATAGRAM, &sip, &left), REASON_OK);
	/* RFC 3261 18.3: what follows the length is not the message's */
	assert_int_equal(decode(INVITE "more", sizeof INVITE + 3, SIP_DATAGRAM, &sip, &left),
	                 REASON_OK);
	assert_int_equal(cursor_left(&sip.body), 4);
	/* shorter than its length */
	assert_int_equal(decode(INVITE, sizeof INVITE - 3, SIP_DATAGRAM, &sip, &left),
	                 REASON_SIP_SHORT);
	assert_int_equal(cursor_left(&sip.body), 2);
}

#define BASE "v: x\nf: x\nt: x\ni: x\n"

static const struct {
	const char *name, *text;
	enum reason reason;
} cases[] = {
	{"line ends without CR", "OPTIONS sip:x SIP/2.0\n" BASE "CSeq: 1 OPTIONS\n\n", REASON_OK},
	{"a line that ends with CR alone", "OPTIONS sip:x SIP/2.0\r" BASE "CSeq: 1 OPTIONS\r\n\r\n",
         REASON_OK},
	{"no CSeq", "OPTIONS sip:x SIP/2.0\n" BASE "\n", REASON_SIP_BAD},
	{"CSeq of another method", "OPTIONS sip:x SIP/2.0\n" BASE "CSeq: 1 BYE\n\n",
         REASON_SIP_BAD},
	{"CSeq above 2^31", "OPTIONS sip:x SIP/2.0\n" BASE "CSeq: 2147483648 OPTIONS\n\n",
         REASON_SIP_BAD},
	{"no Call-ID", "OPTIONS sip:x SIP/2.0\nv: x\nf: x\nt: x\nCSeq: 1 OPTIONS\n\n",
         REASON_SIP_BAD},
	{"negative length", "SIP/2.0 200 OK\n" BASE "CSeq: 1 BYE\nl: -1\n\n", REASON_SIP_BAD},
	{"the same length twice", "SIP/2.0 200 OK\n" BASE "CSeq: 1 BYE\nl: 0\nl: 0\n\n", REASON_OK},
	{"two lengths", "SIP/2.0 200 OK\n" BASE "CSeq: 1 BYE\nl: 0\nl: 1\n\n", REASON_SIP_BAD},
	{"a line without colon", "SIP/2.0 200 OK\n" BASE "CSeq: 1 BYE\nhello\n\n", REASON_SIP_BAD},
	{"no phrase", "SIP/2.0 200\n" BASE "CSeq: 1 BYE\n\n", REASON_OK},
	{"status 99", "SIP/2.0 99 X\n" BASE "CSeq: 1 BYE\n\n", REASON_SIP_BAD},
	{"status 700", "SIP/2.0 700 X\n" BASE "CSeq: 1 BYE\n\n", REASON_SIP_BAD},
	{"version 7", "OPTIONS sip:x SIP/7.0\n" BASE "CSeq: 1 OPTIONS\n\n", REASON_SIP_BAD},
	{"HTTP", "GET / HTTP/1.1\nHost: x\n\n", REASON_SIP_BAD},
	{"no URI", "OPTIONS SIP/2.0\n" BASE "CSeq: 1 OPTIONS\n\n", REASON_SIP_BAD},
	{"a method that is no token", "OPT(IONS sip:x SIP/2.0\n\n", REASON_SIP_BAD},
	{"no end of the header", "OPTIONS sip:x SIP/2.0\n" BASE, REASON_SIP_SHORT},
	{"no end of the line", "OPTIONS sip:x SIP/2.0", REASON_SIP_SHORT},
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *text = cases[i].text;
		struct sip sip;
		size_t left;

		print_message("%s\n", cases[i].name);
		assert_int_equal(decode(text, strlen(text), SIP_DATAGRAM, &sip, &left),
		                 cases[i].reason);
		assert_int_equal(decode(text, strlen(text), SIP_STREAM, &sip, &left),
		                 cases[i].reason);
	}
}

/* RFC 3261 section 25.1: no text of it has a NUL. */
static void
test_nul(void **state)
{
	static const char text[] = "SIP/2.0 401 Unauthori%s\0\r\n" BASE "CSeq: 1 BYE\r\n\r\n";
	struct sip sip;
	size_t left;

	(void)state;
	assert_int_equal(decode(text, sizeof text - 1, SIP_DATAGRAM, &sip, &left), REASON_SIP_BAD);
	assert_int_equal(sip.status, 0);
}

static void
test_keepalive(void **state)
{
	struct cursor c = cursor_over("\r\n\r\n", 4);

	(void)state;
	assert_true(sip_is_keepalive(&c));
	c = cursor_over("\0\0\0\0", 4);
	assert_true(sip_is_keepalive(&c));
	c = cursor_over("\r\nS", 3);
	assert_false(sip_is_keepalive(&c));
}

/* Over a stream nothing but the whole message is one; over a datagram what was read is right. */
static void
test_truncations(void **state)
{
	(void)state;
	for (size_t cut = 0; cut < sizeof INVITE - 1; cut++) {
		struct sip sip;
		size_t left;

		assert_int_equal(decode(INVITE, cut, SIP_STREAM, &sip, &left), REASON_SIP_SHORT);
		assert_int_equal(left, cut);
		assert_int_equal(decode(INVITE, cut, SIP_DATAGRAM, &sip, &left), REASON_SIP_SHORT);
		assert_int_equal(sip.request,
		                 cut > strlen("INVITE sip:bob@biloxi.example.com SIP/2.0\r"));
	}
}

/* RFC 4475: torture messages, as published; what only a parser of URIs, dates or grammars of
 * headers not read here would refuse is fine here. */
static const struct {
	const char *file;
	enum reason reason;
	const char *method;
	uint16_t status;
	uint32_t cseq;
} torture[] = {
	{"wsinv", REASON_OK, "INVITE", 0, 9}, /* 3.1.1.1 */
	{"intmeth", REASON_OK, "!interesting-Method0123456789_*+`.%indeed'~", 0, 139122385},
	{"escnull", REASON_OK, "REGISTER", 0, 14398234}, /* 3.1.1.4 */
	{"lwsdisp", REASON_OK, "OPTIONS", 0, 60},        /* 3.1.1.6 */
	{"longreq", REASON_OK, "INVITE", 0, 3882340},    /* 3.1.1.7 */
	{"dblreq", REASON_OK, "REGISTER", 0, 8},         /* 3.1.1.8: what follows is discarded */
	{"semiuri", REASON_OK, "OPTIONS", 0, 8},
	{"transports", REASON_OK, "OPTIONS", 0, 60},
	{"unreason", REASON_OK, "", 200, 35},
	{"noreason", REASON_OK, "", 100, 35},
	{"clerr", REASON_SIP_SHORT, "INVITE", 0, 8},    /* 3.1.2.2: Content-Length too large */
	{"scalarlg", REASON_SIP_BAD, "", 503, 0},       /* 3.1.2.5: CSeq overlarge, status */
	{"lwsstart", REASON_OK, "INVITE", 0, 1893884},  /* 3.1.2.8: may be forgiven */
	{"badvers", REASON_SIP_BAD, "", 0, 0},          /* 3.1.2.16 */
	{"bigcode", REASON_SIP_BAD, "", 0, 0},          /* 3.1.2.19 */
	{"mcl01", REASON_SIP_BAD, "OPTIONS", 0, 15932}, /* 3.3.9: two Content-Lengths */
	{"inv2543", REASON_OK, "INVITE", 0, 56},        /* 3.4.1 */
};

static bool
read_torture(const char *name, uint8_t *to, size_t room, size_t *size)
{
	const char *captures = getenv("PNISCOPE_CAPTURES");
	char path[1024];
	FILE *f;

	snprintf(path, sizeof path, "%s/messages/rfc4475/%s.dat",
	         captures ? captures : "../shared/captures", name);
	f = fopen(path, "rb");
	if (!f)
		return false;
	*size = fread(to, 1, room, f);
	fclose(f);
	return true;
}

static void
test_torture(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof torture / sizeof *torture; i++) {
		static uint8_t bytes[8192];
		struct sip sip;
		size_t size = 0, left;

		if (!read_torture(torture[i].file, bytes, sizeof bytes, &size)) {
			print_message("skipped: no RFC 4475 messages\n");
			skip();
		}
		print_message("%s\n", torture[i].file);
		struct exact e = exact_copy(bytes, size);
		struct cursor c = cursor_over(e.b, e.size);

		assert_string_equal(reason_name(sip_decode(&c, SIP_DATAGRAM, &sip)),
		                    reason_name(torture[i].reason));
		assert_int_equal(sip.method.size, strlen(torture[i].method));
		assert_memory_equal(sip.method.at ? sip.method.at : "", torture[i].method,
		                    sip.method.size);
		assert_int_equal(sip.status, torture[i].status);
		assert_int_equal(sip.cseq, torture[i].cseq);
		exact_free(&e);
		for (size_t cut = 0; cut < size; cut++)
			decode((const char *)bytes, cut, SIP_STREAM, &sip, &left);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stream),    cmocka_unit_test(test_datagram),
		cmocka_unit_test(test_cases),     cmocka_unit_test(test_nul),
		cmocka_unit_test(test_keepalive), cmocka_unit_test(test_truncations),
		cmocka_unit_test(test_torture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
