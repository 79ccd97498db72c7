#include "audit/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/registry_read.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

enum { FILE_MAX = 1 << 30 };

struct file {
	struct registry_snapshot snapshot;
	struct registry_rows rows; /* sorted by prefix; numbers sorted, each once */
	char *path;
	struct timespec written; /* when it was read */
	bool tried;
};

struct registry {
	struct file file[REGISTRY_KINDS];
	uint64_t generation;
};

struct registry *
registry_create(void)
{
	return mem_alloc(1, sizeof(struct registry));
}

static void
forget(struct file *f)
{
	registry_rows_fini(&f->rows);
	free(f->path);
	*f = (struct file){0};
}

void
registry_destroy(struct registry *r)
{
	if (!r)
		return;
	for (unsigned i = 0; i < REGISTRY_KINDS; i++)
		forget(&r->file[i]);
	free(r);
}

/* ---- reading --------------------------------------------------------------------------------- */

static int
compare_rows(const void *a, const void *b)
{
	const struct registry_row *x = a, *y = b;
	int order = prefix_compare(&x->prefix, &y->prefix);

	if (order)
		return order;
	return (x->asn > y->asn) - (x->asn < y->asn);
}

static int
compare_asns(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
sort(struct registry_rows *rows)
{
	size_t kept = 0;

	if (rows->count)
		qsort(rows->at, rows->count, sizeof *rows->at, compare_rows);
	if (rows->asn_count)
		qsort(rows->asns, rows->asn_count, sizeof *rows->asns, compare_asns);
	for (size_t i = 0; i < rows->asn_count; i++)
		if (kept == 0 || rows->asns[kept - 1] != rows->asns[i])
			rows->asns[kept++] = rows->asns[i];
	rows->asn_count = kept;
}

static void
parse(struct file *f, enum registry_kind kind, struct slice text, uint64_t written_us)
{
	bool (*read)(struct slice, struct registry_rows *, char[REGISTRY_TEXT]) =
		kind == REGISTRY_RPKI ? registry_read_rpki : registry_read_irr;
	struct registry_snapshot *s = &f->snapshot;
	char error[REGISTRY_TEXT] = "";

	s->read = read(text, &f->rows, error);
	if (!s->read) {
		snprintf(s->error, sizeof s->error, "%.80s: %.76s", f->path, error);
		registry_rows_fini(&f->rows);
		return;
	}
	sort(&f->rows);
	s->count = f->rows.count;
	s->as_count = f->rows.asn_count;
	s->dated = f->rows.date_us != 0;
	s->date_us = s->dated ? f->rows.date_us : written_us;
	memcpy(s->sources, f->rows.sources, sizeof s->sources);
}

/* All of it, copied: whoever writes it anew may cut it short meanwhile. */
static char *
slurp(int fd, size_t size, size_t *got)
{
	char *at = mem_alloc(size, 1);
	ssize_t n = 1;

	for (*got = 0; *got < size && n > 0; *got += (size_t)(n > 0 ? n : 0))
		n = read(fd, at + *got, size - *got);
	return at;
}

static void
load(struct file *f, enum registry_kind kind, const struct stat *st)
{
	uint64_t written_us =
		(uint64_t)st->st_mtim.tv_sec * US_PER_S + (uint64_t)st->st_mtim.tv_nsec / NS_PER_US;
	int fd = open(f->path, O_RDONLY | O_CLOEXEC);
	size_t size = (size_t)st->st_size, got;

	if (fd >= 0 && size && size < FILE_MAX) {
		char *at = slurp(fd, size, &got);

		parse(f, kind, slice_between(at, at + got), written_us);
		free(at);
	} else {
		snprintf(f->snapshot.error, sizeof f->snapshot.error, "%.100s: %s", f->path,
		         fd < 0            ? strerror(errno)
		         : size < FILE_MAX ? "empty"
		                           : "too large");
	}
	if (fd >= 0)
		close(fd);
}

static void
tell(const struct file *f)
{
	const struct registry_snapshot *s = &f->snapshot;
	char date[CLOCK_TEXT_SIZE];

	if (s->read)
		log_info("audit", "%s: %zu prefixes, %zu AS numbers, of %s (%s)%s%s", f->path,
		         s->count, s->as_count, clock_format_us(s->date_us, 0, date),
		         s->dated ? "its own date" : "the file's time", *s->sources ? ", " : "",
		         s->sources);
	else
		log_warning("audit", "%s", s->error);
}

static bool
refresh(struct file *f, enum registry_kind kind, const char *path)
{
	struct stat st;
	bool there, same = f->path && path && strcmp(f->path, path) == 0;

	if (!path) {
		same = !f->path;
		forget(f);
		return !same;
	}
	there = stat(path, &st) == 0 && S_ISREG(st.st_mode);
	if (same && f->tried &&
	    (!there ||
	     (st.st_mtim.tv_sec == f->written.tv_sec && st.st_mtim.tv_nsec == f->written.tv_nsec)))
		return false; /* one that was taken away counts until it is too old */
	forget(f);
	f->path = mem_strdup(path);
	f->tried = f->snapshot.given = true;
	if (there) {
		f->written = st.st_mtim;
		load(f, kind, &st);
	} else {
		snprintf(f->snapshot.error, sizeof f->snapshot.error, "%.100s: %s", path,
		         strerror(ENOENT));
	}
	tell(f);
	return true;
}

void
registry_refresh(struct registry *r, const char *rpki, const char *irr)
{
	r->generation += refresh(&r->file[REGISTRY_RPKI], REGISTRY_RPKI, rpki);
	r->generation += refresh(&r->file[REGISTRY_IRR], REGISTRY_IRR, irr);
}

uint64_t
registry_generation(const struct registry *r)
{
	return r->generation;
}

const struct registry_snapshot *
registry_snapshot(const struct registry *r, enum registry_kind kind)
{
	return &r->file[kind].snapshot;
}

/* ---- asking ---------------------------------------------------------------------------------- */

/* The first row of this prefix, `*count` of them. */
static const struct registry_row *
rows_of(const struct registry_rows *rows, const struct prefix *p, size_t *count)
{
	size_t low = 0, high = rows->count, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (prefix_compare(&rows->at[middle].prefix, p) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < rows->count && prefix_equal(&rows->at[end].prefix, p);)
		end++;
	*count = end - low;
	return rows->at + low;
}

/* Calls `fn` for every row that covers the prefix, the longest first, until one says true. */
static void
each_around(const struct registry_rows *rows, const struct prefix *p,
            bool (*fn)(void *context, const struct registry_row *row), void *context)
{
	for (int len = p->len; len >= 0; len--) {
		struct prefix q = prefix_shorten(p, (uint8_t)len);
		size_t count;
		const struct registry_row *row = rows_of(rows, &q, &count);

		for (size_t i = 0; i < count; i++)
			if (fn(context, &row[i]))
				return;
	}
}

struct asking {
	const struct prefix *prefix;
	uint32_t origin;
	int state;
};

/* RFC 6811 section 2: matched is covered, the length allowed, and the AS the same and not 0. */
static bool
look_rpki(void *context, const struct registry_row *row)
{
	struct asking *a = context;
	bool same = a->origin && row->asn == a->origin;

	if (same && a->prefix->len <= row->longest)
		a->state = RPKI_VALID;
	else if (a->state != RPKI_INVALID_LENGTH)
		a->state = same ? RPKI_INVALID_LENGTH : RPKI_INVALID_ORIGIN;
	return a->state == RPKI_VALID;
}

enum rpki_state
registry_rpki(const struct registry *r, const struct prefix *p, uint32_t origin)
{
	struct asking a = {.prefix = p, .origin = origin, .state = RPKI_NOT_FOUND};

	each_around(&r->file[REGISTRY_RPKI].rows, p, look_rpki, &a);
	return (enum rpki_state)a.state;
}

static bool
look_irr(void *context, const struct registry_row *row)
{
	struct asking *a = context;

	a->state = IRR_OTHER_ORIGIN;
	if (a->origin && row->asn == a->origin)
		a->state = row->prefix.len == a->prefix->len ? IRR_EXACT : IRR_AROUND;
	return a->state != IRR_OTHER_ORIGIN;
}

enum irr_state
registry_irr(const struct registry *r, const struct prefix *p, uint32_t origin)
{
	struct asking a = {.prefix = p, .origin = origin, .state = IRR_NONE};

	each_around(&r->file[REGISTRY_IRR].rows, p, look_irr, &a);
	return (enum irr_state)a.state;
}

bool
registry_irr_has_as(const struct registry *r, uint32_t asn)
{
	const struct registry_rows *rows = &r->file[REGISTRY_IRR].rows;

	return asn && rows->asn_count &&
	       bsearch(&asn, rows->asns, rows->asn_count, sizeof asn, compare_asns) != NULL;
}

static bool
look_holder(void *context, const struct registry_row *row)
{
	*(uint32_t *)context = row->asn;
	return true;
}

uint32_t
registry_holder(const struct registry *r, enum registry_kind kind, const struct prefix *p)
{
	uint32_t asn = 0;

	each_around(&r->file[kind].rows, p, look_holder, &asn);
	return asn;
}
