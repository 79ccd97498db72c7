/*
 * What follows what: first the fields that name the next layer, then the walk over the layers (its
 * steps are in walk_*.c) and the choice between it and the straight path.
 */
#include "proto/packet.h"

#include "proto/ethernet.h"
#include "proto/geneve.h"
#include "proto/gtpu.h"
#include "proto/l2tp.h"
#include "proto/packet_fast.h"
#include "proto/protocols.h"
#include "proto/shim.h"
#include "proto/teredo.h"
#include "proto/tunnel_ports.h"
#include "proto/vxlan.h"
#include "proto/walk.h"

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
		return walk_lie(w, REASON_MACSEC);
	default:
		return walk_lie(w, REASON_ETHERTYPE_UNKNOWN);
	}
}

/* Inside a tunnel an unknown type is no lie: the outer headers stand. */
enum layer
walk_after_ethertype(struct walk *w, uint16_t type)
{
	bool outermost = !(w->out->flags & PACKET_HAS_IP);

	if (outermost) {
		w->out->ethertype = type;
		w->out->l3_offset = w->out->l4_offset = (uint16_t)walk_offset(w);
		walk_set_payload(w);
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
	case ETHERTYPE_TEB:
		return LAYER_ETHERNET;
	case ETHERTYPE_ARP:
		return outermost ? LAYER_ARP : LAYER_END;
	case ETHERTYPE_SLOW:
		return outermost ? LAYER_SLOW : LAYER_END;
	case ETHERTYPE_LLDP:
		return outermost ? LAYER_LLDP : LAYER_END;
	default:
		if (shim_announced(type)) {
			w->shim = type;
			return LAYER_SHIM;
		}
		return outermost ? known_end_or_unknown(w, type) : LAYER_END;
	}
}

/* A port is a hint, the tunnel's own header the proof: both or it is plain UDP. */
enum layer
walk_after_udp(const struct walk *w)
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
	if ((dport == PORT_GTP_U || sport == PORT_GTP_U) && gtpu_fits(&w->c, walk_left(w)))
		return LAYER_GTPU;
	if ((dport == PORT_L2TP || sport == PORT_L2TP) && l2tp_fits(&w->c))
		return LAYER_L2TP;
	if ((dport == PORT_TEREDO || sport == PORT_TEREDO) && teredo_fits(&w->c))
		return LAYER_TEREDO;
	return LAYER_END;
}

enum layer
walk_after_ip(const struct walk *w)
{
	bool tunnels = w->inner && !w->fragment;

	if (w->out->flags & PACKET_FRAGMENT_LATER)
		return LAYER_END;
	switch (w->out->proto) {
	case PROTO_TCP:
		return LAYER_TCP;
	case PROTO_UDP:
		return LAYER_UDP;
	case PROTO_SCTP:
		return LAYER_SCTP;
	case PROTO_AH:
		return w->out->ip_version == 4 ? LAYER_AH : LAYER_END;
	case PROTO_ICMP:
		return w->out->ip_version == 4 ? LAYER_ICMP : LAYER_END;
	case PROTO_ICMP6:
		return w->out->ip_version == 6 ? LAYER_ICMP6 : LAYER_END;
	case PROTO_IPIP:
		return tunnels ? LAYER_IPV4_INSIDE : LAYER_END;
	case PROTO_IPV6:
		return tunnels ? LAYER_IPV6_INSIDE : LAYER_END;
	case PROTO_GRE:
		return tunnels ? LAYER_GRE : LAYER_END;
	case PROTO_ETHERIP:
		return tunnels ? LAYER_ETHERIP : LAYER_END;
	case PROTO_MPLS:
		return tunnels ? LAYER_MPLS_INSIDE : LAYER_END;
	default:
		return LAYER_END;
	}
}

static enum layer
step(struct walk *w, enum layer layer)
{
	static enum layer (*const steps[LAYER_COUNT])(struct walk *) = {
#define X(name, step) [LAYER_##name] = step,
		LAYERS(X)
#undef X
	};

	return steps[layer](w);
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
	case LINK_PPP_DIRECTION:
		return LAYER_PPP_DIRECTION;
	case LINK_PPPOE:
		return LAYER_PPPOE;
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
	walk_set_payload(&w);
	if (layer == LAYER_END)
		walk_lie(&w, REASON_LINKTYPE);
	else if (!captured)
		layer = walk_lie(&w, REASON_EMPTY);
	/* ends: every step consumes bytes */
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
