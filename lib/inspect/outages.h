/*
 * The last outages of something that should be up: begin and end of each, for availability over any
 * window and for comparing links. One thread.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { OUTAGES_MAX = 7 };

struct outages {
	struct {
		uint64_t from_ns, until_ns; /* until 0: it lasts */
	} at[OUTAGES_MAX];                  /* newest first */
	unsigned count;
};

/* It went down; nothing when it is down already. */
void outages_begin(struct outages *o, uint64_t now_ns);
/* It is up; nothing when it was. */
void outages_end(struct outages *o, uint64_t now_ns);
/* The one that lasts was none; nothing when none lasts. */
void outages_forget(struct outages *o);
/* "FROM-UNTIL,FROM-UNTIL" in us since the epoch, newest first. */
void outages_format(const struct outages *o, char *to, size_t size);
