#include "proto/sip_uri.h"
#include "unit/proto/exact.h"

#define NOTHING NULL

static struct slice
slice_of(const struct exact *e)
{
	return (struct slice){(const char *)e->b, (uint32_t)e->size};
}

static void
expect(struct slice s, const char *text)
{
	if (!text)
		assert_int_equal(s.size, 0);
	else if (!slice_equal(s, text))
		fail_msg("\"%.*s\" is not \"%s\"", SLICE_PRINT(s), text);
}

/* RFC 3261 sections 20.10, 20.20 and 19.1.3, RFC 3966, RFC 4475 section 3.1.1 */
static void
test_uri(void **state)
{
	static const struct {
		const char *value, *user, *host;
		uint16_t port;
		const char *tag;
	} cases[] = {
		{"\"A. G. Bell\" <sip:agb@bell-telephone.com> ;tag=a48s", "agb",
	         "bell-telephone.com", 0, "a48s"},
		{"sip:+12125551212@server.phone2net.com;tag=887s", "+12125551212",
	         "server.phone2net.com", 0, "887s"},
		{"Anonymous <sip:c8oqz84zk7z@privacy.org>;tag=hyh8", "c8oqz84zk7z", "privacy.org",
	         0, "hyh8"},
		{"sips:alice:secretword@atlanta.com;transport=tcp", "alice:secretword",
	         "atlanta.com", 0, NOTHING},
		{"sip:alice@192.0.2.4:5062", "alice", "192.0.2.4", 5062, NOTHING},
		{"<sip:alice;day=tuesday@atlanta.com>", "alice;day=tuesday", "atlanta.com", 0,
	         NOTHING},
		{"<sip:[2001:db8::9:1]:5061;lr>", NOTHING, "2001:db8::9:1", 5061, NOTHING},
		{"sip:gateway.com", NOTHING, "gateway.com", 0, NOTHING},
		{"<tel:+1-201-555-0123;phone-context=x>;tag=1", "+1-201-555-0123", NOTHING, 0, "1"},
		{"\"J Rosenberg \\\\\\\"; <sip:no@no>\" <sip:jdrosen@example.com> ; tag = 98asjd8",
	         "jdrosen", "example.com", 0, "98asjd8"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct exact e = exact_copy(cases[i].value, strlen(cases[i].value));
		struct sip_uri uri;

		assert_true(sip_uri_read(slice_of(&e), &uri));
		expect(uri.user, cases[i].user);
		expect(uri.host, cases[i].host);
		assert_int_equal(uri.port, cases[i].port);
		expect(sip_tag(slice_of(&e)), cases[i].tag);
		exact_free(&e);
	}
}

static void
test_no_uri(void **state)
{
	static const char *const values[] = {"", "<>", "*", "\"open <sip:a@b>", "sip:", ";tag=1"};

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct exact e = exact_copy(values[i], strlen(values[i]));
		struct sip_uri uri;

		assert_false(sip_uri_read(slice_of(&e), &uri));
		exact_free(&e);
	}
}

/* RFC 3261 section 20.42, RFC 3581 section 4, RFC 5118 section 4.5 */
static void
test_via(void **state)
{
	static const struct {
		const char *value, *transport, *host, *branch, *received;
		uint16_t port, rport;
	} cases[] = {
		{"SIP/2.0/UDP erlang.bell-telephone.com:5060;branch=z9hG4bK87asdks7", "UDP",
	         "erlang.bell-telephone.com", "z9hG4bK87asdks7", NOTHING, 5060, 0},
		{"SIP / 2.0 / UDP first.example.com: 4000;ttl=16 ;maddr=224.2.0.1 "
	         ";branch=z9hG4bKa7c6a8dlze.1",
	         "UDP", "first.example.com", "z9hG4bKa7c6a8dlze.1", NOTHING, 4000, 0},
		{"SIP/2.0/UDP 10.1.1.1:4540;received=192.0.2.1;rport=9988;branch=z9hG4bKkjshdyff",
	         "UDP", "10.1.1.1", "z9hG4bKkjshdyff", "192.0.2.1", 4540, 9988},
		{"SIP/2.0/UDP 10.1.1.1:4540;rport;branch=a, SIP/2.0/TCP b;branch=c", "UDP",
	         "10.1.1.1", "a", NOTHING, 4540, 0},
		{"SIP/2.0/UDP [2001:db8::9:1]:6050;received=[2001:db8::9:255];branch=b", "UDP",
	         "2001:db8::9:1", "b", "2001:db8::9:255", 6050, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct exact e = exact_copy(cases[i].value, strlen(cases[i].value));
		struct sip_via via;

		assert_true(sip_via_read(slice_of(&e), &via));
		expect(via.transport, cases[i].transport);
		expect(via.host, cases[i].host);
		expect(via.branch, cases[i].branch);
		expect(via.received, cases[i].received);
		assert_int_equal(via.port, cases[i].port);
		assert_int_equal(via.rport, cases[i].rport);
		for (size_t cut = 0; cut < e.size; cut++)
			sip_via_read((struct slice){(const char *)e.b, (uint32_t)cut}, &via);
		exact_free(&e);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uri),
		cmocka_unit_test(test_no_uri),
		cmocka_unit_test(test_via),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
