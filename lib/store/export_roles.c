/* Roles of endpoints: what flows (aggregate) and messages (inspector) say, judged when the endpoint
 * is written. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "inspect/inspector.h"
#include "store/export_parts.h"

#define MEDIA_CLASSES (1ull << CLASS_RTP | 1ull << CLASS_SRTP | 1ull << CLASS_TEAMS_MEDIA)

/* Roles that only messages tell of fade from the last message, the others from the last packet. */
static bool
is_of_flows(enum endpoint_role r)
{
	switch (r) {
	case ENDPOINT_WEB_SERVER:
	case ENDPOINT_VPN_GATEWAY:
	case ENDPOINT_MOBILE_GATEWAY:
	case ENDPOINT_MEDIA_GATEWAY:
	case ENDPOINT_CGNAT:
	case ENDPOINT_CLIENT_POOL:
	case ENDPOINT_ROUTER:
	case ENDPOINT_COLLECTOR:
	case ENDPOINT_EXPORTER:
	case ENDPOINT_NTP_SERVER:
		return true;
	default:
		return false;
	}
}

void
export_roles_create(struct exporter *e)
{
	free(e->sbc_media);
	e->sbc_media = mem_alloc(e->conf->sbc_count + 1, sizeof *e->sbc_media);
}

static bool
is_within(const struct conf_prefixes *prefixes, const struct addr *ip)
{
	for (size_t i = 0; i < prefixes->count; i++)
		if (prefix_contains(&prefixes->at[i], ip))
			return true;
	return false;
}

/* Media from an SBC's declared media prefixes, which may be other addresses than it signals from.
 */
void
export_roles_note_media(struct epoch *x, const struct agg_endpoint *from)
{
	const struct conf *c = x->e->conf;

	if (!(from->classes & MEDIA_CLASSES))
		return;
	for (size_t i = 0; i < c->sbc_count; i++)
		if (is_within(&c->sbcs[i].media, &from->addr))
			x->e->sbc_media[i] = true;
}

static bool
has_media_near(const struct epoch *x, const struct addr *ip)
{
	const struct conf *c = x->e->conf;

	for (size_t i = 0; i < c->sbc_count; i++)
		for (size_t k = 0; k < c->sbcs[i].signalling.count; k++)
			if (addr_equal(&c->sbcs[i].signalling.at[k], ip))
				return x->e->sbc_media[i];
	return false;
}

static void
add_role(struct rec_endpoint *r, enum endpoint_role role, double confidence)
{
	size_t names = strlen(r->roles), told = strlen(r->roles_confidence);

	snprintf(r->roles + names, sizeof r->roles - names, "%s%s", names ? "," : "",
	         role_name(role));
	snprintf(r->roles_confidence + told, sizeof r->roles_confidence - told, "%s%s %.2f",
	         told ? "," : "", role_name(role), confidence);
}

void
export_roles(struct epoch *x, const struct agg_endpoint *from, const char *id,
             struct rec_endpoint *r)
{
	static const struct role_messages nothing;
	const struct role_messages *m = evidence_get(&x->e->evidence, &from->addr);
	const struct role_messages *messages = m ? m : &nothing;
	struct role_context context = {.now_us = x->a->end_us,
	                               .peer = from->side == SIDE_PEER,
	                               .media_near = has_media_near(x, &from->addr)};
	double confidence[ENDPOINT_ROLE_COUNT];
	char key[64];

	roles_judge(&from->roles, messages, &context, confidence);
	for (unsigned i = 0; i < ENDPOINT_ROLE_COUNT; i++) {
		uint64_t last_us = is_of_flows(i) ? from->last_us : messages->last_us;
		double now = role_faded(confidence[i], last_us, x->a->end_us);

		if (now < ROLE_STANDS)
			continue;
		add_role(r, i, now);
		snprintf(key, sizeof key, "endpoints:%s", role_name(i));
		store_rank(x->e->store, SCOPE_SITE, key, id, (double)from->last_us);
	}
	if (r->roles[0]) {
		r->roles_first_us =
			m && m->first_us < from->first_us ? m->first_us : from->first_us;
		r->roles_last_us = m && m->last_us > from->last_us ? m->last_us : from->last_us;
	}
}
