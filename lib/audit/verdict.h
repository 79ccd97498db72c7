/*
 * The verdict model: a row is built from sub-checks, and the row's verdict follows from them (FAIL
 * if one fails; else INCONCLUSIVE if a mandatory one lacks its minimum; else PASS). A declaration
 * alone never passes. The row is a struct rec_verdict of the store's model, built in place.
 *
 * Pure functions over the row; no clock, no store. Texts longer than their field are cut.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/requirement.h"
#include "store/model.h"

enum verdict { VERDICT_PASS, VERDICT_FAIL, VERDICT_INCONCLUSIVE };
const char *verdict_name(enum verdict v);
/* By name; anything unknown is INCONCLUSIVE. */
enum verdict verdict_find(const char *name);

/* Why a row or sub-check is not decided: one of four. */
/* in the order of what to act on last to first: more traffic does not help a wrong tap */
enum lack { LACK_NONE, LACK_NOT_COLLECTED, LACK_TOO_LITTLE, LACK_NOT_OBSERVABLE, LACK_PROBE_UNFIT };
/* "not-collected" and so on, for records; and the words for people. */
const char *lack_name(enum lack l);
const char *lack_text(const char *name);

/* What a sub-check stands on; the row's basis is their mixture. */
enum basis { BASIS_NONE = 0, BASIS_OBSERVED = 1, BASIS_DECLARED = 2, BASIS_MIXED = 3 };
const char *basis_name(enum basis b);

struct subcheck;
struct verdict_draft;
/* Asked before a PASS or FAIL is taken: true when it can't stand, and `why` then says so. May add
 * needs. */
enum { VERDICT_WHY = 160 };
typedef bool verdict_gate_fn(struct verdict_draft *d, const struct subcheck *check,
                             char why[VERDICT_WHY]);

/* Sentences beside the sub-checks. Those that find no room are counted, as are sub-checks. */
enum { VERDICT_NOTES = 16, VERDICT_NOTE = 200 };
struct verdict_notes {
	char at[VERDICT_NOTES][VERDICT_NOTE];
	unsigned count, beyond;
};

/* A row under construction. Zero it with verdict_begin; after verdict_conclude `row` is complete.
 */
struct verdict_draft {
	struct rec_verdict row;
	const struct requirement *requirement;
	enum basis basis; /* of all sub-checks so far */
	enum lack lack;   /* of the undecided sub-checks, the one to act on first */
	unsigned failed, undecided, passed;
	unsigned subchecks_beyond; /* more than the row can hold: counted, told in the reasons */
	struct verdict_notes notes, details;
	bool hard;             /* one of the failures is a hard fact: no hysteresis */
	bool blamed;           /* verdict_blame() named a side */
	enum verdict last;     /* of the sub-check added last, as taken */
	bool voided;           /* it was a PASS or FAIL that the gate did not let stand */
	verdict_gate_fn *gate; /* NULL: all stand */
	void *gate_context;
};

struct subcheck {
	const char *id;    /* "class.tls" */
	const char *scope; /* "subnet:203.0.113.0/24" */
	enum verdict verdict;
	enum lack lack; /* of an INCONCLUSIVE one */
	enum basis basis;
	uint64_t samples;  /* packets, flows or seconds that it stands on */
	bool optional;     /* does not keep the row from PASS */
	bool hard;         /* a fact that needs no second look (a declaration that contradicts) */
	uint64_t first_us; /* of a failure: since when it is so; 0: not known */
};

/* The row of `r`, with everything that does not depend on evidence. */
void verdict_begin(struct verdict_draft *d, const struct requirement *r, const struct conf *conf,
                   uint64_t from_us, uint64_t to_us);
/* Adds one sub-check with the sentence that says why. A PASS or FAIL that the gate voids becomes
 * INCONCLUSIVE, of an unfit probe, and says what it would have been. */
void verdict_add(struct verdict_draft *d, const struct subcheck *check, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* What would decide it. NULL texts are empty; eta_us 0: not known. */
void verdict_need(struct verdict_draft *d, const char *what, const char *have, const char *want,
                  const char *how, uint64_t eta_us);
/* Evidence that a peer can check, of the sub-check added last; kept up to REC_EVIDENCE. Once one
 * fails, only what proves failures is kept. */
void verdict_evidence(struct verdict_draft *d, const struct rec_evidence *evidence);
/* What to do next after a FAIL: the first one given stays; none of a FAIL that was voided. */
void verdict_next(struct verdict_draft *d, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Who must act on the failure just added (or about to be), where that is not the requirement's own
 * side: the row takes it from its first failure. */
void verdict_blame(struct verdict_draft *d, enum side side);
/* A sentence for people that decides nothing. In `reasons` only the first sub-check that decides
 * goes before it: the others have their place in the row, a note has no other. */
void verdict_note(struct verdict_draft *d, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* One that is told where room is left behind all of these. */
void verdict_detail(struct verdict_draft *d, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Combines the sub-checks into verdict, basis, reason and reasons: whole sentences, and how many
 * more there are. */
void verdict_conclude(struct verdict_draft *d);

/* Exit code of `audit`: 0; 1 a MUST fails; 3 with `strict` when a MUST is not proven; 4 when
 * `unfit` (data stale or no probe fit), which stands over the others: old data decides nothing. */
int verdict_exit_code(const struct rec_verdict *rows, size_t count, bool strict, bool unfit);
