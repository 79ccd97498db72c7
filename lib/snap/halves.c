#include "snap/halves.h"

#include "snap/snap.h"

const char *
half_kind_name(enum half_kind k)
{
	return k == HALF_TCP ? "tcp" : "media";
}

static void
swap(struct half *a, struct half *b)
{
	struct half c = *a;

	*a = *b;
	*b = c;
}

static void
sift_up(struct halves *s, uint32_t i)
{
	for (; i && s->at[(i - 1) / 2].token < s->at[i].token; i = (i - 1) / 2)
		swap(&s->at[(i - 1) / 2], &s->at[i]);
}

static void
sift_down(struct halves *s)
{
	for (uint32_t i = 0, child; (child = 2 * i + 1) < s->count; i = child) {
		if (child + 1 < s->count && s->at[child + 1].token > s->at[child].token)
			child++;
		if (s->at[child].token <= s->at[i].token)
			return;
		swap(&s->at[child], &s->at[i]);
	}
}

static void
drop_highest(struct halves *s)
{
	s->at[0] = s->at[--s->count];
	sift_down(s);
}

void
halves_cut(struct halves *s, uint64_t bound)
{
	if (!halves_want(s, bound))
		return;
	s->cut = true;
	s->bound = bound;
	while (s->count && s->at[0].token >= bound)
		drop_highest(s);
}

static struct half *
find(struct halves *s, uint64_t token)
{
	for (uint32_t i = 0; i < s->count; i++)
		if (s->at[i].token == token)
			return &s->at[i];
	return NULL;
}

static void
grow(struct half *to, const struct half *more)
{
	to->packets += more->packets;
	to->bytes += more->bytes;
	if (more->first_ns < to->first_ns)
		to->first_ns = more->first_ns;
	if (more->last_ns > to->last_ns)
		to->last_ns = more->last_ns;
	if (more->again > to->again)
		to->again = more->again;
}

void
halves_add(struct halves *s, const struct half *h)
{
	struct half *known;

	if (!halves_want(s, h->token))
		return;
	known = find(s, h->token);
	if (known) {
		grow(known, h);
		return;
	}
	if (s->count == HALVES_KEPT)
		halves_cut(s, h->token > s->at[0].token ? h->token : s->at[0].token);
	if (!halves_want(s, h->token))
		return;
	s->at[s->count] = *h;
	sift_up(s, s->count++);
}

double
halves_estimate(const struct halves *s)
{
	if (!s->cut)
		return s->count;
	return s->bound ? s->count / ((double)s->bound / 0x1p64) : 0;
}

struct halves *
snap_halves(const struct snap *s, uint16_t link, unsigned dir, enum half_kind kind)
{
	return &s->halves[(link * 2u + dir) * HALF_KINDS + kind];
}
