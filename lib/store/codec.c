#include "store/codec.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t
load_u64(const void *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof value);
	return value;
}

static double
load_f64(const void *at)
{
	double value;

	memcpy(&value, at, sizeof value);
	return value;
}

/* ---- numbers ---- */

size_t
codec_print_u64(char buf[CODEC_NUMBER_SIZE], uint64_t value)
{
	char digits[20];
	size_t count = 0;

	do
		digits[count++] = (char)('0' + value % 10);
	while (value /= 10);
	for (size_t i = 0; i < count; i++)
		buf[i] = digits[count - 1 - i];
	return count;
}

/* Non-negative, below 1e9: whole part and nine decimals as one integer. Beyond 2^53 of these units
 * the double itself is the coarser one. */
static size_t
print_decimals(char buf[CODEC_NUMBER_SIZE], double value)
{
	uint64_t scaled = (uint64_t)(value * 1e9 + 0.5);
	uint64_t rest = scaled % 1000000000u;
	size_t at = codec_print_u64(buf, scaled / 1000000000u);

	if (rest == 0)
		return at;
	buf[at] = '.';
	for (size_t i = 9; i > 0; i--, rest /= 10)
		buf[at + i] = (char)('0' + rest % 10);
	at += 10;
	while (buf[at - 1] == '0')
		at--;
	return at;
}

size_t
codec_print_f64(char buf[CODEC_NUMBER_SIZE], double value)
{
	/* printf is ten times slower than these two, and exports write 100 000 numbers a second */
	if (value >= 0 && value <= 9007199254740992.0 && value == (double)(uint64_t)value)
		return codec_print_u64(buf, (uint64_t)value);
	if (value >= 1e-3 && value < 1e9)
		return print_decimals(buf, value);
	return (size_t)snprintf(buf, CODEC_NUMBER_SIZE, "%.16g", value);
}

/* ---- lists ---- */

static json_t *
value_json(const struct record_field *f, const void *record)
{
	const char *at = (const char *)record + f->offset;

	switch (f->type) {
	case FIELD_U64:
	case FIELD_I64:
		return json_integer((json_int_t)load_u64(at));
	case FIELD_F64:
		return json_real(load_f64(at)); /* NULL for NaN: the member is left out */
	case FIELD_BOOL:
		return json_boolean(*(const bool *)at);
	case FIELD_TEXT:
		return json_stringn_nocheck(at, strnlen(at, f->size));
	case FIELD_LIST:
		break; /* lists hold no lists */
	}
	return NULL;
}

static uint32_t
list_count(const struct record_field *f, const void *record)
{
	uint32_t count;

	memcpy(&count, (const char *)record + f->count_offset, sizeof count);
	return count < f->size / f->element_size ? count : f->size / f->element_size;
}

static void
encode_list(const struct record_field *f, const void *record, struct text *to)
{
	const char *element = (const char *)record + f->offset;
	json_t *list = json_array();
	char *dump;

	for (uint32_t i = 0; i < list_count(f, record); i++, element += f->element_size) {
		json_t *object = json_object();

		for (const struct record_field *e = f->element; e->name; e++) {
			json_t *value = value_json(e, element);

			if (value)
				json_object_set_new_nocheck(object, e->name, value);
		}
		json_array_append_new(list, object);
	}
	dump = json_dumps(list, JSON_COMPACT | JSON_REAL_PRECISION(15));
	/* a text that is no UTF-8 can't be JSON: an empty list is honest about it */
	text_add_bytes(to, dump ? dump : "[]", dump ? strlen(dump) : 2);
	free(dump);
	json_decref(list);
}

static void
decode_json(const struct record_field *f, void *record, const json_t *value)
{
	char *at = (char *)record + f->offset;
	uint64_t number = (uint64_t)json_integer_value(value);
	double real = json_number_value(value);

	if (f->type == FIELD_TEXT && json_is_string(value))
		codec_decode(f, record, json_string_value(value), json_string_length(value));
	else if (f->type == FIELD_F64 && json_is_number(value))
		memcpy(at, &real, sizeof real);
	else if (f->type == FIELD_BOOL && json_is_boolean(value))
		*(bool *)at = json_is_true(value);
	else if ((f->type == FIELD_U64 || f->type == FIELD_I64) && json_is_integer(value))
		memcpy(at, &number, sizeof number);
}

static void
clear_fields(const struct record_field *fields, void *record)
{
	const double unknown = NAN;

	for (const struct record_field *f = fields; f->name; f++)
		if (f->type == FIELD_F64 && !f->later)
			memcpy((char *)record + f->offset, &unknown, sizeof unknown);
}

static bool
decode_list(const struct record_field *f, void *record, const char *value, size_t size)
{
	json_t *list = json_loadb(value, size, 0, NULL);
	char *element = (char *)record + f->offset;
	uint32_t count = 0;

	if (!json_is_array(list)) {
		json_decref(list);
		return false;
	}
	memset(element, 0, f->size);
	for (; count < json_array_size(list) && count < f->size / f->element_size; count++) {
		json_t *object = json_array_get(list, count);

		clear_fields(f->element, element);
		for (const struct record_field *e = f->element; e->name; e++)
			decode_json(e, element, json_object_get(object, e->name));
		element += f->element_size;
	}
	memcpy((char *)record + f->count_offset, &count, sizeof count);
	json_decref(list);
	return true;
}

/* ---- fields ---- */

bool
codec_encode(const struct record_field *f, const void *record, struct text *to)
{
	const char *at = (const char *)record + f->offset;
	int64_t integer;

	if (f->later)
		return false;
	switch (f->type) {
	case FIELD_U64:
		text_grow(to, codec_print_u64(text_room(to, CODEC_NUMBER_SIZE), load_u64(at)));
		return true;
	case FIELD_I64:
		integer = (int64_t)load_u64(at);
		text_add(to, "%lld", (long long)integer);
		return true;
	case FIELD_F64:
		if (!isfinite(load_f64(at)))
			return false;
		text_grow(to, codec_print_f64(text_room(to, CODEC_NUMBER_SIZE), load_f64(at)));
		return true;
	case FIELD_BOOL:
		text_add_bytes(to, *(const bool *)at ? "1" : "0", 1);
		return true;
	case FIELD_TEXT:
		text_add_bytes(to, at, strnlen(at, f->size));
		return true;
	case FIELD_LIST:
		encode_list(f, record, to);
		return true;
	}
	return false;
}

/* Bytes of `value` that fit `room` without cutting a UTF-8 character. */
static size_t
cut_text(const char *value, size_t size, size_t room)
{
	if (size <= room)
		return size;
	while (room > 0 && ((unsigned char)value[room] & 0xc0) == 0x80)
		room--;
	return room;
}

/* strtoull and strtod want a NUL and take spaces, 0x, "nan": refuse what we never write. */
static bool
decode_number(const struct record_field *f, char *at, const char *value, size_t size)
{
	char copy[64], *end;
	uint64_t integer;
	double real;

	if (size == 0 || size >= sizeof copy)
		return false;
	memcpy(copy, value, size);
	copy[size] = '\0';
	if (strspn(copy, f->type == FIELD_F64 ? "0123456789+-.e" : "0123456789-") != size)
		return false;
	errno = 0;
	if (f->type == FIELD_F64) {
		real = strtod(copy, &end);
		if (*end || !isfinite(real))
			return false;
		memcpy(at, &real, sizeof real);
		return true;
	}
	if (f->type == FIELD_U64 && copy[0] == '-')
		return false;
	integer =
		f->type == FIELD_U64 ? strtoull(copy, &end, 10) : (uint64_t)strtoll(copy, &end, 10);
	if (*end || errno == ERANGE)
		return false;
	memcpy(at, &integer, sizeof integer);
	return true;
}

bool
codec_decode(const struct record_field *f, void *record, const char *value, size_t size)
{
	char *at = (char *)record + f->offset;

	if (f->later)
		return false;
	switch (f->type) {
	case FIELD_U64:
	case FIELD_I64:
	case FIELD_F64:
		return decode_number(f, at, value, size);
	case FIELD_BOOL:
		if (size != 1 || (*value != '0' && *value != '1'))
			return false;
		*(bool *)at = *value == '1';
		return true;
	case FIELD_TEXT:
		size = cut_text(value, size, f->size - 1);
		memcpy(at, value, size);
		memset(at + size, 0, f->size - size);
		return true;
	case FIELD_LIST:
		return decode_list(f, record, value, size);
	}
	return false;
}

void
codec_clear(const struct key_schema *schema, void *record)
{
	memset(record, 0, schema->record_size);
	clear_fields(schema->fields, record);
}

bool
codec_differs(const struct record_field *f, const void *a, const void *b)
{
	const char *left = (const char *)a + f->offset, *right = (const char *)b + f->offset;

	if (f->later)
		return false;
	if (f->type == FIELD_TEXT)
		return strncmp(left, right, f->size) != 0;
	if (f->type == FIELD_LIST)
		return list_count(f, a) != list_count(f, b) ||
		       memcmp(left, right, (size_t)list_count(f, a) * f->element_size) != 0;
	return memcmp(left, right, f->size) != 0;
}

const struct record_field *
codec_field(const struct record_field *fields, const char *name)
{
	for (const struct record_field *f = fields; f->name; f++)
		if (!f->later && strcmp(f->name, name) == 0)
			return f;
	return NULL;
}
