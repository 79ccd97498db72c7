#include "proto/packet.h"
#include "proto/packet_fast.h"
#include "proto/walk.h"
#include "unit/proto/exact.h"
#include "unit/proto/packet_checks.h"
#include "unit/proto/stacks.h"

static struct frame frame;

static enum reason
decode(const struct stack *s, const uint8_t *bytes, uint32_t captured, uint32_t wire,
       struct packet *out)
{
	const struct packet_options options = {.inner = !s->outer};
	const char *broken;
	enum reason reason = packet_decode(s->link, bytes, captured, wire, &options, out);

	broken = packet_broken_promise(out, captured, wire);
	if (broken)
		fail_msg("%s, %u of %u bytes: %s", s->name, captured, wire, broken);
	assert_int_equal(reason, out->reason);
	return reason;
}

static void
test_stacks(void **state)
{
	(void)state;
	for (size_t i = 0; i < STACK_COUNT; i++) {
		struct packet p;
		char text[256];

		print_message("%s\n", stacks[i].name);
		stacks[i].build(&frame);
		decode(&stacks[i], frame_bytes(&frame), frame_size(&frame), frame_size(&frame), &p);
		assert_string_equal(packet_text(&p, text, sizeof text), stacks[i].want);
	}
}

/* Whether cuts behind payload_offset change nothing but what was captured of the payload: not where
 * the payload of the reported headers holds more headers. */
static bool
is_all_header_before_payload(const struct packet *whole)
{
	bool looked_inside =
		whole->tunnels && whole->tunnel != TUNNEL_PPPOE && !(whole->flags & PACKET_INNER);

	return whole->reason == REASON_OK && whole->flags & PACKET_HAS_PORTS && !looked_inside;
}

static void
check_payload_cut(const struct packet *whole, struct packet *p, uint32_t captured)
{
	uint32_t rest = (captured < 65535 ? captured : 65535) - whole->payload_offset;

	assert_int_equal(p->payload_captured,
	                 rest < whole->payload_size ? rest : whole->payload_size);
	p->payload_captured = whole->payload_captured;
	p->flags = (uint16_t)((p->flags & ~PACKET_CUT) | (whole->flags & PACKET_CUT));
	assert_memory_equal(p, whole, sizeof *p);
}

/* Headers cut from the capture cost what stood behind the cut, nothing else; a payload cut costs
 * nothing. The wire keeps its length. */
static void
test_cut_captures(void **state)
{
	(void)state;
	for (size_t i = 0; i < STACK_COUNT; i++) {
		struct packet whole, p;
		uint32_t size;

		print_message("%s\n", stacks[i].name);
		stacks[i].build(&frame);
		size = frame_size(&frame);
		decode(&stacks[i], frame_bytes(&frame), size, size, &whole);
		for (uint32_t cut = 0; cut <= size; cut += cut < 256 || size < 4096 ? 1 : 997) {
			struct exact e = exact_copy(frame_bytes(&frame), cut);

			decode(&stacks[i], e.b, cut, size, &p);
			assert_int_equal(!!(p.flags & PACKET_CUT), cut < size || size > 65535);
			if (is_all_header_before_payload(&whole) && cut >= whole.payload_offset)
				check_payload_cut(&whole, &p, cut);
			exact_free(&e);
		}
	}
}

/* The wire itself shorter than the headers say: never OK before the last byte that they claim. */
static void
test_cut_wires(void **state)
{
	(void)state;
	for (size_t i = 0; i < STACK_COUNT; i++) {
		struct packet whole, p;
		uint32_t size, end;

		stacks[i].build(&frame);
		size = frame_size(&frame);
		decode(&stacks[i], frame_bytes(&frame), size, size, &whole);
		end = whole.payload_offset + whole.payload_size;
		if (size > 4096)
			continue;
		for (uint32_t cut = 0; cut < size; cut++) {
			struct exact e = exact_copy(frame_bytes(&frame), cut);
			enum reason reason = decode(&stacks[i], e.b, cut, cut, &p);

			assert_false(p.flags & PACKET_CUT);
			if (whole.flags & PACKET_HAS_IP && cut < end)
				assert_int_not_equal(reason, REASON_OK);
			exact_free(&e);
		}
	}
}

/* The straight path and the general walk are two programs for one answer. */
static void
test_straight_path_agrees(void **state)
{
	unsigned taken = 0;

	(void)state;
	for (size_t i = 0; i < STACK_COUNT; i++) {
		const struct packet_options options = {.inner = !stacks[i].outer};
		uint32_t size;

		if (stacks[i].link != LINK_ETHERNET)
			continue;
		stacks[i].build(&frame);
		size = frame_size(&frame);
		for (uint32_t cut = 0; cut <= size && cut < 300; cut++) {
			struct exact e = exact_copy(frame_bytes(&frame), cut);
			struct packet fast, walk;

			for (int cut_wire = 0; cut_wire < 2; cut_wire++) {
				uint32_t wire = cut_wire ? cut : size;

				packet_walk(LINK_ETHERNET, e.b, cut, wire, &options, &walk);
				if (!packet_fast(e.b, cut, wire, options.inner, &fast))
					continue;
				assert_memory_equal(&fast, &walk, sizeof fast);
				taken++;
			}
			exact_free(&e);
		}
	}
	/* or the test would prove nothing */
	assert_true(taken > 500);
}

static void
test_which_take_the_straight_path(void **state)
{
	void (*const builds[])(struct frame *) = {
		plain_udp, padded_udp, tcp_with_options, tcp6, udp6, one_tag, two_tags, empty_udp};

	(void)state;
	for (size_t i = 0; i < sizeof builds / sizeof *builds; i++) {
		uint8_t padded[2048] = {0}; /* as frames on a wire are, to 60 bytes */
		uint32_t size;
		struct packet p;

		builds[i](&frame);
		size = frame_size(&frame);
		assert_in_range(size, 1, sizeof padded);
		memcpy(padded, frame_bytes(&frame), size);
		size = size < PACKET_FAST_MIN ? PACKET_FAST_MIN : size;
		assert_true(packet_fast(padded, size, size, true, &p));
	}
}

static void
test_tcp_fields(void **state)
{
	struct packet p;

	(void)state;
	tcp_with_options(&frame);
	decode(&stacks[0], frame_bytes(&frame), frame_size(&frame), frame_size(&frame), &p);
	assert_int_equal(p.tcp_seq, 0x11223344);
	assert_int_equal(p.tcp_ack, 0x55667788);
	assert_int_equal(p.tcp_flags, 0x18);
	assert_int_equal(p.tcp_window, 0x2000);
	assert_int_equal(p.tcp_options_size, 12);
	assert_int_equal(p.ttl, 64);
	assert_int_equal(p.ip_version, 4);
	assert_int_equal(p.fragment_id, 0x1234);
}

static void
test_fragment_fields(void **state)
{
	struct packet p;

	(void)state;
	fragment_middle(&frame);
	decode(&stacks[0], frame_bytes(&frame), frame_size(&frame), frame_size(&frame), &p);
	assert_int_equal(p.fragment_id, 0x1234);
	assert_int_equal(p.fragment_offset, 1480);
	fragment6(&frame);
	decode(&stacks[0], frame_bytes(&frame), frame_size(&frame), frame_size(&frame), &p);
	assert_int_equal(p.fragment_offset, 1448);
}

static void
test_subtypes(void **state)
{
	struct packet p;

	(void)state;
	lacp(&frame);
	decode(&stacks[0], frame_bytes(&frame), frame_size(&frame), frame_size(&frame), &p);
	assert_int_equal(p.subtype, 1);
	spanning_tree(&frame);
	decode(&stacks[0], frame_bytes(&frame), frame_size(&frame), frame_size(&frame), &p);
	assert_int_equal(p.subtype, 0x42);
}

/* Frames of which one 16-bit field lies. */
static const struct {
	const char *name;
	void (*build)(struct frame *);
	uint32_t offset;
	uint16_t value;
	const char *want;
} lies[] = {
	{"IPv4 total one byte beyond the wire", plain_udp, 16, 129,
         V4_UDP "14 34 42+100 ipv4_length"},
	{"IPv4 total 65535", plain_udp, 16, 65535, V4_UDP "14 34 42+100 ipv4_length"},
	{"IPv4 total 19", plain_udp, 16, 19, "type 0800 at 14 14 14+128 ipv4_length"},
	{"IPv4 total without room for UDP", plain_udp, 16, 27, V4 "17 at 14 34 34+7 udp_short"},
	{"IPv4 total below UDP's length", plain_udp, 16, 127, V4_UDP "14 34 42+99 udp_length"},
	{"IPv4 of version 5", plain_udp, 14, 0x5500, "type 0800 at 14 14 14+128 ipv4_version"},
	{"IPv4 header of 4 bytes", plain_udp, 14, 0x4100, "type 0800 at 14 14 14+128 ipv4_hlen"},
	{"IPv4 fragment over 65535", fragment_last, 20, 0x1fff,
         V4 "17 at 14 34 34+40 later last fragment_bad"},
	{"UDP length 7", plain_udp, 38, 7, V4 "17 ports 5004 5006 at 14 34 34+108 udp_length"},
	{"UDP length 0", plain_udp, 38, 0, V4 "17 ports 5004 5006 at 14 34 34+108 udp_length"},
	{"UDP length beyond IP's", plain_udp, 38, 109, V4_UDP "14 34 42+100 udp_length"},
	{"UDP length below IP's: surplus area", plain_udp, 38, 58, V4_UDP "14 34 42+50"},
	{"TCP data offset 4", tcp6, 66, 0x4018, V6 "6 ports 443 50000 at 14 54 54+30 tcp_hlen"},
	{"TCP data offset beyond the segment", tcp6, 66, 0xf018,
         V6 "6 ports 443 50000 at 14 54 54+30 tcp_hlen"},
	{"IPv6 payload one byte beyond the wire", udp6, 18, 19,
         V6 "17 ports 53 50000 at 14 54 62+10 ipv6_length"},
	{"IPv6 payload below UDP", udp6, 18, 7, V6 "17 at 14 54 54+7 udp_short"},
	{"802.3 length beyond the frame", spanning_tree, 12, 47,
         "type 002f at 14 14 14+46 llc_short"},
	{"PPPoE length beyond the frame", pppoe, 22, 131,
         "type 8864 at 18 18 18+136 vlan 10 pppoe_bad"},
	{"PPPoE of another version", pppoe, 18, 0x2100,
         "type 8864 at 18 18 18+136 vlan 10 pppoe_bad"},
	{"VXLAN flag missing: plain UDP", vxlan, 42, 0,
         V4_OUTER "17 ports 49152 4789 at 14 34 42+150"},
	{"inner IPv4 that lies", vxlan, 66, 500,
         V4_UDP "64 84 92+100 tunnel 1 kind 4 id 5569041 by 4789 inner ipv4_length"},
	{"inner IPv4 of version 7", vxlan, 64, 0x7500,
         V4_OUTER "17 ports 49152 4789 at 14 34 42+150 tunnel 1 kind 4 id 5569041 by 4789 "
                  "ipv4_version"},
	{"ERSPAN of another version", erspan_2, 42, 0x3000,
         V4_OUTER "47 at 14 34 34+158 tunnel 1 kind 3 id 0 by 47 erspan_short"},
	{"ARP that claims longer addresses", arp, 18, 0x0805, "type 0806 at 14 14 14+28 arp_short"},
};

static void
test_lies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
		struct packet p;
		char text[256];
		struct exact e;

		print_message("%s\n", lies[i].name);
		lies[i].build(&frame);
		store_be16(frame.bytes + frame.start + lies[i].offset, lies[i].value);
		e = exact_copy(frame_bytes(&frame), frame_size(&frame));
		decode(&stacks[0], e.b, (uint32_t)e.size, (uint32_t)e.size, &p);
		assert_string_equal(packet_text(&p, text, sizeof text), lies[i].want);
		exact_free(&e);
	}
}

static void
test_empty(void **state)
{
	const struct packet_options options = {.inner = true};
	struct packet p;

	(void)state;
	for (int link = LINK_ETHERNET; link < LINK_UNSUPPORTED; link++) {
		assert_int_equal(packet_decode(link, NULL, 0, 0, &options, &p), REASON_EMPTY);
		assert_int_equal(packet_decode(link, NULL, 0, 60, &options, &p), REASON_EMPTY);
		assert_true(p.flags & PACKET_CUT);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stacks),
		cmocka_unit_test(test_cut_captures),
		cmocka_unit_test(test_cut_wires),
		cmocka_unit_test(test_straight_path_agrees),
		cmocka_unit_test(test_which_take_the_straight_path),
		cmocka_unit_test(test_tcp_fields),
		cmocka_unit_test(test_fragment_fields),
		cmocka_unit_test(test_subtypes),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
