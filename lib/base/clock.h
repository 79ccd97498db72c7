/*
 * Time as data. Packet time is `uint64_t ns` since the UNIX epoch, UTC; records and interfaces use
 * `uint64_t us`. Nothing downstream of a port or capture reads a clock by itself.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* rte_cycles.h has two of these names, as int */
#undef NS_PER_S
#undef US_PER_S
#define NS_PER_US 1000ull
#define NS_PER_MS 1000000ull
#define NS_PER_S 1000000000ull
#define US_PER_MS 1000ull
#define US_PER_S 1000000ull

enum { CLOCK_TEXT_SIZE = 40 };

/* Wall clock (CLOCK_REALTIME) and monotonic clock. System calls: not for the packet loop. */
uint64_t clock_utc_us(void);
uint64_t clock_utc_ns(void);
uint64_t clock_monotonic_ns(void);

/* Whether something (NTP, PTP) keeps the wall clock, as the kernel was told (adjtimex(2));
 * `*error_us`: how far it may be off, by its own account. A system call. */
bool clock_is_disciplined(uint64_t *error_us);

/* "2026-11-22T10:00:00.123456Z" with 0, 3, 6 fraction digits; returns `buf`. */
const char *clock_format_us(uint64_t us, unsigned digits, char buf[CLOCK_TEXT_SIZE]);

/* Same instant in a time zone of the system's database ("Europe/Amsterdam"); with its UTC offset
 * ("+01:00") instead of Z. NULL or "UTC" gives clock_format_us. Not thread-safe (sets TZ). */
const char *clock_format_zone(uint64_t us, unsigned digits, const char *zone,
                              char buf[CLOCK_TEXT_SIZE]);

/* RFC 3339 with Z or a numeric offset, or seconds since the epoch with fraction. False: neither. */
bool clock_parse_us(const char *text, uint64_t *us);

/* Whether the system's time zone database has this name. */
bool clock_zone_exists(const char *zone);
