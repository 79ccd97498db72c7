/*
 * Meters: one counter line for every active combination of link, class, peer-side subnet,
 * cloud-side subnet and declared SBC. A packet updates exactly one meter, so that the sums over any
 * of these add up by construction: per side, subnets and the undeclared rest = classes = link.
 *
 * The matrix of 10 000 subnets x links x classes would be 61 MB a copy, so ids are dense and given
 * to combinations that occur. One worker owns a meter_table (it alone adds); the aggregator reads
 * keys below the count that a snapshot carries. Ids never change until the table is rebuilt with
 * a new configuration generation.
 */
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"

/* Subnet ids index the declared subnets of conf (state/subnet.h) plus one. */
enum {
	SUBNET_NONE = 0,               /* undeclared on that side */
	SUBNET_ANNOUNCED = 0x7fffffff, /* of no declared subnet, but its side announces it by BGP */
	SUBNET_OVERFLOW = 0xffffffff, /* the meter table was full: the link and class still count */
};

struct meter_key {
	uint32_t peer_subnet; /* id of the subnet that holds the peer-side address */
	uint32_t msft_subnet; /* and the cloud-side one */
	uint16_t link;        /* index in conf.links */
	uint16_t sbc;         /* 1 + index in conf.sbcs of the one that talks; 0: none of them */
	uint8_t class;        /* enum traffic_class */
	uint8_t pad[3];       /* 0: keys are compared whole */
};

/* What a meter counts in one interval; [enum direction]. */
struct meter {
	uint64_t bytes[2];     /* frame bytes without FCS */
	uint64_t new_bytes[2]; /* payload of TCP that passed for the first time */
	uint32_t packets[2];
	uint32_t flows;         /* flows that entered this meter (new, or reclassified into it) */
	uint32_t flows_two_way; /* flows of it that were seen in both directions for the first time
	                         */
	uint32_t flows_peer;    /* of the new ones: first packet sent by the peer's side */
	uint32_t data_segments[2]; /* TCP segments that bring new bytes, SYN or FIN */
	uint32_t quality;          /* 1 + index of its line in the snapshot's qualities; 0: none */
};
static_assert(sizeof(struct meter) == CACHE_LINE, "a packet writes one line");

struct meter_table;

/* `capacity` ids, raised to twice links x classes when lower: each link's classes keep a reserved
 * overflow id. meter_capacity() tells the result. NULL: no memory. */
struct meter_table *meter_table_create(uint32_t capacity, uint16_t links);
void meter_table_destroy(struct meter_table *t);

/* The id of a key, added when new; never fails: a full table gives the link's and class's overflow
 * id (both subnets SUBNET_OVERFLOW) and counts it. Worker only; constant time. */
uint32_t meter_find(struct meter_table *t, const struct meter_key *key);

/* Keys by id, stable below meter_count() as published by the worker. Any thread. */
const struct meter_key *meter_key_at(const struct meter_table *t, uint32_t id);
uint32_t meter_count(const struct meter_table *t);
uint32_t meter_capacity(const struct meter_table *t);
/* Finds that ended in an overflow id. Worker only. */
uint64_t meter_overflows(const struct meter_table *t);
