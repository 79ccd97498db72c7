/*
 * Bytes under test in a heap block of exactly their size, so that ASan sees a read one byte past
 * the captured length. Written as hex text, spaces for the eye.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cursor.h"
#include "proto/reason.h"
#include "support/hex.h"

struct exact {
	uint8_t *b;
	size_t size;
};

/* Not inline: GCC would see sizes that can't be. */
static __attribute__((noinline, unused)) struct exact
exact_copy(const void *data, size_t size)
{
	struct exact e = {.b = malloc(size ? size : 1), .size = size};

	assert_non_null(e.b);
	/* a block of no bytes: the pointer stands at its end */
	if (!size)
		e.b++;
	else
		memcpy(e.b, data, size);
	return e;
}

static inline void
exact_free(struct exact *e)
{
	free(e->size ? e->b : e->b - 1);
}

/* The first `cut` bytes of the text; SIZE_MAX for all. Not inline: GCC then sees sizes that can't
 * be.
 */
static __attribute__((noinline, unused)) struct exact
exact_hex(const char *hex, size_t cut)
{
	struct hex bytes = hex_bytes(hex);

	return exact_copy(bytes.at, cut < bytes.size ? cut : bytes.size);
}

static inline size_t
hex_size(const char *hex)
{
	return hex_bytes(hex).size;
}

/*
 * Decode `hex` with decode(struct cursor *, out); fail unless it gives `want`. `*left` are the
 * bytes that were not read.
 */
#define EXPECT_DECODE(decode, hex, out, want, left)                        \
	do {                                                               \
		struct exact e_ = exact_hex(hex, SIZE_MAX);                \
		struct cursor c_ = cursor_over(e_.b, e_.size);             \
		enum reason got_ = decode(&c_, out);                       \
                                                                           \
		assert_string_equal(reason_name(got_), reason_name(want)); \
		*(left) = cursor_left(&c_);                                \
		exact_free(&e_);                                           \
	} while (0)

/* Every truncation below `whole` bytes is `cut_reason`, every other length REASON_OK. */
#define EXPECT_TRUNCATIONS(decode, hex, out, whole, cut_reason)                                 \
	do {                                                                                    \
		for (size_t cut_ = 0; cut_ <= hex_size(hex); cut_++) {                          \
			struct exact e_ = exact_hex(hex, cut_);                                 \
			struct cursor c_ = cursor_over(e_.b, e_.size);                          \
			enum reason want_ = cut_ < (whole) ? (cut_reason) : REASON_OK;          \
                                                                                                \
			if (decode(&c_, out) != want_)                                          \
				fail_msg("cut to %zu bytes: not %s", cut_, reason_name(want_)); \
			exact_free(&e_);                                                        \
		}                                                                               \
	} while (0)
