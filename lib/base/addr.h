/*
 * IP addresses and prefixes, one type for both families: IPv4 is held as the IPv4-mapped IPv6
 * address ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2), so keys, tables and comparisons need no
 * family switch. The decoder rejects IPv6 packets that carry mapped addresses on the wire, so the
 * two families can't be confused. Plain values, no allocation, any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"

enum {
	ADDR_TEXT_SIZE = 46,   /* an address as text with its NUL (INET6_ADDRSTRLEN) */
	PREFIX_TEXT_SIZE = 50, /* address/len with its NUL */
	MAC_TEXT_SIZE = 18,
};

struct addr {
	uint8_t b[16];
};

/* `len` counts bits of the address's own family: 0-32 for IPv4, 0-128 for IPv6. */
struct prefix {
	struct addr addr;
	uint8_t len;
};

/* From four bytes in network order. */
static inline struct addr
addr_v4(const void *four)
{
	struct addr a = {.b = {[10] = 0xff, [11] = 0xff}};

	memcpy(a.b + 12, four, 4);
	return a;
}

/* From sixteen bytes in network order. */
static inline struct addr
addr_v6(const void *sixteen)
{
	struct addr a;

	memcpy(a.b, sixteen, 16);
	return a;
}

static inline bool
addr_is_v4(const struct addr *a)
{
	return load_ne64(a->b) == 0 && load_be32(a->b + 8) == 0xffff;
}

static inline bool
addr_equal(const struct addr *a, const struct addr *b)
{
	return memcmp(a->b, b->b, sizeof a->b) == 0;
}

/* Negative, zero or positive as for memcmp: IPv4 in numerical order, before most IPv6. */
static inline int
addr_compare(const struct addr *a, const struct addr *b)
{
	return memcmp(a->b, b->b, sizeof a->b);
}

/* Parse IPv4 dotted quad or IPv6 text (RFC 5952 forms and all older ones). False: not an address;
 * `out` is then unchanged. IPv4-mapped text gives the IPv4 address. */
bool addr_parse(const char *text, struct addr *out);

/* Write the canonical text (RFC 5952); returns `buf`. */
const char *addr_format(const struct addr *a, char buf[ADDR_TEXT_SIZE]);

/* Parse "ADDR/LEN", or a bare address as a host prefix. With `*host_bits` not NULL it tells whether
 * bits beyond LEN were set (they are cleared in `out`). False: not a prefix. */
bool prefix_parse(const char *text, struct prefix *out, bool *host_bits);
const char *prefix_format(const struct prefix *p, char buf[PREFIX_TEXT_SIZE]);

/* The prefix's length counted in the 128 bits of `struct addr` (IPv4 adds 96). */
static inline unsigned
prefix_bits(const struct prefix *p)
{
	return addr_is_v4(&p->addr) ? 96u + p->len : p->len;
}

bool prefix_contains(const struct prefix *p, const struct addr *a);
bool prefix_equal(const struct prefix *a, const struct prefix *b);
int prefix_compare(const struct prefix *a, const struct prefix *b);
/* `p` cut to `len` bits of its family. */
struct prefix prefix_shorten(const struct prefix *p, uint8_t len);

/* Six bytes as lower-case aa:bb:cc:dd:ee:ff; parse takes the same, either case. */
const char *mac_format(const uint8_t mac[6], char buf[MAC_TEXT_SIZE]);
bool mac_parse(const char *text, uint8_t mac[6]);
