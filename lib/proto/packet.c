#include "proto/packet.h"

#include "proto/arp.h"
#include "proto/chdlc.h"
#include "proto/cooked.h"
#include "proto/erspan.h"
#include "proto/ethernet.h"
#include "proto/geneve.h"
#include "proto/gre.h"
#include "proto/gtpu.h"
#include "proto/icmp.h"
#include "proto/ipv4.h"
#include "proto/ipv6.h"
#include "proto/l2tp.h"
#include "proto/lldp.h"
#include "proto/loopback.h"
#include "proto/mpls.h"
#include "proto/packet_fast.h"
#include "proto/ppp.h"
#include "proto/pppoe.h"
#include "proto/sctp.h"
#include "proto/slow.h"
#include "proto/tcp.h"
#include "proto/teredo.h"
#include "proto/tunnel_ports.h"
#include "proto/udp.h"
#include "proto/vlan.h"
#include "proto/vxlan.h"

/*
 * The general walk: one step per layer, each decodes its header through its module, notes what
 * struct packet wants of it and names the next layer. Every step consumes bytes or ends the walk.
 */
enum layer {
	LAYER_END,
	LAYER_ETHERNET,
	LAYER_COOKED,
	LAYER_COOKED2,
	LAYER_LOOPBACK,
	LAYER_PPP,
	LAYER_PPP_HDLC,
	LAYER_VLAN,
	LAYER_MPLS,
	LAYER_PPPOE,
	LAYER_ARP,
	LAYER_SLOW,
	LAYER_LLDP,
	LAYER_IP, /* which one its version tells */
	LAYER_IPV4,
	LAYER_IPV6,
	LAYER_TCP,
	LAYER_UDP,
	LAYER_SCTP,
	LAYER_ICMP,
	LAYER_ICMP6,
	LAYER_GRE,
	LAYER_ERSPAN_II,
	LAYER_ERSPAN_III,
	LAYER_VXLAN,
	LAYER_VXLAN_GPE,
	LAYER_GENEVE,
	LAYER_GTPU,
	LAYER_L2TP,
	LAYER_TEREDO,
};

/* IANA protocol numbers */
enum {
	PROTO_ICMP = 1,
	PROTO_IPIP = 4,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_IPV6 = 41,
	PROTO_GRE = 47,
	PROTO_ICMP6 = 58,
	PROTO_SCTP = 132,
};

struct walk {
	const uint8_t *frame;
	struct cursor c; /* captured bytes not yet read, within `end` */
	uint32_t end;  /* where the current layer's payload ends on the wire, as offset in frame */
	bool inner;    /* enter tunnels over IP */
	bool fragment; /* the transport header is in a first fragment */
	uint8_t tags, labels; /* met so far, in tunnels too */
	uint8_t tunnel_depth;
	struct packet *out;
};

static uint32_t
offset_of(const struct walk *w)
{
	return (uint32_t)(w->c.at - w->frame);
}

/* Bytes that the wire still had in this layer. */
static uint32_t
left_on_wire(const struct walk *w)
{
	return w->end - offset_of(w);
}

/* The layer's payload is the next `size` bytes, the rest padding; false when the wire had fewer. */
static bool
narrow(struct walk *w, uint32_t size)
{
	if (size > left_on_wire(w))
		return false;
	w->end = offset_of(w) + size;
	if (w->c.end > w->frame + w->end)
		w->c.end = w->frame + w->end;
	return true;
}

/* The first lie is the reason; a walk may go on behind one. */
static enum layer
lie(struct walk *w, enum reason reason)
{
	if (w->out->reason == REASON_OK)
		w->out->reason = (uint8_t)reason;
	return LAYER_END;
}

/* What is left from here is the payload. */
static void
set_payload(struct walk *w)
{
	w->out->payload_offset = (uint16_t)offset_of(w);
	w->out->payload_captured = (uint16_t)(w->c.end - w->c.at);
	w->out->payload_size = left_on_wire(w);
}

/* ---- link layers ----------------------------------------------------------------------------- */

static enum layer
known_end_or_unknown(struct walk *w, uint16_t type)
{
	switch (type) {
	case ETHERTYPE_CDP:
	case ETHERTYPE_RARP:
	case ETHERTYPE_FLOW_CONTROL:
	case ETHERTYPE_PPPOE_DISCOVERY:
	case ETHERTYPE_EAPOL:
	case ETHERTYPE_PTP:
	case ETHERTYPE_CFM:
	case ETHERTYPE_LOOPBACK:
		return LAYER_END;
	case ETHERTYPE_MACSEC:
		return lie(w, REASON_MACSEC);
	default:
		return lie(w, REASON_ETHERTYPE_UNKNOWN);
	}
}

/* Inside a tunnel an unknown type is no lie: the outer headers stand. */
static enum layer
after_ethertype(struct walk *w, uint16_t type)
{
	bool outermost = !(w->out->flags & PACKET_HAS_IP);

	if (outermost) {
		w->out->ethertype = type;
		w->out->l3_offset = w->out->l4_offset = (uint16_t)offset_of(w);
		set_payload(w);
	}
	switch (type) {
	case ETHERTYPE_IPV4:
		return LAYER_IPV4;
	case ETHERTYPE_IPV6:
		return LAYER_IPV6;
	case ETHERTYPE_VLAN:
	case ETHERTYPE_QINQ:
	case ETHERTYPE_QINQ_OLD:
		return LAYER_VLAN;
	case ETHERTYPE_MPLS:
	case ETHERTYPE_MPLS_UPSTREAM:
		return LAYER_MPLS;
	case ETHERTYPE_PPPOE_SESSION:
		return LAYER_PPPOE;
	case ETHERTYPE_ARP:
		return outermost ? LAYER_ARP : LAYER_END;
	case ETHERTYPE_SLOW:
		return outermost ? LAYER_SLOW : LAYER_END;
	case ETHERTYPE_LLDP:
		return outermost ? LAYER_LLDP : LAYER_END;
	default:
		return outermost ? known_end_or_unknown(w, type) : LAYER_END;
	}
}

/* 802.3: the length ends the frame before its padding; without a SNAP type it is a known end. */
static enum layer
after_llc(struct walk *w, enum reason reason, const struct ethernet *eth)
{
	if (reason != REASON_OK)
		return lie(w, reason);
	if (!narrow(w, eth->length))
		return lie(w, REASON_LLC_SHORT);
	if (eth->typed)
		return after_ethertype(w, eth->type);
	if (!(w->out->flags & PACKET_HAS_IP)) {
		w->out->ethertype = eth->type;
		w->out->subtype = *w->c.at;
		w->out->l3_offset = w->out->l4_offset = (uint16_t)offset_of(w);
		set_payload(w);
	}
	return LAYER_END;
}

static enum layer
step_ethernet(struct walk *w)
{
	uint32_t start = offset_of(w);
	struct ethernet eth;
	enum reason reason = ethernet_decode(&w->c, &eth);

	if (reason == REASON_ETH_SHORT)
		return lie(w, reason);
	if (!w->out->tunnels && !(w->out->flags & PACKET_HAS_MAC)) {
		w->out->mac_offset = (uint16_t)start;
		w->out->flags |= PACKET_HAS_MAC | (eth.group ? PACKET_GROUP_MAC : 0);
	}
	return eth.llc ? after_llc(w, reason, &eth) : after_ethertype(w, eth.type);
}

static enum layer
step_vlan(struct walk *w)
{
	struct ethernet llc;
	struct vlan tag;
	enum reason reason = vlan_decode(&w->c, &tag);

	if (reason != REASON_OK)
		return lie(w, reason);
	if (w->tags++ == VLAN_TAGS_MAX)
		return lie(w, REASON_VLAN_DEEP);
	if (!w->out->tunnels) {
		if (w->out->vlan_count < 2)
			w->out->vlan[w->out->vlan_count] = tag.id;
		w->out->vlan_count++;
	}
	if (tag.type > ETHERNET_LENGTH_MAX)
		return after_ethertype(w, tag.type);
	reason = ethernet_llc_decode(&w->c, tag.type, &llc);
	return after_llc(w, reason, &llc);
}

static enum layer
step_cooked(struct walk *w, enum reason (*decode)(struct cursor *, struct cooked *))
{
	struct cooked cooked;
	struct ethernet llc;
	enum reason reason = decode(&w->c, &cooked);

	if (reason != REASON_OK)
		return lie(w, reason);
	if (!cooked.llc)
		return after_ethertype(w, cooked.type);
	reason = ethernet_llc_decode(&w->c, (uint16_t)left_on_wire(w), &llc);
	return after_llc(w, reason, &llc);
}

static enum layer
step_loopback(struct walk *w)
{
	uint16_t type;
	enum reason reason = loopback_decode(&w->c, &type);

	return reason == REASON_OK ? after_ethertype(w, type) : lie(w, reason);
}

static enum layer
step_ppp(struct walk *w)
{
	struct ppp ppp;
	enum reason reason = ppp_decode(&w->c, &ppp);

	if (reason != REASON_OK)
		return lie(w, reason);
	if (ppp.control)
		return LAYER_END;
	return after_ethertype(w, ppp.type);
}

static enum layer
step_ppp_hdlc(struct walk *w)
{
	struct chdlc chdlc;
	enum reason reason;

	if (!chdlc_fits(&w->c))
		return LAYER_PPP;
	reason = chdlc_decode(&w->c, &chdlc);
	return reason == REASON_OK ? after_ethertype(w, chdlc.type) : lie(w, reason);
}

static enum layer
step_mpls(struct walk *w)
{
	struct mpls mpls;
	enum reason reason = mpls_decode(&w->c, &mpls);

	if (reason != REASON_OK)
		return lie(w, reason);
	if (!w->out->tunnels) {
		if (!w->out->mpls_count)
			w->out->mpls_label = mpls.top;
		w->out->mpls_count += mpls.count;
	}
	if (w->labels + mpls.count > MPLS_LABELS_MAX)
		return lie(w, REASON_MPLS_DEEP);
	w->labels += mpls.count;
	switch (mpls_payload_guess(&w->c, mpls.bottom)) {
	case MPLS_IPV4:
		return LAYER_IPV4;
	case MPLS_IPV6:
		return LAYER_IPV6;
	case MPLS_CONTROL_WORD:
		cursor_skip(&w->c, MPLS_CONTROL_WORD_SIZE);
		return LAYER_ETHERNET;
	case MPLS_ETHERNET:
		return LAYER_ETHERNET;
	case MPLS_CHANNEL:
		return LAYER_END;
	case MPLS_OTHER:
		break;
	}
	return lie(w, REASON_MPLS_UNKNOWN);
}

/* ---- tunnels --------------------------------------------------------------------------------- */

static bool
enter(struct walk *w, enum tunnel_kind kind, uint16_t carrier, uint32_t id)
{
	if (w->tunnel_depth == PACKET_TUNNELS_MAX) {
		lie(w, REASON_TUNNEL_DEEP);
		return false;
	}
	w->tunnel_depth++;
	w->out->tunnels = w->tunnel_depth;
	w->out->tunnel = (uint8_t)kind;
	w->out->outer_proto = carrier;
	w->out->tunnel_id = id;
	return true;
}

static enum layer
step_pppoe(struct walk *w)
{
	struct pppoe pppoe;
	enum reason reason = pppoe_decode(&w->c, &pppoe);

	if (reason != REASON_OK)
		return lie(w, reason);
	if (!narrow(w, pppoe.length))
		return lie(w, REASON_PPPOE_BAD);
	if (!enter(w, TUNNEL_PPPOE, 0, pppoe.session))
		return LAYER_END;
	return LAYER_PPP;
}

static enum layer
after_gre(struct walk *w, const struct gre *gre)
{
	switch (gre->protocol) {
	case ETHERTYPE_TEB:
		return LAYER_ETHERNET;
	case ETHERTYPE_PPP:
		return left_on_wire(w) ? LAYER_PPP : LAYER_END;
	case ETHERTYPE_ERSPAN_I_II:
		w->out->tunnel = TUNNEL_ERSPAN;
		return gre->has_sequence ? LAYER_ERSPAN_II : LAYER_ETHERNET;
	case ETHERTYPE_ERSPAN_III:
		w->out->tunnel = TUNNEL_ERSPAN;
		return LAYER_ERSPAN_III;
	default:
		return after_ethertype(w, gre->protocol);
	}
}

static enum layer
step_gre(struct walk *w)
{
	struct gre gre;
	enum reason reason = gre_decode(&w->c, &gre);

	if (reason != REASON_OK)
		return lie(w, reason);
	if (gre.version == 1 && !narrow(w, gre.payload))
		return lie(w, REASON_GRE_SHORT);
	if (!enter(w, TUNNEL_GRE, PROTO_GRE, gre.key))
		return LAYER_END;
	return after_gre(w, &gre);
}

static enum layer
step_erspan(struct walk *w, enum reason (*decode)(struct cursor *, struct erspan *))
{
	struct erspan erspan;
	enum reason reason = decode(&w->c, &erspan);

	if (reason != REASON_OK)
		return lie(w, reason);
	w->out->tunnel_id = erspan.session;
	switch (erspan.frame) {
	case ERSPAN_ETHERNET:
		return LAYER_ETHERNET;
	case ERSPAN_IP:
		return LAYER_IP;
	default:
		return LAYER_END;
	}
}

static enum layer
step_vxlan(struct walk *w, enum reason (*decode)(struct cursor *, struct vxlan *))
{
	struct vxlan vxlan;
	enum reason reason = decode(&w->c, &vxlan);

	if (reason != REASON_OK)
		return lie(w, reason);
	if (!enter(w, TUNNEL_VXLAN, w->out->dport, vxlan.vni))
		return LAYER_END;
	return vxlan.type == ETHERTYPE_TEB ? LAYER_ETHERNET : after_ethertype(w, vxlan.type);
}

static enum layer
step_geneve(struct walk *w)
{
	struct geneve geneve;
	enum reason reason = geneve_decode(&w->c, &geneve);

	if (reason != REASON_OK)
		return lie(w, reason);
	if (!enter(w, TUNNEL_GENEVE, w->out->dport, geneve.vni))
		return LAYER_END;
	return geneve.protocol == ETHERTYPE_TEB ? LAYER_ETHERNET
	                                        : after_ethertype(w, geneve.protocol);
}

static enum layer
step_gtpu(struct walk *w)
{
	struct gtpu gtpu;
	enum reason reason = gtpu_decode(&w->c, &gtpu);

	if (reason != REASON_OK)
		return lie(w, reason);
	if (!narrow(w, gtpu.payload))
		return lie(w, REASON_GTP_BAD);
	return enter(w, TUNNEL_GTPU, w->out->dport, gtpu.teid) ? LAYER_IP : LAYER_END;
}

static enum layer
step_l2tp(struct walk *w)
{
	struct l2tp l2tp;

	enum reason reason = l2tp_decode(&w->c, &l2tp);

	if (reason != REASON_OK)
		return lie(w, reason);
	return enter(w, TUNNEL_L2TP, PORT_L2TP, l2tp.session) ? LAYER_PPP : LAYER_END;
}

static enum layer
step_teredo(struct walk *w)
{
	enum reason reason = teredo_decode(&w->c);

	if (reason != REASON_OK)
		return lie(w, reason);
	return enter(w, TUNNEL_TEREDO, PORT_TEREDO, 0) ? LAYER_IPV6 : LAYER_END;
}

/* A port is a hint, the tunnel's own header the proof: both or it is plain UDP. */
static enum layer
after_udp(const struct walk *w)
{
	uint16_t sport = w->out->sport, dport = w->out->dport;

	if (!w->inner || w->fragment || !tunnel_ports_either(sport, dport))
		return LAYER_END;
	if ((dport == PORT_VXLAN || dport == PORT_VXLAN_OLD) && vxlan_fits(&w->c))
		return LAYER_VXLAN;
	if (dport == PORT_VXLAN_GPE && vxlan_gpe_fits(&w->c))
		return LAYER_VXLAN_GPE;
	if (dport == PORT_GENEVE && geneve_fits(&w->c))
		return LAYER_GENEVE;
	if ((dport == PORT_GTP_U || sport == PORT_GTP_U) && gtpu_fits(&w->c, left_on_wire(w)))
		return LAYER_GTPU;
	if ((dport == PORT_L2TP || sport == PORT_L2TP) && l2tp_fits(&w->c))
		return LAYER_L2TP;
	if ((dport == PORT_TEREDO || sport == PORT_TEREDO) && teredo_fits(&w->c))
		return LAYER_TEREDO;
	return LAYER_END;
}

/* ---- IP -------------------------------------------------------------------------------------- */

/* The IP header from `start` holds: it is what the packet reports from here on. */
static void
commit_ip(struct walk *w, uint32_t start, uint8_t version)
{
	const uint16_t of_frame = PACKET_HAS_MAC | PACKET_GROUP_MAC | PACKET_CUT;
	struct packet *out = w->out;

	out->flags = (out->flags & of_frame) | PACKET_HAS_IP |
	             (out->flags & PACKET_HAS_IP ? PACKET_INNER : 0);
	out->ip_version = version;
	out->ethertype = version == 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6;
	out->l3_offset = (uint16_t)start;
	out->l4_offset = (uint16_t)offset_of(w);
	out->sport = out->dport = 0;
	out->tcp_flags = out->tcp_options_size = 0;
	out->tcp_seq = out->tcp_ack = out->tcp_window = 0;
	out->icmp_type = out->icmp_code = 0;
	out->fragment_id = out->fragment_offset = 0;
	out->quote_offset = 0;
	set_payload(w);
}

static void
set_fragment(struct walk *w, uint32_t id, uint32_t offset, bool more)
{
	w->out->fragment_id = id;
	w->out->fragment_offset = (uint16_t)offset;
	w->fragment = offset || more;
	if (offset)
		w->out->flags |= PACKET_FRAGMENT_LATER | (more ? 0 : PACKET_FRAGMENT_LAST);
	else if (more)
		w->out->flags |= PACKET_FRAGMENT_FIRST;
}

static enum layer
enter_ip(struct walk *w, uint16_t proto, enum layer next)
{
	if (!w->inner || w->fragment || !enter(w, TUNNEL_IPIP, proto, 0))
		return LAYER_END;
	return next;
}

static enum layer
after_ip(struct walk *w)
{
	w->out->l4_offset = (uint16_t)offset_of(w);
	set_payload(w);
	if (w->out->flags & PACKET_FRAGMENT_LATER)
		return LAYER_END;
	switch (w->out->proto) {
	case PROTO_TCP:
		return LAYER_TCP;
	case PROTO_UDP:
		return LAYER_UDP;
	case PROTO_SCTP:
		return LAYER_SCTP;
	case PROTO_ICMP:
		return w->out->ip_version == 4 ? LAYER_ICMP : LAYER_END;
	case PROTO_ICMP6:
		return w->out->ip_version == 6 ? LAYER_ICMP6 : LAYER_END;
	case PROTO_IPIP:
		return enter_ip(w, PROTO_IPIP, LAYER_IPV4);
	case PROTO_IPV6:
		return enter_ip(w, PROTO_IPV6, LAYER_IPV6);
	case PROTO_GRE:
		return w->inner && !w->fragment ? LAYER_GRE : LAYER_END;
	default:
		return LAYER_END;
	}
}

static enum layer
step_ipv4(struct walk *w)
{
	uint32_t start = offset_of(w);
	struct ipv4 ip;
	enum reason reason = ipv4_decode(&w->c, &ip);

	if (reason != REASON_OK && reason != REASON_FRAGMENT_BAD)
		return lie(w, reason);
	commit_ip(w, start, 4);
	w->out->src = addr_v4(ip.src);
	w->out->dst = addr_v4(ip.dst);
	w->out->proto = ip.proto;
	w->out->ttl = ip.ttl;
	w->out->tos = ip.tos;
	if (ip.header_size > IPV4_SIZE)
		w->out->flags |= PACKET_IP_OPTIONS;
	set_fragment(w, ip.id, ip.fragment_offset, ip.more_fragments);
	if (reason != REASON_OK)
		return lie(w, reason);
	if (ip.total && !narrow(w, ip.total - ip.header_size))
		lie(w, REASON_IPV4_LENGTH);
	return after_ip(w);
}

static enum layer
step_ipv6(struct walk *w)
{
	uint32_t start = offset_of(w);
	struct ipv6_chain chain;
	struct ipv6 ip;
	enum reason reason = ipv6_decode(&w->c, &ip);

	if (reason != REASON_OK)
		return lie(w, reason);
	commit_ip(w, start, 6);
	w->out->src = addr_v6(ip.src);
	w->out->dst = addr_v6(ip.dst);
	w->out->proto = ip.next;
	w->out->ttl = ip.ttl;
	w->out->tos = ip.tos;
	if (ip.payload && !narrow(w, ip.payload))
		lie(w, REASON_IPV6_LENGTH);
	reason = ipv6_chain_decode(&w->c, ip.next, &chain);
	w->out->proto = chain.proto;
	if (chain.extensions)
		w->out->flags |= PACKET_IP_OPTIONS;
	set_fragment(w, chain.fragment_id, chain.fragment_offset, chain.more_fragments);
	if (reason != REASON_OK)
		return lie(w, reason);
	if (chain.fragment_offset + left_on_wire(w) > IPV4_TOTAL_MAX && chain.fragment)
		return lie(w, REASON_FRAGMENT_BAD);
	return after_ip(w);
}

static enum layer
step_ip(struct walk *w)
{
	const uint8_t *p = cursor_peek(&w->c, 1);

	switch (p ? *p >> 4 : 0) {
	case 4:
		return LAYER_IPV4;
	case 6:
		return LAYER_IPV6;
	default:
		return w->out->flags & PACKET_HAS_IP ? LAYER_END : lie(w, REASON_IP_UNKNOWN);
	}
}

/* ---- transport ------------------------------------------------------------------------------- */

static void
set_ports(struct packet *out, uint16_t sport, uint16_t dport)
{
	out->sport = sport;
	out->dport = dport;
	out->flags |= PACKET_HAS_PORTS;
}

static enum layer
step_tcp(struct walk *w)
{
	struct tcp tcp;
	enum reason reason = tcp_decode(&w->c, &tcp);
	uint32_t options, left;

	if (reason == REASON_TCP_SHORT)
		return lie(w, reason);
	set_ports(w->out, tcp.sport, tcp.dport);
	w->out->tcp_seq = tcp.seq;
	w->out->tcp_ack = tcp.ack;
	w->out->tcp_flags = tcp.flags;
	w->out->tcp_window = tcp.window;
	left = left_on_wire(w);
	if (reason != REASON_OK || tcp.header_size - TCP_SIZE > (int)left)
		return lie(w, REASON_TCP_HLEN);
	options = tcp.header_size - TCP_SIZE;
	w->out->tcp_options_size =
		(uint8_t)(options < cursor_left(&w->c) ? options : cursor_left(&w->c));
	cursor_skip(&w->c, w->out->tcp_options_size);
	set_payload(w);
	w->out->payload_size = left - options;
	return LAYER_END;
}

static enum layer
step_udp(struct walk *w)
{
	struct udp udp;
	enum reason reason = udp_decode(&w->c, &udp);
	bool jumbo;

	if (reason == REASON_UDP_SHORT)
		return lie(w, reason);
	set_ports(w->out, udp.sport, udp.dport);
	jumbo = !udp.length && left_on_wire(w) + UDP_SIZE > IPV4_TOTAL_MAX;
	if (reason != REASON_OK || (!udp.length && !jumbo))
		return lie(w, REASON_UDP_LENGTH);
	/* a first fragment holds less than the datagram's length says */
	if (!jumbo && !narrow(w, udp.length - UDP_SIZE) && !w->fragment)
		lie(w, REASON_UDP_LENGTH);
	set_payload(w);
	return after_udp(w);
}

static enum layer
step_sctp(struct walk *w)
{
	struct sctp sctp;
	enum reason reason = sctp_decode(&w->c, &sctp);

	if (reason != REASON_OK)
		return lie(w, reason);
	set_ports(w->out, sctp.sport, sctp.dport);
	set_payload(w);
	return LAYER_END;
}

static enum layer
step_icmp(struct walk *w, enum reason (*decode)(struct cursor *, struct icmp *))
{
	struct packet_quote quote;
	struct icmp icmp;
	enum reason reason = decode(&w->c, &icmp);

	if (reason != REASON_OK)
		return lie(w, reason);
	w->out->icmp_type = icmp.type;
	w->out->icmp_code = icmp.code;
	set_payload(w);
	if (icmp.query)
		set_ports(w->out, icmp.id, icmp.id);
	if (!icmp.quotes)
		return LAYER_END;
	w->out->quote_offset = w->out->payload_offset;
	w->out->flags |= PACKET_QUOTE;
	if (packet_quote_decode(w->frame, w->out, &quote) == REASON_OK)
		return LAYER_END;
	w->out->flags &= (uint16_t)~PACKET_QUOTE;
	w->out->quote_offset = 0;
	return lie(w, REASON_ICMP_QUOTE);
}

/* ---- the ends of the way --------------------------------------------------------------------- */

static enum layer
end_with(struct walk *w, enum reason reason)
{
	return reason == REASON_OK ? LAYER_END : lie(w, reason);
}

static enum layer
step_arp(struct walk *w)
{
	struct arp arp;

	return end_with(w, arp_decode(&w->c, &arp));
}

static enum layer
step_slow(struct walk *w)
{
	struct slow slow;
	enum reason reason = slow_decode(&w->c, &slow);

	w->out->subtype = slow.subtype;
	return end_with(w, reason);
}

static enum layer
step_lldp(struct walk *w)
{
	return end_with(w, lldp_check(&w->c));
}

/* ---- the walk -------------------------------------------------------------------------------- */

static enum layer
step(struct walk *w, enum layer layer)
{
	switch (layer) {
	case LAYER_ETHERNET:
		return step_ethernet(w);
	case LAYER_COOKED:
		return step_cooked(w, cooked_decode);
	case LAYER_COOKED2:
		return step_cooked(w, cooked2_decode);
	case LAYER_LOOPBACK:
		return step_loopback(w);
	case LAYER_PPP:
		return step_ppp(w);
	case LAYER_PPP_HDLC:
		return step_ppp_hdlc(w);
	case LAYER_VLAN:
		return step_vlan(w);
	case LAYER_MPLS:
		return step_mpls(w);
	case LAYER_PPPOE:
		return step_pppoe(w);
	case LAYER_ARP:
		return step_arp(w);
	case LAYER_SLOW:
		return step_slow(w);
	case LAYER_LLDP:
		return step_lldp(w);
	case LAYER_IP:
		return step_ip(w);
	case LAYER_IPV4:
		return step_ipv4(w);
	case LAYER_IPV6:
		return step_ipv6(w);
	case LAYER_TCP:
		return step_tcp(w);
	case LAYER_UDP:
		return step_udp(w);
	case LAYER_SCTP:
		return step_sctp(w);
	case LAYER_ICMP:
		return step_icmp(w, icmp_decode);
	case LAYER_ICMP6:
		return step_icmp(w, icmp6_decode);
	case LAYER_GRE:
		return step_gre(w);
	case LAYER_ERSPAN_II:
		return step_erspan(w, erspan2_decode);
	case LAYER_ERSPAN_III:
		return step_erspan(w, erspan3_decode);
	case LAYER_VXLAN:
		return step_vxlan(w, vxlan_decode);
	case LAYER_VXLAN_GPE:
		return step_vxlan(w, vxlan_gpe_decode);
	case LAYER_GENEVE:
		return step_geneve(w);
	case LAYER_GTPU:
		return step_gtpu(w);
	case LAYER_L2TP:
		return step_l2tp(w);
	case LAYER_TEREDO:
		return step_teredo(w);
	case LAYER_END:
		break;
	}
	return LAYER_END;
}

static enum layer
first_layer(enum link_layer link)
{
	switch (link) {
	case LINK_ETHERNET:
		return LAYER_ETHERNET;
	case LINK_RAW_IP:
		return LAYER_IP;
	case LINK_LINUX_SLL:
		return LAYER_COOKED;
	case LINK_LINUX_SLL2:
		return LAYER_COOKED2;
	case LINK_NULL:
	case LINK_LOOP:
		return LAYER_LOOPBACK;
	case LINK_PPP:
		return LAYER_PPP;
	case LINK_PPP_HDLC:
	case LINK_C_HDLC:
		return LAYER_PPP_HDLC;
	case LINK_UNSUPPORTED:
		break;
	}
	return LAYER_END;
}

enum reason
packet_walk(enum link_layer link, const uint8_t *frame, uint32_t captured, uint32_t wire,
            const struct packet_options *options, struct packet *out)
{
	enum layer layer = first_layer(link);
	struct walk w = {.frame = frame, .inner = options->inner, .out = out};

	*out = (struct packet){0};
	w.end = wire < captured ? captured : wire;
	if (captured > PACKET_CAPTURED_MAX)
		captured = PACKET_CAPTURED_MAX;
	w.c = cursor_over(frame, captured);
	if (captured < w.end)
		out->flags = PACKET_CUT;
	set_payload(&w);
	if (layer == LAYER_END)
		lie(&w, REASON_LINKTYPE);
	else if (!captured)
		layer = lie(&w, REASON_EMPTY);
	while (layer != LAYER_END)
		layer = step(&w, layer);
	return out->reason;
}

enum reason
packet_decode(enum link_layer link, const uint8_t *frame, uint32_t captured, uint32_t wire,
              const struct packet_options *options, struct packet *out)
{
	if (link == LINK_ETHERNET && packet_fast(frame, captured, wire, options->inner, out))
		return REASON_OK;
	return packet_walk(link, frame, captured, wire, options, out);
}
