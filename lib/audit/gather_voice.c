/* Signalling by scope, as the sites' probes tell of it. */
#include "audit/field.h"
#include "audit/gather_private.h"

/* What X18 counts against an SBC, as the window's: what stopped a day ago is no fault of today. */
static void
count_voice(struct gather *g, const char *id, struct rec_voice *v)
{
	uint64_t *const counters[] = {&v->clear_to_msft,  &v->tls_older,      &v->tls_1_2,
	                              &v->tls_1_3,        &v->tls_handshakes, &v->media_streams,
	                              &v->media_off_ports};
	char key[192];

	FIELD_FORMAT(key, "%s|voice:%s", g->site, id);
	window_counts(g->params->window, key, &v->head, g->in->to_us, counters,
	              sizeof counters / sizeof counters[0]);
}

static void
take(void *context, const char *id, const void *record)
{
	struct gather *g = context;
	struct rec_voice *v = GATHER_GROW(g->in->voices, g->in->voice_count);

	*v = *(const struct rec_voice *)record;
	if (g->params->window)
		count_voice(g, id, v);
}

void
gather_voice_site(struct gather *g)
{
	gather_kind(g, RECORD_VOICE, take);
}
