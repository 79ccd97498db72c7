#include "base/addr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

bool
addr_parse(const char *text, struct addr *out)
{
	uint8_t raw[16];

	if (inet_pton(AF_INET, text, raw) == 1) {
		*out = addr_v4(raw);
		return true;
	}
	if (inet_pton(AF_INET6, text, raw) == 1) {
		*out = addr_v6(raw);
		return true;
	}
	return false;
}

const char *
addr_format(const struct addr *a, char buf[ADDR_TEXT_SIZE])
{
	bool v4 = addr_is_v4(a);

	/* cannot fail: the family is known and the buffer is large enough for either */
	inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? a->b + 12 : a->b, buf, ADDR_TEXT_SIZE);
	return buf;
}

/* Clear all bits from `bits` (of 128) on; tells whether one of them was set. */
static bool
clear_host_bits(struct addr *a, unsigned bits)
{
	bool any = false;

	for (unsigned i = 0; i < 16; i++) {
		unsigned keep = bits > i * 8 ? bits - i * 8 : 0;
		uint8_t mask = keep >= 8 ? 0xff : (uint8_t)(0xff00u >> keep);

		any |= (a->b[i] & (uint8_t)~mask) != 0;
		a->b[i] &= mask;
	}
	return any;
}

static bool
parse_length(const char *text, unsigned max, uint8_t *out)
{
	char *end;
	unsigned long v;

	if (*text < '0' || *text > '9')
		return false;
	v = strtoul(text, &end, 10);
	if (*end != '\0' || v > max || end - text > 3)
		return false;
	*out = (uint8_t)v;
	return true;
}

bool
prefix_parse(const char *text, struct prefix *out, bool *host_bits)
{
	const char *slash = strchr(text, '/');
	size_t size = slash ? (size_t)(slash - text) : strlen(text);
	char buf[ADDR_TEXT_SIZE];
	struct prefix p;
	unsigned max;
	bool any;

	if (size >= sizeof buf)
		return false;
	memcpy(buf, text, size);
	buf[size] = '\0';
	if (!addr_parse(buf, &p.addr))
		return false;
	max = addr_is_v4(&p.addr) ? 32 : 128;
	p.len = (uint8_t)max;
	if (slash && !parse_length(slash + 1, max, &p.len))
		return false;
	any = clear_host_bits(&p.addr, prefix_bits(&p));
	if (host_bits)
		*host_bits = any;
	*out = p;
	return true;
}

const char *
prefix_format(const struct prefix *p, char buf[PREFIX_TEXT_SIZE])
{
	char text[ADDR_TEXT_SIZE];

	snprintf(buf, PREFIX_TEXT_SIZE, "%s/%u", addr_format(&p->addr, text), p->len);
	return buf;
}

bool
prefix_contains(const struct prefix *p, const struct addr *a)
{
	unsigned bits = prefix_bits(p);
	unsigned whole = bits / 8, rest = bits % 8;

	if (addr_is_v4(&p->addr) != addr_is_v4(a))
		return false;
	if (memcmp(p->addr.b, a->b, whole) != 0)
		return false;
	return rest == 0 || ((p->addr.b[whole] ^ a->b[whole]) & (0xff00 >> rest) & 0xff) == 0;
}

int
prefix_compare(const struct prefix *a, const struct prefix *b)
{
	int order = addr_compare(&a->addr, &b->addr);

	return order ? order : (int)a->len - (int)b->len;
}

bool
prefix_equal(const struct prefix *a, const struct prefix *b)
{
	return prefix_compare(a, b) == 0;
}

struct prefix
prefix_shorten(const struct prefix *p, uint8_t len)
{
	struct prefix q = {.addr = p->addr, .len = len};
	unsigned bits = prefix_bits(&q);

	for (unsigned i = 0; i < 16; i++) {
		if (bits >= 8 * (i + 1))
			continue;
		q.addr.b[i] &= bits > 8 * i ? (uint8_t)(0xff << (8 * (i + 1) - bits)) : 0;
	}
	return q;
}

const char *
mac_format(const uint8_t mac[6], char buf[MAC_TEXT_SIZE])
{
	snprintf(buf, MAC_TEXT_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
	         mac[3], mac[4], mac[5]);
	return buf;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
mac_parse(const char *text, uint8_t mac[6])
{
	uint8_t out[6];

	if (strlen(text) != 17)
		return false;
	for (int i = 0; i < 6; i++) {
		int high = hex_value(text[i * 3]), low = hex_value(text[i * 3 + 1]);

		if (high < 0 || low < 0 || (i < 5 && text[i * 3 + 2] != ':'))
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(mac, out, sizeof out);
	return true;
}
