/*
 * From SDP to expectations: where the sender of this body wants its media, and what payload types
 * mean there. Both sides of an offer and its answer tell their own address, so both directions are
 * expected once both were seen. The inspector's thread.
 */
#pragma once

#include <stdint.h>

#include "proto/sdp.h"
#include "state/expectation.h"

/* Takes an expectation on its way to those who see media; borrowed for the call. */
typedef void expect_fn(void *context, const struct expectation *e);

/* An offer of keys under RTP/AVP may be declined (best effort, as RFC 8643 has it for DTLS): it is
 * secure when its answer has keys too, which is told of the answer's own addresses. */
enum media_offer_kind { MEDIA_OFFER, MEDIA_ANSWER };

/* Tell every address and port at which the body wants RTP that is not refused, with the payload
 * types of all media lines there (BUNDLE: RFC 9143). Returns how many. */
unsigned media_offer_tell(const struct sdp *sdp, enum media_offer_kind kind, uint64_t time_ns,
                          expect_fn *expect, void *context);
