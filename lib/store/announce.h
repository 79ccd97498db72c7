/*
 * The announcer: turns the interval's records into events when a subject's state changed, and keeps
 * that state (a link's `state`, since when, why). What is wrong now, with acknowledgement and
 * cause, is a finding and made by the control plane from records; events are the probe's diary.
 * Called by the exporter, in its thread; time is the interval's.
 */
#pragma once

#include <stdbool.h>

#include "conf/conf.h"
#include "snap/aggregate.h"
#include "store/store.h"

struct announcer;

struct announcer *announcer_create(struct store *store);
void announcer_destroy(struct announcer *n);
/* A new epoch; `conf` is borrowed until the next one. */
void announcer_begin(struct announcer *n, const struct conf *conf, const char *probe);

/* Sets state, state_since_us and why. A link is silent after `link_silent_us` without a packet in
 * one direction, since that packet; degraded when `why` tells already of members that LACP has out,
 * or, without LACP, when a member that carried frames is silent while others go on. `capture`: the
 * link's last packet is judged at the end of its file, not against a clock that goes on. */
void announce_link(struct announcer *n, struct rec_link *link, const struct aggregate *a,
                   bool capture);
/* voice.gap: many media streams of the link were away at once, as of when the first one left. */
void announce_gap(struct announcer *n, const struct rec_link *link, const struct aggregate *a);
/* class.undeclared: the first interval in which an undeclared class has a flow that counts against
 * the peer (two-way, or sent by it). */
void announce_subnet_class(struct announcer *n, const struct rec_subnet_class *c,
                           const struct aggregate *a);
/* probe.loss: began, ended; probe.clock: stepped, is off, is right again, is another one. Adds the
 * reason to an unfit probe's record. */
void announce_probe(struct announcer *n, struct rec_probe *p, const struct aggregate *a);
