/* A stream entry as one block of bytes, for the spool: NUL-ended texts key, id, keep, then name and
 * value of each field. */
#pragma once

#include "base/text.h"
#include "store/backend.h"

void entry_pack(const struct stream_entry *entry, struct text *to);
/* False: not an entry. `to` points into `data`. */
bool entry_unpack(const char *data, size_t size, struct stream_entry *to);
