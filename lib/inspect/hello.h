/* Handshake messages counted alike wherever they travel: TLS records, DTLS records, QUIC Initials.
 */
#pragma once

#include "inspect/census.h"
#include "proto/tls.h"

/* Counts the message; of hellos that are whole the client's server name and the server's choice.
 * `message->body` is read. */
void hello_count(struct census *census, enum census_transport transport,
                 struct tls_message *message);
