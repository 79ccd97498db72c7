#include "classify/magic.h"

#include <string.h>

#include "proto/websocket.h"

/* SIP: eight bytes decide, then the rest of the first line. */

#define WORD(text)                                                             \
	((uint64_t)(uint8_t)text[0] << 56 | (uint64_t)(uint8_t)text[1] << 48 | \
	 (uint64_t)(uint8_t)text[2] << 40 | (uint64_t)(uint8_t)text[3] << 32 | \
	 (uint64_t)(uint8_t)text[4] << 24 | (uint64_t)(uint8_t)text[5] << 16 | \
	 (uint64_t)(uint8_t)text[6] << 8 | (uint64_t)(uint8_t)text[7])

/* RFC 3261, 3262, 6665, 3903, 6086, 3515, 3428, 3311: as much of "METHOD " as eight bytes hold. */
static const struct {
	uint64_t word;
	uint8_t compared, method_size;
} methods[] = {
	{WORD("INVITE  "), 7, 6}, {WORD("ACK     "), 4, 3}, {WORD("BYE     "), 4, 3},
	{WORD("CANCEL  "), 7, 6}, {WORD("OPTIONS "), 8, 7}, {WORD("REGISTER"), 8, 8},
	{WORD("PRACK   "), 6, 5}, {WORD("SUBSCRIB"), 8, 9}, {WORD("NOTIFY  "), 7, 6},
	{WORD("PUBLISH "), 8, 7}, {WORD("INFO    "), 5, 4}, {WORD("REFER   "), 6, 5},
	{WORD("MESSAGE "), 8, 7}, {WORD("UPDATE  "), 7, 6}, {WORD("SERVICE "), 8, 7},
};

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Size of the method at the start of `text`, 0: none of SIP's. Eight bytes are readable. */
static uint32_t
method_of(const uint8_t *text)
{
	uint64_t word = load_be64(text);

	for (unsigned i = 0; i < sizeof methods / sizeof *methods; i++)
		if ((word ^ methods[i].word) >> (64 - 8 * methods[i].compared) == 0)
			return methods[i].method_size;
	return 0;
}

static bool
is_scheme(const uint8_t *text, uint32_t size)
{
	return size >= 5 && (memcmp(text, "sip:", 4) == 0 || memcmp(text, "sips:", 5) == 0 ||
	                     memcmp(text, "tel:", 4) == 0 || memcmp(text, "urn:", 4) == 0 ||
	                     memcmp(text, "SIP:", 4) == 0 || memcmp(text, "im:", 3) == 0);
}

/* The line ends here with " SIP/2.0"; 0: it does not; -1: its end was not captured. */
static int
ends_sip(const uint8_t *line, uint32_t size)
{
	const uint8_t *end = memchr(line, '\n', size);

	if (!end)
		return -1;
	if (end > line && end[-1] == '\r')
		end--;
	while (end > line && end[-1] == ' ') /* RFC 4475 3.1.1.1 shows what senders do */
		end--;
	return end - line >= 8 && memcmp(end - 8, " SIP/2.0", 8) == 0;
}

static bool
is_status_line(const uint8_t *text, uint32_t size)
{
	return size >= 11 && load_be64(text) == WORD("SIP/2.0 ") && text[8] >= '1' &&
	       text[8] <= '6' && is_digit(text[9]) && is_digit(text[10]);
}

/* RFC 3261 7.5: empty lines before the start line are ignored. */
static uint32_t
skip_empty_lines(const struct look *y)
{
	uint32_t i = 0;

	while (i < y->captured && i < 8 && (y->at[i] == '\r' || y->at[i] == '\n'))
		i++;
	return i;
}

bool
magic_sip(const struct look *y)
{
	uint32_t skip = skip_empty_lines(y), left = y->captured - skip, method;
	const uint8_t *text = y->at + skip;
	int ends;

	if (left < 16)
		return false;
	if (is_status_line(text, left))
		return true;
	method = method_of(text);
	if (!method || text[method] != ' ')
		return false;
	ends = ends_sip(text, left);
	return ends == 1 || (ends < 0 && is_scheme(text + method + 1, left - method - 1));
}

static bool
is_token_char(uint8_t c)
{
	return c > ' ' && c < 0x7f && !strchr("()<>@,;:\\\"/[]?={}", c);
}

bool
magic_sip_any(const struct look *y)
{
	uint32_t skip = skip_empty_lines(y), left = y->captured - skip, token = 0;
	const uint8_t *text = y->at + skip;

	if (magic_sip(y))
		return true;
	while (token < left && is_token_char(text[token]))
		token++;
	return token && token < left && text[token] == ' ' && ends_sip(text, left) == 1;
}

bool
magic_sip_websocket(const struct look *y)
{
	struct cursor head = cursor_over(y->at, y->captured);

	return websocket_speaks(&head, "sip");
}
