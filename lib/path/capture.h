/*
 * Capture files as a source of bursts: pcap and pcapng, gzip or not, both byte orders, micro- and
 * nanoseconds, every link type of enum link_layer, several files merged by time. Through libpcap
 * and zlib; gives what DPDK's net_pcap can't: nanoseconds, wire length, link types, end of file.
 * Needs no DPDK. One thread per reader.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "path/burst.h"

struct capture; /* a set of files read as one stream in order of time */

struct capture_info {
	uint64_t files, packets, bytes; /* wire bytes of packets read */
	uint64_t first_us, last_us;
	uint64_t
		backwards; /* packets whose time lies before their predecessor's in the same file */
	uint64_t unsupported;   /* packets of a link type that is not used */
	bool truncated;         /* a file ended inside a packet or broke off */
	uint64_t resolution_ns; /* coarsest of the files: 1 or 1000 */
};

/* Open `count` files, all at once ("-": the standard input). On failure -errno or -EINVAL and
 * *error is one line "FILE: what is wrong; what would be right" for the caller to free. `port[i]`
 * (NULL: all 0) is put in burst.port of the file's packets, so that a caller can tell lanes apart.
 * A packet's time is at least 1 us: what the file puts at the epoch itself (many tools write no
 * times) would read as "never". */
int capture_open(const char *const *files, const uint32_t *ports, unsigned count,
                 struct capture **out, char **error);
/* Fill the next burst, all packets from one port. Frame bytes are valid until the next call.
 * count 0: the end. Lanes are left LANE_UNKNOWN. */
void capture_read(struct capture *c, struct burst *b);
/* The warning lines of files that broke off, "FILE: …", NULL at the end. */
const char *capture_warning(const struct capture *c, unsigned i);
const struct capture_info *capture_info(const struct capture *c);
void capture_close(struct capture *c);
