#include "inspect/bgp_attrs_build.h"

#include <string.h>

#include "proto/bgp_open.h"
#include "proto/bgp_path.h"

struct builder {
	struct bgp_attrs *a;
	uint32_t words;
	bool full; /* longer than any message could make it */
};

static void
add_word(struct builder *b, uint32_t word)
{
	if (b->words == BGP_ATTRS_WORDS_MAX)
		b->full = true;
	else
		b->a->words[b->words++] = word;
}

/* RFC 6793 section 4.2.3 and RFC 5065 section 5.3: what a segment counts in a path's length. */
static unsigned
length_of(const struct bgp_segment *s)
{
	if (s->type == BGP_AS_SEQUENCE)
		return s->count;
	return s->type == BGP_AS_SET;
}

static unsigned
path_length(struct cursor path, unsigned width)
{
	struct bgp_segment s;
	unsigned length = 0;

	while (bgp_segment_next(&path, width, &s))
		length += length_of(&s);
	return path.ok ? length : 0;
}

static void
add_segment(struct builder *b, struct bgp_segment *s, unsigned width, unsigned count)
{
	add_word(b, (uint32_t)s->type << 16 | count);
	for (unsigned i = 0; i < count; i++)
		add_word(b, bgp_segment_number(s, width));
}

/* The first `length` numbers of a path, with the confederations between them. */
static void
add_path(struct builder *b, struct cursor path, unsigned width, unsigned length,
         bool confederations)
{
	struct bgp_segment s;

	while (bgp_segment_next(&path, width, &s)) {
		unsigned counts = length_of(&s);

		if (!counts && !confederations)
			continue;
		if (counts > length)
			counts = length;
		else if (s.type != BGP_AS_SEQUENCE)
			counts = s.count;
		if (!counts)
			return;
		add_segment(b, &s, width, counts);
		length -= s.type == BGP_AS_SEQUENCE ? counts : length_of(&s);
	}
}

/* What an old speaker in the path could not say stands in AS4_PATH, unless that is longer, or
 * AGGREGATOR says that somebody aggregated who did not know of it. */
static bool
has_as4_path(const struct bgp_update *u, unsigned width)
{
	struct cursor aggregator = u->aggregator;

	if (width != 2 || !bgp_update_has(u, BGP_AS4_PATH))
		return false;
	return !bgp_update_has(u, BGP_AGGREGATOR) || cursor_be16(&aggregator) == BGP_AS_TRANS;
}

static void
build_path(struct builder *b, const struct bgp_update *u, unsigned width)
{
	unsigned length = width ? path_length(u->as_path, width) : 0;
	unsigned length4 = has_as4_path(u, width) ? path_length(u->as4_path, 4) : 0;

	if (!width && cursor_left(&u->as_path))
		b->a->has |= BGP_HAS_NO_PATH;
	if (!width)
		return;
	if (!length4 || length4 > length) {
		add_path(b, u->as_path, width, UINT16_MAX, true);
	} else {
		add_path(b, u->as_path, width, length - length4, true);
		add_path(b, u->as4_path, 4, length4, false);
	}
	b->a->path = (uint16_t)b->words;
}

static bool
stands_before(const struct bgp_attrs *a, uint32_t end, uint32_t number)
{
	for (uint32_t at = 0; at < end;) {
		uint32_t count = a->words[at] & 0xffff;

		for (uint32_t i = at + 1; i <= at + count && i < end; i++)
			if (a->words[i] == number)
				return true;
		at += 1 + count;
	}
	return false;
}

static void
sum_up_path(struct bgp_attrs *a)
{
	for (uint32_t at = 0; at < a->path;) {
		uint32_t type = a->words[at] >> 16, count = a->words[at] & 0xffff;

		if (type == BGP_AS_SET) {
			a->has |= BGP_HAS_SETS;
			a->path_length++;
			a->origin_as = 0;
		} else if (type == BGP_AS_SEQUENCE) {
			if (!a->first_as && !a->path_length)
				a->first_as = a->words[at + 1];
			for (uint32_t i = at + 1; i <= at + count; i++)
				a->repeated += stands_before(a, i, a->words[i]);
			a->path_length = (uint16_t)(a->path_length + count);
			a->origin_as = a->words[at + count];
		}
		at += 1 + count;
	}
}

static uint16_t
add_words(struct builder *b, struct cursor c, unsigned words)
{
	uint32_t before = b->words;

	while (cursor_left(&c) >= 4 * words)
		for (unsigned i = 0; i < words; i++)
			add_word(b, cursor_be32(&c));
	return (uint16_t)(b->words - before);
}

static void
build_numbers(struct bgp_attrs *a, const struct bgp_update *u, bool mp, unsigned width)
{
	struct cursor aggregator = u->aggregator;

	a->origin = u->origin;
	if (mp ? bgp_reach_next_hop(&u->reach, &a->next_hop) : bgp_update_has(u, BGP_NEXT_HOP))
		a->has |= BGP_HAS_NEXT_HOP;
	if (!mp && a->has & BGP_HAS_NEXT_HOP)
		a->next_hop = addr_v4(u->next_hop);
	a->med = u->med;
	a->local_pref = u->local_pref;
	a->otc = u->only_to_customer;
	a->has |= bgp_update_has(u, BGP_MED) ? BGP_HAS_MED : 0;
	a->has |= bgp_update_has(u, BGP_LOCAL_PREF) ? BGP_HAS_LOCAL_PREF : 0;
	a->has |= bgp_update_has(u, BGP_ONLY_TO_CUSTOMER) ? BGP_HAS_OTC : 0;
	a->has |= bgp_update_has(u, BGP_ATOMIC_AGGREGATE) ? BGP_HAS_ATOMIC : 0;
	if (!bgp_update_has(u, BGP_AGGREGATOR) || !width ||
	    cursor_left(&aggregator) != (size_t)width + 4)
		return;
	a->has |= BGP_HAS_AGGREGATOR;
	a->aggregator_as = width == 4 ? cursor_be32(&aggregator) : cursor_be16(&aggregator);
	memcpy(a->aggregator_id, aggregator.at, sizeof a->aggregator_id);
}

size_t
bgp_attrs_build(struct bgp_attrs *a, const struct bgp_update *u, bool mp, unsigned as_width)
{
	struct builder b = {.a = a};

	memset(a, 0, sizeof *a);
	build_numbers(a, u, mp, as_width);
	build_path(&b, u, as_width);
	a->communities = add_words(&b, u->communities, 1);
	a->extended = add_words(&b, u->extended, 2);
	a->large = add_words(&b, u->large, 3);
	if (b.full)
		return 0;
	sum_up_path(a);
	return sizeof *a + b.words * sizeof(uint32_t);
}
