/*
 * Names on the command line that mean nothing: an empty table would say that there is nothing of
 * what the operator asked for, where it was mistyped. Each check prints its one line.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "options.h"
#include "reader.h"

/* --side, --class and the form of --subnet. */
bool known_values(const struct options *o);
/* --link and --subnet are there, at the sites chosen. Where no probe has written any, all are. */
bool known_names(struct reader *r);
/* A subject of roll-ups: link:NAME or subnet:PREFIX of what is there. */
bool known_subject(struct reader *r, const char *subject);
/* The role of `endpoints ROLE`, or NULL. */
bool known_role(const char *role);
/* A link named elsewhere than by --link; `command` is what refuses it. */
bool known_link(struct reader *r, const char *command, const char *name);
/* Of `before` rows a command's WORD left `after`. */
bool known_word(const char *command, const char *word, size_t before, size_t after);
