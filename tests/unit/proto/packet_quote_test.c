#include "proto/packet.h"
#include "unit/proto/exact.h"
#include "unit/proto/frame.h"

static struct frame frame;

/* Wrap what is built into an ICMP error of the family and decode the quote; the reason of the
 * packet is checked. */
static struct packet_quote
quote_of(bool v6, enum reason want)
{
	const struct packet_options options = {.inner = true};
	struct packet_quote quote = {0};
	struct packet p;
	struct exact e;

	frame_icmp(&frame, v6 ? 58 : 1, 3, 0, 0);
	if (v6)
		frame_ipv6(&frame, 1);
	else
		frame_ipv4(&frame, 1);
	frame_ethernet(&frame);
	e = exact_copy(frame_bytes(&frame), frame_size(&frame));
	assert_string_equal(reason_name(packet_decode(LINK_ETHERNET, e.b, (uint32_t)e.size,
	                                              (uint32_t)e.size, &options, &p)),
	                    reason_name(want));
	assert_int_equal(!!(p.flags & PACKET_QUOTE), want == REASON_OK);
	if (want == REASON_OK)
		assert_int_equal(packet_quote_decode(e.b, &p, &quote), REASON_OK);
	exact_free(&e);
	return quote;
}

static void
test_udp(void **state)
{
	char text[ADDR_TEXT_SIZE];
	struct packet_quote quote;

	(void)state;
	frame_init(&frame, 0);
	frame_udp(&frame, 5004, 5006);
	frame_ipv4(&frame, 9);
	quote = quote_of(false, REASON_OK);
	assert_string_equal(addr_format(&quote.src, text), "192.0.2.9");
	assert_string_equal(addr_format(&quote.dst, text), "198.51.100.9");
	assert_int_equal(quote.ip_version, 4);
	assert_int_equal(quote.proto, 17);
	assert_int_equal(quote.ttl, 64);
	assert_int_equal(quote.size, 28);
	assert_true(quote.has_ports);
	assert_int_equal(quote.sport, 5004);
	assert_int_equal(quote.dport, 5006);
}

/* RFC 792 quotes 64 bits behind IP: a TCP header's ports and sequence number, no more. */
static void
test_tcp_of_8_bytes(void **state)
{
	struct packet_quote quote;

	(void)state;
	frame_init(&frame, 0);
	frame_raw(&frame, "\x01\xbb\xc3\x50\x11\x22\x33\x44", 8);
	frame.proto = 6;
	frame_ipv4(&frame, 9);
	quote = quote_of(false, REASON_OK);
	assert_int_equal(quote.sport, 443);
	assert_int_equal(quote.dport, 50000);
	assert_int_equal(quote.tcp_seq, 0x11223344);
}

static void
test_ipv6_extension(void **state)
{
	struct packet_quote quote;

	(void)state;
	frame_init(&frame, 20);
	frame_udp(&frame, 53, 50000);
	frame_extension(&frame, 60, 8);
	frame_ipv6(&frame, 9);
	quote = quote_of(true, REASON_OK);
	assert_int_equal(quote.ip_version, 6);
	assert_int_equal(quote.proto, 17);
	assert_int_equal(quote.size, 40 + 8 + 8 + 20);
	assert_int_equal(quote.dport, 50000);
}

static void
test_echo(void **state)
{
	struct packet_quote quote;

	(void)state;
	frame_init(&frame, 0);
	frame_icmp(&frame, 1, 8, 0, 0x56780001);
	frame_ipv4(&frame, 9);
	quote = quote_of(false, REASON_OK);
	assert_true(quote.has_ports);
	assert_int_equal(quote.sport, 0x5678);
	assert_int_equal(quote.dport, 0x5678);
}

/* Protocols without ports and later fragments have none to miss. */
static void
test_without_ports(void **state)
{
	(void)state;
	frame_init(&frame, 0);
	frame.proto = 47;
	frame_ipv4(&frame, 9);
	assert_false(quote_of(false, REASON_OK).has_ports);
	frame_init(&frame, 4);
	frame.proto = 17;
	frame_ipv4_with(&frame, 9, 0, 185);
	assert_false(quote_of(false, REASON_OK).has_ports);
}

static void
test_every_cut(void **state)
{
	(void)state;
	for (uint32_t cut = 0; cut < 28; cut++) {
		frame_init(&frame, 0);
		frame_udp(&frame, 5004, 5006);
		frame_ipv4(&frame, 9);
		memmove(frame.bytes + FRAME_ROOM - cut, frame_bytes(&frame), cut);
		frame.start = FRAME_ROOM - cut;
		quote_of(false, REASON_ICMP_QUOTE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_udp),
		cmocka_unit_test(test_tcp_of_8_bytes),
		cmocka_unit_test(test_ipv6_extension),
		cmocka_unit_test(test_echo),
		cmocka_unit_test(test_without_ports),
		cmocka_unit_test(test_every_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
