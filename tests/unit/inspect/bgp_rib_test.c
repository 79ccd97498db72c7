#include "inspect/bgp_rib.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/bgp_open.h"

enum { KEYS = 600, TURNS = 60000 };

/* Key `i` of the model: families, lengths and path identifiers of their own. */
static struct bgp_nlri
nlri_of(unsigned i, uint16_t *afi, uint8_t *safi)
{
	uint8_t bytes[16] = {0x20, 0x01, 0x0d, 0xb8, (uint8_t)(i >> 8), (uint8_t)i};
	struct bgp_nlri n = {.path_id = i % 3, .rd = i % 5 ? 0 : i};

	*afi = i % 2 ? BGP_AFI_IPV6 : BGP_AFI_IPV4;
	*safi = i % 7 ? BGP_SAFI_UNICAST : BGP_SAFI_VPN;
	n.prefix.addr = i % 2 ? addr_v6(bytes) : addr_v4(bytes + 2);
	n.prefix.len = i % 2 ? 48 : 32;
	return n;
}

/* Against an array of flags, at random, so that the table grows, fills and empties. */
static void
test_model(void **state)
{
	bool standing[KEYS] = {false};
	uint32_t room = KEYS, counts[2] = {0};
	struct bgp_rib r;

	(void)state;
	srand(7);
	bgp_rib_init(&r, &room);
	for (unsigned turn = 0; turn < TURNS; turn++) {
		unsigned i = (unsigned)rand() % KEYS;
		bool add = rand() % 100 < (turn / 10000 % 2 ? 30 : 70);
		uint16_t afi;
		uint8_t safi;
		struct bgp_nlri n = nlri_of(i, &afi, &safi);

		if (add)
			assert_int_equal(bgp_rib_add(&r, afi, safi, &n), !standing[i]);
		else
			assert_int_equal(bgp_rib_remove(&r, afi, safi, &n), standing[i]);
		counts[i % 2] += add && !standing[i];
		counts[i % 2] -= !add && standing[i];
		standing[i] = add;
		assert_int_equal(r.standing[0], counts[0]);
		assert_int_equal(r.standing[1], counts[1]);
		assert_int_equal(room, KEYS - counts[0] - counts[1]);
	}
	bgp_rib_fini(&r);
	assert_int_equal(room, KEYS);
}

/* Room is shared, what finds none is counted, and what goes makes room. */
static void
test_room(void **state)
{
	uint32_t room = 10;
	struct bgp_rib a, b;
	uint16_t afi;
	uint8_t safi;
	struct bgp_nlri n;

	(void)state;
	bgp_rib_init(&a, &room);
	bgp_rib_init(&b, &room);
	n = nlri_of(0, &afi, &safi);
	assert_false(bgp_rib_remove(&a, afi, safi, &n));
	for (unsigned i = 0; i < 12; i++) {
		n = nlri_of(i, &afi, &safi);
		assert_int_equal(bgp_rib_add(i % 2 ? &a : &b, afi, safi, &n), i < 10);
	}
	assert_int_equal(a.beyond + b.beyond, 2);
	assert_false(bgp_rib_add(&a, afi, safi, &n));
	bgp_rib_clear(&b);
	assert_int_equal(bgp_rib_count(&b), 0);
	assert_int_equal(room, 5);
	assert_true(bgp_rib_add(&a, afi, safi, &n));
	bgp_rib_fini(&a);
	bgp_rib_fini(&b);
	assert_int_equal(room, 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
