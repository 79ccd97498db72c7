/* One key of another type than the model's: its rows stay open and name it, the others are judged.
 */
#include "unit/audit/store_scene.h"

#include "audit/audit.h"

static const struct store_ops *real;
static struct store_ops wrapped;
static char bad_key[KEY_SIZE];
static bool away;

/* As Redis refuses it: that key says nothing, those beside it do. */
static bool
read_hashes(struct store *s, const struct key *keys, size_t count, hash_fn fn, void *context)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(keys[i].text, bad_key) != 0)
			continue;
		snprintf(s->error, sizeof s->error, "%.120s: WRONGTYPE", bad_key);
		s->refused = !away;
		return !away;
	}
	return real->read_hashes(s, keys, count, fn, context);
}

static void
break_key(struct store *s, const char *key)
{
	real = s->ops;
	wrapped = *real;
	wrapped.read_hashes = read_hashes;
	snprintf(bad_key, sizeof bad_key, "%s", key);
	s->ops = &wrapped;
}

static bool
names_key(const struct rec_verdict *row)
{
	for (uint32_t i = 0; i < row->subcheck_count; i++)
		if (strcmp(row->subchecks[i].id, "store") == 0 &&
		    strstr(row->subchecks[i].reason, bad_key))
			return true;
	return false;
}

struct turned {
	struct conf *conf;
	struct store *store;
	struct audit *audit;
	int result;
};

static struct turned
turn_with(const char *key, bool undeclared)
{
	struct turned t = {.conf = scene_conf(SCENE_CONTRACT), .store = scene_store()};

	put_probe(t.store, t.conf, SCENE_NOW);
	put_class(t.store, "srtp", 500000, 95000000, 10000, SCENE_NOW);
	if (undeclared)
		put_class(t.store, "tls", 10000, 5000000, 500, SCENE_NOW);
	break_key(t.store, key);
	t.audit = audit_create(
		&(struct audit_params){.conf = t.conf, .store = t.store, .capture = true});
	t.result = audit_turn(t.audit, 0);
	return t;
}

static void
turned_fini(struct turned *t)
{
	audit_destroy(t->audit);
	t->store->ops = real;
	store_close(t->store, 0);
	conf_destroy(t->conf);
	away = false;
}

static void
one_key_blinds_its_rows_alone(void **state)
{
	struct turned t = turn_with("pni:{ams1}:voice:link:pni-a", true);

	(void)state;
	assert_int_equal(t.result, 0);
	assert_string_equal(row_of(t.audit, "R4")->verdict, "FAIL");
	assert_false(names_key(row_of(t.audit, "R4")));
	turned_fini(&t);
}

/* What fails by what was seen still does; what could only pass for want of the rest does not. */
static void
a_class_that_is_not_read_passes_nothing(void **state)
{
	struct turned whole = turn_with("nothing", false), cut;

	(void)state;
	assert_string_equal(row_of(whole.audit, "R4")->verdict, "PASS");
	turned_fini(&whole);
	cut = turn_with("pni:{ams1}:subnet:203.0.113.0/24:class:tls", true);
	assert_int_equal(cut.result, 0);
	assert_string_equal(row_of(cut.audit, "R4")->verdict, "INCONCLUSIVE");
	assert_true(names_key(row_of(cut.audit, "R4")));
	turned_fini(&cut);
}

/* A maintenance that is not read may be the one that explains it. */
static void
absence_fails_nothing_beside_it(void **state)
{
	struct audit_input in = {0};
	struct conf *conf = scene_conf(SCENE_CONTRACT);
	struct verdict_draft *d = calloc(1, sizeof *d);

	(void)state;
	in.conf = conf;
	in.to_us = in.now_us = SCENE_NOW;
	judge(requirement_find("R9"), &in, d);
	assert_true(d->row.subcheck_count > 0);
	strcpy(in.unread[RECORD_LACP], "pni:{ams1}:lacp:pni-a:0: WRONGTYPE");
	judge(requirement_find("R9"), &in, d);
	assert_string_equal(d->row.verdict, "INCONCLUSIVE");
	assert_string_equal(d->row.subchecks[d->row.subcheck_count - 1].id, "store");
	free(d);
	conf_destroy(conf);
}

static void
a_store_that_is_away_judges_nothing(void **state)
{
	struct turned t;

	(void)state;
	away = true;
	t = turn_with("pni:{ams1}:subnet:203.0.113.0/24:class:srtp", true);
	assert_int_not_equal(t.result, 0);
	turned_fini(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_key_blinds_its_rows_alone),
		cmocka_unit_test(a_class_that_is_not_read_passes_nothing),
		cmocka_unit_test(absence_fails_nothing_beside_it),
		cmocka_unit_test(a_store_that_is_away_judges_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
