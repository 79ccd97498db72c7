/*
 * The fifteen questions of an incident and the commands that answer them, as data: docs/redis.md
 * shows them, and a test runs every one. `command` is what stands behind redis-cli, with the
 * placeholders SITE, PEERING, PROBE, LINK, PREFIX and MS (a second in ms since the epoch) in it.
 */
#pragma once

#include <stdio.h>

struct question {
	const char *ask;
	const char *command; /* NULL: no answer yet */
	const char *note;    /* how to read it; without a command: the part that brings it */
};

/* Some questions take several rows: `ask` is then NULL from the second on. Ended by a NULL note. */
const struct question *questions(void);

/* One line each: question number, TAB, command; those without a command are left out. */
void question_print(FILE *to);
