/*
 * pniscope-docs: prints the documents that come from tables in the code.
 *   pniscope-docs list      names, one a line
 *   pniscope-docs NAME      that document, Markdown
 */
#include <stdio.h>
#include <string.h>

#include "conf/conf.h"

static const struct {
	const char *name;
	void (*print)(FILE *to);
} documents[] = {
	{"configuration", conf_print_docs},
	{NULL, NULL},
};

int
main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: pniscope-docs list | NAME\n", stderr);
		return 2;
	}
	for (size_t i = 0; documents[i].name; i++) {
		if (strcmp(argv[1], "list") == 0) {
			puts(documents[i].name);
		} else if (strcmp(argv[1], documents[i].name) == 0) {
			documents[i].print(stdout);
			return 0;
		}
	}
	return strcmp(argv[1], "list") == 0 ? 0 : 2;
}
