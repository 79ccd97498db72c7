#include "inspect/round_trip.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "conf/conf.h"
#include "inspect/handler.h"
#include "state/lpm.h"

enum { WAYS = 4, HISTOGRAMS = 256 };

struct question {
	uint64_t key;   /* 64 keyed bits of its name, method and addresses; 0: free */
	uint64_t at_ns; /* 0: asked twice */
	uint64_t since_ns;
};

struct round_trips {
	struct question questions[ROUND_TRIP_ENTRIES];
	struct hash_key key;
	struct latency_set samples;
	struct lpm *subnets[2], *sbcs; /* NULL: no configuration */
	uint16_t links;
};

struct round_trips *
round_trips_create(void)
{
	struct round_trips *r = mem_alloc(1, sizeof *r);

	r->key = hash_key_make(0);
	return r;
}

static void
forget_conf(struct round_trips *r)
{
	if (!r->subnets[SIDE_PEER])
		return;
	lpm_destroy(r->subnets[SIDE_PEER]);
	lpm_destroy(r->subnets[SIDE_MSFT]);
	lpm_destroy(r->sbcs);
	latency_set_fini(&r->samples);
	r->subnets[SIDE_PEER] = NULL;
}

void
round_trips_destroy(struct round_trips *r)
{
	if (!r)
		return;
	forget_conf(r);
	free(r);
}

static struct lpm *
subnets_of(const struct conf *c, enum side side)
{
	struct lpm_entry *entries = mem_alloc(c->subnet_count + 1, sizeof *entries);
	size_t count = 0;
	struct lpm *lpm;

	for (size_t i = 0; i < c->subnet_count; i++)
		if (c->subnets[i].side == side)
			entries[count++] =
				(struct lpm_entry){c->subnets[i].prefix, (uint32_t)i + 1};
	lpm = lpm_create(entries, count);
	free(entries);
	return lpm;
}

static struct lpm *
sbcs_of(const struct conf *c)
{
	struct lpm_entry *entries = NULL;
	size_t count = 0, room = 0;
	struct lpm *lpm;

	for (size_t i = 0; i < c->sbc_count; i++)
		room += c->sbcs[i].media.count + c->sbcs[i].signalling.count;
	entries = mem_alloc(room + 1, sizeof *entries);
	for (size_t i = 0; i < c->sbc_count; i++) {
		const struct conf_sbc *s = &c->sbcs[i];

		for (size_t n = 0; n < s->media.count; n++)
			entries[count++] = (struct lpm_entry){s->media.at[n], (uint32_t)i + 1};
		for (size_t n = 0; n < s->signalling.count; n++) {
			const struct addr *a = &s->signalling.at[n];
			struct prefix host = {*a, addr_is_v4(a) ? 32 : 128};

			entries[count++] = (struct lpm_entry){host, (uint32_t)i + 1};
		}
	}
	lpm = lpm_create(entries, count);
	free(entries);
	return lpm;
}

/* What the old subnets' ids counted is given up: less than an interval of it. */
void
round_trips_set_conf(struct round_trips *r, const struct conf *conf)
{
	forget_conf(r);
	if (!conf || !latency_set_init(&r->samples, HISTOGRAMS, (uint16_t)conf->link_count, false))
		return;
	r->subnets[SIDE_PEER] = subnets_of(conf, SIDE_PEER);
	r->subnets[SIDE_MSFT] = subnets_of(conf, SIDE_MSFT);
	r->sbcs = sbcs_of(conf);
}

struct latency_set *
round_trip_samples(struct round_trips *r)
{
	return &r->samples;
}

/* ---- questions ------------------------------------------------------------------------------- */

static uint64_t
key_of(const struct round_trips *r, const struct packet *p, bool answer, enum latency_method method,
       const void *name, size_t size)
{
	const struct addr *asks = answer ? &p->dst : &p->src, *answers = answer ? &p->src : &p->dst;
	uint64_t h = hash_16(&r->key, asks->b, method);

	h = hash_16(&r->key, answers->b, h);
	h = hash_mix(&r->key, h, hash_bytes(&r->key, name, size));
	return h ? h : 1;
}

static struct question *
place_of(struct round_trips *r, uint64_t key)
{
	return &r->questions[(key >> 32) % (ROUND_TRIP_ENTRIES / WAYS) * WAYS];
}

static bool
is_stale(const struct question *q, uint64_t now_ns)
{
	return now_ns > q->since_ns + ROUND_TRIP_SECONDS * NS_PER_S || now_ns < q->since_ns;
}

static struct question *
find(struct round_trips *r, uint64_t key, uint64_t now_ns)
{
	struct question *place = place_of(r, key);

	for (unsigned i = 0; i < WAYS; i++)
		if (place[i].key == key && !is_stale(&place[i], now_ns))
			return &place[i];
	return NULL;
}

static struct question *
oldest(struct round_trips *r, uint64_t key)
{
	struct question *place = place_of(r, key), *found = place;

	for (unsigned i = 1; i < WAYS; i++)
		if (place[i].since_ns < found->since_ns)
			found = &place[i];
	return found;
}

static bool
can_sample(const struct inspection *in)
{
	return in->punt && in->lane && in->census->round_trips->subnets[SIDE_PEER];
}

void
round_trip_ask(struct inspection *in, enum latency_method method, const void *name, size_t size)
{
	struct round_trips *r = in->census->round_trips;
	struct question *q;
	uint64_t key;

	if (!can_sample(in))
		return;
	key = key_of(r, &in->punt->packet, false, method, name, size);
	q = find(r, key, in->punt->time_ns);
	if (q) {
		q->at_ns = 0;
		return;
	}
	*oldest(r, key) = (struct question){key, in->punt->time_ns, in->punt->time_ns};
}

/* ---- answers --------------------------------------------------------------------------------- */

static void
sample(struct inspection *in, enum latency_method method, uint64_t ns)
{
	struct round_trips *r = in->census->round_trips;
	const struct packet *p = &in->punt->packet;
	uint8_t half = in->lane->dir == DIR_PEER_TO_MSFT ? SIDE_PEER : SIDE_MSFT;
	struct latency_key key = {.link = in->lane->link, .half = half, .method = (uint8_t)method};
	uint32_t sbcs[2] = {lpm_find(r->sbcs, &p->src), lpm_find(r->sbcs, &p->dst)};

	key.subnet = lpm_find(r->subnets[half], &p->src);
	latency_add(&r->samples, &key, ns);
	for (unsigned i = 0; i < 2; i++) {
		key.subnet = LATENCY_SBC_BASE + sbcs[i] - 1;
		if (sbcs[i] && (i == 0 || sbcs[1] != sbcs[0]))
			latency_add(&r->samples, &key, ns);
	}
}

void
round_trip_answer_less(struct inspection *in, enum latency_method method, const void *name,
                       size_t size, uint64_t held_ns)
{
	struct round_trips *r = in->census->round_trips;
	struct question *q;

	if (!can_sample(in))
		return;
	q = find(r, key_of(r, &in->punt->packet, true, method, name, size), in->punt->time_ns);
	if (!q)
		return;
	if (q->at_ns && in->punt->time_ns - q->at_ns >= held_ns)
		sample(in, method, in->punt->time_ns - q->at_ns - held_ns);
	*q = (struct question){0};
}

void
round_trip_answer(struct inspection *in, enum latency_method method, const void *name, size_t size)
{
	round_trip_answer_less(in, method, name, size, 0);
}
