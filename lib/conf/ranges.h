/*
 * The cloud's address ranges: a replaceable file, or the documented voice ranges where none is
 * named. Called once per load.
 */
#pragma once

#include <stdbool.h>

#include "conf/load.h"

/* Fill conf.cloud.range_prefixes from conf.cloud.ranges. False: the loader has the error. */
bool ranges_load(struct loader *l);

/* Where the built-in list comes from, with its date. */
extern const char ranges_source[];
