/* ICMP: whoever says that a packet's time was exceeded forwards packets (RFC 792, RFC 4443 3.3). */
#include "inspect/evidence.h"
#include "inspect/handler.h"

enum { ICMP_TIME_EXCEEDED = 11, ICMPV6_TIME_EXCEEDED = 3 };

static void
read_datagram(struct inspection *in)
{
	const struct packet *p = &in->punt->packet;
	bool v4 = addr_is_v4(&p->src);

	if (p->icmp_type == (v4 ? ICMP_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED))
		evidence_sender(in)->time_exceeded++;
}

const struct handler handler_icmp = {.name = "icmp", .datagram = read_datagram};
