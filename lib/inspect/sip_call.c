#include "inspect/sip_call.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "inspect/handler.h"
#include "inspect/sip_dialog.h"

enum {
	OVER_S = 32,               /* 64 x T1: retransmissions have ended */
	UNANSWERED_S = 180,        /* timer C, RFC 3261 section 16.6 */
	ESTABLISHED_S = 12 * 3600, /* its BYE was missed */
};

struct sip_calls {
	struct lru lru;
	uint64_t forgotten;
	bool keep;
	struct hash_key key, user;
	uint64_t user_ns; /* when the users' key was made */
};

static const char *const state_names[SIP_CALL_STATES] = {
#define SIP_CALL_STATE_ROW(id, name) [SIP_CALL_##id] = name,
	SIP_CALL_STATE_TABLE(SIP_CALL_STATE_ROW)
#undef SIP_CALL_STATE_ROW
};

const char *
sip_call_state_name(enum sip_call_state s)
{
	return state_names[s];
}

struct sip_calls *
sip_calls_create(uint32_t limit, bool keep)
{
	struct sip_calls *t = mem_alloc(1, sizeof *t);

	lru_init(&t->lru, limit);
	t->keep = keep;
	t->key = hash_key_make(0);
	t->user = hash_key_make(0);
	return t;
}

static struct sip_call *
newer(const struct sip_calls *t, const struct sip_call *c)
{
	return (struct sip_call *)lru_newer(&t->lru, c ? &c->node : NULL);
}

static void
drop(struct sip_calls *t, struct sip_call *c)
{
	lru_remove(&t->lru, &c->node);
	free(c);
}

void
sip_calls_destroy(struct sip_calls *t)
{
	if (!t)
		return;
	for (struct sip_call *c; (c = newer(t, NULL));)
		drop(t, c);
	lru_fini(&t->lru);
	free(t);
}

static void
fill(struct sip_call *c, const struct inspection *in, const struct sip *sip, uint64_t now_ns)
{
	const struct conversation *v = in->conversation;

	slice_copy(c->id, sizeof c->id, sip->value[SIP_CALL_ID]);
	if (sip->request)
		slice_copy(c->first_method, sizeof c->first_method, sip->method);
	else
		snprintf(c->first_method, sizeof c->first_method, "status %u", sip->status);
	c->first_ns = now_ns;
	if (!v)
		return;
	c->a = v->ip[in->direction];
	c->a_port = v->port[in->direction];
	c->b = v->ip[!in->direction];
	c->b_port = v->port[!in->direction];
	c->proto = v->proto;
}

static struct sip_call *
add(struct sip_calls *t, struct census *census, uint64_t hash)
{
	struct sip_call *c;

	if (t->lru.count == t->lru.limit) {
		c = newer(t, NULL);
		sip_dialog_leave(c, census);
		drop(t, c);
		t->forgotten++;
	}
	c = mem_alloc(1, sizeof *c);
	lru_add(&t->lru, &c->node, hash);
	return c;
}

/* 64 bits of a keyed hash: that two Call-IDs share them is not to be expected. */
static struct sip_call *
find(const struct sip_calls *t, uint64_t hash)
{
	struct lru_node *n = lru_chain(&t->lru, hash);

	while (n && n->hash != hash)
		n = n->chained;
	return (struct sip_call *)n;
}

/* The users' key goes after its time: hashes of different days can't be joined. */
static void
renew_key(struct sip_calls *t, const struct conf *conf, uint64_t now_ns)
{
	uint64_t hours = conf ? conf->privacy.number_key_hours : 0;

	if (!t->user_ns)
		t->user_ns = now_ns;
	if (hours == 0 || now_ns < t->user_ns + hours * 3600 * NS_PER_S)
		return;
	t->user = hash_key_make(0);
	t->user_ns = now_ns;
}

const struct sip_call *
sip_calls_message(struct sip_calls *t, struct inspection *in, const struct sip *sip)
{
	uint64_t now_ns = in->punt ? in->punt->time_ns : in->conversation->last_ns;
	struct slice id = sip->value[SIP_CALL_ID];
	uint64_t hash = hash_bytes(&t->key, id.at, id.size);
	struct voice_place place;
	struct sip_sight sight = {.sip = sip,
	                          .place = &place,
	                          .in = in,
	                          .voice = in->census->voice,
	                          .key = &t->key,
	                          .user = &t->user,
	                          .now_ns = now_ns};
	struct sip_call *c = find(t, hash);

	renew_key(t, in->conf, now_ns);
	voice_place(in->census->voice, in, &place);
	if (!c) {
		c = add(t, in->census, hash);
		fill(c, in, sip, now_ns);
	} else {
		lru_touch(&t->lru, &c->node);
	}
	c->last_ns = now_ns;
	sip_dialog_message(c, &sight);
	return c;
}

static uint64_t
quiet_limit_s(const struct sip_call *c)
{
	switch (c->state) {
	case SIP_CALL_TRYING:
	case SIP_CALL_RINGING:
		return UNANSWERED_S;
	case SIP_CALL_ANSWERED:
		return ESTABLISHED_S;
	default:
		return OVER_S;
	}
}

void
sip_calls_tick(struct sip_calls *t, struct inspection *in, uint64_t now_ns)
{
	struct sip_call *c = newer(t, NULL), *next;

	for (; c && c->last_ns + OVER_S * NS_PER_S < now_ns; c = next) {
		next = newer(t, c);
		if (c->last_ns + quiet_limit_s(c) * NS_PER_S >= now_ns)
			continue;
		sip_dialog_timeout(c, in->census, now_ns);
		if (t->keep)
			continue;
		sip_dialog_leave(c, in->census);
		drop(t, c);
	}
}

void
sip_calls_each(const struct sip_calls *t, void (*fn)(void *context, const struct sip_call *c),
               void *context)
{
	for (const struct sip_call *c = NULL; (c = newer(t, c));)
		fn(context, c);
}

uint32_t
sip_calls_count(const struct sip_calls *t)
{
	return t->lru.count;
}

uint64_t
sip_calls_forgotten(const struct sip_calls *t)
{
	return t->forgotten;
}
