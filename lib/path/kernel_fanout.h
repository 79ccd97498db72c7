/*
 * net_af_packet puts every socket of its own, of one queue too, into a fanout group for which the
 * kernel reassembles IPv4 (PACKET_FANOUT_FLAG_DEFRAG, packet(7)): fragments never reach the port as
 * the frames that they were on the wire, datagrams come longer than a buffer of the ring, and what
 * stays incomplete is lost without being counted. DPDK 22.11 has no switch for it. So this file's
 * setsockopt() stands before the C library's and leaves that flag out.
 */
#pragma once

#include <stdint.h>

/* Sockets that were put into groups through it since the program began. Any thread. */
uint64_t kernel_fanout_count(void);
