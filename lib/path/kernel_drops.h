/*
 * Frames that the kernel dropped before net_af_packet could take them. The PMD reports none
 * (`imissed` stays 0), so its own sockets are asked (PACKET_STATISTICS, packet(7)); they are found
 * among the process's descriptors by interface. Control thread.
 */
#pragma once

#include <stdint.h>

enum { KERNEL_SOCKETS_MAX = 16 };

struct kernel_drops {
	int sockets[KERNEL_SOCKETS_MAX];
	unsigned socket_count;
	uint64_t drops; /* since the sockets were found; the kernel forgets at each reading */
};

/* Finds the receiving sockets bound to this interface. */
void kernel_drops_init(struct kernel_drops *k, const char *interface);
/* Adds what was dropped since the last call; returns the total. */
uint64_t kernel_drops_read(struct kernel_drops *k);
