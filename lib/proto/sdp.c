#include "proto/sdp.h"

static const char *const directions[] = {[SDP_SENDRECV] = "sendrecv",
                                         [SDP_SENDONLY] = "sendonly",
                                         [SDP_RECVONLY] = "recvonly",
                                         [SDP_INACTIVE] = "inactive"};

/* What attributes of the session hold for every medium that does not say otherwise. */
struct defaults {
	uint8_t direction;
	bool keys, rtcp_mux;
};

static bool
parse_address(struct slice s, struct addr *out)
{
	char text[ADDR_TEXT_SIZE];
	struct slice ip = slice_until(&s, '/'); /* multicast: address/ttl/count */

	if (!ip.size || ip.size >= sizeof text)
		return false;
	memcpy(text, ip.at, ip.size);
	text[ip.size] = '\0';
	return addr_parse(text, out);
}

static bool
parse_u16(struct slice s, uint16_t *out)
{
	uint32_t value;

	if (!slice_u32(s, &value) || value > UINT16_MAX)
		return false;
	*out = (uint16_t)value;
	return true;
}

/* c=IN IP4 address. A name instead of an address is no error (RFC 8866 section 5.7). */
static void
read_connection(struct slice value, struct sdp_media *medium, struct sdp *out)
{
	struct addr address;

	slice_word(&value);
	slice_word(&value);
	if (!parse_address(slice_word(&value), &address))
		return;
	if (medium) {
		medium->has_address = true;
		medium->address = address;
		return;
	}
	out->has_address = true;
	out->address = address;
}

static void
read_formats(struct slice list, struct sdp_media *m)
{
	uint32_t payload_type;

	while (m->format_count < SDP_FORMATS_MAX) {
		struct slice word = slice_word(&list);

		if (!word.size)
			return;
		if (slice_u32(word, &payload_type) && payload_type < 128)
			m->formats[m->format_count++].payload_type = (uint8_t)payload_type;
	}
}

/* m=kind port[/count] protocol formats… */
static bool
read_media(struct slice value, const struct defaults *d, struct sdp *out, struct sdp_media **medium)
{
	struct sdp_media m = {.has_address = out->has_address,
	                      .address = out->address,
	                      .direction = d->direction,
	                      .keys = d->keys,
	                      .rtcp_mux = d->rtcp_mux};
	struct slice port;

	m.kind = slice_word(&value);
	port = slice_word(&value);
	m.protocol = slice_word(&value);
	if (!parse_u16(slice_until(&port, '/'), &m.port) || !m.protocol.size)
		return false;
	read_formats(value, &m);
	if (out->media_count == SDP_MEDIA_MAX) {
		out->media_more++;
		*medium = NULL;
		return true;
	}
	*medium = &out->media[out->media_count++];
	**medium = m;
	return true;
}

/* rtpmap:101 telephone-event/8000[/channels] */
static void
read_rtpmap(struct slice value, struct sdp_media *m)
{
	struct slice number = slice_word(&value), codec;
	uint32_t payload_type, clock_hz = 0;

	value = slice_trim(value);
	codec = slice_until(&value, '/');
	if (!slice_u32(number, &payload_type) || !slice_u32(slice_until(&value, '/'), &clock_hz))
		return;
	for (uint8_t i = 0; i < m->format_count; i++) {
		if (m->formats[i].payload_type != payload_type)
			continue;
		m->formats[i].codec = codec;
		m->formats[i].clock_hz = clock_hz;
	}
}

static int
direction_of(struct slice name)
{
	for (int i = 0; i <= SDP_INACTIVE; i++)
		if (slice_equal(name, directions[i]))
			return i;
	return -1;
}

static void
read_session_attribute(struct slice name, struct defaults *d)
{
	int direction = direction_of(name);

	if (direction >= 0)
		d->direction = (uint8_t)direction;
	else if (slice_equal(name, "fingerprint"))
		d->keys = true;
	else if (slice_equal(name, "rtcp-mux"))
		d->rtcp_mux = true;
}

static void
read_media_attribute(struct slice name, struct slice value, struct sdp_media *m)
{
	int direction = direction_of(name);

	if (direction >= 0)
		m->direction = (uint8_t)direction;
	else if (slice_equal(name, "rtpmap"))
		read_rtpmap(value, m);
	else if (slice_equal(name, "rtcp"))
		parse_u16(slice_word(&value), &m->rtcp_port);
	else if (slice_equal(name, "rtcp-mux"))
		m->rtcp_mux = true;
	else if (slice_equal(name, "crypto") || slice_equal(name, "fingerprint"))
		m->keys = true;
	else if (slice_equal(name, "candidate"))
		m->candidates++;
}

static bool
next_line(struct cursor *c, struct slice *line)
{
	struct slice rest = slice_between(c->at, c->end);

	if (!cursor_left(c))
		return false;
	*line = slice_until(&rest, '\n');
	c->at = (const uint8_t *)rest.at;
	if (line->size && line->at[line->size - 1] == '\r')
		line->size--;
	return true;
}

/* What the lines before said of those that follow. */
struct walk {
	struct defaults defaults;
	struct sdp_media *medium; /* NULL: the session's part, or one medium too many */
	bool in_media;
};

static bool
read_line(struct walk *w, struct slice line, struct sdp *out)
{
	struct slice value = {line.at + 2, line.size - 2}, name;

	switch (line.at[0]) {
	case 'c':
		if (w->medium || !w->in_media)
			read_connection(value, w->medium, out);
		return true;
	case 'm':
		w->in_media = true;
		return read_media(value, &w->defaults, out, &w->medium);
	case 'a':
		name = slice_until(&value, ':');
		if (w->medium)
			read_media_attribute(name, value, w->medium);
		else if (!w->in_media)
			read_session_attribute(name, &w->defaults);
		return true;
	default:
		return true;
	}
}

enum reason
sdp_decode(struct cursor *c, struct sdp *out)
{
	struct walk walk = {0};
	struct slice line;

	*out = (struct sdp){0};
	if (!next_line(c, &line) || line.size < 3 || memcmp(line.at, "v=", 2) != 0)
		return REASON_SDP_BAD;
	while (next_line(c, &line)) {
		if (!line.size) /* a blank line between, or behind: seen in the wild */
			continue;
		if (line.size < 2 || line.at[1] != '=' || !read_line(&walk, line, out))
			return REASON_SDP_BAD;
	}
	return REASON_OK;
}
