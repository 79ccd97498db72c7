/*
 * From libconfig's tree to `struct conf`, driven by the schema. What the conversion of single
 * values and the checks share: the place of errors, the origin of every value, the memory.
 * One thread, no globals.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"
#include "conf/schema.h"
#include "conf/source.h"

/* Where the value of a field was written; fields without one hold their default. */
struct origin {
	const void *field;
	struct source_position at;
};

/* Owner of all that a `struct conf` points to (conf.memory). */
struct conf_memory {
	struct arena arena;
	struct origin *origins; /* by address of the field, once loaded */
	size_t origin_count;
};

enum value_kind {
	VALUE_BOOL,
	VALUE_NUMBER,
	VALUE_REAL,
	VALUE_TEXT,
	VALUE_LIST,
	VALUE_GROUP,
};

/* One setting of the file, or one default, before it has a type. */
struct value {
	enum value_kind kind;
	unsigned line;    /* of the joined text; 0: a default */
	long long number; /* also of VALUE_BOOL */
	double real;
	const char *text;
	const void *setting; /* config_setting_t of a list or group */
};

struct loader {
	struct conf *conf;
	struct conf_memory *memory;
	const struct source *source;
	char *error; /* in the arena; NULL: none yet */
};

/* Convert the tree of `root` (config_setting_t). False: l->error. */
bool load_tree(struct loader *l, const void *root);

/* Note the first error, "FILE:LINE: …"; always false. */
bool load_fail(struct loader *l, unsigned line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same at the place where a field was written (or FILE alone, where it holds its default). */
bool load_fail_at(struct loader *l, const void *field, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* NULL: the field holds its default. */
const struct origin *origin_find(const struct conf_memory *m, const void *field);
/* "FILE:LINE" where a field was written, for messages that name a second place. In the arena. */
const char *load_place(struct loader *l, const void *field);
