/* What people read of the gate: beside a verdict, and in `explain`. */
#include "audit/gate_text.h"

#include <stdio.h>

#include "unit/audit/peering_scene.h"

static void
beside_a_verdict(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_CONTRACT);
	struct audit_input in = healthy_input(conf);
	const struct requirement *r4 = requirement_find("R4");
	char text[512];

	(void)state;
	in.probes[0].own.flows_created = 1000;
	gate_text_losses(&in, r4, text, sizeof text);
	assert_string_equal(text, "none of what it rests on, of 1000000000 frames offered");
	/* what R4 does not rest on is no matter */
	in.probes[0].control_drops = 5;
	gate_text_losses(&in, r4, text, sizeof text);
	assert_string_equal(text, "none of what it rests on, of 1000000000 frames offered");
	/* flows_evicted stands in two rows, and is told once */
	in.probes[0].lost = 12;
	in.probes[0].own.flows_evicted = 250;
	gate_text_losses(&in, r4, text, sizeof text);
	assert_string_equal(text, "ams1-p: missed 12 of 1000000000 frames offered (1.2e-08); "
	                          "ams1-p: flows_evicted 250 of 1000 flows (0.25)");
	/* a count that is no share */
	gate_text_losses(&in, requirement_find("X1"), text, sizeof text);
	assert_non_null(strstr(text, "ams1-p: punt_control_drops 5"));
	/* nothing that it could lose turns R1; nobody was there to say what was offered */
	gate_text_losses(&in, requirement_find("R1"), text, sizeof text);
	assert_string_equal(text, "");
	in.probe_count = 0;
	gate_text_losses(&in, r4, text, sizeof text);
	assert_string_equal(text, "");
	in.probe_count = 1;
	healthy_fini(&in);
	conf_destroy(conf);
}

static char *
explained(const char *id)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	gate_text_explain(requirement_find(id), to);
	fclose(to);
	return text;
}

/* Each counter once, by what it voids; nothing of what rests on nothing. */
static void
explained_by_counter(void **state)
{
	char *x1 = explained("X1"), *m5 = explained("M5"), *r1 = explained("R1");

	(void)state;
	assert_string_equal(x1, "deaf by       the probe's missed, punt_control_drops, "
	                        "bfd_sessions_forgotten, bfd_packets_refused\n");
	assert_string_equal(m5, "PASS void by  the probe's latency_overflow\n"
	                        "FAIL void by  the probe's latency_overflow\n");
	assert_string_equal(r1, "");
	free(x1);
	free(m5);
	free(r1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(beside_a_verdict),
		cmocka_unit_test(explained_by_counter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
