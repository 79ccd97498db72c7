/*
 * The diary of a peering as a reader: the events that control merged, or where nobody merges them
 * the probes' own streams. Read as often as wanted, each time what is new.
 */
#pragma once

#include <stdint.h>

#include "reader.h"

enum { DIARY_LAST_SIZE = 48 };

struct diary {
	size_t count;         /* streams */
	const char **writers; /* NULL entry: the merged one */
	char (*last)[DIARY_LAST_SIZE];
};

/* From `since_us` on; 0: from the beginning. */
void diary_open(struct diary *d, struct reader *r, uint64_t since_us);
void diary_close(struct diary *d);
/* Sets up `rows` with the `struct event`s that came since the last call and happened between both
 * times (0: whenever), newest first. */
void diary_read(struct diary *d, struct reader *r, uint64_t since_us, uint64_t until_us,
                struct rows *rows);
