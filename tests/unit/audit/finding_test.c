/* The book of findings as sequences of looks, and each detector at its edge. */
#include "unit/audit/scene.h"

#include "audit/finding.h"

#define S SCENE_SECOND

/* ---- the book -------------------------------------------------------------------------------- */

struct heard {
	unsigned opened, updated, closed;
	struct rec_finding last;
};

static void
hear(void *context, enum finding_change change, const struct rec_finding *f)
{
	struct heard *h = context;

	h->opened += change == FINDING_OPENED;
	h->updated += change == FINDING_UPDATED;
	h->closed += change == FINDING_CLOSED;
	h->last = *f;
}

static struct rec_finding
finding(const char *kind, const char *subject, const char *text)
{
	struct rec_finding f = {0};

	strcpy(f.kind, kind);
	strcpy(f.subject, subject);
	strcpy(f.severity, finding_kind_find(kind)->severity);
	strcpy(f.text, text);
	finding_id(kind, subject, f.id);
	return f;
}

static void
look(struct finding_book *b, struct rec_finding *f, uint64_t at, struct heard *h)
{
	struct sightings seen = {.at = f, .count = f ? 1 : 0};

	finding_book_look(b, &seen, at, false, hear, h);
}

static void
opens_on_the_second_look_and_closes_after_quiet(void **state)
{
	struct finding_book *b = finding_book_create();
	struct rec_finding f = finding("config.mismatch", "probe:a", "other file");
	struct heard h = {0};
	size_t count;

	(void)state;
	look(b, &f, 10 * S, &h);
	assert_int_equal(h.opened, 0);
	look(b, &f, 10 * S, &h); /* the same data twice is one look */
	assert_int_equal(h.opened, 0);
	look(b, &f, 11 * S, &h);
	assert_int_equal(h.opened, 1);
	assert_int_equal(h.last.since_us, 10 * S); /* since it was first seen */
	assert_string_equal(h.last.state, "open");
	finding_book_open(b, &count);
	assert_int_equal(count, 1);
	look(b, NULL, 20 * S, &h);
	assert_int_equal(h.closed, 0);
	look(b, NULL, 21 * S, &h); /* ten seconds after it was last seen */
	assert_int_equal(h.closed, 1);
	assert_int_equal(h.last.until_us, 21 * S);
	assert_string_equal(h.last.state, "closed");
	finding_book_open(b, &count);
	assert_int_equal(count, 0);
	finding_book_destroy(b);
}

/* The detector may know since when; not when that was before an earlier end of the same matter. */
static void
since_when(void **state)
{
	static const struct {
		uint64_t said, since;
		bool capture;
	} cases[] = {
		{0, 1000 * S, false},       {995 * S, 995 * S, false},   {990 * S, 990 * S, false},
		{989 * S, 1000 * S, false}, {2000 * S, 1000 * S, false}, {1 * S, 1 * S, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct finding_book *b = finding_book_create();
		struct rec_finding f = finding("config.mismatch", "probe:a", "other file");
		struct sightings seen = {.at = &f, .count = 1};
		struct heard h = {0};

		f.since_us = cases[i].said;
		finding_book_look(b, &seen, 1000 * S, cases[i].capture, hear, &h);
		finding_book_look(b, &seen, 1001 * S, cases[i].capture, hear, &h);
		assert_int_equal(h.last.since_us, cases[i].since);
		finding_book_destroy(b);
	}
}

static void
a_single_sighting_leaves_nothing(void **state)
{
	struct finding_book *b = finding_book_create();
	struct rec_finding f = finding("config.mismatch", "probe:a", "other file");
	struct heard h = {0};

	(void)state;
	look(b, &f, 10 * S, &h);
	look(b, NULL, 11 * S, &h);
	look(b, &f, 12 * S, &h); /* not consecutive */
	look(b, NULL, 13 * S, &h);
	assert_int_equal(h.opened + h.closed, 0);
	finding_book_destroy(b);
}

static void
a_capture_opens_at_once(void **state)
{
	struct finding_book *b = finding_book_create();
	struct rec_finding f = finding("class.undeclared", "subnet:x", "tls");
	struct sightings seen = {.at = &f, .count = 1};
	struct heard h = {0};

	(void)state;
	finding_book_look(b, &seen, 5 * S, true, hear, &h);
	assert_int_equal(h.opened, 1);
	finding_book_destroy(b);
}

static void
acknowledged_stays_so_while_it_changes_and_closes(void **state)
{
	struct finding_book *b = finding_book_create();
	struct rec_finding f = finding("config.mismatch", "probe:a", "one");
	struct heard h = {0};

	(void)state;
	look(b, &f, 10 * S, &h);
	look(b, &f, 11 * S, &h);
	finding_book_ack(b, f.id, "night shift", 12 * S);
	strcpy(f.text, "two");
	look(b, &f, 13 * S, &h);
	assert_int_equal(h.updated, 1);
	assert_string_equal(h.last.state, "acked");
	assert_string_equal(h.last.acked_by, "night shift");
	assert_string_equal(h.last.text, "two");
	assert_int_equal(h.last.since_us, 10 * S);
	look(b, &f, 14 * S, &h); /* nothing new: nothing written */
	assert_int_equal(h.updated, 1);
	look(b, NULL, 30 * S, &h);
	assert_string_equal(h.last.state, "closed");
	assert_string_equal(h.last.acked_by, "night shift");
	finding_book_destroy(b);
}

static void
a_restored_finding_goes_on(void **state)
{
	struct finding_book *b = finding_book_create();
	struct rec_finding f = finding("config.mismatch", "probe:a", "one");
	struct rec_finding stored = f, done = finding("probe.loss", "probe:b", "old");
	struct heard h = {0};
	size_t count;

	(void)state;
	strcpy(stored.state, "acked");
	stored.since_us = 3 * S;
	strcpy(done.state, "closed");
	finding_book_restore(b, &stored);
	finding_book_restore(b, &done);
	finding_book_open(b, &count);
	assert_int_equal(count, 1);
	look(b, &f, 100 * S, &h);
	assert_int_equal(h.opened, 0); /* it is open already */
	look(b, NULL, 200 * S, &h);
	assert_int_equal(h.closed, 1);
	assert_int_equal(h.last.since_us, 3 * S);
	finding_book_destroy(b);
}

static void
most_severe_first_then_oldest(void **state)
{
	struct rec_finding f[] = {finding("probe.loss", "probe:b", ""),
	                          finding("link.silent", "link:a", ""),
	                          finding("class.undeclared", "subnet:c", "")};
	struct finding_book *b = finding_book_create();
	const struct rec_finding *const *open;
	size_t count;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		strcpy(f[i].state, "open");
		f[i].since_us = 3 - i;
		finding_book_restore(b, &f[i]);
	}
	open = finding_book_open(b, &count);
	assert_int_equal(count, 3);
	assert_string_equal(open[0]->kind, "link.silent");
	assert_string_equal(open[1]->kind, "class.undeclared"); /* both major, this one older */
	assert_string_equal(open[2]->kind, "probe.loss");
	finding_book_destroy(b);
}

static void
ids_are_stable_and_tell_subjects_apart(void **state)
{
	char a[64], b[64];

	(void)state;
	finding_id("link.silent", "a", a);
	/* FNV-1a of "a", from the authors' test vectors */
	assert_string_equal(a, "link.silent-e40c292c");
	finding_id("link.silent", "foobar", b);
	assert_string_equal(b, "link.silent-bf9cf968");
}

/* ---- detectors ------------------------------------------------------------------------------- */

/* The one sighting in `in`, or NULL when there is none; fails on more. */
static const struct rec_finding *
detect(const struct audit_input *in)
{
	static struct rec_finding one;
	struct sightings seen = {0};
	size_t count;

	detect_findings(in, &seen);
	count = seen.count;
	if (count > 0)
		one = seen.at[0];
	sightings_fini(&seen);
	assert_true(count <= 1);
	return count ? &one : NULL;
}

static void
undeclared_class(void **state)
{
	static const struct {
		uint64_t bytes, flows, last_ago_s;
		const char *severity; /* NULL: not found */
	} cases[] = {
		{100200, 5, 0, "minor"},   {100200, 4, 0, NULL},        {99000, 5, 0, NULL},
		{500000, 100, 0, "major"}, {500000, 100, 299, "major"}, {500000, 100, 300, NULL},
	};
	struct conf *conf = scene_conf(SCENE_CONTRACT);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct audit_input in = scene_input(conf);
		const struct rec_finding *f;

		scene_traffic(&in, 0, "srtp", 500000, 100000000, 10000, 3600);
		scene_traffic(&in, 0, "tls", 400, cases[i].bytes, cases[i].flows, 10)->last_us -=
			cases[i].last_ago_s * S;
		f = detect(&in);
		assert_int_equal(f != NULL, cases[i].severity != NULL);
		if (f) {
			assert_string_equal(f->kind, "class.undeclared");
			assert_string_equal(f->subject, "subnet:203.0.113.0/24");
			assert_string_equal(f->side, "peer");
			assert_string_equal(f->severity, cases[i].severity);
			assert_true(f->cause[0] && f->next[0] && f->evidence_count == 1);
		}
		scene_input_fini(&in);
	}
	conf_destroy(conf);
}

static void
silent_link(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);
	struct rec_maintenance m = {.from_us = SCENE_NOW - S, .to_us = SCENE_NOW + S};

	(void)state;
	assert_null(detect(&in));
	strcpy(in.links[1].rec.state, "silent");
	in.links[1].rec.last_packet_us[DIR_PEER_TO_MSFT] = SCENE_NOW - 30 * S;
	in.links[1].rec.last_packet_us[DIR_MSFT_TO_PEER] = SCENE_NOW;
	assert_string_equal(detect(&in)->kind, "link.silent");
	assert_string_equal(detect(&in)->subject, "link:pni-b");
	assert_string_equal(detect(&in)->side, "peer");
	in.links[1].rec.last_packet_us[DIR_MSFT_TO_PEER] = SCENE_NOW - 30 * S;
	assert_string_equal(detect(&in)->side, "both");
	/* announced at run time; another link's window does not help */
	in.maintenance = mem_alloc(1, sizeof m);
	in.maintenance_count = 1;
	strcpy(m.scope, "link:pni-a, link:pni-bb");
	in.maintenance[0] = m;
	assert_non_null(detect(&in));
	strcpy(in.maintenance[0].scope, "link:pni-a, link:pni-b");
	assert_null(detect(&in));
	in.maintenance[0].to_us = SCENE_NOW; /* over */
	assert_non_null(detect(&in));
	scene_input_fini(&in);
	conf_destroy(conf);
}

static void
link_over_its_limit(void **state)
{
	static const struct {
		double now, p95, peak;
		bool found;
	} cases[] = {
		{0.40, NAN, NAN, false}, {0.41, NAN, NAN, true}, {NAN, 0.40, 0.50, false},
		{NAN, 0.41, 0.1, true},  {NAN, 0.1, 0.51, true},
	};
	struct conf *conf = scene_conf(SCENE_CONTRACT);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct audit_input in = scene_input(conf);
		struct rec_link *l = &in.links[0].rec;

		l->utilisation_ratio[1] = cases[i].now;
		l->p95_5min_ratio[0] = cases[i].p95;
		l->peak_1min_ratio[1] = cases[i].peak;
		assert_int_equal(detect(&in) != NULL, cases[i].found);
		scene_input_fini(&in);
	}
	conf_destroy(conf);
}

static void
probe_loss_unfit_and_stale(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);
	struct sightings seen = {0};

	(void)state;
	in.probes[0].rec.loss_ratio = 1e-6;
	assert_null(detect(&in));
	in.probes[0].rec.loss_ratio = 1.1e-6;
	assert_string_equal(detect(&in)->kind, "probe.loss");
	assert_string_equal(detect(&in)->severity, "minor");
	in.probes[0].rec.loss_ratio = 0.02;
	in.probes[0].rec.fit = false;
	strcpy(in.probes[0].rec.unfit_reason, "lost 2 %");
	detect_findings(&in, &seen);
	assert_int_equal(seen.count, 2);
	assert_string_equal(seen.at[0].kind, "probe.loss");
	assert_string_equal(seen.at[0].severity, "major");
	assert_string_equal(seen.at[1].kind, "probe.unfit");
	assert_string_equal(seen.at[1].caused_by, seen.at[0].id); /* one story */
	sightings_fini(&seen);
	/* what a silent probe said last says nothing now */
	in.probes[0].stale = true;
	assert_string_equal(detect(&in)->kind, "probe.stale");
	scene_input_fini(&in);
	conf_destroy(conf);
}

static void
clocks_that_are_off_stepped_or_kept_by_nobody(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);
	struct rec_probe *p = &in.probes[0].rec;

	(void)state;
	p->clock_error_ns = 1000000; /* 1 ms is the limit */
	p->clock_free = true;        /* and nobody to compare with */
	in.probe_count = 1;
	assert_null(detect(&in));
	p->clock_error_ns++;
	assert_string_equal(detect(&in)->kind, "probe.clock");
	assert_string_equal(detect(&in)->severity, "minor");
	p->clock_error_ns = 0;
	p->clock_step_ns = 61000000000;
	p->clock_step_us = in.to_us - 59999999;
	assert_non_null(strstr(detect(&in)->text, "stepped by 61000.000 ms"));
	assert_int_equal(detect(&in)->since_us, p->clock_step_us);
	p->clock_step_us = in.to_us - 60000000; /* a minute ago */
	assert_null(detect(&in));
	scene_input_fini(&in);
	conf_destroy(conf);
}

static void
different_contract_files(void **state)
{
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct audit_input in = scene_input(conf);

	(void)state;
	strcpy(in.probes[0].rec.config_sha256, conf->sha256);
	assert_null(detect(&in));
	in.probes[0].rec.config_sha256[0] ^= 1;
	assert_string_equal(detect(&in)->kind, "config.mismatch");
	assert_string_equal(detect(&in)->subject, "probe:ams1-p");
	scene_input_fini(&in);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_on_the_second_look_and_closes_after_quiet),
		cmocka_unit_test(since_when),
		cmocka_unit_test(a_single_sighting_leaves_nothing),
		cmocka_unit_test(a_capture_opens_at_once),
		cmocka_unit_test(acknowledged_stays_so_while_it_changes_and_closes),
		cmocka_unit_test(a_restored_finding_goes_on),
		cmocka_unit_test(most_severe_first_then_oldest),
		cmocka_unit_test(ids_are_stable_and_tell_subjects_apart),
		cmocka_unit_test(undeclared_class),
		cmocka_unit_test(silent_link),
		cmocka_unit_test(link_over_its_limit),
		cmocka_unit_test(probe_loss_unfit_and_stale),
		cmocka_unit_test(clocks_that_are_off_stepped_or_kept_by_nobody),
		cmocka_unit_test(different_contract_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
