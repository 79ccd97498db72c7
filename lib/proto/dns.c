#include "proto/dns.h"

enum {
	LABEL_MAX = 63,
	TEXT_MAX = 253, /* 255 bytes on the wire: a size before, the root behind */
	POINTER = 0xc0,
	JUMPS_MAX = 16,
	QUESTION_MIN = 5, /* the root's name, type, class */
	RECORD_MIN = 11,  /* and time to live, length */
};

struct name {
	char *text;
	size_t size;
};

static bool
add_label(struct name *n, const uint8_t *label, uint8_t size)
{
	if (n->size + (n->size > 0) + size > TEXT_MAX)
		return false;
	if (n->size)
		n->text[n->size++] = '.';
	for (uint8_t i = 0; i < size; i++)
		n->text[n->size++] = label[i] > ' ' && label[i] < 0x7f ? (char)label[i] : '.';
	return true;
}

/* A pointer leads back to bytes before itself. */
static bool
jump(const struct cursor *message, struct cursor *c, uint8_t high, uint8_t low)
{
	size_t offset = (size_t)(high & ~POINTER) << 8 | low;

	if (offset + 2 >= (size_t)(c->at - message->at))
		return false;
	c->at = message->at + offset;
	return true;
}

/* RFC 1035 section 4.1.4. `c` is left behind the name as it stands here. */
static enum reason
read_name(const struct cursor *message, struct cursor *c, char text[DNS_NAME_SIZE])
{
	struct cursor at = *c;
	struct name name = {.text = text};
	unsigned jumps = 0;

	while (jumps < JUMPS_MAX) {
		uint8_t size = cursor_u8(&at);
		const uint8_t *label;

		if (size >= POINTER) {
			uint8_t low = cursor_u8(&at);

			if (!at.ok)
				return REASON_DNS_SHORT;
			*c = jumps++ ? *c : at;
			if (!jump(message, &at, size, low))
				return REASON_DNS_BAD;
			continue;
		}
		if (size > LABEL_MAX)
			return REASON_DNS_BAD;
		label = cursor_pull(&at, size);
		if (!at.ok)
			return REASON_DNS_SHORT;
		if (!size) {
			text[name.size] = '\0';
			*c = jumps ? *c : at;
			return REASON_OK;
		}
		if (!add_label(&name, label, size))
			return REASON_DNS_BAD;
	}
	return REASON_DNS_BAD;
}

static void
read_flags(uint16_t flags, struct dns *out)
{
	out->response = flags & 0x8000;
	out->opcode = flags >> 11 & 0x0f;
	out->authoritative = flags & 0x0400;
	out->truncated = flags & 0x0200;
	out->recursion_desired = flags & 0x0100;
	out->recursion_available = flags & 0x0080;
	out->rcode = flags & 0x0f;
}

static bool
counts_hold(const struct dns *d, size_t left)
{
	size_t records = (size_t)d->answers + d->authorities + d->additionals;

	return (size_t)d->questions * QUESTION_MIN + records * RECORD_MIN <= left;
}

enum reason
dns_decode(struct cursor *c, struct dns *out)
{
	const struct cursor message = *c;
	enum reason reason;

	*out = (struct dns){.id = cursor_be16(c)};
	read_flags(cursor_be16(c), out);
	out->questions = cursor_be16(c);
	out->answers = cursor_be16(c);
	out->authorities = cursor_be16(c);
	out->additionals = cursor_be16(c);
	if (!c->ok)
		return REASON_DNS_SHORT;
	if (out->opcode > DNS_OPCODE_LAST)
		return REASON_DNS_BAD;
	if (!counts_hold(out, cursor_left(c)))
		return REASON_DNS_SHORT;
	if (!out->questions)
		return REASON_OK;
	reason = read_name(&message, c, out->name);
	if (reason != REASON_OK) {
		out->name[0] = '\0';
		return reason;
	}
	out->type = cursor_be16(c);
	out->class = cursor_be16(c);
	return c->ok ? REASON_OK : REASON_DNS_SHORT;
}

bool
dns_take(struct cursor *stream, struct cursor *message)
{
	const uint8_t *size = cursor_peek(stream, 2);

	if (!size || cursor_left(stream) - 2 < load_be16(size))
		return false;
	cursor_skip(stream, 2);
	*message = cursor_slice(stream, load_be16(size));
	return true;
}
