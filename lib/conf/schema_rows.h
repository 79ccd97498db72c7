/*
 * How the rows of the schema are written: schema_keys.c (the probe, the peering and what serves
 * them, and the top level), schema_links.c and schema_traffic.c (what is declared of the links and
 * of the traffic on them). Internal to these.
 */
#pragma once

#include <stdint.h>

#include "conf/choice.h"
#include "conf/conf.h"
#include "conf/schema.h"

/* The field of a row: one value, or a list as pointer and count. */
#define AT(object, member) \
	.offset = offsetof(struct object, member), .size = sizeof(((struct object *)0)->member)
#define MANY(object, member, counter)                            \
	.many = true, .offset = offsetof(struct object, member), \
	.count_offset = offsetof(struct object, counter),        \
	.size = sizeof(*((struct object *)0)->member)
#define LIST(object, member) MANY(object, member.at, member.count)
#define END                  \
	{                    \
		.name = NULL \
	}

extern const struct schema_group schema_link, schema_registered, schema_subnet,
	schema_default_subnet, schema_tolerate, schema_sbc, schema_maintenance, schema_targets;
