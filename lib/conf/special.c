#include "conf/special.h"

#include <string.h>

#include "base/slice.h"

/* The data file itself, so that there is one table and no copy of it. */
__asm__(".section .rodata\n"
        "special_built_in:\n"
        ".incbin \"data/special-registries.txt\"\n"
        ".byte 0\n"
        ".previous\n");
extern const char special_built_in[];

struct reader {
	struct loader *l;
	const char *file;
	unsigned line;
	struct slice rest; /* of the line */
};

static bool
refuse(struct reader *r, const char *want)
{
	r->l->error = arena_printf(&r->l->memory->arena, "%s:%u: %s would be right", r->file,
	                           r->line, want);
	return false;
}

static const char *
take_rest(struct reader *r)
{
	struct slice text = slice_trim(r->rest);

	return arena_printf(&r->l->memory->arena, "%.*s", SLICE_PRINT(text));
}

static bool
take_number(struct slice *word, uint32_t *out)
{
	uint64_t value = 0;
	uint32_t digits = 0;

	for (; word->size && *word->at >= '0' && *word->at <= '9'; word->at++, word->size--) {
		value = value * 10 + (uint64_t)(*word->at - '0');
		if (value > UINT32_MAX)
			return false;
		digits++;
	}
	*out = (uint32_t)value;
	return digits > 0;
}

static bool
read_as(struct reader *r, struct conf_special *to)
{
	struct slice word = slice_word(&r->rest);
	struct conf_special_as *as = &to->asns[to->asn_count];
	bool ok = take_number(&word, &as->first);

	as->last = as->first;
	if (ok && word.size) {
		ok = *word.at == '-';
		word.at++;
		word.size--;
		ok = ok && take_number(&word, &as->last) && !word.size && as->last >= as->first;
	}
	if (!ok)
		return refuse(r, "\"as 64512-65534 why\"");
	as->why = take_rest(r);
	to->asn_count++;
	return true;
}

static bool
read_prefix(struct reader *r, struct conf_special *to, bool is_public)
{
	struct slice word = slice_word(&r->rest);
	struct conf_special_prefix *p = &to->prefixes[to->prefix_count];
	char text[PREFIX_TEXT_SIZE];
	bool host_bits;

	slice_copy(text, sizeof text, word);
	if (!prefix_parse(text, &p->prefix, &host_bits) || host_bits)
		return refuse(r, "\"bogon 192.0.2.0/24 why\"");
	p->is_public = is_public;
	p->why = take_rest(r);
	to->prefix_count++;
	return true;
}

static bool
read_shortest(struct reader *r, struct conf_special *to)
{
	struct slice family = slice_word(&r->rest), word = slice_word(&r->rest);
	bool v4 = slice_equal(family, "ipv4");
	uint32_t bits;

	if ((!v4 && !slice_equal(family, "ipv6")) || !take_number(&word, &bits) || word.size ||
	    bits > 32)
		return refuse(r, "\"shortest ipv4 8\"");
	*(v4 ? &to->shortest_v4 : &to->shortest_v6) = (uint8_t)bits;
	return true;
}

static bool
read_line(struct reader *r, struct conf_special *to)
{
	struct slice verb = slice_word(&r->rest);

	if (!verb.size || *verb.at == '#')
		return true;
	if (slice_equal(verb, "as"))
		return read_as(r, to);
	if (slice_equal(verb, "bogon") || slice_equal(verb, "public"))
		return read_prefix(r, to, slice_equal(verb, "public"));
	if (slice_equal(verb, "shortest"))
		return read_shortest(r, to);
	if (slice_equal(verb, "date"))
		to->date = take_rest(r);
	else if (slice_equal(verb, "source"))
		to->source = take_rest(r);
	else
		return refuse(r, "as, bogon, public, shortest, date or source");
	return true;
}

static bool
parse(struct loader *l, const char *text, const char *file)
{
	struct conf_special *to = &l->conf->special;
	struct slice all = {.at = text, .size = (uint32_t)strlen(text)};
	struct reader r = {.l = l, .file = file};
	size_t lines = 1;

	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	to->asns = arena_take(&l->memory->arena, lines, sizeof *to->asns);
	to->prefixes = arena_take(&l->memory->arena, lines, sizeof *to->prefixes);
	to->date = to->source = "";
	while (all.size) {
		r.line++;
		r.rest = slice_until(&all, '\n');
		if (!read_line(&r, to))
			return false;
	}
	return *to->date || refuse(&r, "a line \"date 2026-11-20\": a table without its date");
}

bool
special_load(struct loader *l)
{
	const char *file = l->conf->data.special;
	struct text text = {0};
	bool ok;
	int rc;

	if (!file)
		return parse(l, special_built_in, "special-registries.txt");
	rc = source_slurp(file, &text);
	if (rc < 0)
		return load_fail_at(l, &l->conf->data.special, "cannot read \"%s\": %s", file,
		                    source_trouble(rc));
	ok = parse(l, text.at ? text.at : "", file);
	text_fini(&text);
	return ok;
}

/* ---- asking ------------------------------------------------------------------------------ */

const char *
conf_special_as(const struct conf *c, uint32_t asn)
{
	for (size_t i = 0; i < c->special.asn_count; i++) {
		const struct conf_special_as *as = &c->special.asns[i];

		if (asn >= as->first && asn <= as->last)
			return as->why;
	}
	return NULL;
}

const char *
conf_special_short(const struct conf *c, const struct prefix *p)
{
	uint8_t least = addr_is_v4(&p->addr) ? c->special.shortest_v4 : c->special.shortest_v6;

	return p->len < least ? "shorter than any allocation" : NULL;
}

const char *
conf_special_prefix(const struct conf *c, const struct prefix *p)
{
	const struct conf_special_prefix *best = NULL;

	if (conf_special_short(c, p))
		return conf_special_short(c, p);
	for (size_t i = 0; i < c->special.prefix_count; i++) {
		const struct conf_special_prefix *s = &c->special.prefixes[i];

		if (addr_is_v4(&s->prefix.addr) == addr_is_v4(&p->addr) &&
		    s->prefix.len <= p->len && prefix_contains(&s->prefix, &p->addr) &&
		    (!best || s->prefix.len >= best->prefix.len))
			best = s;
	}
	return best && !best->is_public ? best->why : NULL;
}
