/*
 * JSON output: the envelope that every object begins with, records by their field tables, safe text
 * and numbers. Objects keep the order in which keys were set. Out of memory aborts, as in all
 * set-up code. One thread per object.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "store/model.h"

/* What stands first in every JSON object of the project. Texts may be NULL: they become null. */
struct json_envelope {
	const char *schema; /* name and version of what follows: "pniscope.analyze/1" */
	const char *peering, *site, *profile, *config_sha256;
	uint64_t generated_us;
	uint64_t from_us, to_us; /* the window; 0 and 0: null */
	double coverage;         /* NaN: null */
	const char *clock_source;
	uint64_t clock_resolution_ns, clock_error_ns;
};

/* A new object that holds the envelope; `tool` and `version` are this program's. */
json_t *json_envelope(const struct json_envelope *e);

/* The envelope's facts as far as a probe's record tells them; texts are borrowed from it. */
void json_envelope_of_probe(struct json_envelope *e, const struct rec_probe *p);

/* A record as an object: one key per field of its table, `later` ones left out. NaN and moments
 * that never were (`…_us` of 0 for FIELD_U64 stays 0) follow the table's types: NaN is null. */
json_t *json_record(const struct record_field *fields, const void *record);

/* Text cleaned to UTF-8; NULL gives null. */
json_t *json_text(const char *text);

/* Setters that own nothing afterwards. Text is cleaned to UTF-8; NULL becomes null. */
void json_put(json_t *object, const char *key, json_t *value);
void json_put_text(json_t *object, const char *key, const char *text);
void json_put_u64(json_t *object, const char *key, uint64_t v);
void json_put_f64(json_t *object, const char *key, double v); /* NaN, infinity: null */
void json_put_bool(json_t *object, const char *key, bool v);
void json_put_null(json_t *object, const char *key);
void json_push(json_t *array, json_t *value);

/* Text of the list "a,b,c" as an array of texts; "" gives an empty one. */
json_t *json_split(const char *list);

/* Print with a newline behind it; frees `value`. `pretty`: two spaces of indent. False when the
 * output could not be written. */
bool json_print(json_t *value, FILE *to, bool pretty);
