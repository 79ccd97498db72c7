/* Which links a sub-check's scope is about, word by word, and whose loss matters for it. */
#include "audit/scope.h"

#include "unit/audit/peering_scene.h"

/* pni-a and pni-b of ams1, pni-c and pni-d of fra1; by index. */
static void
which_links(void **state)
{
	static const struct {
		const char *scope, *links; /* links "-": about none, so about all */
	} rows[] = {
		{"link:pni-b", "b"},
		{"link:pni", ""},
		{"member:pni-c:0", "c"},
		{"member:pni-c:1", "c"},
		{"member:pni-c", ""}, /* no member */
		{"session:pni-d-v6", "d"},
		{"session:nobody", ""},
		{"bfd:pni-a-v4", "a"},
		{"location:Frankfurt", "cd"},
		{"location:Amsterdam", "ab"},
		{"location:Paris", ""},
		{"link:pni-a, link:pni-d", "ad"},
		{"link:pni-a,session:pni-b-v4", "ab"},
		{"peering", "-"},
		{"subnet:192.31.196.0/24", "-"},
		{"sbc:a link:pni-c", "c"},
		{"", "-"},
	};
	struct conf *conf = scene_conf(HEALTHY_CONTRACT);
	struct audit_input in = healthy_input(conf);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (size_t k = 0; k < in.link_count; k++) {
			bool any = strcmp(rows[i].links, "-") != 0, names;
			bool want = strchr(rows[i].links, (char)('a' + k)) != NULL;

			print_message("%s, %s\n", rows[i].scope, in.links[k].rec.name);
			assert_int_equal(scope_names(&in, rows[i].scope, &in.links[k], &names),
			                 any);
			assert_int_equal(names, want);
			assert_int_equal(scope_concerns(&in, rows[i].scope, &in.links[k]),
			                 want || !any);
		}
	healthy_fini(&in);
	conf_destroy(conf);
}

/* A name that begins another's is another's. */
static void
whole_names(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_CONTRACT);
	struct audit_input in = healthy_input(conf);
	bool names;

	(void)state;
	strcpy(in.links[1].rec.name, "pni-a2");
	assert_true(scope_names(&in, "member:pni-a2:0", &in.links[1], &names) && names);
	assert_true(scope_names(&in, "member:pni-a2:0", &in.links[0], &names) && !names);
	assert_true(scope_names(&in, "link:pni-a2", &in.links[0], &names) && !names);
	healthy_fini(&in);
	conf_destroy(conf);
}

static void
whose_loss(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_CONTRACT);
	struct audit_input in = healthy_input(conf);
	struct input_probe ours = {0}, theirs = {0};
	size_t count = in.link_count;

	(void)state;
	for (size_t i = 0; i < count; i++)
		in.links[i].probe = &ours;
	in.links[3].probe = &theirs;
	assert_true(scope_rests_on(&in, "member:pni-d:1", &theirs));
	assert_false(scope_rests_on(&in, "member:pni-d:1", &ours));
	assert_false(scope_rests_on(&in, "link:pni-a", &theirs));
	assert_true(scope_rests_on(&in, "location:Frankfurt", &theirs));
	assert_true(scope_rests_on(&in, "location:Frankfurt", &ours));
	assert_false(scope_rests_on(&in, "location:Amsterdam", &theirs));
	assert_true(scope_rests_on(&in, "peering", &theirs));
	in.links[3].probe = NULL; /* anybody's */
	assert_true(scope_rests_on(&in, "bfd:pni-d-v4", &ours));
	assert_true(scope_rests_on(&in, "bfd:pni-d-v4", &theirs));
	in.link_count = 1;
	assert_false(scope_rests_on(&in, "link:pni-d", &ours));
	in.link_count = 0; /* nobody knows */
	assert_true(scope_rests_on(&in, "link:pni-d", &ours));
	in.link_count = count;
	healthy_fini(&in);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(which_links),
		cmocka_unit_test(whole_names),
		cmocka_unit_test(whose_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
