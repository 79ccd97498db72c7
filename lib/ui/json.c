#include "ui/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ui/format.h"

static json_t *
checked(json_t *v)
{
	if (!v) {
		log_error("ui", "out of memory");
		abort();
	}
	return v;
}

json_t *
json_text(const char *text)
{
	struct text clean = {0};

	if (!text)
		return json_null();
	format_clean(&clean, text);
	json_t *v = checked(json_string(clean.at ? clean.at : ""));

	text_fini(&clean);
	return v;
}

/* JSON knows no NaN, and jansson's integers end at 2^63-1 */
static json_t *
from_f64(double v)
{
	return isfinite(v) ? checked(json_real(v)) : json_null();
}

static json_t *
from_u64(uint64_t v)
{
	return checked(json_integer(v > INT64_MAX ? INT64_MAX : (json_int_t)v));
}

void
json_put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, checked(value)) != 0)
		checked(NULL);
}

void
json_put_text(json_t *object, const char *key, const char *text)
{
	json_put(object, key, json_text(text));
}

void
json_put_u64(json_t *object, const char *key, uint64_t v)
{
	json_put(object, key, from_u64(v));
}

void
json_put_f64(json_t *object, const char *key, double v)
{
	json_put(object, key, from_f64(v));
}

void
json_put_bool(json_t *object, const char *key, bool v)
{
	json_put(object, key, json_boolean(v));
}

void
json_put_null(json_t *object, const char *key)
{
	json_put(object, key, json_null());
}

void
json_push(json_t *array, json_t *value)
{
	if (json_array_append_new(array, checked(value)) != 0)
		checked(NULL);
}

json_t *
json_split(const char *list)
{
	json_t *array = checked(json_array());

	while (*list) {
		size_t n = strcspn(list, ",");
		size_t from = strspn(list, " ");

		if (n > from)
			json_push(array, json_stringn_nocheck(list + from, n - from));
		list += n + (list[n] == ',');
	}
	return array;
}

static json_t *
from_list(const struct record_field *f, const void *record)
{
	const char *base = record;
	uint32_t count = *(const uint32_t *)(const void *)(base + f->count_offset);
	json_t *array = checked(json_array());

	for (uint32_t i = 0; i < count; i++)
		json_push(array,
		          json_record(f->element, base + f->offset + (size_t)i * f->element_size));
	return array;
}

static json_t *
from_field(const struct record_field *f, const void *record)
{
	const void *at = (const char *)record + f->offset;

	switch (f->type) {
	case FIELD_U64:
		return from_u64(*(const uint64_t *)at);
	case FIELD_I64:
		return checked(json_integer(*(const int64_t *)at));
	case FIELD_F64:
		return from_f64(*(const double *)at);
	case FIELD_BOOL:
		return json_boolean(*(const bool *)at);
	case FIELD_TEXT:
		return json_text(at);
	case FIELD_LIST:
		return from_list(f, record);
	}
	return json_null();
}

json_t *
json_record(const struct record_field *fields, const void *record)
{
	json_t *object = checked(json_object());

	for (const struct record_field *f = fields; f->name; f++) {
		if (!f->later)
			json_put(object, f->name, from_field(f, record));
	}
	return object;
}

json_t *
json_envelope(const struct json_envelope *e)
{
	json_t *o = checked(json_object());
	json_t *window = checked(json_object());
	json_t *clock = checked(json_object());

	json_put_text(o, "schema", e->schema);
	json_put_text(o, "tool", "pniscope");
	json_put_text(o, "version", PNISCOPE_VERSION);
	json_put_u64(o, "generated_us", e->generated_us);
	json_put_text(o, "peering", e->peering);
	json_put_text(o, "site", e->site);
	json_put_text(o, "profile", e->profile);
	json_put_text(o, "config_sha256", e->config_sha256);
	json_put(window, "from_us", e->to_us ? from_u64(e->from_us) : json_null());
	json_put(window, "to_us", e->to_us ? from_u64(e->to_us) : json_null());
	json_put(o, "window", window);
	json_put_f64(o, "coverage", e->coverage);
	json_put_text(clock, "source", e->clock_source);
	json_put_u64(clock, "resolution_ns", e->clock_resolution_ns);
	json_put_u64(clock, "error_ns", e->clock_error_ns);
	json_put(o, "clock", clock);
	return o;
}

void
json_envelope_of_probe(struct json_envelope *e, const struct rec_probe *p)
{
	e->peering = p->peering;
	e->site = p->site;
	e->profile = p->profile;
	e->config_sha256 = p->config_sha256;
	e->coverage = p->coverage_ratio;
	e->clock_source = p->clock_source;
	e->clock_resolution_ns = p->clock_resolution_ns;
	e->clock_error_ns = p->clock_error_ns;
}

bool
json_print(json_t *value, FILE *to, bool pretty)
{
	/* 15 digits: every decimal that was put in comes out as it was written */
	size_t flags = JSON_REAL_PRECISION(15) | JSON_ENCODE_ANY |
	               (pretty ? JSON_INDENT(2) : JSON_COMPACT);
	bool ok = json_dumpf(value, to, flags) == 0;

	json_decref(value);
	return fputc('\n', to) != EOF && fflush(to) == 0 && ok;
}
