/* The links as their probes see them: members, frames, and the traffic of no declared subnet. */
#include <stdlib.h>
#include <string.h>

#include "audit/field.h"
#include "audit/gather_private.h"
#include "base/mem.h"
#include "classify/class.h"

/* What the contract names exists in the input even where no probe reports it. */
void
gather_links_begin(struct gather *g)
{
	const struct conf *c = g->params->conf;

	for (size_t i = 0; i < c->link_count; i++) {
		struct input_link *link = GATHER_GROW(g->in->links, g->in->link_count);

		link->conf = &c->links[i];
		FIELD_COPY(link->rec.name, link->conf->name);
	}
}

static void
gather_members(struct gather *g, struct input_link *link)
{
	size_t count;
	char **ids = gather_ids(g, RECORD_MEMBER, link->rec.name, &count);

	link->members = mem_alloc(count ? count : 1, sizeof *link->members);
	for (size_t i = 0; i < count; i++)
		if (gather_get(g, RECORD_MEMBER, ids[i], &link->members[link->member_count]))
			link->member_count++;
	store_ids_free(ids, count);
}

/* Counts of the window; what stood there before the first look counts as seen now, since nobody
 * knows when it came. */
static void
count_rest(struct gather *g, const char *id, struct rec_link_subnet *rest, uint64_t *first_us,
           uint64_t *last_us)
{
	struct rec_traffic *t = &rest->traffic;
	struct input_class c = {.packets = {t->packets[0], t->packets[1]},
	                        .bytes = {t->bytes[0], t->bytes[1]},
	                        .flows = rest->flows,
	                        .first_us = g->in->to_us,
	                        .last_us = g->in->to_us};
	char key[200];

	*first_us = rest->flows > 0 ? rest->head.started_us : 0;
	*last_us = rest->flows > 0 ? g->in->to_us : 0;
	if (!g->params->window)
		return;
	FIELD_FORMAT(key, "%s|link:%s", g->site, id);
	window_apply_known(g->params->window, key, &rest->head, g->in->to_us, rest->head.started_us,
	                   gather_known_us(g, &rest->head), &c);
	for (unsigned dir = 0; dir < DIR_COUNT; dir++) {
		t->packets[dir] = c.packets[dir];
		t->bytes[dir] = c.bytes[dir];
	}
	rest->flows = c.flows;
	*first_us = c.first_us;
	*last_us = window_grown_us(g->params->window, key);
}

static void
gather_rest(struct gather *g, struct input_link *link, const char *name,
            struct rec_link_subnet *rest, uint64_t whole[2])
{
	uint64_t first_us, last_us;
	char id[160];

	FIELD_FORMAT(id, "%s:subnet:%s", link->rec.name, name);
	if (!gather_get(g, RECORD_LINK_SUBNET, id, rest)) {
		memset(rest, 0, sizeof *rest);
		return;
	}
	memcpy(whole, rest->traffic.packets, sizeof rest->traffic.packets);
	count_rest(g, id, rest, &first_us, &last_us);
	if (rest != &link->announced[SIDE_PEER] && rest != &link->undeclared[SIDE_PEER])
		return;
	if (first_us > 0 && (link->rest_first_us == 0 || first_us < link->rest_first_us))
		link->rest_first_us = first_us;
	if (last_us > link->rest_last_us)
		link->rest_last_us = last_us;
}

/* Counts of the window: the record holds those since the probe's start. */
static void
count_link(struct gather *g, struct input_link *link)
{
	const struct rec_traffic *t = &link->rec.traffic;
	struct input_class c = {.packets = {t->packets[0], t->packets[1]},
	                        .bytes = {t->bytes[0], t->bytes[1]},
	                        .first_us = link->rec.head.started_us,
	                        .last_us = g->in->to_us};
	char key[160];

	FIELD_FORMAT(key, "%s|link:%s", g->site, link->rec.name);
	if (g->params->window)
		window_apply_known(g->params->window, key, &link->rec.head, g->in->to_us,
		                   c.first_us, gather_known_us(g, &link->rec.head), &c);
	for (unsigned dir = 0; dir < DIR_COUNT; dir++) {
		link->packets[dir] = c.packets[dir];
		link->bytes[dir] = c.bytes[dir];
	}
}

/* Frames without an IP header. */
static void
gather_frames(struct gather *g, struct input_link *link)
{
	static const enum traffic_class classes[] = {CLASS_LACP, CLASS_LLDP, CLASS_CDP,   CLASS_STP,
	                                             CLASS_ARP,  CLASS_CFM,  CLASS_MACSEC};

	link->frames[0] = link->frames[1] = 0;
	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
		struct rec_link_class rec;
		char id[160];

		FIELD_FORMAT(id, "%s:class:%s", link->rec.name, class_name(classes[i]));
		if (!gather_get(g, RECORD_LINK_CLASS, id, &rec))
			continue;
		link->frames[0] += rec.traffic.packets[0];
		link->frames[1] += rec.traffic.packets[1];
	}
	memcpy(link->whole.frames, link->frames, sizeof link->whole.frames);
	if (g->params->window) {
		uint64_t *const counters[] = {&link->frames[0], &link->frames[1]};
		char key[160];

		FIELD_FORMAT(key, "%s|frames:%s", g->site, link->rec.name);
		window_counts_known(g->params->window, key, &link->rec.head, g->in->to_us,
		                    link->rec.head.started_us, gather_known_us(g, &link->rec.head),
		                    counters, 2);
	}
}

/* NULL: a link of the contract, as another site than its own tells of it. */
static struct input_link *
link_slot(struct gather *g, const char *name)
{
	const struct conf *c = g->params->conf;

	for (size_t i = 0; i < c->link_count; i++)
		if (strcmp(c->links[i].name, name) == 0)
			return strcmp(c->sites[c->links[i].site].name, g->site) == 0
			               ? &g->in->links[i]
			               : NULL;
	return GATHER_GROW(g->in->links, g->in->link_count);
}

void
gather_links_site(struct gather *g)
{
	size_t count;
	char **ids = gather_ids(g, RECORD_LINK, NULL, &count);

	for (size_t i = 0; i < count; i++) {
		struct input_link *link;
		struct rec_link rec;

		if (!gather_get(g, RECORD_LINK, ids[i], &rec))
			continue;
		link = link_slot(g, rec.name);
		if (!link || (link->seen && link->rec.head.boot_us >= rec.head.boot_us))
			continue; /* an older probe's leavings */
		free(link->members);
		link->member_count = 0;
		link->rest_first_us = link->rest_last_us = 0;
		link->whole = (struct input_whole){0};
		link->rec = rec;
		link->seen = true;
		count_link(g, link);
		gather_members(g, link);
		gather_frames(g, link);
		gather_rest(g, link, "announced-peer", &link->announced[SIDE_PEER],
		            link->whole.announced[SIDE_PEER]);
		gather_rest(g, link, "announced-msft", &link->announced[SIDE_MSFT],
		            link->whole.announced[SIDE_MSFT]);
		gather_rest(g, link, "undeclared-peer", &link->undeclared[SIDE_PEER],
		            link->whole.undeclared[SIDE_PEER]);
		gather_rest(g, link, "undeclared-msft", &link->undeclared[SIDE_MSFT],
		            link->whole.undeclared[SIDE_MSFT]);
	}
	store_ids_free(ids, count);
}
static const struct input_probe *
probe_of(const struct audit_input *in, const char *id)
{
	for (size_t p = 0; id && id[0] != '\0' && p < in->probe_count; p++)
		if (strcmp(in->probes[p].rec.id, id) == 0)
			return &in->probes[p];
	return NULL;
}

static void
forget_link(struct input_link *link)
{
	free(link->members);
	free(link->lacp);
	link->members = NULL;
	link->lacp = NULL;
	link->member_count = link->lacp_count = 0;
	link->followed = link->seen = false;
}

/* Who taps which link. What nobody writes any more is not seen: records outlive their probe, the
 * run that wrote them, and the contract that named them (a link lives a day in the store, a session
 * a week). */
void
gather_links_end(struct gather *g)
{
	struct audit_input *in = g->in;

	for (size_t i = 0; i < in->link_count; i++) {
		struct input_link *link = &in->links[i];

		link->probe = probe_of(in, link->rec.probe);
		if (!link->probe && link->conf)
			link->probe = probe_of(in, link->conf->tap_probe);
		/* a capture is read by one program, whatever taps are declared */
		if (link->seen && !in->capture && link->rec.probe[0] != '\0' &&
		    (!link->probe || input_is_left(link->probe, &link->rec.head)))
			link->seen = false;
		if (!link->seen)
			forget_link(link);
	}
}
