/*
 * pniscope: the operator's command. Finds the command in its table, runs it once or with --every
 * again and again; everything else is in the commands' own files.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "commands.h"
#include "reader.h"

static int
usage_error(const struct command *c, const char *what)
{
	fprintf(stderr, "pniscope: %s: %s; usage: pniscope %s%s%s\n", c->name, what, c->name,
	        c->words[0] ? " " : "", c->words);
	return EXIT_ERROR;
}

static int
run_again(const struct command *c, const struct options *o)
{
	const struct timespec pause = {.tv_sec = (time_t)(o->every_us / US_PER_S),
	                               .tv_nsec = (long)(o->every_us % US_PER_S * NS_PER_US)};

	for (;;) {
		/* on a terminal a screen that stays in place, elsewhere one after the other */
		if (!o->json && !o->csv && isatty(STDOUT_FILENO))
			fputs("\033[H\033[J", stdout);
		int code = c->run(o);

		if (code == EXIT_ERROR || fflush(stdout) != 0)
			return code;
		nanosleep(&pause, NULL);
	}
}

static int
run_command(const struct options *o)
{
	const struct command *c = command_find(o->words[0]);

	if (!c) {
		const char *near = command_nearest(o->words[0]);

		fprintf(stderr, "pniscope: %s: no such command; `pniscope %s` %s\n", o->words[0],
		        near ? near : "--help", near ? "would be right" : "lists them");
		return EXIT_ERROR;
	}
	if (o->help) {
		command_print_help(c, stdout);
		return EXIT_FINE;
	}
	if (!c->run) {
		fprintf(stderr, "pniscope: %s: not there yet, it comes with %s\n", c->name,
		        c->later);
		return EXIT_ERROR;
	}
	if (o->word_count - 1 < c->words_min)
		return usage_error(c, "something is missing");
	if (o->word_count - 1 > c->words_max)
		return usage_error(c, "too many words");
	if (o->every_us && !(c->nature & COMMAND_REPEATS))
		return usage_error(c, "--every makes no sense here");
	if ((o->json || o->csv) && c->nature & COMMAND_TEXT)
		return usage_error(c, "it prints text alone, no --json and no --csv");
	if (o->csv && c->nature & COMMAND_NO_CSV)
		return usage_error(c, "it prints more than one table; --json has all of it");
	if ((o->at_us || o->since_us || o->until_us) && !(c->nature & COMMAND_PAST))
		return usage_error(c, "it shows now only; rates, events and findings have a past");
	return o->every_us ? run_again(c, o) : c->run(o);
}

/* `help COMMAND` is `COMMAND --help`. */
static void
take_help(struct options *o)
{
	if (o->word_count == 0 || strcmp(o->words[0], "help") != 0)
		return;
	o->help = true;
	o->word_count--;
	memmove(o->words, o->words + 1, o->word_count * sizeof *o->words);
}

/* Documents that are made from the tables: docs/man/pniscope.1, docs/completion/pniscope.bash. */
static bool
print_document(int argc, char **argv)
{
	if (argc != 2)
		return false;
	if (strcmp(argv[1], "--man") == 0)
		command_print_man(stdout);
	else if (strcmp(argv[1], "--completion") == 0)
		command_print_completion(stdout);
	else if (strcmp(argv[1], "--version") == 0)
		puts("pniscope " PNISCOPE_VERSION);
	else
		return false;
	return true;
}

/* A standard stream that is closed must not become the first file that is opened. What stands in
 * for it refuses, so that lost output stays an error. */
static void
hold_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* The exit code, unless answers got lost: a full disk is no empty answer. */
static int
code_of_output(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	fputs("pniscope: not all of the output could be written\n", stderr);
	return EXIT_ERROR;
}

int
main(int argc, char **argv)
{
	struct options o;
	int code;

	hold_streams();
	log_init("pniscope");
	if (!getenv("PNISCOPE_LOG"))
		log_set_level(LOG_WARNING); /* answers are what is asked for here */
	if (print_document(argc, argv))
		return code_of_output(EXIT_FINE);
	if (!options_init(&o) || !options_parse(&o, argc, argv, command_sets)) {
		code = EXIT_ERROR;
	} else if (take_help(&o), o.word_count == 0) {
		command_print_overview(o.help ? stdout : stderr);
		code = o.help ? EXIT_FINE : EXIT_ERROR;
	} else {
		code = run_command(&o);
		if (code == EXIT_FINE && reader_cut_off())
			code = EXIT_ERROR;
	}
	options_fini(&o);
	return code_of_output(code);
}
