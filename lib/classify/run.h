/*
 * Behaviour: packets of one sender that follow each other in sequence. Some protocols (RTP, ESP in
 * UDP, T.38) have no magic that one packet could show; CLASS_RUN packets in order are the proof.
 * Called by class_look() alone, for a flow's first packets; the memory is struct class_state.
 */
#pragma once

#include <stdbool.h>

#include "classify/class.h"
#include "classify/magic.h"

/* Count a packet into the flow's run. True when the run proves a stream, and for every packet
 * after that. Lost, late and doubled packets neither prove nor refute. */
bool run_step(struct class_state *s, const struct stride *at, bool reverse);
