/*
 * Address blocks: endpoints seen, grouped as a contract would declare them, by declared subnet or
 * else by the smallest prefix that is commonly announced (/24, /48). What `declare` proposes and
 * what `analyze` lists when nothing was declared.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/map.h"
#include "store/model.h"

struct block {
	char prefix[PREFIX_TEXT_SIZE], side[8];
	char classes[512]; /* names, comma-separated */
	bool declared;     /* a subnet of the contract */
	uint64_t endpoints, packets, bytes;
	char first_endpoint[46];
};

struct blocks {
	struct block *at;
	size_t count, capacity;
	struct map index;
};

/* Adds an endpoint to its block. Routers' own addresses (BGP, BFD) belong to no subnet: left out. A
 * prefix stands on one side only; an address of the other side gets a block of its own. */
void blocks_add(struct blocks *b, const struct rec_endpoint *e);
void blocks_fini(struct blocks *b);
