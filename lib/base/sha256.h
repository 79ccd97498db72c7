/*
 * SHA-256 (FIPS 180-4), to name content by a digest: the contract file, a capture. Plain C, a few
 * hundred MB/s; not for the packet loop, and signatures belong to libcrypto. Any thread.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { SHA256_SIZE = 32, SHA256_TEXT_SIZE = 65 };

struct sha256 {
	uint32_t state[8];
	uint64_t size;     /* bytes taken so far */
	uint8_t block[64]; /* the part of a block that waits */
};

void sha256_init(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *data, size_t size);
void sha256_end(struct sha256 *s, uint8_t digest[SHA256_SIZE]);

/* End as lower-case hexadecimal text; returns `buf`. */
const char *sha256_end_text(struct sha256 *s, char buf[SHA256_TEXT_SIZE]);
