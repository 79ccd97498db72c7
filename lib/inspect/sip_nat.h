/*
 * Signs of address translation and of SIP ALGs that a message in the clear bears, against the
 * address it came from: private addresses in Via, Contact and SDP c= of a public source, and what
 * the far end wrote into received= and rport= (RFC 3261 section 18.2.1, RFC 3581 section 4). A
 * source that is itself private says nothing. Counted per scope (inspect/voice.h).
 */
#pragma once

#include "inspect/voice.h"
#include "proto/sdp.h"
#include "proto/sip.h"

struct inspection;

/* `sdp` NULL: the message has none. */
void sip_nat_look(struct inspection *in, const struct sip *sip, const struct sdp *sdp);
