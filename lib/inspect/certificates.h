/*
 * Certificates seen in the clear, each once, with who showed it and how often. Found by a keyed
 * hash of its bytes, so that one that comes a thousand times is parsed once; beyond `limit`
 * different ones the rest is counted. One thread.
 */
#pragma once

#include <stdint.h>

#include "base/addr.h"
#include "base/cursor.h"
#include "base/hash.h"
#include "base/map.h"
#include "inspect/certificate.h"

struct certificate_seen {
	struct certificate certificate;
	struct addr ip; /* who showed it first */
	uint16_t port;
	uint64_t count, first_ns, last_ns;
	uint64_t hash;
};

struct certificates {
	struct map map;
	struct hash_key key;
	struct certificate_seen *at; /* in order of first sight */
	uint32_t count, capacity, limit;
	uint64_t beyond, malformed;
};

void certificates_init(struct certificates *c, uint32_t limit);
void certificates_fini(struct certificates *c);

/* The record of these bytes, one more time seen at `now_ns`; a new one has no `ip` yet. NULL: no
 * certificate, or no room. Borrowed until the next call. */
struct certificate_seen *certificates_add(struct certificates *c, struct cursor der,
                                          uint64_t now_ns);
