#include "store/batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/codec.h"

void
batch_fini(struct batch *b)
{
	text_fini(&b->bytes);
	free(b->slices);
	*b = (struct batch){0};
}

void
batch_clear(struct batch *b)
{
	text_clear(&b->bytes);
	b->slice_count = 0;
	b->commands = b->keys = 0;
	b->key_count = 0;
}

enum { HEADER_SIZE = 1 + CODEC_NUMBER_SIZE + 2 };

/* "*12\r\n" or "$12\r\n"; returns what stands behind it. */
static char *
put_header(char *at, char type, size_t number)
{
	*at++ = type;
	at += codec_print_u64(at, number);
	*at++ = '\r';
	*at++ = '\n';
	return at;
}

/* 600 000 times a second: one check for room, then straight writes. */
void
batch_format_arg(struct text *to, const char *arg, size_t size)
{
	char *start = text_room(to, HEADER_SIZE + size + 2);
	char *at = put_header(start, '$', size);

	memcpy(at, arg, size);
	at += size;
	*at++ = '\r';
	*at++ = '\n';
	text_grow(to, (size_t)(at - start));
}

void
batch_command(struct batch *b, unsigned count)
{
	char *start = text_room(&b->bytes, HEADER_SIZE);

	text_grow(&b->bytes, (size_t)(put_header(start, '*', count) - start));
	b->commands++;
}

void
batch_arg(struct batch *b, const char *arg)
{
	batch_format_arg(&b->bytes, arg, strlen(arg));
}

void
batch_raw(struct batch *b, const struct text *args)
{
	text_add_bytes(&b->bytes, args->at, args->size);
}

void
batch_key_done(struct batch *b)
{
	b->key_count++;
	if (++b->keys >= SLICE_KEYS)
		batch_cut(b);
}

void
batch_cut(struct batch *b)
{
	if (b->commands == 0)
		return;
	if (b->slice_count == b->slice_room) {
		b->slice_room = b->slice_room ? b->slice_room * 2 : 16;
		b->slices = mem_resize(b->slices, b->slice_room, sizeof *b->slices);
	}
	b->slices[b->slice_count++] = (struct slice){b->bytes.size, b->commands};
	b->commands = b->keys = 0;
}

/* Number of a header at `*at`, moving over it. */
static size_t
take_header(const char **at)
{
	size_t number = strtoull(*at + 1, NULL, 10);

	*at = strchr(*at, '\n') + 1;
	return number;
}

/* The argument at `*at`, moving over it; `to` may be NULL. */
static void
take_arg(const char **at, struct text *to)
{
	size_t size = take_header(at);

	if (to)
		text_add_bytes(to, *at, size);
	*at += size + 2;
}

void
batch_key_of(const struct batch *b, size_t slice, uint32_t command, struct text *key)
{
	const char *at = b->bytes.at + (slice ? b->slices[slice - 1].end : 0);

	assert(slice < b->slice_count && command < b->slices[slice].commands);
	text_clear(key);
	for (;; command--) {
		size_t count = take_header(&at);

		for (size_t i = 0; i < count; i++)
			take_arg(&at, command == 0 && i == 1 ? key : NULL);
		if (command == 0)
			return;
	}
}
