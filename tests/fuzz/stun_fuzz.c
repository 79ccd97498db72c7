/* stun_decode(), stun_channel_decode() and turn_data_find() over any bytes: OK implies the size the
 * header states. */
#include <stdlib.h>

#include "proto/stun.h"
#include "proto/turn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(struct slice s, const uint8_t *data, size_t size)
{
	const uint8_t *at = (const uint8_t *)s.at;

	if (at && (at < data || at + s.size > data + size))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size);
	struct stun_channel channel;
	struct turn_data relayed;
	struct stun stun;

	if (stun_decode(&c, &stun) == REASON_OK && cursor_left(&c) + STUN_SIZE + stun.size != size)
		abort();
	if (stun.method > 0xfff || stun.class > STUN_ERROR)
		abort();
	check_text(stun.username, data, size);
	check_text(stun.realm, data, size);
	check_text(stun.software, data, size);
	c = cursor_over(data, size);
	if (stun_channel_decode(&c, &channel) == REASON_OK &&
	    cursor_left(&channel.data) != channel.size)
		abort();
	if (turn_data_find(cursor_over(data, size), &relayed) &&
	    (relayed.bytes.at < data || relayed.bytes.end > data + size ||
	     cursor_left(&relayed.bytes) > relayed.size))
		abort();
	return 0;
}
