#include "inspect/bgp_attrs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "inspect/bgp_rules.h"
#include "proto/bgp_open.h"
#include "proto/bgp_path.h"

/* Compared and hashed from `has` on, behind the table's own fields. */
#define COMPARED offsetof(struct bgp_attrs, has)
static_assert(offsetof(struct bgp_attrs, words) ==
                      offsetof(struct bgp_attrs, large) + sizeof(uint16_t),
              "no padding before the words");

enum {
	/* two-byte numbers take a word each, a community of four bytes another */
	WORDS_MAX = UINT16_MAX,
	BUCKETS_MIN = 1 << 10,
};

struct bgp_attrs_table {
	struct bgp_attrs **at; /* by id; [0] is none */
	uint32_t count, room;  /* ids given out, and places */
	uint32_t free;         /* first of the free ids, chained through `chain`; 0: none */
	uint32_t *chain;       /* by free id */
	uint32_t *buckets;     /* id of the first set of a bucket */
	uint32_t mask, used;
	uint64_t bytes, bytes_max, refused;
	struct hash_key key;
	const struct bgp_rules *rules;
	struct bgp_attrs *scratch; /* the set in the making, with WORDS_MAX words */
};

struct bgp_attrs_table *
bgp_attrs_create(uint64_t bytes_max)
{
	struct bgp_attrs_table *t = mem_alloc(1, sizeof *t);

	t->bytes_max = bytes_max;
	t->key = hash_key_make(0);
	t->count = 1;
	t->mask = BUCKETS_MIN - 1;
	t->buckets = mem_alloc(BUCKETS_MIN, sizeof *t->buckets);
	t->scratch = mem_alloc(1, sizeof *t->scratch + WORDS_MAX * sizeof(uint32_t));
	return t;
}

void
bgp_attrs_destroy(struct bgp_attrs_table *t)
{
	if (!t)
		return;
	for (uint32_t i = 1; i < t->count; i++)
		free(t->at[i]);
	free(t->at);
	free(t->chain);
	free(t->buckets);
	free(t->scratch);
	free(t);
}

/* ---- a set from an UPDATE ---------------------------------------------------------------- */

struct builder {
	struct bgp_attrs *a;
	uint32_t words;
	bool full; /* longer than any message could make it */
};

static void
add_word(struct builder *b, uint32_t word)
{
	if (b->words == WORDS_MAX)
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

/* Into the scratch; its size, or 0. */
static size_t
build(struct bgp_attrs_table *t, const struct bgp_update *u, bool mp, unsigned width)
{
	struct bgp_attrs *a = t->scratch;
	struct builder b = {.a = a};

	memset(a, 0, sizeof *a);
	build_numbers(a, u, mp, width);
	build_path(&b, u, width);
	a->communities = add_words(&b, u->communities, 1);
	a->extended = add_words(&b, u->extended, 2);
	a->large = add_words(&b, u->large, 3);
	if (b.full)
		return 0;
	sum_up_path(a);
	return sizeof *a + b.words * sizeof(uint32_t);
}

/* ---- the table --------------------------------------------------------------------------- */

static size_t
size_of(const struct bgp_attrs *a)
{
	return sizeof *a +
	       sizeof(uint32_t) * ((size_t)a->path + a->communities + a->extended + a->large);
}

static uint64_t
hash_of(const struct bgp_attrs_table *t, const struct bgp_attrs *a, size_t size)
{
	const uint8_t *at = (const uint8_t *)a + COMPARED;
	size_t left = size - COMPARED;
	uint64_t hash = left;
	uint8_t rest[16] = {0};

	for (; left >= 16; at += 16, left -= 16)
		hash = hash_16(&t->key, at, hash);
	memcpy(rest, at, left);
	return hash_16(&t->key, rest, hash);
}

static uint32_t
find(const struct bgp_attrs_table *t, const struct bgp_attrs *a, size_t size)
{
	uint32_t id = t->buckets[a->hash & t->mask];

	for (; id; id = t->at[id]->chained) {
		const struct bgp_attrs *other = t->at[id];

		if (other->hash == a->hash && size_of(other) == size &&
		    memcmp((const uint8_t *)other + COMPARED, (const uint8_t *)a + COMPARED,
		           size - COMPARED) == 0)
			return id;
	}
	return BGP_ATTRS_NONE;
}

static void
link_in(struct bgp_attrs_table *t, uint32_t id)
{
	uint32_t *bucket = &t->buckets[t->at[id]->hash & t->mask];

	t->at[id]->chained = *bucket;
	*bucket = id;
}

static void
grow_buckets(struct bgp_attrs_table *t)
{
	t->mask = t->mask * 2 + 1;
	free(t->buckets);
	t->buckets = mem_alloc((size_t)t->mask + 1, sizeof *t->buckets);
	for (uint32_t id = 1; id < t->count; id++)
		if (t->at[id])
			link_in(t, id);
}

static uint32_t
take_id(struct bgp_attrs_table *t)
{
	uint32_t id = t->free;

	if (id) {
		t->free = t->chain[id];
		return id;
	}
	if (t->count >= t->room) {
		t->room = t->room ? t->room * 2 : BUCKETS_MIN;
		t->at = mem_resize(t->at, t->room, sizeof(struct bgp_attrs *));
		t->chain = mem_resize(t->chain, t->room, sizeof *t->chain);
	}
	return t->count++;
}

static uint32_t
add(struct bgp_attrs_table *t, size_t size)
{
	struct bgp_attrs *copy = mem_alloc(1, size);
	uint32_t id = take_id(t);

	memcpy(copy, t->scratch, size);
	t->at[id] = copy;
	t->bytes += size;
	if (++t->used > t->mask)
		grow_buckets(t); /* links all in */
	else
		link_in(t, id);
	return id;
}

static uint8_t
flags_of(const struct bgp_attrs_table *t, const struct bgp_attrs *a)
{
	return t->rules ? bgp_rules_attrs(t->rules, a) : 0;
}

uint32_t
bgp_attrs_intern(struct bgp_attrs_table *t, const struct bgp_update *u, bool mp, unsigned as_width)
{
	size_t size = build(t, u, mp, as_width);
	uint32_t id = BGP_ATTRS_NONE;

	if (size) {
		t->scratch->hash = hash_of(t, t->scratch, size);
		id = find(t, t->scratch, size);
	}
	if (!id && size && t->bytes + size <= t->bytes_max) {
		id = add(t, size);
		t->at[id]->flags = flags_of(t, t->at[id]);
	}
	if (id)
		t->at[id]->refs++;
	else
		t->refused++;
	return id;
}

uint32_t
bgp_attrs_intern_bare(struct bgp_attrs_table *t, struct cursor attributes)
{
	struct bgp_update u;

	bgp_attributes_decode(attributes, &u);
	return bgp_attrs_intern(t, &u, bgp_update_has(&u, BGP_MP_REACH), 4);
}

void
bgp_attrs_hold(struct bgp_attrs_table *t, uint32_t id)
{
	if (id)
		t->at[id]->refs++;
}

void
bgp_attrs_drop(struct bgp_attrs_table *t, uint32_t id)
{
	struct bgp_attrs *a = id ? t->at[id] : NULL;
	uint32_t *at;

	if (!a || --a->refs)
		return;
	for (at = &t->buckets[a->hash & t->mask]; *at != id;)
		at = &t->at[*at]->chained;
	*at = a->chained;
	t->bytes -= size_of(a);
	t->used--;
	free(a);
	t->at[id] = NULL;
	t->chain[id] = t->free;
	t->free = id;
}

const struct bgp_attrs *
bgp_attrs_get(const struct bgp_attrs_table *t, uint32_t id)
{
	return id ? t->at[id] : NULL;
}

void
bgp_attrs_judge(struct bgp_attrs_table *t, const struct bgp_rules *rules)
{
	t->rules = rules;
	for (uint32_t id = 1; id < t->count; id++)
		if (t->at[id])
			t->at[id]->flags = flags_of(t, t->at[id]);
}

void
bgp_attrs_usage(const struct bgp_attrs_table *t, struct bgp_attrs_use *out)
{
	*out = (struct bgp_attrs_use){
		.count = t->used,
		.refused = t->refused,
		.bytes = t->bytes + (uint64_t)t->room * (sizeof *t->at + sizeof *t->chain) +
	                 ((uint64_t)t->mask + 1) * sizeof *t->buckets +
	                 t->used * 16ull /* what malloc adds to each */
	};
}

/* ---- as attributes ----------------------------------------------------------------------- */

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

/* ---- as text ----------------------------------------------------------------------------- */

void
bgp_attrs_path(const struct bgp_attrs *a, struct text *to)
{
	static const struct {
		const char *open, *close;
		char between;
	} forms[] = {
		[BGP_AS_SET] = {"{", "}", ','},
		[BGP_AS_SEQUENCE] = {"", "", ' '},
		[BGP_AS_CONFED_SEQUENCE] = {"(", ")", ' '},
		[BGP_AS_CONFED_SET] = {"[", "]", ','},
	};

	for (uint32_t at = 0; at < a->path;) {
		uint32_t type = a->words[at] >> 16, count = a->words[at] & 0xffff;

		text_add(to, "%s%s", at ? " " : "", forms[type].open);
		for (uint32_t i = 0; i < count; i++) {
			if (i)
				text_add_bytes(to, &forms[type].between, 1);
			text_add(to, "%u", a->words[at + 1 + i]);
		}
		text_add(to, "%s", forms[type].close);
		at += 1 + count;
	}
}

void
bgp_attrs_communities(const struct bgp_attrs *a, struct text *to)
{
	const uint32_t *words = a->words + a->path;

	for (uint32_t i = 0; i < a->communities; i++)
		text_add(to, "%s%u:%u", i ? " " : "", words[i] >> 16, words[i] & 0xffff);
}

/* RFC 4360 section 3, RFC 5668: type and subtype, then an administrator of two bytes, an address,
 * or four bytes, and a number. */
static void
add_extended(uint32_t high, uint32_t low, struct text *to)
{
	uint8_t type = (high >> 24) & 0xbf, subtype = high >> 16 & 0xff;
	const char *name = subtype == 2 ? "rt" : subtype == 3 ? "soo" : NULL;
	uint32_t admin = high << 16 | low >> 16;

	if (!name || type > 2)
		text_add(to, "0x%08x%08x", high, low);
	else if (type == 0)
		text_add(to, "%s:%u:%u", name, high & 0xffff, low);
	else if (type == 1)
		text_add(to, "%s:%u.%u.%u.%u:%u", name, admin >> 24, admin >> 16 & 0xff,
		         admin >> 8 & 0xff, admin & 0xff, low & 0xffff);
	else
		text_add(to, "%s:%u:%u", name, admin, low & 0xffff);
}

void
bgp_attrs_extended(const struct bgp_attrs *a, struct text *to)
{
	const uint32_t *words = a->words + a->path + a->communities;

	for (uint32_t i = 0; i + 1 < a->extended; i += 2) {
		text_add(to, "%s", i ? " " : "");
		add_extended(words[i], words[i + 1], to);
	}
}

void
bgp_attrs_large(const struct bgp_attrs *a, struct text *to)
{
	const uint32_t *words = a->words + a->path + a->communities + a->extended;

	for (uint32_t i = 0; i + 2 < a->large; i += 3)
		text_add(to, "%s%u:%u:%u", i ? " " : "", words[i], words[i + 1], words[i + 2]);
}

const char *
bgp_origin_name(uint8_t origin)
{
	static const char *const names[] = {"igp", "egp", "incomplete"};

	return origin < 3 ? names[origin] : "";
}
