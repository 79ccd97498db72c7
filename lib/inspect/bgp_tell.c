#include "inspect/bgp_tell.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"

void
bgp_tell(struct bgp_session *s, const char *name, enum side side, uint64_t time_ns,
         const char *cause, const char *format, ...)
{
	struct fact *f =
		s->shared->facts ? fact_add(s->shared->facts, name, time_ns / NS_PER_US) : NULL;
	va_list args;

	if (!f)
		return;
	f->link = s->link;
	f->side = side;
	snprintf(f->subject, sizeof f->subject, "session:%s", s->name);
	snprintf(f->cause, sizeof f->cause, "%s", cause);
	va_start(args, format);
	vsnprintf(f->text, sizeof f->text, format, args);
	va_end(args);
}

/* Azure's names of prefix events (requirements 1.5), which know active and backup routes. */
static const char *
azure_event(const struct bgp_session *s, const char *active, const char *backup)
{
	const struct conf *c = s->shared->conf;

	return s->link < c->link_count && c->links[s->link].role == ROLE_BACKUP ? backup : active;
}

static void
tell_origin(struct bgp_session *s, enum side side, const char *prefix, uint64_t time_ns,
            uint32_t before, uint32_t now)
{
	if (before == now)
		return;
	bgp_tell(s, "route.origin.changed", side, time_ns, "", "%s: AS %u, was AS %u (%s)", prefix,
	         now, before, azure_event(s, "OriginAsChange", "BackupRouteOriginAsChange"));
}

void
bgp_tell_registered(struct bgp_rib *r, unsigned index, const struct bgp_change *change,
                    const struct bgp_attrs *before)
{
	struct bgp_session *s = r->owner;
	const struct bgp_attrs *now = bgp_attrs_get(r->pool->attrs, change->route.attrs);
	struct prefix p = bgp_route_prefix(&change->route);
	uint64_t time_ns = change->route.time_us * NS_PER_US;
	char prefix[PREFIX_TEXT_SIZE];

	if (r->side != SIDE_PEER)
		return;
	prefix_format(&p, prefix);
	if (change->gone && !r->registered[index])
		bgp_tell(s, "bgp.prefix.withdrawn", r->side, time_ns, "withdrawn",
		         "%s withdrawn (%s)", prefix,
		         azure_event(s, "Withdrawal", "BackupRouteWithdrawal"));
	else if (change->is_new && r->registered[index] == 1)
		bgp_tell(s, "bgp.prefix.announced", r->side, time_ns, "", "%s announced (%s)",
		         prefix, azure_event(s, "Announcement", "BackupRouteAnnouncement"));
	else if (before && now && !change->gone)
		tell_origin(s, r->side, prefix, time_ns, before->origin_as, now->origin_as);
}

void
bgp_tell_lost(struct bgp_session *s, uint64_t time_ns)
{
	const struct conf *c = s->shared->conf;
	char prefix[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < s->shared->pool.registered_count; i++) {
		if (!s->side[SIDE_PEER].rib.registered[i])
			continue;
		bgp_tell(s, "bgp.prefix.withdrawn", SIDE_PEER, time_ns, "session down",
		         "%s lost with its session (%s)",
		         prefix_format(&c->registered[i].prefix, prefix),
		         azure_event(s, "Withdrawal", "BackupRouteWithdrawal"));
	}
}
