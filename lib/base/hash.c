#include "base/hash.h"

#include <sys/random.h>

#include "base/clock.h"

static uint64_t
split_mix(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

struct hash_key
hash_key_make(uint64_t seed)
{
	struct hash_key key;

	if (seed == 0 && getrandom(key.k, sizeof key.k, 0) == sizeof key.k)
		return key;
	if (seed == 0)
		seed = clock_monotonic_ns() | 1;
	for (int i = 0; i < 3; i++)
		key.k[i] = split_mix(&seed);
	return key;
}

uint64_t
hash_bytes(const struct hash_key *key, const void *p, size_t size)
{
	const uint8_t *b = p;
	uint64_t h = size * 0x9e3779b97f4a7c15ull;
	uint8_t tail[16] = {0};

	for (; size >= 16; b += 16, size -= 16)
		h = hash_16(key, b, h);
	memcpy(tail, b, size);
	h = hash_16(key, tail, h);
	return hash_mix(key, h, size);
}
