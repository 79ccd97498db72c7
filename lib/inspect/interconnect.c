#include "inspect/interconnect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "classify/class.h"
#include "proto/lacp.h"
#include "proto/protocols.h"
#include "proto/tcp_options.h"

void
interconnect_fini(struct interconnect *ic)
{
	for (size_t i = 0; i < ic->link_count; i++)
		free(ic->links[i].members);
	free(ic->links);
	*ic = (struct interconnect){0};
}

static const struct link_watch *
find_by_name(const struct interconnect *ic, const char *name)
{
	for (size_t i = 0; i < ic->link_count; i++)
		if (strcmp(ic->links[i].name, name) == 0)
			return &ic->links[i];
	return NULL;
}

static void
link_init(struct link_watch *l, const struct conf_link *conf, const struct interconnect *before)
{
	const struct link_watch *was = find_by_name(before, conf->name);

	snprintf(l->name, sizeof l->name, "%s", conf->name);
	l->member_count = conf->member_count;
	l->members = mem_alloc(conf->member_count + 1, sizeof *l->members);
	if (!was)
		return;
	memcpy(l->tokens, was->tokens, sizeof l->tokens);
	for (size_t i = 0; i < l->member_count && i < was->member_count; i++)
		l->members[i] = was->members[i];
}

void
interconnect_set_conf(struct interconnect *ic, const struct conf *conf)
{
	struct interconnect before = *ic;
	size_t count = conf ? conf->link_count : 0;

	*ic = (struct interconnect){.links = mem_alloc(count + 1, sizeof *ic->links),
	                            .link_count = count};
	for (size_t i = 0; i < count; i++)
		link_init(&ic->links[i], &conf->links[i], &before);
	interconnect_fini(&before);
}

static struct link_watch *
link_of(struct interconnect *ic, const struct lane_id *lane)
{
	return lane && lane->link < ic->link_count ? &ic->links[lane->link] : NULL;
}

struct member_watch *
interconnect_member(struct interconnect *ic, const struct lane_id *lane)
{
	struct link_watch *l = link_of(ic, lane);

	return l && lane->member < l->member_count && lane->dir < LACP_SIDES
	               ? &l->members[lane->member]
	               : NULL;
}

static bool
speaks_for(const struct lacp_member *m, unsigned side, const struct lacp *l)
{
	const struct lacp_member_side *own = &m->side[side], *other = &m->side[!side];

	return (own->pdus && own->newest.actor.port == l->actor.port) ||
	       (!own->pdus && other->pdus && other->newest.actor.port == l->partner.port);
}

/* Whether all frames of the link come on the lanes of `first`. */
static bool
is_mirror(const struct link_watch *l, const struct member_watch *first)
{
	for (size_t i = 0; i < l->member_count; i++)
		if (l->members[i].own && &l->members[i] != first)
			return false;
	return true;
}

struct member_watch *
interconnect_bundled(struct interconnect *ic, const struct lane_id *lane, const struct lacp *l)
{
	struct member_watch *first = interconnect_member(ic, lane);
	struct link_watch *link = link_of(ic, lane);
	unsigned side;

	if (!first)
		return NULL;
	side = lane->dir;
	if ((!first->lacp.side[0].pdus && !first->lacp.side[1].pdus) ||
	    speaks_for(&first->lacp, side, l) || !is_mirror(link, first))
		return first;
	for (size_t i = 0; i < link->member_count; i++)
		if (speaks_for(&link->members[i].lacp, side, l))
			return &link->members[i];
	for (size_t i = 0; i < link->member_count; i++)
		if (!link->members[i].lacp.side[0].pdus && !link->members[i].lacp.side[1].pdus)
			return &link->members[i];
	return first; /* it was renumbered */
}

static bool
is_routers(uint8_t class)
{
	return class == CLASS_BGP || class == CLASS_BFD || class == CLASS_ARP || class == CLASS_ND;
}

/* fe80::/10 (RFC 4291 section 2.5.6) */
static bool
is_link_local(const struct addr *a)
{
	return a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

/* Which connection a segment belongs to, as a number: one side's ends of it. */
static uint64_t
connection_of(const struct packet *p)
{
	return (uint64_t)load_be32(p->src.b + 12) << 32 | (uint32_t)p->sport << 16 | p->dport;
}

static void
note_clock(struct tokens *t, const struct punt *p)
{
	const struct packet *packet = &p->packet;
	uint32_t at = packet->l4_offset + 20u;
	struct tcp_options options;
	struct cursor c;

	if (at + packet->tcp_options_size > p->captured)
		return;
	c = cursor_over(p->data + at, packet->tcp_options_size);
	tcp_options_decode(&c, &options);
	if (options.seen & TCP_HAS_TIMESTAMPS)
		if (!token_clock_add(&t->clock, connection_of(packet), p->time_ns,
		                     options.ts_value))
			token_clock_add(&t->other, connection_of(packet), p->time_ns,
			                options.ts_value);
}

/* RFC 791 section 3.1: identification stands at byte 4. */
static void
note_id(struct tokens *t, const struct punt *p)
{
	const struct packet *packet = &p->packet;
	uint32_t at = packet->l3_offset + 4u;

	if (addr_is_v4(&packet->src) && at + 2 <= p->captured)
		token_ids_add(&t->ids, (connection_of(packet) ^ packet->proto) | 1ull << 63,
		              p->time_ns, load_be16(p->data + at));
}

static void
note_router(struct link_watch *l, const struct lane_id *lane, const struct punt *p)
{
	const struct packet *packet = &p->packet;
	struct tokens *t = &l->tokens[lane->dir];
	uint32_t at = packet->mac_offset + 6u;
	char text[ADDR_TEXT_SIZE];

	if (packet->flags & PACKET_HAS_MAC && at + 6 <= p->captured) {
		token_add_mac(&t->macs, p->data + at);
		token_add_mac(&l->members[lane->member].neighbour[lane->dir].macs, p->data + at);
	}
	if (packet->flags & PACKET_HAS_IP && is_link_local(&packet->src))
		token_add(&t->link_locals, addr_format(&packet->src, text));
	if (!token_ttl_is_first(packet->ttl))
		return; /* sessions of others cross the link too */
	if ((p->class == CLASS_BGP || p->class == CLASS_BFD) && packet->flags & PACKET_HAS_IP)
		note_id(t, p);
	if (p->class == CLASS_BGP && packet->proto == PROTO_TCP && packet->tcp_options_size)
		note_clock(t, p);
}

void
interconnect_alive(struct interconnect *ic, const struct lane_id *lane, uint64_t last_ns)
{
	struct member_watch *m = interconnect_member(ic, lane);

	if (!m || !last_ns)
		return;
	m->own = true;
	lacp_member_frame(&m->lacp, lane->dir, last_ns);
}

void
interconnect_frame(struct interconnect *ic, const struct lane_id *lane, const struct punt *p)
{
	struct member_watch *m = interconnect_member(ic, lane);

	if (!m)
		return;
	m->own = true;
	lacp_member_frame(&m->lacp, lane->dir, p->time_ns);
	if (is_routers(p->class))
		note_router(&ic->links[lane->link], lane, p);
}

static void
refresh_side(struct link_watch *l, unsigned side)
{
	struct tokens *t = &l->tokens[side];

	t->bgp_ids = t->hostnames = t->lacp_systems = (struct token_list){0};
	t->lldp_chassis = t->lldp_names = t->cdp_devices = (struct token_list){0};
	for (size_t i = 0; i < l->member_count; i++) {
		const struct lacp_member_side *lacp = &l->members[i].lacp.side[side];
		const struct neighbour *n = &l->members[i].neighbour[side];

		if (lacp->pdus)
			token_add_mac(&t->lacp_systems, lacp->newest.actor.system);
		token_add(&t->lldp_chassis, n->lldp_chassis);
		token_add(&t->lldp_names, n->lldp_name);
		token_add(&t->cdp_devices, n->cdp_device);
	}
}

void
interconnect_refresh(struct interconnect *ic)
{
	for (size_t i = 0; i < ic->link_count; i++) {
		refresh_side(&ic->links[i], 0);
		refresh_side(&ic->links[i], 1);
	}
}

size_t
link_watch_distributing(const struct link_watch *l, bool *spoken)
{
	size_t count = 0;

	*spoken = false;
	for (size_t i = 0; i < l->member_count; i++) {
		*spoken |= l->members[i].lacp.state != LACP_UNSEEN;
		count += l->members[i].lacp.state == LACP_DISTRIBUTES;
	}
	return count;
}
