/*
 * The grammar of libconfig over the joined text, before libconfig itself: its own message is
 * "syntax error" with the line where it gave up, and version 1.5 leaks a text it has just read when
 * it gives up. Called once per load.
 */
#pragma once

#include "conf/load.h"

/* False: the loader has the error. */
bool syntax_check(struct loader *l);
