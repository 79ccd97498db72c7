#include "classify/class.h"
#include "classify/magic.h"

#include <string.h>

/* ---- SIP: eight bytes decide, then the rest of the first line ---------------------------------
 */

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

/* MS-TURN's messages need not be a multiple of four bytes long. */
static bool
has_ms_cookie(const struct look *y)
{
	return look_has(y, 28) && y->at[0] < 0x40 &&
	       (uint32_t)load_be16(y->at + 2) + STUN_HEADER == y->size &&
	       load_be16(y->at + 20) == MS_COOKIE_ATTRIBUTE && load_be16(y->at + 22) == 4 &&
	       load_be32(y->at + 24) == MS_COOKIE;
}

/* RFC 8656 17: Allocate 3, Refresh 4, Send 6, Data 7, CreatePermission 8, ChannelBind 9. */
bool
magic_turn(const struct look *y)
{
	uint16_t method;

	if (!magic_stun(y))
		return has_ms_cookie(y);
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

/* ---- RTP, RTCP, T.38 --------------------------------------------------------------------------
 */

enum { RTP_HEADER = 12, RTCP_SR = 200, RTCP_RR = 201, SRTCP_TRAILER = 8 };

/* Checks or keys went before: what looks like media on this port is media. */
static bool
follows_ice(const struct look *y)
{
	return y->flow_class == CLASS_STUN || y->flow_class == CLASS_TURN ||
	       y->flow_class == CLASS_DTLS || y->flow_class == CLASS_RTCP;
}

/*
 * RFC 3550 6.1: a compound packet starts with a report, whose length its own block count tells;
 * the rest are whole packets up to the end. SRTCP (RFC 3711 3.4) leaves the first eight bytes
 * clear, and of the lengths only the first can be read; index and tag follow.
 */
bool
magic_rtcp(const struct look *y)
{
	uint32_t words, least;

	if (!look_has(y, 8) || (y->at[0] & 0xc0) != 0x80)
		return false;
	if (y->at[1] != RTCP_SR && y->at[1] != RTCP_RR)
		return false;
	words = load_be16(y->at + 2) + 1u;
	least = (y->at[1] == RTCP_SR ? 7u : 2u) + 6u * (y->at[0] & 0x1f);
	if (words < least || words * 4 > y->size)
		return false;
	if (words > least) /* profile-specific extension */
		return words * 4 == y->size ||
		       (follows_ice(y) && words * 4 + SRTCP_TRAILER <= y->size);
	for (uint32_t at = words * 4; look_has(y, at + 4); at += words * 4) {
		if ((y->at[at] & 0xc0) != 0x80 || y->at[at + 1] < 192 || y->at[at + 1] > 223)
			return y->size - least * 4 >= SRTCP_TRAILER;
		words = load_be16(y->at + at + 2) + 1u;
		if (words * 4 > y->size - at)
			return y->size - least * 4 >= SRTCP_TRAILER;
	}
	return true;
}

/* Bytes of an RTP header with its contributing sources and extension; 0: not RTP (RFC 3550 5.1). */
static uint32_t
rtp_header_size(const struct look *y)
{
	uint32_t size = RTP_HEADER + 4u * (y->at[0] & 0x0f);

	if (!(y->at[0] & 0x10))
		return size;
	if (!look_has(y, size + 4))
		return 0;
	return size + 4 + 4u * load_be16(y->at + size + 2);
}

static uint8_t
fold(uint32_t v)
{
	v ^= v >> 16;
	return (uint8_t)(v ^ v >> 8);
}

bool
stride_rtp(const struct look *y, struct stride *out)
{
	uint8_t type;
	uint32_t header;

	if (!look_has(y, RTP_HEADER) || (y->at[0] & 0xc0) != 0x80)
		return false;
	type = y->at[1] & 0x7f;
	if (type >= 64 && type <= 95) /* RFC 5761 4: would be RTCP */
		return false;
	header = rtp_header_size(y);
	if (!header || header > y->size)
		return false;
	out->seq = load_be16(y->at + 2);
	out->time = (uint8_t)(load_be32(y->at + 4) >> 8);
	out->key = fold(load_be32(y->at + 8));
	return true;
}

int
magic_srtp_by_size(const struct look *y)
{
	uint8_t type = y->at[1] & 0x7f;
	uint32_t body = y->size - rtp_header_size(y), frame, over;

	if (type == 18) /* G.729, 20 ms: 20 bytes clear, 30 or 24 with a tag */
		return body == 20 ? -1 : body == 30 || body == 24 ? 1 : 0;
	if (type == 0 || type == 8 || type == 9) /* G.711, G.722: 80 bytes per 10 ms */
		frame = 80;
	else if (type == 3) /* GSM: 33 bytes per 20 ms */
		frame = 33;
	else
		return 0;
	over = body % frame;
	return body < frame ? 0 : over == 0 ? -1 : over == 10 || over == 4 ? 1 : 0;
}

/* A length of T.38's (packed encoding rules, aligned): one byte, or two from 128 on. */
static bool
udptl_length(const struct look *y, uint32_t *at, uint32_t *length)
{
	if (!look_has(y, *at + 2))
		return false;
	*length = y->at[*at];
	*at += 1;
	if (*length < 0x80)
		return true;
	if (*length >= 0xc0)
		return false;
	*length = (*length & 0x3f) << 8 | y->at[*at];
	*at += 1;
	return true;
}

/*
 * T.38 9.1: sequence number, primary IFP packet, then either secondary packets (00, count, each
 * with a length; they fill the datagram) or parity (80).
 */
bool
stride_udptl(const struct look *y, struct stride *out)
{
	uint32_t at = 2, length, count;

	if (!udptl_length(y, &at, &length) || length == 0 || at + length + 2 > y->size)
		return false;
	at += length;
	if (!look_has(y, at + 2) || y->at[at] != 0)
		return false;
	count = y->at[at + 1];
	at += 2;
	for (uint32_t i = 0; i < count; i++) {
		if (at + 1 > y->size || !look_has(y, at + 1) || y->at[at] >= 0x80)
			return false;
		at += 1u + y->at[at];
	}
	if (at != y->size)
		return false;
	*out = (struct stride){.seq = load_be16(y->at), .key = 0x38};
	return true;
}
