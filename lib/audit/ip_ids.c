#include "audit/ip_ids.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

enum {
	IDS = 16,
	APART_US = 5000000, /* a counter may go round in more */
	SLACK = 16,         /* packets of one moment, stamped by two ports */
	TESTS = 4,
};

#define BY_CHANCE 1e-6

struct sample {
	uint64_t us;
	uint16_t id;
};

static size_t
parse(const char *list, struct sample out[IDS])
{
	size_t count = 0;

	while (*list && count < IDS) {
		char *end;

		out[count].us = strtoull(list, &end, 10);
		if (*end != ':')
			break;
		out[count++].id = (uint16_t)strtoul(end + 1, &end, 10);
		list = *end == ',' ? end + 1 : end;
	}
	return count;
}

struct trial {
	double chance;
	unsigned held, broken;
};

/* Every one of `b` that falls between two neighbours of `a`. */
static void
between(const struct sample *a, size_t a_count, const struct sample *b, size_t b_count,
        struct trial *t)
{
	for (size_t i = 0; i + 1 < a_count; i++)
		for (size_t k = 0; k < b_count; k++) {
			uint32_t way = (uint16_t)(a[i + 1].id - a[i].id) + 2u * SLACK;
			uint16_t at = (uint16_t)(b[k].id - a[i].id + SLACK);

			if (b[k].us < a[i].us || b[k].us > a[i + 1].us ||
			    a[i + 1].us - a[i].us > APART_US || way > UINT16_MAX / 4)
				continue;
			t->held += at <= way;
			t->broken += at > way;
			t->chance *= way / 65536.0;
		}
}

bool
ip_ids_same(const char *a, const char *b)
{
	struct sample x[IDS], y[IDS];
	size_t x_count = parse(a, x), y_count = parse(b, y);
	struct trial t = {.chance = 1};

	between(x, x_count, y, y_count, &t);
	between(y, y_count, x, x_count, &t);
	return !t.broken && t.held >= TESTS && t.chance < BY_CHANCE;
}
