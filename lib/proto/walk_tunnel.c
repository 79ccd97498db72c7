/* The steps of proto/walk.h through tunnel headers. */
#include "proto/erspan.h"
#include "proto/ethernet.h"
#include "proto/geneve.h"
#include "proto/gre.h"
#include "proto/gtpu.h"
#include "proto/l2tp.h"
#include "proto/pppoe.h"
#include "proto/protocols.h"
#include "proto/teredo.h"
#include "proto/tunnel_ports.h"
#include "proto/vxlan.h"
#include "proto/walk.h"

static bool
enter(struct walk *w, enum tunnel_kind kind, uint16_t carrier, uint32_t id)
{
	if (w->out->tunnels == PACKET_TUNNELS_MAX) {
		walk_lie(w, REASON_TUNNEL_DEEP);
		return false;
	}
	w->out->tunnels++;
	w->out->tunnel = (uint8_t)kind;
	w->out->outer_proto = carrier;
	w->out->tunnel_id = id;
	return true;
}

enum layer
walk_tunnel_pppoe(struct walk *w)
{
	struct pppoe pppoe;
	enum reason reason = pppoe_decode(&w->c, &pppoe);

	if (reason != REASON_OK)
		return walk_lie(w, reason);
	if (!walk_narrow(w, pppoe.length))
		return walk_lie(w, REASON_PPPOE_BAD);
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
		return walk_left(w) ? LAYER_PPP : LAYER_END;
	case ETHERTYPE_ERSPAN_I_II:
		w->out->tunnel = TUNNEL_ERSPAN;
		return gre->has_sequence ? LAYER_ERSPAN_II : LAYER_ETHERNET;
	case ETHERTYPE_ERSPAN_III:
		w->out->tunnel = TUNNEL_ERSPAN;
		return LAYER_ERSPAN_III;
	default:
		return walk_after_ethertype(w, gre->protocol);
	}
}

enum layer
walk_tunnel_gre(struct walk *w)
{
	struct gre gre;
	enum reason reason = gre_decode(&w->c, &gre);

	if (reason != REASON_OK)
		return walk_lie(w, reason);
	if (gre.version == 1 && !walk_narrow(w, gre.payload))
		return walk_lie(w, REASON_GRE_SHORT);
	if (!enter(w, TUNNEL_GRE, PROTO_GRE, gre.key))
		return LAYER_END;
	return after_gre(w, &gre);
}

static enum layer
walk_erspan(struct walk *w, enum reason (*decode)(struct cursor *, struct erspan *))
{
	struct erspan erspan;
	enum reason reason = decode(&w->c, &erspan);

	if (reason != REASON_OK)
		return walk_lie(w, reason);
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

enum layer
walk_tunnel_erspan2(struct walk *w)
{
	return walk_erspan(w, erspan2_decode);
}

enum layer
walk_tunnel_erspan3(struct walk *w)
{
	return walk_erspan(w, erspan3_decode);
}

static enum layer
walk_vxlan(struct walk *w, enum reason (*decode)(struct cursor *, struct vxlan *))
{
	struct vxlan vxlan;
	enum reason reason = decode(&w->c, &vxlan);

	if (reason != REASON_OK)
		return walk_lie(w, reason);
	if (!enter(w, TUNNEL_VXLAN, w->out->dport, vxlan.vni))
		return LAYER_END;
	return vxlan.type == ETHERTYPE_TEB ? LAYER_ETHERNET : walk_after_ethertype(w, vxlan.type);
}

enum layer
walk_tunnel_vxlan(struct walk *w)
{
	return walk_vxlan(w, vxlan_decode);
}

enum layer
walk_tunnel_vxlan_gpe(struct walk *w)
{
	return walk_vxlan(w, vxlan_gpe_decode);
}

enum layer
walk_tunnel_geneve(struct walk *w)
{
	struct geneve geneve;
	enum reason reason = geneve_decode(&w->c, &geneve);

	if (reason != REASON_OK)
		return walk_lie(w, reason);
	if (!enter(w, TUNNEL_GENEVE, w->out->dport, geneve.vni))
		return LAYER_END;
	return geneve.protocol == ETHERTYPE_TEB ? LAYER_ETHERNET
	                                        : walk_after_ethertype(w, geneve.protocol);
}

enum layer
walk_tunnel_gtpu(struct walk *w)
{
	struct gtpu gtpu;
	enum reason reason = gtpu_decode(&w->c, &gtpu);

	if (reason != REASON_OK)
		return walk_lie(w, reason);
	if (!walk_narrow(w, gtpu.payload))
		return walk_lie(w, REASON_GTP_BAD);
	return enter(w, TUNNEL_GTPU, w->out->dport, gtpu.teid) ? LAYER_IP : LAYER_END;
}

enum layer
walk_tunnel_l2tp(struct walk *w)
{
	struct l2tp l2tp;
	enum reason reason = l2tp_decode(&w->c, &l2tp);

	if (reason != REASON_OK)
		return walk_lie(w, reason);
	return enter(w, TUNNEL_L2TP, PORT_L2TP, l2tp.session) ? LAYER_PPP : LAYER_END;
}

enum layer
walk_tunnel_teredo(struct walk *w)
{
	enum reason reason = teredo_decode(&w->c);

	if (reason != REASON_OK)
		return walk_lie(w, reason);
	return enter(w, TUNNEL_TEREDO, PORT_TEREDO, 0) ? LAYER_IPV6 : LAYER_END;
}

/* RFC 3378 section 3: version 3 and nothing else, then a frame. */
enum layer
walk_tunnel_etherip(struct walk *w)
{
	const uint8_t *p = cursor_peek(&w->c, 2);

	if (!p || load_be16(p) != 0x3000)
		return LAYER_END;
	cursor_skip(&w->c, 2);
	return enter(w, TUNNEL_ETHERIP, PROTO_ETHERIP, 0) ? LAYER_ETHERNET : LAYER_END;
}

/* RFC 4023 section 3.1 */
enum layer
walk_tunnel_mpls(struct walk *w)
{
	return enter(w, TUNNEL_MPLS, PROTO_MPLS, 0) ? LAYER_MPLS : LAYER_END;
}

static enum layer
walk_inside_ip(struct walk *w, uint16_t proto, enum layer next)
{
	return enter(w, TUNNEL_IPIP, proto, 0) ? next : LAYER_END;
}

enum layer
walk_tunnel_v4(struct walk *w)
{
	return walk_inside_ip(w, PROTO_IPIP, LAYER_IPV4);
}

enum layer
walk_tunnel_v6(struct walk *w)
{
	return walk_inside_ip(w, PROTO_IPV6, LAYER_IPV6);
}
