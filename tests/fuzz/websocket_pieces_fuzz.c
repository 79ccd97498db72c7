/* A WebSocket connection in pieces: each begins with its side and length; what is not used stays
 * and is given again before the next. Whatever comes, memory stays within the budget. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "inspect/websocket.h"

enum { PIECE_MAX = 256, WAITING_MAX = 4096 };

static void
take(void *context, struct cursor message)
{
	static volatile uint8_t sink;
	size_t *taken = context;

	while (cursor_left(&message) > 0)
		sink = cursor_u8(&message);
	(void)sink;
	assert(message.ok);
	++*taken;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct budget budget = {.limit = 1 << 16};
	static uint8_t waiting[2][WAITING_MAX + PIECE_MAX];
	size_t held[2] = {0}, taken = 0;
	struct websocket w;

	websocket_init(&w, &budget);
	for (size_t at = 0; at + 2 <= size;) {
		unsigned side = data[at] & 1;
		size_t piece = data[at + 1], used;

		at += 2;
		piece = piece < size - at ? piece : size - at;
		memcpy(waiting[side] + held[side], data + at, piece);
		at += piece;
		held[side] += piece;
		used = websocket_read(&w, side, cursor_over(waiting[side], held[side]), take,
		                      &taken);
		if (used == SIZE_MAX || held[side] - (used < held[side] ? used : 0) > WAITING_MAX) {
			websocket_lose(&w, side);
			held[side] = 0;
			continue;
		}
		assert(used <= held[side]);
		memmove(waiting[side], waiting[side] + used, held[side] - used);
		held[side] -= used;
	}
	assert(budget.used <= budget.limit);
	websocket_fini(&w);
	assert(budget.used == 0);
	return 0;
}
