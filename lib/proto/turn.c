#include "proto/turn.h"

#include "proto/stun.h"

enum { ATTRIBUTE_DATA = 0x0013 };

/* `size` bytes from here on, or as many of them as were captured. */
static bool
take(struct cursor *c, uint32_t size, struct turn_data *out)
{
	size_t left = cursor_left(c);

	out->size = size;
	out->bytes = cursor_slice(c, size < left ? size : left);
	return size > 0 && out->bytes.ok;
}

static bool
find_attribute(struct cursor *c, struct turn_data *out)
{
	cursor_skip(c, STUN_SIZE);
	while (cursor_left(c)) {
		uint16_t type = cursor_be16(c), size = cursor_be16(c);

		if (type == ATTRIBUTE_DATA)
			return c->ok && take(c, size, out);
		cursor_skip(c, (size + 3u) & ~3u);
	}
	return false;
}

bool
turn_data_find(struct cursor datagram, struct turn_data *out)
{
	struct stun_channel channel;
	const uint8_t *head = cursor_peek(&datagram, STUN_CHANNEL_SIZE);

	if (!head)
		return false;
	if (turn_is_indication(load_be16(head)) && stun_fits(&datagram))
		return find_attribute(&datagram, out);
	if (stun_channel_decode(&datagram, &channel) == REASON_STUN_BAD)
		return false;
	datagram.at = head + STUN_CHANNEL_SIZE;
	datagram.ok = true;
	return take(&datagram, channel.size, out);
}
