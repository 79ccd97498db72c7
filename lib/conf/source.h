/*
 * The text of a configuration: a file with its @includes joined to one text for libconfig, and the
 * way back from a line of the joined text to file and line, for messages.
 *
 * Done here and not by libconfig because an @include is relative to the file that names it (at any
 * depth, anywhere on a line), because libconfig 1.5 reads 2147483648 as a negative number (every
 * integer gets its suffix L here, which also lets an array mix small and large ones) and 1e-6 as an
 * error (it wants 1.0e-6), and because a bracket or quote that is never closed deserves a message
 * with the line where it was opened.
 * Comments are dropped. Thread that loads only.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "conf/arena.h"

enum {
	SOURCE_DEPTH_MAX = 8,       /* files that include each other */
	SOURCE_NESTING_MAX = 16,    /* brackets inside brackets; the schema needs 6 */
	SOURCE_SIZE_MAX = 64 << 20, /* bytes of all files together */
};

struct source_position {
	const char *file; /* as it was named, relative to the working directory */
	unsigned line;    /* from 1 */
};

/* A bracket that is open, and where. */
struct source_bracket {
	char open;
	struct source_position at;
};

struct source {
	struct arena *arena; /* owns file names and messages */
	struct text text;    /* what libconfig parses */
	struct source_position *lines;
	size_t line_count;
	struct source_bracket brackets[SOURCE_NESTING_MAX];
	unsigned nesting; /* of brackets */
	unsigned depth;   /* of includes */
	char *error;      /* in the arena; NULL: none */
};

void source_init(struct source *s, struct arena *arena);
void source_fini(struct source *s);

/* Read FILE with all it includes. 0, -EINVAL (content) or -errno (file); s->error says why. */
int source_read_file(struct source *s, const char *path);
/* The same over a text in memory; `name` stands for the file. */
int source_read_text(struct source *s, const char *text, const char *name);

/* Where a line of the joined text came from. */
struct source_position source_position(const struct source *s, unsigned line);

/* PATH as the file FILE means it: relative to FILE's folder. In the arena. */
const char *source_resolve(struct arena *arena, const char *file, const char *path);
/* A whole regular file, NUL-terminated, into `out`, without UTF-8's mark before it. 0 or -errno
 * (-EFBIG: beyond 64 MiB; -EILSEQ: a zero byte), of which source_trouble tells in words. */
int source_slurp(const char *path, struct text *out);
const char *source_trouble(int rc);
