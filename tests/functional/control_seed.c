/*
 * A probe's writing without a probe, for tests of the control plane against a real Redis:
 *   control_seed SERVER SITE PROBE [KEY=VALUE…]
 * writes an epoch four times a second until it is ended: its own record, one link, the subnet
 * 203.0.113.0/24 with an hour of declared media and, with undeclared=N, N flows of TLS beside it
 * (five per cent of the bytes), and with events=N that many numbered events in the first epoch.
 * subnets=N are N more, 10.0.0.0/24 on, each with three classes of 1000 + its number packets.
 * sha=HEX is the contract that it claims to work from.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "store/store.h"

enum { EPOCH_MS = 250 };
#define HOUR_US (3600 * US_PER_S)
#define PREFIX "203.0.113.0/24"

struct seed {
	struct store *store;
	const char *site, *probe, *sha;
	unsigned undeclared, events, subnets;
	uint64_t boot_us;
};

static void
put_probe(const struct seed *seed, uint64_t now_us)
{
	struct rec_probe p = {.fit = true,
	                      .heartbeat_us = now_us,
	                      .interval_us = EPOCH_MS * US_PER_MS,
	                      .packets = 1000000,
	                      .rx_packets = 1000000};

	snprintf(p.id, sizeof p.id, "%s", seed->probe);
	snprintf(p.site, sizeof p.site, "%s", seed->site);
	snprintf(p.config_sha256, sizeof p.config_sha256, "%s", seed->sha);
	store_put(seed->store, RECORD_PROBE, p.id, &p);
}

static void
put_link(const struct seed *seed, uint64_t now_us)
{
	struct rec_link l = {.state = "up", .last_packet_us = {now_us, now_us}};

	snprintf(l.name, sizeof l.name, "pni-%s", seed->site);
	snprintf(l.site, sizeof l.site, "%s", seed->site);
	snprintf(l.probe, sizeof l.probe, "%s", seed->probe);
	store_put(seed->store, RECORD_LINK, l.name, &l);
}

static void
put_class(const struct seed *seed, const char *prefix, const char *class, uint64_t bytes,
          uint64_t flows, uint64_t now_us)
{
	struct rec_subnet_class c = {.flows = flows,
	                             .flows_two_way = flows,
	                             .first_us = seed->boot_us,
	                             .last_us = now_us,
	                             .traffic = {.packets = {bytes / 400, bytes / 400},
	                                         .bytes = {bytes / 2, bytes / 2}}};
	struct rec_subnet s = {.side = "peer"};
	char id[96];

	snprintf(s.prefix, sizeof s.prefix, "%s", prefix);
	snprintf(c.prefix, sizeof c.prefix, "%s", s.prefix);
	snprintf(c.class, sizeof c.class, "%s", class);
	snprintf(id, sizeof id, "%s:class:%s", s.prefix, class);
	store_put(seed->store, RECORD_SUBNET, s.prefix, &s);
	store_put(seed->store, RECORD_SUBNET_CLASS, id, &c);
}

static void
put_subnets(const struct seed *seed, uint64_t now_us)
{
	static const char *const classes[] = {"srtp", "sip-tls", "stun"};

	for (unsigned i = 0; i < seed->subnets; i++) {
		char prefix[32];

		snprintf(prefix, sizeof prefix, "10.%u.%u.0/24", i >> 8 & 255, i & 255);
		for (size_t c = 0; c < sizeof classes / sizeof classes[0]; c++)
			put_class(seed, prefix, classes[c], (1000 + i) * 400, 10, now_us);
	}
}

static void
put_events(const struct seed *seed, uint64_t now_us)
{
	for (unsigned i = 0; i < seed->events; i++) {
		struct event e = {.ts_us = now_us - HOUR_US / 60 + i * US_PER_MS,
		                  .name = "link.up"};

		snprintf(e.probe, sizeof e.probe, "%s", seed->probe);
		snprintf(e.text, sizeof e.text, "event %u of %s", i, seed->probe);
		store_event(seed->store, &e);
	}
}

static void
put_epoch(const struct seed *seed, uint64_t seq)
{
	uint64_t now_us = clock_utc_us();
	struct rec_epoch epoch = {.end_us = now_us, .coverage_ratio = 1};

	store_begin(seed->store, seq);
	put_probe(seed, now_us);
	put_link(seed, now_us);
	put_class(seed, PREFIX, "srtp", 95000000 + seq * 1000, 10000, now_us);
	if (seed->undeclared > 0)
		put_class(seed, PREFIX, "tls", 5000000, seed->undeclared, now_us);
	put_subnets(seed, now_us);
	if (seq == 1)
		put_events(seed, now_us);
	store_commit(seed->store, &epoch);
}

static const char *
value_of(int argc, char **argv, const char *key)
{
	size_t size = strlen(key);

	for (int i = 4; i < argc; i++)
		if (strncmp(argv[i], key, size) == 0 && argv[i][size] == '=')
			return argv[i] + size + 1;
	return "";
}

int
main(int argc, char **argv)
{
	struct timespec wait = {.tv_nsec = EPOCH_MS * 1000000L};
	struct seed seed = {.boot_us = clock_utc_us() - HOUR_US};
	struct store_params params = {.peering = "lab", .boot_us = seed.boot_us};
	char *error = NULL;

	if (argc < 4)
		return 2;
	params.server = argv[1];
	params.site = seed.site = argv[2];
	params.writer = seed.probe = argv[3];
	seed.sha = value_of(argc, argv, "sha");
	seed.undeclared = (unsigned)strtoul(value_of(argc, argv, "undeclared"), NULL, 10);
	seed.events = (unsigned)strtoul(value_of(argc, argv, "events"), NULL, 10);
	seed.subnets = (unsigned)strtoul(value_of(argc, argv, "subnets"), NULL, 10);
	seed.store = store_redis_open(&params, &error);
	if (!seed.store) {
		fprintf(stderr, "%s\n", error);
		return 2;
	}
	for (uint64_t seq = 1;; seq++) {
		put_epoch(&seed, seq);
		nanosleep(&wait, NULL);
	}
}
