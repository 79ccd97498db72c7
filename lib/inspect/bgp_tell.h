/*
 * What happens to a BGP session and its registered prefixes, as facts, with the portal's names of
 * prefix events (requirements 1.5). Called by the session; one thread.
 */
#pragma once

#include "inspect/bgp_session.h"

/* Where nobody listens nothing is done. `format`: the fact's text. */
void bgp_tell(struct bgp_session *s, const char *name, enum side side, uint64_t time_ns,
              const char *cause, const char *format, ...) __attribute__((format(printf, 6, 7)));
/* struct bgp_pool's `registered`: announced, withdrawn, of another origin. */
void bgp_tell_registered(struct bgp_rib *r, unsigned index, const struct bgp_change *change,
                         const struct bgp_attrs *before);
/* The session takes its registered prefixes with it. */
void bgp_tell_lost(struct bgp_session *s, uint64_t time_ns);
