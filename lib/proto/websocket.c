#include "proto/websocket.h"

#include "base/slice.h"

enum {
	LAST = 0x80,
	COMPRESSED = 0x40,
	RESERVED = 0x30,
	OPCODE = 0x0f,
	MASKED = 0x80,
	CONTROL = 8,
	CONTROL_SIZE_MAX = 125,
	PAYLOAD_MAX = 1 << 16, /* no message read here is longer */
};

static bool
is_possible(const struct websocket_frame *f, uint8_t first)
{
	if (first & RESERVED || (f->opcode > WEBSOCKET_BINARY && f->opcode < CONTROL) ||
	    f->opcode > WEBSOCKET_PONG)
		return false;
	if (f->opcode >= CONTROL)
		return f->last && !f->compressed && f->size <= CONTROL_SIZE_MAX;
	return f->size <= PAYLOAD_MAX;
}

enum reason
websocket_decode(struct cursor *c, struct websocket_frame *out)
{
	struct cursor at = *c;
	uint8_t first = cursor_u8(&at), second = cursor_u8(&at);
	const uint8_t *key;

	*out = (struct websocket_frame){.last = first & LAST,
	                                .compressed = first & COMPRESSED,
	                                .opcode = first & OPCODE,
	                                .masked = second & MASKED,
	                                .size = second & ~MASKED};
	if (out->size == 126)
		out->size = cursor_be16(&at);
	else if (out->size == 127)
		out->size = cursor_be64(&at);
	key = out->masked ? cursor_pull(&at, sizeof out->key) : NULL;
	if (!at.ok) {
		out->size = 0;
		return REASON_WEBSOCKET_SHORT;
	}
	if (key)
		memcpy(out->key, key, sizeof out->key);
	if (!is_possible(out, first))
		return REASON_WEBSOCKET_BAD;
	if (out->size > cursor_left(&at)) {
		out->payload = cursor_slice(&at, cursor_left(&at));
		return REASON_WEBSOCKET_SHORT;
	}
	out->payload = cursor_slice(&at, out->size);
	*c = at;
	return REASON_OK;
}

static bool
begins(const struct cursor *c, const char *text)
{
	const uint8_t *p = cursor_peek(c, strlen(text));

	return p && memcmp(p, text, strlen(text)) == 0;
}

size_t
websocket_head(const struct cursor *c, bool *open)
{
	const uint8_t *end;

	*open = false;
	if (!begins(c, "GET ") && !begins(c, "HTTP/1.1 101 "))
		return 0;
	end = memmem(c->at, cursor_left(c), "\r\n\r\n", 4);
	*open = !end;
	return end ? (size_t)(end + 4 - c->at) : 0;
}

static bool
has_token(struct slice list, const char *token)
{
	while (list.size)
		if (slice_equal_nocase(slice_trim(slice_until(&list, ',')), token))
			return true;
	return false;
}

bool
websocket_speaks(const struct cursor *head, const char *protocol)
{
	struct slice rest = slice_between(head->at, head->end);

	if (!begins(head, "GET ") && !begins(head, "HTTP/1.1 101 "))
		return false;
	slice_until(&rest, '\n');
	while (rest.size) {
		struct slice line = slice_until(&rest, '\n'), name = slice_until(&line, ':');

		if (slice_equal_nocase(name, "Sec-WebSocket-Protocol") &&
		    has_token(slice_trim(line), protocol))
			return true;
		if (!slice_trim(name).size)
			return false;
	}
	return false;
}
