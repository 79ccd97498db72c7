/*
 * What the tests and the fuzz target ask of every decoded packet, and its text for comparisons.
 */
#pragma once

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/packet.h"

/*
 * The promises of proto/packet.h that hold whatever the bytes. Returns the first one broken, or
 * NULL.
 */
static inline const char *
packet_broken_promise(const struct packet *p, uint32_t captured, uint32_t wire)
{
	bool ports = p->flags & PACKET_HAS_PORTS, ip = p->flags & PACKET_HAS_IP;

	if (p->reason >= REASON_COUNT)
		return "reason out of range";
	if (p->l3_offset > p->l4_offset || p->l4_offset > p->payload_offset)
		return "offsets out of order";
	if ((uint32_t)p->payload_offset + p->payload_captured > captured)
		return "payload beyond the captured bytes";
	if (p->payload_captured > p->payload_size || p->payload_size > wire)
		return "payload beyond the wire";
	if ((uint32_t)p->l4_offset + p->tcp_options_size > captured)
		return "TCP options beyond the captured bytes";
	if (ports && !ip)
		return "ports without addresses";
	if (!ports && (p->sport || p->dport))
		return "ports without their flag";
	if (ip != (p->ip_version != 0))
		return "addresses and version disagree";
	if ((p->flags & PACKET_INNER) && (!p->tunnels || p->tunnel == TUNNEL_NONE))
		return "inner addresses without a tunnel";
	if (p->tunnels > PACKET_TUNNELS_MAX)
		return "more tunnels than are entered";
	if ((p->flags & PACKET_QUOTE) && p->quote_offset != p->payload_offset)
		return "quote is not the payload";
	if ((p->flags & PACKET_FRAGMENT_LATER) && ports)
		return "ports in a later fragment";
	if ((p->flags & PACKET_HAS_MAC) && p->mac_offset + 12u > captured)
		return "MAC addresses beyond the captured bytes";
	return NULL;
}

/* One packet on one line: what a reader of a capture would note. */
static inline const char *
packet_text(const struct packet *p, char *text, size_t room)
{
	static const struct {
		uint16_t flag;
		const char *word;
	} words[] = {
		{PACKET_FRAGMENT_FIRST, "first"}, {PACKET_FRAGMENT_LATER, "later"},
		{PACKET_FRAGMENT_LAST, "last"},   {PACKET_IP_OPTIONS, "options"},
		{PACKET_INNER, "inner"},          {PACKET_CUT, "cut"},
		{PACKET_QUOTE, "quote"},          {PACKET_GROUP_MAC, "group"},
	};
	char src[ADDR_TEXT_SIZE], dst[ADDR_TEXT_SIZE];
	FILE *f = fmemopen(text, room, "w");

	assert(f);
	if (p->flags & PACKET_HAS_IP)
		fprintf(f, "%s > %s proto %u ", addr_format(&p->src, src),
		        addr_format(&p->dst, dst), p->proto);
	else
		fprintf(f, "type %04x ", p->ethertype);
	if (p->flags & PACKET_HAS_PORTS)
		fprintf(f, "ports %u %u ", p->sport, p->dport);
	fprintf(f, "at %u %u %u+%u", p->l3_offset, p->l4_offset, p->payload_offset,
	        p->payload_size);
	for (unsigned i = 0; i < p->vlan_count && i < 2; i++)
		fprintf(f, " vlan %u", p->vlan[i]);
	if (p->mpls_count)
		fprintf(f, " mpls %u of %u", p->mpls_label, p->mpls_count);
	if (p->tunnels)
		fprintf(f, " tunnel %u kind %u id %u by %u", p->tunnels, p->tunnel, p->tunnel_id,
		        p->outer_proto);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (p->flags & words[i].flag)
			fprintf(f, " %s", words[i].word);
	if (p->reason)
		fprintf(f, " %s", reason_name(p->reason));
	fclose(f);
	return text;
}
