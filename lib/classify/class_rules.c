#include "classify/class_rules.h"

#include <assert.h>
#include <string.h>

#define UDP(from, to, class, alone, magic)                                       \
	{                                                                        \
		CLASS_UDP, CLASS_##class, PORT_##alone, 0, from, to, magic, NULL \
	}
#define TCP(from, to, class, alone, magic)                                       \
	{                                                                        \
		CLASS_TCP, CLASS_##class, PORT_##alone, 0, from, to, magic, NULL \
	}

enum { TRACEROUTE_TTL = 32 }; /* hops left behind the tap; other senders start at 64 or more */

/*
 * IANA's registry, and where senders sit without asking it. Registered ports above 1023 are also
 * clients' ephemeral ports: there the port alone says nothing, except where the protocol's payload
 * can't be read anyway.
 */
const struct port_rule class_port_rules[] = {
	{0},
	/* the three that class_rules_init() gives to configured ports */
	UDP(5060, 5060, SIP, NEVER, magic_sip_any),
	TCP(5060, 5060, SIP, NEVER, magic_sip_any),
	TCP(5061, 5061, SIP_TLS, HOLDS, magic_tls_any),
	/* routing */
	TCP(179, 179, BGP, NEVER, magic_bgp),
	UDP(3784, 3784, BFD, NEVER, magic_bfd),
	UDP(3785, 3785, BFD, HOLDS, NULL), /* echo: contents are the sender's own business */
	UDP(4784, 4784, BFD, NEVER, magic_bfd),
	UDP(6784, 6784, BFD, NEVER, magic_bfd),
	UDP(7784, 7784, BFD, NEVER, magic_bfd), /* seamless: RFC 7881 */
	/* voice: Microsoft's relays and everybody's */
	UDP(3478, 3481, TURN, NEVER, magic_turn_channel_any),
	UDP(3478, 3481, STUN, NEVER, magic_stun_classic_any),
	/* names, time, addresses */
	UDP(53, 53, DNS, HOLDS, magic_dns),
	TCP(53, 53, DNS, HOLDS, magic_dns_tcp),
	UDP(5353, 5353, MDNS, NEVER, magic_dns_local),
	UDP(5355, 5355, MDNS, NEVER, magic_dns_local),
	TCP(853, 853, DOT, HOLDS, magic_tls_any),
	UDP(853, 853, DOT, HOLDS, magic_quic_any),
	UDP(853, 853, DOT, HOLDS, magic_dtls), /* RFC 8094 */
	UDP(123, 123, NTP, OPENS, magic_ntp),
	UDP(67, 68, DHCP, OPENS, magic_dhcp),
	UDP(546, 547, DHCP, OPENS, magic_dhcp6),
	/* web and shells */
	UDP(443, 443, QUIC, HOLDS, magic_quic_any),
	TCP(443, 443, TLS, HOLDS, magic_tls_any),
	TCP(443, 443, OPENVPN, NEVER, magic_openvpn_tcp),
	TCP(80, 80, SIP, NEVER, magic_sip_websocket),
	TCP(80, 80, HTTP, HOLDS, magic_http),
	TCP(22, 22, SSH, HOLDS, magic_ssh),
	/* management */
	UDP(161, 162, SNMP, OPENS, magic_snmp),
	UDP(514, 514, SYSLOG, OPENS, magic_syslog),
	UDP(1812, 1813, RADIUS, NEVER, magic_radius),
	UDP(1645, 1646, RADIUS, NEVER, magic_radius),
	UDP(3799, 3799, RADIUS, NEVER, magic_radius),
	TCP(3868, 3868, RADIUS, NEVER, magic_diameter),
	UDP(4739, 4739, IPFIX, NEVER, magic_netflow),
	TCP(4739, 4739, IPFIX, NEVER, magic_ipfix),
	UDP(2055, 2056, IPFIX, NEVER, magic_netflow),
	UDP(9995, 9996, IPFIX, NEVER, magic_netflow),
	UDP(6343, 6343, SFLOW, NEVER, magic_sflow),
	/* tunnels */
	UDP(500, 500, IKE, OPENS, magic_ike),
	UDP(4500, 4500, IKE, NEVER, magic_ike_4500),
	UDP(4500, 4500, ESP, NEVER, magic_esp_keepalive),
	{CLASS_UDP, CLASS_ESP, PORT_HOLDS, 0, 4500, 4500, NULL, stride_esp},
	UDP(1194, 1194, OPENVPN, NEVER, magic_openvpn_any),
	TCP(1194, 1194, OPENVPN, NEVER, magic_openvpn_tcp),
	UDP(2123, 2123, GTP_C, NEVER, magic_gtp_c),
	UDP(3386, 3386, GTP_C, NEVER, magic_gtp_p),
	UDP(2152, 2152, GTP_U, NEVER, magic_gtp_u),
	UDP(1701, 1701, L2TP, NEVER, magic_l2tp),
	UDP(4789, 4789, VXLAN, NEVER, magic_vxlan),
	UDP(8472, 8472, VXLAN, NEVER, magic_vxlan),
	UDP(6081, 6081, GENEVE, NEVER, magic_geneve),
	{CLASS_UDP, CLASS_TRACEROUTE, PORT_HOLDS, TRACEROUTE_TTL, 33434, 33523, NULL, NULL},
	{0, CLASS_COUNT, 0, 0, 0, 0, NULL, NULL},
};

const uint8_t class_rule_sip_udp = 1, class_rule_sip_tcp = 2, class_rule_sips_tcp = 3;

#define MAGIC_SIXTH(transport, from, to, class, magic, sixth)                              \
	{                                                                                  \
		CLASS_##transport, from, to, CLASS_##class, CONFIDENCE_MAGIC, magic, sixth \
	}
#define MAGIC(transport, from, to, class, magic) \
	MAGIC_SIXTH(transport, from, to, class, magic, MAGIC_ANY)

/* The sixth byte is the one that tells most of unknown payloads apart from what has no port. */
enum {
	COOKIE_SIXTH = 0x12,    /* RFC 8489 5: 2112a442 from the fifth on */
	ZRTP_SIXTH = 'R',       /* RFC 6189 5: "ZRTP" there */
	ONE_QUESTION_SIXTH = 1, /* RFC 1035 4.1.1: QDCOUNT there */
};

/* In the order of trying; the ranges of first bytes are those of RFC 7983 and 9443 where shared. */
const struct magic_rule class_magic_rules[] = {
	MAGIC_SIXTH(UDP, 0, 63, TURN, magic_turn, COOKIE_SIXTH),
	MAGIC(UDP, 0, 63, TURN, magic_turn_microsoft),
	MAGIC_SIXTH(UDP, 0, 63, STUN, magic_stun, COOKIE_SIXTH),
	MAGIC(UDP, 0, 1, STUN, magic_stun_classic),
	MAGIC(UDP, 64, 79, TURN, magic_turn_channel),
	MAGIC(UDP, 255, 255, TURN, magic_turn_multiplexed),
	MAGIC_SIXTH(UDP, 16, 19, ZRTP, magic_zrtp, ZRTP_SIXTH),
	MAGIC(UDP, 20, 26, DTLS, magic_dtls),
	MAGIC(UDP, 32, 63, DTLS, magic_dtls_unified),
	MAGIC(UDP, 128, 191, RTCP, magic_rtcp),
	MAGIC(UDP, 192, 255, QUIC, magic_quic),
	{CLASS_UDP, 192, 255, CLASS_QUIC, CONFIDENCE_PORT, magic_quic_any, MAGIC_ANY},
	MAGIC(UDP, 'A', 'Z', SIP, magic_sip_any),
	MAGIC(UDP, 1, 4, WIREGUARD, magic_wireguard),
	MAGIC(UDP, 0x38, 0x40, OPENVPN, magic_openvpn),
	MAGIC(UDP, 'd', 'd', BITTORRENT, magic_dht),
	MAGIC(UDP, 0x01, 0x41, BITTORRENT, magic_utp),
	MAGIC_SIXTH(UDP, 0, 255, DNS, magic_dns_anywhere, ONE_QUESTION_SIXTH),
	MAGIC(TCP, 22, 22, TLS, magic_tls),
	MAGIC(TCP, 128, 255, TLS, magic_tls_compatible),
	MAGIC(TCP, 'G', 'H', SIP, magic_sip_websocket),
	MAGIC(TCP, 'A', 'Z', HTTP, magic_http),
	MAGIC(TCP, 'A', 'Z', SIP, magic_sip_any),
	MAGIC(TCP, 'S', 'S', SSH, magic_ssh),
	MAGIC_SIXTH(TCP, 0, 1, TURN, magic_turn, COOKIE_SIXTH),
	MAGIC(TCP, 0, 1, TURN, magic_turn_microsoft),
	MAGIC_SIXTH(TCP, 0, 1, STUN, magic_stun_stream, COOKIE_SIXTH),
	MAGIC(TCP, 0, 255, STUN, magic_stun_framed),
	MAGIC(TCP, 0x13, 0x13, BITTORRENT, magic_bittorrent),
	{0, 0, 0, CLASS_COUNT, 0, NULL, MAGIC_ANY},
};

static_assert(sizeof class_magic_rules / sizeof *class_magic_rules <= 32,
              "a bit per row in class_rules.magic");
static_assert(sizeof class_port_rules / sizeof *class_port_rules <= 255, "class_rules.port");

static void
index_ports(struct class_rules *rules)
{
	for (unsigned row = 1; class_port_rules[row].class != CLASS_COUNT; row++) {
		const struct port_rule *r = &class_port_rules[row];

		for (uint32_t port = r->from; port <= r->to; port++)
			if (rules->port[r->transport][port] == 0)
				rules->port[r->transport][port] = (uint8_t)row;
	}
}

static void
index_magics(struct class_rules *rules)
{
	for (unsigned row = 0; class_magic_rules[row].class != CLASS_COUNT; row++) {
		const struct magic_rule *r = &class_magic_rules[row];

		for (unsigned first = r->first_from; first <= r->first_to; first++)
			rules->magic[r->transport][first] |= 1u << row;
		for (int sixth = 0; sixth <= UINT8_MAX; sixth++)
			if (r->sixth == MAGIC_ANY || r->sixth == sixth)
				rules->magic_sixth[r->transport][sixth] |= 1u << row;
	}
}

static void
set_ports(uint8_t *index, const uint32_t *ports, size_t count, uint8_t row)
{
	for (size_t i = 0; i < count; i++)
		if (ports[i] <= UINT16_MAX)
			index[ports[i]] = row;
}

static void
index_blocks(struct class_rules *rules, unsigned transport)
{
	for (uint32_t port = 0; port <= UINT16_MAX; port++)
		if (rules->port[transport][port])
			rules->port_blocks[transport][port >> 12] |= 1ull << (port >> 6 & 63);
}

void
class_rules_init(struct class_rules *rules, const uint32_t *sip_ports, size_t sip_count,
                 const uint32_t *sips_ports, size_t sips_count)
{
	memset(rules, 0, sizeof *rules);
	index_ports(rules);
	index_magics(rules);
	set_ports(rules->port[CLASS_UDP], sip_ports, sip_count, class_rule_sip_udp);
	set_ports(rules->port[CLASS_TCP], sip_ports, sip_count, class_rule_sip_tcp);
	set_ports(rules->port[CLASS_TCP], sips_ports, sips_count, class_rule_sips_tcp);
	index_blocks(rules, CLASS_UDP);
	index_blocks(rules, CLASS_TCP);
}

void
class_rules_voice(struct class_rules *rules, const struct prefix *ranges, size_t count)
{
	rules->voice = ranges;
	rules->voice_count = count;
}
