/* Any bytes as frames of a WebSocket, whole and in two parts: reading ends, and gives the budget
 * back; frames that are whole lie within the bytes. */
#include <stdlib.h>

#include "inspect/websocket.h"
#include "proto/websocket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
take(void *context, struct cursor message)
{
	size_t *total = context;

	if (!cursor_left(&message) || cursor_left(&message) > WEBSOCKET_MESSAGE_MAX)
		abort();
	for (const uint8_t *p = message.at; p < message.end; p++)
		*total += *p;
}

static size_t
read_from(struct websocket *w, struct cursor bytes, size_t *total)
{
	size_t left = cursor_left(&bytes), taken = websocket_read(w, 0, bytes, take, total);

	if (taken != SIZE_MAX && taken > left)
		abort();
	return taken;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct budget budget = {.limit = 100 * 1024};
	struct cursor head = cursor_over(data, size);
	struct websocket w;
	size_t total = 0, taken;
	bool open;

	if (websocket_head(&head, &open) > size)
		abort();
	websocket_speaks(&head, "sip");
	websocket_init(&w, &budget);
	taken = read_from(&w, cursor_over(data, size / 2), &total);
	if (taken != SIZE_MAX)
		read_from(&w, cursor_over(data + taken, size - taken), &total);
	websocket_fini(&w);
	if (budget.used)
		abort();
	return 0;
}
