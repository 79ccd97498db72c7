#include "inspect/bgp_connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "inspect/bgp_apply.h"
#include "inspect/bgp_connection_private.h"

struct bgp_connection *
bgp_connection_create(struct bgp_session *session, unsigned first_side)
{
	struct bgp_connection *c = mem_alloc(1, sizeof *c);

	c->session = session;
	c->first_is_msft = first_side ^ session->swapped;
	return c;
}

void
bgp_connection_destroy(struct bgp_connection *c)
{
	if (!c)
		return;
	bgp_session_forget(c->session, c);
	free(c);
}

/* Where the link does not tell the sides apart their AS numbers do. */
static void
settle_sides(struct bgp_connection *c, unsigned from)
{
	enum side side = bgp_side_by_asn(c->session->shared->conf, c->side[from].open.asn);

	if (c->session->settled || side == SIDE_UNKNOWN)
		return;
	c->session->settled = true;
	if (side != (enum side)bgp_connection_side(c, from))
		bgp_session_swap(c->session);
}

static void
keep_open(struct bgp_speaker *side, const struct bgp_open *open)
{
	side->told = true;
	side->open = *open;
	slice_copy(side->hostname, sizeof side->hostname, open->hostname);
	side->open.hostname = side->open.domain = side->open.software = (struct slice){0};
}

/* One that no speaker of version 4 can take is told, and nothing is built on it. */
static void
refuse_open(struct bgp_speaker *side, enum reason reason, const struct bgp_open *open)
{
	side->counts.malformed++;
	if (reason == REASON_BGP_BAD && !side->opened)
		keep_open(side, open);
}

static void
read_open(struct bgp_connection *c, unsigned from, struct cursor body, uint64_t time_ns)
{
	struct bgp_speaker *side = &c->side[from];
	size_t size = cursor_left(&body);
	struct cursor whole = body;
	struct bgp_open open;
	enum reason reason = bgp_open_decode(&body, &open);

	if (reason != REASON_OK) {
		refuse_open(side, reason, &open);
		return;
	}
	side->opened = true;
	keep_open(side, &open);
	side->open_ns = time_ns;
	side->open_size = size <= BGP_OPEN_KEPT ? (uint16_t)size : 0;
	memcpy(side->open_bytes, whole.at, side->open_size);
	if (bgp_session_heeds(c->session, c))
		settle_sides(c, from);
	if (c->session->current == c)
		bgp_session_adopt(c->session, c, from);
}

void
bgp_connection_learn(struct bgp_connection *c, unsigned side)
{
	const struct bgp_side *from = &c->session->side[bgp_connection_side(c, side)];
	struct bgp_speaker *me = &c->side[side];

	if (me->opened || !from->basis)
		return;
	me->opened = true;
	me->open = from->open;
	memcpy(me->hostname, from->hostname, sizeof me->hostname);
}

/* ---- messages -------------------------------------------------------------------------------- */

/* "Cease 9 hard reset by peer: text of RFC 9003". */
static void
tell_notification(struct bgp_connection *c, unsigned from, const struct bgp_notification *n,
                  uint64_t time_ns)
{
	enum side by = (enum side)bgp_connection_side(c, from);
	char cause[BGP_CAUSE_SIZE], text[BGP_TEXT_SIZE];

	if (!c->session->current)
		bgp_session_take(c->session, c, time_ns);
	slice_copy(text, sizeof text, n->text);
	if (c->session->current == c && n->code == BGP_ERROR_CEASE &&
	    n->subcode == BGP_CEASE_MAX_PREFIXES)
		c->session->side[by].max_prefix_ceases++;
	if (n->code == BGP_ERROR_CEASE)
		snprintf(cause, sizeof cause, "Cease %u %s by %s%s%s", n->subcode,
		         bgp_cease_name(n->subcode), side_name(by), *text ? ": " : "", text);
	else
		snprintf(cause, sizeof cause, "NOTIFICATION %u/%u %s by %s", n->code, n->subcode,
		         bgp_error_name(n->code), side_name(by));
	bgp_session_down(c->session, c, by, cause,
	                 !n->hard && bgp_session_outlives_notification(c->session), time_ns);
}

/* The session ends: what was announced over it stands no more, but for RFC 8538. */
static void
read_notification(struct bgp_connection *c, unsigned from, struct cursor body, uint64_t time_ns)
{
	struct bgp_connection_notification *kept = &c->notifications[c->notification_count];
	struct bgp_notification n;

	if (bgp_notification_decode(&body, &n) != REASON_OK) {
		c->side[from].counts.malformed++;
		return;
	}
	c->end = BGP_END_NOTIFICATION;
	tell_notification(c, from, &n, time_ns);
	if (c->notification_count == BGP_NOTIFICATIONS_MAX)
		return;
	c->notification_count++;
	*kept = (struct bgp_connection_notification){
		.time_ns = time_ns,
		.from = (uint8_t)from,
		.code = n.code,
		.subcode = n.subcode,
		.hard = n.hard,
	};
	slice_copy(kept->text, sizeof kept->text, n.text);
}

/* RFC 7313 section 4: what is not announced between the two is no more. */
static void
read_refresh(struct bgp_connection *c, unsigned from, struct cursor body, uint64_t time_ns)
{
	unsigned side = bgp_connection_side(c, from);
	struct bgp_refresh r;

	if (bgp_refresh_decode(&body, &r) != REASON_OK || r.safi != BGP_SAFI_UNICAST ||
	    (r.afi != BGP_AFI_IPV4 && r.afi != BGP_AFI_IPV6) || c->session->current != c)
		return;
	if (r.subtype == BGP_REFRESH_BEGIN)
		bgp_rib_age(bgp_connection_rib(c, from), r.afi);
	else if (r.subtype == BGP_REFRESH_END)
		bgp_session_ended_rib(c->session, side, r.afi, time_ns);
}

/* A KEEPALIVE some time behind the last UPDATE says that there was nothing more to tell; where
 * there was none at all, a longer time. */
static bool
is_quiet(const struct bgp_connection *c, const struct bgp_speaker *me)
{
	return me->update_ns ? me->last_ns > me->update_ns + QUIET_NS
	                     : me->last_ns > c->first_ns + SLOW_START_NS;
}

static void
note_message(struct bgp_connection *c, unsigned from, const struct bgp *m, uint64_t time_ns)
{
	struct bgp_speaker *side = &c->side[from];

	side->spoken = true;
	side->counts.messages[m->type]++;
	side->sound[m->type]++;
	side->last_ns = c->last_ns = time_ns;
	if (c->end != BGP_END_NOTIFICATION)
		c->end = BGP_LIVES;
}

static void
read_message(struct bgp_connection *c, unsigned from, const struct bgp *m, uint64_t time_ns)
{
	struct bgp_speaker *side = &c->side[from];

	note_message(c, from, m, time_ns);
	side->settled |= m->type == BGP_KEEPALIVE && is_quiet(c, side) && bgp_connection_is_up(c);
	switch (m->type) {
	case BGP_OPEN:
		read_open(c, from, m->body, time_ns);
		break;
	case BGP_UPDATE:
		bgp_apply_update(c, from, m->body, time_ns);
		break;
	case BGP_NOTIFICATION:
		read_notification(c, from, m->body, time_ns);
		break;
	case BGP_ROUTE_REFRESH:
		read_refresh(c, from, m->body, time_ns);
		break;
	default:
		break;
	}
}

/* It was sent, so it counts; nothing it may say is believed, nor what that would make of the
 * session: its receiver ends one over it (RFC 4271 section 6.1). Anybody can send one to the port.
 */
static void
count_misfit(struct bgp_connection *c, unsigned from, const struct bgp *m, uint64_t time_ns)
{
	c->side[from].counts.messages[m->type]++;
	c->side[from].counts.malformed++;
	c->last_ns = time_ns;
}

/* The next place where a message begins, behind what is none. */
static bool
find_footing(struct bgp_connection *c, unsigned side, const struct bgp *m, enum reason reason,
             struct cursor *bytes, uint64_t time_ns)
{
	if (reason == REASON_BGP_LENGTH) {
		count_misfit(c, side, m, time_ns);
		cursor_skip(bytes, BGP_HEADER_SIZE);
	} else {
		c->side[side].counts.gaps += c->side[side].spoken;
		cursor_skip(bytes, 1);
	}
	return bgp_find(bytes);
}

static size_t
read_messages(struct bgp_connection *c, unsigned side, struct cursor bytes, bool gap,
              uint64_t time_ns)
{
	const uint8_t *start = bytes.at;
	enum reason reason;
	struct bgp m;

	/* bytes missing before a side's first message are a session joined in its middle */
	c->side[side].counts.gaps += gap && c->side[side].spoken;
	if (gap && !bgp_find(&bytes))
		return (size_t)(bytes.at - start);
	while ((reason = bgp_decode(&bytes, &m)) != REASON_BGP_SHORT) {
		if (reason == REASON_OK) {
			read_message(c, side, &m, time_ns);
			continue;
		}
		if (!find_footing(c, side, &m, reason, &bytes, time_ns))
			break;
	}
	return (size_t)(bytes.at - start);
}

/* What `now` counts beyond `before`. */
static struct bgp_counts
counts_since(const struct bgp_counts *now, const struct bgp_counts *before)
{
	struct bgp_counts more = *now;
	uint64_t *to = (uint64_t *)&more;
	const uint64_t *less = (const uint64_t *)before;

	for (size_t i = 0; i < sizeof more / sizeof *to; i++)
		to[i] -= less[i];
	return more;
}

/* What was read since `before`. */
static void
tell_session(struct bgp_connection *c, unsigned side, const struct bgp_counts *before,
             uint64_t time_ns)
{
	struct bgp_counts more = counts_since(&c->side[side].counts, before);

	bgp_session_said(c->session, c, bgp_connection_side(c, side), &more, time_ns);
}

size_t
bgp_connection_read(struct bgp_connection *c, unsigned side, struct cursor bytes, bool gap,
                    uint64_t time_ns)
{
	struct bgp_counts before = c->side[side].counts;
	size_t taken;

	if (!c->first_ns)
		c->first_ns = time_ns;
	taken = read_messages(c, side, bytes, gap, time_ns);
	tell_session(c, side, &before, time_ns);
	return taken;
}

/* It was sent whole, and counts; of an UPDATE no route is known. */
static void
read_cut(struct bgp_connection *c, unsigned from, const struct bgp *m, uint64_t time_ns)
{
	struct bgp_speaker *side = &c->side[from];
	struct cursor body = m->body;
	struct bgp_open open;

	note_message(c, from, m, time_ns);
	if (m->type == BGP_OPEN)
		refuse_open(side, bgp_open_decode(&body, &open), &open);
	else if (m->type == BGP_NOTIFICATION)
		read_notification(c, from, body, time_ns);
	else
		side->counts.malformed++;
}

size_t
bgp_connection_read_cut(struct bgp_connection *c, unsigned side, struct cursor bytes,
                        uint64_t time_ns)
{
	struct bgp_counts before = c->side[side].counts;
	size_t size = cursor_left(&bytes);
	struct bgp m;

	if (bgp_decode(&bytes, &m) != REASON_BGP_SHORT || !m.type)
		return 0;
	if (!c->first_ns)
		c->first_ns = time_ns;
	cursor_skip(&bytes, BGP_HEADER_SIZE);
	m.body = bytes;
	read_cut(c, side, &m, time_ns);
	tell_session(c, side, &before, time_ns);
	return size;
}

void
bgp_connection_segments(struct bgp_connection *c, const struct bgp_segments *more)
{
	bgp_segments_add(&c->segments, more);
	bgp_session_segments(c->session, c, more);
}

void
bgp_connection_end(struct bgp_connection *c, unsigned side, bool reset, uint64_t time_ns)
{
	enum side by = (enum side)bgp_connection_side(c, side);
	char cause[BGP_CAUSE_SIZE];

	if (c->end != BGP_LIVES)
		return;
	c->end = reset ? BGP_END_RST : BGP_END_FIN;
	snprintf(cause, sizeof cause, "%s by %s", reset ? "TCP reset" : "TCP closed (FIN)",
	         side_name(by));
	bgp_session_down(c->session, c, by, cause, true, time_ns);
}
