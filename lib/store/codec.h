/*
 * Records as text, field by field, from the tables of store/fields.h. Used by both backends and by
 * the command line's JSON. Set-up and slow paths allocate; numbers and texts don't. Any thread.
 *
 * Numbers: integers in decimal; ratios and rates with up to nine decimals, trailing zeros cut
 * (error at most 1e-9, or 1e-15 of the value). Truth is "1" or "0". A list is a JSON array of
 * objects with the element's field names.
 */
#pragma once

#include "base/text.h"
#include "store/record.h"

/* Appends the value of one field; false, nothing added: absent (NaN, infinite, or of a later part).
 */
bool codec_encode(const struct record_field *field, const void *record, struct text *to);

/* Sets one field from `size` bytes; texts and lists longer than their member are cut at a whole
 * UTF-8 character or element. False: not a value of this type, the field is left as it is. */
bool codec_decode(const struct record_field *field, void *record, const char *value, size_t size);

/* Everything absent: zeros, empty texts, NaN. */
void codec_clear(const struct key_schema *schema, void *record);

/* Whether two records differ in this field as Redis would see it. */
bool codec_differs(const struct record_field *field, const void *a, const void *b);

/* Field of a schema by name; NULL: none. */
const struct record_field *codec_field(const struct record_field *fields, const char *name);

/* A number as decimal text; returns its length. `buf` is not NUL-terminated. */
enum { CODEC_NUMBER_SIZE = 32 };
size_t codec_print_u64(char buf[CODEC_NUMBER_SIZE], uint64_t value);
size_t codec_print_f64(char buf[CODEC_NUMBER_SIZE], double value);
