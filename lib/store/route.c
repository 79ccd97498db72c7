#include "store/route.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "store/codec.h"
#include "store/fields.h"

void
route_map_key(char key[KEY_SIZE], const char *session, enum side side)
{
	snprintf(key, KEY_SIZE, "rib:%s:%s", session, side_name(side));
}

void
route_log_key(char key[KEY_SIZE], const char *session)
{
	snprintf(key, KEY_SIZE, "riblog:%s", session);
}

enum { NAMES = 3 /* session, side and prefix: told by key and field */ };

/* What is not there is left out: empty texts, zeros, false. */
static bool
is_worth(const struct record_field *f, const void *record)
{
	double number;

	if (f->type == FIELD_TEXT)
		return ((const char *)record)[f->offset] != '\0';
	number = record_number(f, record);
	return f->type == FIELD_F64 ? !isnan(number) : number != 0;
}

void
route_encode(const struct rec_route *r, struct text *to)
{
	const char *separator = "{";

	/* all texts are made of digits, names and separators: nothing to escape */
	for (const struct record_field *f = fields_route + NAMES; f->name; f++) {
		const char *quote = f->type == FIELD_TEXT ? "\"" : "";

		if (!is_worth(f, r))
			continue;
		text_add(to, "%s\"%s\":%s", separator, f->name, quote);
		codec_encode(f, r, to);
		text_add_bytes(to, quote, *quote ? 1 : 0);
		separator = ",";
	}
	text_add(to, *separator == '{' ? "{}" : "}");
}

/* What a fraction could hold is an attribute of 32 bits (RFC 4271 4.3, RFC 9234 5): no route of
 * ours has more, and it would not be written as an integer again. */
static bool
is_ours(const struct record_field *f, const json_t *value)
{
	json_int_t number = json_integer_value(value);

	return json_is_integer(value) && number >= 0 &&
	       (f->type != FIELD_F64 || number <= UINT32_MAX);
}

static void
decode_member(const struct record_field *f, const json_t *value, struct rec_route *r)
{
	char number[CODEC_NUMBER_SIZE];

	if (json_is_string(value))
		codec_decode(f, r, json_string_value(value), json_string_length(value));
	else if (is_ours(f, value))
		codec_decode(f, r, number,
		             codec_print_u64(number, (uint64_t)json_integer_value(value)));
}

bool
route_decode(const char *field, const char *json, size_t size, struct rec_route *r)
{
	json_t *o = json_loadb(json, size, 0, NULL);

	*r = (struct rec_route){.med = NAN, .local_pref = NAN, .otc = NAN};
	snprintf(r->prefix, sizeof r->prefix, "%s", field);
	if (!json_is_object(o)) {
		json_decref(o);
		return false;
	}
	for (const struct record_field *f = fields_route + NAMES; f->name; f++)
		decode_member(f, json_object_get(o, f->name), r);
	json_decref(o);
	return true;
}

struct each {
	void (*fn)(void *context, const struct rec_route *r);
	void *context;
	const char *session;
	enum side side;
	size_t count;
};

static void
give(void *context, const char *field, const char *value, size_t size)
{
	struct each *e = context;
	struct rec_route r;

	if (!route_decode(field, value, size, &r))
		return;
	snprintf(r.session, sizeof r.session, "%s", e->session);
	snprintf(r.side, sizeof r.side, "%s", side_name(e->side));
	e->fn(e->context, &r);
	e->count++;
}

static void
copy(void *context, const struct rec_route *r)
{
	*(struct rec_route *)context = *r;
}

static size_t
read_routes(struct store *s, const char *session, enum side side, const char *prefix,
            void (*fn)(void *context, const struct rec_route *r), void *context)
{
	struct each e = {fn, context, session, side, 0};
	char key[KEY_SIZE];

	route_map_key(key, session, side);
	store_map_each(s, key, prefix, give, &e);
	return e.count;
}

bool
route_get(struct store *s, const char *session, enum side side, const char *prefix,
          struct rec_route *r)
{
	return read_routes(s, session, side, prefix, copy, r) > 0;
}

size_t
route_each(struct store *s, const char *session, enum side side,
           void (*fn)(void *context, const struct rec_route *r), void *context)
{
	return read_routes(s, session, side, NULL, fn, context);
}
