/* A site in a memory store, as a probe would write it: records of one epoch, from few numbers. */
#pragma once

#include "unit/audit/scene.h"

#include "audit/audit.h"
#include "store/backend.h"
#include "store/store.h"

#define PROBE_BOOT (SCENE_NOW - 3600 * SCENE_SECOND)

static inline struct store *
scene_store(void)
{
	return store_memory_create(&(struct store_params){
		.site = "ams1", .peering = "lab", .writer = "ams1-p", .boot_us = PROBE_BOOT});
}

/* The probe's own record; a fit one whose heartbeat is `at`. */
static inline void
put_probe(struct store *s, const struct conf *conf, uint64_t at)
{
	struct rec_probe p = {.fit = true,
	                      .heartbeat_us = at,
	                      .interval_us = SCENE_SECOND,
	                      .rx_packets = 1000000,
	                      .packets = 1000000};

	strcpy(p.id, "ams1-p");
	strcpy(p.site, "ams1");
	strcpy(p.config_sha256, conf->sha256);
	store_select(s, "ams1", "lab");
	store_put(s, RECORD_PROBE, p.id, &p);
}

/* The links that this probe taps, as it writes them in every epoch. */
static inline void
put_links(struct store *s, const struct conf *conf)
{
	for (size_t i = 0; i < conf->link_count; i++) {
		struct rec_link link = {0};

		if (strcmp(conf->sites[conf->links[i].site].name, "ams1") != 0)
			continue;
		snprintf(link.name, sizeof link.name, "%s", conf->links[i].name);
		strcpy(link.site, "ams1");
		strcpy(link.probe, "ams1-p");
		store_select(s, "ams1", "lab");
		store_put(s, RECORD_LINK, link.name, &link);
	}
}

/* Two-way traffic of a class in 203.0.113.0/24, as totals since the probe's start. */
static inline void
put_class(struct store *s, const char *class, uint64_t packets, uint64_t bytes, uint64_t flows,
          uint64_t last_us)
{
	struct rec_subnet subnet = {0};
	struct rec_subnet_class c = {
		.flows = flows,
		.flows_two_way = flows,
		.first_us = PROBE_BOOT,
		.last_us = last_us,
		.traffic = {.packets = {packets / 2, packets - packets / 2},
	                    .bytes = {bytes / 2, bytes - bytes / 2}},
	};
	char id[96];

	strcpy(subnet.prefix, "203.0.113.0/24");
	strcpy(c.prefix, subnet.prefix);
	strcpy(c.class, class);
	snprintf(id, sizeof id, "%s:class:%s", subnet.prefix, class);
	store_select(s, "ams1", "lab");
	store_put(s, RECORD_SUBNET, subnet.prefix, &subnet);
	store_put(s, RECORD_SUBNET_CLASS, id, &c);
}

/* An event of probe `writer` at `ms` of the scene's last hour. */
static inline void
put_event(struct store *s, const char *writer, uint64_t ms, const char *name)
{
	struct event e = {.ts_us = PROBE_BOOT + ms * 1000};

	store_select(s, "ams1", "lab");
	store_copy_name(s->writer, writer);
	strcpy(e.name, name);
	strcpy(e.probe, writer);
	s->event_ms = 0; /* each writer has ids of its own */
	store_event(s, &e);
	store_copy_name(s->writer, "ams1-p");
}

/* The merged stream as "name@probe name@probe …". */
struct told {
	char text[1024];
};

static inline void
tell(void *context, const struct event *e)
{
	struct told *t = context;
	size_t at = strlen(t->text);

	snprintf(t->text + at, sizeof t->text - at, "%s%s@%s", at ? " " : "", e->name, e->probe);
}

static inline const char *
merged(struct store *s)
{
	static struct told t;

	t.text[0] = '\0';
	store_select(s, "", "lab");
	store_events(s, NULL, "0", 0, tell, &t, NULL);
	return t.text;
}

/* The row of the last turn. */
static inline const struct rec_verdict *
row_of(const struct audit *a, const char *id)
{
	size_t count;
	const struct rec_verdict *rows = audit_rows(a, &count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].id, id) == 0)
			return &rows[i];
	fail();
	return NULL;
}
