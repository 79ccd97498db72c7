/*
 * What it costs to keep 10 000 subnets on 4 links in Redis at 1 Hz: every key changes in every
 * epoch (packets, bytes and rates both ways), as with traffic everywhere. A real Redis on a UNIX
 * socket, started for this; its own processor time is not ours and not counted.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "bench/bench.h"
#include "store/store.h"

enum { SUBNETS = 10000, LINKS = 4, START_S = 5 };

struct server {
	char folder[64], socket[96], address[112];
	pid_t id;
};

static bool
server_start(struct server *r)
{
	strcpy(r->folder, "/tmp/pniscope-bench.XXXXXX");
	if (!mkdtemp(r->folder))
		return false;
	snprintf(r->socket, sizeof r->socket, "%s/redis.sock", r->folder);
	snprintf(r->address, sizeof r->address, "unix:%s", r->socket);
	r->id = fork();
	if (r->id == 0) {
		if (freopen("/dev/null", "w", stdout))
			execlp("redis-server", "redis-server", "--port", "0", "--unixsocket",
			       r->socket, "--save", "", "--dir", r->folder, (char *)NULL);
		_exit(127);
	}
	/* its socket is there before it listens: the store's own tries do the rest */
	for (int i = 0; i < 5000 && r->id > 0 && access(r->socket, F_OK) != 0; i++)
		usleep(1000);
	return r->id > 0;
}

static void
server_stop(struct server *r)
{
	if (r->id > 0) {
		kill(r->id, SIGTERM);
		waitpid(r->id, NULL, 0);
	}
	unlink(r->socket);
	rmdir(r->folder);
}

static void
put_link(struct store *s, unsigned link, uint64_t seq)
{
	struct rec_link_subnet r = {.side = "peer"};
	char id[160];

	snprintf(r.link, sizeof r.link, "pni-%u", link);
	for (unsigned i = 0; i < SUBNETS; i++) {
		snprintf(r.prefix, sizeof r.prefix, "10.%u.%u.0/24", i >> 8, i & 255);
		snprintf(id, sizeof id, "%s:subnet:%s", r.link, r.prefix);
		for (int d = 0; d < 2; d++) {
			r.traffic.packets[d] = seq * (1000 + i) + (unsigned)d;
			r.traffic.bytes[d] = r.traffic.packets[d] * 437;
			r.traffic.rate_pps[d] = 1000 + i + (double)(seq % 7) / 3;
			r.traffic.rate_bps[d] = r.traffic.rate_pps[d] * 8 * 437;
		}
		r.flows = seq;
		store_put(s, RECORD_LINK_SUBNET, id, &r);
	}
}

static void
put_epoch(struct store *s, uint64_t seq)
{
	store_begin(s, seq);
	for (unsigned link = 0; link < LINKS; link++)
		put_link(s, link, seq);
	store_commit(s, &(struct rec_epoch){.end_us = clock_utc_us(), .coverage_ratio = 1});
}

static void
sleep_until(uint64_t ns)
{
	const struct timespec at = {(time_t)(ns / NS_PER_S), (long)(ns % NS_PER_S)};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) != 0)
		;
}

/* Until Redis has everything that was committed. */
static bool
settle(struct store *s, struct store_health *h)
{
	uint64_t until = clock_monotonic_ns() + START_S * NS_PER_S;

	do {
		store_health(s, h);
		if (h->connected && h->pending_epochs == 0)
			return true;
		sleep_until(clock_monotonic_ns() + NS_PER_MS);
	} while (clock_monotonic_ns() < until);
	return false;
}

struct figures {
	double keys_per_second, core_share;
	uint64_t epochs;
};

static double
cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* The first epoch carries every field and is not counted: that is a start, not the running cost. */
static bool
measure(struct store *s, unsigned seconds, struct figures *f)
{
	struct store_health before, after;
	uint64_t start;
	double cpu;

	while (store_health(s, &before), !before.connected && waitpid(-1, NULL, WNOHANG) == 0)
		sleep_until(clock_monotonic_ns() + NS_PER_MS);
	put_epoch(s, 1);
	if (!settle(s, &before))
		return false;
	start = clock_monotonic_ns();
	cpu = cpu_ns();
	for (f->epochs = 0; f->epochs < seconds; f->epochs++) {
		put_epoch(s, f->epochs + 2);
		sleep_until(start + (f->epochs + 1) * NS_PER_S);
	}
	cpu = cpu_ns() - cpu;
	if (!settle(s, &after))
		return false;
	f->core_share = cpu / ((double)seconds * 1e9);
	f->keys_per_second = (double)(after.keys_written - before.keys_written) / seconds;
	return after.errors == before.errors;
}

static int
usage(void)
{
	fprintf(stderr, "usage: pniscope-bench export [--json] [--seconds N]\n");
	return 2;
}

int
bench_export(int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'},
	                                        {"seconds", required_argument, NULL, 's'},
	                                        {NULL, 0, NULL, 0}};
	struct store_params params = {
		.site = "bench", .peering = "bench", .writer = "bench", .boot_us = clock_utc_us()};
	struct figures f = {0};
	struct server server = {.id = -1};
	unsigned seconds = 10;
	bool json = false, fine;
	struct store *s;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == '?')
			return usage();
		json |= c == 'j';
		if (c == 's')
			seconds = (unsigned)strtoul(optarg, NULL, 10);
	}
	if (seconds == 0)
		return usage();
	if (!server_start(&server))
		return 2;
	params.server = server.address;
	s = store_redis_open(&params, NULL);
	fine = s && measure(s, seconds, &f);
	store_close(s, 0);
	server_stop(&server);
	if (!fine)
		fprintf(stderr, "pniscope-bench export: Redis did not take it all\n");
	else if (json)
		printf("{\"export\":{\"keys_per_second\":%.0f,\"core_share\":%.4f}}\n",
		       f.keys_per_second, f.core_share);
	else
		printf("export: %d subnets x %d links at 1 Hz, %llu epochs: %.0f keys/s, %.1f %% "
		       "of "
		       "a core (budget 10 %%)\n",
		       SUBNETS, LINKS, (unsigned long long)f.epochs, f.keys_per_second,
		       100 * f.core_share);
	return fine ? 0 : 2;
}
