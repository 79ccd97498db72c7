/*
 * UDP datagrams that came in IP fragments, put together for handlers that want messages whole (RFC
 * 791 section 3.2, RFC 8200 section 4.5): a SIP message with SDP and many candidates is longer than
 * a frame. Fragments may come in any order and twice; what came first stays. A datagram whose rest
 * does not come, or was cut by a snap length, is handed over as its first fragment alone: before
 * what its receiver answers, so that an INVITE comes before its response.
 *
 * Bounded: REASSEMBLY_DATAGRAMS, the oldest makes room; REASSEMBLY_SECONDS of packet time; memory
 * out of the inspector's budget. Copies what it keeps, holds no frame. The inspector's thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "inspect/budget.h"
#include "path/punt.h"

enum {
	REASSEMBLY_DATAGRAMS = 1024,
	REASSEMBLY_SECONDS = 30,  /* RFC 1122 section 3.3.2 asks hosts for 60 to 120 */
	REASSEMBLY_PASSED_MS = 5, /* fragments leave their sender back to back */
};

struct reassembly;

/* Gets each datagram once: whole, as a punt of a frame that was never fragmented, at the time of
 * the fragment that completed it; or its first fragment as it came. Borrowed for the call. */
typedef void reassembly_take_fn(void *context, const struct punt *p);

/* `budget` is borrowed. Never NULL. */
struct reassembly *reassembly_create(struct budget *budget, reassembly_take_fn *take,
                                     void *context);
/* What is incomplete is lost. */
void reassembly_destroy(struct reassembly *r);

/* A fragment of a UDP datagram, first or later, seen on `link`: copies elsewhere are datagrams of
 * their own. Its first fragment is handed over at once when there is no memory. */
void reassembly_add(struct reassembly *r, const struct punt *p, uint16_t link);

/* A datagram passed that was whole by itself: what the same two hosts had in fragments before is
 * waited for no longer. */
void reassembly_passed(struct reassembly *r, const struct punt *p);

/* Hands over the first fragments of those begun REASSEMBLY_SECONDS before `now_ns`; UINT64_MAX: all
 * that there are. */
void reassembly_expire(struct reassembly *r, uint64_t now_ns);
