/* Signalling by scope, as the sites' probes tell of it. */
#include "audit/gather_parts.h"

static void
take(void *context, const char *id, const void *record)
{
	struct gather *g = context;
	struct rec_voice *v = GATHER_GROW(g->in->voices, g->in->voice_count);

	(void)id;
	*v = *(const struct rec_voice *)record;
}

void
gather_voice_site(struct gather *g)
{
	gather_kind(g, RECORD_VOICE, take);
}
