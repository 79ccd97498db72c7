#include "inspect/voice.h"

#include <stdio.h>
#include <stdlib.h>

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
}

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
voice_rhythm_add(struct voice_rhythm *r, uint64_t now_ns)
{
	if (!r->count++)
		r->first_ns = now_ns;
	else if (now_ns > r->last_ns && now_ns - r->last_ns > r->gap_max_ns)
		r->gap_max_ns = now_ns - r->last_ns;
	r->last_ns = now_ns;
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
