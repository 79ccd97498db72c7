/*
 * What signalling said will come: media at an address and port, with the meaning of its payload
 * types. The inspector learns it from SDP and sends it to the workers (the pipeline's one back
 * edge); each worker has a table of its own and asks it when a stream begins or changes its payload
 * type: a line of tags, and an entry's own lines only where its tag is there. One thread.
 *
 * Bounded and forgetful: an entry lives EXPECTATION_LIFE_NS after it was last told or met, and a
 * full bucket gives up its oldest, so that SDP which lies about ports is soon forgotten.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "proto/rtp_codec.h"

enum { EXPECTATION_FORMATS = 12, EXPECTATION_WAYS = 4 };
#define EXPECTATION_LIFE_NS 300000000000ull /* 5 min: longer than a call may ring */

struct expectation {
	struct addr addr;
	uint16_t port;
	bool secure; /* keys were given: SRTP */
	uint8_t format_count;
	struct rtp_format formats[EXPECTATION_FORMATS];
	uint64_t time_ns; /* when told or last met; 0: no entry */
};

struct expectation_stats {
	uint64_t told, met;
	uint64_t evicted; /* gone before their time: the table was full */
};

struct expectation_table;

/* `capacity`: entries, a power of two. NULL: no memory, logged. Set-up thread. */
struct expectation_table *expectation_table_create(uint32_t capacity, uint64_t hash_seed);
void expectation_table_destroy(struct expectation_table *t);

/* Copied; replaces what was told of this address and port before. */
void expectation_add(struct expectation_table *t, const struct expectation *e);

/* What holds for this address and port at this time, which keeps it alive; NULL: nothing. Borrowed
 * until the next add. */
const struct expectation *expectation_find(struct expectation_table *t, const struct addr *addr,
                                           uint16_t port, uint64_t now_ns);

/* The payload type's meaning there; NULL: it was not told. */
const struct rtp_format *expectation_format(const struct expectation *e, uint8_t payload_type);

const struct expectation_stats *expectation_table_stats(const struct expectation_table *t);
