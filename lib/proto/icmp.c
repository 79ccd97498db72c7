#include "proto/icmp.h"

/* RFC 792 */
enum {
	ICMP_ECHO_REPLY = 0,
	ICMP_UNREACHABLE = 3,
	ICMP_SOURCE_QUENCH = 4,
	ICMP_REDIRECT = 5,
	ICMP_ECHO = 8,
	ICMP_TIME_EXCEEDED = 11,
	ICMP_PARAMETER = 12,
	ICMP_TIMESTAMP = 13,
	ICMP_TIMESTAMP_REPLY = 14,
};

/* RFC 4443: types up to 127 are errors, of which 1 to 4 are defined */
enum {
	ICMP6_UNREACHABLE = 1,
	ICMP6_PARAMETER = 4,
	ICMP6_ECHO = 128,
	ICMP6_ECHO_REPLY = 129,
};

static enum reason
decode(struct cursor *c, struct icmp *out)
{
	const uint8_t *p = cursor_pull(c, ICMP_SIZE);

	*out = (struct icmp){0};
	if (!p)
		return REASON_ICMP_SHORT;
	out->type = p[0];
	out->code = p[1];
	out->id = load_be16(p + 4);
	out->rest = load_be32(p + 4);
	return REASON_OK;
}

enum reason
icmp_decode(struct cursor *c, struct icmp *out)
{
	enum reason reason = decode(c, out);

	if (reason != REASON_OK)
		return reason;
	out->query = out->type == ICMP_ECHO || out->type == ICMP_ECHO_REPLY ||
	             out->type == ICMP_TIMESTAMP || out->type == ICMP_TIMESTAMP_REPLY;
	out->quotes = (out->type >= ICMP_UNREACHABLE && out->type <= ICMP_REDIRECT) ||
	              out->type == ICMP_TIME_EXCEEDED || out->type == ICMP_PARAMETER;
	return REASON_OK;
}

enum reason
icmp6_decode(struct cursor *c, struct icmp *out)
{
	enum reason reason = decode(c, out);

	if (reason != REASON_OK)
		return reason;
	out->query = out->type == ICMP6_ECHO || out->type == ICMP6_ECHO_REPLY;
	out->quotes = out->type >= ICMP6_UNREACHABLE && out->type <= ICMP6_PARAMETER;
	return REASON_OK;
}
