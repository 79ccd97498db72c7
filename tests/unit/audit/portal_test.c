/* The portal's metrics from counts, against sums made by hand. */
#include "audit/portal.h"

#include "unit/audit/peering_scene.h"

#define MINUTE (60 * SCENE_SECOND)
#define HOUR_BEGIN (UINT64_C(497222) * 60 * MINUTE) /* a whole hour */

struct seen {
	double value[8];
	size_t count;
	const char *metric, *grain, *session_ip;
	char connection[64];
};

static void
take(void *context, const struct portal_value *v)
{
	struct seen *s = context;

	if (strcmp(v->metric, s->metric) != 0 || strcmp(v->grain, s->grain) != 0 ||
	    (s->session_ip && strcmp(v->session_ip, s->session_ip) != 0))
		return;
	snprintf(s->connection, sizeof s->connection, "%s", v->connection);
	s->value[s->count++ % 8] = v->value;
}

static struct seen
ask(const struct portal *p, const struct audit_input *in, const char *metric, const char *grain,
    const char *session_ip)
{
	struct seen s = {.metric = metric, .grain = grain, .session_ip = session_ip};

	portal_each(p, in, take, &s);
	return s;
}

#define LINK_A                                                                              \
	"links = ( { name = \"pni-a\"; site = \"ams1\"; azure = { peering = \"acme-ams\"; " \
	"connection_id = \"1f0c-a\"; }; members = ( " SCENE_MEMBER(                         \
		"a") " ); sessions = ( { "                                                  \
		     "name = \"pni-a-v4\"; peer = \"192.0.2.0\"; cloud = \"192.0.2.1\"; } ); } );"

static void
rates_and_availability_of_whole_grains(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_HEAD("voice", "") LINK_A);
	struct audit_input in = healthy_input(conf);
	struct portal *p = portal_create();
	struct rec_session *r = &in.sessions[0].rec;

	(void)state;
	r->up_us = r->covered_us = r->flaps = 0;
	/* two hours, a second at a time: 1 MB/s each second, down for the last 30 s of minute 64 */
	for (uint64_t s = 0; s <= 7200; s++) {
		in.to_us = HOUR_BEGIN + s * SCENE_SECOND;
		in.links[0].rec.traffic.bytes[DIR_PEER_TO_MSFT] = s * 1000000;
		if (s == 3600 + 5 * 60 - 30)
			r->flaps++;
		r->covered_us += s > 0 ? SCENE_SECOND : 0;
		if (s > 0 && !(s > 3600 + 5 * 60 - 30 && s <= 3600 + 5 * 60))
			r->up_us += SCENE_SECOND;
		portal_turn(p, &in);
		if (s == 59)
			assert_int_equal(ask(p, &in, "IngressTrafficRate", "PT1M", NULL).count, 0);
		if (s == 3600 + 5 * 60) {
			struct seen flaps = ask(p, &in, "FlapCounts", "PT1M", "192.0.2.0");
			struct seen up = ask(p, &in, "SessionAvailability", "PT5M", "192.0.2.0");

			assert_true(flaps.count == 1 && flaps.value[0] == 1);
			assert_string_equal(flaps.connection, "1f0c-a");
			assert_true(up.count == 1 && fabs(up.value[0] - 0.9) < 1e-9);
			assert_int_equal(ask(p, &in, "SessionAvailability", "PT1M", NULL).count, 0);
		}
	}
	assert_true(fabs(ask(p, &in, "IngressTrafficRate", "PT1H", "192.0.2.0").value[0] - 8e6) <
	            1e-3);
	assert_true(ask(p, &in, "EgressTrafficRate", "PT1H", NULL).value[0] == 0);
	/* the second hour: 30 s of 3600 */
	assert_true(fabs(ask(p, &in, "SessionAvailability", "PT1H", NULL).value[0] -
	                 (1 - 30.0 / 3600)) < 1e-9);
	assert_true(ask(p, &in, "FlapCounts", "PT1H", NULL).value[0] == 1);
	assert_true(ask(p, &in, "FlapCounts", "PT5M", NULL).value[0] == 0);
	assert_true(ask(p, &in, "ReceivedRoutes", "", NULL).value[0] == 12);
	portal_destroy(p);
	healthy_fini(&in);
	conf_destroy(conf);
}

/* A restarted probe counts from zero: no negative rate, and no grain over the gap. */
static void
a_new_boot_begins_anew(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_HEAD("voice", "") LINK_A);
	struct audit_input in = healthy_input(conf);
	struct portal *p = portal_create();

	(void)state;
	in.to_us = HOUR_BEGIN;
	in.links[0].rec.traffic.bytes[0] = 1000000;
	portal_turn(p, &in);
	in.to_us += MINUTE;
	in.links[0].rec.head.boot_us = 7;
	in.links[0].rec.traffic.bytes[0] = 10;
	portal_turn(p, &in);
	assert_int_equal(ask(p, &in, "IngressTrafficRate", "PT1M", NULL).count, 0);
	in.to_us += MINUTE;
	in.links[0].rec.traffic.bytes[0] += 60;
	portal_turn(p, &in);
	assert_true(ask(p, &in, "IngressTrafficRate", "PT1M", NULL).value[0] == 8);
	portal_destroy(p);
	healthy_fini(&in);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_and_availability_of_whole_grains),
		cmocka_unit_test(a_new_boot_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
