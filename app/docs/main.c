/*
 * pniscope-docs: prints the documents that come from tables in the code.
 *   pniscope-docs list      names, one a line
 *   pniscope-docs NAME      that document, Markdown
 * and data for tests, by name, not in the list:
 *   pniscope-docs redis-questions   number, TAB, redis-cli command
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "audit/requirement.h"
#include "classify/contract.h"
#include "conf/conf.h"
#include "store/model.h"
#include "store/question.h"

static const struct {
	const char *name;
	void (*print)(FILE *to);
	bool is_data;
} documents[] = {
	{"configuration", conf_print_docs, false}, {"classes", contract_print_docs, false},
	{"redis", model_print_docs, false},        {"requirements", requirement_print_docs, false},
	{"redis-questions", question_print, true}, {NULL, NULL, false},
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
			if (!documents[i].is_data)
				puts(documents[i].name);
		} else if (strcmp(argv[1], documents[i].name) == 0) {
			documents[i].print(stdout);
			return 0;
		}
	}
	return strcmp(argv[1], "list") == 0 ? 0 : 2;
}
