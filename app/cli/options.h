/*
 * What stands on the command line: global options, the command's own, and its words. One table of
 * options (options.c) is read by the parser, the help, the man page and the completion.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct options {
	/* globals */
	const char *redis, *user, *password_file; /* the latter two: client file or environment */
	const char *site, *peering, *link, *dir, *side, *subnet, *class;
	const char *sort, *tz;
	uint64_t at_us, since_us, until_us; /* 0: not given */
	uint64_t limit;                     /* 0: not given */
	uint64_t every_us;                  /* 0: once */
	bool json, csv, wide, no_color, help;
	/* of single commands */
	const char *conf;      /* -c */
	const char *role, *by; /* declare --role; ack and maintenance --by */
	const char *flows_path;
	uint64_t window_us; /* analyze --window, 0: not given */
	bool flows, exit_verdict, strict, follow, drill;
	/* what is left */
	const char **words;
	size_t word_count;
};

/* What options are of, as bits: the globals that every command takes, those that not every one has
 * a use for, and those of single commands. */
enum option_set {
	OPTION_GLOBAL = 1 << 0,
	OPTION_CONF = 1 << 1,
	OPTION_FLOWS = 1 << 2,
	OPTION_VERDICT = 1 << 3,
	OPTION_STRICT = 1 << 4,
	OPTION_FOLLOW = 1 << 5,
	OPTION_ROLE = 1 << 6,
	OPTION_BY = 1 << 7,
	OPTION_DRILL = 1 << 8,
	OPTION_PAST = 1 << 9,
	OPTION_EVERY = 1 << 10,
	OPTION_JSON = 1 << 11,
	OPTION_CSV = 1 << 12,
	OPTION_ANY = 1 << 13, /* of a command that is not there yet: whatever it will take */
	/* as one: what may stand anywhere, and is refused in words of its own where it has no use
	 */
	OPTION_ANYWHERE = OPTION_GLOBAL | OPTION_PAST | OPTION_EVERY | OPTION_JSON | OPTION_CSV,
};

/* Environment, then client file: what the command line may override. False: one line was printed.
 */
bool options_init(struct options *o);
void options_fini(struct options *o);

/*
 * Parse argv[1 …]: words and options may be mixed; "--" ends the options. `sets` tells which
 * options the command `words[0]` takes (asked once the first word is known). False: one line was
 * printed.
 */
bool options_parse(struct options *o, int argc, char **argv, unsigned (*sets)(const char *command));

/* The options of the sets as help lines. */
void options_print_help(FILE *to, unsigned sets);
/* Every option of the sets once, as "--long" words separated by spaces; for the completion. */
void options_print_words(FILE *to, unsigned sets);
/* Calls `fn` for each option of the sets; for the man page. */
void options_each(unsigned sets,
                  void (*fn)(void *context, char short_name, const char *name, const char *value,
                             const char *help),
                  void *context);

/* Who acts: --by, else the login name. */
const char *options_who(const struct options *o);
