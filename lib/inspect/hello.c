#include "inspect/hello.h"

static void
count_client(struct census *census, enum census_transport transport, struct cursor *body)
{
	struct tls_hello hello;

	tls_client_hello_decode(body, transport == CENSUS_UDP, &hello);
	if (hello.name.size)
		names_add(&census->tls.names, hello.name, 1);
}

/* A retry chooses a version too, but the hello that follows says it again. */
static void
count_server(struct census *census, enum census_transport transport, struct cursor *body)
{
	struct tls_hello hello;

	if (tls_server_hello_decode(body, &hello) == REASON_OK && !hello.retry)
		census_version_add(&census->tls.chosen, hello.version, (uint8_t)transport);
}

void
hello_count(struct census *census, enum census_transport transport, struct tls_message *message)
{
	census->tls.handshakes[transport][message->type]++;
	if (message->type == TLS_CLIENT_HELLO)
		count_client(census, transport, &message->body);
	else if (message->type == TLS_SERVER_HELLO)
		count_server(census, transport, &message->body);
}
