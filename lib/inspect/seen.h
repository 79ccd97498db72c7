/*
 * Distinct rows with how often and when each was seen: the tuples of LACP, BFD and LLDP, of which
 * an interconnect has few and a liar has many. A row is plain bytes without padding; beyond `limit`
 * rows the rest is counted as one. One thread.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/map.h"

struct seen_times {
	uint64_t packets, first_ns, last_ns;
};

struct seen {
	struct map map;
	struct hash_key key;
	uint8_t *rows;
	struct seen_times *times; /* of each row */
	size_t row_size;
	uint32_t count, capacity, limit;
	uint64_t beyond; /* packets of rows that found no room */
};

void seen_init(struct seen *s, size_t row_size, uint32_t limit);
void seen_fini(struct seen *s);
void seen_add(struct seen *s, const void *row, uint64_t time_ns);

/* Row `i` < count, in order of first sight; borrowed until the next add. */
static inline const void *
seen_row(const struct seen *s, uint32_t i)
{
	return s->rows + i * s->row_size;
}
