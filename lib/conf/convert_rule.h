/*
 * What the parts of conf/convert.c share: a rule per type of the schema, the numbers' in
 * convert_number.c and those of texts and addresses in convert_text.c.
 */
#pragma once

#include "conf/convert.h"

/* What a type wants in words, and both ways of conversion (see convert_value, convert_print). */
struct convert_rule {
	const char *wants; /* NULL: the type is not in this table */
	bool (*parse)(struct loader *l, const struct schema_key *key, const struct value *v,
	              void *field);
	bool (*print)(const struct conf *c, const struct schema_key *key, const void *field,
	              FILE *to);
};

extern const struct convert_rule convert_rules_number[TYPE_COUNT];
extern const struct convert_rule convert_rules_text[TYPE_COUNT];

/* "a whole number", "text": what a value of the file is. */
const char *convert_kind_text(const struct value *v);
/* Not of the kind that one value of the key wants; always false. */
bool convert_complain_kind(struct loader *l, const struct schema_key *key, const struct value *v);
/* Of the right kind, but not what the key wants; always false. */
bool convert_complain_text(struct loader *l, const struct schema_key *key, const struct value *v);
