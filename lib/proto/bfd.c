#include "proto/bfd.h"

enum {
	VERSION = 1,
	PASSWORD_SIZE_MIN = 4, /* type, length, key, one byte */
	MD5_SIZE = 24,
	SHA1_SIZE = 28,
};

enum bfd_kind
bfd_kind_of(uint16_t sport, uint16_t dport)
{
	switch (dport) {
	case BFD_PORT_SINGLE_HOP:
		return BFD_SINGLE_HOP;
	case BFD_PORT_ECHO:
		return BFD_ECHO;
	case BFD_PORT_MULTIHOP:
		return BFD_MULTIHOP;
	case BFD_PORT_MICRO:
		return BFD_MICRO;
	default:
		return dport == BFD_PORT_SEAMLESS || sport == BFD_PORT_SEAMLESS ? BFD_SEAMLESS
		                                                                : BFD_NO_KIND;
	}
}

const char *
bfd_state_name(uint8_t state)
{
	static const char *const names[] = {"AdminDown", "Down", "Init", "Up"};

	return names[state & 3];
}

const char *
bfd_kind_name(uint8_t kind)
{
	static const char *const names[] = {
		[BFD_NO_KIND] = "",    [BFD_SINGLE_HOP] = "single-hop",
		[BFD_ECHO] = "echo",   [BFD_MULTIHOP] = "multihop",
		[BFD_MICRO] = "micro", [BFD_SEAMLESS] = "seamless",
	};

	return kind < sizeof names / sizeof *names ? names[kind] : "";
}

const char *
bfd_diag_name(uint8_t diag)
{
	static const char *const names[] = {
		"no diagnostic",
		"control detection time expired",
		"echo failed",
		"neighbour signaled session down",
		"forwarding plane reset",
		"path down",
		"concatenated path down",
		"administratively down",
		"reverse concatenated path down",
	};

	return diag < sizeof names / sizeof *names ? names[diag] : "diagnostic not assigned";
}

static bool
auth_size_fits(uint8_t type, uint8_t size)
{
	switch (type) {
	case BFD_AUTH_PASSWORD:
		return size >= PASSWORD_SIZE_MIN && size <= 3 + 16;
	case BFD_AUTH_MD5:
	case BFD_AUTH_MD5_METICULOUS:
		return size == MD5_SIZE;
	case BFD_AUTH_SHA1:
	case BFD_AUTH_SHA1_METICULOUS:
		return size == SHA1_SIZE;
	default: /* reserved: nothing is known of it */
		return size >= 2;
	}
}

static bool
read_auth(struct cursor *c, struct bfd *out)
{
	size_t room = cursor_left(c);
	uint8_t size;

	out->auth_type = cursor_u8(c);
	size = cursor_u8(c);
	if (!c->ok || size > room || !auth_size_fits(out->auth_type, size))
		return false;
	out->auth_key = size > 2 ? cursor_u8(c) : 0;
	if (out->auth_type >= BFD_AUTH_MD5 && out->auth_type <= BFD_AUTH_SHA1_METICULOUS) {
		cursor_skip(c, 1);
		out->auth_sequence = cursor_be32(c);
	}
	return c->ok;
}

static void
read_fields(struct cursor *c, struct bfd *out)
{
	uint8_t first = cursor_u8(c), second = cursor_u8(c);

	out->version = first >> 5;
	out->diag = first & 0x1f;
	out->state = second >> 6;
	out->flags = second & 0x3f;
	out->detect_mult = cursor_u8(c);
	out->size = cursor_u8(c);
	out->my_discriminator = cursor_be32(c);
	out->your_discriminator = cursor_be32(c);
	out->desired_min_tx_us = cursor_be32(c);
	out->required_min_rx_us = cursor_be32(c);
	out->required_min_echo_rx_us = cursor_be32(c);
}

enum reason
bfd_decode(struct cursor *c, struct bfd *out)
{
	struct cursor auth;

	*out = (struct bfd){0};
	read_fields(c, out);
	if (!c->ok)
		return REASON_BFD_SHORT;
	if (out->version != VERSION || out->size < BFD_SIZE || !out->detect_mult ||
	    out->flags & BFD_MULTIPOINT || !out->my_discriminator)
		return REASON_BFD_BAD;
	auth = cursor_slice(c, out->size - BFD_SIZE);
	if (!c->ok)
		return REASON_BFD_SHORT;
	if (out->flags & BFD_AUTH && !read_auth(&auth, out))
		return REASON_BFD_BAD;
	return REASON_OK;
}

uint64_t
bfd_detection_us(const struct bfd *local, const struct bfd *remote)
{
	uint32_t interval = local->required_min_rx_us > remote->desired_min_tx_us
	                            ? local->required_min_rx_us
	                            : remote->desired_min_tx_us;

	return (uint64_t)remote->detect_mult * interval;
}
