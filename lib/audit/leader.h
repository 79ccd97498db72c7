/*
 * Which of several control programs writes. Each signs the sorted set `controls` of the peering
 * once per turn; the first by name among those alive does, and a name begins with its start, so the
 * longest-running one keeps the part. Two may both write for one turn at a takeover; entry ids and
 * stable ids make that harmless.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

struct leader;

/* `in` to read and `out` to sign with, borrowed. */
struct leader *leader_create(struct store *in, struct store *out, uint64_t boot_us);
/* Withdraws the signature, so that another takes over at once. */
void leader_destroy(struct leader *l);
/* Signs, and tells whether this program writes now. */
bool leader_turn(struct leader *l, uint64_t now_us);
