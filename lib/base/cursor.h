/*
 * A bounded reader over captured bytes. Every decoder reads through it, so nothing can read past
 * the captured length. Errors are sticky: once a pull was too long, `ok` stays false, all further
 * pulls return zero or NULL, and the decoder tests once at the end of a group of reads.
 * Owns nothing; the bytes must outlive it. One thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct cursor {
	const uint8_t *at;
	const uint8_t *end;
	bool ok;
};

static inline struct cursor
cursor_over(const void *data, size_t size)
{
	return (struct cursor){.at = data, .end = (const uint8_t *)data + size, .ok = true};
}

/* Over nothing, where there may be no bytes to point at: NULL is no place to count from. */
static inline struct cursor
cursor_none(void)
{
	static const uint8_t nothing[1];

	return (struct cursor){.at = nothing, .end = nothing, .ok = true};
}

/* Bytes still unread; 0 after an error. */
static inline size_t
cursor_left(const struct cursor *c)
{
	return c->ok ? (size_t)(c->end - c->at) : 0;
}

/* Borrow the next `size` bytes and step over them; NULL (sticky) when fewer are left. */
static inline const uint8_t *
cursor_pull(struct cursor *c, size_t size)
{
	const uint8_t *p = c->at;

	if (__builtin_expect(!c->ok || (size_t)(c->end - p) < size, 0)) {
		c->ok = false;
		return NULL;
	}
	c->at += size;
	return p;
}

/* Borrow the next `size` bytes without stepping; NULL (not sticky) when fewer are left. */
static inline const uint8_t *
cursor_peek(const struct cursor *c, size_t size)
{
	return cursor_left(c) >= size ? c->at : NULL;
}

static inline void
cursor_skip(struct cursor *c, size_t size)
{
	(void)cursor_pull(c, size);
}

static inline uint8_t
cursor_u8(struct cursor *c)
{
	const uint8_t *p = cursor_pull(c, 1);

	return p ? *p : 0;
}

static inline uint16_t
cursor_be16(struct cursor *c)
{
	const uint8_t *p = cursor_pull(c, 2);

	return p ? load_be16(p) : 0;
}

static inline uint32_t
cursor_be24(struct cursor *c)
{
	const uint8_t *p = cursor_pull(c, 3);

	return p ? load_be24(p) : 0;
}

static inline uint32_t
cursor_be32(struct cursor *c)
{
	const uint8_t *p = cursor_pull(c, 4);

	return p ? load_be32(p) : 0;
}

static inline uint64_t
cursor_be64(struct cursor *c)
{
	const uint8_t *p = cursor_pull(c, 8);

	return p ? load_be64(p) : 0;
}

/* A cursor over the next `size` bytes, which are stepped over here; empty and !ok when too few. */
static inline struct cursor
cursor_slice(struct cursor *c, size_t size)
{
	const uint8_t *p = cursor_pull(c, size);

	return p ? cursor_over(p, size) : (struct cursor){.at = c->at, .end = c->at, .ok = false};
}
