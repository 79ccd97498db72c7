#include "inspect/bgp_session.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "proto/bgp_path.h"
#include "proto/bgp_update.h"

struct bgp_session *
bgp_session_create(uint32_t *room)
{
	struct bgp_session *s = mem_alloc(1, sizeof *s);

	bgp_rib_init(&s->side[0].rib, room);
	bgp_rib_init(&s->side[1].rib, room);
	return s;
}

void
bgp_session_destroy(struct bgp_session *s)
{
	if (!s)
		return;
	bgp_rib_fini(&s->side[0].rib);
	bgp_rib_fini(&s->side[1].rib);
	free(s);
}

static void
read_open(struct bgp_side *side, struct cursor body)
{
	if (bgp_open_decode(&body, &side->open) != REASON_OK) {
		side->malformed++;
		return;
	}
	side->opened = true;
	slice_copy(side->hostname, sizeof side->hostname, side->open.hostname);
	side->open.hostname = side->open.domain = side->open.software = (struct slice){0};
}

/* ---- what only the OPENs tell, and guesses without them -------------------------------------- */

/* RFC 7911 section 4: the sender offers to send and the receiver to receive. */
static bool
has_add_path(struct bgp_session *s, unsigned from, const struct bgp_nlri_form *form,
             struct cursor nlri)
{
	static const uint8_t bit[2] = {BGP_ADD_PATH_SEND, BGP_ADD_PATH_RECEIVE};
	bool known = true;

	for (unsigned i = 0; i < 2; i++) {
		const struct bgp_side *side = &s->side[from ^ i];
		const struct bgp_family *family =
			bgp_open_family(&side->open, form->afi, form->safi);

		if (side->opened && !(family && family->add_path & bit[i]))
			return false;
		known = known && side->opened;
	}
	if (known)
		return true;
	s->side[from].guessed = true;
	return bgp_nlri_guess_add_path(nlri, form);
}

/* RFC 6793 section 4.1: four bytes when both say so. */
static unsigned
as_width(struct bgp_session *s, unsigned from, struct cursor path)
{
	struct bgp_side *side = &s->side[from];
	bool known = s->side[0].opened && s->side[1].opened;
	unsigned guess;

	for (unsigned i = 0; i < 2; i++) {
		if (s->side[i].opened && !bgp_open_has(&s->side[i].open, BGP_CAP_AS4))
			return 2;
	}
	if (known)
		return 4;
	side->guessed = true;
	guess = bgp_path_guess_width(path);
	return guess ? guess : side->as_width;
}

/* ---- UPDATE -----------------------------------------------------------------------------------
 */

enum change { ANNOUNCE, WITHDRAW, TREAT_AS_WITHDRAW };

static void
change_routes(struct bgp_session *s, unsigned from, uint16_t afi, uint8_t safi, struct cursor nlri,
              enum change change)
{
	struct bgp_side *side = &s->side[from];
	struct bgp_nlri_form form = {.afi = afi, .safi = safi, .withdrawn = change == WITHDRAW};
	uint64_t *said = change == WITHDRAW ? side->withdrawn : side->announced;
	struct bgp_nlri n;

	if (!cursor_left(&nlri))
		return;
	if (!bgp_nlri_known(afi, safi)) {
		side->other_families++;
		return;
	}
	form.add_path = has_add_path(s, from, &form, nlri);
	while (bgp_nlri_next(&nlri, &form, &n)) {
		said[afi == BGP_AFI_IPV6]++;
		if (change == ANNOUNCE)
			bgp_rib_add(&side->rib, afi, safi, &n);
		else
			bgp_rib_remove(&side->rib, afi, safi, &n);
	}
	side->malformed += !nlri.ok;
}

static void
read_path(struct bgp_session *s, unsigned from, const struct bgp_update *u)
{
	struct bgp_side *side = &s->side[from];
	struct bgp_path path;

	if (!cursor_left(&u->as_path))
		return;
	side->as_width = (uint8_t)as_width(s, from, u->as_path);
	if (side->as_width && bgp_path_read(u->as_path, side->as_width, &path) && path.first)
		side->first_as = path.first;
}

static void
note_end(struct bgp_side *side, const struct bgp_update *u)
{
	uint16_t afi;
	uint8_t safi;

	if (!bgp_update_ends_rib(u, &afi, &safi) || safi != BGP_SAFI_UNICAST)
		return;
	if (afi == BGP_AFI_IPV4 || afi == BGP_AFI_IPV6)
		side->ended |= (uint8_t)(1u << (afi - BGP_AFI_IPV4));
}

/* RFC 7606 section 2: a message treated as a withdrawal takes its prefixes away; one that resets
 * the session changes nothing. */
static void
read_update(struct bgp_session *s, unsigned from, struct cursor body)
{
	struct bgp_side *side = &s->side[from];
	struct bgp_update u;
	enum change change;

	if (bgp_update_decode(&body, &u) != REASON_OK) {
		side->malformed++;
		return;
	}
	side->notes += u.notes != 0;
	if (u.treatment == BGP_TREAT_RESET)
		return;
	change = u.treatment == BGP_TREAT_WITHDRAW ? TREAT_AS_WITHDRAW : ANNOUNCE;
	read_path(s, from, &u);
	change_routes(s, from, BGP_AFI_IPV4, BGP_SAFI_UNICAST, u.withdrawn, WITHDRAW);
	change_routes(s, from, u.unreach.afi, u.unreach.safi, u.unreach.nlri, WITHDRAW);
	change_routes(s, from, u.reach.afi, u.reach.safi, u.reach.nlri, change);
	change_routes(s, from, BGP_AFI_IPV4, BGP_SAFI_UNICAST, u.nlri, change);
	note_end(side, &u);
}

/* ---- messages ---------------------------------------------------------------------------------
 */

/* The session ends: what was announced over it stands no more. */
static void
read_notification(struct bgp_session *s, unsigned from, struct cursor body, uint64_t time_ns)
{
	struct bgp_session_notification *kept = &s->notifications[s->notification_count];
	struct bgp_notification n;

	if (bgp_notification_decode(&body, &n) != REASON_OK) {
		s->side[from].malformed++;
		return;
	}
	s->end = BGP_END_NOTIFICATION;
	bgp_rib_clear(&s->side[0].rib);
	bgp_rib_clear(&s->side[1].rib);
	if (s->notification_count == BGP_NOTIFICATIONS_MAX)
		return;
	s->notification_count++;
	*kept = (struct bgp_session_notification){
		.time_ns = time_ns,
		.from = (uint8_t)from,
		.code = n.code,
		.subcode = n.subcode,
		.hard = n.hard,
	};
	slice_copy(kept->text, sizeof kept->text, n.text);
}

static void
read_message(struct bgp_session *s, unsigned from, const struct bgp *m, uint64_t time_ns)
{
	s->side[from].spoken = true;
	s->side[from].messages[m->type]++;
	s->side[from].last_ns = s->last_ns = time_ns;
	if (s->end != BGP_END_NOTIFICATION)
		s->end = BGP_LIVES;
	switch (m->type) {
	case BGP_OPEN:
		read_open(&s->side[from], m->body);
		break;
	case BGP_UPDATE:
		read_update(s, from, m->body);
		break;
	case BGP_NOTIFICATION:
		read_notification(s, from, m->body, time_ns);
		break;
	default:
		break;
	}
}

size_t
bgp_session_read(struct bgp_session *s, unsigned side, struct cursor bytes, bool gap,
                 uint64_t time_ns)
{
	const uint8_t *start = bytes.at;
	enum reason reason;
	struct bgp m;

	if (!s->first_ns)
		s->first_ns = time_ns;
	/* bytes missing before a side's first message are a session joined in its middle */
	s->side[side].gaps += gap && s->side[side].spoken;
	if (gap && !bgp_find(&bytes))
		return (size_t)(bytes.at - start);
	while ((reason = bgp_decode(&bytes, &m)) != REASON_BGP_SHORT) {
		if (reason == REASON_OK) {
			read_message(s, side, &m, time_ns);
			continue;
		}
		s->side[side].gaps += s->side[side].spoken;
		cursor_skip(&bytes, 1);
		if (!bgp_find(&bytes))
			break;
	}
	return (size_t)(bytes.at - start);
}

/* ---- what it comes to -------------------------------------------------------------------------
 */

void
bgp_session_end(struct bgp_session *s, bool reset)
{
	if (s->end == BGP_LIVES)
		s->end = reset ? BGP_END_RST : BGP_END_FIN;
}

uint32_t
bgp_session_standing(const struct bgp_session *s, unsigned side, unsigned afi_index)
{
	return s->end == BGP_LIVES ? s->side[side].rib.standing[afi_index] : 0;
}

static bool
is_running(const struct bgp_side *side)
{
	return side->messages[BGP_UPDATE] || side->messages[BGP_ROUTE_REFRESH];
}

/* By what only a speaker in that state sends (RFC 4271 section 8.2.2); a session joined in its
 * middle shows no OPEN. */
enum bgp_session_state
bgp_session_state(const struct bgp_session *s)
{
	const struct bgp_side *a = &s->side[0], *b = &s->side[1];
	bool kept_alive[2] = {a->messages[BGP_KEEPALIVE] > 0, b->messages[BGP_KEEPALIVE] > 0};
	bool opened = a->messages[BGP_OPEN] || b->messages[BGP_OPEN];

	if (s->end != BGP_LIVES)
		return BGP_IDLE;
	if (is_running(a) || is_running(b) || (kept_alive[0] && kept_alive[1]))
		return BGP_ESTABLISHED;
	if (kept_alive[0] || kept_alive[1])
		return opened ? BGP_OPEN_CONFIRM : BGP_ESTABLISHED;
	return BGP_OPEN_SENT;
}

/* The families of both capabilities 1; IPv4 when a speaker has none (RFC 4760 section 8). */
static uint8_t
families_of(const struct bgp_side *side)
{
	uint8_t families = 0;

	for (unsigned i = 0; i < side->open.family_count; i++) {
		const struct bgp_family *f = &side->open.families[i];

		if (f->multiprotocol && f->safi == BGP_SAFI_UNICAST && f->afi >= BGP_AFI_IPV4 &&
		    f->afi <= BGP_AFI_IPV6)
			families |= (uint8_t)(1u << (f->afi - BGP_AFI_IPV4));
	}
	return bgp_open_has(&side->open, BGP_CAP_MULTIPROTOCOL) ? families : 1;
}

enum bgp_completeness
bgp_side_completeness(const struct bgp_session *s, unsigned side)
{
	const struct bgp_side *me = &s->side[side];
	uint8_t families;

	if (me->gaps || me->malformed || me->rib.beyond)
		return BGP_BROKEN;
	if (!s->side[0].opened || !s->side[1].opened)
		return BGP_INFERRED;
	families = families_of(&s->side[0]) & families_of(&s->side[1]);
	return families && (me->ended & families) == families ? BGP_COMPLETE : BGP_INFERRED;
}

const char *
bgp_end_name(enum bgp_end end)
{
	static const char *const names[BGP_END_COUNT] = {
		[BGP_END_NOTIFICATION] = "notification",
		[BGP_END_FIN] = "fin",
		[BGP_END_RST] = "rst",
	};

	return names[end];
}

const char *
bgp_state_name(enum bgp_session_state state)
{
	static const char *const names[BGP_STATE_COUNT] = {
		[BGP_IDLE] = "idle",
		[BGP_OPEN_SENT] = "opensent",
		[BGP_OPEN_CONFIRM] = "openconfirm",
		[BGP_ESTABLISHED] = "established",
	};

	return names[state];
}

const char *
bgp_completeness_name(enum bgp_completeness completeness)
{
	static const char *const names[BGP_COMPLETENESS_COUNT] = {
		[BGP_COMPLETE] = "COMPLETE",
		[BGP_INFERRED] = "INFERRED",
		[BGP_BROKEN] = "BROKEN",
	};

	return names[completeness];
}

uint16_t
bgp_session_hold_s(const struct bgp_session *s, bool *known)
{
	uint16_t a = s->side[0].open.hold_s, b = s->side[1].open.hold_s;

	*known = s->side[0].opened && s->side[1].opened;
	return a < b ? a : b;
}
