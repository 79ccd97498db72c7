/*
 * One capture file, record by record: what path/capture.c merges. pcapng is read by path/pcapng.c,
 * everything else by libpcap; both through one stream that unpacks gzip on the way.
 * One thread per file.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One packet of a file; `data` is valid until the next read of the same file. */
struct capture_record {
	const uint8_t *data;
	uint64_t time_ns;  /* up to INT64_MAX: what a file sets beyond is held there */
	uint32_t captured; /* bytes at data */
	uint32_t wire;     /* >= captured */
	uint32_t linktype; /* https://www.tcpdump.org/linktypes.html */
};

enum capture_status { CAPTURE_PACKET, CAPTURE_END, CAPTURE_BROKEN };

struct capture_file;

/* "-" is the standard input. On failure -errno or -EINVAL and *why is one clause without the file's
 * name, to be freed. */
int capture_file_open(const char *name, struct capture_file **out, char **why);
/* Next packet. After CAPTURE_BROKEN (the file ended inside a packet, or lies about its lengths)
 * capture_file_why() tells; further reads give CAPTURE_END. */
enum capture_status capture_file_next(struct capture_file *f, struct capture_record *r);
const char *capture_file_why(const struct capture_file *f);
/* 1 or 1000: what the file's clock can tell apart, as far as read. */
uint64_t capture_file_resolution_ns(const struct capture_file *f);
void capture_file_close(struct capture_file *f);
