/*
 * The ports and captures that a configuration names for one probe, each once, in order of first
 * mention: burst.port is an index in this list. A simplex port belongs to one direction of one
 * member; a mirror port or packet broker (`both`) to both directions of one or more members, and
 * the pipeline tells its frames apart.
 * Built with a plan, immutable, read by any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"

enum { SOURCES_MAX = 256, SOURCE_MEMBERS_MAX = 16 };

struct source_member {
	uint16_t link, member;
};

struct source {
	const char *name; /* borrowed from conf */
	const void *at;   /* the field of conf that names it first, for conf_place() */
	bool both;
	enum direction dir; /* unless both */
	struct source_member members[SOURCE_MEMBERS_MAX];
	unsigned member_count; /* 1 unless both */
};

struct sources {
	struct source *at;
	unsigned count;
};

/* Links tapped by another probe, or at another site than the probe's, are left out. 0, or -EINVAL
 * with *error one line to be freed: a port stands twice where that can't be, or too many. */
int sources_create(const struct conf *conf, struct sources **out, char **error);
void sources_destroy(struct sources *s);

/* "pcap:FILE": returns FILE, else NULL. */
const char *source_capture_file(const char *name);
