/*
 * Commands on their way to Redis, in slices: between two slices Redis serves its other clients. A
 * growing buffer in Redis' own format; one thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

enum { SLICE_KEYS = 500 }; /* one transaction of 10 000 hashes stops others for 125 ms */

struct batch {
	struct text bytes;
	struct slice {
		size_t end; /* in `bytes` */
		uint32_t commands;
	} * slices;
	size_t slice_count, slice_room;
	uint32_t commands, keys; /* in the slice being filled */
	uint64_t key_count;      /* in all */
	uint64_t number;         /* 1 for a writer's first one */
	bool full;               /* everything that stands, not changes alone */
};

void batch_fini(struct batch *b);
void batch_clear(struct batch *b);

/* A command of `count` arguments; exactly so many batch_arg() follow. */
void batch_command(struct batch *b, unsigned count);
void batch_arg(struct batch *b, const char *arg);
/* Arguments that are already in Redis' format, `count` of them with a batch_command before. */
void batch_raw(struct batch *b, const struct text *args);
/* One key is done: the slice ends here when it holds enough of them. */
void batch_key_done(struct batch *b);
/* Ends the slice, if there is anything in it. */
void batch_cut(struct batch *b);
/* First argument of command number `command` of a slice: its key. */
void batch_key_of(const struct batch *b, size_t slice, uint32_t command, struct text *key);
/* Adds an argument in Redis' format to a text, for batch_raw(). */
void batch_format_arg(struct text *to, const char *arg, size_t size);
