#include "audit/input.h"

#include <string.h>

static bool
speaks(const struct input_probe *p)
{
	return p->rec.fit && !p->stale;
}

bool
input_unfit(const struct audit_input *in, const struct input_probe **which)
{
	const struct input_probe *bad = in->probe_count > 0 ? &in->probes[0] : NULL;
	bool any = false;

	for (size_t i = 0; i < in->probe_count; i++)
		any |= speaks(&in->probes[i]);
	/* a probe that was taken out of the contract may be silent */
	for (size_t i = 0; i < in->link_count; i++) {
		const struct input_link *link = &in->links[i];

		if (link->conf && link->probe && !speaks(link->probe)) {
			bad = link->probe;
			any = false;
		}
	}
	if (which)
		*which = any ? NULL : bad;
	return !any;
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
