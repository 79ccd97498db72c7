#include "classify/magic.h"

#include <string.h>

/* ---- routing ----------------------------------------------------------------------------------
 */

enum { BGP_HEADER = 19, BGP_TYPE_MAX = 5, BGP_MARKER = 16 };

static bool
bgp_header(const uint8_t *p)
{
	return load_be64(p) == UINT64_MAX && load_be64(p + 8) == UINT64_MAX &&
	       load_be16(p + 16) >= BGP_HEADER && p[18] >= 1 && p[18] <= BGP_TYPE_MAX;
}

/*
 * The marker with length and type behind it. A segment of a long UPDATE, or of a session joined
 * in the middle, may have it further on; sixteen bytes of ones are no accident either way.
 */
bool
magic_bgp(const struct look *y)
{
	const uint8_t *p = y->at, *end = y->at + y->captured;

	while (end - p >= BGP_HEADER) {
		if (bgp_header(p))
			return true;
		p = memchr(p + 1, 0xff, (size_t)(end - p - 1));
		if (!p)
			return false;
	}
	return false;
}

bool
magic_bfd(const struct look *y)
{
	return look_has(y, 8) && y->size >= 24 && y->at[0] >> 5 == 1 && y->at[2] != 0 &&
	       y->at[3] >= 24 && y->at[3] <= y->size && !(y->at[1] & 1) &&
	       load_be32(y->at + 4) != 0;
}

/* ---- services ---------------------------------------------------------------------------------
 */

enum { NTP_SIZE = 48, NTP_CONTROL = 6, NTP_CONTROL_HEADER = 12, NTP_STRATUM_MAX = 16 };

/* Version 3 or 4, mode 1-5; control messages (RFC 9327) are mode 6, and of version 2 as well. */
bool
magic_ntp(const struct look *y)
{
	uint8_t mode = y->at[0] & 7, version = y->at[0] >> 3 & 7;

	if (version < 2 || version > 4 || !look_has(y, NTP_CONTROL_HEADER))
		return false;
	if (mode == NTP_CONTROL)
		return y->size >= NTP_CONTROL_HEADER + (uint32_t)load_be16(y->at + 10) &&
		       y->size <= NTP_CONTROL_HEADER + 512;
	return version >= 3 && mode >= 1 && mode < NTP_CONTROL && y->size >= NTP_SIZE &&
	       y->at[1] <= NTP_STRATUM_MAX;
}

bool
magic_dhcp(const struct look *y)
{
	return look_has(y, 240) && (y->at[0] == 1 || y->at[0] == 2) && y->at[2] <= 16 &&
	       load_be32(y->at + 236) == 0x63825363;
}

enum {
	DHCP6_TYPE_MAX = 23,
	DHCP6_RELAY_FORWARD = 12,
	DHCP6_RELAY_REPLY = 13,
	DHCP6_HOPS_MAX = 32, /* RFC 3315; 8 since RFC 8415 */
	DHCP6_OPTION_MAX = 150,
};

static bool
dhcp6_option(const struct look *y, uint32_t at)
{
	return look_has(y, at + 4) && load_be16(y->at + at) <= DHCP6_OPTION_MAX &&
	       load_be16(y->at + at + 2) + at + 4 <= y->size;
}

/* RFC 8415 8 and 9: a type, then options; relays put a hop count and two addresses before them. */
bool
magic_dhcp6(const struct look *y)
{
	uint8_t type = y->at[0];

	if (type == DHCP6_RELAY_FORWARD || type == DHCP6_RELAY_REPLY)
		return look_has(y, 34) && y->at[1] <= DHCP6_HOPS_MAX && dhcp6_option(y, 34);
	return type >= 1 && type <= DHCP6_TYPE_MAX && dhcp6_option(y, 4);
}

/* BER: SEQUENCE whose length ends the datagram, INTEGER version 0, 1 or 3. */
bool
magic_snmp(const struct look *y)
{
	uint32_t header = 2, length;

	if (!look_has(y, 8) || y->at[0] != 0x30)
		return false;
	length = y->at[1];
	if (length == 0x81) {
		length = y->at[2];
		header = 3;
	} else if (length == 0x82) {
		length = load_be16(y->at + 2);
		header = 4;
	} else if (length >= 0x80) {
		return false;
	}
	return header + length == y->size && y->at[header] == 2 && y->at[header + 1] == 1 &&
	       (y->at[header + 2] <= 1 || y->at[header + 2] == 3);
}

/* "<PRI>" with PRI 0-191 (RFC 5424 6.2.1). */
bool
magic_syslog(const struct look *y)
{
	uint32_t i = 1, value = 0;

	if (!look_has(y, 5) || y->at[0] != '<')
		return false;
	for (; i < 4 && y->at[i] >= '0' && y->at[i] <= '9'; i++)
		value = value * 10 + (y->at[i] - '0');
	return i > 1 && y->at[i] == '>' && value <= 191;
}

enum { RADIUS_HEADER = 20, DIAMETER_HEADER = 20 };

/* RFC 2865, 2866, 5176: codes in use; the length is the datagram's, its first attribute fits. */
bool
magic_radius(const struct look *y)
{
	uint8_t code = y->at[0];

	if (!look_has(y, RADIUS_HEADER) || load_be16(y->at + 2) != y->size)
		return false;
	if (!((code >= 1 && code <= 5) || (code >= 11 && code <= 13) || (code >= 40 && code <= 45)))
		return false;
	return y->size == RADIUS_HEADER ||
	       (look_has(y, RADIUS_HEADER + 2) && y->at[RADIUS_HEADER] != 0 &&
	        y->at[RADIUS_HEADER + 1] >= 2 &&
	        y->at[RADIUS_HEADER + 1] <= y->size - RADIUS_HEADER);
}

/* Version 1, a length of whole words, reserved flags zero, and a command code of 24 bits. */
bool
magic_diameter(const struct look *y)
{
	uint32_t length;

	if (!look_has(y, 8) || y->at[0] != 1)
		return false;
	length = load_be24(y->at + 1);
	return length >= DIAMETER_HEADER && length % 4 == 0 && length < 0x10000 &&
	       (y->at[4] & 0x0f) == 0 && load_be24(y->at + 5) >= 257;
}

/* ---- flow export ------------------------------------------------------------------------------
 */

bool
magic_ipfix(const struct look *y)
{
	return look_has(y, 4) && load_be16(y->at) == 10 && load_be16(y->at + 2) >= 16 &&
	       load_be16(y->at + 2) <= y->size;
}

enum { NETFLOW5_HEADER = 24, NETFLOW5_RECORD = 48, NETFLOW5_RECORDS = 30, NETFLOW9_HEADER = 20 };

bool
magic_netflow(const struct look *y)
{
	uint16_t count;

	if (!look_has(y, 4))
		return false;
	count = load_be16(y->at + 2);
	switch (load_be16(y->at)) {
	case 5:
		return count >= 1 && count <= NETFLOW5_RECORDS &&
		       y->size == NETFLOW5_HEADER + (uint32_t)count * NETFLOW5_RECORD;
	case 9: /* RFC 3954 5.2: the first set has a template id or is one, and a length that fits
	         */
		return look_has(y, NETFLOW9_HEADER + 4) && count >= 1 && count < 512 &&
		       load_be16(y->at + NETFLOW9_HEADER + 2) >= 4 &&
		       load_be16(y->at + NETFLOW9_HEADER + 2) <= y->size - NETFLOW9_HEADER;
	default:
		return magic_ipfix(y);
	}
}

/* sFlow 5 datagram: version, agent address type (1 IPv4, 2 IPv6). */
bool
magic_sflow(const struct look *y)
{
	return look_has(y, 8) && y->size >= 28 && load_be32(y->at) == 5 &&
	       (load_be32(y->at + 4) == 1 || load_be32(y->at + 4) == 2);
}
