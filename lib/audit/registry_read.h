/* What snapshots say, as text becomes rows; of registry.c alone. */
#pragma once

#include "audit/registry.h"
#include "base/slice.h"

struct registry_row {
	struct prefix prefix;
	uint8_t longest; /* that it allows; RPSL: the prefix's own length */
	uint32_t asn;
};

struct registry_rows {
	struct registry_row *at;
	size_t count, room;
	uint32_t *asns; /* RPSL: numbers with an object, unsorted, repeated */
	size_t asn_count, asn_room;
	uint64_t date_us; /* 0: the text has none */
	char sources[REGISTRY_TEXT];
};

void registry_rows_fini(struct registry_rows *rows);
/* False: `error` says what line is wrong and what would be right. */
bool registry_read_rpki(struct slice text, struct registry_rows *out, char error[REGISTRY_TEXT]);
bool registry_read_irr(struct slice text, struct registry_rows *out, char error[REGISTRY_TEXT]);
