/*
 * Flows that links show one way only, as halves:LINK, once a window. What leaves the probe of a
 * token is its rank, by which sketches are compared, and a digest under the contract's secret:
 * addresses can be neither read from it nor tried out without the contract.
 */
#include <math.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/sha256.h"
#include "store/export_private.h"

#define RANK_MASK (UINT64_MAX << 40)

static uint64_t
told_token(const struct conf *c, uint64_t token)
{
	uint8_t digest[SHA256_SIZE];
	struct sha256 s;

	sha256_init(&s);
	sha256_add(&s, c->secret, sizeof c->secret);
	sha256_add(&s, &token, sizeof token);
	sha256_end(&s, digest);
	return (token & RANK_MASK) | (load_be64(digest) & ~RANK_MASK);
}

static uint64_t
ms_before(uint64_t until_us, uint64_t ns)
{
	uint64_t us = ns / NS_PER_US;

	return us < until_us ? (until_us - us) / US_PER_MS : 0;
}

static void
list_tokens(const struct conf *c, const struct halves *s, uint64_t until_us, uint64_t bound,
            char to[REC_TOKENS])
{
	size_t used = 0;

	for (uint32_t i = 0; i < s->count && used < REC_TOKENS; i++) {
		const struct half *h = &s->at[i];
		uint64_t told = told_token(c, h->token);

		if (s->cut && told >= bound)
			continue;
		used += (size_t)snprintf(to + used, REC_TOKENS - used,
		                         "%s%016llx %llu %llu %u %llu %llu", used ? "," : "",
		                         (unsigned long long)told, (unsigned long long)h->packets,
		                         (unsigned long long)h->bytes, h->again,
		                         (unsigned long long)ms_before(until_us, h->first_ns),
		                         (unsigned long long)ms_before(until_us, h->last_ns));
	}
}

static void
export_link_halves(struct epoch *x, uint16_t link)
{
	const struct halves_book *b = x->a->halves;
	const struct conf *c = x->e->conf;
	struct rec_halves r = {.until_us = b->until_us,
	                       .window_us = b->keep ? 0 : HALVES_WINDOW_US};

	COPY_TEXT(r.link, c->links[link].name);
	snprintf(r.contract, sizeof r.contract, "%.16s", c->sha256);
	for (unsigned k = 0; k < REC_HALF_KINDS; k++) {
		for (unsigned dir = 0; dir < DIR_COUNT; dir++) {
			const struct halves *s = halves_book_get(b, link, dir, k);

			r.kind[k].flows[dir] = (uint64_t)llround(halves_estimate(s));
			r.kind[k].cut[dir] = s->cut;
			r.kind[k].bound[dir] = s->cut ? s->bound & RANK_MASK : 0;
			list_tokens(c, s, b->until_us, r.kind[k].bound[dir], r.kind[k].tokens[dir]);
		}
	}
	export_put(x, RECORD_HALVES, r.link, &r);
}

/* A whole window of nothing is told too: only then is what another link shows alone there. */
void
export_halves(struct epoch *x)
{
	const struct halves_book *b = x->a->halves;

	static_assert((int)REC_HALF_KINDS == (int)HALF_KINDS, "a place for each kind");
	if (!b->whole || !b->turned)
		return;
	for (uint32_t i = 0; i < b->link_count; i++)
		if (export_taps(x->e, i))
			export_link_halves(x, (uint16_t)i);
}
