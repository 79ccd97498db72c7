#include "daemon/arguments.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ARGUMENTS_MAX = 16,
	COUNT_MOST = 100000000,
	HELP = 256, /* beyond all letters; those of the table follow */
	VERSION,
	FIRST,
};

static bool
finish(int *status, int code)
{
	*status = code;
	return false;
}

static bool
count_parse(const char *text, unsigned *out)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)text[0]) || *end || errno || value > COUNT_MOST)
		return false;
	*out = (unsigned)value;
	return true;
}

static bool
set(const struct program *p, const struct argument *a, void *options, const char *value)
{
	void *member = (char *)options + a->offset;

	if (a->kind == ARGUMENT_FLAG)
		*(bool *)member = true;
	else if (a->kind == ARGUMENT_TEXT)
		*(const char **)member = value;
	else if (!count_parse(value, member)) {
		fprintf(stderr, "%s: --%s %s: a whole number up to %d is needed\n", p->name,
		        a->name, value, COUNT_MOST);
		return false;
	}
	return true;
}

static void
make_table(const struct program *p, struct option table[ARGUMENTS_MAX])
{
	unsigned n = 0;

	for (const struct argument *a = p->arguments; a->name && n < ARGUMENTS_MAX - 3; a++, n++)
		table[n] = (struct option){
			a->name, a->kind == ARGUMENT_FLAG ? no_argument : required_argument, NULL,
			FIRST + (int)n};
	table[n++] = (struct option){"help", no_argument, NULL, HELP};
	table[n++] = (struct option){"version", no_argument, NULL, VERSION};
	table[n] = (struct option){0};
}

static bool
is_complete(const struct program *p, const void *options, int argc, char **argv)
{
	const char *config = *(const char *const *)((const char *)options + p->arguments->offset);

	/* what stands behind a stray word is not read here: `FILE --check` would run, not check */
	if (optind < argc && (!p->has_rest || strcmp(argv[optind - 1], "--") != 0))
		fprintf(stderr, "%s: \"%s\" is not understood; --help tells more\n", p->name,
		        argv[optind]);
	else if (!config)
		fprintf(stderr, "%s: -c FILE is needed; --help tells more\n", p->name);
	else
		return true;
	return false;
}

bool
arguments_parse(const struct program *p, void *options, int argc, char **argv, int *rest,
                int *status)
{
	struct option table[ARGUMENTS_MAX];

	make_table(p, table);
	for (int c; (c = getopt_long(argc, argv, "+c:h", table, NULL)) != -1;) {
		if (c == '?') /* getopt said what */
			return finish(status, 2);
		if (c == 'h' || c == HELP) {
			fputs(p->help, stdout);
			return finish(status, 0);
		}
		if (c == VERSION) {
			printf("%s %s\n", p->name, PNISCOPE_VERSION);
			return finish(status, 0);
		}
		if (!set(p, &p->arguments[c == 'c' ? 0 : c - FIRST], options, optarg))
			return finish(status, 2);
	}
	*rest = optind;
	return is_complete(p, options, argc, argv) || finish(status, 2);
}
