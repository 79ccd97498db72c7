#include "inspect/hello.h"

#include "inspect/evidence.h"
#include "inspect/handler.h"

static struct names *
names_of(struct census *census, enum census_transport transport, bool cut)
{
	if (transport == CENSUS_UDP)
		return &census->tls.datagram_names;
	return cut ? &census->tls.cut_names : &census->tls.names;
}

static void
count_client(struct census *census, enum census_transport transport, bool cut, struct cursor *body)
{
	struct tls_hello hello;

	tls_client_hello_decode(body, transport == CENSUS_UDP, &hello);
	if (hello.name.size)
		names_add(names_of(census, transport, cut), hello.name, 1);
}

/* A retry chooses a version too, but the hello that follows says it again. */
static void
count_server(struct inspection *in, enum census_transport transport, struct cursor *body)
{
	struct tls_hello hello;

	if (tls_server_hello_decode(body, &hello) != REASON_OK || hello.retry)
		return;
	census_version_add(&in->census->tls.chosen, hello.version, (uint8_t)transport);
	if (transport != CENSUS_UDP && in->conversation)
		evidence_sender(in)->server_hellos++;
}

/* RFC 8446 hides it; before, it is the first of a chain, its holder's own. */
static void
take_certificate(struct inspection *in, enum census_transport transport, struct cursor *body)
{
	struct conversation *c = in->conversation;
	struct certificate_seen *seen;
	struct cursor der;

	if (transport == CENSUS_QUIC || !c || tls_certificate_decode(body, &der) != REASON_OK)
		return;
	seen = certificates_add(&in->census->tls.certificates, der,
	                        in->punt ? in->punt->time_ns : c->last_ns);
	if (!seen || seen->count > 1)
		return;
	seen->ip = c->ip[in->direction];
	seen->port = c->port[in->direction];
}

void
hello_count(struct inspection *in, enum census_transport transport, struct tls_message *message)
{
	bool cut = transport == CENSUS_TCP && cursor_left(&message->body) < message->size;

	if (cut)
		in->census->tls.cut_handshakes[message->type]++;
	else
		in->census->tls.handshakes[transport][message->type]++;
	if (message->type == TLS_CLIENT_HELLO)
		count_client(in->census, transport, cut, &message->body);
	else if (message->type == TLS_SERVER_HELLO)
		count_server(in, transport, &message->body);
	else if (message->type == TLS_CERTIFICATE)
		take_certificate(in, transport, &message->body);
}
