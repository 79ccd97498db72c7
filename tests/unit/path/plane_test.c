/* The data plane on captures: no DPDK environment, a real worker thread, reloads while it runs. */
#include "path/plane.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"

enum { FORTH = 60000, BACK = 40000 };

static char folder[] = "/tmp/plane_test.XXXXXX";

/* `count` UDP frames of 60 bytes, `gap_us` apart. */
static void
write_capture(const char *file, unsigned count, unsigned gap_us)
{
	static const uint32_t header[] = {0xa1b2c3d4, 0x00040002, 0, 0, 65535, 1};
	uint8_t frame[60] = {2,    0,  0,  0,   0, 2, 2,    0,    0,    0,    0, 1, 8,   0,
	                     0x45, 0,  0,  46,  0, 0, 0,    0,    64,   17,   0, 0, 203, 0,
	                     113,  10, 52, 112, 0, 1, 0x13, 0x88, 0x13, 0x89, 0, 26};
	char *path = mem_printf("%s/%s", folder, file);
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	fwrite(header, sizeof header, 1, f);
	for (unsigned i = 0; i < count; i++) {
		uint64_t us = (uint64_t)i * gap_us;
		const uint32_t packet[] = {(uint32_t)(1700000000 + us / 1000000),
		                           (uint32_t)(us % 1000000), sizeof frame, sizeof frame};

		fwrite(packet, sizeof packet, 1, f);
		fwrite(frame, sizeof frame, 1, f);
	}
	fclose(f);
	free(path);
}

/* Two links; `turned`: named in the other order, so that every index changes. */
static struct conf *
make_conf(bool turned, const char *more)
{
	char *links[2], *text, *error = NULL;
	struct conf *conf = NULL;

	for (unsigned i = 0; i < 2; i++)
		links[i] = mem_printf(
			"{ name = \"pni-%c\"; site = \"ams1\"; role = \"primary\"; bandwidth = "
			"\"10G\"; members = ( { speed = \"10G\"; peer_to_msft = "
			"\"pcap:%s/%c1.pcap\"; msft_to_peer = \"pcap:%s/%c2.pcap\"; } ); }",
			'a' + i, folder, 'a' + i, folder, 'a' + i);
	text = mem_printf("probe = { id = \"p1\"; site = \"ams1\"; flows = 10000; };\n"
	                  "peering = { name = \"x\"; type = \"isp\"; };\n"
	                  "peer = { asn = 64496; };\n"
	                  "sites = ( { name = \"ams1\"; metro = \"Amsterdam\"; } );\n"
	                  "links = ( %s, %s );\n%s\n",
	                  links[turned], links[!turned], more);
	if (conf_load_text(text, "test.conf", &conf, &error) != 0)
		fail_msg("%s", error);
	free(links[0]);
	free(links[1]);
	free(text);
	return conf;
}

/* Packets per link name and direction, whatever their indices were. */
struct seen {
	uint64_t packets[2][DIR_COUNT], all, intervals, stretched;
};

static void
count(struct seen *seen, const struct plan *plan, const struct snap *s)
{
	for (uint32_t i = 0; i < s->lane_count; i++) {
		const struct lane_id *lane = &plan->lanes[i];
		const char *link = plan->conf->links[lane->link].name;

		seen->packets[link[4] - 'a'][lane->dir] += s->lanes[i].packets;
	}
	seen->all += s->packets;
	seen->intervals++;
	seen->stretched += s->stretched;
}

static void
take(struct seen *seen, const struct plan *plan, struct snap_core *core)
{
	struct snap *s = snap_take(core);

	if (!s)
		return;
	count(seen, plan, s);
	snap_release(core, s);
}

static struct plane *
open_plane(const struct conf *conf, bool pace)
{
	const struct plane_params params = {
		.program = "plane_test",
		.conf = conf,
		.interval_ns = NS_PER_S / 10,
		.replay = {.pace = pace},
	};
	struct plane *p;

	assert_int_equal(plane_create(&params, &p), 0);
	assert_true(plane_is_capture(p));
	assert_int_equal(plane_workers(p), 1);
	assert_int_equal(plane_start(p), 0);
	return p;
}

static void
pause_briefly(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
}

static void
finish(struct plane *p, struct seen *seen)
{
	plane_stop(p);
	take(seen, plane_plan(p), plane_snap(p, 0));
	if (snap_current(plane_snap(p, 0))->packets > 0)
		count(seen, plane_plan(p), snap_current(plane_snap(p, 0)));
}

static void
assert_all_seen(const struct seen *seen)
{
	assert_int_equal(seen->packets[0][DIR_PEER_TO_MSFT], FORTH);
	assert_int_equal(seen->packets[0][DIR_MSFT_TO_PEER], BACK);
	assert_int_equal(seen->packets[1][DIR_PEER_TO_MSFT], BACK);
	assert_int_equal(seen->packets[1][DIR_MSFT_TO_PEER], FORTH);
	assert_int_equal(seen->all, 2 * (FORTH + BACK));
}

static void
test_replay_to_its_end(void **state)
{
	struct conf *conf = make_conf(false, "");
	struct plane *p = open_plane(conf, false);
	struct seen seen = {0};

	(void)state;
	while (!plane_replayed(p)) {
		take(&seen, plane_plan(p), plane_snap(p, 0));
		pause_briefly();
	}
	finish(p, &seen);
	assert_all_seen(&seen);
	/* a capture at full speed waits for us: 6 s of it make 60 intervals, none longer */
	assert_in_range(seen.intervals, 60, 62);
	assert_int_equal(seen.stretched, 0);
	plane_destroy(p);
	conf_destroy(conf);
}

/* Reload over and over under way, every index changed each time: no packet is lost or misplaced. */
static void
test_reload_loses_nothing(void **state)
{
	struct conf *conf = make_conf(false, "");
	struct plane *p = open_plane(conf, false);
	struct seen seen = {0};
	unsigned reloads = 0;

	(void)state;
	while (!plane_replayed(p)) {
		struct conf *next = make_conf(reloads % 2 == 0, "");
		const struct plan *old_plan = plane_plan(p);
		char *error = NULL;
		uint64_t before = seen.intervals;

		while (!plane_replayed(p) && seen.intervals < before + 5) {
			take(&seen, old_plan, plane_snap(p, 0));
			pause_briefly();
		}
		assert_int_equal(plane_reload(p, next, &error), 0);
		while (plane_reloading(p)) {
			take(&seen, old_plan, plane_old_snap(p, 0));
			pause_briefly();
		}
		take(&seen, old_plan, plane_old_snap(p, 0));
		if (snap_current(plane_old_snap(p, 0))->packets > 0)
			count(&seen, old_plan, snap_current(plane_old_snap(p, 0)));
		plane_reloaded(p);
		conf_destroy(conf);
		conf = next;
		reloads++;
	}
	finish(p, &seen);
	assert_all_seen(&seen);
	assert_true(reloads >= 5);
	plane_destroy(p);
	conf_destroy(conf);
}

static void
test_reload_refuses_other_ports(void **state)
{
	struct conf *conf = make_conf(false, ""), *less;
	struct plane *p = open_plane(conf, false);
	char *error = NULL, *wrong = NULL, *text;

	(void)state;
	text = mem_printf("probe = { id = \"p1\"; site = \"ams1\"; };\n"
	                  "peering = { name = \"x\"; type = \"isp\"; };\n"
	                  "peer = { asn = 64496; };\n"
	                  "sites = ( { name = \"ams1\"; metro = \"Amsterdam\"; } );\n"
	                  "links = ( { name = \"pni-a\"; site = \"ams1\"; role = \"primary\"; "
	                  "bandwidth = \"10G\"; members = ( { speed = \"10G\"; peer_to_msft = "
	                  "\"pcap:%s/a1.pcap\"; msft_to_peer = \"pcap:/other.pcap\"; } ); } );",
	                  folder);
	if (conf_load_text(text, "less.conf", &less, &wrong) != 0)
		fail_msg("%s", wrong);
	assert_true(plane_reload(p, less, &error) < 0);
	assert_non_null(strstr(error, "need a restart"));
	assert_ptr_equal(plane_plan(p)->conf, conf);
	assert_false(plane_reloading(p));
	free(error);
	free(text);
	plane_stop(p);
	plane_destroy(p);
	conf_destroy(less);
	conf_destroy(conf);
}

static void
test_refused_at_start(void **state)
{
	struct plane_params params = {.program = "plane_test", .interval_ns = NS_PER_S};
	struct conf *conf = make_conf(false, "");
	char *gone = mem_printf("%s/b2.pcap", folder), *kept = mem_printf("%s/kept", folder);
	struct plane *p = NULL;

	(void)state;
	params.conf = conf;
	assert_int_equal(rename(gone, kept), 0);
	assert_true(plane_create(&params, &p) < 0);
	assert_null(p);
	assert_int_equal(rename(kept, gone), 0);
	free(gone);
	free(kept);
	conf_destroy(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replay_to_its_end),
		cmocka_unit_test(test_reload_loses_nothing),
		cmocka_unit_test(test_reload_refuses_other_ports),
		cmocka_unit_test(test_refused_at_start),
	};
	static const char *const files[] = {"a1.pcap", "a2.pcap", "b1.pcap", "b2.pcap"};
	int failed;

	if (!mkdtemp(folder))
		return 1;
	write_capture(files[0], FORTH, 100);
	write_capture(files[1], BACK, 150);
	write_capture(files[2], BACK, 150);
	write_capture(files[3], FORTH, 100);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	for (unsigned i = 0; i < 4; i++) {
		char *path = mem_printf("%s/%s", folder, files[i]);

		unlink(path);
		free(path);
	}
	rmdir(folder);
	return failed;
}
