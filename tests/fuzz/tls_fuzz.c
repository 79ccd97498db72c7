/* A stream of TLS records over any bytes, and each as a handshake message and as a hello. */
#include <stdlib.h>

#include "proto/tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(struct slice s, const struct cursor *body)
{
	const uint8_t *at = (const uint8_t *)s.at;

	if (at && at + s.size > body->end)
		abort();
}

static void
read_hello(struct cursor body, bool datagram)
{
	struct cursor at = body, der;
	struct tls_hello hello;

	tls_client_hello_decode(&at, datagram, &hello);
	check_text(hello.name, &body);
	check_text(hello.protocol, &body);
	check_text(hello.protocols, &body);
	at = body;
	tls_server_hello_decode(&at, &hello);
	at = body;
	if (tls_certificate_decode(&at, &der) == REASON_OK && der.end > body.end)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size);
	struct tls_message message;
	struct tls_record record;

	while (tls_record_decode(&c, &record) == REASON_OK)
		while (tls_message_decode(&record.body, &message) == REASON_OK)
			read_hello(message.body, false);
	c = cursor_over(data, size);
	tls_compatible_hello_take(&c);
	read_hello(cursor_over(data, size), true);
	read_hello(cursor_over(data, size), false);
	return 0;
}
