#include "proto/sip.h"

enum { STATUS_FIRST = 100, STATUS_LAST = 699, CSEQ_LIMIT = 0x7fffffff /* RFC 3261 8.1.1.5 */ };

static const struct {
	const char *name;
	char compact;
} headers[SIP_HEADERS] = {
#define SIP_HEADER_ROW(id, name, compact) [SIP_##id] = {name, compact},
	SIP_HEADER_TABLE(SIP_HEADER_ROW)
#undef SIP_HEADER_ROW
};

bool
sip_is_keepalive(const struct cursor *c)
{
	size_t left = cursor_left(c);

	for (size_t i = 0; i < left; i++)
		if (c->at[i] != '\r' && c->at[i] != '\n' && c->at[i] != 0)
			return false;
	return true;
}

/* RFC 3261 section 7.5: line ends before the start line are ignored. */
static void
skip_line_ends(struct cursor *c)
{
	while (cursor_left(c) && (*c->at == '\r' || *c->at == '\n'))
		c->at++;
}

/* The next line without its end; false: its end is not here. Section 7.1 wants CR and LF; senders
 * of one of them alone are understood. */
static bool
next_line(struct cursor *c, struct slice *line)
{
	const uint8_t *end = cursor_left(c) ? memchr(c->at, '\n', cursor_left(c)) : NULL;
	const uint8_t *cr = end ? memchr(c->at, '\r', (size_t)(end - c->at)) : NULL;

	if (!end)
		return false;
	*line = slice_between(c->at, cr ? cr : end);
	c->at = (cr && cr + 1 < end ? cr : end) + 1;
	return true;
}

/* A header with the lines it is folded over (section 7.3.1: they begin with a blank). */
static bool
next_header(struct cursor *c, struct slice *header)
{
	struct slice more;

	if (!next_line(c, header))
		return false;
	while (header->size && cursor_left(c) && (*c->at == ' ' || *c->at == '\t')) {
		if (!next_line(c, &more))
			return false;
		*header = slice_between(header->at, more.at + more.size);
	}
	return true;
}

static bool
is_token(struct slice s)
{
	for (uint32_t i = 0; i < s.size; i++) {
		char c = s.at[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		/* section 25.1 */
		if (!letter && !(c >= '0' && c <= '9') && (!c || !strchr("-.!%*_+`'~", c)))
			return false;
	}
	return s.size > 0;
}

static bool
read_status(struct slice line, struct sip *out)
{
	uint32_t status;

	if (!slice_u32(slice_word(&line), &status) || status < STATUS_FIRST || status > STATUS_LAST)
		return false;
	out->status = (uint16_t)status;
	return true;
}

/* Method, URI, version. Blanks beyond one are an error (section 7.1) that senders make and everyone
 * forgives (RFC 4475 section 3.1.2.8); the URI is all that stands between. */
static bool
read_request(struct slice method, struct slice line, struct sip *out)
{
	static const char version[] = "SIP/2.0";
	struct slice rest = slice_trim(line), last;

	if (!is_token(method) || rest.size < sizeof version - 1)
		return false;
	last = (struct slice){rest.at + rest.size - (sizeof version - 1), sizeof version - 1};
	if (!slice_equal_nocase(last, version))
		return false;
	rest.size -= last.size;
	if (!rest.size || !slice_is_blank(rest.at[rest.size - 1]))
		return false;
	out->request = true;
	out->uri = slice_trim(rest);
	out->method = method;
	return out->uri.size > 0;
}

/* Section 25.1 has no NUL anywhere in it. */
static bool
read_start_line(struct slice line, struct sip *out)
{
	struct slice first;

	if (line.size && memchr(line.at, '\0', line.size))
		return false;
	first = slice_word(&line);
	if (slice_equal_nocase(first, "SIP/2.0"))
		return read_status(line, out);
	return read_request(first, line, out);
}

static bool
read_cseq(struct slice value, struct sip *out)
{
	struct slice number = slice_word(&value);

	if (!slice_u32(number, &out->cseq) || out->cseq > CSEQ_LIMIT)
		return false;
	out->cseq_method = slice_trim(value);
	return is_token(out->cseq_method);
}

static bool
read_length(struct slice value, bool first, struct sip *out)
{
	uint32_t length;

	if (!slice_u32(value, &length) || (!first && length != out->length))
		return false;
	out->length = length;
	return true;
}

static int
header_of(struct slice name)
{
	for (int i = 0; i < SIP_HEADERS; i++)
		if (slice_equal_nocase(name, headers[i].name) ||
		    (name.size == 1 && headers[i].compact == (name.at[0] | 0x20)))
			return i;
	return -1;
}

/* False: it breaks the rules. */
static bool
read_header(struct slice line, struct sip *out)
{
	struct slice rest = line, name = slice_until(&rest, ':'), value = slice_trim(rest);
	int header;

	if (name.size == line.size)
		return false;
	header = header_of(slice_trim(name));
	if (header < 0)
		return true;
	if (out->count[header]++ == 0)
		out->value[header] = value;
	if (header == SIP_CSEQ)
		return read_cseq(value, out);
	if (header == SIP_LENGTH)
		return read_length(value, out->count[header] == 1, out);
	return true;
}

/* Section 8.1.1 and 8.2.6: what requests and responses must have. */
static bool
is_complete(const struct sip *s)
{
	static const enum sip_header needed[] = {SIP_VIA, SIP_FROM, SIP_TO, SIP_CALL_ID, SIP_CSEQ};

	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (!s->value[needed[i]].size)
			return false;
	return !s->request || (s->method.size == s->cseq_method.size &&
	                       memcmp(s->method.at, s->cseq_method.at, s->method.size) == 0);
}

/* `bad`: a header broke the rules before. */
static enum reason
read_body(struct cursor *c, enum sip_transport transport, bool bad, struct sip *out)
{
	size_t left = cursor_left(c), size = out->length;
	bool whole = size <= left;

	if (transport == SIP_DATAGRAM && !out->count[SIP_LENGTH])
		size = left;
	if (!whole && transport == SIP_STREAM)
		return REASON_SIP_SHORT;
	out->body = cursor_slice(c, whole ? size : left);
	if (bad || !is_complete(out))
		return REASON_SIP_BAD;
	return whole ? REASON_OK : REASON_SIP_SHORT;
}

enum reason
sip_decode(struct cursor *c, enum sip_transport transport, struct sip *out)
{
	struct cursor at = *c;
	struct slice line;
	enum reason reason;
	bool bad = false;

	*out = (struct sip){0};
	skip_line_ends(&at);
	if (!next_line(&at, &line))
		return REASON_SIP_SHORT;
	if (!read_start_line(line, out)) {
		*out = (struct sip){0};
		return REASON_SIP_BAD;
	}
	while (next_header(&at, &line)) {
		if (line.size) {
			bad |= !read_header(line, out);
			continue;
		}
		reason = read_body(&at, transport, bad, out);
		if (transport == SIP_DATAGRAM || reason != REASON_SIP_SHORT)
			*c = at;
		return reason;
	}
	return REASON_SIP_SHORT;
}
