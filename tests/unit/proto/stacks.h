/*
 * Stacks of headers for the tests of packet_decode(), each with what must be read from it. Every
 * number is arithmetic over header sizes: Ethernet 14, tag 4, IPv4 20, IPv6 40, UDP 8, TCP 20.
 */
#pragma once

#include "proto/packet.h"
#include "unit/proto/frame.h"

struct stack {
	const char *name;
	void (*build)(struct frame *);
	enum link_layer link;
	bool outer; /* do not enter tunnels */
	const char *want;
};

static void
udp_in_ipv4(struct frame *f)
{
	frame_init(f, 100);
	frame_udp(f, 5004, 5006);
	frame_ipv4(f, 1);
}

static void
plain_udp(struct frame *f)
{
	udp_in_ipv4(f);
	frame_ethernet(f);
}

static void
empty_udp(struct frame *f)
{
	frame_init(f, 0);
	frame_udp(f, 5004, 5006);
	frame_ipv4(f, 1);
	frame_ethernet(f);
}

/* Ethernet's minimum of 60 bytes leaves 14 bytes of padding behind 4 of payload. */
static void
padded_udp(struct frame *f)
{
	static struct frame padding;

	frame_init(&padding, 4);
	frame_udp(&padding, 5004, 5006);
	frame_ipv4(&padding, 1);
	frame_init(f, 14);
	frame_raw(f, frame_bytes(&padding), frame_size(&padding));
	f->ethertype = 0x0800;
	frame_ethernet(f);
}

static void
tcp_with_options(struct frame *f)
{
	frame_init(f, 10);
	frame_tcp(f, 443, 50000, 12);
	frame_ipv4(f, 1);
	frame_ethernet(f);
}

static void
tcp6(struct frame *f)
{
	frame_init(f, 10);
	frame_tcp(f, 443, 50000, 0);
	frame_ipv6(f, 1);
	frame_ethernet(f);
}

static void
udp6(struct frame *f)
{
	frame_init(f, 10);
	frame_udp(f, 53, 50000);
	frame_ipv6(f, 1);
	frame_ethernet(f);
}

static void
mapped6(struct frame *f)
{
	udp6(f);
	memcpy(f->bytes + f->start + 14 + 8, "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1", 16);
}

static void
one_tag(struct frame *f)
{
	udp_in_ipv4(f);
	frame_vlan(f, 0x8100, 100);
	frame_ethernet(f);
}

static void
two_tags(struct frame *f)
{
	udp_in_ipv4(f);
	frame_vlan(f, 0x8100, 100);
	frame_vlan(f, 0x88a8, 200);
	frame_ethernet(f);
}

static void
three_tags(struct frame *f)
{
	udp_in_ipv4(f);
	frame_vlan(f, 0x8100, 100);
	frame_vlan(f, 0x8100, 200);
	frame_vlan(f, 0x9100, 300);
	frame_ethernet(f);
}

static void
twenty_tags(struct frame *f)
{
	udp_in_ipv4(f);
	for (uint16_t id = 20; id > 0; id--)
		frame_vlan(f, 0x8100, id);
	frame_ethernet(f);
}

static void
ipv4_options(struct frame *f)
{
	frame_init(f, 10);
	frame_udp(f, 53, 50000);
	frame_ipv4_with(f, 1, 40, 0);
	frame_ethernet(f);
}

static void
ipv6_extensions(struct frame *f)
{
	frame_init(f, 10);
	frame_udp(f, 53, 50000);
	frame_extension(f, 60, 16);
	frame_extension(f, 0, 8);
	frame_ipv6(f, 1);
	frame_ethernet(f);
}

static void
ipv6_endless(struct frame *f)
{
	frame_init(f, 10);
	frame_udp(f, 53, 50000);
	for (int i = 0; i < 1000; i++)
		frame_extension(f, 60, 8);
	frame_ipv6(f, 1);
	frame_ethernet(f);
}

static void
fragment_first(struct frame *f)
{
	/* of a datagram of 3000 bytes; UDP's length is the whole one's */
	frame_init(f, 1472);
	frame_udp(f, 5004, 5006);
	store_be16(f->bytes + f->start + 4, 3000);
	frame_ipv4_with(f, 1, 0, 0x2000);
	frame_ethernet(f);
}

static void
fragment_first_tcp(struct frame *f)
{
	frame_init(f, 1460);
	frame_tcp(f, 443, 50000, 0);
	frame_ipv4_with(f, 1, 0, 0x2000);
	frame_ethernet(f);
}

static void
fragment_middle(struct frame *f)
{
	frame_init(f, 1480);
	f->proto = 17;
	frame_ipv4_with(f, 1, 0, 0x2000 | 185);
	frame_ethernet(f);
}

static void
fragment_last(struct frame *f)
{
	frame_init(f, 40);
	f->proto = 17;
	frame_ipv4_with(f, 1, 0, 370);
	frame_ethernet(f);
}

/* RFC 1858: the header itself cut in two. */
static void
fragment_tiny(struct frame *f)
{
	frame_init(f, 8);
	f->proto = 6;
	frame_ipv4_with(f, 1, 0, 0x2000);
	frame_ethernet(f);
}

static void
fragment_of_tunnel(struct frame *f)
{
	udp_in_ipv4(f);
	frame_gre(f, 0);
	frame_ipv4_with(f, 2, 0, 0x2000);
	frame_ethernet(f);
}

static void
fragment6(struct frame *f)
{
	frame_init(f, 64);
	f->proto = 17;
	frame_extension(f, 44, 8);
	store_be16(f->bytes + f->start + 2, 1448 | 1);
	frame_ipv6(f, 1);
	frame_ethernet(f);
}

static void
fragment6_beyond(struct frame *f)
{
	frame_init(f, 64);
	f->proto = 17;
	frame_extension(f, 44, 8);
	store_be16(f->bytes + f->start + 2, 0xfff8);
	frame_ipv6(f, 1);
	frame_ethernet(f);
}

static void
icmp_echo(struct frame *f)
{
	frame_init(f, 56);
	frame_icmp(f, 1, 8, 0, 0x12340001);
	frame_ipv4(f, 1);
	frame_ethernet(f);
}

static void
icmp6_echo(struct frame *f)
{
	frame_init(f, 56);
	frame_icmp(f, 58, 128, 0, 0x12340001);
	frame_ipv6(f, 1);
	frame_ethernet(f);
}

static void
icmp_unreachable(struct frame *f)
{
	frame_init(f, 0);
	frame_udp(f, 5004, 5006);
	frame_ipv4(f, 9);
	frame_icmp(f, 1, 3, 3, 0);
	frame_ipv4(f, 1);
	frame_ethernet(f);
}

static void
icmp6_too_big(struct frame *f)
{
	frame_init(f, 100);
	frame_tcp(f, 443, 50000, 0);
	frame_ipv6(f, 9);
	frame_icmp(f, 58, 2, 0, 1280);
	frame_ipv6(f, 1);
	frame_ethernet(f);
}

static void
icmp_quote_cut(struct frame *f)
{
	frame_init(f, 7);
	f->proto = 17;
	frame_ipv4(f, 9);
	frame_icmp(f, 1, 11, 0, 0);
	frame_ipv4(f, 1);
	frame_ethernet(f);
}

static void
sctp(struct frame *f)
{
	frame_init(f, 16);
	frame_sctp(f, 2905, 2906);
	frame_ipv4(f, 1);
	frame_ethernet(f);
}

static void
ospf(struct frame *f)
{
	frame_init(f, 44);
	f->proto = 89;
	frame_ipv4(f, 1);
	frame_ethernet(f);
}

static void
mpls_ipv4(struct frame *f)
{
	udp_in_ipv4(f);
	frame_mpls(f, 29);
	frame_mpls(f, 18);
	frame_ethernet(f);
}

static void
mpls_ipv6(struct frame *f)
{
	udp6(f);
	f->start += 14;
	f->ethertype = 0x86dd;
	frame_mpls(f, 18);
	frame_ethernet(f);
}

static void
mpls_pseudowire(struct frame *f)
{
	plain_udp(f);
	frame_push(f, 4);
	frame_mpls(f, 1000);
	frame_ethernet(f);
}

static void
mpls_channel(struct frame *f)
{
	frame_init(f, 20);
	frame_raw(f, "\x10\0\0\7", 4);
	frame_mpls(f, 1000);
	frame_ethernet(f);
}

static void
mpls_unknown(struct frame *f)
{
	frame_init(f, 20);
	frame_mpls(f, 1000);
	frame_ethernet(f);
}

static void
mpls_deep(struct frame *f)
{
	udp_in_ipv4(f);
	for (int i = 0; i < 20; i++)
		frame_mpls(f, 1000);
	frame_ethernet(f);
}

static void
pppoe(struct frame *f)
{
	udp_in_ipv4(f);
	frame_pppoe(f, 0x17f);
	frame_vlan(f, 0x8100, 10);
	frame_ethernet(f);
}

static void
gre_ipv6(struct frame *f)
{
	udp6(f);
	f->start += 14;
	f->ethertype = 0x86dd;
	frame_gre(f, 0);
	frame_ipv4(f, 2);
	frame_ethernet(f);
}

static void
gre_ethernet(struct frame *f)
{
	plain_udp(f);
	frame_gre(f, 65000);
	frame_ipv4(f, 2);
	frame_ethernet(f);
}

static void
gre_keepalive(struct frame *f)
{
	frame_init(f, 0);
	f->ethertype = 0;
	frame_gre(f, 0);
	frame_ipv4(f, 2);
	frame_ethernet(f);
}

static void
gre_version_5(struct frame *f)
{
	frame_init(f, 20);
	frame_raw(f, "\0\5\x08\0", 4);
	f->proto = 47;
	frame_ipv4(f, 2);
	frame_ethernet(f);
}

static void
pptp(struct frame *f)
{
	udp_in_ipv4(f);
	frame_raw(f, "\xff\x03\0\x21", 4);
	frame_raw(f, "\x30\x01\x88\x0b\0\x84\0\x06\0\0\0\x22", 12);
	f->proto = 47;
	frame_ipv4(f, 2);
	frame_ethernet(f);
}

static void
erspan_1(struct frame *f)
{
	plain_udp(f);
	f->ethertype = 0x88be;
	frame_gre(f, 0);
	frame_ipv4(f, 2);
	frame_ethernet(f);
}

static void
erspan_2(struct frame *f)
{
	plain_udp(f);
	frame_erspan(f, 2, 100);
	frame_ipv4(f, 2);
	frame_ethernet(f);
}

static void
erspan_3(struct frame *f)
{
	one_tag(f);
	frame_erspan(f, 3, 101);
	frame_ipv4(f, 2);
	frame_ethernet(f);
}

static void
vxlan(struct frame *f)
{
	plain_udp(f);
	frame_vxlan(f, 5569041);
	frame_ipv4(f, 2);
	frame_ethernet(f);
}

static void
vxlan_with_arp(struct frame *f)
{
	frame_init(f, 28);
	f->ethertype = 0x0806;
	frame_ethernet(f);
	frame_vxlan(f, 7);
	frame_ipv4(f, 2);
	frame_ethernet(f);
}

/* RTP that happens to go to the port of VXLAN. */
static void
media_on_4789(struct frame *f)
{
	frame_init(f, 160);
	frame_raw(f, "\x80\0\0\1\0\0\0\xa0\x12\x34\xab\xcd", 12);
	frame_udp(f, 20000, 4789);
	frame_ipv4(f, 1);
	frame_ethernet(f);
}

static void
geneve(struct frame *f)
{
	plain_udp(f);
	frame_geneve(f, 0x123456, 8);
	frame_ipv6(f, 2);
	frame_ethernet(f);
}

static void
gtpu(struct frame *f)
{
	udp_in_ipv4(f);
	frame_gtpu(f, 0x01020304);
	frame_ipv4(f, 2);
	frame_ethernet(f);
}

static void
teredo(struct frame *f)
{
	udp6(f);
	f->start += 14;
	frame_udp(f, 50000, 3544);
	frame_ipv4(f, 2);
	frame_ethernet(f);
}

static void
l2tp(struct frame *f)
{
	udp_in_ipv4(f);
	frame_raw(f, "\xff\x03\0\x21", 4);
	frame_raw(f, "\0\2\0\1\0\2", 6);
	frame_udp(f, 1701, 1701);
	frame_ipv4(f, 2);
	frame_ethernet(f);
}

static void
ipip(struct frame *f)
{
	udp_in_ipv4(f);
	frame_ipv4(f, 2);
	frame_ethernet(f);
}

static void
six_in_four(struct frame *f)
{
	udp6(f);
	f->start += 14;
	f->proto = 41;
	frame_ipv4(f, 2);
	frame_ethernet(f);
}

static void
ipip_nine_deep(struct frame *f)
{
	udp_in_ipv4(f);
	for (uint8_t host = 2; host <= 10; host++)
		frame_ipv4(f, host);
	frame_ethernet(f);
}

static void
arp(struct frame *f)
{
	frame_init(f, 0);
	frame_raw(f, "\0\1\x08\0\6\4\0\1\2\0\0\0\0\2\xc0\0\2\2\0\0\0\0\0\0\xc0\0\2\1", 28);
	f->ethertype = 0x0806;
	frame_ethernet(f);
}

static void
lacp(struct frame *f)
{
	frame_init(f, 108);
	frame_raw(f, "\1\1", 2);
	f->ethertype = 0x8809;
	frame_ethernet(f);
	memcpy(f->bytes + f->start, "\x01\x80\xc2\0\0\2", 6);
}

static void
lldp(struct frame *f)
{
	frame_init(f, 0);
	frame_raw(f, "\2\7\4\2\0\0\0\0\xaa\4\2\5a\6\2\0\x78\0\0", 19);
	f->ethertype = 0x88cc;
	frame_ethernet(f);
}

/* Spanning tree: 802.3 length 38, LLC 42 42 03, then 8 bytes of padding. */
static void
spanning_tree(struct frame *f)
{
	frame_init(f, 35 + 8);
	frame_raw(f, "\x42\x42\3", 3);
	f->ethertype = 38;
	frame_ethernet(f);
}

static void
cdp(struct frame *f)
{
	frame_init(f, 30);
	frame_raw(f, "\xaa\xaa\3\0\0\x0c\x20\0", 8);
	f->ethertype = 38;
	frame_ethernet(f);
}

static void
ipv4_in_snap(struct frame *f)
{
	udp_in_ipv4(f);
	frame_raw(f, "\xaa\xaa\3\0\0\0\x08\0", 8);
	f->ethertype = (uint16_t)frame_size(f);
	frame_vlan(f, 0x8100, 5);
	frame_ethernet(f);
}

/* Packet brokers slice frames and leave the length as it was. */
static void
sliced_snap(struct frame *f)
{
	udp_in_ipv4(f);
	frame_raw(f, "\xaa\xaa\3\0\0\0\x08\0", 8);
	f->ethertype = (uint16_t)(frame_size(f) + 50);
	frame_ethernet(f);
}

static void
with_shim(struct frame *f, uint16_t ethertype, const char *bytes, uint32_t size)
{
	frame_raw(f, bytes, size);
	f->ethertype = ethertype;
	frame_ethernet(f);
}

static void
vntag(struct frame *f)
{
	udp_in_ipv4(f);
	with_shim(f, 0x8926, "\0\5\0\7\x08\0", 6);
}

static void
pbb(struct frame *f)
{
	plain_udp(f);
	with_shim(f, 0x88e7, "\0\0\0\5", 4);
}

static void
metadata(struct frame *f)
{
	udp_in_ipv4(f);
	with_shim(f, 0x8909, "\1\1\0\1\0\5\x08\0", 8);
}

static void
gre_metadata(struct frame *f)
{
	udp_in_ipv4(f);
	frame_raw(f, "\x08\0\1\1\0\1\0\5", 8);
	f->ethertype = 0x8909;
	frame_gre(f, 40);
	frame_ipv4(f, 2);
	frame_ethernet(f);
}

static void
shim_cut(struct frame *f)
{
	frame_init(f, 0);
	with_shim(f, 0x893f, "\0\0\0\0\0\0\x08", 7);
}

static void
etherip(struct frame *f)
{
	plain_udp(f);
	frame_raw(f, "\x30\0", 2);
	f->proto = 97;
	frame_ipv4(f, 2);
	frame_ethernet(f);
}

static void
mpls_in_ip(struct frame *f)
{
	udp_in_ipv4(f);
	frame_mpls(f, 77);
	f->proto = 137;
	frame_ipv4(f, 2);
	frame_ethernet(f);
}

/* An authentication header of 24 bytes: length 4, in words less two. */
static void
ah(struct frame *f)
{
	frame_init(f, 10);
	frame_udp(f, 53, 50000);
	memcpy(frame_push(f, 24), "\x11\4", 2);
	f->proto = 51;
	frame_ipv4(f, 1);
	frame_ethernet(f);
}

static void
ah_cut(struct frame *f)
{
	frame_init(f, 0);
	memcpy(frame_push(f, 23), "\x11\4", 2);
	f->proto = 51;
	frame_ipv4(f, 1);
	frame_ethernet(f);
}

static void
macsec(struct frame *f)
{
	frame_init(f, 60);
	f->ethertype = 0x88e5;
	frame_ethernet(f);
}

static void
unknown_type(struct frame *f)
{
	frame_init(f, 46);
	frame_ethernet(f);
}

static void
cooked(struct frame *f)
{
	udp_in_ipv4(f);
	frame_raw(f, "\0\0\0\1\0\6\2\0\0\0\0\2\0\0\x08\0", 16);
}

static void
cooked2(struct frame *f)
{
	udp_in_ipv4(f);
	frame_raw(f, "\x08\0\0\0\0\0\0\3\0\1\0\6\2\0\0\0\0\2\0\0", 20);
}

static void
loopback_little(struct frame *f)
{
	udp_in_ipv4(f);
	frame_raw(f, "\2\0\0\0", 4);
}

static void
loopback_big(struct frame *f)
{
	udp_in_ipv4(f);
	frame_raw(f, "\0\0\0\2", 4);
}

static void
ppp(struct frame *f)
{
	udp_in_ipv4(f);
	frame_raw(f, "\0\x21", 2);
}

static void
ppp_lcp(struct frame *f)
{
	frame_init(f, 8);
	frame_raw(f, "\xc0\x21", 2);
}

static void
ppp_with_direction(struct frame *f)
{
	udp_in_ipv4(f);
	frame_raw(f, "\1\0\x21", 3);
}

static void
pppoe_alone(struct frame *f)
{
	udp_in_ipv4(f);
	frame_pppoe(f, 7);
}

static void
ppp_hdlc(struct frame *f)
{
	udp_in_ipv4(f);
	frame_raw(f, "\xff\3\0\x21", 4);
}

static void
chdlc(struct frame *f)
{
	udp_in_ipv4(f);
	frame_raw(f, "\x0f\0\x08\0", 4);
}

static void
not_ip(struct frame *f)
{
	frame_init(f, 40);
}

/* The largest IPv4 packet there is: total length 65535. */
static void
jumbo(struct frame *f)
{
	frame_init(f, 65535 - 28);
	frame_udp(f, 5004, 5006);
	frame_ipv4(f, 1);
	frame_ethernet(f);
}

/* Segmentation offload leaves 70 000 bytes in one frame and zero in the length. */
static void
offloaded(struct frame *f)
{
	frame_init(f, 70000);
	frame_tcp(f, 443, 50000, 0);
	frame_ipv4(f, 1);
	store_be16(f->bytes + f->start + 2, 0);
	frame_ethernet(f);
}

static void
offloaded6(struct frame *f)
{
	frame_init(f, 70000);
	frame_tcp(f, 443, 50000, 0);
	frame_ipv6(f, 1);
	store_be16(f->bytes + f->start + 4, 0);
	frame_ethernet(f);
}

static void
empty_ipv6(struct frame *f)
{
	/* what follows is padding, not TCP */
	frame_init(f, 60);
	f->proto = 6;
	frame_ipv6(f, 1);
	store_be16(f->bytes + f->start + 4, 0);
	frame_ethernet(f);
}

static void
gre_mpls(struct frame *f)
{
	udp_in_ipv4(f);
	frame_mpls(f, 77);
	frame_gre(f, 0);
	frame_ipv4(f, 2);
	frame_ethernet(f);
}

static void
vxlan_gpe(struct frame *f)
{
	udp_in_ipv4(f);
	frame_raw(f, "\x0c\0\0\1\0\0\x09\0", 8);
	frame_udp(f, 49152, 4790);
	frame_ipv4(f, 2);
	frame_ethernet(f);
}

static void
erspan_3_ip(struct frame *f)
{
	udp_in_ipv4(f);
	frame_erspan(f, 3, 5);
	f->bytes[f->start + 8 + 10] = 0x08; /* FT 2 */
	frame_ipv4(f, 2);
	frame_ethernet(f);
}

static void
four_in_six(struct frame *f)
{
	udp_in_ipv4(f);
	frame_ipv6(f, 2);
	frame_ethernet(f);
}

static void
cooked_llc(struct frame *f)
{
	frame_init(f, 35);
	frame_raw(f, "\x42\x42\3", 3);
	frame_raw(f, "\0\2\0\1\0\6\2\0\0\0\0\2\0\0\0\4", 16);
}

#define V4 "192.0.2.1 > 198.51.100.1 proto "
#define V4_UDP V4 "17 ports 5004 5006 at "
#define V4_OUTER "192.0.2.2 > 198.51.100.2 proto "
#define V6 "2001:db8::1 > 2001:db8:1::1 proto "
#define V6_UDP V6 "17 ports 53 50000 at "

static const struct stack stacks[] = {
	{"UDP", plain_udp, LINK_ETHERNET, false, V4_UDP "14 34 42+100"},
	{"UDP without payload", empty_udp, LINK_ETHERNET, false, V4_UDP "14 34 42+0"},
	{"UDP, Ethernet padding", padded_udp, LINK_ETHERNET, false, V4_UDP "14 34 42+4"},
	{"TCP, options", tcp_with_options, LINK_ETHERNET, false,
         V4 "6 ports 443 50000 at 14 34 66+10"},
	{"TCP, IPv6", tcp6, LINK_ETHERNET, false, V6 "6 ports 443 50000 at 14 54 74+10"},
	{"UDP, IPv6", udp6, LINK_ETHERNET, false, V6_UDP "14 54 62+10"},
	{"IPv4-mapped address in IPv6", mapped6, LINK_ETHERNET, false,
         "type 86dd at 14 14 14+58 ipv6_mapped"},
	{"one tag", one_tag, LINK_ETHERNET, false, V4_UDP "18 38 46+100 vlan 100"},
	{"two tags", two_tags, LINK_ETHERNET, false, V4_UDP "22 42 50+100 vlan 200 vlan 100"},
	{"three tags", three_tags, LINK_ETHERNET, false, V4_UDP "26 46 54+100 vlan 300 vlan 200"},
	{"twenty tags", twenty_tags, LINK_ETHERNET, false,
         "type 8100 at 46 46 46+176 vlan 1 vlan 2 vlan_deep"},
	{"IPv4 options", ipv4_options, LINK_ETHERNET, false,
         V4 "17 ports 53 50000 at 14 74 82+10 options"},
	{"IPv6 extensions", ipv6_extensions, LINK_ETHERNET, false, V6_UDP "14 78 86+10 options"},
	{"IPv6 extensions without end", ipv6_endless, LINK_ETHERNET, false,
         V6 "60 at 14 54 54+8018 options ipv6_chain"},
	{"first fragment", fragment_first, LINK_ETHERNET, false, V4_UDP "14 34 42+1472 first"},
	{"first fragment of TCP", fragment_first_tcp, LINK_ETHERNET, false,
         V4 "6 ports 443 50000 at 14 34 54+1460 first"},
	{"middle fragment", fragment_middle, LINK_ETHERNET, false, V4 "17 at 14 34 34+1480 later"},
	{"last fragment", fragment_last, LINK_ETHERNET, false, V4 "17 at 14 34 34+40 later last"},
	{"fragment that cuts the header", fragment_tiny, LINK_ETHERNET, false,
         V4 "6 at 14 34 34+8 first tcp_short"},
	{"fragment of a tunnel", fragment_of_tunnel, LINK_ETHERNET, false,
         V4_OUTER "47 at 14 34 34+132 first"},
	{"IPv6 fragment", fragment6, LINK_ETHERNET, false, V6 "17 at 14 62 62+64 later options"},
	{"IPv6 fragment beyond 65535", fragment6_beyond, LINK_ETHERNET, false,
         V6 "17 at 14 54 54+72 later last options fragment_bad"},
	{"ICMP echo", icmp_echo, LINK_ETHERNET, false, V4 "1 ports 4660 4660 at 14 34 42+56"},
	{"ICMPv6 echo", icmp6_echo, LINK_ETHERNET, false, V6 "58 ports 4660 4660 at 14 54 62+56"},
	{"ICMP unreachable", icmp_unreachable, LINK_ETHERNET, false, V4 "1 at 14 34 42+28 quote"},
	{"ICMPv6 packet too big", icmp6_too_big, LINK_ETHERNET, false,
         V6 "58 at 14 54 62+160 quote"},
	{"ICMP quote of 7 bytes behind IP", icmp_quote_cut, LINK_ETHERNET, false,
         V4 "1 at 14 34 42+27 icmp_quote"},
	{"SCTP", sctp, LINK_ETHERNET, false, V4 "132 ports 2905 2906 at 14 34 46+16"},
	{"OSPF", ospf, LINK_ETHERNET, false, V4 "89 at 14 34 34+44"},
	{"MPLS, two labels, IPv4", mpls_ipv4, LINK_ETHERNET, false,
         V4_UDP "22 42 50+100 mpls 18 of 2"},
	{"MPLS, IPv6", mpls_ipv6, LINK_ETHERNET, false, V6_UDP "18 58 66+10 mpls 18 of 1"},
	{"MPLS pseudowire", mpls_pseudowire, LINK_ETHERNET, false,
         V4_UDP "36 56 64+100 mpls 1000 of 1"},
	{"MPLS associated channel", mpls_channel, LINK_ETHERNET, false,
         "type 8847 at 14 14 14+28 mpls 1000 of 1"},
	{"MPLS over something else", mpls_unknown, LINK_ETHERNET, false,
         "type 8847 at 14 14 14+24 mpls 1000 of 1 mpls_unknown"},
	{"MPLS, twenty labels", mpls_deep, LINK_ETHERNET, false,
         "type 8847 at 14 14 14+208 mpls_deep"},
	{"PPPoE", pppoe, LINK_ETHERNET, false,
         V4_UDP "26 46 54+100 vlan 10 tunnel 1 kind 7 id 383 by 0"},
	{"PPPoE is entered in any case", pppoe, LINK_ETHERNET, true,
         V4_UDP "26 46 54+100 vlan 10 tunnel 1 kind 7 id 383 by 0"},
	{"GRE, IPv6", gre_ipv6, LINK_ETHERNET, false,
         V6_UDP "38 78 86+10 tunnel 1 kind 2 id 0 by 47 inner"},
	{"GRE, key, Ethernet", gre_ethernet, LINK_ETHERNET, false,
         V4_UDP "56 76 84+100 tunnel 1 kind 2 id 65000 by 47 inner"},
	{"GRE from outside", gre_ethernet, LINK_ETHERNET, true, V4_OUTER "47 at 14 34 34+150"},
	{"GRE keep-alive", gre_keepalive, LINK_ETHERNET, false,
         V4_OUTER "47 at 14 34 34+4 tunnel 1 kind 2 id 0 by 47"},
	{"GRE version 5", gre_version_5, LINK_ETHERNET, false,
         V4_OUTER "47 at 14 34 34+24 gre_version"},
	{"PPTP", pptp, LINK_ETHERNET, false,
         V4_UDP "50 70 78+100 tunnel 1 kind 2 id 6 by 47 inner"},
	{"ERSPAN I", erspan_1, LINK_ETHERNET, false,
         V4_UDP "52 72 80+100 tunnel 1 kind 3 id 0 by 47 inner"},
	{"ERSPAN II", erspan_2, LINK_ETHERNET, false,
         V4_UDP "64 84 92+100 tunnel 1 kind 3 id 100 by 47 inner"},
	{"ERSPAN III, tag inside", erspan_3, LINK_ETHERNET, false,
         V4_UDP "72 92 100+100 tunnel 1 kind 3 id 101 by 47 inner"},
	{"VXLAN", vxlan, LINK_ETHERNET, false,
         V4_UDP "64 84 92+100 tunnel 1 kind 4 id 5569041 by 4789 inner"},
	{"VXLAN from outside", vxlan, LINK_ETHERNET, true,
         V4_OUTER "17 ports 49152 4789 at 14 34 42+150"},
	{"VXLAN with ARP inside", vxlan_with_arp, LINK_ETHERNET, false,
         V4_OUTER "17 ports 49152 4789 at 14 34 42+50 tunnel 1 kind 4 id 7 by 4789"},
	{"media on the port of VXLAN", media_on_4789, LINK_ETHERNET, false,
         V4 "17 ports 20000 4789 at 14 34 42+172"},
	{"Geneve with options, over IPv6", geneve, LINK_ETHERNET, false,
         V4_UDP "92 112 120+100 tunnel 1 kind 5 id 1193046 by 6081 inner"},
	{"GTP-U", gtpu, LINK_ETHERNET, false,
         V4_UDP "50 70 78+100 tunnel 1 kind 6 id 16909060 by 2152 inner"},
	{"Teredo", teredo, LINK_ETHERNET, false,
         V6_UDP "42 82 90+10 tunnel 1 kind 9 id 0 by 3544 inner"},
	{"L2TP", l2tp, LINK_ETHERNET, false,
         V4_UDP "52 72 80+100 tunnel 1 kind 8 id 2 by 1701 inner"},
	{"IP in IP", ipip, LINK_ETHERNET, false,
         V4_UDP "34 54 62+100 tunnel 1 kind 1 id 0 by 4 inner"},
	{"IP in IP from outside", ipip, LINK_ETHERNET, true, V4_OUTER "4 at 14 34 34+128"},
	{"6in4", six_in_four, LINK_ETHERNET, false,
         V6_UDP "34 74 82+10 tunnel 1 kind 1 id 0 by 41 inner"},
	{"nine tunnels inside each other", ipip_nine_deep, LINK_ETHERNET, false,
         "192.0.2.2 > 198.51.100.2 proto 4 at 174 194 194+128 "
         "tunnel 8 kind 1 id 0 by 4 inner tunnel_deep"},
	{"MPLS in GRE", gre_mpls, LINK_ETHERNET, false,
         V4_UDP "42 62 70+100 tunnel 1 kind 2 id 0 by 47 inner"},
	{"VXLAN-GPE, IPv4", vxlan_gpe, LINK_ETHERNET, false,
         V4_UDP "50 70 78+100 tunnel 1 kind 4 id 9 by 4790 inner"},
	{"ERSPAN III of an IP packet", erspan_3_ip, LINK_ETHERNET, false,
         V4_UDP "54 74 82+100 tunnel 1 kind 3 id 5 by 47 inner"},
	{"4in6", four_in_six, LINK_ETHERNET, false,
         V4_UDP "54 74 82+100 tunnel 1 kind 1 id 0 by 4 inner"},
	{"ARP", arp, LINK_ETHERNET, false, "type 0806 at 14 14 14+28"},
	{"LACP", lacp, LINK_ETHERNET, false, "type 8809 at 14 14 14+110 group"},
	{"LLDP", lldp, LINK_ETHERNET, false, "type 88cc at 14 14 14+19"},
	{"spanning tree", spanning_tree, LINK_ETHERNET, false, "type 0026 at 14 14 14+38"},
	{"CDP", cdp, LINK_ETHERNET, false, "type 2000 at 22 22 22+30"},
	{"IPv4 in SNAP behind a tag", ipv4_in_snap, LINK_ETHERNET, false,
         V4_UDP "26 46 54+100 vlan 5"},
	{"SNAP in a sliced frame", sliced_snap, LINK_ETHERNET, false,
         V4_UDP "22 42 50+100 llc_short"},
	{"VN-Tag", vntag, LINK_ETHERNET, false, V4_UDP "20 40 48+100"},
	{"provider backbone bridge", pbb, LINK_ETHERNET, false, V4_UDP "32 52 60+100"},
	{"Cisco metadata", metadata, LINK_ETHERNET, false, V4_UDP "22 42 50+100"},
	{"Cisco metadata in GRE", gre_metadata, LINK_ETHERNET, false,
         V4_UDP "50 70 78+100 tunnel 1 kind 2 id 40 by 47 inner"},
	{"E-Tag cut", shim_cut, LINK_ETHERNET, false, "type 893f at 14 14 14+7 shim_short"},
	{"Ethernet in IP", etherip, LINK_ETHERNET, false,
         V4_UDP "50 70 78+100 tunnel 1 kind 10 id 0 by 97 inner"},
	{"MPLS in IP", mpls_in_ip, LINK_ETHERNET, false,
         V4_UDP "38 58 66+100 tunnel 1 kind 11 id 0 by 137 inner"},
	{"authentication header", ah, LINK_ETHERNET, false,
         V4 "17 ports 53 50000 at 14 58 66+10 options"},
	{"authentication header cut", ah_cut, LINK_ETHERNET, false,
         V4 "51 at 14 34 34+23 ah_short"},
	{"MACsec", macsec, LINK_ETHERNET, false, "type 88e5 at 14 14 14+60 macsec"},
	{"unknown ethertype", unknown_type, LINK_ETHERNET, false,
         "type 88b5 at 14 14 14+46 ethertype_unknown"},
	{"raw IP", udp_in_ipv4, LINK_RAW_IP, false, V4_UDP "0 20 28+100"},
	{"raw, not IP", not_ip, LINK_RAW_IP, false, "type 0000 at 0 0 0+40 ip_unknown"},
	{"Linux cooked", cooked, LINK_LINUX_SLL, false, V4_UDP "16 36 44+100"},
	{"Linux cooked 2", cooked2, LINK_LINUX_SLL2, false, V4_UDP "20 40 48+100"},
	{"Linux cooked, LLC", cooked_llc, LINK_LINUX_SLL, false, "type 0026 at 16 16 16+38"},
	{"loopback, little-endian", loopback_little, LINK_NULL, false, V4_UDP "4 24 32+100"},
	{"loopback, big-endian", loopback_big, LINK_LOOP, false, V4_UDP "4 24 32+100"},
	{"PPP", ppp, LINK_PPP, false, V4_UDP "2 22 30+100"},
	{"PPP, LCP", ppp_lcp, LINK_PPP, false, "type 0000 at 0 0 0+10"},
	{"PPP in HDLC-like framing", ppp_hdlc, LINK_PPP_HDLC, false, V4_UDP "4 24 32+100"},
	{"PPP, direction", ppp_with_direction, LINK_PPP_DIRECTION, false, V4_UDP "3 23 31+100"},
	{"PPPoE without Ethernet", pppoe_alone, LINK_PPPOE, false,
         V4_UDP "8 28 36+100 tunnel 1 kind 7 id 7 by 0"},
	{"Cisco HDLC", chdlc, LINK_C_HDLC, false, V4_UDP "4 24 32+100"},
	{"Cisco HDLC told from PPP", chdlc, LINK_PPP_HDLC, false, V4_UDP "4 24 32+100"},
	{"a link type not used here", plain_udp, LINK_UNSUPPORTED, false,
         "type 0000 at 0 0 0+142 linktype"},
	{"IPv6 of no payload, padded", empty_ipv6, LINK_ETHERNET, false,
         V6 "6 at 14 54 54+0 tcp_short"},
	{"64 KiB jumbo", jumbo, LINK_ETHERNET, false, V4_UDP "14 34 42+65507 cut"},
	{"segmentation offload", offloaded, LINK_ETHERNET, false,
         V4 "6 ports 443 50000 at 14 34 54+70000 cut"},
	{"segmentation offload, IPv6", offloaded6, LINK_ETHERNET, false,
         V6 "6 ports 443 50000 at 14 54 74+70000 cut"},
};

enum { STACK_COUNT = sizeof stacks / sizeof *stacks };
