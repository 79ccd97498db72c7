#include "classify/role.h"

#include <string.h>

static const struct {
	const char *name, *help;
} roles[ENDPOINT_ROLE_COUNT] = {
#define ROLE_ROW(id, name, help) [ENDPOINT_##id] = {name, help},
	ROLE_TABLE(ROLE_ROW)
#undef ROLE_ROW
};

const char *
role_name(enum endpoint_role r)
{
	return roles[r].name;
}

const char *
role_help(enum endpoint_role r)
{
	return roles[r].help;
}

int
role_find(const char *name)
{
	for (int i = 0; i < ENDPOINT_ROLE_COUNT; i++)
		if (strcmp(roles[i].name, name) == 0)
			return i;
	return -1;
}
