/*
 * The commands of `pniscope`: one table of name, group, words, help, example and function, from
 * which come dispatch, `--help`, the man page and the completion.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "options.h"

/* Exit codes of interfaces.md. */
enum exit_code {
	EXIT_FINE = 0,
	EXIT_MUST_FAILS = 1, /* audit */
	EXIT_ERROR = 2,
	EXIT_NOT_PROVEN = 3, /* audit --strict */
	EXIT_UNFIT = 4,      /* audit: data stale or probe unfit */
};

enum command_nature {
	COMMAND_REPEATS = 1 << 0, /* --every runs it again */
	COMMAND_PAST = 1 << 1,    /* --at, --since and --until mean something */
	COMMAND_TEXT = 1 << 2,    /* prints text for people alone: no --json, no --csv */
	COMMAND_NO_CSV = 1 << 3,  /* more than one table: no --csv */
};

struct command {
	const char *name;
	const char *group;
	const char *words;                   /* what follows, as help shows it */
	size_t words_min, words_max;         /* besides the command itself */
	unsigned sets;                       /* enum option_set */
	int (*run)(const struct options *o); /* NULL: not there yet */
	const char *help;                    /* one line */
	const char *example;
	const char *later; /* what brings it, when there is no function */
	unsigned nature;   /* enum command_nature */
};

const struct command *command_find(const char *name);
/* The known command that a mistyped one is nearest to, or NULL. */
const char *command_nearest(const char *name);
unsigned command_sets(const char *name);

void command_print_overview(FILE *to);
void command_print_help(const struct command *c, FILE *to);
/* docs/man/pniscope.1 and docs/completion/pniscope.bash, from the same table. */
void command_print_man(FILE *to);
void command_print_completion(FILE *to);

/* The functions, one file per kind of question. */
int run_status(const struct options *o);
int run_findings(const struct options *o);
int run_find(const struct options *o);
int run_events(const struct options *o);
int run_why(const struct options *o);
int run_sites(const struct options *o);
int run_list(const struct options *o); /* every listing of one kind; it looks at its own name */
int run_import(const struct options *o);
int run_routes(const struct options *o);
int run_classes(const struct options *o);
int run_rates(const struct options *o);
int run_history(const struct options *o);
int run_audit(const struct options *o);
int run_explain(const struct options *o);
int run_declare(const struct options *o);
int run_check(const struct options *o);
int run_ack(const struct options *o);
int run_maintenance(const struct options *o);
int run_doctor(const struct options *o);
int run_analyze(const struct options *o);
