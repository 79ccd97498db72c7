/* What the sites say of loss and latency, as far as a rule needs it: links, and the peer's
 * prefixes.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audit/field.h"
#include "audit/gather_private.h"
#include "base/mem.h"

/* Totals since the probe's start as the window's. What was worst is told where there is no window
 * of its own to tell it from: it counts no longer than the last one that was over. */
static void
count_loss(struct gather *g, const char *id, struct rec_loss *r)
{
	uint64_t *const counters[] = {
		&r->windows,        &r->windows_over,     &r->packets,
		&r->lost,           &r->tcp_from_packets, &r->tcp_from_lost,
		&r->tcp_to_packets, &r->tcp_to_lost,      &r->windows_doubtful};
	char key[192];

	FIELD_FORMAT(key, "%s|loss:%s", g->site, id);
	window_counts(g->params->window, key, &r->head, g->in->to_us, counters,
	              sizeof counters / sizeof counters[0]);
	if (r->windows_over < r->windows_over_hour)
		r->windows_over_hour = r->windows_over;
	if (r->windows_over + r->windows_doubtful < r->windows_doubtful_hour)
		r->windows_doubtful_hour = r->windows_over + r->windows_doubtful;
	r->loss_ratio =
		r->packets + r->lost > 0 ? (double)r->lost / (double)(r->packets + r->lost) : NAN;
}

static void
take_loss(void *context, const char *id, const void *record)
{
	struct gather *g = context;
	struct rec_loss *r = GATHER_GROW(g->in->losses, g->in->loss_count);

	*r = *(const struct rec_loss *)record;
	if (g->params->window)
		count_loss(g, id, r);
}

static void
take_latency(void *context, const char *id, const void *record)
{
	struct gather *g = context;
	struct rec_latency *r = GATHER_GROW(g->in->latencies, g->in->latency_count);

	(void)id;
	*r = *(const struct rec_latency *)record;
}

/* M3 looks at links. */
static bool
wants_loss(const char *id)
{
	return strncmp(id, "link:", 5) == 0;
}

/* M5 at the peer's half of prefixes; a site with several probes writes "subnet:P:peer@PROBE". */
static bool
wants_latency(const char *id)
{
	return strncmp(id, "subnet:", 7) == 0 && strstr(id, ":peer") != NULL;
}

/* The records of a kind whose ids are wanted. */
static void
gather_some(struct gather *g, enum record_kind kind, bool (*wants)(const char *id),
            store_record_fn take)
{
	size_t count, some = 0;
	char **ids = gather_ids(g, kind, NULL, &count);
	char **wanted = mem_alloc(count + 1, sizeof *wanted);

	for (size_t i = 0; i < count; i++)
		if (wants(ids[i]))
			wanted[some++] = ids[i];
	store_get_many(g->params->store, kind, wanted, some, take, g);
	gather_check(g, kind);
	free(wanted);
	store_ids_free(ids, count);
}

static void
take_halves(void *context, const char *id, const void *record)
{
	struct gather *g = context;
	struct input_halves *h = GATHER_GROW(g->in->halves, g->in->halves_count);

	(void)id;
	h->rec = *(const struct rec_halves *)record;
	FIELD_COPY(h->site, g->site);
}

void
gather_path_site(struct gather *g)
{
	gather_kind(g, RECORD_HALVES, take_halves);
	gather_some(g, RECORD_LOSS, wants_loss, take_loss);
	gather_some(g, RECORD_LATENCY, wants_latency, take_latency);
}
