#include "path/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "path/burst.h"
#include "state/lpm.h"

enum {
	QUALITIES = 4096, /* meters with something wrong in one interval, 368 bytes each */
	LATENCIES = 512,  /* histograms of one interval, 6.9 KB each */
	STREAMS = 32768,  /* RTP streams of one interval, 320 bytes each */
};

/* ---- ports and lanes ------------------------------------------------------------------------- */

static size_t
member_count(const struct conf *conf)
{
	size_t count = 0;

	for (size_t i = 0; i < conf->link_count; i++)
		count += conf->links[i].member_count;
	return count;
}

static void
lanes_build(struct plan *p)
{
	p->link_count = (uint16_t)p->conf->link_count;
	p->lanes = mem_alloc(member_count(p->conf) * DIR_COUNT, sizeof *p->lanes);
	for (uint16_t link = 0; link < p->link_count; link++)
		for (size_t m = 0; m < p->conf->links[link].member_count; m++)
			for (uint8_t dir = 0; dir < DIR_COUNT; dir++)
				p->lanes[p->lane_count++] = (struct lane_id){
					.link = link, .member = (uint8_t)m, .dir = dir};
}

uint16_t
plan_lane(const struct plan *p, size_t link, size_t member, enum direction dir)
{
	for (uint16_t lane = 0; lane < p->lane_count; lane++)
		if (p->lanes[lane].link == link && p->lanes[lane].member == member &&
		    p->lanes[lane].dir == dir)
			return lane;
	return LANE_UNKNOWN;
}

static void
port_build(const struct plan *p, struct plan_port *port, const struct source *source)
{
	port->link = source->members[0].link;
	port->both = source->both;
	port->member_count = (uint16_t)source->member_count;
	for (unsigned i = 0; i < source->member_count; i++) {
		const struct source_member *m = &source->members[i];
		struct plan_member *to = &port->members[i];

		to->rules = &p->conf->links[m->link].members[m->member];
		for (int dir = 0; dir < DIR_COUNT; dir++)
			to->lane[dir] = plan_lane(p, m->link, m->member,
			                          source->both ? (enum direction)dir : source->dir);
	}
}

static void
ports_build(struct plan *p, const struct sources *sources)
{
	p->port_count = (uint16_t)sources->count;
	p->ports = mem_alloc(sources->count, sizeof *p->ports);
	for (unsigned i = 0; i < sources->count; i++)
		port_build(p, &p->ports[i], &sources->at[i]);
}

/* ---- direction of a mirror port's frame ------------------------------------------------------ */

static bool
mac_of_member(const struct conf_member *rules, const uint8_t *mac)
{
	for (size_t i = 0; i < rules->mac_count; i++)
		if (memcmp(mac, rules->macs[i], 6) == 0)
			return true;
	return false;
}

/* The declared addresses are the peer's senders. On a port with a single member everybody else is
 * the cloud's sender; with several, the receiver tells which member it was. */
static uint16_t
direction_by_mac(const struct plan_member *m, const uint8_t *frame, const struct packet *packet,
                 bool single)
{
	const uint8_t *macs = frame + packet->mac_offset; /* receiver, sender */

	if (!(packet->flags & PACKET_HAS_MAC))
		return LANE_UNKNOWN;
	if (mac_of_member(m->rules, macs + 6))
		return m->lane[DIR_PEER_TO_MSFT];
	if (single || mac_of_member(m->rules, macs))
		return m->lane[DIR_MSFT_TO_PEER];
	return LANE_UNKNOWN;
}

static uint16_t
direction_by_vlan(const struct plan_member *m, const struct packet *packet)
{
	for (int dir = 0; dir < DIR_COUNT; dir++)
		if (packet->vlan_count && packet->vlan[0] == m->rules->vlan[dir])
			return m->lane[dir];
	return LANE_UNKNOWN;
}

/* The sender's side decides; where it is not declared, the receiver's. */
static uint16_t
direction_by_subnet(const struct plan *p, const struct plan_member *m, const struct packet *packet)
{
	uint32_t side;

	if (!(packet->flags & PACKET_HAS_IP))
		return LANE_UNKNOWN;
	side = lpm_find(p->direction_lpm, &packet->src);
	if (side != LPM_NONE)
		return m->lane[side - 1 == SIDE_PEER ? DIR_PEER_TO_MSFT : DIR_MSFT_TO_PEER];
	side = lpm_find(p->direction_lpm, &packet->dst);
	if (side != LPM_NONE)
		return m->lane[side - 1 == SIDE_MSFT ? DIR_PEER_TO_MSFT : DIR_MSFT_TO_PEER];
	return LANE_UNKNOWN;
}

static uint16_t
direction_of_member(const struct plan *p, const struct plan_member *m, const uint8_t *frame,
                    const struct packet *packet, bool single)
{
	switch (m->rules->by) {
	case DIRECTION_BY_MAC:
		return direction_by_mac(m, frame, packet, single);
	case DIRECTION_BY_VLAN:
		return direction_by_vlan(m, packet);
	case DIRECTION_BY_SUBNET:
	case DIRECTION_BY_PORT: /* none given */
		break;
	}
	return direction_by_subnet(p, m, packet);
}

uint16_t
plan_direction(const struct plan *p, uint32_t port_index, const uint8_t *frame,
               const struct packet *packet)
{
	const struct plan_port *port = &p->ports[port_index];
	uint16_t lane = LANE_UNKNOWN;

	if (!port->both)
		return port->members[0].lane[0];
	for (uint16_t i = 0; i < port->member_count && lane == LANE_UNKNOWN; i++)
		lane = direction_of_member(p, &port->members[i], frame, packet,
		                           port->member_count == 1);
	return lane;
}

/* ---- prefixes -------------------------------------------------------------------------------- */

struct entries {
	struct lpm_entry *at;
	size_t count, room;
};

static void
entry_add(struct entries *e, const struct prefix *prefix, uint32_t value)
{
	if (e->count == e->room) {
		e->room = e->room * 2 + 64;
		e->at = mem_resize(e->at, e->room, sizeof *e->at);
	}
	e->at[e->count++] = (struct lpm_entry){.prefix = *prefix, .value = value};
}

static void
entry_add_host(struct entries *e, const struct addr *a, uint32_t value)
{
	struct prefix host = {.addr = *a, .len = addr_is_v4(a) ? 32 : 128};

	entry_add(e, &host, value);
}

static struct lpm *
entries_build(struct entries *e)
{
	struct lpm *lpm = lpm_create(e->at, e->count);

	free(e->at);
	return lpm;
}

static struct lpm *
side_lpm_build(const struct conf *conf, enum side side)
{
	struct entries e = {0};

	for (size_t i = 0; i < conf->subnet_count; i++)
		if (conf->subnets[i].side == side)
			entry_add(&e, &conf->subnets[i].prefix, (uint32_t)i + 1);
	return entries_build(&e);
}

/* Signalling addresses and media prefixes. */
static struct lpm *
sbc_lpm_build(const struct conf *conf)
{
	struct entries e = {0};

	for (size_t i = 0; i < conf->sbc_count; i++) {
		const struct conf_sbc *sbc = &conf->sbcs[i];

		for (size_t n = 0; n < sbc->media.count; n++)
			entry_add(&e, &sbc->media.at[n], (uint32_t)i + 1);
		for (size_t n = 0; n < sbc->signalling.count; n++) {
			const struct addr *a = &sbc->signalling.at[n];
			struct prefix host = {.addr = *a, .len = addr_is_v4(a) ? 32 : 128};

			entry_add(&e, &host, (uint32_t)i + 1);
		}
	}
	return entries_build(&e);
}

/* Everything that tells a side; what is declared of a single link or subnet comes last and counts
 * where the same prefix stands twice. */
static struct lpm *
direction_lpm_build(const struct conf *conf)
{
	struct entries e = {0};

	for (size_t i = 0; i < conf->cloud.range_prefixes.count; i++)
		entry_add(&e, &conf->cloud.range_prefixes.at[i], 1 + SIDE_MSFT);
	for (size_t i = 0; i < conf->registered_count; i++)
		entry_add(&e, &conf->registered[i].prefix, 1 + SIDE_PEER);
	for (size_t i = 0; i < conf->subnet_count; i++)
		entry_add(&e, &conf->subnets[i].prefix, 1 + (uint32_t)conf->subnets[i].side);
	for (size_t i = 0; i < conf->link_count; i++)
		for (size_t s = 0; s < conf->links[i].session_count; s++) {
			entry_add_host(&e, &conf->links[i].sessions[s].peer, 1 + SIDE_PEER);
			entry_add_host(&e, &conf->links[i].sessions[s].cloud, 1 + SIDE_MSFT);
		}
	return entries_build(&e);
}

static void
rules_build(struct plan *p)
{
	const struct conf *conf = p->conf;
	size_t count = conf->decode.sips_ports.count, at = 0;
	uint32_t *sips;

	for (size_t i = 0; i < conf->sbc_count; i++)
		count += conf->sbcs[i].sip_ports.count;
	sips = mem_alloc(count, sizeof *sips);
	for (size_t i = 0; i < conf->decode.sips_ports.count; i++)
		sips[at++] = conf->decode.sips_ports.at[i];
	for (size_t i = 0; i < conf->sbc_count; i++)
		for (size_t j = 0; j < conf->sbcs[i].sip_ports.count; j++)
			sips[at++] = conf->sbcs[i].sip_ports.at[j];
	class_rules_init(&p->rules, conf->decode.sip_ports.at, conf->decode.sip_ports.count, sips,
	                 count);
	class_rules_voice(&p->rules, conf->cloud.range_prefixes.at,
	                  conf->cloud.range_prefixes.count);
	free(sips);
}

/* ---- plan ------------------------------------------------------------------------------------ */

struct plan *
plan_create(const struct conf *conf, const struct sources *sources, uint64_t generation)
{
	struct plan *p = mem_alloc(1, sizeof *p);

	p->generation = generation;
	p->conf = conf;
	p->decode.inner = conf->decode.inner;
	lanes_build(p);
	ports_build(p, sources);
	p->side_lpm[SIDE_PEER] = side_lpm_build(conf, SIDE_PEER);
	p->side_lpm[SIDE_MSFT] = side_lpm_build(conf, SIDE_MSFT);
	p->sbc_lpm = conf->sbc_count ? sbc_lpm_build(conf) : NULL;
	p->direction_lpm = direction_lpm_build(conf);
	rules_build(p);
	memcpy(&p->half_key, conf->secret, sizeof p->half_key);
	return p;
}

void
plan_destroy(struct plan *p)
{
	if (!p)
		return;
	lpm_destroy(p->direction_lpm);
	lpm_destroy(p->sbc_lpm);
	lpm_destroy(p->side_lpm[SIDE_MSFT]);
	lpm_destroy(p->side_lpm[SIDE_PEER]);
	free(p->ports);
	free(p->lanes);
	free(p);
}

void
plan_snap_params(const struct plan *p, uint32_t meters, uint32_t endpoints, struct snap_params *out)
{
	*out = (struct snap_params){.lanes = p->lane_count,
	                            .meters = meters,
	                            .endpoints = endpoints,
	                            .qualities = meters < QUALITIES ? meters : QUALITIES,
	                            .latencies = LATENCIES,
	                            .streams = STREAMS,
	                            .links = p->link_count,
	                            .generation = p->generation};
}
