/*
 * The command lines of the daemons: a table of options, each with its place in the program's own
 * struct. -h, --help and --version are everybody's, and -c FILE is needed. Main thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum argument_kind {
	ARGUMENT_FLAG,  /* bool */
	ARGUMENT_TEXT,  /* const char *, of argv */
	ARGUMENT_COUNT, /* unsigned, decimal */
};

struct argument {
	const char *name; /* without "--" */
	enum argument_kind kind;
	size_t offset; /* of its member */
};

struct program {
	const char *name;
	const char *help;                 /* printed as it stands */
	const struct argument *arguments; /* ended by a NULL name; the first one is --config, -c */
	bool has_rest;                    /* words behind the options are the caller's */
};

/* Fills `options`, which was cleared. True: run; `*rest` is the index of the first word behind the
 * options. False: `*status` is the exit code; help, version or one line of error were printed. */
bool arguments_parse(const struct program *p, void *options, int argc, char **argv, int *rest,
                     int *status);
