#include "inspect/evidence.h"
#include "inspect/handler.h"
#include "proto/dns.h"

/* Who recurses, who knows by itself, and who asks whom. */
static void
take_role(struct inspection *in, const struct dns *dns)
{
	struct role_messages *m;
	uint64_t server;

	if (!in->conversation)
		return;
	server = evidence_hash(in, in->conversation->ip[!in->direction].b, sizeof(struct addr));
	m = evidence_sender(in);
	if (dns->response) {
		m->answers++;
		m->answers_ra += dns->recursion_available;
		m->answers_aa += dns->authoritative;
	} else if (dns->recursion_desired) {
		m->asked_rd++;
		role_sketch_add(&m->servers_rd, server);
	} else {
		m->asked_plain++;
		role_sketch_add(&m->servers_plain, server);
	}
}

static void
count(struct inspection *in, struct cursor message, bool cut)
{
	struct census *census = in->census;
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
	take_role(in, &dns);
}

static void
read_datagram(struct inspection *in)
{
	count(in, in->payload, in->cut);
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
		count(in, message, false);
	return (size_t)(bytes.at - start);
}

const struct handler handler_dns = {
	.name = "dns", .datagram = read_datagram, .stream = read_stream};
