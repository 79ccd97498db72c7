/*
 * Which links a scope of a sub-check is about. A scope is words with commas or blanks between them:
 * "link:NAME", "member:LINK:N", "session:NAME", "bfd:NAME", "location:NAME"; other words are about
 * no link. Names are looked up in an index that is made of the input once a row: a word costs a
 * step for each link that it names, a location one for each link there is. For the gate and the
 * audit.
 */
#pragma once

#include <stdbool.h>

#include "audit/input.h"

struct scope_index;

/* Borrows the input, whose links, sessions and BFD sessions stay as they are meanwhile. */
struct scope_index *scope_index_create(const struct audit_input *in);
void scope_index_destroy(struct scope_index *x);

/* Called for a link; false: no more of them. */
typedef bool scope_link_fn(void *context, const struct input_link *link);

/* Each link that the scope names, word by word. Returns whether it is about links at all; where
 * there are none, nothing is. */
bool scope_each(const struct scope_index *x, const char *scope, scope_link_fn *fn, void *context);
/* Each link that a sub-check of this scope is about: one that is about no links is about all. */
void scope_each_concerned(const struct scope_index *x, const char *scope, scope_link_fn *fn,
                          void *context);
/* Whether what this probe lost matters: it taps a link that the scope is about, or may. */
bool scope_rests_on(const struct scope_index *x, const char *scope, const struct input_probe *p);
