#include "inspect/evidence.h"
#include "inspect/handler.h"
#include "inspect/round_trip.h"
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

/* By identifier and the asker's port. */
static void
time_message(struct inspection *in)
{
	struct cursor message = in->payload;
	uint16_t name[2] = {0};
	struct dns dns;

	if (cursor_left(&message) < DNS_SIZE || !in->punt)
		return;
	dns_decode(&message, &dns);
	name[0] = dns.id;
	name[1] = dns.response ? in->punt->packet.dport : in->punt->packet.sport;
	if (dns.response)
		round_trip_answer(in, LATENCY_DNS, name, sizeof name);
	else
		round_trip_ask(in, LATENCY_DNS, name, sizeof name);
}

static void
read_datagram(struct inspection *in)
{
	count(in, in->payload, in->cut);
	in->census->dns.first_fragments += is_first_fragment(in);
	time_message(in);
}

/* Behind a gap nothing tells where a message begins, unless one is read there: whole, or cut but
 * with the one question that messages have. */
static bool
is_message(const struct inspection *in, struct cursor bytes)
{
	struct cursor message;
	struct dns dns;

	if (dns_take(&bytes, &message))
		return dns_decode(&message, &dns) == REASON_OK;
	cursor_skip(&bytes, 2);
	return in->cut && dns_decode(&bytes, &dns) != REASON_DNS_BAD && dns.questions == 1;
}

static size_t
read_stream(struct inspection *in, struct cursor bytes, bool gap)
{
	const uint8_t *start = bytes.at;
	struct cursor message;

	if (gap && !is_message(in, bytes))
		return STREAM_LOST;
	while (dns_take(&bytes, &message))
		count(in, message, false);
	if (in->cut && cursor_left(&bytes)) {
		cursor_skip(&bytes, 2);
		count(in, bytes, true);
		bytes.at = bytes.end;
	}
	return (size_t)(bytes.at - start);
}

const struct handler handler_dns = {
	.name = "dns", .whole = true, .datagram = read_datagram, .stream = read_stream};
