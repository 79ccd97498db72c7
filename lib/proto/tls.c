#include "proto/tls.h"

enum {
	RANDOM_SIZE = 32,
	EXTENSION_SERVER_NAME = 0,          /* RFC 6066 section 3 */
	EXTENSION_ALPN = 16,                /* RFC 7301 */
	EXTENSION_SUPPORTED_VERSIONS = 43,  /* RFC 8446 section 4.2.1 */
	EXTENSION_ENCRYPTED_HELLO = 0xfe0d, /* RFC 9849 */
	NAME_HOST = 0,
	TLS_MAJOR = 3,
};

/* RFC 8446 section 4.1.3: SHA-256 of "HelloRetryRequest" */
static const uint8_t retry_random[RANDOM_SIZE] = {0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11,
                                                  0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
                                                  0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e,
                                                  0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

/* What is there of `size` bytes, stepped over; `whole` when it is all of them. */
static struct cursor
take_body(struct cursor *c, size_t size, bool *whole)
{
	*whole = cursor_left(c) >= size;
	return cursor_slice(c, *whole ? size : cursor_left(c));
}

enum reason
tls_record_decode(struct cursor *c, struct tls_record *out)
{
	struct cursor at = *c;
	bool whole;

	*out = (struct tls_record){.type = cursor_u8(&at)};
	out->version = cursor_be16(&at);
	out->size = cursor_be16(&at);
	if (!at.ok)
		return REASON_TLS_SHORT;
	if (out->type < TLS_CHANGE_CIPHER_SPEC || out->type > TLS_HEARTBEAT ||
	    out->version >> 8 != TLS_MAJOR || out->size > TLS_FRAGMENT_MAX)
		return REASON_TLS_BAD;
	out->body = take_body(&at, out->size, &whole);
	if (!whole)
		return REASON_TLS_SHORT;
	*c = at;
	return REASON_OK;
}

bool
tls_compatible_hello_take(struct cursor *c)
{
	const uint8_t *p = cursor_peek(c, 11);
	size_t size, parts;

	if (!p || !(p[0] & 0x80) || p[2] != TLS_CLIENT_HELLO || p[3] != TLS_MAJOR)
		return false;
	size = load_be16(p) & 0x7fffu;
	parts = 9u + load_be16(p + 5) + load_be16(p + 7) + load_be16(p + 9);
	if (size != parts || cursor_left(c) < 2 + size)
		return false;
	cursor_skip(c, 2 + size);
	return true;
}

enum reason
tls_message_decode(struct cursor *c, struct tls_message *out)
{
	struct cursor at = *c;
	bool whole;

	*out = (struct tls_message){.type = cursor_u8(&at)};
	out->size = cursor_be24(&at);
	if (!at.ok)
		return REASON_TLS_SHORT;
	if (out->type > TLS_MESSAGE_LAST)
		return REASON_TLS_BAD;
	out->body = take_body(&at, out->size, &whole);
	if (!whole)
		return REASON_TLS_SHORT;
	*c = at;
	return REASON_OK;
}

/* RFC 8701: both bytes alike, low halves a. */
static bool
is_grease(uint16_t value)
{
	return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

/* A higher number is a newer version, except in DTLS, whose numbers count down from 0xfeff. */
static bool
is_newer(uint16_t one, uint16_t two)
{
	return one >> 8 == 0xfe ? one < two : one > two;
}

static struct slice
text_of(const struct cursor *c)
{
	return slice_between(c->at, c->end);
}

/* RFC 6066 section 3: a list of (type, name); a server's is empty. */
static void
read_name(struct cursor *value, struct tls_hello *out)
{
	struct cursor list = cursor_slice(value, cursor_be16(value));

	while (cursor_left(&list)) {
		uint8_t type = cursor_u8(&list);
		uint16_t size = cursor_be16(&list);
		struct cursor name = cursor_slice(&list, size);

		if (name.ok && type == NAME_HOST && !out->name.at)
			out->name = text_of(&name);
	}
}

static void
read_protocols(struct cursor *value, struct tls_hello *out)
{
	struct cursor list = cursor_slice(value, cursor_be16(value)), first;

	if (!list.ok)
		return;
	out->protocols = text_of(&list);
	first = cursor_slice(&list, cursor_u8(&list));
	if (first.ok)
		out->protocol = text_of(&first);
}

/* The client's list, or the server's one choice. */
static void
read_versions(struct cursor *value, bool server, struct tls_hello *out)
{
	struct cursor list = *value;
	uint16_t best = 0;

	if (!server)
		list = cursor_slice(value, cursor_u8(value));
	while (cursor_left(&list) >= 2) {
		uint16_t version = cursor_be16(&list);

		if (!is_grease(version) && (!best || is_newer(version, best)))
			best = version;
	}
	out->version = best ? best : out->version;
}

/* Of a hello that was cut, those that are there. */
static enum reason
read_extensions(struct cursor *body, bool server, struct tls_hello *out)
{
	struct cursor all;
	size_t whole, left;

	if (!cursor_left(body))
		return body->ok ? REASON_OK : REASON_TLS_BAD;
	whole = cursor_be16(body);
	left = cursor_left(body);
	all = cursor_slice(body, whole < left ? whole : left);
	while (cursor_left(&all)) {
		uint16_t type = cursor_be16(&all), size = cursor_be16(&all);
		struct cursor value = cursor_slice(&all, size);

		if (!value.ok)
			return REASON_TLS_BAD;
		if (type == EXTENSION_SERVER_NAME)
			read_name(&value, out);
		else if (type == EXTENSION_ALPN)
			read_protocols(&value, out);
		else if (type == EXTENSION_SUPPORTED_VERSIONS)
			read_versions(&value, server, out);
		else if (type == EXTENSION_ENCRYPTED_HELLO)
			out->encrypted = true;
	}
	return all.ok && whole <= left ? REASON_OK : REASON_TLS_BAD;
}

static void
read_ciphers(struct cursor *body, struct tls_hello *out)
{
	struct cursor list = cursor_slice(body, cursor_be16(body));

	while (cursor_left(&list) >= 2) {
		uint16_t cipher = cursor_be16(&list);

		out->cipher_count++;
		if (!out->cipher && !is_grease(cipher))
			out->cipher = cipher;
	}
}

static void
read_head(struct cursor *body, struct tls_hello *out)
{
	*out = (struct tls_hello){.legacy_version = cursor_be16(body)};
	out->version = out->legacy_version;
	out->random = cursor_pull(body, RANDOM_SIZE);
	cursor_skip(body, cursor_u8(body)); /* session id */
}

enum reason
tls_client_hello_decode(struct cursor *body, bool datagram, struct tls_hello *out)
{
	read_head(body, out);
	if (datagram)
		cursor_skip(body, cursor_u8(body)); /* cookie, RFC 6347 section 4.2.1 */
	read_ciphers(body, out);
	cursor_skip(body, cursor_u8(body)); /* compression methods */
	return read_extensions(body, false, out);
}

enum reason
tls_server_hello_decode(struct cursor *body, struct tls_hello *out)
{
	read_head(body, out);
	out->cipher = cursor_be16(body);
	out->cipher_count = 1;
	cursor_skip(body, 1); /* compression method */
	out->retry = out->random && memcmp(out->random, retry_random, RANDOM_SIZE) == 0;
	return read_extensions(body, true, out);
}

enum reason
tls_certificate_decode(struct cursor *body, struct cursor *der)
{
	struct cursor list = cursor_slice(body, cursor_be24(body));

	*der = cursor_slice(&list, cursor_be24(&list));
	return der->ok ? REASON_OK : REASON_TLS_BAD;
}

const char *
tls_alert_name(uint8_t code)
{
	static const struct {
		uint8_t code;
		const char *name;
	} names[] = {
		{0, "close_notify"},
		{10, "unexpected_message"},
		{20, "bad_record_mac"},
		{21, "decryption_failed"},
		{22, "record_overflow"},
		{30, "decompression_failure"},
		{40, "handshake_failure"},
		{41, "no_certificate"},
		{42, "bad_certificate"},
		{43, "unsupported_certificate"},
		{44, "certificate_revoked"},
		{45, "certificate_expired"},
		{46, "certificate_unknown"},
		{47, "illegal_parameter"},
		{48, "unknown_ca"},
		{49, "access_denied"},
		{50, "decode_error"},
		{51, "decrypt_error"},
		{60, "export_restriction"},
		{70, "protocol_version"},
		{71, "insufficient_security"},
		{80, "internal_error"},
		{86, "inappropriate_fallback"},
		{90, "user_canceled"},
		{100, "no_renegotiation"},
		{109, "missing_extension"},
		{110, "unsupported_extension"},
		{111, "certificate_unobtainable"},
		{112, "unrecognized_name"},
		{113, "bad_certificate_status_response"},
		{114, "bad_certificate_hash_value"},
		{115, "unknown_psk_identity"},
		{116, "certificate_required"},
		{120, "no_application_protocol"},
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].code == code)
			return names[i].name;
	return "unassigned";
}
