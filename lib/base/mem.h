/*
 * Large memory taken at start: hugetlb pages when reserved, else anonymous memory with
 * MADV_HUGEPAGE (measured: 391 -> 233 cycles per packet at 10 M flows), zeroed and touched so that
 * the packet loop never faults. Needs no DPDK, so captures use the same tables.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define CACHE_LINE 64

/* Zeroed, cache-line aligned; NULL when there is not enough memory. `touch` makes it resident now
 * (a probe); without it pages come when used (a capture of unknown size). Free with the same size.
 */
void *mem_map(size_t size, bool touch);
void mem_unmap(void *p, size_t size);

/* calloc and friends for set-up code that can't go on without: logs and aborts when out of memory.
 */
void *mem_alloc(size_t count, size_t size);
void *mem_resize(void *p, size_t count, size_t size);
char *mem_strdup(const char *text);
/* printf into memory that the caller frees. */
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
