/*
 * The prefixes that either side announces, over all sessions that count: does one cover an address
 * or a prefix? Kept between turns and read again only when a session's digest changed, at most
 * ANNOUNCEMENTS_MOST routes of a session; beyond that, or where routes are not known whole, what is
 * not found is not known. One thread.
 */
#pragma once

#include "audit/input.h"
#include "store/store.h"

enum { ANNOUNCEMENTS_MOST = 20000 };

struct announcements;

struct announcements *announcements_create(void);
void announcements_destroy(struct announcements *a);
/* Brings it up to date; selects sites of `s`. False: the store could not be read. */
bool announcements_read(struct announcements *a, const struct audit_input *in, struct store *s);
/* Whether `side` announces a prefix that holds `p`, shorter than it or the same. */
enum announced announcements_find(const struct announcements *a, enum side side,
                                  const struct prefix *p);
/* The registered prefixes of a session as they were read last, `count` of them; NULL: not read, or
 * its digests changed since. Borrowed until the next announcements_keep(). */
const struct input_route *announcements_kept(const struct announcements *a,
                                             const struct input_session *s, size_t count);
void announcements_keep(struct announcements *a, const struct input_session *s, size_t count);
/* Those of the peer that no entry of the contract describes, announced before `before_us`. */
struct input_unlisted announcements_unlisted(const struct announcements *a, const struct conf *conf,
                                             uint64_t before_us);
/* What input_route.inside says, of the `i`th registered prefix. */
double announcements_inside(const struct announcements *a, const struct input_session *s, size_t i);
/* What was found of a session's announcements in the snapshots; `out` is untouched where they were
 * not read. */
void announcements_registry(const struct announcements *a, const struct input_session *s,
                            struct input_registry *out);
/* Whether one shorter than `p` holds it. */
bool announcements_covers(const struct announcements *a, enum side side, const struct prefix *p);
