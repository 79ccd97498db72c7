#include "inspect/bgp_attrs_encode.h"

#include "proto/bgp_open.h"

enum { FLAGS_WELL_KNOWN = 0x40, FLAGS_OPTIONAL = 0x80, FLAGS_TRANSITIVE = 0xc0, EXTENDED = 0x10 };

static void
put_head(struct text *to, uint8_t flags, uint8_t type, size_t size)
{
	text_add_be16(to, (uint16_t)((flags | EXTENDED) << 8 | type));
	text_add_be16(to, (uint16_t)size);
}

static void
put_number(struct text *to, uint8_t flags, uint8_t type, uint32_t number)
{
	put_head(to, flags, type, 4);
	text_add_be32(to, number);
}

static void
put_words(struct text *to, uint8_t type, const uint32_t *words, uint16_t count)
{
	if (!count)
		return;
	put_head(to, FLAGS_TRANSITIVE, type, 4u * count);
	for (uint16_t i = 0; i < count; i++)
		text_add_be32(to, words[i]);
}

static void
put_path(struct text *to, const struct bgp_attrs *a)
{
	struct text path = {0};

	for (uint32_t at = 0; at < a->path;) {
		uint32_t count = a->words[at] & 0xffff;
		uint8_t head[2] = {(uint8_t)(a->words[at] >> 16), (uint8_t)count};

		text_add_bytes(&path, (const char *)head, sizeof head);
		for (uint32_t i = 1; i <= count; i++)
			text_add_be32(&path, a->words[at + i]);
		at += 1 + count;
	}
	put_head(to, FLAGS_WELL_KNOWN, BGP_AS_PATH, path.size);
	text_add_bytes(to, path.at ? path.at : "", path.size);
	text_fini(&path);
}

static void
put_next_hop(struct text *to, const struct bgp_attrs *a)
{
	bool v4 = addr_is_v4(&a->next_hop);
	char size = 16;

	if (!(a->has & BGP_HAS_NEXT_HOP))
		return;
	put_head(to, v4 ? FLAGS_WELL_KNOWN : FLAGS_OPTIONAL, v4 ? BGP_NEXT_HOP : BGP_MP_REACH,
	         v4 ? 4 : 17);
	if (!v4)
		text_add_bytes(to, &size, 1);
	text_add_bytes(to, (const char *)a->next_hop.b + (v4 ? 12 : 0), v4 ? 4 : 16);
}

void
bgp_attrs_encode(const struct bgp_attrs *a, struct text *to)
{
	const uint32_t *words = a->words + a->path;

	put_head(to, FLAGS_WELL_KNOWN, BGP_ORIGIN, 1);
	text_add_bytes(to, (const char *)&a->origin, 1);
	if (!(a->has & BGP_HAS_NO_PATH))
		put_path(to, a);
	put_next_hop(to, a);
	if (a->has & BGP_HAS_MED)
		put_number(to, FLAGS_OPTIONAL, BGP_MED, a->med);
	if (a->has & BGP_HAS_LOCAL_PREF)
		put_number(to, FLAGS_WELL_KNOWN, BGP_LOCAL_PREF, a->local_pref);
	if (a->has & BGP_HAS_ATOMIC)
		put_head(to, FLAGS_WELL_KNOWN, BGP_ATOMIC_AGGREGATE, 0);
	if (a->has & BGP_HAS_AGGREGATOR) {
		put_head(to, FLAGS_TRANSITIVE, BGP_AGGREGATOR, 8);
		text_add_be32(to, a->aggregator_as);
		text_add_bytes(to, (const char *)a->aggregator_id, sizeof a->aggregator_id);
	}
	put_words(to, BGP_COMMUNITIES, words, a->communities);
	put_words(to, BGP_EXTENDED_COMMUNITIES, words + a->communities, a->extended);
	put_words(to, BGP_LARGE_COMMUNITIES, words + a->communities + a->extended, a->large);
	if (a->has & BGP_HAS_OTC)
		put_number(to, FLAGS_TRANSITIVE, BGP_ONLY_TO_CUSTOMER, a->otc);
}
