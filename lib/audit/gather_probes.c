/* What the probes say of themselves: what they were offered and lost, and whether to believe them.
 */
#include <stdlib.h>
#include <string.h>

#include "audit/field.h"
#include "audit/gate.h"
#include "audit/gather_private.h"

struct counters {
	uint64_t *at[GATE_COUNTERS + 3];
	size_t count;
};

static void
add_counter(void *context, uint64_t *counter)
{
	struct counters *c = context;

	c->at[c->count++] = counter;
}

/* What the probe was offered and lost, as the window's counts. */
static void
count_probe(struct gather *g, struct input_probe *p)
{
	const struct rec_probe *r = &p->rec;
	struct counters c = {.at = {&p->offered, &p->lost, &p->control_drops}, .count = 3};
	bool voided = gate_voids(g->params->conf, r->loss_ratio, 0);
	char key[160];

	p->lost = r->missed + r->no_mbuf;
	p->offered = (r->rx_packets > 0 ? r->rx_packets : r->packets) + p->lost;
	p->control_drops = r->punt_control_drops;
	p->own = *r;
	if (!g->params->window)
		return;
	gate_counters(&p->own, add_counter, &c);
	FIELD_FORMAT(key, "%s|probe:%s", g->site, r->id);
	window_counts(g->params->window, key, &r->head, r->heartbeat_us, c.at, c.count);
	FIELD_FORMAT(key, "%s|loss:%s", g->site, r->id);
	g->in->voided_ratio =
		window_voided(g->params->window, key, r->heartbeat_us, r->interval_us, voided);
}

/* Totals that jump between two processes prove nothing. */
static void
note_twins(struct gather *g, struct rec_probe *r)
{
	struct twins *t = g->params->twins;

	if (!t ||
	    !twins_note(t, r->id, r->head.boot_us, r->head.seq, r->heartbeat_us, r->interval_us))
		return;
	r->fit = false;
	FIELD_COPY(r->unfit_reason, "two processes write under its id; each wants one of its own");
}

/* It may work from another contract file; an unnamed one is nobody's. */
static bool
is_stranger(const struct conf *conf, const struct rec_probe *r)
{
	return conf->sha256[0] != '\0' && r->config_sha256[0] != '\0' &&
	       strcmp(conf->sha256, r->config_sha256) != 0;
}

/* A clock that runs ahead of this machine's makes everything look fresh. */
static void
note_ahead(const struct gather *g, struct rec_probe *r)
{
	double most = conf_threshold(g->params->conf, NULL, "stale_us");

	if (g->params->now_us == 0 || (double)r->heartbeat_us <= (double)g->params->now_us + most)
		return;
	r->fit = false;
	FIELD_FORMAT(r->unfit_reason, "its clock is %.0f s ahead of control's",
	             (double)(r->heartbeat_us - g->params->now_us) / 1e6);
	r->heartbeat_us = g->params->now_us;
}

static void
note_known(const struct gather *g, struct input_probe *p)
{
	const struct rec_probe *r = &p->rec;
	char key[160], start[17];

	/* one look alone has nothing but the totals */
	if (!g->params->window || (g->params->once && r->terms_us == 0))
		return;
	FIELD_FORMAT(key, "%s|known:%s", g->site, r->id);
	FIELD_COPY(start, r->terms_sha256);
	p->known_us = window_known(g->params->window, key, &r->head, r->heartbeat_us,
	                           strtoull(start, NULL, 16), r->terms_us);
	if (p->known_us > g->in->placed_us)
		g->in->placed_us = p->known_us;
	if (p->known_us > r->head.started_us && p->known_us > g->in->known_us)
		g->in->known_us = p->known_us; /* something of this run is left out */
	if (r->terms_us > g->in->terms_us)
		g->in->terms_us = r->terms_us;
}

/* What an earlier run left behind is placed by the present ones. */
uint64_t
gather_known_us(const struct gather *g, const struct rec_head *head)
{
	uint64_t latest_us = 0;

	for (size_t i = 0; i < g->in->probe_count; i++) {
		const struct input_probe *p = &g->in->probes[i];

		if (p->rec.head.boot_us == head->boot_us)
			return p->known_us;
		if (p->known_us > latest_us)
			latest_us = p->known_us;
	}
	return latest_us;
}

static void
take_probe(void *context, const char *id, const void *record)
{
	struct gather *g = context;
	struct input_probe *p = GATHER_GROW(g->in->probes, g->in->probe_count);

	(void)id;
	p->rec = *(const struct rec_probe *)record;
	note_twins(g, &p->rec);
	note_ahead(g, &p->rec);
	p->stranger = is_stranger(g->params->conf, &p->rec);
	count_probe(g, p);
	note_known(g, p);
	if (p->rec.heartbeat_us > g->in->to_us)
		g->in->to_us = p->rec.heartbeat_us;
	if (g->in->from_us == 0 || p->rec.head.started_us < g->in->from_us)
		g->in->from_us = p->rec.head.started_us;
}

void
gather_probes_site(struct gather *g)
{
	gather_kind(g, RECORD_PROBE, take_probe);
}

void
gather_probes_end(struct gather *g)
{
	struct audit_input *in = g->in;
	double limit = conf_threshold(in->conf, NULL, "stale_us");

	for (size_t i = 0; i < in->probe_count; i++) {
		struct input_probe *p = &in->probes[i];

		p->stale = (double)p->rec.heartbeat_us + limit < (double)in->now_us;
	}
}
