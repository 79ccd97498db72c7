/* Vectors of FIPS 180-4's examples and NIST's SHAVS; every cut of a message gives the same. */
#include "base/sha256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
static const char two_blocks_digest[] =
	"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";

static const char *
digest_of(const char *text, char buf[SHA256_TEXT_SIZE])
{
	struct sha256 s;

	sha256_init(&s);
	sha256_add(&s, text, strlen(text));
	return sha256_end_text(&s, buf);
}

static void
published_vectors(void **state)
{
	char buf[SHA256_TEXT_SIZE];

	(void)state;
	assert_string_equal(digest_of("", buf),
	                    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_string_equal(digest_of("abc", buf),
	                    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(digest_of(two_blocks, buf), two_blocks_digest);
}

static void
a_million_letters(void **state)
{
	char buf[SHA256_TEXT_SIZE], thousand[1000];
	struct sha256 s;

	(void)state;
	memset(thousand, 'a', sizeof thousand);
	sha256_init(&s);
	for (int i = 0; i < 1000; i++)
		sha256_add(&s, thousand, sizeof thousand);
	assert_string_equal(sha256_end_text(&s, buf),
	                    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void
cuts_do_not_matter(void **state)
{
	size_t size = strlen(two_blocks);

	(void)state;
	for (size_t first = 0; first <= size; first++)
		for (size_t second = first; second <= size; second++) {
			char buf[SHA256_TEXT_SIZE];
			struct sha256 s;

			sha256_init(&s);
			sha256_add(&s, two_blocks, first);
			sha256_add(&s, two_blocks + first, second - first);
			sha256_add(&s, two_blocks + second, size - second);
			assert_string_equal(sha256_end_text(&s, buf), two_blocks_digest);
		}
}

/* Lengths around the padding's edge (55, 56, 63, 64, 65), from `head -c N /dev/zero | sha256sum`.
 */
static void
padding_edges(void **state)
{
	static const struct {
		size_t size;
		const char *digest;
	} vectors[] = {
		{55, "02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7"},
		{56, "d4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb"},
		{63, "c7723fa1e0127975e49e62e753db53924c1bd84b8ac1ac08df78d09270f3d971"},
		{64, "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b"},
		{65, "98ce42deef51d40269d542f5314bef2c7468d401ad5d85168bfab4c0108f75f7"},
		{119, "f616b0d54e78571a9611f343c9f8e022e859e920381ab0e4d3da01e193a7bd7e"},
		{120, "6edd9f6f9cc92cded36e6c4a580933f9c9f1b90562b46903b806f21902a1a54f"},
		{127, "15dae5979058bfbf4f9166029b6e340ea3ca374fef578a11dc9e6e923860d7ae"},

	};
	static const uint8_t zeros[128];

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		char buf[SHA256_TEXT_SIZE];
		struct sha256 s;

		sha256_init(&s);
		sha256_add(&s, zeros, vectors[i].size);
		assert_string_equal(sha256_end_text(&s, buf), vectors[i].digest);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_vectors),
		cmocka_unit_test(a_million_letters),
		cmocka_unit_test(cuts_do_not_matter),
		cmocka_unit_test(padding_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
