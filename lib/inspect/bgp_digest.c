#include "inspect/bgp_digest.h"

#include "base/hash.h"

/* The same on every probe. */
static const struct hash_key *
digest_key(void)
{
	static struct hash_key key;

	if (!key.k[0])
		key = hash_key_make(1);
	return &key;
}

uint64_t
bgp_digest_route(const struct bgp_route *route)
{
	uint64_t family = (uint64_t)route->afi << 8 | route->len;

	return bgp_route_is_unicast(route) ? hash_16(digest_key(), route->addr.b, family) : 0;
}

uint64_t
bgp_digest_attrs(uint64_t hash, const struct bgp_attrs *a)
{
	uint32_t words[4] = {a->med, a->has & BGP_HAS_MED, a->path, a->communities};

	hash = hash_16(digest_key(), words, hash);
	for (uint32_t i = 0; i < (uint32_t)a->path + a->communities; i++) {
		uint32_t one[4] = {a->words[i]};

		hash = hash_16(digest_key(), one, hash);
	}
	return hash;
}
