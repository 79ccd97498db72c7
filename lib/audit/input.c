#include "audit/input.h"

#include <string.h>

bool
input_unfit(const struct audit_input *in)
{
	for (size_t i = 0; i < in->probe_count; i++)
		if (in->probes[i].rec.fit && !in->probes[i].stale)
			return false;
	return true;
}

/* Whether one of the comma-separated scopes is `scope`, or the whole peering. */
static bool
list_covers(const char *list, const char *scope)
{
	size_t length = strlen(scope);

	while (*list != '\0') {
		size_t size = strcspn(list, ", ");

		if ((size == length && strncmp(list, scope, size) == 0) ||
		    (size == strlen("peering") && strncmp(list, "peering", size) == 0))
			return true;
		list += size;
		list += strspn(list, ", ");
	}
	return false;
}

const char *
input_maintenance(const struct audit_input *in, const char *scope)
{
	const struct conf_maintenance *declared = conf_maintenance_at(in->conf, scope, in->now_us);

	if (declared)
		return declared->id;
	for (size_t i = 0; i < in->maintenance_count; i++) {
		const struct rec_maintenance *m = &in->maintenance[i];

		if (m->from_us <= in->now_us && in->now_us < m->to_us &&
		    list_covers(m->scope, scope))
			return m->id;
	}
	return NULL;
}
