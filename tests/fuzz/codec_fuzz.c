/* First byte: which record; second: which field; the rest is its value as read from Redis. What is
 * taken must be written and read again as the same. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/codec.h"
#include "store/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct record_field *
pick(const struct record_field *fields, unsigned n)
{
	unsigned count = 0;

	while (fields[count].name)
		count++;
	return &fields[n % count];
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct key_schema *schema;
	const struct record_field *f;
	struct text value = {0};
	void *record, *again;

	if (size < 2)
		return 0;
	schema = model_schema(data[0] % RECORD_KIND_COUNT);
	f = pick(schema->fields, data[1]);
	record = malloc(schema->record_size);
	again = malloc(schema->record_size);
	codec_clear(schema, record);
	codec_clear(schema, again);
	if (codec_decode(f, record, (const char *)data + 2, size - 2) &&
	    codec_encode(f, record, &value)) {
		assert(codec_decode(f, again, value.at ? value.at : "", value.size));
		if (f->type == FIELD_U64 || f->type == FIELD_I64 || f->type == FIELD_BOOL)
			assert(!codec_differs(f, record, again));
	}
	text_fini(&value);
	free(record);
	free(again);
	return 0;
}
