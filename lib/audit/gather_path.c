/* What the sites say of loss and latency: the records as they are. */
#include "audit/gather_parts.h"

static void
take_loss(void *context, const char *id, const void *record)
{
	struct gather *g = context;
	struct rec_loss *r = GATHER_GROW(g->in->losses, g->in->loss_count);

	(void)id;
	*r = *(const struct rec_loss *)record;
}

static void
take_latency(void *context, const char *id, const void *record)
{
	struct gather *g = context;
	struct rec_latency *r = GATHER_GROW(g->in->latencies, g->in->latency_count);

	(void)id;
	*r = *(const struct rec_latency *)record;
}

void
gather_path_site(struct gather *g)
{
	gather_kind(g, RECORD_LOSS, take_loss);
	gather_kind(g, RECORD_LATENCY, take_latency);
}
