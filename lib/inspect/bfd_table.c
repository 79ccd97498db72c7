#include "inspect/bfd_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "inspect/fact.h"

enum { NONE = UINT32_MAX, NO_MEMBER = 0xff };

/* What a session is found by; no padding. */
struct place {
	struct addr low, high;
	uint16_t link;
	uint8_t member, multihop;
};

void
bfd_table_init(struct bfd_table *t)
{
	*t = (struct bfd_table){.key = hash_key_make(0)};
}

void
bfd_table_fini(struct bfd_table *t)
{
	free(t->at);
	free(t->buckets);
}

/* Room comes with the first session: most inspectors see none. */
static void
make_room(struct bfd_table *t)
{
	if (t->at)
		return;
	t->at = mem_alloc(BFD_SESSIONS, sizeof *t->at);
	t->buckets = mem_alloc(BFD_SESSIONS, sizeof *t->buckets);
	memset(t->buckets, 0xff, BFD_SESSIONS * sizeof *t->buckets);
}

static struct place
place_of(const struct bfd_session *s)
{
	bool swapped = addr_compare(&s->ip[0], &s->ip[1]) > 0;
	struct place p = {.low = s->ip[swapped], .high = s->ip[!swapped], .link = s->link};

	p.member = s->kind == BFD_MICRO ? s->member : NO_MEMBER;
	p.multihop = s->kind == BFD_MULTIHOP;
	/* either direction may come over any link */
	if (p.multihop)
		p.link = FACT_NO_LINK;
	return p;
}

static uint32_t *
bucket_of(struct bfd_table *t, const struct place *p)
{
	return &t->buckets[hash_bytes(&t->key, p, sizeof *p) % BFD_SESSIONS];
}

static struct bfd_session *
find(struct bfd_table *t, const struct place *p)
{
	for (uint32_t i = *bucket_of(t, p); i != NONE; i = t->at[i].chained) {
		struct place there = place_of(&t->at[i]);

		if (memcmp(&there, p, sizeof *p) == 0)
			return &t->at[i];
	}
	return NULL;
}

static void
unchain(struct bfd_table *t, uint32_t index)
{
	struct place p = place_of(&t->at[index]);
	uint32_t *at = bucket_of(t, &p);

	while (*at != index)
		at = &t->at[*at].chained;
	*at = t->at[index].chained;
}

static void
chain(struct bfd_table *t, uint32_t index)
{
	struct place p = place_of(&t->at[index]);
	uint32_t *bucket = bucket_of(t, &p);

	t->at[index].chained = *bucket;
	*bucket = index;
}

static bool
gives_way(const struct bfd_session *s, uint64_t now_ns)
{
	uint64_t last =
		s->half[0].last_ns > s->half[1].last_ns ? s->half[0].last_ns : s->half[1].last_ns;

	return !s->declared &&
	       (s->state == BFD_SESSION_ONE_SIDED || now_ns > last + BFD_QUIET_S * NS_PER_S);
}

/* A free place: a new one, or of one that gives way; NONE: there is none. */
static uint32_t
take_place(struct bfd_table *t, uint64_t now_ns)
{
	if (t->count < BFD_SESSIONS)
		return t->count++;
	for (unsigned i = 0; i < BFD_HAND; i++) {
		uint32_t index = t->hand++ % BFD_SESSIONS;

		if (!gives_way(&t->at[index], now_ns))
			continue;
		unchain(t, index);
		t->forgotten++;
		return index;
	}
	t->refused++;
	return NONE;
}

/* ---- who it is ----------------------------------------------------------------------------- */

static const struct conf_session *
declared(const struct conf *conf, const struct bfd_session *s, uint16_t *link, bool *swapped)
{
	for (size_t l = 0; conf && l < conf->link_count; l++)
		for (size_t i = 0; i < conf->links[l].session_count; i++) {
			const struct conf_session *c = &conf->links[l].sessions[i];

			*swapped =
				addr_equal(&c->peer, &s->ip[1]) && addr_equal(&c->cloud, &s->ip[0]);
			if (!*swapped &&
			    !(addr_equal(&c->peer, &s->ip[0]) && addr_equal(&c->cloud, &s->ip[1])))
				continue;
			*link = (uint16_t)l;
			return c;
		}
	return NULL;
}

static void
name_session(struct bfd_session *s, const struct conf *conf, const struct conf_session *c)
{
	const char *link = s->link != FACT_NO_LINK ? conf->links[s->link].name : "";
	char peer[ADDR_TEXT_SIZE], cloud[ADDR_TEXT_SIZE];

	s->declared = c != NULL;
	snprintf(s->guards, sizeof s->guards, "%s", c ? c->name : "");
	if (s->kind == BFD_MICRO)
		snprintf(s->name, sizeof s->name, "%s:%u", link, s->member);
	else if (c)
		snprintf(s->name, sizeof s->name, "%s", c->name);
	else
		snprintf(s->name, sizeof s->name, "%s:%s-%s", link, addr_format(&s->ip[0], peer),
		         addr_format(&s->ip[1], cloud));
}

/* The session as this packet alone tells it, with its sides put right; false: not known which. */
static bool
describe(struct bfd_session *s, const struct conf *conf, const struct lane_id *lane,
         const struct packet *p, enum bfd_kind kind, const struct conf_session **c, unsigned *side)
{
	bool swapped = false;

	bfd_session_init(s);
	*side = lane ? lane->dir : 0;
	s->kind = (uint8_t)kind;
	s->link = lane ? lane->link : FACT_NO_LINK;
	s->member = lane ? lane->member : NO_MEMBER;
	s->ip[*side] = p->src;
	s->ip[!*side] = p->dst;
	*c = kind == BFD_MICRO ? NULL : declared(conf, s, &s->link, &swapped);
	if (swapped && !lane) {
		struct addr peer = s->ip[1];

		s->ip[1] = s->ip[0];
		s->ip[0] = peer;
		*side = 1;
	}
	return conf && (lane || *c);
}

struct bfd_session *
bfd_table_find(struct bfd_table *t, const struct conf *conf, const struct lane_id *lane,
               const struct packet *p, enum bfd_kind kind, uint64_t now_ns, unsigned *side)
{
	const struct conf_session *c;
	struct bfd_session as_told, *s;
	struct place place;
	uint32_t index;

	if (!describe(&as_told, conf, lane, p, kind, &c, side))
		return NULL;
	make_room(t);
	place = place_of(&as_told);
	s = find(t, &place);
	if (s)
		return s;
	index = take_place(t, now_ns);
	if (index == NONE)
		return NULL;
	t->at[index] = as_told;
	name_session(&t->at[index], conf, c);
	chain(t, index);
	return &t->at[index];
}

struct bfd_session *
bfd_table_find_end(struct bfd_table *t, uint16_t link, const struct addr *ip)
{
	for (uint32_t i = 0; i < t->count; i++) {
		struct bfd_session *s = &t->at[i];

		if (s->link == link && (addr_equal(&s->ip[0], ip) || addr_equal(&s->ip[1], ip)))
			return s;
	}
	return NULL;
}

/* ---- reload -------------------------------------------------------------------------------- */

static uint16_t
new_index(const struct conf *before, const struct conf *after, uint16_t link)
{
	for (size_t i = 0; link != FACT_NO_LINK && i < after->link_count; i++)
		if (strcmp(after->links[i].name, before->links[link].name) == 0)
			return (uint16_t)i;
	return FACT_NO_LINK;
}

void
bfd_table_set_conf(struct bfd_table *t, const struct conf *before, const struct conf *after)
{
	uint32_t kept = 0;

	if (!t->at)
		return;
	memset(t->buckets, 0xff, BFD_SESSIONS * sizeof *t->buckets);
	for (uint32_t i = 0; before && after && i < t->count; i++) {
		struct bfd_session *s = &t->at[i];
		const struct conf_session *c;
		bool swapped;

		s->link = new_index(before, after, s->link);
		if (s->link == FACT_NO_LINK)
			continue;
		c = s->kind == BFD_MICRO ? NULL : declared(after, s, &s->link, &swapped);
		name_session(s, after, c);
		t->at[kept] = *s;
		chain(t, kept++);
	}
	t->count = kept;
}
