#include "proto/reason.h"

static const struct {
	const char *name, *help;
} reasons[REASON_COUNT] = {
#define REASON_ROW(id, name, help) [REASON_##id] = {name, help},
	REASON_TABLE(REASON_ROW)
#undef REASON_ROW
};

const char *
reason_name(enum reason r)
{
	return r < REASON_COUNT ? reasons[r].name : "unknown";
}

const char *
reason_help(enum reason r)
{
	return r < REASON_COUNT ? reasons[r].help : "";
}
