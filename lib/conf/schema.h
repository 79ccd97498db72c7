/*
 * The schema: every key of the configuration with its type, range, unit, default, help and the
 * source of the default, as constant tables of groups. The loader, the `--check` print and
 * docs/configuration.md walk the same rows; a new key is one new row and one field in conf.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum schema_type {
	TYPE_BOOL,
	TYPE_NUMBER,   /* whole number; the field has `size` bytes, unsigned */
	TYPE_QUANTITY, /* whole number with a unit that has suffixes; uint64_t */
	TYPE_REAL,     /* double */
	TYPE_TEXT,
	TYPE_NAME,   /* text that becomes part of keys: letters, digits, . _ - */
	TYPE_SITE,   /* name of a site; its index, size_t */
	TYPE_PATH,   /* relative to the file that names it */
	TYPE_PORT,   /* PCI address, EAL vdev, pcap:FILE */
	TYPE_CHOICE, /* one of `choices`; an enum, or text when `size` is a pointer's */
	TYPE_TIME,   /* RFC 3339; uint64_t microseconds */
	TYPE_ZONE,
	TYPE_LCORES,    /* core list of EAL */
	TYPE_SERVER,    /* where Redis listens */
	TYPE_COMMUNITY, /* 8075:8007, or three parts for a large one */
	TYPE_SCOPE,     /* of a maintenance window */
	TYPE_ADDR,
	TYPE_PREFIX,
	TYPE_MAC,
	TYPE_GROUP,      /* { … }: keys of `group`, fields in the same object */
	TYPE_THRESHOLDS, /* { … }: keys of the table of thresholds */
	TYPE_COUNT
};

struct schema_group;

struct schema_key {
	const char *name; /* NULL ends a table */
	enum schema_type type;
	bool many;           /* a list; with TYPE_GROUP a list of objects of their own */
	bool required;       /* in its group, where the group is there */
	size_t offset;       /* of the field in the group's object; of the pointer when `many` */
	size_t size;         /* of the field; of one element when `many` */
	size_t count_offset; /* of the number of elements, when `many` */
	double min, max;     /* both 0: not limited further */
	const char *unit;
	const char *preset; /* the default as people would write it; NULL: empty or zero */
	const char *example;
	const char *help;
	const char *source; /* of the default; NULL: engineering */
	const char *const *choices;
	const struct schema_group *group;
	unsigned at_start; /* enum conf_program, as bits: who reads it at the start alone */
	bool later;        /* nothing uses it yet */
};

struct schema_group {
	const char *name; /* in messages and headings: "links[]" */
	const char *help;
	const struct schema_key *keys;
};

extern const struct schema_group schema_root;

const struct schema_key *schema_find(const struct schema_group *group, const char *name);

/* The known name that is nearest to a mistyped one, NULL when none is near. `names` ends with NULL
 * or after `count`. */
const char *schema_nearest(const char *name, const char *const *names, size_t count);
