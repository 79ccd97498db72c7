#include "store/batch.h"

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
