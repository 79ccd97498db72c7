/*
 * What a sub-check found, as a ratio that a probe's own loss is held against (requirements section
 * 4.4): the threshold that decided it, the share of time that something was down, or the media that
 * were lost. Pure; a step for each session, BFD session and member of the input.
 */
#pragma once

#include "audit/input.h"
#include "audit/scope.h"
#include "audit/verdict.h"

/* `id` is the requirement's; 0: the sub-check says that there is nothing. */
double gate_finding(const struct audit_input *in, const struct scope_index *scopes, const char *id,
                    const struct subcheck *check);
