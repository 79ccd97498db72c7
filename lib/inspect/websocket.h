/*
 * The messages of a WebSocket connection (proto/websocket.h): frames unmasked and joined, control
 * frames stepped over. Memory only for a message that is not whole, out of a shared budget, at most
 * WEBSOCKET_MESSAGE_MAX each way. One thread.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "inspect/budget.h"

enum { WEBSOCKET_MESSAGE_MAX = 64 * 1024 };

struct websocket_side {
	uint8_t *message; /* what has come of one */
	uint32_t size, capacity;
	bool skipped; /* it is compressed, or there was no room: till its end */
};

struct websocket {
	struct budget *budget;
	struct websocket_side side[2];
};

void websocket_init(struct websocket *w, struct budget *budget);
void websocket_fini(struct websocket *w);

/* The unread bytes of one side, from a frame on. Each message that they make whole goes to `take`,
 * borrowed for the call. Returns how many bytes it is done with, SIZE_MAX: this is no frame. */
typedef void websocket_take_fn(void *context, struct cursor message);
size_t websocket_read(struct websocket *w, unsigned side, struct cursor bytes,
                      websocket_take_fn *take, void *context);

/* What has come of a message is not part of what comes next. */
void websocket_lose(struct websocket *w, unsigned side);
