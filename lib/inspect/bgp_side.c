#include "inspect/bgp_side.h"

#include <string.h>

#include "inspect/bgp_connection.h"

void
bgp_counts_add(struct bgp_counts *to, const struct bgp_counts *more)
{
	uint64_t *sum = (uint64_t *)to;
	const uint64_t *from = (const uint64_t *)more;

	for (size_t i = 0; i < sizeof *more / sizeof *sum; i++)
		sum[i] += from[i];
}

enum side
bgp_side_by_asn(const struct conf *c, uint32_t asn)
{
	if (!c || !asn)
		return SIDE_UNKNOWN;
	if (asn == c->peer.asn)
		return SIDE_PEER;
	for (size_t i = 0; i < c->cloud.asns.count; i++) {
		if (c->cloud.asns.at[i] == asn)
			return SIDE_MSFT;
	}
	return SIDE_UNKNOWN;
}

bool
bgp_side_open(struct bgp_side *s, struct cursor body, enum bgp_basis basis, uint64_t time_ns)
{
	const uint8_t *bytes = body.at;
	size_t size = cursor_left(&body);
	struct bgp_open open;

	if (bgp_open_decode(&body, &open) != REASON_OK)
		return false;
	s->basis = basis;
	s->open_ns = time_ns;
	slice_copy(s->hostname, sizeof s->hostname, open.hostname);
	open.hostname = open.domain = open.software = (struct slice){0};
	s->open = open;
	s->open_size = size <= BGP_OPEN_KEPT ? (uint16_t)size : 0;
	memcpy(s->open_bytes, bytes, s->open_size);
	return true;
}

void
bgp_side_adopt(struct bgp_side *s, const struct bgp_speaker *from)
{
	if (!from->open_ns)
		return;
	s->basis = BGP_BASIS_OBSERVED;
	s->open_ns = from->open_ns;
	s->open = from->open;
	memcpy(s->hostname, from->hostname, sizeof s->hostname);
	memcpy(s->open_bytes, from->open_bytes, from->open_size);
	s->open_size = from->open_size;
}

void
bgp_side_path(struct bgp_side *s, uint32_t first_as)
{
	if (!first_as)
		return;
	s->updates_indirect = first_as == s->first_as ? s->updates_indirect + 1 : 1;
	s->first_as = first_as;
}

static void
forget_seed(struct bgp_side *s)
{
	s->seeded = BGP_BASIS_NONE;
	s->seed_disagreed = s->seed_faults = 0;
	s->source[0] = '\0';
	bgp_rib_clear(&s->gone);
}

static void
forget_open(struct bgp_side *s)
{
	s->basis = BGP_BASIS_NONE;
	s->open = (struct bgp_open){0};
	s->hostname[0] = '\0';
	s->open_ns = s->open_size = 0;
}

void
bgp_side_forget(struct bgp_side *s, uint64_t before_ns)
{
	forget_seed(s);
	if (s->basis && s->open_ns <= before_ns)
		forget_open(s);
}

const char *
bgp_completeness_name(enum bgp_completeness completeness)
{
	static const char *const names[BGP_COMPLETENESS_COUNT + 1] = {
		[BGP_COMPLETE] = "COMPLETE",   [BGP_SEEDED] = "SEEDED",
		[BGP_INFERRED] = "INFERRED",   [BGP_BROKEN] = "BROKEN",
		[BGP_COMPLETENESS_COUNT] = "",
	};

	return names[completeness];
}

const char *
bgp_basis_name(enum bgp_basis basis)
{
	static const char *const names[BGP_BASIS_COUNT] = {
		[BGP_BASIS_NONE] = "",
		[BGP_BASIS_OBSERVED] = "observed",
		[BGP_BASIS_SEEDED] = "seeded",
		[BGP_BASIS_CARRIED] = "carried",
	};

	return names[basis];
}
