#include "audit/crossing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audit/field.h"
#include "base/mem.h"

enum {
	TOKENS = 256,       /* more than a probe tells of a link, direction and kind */
	WAIT_US = 30000000, /* a probe that lags by more is not waited for */
};

/* What one link tells of one direction and kind, ascending. */
struct list {
	uint64_t at[TOKENS];
	size_t count;
};

struct crossings {
	struct rec_asymmetry *at;
	size_t count;
	uint64_t until_us; /* of the window joined last */
};

struct crossings *
crossings_create(void)
{
	return mem_alloc(1, sizeof(struct crossings));
}

void
crossings_destroy(struct crossings *c)
{
	if (!c)
		return;
	free(c->at);
	free(c);
}

/* ---- reading -----------------------------------------------------------------------------------
 */

static int
by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* "TOKEN PACKETS …,TOKEN …"; a text that was cut ends with a token that nobody has. */
static void
read_tokens(const char *text, uint64_t bound, bool cut, struct list *out)
{
	out->count = 0;
	for (const char *p = text; *p && out->count < TOKENS; p += *p == ',') {
		char *end;
		uint64_t token = strtoull(p, &end, 16);

		if (end - p == 16 && (!cut || token < bound))
			out->at[out->count++] = token;
		p += strcspn(p, ",");
	}
	qsort(out->at, out->count, sizeof out->at[0], by_value);
}

static bool
has(const struct list *l, uint64_t token)
{
	return bsearch(&token, l->at, l->count, sizeof l->at[0], by_value) != NULL;
}

/* ---- joining -----------------------------------------------------------------------------------
 */

/* A window of which every link has told. */
struct window_join {
	const struct input_halves **links; /* of one contract */
	size_t count;
	unsigned kind, dir; /* of the halves in question; the others go the other way */
	uint64_t bound;     /* of the tokens that every link has kept */
	bool cut;
	struct list *others; /* as links: what goes the other way there */
};

static void
lower_bound(struct window_join *j, const struct rec_halves *r, unsigned dir)
{
	if (!r->kind[j->kind].cut[dir])
		return;
	if (!j->cut || r->kind[j->kind].bound[dir] < j->bound)
		j->bound = r->kind[j->kind].bound[dir];
	j->cut = true;
}

/* Half-width of Wilson's interval at 95 %; of all of them there is no error. */
static double
error_of(double share, uint64_t samples, bool sampled)
{
	double z = 1.96, n = (double)samples;

	if (!sampled || samples == 0)
		return sampled ? NAN : 0;
	return z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n));
}

static void
list_where(const struct window_join *j, const uint64_t *found, uint64_t samples, char *to,
           size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	for (size_t i = 0; i < j->count && used < size; i++)
		if (found[i])
			used += (size_t)snprintf(to + used, size - used, "%s%s %.1f %%",
			                         used ? ", " : "", j->links[i]->rec.link,
			                         100 * (double)found[i] / (double)samples);
}

static void
join_link(const struct window_join *from, const struct rec_halves *r, struct rec_asymmetry *out)
{
	struct window_join j = *from;
	uint64_t *found = mem_alloc(j.count, sizeof *found), all = 0;
	struct list own;

	lower_bound(&j, r, j.dir);
	read_tokens(r->kind[j.kind].tokens[j.dir], j.bound, j.cut, &own);
	for (size_t t = 0; t < own.count; t++) {
		for (size_t i = 0; i < j.count; i++) {
			if (!has(&j.others[i], own.at[t]))
				continue;
			found[i]++;
			all++;
			break;
		}
	}
	out->kind[j.kind].flows[j.dir] = r->kind[j.kind].flows[j.dir];
	out->kind[j.kind].samples[j.dir] = own.count;
	out->kind[j.kind].found_ratio[j.dir] = own.count ? (double)all / (double)own.count : NAN;
	out->kind[j.kind].error_ratio[j.dir] =
		error_of(out->kind[j.kind].found_ratio[j.dir], own.count, j.cut);
	if (!own.count)
		out->kind[j.kind].error_ratio[j.dir] = NAN;
	list_where(&j, found, own.count, out->kind[j.kind].where[j.dir],
	           sizeof out->kind[j.kind].where[j.dir]);
	free(found);
}

static void
join_direction(struct window_join *j, struct rec_asymmetry *out)
{
	j->cut = false;
	for (size_t i = 0; i < j->count; i++)
		lower_bound(j, &j->links[i]->rec, !j->dir);
	for (size_t i = 0; i < j->count; i++)
		read_tokens(j->links[i]->rec.kind[j->kind].tokens[!j->dir], j->bound, j->cut,
		            &j->others[i]);
	for (size_t i = 0; i < j->count; i++)
		join_link(j, &j->links[i]->rec, &out[i]);
}

static void
join_window(struct crossings *c, const struct audit_input *in, const char *contract)
{
	struct window_join j = {.links = mem_alloc(in->halves_count, sizeof *j.links),
	                        .others = mem_alloc(in->halves_count, sizeof *j.others)};

	for (size_t i = 0; i < in->halves_count; i++) {
		const struct input_halves *h = &in->halves[i];

		if (h->rec.until_us == c->until_us && strcmp(h->rec.contract, contract) == 0)
			j.links[j.count++] = h;
	}
	free(c->at);
	c->at = mem_alloc(j.count, sizeof *c->at);
	c->count = j.count;
	for (size_t i = 0; i < j.count; i++) {
		c->at[i].until_us = c->until_us;
		c->at[i].window_us = j.links[i]->rec.window_us;
		FIELD_COPY(c->at[i].link, j.links[i]->rec.link);
		FIELD_COPY(c->at[i].site, j.links[i]->site);
	}
	for (j.kind = 0; j.kind < REC_HALF_KINDS; j.kind++)
		for (j.dir = 0; j.dir < DIR_COUNT; j.dir++)
			join_direction(&j, c->at);
	free(j.links);
	free(j.others);
}

/* The newest window, when nobody who is about to tell of it is missing. */
static const struct rec_halves *
newest(const struct audit_input *in)
{
	const struct rec_halves *last = NULL;

	for (size_t i = 0; i < in->halves_count; i++)
		if (!last || in->halves[i].rec.until_us > last->until_us)
			last = &in->halves[i].rec;
	for (size_t i = 0; last && i < in->halves_count; i++) {
		uint64_t until_us = in->halves[i].rec.until_us;

		if (until_us < last->until_us && until_us + WAIT_US >= last->until_us)
			return NULL;
	}
	return last;
}

void
crossings_turn(struct crossings *c, struct audit_input *in, crossing_fn *fn, void *context)
{
	const struct rec_halves *last = newest(in);

	if (last && last->until_us != c->until_us) {
		c->until_us = last->until_us;
		join_window(c, in, last->contract);
		for (size_t i = 0; i < c->count; i++)
			fn(context, &c->at[i]);
	}
	in->asymmetries = c->at;
	in->asymmetry_count = c->count;
}

uint64_t
crossing_alone(const struct audit_input *in, const char *link, unsigned kind, unsigned dir,
               uint64_t count)
{
	for (size_t i = 0; i < in->asymmetry_count; i++) {
		const struct rec_asymmetry *a = &in->asymmetries[i];
		double found = a->kind[kind].found_ratio[dir] - a->kind[kind].error_ratio[dir];

		if (strcmp(a->link, link) == 0 && found > 0)
			return (uint64_t)llround((double)count * (1 - found));
	}
	return count;
}
