/*
 * Which links a scope of a sub-check is about. A scope is words with commas or blanks between them:
 * "link:NAME", "member:LINK:N", "session:NAME", "bfd:NAME", "location:NAME"; other words are about
 * no link. Pure functions over the input, for the gate and the audit; a step for each link, session
 * and word.
 */
#pragma once

#include <stdbool.h>

#include "audit/input.h"

/* Whether the scope is about links at all, and (`*names`) about this one. */
bool scope_names(const struct audit_input *in, const char *scope, const struct input_link *link,
                 bool *names);
/* Whether a sub-check of this scope is about this link; one that names none is about all. */
bool scope_concerns(const struct audit_input *in, const char *scope, const struct input_link *link);
/* Whether what this probe lost matters: it taps a link that the scope is about, or may. */
bool scope_rests_on(const struct audit_input *in, const char *scope, const struct input_probe *p);
