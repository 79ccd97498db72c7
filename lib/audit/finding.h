/*
 * Findings: what is wrong now, as objects that open, may be acknowledged, and close. Detectors are
 * pure functions over an audit_input that name what they see; the book gives each a stable id,
 * opens it when seen in two consecutive looks at new data, and closes it when not seen for a while
 * of data time. One thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/input.h"
#include "store/model.h"
#include "store/store.h"

/* Kinds are event names; one table of kind, severity, default next step and help. */
struct finding_kind {
	const char *name; /* "class.undeclared" */
	const char *severity;
	uint32_t looks;   /* consecutive looks that see it before it opens */
	uint32_t close_s; /* data time without it before it closes */
	const char *help;
};
size_t finding_kind_count(void);
const struct finding_kind *finding_kind_at(size_t i);
const struct finding_kind *finding_kind_find(const char *name);

/* 4 critical … 1 info; the score in findings:open. */
unsigned finding_severity_rank(const char *severity);
/* The id of kind and subject: the same as long as it is the same matter. */
void finding_id(const char *kind, const char *subject, char id[64]);

/* What detectors see in one look. */
struct sightings {
	struct rec_finding *at;
	size_t count, capacity;
};
void sightings_fini(struct sightings *s);
/* All detectors over `in`; everything but the state is filled, since_us where it is known (the book
 * takes the first look for it otherwise). */
void detect_findings(const struct audit_input *in, struct sightings *out);

struct finding_book;
struct finding_book *finding_book_create(void);
void finding_book_destroy(struct finding_book *b);
/* Takes over a finding that stands in the store (control's start). */
void finding_book_restore(struct finding_book *b, const struct rec_finding *f);
/* One look at `now_us` (data time; a second look at the same time changes nothing unless
 * `immediate`, which opens and closes at once: captures). Calls `fn` for every finding that opened,
 * changed or closed. */
enum finding_change { FINDING_OPENED, FINDING_UPDATED, FINDING_CLOSED };
typedef void finding_fn(void *context, enum finding_change change, const struct rec_finding *f);
void finding_book_look(struct finding_book *b, const struct sightings *seen, uint64_t now_us,
                       bool immediate, finding_fn *fn, void *context);
/* Acknowledged by a person (read back from the store). */
void finding_book_ack(struct finding_book *b, const char *id, const char *by, uint64_t us);
/* Open and acknowledged ones, most severe first, then oldest; valid until the next look. */
const struct rec_finding *const *finding_book_open(struct finding_book *b, size_t *count);
