/*
 * One value of the file to one field of `struct conf`, and back to text: a function per type of the
 * schema, with the messages for values that are not what the key wants.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "conf/load.h"
#include "conf/threshold.h"

/* Convert and range-check `v` into the field. False: the loader has the error. */
bool convert_value(struct loader *l, const struct schema_key *key, const struct value *v,
                   void *field);
/* The same for a number with the range and unit of a threshold. */
bool convert_real(struct loader *l, const char *name, const struct value *v,
                  const struct threshold *range, double *out);
/* The value is of the wrong kind altogether; always false. */
bool convert_complain(struct loader *l, const struct schema_key *key, const struct value *v);

/* What the key wants, in words: "a whole number". */
const char *convert_hint(const struct schema_key *key);

/* Write one value as the file would have it. False (nothing written): it is not set. */
bool convert_print(const struct conf *c, const struct schema_key *key, const void *field, FILE *to);
