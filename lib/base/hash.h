/*
 * Keyed 64-bit hash for tables that strangers feed. Folded 64x64->128 multiplications with secret
 * key material (the construction of wyhash, public domain, Wang Yi): a handful of cycles per key;
 * without the key a sender can't aim at one bucket. Not for signatures.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct hash_key {
	uint64_t k[3];
};

/* A key from the kernel's random source; deterministic with seed != 0 (tests, captures). */
struct hash_key hash_key_make(uint64_t seed);

static inline uint64_t
hash_fold(uint64_t a, uint64_t b)
{
	unsigned __int128 m = (unsigned __int128)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

/* 16 bytes at `p`. */
static inline uint64_t
hash_16(const struct hash_key *key, const void *p, uint64_t seed)
{
	const uint8_t *b = p;

	return hash_fold(load_ne64(b) ^ key->k[0] ^ seed, load_ne64(b + 8) ^ key->k[1]);
}

/* Two 64-bit words, e.g. a result and more key. */
static inline uint64_t
hash_mix(const struct hash_key *key, uint64_t a, uint64_t b)
{
	return hash_fold(a ^ key->k[1], b ^ key->k[2]);
}

/* Any number of bytes; for set-up and slow path. */
uint64_t hash_bytes(const struct hash_key *key, const void *p, size_t size);
