#include "inspect/handler.h"
#include "proto/dns.h"

static void
count(struct census *census, struct cursor message, bool cut)
{
	size_t size = cursor_left(&message);
	struct dns dns;
	enum reason reason = dns_decode(&message, &dns);

	if (reason == REASON_DNS_BAD || (reason == REASON_DNS_SHORT && !cut))
		census->dns.malformed++;
	if (size < DNS_SIZE || dns.opcode > DNS_OPCODE_LAST)
		return;
	if (dns.response) {
		census->dns.responses++;
		census->dns.rcodes[dns.rcode]++;
	} else {
		census->dns.queries++;
	}
}

static void
read_datagram(struct inspection *in)
{
	count(in->census, in->payload, in->cut);
}

/* Behind a gap nothing tells where a message begins. */
static size_t
read_stream(struct inspection *in, struct cursor bytes, bool gap)
{
	const uint8_t *start = bytes.at;
	struct cursor message;

	if (gap)
		return STREAM_GIVE_UP;
	while (dns_take(&bytes, &message))
		count(in->census, message, false);
	return (size_t)(bytes.at - start);
}

const struct handler handler_dns = {
	.name = "dns", .datagram = read_datagram, .stream = read_stream};
