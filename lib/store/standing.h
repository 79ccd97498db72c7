/*
 * How an observed class stands to what the contract says of a subnet (requirement R4). Shared by
 * the exporter and the audit, so that shares and verdicts never disagree. Pure; any thread.
 */
#pragma once

#include <stddef.h>

#include "classify/class.h"
#include "conf/conf.h"

enum standing {
	STANDING_DECLARED,  /* in the subnet's classes, or part of one of them */
	STANDING_TOLERATED, /* in `tolerate`: counts against nobody up to its share */
	STANDING_UNDECLARED,
	STANDING_UNCLASSIFIED, /* unknown-*, undecoded: no statement either way */
	STANDING_COUNT
};

const char *standing_name(enum standing s);

enum standing standing_of(const struct conf *c, const struct conf_subnet *s,
                          enum traffic_class class);

/* Names joined by commas into `to`; cut at a whole name when there is no room. */
void standing_join(const struct conf_names *names, char *to, size_t size);
