/* Replay: times moved to the present, paced, round after round. Time is data. */
#include "path/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

static char name[] = "/tmp/replay_test.XXXXXX";

/* Packets at 100, 101 and 103 s. */
static void
write_capture(int fd)
{
	static const uint32_t header[] = {0xa1b2c3d4, 0x00040002, 0, 0, 65535, 1};
	static const uint32_t seconds[] = {100, 101, 103};
	uint8_t frame[60] = {0};

	assert_int_equal(write(fd, header, sizeof header), sizeof header);
	for (unsigned i = 0; i < 3; i++) {
		const uint32_t packet[] = {seconds[i], 0, sizeof frame, sizeof frame};

		assert_int_equal(write(fd, packet, sizeof packet), sizeof packet);
		assert_int_equal(write(fd, frame, sizeof frame), sizeof frame);
	}
}

static struct replay *
open_replay(bool pace, bool loop)
{
	const struct replay_options options = {.pace = pace, .loop = loop};
	const char *files[] = {name};
	const uint32_t ports[] = {5};
	struct replay *r;
	char *error;

	assert_int_equal(replay_open(files, ports, 1, &options, &r, &error), 0);
	return r;
}

static void
test_fast(void **state)
{
	struct replay *r = open_replay(false, false);
	struct burst b;

	(void)state;
	replay_read(r, 0, &b);
	assert_int_equal(b.count, 3);
	assert_int_equal(b.port, 5);
	assert_int_equal(b.time_ns[2], 103 * NS_PER_S);
	assert_false(replay_ended(r));
	replay_read(r, 0, &b);
	assert_int_equal(b.count, 0);
	assert_true(replay_ended(r));
	assert_int_equal(replay_last_ns(r), 103 * NS_PER_S);
	replay_close(r);
}

/* The first packet comes now, the others when they are due and no earlier. */
static void
test_paced(void **state)
{
	const uint64_t now = 1700000000 * NS_PER_S;
	struct replay *r = open_replay(true, false);
	struct burst b;

	(void)state;
	replay_read(r, now, &b);
	assert_int_equal(b.count, 1);
	assert_int_equal(b.time_ns[0], now);
	replay_read(r, now + NS_PER_S - 1, &b);
	assert_int_equal(b.count, 0);
	replay_read(r, now + NS_PER_S, &b);
	assert_int_equal(b.count, 1);
	assert_int_equal(b.time_ns[0], now + NS_PER_S);
	/* late by 10 s: what is due comes with the time it was due */
	replay_read(r, now + 11 * NS_PER_S, &b);
	assert_int_equal(b.count, 1);
	assert_int_equal(b.time_ns[0], now + 3 * NS_PER_S);
	replay_read(r, now + 12 * NS_PER_S, &b);
	assert_int_equal(b.count, 0);
	assert_true(replay_ended(r));
	replay_close(r);
}

/* Rounds follow each other; time never goes back. */
static void
test_loop(void **state)
{
	struct replay *r = open_replay(false, true);
	struct burst b;

	(void)state;
	for (unsigned round = 0; round < 5; round++) {
		uint64_t start = (100 + 3 * (uint64_t)round) * NS_PER_S + round * NS_PER_MS;

		replay_read(r, 0, &b);
		assert_int_equal(b.count, 3);
		assert_int_equal(b.time_ns[0], start);
		assert_int_equal(b.time_ns[2], start + 3 * NS_PER_S);
		assert_false(replay_ended(r));
	}
	replay_close(r);
}

static void
test_loop_over_nothing(void **state)
{
	const struct replay_options options = {.loop = true};
	static const uint32_t header[] = {0xa1b2c3d4, 0x00040002, 0, 0, 65535, 1};
	char empty[] = "/tmp/replay_test.XXXXXX";
	const char *files[] = {empty};
	const uint32_t ports[] = {0};
	int fd = mkstemp(empty);
	struct replay *r;
	struct burst b;
	char *error;

	(void)state;
	assert_int_equal(write(fd, header, sizeof header), sizeof header);
	close(fd);
	assert_int_equal(replay_open(files, ports, 1, &options, &r, &error), 0);
	replay_read(r, 0, &b);
	assert_int_equal(b.count, 0);
	assert_true(replay_ended(r));
	replay_close(r);
	unlink(empty);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fast),
		cmocka_unit_test(test_paced),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_loop_over_nothing),
	};
	int fd = mkstemp(name), failed;

	write_capture(fd);
	close(fd);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(name);
	return failed;
}
