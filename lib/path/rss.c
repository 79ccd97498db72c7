#include "path/rss.h"

#include <string.h>

#include "base/bytes.h"

void
rss_key_fill(uint8_t *key, size_t size)
{
	for (size_t i = 0; i < size; i++)
		key[i] = i & 1 ? 0x5a : 0x6d;
}

uint32_t
rss_toeplitz(const uint8_t *key, const uint8_t *input, size_t size)
{
	uint32_t window = load_be32(key), hash = 0;

	for (size_t i = 0; i < size; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			if (input[i] & 0x80 >> bit)
				hash ^= window;
			window = window << 1 | (key[i + 4] >> (7 - bit) & 1);
		}
	return hash;
}

/* One flow's input and its reverse: addresses of `address` bytes each, then ports or nothing. */
static bool
same_both_ways(const uint8_t *key, size_t address, size_t ports, uint8_t seed)
{
	uint8_t there[36], back[36];
	size_t size = 2 * address + 2 * ports;
	uint32_t random = seed;

	for (size_t i = 0; i < size; i++) {
		random = random * 1664525 + 1013904223; /* Numerical Recipes' generator */
		there[i] = (uint8_t)(random >> 24);
	}
	memcpy(back, there + address, address);
	memcpy(back + address, there, address);
	memcpy(back + 2 * address, there + 2 * address + ports, ports);
	memcpy(back + 2 * address + ports, there + 2 * address, ports);
	return rss_toeplitz(key, there, size) == rss_toeplitz(key, back, size);
}

bool
rss_key_symmetric(const uint8_t *key, size_t size)
{
	if (size < RSS_KEY_USUAL)
		return false;
	for (unsigned seed = 0; seed < 256; seed++)
		for (size_t address = 4; address <= 16; address += 12)
			for (size_t ports = 0; ports <= 2; ports += 2)
				if (!same_both_ways(key, address, ports, (uint8_t)seed))
					return false;
	return true;
}
