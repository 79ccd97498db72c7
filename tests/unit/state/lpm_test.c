/* The trie against the plain reading of longest-prefix match: try every prefix, keep the longest.
 */
#include "state/lpm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ENTRIES = 400, LOOKUPS = 4000 };

static uint32_t random_state = 1;

static uint32_t
random_next(void)
{
	return (random_state = random_state * 1664525 + 1013904223) >> 8;
}

/* Addresses that share prefixes often: few distinct bytes. */
static struct addr
random_addr(bool v4)
{
	static const uint8_t bytes[] = {0x00, 0x01, 0x80, 0xff, 0x7f, 0x20};
	uint8_t b[16];

	for (int i = 0; i < 16; i++)
		b[i] = random_next() % 4 ? bytes[random_next() % sizeof bytes]
		                         : (uint8_t)random_next();
	b[0] |= v4 ? 0 : 0x20; /* never a mapped address */
	return v4 ? addr_v4(b) : addr_v6(b);
}

static struct prefix
random_prefix(bool v4)
{
	unsigned bits = v4 ? 32 : 128;
	struct prefix p = {.addr = random_addr(v4), .len = (uint8_t)(random_next() % (bits + 1))};

	for (unsigned bit = p.len; bit < bits; bit++) {
		unsigned at = bit + 128 - bits;

		p.addr.b[at / 8] &= (uint8_t) ~(0x80 >> at % 8);
	}
	return p;
}

static uint32_t
naive_find(const struct lpm_entry *entries, size_t count, const struct addr *a)
{
	uint32_t value = LPM_NONE;
	int longest = -1;

	for (size_t i = 0; i < count; i++)
		if (prefix_contains(&entries[i].prefix, a) && entries[i].prefix.len >= longest) {
			longest = entries[i].prefix.len;
			value = entries[i].value;
		}
	return value;
}

/* More than it takes at once, both families mixed. */
static void
compare_bulk(const struct lpm *l, const struct lpm_entry *entries, size_t count)
{
	enum { MANY = 75 };
	struct addr addrs[MANY];
	const struct addr *at[MANY];
	uint32_t values[MANY];

	for (int i = 0; i < MANY; i++) {
		addrs[i] = count && i % 2 ? entries[random_next() % count].prefix.addr
		                          : random_addr(random_next() & 1);
		at[i] = &addrs[i];
	}
	lpm_find_bulk(l, at, MANY, values);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(values[i], naive_find(entries, count, &addrs[i]));
	lpm_find_bulk(l, at, 0, values);
}

static void
compare(size_t count)
{
	struct lpm_entry entries[ENTRIES];
	struct lpm *l;

	for (size_t i = 0; i < count; i++)
		entries[i] = (struct lpm_entry){random_prefix(random_next() & 1), 1 + (uint32_t)i};
	l = lpm_create(entries, count);
	for (int i = 0; i < LOOKUPS; i++) {
		struct addr a = random_addr(random_next() & 1);

		/* half of the lookups at the edges of prefixes */
		if (count && i % 2)
			a = entries[random_next() % count].prefix.addr;
		if (count && i % 4 == 1)
			a.b[15] ^= 1;
		assert_int_equal(lpm_find(l, &a), naive_find(entries, count, &a));
	}
	compare_bulk(l, entries, count);
	lpm_destroy(l);
}

static void
test_against_naive_model(void **state)
{
	(void)state;
	for (int round = 0; round < 60; round++)
		compare((size_t)round * 6 + (round > 50 ? 46 : 0));
}

static uint32_t
find_text(const struct lpm *l, const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return lpm_find(l, &a);
}

static void
test_default_routes_and_hosts(void **state)
{
	struct lpm_entry entries[5];
	static const char *const texts[] = {"0.0.0.0/0", "::/0", "192.0.2.1/32", "2001:db8::1/128",
	                                    "192.0.2.0/31"};
	struct lpm *l;

	(void)state;
	for (uint32_t i = 0; i < 5; i++) {
		assert_true(prefix_parse(texts[i], &entries[i].prefix, NULL));
		entries[i].value = i + 1;
	}
	l = lpm_create(entries, 5);
	assert_int_equal(find_text(l, "8.8.8.8"), 1);
	assert_int_equal(find_text(l, "255.255.255.255"), 1);
	assert_int_equal(find_text(l, "2001:db8::2"), 2);
	assert_int_equal(find_text(l, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 2);
	assert_int_equal(find_text(l, "192.0.2.1"), 3);
	assert_int_equal(find_text(l, "2001:db8::1"), 4);
	assert_int_equal(find_text(l, "192.0.2.0"), 5);
	assert_int_equal(find_text(l, "192.0.2.2"), 1);
	lpm_destroy(l);
}

static void
test_empty_and_equal_prefixes(void **state)
{
	struct lpm_entry twice[2];
	struct lpm *l = lpm_create(NULL, 0);

	(void)state;
	assert_int_equal(find_text(l, "192.0.2.1"), LPM_NONE);
	assert_int_equal(find_text(l, "2001:db8::1"), LPM_NONE);
	lpm_destroy(l);
	lpm_destroy(NULL);
	assert_true(prefix_parse("192.0.2.0/24", &twice[0].prefix, NULL));
	twice[1].prefix = twice[0].prefix;
	twice[0].value = 9;
	twice[1].value = 4;
	l = lpm_create(twice, 2);
	assert_int_equal(find_text(l, "192.0.2.1"), 4);
	lpm_destroy(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_naive_model),
		cmocka_unit_test(test_default_routes_and_hosts),
		cmocka_unit_test(test_empty_and_equal_prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
