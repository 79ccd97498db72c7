#include "inspect/bgp_apply.h"

#include <string.h>

#include "base/clock.h"
#include "proto/bgp_path.h"
#include "proto/bgp_update.h"

/* ---- what only the OPENs tell, and guesses without them -------------------------------------- */

/* RFC 7911 section 4: the sender offers to send and the receiver to receive. */
static bool
has_add_path(struct bgp_connection *c, unsigned from, const struct bgp_nlri_form *form,
             struct cursor nlri)
{
	static const uint8_t bit[2] = {BGP_ADD_PATH_SEND, BGP_ADD_PATH_RECEIVE};
	bool known = true;

	for (unsigned i = 0; i < 2; i++) {
		const struct bgp_speaker *side = &c->side[from ^ i];
		const struct bgp_family *family =
			bgp_open_family(&side->open, form->afi, form->safi);

		if (side->opened && !(family && family->add_path & bit[i]))
			return false;
		known = known && side->opened;
	}
	if (known)
		return true;
	c->side[from].guessed = true;
	return bgp_nlri_guess_add_path(nlri, form);
}

/* RFC 7854 section 4.2: a report has four bytes whatever the session has, or says that it has two.
 * Where one says four and only two fit, the bytes are believed. */
static unsigned
reported_width(const struct bgp_connection *c, struct cursor path)
{
	unsigned guess = bgp_path_guess_width(path);

	if (c->as2)
		return 2;
	return guess ? guess : 4;
}

/* RFC 6793 section 4.1: four bytes when both say so. */
static unsigned
as_width(struct bgp_connection *c, unsigned from, struct cursor path)
{
	struct bgp_speaker *side = &c->side[from];
	bool known = c->side[0].opened && c->side[1].opened;
	unsigned guess;

	if (c->reported)
		return reported_width(c, path);
	for (unsigned i = 0; i < 2; i++) {
		if (c->side[i].opened && !bgp_open_has(&c->side[i].open, BGP_CAP_AS4))
			return 2;
	}
	if (known)
		return 4;
	side->guessed = true;
	guess = bgp_path_guess_width(path);
	return guess ? guess : side->as_width;
}

/* ---- the table ------------------------------------------------------------------------------- */

enum change { ANNOUNCE, WITHDRAW, TREAT_AS_WITHDRAW };

/* Prefixes as they stand in an UPDATE. */
struct listed {
	uint16_t afi;
	uint8_t safi;
	bool mp; /* in an attribute of RFC 4760 */
	struct cursor nlri;
};

static void
remove_route(struct bgp_connection *c, unsigned from, const struct listed *listed,
             const struct bgp_nlri *n, uint64_t time_us)
{
	bool known = bgp_rib_remove(bgp_connection_rib(c, from), listed->afi, listed->safi, n,
	                            time_us) == BGP_RIB_GONE;

	if (listed->safi == BGP_SAFI_UNICAST)
		bgp_session_withdrew(c->session, bgp_connection_side(c, from), listed->afi, n,
		                     known, time_us);
}

static void
count(struct bgp_speaker *side, int family, const struct listed *listed, enum change change,
      uint64_t prefixes)
{
	struct bgp_said *said = &side->said[family];
	unsigned afi = listed->afi - BGP_AFI_IPV4;

	if (change == WITHDRAW) {
		side->counts.withdrawn[afi] += prefixes;
		said->withdrawn += prefixes;
		said->unreach += listed->mp ? prefixes : 0;
	} else {
		side->counts.announced[afi] += prefixes;
		said->announced += prefixes;
		said->reach += listed->mp ? prefixes : 0;
	}
}

static void
change_routes(struct bgp_connection *c, unsigned from, const struct listed *listed,
              enum change change, uint32_t attrs, uint64_t time_us)
{
	struct bgp_speaker *side = &c->side[from];
	struct bgp_nlri_form form = {
		.afi = listed->afi, .safi = listed->safi, .withdrawn = change == WITHDRAW};
	int family = bgp_nlri_family(listed->afi, listed->safi);
	struct cursor nlri = listed->nlri;
	uint64_t prefixes = 0;
	struct bgp_nlri n;

	if (!cursor_left(&nlri))
		return;
	if (family < 0) {
		side->counts.other_families++;
		return;
	}
	form.add_path = has_add_path(c, from, &form, nlri);
	for (; bgp_nlri_next(&nlri, &form, &n); prefixes++) {
		if (change == ANNOUNCE)
			bgp_rib_add(bgp_connection_rib(c, from), listed->afi, listed->safi, &n,
			            attrs, time_us);
		else
			remove_route(c, from, listed, &n, time_us);
	}
	count(side, family, listed, change, prefixes);
	side->counts.malformed += !nlri.ok;
}

enum { OWN_PATH_SIZE = 4096 }; /* a thousand numbers: nobody's path is longer */

/* `path` without the receiver's number in front, in `room` where its first segment goes on. */
static struct cursor
without_receiver(const struct bgp_speaker *from, struct cursor path, uint8_t room[OWN_PATH_SIZE])
{
	unsigned width = from->as_width;
	size_t size = cursor_left(&path), head = 2 + width;
	struct cursor rest = path;
	struct bgp_segment first;

	if (!from->receiver_as || !width || size > OWN_PATH_SIZE ||
	    !bgp_segment_next(&rest, width, &first) || first.type != BGP_AS_SEQUENCE ||
	    bgp_segment_number(&first, width) != from->receiver_as)
		return path;
	if (first.count == 1)
		return rest;
	memcpy(room + 2, path.at + head, size - head);
	room[0] = BGP_AS_SEQUENCE;
	room[1] = (uint8_t)(first.count - 1);
	return cursor_over(room, size - width);
}

/* The path as it crossed the wire, in `room` where it does not stand in the message as such. */
static void
read_path(struct bgp_connection *c, unsigned from, struct bgp_update *u,
          uint8_t room[OWN_PATH_SIZE])
{
	struct bgp_speaker *side = &c->side[from];
	struct bgp_path path;

	if (!cursor_left(&u->as_path))
		return;
	side->as_width = (uint8_t)as_width(c, from, u->as_path);
	u->as_path = without_receiver(side, u->as_path, room);
	if (!side->as_width || !bgp_path_read(u->as_path, side->as_width, &path) || !path.first)
		return;
	side->first_as = path.first;
	bgp_side_path(&c->session->side[bgp_connection_side(c, from)], path.first);
}

static void
note_end(struct bgp_connection *c, unsigned from, const struct bgp_update *u, uint64_t time_ns)
{
	uint16_t afi;
	uint8_t safi;

	if (!bgp_update_ends_rib(u, &afi, &safi) || safi != BGP_SAFI_UNICAST)
		return;
	if (afi != BGP_AFI_IPV4 && afi != BGP_AFI_IPV6)
		return;
	c->side[from].ended |= (uint8_t)(1u << (afi - BGP_AFI_IPV4));
	bgp_session_ended_rib(c->session, bgp_connection_side(c, from), afi, time_ns);
}

static void
withdraw(struct bgp_connection *c, unsigned from, const struct bgp_update *u, uint64_t time_us)
{
	const struct listed plain = {BGP_AFI_IPV4, BGP_SAFI_UNICAST, false, u->withdrawn};
	const struct listed mp = {u->unreach.afi, u->unreach.safi, true, u->unreach.nlri};

	change_routes(c, from, &plain, WITHDRAW, 0, time_us);
	change_routes(c, from, &mp, WITHDRAW, 0, time_us);
}

/* The prefixes of MP_REACH, or those behind the attributes: the two have different next hops. */
static void
announce_one(struct bgp_connection *c, unsigned from, const struct bgp_update *u,
             const struct listed *listed, uint64_t time_us)
{
	struct bgp_pool *pool = &c->session->shared->pool;
	uint32_t attrs;

	if (!cursor_left(&listed->nlri))
		return;
	if (u->treatment == BGP_TREAT_WITHDRAW) {
		change_routes(c, from, listed, TREAT_AS_WITHDRAW, 0, time_us);
		return;
	}
	attrs = bgp_attrs_intern(pool->attrs, u, listed->mp, c->side[from].as_width);
	change_routes(c, from, listed, ANNOUNCE, attrs, time_us);
	bgp_attrs_drop(pool->attrs, attrs);
}

static void
announce(struct bgp_connection *c, unsigned from, const struct bgp_update *u, uint64_t time_us)
{
	const struct listed mp = {u->reach.afi, u->reach.safi, true, u->reach.nlri};
	const struct listed plain = {BGP_AFI_IPV4, BGP_SAFI_UNICAST, false, u->nlri};

	announce_one(c, from, u, &mp, time_us);
	announce_one(c, from, u, &plain, time_us);
}

/* RFC 7606 section 2: a message treated as a withdrawal takes its prefixes away; one that resets
 * the session changes nothing. */
void
bgp_apply_update(struct bgp_connection *c, unsigned from, struct cursor body, uint64_t time_ns)
{
	struct bgp_speaker *side = &c->side[from];
	uint8_t room[OWN_PATH_SIZE];
	struct bgp_update u;

	if (bgp_update_decode(&body, &u) != REASON_OK) {
		side->counts.malformed++;
		return;
	}
	side->counts.notes += u.notes != 0;
	if (u.treatment == BGP_TREAT_RESET)
		return;
	if (!bgp_session_heeds(c->session, c)) {
		side->unheeded++;
		return;
	}
	bgp_session_take(c->session, c, time_ns);
	read_path(c, from, &u, room);
	withdraw(c, from, &u, time_ns / NS_PER_US);
	announce(c, from, &u, time_ns / NS_PER_US);
	note_end(c, from, &u, time_ns);
	side->update_ns = time_ns;
}
