/*
 * Records: plain structs that a writer fills and a reader gets back, described by tables. One row
 * per field gives its name in Redis and JSON, type, unit and help; the codec, the memory store, the
 * command line's columns and docs/redis.md all come from the same rows. A record is one hash key.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_type {
	FIELD_U64,
	FIELD_I64,
	FIELD_F64,  /* NaN: not known, the field is then absent (JSON null) */
	FIELD_BOOL, /* "0" or "1" */
	FIELD_TEXT, /* char[size], NUL-terminated, UTF-8 */
	FIELD_LIST, /* array of sub-records; one field holding a JSON array */
};

struct record_field {
	const char *name;
	enum field_type type;
	uint32_t offset;
	uint32_t size;    /* of the member; FIELD_TEXT: with its NUL */
	const char *unit; /* "us", "bps", "bytes", "packets", "ratio", "" */
	const char *help;
	/* FIELD_LIST only */
	const struct record_field *element; /* its fields, ended by a NULL name */
	uint32_t element_size;
	uint32_t count_offset; /* of a uint32_t: elements in use */
	uint32_t later;        /* 1: filled by a later part; in the table, absent in Redis */
};

enum key_scope { SCOPE_SITE, SCOPE_PEERING, SCOPE_GLOBAL };
enum key_type { KEY_HASH, KEY_SET, KEY_ZSET, KEY_STREAM };

/* One row per kind of key (store/model.c). */
struct key_schema {
	const char *pattern; /* "link:NAME", after the scope's prefix */
	enum key_scope scope;
	enum key_type type;
	uint32_t ttl_s;                    /* 0: lives on; else since the last write */
	const char *index;                 /* key that lists the ids ("links", "members:%s" with the
	                                      parent's id), or NULL */
	const struct record_field *fields; /* hashes: ended by a NULL name */
	uint32_t record_size;
	bool later; /* named now, filled by a later part */
	const char *help;
	enum key_type index_type; /* KEY_SET: kept by the store; KEY_HASH: id -> verdict; KEY_ZSET:
	                             ranked by the caller */
	const char *separator;    /* in ids of nested records, between parent and own part, or NULL
	                           */
	int parent;               /* their enum record_kind, else -1 */
};

/* A field's value as a number; NaN where it is not known, or is text or a list. */
double record_number(const struct record_field *f, const void *record);
