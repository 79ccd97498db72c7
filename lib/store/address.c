#include "store/address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { REDIS_PORT = 6379 };

static bool
refuse(char error[ADDRESS_ERROR_SIZE], const char *what, const char *text)
{
	snprintf(error, ADDRESS_ERROR_SIZE,
	         "%s \"%.60s\": want unix:PATH, HOST:PORT or redis://HOST:PORT", what, text);
	text_printable(error);
	return false;
}

static bool
copy(char *to, size_t room, const char *from, size_t size)
{
	if (size == 0 || size >= room)
		return false;
	memcpy(to, from, size);
	to[size] = '\0';
	return true;
}

static bool
parse_number(const char *text, int from, int to, int *out)
{
	char *end;
	long value = strtol(text, &end, 10);

	*out = (int)value;
	return end > text && *end == '\0' && value >= from && value <= to;
}

/* HOST[:PORT] or [V6][:PORT] */
static bool
parse_host(const char *text, struct address *to)
{
	const char *end, *port;

	if (*text == '[') {
		end = strchr(text++, ']');
		port = end && end[1] == ':' ? end + 2 : NULL;
		if (end && end[1] != '\0' && !port)
			return false;
	} else {
		end = strrchr(text, ':');
		port = end ? end + 1 : NULL;
		end = end ? end : text + strlen(text);
	}
	if (!end || !copy(to->host, sizeof to->host, text, (size_t)(end - text)))
		return false;
	return !port || parse_number(port, 1, 65535, &to->port);
}

/* [USER@]HOST[:PORT][/DB] */
static bool
parse_url(const char *text, struct address *to)
{
	char rest[sizeof to->host + 8];
	const char *at = strchr(text, '@'), *slash;

	if (at && (memchr(text, ':', (size_t)(at - text)) ||
	           !copy(to->user, sizeof to->user, text, (size_t)(at - text))))
		return false;
	text = at ? at + 1 : text;
	slash = strchr(text, '/');
	if (slash && slash[1] && !parse_number(slash + 1, 0, 1 << 20, &to->database))
		return false;
	return copy(rest, sizeof rest, text, slash ? (size_t)(slash - text) : strlen(text)) &&
	       parse_host(rest, to);
}

bool
address_parse(const char *text, struct address *to, char error[ADDRESS_ERROR_SIZE])
{
	*to = (struct address){.port = REDIS_PORT};
	if (!text || !*text)
		return refuse(error, "no Redis server", "");
	if (strncmp(text, "unix:", 5) == 0) {
		to->is_unix = true;
		/* the kernel's sun_path, NUL included */
		return copy(to->host, 108, text + 5, strlen(text + 5)) ||
		       refuse(error, "path of a socket", text);
	}
	if (strncmp(text, "redis://", 8) == 0) {
		if (parse_url(text + 8, to))
			return true;
		/* what stands before @ may be a secret: not into a log */
		if (strchr(text, '@'))
			text = "redis://…@…";
		return refuse(error, "Redis address (a password goes into a file, not here)", text);
	}
	if (strncmp(text, "sentinel://", 11) == 0 || strncmp(text, "rediss://", 9) == 0)
		return refuse(error, "not supported yet (Sentinel, TLS):", text);
	if (strstr(text, "://") || !strchr(text, ':') || !parse_host(text, to))
		return refuse(error, "Redis address", text);
	return true;
}
