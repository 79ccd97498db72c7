#include "classify/class.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* What packet_decode() leaves of a frame, and the class that requirements section 8 gives it. */
static const struct {
	const char *what;
	struct packet p;
	enum traffic_class class;
	enum class_confidence confidence;
} rows[] = {
	{"LACPDU", {.ethertype = 0x8809, .subtype = 1}, CLASS_LACP, CONFIDENCE_BOTH},
	{"LLDP", {.ethertype = 0x88cc}, CLASS_LLDP, CONFIDENCE_BOTH},
	{"CDP behind SNAP", {.ethertype = 0x2000}, CLASS_CDP, CONFIDENCE_BOTH},
	{"ARP", {.ethertype = 0x0806}, CLASS_ARP, CONFIDENCE_BOTH},
	{"CFM", {.ethertype = 0x8902}, CLASS_CFM, CONFIDENCE_BOTH},
	{"MACsec, which the decoder can't enter",
         {.ethertype = 0x88e5, .reason = REASON_MACSEC},
         CLASS_MACSEC,
         CONFIDENCE_BOTH},
	{"BPDU", {.ethertype = 38, .subtype = 0x42}, CLASS_STP, CONFIDENCE_BOTH},
	{"IS-IS", {.ethertype = 1497, .subtype = 0xfe}, CLASS_UNKNOWN_OTHER, CONFIDENCE_NONE},
	{"a type nobody knows",
         {.ethertype = 0x9999, .reason = REASON_ETHERTYPE_UNKNOWN},
         CLASS_UNKNOWN_OTHER,
         CONFIDENCE_NONE},
	{"IPv4 cut in its header",
         {.ethertype = 0x0800, .reason = REASON_IPV4_SHORT},
         CLASS_UNDECODED,
         CONFIDENCE_BOTH},
	{"neighbour solicitation",
         {.flags = PACKET_HAS_IP, .proto = 58, .icmp_type = 135},
         CLASS_ND,
         CONFIDENCE_BOTH},
	{"redirect, last of ND",
         {.flags = PACKET_HAS_IP, .proto = 58, .icmp_type = 137},
         CLASS_ND,
         CONFIDENCE_BOTH},
	{"MLDv2 report",
         {.flags = PACKET_HAS_IP, .proto = 58, .icmp_type = 143},
         CLASS_IGMP,
         CONFIDENCE_BOTH},
	{"MLD query, first of MLD",
         {.flags = PACKET_HAS_IP, .proto = 58, .icmp_type = 130},
         CLASS_IGMP,
         CONFIDENCE_BOTH},
	{"MLD done, last of version 1",
         {.flags = PACKET_HAS_IP, .proto = 58, .icmp_type = 132},
         CLASS_IGMP,
         CONFIDENCE_BOTH},
	{"router solicitation, first of ND",
         {.flags = PACKET_HAS_IP, .proto = 58, .icmp_type = 133},
         CLASS_ND,
         CONFIDENCE_BOTH},
	{"ICMPv6 echo",
         {.flags = PACKET_HAS_IP, .proto = 58, .icmp_type = 128},
         CLASS_ICMP,
         CONFIDENCE_BOTH},
	{"ICMP, a type that is ND's in ICMPv6",
         {.flags = PACKET_HAS_IP, .proto = 1, .icmp_type = 135},
         CLASS_ICMP,
         CONFIDENCE_BOTH},
	{"IGMP", {.flags = PACKET_HAS_IP, .proto = 2}, CLASS_IGMP, CONFIDENCE_BOTH},
	{"OSPF", {.flags = PACKET_HAS_IP, .proto = 89}, CLASS_OSPF, CONFIDENCE_BOTH},
	{"VRRP", {.flags = PACKET_HAS_IP, .proto = 112}, CLASS_VRRP, CONFIDENCE_BOTH},
	{"PIM", {.flags = PACKET_HAS_IP, .proto = 103}, CLASS_PIM, CONFIDENCE_BOTH},
	{"GRE", {.flags = PACKET_HAS_IP, .proto = 47}, CLASS_GRE, CONFIDENCE_BOTH},
	{"IP in IP", {.flags = PACKET_HAS_IP, .proto = 4}, CLASS_IPIP, CONFIDENCE_BOTH},
	{"6in4", {.flags = PACKET_HAS_IP, .proto = 41}, CLASS_IPIP, CONFIDENCE_BOTH},
	{"ESP", {.flags = PACKET_HAS_IP, .proto = 50}, CLASS_ESP, CONFIDENCE_BOTH},
	{"AH", {.flags = PACKET_HAS_IP, .proto = 51}, CLASS_ESP, CONFIDENCE_BOTH},
	{"L2TPv3", {.flags = PACKET_HAS_IP, .proto = 115}, CLASS_L2TP, CONFIDENCE_BOTH},
	{"SCTP", {.flags = PACKET_HAS_IP, .proto = 132}, CLASS_SCTP, CONFIDENCE_BOTH},
	{"EIGRP, which is no class", {.flags = PACKET_HAS_IP, .proto = 88}, CLASS_UNKNOWN_OTHER, 0},
	{"UDP, before anything is known",
         {.flags = PACKET_HAS_IP, .proto = 17},
         CLASS_UNKNOWN_UDP,
         0},
	{"TCP, before anything is known",
         {.flags = PACKET_HAS_IP, .proto = 6},
         CLASS_UNKNOWN_TCP,
         0},
	{"a later fragment",
         {.flags = PACKET_HAS_IP | PACKET_FRAGMENT_LATER, .proto = 17},
         CLASS_FRAGMENT,
         CONFIDENCE_BOTH},
};

static void
frames_get_the_class_of_their_protocol(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct class_verdict v = class_of_frame(&rows[i].p);

		if (v.class != rows[i].class || v.confidence != rows[i].confidence)
			fail_msg("%s: %s, %u", rows[i].what, class_name(v.class), v.confidence);
	}
}

/* Only TCP and UDP can become something else later. */
static void
all_but_tcp_and_udp_is_final(void **state)
{
	(void)state;
	for (unsigned proto = 0; proto < 256; proto++) {
		struct packet p = {.flags = PACKET_HAS_IP, .proto = (uint8_t)proto};

		assert_int_equal(class_of_frame(&p).final, proto != 6 && proto != 17);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_get_the_class_of_their_protocol),
		cmocka_unit_test(all_but_tcp_and_udp_is_final),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
