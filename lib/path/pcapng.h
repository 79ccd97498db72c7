/*
 * Blocks of a pcapng stream (draft-ietf-opsawg-pcapng): sections of either byte order, interfaces
 * of different link types, snap lengths and clocks in one file, which libpcap refuses. Enhanced,
 * simple and obsolete packet blocks; every other block is stepped over.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "path/capture_file.h"

enum { PCAPNG_MAGIC = 0x0a0d0d0a }; /* the same in both byte orders */

struct pcapng_interface {
	uint32_t linktype;
	uint32_t snaplen; /* 0: not limited */
	uint64_t units;   /* of the clock in a second */
	int64_t offset_s; /* added to its times */
};

struct pcapng {
	FILE *in; /* borrowed */
	bool swapped;
	struct pcapng_interface *interfaces; /* of the running section */
	size_t interface_count, interface_capacity;
	uint8_t *block; /* body of the block last read */
	size_t block_capacity;
	uint64_t last_ns;       /* simple packets have no time: they take their predecessor's */
	uint64_t resolution_ns; /* coarsest of the interfaces so far, 1 or 1000 */
	const char *why;        /* after CAPTURE_BROKEN: a literal */
};

/* Reads the first section header. False: `why` is set. */
bool pcapng_init(struct pcapng *p, FILE *in);
enum capture_status pcapng_next(struct pcapng *p, struct capture_record *r);
void pcapng_fini(struct pcapng *p);
