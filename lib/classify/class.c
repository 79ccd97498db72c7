#include "classify/class.h"

#include <string.h>

static const struct {
	const char *name, *help;
} classes[CLASS_COUNT] = {
#define CLASS_ROW(id, name, help) [CLASS_##id] = {name, help},
	CLASS_TABLE(CLASS_ROW)
#undef CLASS_ROW
};

const char *
class_name(enum traffic_class c)
{
	return c < CLASS_COUNT ? classes[c].name : "unknown-other";
}

const char *
class_help(enum traffic_class c)
{
	return c < CLASS_COUNT ? classes[c].help : "";
}

int
class_find(const char *name)
{
	for (int c = 0; c < CLASS_COUNT; c++)
		if (strcmp(classes[c].name, name) == 0)
			return c;
	return -1;
}
