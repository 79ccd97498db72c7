/* The probe-loss gate at its edges: a tenth of the finding, or 1e-6 where there is none. */
#include "unit/audit/scene.h"

#include "audit/gate.h"

static void
loss_is_lost_over_offered_of_all_probes(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = {.conf = conf};
	struct input_probe probes[2] = {{.offered = 900, .lost = 1}, {.offered = 100, .lost = 4}};

	(void)state;
	assert_true(gate_loss_ratio(&in) == 0);
	in.probes = probes;
	in.probe_count = 2;
	assert_true(gate_loss_ratio(&in) == 5.0 / 1000);
	conf_destroy(conf);
}

static void
what_voids_a_finding(void **state)
{
	static const struct {
		double loss, finding;
		bool voids;
	} cases[] = {
		{0, 0, false},        {1e-6, 0, false}, {1.01e-6, 0, true}, {0.0009, 0.01, false},
		{0.0011, 0.01, true}, {0.5, 1, true},   {0.05, 1, false},
	};
	struct conf *conf = scene_conf(SCENE_CONTRACT);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(gate_voids(conf, cases[i].loss, cases[i].finding), cases[i].voids);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loss_is_lost_over_offered_of_all_probes),
		cmocka_unit_test(what_voids_a_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
