#include "classify/magic.h"

#include <string.h>

/* ---- IPsec ------------------------------------------------------------------------------------
 */

enum { IKE_HEADER = 28, IKE_VERSION_1 = 0x10, IKE_VERSION_2 = 0x20, NON_ESP_MARKER = 4 };

/* RFC 7296 3.1: version 2, exchange 34-43 (IANA), RFC 2408: version 1, exchanges 1-6 and 32-33. */
static bool
ike_header(const uint8_t *p, uint32_t size)
{
	uint8_t exchange = p[18];

	if (load_be64(p) == 0 || load_be32(p + 24) != size)
		return false;
	if (p[17] == IKE_VERSION_2)
		return exchange >= 34 && exchange <= 44;
	return p[17] == IKE_VERSION_1 &&
	       ((exchange >= 1 && exchange <= 6) || exchange == 32 || exchange == 33);
}

bool
magic_ike(const struct look *y)
{
	return look_has(y, IKE_HEADER) && ike_header(y->at, y->size);
}

bool
magic_ike_4500(const struct look *y)
{
	return look_has(y, NON_ESP_MARKER + IKE_HEADER) && load_ne32(y->at) == 0 &&
	       ike_header(y->at + NON_ESP_MARKER, y->size - NON_ESP_MARKER);
}

bool
magic_esp_keepalive(const struct look *y)
{
	return y->size == 1 && y->at[0] == 0xff;
}

/* RFC 4303 2.1: SPI 1-255 are reserved; header, IV and tag make at least 24 bytes. */
bool
stride_esp(const struct look *y, struct stride *out)
{
	uint32_t spi;

	if (!look_has(y, 8) || y->size < 24)
		return false;
	spi = load_be32(y->at);
	*out = (struct stride){.seq = load_be16(y->at + 6),
	                       .time = y->at[5],
	                       .key = (uint8_t)(spi ^ spi >> 8 ^ spi >> 16 ^ spi >> 24)};
	return spi > 255;
}

/* ---- VPNs of users ----------------------------------------------------------------------------
 */

/*
 * WireGuard's paper, section 5.4: type and three zero bytes; sizes of the three handshake messages
 * are fixed, data is a multiple of sixteen and its counter (little endian) never comes near 2^40.
 */
bool
magic_wireguard(const struct look *y)
{
	if (!look_has(y, 16) || y->at[1] | y->at[2] | y->at[3])
		return false;
	switch (y->at[0]) {
	case 1:
		return y->size == 148;
	case 2:
		return y->size == 92;
	case 3:
		return y->size == 64;
	case 4:
		return y->size >= 32 && y->size % 16 == 0 && load_be24(y->at + 13) == 0;
	default:
		return false;
	}
}

enum {
	OPENVPN_CLIENT_V2 = 0x38, /* opcode 7, key 0 */
	OPENVPN_SERVER_V2 = 0x40, /* opcode 8, key 0 */
	OPENVPN_PLAIN = 14,       /* opcode, session, no acks, packet 0 */
	OPENVPN_ACKED = 26,       /* the server's: one ack and the client's session */
};

/* With tls-auth a digest, a replay counter and the time stand between; that of SHA-1, 256, 512. */
static bool
openvpn_size(uint32_t size, uint32_t plain)
{
	return size == plain || size == plain + 28 || size == plain + 40 || size == plain + 72;
}

/* tls-crypt: replay counter 1, time and digest follow the session, the rest is hidden. */
static bool
openvpn_crypted(const uint8_t *p, uint32_t size)
{
	return load_be32(p + 9) == 1 && (size == OPENVPN_PLAIN + 40 || size == OPENVPN_ACKED + 40);
}

/* A reset is its connection's first packet: its message number is zero, and it is short. */
static bool
openvpn_reset(const uint8_t *p, uint32_t captured, uint32_t size)
{
	if (captured < size || size < OPENVPN_PLAIN || load_be64(p + 1) == 0)
		return false;
	if (p[0] != OPENVPN_CLIENT_V2 && p[0] != OPENVPN_SERVER_V2)
		return false;
	if (openvpn_crypted(p, size))
		return true;
	if (load_be32(p + size - 4) != 0)
		return false;
	if (p[0] == OPENVPN_CLIENT_V2)
		return openvpn_size(size, OPENVPN_PLAIN) && p[size - 5] == 0;
	return openvpn_size(size, OPENVPN_ACKED) && p[size - 17] == 1 &&
	       load_be32(p + size - 16) == 0;
}

bool
magic_openvpn(const struct look *y)
{
	return openvpn_reset(y->at, y->captured, y->size);
}

/* Opcodes 3-10 with key 0 at the start (OpenVPN's protocol page). */
bool
magic_openvpn_any(const struct look *y)
{
	uint8_t opcode = y->at[0] >> 3;

	return y->size >= OPENVPN_PLAIN && opcode >= 3 && opcode <= 10 && (y->at[0] & 7) <= 3;
}

/* Over TCP each packet has its length before it. */
bool
magic_openvpn_tcp(const struct look *y)
{
	uint32_t length;

	if (!look_has(y, 2 + OPENVPN_PLAIN))
		return false;
	length = load_be16(y->at);
	return length + 2 <= y->size && length + 2 <= y->captured &&
	       openvpn_reset(y->at + 2, length, length);
}

/* ---- operators' tunnels -----------------------------------------------------------------------
 */

/* Version 2: length from byte 4 on, T and P flags, spare zero; version 1: from byte 8 on. */
bool
magic_gtp_c(const struct look *y)
{
	uint16_t length;

	if (!look_has(y, 8))
		return false;
	length = load_be16(y->at + 2);
	if (y->at[0] >> 5 == 2)
		return !(y->at[0] & 3) && y->at[1] != 0 && length >= 4 &&
		       (y->at[0] & 0x10 ? length + 4u < y->size : length + 4u == y->size);
	return (y->at[0] & 0xf8) == 0x30 && length + 8u == y->size;
}

/* Version 1, GTP not GTP', no spare bit; T-PDU, echo, error, extension headers, end marker. */
bool
magic_gtp_u(const struct look *y)
{
	uint8_t type;

	if (!look_has(y, 8) || (y->at[0] & 0xf8) != 0x30)
		return false;
	type = y->at[1];
	return (type == 255 || type == 254 || type == 31 || type == 26 || type == 1 || type == 2) &&
	       load_be16(y->at + 2) + 8u == y->size;
}

/* Charging: header of 6 bytes, or of 20 in version 0. */
bool
magic_gtp_p(const struct look *y)
{
	uint8_t version = y->at[0] >> 5;
	uint32_t header = version == 0 && !(y->at[0] & 1) ? 20 : 6;

	return look_has(y, 6) && version <= 2 && !(y->at[0] & 0x10) && (y->at[0] & 0x0e) == 0x0e &&
	       load_be16(y->at + 2) + header == y->size;
}

/*
 * RFC 2661 3.1: control has type, length and sequence flagged, and its length ends the datagram;
 * data has version 2 and zero reserved bits. RFC 3931 4.1.2.1: version 3 over UDP the same way.
 */
bool
magic_l2tp(const struct look *y)
{
	uint16_t flags;

	if (!look_has(y, 8))
		return false;
	flags = load_be16(y->at);
	if ((flags & 0xfffe) == 0xc802) /* version 2 or 3 */
		return load_be16(y->at + 2) == y->size && y->size >= 12;
	if (flags & 0x4000)
		return (flags & 0xb4ff) == 0x0002 && load_be16(y->at + 2) == y->size;
	return (flags & 0xf4ff) == 0x0002 && y->size >= 12;
}

static bool
is_network_type(uint16_t type)
{
	return type == 0x0800 || type == 0x86dd || type == 0x0806 || type == 0x8100;
}

/* Flag I; reserved bits are to be ignored (RFC 7348 5), so the frame inside has to look like one.
 */
bool
magic_vxlan(const struct look *y)
{
	if (!look_has(y, 22) || !(y->at[0] & 0x08))
		return false;
	if (y->at[0] == 0x08 && load_be24(y->at + 1) == 0 && y->at[7] == 0)
		return true;
	return is_network_type(load_be16(y->at + 20));
}

/* Version and reserved bits zero, a type that Geneve carries, options within the datagram. */
bool
magic_geneve(const struct look *y)
{
	uint16_t type;

	if (!look_has(y, 8) || (y->at[0] & 0xc0) || (y->at[1] & 0x3f) || y->at[7])
		return false;
	type = load_be16(y->at + 2);
	return (type == 0x6558 || is_network_type(type)) && 8u + 4u * y->at[0] <= y->size;
}
