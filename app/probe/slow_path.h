/*
 * The inspector's thread: takes punted frames from all workers, control protocols first, hands them
 * to lib/inspect, which reads them, and gives them back.
 */
#pragma once

#include "path/plane.h"

struct slow_path;

/* NULL: the thread could not be started, logged. `plane` must outlive it. */
struct slow_path *slow_path_start(struct plane *plane);
/* After the workers stopped: drains the rings, logs what it saw, frees. */
void slow_path_stop(struct slow_path *s);
