/* The steps of proto/walk.h below IP. */
#include "proto/arp.h"
#include "proto/chdlc.h"
#include "proto/cooked.h"
#include "proto/ethernet.h"
#include "proto/lldp.h"
#include "proto/loopback.h"
#include "proto/mpls.h"
#include "proto/ppp.h"
#include "proto/shim.h"
#include "proto/slow.h"
#include "proto/vlan.h"
#include "proto/walk.h"

/* 802.3: the length ends the frame before its padding; without a SNAP type it is a known end. */
static enum layer
after_llc(struct walk *w, enum reason reason, const struct ethernet *eth)
{
	if (reason != REASON_OK)
		return walk_lie(w, reason);
	if (!walk_narrow(w, eth->length))
		walk_lie(w, REASON_LLC_SHORT);
	if (eth->typed)
		return walk_after_ethertype(w, eth->type);
	if (!(w->out->flags & PACKET_HAS_IP)) {
		w->out->ethertype = eth->type;
		w->out->subtype = *w->c.at;
		w->out->l3_offset = w->out->l4_offset = (uint16_t)walk_offset(w);
		walk_set_payload(w);
	}
	return LAYER_END;
}

enum layer
walk_link_ethernet(struct walk *w)
{
	uint32_t start = walk_offset(w);
	struct ethernet eth;
	enum reason reason = ethernet_decode(&w->c, &eth);

	if (reason == REASON_ETH_SHORT)
		return walk_lie(w, reason);
	if (!w->out->tunnels && !(w->out->flags & PACKET_HAS_MAC)) {
		w->out->mac_offset = (uint16_t)start;
		w->out->flags |= PACKET_HAS_MAC | (eth.group ? PACKET_GROUP_MAC : 0);
	}
	return eth.llc ? after_llc(w, reason, &eth) : walk_after_ethertype(w, eth.type);
}

enum layer
walk_link_vlan(struct walk *w)
{
	struct ethernet llc;
	struct vlan tag;
	enum reason reason = vlan_decode(&w->c, &tag);

	if (reason != REASON_OK)
		return walk_lie(w, reason);
	if (w->tags++ == VLAN_TAGS_MAX)
		return walk_lie(w, REASON_VLAN_DEEP);
	if (!w->out->tunnels) {
		if (w->out->vlan_count < 2)
			w->out->vlan[w->out->vlan_count] = tag.id;
		w->out->vlan_count++;
	}
	if (tag.type > ETHERNET_LENGTH_MAX)
		return walk_after_ethertype(w, tag.type);
	reason = ethernet_llc_decode(&w->c, tag.type, &llc);
	return after_llc(w, reason, &llc);
}

static enum layer
walk_cooked(struct walk *w, enum reason (*decode)(struct cursor *, struct cooked *))
{
	struct cooked cooked;
	struct ethernet llc;
	enum reason reason = decode(&w->c, &cooked);

	if (reason != REASON_OK)
		return walk_lie(w, reason);
	if (!cooked.llc)
		return walk_after_ethertype(w, cooked.type);
	reason = ethernet_llc_decode(&w->c, (uint16_t)walk_left(w), &llc);
	return after_llc(w, reason, &llc);
}

enum layer
walk_link_cooked(struct walk *w)
{
	return walk_cooked(w, cooked_decode);
}

enum layer
walk_link_cooked2(struct walk *w)
{
	return walk_cooked(w, cooked2_decode);
}

enum layer
walk_link_loopback(struct walk *w)
{
	uint16_t type;
	enum reason reason = loopback_decode(&w->c, &type);

	return reason == REASON_OK ? walk_after_ethertype(w, type) : walk_lie(w, reason);
}

enum layer
walk_link_ppp(struct walk *w)
{
	struct ppp ppp;
	enum reason reason = ppp_decode(&w->c, &ppp);

	if (reason != REASON_OK)
		return walk_lie(w, reason);
	if (ppp.control)
		return LAYER_END;
	return walk_after_ethertype(w, ppp.type);
}

/* The byte before says only who sent it. */
enum layer
walk_link_ppp_direction(struct walk *w)
{
	cursor_skip(&w->c, 1);
	return LAYER_PPP;
}

enum layer
walk_link_ppp_hdlc(struct walk *w)
{
	struct chdlc chdlc;
	enum reason reason;

	if (!chdlc_fits(&w->c))
		return LAYER_PPP;
	reason = chdlc_decode(&w->c, &chdlc);
	return reason == REASON_OK ? walk_after_ethertype(w, chdlc.type) : walk_lie(w, reason);
}

enum layer
walk_link_mpls(struct walk *w)
{
	struct mpls mpls;
	enum reason reason = mpls_decode(&w->c, &mpls);

	if (reason != REASON_OK)
		return walk_lie(w, reason);
	if (!w->out->tunnels) {
		if (!w->out->mpls_count)
			w->out->mpls_label = mpls.top;
		w->out->mpls_count += mpls.count;
	}
	if (w->labels + mpls.count > MPLS_LABELS_MAX)
		return walk_lie(w, REASON_MPLS_DEEP);
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
	return walk_lie(w, REASON_MPLS_UNKNOWN);
}

enum layer
walk_link_shim(struct walk *w)
{
	uint16_t type;
	enum reason reason = shim_decode(&w->c, w->shim, &type);

	return reason == REASON_OK ? walk_after_ethertype(w, type) : walk_lie(w, reason);
}

static enum layer
end_with(struct walk *w, enum reason reason)
{
	return reason == REASON_OK ? LAYER_END : walk_lie(w, reason);
}

enum layer
walk_link_arp(struct walk *w)
{
	struct arp arp;

	return end_with(w, arp_decode(&w->c, &arp));
}

enum layer
walk_link_slow(struct walk *w)
{
	struct slow slow;
	enum reason reason = slow_decode(&w->c, &slow);

	w->out->subtype = slow.subtype;
	return end_with(w, reason);
}

enum layer
walk_link_lldp(struct walk *w)
{
	return end_with(w, lldp_check(&w->c));
}
