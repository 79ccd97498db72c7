/* X18 and the findings of signalling, each number in sight. */
#include "audit/finding.h"
#include "unit/audit/scene.h"

#define MINUTE (60 * SCENE_SECOND)
#define DAY (1440 * MINUTE)

#define CONTRACT                                                              \
	SCENE_CONTRACT "sbcs = ( { name = \"sbc1\"; fqdn = \"sbc1.example\";" \
		       " signalling = [\"203.0.113.10\"]; } );\n"

struct bench {
	struct conf *conf;
	struct audit_input in;
	struct rec_voice voice;
};

/* An SBC in order: TLS 1.2, its name, a day of OPTIONS, the last half a minute ago. */
static void
begin(struct bench *b)
{
	struct rec_voice_side *peer = &b->voice.side[SIDE_PEER];

	memset(b, 0, sizeof *b);
	b->conf = scene_conf(CONTRACT);
	b->in = scene_input(b->conf);
	b->in.voices = &b->voice;
	b->in.voice_count = 1;
	strcpy(b->voice.scope, "sbc:sbc1");
	strcpy(b->voice.options_basis, "tls-rhythm");
	strcpy(b->voice.tls_versions, "TLS 1.2 1");
	b->voice.last_us = SCENE_NOW - MINUTE / 2;
	b->voice.tls_connections = b->voice.tls_open = b->voice.tls_handshakes = 1;
	b->voice.tls_1_2 = 1;
	peer->options = 1441;
	peer->options_answered = 1441;
	peer->options_interval_us = MINUTE;
	peer->options_gap_max_us = MINUTE;
	peer->options_last_us = SCENE_NOW - MINUTE / 2;
	peer->cert_seen_us = SCENE_NOW - DAY;
	peer->cert_not_after_us = SCENE_NOW + 90 * DAY;
	strcpy(peer->cert_cn, "sbc1.example");
}

static void
finish(struct bench *b)
{
	scene_input_fini(&b->in);
	conf_destroy(b->conf);
}

static void
expect(struct bench *b, const char *verdict, const char *reason)
{
	const struct rec_verdict *row = scene_judge(&b->in, "X18");

	assert_string_equal(row->verdict, verdict);
	if (reason && !strstr(row->reasons, reason))
		fail_msg("\"%s\" does not say \"%s\"", row->reasons, reason);
}

static void
test_pass_and_need(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	expect(&b, "PASS", NULL);
	b.voice.side[SIDE_PEER].options = 700;
	expect(&b, "INCONCLUSIVE", "700 OPTIONS over 41940 s");
	b.voice.side[SIDE_PEER].options = 1441;
	b.voice.side[SIDE_PEER].options_last_us = SCENE_NOW - 2 * DAY; /* and no more since */
	expect(&b, "INCONCLUSIVE", "1441 OPTIONS over 0 s");
	b.voice.side[SIDE_PEER].options_last_us = SCENE_NOW - MINUTE / 2;
	b.voice.tls_handshakes = 0; /* two days ago, and the connection stands */
	b.voice.side[SIDE_PEER].cert_seen_us = SCENE_NOW - 2 * DAY;
	expect(&b, "PASS", NULL);
	b.voice.tls_open = 0;
	expect(&b, "INCONCLUSIVE", "joined mid-way");
	b.voice.tls_open = 1;
	b.voice.side[SIDE_PEER].cert_seen_us = SCENE_NOW - 8 * DAY;
	expect(&b, "INCONCLUSIVE", "joined mid-way");
	b.in.voice_count = 0;
	expect(&b, "INCONCLUSIVE", "no signalling of sbc1 seen");
	finish(&b);
}

static void
test_fail(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	b.voice.clear_to_msft = 3;
	expect(&b, "FAIL", "3 SIP messages to Microsoft in the clear");
	b.voice.clear_to_msft = 0;
	b.voice.tls_older = 1;
	expect(&b, "FAIL", "versions chosen");
	b.voice.tls_older = 0;
	strcpy(b.voice.side[SIDE_PEER].cert_cn, "other.example");
	expect(&b, "FAIL", "declared is sbc1.example");
	strcpy(b.voice.side[SIDE_PEER].cert_names, "x.example,*.example");
	expect(&b, "PASS", NULL);
	finish(&b);
}

/* Media of the SBC's own subnet. */
static void
test_media(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	scene_traffic(&b.in, 0, "srtp", 500000, 100000000, 500, 3600);
	scene_traffic(&b.in, 0, "rtp", 500000, 100000000, 99, 3600);
	expect(&b, "PASS", NULL);
	scene_traffic(&b.in, 0, "rtp", 5000, 1000000, 1, 3600);
	expect(&b, "FAIL", "100 media flows without an authentication tag");
	finish(&b);
}

/* Media of direct routing has ports of its own; a stray stream is nothing, and of other services
 * nothing is known. */
static void
test_ports(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	b.voice.media_streams = 5000;
	b.voice.media_off_ports = 99;
	expect(&b, "PASS", NULL);
	b.voice.media_off_ports = 100;
	expect(&b, "FAIL", "100 of 5000 media streams to ports outside");
	b.conf->sbcs[0].service = "communications-gateway";
	expect(&b, "PASS", NULL);
	finish(&b);
}

static void
put_silence(struct rec_voice *v, uint64_t from_us, uint64_t until_us)
{
	snprintf(v->side[SIDE_PEER].options_silences, sizeof v->side[SIDE_PEER].options_silences,
	         "%llu-%llu", (unsigned long long)from_us, (unsigned long long)until_us);
}

/* A silence fails for a day, not until the probe is started anew; what maintenance covers of it
 * does not. The one that lasts counts while there is somebody to be asked. */
static void
test_gap(void **state)
{
	struct rec_maintenance m = {.from_us = SCENE_NOW - 20 * MINUTE,
	                            .to_us = SCENE_NOW - 15 * MINUTE};
	struct bench b;

	(void)state;
	begin(&b);
	b.voice.side[SIDE_PEER].options_gap_max_us = 90 * MINUTE; /* last week */
	expect(&b, "PASS", NULL);
	put_silence(&b.voice, SCENE_NOW - 20 * MINUTE, SCENE_NOW - 14 * MINUTE);
	expect(&b, "FAIL", "360 s without OPTIONS");
	assert_int_equal(scene_judge(&b.in, "X18")->first_us, SCENE_NOW - 20 * MINUTE);
	strcpy(m.scope, "sbc:sbc1");
	b.in.maintenance = &m;
	b.in.maintenance_count = 1;
	expect(&b, "PASS", NULL);
	put_silence(&b.voice, SCENE_NOW - 20 * MINUTE, SCENE_NOW - 9 * MINUTE);
	expect(&b, "FAIL", "360 s without OPTIONS");
	put_silence(&b.voice, SCENE_NOW - DAY - 20 * MINUTE, SCENE_NOW - DAY - 10 * MINUTE);
	expect(&b, "PASS", NULL);
	b.voice.side[SIDE_PEER].options_silences[0] = '\0';
	b.voice.side[SIDE_PEER].options_quiet_us = 5 * MINUTE;
	expect(&b, "PASS", NULL);
	b.voice.side[SIDE_PEER].options_quiet_us = 6 * MINUTE;
	expect(&b, "FAIL", "360 s without OPTIONS");
	b.voice.tls_open = 0; /* nobody is there to be asked */
	expect(&b, "PASS", NULL);
	b.in.maintenance = NULL;
	b.in.maintenance_count = 0;
	finish(&b);
}

/* Two sites see the SBC: what one of them shows is enough, and what one of them fails fails. */
static void
test_two_sites(void **state)
{
	struct rec_voice both[2];
	struct bench b;

	(void)state;
	begin(&b);
	both[0] = both[1] = b.voice;
	b.in.voices = both;
	b.in.voice_count = 2;
	expect(&b, "PASS", NULL);
	both[0].tls_handshakes = 0; /* joined mid-way here */
	both[0].side[SIDE_PEER].options = 100;
	expect(&b, "PASS", NULL);
	both[1].tls_open = 1;
	both[1].side[SIDE_PEER].options_quiet_us = 6 * MINUTE;
	expect(&b, "FAIL", "360 s without OPTIONS");
	both[1] = b.voice;
	both[1].clear_to_msft = 1;
	expect(&b, "FAIL", "in the clear");
	both[1] = b.voice;
	both[0].media_streams = both[1].media_streams = 5000;
	both[0].media_off_ports = both[1].media_off_ports = 50;
	expect(&b, "FAIL", "100 of 10000 media streams");
	finish(&b);
}

/* Silence of a probe that died, of one that was started anew, and of a maintenance, is not the
 * SBC's. */
static void
test_whose_silence(void **state)
{
	struct input_probe probes[2];
	struct rec_maintenance m = {.from_us = SCENE_NOW - MINUTE, .to_us = SCENE_NOW + MINUTE};
	struct input_probe *own;
	struct bench b;

	(void)state;
	begin(&b);
	own = b.in.probes;
	probes[0] = probes[1] = *own;
	b.in.probes = probes;
	b.in.probe_count = 2;
	strcpy(probes[1].rec.id, "fra1-p");
	probes[1].rec.head.boot_us = b.voice.head.boot_us = 7;
	b.voice.side[SIDE_PEER].options_quiet_us = 6 * MINUTE;
	expect(&b, "FAIL", "360 s without OPTIONS");
	probes[1].stale = true;
	expect(&b, "INCONCLUSIVE", "no probe follows it now");
	probes[1].stale = false;
	probes[1].rec.head.boot_us = 8; /* another run */
	expect(&b, "INCONCLUSIVE", "no probe follows it now");
	probes[1].rec.head.boot_us = 7;
	strcpy(m.scope, "sbc:sbc1");
	b.in.maintenance = &m;
	b.in.maintenance_count = 1;
	expect(&b, "PASS", NULL);
	b.in.maintenance = NULL;
	b.in.maintenance_count = 0;
	b.in.probes = own;
	b.in.probe_count = 1;
	finish(&b);
}

static const struct rec_finding *
find(struct sightings *s, const char *kind)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->at[i].kind, kind) == 0)
			return &s->at[i];
	return NULL;
}

static void
test_findings(void **state)
{
	struct sightings s = {0};
	struct bench b;

	(void)state;
	begin(&b);
	detect_findings(&b.in, &s);
	assert_null(find(&s, "tls.alert"));
	assert_null(find(&s, "tls.cert.expiring"));
	assert_null(find(&s, "voice.options.late"));
	assert_null(find(&s, "sip.nat"));
	b.voice.side[SIDE_MSFT].alerts = 2;
	b.voice.side[SIDE_MSFT].alert_us = SCENE_NOW - MINUTE;
	strcpy(b.voice.side[SIDE_MSFT].alert, "40 handshake_failure");
	b.voice.side[SIDE_PEER].cert_not_after_us = SCENE_NOW + 6 * DAY;
	b.voice.side[SIDE_PEER].options_quiet_us = 4 * MINUTE;
	detect_findings(&b.in, &s);
	assert_string_equal(find(&s, "tls.alert")->side, "msft");
	assert_string_equal(find(&s, "tls.alert")->subject, "sbc:sbc1");
	assert_string_equal(find(&s, "tls.cert.expiring")->severity, "major");
	assert_non_null(strstr(find(&s, "tls.cert.expiring")->text, "in 6 days"));
	assert_string_equal(find(&s, "voice.options.late")->severity, "minor");
	b.voice.side[SIDE_PEER].options_quiet_us = 6 * MINUTE;
	b.voice.side[SIDE_PEER].cert_not_after_us = SCENE_NOW - DAY;
	b.voice.side[SIDE_MSFT].alert_us = SCENE_NOW - 10 * MINUTE;
	detect_findings(&b.in, &s);
	assert_null(find(&s, "tls.alert"));
	assert_string_equal(find(&s, "tls.cert.expiring")->severity, "critical");
	assert_string_equal(find(&s, "voice.options.late")->severity, "major");
	strcpy(b.voice.scope, "link:pni-a");
	b.voice.nat_contact = 5;
	strcpy(b.voice.nat_first, "contact 10.0.0.1 from 203.0.113.10");
	detect_findings(&b.in, &s);
	assert_string_equal(find(&s, "sip.nat")->cause, "contact 10.0.0.1 from 203.0.113.10");
	sightings_fini(&s);
	finish(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pass_and_need), cmocka_unit_test(test_fail),
		cmocka_unit_test(test_media),         cmocka_unit_test(test_ports),
		cmocka_unit_test(test_gap),           cmocka_unit_test(test_findings),
		cmocka_unit_test(test_two_sites),     cmocka_unit_test(test_whose_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
