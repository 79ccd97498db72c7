/*
 * What is inside QUIC Initial packets: keys that anyone on the path can derive from the client's
 * first connection id (RFC 9001 section 5.2, RFC 9369 section 3.3.1, and the salts of the drafts
 * and vendors), header protection and AEAD_AES_128_GCM (RFC 9001 section 5.3 and 5.4). Some 10 µs
 * for keys and 5 for a packet: on the slow path only. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/quic.h"

struct quic_keys {
	uint8_t key[16], iv[12], header[16];
};

/* Both sides' keys from the destination id of the client's first Initial. False: a version whose
 * salt is not known. */
bool quic_keys_derive(uint32_t version, const uint8_t *dcid, uint8_t size, struct quic_keys *client,
                      struct quic_keys *server);

enum { QUIC_PLAIN_MAX = 2048 };

/* Open an Initial; its frames go to `plain`. Returns their size; -1 when it is not one of these
 * keys or was changed, or is longer than QUIC_PLAIN_MAX. */
int quic_initial_open(const struct quic *packet, const struct quic_keys *keys,
                      uint8_t plain[QUIC_PLAIN_MAX]);

struct quic_crypto {
	uint64_t offset;
	struct cursor data; /* borrowed */
};

/* The next CRYPTO frame of an Initial's frames (RFC 9000 section 19.6; others that may stand there
 * are stepped over, section 17.2.2; in versions of quic_is_google() frames have other numbers and
 * the same CRYPTO). False at the end or at a frame that may not. */
bool quic_crypto_next(struct cursor *frames, uint32_t version, struct quic_crypto *out);
