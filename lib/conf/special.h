/*
 * What is never public, AS numbers and prefixes: conf.special, read from data.special, or from the
 * file data/special-registries.txt as it was when this was built. Tables, never logic: a lab names
 * one in which documentation space is public. Loaded once; any thread may ask.
 */
#pragma once

#include <stdbool.h>

#include "conf/load.h"

/* Fill conf.special. False: the loader has the error. */
bool special_load(struct loader *l);
