/*
 * Two processes that write under one probe's id: their records replace each other, and every total
 * jumps between both. A restart is a later run, which begins its epochs' numbers anew, one an
 * interval; a run that writes again after a later one did, or numbers that run ahead of the time
 * that passed, again and again, are a second process's. One that always writes right before the
 * other is not seen by who reads the records alone. One thread; an entry for each id met.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct twins;

enum { TWINS_FORGET_S = 60 }; /* after that without a jump it is one process again */

struct twins *twins_create(void);
void twins_destroy(struct twins *t);

/* A record of probe `id` was read: of the run that began at `boot_us`, its epoch `seq`, that ended
 * at `end_us`, of intervals of `interval_us`. Whether two processes write it. Reading one twice
 * changes nothing. */
bool twins_note(struct twins *t, const char *id, uint64_t boot_us, uint64_t seq, uint64_t end_us,
                uint64_t interval_us);
