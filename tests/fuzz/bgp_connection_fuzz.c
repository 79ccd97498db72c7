/*
 * A connection over any bytes: each piece is a byte that chooses side and gap, a size of two bytes,
 * and what that side says, behind what it had left over. Takes no more than it was given, keeps
 * within the room for routes, and gives it all back.
 */
#include <stdlib.h>
#include <string.h>

#include "inspect/bgp_connection.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOM = 64, PENDING_MAX = 1 << 17 };

struct pending {
	uint8_t *bytes;
	size_t size;
};

static void
say(struct bgp_connection *s, struct pending *p, uint8_t choice, struct cursor piece)
{
	size_t size = cursor_left(&piece), taken;

	if (p->size + size > PENDING_MAX)
		p->size = 0;
	p->bytes = realloc(p->bytes, p->size + size + 1);
	if (!p->bytes)
		abort();
	memcpy(p->bytes + p->size, piece.at, size);
	p->size += size;
	taken = bgp_connection_read(s, choice & 1, cursor_over(p->bytes, p->size), choice & 2, 1);
	if (taken > p->size)
		abort();
	p->size -= taken;
	memmove(p->bytes, p->bytes + taken, p->size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size);
	struct pending pending[2] = {{0}};
	struct bgp_session *session;
	struct bgp_shared shared;
	struct bgp_connection *s;
	struct bgp_attrs_use use;

	bgp_shared_init(&shared, ROOM);
	shared.pool.watched = true;
	session = bgp_session_create(&shared);
	s = bgp_connection_create(session, 0);

	while (cursor_left(&c) >= 3) {
		uint8_t choice = cursor_u8(&c);
		size_t wanted = cursor_be16(&c);

		if (wanted > cursor_left(&c))
			wanted = cursor_left(&c);
		say(s, &pending[choice & 1], choice, cursor_slice(&c, wanted));
	}
	if (bgp_rib_count(&session->side[0].rib) + bgp_rib_count(&session->side[1].rib) +
	            shared.pool.room !=
	    ROOM)
		abort();
	if (bgp_connection_state(s) >= BGP_STATE_COUNT ||
	    bgp_connection_completeness(s, 0) >= BGP_COMPLETENESS_COUNT)
		abort();
	bgp_connection_destroy(s);
	bgp_session_destroy(session);
	bgp_attrs_usage(shared.pool.attrs, &use);
	if (shared.pool.room != ROOM || use.count)
		abort();
	bgp_shared_fini(&shared);
	free(pending[0].bytes);
	free(pending[1].bytes);
	return 0;
}
