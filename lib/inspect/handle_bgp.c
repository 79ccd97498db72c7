/* BGP: one session for each connection that carries a message; what it says is bgp_session.h's. */
#include <stdlib.h>

#include "base/mem.h"
#include "inspect/handler.h"
#include "inspect/peering.h"
#include "proto/bgp.h"

/* conversation->state is `void *`, the table's owner a typed pointer: a box between them. */
struct feed {
	struct bgp_session *session;
};

/* Bytes before the first whole message are no session's: they may be anything on this port. */
static bool
has_message(struct cursor *bytes)
{
	struct cursor next;
	struct bgp m;

	if (!bgp_find(bytes))
		return false;
	next = *bytes;
	return bgp_decode(&next, &m) == REASON_OK;
}

static struct bgp_session *
session_of(struct inspection *in)
{
	struct conversation *c = in->conversation;
	struct feed *feed = c->state;

	if (!feed)
		feed = c->state = mem_alloc(1, sizeof *feed);
	if (!feed->session) {
		peering_session_add(&in->census->peering, &feed->session);
		feed->session->first_direction = in->direction;
		for (unsigned i = 0; i < 2; i++) {
			feed->session->side[i].ip = c->ip[in->direction ^ i];
			feed->session->side[i].port = c->port[in->direction ^ i];
		}
	}
	return feed->session;
}

static bool
has_session(const struct conversation *c)
{
	const struct feed *feed = c->state;

	return feed && feed->session;
}

static size_t
read_stream(struct inspection *in, struct cursor bytes, bool gap)
{
	const uint8_t *start = bytes.at;
	struct bgp_session *s;

	if (!has_session(in->conversation) && !has_message(&bytes))
		return (size_t)(bytes.at - start);
	s = session_of(in);
	return (size_t)(bytes.at - start) + bgp_session_read(s, in->direction ^ s->first_direction,
	                                                     bytes, gap, in->conversation->last_ns);
}

static void
note_end(struct inspection *in, bool reset)
{
	struct feed *feed = in->conversation->state;

	if (feed && feed->session)
		bgp_session_end(feed->session, reset);
}

/* The session stays, with what it said. */
static void
forget(struct conversation *c)
{
	struct feed *feed = c->state;

	if (feed && feed->session)
		feed->session->owner = NULL;
	free(feed);
}

const struct handler handler_bgp = {
	.name = "bgp", .stream = read_stream, .ended = note_end, .forget = forget};
