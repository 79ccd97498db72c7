#include "audit/finding.h"

#include <stdlib.h>
#include <string.h>

#include "audit/field.h"
#include "base/mem.h"

/* looks and close_s are engineering defaults of this project */
static const struct finding_kind kinds[] = {
	{"bfd.down", "critical", 2, 5, "a BFD session that is not up"},
	{"bgp.session.down", "critical", 2, 5, "a BGP session that was up and is not"},
	{"class.undeclared", "major", 2, 300, "a class that its subnet does not declare"},
	{"config.mismatch", "major", 2, 10, "two programs work from different contract files"},
	{"lacp.member.down", "major", 2, 5, "a member that is out of its LAG"},
	{"link.degraded", "major", 2, 5, "a link that lacks a member"},
	{"link.silent", "critical", 2, 10, "no packet in one or both directions of a link"},
	{"link.utilisation", "major", 5, 600, "a link over the limit that orders an augmentation"},
	{"probe.clock", "minor", 1, 60, "a packet clock that is off, or stepped"},
	{"probe.loss", "major", 2, 60, "the probe itself lost packets"},
	{"probe.stale", "critical", 2, 5, "a probe that stopped writing"},
	{"probe.unfit", "critical", 2, 30, "a probe that says of itself that it is unfit"},
	{"sip.nat", "minor", 2, 3600, "signs of address translation or a SIP ALG"},
	{"tls.alert", "minor", 1, 300, "TLS alerts on an SBC's signalling"},
	{"tls.cert.expiring", "minor", 2, 60, "a certificate of signalling that runs out"},
	{"voice.options.late", "minor", 2, 30, "an SBC that sends OPTIONS no more"},
	{"voice.gap", "minor", 1, 60, "an outage of many media streams at once"},
	{"voice.oneway", "major", 2, 10, "media legs that carry one way only"},
};

size_t
finding_kind_count(void)
{
	return sizeof kinds / sizeof kinds[0];
}

const struct finding_kind *
finding_kind_at(size_t i)
{
	return &kinds[i];
}

const struct finding_kind *
finding_kind_find(const char *name)
{
	for (size_t i = 0; i < finding_kind_count(); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

unsigned
finding_severity_rank(const char *severity)
{
	static const char *const names[] = {"info", "minor", "major", "critical"};

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], severity) == 0)
			return i + 1;
	return 0;
}

/* FNV-1a, 32 bit (Fowler, Noll, Vo): the same on every machine and for ever. */
static uint32_t
short_hash(const char *text)
{
	uint32_t hash = 2166136261u;

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash;
}

void
finding_id(const char *kind, const char *subject, char id[64])
{
	field_format(id, 64, "%s-%08x", kind, short_hash(subject));
}

void
sightings_fini(struct sightings *s)
{
	free(s->at);
	*s = (struct sightings){0};
}

/* ---- the book -------------------------------------------------------------------------------- */

struct page {
	struct rec_finding rec;
	const struct finding_kind *kind;
	uint32_t looks;        /* consecutive ones that saw it, while not open */
	uint64_t first_us;     /* of these */
	uint64_t last_seen_us; /* newest look that saw it */
	bool open;             /* open or acknowledged */
	bool seen;             /* in this look */
	bool changed;          /* in this look, in a way worth writing */
};

struct finding_book {
	struct page *pages;
	size_t count, capacity;
	uint64_t now_us; /* of the last look */
	const struct rec_finding **open;
};

struct finding_book *
finding_book_create(void)
{
	return mem_alloc(1, sizeof(struct finding_book));
}

void
finding_book_destroy(struct finding_book *b)
{
	if (!b)
		return;
	free(b->pages);
	free(b->open);
	free(b);
}

static struct page *
page_find(struct finding_book *b, const char *id)
{
	for (size_t i = 0; i < b->count; i++)
		if (strcmp(b->pages[i].rec.id, id) == 0)
			return &b->pages[i];
	return NULL;
}

static struct page *
page_add(struct finding_book *b, const struct rec_finding *f)
{
	struct page *p;

	if (b->count == b->capacity) {
		b->capacity = b->capacity ? 2 * b->capacity : 16;
		b->pages = mem_resize(b->pages, b->capacity, sizeof *b->pages);
	}
	p = &b->pages[b->count++];
	*p = (struct page){.rec = *f, .kind = finding_kind_find(f->kind)};
	return p;
}

void
finding_book_restore(struct finding_book *b, const struct rec_finding *f)
{
	struct page *p;

	if (strcmp(f->state, "closed") == 0 || !finding_kind_find(f->kind) || page_find(b, f->id))
		return;
	p = page_add(b, f);
	p->open = true;
	p->last_seen_us = f->until_us > f->since_us ? f->until_us : f->since_us;
}

void
finding_book_ack(struct finding_book *b, const char *id, const char *by, uint64_t us)
{
	struct page *p = page_find(b, id);

	if (!p || !p->open)
		return;
	FIELD_COPY(p->rec.state, "acked");
	FIELD_COPY(p->rec.acked_by, by);
	p->rec.acked_us = us;
}

/* Takes what this look saw; what a person or the book itself wrote stays. */
static void
page_update(struct page *p, const struct rec_finding *seen, uint64_t now_us)
{
	struct rec_finding kept = p->rec;

	p->changed = strcmp(kept.text, seen->text) != 0 ||
	             strcmp(kept.severity, seen->severity) != 0 || kept.samples != seen->samples;
	p->rec = *seen;
	FIELD_COPY(p->rec.state, kept.state);
	FIELD_COPY(p->rec.acked_by, kept.acked_by);
	p->rec.acked_us = kept.acked_us;
	p->rec.since_us = kept.since_us;
	p->seen = true;
	p->last_seen_us = now_us;
}

static void
see(struct finding_book *b, const struct sightings *seen, uint64_t now_us)
{
	for (size_t i = 0; i < b->count; i++) {
		b->pages[i].seen = false;
		b->pages[i].changed = false;
	}
	for (size_t i = 0; i < seen->count; i++) {
		const struct rec_finding *f = &seen->at[i];
		struct page *p = page_find(b, f->id);

		if (!p)
			p = page_add(b, f);
		if (p->looks++ == 0 && !p->open)
			p->first_us = now_us;
		page_update(p, f, now_us);
	}
}

/* Since when: as the detector says, unless that is so long ago that it may be another time of the
 * same matter. A capture is one time. */
static void
page_open(struct page *p, bool immediate, finding_fn *fn, void *context)
{
	uint64_t since = p->rec.since_us;

	p->open = true;
	FIELD_COPY(p->rec.state, "open");
	if (since == 0 || since > p->first_us ||
	    (!immediate && p->first_us - since > p->kind->close_s * 1000000ull))
		p->rec.since_us = p->first_us;
	fn(context, FINDING_OPENED, &p->rec);
}

static void
page_close(struct page *p, uint64_t now_us, finding_fn *fn, void *context)
{
	p->open = false;
	FIELD_COPY(p->rec.state, "closed");
	p->rec.until_us = now_us;
	fn(context, FINDING_CLOSED, &p->rec);
}

/* What one look does to one page. True: the page may go. */
static bool
turn_page(struct page *p, uint64_t now_us, bool immediate, finding_fn *fn, void *context)
{
	bool gone = !p->seen &&
	            (immediate || now_us - p->last_seen_us >= p->kind->close_s * 1000000ull);

	if (!p->open && p->seen && (immediate || p->looks >= p->kind->looks))
		page_open(p, immediate, fn, context);
	else if (p->open && p->seen && p->changed)
		fn(context, FINDING_UPDATED, &p->rec);
	else if (p->open && gone)
		page_close(p, now_us, fn, context);
	if (!p->seen)
		p->looks = 0;
	return !p->open && !p->seen;
}

static int
by_severity(const void *a, const void *b)
{
	const struct rec_finding *left = *(const struct rec_finding *const *)a;
	const struct rec_finding *right = *(const struct rec_finding *const *)b;
	int rank = (int)finding_severity_rank(right->severity) -
	           (int)finding_severity_rank(left->severity);

	if (rank != 0)
		return rank;
	if (left->since_us != right->since_us)
		return left->since_us < right->since_us ? -1 : 1;
	return strcmp(left->id, right->id);
}

void
finding_book_look(struct finding_book *b, const struct sightings *seen, uint64_t now_us,
                  bool immediate, finding_fn *fn, void *context)
{
	size_t kept = 0;

	if (now_us <= b->now_us && !immediate)
		return;
	b->now_us = now_us;
	see(b, seen, now_us);
	for (size_t i = 0; i < b->count; i++)
		if (!turn_page(&b->pages[i], now_us, immediate, fn, context))
			b->pages[kept++] = b->pages[i];
	b->count = kept;
}

const struct rec_finding *const *
finding_book_open(struct finding_book *b, size_t *count)
{
	*count = 0;
	b->open = mem_resize(b->open, b->count + 1, sizeof *b->open);
	for (size_t i = 0; i < b->count; i++)
		if (b->pages[i].open)
			b->open[(*count)++] = &b->pages[i].rec;
	if (*count > 1)
		qsort(b->open, *count, sizeof *b->open, by_severity);
	return b->open;
}
