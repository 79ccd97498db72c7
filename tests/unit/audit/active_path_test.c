/* ActivePath and BackupPath: a registered prefix of four links, two of them backups elsewhere. */
#include "audit/active_path.h"

#include "unit/audit/peering_scene.h"

/* sessions 0 and 2 are the IPv4 ones of the primary location, 4 and 6 those of the backup's */
static const unsigned all[] = {0, 2, 4, 6};

static void
withdraw(struct audit_input *in, unsigned session)
{
	in->sessions[session].routes[0] = (struct input_route){0};
}

static void
drop(struct audit_input *in, unsigned session)
{
	strcpy(in->sessions[session].rec.state, "idle");
}

CHANGE(one_left, withdraw(in, 0))
CHANGE(both_withdrawn, withdraw(in, 0); withdraw(in, 2))
CHANGE(both_down, drop(in, 0); drop(in, 2))
CHANGE(nowhere, for (unsigned i = 0; i < 4; i++) withdraw(in, all[i]))
CHANGE(backup_alone_gone, withdraw(in, 4); withdraw(in, 6))
CHANGE(inferred, both_withdrawn(in); strcpy(PEER_OF(in, 2)->completeness, "INFERRED"))
CHANGE(not_seen, both_withdrawn(in); in->sessions[2].seen = false)
CHANGE(restarts, both_down(in); in->sessions[0].rec.graceful_restart = true)

static const struct {
	const char *what;
	void (*change)(struct audit_input *in);
	enum active_path want;
} rows[] = {
	{"all carry it", NULL, PATH_ACTIVE},
	{"withdrawn on one active", one_left, PATH_ACTIVE},
	{"on both", both_withdrawn, PATH_BACKUP},
	{"both down", both_down, PATH_BACKUP},
	{"on all", nowhere, PATH_NOWHERE},
	{"on the backups", backup_alone_gone, PATH_ACTIVE},
	{"not known whole", inferred, PATH_NOT_KNOWN},
	{"not seen", not_seen, PATH_NOT_KNOWN},
	{"forwarding goes on", restarts, PATH_NOT_KNOWN},
};

static void
the_way_of_a_prefix(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct conf *conf = scene_conf(HEALTHY_CONTRACT);
		struct audit_input in = healthy_input(conf);
		const struct input_session *via;

		if (rows[i].change)
			rows[i].change(&in);
		if (active_path_of(&in, 0, &via) != rows[i].want)
			fail_msg("%s: %d", rows[i].what, active_path_of(&in, 0, &via));
		healthy_fini(&in);
		conf_destroy(conf);
	}
}

static void
count_change(void *context, const struct active_path_change *c)
{
	int *count = context;

	assert_string_equal(c->prefix, "192.31.196.0/24");
	assert_string_equal(c->via->rec.link, c->backup ? "pni-c" : "pni-a");
	*count += c->backup ? 1 : 100;
}

static void
changes_are_told_once(void **state)
{
	static const struct {
		void (*change)(struct audit_input *in);
		int told; /* 1 BackupPath, 100 ActivePath */
	} turns[] = {
		{both_down, 0},      {both_down, 0}, {NULL, 100},    {NULL, 0},
		{both_withdrawn, 1}, {inferred, 0},  {nowhere, 0},   {both_withdrawn, 0},
		{nowhere, 0},        {NULL, 100},    {both_down, 1},
	};
	struct active_paths *p = active_paths_create();

	(void)state;
	for (size_t i = 0; i < sizeof turns / sizeof *turns; i++) {
		struct conf *conf = scene_conf(HEALTHY_CONTRACT);
		struct audit_input in = healthy_input(conf);
		int told = 0;

		if (turns[i].change)
			turns[i].change(&in);
		active_paths_turn(p, &in, count_change, &told);
		if (told != turns[i].told)
			fail_msg("turn %zu: %d", i, told);
		healthy_fini(&in);
		conf_destroy(conf);
	}
	active_paths_destroy(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_way_of_a_prefix),
		cmocka_unit_test(changes_are_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
