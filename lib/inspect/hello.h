/* Handshake messages counted alike wherever they travel: TLS records, DTLS records, QUIC Initials.
 */
#pragma once

#include "inspect/census.h"
#include "proto/tls.h"

struct inspection;

/* Counts the message; of hellos that are whole the client's server name and the server's choice, of
 * certificates in the clear what they say. `message->body` is read. */
void hello_count(struct inspection *in, enum census_transport transport,
                 struct tls_message *message);
