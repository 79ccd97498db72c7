#include "proto/multipart.h"

/* Of the parameters behind a type; quotes may enclose it (RFC 2045 section 5.1). */
static struct slice
find_boundary(struct slice parameters)
{
	while (parameters.size) {
		struct slice value = slice_until(&parameters, ';'), name = slice_until(&value, '=');

		if (!slice_equal_nocase(slice_trim(name), "boundary"))
			continue;
		value = slice_trim(value);
		if (value.size && value.at[0] == '"') {
			value = (struct slice){value.at + 1, value.size - 1};
			value = slice_until(&value, '"');
		}
		return value;
	}
	return (struct slice){0};
}

static bool
is_delimiter(struct slice line, struct slice boundary)
{
	return line.size >= 2 + boundary.size && line.at[0] == '-' && line.at[1] == '-' &&
	       memcmp(line.at + 2, boundary.at, boundary.size) == 0;
}

/* "Content-Type: wanted;…", "c: wanted" */
static bool
is_header_of(struct slice line, const char *wanted)
{
	struct slice name = slice_trim(slice_until(&line, ':'));

	return (slice_equal_nocase(name, "content-type") || slice_equal_nocase(name, "c")) &&
	       slice_equal_nocase(slice_trim(slice_until(&line, ';')), wanted);
}

/* Up to the delimiter, whose line end is its own. */
static struct cursor
take_part(struct slice rest, struct slice boundary)
{
	const char *from = rest.at, *to = rest.at + rest.size;

	while (rest.size) {
		const char *at = rest.at;

		if (!is_delimiter(slice_until(&rest, '\n'), boundary))
			continue;
		to = at;
		to -= to > from && to[-1] == '\n';
		to -= to > from && to[-1] == '\r';
		break;
	}
	return (struct cursor){(const uint8_t *)from, (const uint8_t *)to, true};
}

bool
multipart_find(struct slice type, struct cursor body, const char *wanted, struct cursor *part)
{
	static const char multipart[] = "multipart/";
	struct slice name = slice_trim(slice_until(&type, ';')), boundary = find_boundary(type);
	struct slice rest = slice_between(body.at, body.end);
	bool in_head = false, is_wanted = false;

	if (name.size < sizeof multipart || !boundary.size ||
	    strncasecmp(name.at, multipart, sizeof multipart - 1) != 0)
		return false;
	while (rest.size) {
		struct slice line = slice_until(&rest, '\n');

		if (is_delimiter(line, boundary)) {
			in_head = true;
			is_wanted = false;
		} else if (in_head && slice_trim(line).size) {
			is_wanted |= is_header_of(line, wanted);
		} else if (in_head) {
			in_head = false;
			if (is_wanted) {
				*part = take_part(rest, boundary);
				return true;
			}
		}
	}
	return false;
}
