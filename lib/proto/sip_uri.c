#include "proto/sip_uri.h"

/* Behind a display name in quotes, whose text may hold any separator (RFC 3261 section 25.1). */
static struct slice
skip_quoted(struct slice s)
{
	s = slice_trim(s);
	if (!s.size || s.at[0] != '"')
		return s;
	for (uint32_t i = 1; i < s.size; i++) {
		if (s.at[i] == '\\')
			i++;
		else if (s.at[i] == '"')
			return (struct slice){s.at + i + 1, s.size - i - 1};
	}
	return (struct slice){s.at, 0};
}

/* "[v6]:port", "host:port"; `port` is 0 where there is none, or no number. */
static struct slice
read_host(struct slice s, uint16_t *port)
{
	struct slice host;
	uint32_t number;

	*port = 0;
	s = slice_trim(s);
	if (s.size && s.at[0] == '[') {
		s.at++;
		s.size--;
		host = slice_until(&s, ']');
		if (s.size && s.at[0] == ':')
			slice_until(&s, ':');
	} else {
		host = slice_until(&s, ':');
	}
	if (slice_u32(slice_trim(s), &number) && number <= UINT16_MAX)
		*port = (uint16_t)number;
	return slice_trim(host);
}

/* Up to the first of the stops, which stays. */
static struct slice
before(struct slice s, const char *stops)
{
	for (uint32_t i = 0; i < s.size; i++)
		if (strchr(stops, s.at[i]) && s.at[i])
			return (struct slice){s.at, i};
	return s;
}

bool
sip_uri_read(struct slice value, struct sip_uri *out)
{
	struct slice rest = skip_quoted(value), angled = rest, head;

	*out = (struct sip_uri){0};
	slice_until(&angled, '<');
	rest = angled.size ? slice_until(&angled, '>') : before(rest, ";,");
	out->scheme = slice_trim(slice_until(&rest, ':'));
	if (!rest.size || !out->scheme.size)
		return false;
	if (slice_equal_nocase(out->scheme, "tel")) {
		out->user = before(rest, ";");
		return out->user.size > 0;
	}
	/* the user part may hold ';' and '?' itself (RFC 3261 section 25.1) */
	head = rest;
	out->user = slice_until(&head, '@');
	if (head.size)
		rest = head;
	else
		out->user = (struct slice){0};
	out->host = read_host(before(rest, ";?,"), &out->port);
	return out->host.size > 0;
}

/* The value of a parameter in a list ";name=value;…"; `flag`: it stands without a value. */
static struct slice
parameter(struct slice list, const char *name, bool *flag)
{
	while (list.size) {
		struct slice value = slice_until(&list, ';');
		struct slice key = slice_trim(slice_until(&value, '='));

		if (!slice_equal_nocase(key, name))
			continue;
		*flag = true;
		return slice_trim(value);
	}
	return (struct slice){0};
}

struct slice
sip_tag(struct slice value)
{
	struct slice parameters = skip_quoted(value), angled = parameters;
	bool flag = false;

	slice_until(&angled, '<');
	if (angled.size) {
		slice_until(&angled, '>');
		parameters = angled;
	} else {
		slice_until(&parameters, ';');
	}
	return parameter(parameters, "tag", &flag);
}

bool
sip_via_read(struct slice value, struct sip_via *out)
{
	struct slice first = slice_until(&value, ','), protocol, host, rest;
	uint32_t number;
	bool flag;

	*out = (struct sip_via){0};
	protocol = slice_until(&first, '/');
	if (!slice_equal_nocase(slice_trim(protocol), "SIP"))
		return false;
	slice_until(&first, '/');
	rest = slice_trim(first);
	out->transport = slice_word(&rest);
	host = slice_until(&rest, ';');
	out->host = read_host(host, &out->port);
	out->branch = parameter(rest, "branch", &flag);
	out->received = parameter(rest, "received", &flag);
	if (out->received.size > 2 && out->received.at[0] == '[')
		out->received = (struct slice){out->received.at + 1, out->received.size - 2};
	if (slice_u32(parameter(rest, "rport", &flag), &number) && number <= UINT16_MAX)
		out->rport = (uint16_t)number;
	return out->host.size > 0;
}

bool
sip_host_addr(struct slice host, struct addr *out)
{
	char text[ADDR_TEXT_SIZE];

	if (host.size == 0 || host.size >= sizeof text)
		return false;
	slice_copy(text, sizeof text, host);
	return addr_parse(text, out);
}
