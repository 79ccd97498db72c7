/*
 * The general walk of packet_decode(): one step per layer. A step decodes its header through the
 * layer's own module, notes in struct packet what is wanted of it, and names the next layer. Every
 * step consumes bytes or ends the walk. What follows what is in packet.c; the steps are in
 * walk_link.c, walk_tunnel.c and walk_ip.c. Internal to these four.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/cooked.h"
#include "proto/erspan.h"
#include "proto/icmp.h"
#include "proto/packet.h"
#include "proto/vxlan.h"

enum layer {
	LAYER_END,
	LAYER_ETHERNET,
	LAYER_COOKED,
	LAYER_COOKED2,
	LAYER_LOOPBACK,
	LAYER_PPP,
	LAYER_PPP_HDLC,
	LAYER_PPP_DIRECTION,
	LAYER_VLAN,
	LAYER_MPLS,
	LAYER_SHIM,
	LAYER_PPPOE,
	LAYER_ARP,
	LAYER_SLOW,
	LAYER_LLDP,
	LAYER_IP, /* which one its version tells */
	LAYER_IPV4,
	LAYER_IPV6,
	LAYER_AH,
	LAYER_TCP,
	LAYER_UDP,
	LAYER_SCTP,
	LAYER_ICMP,
	LAYER_ICMP6,
	LAYER_IPV4_INSIDE, /* IP directly in IP */
	LAYER_IPV6_INSIDE,
	LAYER_ETHERIP,
	LAYER_MPLS_INSIDE,
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

struct walk {
	const uint8_t *frame;
	struct cursor c; /* captured bytes not yet read, within `end` */
	uint32_t end;  /* where the current layer's payload ends on the wire, as offset in frame */
	bool inner;    /* enter tunnels over IP */
	bool fragment; /* the transport header is in a first fragment */
	uint8_t tags, labels; /* met so far, in tunnels too */
	uint16_t shim;        /* ethertype of the one that follows */
	struct packet *out;
};

static inline uint32_t
walk_offset(const struct walk *w)
{
	return (uint32_t)(w->c.at - w->frame);
}

/* Bytes that the wire still had in this layer. */
static inline uint32_t
walk_left(const struct walk *w)
{
	return w->end - walk_offset(w);
}

/* The layer's payload is the next `size` bytes, the rest padding; false when the wire had fewer. */
static inline bool
walk_narrow(struct walk *w, uint32_t size)
{
	if (size > walk_left(w))
		return false;
	w->end = walk_offset(w) + size;
	if (w->c.end > w->frame + w->end)
		w->c.end = w->frame + w->end;
	return true;
}

/* The first lie is the reason; a walk may go on behind one. */
static inline enum layer
walk_lie(struct walk *w, enum reason reason)
{
	if (w->out->reason == REASON_OK)
		w->out->reason = (uint8_t)reason;
	return LAYER_END;
}

/* What is left from here is the payload. */
static inline void
walk_set_payload(struct walk *w)
{
	w->out->payload_offset = (uint16_t)walk_offset(w);
	w->out->payload_captured = (uint16_t)(w->c.end - w->c.at);
	w->out->payload_size = walk_left(w);
}

/* packet.c: what follows, by the field that says so; after IP and UDP by what *out has of it */
enum layer walk_after_ethertype(struct walk *w, uint16_t type);
enum layer walk_after_ip(const struct walk *w);
enum layer walk_after_udp(const struct walk *w);

enum layer walk_link_ethernet(struct walk *w);
enum layer walk_link_vlan(struct walk *w);
enum layer walk_link_cooked(struct walk *w,
                            enum reason (*decode)(struct cursor *, struct cooked *));
enum layer walk_link_loopback(struct walk *w);
enum layer walk_link_ppp(struct walk *w);
enum layer walk_link_ppp_hdlc(struct walk *w);
enum layer walk_link_mpls(struct walk *w);
enum layer walk_link_shim(struct walk *w);
enum layer walk_link_arp(struct walk *w);
enum layer walk_link_slow(struct walk *w);
enum layer walk_link_lldp(struct walk *w);

enum layer walk_tunnel_pppoe(struct walk *w);
enum layer walk_tunnel_gre(struct walk *w);
enum layer walk_tunnel_erspan(struct walk *w,
                              enum reason (*decode)(struct cursor *, struct erspan *));
enum layer walk_tunnel_vxlan(struct walk *w,
                             enum reason (*decode)(struct cursor *, struct vxlan *));
enum layer walk_tunnel_geneve(struct walk *w);
enum layer walk_tunnel_gtpu(struct walk *w);
enum layer walk_tunnel_l2tp(struct walk *w);
enum layer walk_tunnel_teredo(struct walk *w);
enum layer walk_tunnel_etherip(struct walk *w);
enum layer walk_tunnel_mpls(struct walk *w);
enum layer walk_tunnel_ip(struct walk *w, uint16_t proto, enum layer next);

enum layer walk_ip_any(struct walk *w);
enum layer walk_ip_v4(struct walk *w);
enum layer walk_ip_v6(struct walk *w);
enum layer walk_ip_ah(struct walk *w);
enum layer walk_ip_tcp(struct walk *w);
enum layer walk_ip_udp(struct walk *w);
enum layer walk_ip_sctp(struct walk *w);
enum layer walk_ip_icmp(struct walk *w, enum reason (*decode)(struct cursor *, struct icmp *));
