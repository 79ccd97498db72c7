#include "store/event.h"

#include <stddef.h>
#include <string.h>

static const struct event_kind kinds[] = {
#define EVENT_ROW(name, severity, help, later) {name, severity, help, later},
	EVENT_TABLE(EVENT_ROW)
#undef EVENT_ROW
		{NULL, NULL, NULL, false},
};

const struct event_kind *
event_kinds(void)
{
	return kinds;
}

const struct event_kind *
event_find(const char *name)
{
	for (const struct event_kind *k = kinds; k->name; k++)
		if (strcmp(k->name, name) == 0)
			return k;
	return NULL;
}
