/*
 * The IP-ID sequence of packets that a router made itself (BGP, BFD): a router that counts all of
 * them with one counter gives the same counter away on every link that it ends. Many don't: hosts
 * count per flow, draw at random, or write 0 (RFC 6864), so a counter is claimed only when several
 * flows were seen to draw from it in turn. Counters of either byte order (Bellovin, IMW 2002).
 * Compared over links by audit/ip_ids.h as in MIDAR's monotonic bounds test (Keys et al., 2013).
 * One thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TOKEN_ID_FLOWS = 4, TOKEN_ID_KEPT = 8 };

struct token_ids {
	struct {
		uint64_t key; /* 0: free */
		uint64_t last_ns;
		uint16_t last; /* as on the wire */
		uint64_t packets;
		bool others; /* another flow sent since */
	} flow[TOKEN_ID_FLOWS];
	uint64_t zeros, packets;
	uint64_t pairs, turns; /* packets one behind the other; of them, of different flows */
	uint64_t alone;        /* of one flow, others between, and yet the next number */
	uint64_t wrong[2];     /* steps that no counter makes; [1]: read in the other byte order */
	uint64_t last_ns;      /* of any flow */
	uint64_t way[2];       /* of steps that one makes: the right order goes the shorter way */
	uint16_t last;
	unsigned last_flow;
	struct {
		uint64_t us;
		uint16_t id;
	} kept[TOKEN_ID_KEPT]; /* oldest first, a second apart */
	unsigned kept_count;
};

/* An IPv4 packet of the flow `key` (not 0). */
void token_ids_add(struct token_ids *t, uint64_t key, uint64_t now_ns, uint16_t id);

enum token_ids_kind {
	TOKEN_IDS_UNKNOWN, /* too few packets, or of one flow */
	TOKEN_IDS_ZERO,
	TOKEN_IDS_PER_FLOW, /* or random: of no use */
	TOKEN_IDS_COUNTER,
	TOKEN_IDS_SWAPPED, /* a counter with its bytes the other way round */
};
enum token_ids_kind token_ids_kind(const struct token_ids *t);
/* "counter", "per-flow", "zero", "". */
const char *token_ids_name(enum token_ids_kind kind);
/* The last of a counter's numbers as "US:ID,US:ID"; nothing of another kind. */
void token_ids_join(const struct token_ids *t, char *to, size_t size);
