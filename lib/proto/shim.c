#include "proto/shim.h"

#include "proto/ethernet.h"

enum {
	CMD_VERSION_LENGTH = 0x0101, /* what a metadata header begins with */
	CMD_SIZE = 6,
	VNTAG_SIZE = 4,
	ETAG_SIZE = 6,
	PBB_SIZE = 4,
	WCCP_SIZE = 4,
	WCCP_NONE_MIN = 0x45, /* IPv4 at once: no redirect header begins so */
	WCCP_NONE_MAX = 0x4f,
	NSH_LENGTH_MASK = 0x3f,
	NSH_LENGTH_MIN = 2,
};

/* RFC 8300 section 2.2 */
static uint16_t
nsh_next(uint8_t protocol)
{
	switch (protocol) {
	case 1:
		return ETHERTYPE_IPV4;
	case 2:
		return ETHERTYPE_IPV6;
	case 3:
		return ETHERTYPE_TEB;
	case 4:
		return ETHERTYPE_NSH;
	case 5:
		return ETHERTYPE_MPLS;
	default:
		return 0;
	}
}

static uint16_t
nsh(struct cursor *c)
{
	const uint8_t *p = cursor_peek(c, 4);
	size_t words = p ? p[1] & NSH_LENGTH_MASK : 0;

	cursor_skip(c, (words < NSH_LENGTH_MIN ? NSH_LENGTH_MIN : words) * 4);
	return p ? nsh_next(p[3]) : 0;
}

static uint16_t
metadata(struct cursor *c)
{
	const uint8_t *p = cursor_peek(c, 2);
	uint16_t type = p && load_be16(p) != CMD_VERSION_LENGTH ? cursor_be16(c) : 0;

	cursor_skip(c, CMD_SIZE);
	return type ? type : cursor_be16(c);
}

static uint16_t
wccp(struct cursor *c)
{
	const uint8_t *p = cursor_peek(c, 1);

	if (!p || *p < WCCP_NONE_MIN || *p > WCCP_NONE_MAX)
		cursor_skip(c, WCCP_SIZE);
	return ETHERTYPE_IPV4;
}

/* A header of one size, then an ethertype. */
static uint16_t
tag(struct cursor *c, size_t size)
{
	cursor_skip(c, size);
	return cursor_be16(c);
}

bool
shim_announced(uint16_t ethertype)
{
	switch (ethertype) {
	case ETHERTYPE_CMD:
	case ETHERTYPE_VNTAG:
	case ETHERTYPE_ETAG:
	case ETHERTYPE_PBB:
	case ETHERTYPE_NSH:
	case ETHERTYPE_WCCP:
		return true;
	default:
		return false;
	}
}

enum reason
shim_decode(struct cursor *c, uint16_t ethertype, uint16_t *next)
{
	*next = 0;
	switch (ethertype) {
	case ETHERTYPE_CMD:
		*next = metadata(c);
		break;
	case ETHERTYPE_VNTAG:
		*next = tag(c, VNTAG_SIZE);
		break;
	case ETHERTYPE_ETAG:
		*next = tag(c, ETAG_SIZE);
		break;
	case ETHERTYPE_PBB:
		cursor_skip(c, PBB_SIZE);
		*next = ETHERTYPE_TEB;
		break;
	case ETHERTYPE_NSH:
		*next = nsh(c);
		break;
	case ETHERTYPE_WCCP:
		*next = wccp(c);
		break;
	default:
		break;
	}
	return c->ok ? REASON_OK : REASON_SHIM_SHORT;
}
