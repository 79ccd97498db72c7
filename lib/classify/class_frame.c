#include "classify/class.h"

#include <netinet/in.h>

enum {
	ICMP6_ND_FIRST = 133,  /* RFC 4861: router solicitation … */
	ICMP6_ND_LAST = 137,   /* … redirect */
	LLC_LENGTH_MAX = 1500, /* IEEE 802.3: above it is a type */
	LLC_STP = 0x42,        /* IEEE 802.1D: its service access point */
};

/* Ethertypes that are a class of their own; CDP's is Cisco's number behind SNAP. */
static const struct {
	uint16_t ethertype;
	uint8_t class;
} by_ethertype[] = {
	{0x0806, CLASS_ARP}, {0x8035, CLASS_ARP},    {0x8809, CLASS_LACP}, {0x88cc, CLASS_LLDP},
	{0x2000, CLASS_CDP}, {0x88e5, CLASS_MACSEC}, {0x8902, CLASS_CFM},
};

static const struct {
	uint8_t proto, class;
} by_proto[] = {
	{IPPROTO_ICMP, CLASS_ICMP}, {IPPROTO_ICMPV6, CLASS_ICMP},
	{IPPROTO_IGMP, CLASS_IGMP}, {IPPROTO_IPIP, CLASS_IPIP},
	{IPPROTO_IPV6, CLASS_IPIP}, {IPPROTO_GRE, CLASS_GRE},
	{IPPROTO_ESP, CLASS_ESP},   {IPPROTO_AH, CLASS_ESP},
	{89, CLASS_OSPF},           {IPPROTO_PIM, CLASS_PIM},
	{112, CLASS_VRRP},          {115, CLASS_L2TP},
	{IPPROTO_SCTP, CLASS_SCTP},
};

static struct class_verdict
certain(enum traffic_class c)
{
	return (struct class_verdict){.class = c, .confidence = CONFIDENCE_BOTH, .final = true};
}

/* RFC 2710, 3810: MLD is ICMPv6 130-132 and 143. */
static bool
is_mld(uint8_t type)
{
	return (type >= 130 && type <= 132) || type == 143;
}

static struct class_verdict
of_icmp6(const struct packet *p)
{
	if (p->icmp_type >= ICMP6_ND_FIRST && p->icmp_type <= ICMP6_ND_LAST)
		return certain(CLASS_ND);
	return certain(is_mld(p->icmp_type) ? CLASS_IGMP : CLASS_ICMP);
}

static struct class_verdict
of_ip(const struct packet *p)
{
	if (p->flags & PACKET_FRAGMENT_LATER)
		return certain(CLASS_FRAGMENT);
	if (p->proto == IPPROTO_UDP)
		return (struct class_verdict){.class = CLASS_UNKNOWN_UDP};
	if (p->proto == IPPROTO_TCP)
		return (struct class_verdict){.class = CLASS_UNKNOWN_TCP};
	if (p->proto == IPPROTO_ICMPV6)
		return of_icmp6(p);
	for (unsigned i = 0; i < sizeof by_proto / sizeof *by_proto; i++)
		if (by_proto[i].proto == p->proto)
			return certain(by_proto[i].class);
	return (struct class_verdict){.class = CLASS_UNKNOWN_OTHER, .final = true};
}

struct class_verdict
class_of_frame(const struct packet *p)
{
	if (p->flags & PACKET_HAS_IP)
		return of_ip(p);
	for (unsigned i = 0; i < sizeof by_ethertype / sizeof *by_ethertype; i++)
		if (by_ethertype[i].ethertype == p->ethertype)
			return certain(by_ethertype[i].class);
	if (p->ethertype <= LLC_LENGTH_MAX && p->subtype == LLC_STP)
		return certain(CLASS_STP);
	if (p->reason != REASON_OK && p->reason != REASON_ETHERTYPE_UNKNOWN)
		return certain(CLASS_UNDECODED);
	return (struct class_verdict){.class = CLASS_UNKNOWN_OTHER, .final = true};
}
