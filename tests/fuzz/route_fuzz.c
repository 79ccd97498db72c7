/* Any value of a rib: map in Redis as a route: what is taken is written as the same again. */
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/fields.h"
#include "store/route.h"

/* Texts end within their members. False: one holds what no route of ours does, and would need an
 * escape. */
static bool
texts_are_plain(const struct rec_route *r)
{
	bool plain = true;

	for (const struct record_field *f = fields_route; f->name; f++) {
		const char *text = (const char *)r + f->offset;

		if (f->type != FIELD_TEXT)
			continue;
		assert(memchr(text, '\0', f->size));
		for (; *text; text++)
			plain = plain && *text >= ' ' && *text <= '~' && !strchr("\"\\", *text);
	}
	return plain;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text first = {0}, second = {0};
	char *json = malloc(size + 1);
	struct rec_route r;

	memcpy(json, data, size);
	json[size] = '\0';
	if (route_decode("203.0.113.0/24", json, size, &r)) {
		assert(strcmp(r.prefix, "203.0.113.0/24") == 0);
		if (!texts_are_plain(&r)) {
			free(json);
			return 0;
		}
		route_encode(&r, &first);
		assert(route_decode("203.0.113.0/24", first.at, first.size, &r));
		route_encode(&r, &second);
		assert(first.size == second.size && memcmp(first.at, second.at, first.size) == 0);
	}
	text_fini(&first);
	text_fini(&second);
	free(json);
	return 0;
}
