#include "classify/contract.h"

#include "classify/class.h"
#include "classify/role.h"

/* `rc` is what loading *out gave; a conf with unknown names goes again. */
static int
check(int rc, struct conf **out, char **error)
{
	const char *classes[CLASS_COUNT], *roles[ENDPOINT_ROLE_COUNT];

	for (int i = 0; i < CLASS_COUNT; i++)
		classes[i] = class_name(i);
	for (int i = 0; i < ENDPOINT_ROLE_COUNT; i++)
		roles[i] = role_name(i);
	if (rc == 0)
		rc = conf_check_names(*out, CONF_NAME_CLASS, classes, CLASS_COUNT, error);
	if (rc == 0)
		rc = conf_check_names(*out, CONF_NAME_ROLE, roles, ENDPOINT_ROLE_COUNT, error);
	if (rc < 0) {
		conf_destroy(*out);
		*out = NULL;
	}
	return rc;
}

int
contract_load(const char *file, struct conf **out, char **error)
{
	return check(conf_load(file, out, error), out, error);
}

int
contract_load_text(const char *text, const char *name, struct conf **out, char **error)
{
	return check(conf_load_text(text, name, out, error), out, error);
}

void
contract_print_docs(FILE *to)
{
	fputs("# Traffic classes and endpoint roles\n\n"
	      "Written by `make docs` from the tables in the code; do not edit. These names stand "
	      "in "
	      "the\nconfiguration, in Redis, in JSON and in every table.\n\n"
	      "| class | traffic |\n|---|---|\n",
	      to);
	for (int i = 0; i < CLASS_COUNT; i++)
		fprintf(to, "| `%s` | %s |\n", class_name(i), class_help(i));
	fputs("\n| role | endpoint |\n|---|---|\n", to);
	for (int i = 0; i < ENDPOINT_ROLE_COUNT; i++)
		fprintf(to, "| `%s` | %s |\n", role_name(i), role_help(i));
}
