/*
 * Where routing is not symmetric a flow asks over one link and is answered over another: each link
 * shows half of it. Their probes name such halves by tokens (halves:LINK); here they are joined,
 * and what a link shows one way only is told apart into what passes another link and what is
 * answered nowhere that is tapped. Windows are joined when all links have told theirs. One thread.
 */
#pragma once

#include "audit/input.h"

struct crossings;

struct crossings *crossings_create(void);
void crossings_destroy(struct crossings *c);

/* Joins the newest window in `in` unless that was done; `fn` is called for every link of it. Leaves
 * the last window's result in in->asymmetries, borrowed until the next call. */
typedef void crossing_fn(void *context, const struct rec_asymmetry *a);
void crossings_turn(struct crossings *c, struct audit_input *in, crossing_fn *fn, void *context);

/* Of `count` things that `link` shows in this direction alone (enum half_kind), those of which
 * nothing says that their other half passes elsewhere. */
uint64_t crossing_alone(const struct audit_input *in, const char *link, unsigned kind, unsigned dir,
                        uint64_t count);
