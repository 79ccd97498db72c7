#include "audit/portal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audit/field.h"
#include "base/clock.h"
#include "base/mem.h"

enum { MINUTES = 128, COUNTERS = 3 }; /* an hour and the one before it, to a power of two */

/* Totals as they stood when a minute began. */
struct mark {
	uint64_t minute, time_us; /* minute 0: none */
	uint64_t at[COUNTERS];
};

struct series {
	char key[128]; /* "link:pni-a", "session:pni-a-v4" */
	uint64_t boot_us;
	struct mark marks[MINUTES];
};

struct portal {
	struct series *series;
	size_t count;
	uint64_t minute; /* the newest one that began */
};

struct portal *
portal_create(void)
{
	return mem_alloc(1, sizeof(struct portal));
}

void
portal_destroy(struct portal *p)
{
	if (!p)
		return;
	free(p->series);
	free(p);
}

/* ---- counting -------------------------------------------------------------------------------- */

static struct series *
series_find(const struct portal *p, const char *key)
{
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->series[i].key, key) == 0)
			return &p->series[i];
	return NULL;
}

static void
mark(struct portal *p, const char *key, const struct rec_head *head, uint64_t time_us,
     const uint64_t at[COUNTERS])
{
	struct series *s = series_find(p, key);
	uint64_t minute = time_us / (60 * US_PER_S);
	struct mark *m;

	if (!s) {
		p->series = mem_resize(p->series, p->count + 1, sizeof *p->series);
		s = &p->series[p->count++];
		memset(s, 0, sizeof *s);
		FIELD_COPY(s->key, key);
	}
	if (s->boot_us != head->boot_us) /* totals began anew */
		memset(s->marks, 0, sizeof s->marks);
	s->boot_us = head->boot_us;
	m = &s->marks[minute % MINUTES];
	if (m->minute == minute)
		return;
	m->minute = minute;
	m->time_us = time_us;
	memcpy(m->at, at, COUNTERS * sizeof *at);
}

void
portal_turn(struct portal *p, const struct audit_input *in)
{
	char key[128];

	p->minute = in->to_us / (60 * US_PER_S);
	for (size_t i = 0; i < in->link_count; i++) {
		const struct rec_link *r = &in->links[i].rec;
		uint64_t at[COUNTERS] = {r->traffic.bytes[0], r->traffic.bytes[1]};

		FIELD_FORMAT(key, "link:%s", r->name);
		if (in->links[i].conf && in->links[i].seen)
			mark(p, key, &r->head, in->to_us, at);
	}
	for (size_t i = 0; i < in->session_count; i++) {
		const struct rec_session *r = &in->sessions[i].rec;
		uint64_t at[COUNTERS] = {r->up_us, r->covered_us, r->flaps};

		FIELD_FORMAT(key, "session:%s", r->name);
		if (in->sessions[i].counts && in->sessions[i].seen)
			mark(p, key, &r->head, in->to_us, at);
	}
}

/* ---- telling --------------------------------------------------------------------------------- */

static const struct portal_metric metrics[] = {
	{"IngressTrafficRate", "bps", "mean rate from the peer to Microsoft, L2"},
	{"EgressTrafficRate", "bps", "mean rate from Microsoft to the peer, L2"},
	{"SessionAvailability", "ratio", "mean of 0 (down) and 1 (up) of a BGP session"},
	{"FlapCounts", "", "times that a BGP session went down"},
	{"ReceivedRoutes", "", "prefixes that Microsoft receives on a session, as they stand now"},
	{NULL, NULL, NULL},
};

const struct portal_metric *
portal_metrics(void)
{
	return metrics;
}

static const struct grain {
	const char *name;
	uint64_t minutes;
} grains[] = {{"PT1M", 1}, {"PT5M", 5}, {"PT1H", 60}};

/* Growth of a series over the last whole grain, and how long it took; false: not seen whole. */
static bool
growth(const struct portal *p, const char *key, uint64_t minutes, uint64_t grown[COUNTERS],
       uint64_t *us)
{
	const struct series *s = series_find(p, key);
	uint64_t end = p->minute - p->minute % minutes;
	const struct mark *from, *to;

	if (!s || end < minutes)
		return false;
	to = &s->marks[end % MINUTES];
	from = &s->marks[(end - minutes) % MINUTES];
	if (to->minute != end || from->minute != end - minutes)
		return false;
	for (unsigned i = 0; i < COUNTERS; i++)
		grown[i] = to->at[i] >= from->at[i] ? to->at[i] - from->at[i] : 0;
	*us = to->time_us - from->time_us;
	return *us > 0;
}

struct teller {
	const struct portal *portal;
	void (*fn)(void *context, const struct portal_value *v);
	void *context;
};

static void
tell(const struct teller *t, struct portal_value v, const char *metric, double value)
{
	v.metric = metric;
	v.value = value;
	if (!isnan(value))
		t->fn(t->context, &v);
}

static struct portal_value
value_of(const struct conf_link *link, const char *session_ip, const char *grain)
{
	return (struct portal_value){
		.grain = grain,
		.peering = link->azure_peering ? link->azure_peering : "",
		.connection = link->azure_connection_id ? link->azure_connection_id : link->name,
		.session_ip = session_ip,
	};
}

/* A link's traffic is its session's where there is one alone. */
static const char *
only_session(const struct audit_input *in, const struct input_link *link)
{
	const char *ip = "";
	size_t count = 0;

	for (size_t i = 0; i < in->session_count; i++) {
		if (in->sessions[i].link != link || !in->sessions[i].counts)
			continue;
		ip = in->sessions[i].rec.side[SIDE_PEER].ip;
		count++;
	}
	return count == 1 ? ip : "";
}

static void
tell_link(const struct teller *t, const struct audit_input *in, const struct input_link *link)
{
	char key[128];

	FIELD_FORMAT(key, "link:%s", link->rec.name);
	for (size_t g = 0; g < sizeof grains / sizeof grains[0]; g++) {
		struct portal_value v =
			value_of(link->conf, only_session(in, link), grains[g].name);
		uint64_t grown[COUNTERS], us;
		double s;

		if (!growth(t->portal, key, grains[g].minutes, grown, &us))
			continue;
		s = (double)us / (double)US_PER_S;
		tell(t, v, "IngressTrafficRate", 8 * (double)grown[DIR_PEER_TO_MSFT] / s);
		tell(t, v, "EgressTrafficRate", 8 * (double)grown[DIR_MSFT_TO_PEER] / s);
	}
}

static void
tell_session(const struct teller *t, const struct input_session *s)
{
	const struct rec_session_side *peer = &s->rec.side[SIDE_PEER];
	char key[128];

	FIELD_FORMAT(key, "session:%s", s->rec.name);
	for (size_t g = 0; g < sizeof grains / sizeof grains[0]; g++) {
		struct portal_value v = value_of(s->link->conf, peer->ip, grains[g].name);
		uint64_t grown[COUNTERS], us;

		if (!growth(t->portal, key, grains[g].minutes, grown, &us))
			continue;
		if (grains[g].minutes > 1) /* the portal has no grain of a minute here */
			tell(t, v, "SessionAvailability",
			     grown[1] > 0 ? (double)grown[0] / (double)grown[1] : NAN);
		tell(t, v, "FlapCounts", (double)grown[2]);
	}
	tell(t, value_of(s->link->conf, peer->ip, ""), "ReceivedRoutes",
	     (double)(peer->routes_v4 + peer->routes_v6));
}

void
portal_each(const struct portal *p, const struct audit_input *in,
            void (*fn)(void *context, const struct portal_value *v), void *context)
{
	const struct teller t = {p, fn, context};

	for (size_t i = 0; i < in->link_count; i++)
		if (in->links[i].conf && in->links[i].seen)
			tell_link(&t, in, &in->links[i]);
	for (size_t i = 0; i < in->session_count; i++)
		if (in->sessions[i].counts && in->sessions[i].seen && in->sessions[i].link)
			tell_session(&t, &in->sessions[i]);
}
