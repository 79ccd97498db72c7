#include "inspect/voice.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "inspect/handler.h"
#include "state/lpm.h"

static const char *const nat_names[NAT_SIGNS] = {
#define NAT_SIGN_ROW(id, name, help) [NAT_##id] = name,
	NAT_SIGN_TABLE(NAT_SIGN_ROW)
#undef NAT_SIGN_ROW
};

const char *
nat_sign_name(enum nat_sign s)
{
	return nat_names[s];
}

struct voice *
voice_create(void)
{
	struct voice *v = mem_alloc(1, sizeof *v);

	named_init(&v->scopes, sizeof(struct voice_scope));
	named_init(&v->links, sizeof(struct voice_link));
	return v;
}

void
voice_destroy(struct voice *v)
{
	if (!v)
		return;
	for (uint32_t i = 0; i < v->scopes.count; i++) {
		free(voice_scope(v, i)->setup);
		free(voice_scope(v, i)->answer);
	}
	named_fini(&v->scopes);
	named_fini(&v->links);
	lpm_destroy(v->subnets);
	free(v);
}

void
voice_set_conf(struct voice *v, const struct conf *conf)
{
	struct lpm_entry *entries;

	lpm_destroy(v->subnets);
	v->subnets = NULL;
	v->conf = conf;
	if (!conf)
		return;
	v->silence_ns = (uint64_t)conf_threshold(conf, NULL, "x18_options_gap_us") * NS_PER_US;
	entries = mem_alloc(conf->subnet_count + 1, sizeof *entries);
	for (size_t i = 0; i < conf->subnet_count; i++)
		entries[i] = (struct lpm_entry){conf->subnets[i].prefix, (uint32_t)i + 1};
	v->subnets = lpm_create(entries, conf->subnet_count);
	free(entries);
}

static void
add_scope(struct voice *v, struct voice_place *p, uint64_t now_ns, const char *kind,
          const char *name)
{
	char full[NAMED_SIZE];
	struct voice_scope *s;

	snprintf(full, sizeof full, "%s:%s", kind, name);
	s = named_get(&v->scopes, full);
	if (!s->since_ns)
		s->since_ns = now_ns;
	s->last_ns = now_ns;
	p->scope[p->count++] = (uint32_t)(s - (struct voice_scope *)v->scopes.items);
}

static bool
signals(const struct conf_sbc *s, const struct conversation *c)
{
	for (size_t i = 0; i < s->signalling.count; i++)
		if (addr_equal(&s->signalling.at[i], &c->ip[0]) ||
		    addr_equal(&s->signalling.at[i], &c->ip[1]))
			return true;
	return false;
}

static void
add_sbc(struct voice *v, struct voice_place *p, uint64_t now_ns, const struct conversation *c)
{
	for (size_t i = 0; i < v->conf->sbc_count; i++) {
		if (!signals(&v->conf->sbcs[i], c))
			continue;
		add_scope(v, p, now_ns, "sbc", v->conf->sbcs[i].name);
		return;
	}
}

static void
add_subnet(struct voice *v, struct voice_place *p, uint64_t now_ns, const struct addr *peer)
{
	uint32_t found = lpm_find(v->subnets, peer);
	char text[PREFIX_TEXT_SIZE];

	if (found != LPM_NONE)
		add_scope(v, p, now_ns, "subnet",
		          prefix_format(&v->conf->subnets[found - 1].prefix, text));
}

void
voice_place(struct voice *v, const struct inspection *in, struct voice_place *out)
{
	const struct conversation *c = in->conversation;
	uint64_t now_ns = in->punt ? in->punt->time_ns : c->last_ns;

	*out = (struct voice_place){.link = FACT_NO_LINK};
	if (!v->conf || !in->lane || in->lane->link >= v->conf->link_count)
		return;
	out->sided = true;
	out->link = in->lane->link;
	out->dir = in->lane->dir;
	out->sender = out->dir == DIR_PEER_TO_MSFT ? SIDE_PEER : SIDE_MSFT;
	add_scope(v, out, now_ns, "link", v->conf->links[out->link].name);
	add_sbc(v, out, now_ns, c);
	add_subnet(v, out, now_ns,
	           &c->ip[out->sender == SIDE_PEER ? in->direction : !in->direction]);
	voice_word(v, out, out->link, out->sender, now_ns);
}

/* ---- who is silent --------------------------------------------------------------------------- */

/* Links carry something far more often: LACPDUs every 30 s, KEEPALIVEs every minute. */
enum { MUTE_S = 120 };

/* Its number in v->links + 1: links keep it over a reload. */
static uint32_t
link_number(struct voice *v, uint16_t link)
{
	const struct voice_link *l;

	if (link >= v->conf->link_count)
		return 0;
	l = named_get(&v->links, v->conf->links[link].name);
	return (uint32_t)(l - (struct voice_link *)v->links.items) + 1;
}

static struct voice_link *
link_at(const struct voice *v, uint32_t number)
{
	return (struct voice_link *)v->links.items + number - 1;
}

/* `mute` grows by what of [from, until] lies behind `last`. */
static void
add_mute(uint64_t *mute_ns, uint64_t last_ns, uint64_t from_ns, uint64_t until_ns)
{
	if (from_ns < last_ns)
		from_ns = last_ns;
	if (last_ns && until_ns > from_ns)
		*mute_ns += until_ns - from_ns;
}

/* The link of this number showed nothing of `side`. */
static void
link_was_mute(struct voice *v, uint32_t link, enum side side, uint64_t from_ns, uint64_t until_ns)
{
	for (uint32_t i = 0; i < v->scopes.count; i++) {
		struct voice_side *s = &voice_scope(v, i)->side[side];

		if (s->link != link)
			continue;
		add_mute(&s->mute_ns, s->last_ns, from_ns, until_ns);
		add_mute(&s->options.mute_ns, s->options.last_ns, from_ns, until_ns);
	}
}

void
voice_heard(struct voice *v, uint16_t link, enum direction dir, uint64_t time_ns)
{
	enum side side = dir == DIR_PEER_TO_MSFT ? SIDE_PEER : SIDE_MSFT;
	uint32_t number = v->conf && time_ns ? link_number(v, link) : 0;
	uint64_t *heard_ns, before_ns;

	if (!number)
		return;
	heard_ns = &link_at(v, number)->heard_ns[side];
	before_ns = *heard_ns;
	*heard_ns = time_ns;
	if (before_ns && time_ns > before_ns + MUTE_S * NS_PER_S)
		link_was_mute(v, number, side, before_ns, time_ns);
}

/* When the link on which the side spoke last brought anything of it; 0: not known. */
static uint64_t
heard_of(const struct voice *v, const struct voice_side *s, enum side side)
{
	return s->link ? link_at(v, s->link)->heard_ns[side] : 0;
}

/* Since `last`, without what the link did not show. */
static uint64_t
silence_ns(const struct voice *v, const struct voice_side *s, enum side side, uint64_t last_ns,
           uint64_t mute_ns, uint64_t now_ns)
{
	uint64_t heard_ns = heard_of(v, s, side);

	/* mute now, and nobody knows yet for how long */
	if (now_ns > heard_ns + MUTE_S * NS_PER_S && heard_ns)
		add_mute(&mute_ns, last_ns, heard_ns, now_ns);
	return last_ns && now_ns > last_ns + mute_ns ? now_ns - last_ns - mute_ns : 0;
}

/* A silence that ended now. */
static void
note_silence(const struct voice *v, struct voice_side *s, uint64_t length_ns, uint64_t now_ns)
{
	if (length_ns <= v->silence_ns || !v->silence_ns)
		return;
	outages_begin(&s->silences, now_ns - length_ns);
	outages_end(&s->silences, now_ns);
}

void
voice_word(struct voice *v, const struct voice_place *p, uint16_t link, enum side side,
           uint64_t now_ns)
{
	uint32_t number = v->conf ? link_number(v, link) : 0;

	for (unsigned i = 0; i < p->count; i++) {
		struct voice_scope *scope = voice_scope(v, p->scope[i]);
		struct voice_side *s = &scope->side[side];

		if (scope->options_by_rhythm && scope->tls_open)
			note_silence(v, s, silence_ns(v, s, side, s->last_ns, s->mute_ns, now_ns),
			             now_ns);
		s->last_ns = scope->last_ns = now_ns;
		s->mute_ns = 0;
		s->link = number;
	}
}

void
voice_asked(struct voice *v, struct voice_scope *s, enum side side, uint64_t now_ns)
{
	struct voice_rhythm *r = &s->side[side].options;
	uint64_t gap_ns = silence_ns(v, &s->side[side], side, r->last_ns, r->mute_ns, now_ns);

	if (!r->count++)
		r->first_ns = now_ns;
	else if (gap_ns > r->gap_max_ns)
		r->gap_max_ns = gap_ns;
	if (r->count > 1 && !s->options_by_rhythm)
		note_silence(v, &s->side[side], gap_ns, now_ns);
	r->last_ns = now_ns;
	r->mute_ns = 0;
}

uint64_t
voice_quiet_ns(const struct voice *v, const struct voice_scope *s, enum side side)
{
	const struct voice_side *of = &s->side[side];
	uint64_t heard_ns = heard_of(v, of, side);

	if (s->options_by_rhythm)
		return silence_ns(v, of, side, of->last_ns, of->mute_ns, heard_ns);
	return silence_ns(v, of, side, of->options.last_ns, of->options.mute_ns, heard_ns);
}

/* ---- counts ---------------------------------------------------------------------------------- */

void
voice_code_add(struct voice_codes *c, uint16_t code)
{
	for (uint32_t i = 0; i < c->count; i++) {
		if (c->at[i].code == code) {
			c->at[i].responses++;
			return;
		}
	}
	if (c->count == VOICE_CODES) {
		c->beyond++;
		return;
	}
	c->at[c->count].code = code;
	c->at[c->count++].responses = 1;
}

void
voice_time_add(struct histogram **h, uint64_t ns)
{
	if (!*h)
		*h = mem_alloc(1, sizeof **h);
	histogram_add(*h, ns);
}

void
voice_nat_add(struct voice *v, const struct voice_place *p, enum nat_sign sign, const char *example)
{
	for (unsigned i = 0; i < p->count; i++) {
		struct voice_scope *s = voice_scope(v, p->scope[i]);

		if (!s->nat[sign]++)
			snprintf(s->nat_first[sign], sizeof s->nat_first[sign], "%s", example);
	}
}
