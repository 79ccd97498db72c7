/* LACP, LLDP and BFD: frames and datagrams that stand alone, kept as distinct rows. */
#include <stdio.h>
#include <string.h>

#include "inspect/handler.h"
#include "inspect/peering.h"
#include "proto/bfd.h"
#include "proto/lacp.h"
#include "proto/lldp.h"
#include "proto/slow.h"

static void
copy_source(const struct punt *p, uint8_t mac[6])
{
	uint32_t at = p->packet.mac_offset + 6u;

	if (p->packet.flags & PACKET_HAS_MAC && at + 6 <= p->captured)
		memcpy(mac, p->data + at, 6);
}

/* ---- LACP -------------------------------------------------------------------------------------
 */

static void
read_marker(struct peering *peering, struct cursor c)
{
	struct lacp_marker m;

	if (lacp_marker_decode(&c, &m) != REASON_OK)
		peering->lacp_malformed++;
	else if (m.response)
		peering->marker_responses++;
	else
		peering->markers++;
}

static void
read_lacp(struct inspection *in)
{
	struct peering *peering = &in->census->peering;
	struct cursor c = in->payload;
	struct lacp_row row = {0};
	struct lacp l;

	if (in->punt->packet.subtype == SLOW_MARKER) {
		read_marker(peering, c);
		return;
	}
	if (in->punt->packet.subtype != SLOW_LACP)
		return; /* Ethernet OAM and others share the ethertype */
	if (lacp_decode(&c, &l) != REASON_OK) {
		peering->lacp_malformed++;
		return;
	}
	copy_source(in->punt, row.src_mac);
	memcpy(row.actor_system, l.actor.system, sizeof row.actor_system);
	memcpy(row.partner_system, l.partner.system, sizeof row.partner_system);
	row.actor_key = l.actor.key;
	row.actor_port = l.actor.port;
	row.actor_state = l.actor.state;
	row.partner_key = l.partner.key;
	row.partner_port = l.partner.port;
	row.partner_state = l.partner.state;
	seen_add(&peering->lacp, &row, in->punt->time_ns);
}

/* ---- LLDP -------------------------------------------------------------------------------------
 */

static void
format_id(const struct lldp_id *id, char to[PEERING_NAME_SIZE])
{
	char text[ADDR_TEXT_SIZE];

	switch (id->kind) {
	case LLDP_ID_NONE:
		break;
	case LLDP_ID_MAC:
		mac_format(id->mac, to);
		break;
	case LLDP_ID_ADDRESS:
		snprintf(to, PEERING_NAME_SIZE, "%s", addr_format(&id->ip, text));
		break;
	default:
		slice_copy(to, PEERING_NAME_SIZE, id->text);
	}
}

/* Some senders count a NUL in. */
static struct slice
without_nul(struct slice s)
{
	while (s.size && !s.at[s.size - 1])
		s.size--;
	return s;
}

static void
read_lldp(struct inspection *in)
{
	struct peering *peering = &in->census->peering;
	struct cursor c = in->payload;
	struct lldp_row row = {0};
	struct lldp l;

	if (lldp_decode(&c, &l) != REASON_OK)
		peering->lldp_malformed++;
	copy_source(in->punt, row.src_mac);
	format_id(&l.chassis, row.chassis);
	format_id(&l.port, row.port);
	slice_copy(row.name, sizeof row.name, without_nul(l.name));
	row.mau_type = l.mau_type;
	seen_add(&peering->lldp, &row, in->punt->time_ns);
}

/* ---- BFD --------------------------------------------------------------------------------------
 */

static void
read_bfd(struct inspection *in)
{
	const struct packet *p = &in->punt->packet;
	struct peering *peering = &in->census->peering;
	struct cursor c = in->payload;
	struct bfd b;

	if (bfd_kind_of(p->sport, p->dport) == BFD_ECHO) {
		peering->bfd_echoes++;
		return;
	}
	if (bfd_decode(&c, &b) != REASON_OK) {
		peering->bfd_malformed++;
		return;
	}
	seen_add(&peering->bfd,
	         &(struct bfd_row){.src = p->src,
	                           .dst = p->dst,
	                           .my_discriminator = b.my_discriminator,
	                           .your_discriminator = b.your_discriminator,
	                           .desired_min_tx_us = b.desired_min_tx_us,
	                           .port = p->dport,
	                           .state = b.state,
	                           .diag = b.diag,
	                           .detect_mult = b.detect_mult,
	                           .kind = (uint8_t)bfd_kind_of(p->sport, p->dport)},
	         in->punt->time_ns);
}

const struct handler handler_lacp = {.name = "lacp", .datagram = read_lacp};
const struct handler handler_lldp = {.name = "lldp", .datagram = read_lldp};
const struct handler handler_bfd = {.name = "bfd", .datagram = read_bfd};
