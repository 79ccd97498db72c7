/*
 * What no single key can tell: names that must differ or exist, prefixes and ports used twice,
 * members and bandwidths that do not add up. Runs over the filled `struct conf`; also resolves what
 * may be left out where it is plain (the site where there is one). Called once per load.
 */
#pragma once

#include "conf/load.h"

/* False: the loader has the error. Warnings go to the log. */
bool check_all(struct loader *l);

/* The part of it about links, their members, ports and sessions (check_links.c). */
bool check_links(struct loader *l);
