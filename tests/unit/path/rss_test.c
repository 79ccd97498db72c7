/* Vectors of Microsoft's "Verifying the RSS hash calculation". */
#include "path/rss.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t microsoft_key[40] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa};

static void
test_vectors(void **state)
{
	/* source address and port, destination address and port, hash with ports, without */
	static const struct {
		uint8_t input[12]; /* source, destination, source port, destination port */
		uint32_t tcp, ip;
	} rows[] = {
		{{66, 9, 149, 187, 161, 142, 100, 80, 2794 >> 8, 2794 & 255, 1766 >> 8, 1766 & 255},
	         0x51ccc178,
	         0x323e8fc2},
		{{199, 92, 111, 2, 65, 69, 140, 83, 14230 >> 8, 14230 & 255, 4739 >> 8, 4739 & 255},
	         0xc626b0ea,
	         0xd718262a},
		{{24, 19, 198, 95, 12, 22, 207, 184, 12898 >> 8, 12898 & 255, 38024 >> 8,
	          38024 & 255},
	         0x5c2b394a,
	         0xd2d0a5de},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(rss_toeplitz(microsoft_key, rows[i].input, 12), rows[i].tcp);
		assert_int_equal(rss_toeplitz(microsoft_key, rows[i].input, 8), rows[i].ip);
	}
}

static void
test_symmetry(void **state)
{
	uint8_t key[RSS_KEY_MAX];

	(void)state;
	for (size_t size = 40; size <= 52; size += 12) {
		rss_key_fill(key, size);
		assert_true(rss_key_symmetric(key, size));
		/* each byte matters; of the last one not its last bit */
		for (size_t byte = 0; byte < 40; byte++) {
			key[byte] ^= 2;
			assert_false(rss_key_symmetric(key, size));
			key[byte] ^= 2;
		}
	}
	assert_false(rss_key_symmetric(microsoft_key, sizeof microsoft_key));
	assert_false(rss_key_symmetric(key, 16)); /* too short for IPv6 */
}

/* Symmetry must not be bought with one hash for all: 4096 flows over 8 queues. */
static void
test_spread(void **state)
{
	uint8_t key[40], input[12] = {192, 0, 2, 1, 203, 0, 113, 1, 0, 0, 0, 80};
	unsigned queues[8] = {0};

	(void)state;
	rss_key_fill(key, sizeof key);
	for (unsigned i = 0; i < 4096; i++) {
		input[3] = (uint8_t)i;
		input[8] = (uint8_t)(i >> 4);
		input[9] = (uint8_t)(i * 7);
		queues[rss_toeplitz(key, input, sizeof input) % 8]++;
	}
	for (unsigned q = 0; q < 8; q++)
		assert_in_range(queues[q], 256, 1024);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_symmetry),
		cmocka_unit_test(test_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
