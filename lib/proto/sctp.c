#include "proto/sctp.h"

enum {
	SCTP_SIZE = 12,
};

enum reason
sctp_decode(struct cursor *c, struct sctp *out)
{
	const uint8_t *p = cursor_pull(c, SCTP_SIZE);

	*out = (struct sctp){0};
	if (!p)
		return REASON_SCTP_SHORT;
	out->sport = load_be16(p);
	out->dport = load_be16(p + 2);
	out->tag = load_be32(p + 4);
	return REASON_OK;
}
