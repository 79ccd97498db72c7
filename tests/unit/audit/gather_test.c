#include "audit/gather.h"

#include "unit/audit/store_scene.h"

#define SUBNET(p) "{ prefix = \"" p "\"; side = \"peer\"; classes = [\"srtp\"]; }"
#define TWO_SUBNETS            \
	SCENE_HEAD SCENE_LINKS \
		"subnets = ( " SUBNET("203.0.113.0/24") ", " SUBNET("2001:db8:10::/48") " );\n"

/* A class of `prefix` as `writer` ("" or "@PROBE") tells it. */
static void
put(struct store *s, const char *prefix, const char *writer, const char *class, uint64_t packets)
{
	struct rec_subnet subnet = {0};
	struct rec_subnet_class c = {.flows = 1, .first_us = packets, .last_us = packets};
	char id[96];

	c.traffic.packets[DIR_MSFT_TO_PEER] = packets;
	snprintf(subnet.prefix, sizeof subnet.prefix, "%s", prefix);
	snprintf(c.prefix, sizeof c.prefix, "%s", prefix);
	snprintf(c.class, sizeof c.class, "%s", class);
	snprintf(id, sizeof id, "%s%s", prefix, writer);
	store_put(s, RECORD_SUBNET, id, &subnet);
	snprintf(id, sizeof id, "%s%s:class:%s", prefix, writer, class);
	store_put(s, RECORD_SUBNET_CLASS, id, &c);
}

static void
assert_subnet(const struct input_subnet *s, const char *prefix, size_t classes, uint64_t packets)
{
	assert_string_equal(s->prefix, prefix);
	assert_int_equal(s->class_count, classes);
	assert_int_equal(s->packets[DIR_PEER_TO_MSFT], 0);
	assert_int_equal(s->packets[DIR_MSFT_TO_PEER], packets);
}

static void
each_subnet_gets_the_classes_of_all_probes(void **state)
{
	struct conf *conf = scene_conf(TWO_SUBNETS);
	struct store *s = scene_store();
	struct audit_input in;

	(void)state;
	put_probe(s, conf, SCENE_NOW);
	put(s, "198.51.100.0/24", "", "dns", 1); /* nobody declared it */
	put(s, "203.0.113.0/24", "@ams1-p", "srtp", 10);
	put(s, "203.0.113.0/24", "@ams1-q", "srtp", 20);
	put(s, "203.0.113.0/24", "@ams1-q", "dns", 40);
	put(s, "2001:0db8:10:0::/48", "", "srtp", 100); /* written otherwise, the same */
	assert_true(audit_gather(&(struct gather_params){.conf = conf, .store = s}, &in));
	assert_int_equal(in.subnet_count, 3);
	assert_subnet(&in.subnets[0], "203.0.113.0/24", 2, 70);
	assert_ptr_equal(in.subnets[0].conf, &conf->subnets[0]);
	assert_int_equal(in.subnets[0].first_us, 10);
	assert_int_equal(in.subnets[0].last_us, 40);
	assert_int_equal(in.subnets[0].flows, 3);
	assert_subnet(&in.subnets[1], "2001:db8:10::/48", 1, 100);
	assert_ptr_equal(in.subnets[1].conf, &conf->subnets[1]);
	assert_subnet(&in.subnets[2], "198.51.100.0/24", 1, 1);
	assert_null(in.subnets[2].conf);
	audit_input_fini(&in);
	store_close(s, 0);
	conf_destroy(conf);
}

static void
more_subnets_than_one_exchange_holds(void **state)
{
	enum { SUBNETS = 1203 };
	struct conf *conf = scene_conf(SCENE_HEAD SCENE_LINKS);
	struct store *s = scene_store();
	struct audit_input in;

	(void)state;
	put_probe(s, conf, SCENE_NOW);
	for (unsigned i = 0; i < SUBNETS; i++) {
		char prefix[32];

		snprintf(prefix, sizeof prefix, "10.%u.%u.0/24", i >> 8, i & 255);
		put(s, prefix, "", "srtp", i);
		put(s, prefix, "", "sip-tls", 1000000 + i);
	}
	assert_true(audit_gather(&(struct gather_params){.conf = conf, .store = s}, &in));
	assert_int_equal(in.subnet_count, SUBNETS);
	for (size_t k = 0; k < in.subnet_count; k++) {
		unsigned a, b;

		assert_int_equal(sscanf(in.subnets[k].prefix, "10.%u.%u.0/24", &a, &b), 2);
		assert_int_equal(in.subnets[k].packets[DIR_MSFT_TO_PEER],
		                 1000000 + 2 * (256 * a + b));
	}
	audit_input_fini(&in);
	store_close(s, 0);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_subnet_gets_the_classes_of_all_probes),
		cmocka_unit_test(more_subnets_than_one_exchange_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
