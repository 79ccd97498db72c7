#include "classify/magic.h"

#include <string.h>

#include "proto/quic.h"

/* ---- TLS --------------------------------------------------------------------------------------
 */

enum {
	TLS_HANDSHAKE = 22,
	TLS_RECORD_MAX = 16384 + 2048, /* RFC 5246 6.2.3 */
	CLIENT_HELLO = 1,
	SERVER_HELLO = 2,
};

bool
magic_tls_any(const struct look *y)
{
	uint16_t length;

	if (!look_has(y, 5) || y->at[0] < 20 || y->at[0] > 23 || y->at[1] != 3 || y->at[2] > 4)
		return false;
	length = load_be16(y->at + 3);
	return length > 0 && length <= TLS_RECORD_MAX;
}

/* A hello has its own length and version behind the record's: forty bits that agree. */
bool
magic_tls(const struct look *y)
{
	uint32_t hello;

	if (!magic_tls_any(y) || y->at[0] != TLS_HANDSHAKE || !look_has(y, 11))
		return false;
	hello = load_be24(y->at + 6);
	return (y->at[5] == CLIENT_HELLO || y->at[5] == SERVER_HELLO) && hello >= 38 &&
	       hello < 0x20000 && y->at[9] == 3 && y->at[10] <= 4;
}

/* A ClientHello in the frame of SSL 2 (RFC 5246 appendix E.2), with which old clients begin: sizes
 * of ciphers (three bytes each), session id (none or 16) and challenge fill it. */
bool
magic_tls_compatible(const struct look *y)
{
	uint32_t size, ciphers, id, challenge;

	if (!look_has(y, 11) || y->at[2] != CLIENT_HELLO || y->at[3] != 3 || y->at[4] > 4)
		return false;
	size = load_be16(y->at) & 0x7fffu;
	ciphers = load_be16(y->at + 5);
	id = load_be16(y->at + 7);
	challenge = load_be16(y->at + 9);
	return ciphers && ciphers % 3 == 0 && (id == 0 || id == 16) && challenge >= 16 &&
	       challenge <= 32 && size == 9 + ciphers + id + challenge;
}

/* ---- HTTP -------------------------------------------------------------------------------------
 */

static const char *const http_methods[] = {"GET ",     "POST ",    "HEAD ",  "PUT ",   "DELETE ",
                                           "OPTIONS ", "CONNECT ", "PATCH ", "TRACE ", "PROPFIND "};

static uint32_t
http_method(const struct look *y)
{
	for (unsigned i = 0; i < sizeof http_methods / sizeof *http_methods; i++) {
		uint32_t size = (uint32_t)strlen(http_methods[i]);

		if (look_has(y, size + 1) && memcmp(y->at, http_methods[i], size) == 0)
			return size;
	}
	return 0;
}

/*
 * RFC 9112 3: the request line ends in HTTP/1.x; where its end was not captured the target must
 * start like one. SIP and RTSP share methods, not that ending.
 */
bool
magic_http(const struct look *y)
{
	const uint8_t *end;
	uint32_t method;

	if (look_has(y, 9) && memcmp(y->at, "HTTP/1.", 7) == 0)
		return y->at[8] == ' ' && (y->at[7] == '0' || y->at[7] == '1');
	if (look_has(y, 14) && memcmp(y->at, "PRI * HTTP/2.0", 14) == 0)
		return true;
	method = http_method(y);
	if (!method)
		return false;
	end = memchr(y->at, '\n', y->captured);
	if (!end)
		return y->at[method] == '/' ||
		       (look_has(y, method + 7) && memcmp(y->at + method, "http://", 7) == 0);
	if (end[-1] == '\r')
		end--;
	return end - y->at > 9 && memcmp(end - 9, " HTTP/1.", 8) == 0;
}

bool
magic_http_connect(const struct look *y)
{
	return look_has(y, 8) && memcmp(y->at, "CONNECT ", 8) == 0;
}

/* ---- QUIC -------------------------------------------------------------------------------------
 */

/* RFC 8999 5.1: both connection ids where the long header has them. */
static bool
quic_ids(const struct look *y)
{
	uint32_t first;

	if (!look_has(y, 7))
		return false;
	first = y->at[5];
	return first <= QUIC_ID_MAX && look_has(y, 7 + first) && y->at[6 + first] <= QUIC_ID_MAX &&
	       y->size >= 7 + first + y->at[6 + first];
}

bool
magic_quic(const struct look *y)
{
	uint32_t version;

	if (!look_has(y, 7) || (y->at[0] & 0xc0) != 0xc0)
		return false;
	version = load_be32(y->at + 1);
	return (version == QUIC_V1 || quic_is_v2(version)) && quic_ids(y);
}

/* Drafts of the IETF, Facebook's, versions reserved for greasing (RFC 9000 15). */
static bool
quic_version_like(uint32_t version)
{
	return version >> 8 == 0xff0000 || version >> 4 == 0xfaceb00 ||
	       (version & 0x0f0f0f0f) == 0x0a0a0a0a;
}

/* "Q043", "T051": versions of gQUIC. */
static bool
gquic_version(const uint8_t *p)
{
	return (p[0] == 'Q' || p[0] == 'T') && p[1] == '0' && p[2] >= '2' && p[2] <= '5' &&
	       p[3] >= '0' && p[3] <= '9';
}

/* RFC 8999 6: a list of versions, none of which is what the client asked for. */
static bool
quic_negotiation(const struct look *y)
{
	uint32_t at;

	if (load_be32(y->at + 1) != 0 || !quic_ids(y))
		return false;
	at = 7 + y->at[5];
	at += y->at[6 + y->at[5]];
	return y->size - at >= 4 && (y->size - at) % 4 == 0;
}

bool
magic_quic_any(const struct look *y)
{
	if (magic_quic(y))
		return true;
	if (!look_has(y, 13))
		return false;
	if (y->at[0] & 0x80)
		return gquic_version(y->at + 1) || quic_negotiation(y) ||
		       (quic_version_like(load_be32(y->at + 1)) && quic_ids(y));
	/* gQUIC's public header: version and eight bytes of connection id flagged */
	return (y->at[0] & 0xc9) == 0x09 && gquic_version(y->at + 9);
}

/* ---- SSH --------------------------------------------------------------------------------------
 */

bool
magic_ssh(const struct look *y)
{
	return look_has(y, 8) &&
	       (memcmp(y->at, "SSH-2.0-", 8) == 0 || memcmp(y->at, "SSH-1.", 6) == 0);
}

/* ---- DNS --------------------------------------------------------------------------------------
 */

enum {
	DNS_HEADER = 12,
	DNS_NAME_MAX = 255,
	DNS_RECORD_MIN = 11, /* root name, type, class, TTL, length */
	DNS_OPCODE_MAX = 6,
};

struct dns_shape {
	uint32_t questions_max;
	uint16_t class_mask; /* bits of the class that are one: mDNS flags the top one */
};

/* RFC 1035 4.1.2: labels up to a zero byte or a pointer. End of the name, 0: no name. */
static uint32_t
dns_name_end(const struct look *y, uint32_t at)
{
	uint32_t start = at;

	while (look_has(y, at + 1) && at - start < DNS_NAME_MAX) {
		uint8_t label = y->at[at];

		if (label == 0)
			return at + 1;
		if (label >= 0xc0)
			return at + 2;
		if (label > 63)
			return 0;
		at += 1u + label;
	}
	return 0;
}

static bool
dns_question(const struct look *y, uint16_t class_mask)
{
	uint32_t end = dns_name_end(y, DNS_HEADER);
	uint16_t type, class;

	if (!end || !look_has(y, end + 4))
		return false;
	type = load_be16(y->at + end);
	class = load_be16(y->at + end + 2) & class_mask;
	return type != 0 && (class == 1 || class == 3 || class == 4 || class >= 254) &&
	       class <= 255;
}

/* Header sanity: opcode known, zero bit zero, and counts that fit into the message. */
static bool
dns_message(const struct look *y, const struct dns_shape *shape)
{
	uint32_t questions, records;
	bool response;

	if (!look_has(y, DNS_HEADER) || (y->at[2] >> 3 & 15) > DNS_OPCODE_MAX || (y->at[3] & 0x40))
		return false;
	response = y->at[2] & 0x80;
	questions = load_be16(y->at + 4);
	records = (uint32_t)load_be16(y->at + 6) + load_be16(y->at + 8) + load_be16(y->at + 10);
	if (questions > shape->questions_max || records * DNS_RECORD_MIN > y->size - DNS_HEADER)
		return false;
	if (questions == 0) /* a refusal without its question, or an answer of mDNS */
		return response && (records > 0 || y->size == DNS_HEADER);
	if (!response && (y->at[3] & 0x0f)) /* a query has no result */
		return false;
	return dns_question(y, shape->class_mask);
}

bool
magic_dns(const struct look *y)
{
	return dns_message(y, &(struct dns_shape){.questions_max = 1, .class_mask = 0xffff});
}

/* NetBIOS' name service has DNS' form (RFC 1002 4.2), with names of one label. */
static bool
has_labels(const struct look *y)
{
	uint32_t second = DNS_HEADER + 1u + y->at[DNS_HEADER];

	return y->at[DNS_HEADER] && look_has(y, second + 1) && y->at[second];
}

bool
magic_dns_anywhere(const struct look *y)
{
	return magic_dns(y) && load_be16(y->at + 4) == 1 && has_labels(y);
}

bool
magic_dns_local(const struct look *y)
{
	return dns_message(y, &(struct dns_shape){.questions_max = 64, .class_mask = 0x7fff});
}

/* The first message of a segment; it may go on in the next one. */
bool
magic_dns_tcp(const struct look *y)
{
	struct look inner = {.at = y->at + 2, .flow_class = y->flow_class};

	if (!look_has(y, 2 + DNS_HEADER))
		return false;
	inner.size = load_be16(y->at);
	if (inner.size < DNS_HEADER)
		return false;
	inner.captured = y->captured - 2 < inner.size ? y->captured - 2 : inner.size;
	return magic_dns(&inner);
}
