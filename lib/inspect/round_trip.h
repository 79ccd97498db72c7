/*
 * Round trips of questions and answers that the slow path reads: STUN, DNS, ICMP echo, SIP, QUIC's
 * first flights, RTCP reports. A question is remembered by what names it and the two addresses; the
 * first answer to it, sent the other way, makes a sample of the half that leads to who answered. A
 * question asked twice gives none, since nobody knows which one is answered (Karn).
 *
 * Bounded: four entries share a place, the oldest gives way; nothing is waited for longer than
 * ROUND_TRIP_SECONDS. Samples go to a set of histograms like the workers' (snap/latency.h), which
 * the aggregator takes once per interval. The inspector's thread.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "snap/latency.h"

struct conf;
struct inspection;
struct round_trips;

enum { ROUND_TRIP_ENTRIES = 16384, ROUND_TRIP_SECONDS = 30 };

/* Never NULL. */
struct round_trips *round_trips_create(void);
void round_trips_destroy(struct round_trips *r);
/* Subnets and SBCs of samples from now on; NULL: none, then nothing is sampled. */
void round_trips_set_conf(struct round_trips *r, const struct conf *conf);

/* The frame at hand asks, or answers, what these `size` bytes name. Frames whose direction is not
 * known make no sample. */
void round_trip_ask(struct inspection *in, enum latency_method method, const void *name,
                    size_t size);
void round_trip_answer(struct inspection *in, enum latency_method method, const void *name,
                       size_t size);
/* The same for an answer that says how long it was held back. */
void round_trip_answer_less(struct inspection *in, enum latency_method method, const void *name,
                            size_t size, uint64_t held_ns);

/* What was sampled since the last clear. */
struct latency_set *round_trip_samples(struct round_trips *r);
