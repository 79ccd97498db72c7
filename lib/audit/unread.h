/*
 * Keys that the store could not give: somebody put a list where a hash belongs. One such key must
 * not blind the whole audit, and nothing may be read out of its absence: the rows that rest on its
 * kind stay open and name it, the others are judged. Noted by audit/gather.c, asked by judge() and
 * by the gate; one table. Any thread.
 */
#pragma once

#include "audit/input.h"
#include "audit/verdict.h"

struct unread_row {
	enum record_kind kind;
	/* requirements whose PASS, and whose FAIL by absence, rest on records of this kind, as the
	 * gate's table has them; "*": all */
	const char *pass, *fail;
};

/* The next row of the table, after `at` (NULL: the first), whose records were not all read; NULL:
 * none. */
const struct unread_row *unread_next(const struct audit_input *in, const struct unread_row *at);
/* What the store said of that kind's first key; never NULL. */
const char *unread_why(const struct audit_input *in, const struct unread_row *row);
