/* Roles of endpoints: what flows (aggregate) and messages (inspector) say, judged when the endpoint
 * is written. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "inspect/inspector.h"
#include "snap/stream_book.h"
#include "store/export_private.h"

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
	case ENDPOINT_MEDIA_RELAY:
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

enum { RELAYS_MAX = 256, TOGETHER_NS = 2000000000 };

void
export_roles_create(struct exporter *e)
{
	if (!e->relays) {
		evidence_init(&e->evidence, EVIDENCE_PLACES);
		e->relays = mem_alloc(RELAYS_MAX, sizeof *e->relays);
	}
	free(e->sbc_media);
	e->sbc_media = mem_alloc(e->conf->sbc_count + 1, sizeof *e->sbc_media);
}

void
export_roles_destroy(struct exporter *e)
{
	evidence_fini(&e->evidence);
	free(e->relays);
	free(e->sbc_media);
}

/* ---- relays: the same SSRC comes to an address and leaves it for somebody else ----------------
 */

static int
by_ssrc(const void *a, const void *b)
{
	const struct book_stream *const *x = a, *const *y = b;

	return ((*x)->r.ssrc > (*y)->r.ssrc) - ((*x)->r.ssrc < (*y)->r.ssrc);
}

/* What goes back to its sender is an echo. */
static bool
leaves_again(const struct book_stream *in, const struct book_stream *out)
{
	uint64_t apart = in->r.first_ns > out->r.first_ns ? in->r.first_ns - out->r.first_ns
	                                                  : out->r.first_ns - in->r.first_ns;

	return in->r.ssrc == out->r.ssrc && addr_equal(&in->dst, &out->src) &&
	       !addr_equal(&in->src, &out->dst) && apart < TOGETHER_NS &&
	       in->r.payload_type == out->r.payload_type;
}

static void
note_relay(struct exporter *e, const struct addr *ip)
{
	for (uint32_t i = 0; i < e->relay_count; i++)
		if (addr_equal(&e->relays[i], ip))
			return;
	if (e->relay_count < RELAYS_MAX)
		e->relays[e->relay_count++] = *ip;
}

void
export_roles_find_relays(struct epoch *x)
{
	const struct stream_book *b = x->a->voice;
	const struct book_stream **list = mem_alloc(b->stream_count + 1, sizeof *list);
	uint32_t count = 0;

	x->e->relay_count = 0;
	for (uint32_t i = 0; i < b->stream_count; i++)
		if (b->streams[i].changed)
			list[count++] = &b->streams[i];
	qsort(list, count, sizeof *list, by_ssrc);
	/* neighbours only: of more than two with one SSRC each has a next one */
	for (uint32_t i = 0; i + 1 < count; i++) {
		if (leaves_again(list[i], list[i + 1]))
			note_relay(x->e, &list[i]->dst);
		else if (leaves_again(list[i + 1], list[i]))
			note_relay(x->e, &list[i + 1]->dst);
	}
	free(list);
}

static bool
is_relay(const struct exporter *e, const struct addr *ip)
{
	for (uint32_t i = 0; i < e->relay_count; i++)
		if (addr_equal(&e->relays[i], ip))
			return true;
	return false;
}

/* ---- an SBC's media ---------------------------------------------------------------------------
 */

bool
export_is_within(const struct conf_prefixes *prefixes, const struct addr *ip)
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
		if (export_is_within(&c->sbcs[i].media, &from->addr))
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
	const struct role_messages *m = evidence_get(&x->e->evidence, &from->addr);
	struct role_messages messages = m ? *m : (struct role_messages){0};
	struct role_context context = {.now_us = x->a->end_us,
	                               .peer = from->side == SIDE_PEER,
	                               .media_near = has_media_near(x, &from->addr)};
	double confidence[ENDPOINT_ROLE_COUNT];
	char key[64];

	messages.relayed += is_relay(x->e, &from->addr);
	roles_judge(&from->roles, &messages, &context, confidence);
	for (unsigned i = 0; i < ENDPOINT_ROLE_COUNT; i++) {
		uint64_t last_us = is_of_flows(i) ? from->last_us : messages.last_us;
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
