/*
 * The inspector's thread: takes punted frames from all workers, control protocols first, and gives
 * them back. It counts them by class; the sessions that read them come with lib/inspect.
 */
#pragma once

#include "path/plane.h"

struct inspector;

/* NULL: the thread could not be started, logged. `plane` must outlive it. */
struct inspector *inspector_start(struct plane *plane);
/* After the workers stopped: drains the rings, logs what it saw, frees. */
void inspector_stop(struct inspector *in);
