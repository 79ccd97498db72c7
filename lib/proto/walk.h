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
#include "proto/packet.h"

/* Every layer and its step. */
#define LAYERS(X)                                              \
	X(ETHERNET, walk_link_ethernet)                        \
	X(COOKED, walk_link_cooked)                            \
	X(COOKED2, walk_link_cooked2)                          \
	X(LOOPBACK, walk_link_loopback)                        \
	X(PPP, walk_link_ppp)                                  \
	X(PPP_HDLC, walk_link_ppp_hdlc)                        \
	X(PPP_DIRECTION, walk_link_ppp_direction)              \
	X(VLAN, walk_link_vlan)                                \
	X(MPLS, walk_link_mpls)                                \
	X(SHIM, walk_link_shim)                                \
	X(PPPOE, walk_tunnel_pppoe)                            \
	X(ARP, walk_link_arp)                                  \
	X(SLOW, walk_link_slow)                                \
	X(LLDP, walk_link_lldp)                                \
	X(IP, walk_ip_any) /* which one its version tells */   \
	X(IPV4, walk_ip_v4)                                    \
	X(IPV6, walk_ip_v6)                                    \
	X(AH, walk_ip_ah)                                      \
	X(TCP, walk_ip_tcp)                                    \
	X(UDP, walk_ip_udp)                                    \
	X(SCTP, walk_ip_sctp)                                  \
	X(ICMP, walk_ip_icmp)                                  \
	X(ICMP6, walk_ip_icmp6)                                \
	X(IPV4_INSIDE, walk_tunnel_v4) /* IP directly in IP */ \
	X(IPV6_INSIDE, walk_tunnel_v6)                         \
	X(ETHERIP, walk_tunnel_etherip)                        \
	X(MPLS_INSIDE, walk_tunnel_mpls)                       \
	X(GRE, walk_tunnel_gre)                                \
	X(ERSPAN_II, walk_tunnel_erspan2)                      \
	X(ERSPAN_III, walk_tunnel_erspan3)                     \
	X(VXLAN, walk_tunnel_vxlan)                            \
	X(VXLAN_GPE, walk_tunnel_vxlan_gpe)                    \
	X(GENEVE, walk_tunnel_geneve)                          \
	X(GTPU, walk_tunnel_gtpu)                              \
	X(L2TP, walk_tunnel_l2tp)                              \
	X(TEREDO, walk_tunnel_teredo)

#define X(name, step) LAYER_##name,
enum layer { LAYER_END, LAYERS(X) LAYER_COUNT };
#undef X

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

#define X(name, step) enum layer step(struct walk *w);
LAYERS(X)
#undef X
