/* ICMP: whoever says that a packet's time was exceeded forwards packets (RFC 792, RFC 4443 3.3). */
#include "inspect/evidence.h"
#include "inspect/handler.h"
#include "inspect/round_trip.h"

enum {
	ICMP_ECHO_REPLY = 0,
	ICMP_ECHO = 8,
	ICMP_TIME_EXCEEDED = 11,
	ICMPV6_TIME_EXCEEDED = 3,
	ICMPV6_ECHO = 128,
	ICMPV6_ECHO_REPLY = 129,
};

/* An echo and its reply by identifier and sequence (RFC 792, RFC 4443 section 4). */
static void
time_echo(struct inspection *in)
{
	const struct punt *f = in->punt;
	bool v4 = addr_is_v4(&f->packet.src);
	const uint8_t *name = f->data + f->packet.l4_offset + 4;

	if (f->captured < f->packet.l4_offset + 8u)
		return;
	if (f->packet.icmp_type == (v4 ? ICMP_ECHO : ICMPV6_ECHO))
		round_trip_ask(in, LATENCY_ICMP, name, 4);
	else if (f->packet.icmp_type == (v4 ? ICMP_ECHO_REPLY : ICMPV6_ECHO_REPLY))
		round_trip_answer(in, LATENCY_ICMP, name, 4);
}

static void
read_datagram(struct inspection *in)
{
	const struct packet *p = &in->punt->packet;
	bool v4 = addr_is_v4(&p->src);

	if (p->icmp_type == (v4 ? ICMP_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED))
		evidence_sender(in)->time_exceeded++;
	time_echo(in);
}

const struct handler handler_icmp = {.name = "icmp", .datagram = read_datagram};
