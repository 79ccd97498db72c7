#include "block.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "merge.h"

/* The prefix that holds the endpoint in a contract. */
static void
prefix_of(const struct rec_endpoint *e, char buf[PREFIX_TEXT_SIZE])
{
	struct prefix p;
	char text[ADDR_TEXT_SIZE + 4];
	bool host_bits;

	snprintf(text, sizeof text, "%s/%d", e->ip, strchr(e->ip, ':') ? 48 : 24);
	if (e->subnet[0])
		snprintf(buf, PREFIX_TEXT_SIZE, "%.*s", PREFIX_TEXT_SIZE - 1, e->subnet);
	else if (prefix_parse(text, &p, &host_bits))
		prefix_format(&p, buf);
	else
		snprintf(buf, PREFIX_TEXT_SIZE, "%.*s", PREFIX_TEXT_SIZE - 1, e->ip);
}

/* Routers speak to each other over addresses that belong to no subnet of either side. */
static bool
is_router(const struct rec_endpoint *e)
{
	char known[sizeof e->classes] = "bgp,bfd,icmp,nd,arp";
	size_t size = strlen(known);

	merge_names(known, sizeof known, e->classes);
	return e->classes[0] && strlen(known) == size;
}

struct lookup {
	const struct blocks *blocks;
	const char *prefix;
};

static bool
is_block(const void *context, uint32_t index)
{
	const struct lookup *l = context;

	return strcmp(l->blocks->at[index].prefix, l->prefix) == 0;
}

static struct block *
find_or_add(struct blocks *b, const char *prefix, const struct rec_endpoint *e)
{
	const struct hash_key key = hash_key_make(1); /* only prefixes of our own making */
	uint64_t hash = hash_bytes(&key, prefix, strlen(prefix));
	uint32_t i = map_find(&b->index, hash, is_block, &(struct lookup){b, prefix});

	if (i != MAP_NONE)
		return &b->at[i];
	if (b->count == b->capacity) {
		b->capacity = b->capacity ? b->capacity * 2 : 64;
		b->at = mem_resize(b->at, b->capacity, sizeof *b->at);
	}
	map_add(&b->index, hash, (uint32_t)b->count);
	struct block *new = &b->at[b->count++];

	*new = (struct block){.declared = e->subnet[0] != '\0'};
	snprintf(new->prefix, sizeof new->prefix, "%s", prefix);
	memcpy(new->side, e->side, sizeof new->side);
	memcpy(new->first_endpoint, e->ip, sizeof new->first_endpoint);
	return new;
}

void
blocks_add(struct blocks *b, const struct rec_endpoint *e)
{
	char prefix[PREFIX_TEXT_SIZE];

	if (is_router(e))
		return;
	prefix_of(e, prefix);
	struct block *block = find_or_add(b, prefix, e);

	if (strcmp(block->side, e->side) != 0) {
		snprintf(prefix, sizeof prefix, "%s/%d", e->ip, strchr(e->ip, ':') ? 128 : 32);
		block = find_or_add(b, prefix, e);
	}
	merge_names(block->classes, sizeof block->classes, e->classes);
	block->packets += e->traffic.packets[0] + e->traffic.packets[1];
	block->bytes += e->traffic.bytes[0] + e->traffic.bytes[1];
	block->endpoints++;
}

void
blocks_fini(struct blocks *b)
{
	free(b->at);
	map_fini(&b->index);
	*b = (struct blocks){0};
}
