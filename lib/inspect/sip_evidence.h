/* What SIP in the clear says of the roles of its sender and receiver (requirements section 9). */
#pragma once

#include "inspect/sip_call.h"
#include "proto/sdp.h"
#include "proto/sip.h"

/* `call`: the message's record, NULL without Call-ID; `sdp` NULL: the message has none. */
void sip_evidence_take(struct inspection *in, const struct sip *sip, const struct sip_call *call,
                       const struct sdp *sdp);
