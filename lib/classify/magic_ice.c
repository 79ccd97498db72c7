#include "classify/class.h"
#include "classify/magic.h"

/* ---- STUN and TURN ----------------------------------------------------------------------------
 */

enum {
	STUN_HEADER = 20,
	STUN_COOKIE = 0x2112a442,
	MS_COOKIE = 0x72c64bc6, /* MS-TURN 2.2.2.9, attribute 000F */
	MS_COOKIE_ATTRIBUTE = 0x000f,
	CHANNEL_MULTIPLEXED = 0xff10,
};

/* RFC 8489 5: method without its class bits. */
static uint16_t
stun_method(uint16_t type)
{
	return (type & 0x000f) | (type & 0x00e0) >> 1 | (type & 0x3e00) >> 2;
}

/* Type below 4000, a length of whole words that ends the datagram. Four bytes are there. */
static bool
stun_fits(const struct look *y)
{
	return y->at[0] < 0x40 && (y->at[3] & 3) == 0 &&
	       (uint32_t)load_be16(y->at + 2) + STUN_HEADER == y->size;
}

bool
magic_stun(const struct look *y)
{
	return look_has(y, 8) && load_be32(y->at + 4) == STUN_COOKIE && stun_fits(y);
}

bool
magic_stun_stream(const struct look *y)
{
	return look_has(y, 8) && y->at[0] < 0x40 && load_be32(y->at + 4) == STUN_COOKIE &&
	       (y->at[3] & 3) == 0 && y->size >= STUN_HEADER;
}

bool
magic_stun_framed(const struct look *y)
{
	struct look inner = {.at = y->at + 2, .flow_class = y->flow_class};

	if (!look_has(y, 10))
		return false;
	inner.size = load_be16(y->at);
	if (inner.size < STUN_HEADER || inner.size + 2 > y->size)
		return false;
	inner.captured = y->captured - 2 < inner.size ? y->captured - 2 : inner.size;
	return magic_stun(&inner);
}

/* Attributes from `at` fill `size` exactly, or as far as was captured; at least one. */
static bool
attributes_fill(const struct look *y)
{
	uint32_t at = STUN_HEADER, left = y->size - STUN_HEADER;

	if (left < 4)
		return false;
	while (left >= 4 && look_has(y, at + 4)) {
		uint32_t step = 4 + ((load_be16(y->at + at + 2) + 3u) & ~3u);

		if (step > left)
			return false;
		at += step;
		left -= step;
	}
	return left == 0 || !look_has(y, at + 4);
}

/* RFC 3489 11.1: Binding and Shared Secret, each request, response, error response. */
bool
magic_stun_classic_any(const struct look *y)
{
	uint16_t type, method;

	if (!look_has(y, STUN_HEADER) || !stun_fits(y))
		return false;
	type = load_be16(y->at);
	method = type & 0x000f;
	return (type & ~0x0113u) == 0 && (method == 1 || method == 2) && (type & 0x0110) != 0x0010;
}

bool
magic_stun_classic(const struct look *y)
{
	return magic_stun_classic_any(y) && look_has(y, STUN_HEADER + 4) &&
	       load_be16(y->at + STUN_HEADER) - 1u < 11 && attributes_fill(y);
}

/* Its messages need not be a multiple of four bytes long. */
bool
magic_turn_microsoft(const struct look *y)
{
	return look_has(y, 28) && y->at[0] < 0x40 &&
	       (uint32_t)load_be16(y->at + 2) + STUN_HEADER == y->size &&
	       load_be16(y->at + 20) == MS_COOKIE_ATTRIBUTE && load_be16(y->at + 22) == 4 &&
	       load_be32(y->at + 24) == MS_COOKIE && !magic_stun(y);
}

/* RFC 8656 17: Allocate 3, Refresh 4, Send 6, Data 7, CreatePermission 8, ChannelBind 9. */
bool
magic_turn(const struct look *y)
{
	uint16_t method;

	if (!magic_stun(y))
		return false;
	method = stun_method(load_be16(y->at));
	return method >= 3 && method <= 9 && method != 5;
}

/* RFC 8656 12.4-5: the length may leave out padding to four bytes. */
bool
magic_turn_channel_any(const struct look *y)
{
	uint32_t length;

	if (!look_has(y, 4) || (y->at[0] & 0xf0) != 0x40)
		return false;
	length = load_be16(y->at + 2) + 4u;
	return length > 4 && (length == y->size || ((length + 3) & ~3u) == y->size);
}

bool
magic_turn_channel(const struct look *y)
{
	return (y->flow_class == CLASS_STUN || y->flow_class == CLASS_TURN) &&
	       magic_turn_channel_any(y);
}

bool
magic_turn_multiplexed(const struct look *y)
{
	return look_has(y, 12) && load_be16(y->at) == CHANNEL_MULTIPLEXED &&
	       load_be16(y->at + 2) + 4u == y->size;
}

/* ---- ZRTP, DTLS -------------------------------------------------------------------------------
 */

bool
magic_zrtp(const struct look *y)
{
	return look_has(y, 14) && y->size >= 28 && (y->at[0] & 0xf0) == 0x10 &&
	       load_be32(y->at + 4) == 0x5a525450 /* "ZRTP" */ && load_be16(y->at + 12) == 0x505a;
}

enum { DTLS_HEADER = 13, DTLS_HANDSHAKE = 22, DTLS_HANDSHAKE_HEADER = 12 };

/* 1.0, 1.2, and what AnyConnect gateways speak: OpenSSL's before there was a standard. */
static bool
dtls_version(uint16_t version)
{
	return version == 0xfeff || version == 0xfefd || version == 0x0100;
}

/* One record at `at`: type, version, epoch below 256, a length that fits. Returns its end or 0. */
static uint32_t
dtls_record(const struct look *y, uint32_t at)
{
	const uint8_t *p = y->at + at;
	uint32_t length;

	if (!look_has(y, at + DTLS_HEADER) || p[0] < 20 || p[0] > 26)
		return 0;
	if (!dtls_version(load_be16(p + 1)) || p[3] != 0)
		return 0;
	length = load_be16(p + 11);
	if (length == 0 || length > y->size - at - DTLS_HEADER)
		return 0;
	return at + DTLS_HEADER + length;
}

/*
 * Records fill the datagram; later ones may have the unified header (RFC 9147 4). An encrypted
 * connection with a connection id (RFC 9146, type 25) has its id before the length: not checked.
 */
bool
magic_dtls(const struct look *y)
{
	uint32_t end = dtls_record(y, 0);

	for (unsigned records = 0; end && end < y->size && records < 8; records++) {
		if (!look_has(y, end + DTLS_HEADER) || (y->at[end] & 0xe0) == 0x20)
			return true;
		end = dtls_record(y, end);
	}
	return end != 0;
}

bool
magic_dtls_unified(const struct look *y)
{
	return (y->at[0] & 0xe0) == 0x20 && y->flow_class == CLASS_DTLS && y->size >= 18;
}
