/* Which links a sub-check's scope is about, word by word, and whose loss matters for it. */
#include "audit/scope.h"

#include "unit/audit/peering_scene.h"

struct letters {
	const struct audit_input *in;
	char text[8];
};

static bool
note_link(void *context, const struct input_link *link)
{
	struct letters *l = context;
	size_t size = strlen(l->text);

	l->text[size] = (char)('a' + (link - l->in->links));
	return size == 0; /* two are enough */
}

/* The letters of the links by their places, of all where it is about none; without `all` "-" stands
 * for that. */
static const char *
links_of(const struct audit_input *in, const char *scope, bool all)
{
	struct scope_index *x = scope_index_create(in);
	static struct letters l;

	l = (struct letters){.in = in};
	if (all)
		scope_each_concerned(x, scope, note_link, &l);
	else if (!scope_each(x, scope, note_link, &l))
		strcpy(l.text, "-");
	scope_index_destroy(x);
	return l.text;
}

static bool
rests_on(const struct audit_input *in, const char *scope, const struct input_probe *p)
{
	struct scope_index *x = scope_index_create(in);
	bool rests = scope_rests_on(x, scope, p);

	scope_index_destroy(x);
	return rests;
}

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
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bool any = strcmp(rows[i].links, "-") != 0;

		print_message("%s\n", rows[i].scope);
		assert_string_equal(links_of(&in, rows[i].scope, false), rows[i].links);
		assert_string_equal(links_of(&in, rows[i].scope, true), any ? rows[i].links : "ab");
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

	(void)state;
	strcpy(in.links[1].rec.name, "pni-a2");
	assert_string_equal(links_of(&in, "member:pni-a2:0", false), "b");
	assert_string_equal(links_of(&in, "member:pni-a:0", false), "a");
	assert_string_equal(links_of(&in, "link:pni-a2", false), "b");
	strcpy(in.links[2].rec.name, "pni-a:2");
	assert_string_equal(links_of(&in, "member:pni-a:2:0", false), "ac");
	healthy_fini(&in);
	conf_destroy(conf);
}

/* Two sites may each report a link of one name; of sessions of one name the first counts. */
static void
same_names(void **state)
{
	struct conf *conf = scene_conf(HEALTHY_CONTRACT);
	struct audit_input in = healthy_input(conf);

	(void)state;
	strcpy(in.links[3].rec.name, "pni-b");
	assert_string_equal(links_of(&in, "link:pni-b", false), "bd");
	assert_string_equal(links_of(&in, "link:pni-d", false), "");
	strcpy(in.sessions[6].rec.name, in.sessions[1].rec.name);
	assert_ptr_not_equal(in.sessions[6].link, in.sessions[1].link);
	assert_string_equal(links_of(&in, "session:pni-a-v6", false), "a");
	in.sessions[1].link = NULL;
	assert_string_equal(links_of(&in, "session:pni-a-v6", false), "");
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
	assert_true(rests_on(&in, "member:pni-d:1", &theirs));
	assert_false(rests_on(&in, "member:pni-d:1", &ours));
	assert_false(rests_on(&in, "link:pni-a", &theirs));
	assert_true(rests_on(&in, "location:Frankfurt", &theirs));
	assert_true(rests_on(&in, "location:Frankfurt", &ours));
	assert_false(rests_on(&in, "location:Amsterdam", &theirs));
	assert_true(rests_on(&in, "peering", &theirs));
	in.links[3].probe = NULL; /* anybody's */
	assert_true(rests_on(&in, "bfd:pni-d-v4", &ours));
	assert_true(rests_on(&in, "bfd:pni-d-v4", &theirs));
	in.link_count = 1;
	assert_false(rests_on(&in, "link:pni-d", &ours));
	in.link_count = 0; /* nobody knows */
	assert_true(rests_on(&in, "link:pni-d", &ours));
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
		cmocka_unit_test(same_names),
		cmocka_unit_test(whose_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
