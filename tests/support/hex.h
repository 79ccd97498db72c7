/* Bytes written down as hex text, for tests: two digits a byte, spaces, colons and line ends
 * for the eye. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* All of the text into `to`, which must have room for it; how many bytes. Anything but digits and
 * what separates bytes fails the test. */
static inline size_t
hex_read(const char *hex, uint8_t *to, size_t room)
{
	static const char between[] = " :\r\n";
	size_t size = 0;
	unsigned value;
	int used;

	for (hex += strspn(hex, between); *hex; hex += strspn(hex, between)) {
		used = 0;
		if (size == room || sscanf(hex, "%2x%n", &value, &used) != 1 || used != 2)
			fail_msg("no bytes, or more than %zu: %.32s", room, hex);
		to[size++] = (uint8_t)value;
		hex += 2;
	}
	return size;
}

struct hex {
	size_t size;
	uint8_t at[4096];
};

static inline struct hex
hex_bytes(const char *hex)
{
	struct hex h;

	h.size = hex_read(hex, h.at, sizeof h.at);
	return h;
}
