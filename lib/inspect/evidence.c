#include "inspect/evidence.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "inspect/handler.h"

void
evidence_init(struct evidence *e, uint32_t places)
{
	*e = (struct evidence){
		.key = hash_key_make(0),
		.places = places,
		.rows = mem_alloc(places, sizeof *e->rows),
		.changed = mem_alloc(places, sizeof *e->changed),
	};
}

void
evidence_fini(struct evidence *e)
{
	free(e->rows);
	free(e->changed);
}

/* The first of the places where this address may be. */
static struct evidence_row *
places_of(const struct evidence *e, const struct addr *ip)
{
	uint64_t hash = hash_16(&e->key, ip->b, 0);

	return &e->rows[(hash & (e->places / EVIDENCE_WAYS - 1)) * EVIDENCE_WAYS];
}

static struct evidence_row *
find(const struct evidence *e, const struct addr *ip)
{
	struct evidence_row *r = places_of(e, ip);

	for (unsigned i = 0; i < EVIDENCE_WAYS; i++)
		if (r[i].messages.last_us && addr_equal(&r[i].ip, ip))
			return &r[i];
	return NULL;
}

static struct evidence_row *
make(struct evidence *e, const struct addr *ip)
{
	struct evidence_row *r = places_of(e, ip), *oldest = r;
	bool changed;

	for (unsigned i = 1; i < EVIDENCE_WAYS; i++)
		if (r[i].messages.last_us < oldest->messages.last_us)
			oldest = &r[i];
	e->displaced += oldest->messages.last_us != 0;
	changed = oldest->changed; /* its place stands in the list already */
	*oldest = (struct evidence_row){.ip = *ip, .changed = changed};
	return oldest;
}

struct role_messages *
evidence_of(struct evidence *e, const struct addr *ip, uint64_t now_us)
{
	struct evidence_row *r = find(e, ip);

	if (!r)
		r = make(e, ip);
	if (!r->messages.first_us)
		r->messages.first_us = now_us;
	if (now_us >= r->messages.last_us)
		r->messages.last_us = now_us ? now_us : 1;
	if (!r->changed)
		e->changed[e->changed_count++] = (uint32_t)(r - e->rows);
	r->changed = true;
	return &r->messages;
}

const struct role_messages *
evidence_get(const struct evidence *e, const struct addr *ip)
{
	const struct evidence_row *r = find(e, ip);

	return r ? &r->messages : NULL;
}

void
evidence_take(struct evidence *to, struct evidence *from)
{
	for (uint32_t i = 0; i < from->changed_count; i++) {
		struct evidence_row *r = &from->rows[from->changed[i]];

		*evidence_of(to, &r->ip, r->messages.last_us) = r->messages;
		r->changed = false;
	}
	from->changed_count = 0;
}

/* ---- for handlers -------------------------------------------------------------------------- */

static struct role_messages *
of_end(struct inspection *in, bool sender)
{
	const struct conversation *c = in->conversation;
	uint64_t now_ns = in->punt ? in->punt->time_ns : c->last_ns;
	const struct addr *ip;

	if (c)
		ip = &c->ip[sender ? in->direction : !in->direction];
	else
		ip = sender ? &in->punt->packet.src : &in->punt->packet.dst;
	return evidence_of(&in->census->evidence, ip, now_ns / NS_PER_US);
}

struct role_messages *
evidence_sender(struct inspection *in)
{
	return of_end(in, true);
}

struct role_messages *
evidence_receiver(struct inspection *in)
{
	return of_end(in, false);
}

uint64_t
evidence_hash(const struct inspection *in, const void *bytes, size_t size)
{
	return hash_bytes(&in->census->evidence.key, bytes, size);
}
