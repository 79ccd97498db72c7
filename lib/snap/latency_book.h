/*
 * The aggregator's book of latency: per link or declared subnet, half and method a histogram since
 * start and of the last whole minute; the headline methods of a scope also together, with the
 * medians of the last 24 clock hours (prefix latency as Azure states it, requirements 1.5 and M5).
 * Memory for an entry comes with its first sample, capped and counted. One thread; read between
 * latency_book_close() and the next merge.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/histogram.h"
#include "base/map.h"
#include "snap/latency.h"

enum {
	LATENCY_HOURS = 24,
	LATENCY_HEADLINE = LATENCY_METHOD_COUNT, /* entry.method: all headline methods together */
};

enum latency_scope { LATENCY_LINK, LATENCY_SUBNET, LATENCY_SBC };

struct latency_hour {
	uint64_t start_us;
	uint64_t count;
	uint64_t p50_ns, p95_ns;
};

struct latency_hours {
	struct histogram running;
	uint32_t count;                        /* whole ones in `at`, oldest first */
	struct latency_hour at[LATENCY_HOURS]; /* hours without samples are left out */
};

struct latency_entry {
	uint8_t scope;  /* enum latency_scope */
	uint8_t half;   /* SIDE_PEER or SIDE_MSFT */
	uint8_t method; /* enum latency_method, or LATENCY_HEADLINE */
	uint32_t id;    /* index in conf.links or conf.sbcs, or subnet id */
	bool changed;   /* in the last interval */
	struct histogram total;
	struct histogram minute,
		last_minute;         /* the running clock minute, and the whole one before */
	struct latency_hours *hours; /* of the headline; else NULL */
};

struct latency_book {
	struct latency_entry **entries; /* [count], in order of first sample */
	uint32_t count, capacity;
	struct map index; /* of the entries, by what latency_book_find() asks for */
	struct hash_key key;
	uint32_t subnet_count, sbc_count;
	bool turned;                 /* the last interval ended a minute or an hour */
	uint64_t minute_us, hour_us; /* starts of the running ones; 0: none yet */
	uint64_t overflow;           /* samples that count under their link alone, and merges of
	                                histograms that found no entry */
};

/* Subnet ids are 1 ... `subnet_count`. Never NULL. */
struct latency_book *latency_book_create(uint32_t subnet_count, uint32_t sbc_count,
                                         uint32_t capacity);
void latency_book_destroy(struct latency_book *b);

/* The first snapshot of an interval is about to come. */
void latency_book_open(struct latency_book *b);
/* Add what one worker measured. */
void latency_book_merge(struct latency_book *b, const struct latency_set *set);
/* The interval ended: whole minutes and hours are put away. */
void latency_book_close(struct latency_book *b, uint64_t end_us);

/* Put an entry of another book under the same scope with this id; its `hours` move. False: full.
 */
bool latency_book_adopt(struct latency_book *b, struct latency_entry *e, uint32_t id);

/* The method's name, "headline" for the headline. */
const char *latency_entry_method(const struct latency_entry *e);

/* NULL: no sample yet. */
const struct latency_entry *latency_book_find(const struct latency_book *b,
                                              enum latency_scope scope, uint32_t id, unsigned half,
                                              unsigned method);
