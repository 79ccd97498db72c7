/*
 * What judges share: sub-checks that stand on the wire in one call each, evidence, and texts. For
 * the judges alone; same rules as judge.h.
 */
#pragma once

#include "audit/input.h"
#include "audit/verdict.h"

enum { SCOPE_SIZE = 96 };

/* What a sub-check is about. */
struct matter {
	const char *id;    /* "asn" */
	const char *scope; /* "session:pni-a-v4" */
	const char *link;  /* of evidence; NULL: none */
	uint64_t samples;  /* that it stands on */
	uint64_t first_us; /* FAIL: since when it is so; 0: not known */
	enum basis basis;  /* BASIS_NONE stands for BASIS_OBSERVED */
};

/* The three outcomes. A failure is a hard fact (needs no second look) with judge_fail_hard. */
void judge_pass(struct verdict_draft *d, const struct matter *m, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void judge_fail(struct verdict_draft *d, const struct matter *m, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void judge_fail_hard(struct verdict_draft *d, const struct matter *m, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void judge_open(struct verdict_draft *d, const struct matter *m, enum lack lack, const char *format,
                ...) __attribute__((format(printf, 4, 5)));
/* Open, but does not keep the row from PASS: told, not required. */
void judge_aside(struct verdict_draft *d, const struct matter *m, enum lack lack,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* A field of a packet at its time that a peer can look up. */
void judge_evidence(struct verdict_draft *d, const struct matter *m, const char *direction,
                    uint64_t ts_us, const char *field, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

/* Sessions that a row about BGP must judge: those that count. A declared one without record, and a
 * link without any, become open sub-checks here. Calls `fn` (NULL: nobody) for every one
 * that was seen; returns how many. */
typedef void judge_session_fn(const struct audit_input *in, const struct input_session *s,
                              const void *context, struct verdict_draft *d);
size_t judge_sessions(const struct audit_input *in, struct verdict_draft *d, judge_session_fn *fn,
                      const void *context);

/* Whether the link is declared at this location. */
bool link_is_at(const struct audit_input *in, const struct input_link *link, const char *location);
bool session_established(const struct input_session *s);
/* Sessions that count there; `established`: those that are up. */
size_t sessions_at(const struct audit_input *in, const char *location, bool established);
bool session_is_v4(const struct input_session *s);
/* Whether facts of identity still hold: as long as the session lives, and identity_window_us beyond
 * its last word (requirements section 13). False: an open sub-check was added. */
bool judge_identity_holds(const struct audit_input *in, const struct input_session *s,
                          const struct matter *m, struct verdict_draft *d);
/* Whether a side's RIB is known whole: COMPLETE, or seeded and never contradicted. */
bool rib_complete(const struct rec_session_side *side);
/* The open sub-check of a RIB that is not known whole. */
void judge_rib_open(struct verdict_draft *d, const struct matter *m, const struct input_session *s,
                    enum side side);

/* Counts of traffic begin later than the window: what was allowed, or told apart, by other terms,
 * and what nobody can place in time is judged by none. A note says so, and the row since when. */
void judge_note_left_out(const struct audit_input *in, struct verdict_draft *d);

/* "3 h", "12.5 s". */
const char *duration_text(uint64_t us, char buf[24]);
/* The tap can't show slow protocols or loss truly: a SPAN port. */
bool link_is_span(const struct input_link *link);
