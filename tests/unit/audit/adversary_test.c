/*
 * Somebody who wants a wrong verdict by unlucky timing: probes that die, restart, disagree or have
 * a wrong clock, records that outlive them in the store, contracts and maintenance that change in
 * between. Two sites with a probe each, over a memory store.
 */
#include "unit/audit/peering_scene.h"
#include "unit/audit/store_scene.h"

#include "audit/announcements.h"
#include "audit/audit.h"
#include "audit/gather.h"
#include "audit/leader.h"

#define S SCENE_SECOND
#define HOUR (3600 * S)
#define DAY (24 * HOUR)
#define TWO_SITES                                                                         \
	HEALTHY_HEAD("voice", "")                                                         \
	"links = ( " HEALTHY_LINK("pni-a", "ams1", "primary", "1", "") ", " HEALTHY_LINK( \
		"pni-c", "fra1", "backup", "3", "") " );\n" HEALTHY_REGISTERED HEALTHY_SUBNETS

/* A probe as it writes: its run, and where that is. */
struct writer {
	const char *site, *id;
	uint64_t boot_us, seq;
};
static const struct writer ams = {"ams1", "ams1-p", SCENE_NOW - 2 * DAY, 100};
static const struct writer fra = {"fra1", "fra1-p", SCENE_NOW - 2 * DAY + S, 200};

static void
as(struct store *s, const struct writer *w)
{
	store_select(s, w->site, "lab");
	s->boot_us = w->boot_us;
	s->seq = w->seq;
}

static void
put_heartbeat(struct store *s, const struct conf *conf, const struct writer *w, uint64_t at)
{
	struct rec_probe p = {.fit = true, .heartbeat_us = at, .interval_us = S};

	snprintf(p.id, sizeof p.id, "%s", w->id);
	snprintf(p.site, sizeof p.site, "%s", w->site);
	memcpy(p.config_sha256, conf->sha256, sizeof p.config_sha256);
	p.rx_packets = p.packets = 1000000000;
	as(s, w);
	store_put(s, RECORD_PROBE, p.id, &p);
}

static void
put_link(struct store *s, const struct writer *w, const char *name, const char *state)
{
	struct rec_link l = {.capacity_bps = UINT64_C(200000000000)};

	snprintf(l.name, sizeof l.name, "%s", name);
	snprintf(l.site, sizeof l.site, "%s", w->site);
	snprintf(l.probe, sizeof l.probe, "%s", w->id);
	snprintf(l.state, sizeof l.state, "%s", state);
	for (int dir = 0; dir < DIR_COUNT; dir++)
		l.p95_5min_ratio[dir] = l.peak_1min_ratio[dir] = 0.1;
	as(s, w);
	store_put(s, RECORD_LINK, l.name, &l);
}

static void
put_session(struct store *s, const struct writer *w, const char *link, const char *family,
            uint64_t at, const char *outages)
{
	struct rec_session r = {.segments = 1000, .hold_s = 30};

	snprintf(r.name, sizeof r.name, "%s-%s", link, family);
	snprintf(r.link, sizeof r.link, "%s", link);
	snprintf(r.outages, sizeof r.outages, "%s", outages);
	strcpy(r.state, outages[0] ? "down" : "established");
	r.up_us = r.covered_us = 2 * DAY;
	for (int side = 0; side < REC_SIDES; side++) {
		healthy_side(&r.side[side], side == SIDE_PEER, strcmp(family, "v4") == 0);
		r.side[side].last_us = at;
	}
	as(s, w);
	store_put(s, RECORD_SESSION, r.name, &r);
}

static void
put_site(struct store *s, const struct conf *conf, const struct writer *w, const char *link,
         uint64_t at)
{
	put_heartbeat(s, conf, w, at);
	put_link(s, w, link, "up");
	put_session(s, w, link, "v4", at, "");
	put_session(s, w, link, "v6", at, "");
}

/* What a look at `now` sees, with `window` or without. */
static struct audit_input
look(struct store *s, const struct conf *conf, struct window *window, uint64_t now)
{
	struct audit_input in;

	assert_true(audit_gather(
		&(struct gather_params){.conf = conf, .store = s, .window = window, .now_us = now},
		&in));
	return in;
}

static const struct input_session *
session_of(const struct audit_input *in, const char *name)
{
	for (size_t i = 0; i < in->session_count; i++)
		if (strcmp(in->sessions[i].rec.name, name) == 0)
			return &in->sessions[i];
	fail();
	return NULL;
}

struct scene {
	struct conf *conf;
	struct store *s;
};

static struct scene
begin(const char *contract)
{
	struct scene c = {scene_conf(contract), scene_store()};

	put_site(c.s, c.conf, &ams, "pni-a", SCENE_NOW);
	put_site(c.s, c.conf, &fra, "pni-c", SCENE_NOW);
	return c;
}

static void
finish(struct scene *c)
{
	store_close(c->s, 0);
	conf_destroy(c->conf);
}

static void
all_well(void **state)
{
	struct scene c = begin(TWO_SITES);
	struct audit_input in = look(c.s, c.conf, NULL, SCENE_NOW + S);

	(void)state;
	assert_false(input_unfit(&in, NULL));
	assert_verdicts(&in, "R1 M2 X7", "PASS");
	audit_input_fini(&in);
	finish(&c);
}

/* ---- records that outlive who wrote them ------------------------------------------------------
 */

/* A link's record lives a day in the store, its sessions' a week: between the two they looked like
 * sessions without a probe that could be stale. */
static void
sessions_of_a_dead_probe_prove_nothing(void **state)
{
	static const uint64_t ages[] = {60 * S, 25 * HOUR, 6 * DAY};
	struct scene c = begin(TWO_SITES);

	(void)state;
	for (size_t i = 0; i < sizeof ages / sizeof ages[0]; i++) {
		uint64_t now = SCENE_NOW + ages[i];
		struct audit_input in;

		put_site(c.s, c.conf, &ams, "pni-a", now);
		if (ages[i] > DAY)
			as(c.s, &fra), store_remove(c.s, RECORD_LINK, "pni-c");
		in = look(c.s, c.conf, NULL, now);
		assert_verdicts(&in, "R1 R10 X7 X11 M2", "INCONCLUSIVE");
		if (ages[i] > DAY)
			assert_false(session_of(&in, "pni-c-v4")->seen);
		audit_input_fini(&in);
	}
	finish(&c);
}

/* Its own record may go first: purged, or evicted. */
static void
a_link_of_an_unknown_probe_is_not_seen(void **state)
{
	struct scene c = begin(TWO_SITES);
	struct audit_input in;

	(void)state;
	as(c.s, &fra);
	store_remove(c.s, RECORD_PROBE, "fra1-p");
	in = look(c.s, c.conf, NULL, SCENE_NOW + S);
	assert_false(in.links[1].seen);
	assert_false(session_of(&in, "pni-c-v4")->seen);
	assert_verdicts(&in, "R1 R10 X7 M2", "INCONCLUSIVE");
	assert_non_null(strstr(scene_judge(&in, "X15")->reasons, "no probe reports pni-c"));
	audit_input_fini(&in);
	finish(&c);
}

/* The probe runs again and has not seen the session yet; what its last run saw stands there. */
static void
what_an_earlier_run_saw_is_not_seen(void **state)
{
	struct writer again = fra;
	struct scene c = begin(TWO_SITES);
	struct audit_input in;

	(void)state;
	again.boot_us = SCENE_NOW;
	again.seq = 1;
	put_heartbeat(c.s, c.conf, &again, SCENE_NOW + S);
	put_link(c.s, &again, "pni-c", "up");
	put_session(c.s, &again, "pni-c", "v6", SCENE_NOW + S, "");
	put_heartbeat(c.s, c.conf, &ams, SCENE_NOW + S);
	in = look(c.s, c.conf, NULL, SCENE_NOW + S);
	assert_true(session_of(&in, "pni-c-v6")->seen);
	assert_false(session_of(&in, "pni-c-v4")->seen);
	assert_verdicts(&in, "R1 X7 M2", "INCONCLUSIVE");
	assert_non_null(strstr(scene_judge(&in, "M2")->reasons, "no BGP of pni-c-v4 seen yet"));
	audit_input_fini(&in);
	finish(&c);
}

/* The probe goes on without the link: reloaded with another contract, or its slices are lost. */
static void
what_a_probe_stopped_writing_is_not_seen(void **state)
{
	struct writer later = fra;
	struct scene c = begin(TWO_SITES);
	struct audit_input in;

	(void)state;
	later.seq += 3; /* an epoch is written in slices: a little behind is no sign */
	put_heartbeat(c.s, c.conf, &later, SCENE_NOW + 3 * S);
	in = look(c.s, c.conf, NULL, SCENE_NOW + 3 * S);
	assert_true(in.links[1].seen);
	audit_input_fini(&in);
	later.seq++;
	put_heartbeat(c.s, c.conf, &later, SCENE_NOW + 4 * S);
	in = look(c.s, c.conf, NULL, SCENE_NOW + 4 * S);
	assert_false(in.links[1].seen);
	assert_verdicts(&in, "R1 M2 X7 X15", "INCONCLUSIVE");
	audit_input_fini(&in);
	finish(&c);
}

/* ---- probes that disagree ---------------------------------------------------------------------
 */

/* The other site's probe has the link in its contract too, sees nothing there, and began later. */
static void
a_link_is_told_by_its_own_site(void **state)
{
	struct writer late = ams;
	struct scene c = begin(TWO_SITES);
	struct audit_input in;

	(void)state;
	late.boot_us = SCENE_NOW - S;
	put_heartbeat(c.s, c.conf, &late, SCENE_NOW);
	put_link(c.s, &late, "pni-a", "up");
	put_link(c.s, &late, "pni-c", "silent");
	in = look(c.s, c.conf, NULL, SCENE_NOW);
	assert_string_equal(in.links[1].rec.state, "up");
	assert_string_equal(in.links[1].probe->rec.id, "fra1-p");
	audit_input_fini(&in);
	finish(&c);
}

static void
another_contract_at_one_probe(void **state)
{
	struct scene c = begin(TWO_SITES);
	struct audit_input in;
	struct conf *other;

	(void)state;
	memset(c.conf->sha256, 'a', 64);
	other = scene_conf(TWO_SITES);
	memset(other->sha256, 'b', 64);
	put_heartbeat(c.s, c.conf, &ams, SCENE_NOW);
	put_heartbeat(c.s, other, &fra, SCENE_NOW);
	in = look(c.s, c.conf, NULL, SCENE_NOW);
	assert_false(in.probes[0].stranger);
	assert_true(in.probes[1].stranger);
	assert_verdicts(&in, "R1 M2 X7", "PASS"); /* gate_test.c says what it turns */
	audit_input_fini(&in);
	conf_destroy(other);
	finish(&c);
}

/* ---- clocks -----------------------------------------------------------------------------------
 */

/* The session was down for a second when its probe died; the other probe's clock goes on. */
static void
an_outage_does_not_grow_while_nobody_looks(void **state)
{
	char outages[32];
	struct scene c = begin(TWO_SITES);
	struct audit_input in;

	(void)state;
	snprintf(outages, sizeof outages, "%llu-0", (unsigned long long)(SCENE_NOW - S));
	put_session(c.s, &fra, "pni-c", "v4", SCENE_NOW - S, outages);
	put_heartbeat(c.s, c.conf, &ams, SCENE_NOW + 12 * HOUR);
	in = look(c.s, c.conf, NULL, SCENE_NOW + 12 * HOUR);
	assert_true(uptime_listed_us(&session_of(&in, "pni-c-v4")->uptime) <= S);
	assert_verdicts(&in, "M2", "INCONCLUSIVE");
	audit_input_fini(&in);
	finish(&c);
}

/* A clock an hour ahead kept its probe fresh for an hour after its death, and moved everybody's
 * window. */
static void
a_clock_that_runs_ahead_is_unfit(void **state)
{
	struct scene c = begin(TWO_SITES);
	struct audit_input in;

	(void)state;
	put_heartbeat(c.s, c.conf, &fra,
	              SCENE_NOW + 5 * S); /* within stale_us: a slow clock here */
	in = look(c.s, c.conf, NULL, SCENE_NOW);
	assert_false(input_unfit(&in, NULL));
	audit_input_fini(&in);
	put_heartbeat(c.s, c.conf, &fra, SCENE_NOW + HOUR);
	in = look(c.s, c.conf, NULL, SCENE_NOW);
	assert_true(input_unfit(&in, NULL));
	assert_int_equal(in.to_us, SCENE_NOW);
	assert_non_null(
		strstr(scene_judge(&in, "X15")->reasons, "its clock is 3600 s ahead of control's"));
	audit_input_fini(&in);
	finish(&c);
}

/* What was seen while the clock ran ahead counts for nothing; the totals go on from there. */
static void
a_clock_set_back_leaves_no_window_in_the_future(void **state)
{
	struct rec_head head = {.boot_us = 1, .started_us = 1};
	struct window *w = window_create(DAY);
	struct input_class c = {.flows = 100, .first_us = 1, .last_us = 1};
	uint64_t from;

	(void)state;
	window_apply(w, "x", &head, SCENE_NOW + 30 * DAY, &c);
	c = (struct input_class){.flows = 150, .first_us = 1, .last_us = 1};
	from = window_apply(w, "x", &head, SCENE_NOW, &c);
	assert_true(from <= SCENE_NOW);
	assert_int_equal(c.flows, 50);
	window_destroy(w);
}

static struct audit *
live(const struct scene *c, uint64_t boot_us)
{
	return audit_create(&(struct audit_params){
		.conf = c->conf, .store = c->s, .out = c->s, .boot_us = boot_us});
}

/* An epoch of both probes, then a turn of control; `b` or `d` tell pni-c-v4's outages. */
static void
turn(struct scene *c, struct audit *a, uint64_t at, const char *outages)
{
	put_site(c->s, c->conf, &ams, "pni-a", at);
	put_site(c->s, c->conf, &fra, "pni-c", at);
	if (outages)
		put_session(c->s, &fra, "pni-c", "v4", at, outages);
	assert_int_equal(audit_turn(a, at + S / 2), 0);
}

/* The clock was an hour ahead and is set: what is told now must not wait an hour to be looked at.
 */
static void
a_clock_set_back_is_looked_at(void **state)
{
	struct scene c = begin(TWO_SITES);
	struct audit *a = live(&c, 1);
	char outages[64];

	(void)state;
	turn(&c, a, SCENE_NOW + HOUR, NULL);
	turn(&c, a, SCENE_NOW + HOUR + S, NULL);
	assert_string_equal(row_of(a, "M2")->verdict, "PASS");
	snprintf(outages, sizeof outages, "%llu-%llu", (unsigned long long)(SCENE_NOW - HOUR),
	         (unsigned long long)(SCENE_NOW - S));
	turn(&c, a, SCENE_NOW, outages);
	turn(&c, a, SCENE_NOW + S, outages);
	assert_string_equal(row_of(a, "M2")->verdict, "FAIL");
	audit_destroy(a);
	finish(&c);
}

/* A control that died with its clock ahead: nobody would have written for that long. */
static void
a_sign_of_life_from_the_future_leads_nobody(void **state)
{
	struct scene c = begin(TWO_SITES);
	struct leader *dead = leader_create(c.s, c.s, 1), *next = leader_create(c.s, c.s, 2);

	(void)state;
	store_select(c.s, "", "lab");
	assert_true(leader_turn(dead, SCENE_NOW + HOUR));
	assert_true(leader_turn(next, SCENE_NOW));
	leader_destroy(next);
	leader_destroy(dead);
	finish(&c);
}

/* ---- maintenance ------------------------------------------------------------------------------
 */

static struct scene
begin_with_maintenance(const char *scope)
{
	char *text = mem_printf(TWO_SITES "maintenance = ( { id = \"CHG-1\"; scope = [\"%s\"]; "
	                                  "from = \"2026-09-21T14:13:30Z\"; to = "
	                                  "\"2026-09-21T18:00:00Z\"; } );\n",
	                        scope);
	struct scene c = begin(text);

	free(text);
	return c;
}

/* A change announced for one link must not hide that another one fails. */
static void
maintenance_elsewhere_freezes_nothing(void **state)
{
	static const struct {
		const char *scope, *verdict;
	} cases[] = {{"link:pni-a", "FAIL"}, {"link:pni-c", "PASS"}, {"peering", "PASS"}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct scene c = begin_with_maintenance(cases[i].scope);
		struct audit *a = live(&c, 1);
		uint64_t begun = c.conf->maintenance[0].from_us;
		char outages[64];

		turn(&c, a, begun - 2 * S, NULL);
		turn(&c, a, begun - S, NULL);
		assert_string_equal(row_of(a, "M2")->verdict, "PASS");
		/* an outage of before the maintenance, which it does not take out */
		snprintf(outages, sizeof outages, "%llu-%llu",
		         (unsigned long long)(begun - 2 * HOUR),
		         (unsigned long long)(begun - HOUR));
		for (unsigned k = 1; k <= 3; k++)
			turn(&c, a, begun + k * S, outages);
		if (strcmp(row_of(a, "M2")->verdict, cases[i].verdict) != 0)
			fail_msg("maintenance of %s: %s: %s", cases[i].scope,
			         row_of(a, "M2")->verdict, row_of(a, "M2")->reasons);
		audit_destroy(a);
		finish(&c);
	}
}

/* The probe dies in a maintenance: its last PASS is not frozen for hours. */
static void
maintenance_hides_no_dead_probe(void **state)
{
	struct scene c = begin_with_maintenance("peering");
	struct audit *a = live(&c, 1);
	uint64_t begun = c.conf->maintenance[0].from_us;

	(void)state;
	turn(&c, a, begun - 2 * S, NULL);
	turn(&c, a, begun - S, NULL);
	assert_string_equal(row_of(a, "M2")->verdict, "PASS");
	put_site(c.s, c.conf, &ams, "pni-a", begun + 60 * S);
	assert_int_equal(audit_turn(a, begun + 60 * S), 0);
	assert_int_equal(audit_turn(a, begun + 61 * S), 0);
	assert_string_equal(row_of(a, "M2")->verdict, "INCONCLUSIVE");
	assert_string_equal(row_of(a, "M2")->reason, "probe-unfit");
	assert_int_equal(audit_exit_code(a, false), 4);
	audit_destroy(a);
	finish(&c);
}

/* ---- the contract changes ----------------------------------------------------------------------
 */

/* A link that was taken out of the contract, with its last record still in the store. */
static void
a_link_out_of_the_contract_fails_nobody(void **state)
{
	struct scene c = begin(TWO_SITES);
	struct rec_link gone = {.days_over_40 = 30};
	struct audit_input in;

	(void)state;
	strcpy(gone.name, "pni-old");
	strcpy(gone.probe, "ams1-p");
	gone.p95_5min_ratio[0] = gone.peak_1min_ratio[0] = 0.9;
	gone.p95_5min_ratio[1] = gone.peak_1min_ratio[1] = 0.9;
	as(c.s, &ams);
	store_put(c.s, RECORD_LINK, gone.name, &gone);
	in = look(c.s, c.conf, NULL, SCENE_NOW);
	in.from_us = in.to_us - DAY;
	assert_verdicts(&in, "X15", "PASS");
	assert_null(strstr(scene_judge(&in, "M1")->reasons, "pni-old"));
	audit_input_fini(&in);
	finish(&c);
}

/* A link that comes into it is asked for at once, whatever passed before. */
static void
a_link_new_in_the_contract_is_missed(void **state)
{
	struct scene c = begin(TWO_SITES);
	struct audit *a = live(&c, 1);
	struct conf *before = c.conf;

	(void)state;
	turn(&c, a, SCENE_NOW + S, NULL);
	turn(&c, a, SCENE_NOW + 2 * S, NULL);
	assert_string_equal(row_of(a, "M2")->verdict, "PASS");
	c.conf = scene_conf(HEALTHY_CONTRACT); /* all reload at once */
	audit_set_conf(a, c.conf);
	turn(&c, a, SCENE_NOW + 3 * S, NULL);
	turn(&c, a, SCENE_NOW + 4 * S, NULL);
	assert_string_equal(row_of(a, "M2")->verdict, "INCONCLUSIVE");
	assert_non_null(strstr(row_of(a, "M2")->reasons, "no probe reports pni-b"));
	audit_destroy(a);
	conf_destroy(before);
	finish(&c);
}

/* ---- the probe's losses over the window --------------------------------------------------------
 */

static void
put_refused(struct scene *c, const struct writer *w, uint64_t at, uint64_t packets,
            uint64_t refused)
{
	struct rec_probe p = {.fit = true, .heartbeat_us = at, .interval_us = S};

	snprintf(p.id, sizeof p.id, "%s", w->id);
	snprintf(p.site, sizeof p.site, "%s", w->site);
	p.rx_packets = p.packets = packets;
	p.missed = p.punt_control_drops = p.shortage.streams_refused = refused;
	p.inspector_shortage.bfd_packets_refused = p.flows_evicted = refused;
	p.flows_created = packets;
	as(c->s, w);
	store_put(c->s, RECORD_PROBE, p.id, &p);
}

static void
assert_own(const struct scene *c, struct window *w, uint64_t now, uint64_t offered, uint64_t lost)
{
	struct audit_input in = look(c->s, c->conf, w, now);
	const struct input_probe *p = &in.probes[0];

	assert_string_equal(p->rec.id, "ams1-p");
	assert_int_equal(p->offered, offered + lost);
	assert_int_equal(p->lost, lost);
	assert_int_equal(p->control_drops, lost);
	assert_int_equal(p->own.shortage.streams_refused, lost);
	assert_int_equal(p->own.inspector_shortage.bfd_packets_refused, lost);
	assert_int_equal(p->own.flows_evicted, lost);
	assert_int_equal(p->own.flows_created, offered);
	audit_input_fini(&in);
}

/* Totals since the probe's start become what was lost in the last day; a new run adds to it, and a
 * loss ages out. */
static void
losses_count_for_a_day(void **state)
{
	struct scene c = begin(TWO_SITES);
	struct window *w = window_create(DAY);
	struct writer again = ams;

	(void)state;
	put_refused(&c, &ams, SCENE_NOW, 1000000, 7);
	assert_own(&c, w, SCENE_NOW, 1000000, 7);
	put_refused(&c, &ams, SCENE_NOW + HOUR, 3000000, 10);
	assert_own(&c, w, SCENE_NOW + HOUR, 3000000, 10);
	again.boot_us = SCENE_NOW + HOUR + S; /* it was restarted: its totals begin at 0 */
	put_refused(&c, &again, SCENE_NOW + 2 * HOUR, 500000, 1);
	assert_own(&c, w, SCENE_NOW + 2 * HOUR, 3500000, 11);
	put_refused(&c, &again, SCENE_NOW + 40 * HOUR, 600000, 1);
	assert_own(&c, w, SCENE_NOW + 40 * HOUR, 100000, 0);
	window_destroy(w);
	finish(&c);
}

/* ---- evidence ages -----------------------------------------------------------------------------
 */

static void
put_media(struct scene *c, uint64_t windows, uint64_t over)
{
	struct rec_loss r = {.scope = "link:pni-a",
	                     .side = "peer",
	                     .windows = windows,
	                     .windows_over = over,
	                     .windows_over_hour = over,
	                     .window_over_us = SCENE_NOW,
	                     .packets = windows * 5000,
	                     .lost = over * 50};

	as(c->s, &ams);
	store_put(c->s, RECORD_LOSS, "link:pni-a:peer", &r);
}

static const char *
media_verdict(struct scene *c, struct window *w, uint64_t now)
{
	static char verdict[16];
	struct audit_input in;

	put_site(c->s, c->conf, &ams, "pni-a", now);
	put_site(c->s, c->conf, &fra, "pni-c", now);
	in = look(c->s, c->conf, w, now);
	strcpy(verdict, scene_judge(&in, "M3")->verdict);
	audit_input_fini(&in);
	return verdict;
}

/* Lossy windows of last week fail nobody today, and good ones of last week pass nobody. */
static void
media_of_last_week_decides_nothing(void **state)
{
	struct scene c = begin(TWO_SITES);
	struct window *w = window_create(DAY);

	(void)state;
	put_media(&c, 200, 5);
	assert_string_equal(media_verdict(&c, w, SCENE_NOW), "FAIL");
	put_media(&c, 210, 5);
	assert_string_equal(media_verdict(&c, w, SCENE_NOW + 12 * HOUR), "FAIL");
	put_media(&c, 320, 5); /* 110 good ones since, and 10 before */
	assert_string_equal(media_verdict(&c, w, SCENE_NOW + 30 * HOUR), "PASS");
	put_media(&c, 330, 5); /* and then hardly any call for a week */
	assert_string_equal(media_verdict(&c, w, SCENE_NOW + 7 * DAY), "INCONCLUSIVE");
	window_destroy(w);
	finish(&c);
}

/* Totals since the probe's start: of the link, and of what lies in no declared subnet. */
static struct audit_input
look_at_strangers(struct scene *c, struct window *w, uint64_t now, uint64_t bytes, uint64_t strange,
                  uint64_t flows)
{
	struct rec_link_subnet rest = {.flows = flows};
	struct rec_link l = {.state = "up"};

	put_heartbeat(c->s, c->conf, &ams, now);
	snprintf(l.name, sizeof l.name, "pni-a");
	snprintf(l.site, sizeof l.site, "ams1");
	snprintf(l.probe, sizeof l.probe, "%s", ams.id);
	l.traffic.bytes[DIR_PEER_TO_MSFT] = bytes;
	l.traffic.packets[DIR_PEER_TO_MSFT] = bytes / 100;
	rest.traffic.bytes[DIR_PEER_TO_MSFT] = strange;
	rest.traffic.packets[DIR_PEER_TO_MSFT] = strange / 100;
	store_put(c->s, RECORD_LINK, l.name, &l);
	store_put(c->s, RECORD_LINK_SUBNET, "pni-a:subnet:undeclared-peer", &rest);
	return look(c->s, c->conf, w, now);
}

static const char *
sources_of_r4(struct audit_input *in)
{
	static char verdict[16];
	const struct rec_verdict *row = scene_judge(in, "R4");

	strcpy(verdict, "none");
	for (uint32_t i = 0; i < row->subcheck_count; i++)
		if (strcmp(row->subchecks[i].id, "sources") == 0)
			strcpy(verdict, row->subchecks[i].verdict);
	audit_input_fini(in);
	return verdict;
}

/* A burst of strange sources fails nobody; what goes on for a quarter of an hour does, for a day;
 * and a week of clean traffic before does not thin what is wrong today. */
static void
strangers_count_for_a_day(void **state)
{
	struct scene c = begin(TWO_SITES);
	struct window *w = window_create(DAY);
	struct audit_input in;
	uint64_t at = SCENE_NOW;

	(void)state;
	in = look_at_strangers(&c, w, at, 100000000, 1000000, 200);
	assert_string_equal(sources_of_r4(&in), "none"); /* nobody knows when it came */
	at += HOUR;
	in = look_at_strangers(&c, w, at, 110000000, 1000000, 200);
	assert_string_equal(sources_of_r4(&in), "none"); /* and it did not go on */
	at += 60 * S;
	in = look_at_strangers(&c, w, at, 120000000, 1100000, 300);
	assert_string_equal(sources_of_r4(&in), "INCONCLUSIVE"); /* just begun */
	at += 900 * S;
	in = look_at_strangers(&c, w, at, 130000000, 1200000, 310);
	assert_string_equal(sources_of_r4(&in), "FAIL");
	at += 2 * DAY;
	in = look_at_strangers(&c, w, at, 9000000000, 1200000, 310);
	assert_string_equal(sources_of_r4(&in), "none");
	at += 600 * S;
	in = look_at_strangers(&c, w, at, 9100000000, 11200000, 410);
	assert_int_equal(in.links[0].packets[DIR_PEER_TO_MSFT], 89700000);
	assert_int_equal(in.links[0].undeclared[SIDE_PEER].traffic.packets[DIR_PEER_TO_MSFT],
	                 100000);
	assert_string_equal(sources_of_r4(&in), "INCONCLUSIVE");
	at += 900 * S;
	in = look_at_strangers(&c, w, at, 9200000000, 21200000, 510);
	assert_string_equal(sources_of_r4(&in), "FAIL");
	window_destroy(w);
	finish(&c);
}

static void
put_source(struct scene *c, const char *ip, uint64_t packets, uint64_t first_us, uint64_t now,
           const struct writer *writer)
{
	struct rec_endpoint e = {.traffic.packets = {packets, packets},
	                         .flows = packets,
	                         .first_us = first_us,
	                         .last_us = now};

	strcpy(e.ip, ip);
	strcpy(e.side, "peer");
	strcpy(e.classes, "tls");
	as(c->s, writer);
	store_put(c->s, RECORD_ENDPOINT, ip, &e);
	store_rank(c->s, SCOPE_SITE, "endpoints", ip, (double)packets);
}

static const struct input_source *
source_of(const struct audit_input *in, const char *ip)
{
	for (size_t i = 0; i < in->source_count; i++)
		if (strcmp(in->sources[i].ip, ip) == 0)
			return &in->sources[i];
	fail_msg("no source %s", ip);
	return NULL;
}

static struct audit_input
look_at_sources(struct scene *c, struct window *w, struct announcements *a, uint64_t now)
{
	struct audit_input in;

	put_site(c->s, c->conf, &ams, "pni-a", now);
	assert_true(audit_gather(&(struct gather_params){.conf = c->conf,
	                                                 .store = c->s,
	                                                 .window = w,
	                                                 .announcements = a,
	                                                 .now_us = now},
	                         &in));
	return in;
}

/* Control starts beside a probe that runs for two days: what an address sent before that, nobody
 * can place in the last day. Of those that come later nothing is lost; it is said what is. */
static void
a_late_look_counts_from_now_on(void **state)
{
	static const char old[] = "203.0.113.99", young[] = "203.0.113.100";
	struct scene c = begin(TWO_SITES);
	struct window *w = window_create(DAY);
	struct announcements *a = announcements_create();
	struct audit_input in;

	(void)state;
	put_source(&c, old, 1000000, SCENE_NOW - 2 * DAY, SCENE_NOW - DAY - HOUR, &ams);
	in = look_at_sources(&c, w, a, SCENE_NOW);
	assert_int_equal(source_of(&in, old)->packets[DIR_PEER_TO_MSFT], 0);
	assert_int_equal(source_of(&in, old)->flows, 0);
	assert_int_equal(in.known_us, SCENE_NOW);
	assert_int_equal(in.from_us, ams.boot_us); /* sessions and the like know their times */
	audit_input_fini(&in);
	put_source(&c, old, 1000150, SCENE_NOW - 2 * DAY, SCENE_NOW + 60 * S, &ams);
	put_source(&c, young, 120, SCENE_NOW + 30 * S, SCENE_NOW + 60 * S, &ams);
	in = look_at_sources(&c, w, a, SCENE_NOW + 60 * S);
	assert_int_equal(source_of(&in, old)->packets[DIR_PEER_TO_MSFT], 150);
	assert_int_equal(source_of(&in, young)->packets[DIR_PEER_TO_MSFT], 120);
	assert_non_null(strstr(scene_judge(&in, "R3")->reasons,
	                       "traffic of before 60 s ago is left out: control looks since then"));
	assert_int_equal(scene_judge(&in, "R3")->window_from_us, SCENE_NOW);
	assert_int_equal(scene_judge(&in, "X9")->window_from_us, SCENE_NOW);
	audit_input_fini(&in);
	/* a day later that is nobody's business */
	in = look_at_sources(&c, w, a, SCENE_NOW + 29 * HOUR);
	assert_null(strstr(scene_judge(&in, "X9")->reasons, "is left out"));
	audit_input_fini(&in);
	announcements_destroy(a);
	window_destroy(w);
	finish(&c);
}

/* A probe whose whole run lies in the window keeps its totals: they are of the last day. */
static void
a_young_probe_counts_whole(void **state)
{
	uint64_t boot_us = SCENE_NOW - HOUR;
	struct window *w = window_create(DAY);
	struct input_class sum = {.flows = 7, .first_us = boot_us + 1};
	struct rec_head head = {.boot_us = boot_us, .started_us = boot_us};
	uint64_t known;

	(void)state;
	known = window_known(w, "ams1-p", &head, SCENE_NOW, 1, 0);
	assert_int_equal(known, boot_us);
	window_apply_known(w, "x", &head, SCENE_NOW, sum.first_us, known, &sum);
	assert_int_equal(sum.flows, 7);
	/* it is started anew by the same terms: what was counted goes on */
	head.boot_us = head.started_us = SCENE_NOW + 10 * S;
	known = window_known(w, "ams1-p", &head, SCENE_NOW + 20 * S, 1, 0);
	assert_int_equal(known, boot_us);
	sum = (struct input_class){.flows = 2, .first_us = head.boot_us + 1};
	window_apply_known(w, "x", &head, SCENE_NOW + 20 * S, sum.first_us, known, &sum);
	assert_int_equal(sum.flows, 9);
	/* and once more by others */
	head.boot_us = head.started_us = SCENE_NOW + 30 * S;
	known = window_known(w, "ams1-p", &head, SCENE_NOW + 40 * S, 2, 0);
	assert_int_equal(known, head.boot_us);
	sum = (struct input_class){.flows = 3, .first_us = head.boot_us + 1};
	window_apply_known(w, "x", &head, SCENE_NOW + 40 * S, sum.first_us, known, &sum);
	assert_int_equal(sum.flows, 3);
	/* they change in its run */
	known = window_known(w, "ams1-p", &head, SCENE_NOW + 60 * S, 3, SCENE_NOW + 58 * S);
	assert_int_equal(known, SCENE_NOW + 60 * S);
	sum = (struct input_class){.flows = 50, .first_us = head.boot_us + 1};
	window_apply_known(w, "x", &head, SCENE_NOW + 60 * S, sum.first_us, known, &sum);
	assert_int_equal(sum.flows, 0);
	sum = (struct input_class){.flows = 54, .first_us = head.boot_us + 1};
	window_apply_known(w, "x", &head, SCENE_NOW + 61 * S, sum.first_us, known, &sum);
	assert_int_equal(sum.flows, 4);
	window_destroy(w);
	/* a look that begins after the change knows of it by the probe's word */
	w = window_create(DAY);
	known = window_known(w, "ams1-p", &head, SCENE_NOW + 61 * S, 3, SCENE_NOW + 58 * S);
	assert_int_equal(known, SCENE_NOW + 61 * S);
	window_destroy(w);
}

/* R4 of a subnet that may carry SRTP and carries TLS, by the probe's terms. */
static const struct rec_verdict *
r4_after(struct scene *c, struct window *w, const char *terms, uint64_t terms_us, uint64_t flows,
         uint64_t at)
{
	static struct rec_verdict row;
	struct rec_subnet subnet = {0};
	struct rec_subnet_class k = {.flows = flows,
	                             .flows_two_way = flows,
	                             .first_us = SCENE_NOW - HOUR,
	                             .last_us = at,
	                             .traffic = {.packets = {flows * 50, flows * 50},
	                                         .bytes = {flows * 9000, flows * 9000}}};
	struct rec_probe p = {.fit = true, .heartbeat_us = at, .interval_us = S};
	struct audit_input in;

	strcpy(p.id, ams.id);
	strcpy(p.site, ams.site);
	memcpy(p.config_sha256, c->conf->sha256, sizeof p.config_sha256);
	strcpy(p.terms_sha256, terms);
	p.terms_us = terms_us;
	p.rx_packets = p.packets = 1000000000;
	put_site(c->s, c->conf, &fra, "pni-c", at);
	put_site(c->s, c->conf, &ams, "pni-a", at);
	store_put(c->s, RECORD_PROBE, p.id, &p);
	strcpy(k.prefix, "192.31.196.0/24");
	strcpy(k.class, "tls");
	strcpy(subnet.prefix, k.prefix);
	store_put(c->s, RECORD_SUBNET, subnet.prefix, &subnet);
	store_put(c->s, RECORD_SUBNET_CLASS, "192.31.196.0/24:class:tls", &k);
	in = look(c->s, c->conf, w, at);
	row = *scene_judge(&in, "R4");
	audit_input_fini(&in);
	return &row;
}

/* Where no look follows, the totals are all there is: they are judged, and it is said what they are
 * of. */
static void
one_look_alone_takes_what_there_is(void **state)
{
	struct writer week = {"ams1", "ams1-p", SCENE_NOW - 7 * DAY, 100};
	struct scene c = begin(TWO_SITES);
	struct window *w = window_create(DAY);
	struct announcements *a = announcements_create();
	struct gather_params params = {.conf = c.conf,
	                               .store = c.s,
	                               .window = w,
	                               .announcements = a,
	                               .once = true,
	                               .now_us = SCENE_NOW};
	struct audit_input in;

	(void)state;
	put_site(c.s, c.conf, &week, "pni-a", SCENE_NOW);
	put_source(&c, "203.0.113.99", 1000000, week.boot_us, SCENE_NOW, &week);
	assert_true(audit_gather(&params, &in));
	assert_int_equal(source_of(&in, "203.0.113.99")->packets[DIR_PEER_TO_MSFT], 1000000);
	assert_int_equal(in.known_us, 0);
	assert_non_null(strstr(scene_judge(&in, "R3")->reasons,
	                       "counted since the probe's start 7 days ago: one look alone"));
	audit_input_fini(&in);
	announcements_destroy(a);
	window_destroy(w);
	finish(&c);
}

static void
other_terms_judge_nothing_of_before(void **state)
{
	struct scene c = begin(TWO_SITES);
	struct window *w = window_create(DAY);
	const struct rec_verdict *row;

	(void)state;
	r4_after(&c, w, "aaaa", 0, 0, SCENE_NOW - HOUR);
	r4_after(&c, w, "aaaa", 0, 400, SCENE_NOW - 1000 * S);
	row = r4_after(&c, w, "aaaa", 0, 500, SCENE_NOW);
	assert_string_equal(row->verdict, "FAIL");
	assert_non_null(strstr(row->reasons, "tls is not declared"));
	/* the probe takes up another contract, by which this one judges now */
	row = r4_after(&c, w, "bbbb", SCENE_NOW + S, 500, SCENE_NOW + 2 * S);
	assert_string_equal(row->verdict, "INCONCLUSIVE");
	assert_non_null(strstr(row->reasons, "0 packets, 0 flows of 192.31.196.0/24"));
	assert_non_null(strstr(row->reasons, "is left out: the contract's subnets changed then"));
	/* what goes on since then is judged, from its own begin */
	row = r4_after(&c, w, "bbbb", SCENE_NOW + S, 610, SCENE_NOW + 60 * S);
	assert_string_equal(row->verdict, "INCONCLUSIVE");
	row = r4_after(&c, w, "bbbb", SCENE_NOW + S, 620, SCENE_NOW + 1000 * S);
	assert_string_equal(row->verdict, "FAIL");
	window_destroy(w);
	finish(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_well),
		cmocka_unit_test(sessions_of_a_dead_probe_prove_nothing),
		cmocka_unit_test(a_link_of_an_unknown_probe_is_not_seen),
		cmocka_unit_test(what_an_earlier_run_saw_is_not_seen),
		cmocka_unit_test(what_a_probe_stopped_writing_is_not_seen),
		cmocka_unit_test(a_link_is_told_by_its_own_site),
		cmocka_unit_test(another_contract_at_one_probe),
		cmocka_unit_test(an_outage_does_not_grow_while_nobody_looks),
		cmocka_unit_test(a_clock_that_runs_ahead_is_unfit),
		cmocka_unit_test(a_clock_set_back_leaves_no_window_in_the_future),
		cmocka_unit_test(a_clock_set_back_is_looked_at),
		cmocka_unit_test(a_sign_of_life_from_the_future_leads_nobody),
		cmocka_unit_test(maintenance_elsewhere_freezes_nothing),
		cmocka_unit_test(maintenance_hides_no_dead_probe),
		cmocka_unit_test(a_link_out_of_the_contract_fails_nobody),
		cmocka_unit_test(a_link_new_in_the_contract_is_missed),
		cmocka_unit_test(losses_count_for_a_day),
		cmocka_unit_test(media_of_last_week_decides_nothing),
		cmocka_unit_test(strangers_count_for_a_day),
		cmocka_unit_test(a_late_look_counts_from_now_on),
		cmocka_unit_test(a_young_probe_counts_whole),
		cmocka_unit_test(one_look_alone_takes_what_there_is),
		cmocka_unit_test(other_terms_judge_nothing_of_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
