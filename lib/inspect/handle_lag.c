/* LACP, LLDP, CDP, ARP and neighbour discovery: what a link's ends say of themselves, as distinct
 * rows for a capture's list, and as the state of the member that the frame came from. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "inspect/handler.h"
#include "inspect/peering.h"
#include "proto/cdp.h"
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

/* The member that a frame came from, and its side; NULL: not known. */
static struct member_watch *
member_of(struct inspection *in)
{
	return interconnect_member(&in->census->peering.links, in->lane);
}

/* ---- what is told of a member -------------------------------------------------------------- */

static struct fact *
member_fact(struct inspection *in, const char *name, size_t link, size_t member,
            const struct lacp_turn *t)
{
	struct fact *f = fact_add(in->facts, name, t->ns / NS_PER_US);

	if (!f)
		return NULL;
	f->link = (uint16_t)link;
	f->side = t->side;
	snprintf(f->subject, sizeof f->subject, "member:%s:%zu", in->conf->links[link].name,
	         member);
	snprintf(f->cause, sizeof f->cause, "%s", t->why);
	return f;
}

/* The link's capacity by LACP, after a member left or joined. */
static void
tell_capacity(struct inspection *in, size_t link, const struct lacp_turn *t)
{
	const struct link_watch *l = &in->census->peering.links.links[link];
	const struct conf_link *conf = &in->conf->links[link];
	struct fact *f = fact_add(in->facts, "link.capacity.changed", t->ns / NS_PER_US);
	uint64_t bps = 0;
	size_t count = 0;

	for (size_t i = 0; i < l->member_count; i++) {
		bool carries = l->members[i].lacp.state == LACP_DISTRIBUTES;

		bps += carries ? conf->members[i].speed_bps : 0;
		count += carries;
	}
	if (!f)
		return;
	f->link = (uint16_t)link;
	f->side = t->side;
	snprintf(f->subject, sizeof f->subject, "link:%s", conf->name);
	snprintf(f->cause, sizeof f->cause, "%s", t->why);
	snprintf(f->text, sizeof f->text, "%zu of %zu members in the bundle: %.4g Gb/s", count,
	         l->member_count, (double)bps / 1e9);
}

static void
tell_turn(struct inspection *in, size_t link, size_t member, const struct lacp_turn *t)
{
	struct link_watch *l = &in->census->peering.links.links[link];
	bool down = t->from == LACP_DISTRIBUTES, up = t->to == LACP_DISTRIBUTES;
	struct fact *f;

	/* the first words of a member that has been there for long are no news */
	if (!down && !(up && t->from > LACP_ONE_SIDED))
		return;
	f = member_fact(in, down ? "lacp.member.down" : "lacp.member.up", link, member, t);
	if (f && down)
		snprintf(f->text, sizeof f->text, "member %zu left the bundle: %s", member, t->why);
	else if (f)
		snprintf(f->text, sizeof f->text, "member %zu is back in the bundle", member);
	tell_capacity(in, link, t);
	for (unsigned s = 0; down && s < LACP_SIDES; s++)
		tokens_outage(&l->tokens[s], t->ns / NS_PER_US);
}

static void
tell_turns(struct inspection *in, size_t link, size_t member)
{
	struct lacp_member *m = &in->census->peering.links.links[link].members[member].lacp;
	struct lacp_turn t;

	while (lacp_member_turn(m, &t))
		tell_turn(in, link, member, &t);
}

static void
tick_lacp(struct inspection *in, uint64_t now_ns)
{
	struct interconnect *ic = &in->census->peering.links;

	if (now_ns < INTERCONNECT_LATE_NS)
		return;
	for (size_t l = 0; in->conf && l < ic->link_count; l++) {
		for (size_t m = 0; m < ic->links[l].member_count; m++) {
			struct lacp_member *lacp = &ic->links[l].members[m].lacp;

			lacp_member_witness(lacp, ic->lacpdus.steady_ns);
			lacp_member_advance(lacp, now_ns - INTERCONNECT_LATE_NS);
			tell_turns(in, l, m);
		}
	}
}

/* ---- LACP ---------------------------------------------------------------------------------- */

static void
read_marker(struct inspection *in)
{
	struct peering *peering = &in->census->peering;
	struct member_watch *member = member_of(in);
	struct cursor c = in->payload;
	struct lacp_marker m;

	if (lacp_marker_decode(&c, &m) != REASON_OK) {
		peering->lacp_malformed++;
		return;
	}
	if (m.response)
		peering->marker_responses++;
	else
		peering->markers++;
	if (member)
		lacp_member_marker(&member->lacp, in->lane->dir);
}

/* Both actors as one row of a capture's list. */
static void
list_lacp(struct inspection *in, const struct lacp *l, const uint8_t src_mac[6])
{
	struct lacp_row row = {
		.actor_key = l->actor.key,
		.actor_port = l->actor.port,
		.actor_state = l->actor.state,
		.partner_key = l->partner.key,
		.partner_port = l->partner.port,
		.partner_state = l->partner.state,
	};

	memcpy(row.src_mac, src_mac, sizeof row.src_mac);
	memcpy(row.actor_system, l->actor.system, sizeof row.actor_system);
	memcpy(row.partner_system, l->partner.system, sizeof row.partner_system);
	seen_add(&in->census->peering.lacp, &row, in->punt->time_ns);
}

static void
read_lacpdu(struct inspection *in)
{
	struct interconnect *ic = &in->census->peering.links;
	struct cursor c = in->payload;
	struct member_watch *member;
	uint8_t src_mac[6] = {0};
	struct lacp l;

	if (lacp_decode(&c, &l) != REASON_OK) {
		in->census->peering.lacp_malformed++;
		return;
	}
	copy_source(in->punt, src_mac);
	list_lacp(in, &l, src_mac);
	member = interconnect_bundled(ic, in->lane, &l);
	if (!member)
		return;
	witness_hear(&ic->lacpdus, in->punt->time_ns);
	lacp_member_pdu(&member->lacp, in->lane->dir, in->punt->time_ns, &l, src_mac);
	tell_turns(in, in->lane->link, (size_t)(member - ic->links[in->lane->link].members));
}

static void
read_slow(struct inspection *in)
{
	if (in->punt->packet.subtype == SLOW_MARKER)
		read_marker(in);
	else if (in->punt->packet.subtype == SLOW_LACP)
		read_lacpdu(in);
	/* Ethernet OAM and others share the ethertype */
}

/* ---- LLDP and CDP -------------------------------------------------------------------------- */

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
note_lldp(struct inspection *in, const struct lldp_row *row, const struct lldp *l)
{
	struct member_watch *member = member_of(in);
	struct neighbour *n;

	if (!member)
		return;
	n = &member->neighbour[in->lane->dir];
	snprintf(n->lldp_chassis, sizeof n->lldp_chassis, "%s", row->chassis);
	snprintf(n->lldp_port, sizeof n->lldp_port, "%s", row->port);
	snprintf(n->lldp_name, sizeof n->lldp_name, "%s", row->name);
	slice_copy(n->lldp_description, sizeof n->lldp_description, without_nul(l->description));
	n->mau_type = row->mau_type;
}

static void
read_lldp(struct inspection *in)
{
	struct peering *peering = &in->census->peering;
	struct cursor c = in->payload;
	struct lldp_row row = {0};
	struct lldp l;
	bool whole = lldp_decode(&c, &l) == REASON_OK;

	peering->lldp_malformed += !whole;
	copy_source(in->punt, row.src_mac);
	format_id(&l.chassis, row.chassis);
	format_id(&l.port, row.port);
	slice_copy(row.name, sizeof row.name, without_nul(l.name));
	row.mau_type = l.mau_type;
	seen_add(&peering->lldp, &row, in->punt->time_ns);
	if (whole)
		note_lldp(in, &row, &l);
}

static void
read_cdp(struct inspection *in)
{
	struct member_watch *member = member_of(in);
	struct cursor c = in->payload;
	struct neighbour *n;
	struct cdp cdp;

	in->census->peering.cdp++;
	if (cdp_decode(&c, &cdp) != REASON_OK)
		in->census->peering.cdp_malformed++;
	if (!member || !cdp.device.size)
		return;
	n = &member->neighbour[in->lane->dir];
	slice_copy(n->cdp_device, sizeof n->cdp_device, without_nul(cdp.device));
}

/* ARP and ND are read for who sends them (interconnect_frame()). */
static void
read_nothing(struct inspection *in)
{
	(void)in;
}

const struct handler handler_lacp = {.name = "lacp", .datagram = read_slow, .tick = tick_lacp};
const struct handler handler_lldp = {.name = "lldp", .datagram = read_lldp};
const struct handler handler_cdp = {.name = "cdp", .datagram = read_cdp};
const struct handler handler_arp = {.name = "arp", .datagram = read_nothing};
