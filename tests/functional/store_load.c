/*
 * A writer and readers for tests of the store against a real Redis:
 *   store_load write SERVER KEY=VALUE…   epochs of synthetic state and numbered events; JSON at the
 * end store_load read SERVER SECONDS SUBNETS LINKS   whole epochs only? JSON; exit 1: a torn one
 *   store_load ping SERVER SECONDS       slowest answer to PING; JSON
 *   store_load sample SERVER TS_US       one of everything that a small site has
 * Every key's packets are a function of its epoch, so a reader can tell a torn one by arithmetic.
 */
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/address.h"
#include "store/store.h"

struct load {
	struct store_params params;
	unsigned subnets, links, seconds, interval_ms, events, wait_ms;
};

static void
set(struct load *l, const char *name, const char *value)
{
	const struct {
		const char *name;
		const char **text;
	} texts[] = {{"user", &l->params.user},
	             {"password_file", &l->params.password_file},
	             {"writer", &l->params.writer},
	             {"spool", &l->params.spool}};
	const struct {
		const char *name;
		unsigned *number;
	} numbers[] = {{"subnets", &l->subnets},         {"links", &l->links},
	               {"seconds", &l->seconds},         {"events", &l->events},
	               {"interval_ms", &l->interval_ms}, {"wait_ms", &l->wait_ms}};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (strcmp(texts[i].name, name) == 0)
			*texts[i].text = value;
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (strcmp(numbers[i].name, name) == 0)
			*numbers[i].number = (unsigned)strtoul(value, NULL, 10);
	if (strcmp(name, "memory_max") == 0)
		l->params.memory_max_bytes = strtoull(value, NULL, 10);
	if (strcmp(name, "spool_max") == 0)
		l->params.spool_max_bytes = strtoull(value, NULL, 10);
}

static void
sleep_until(uint64_t ns)
{
	const struct timespec at = {(time_t)(ns / NS_PER_S), (long)(ns % NS_PER_S)};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) != 0)
		;
}

static double
cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* What a reader can check: packets of an epoch are its number times a thousand and the key's own.
 */
static void
put_epoch(struct store *s, const struct load *l, uint64_t seq)
{
	struct rec_link_subnet r = {.side = "peer"};
	struct rec_link link = {.state = "up"};
	struct rec_epoch epoch = {.end_us = clock_utc_us(), .coverage_ratio = 1};
	char id[160];

	store_begin(s, seq);
	for (unsigned a = 0; a < l->links; a++) {
		snprintf(link.name, sizeof link.name, "pni-%u", a);
		link.traffic.packets[0] = seq;
		store_put(s, RECORD_LINK, link.name, &link);
		snprintf(r.link, sizeof r.link, "pni-%u", a);
		for (unsigned b = 0; b < l->subnets; b++) {
			snprintf(r.prefix, sizeof r.prefix, "10.%u.%u.0/24", b >> 8, b & 255);
			snprintf(id, sizeof id, "%s:subnet:%s", r.link, r.prefix);
			for (int d = 0; d < 2; d++) {
				r.traffic.packets[d] = seq * 1000 + b % 1000;
				r.traffic.bytes[d] = r.traffic.packets[d] * 800;
				r.traffic.rate_pps[d] = 1000 + (double)b / 7;
				r.traffic.rate_bps[d] = 6400 * r.traffic.rate_pps[d] + (double)seq;
			}
			store_put(s, RECORD_LINK_SUBNET, id, &r);
		}
	}
	for (unsigned i = 0; i < l->events; i++) {
		struct event e = {.ts_us = clock_utc_us(), .name = "test.event"};

		e.detected_us = e.ts_us;
		snprintf(e.text, sizeof e.text, "event %u of epoch %llu", i,
		         (unsigned long long)seq);
		store_event(s, &e);
	}
	store_commit(s, &epoch);
}

static int
load_write(int argc, char **argv)
{
	struct load l = {.params = {.server = argv[2],
	                            .site = "lab",
	                            .peering = "lab",
	                            .writer = "p1",
	                            .boot_us = clock_utc_us()},
	                 .subnets = 10,
	                 .links = 1,
	                 .seconds = 1,
	                 .interval_ms = 1000,
	                 .wait_ms = 5000};
	uint64_t start = clock_monotonic_ns(), seq = 0;
	struct store_health h;
	double cpu = cpu_seconds();
	struct store *s;
	char *error;

	for (int i = 3; i < argc; i++) {
		char *value = strchr(argv[i], '=');

		if (!value)
			return 2;
		*value++ = '\0';
		set(&l, argv[i], value);
	}
	s = store_redis_open(&l.params, &error);
	if (!s) {
		fprintf(stderr, "%s\n", error);
		return 2;
	}
	while (clock_monotonic_ns() < start + l.seconds * NS_PER_S) {
		put_epoch(s, &l, ++seq);
		sleep_until(start + seq * l.interval_ms * NS_PER_MS);
	}
	cpu = (cpu_seconds() - cpu) / ((double)(clock_monotonic_ns() - start) / 1e9);
	store_health(s, &h);
	printf("{\"epochs\":%llu,\"events\":%llu,\"core_share\":%.4f,\"connected\":%d,"
	       "\"reconnects\":%llu,\"errors\":%llu,\"keys_written\":%llu,\"spool_events\":%llu,"
	       "\"spool_dropped\":%llu,\"last_error\":\"%s\"}\n",
	       (unsigned long long)seq, (unsigned long long)seq * l.events, cpu, h.connected,
	       (unsigned long long)h.reconnects, (unsigned long long)h.errors,
	       (unsigned long long)h.keys_written, (unsigned long long)h.spool_events,
	       (unsigned long long)h.spool_dropped, h.last_error);
	store_close(s, l.wait_ms);
	return 0;
}

static redisContext *
connect_to(const char *server)
{
	char error[ADDRESS_ERROR_SIZE];
	struct address a;
	redisContext *c = NULL;

	if (address_parse(server, &a, error))
		c = a.is_unix ? redisConnectUnix(a.host) : redisConnect(a.host, a.port);
	if (c && c->err == 0)
		return c;
	fprintf(stderr, "%s: %s\n", server, c ? c->errstr : "no address");
	exit(2);
}

static uint64_t
ask_number(redisContext *c, const char *key, const char *field)
{
	redisReply *r = redisCommand(c, "HGET %s %s", key, field);
	uint64_t value = r && r->type == REDIS_REPLY_STRING ? strtoull(r->str, NULL, 10) : 0;

	if (r)
		freeReplyObject(r);
	return value;
}

struct seen {
	uint64_t whole, mixed, behind, wrong;
};

/* One pass over all keys; by the rule of docs/redis.md the pass is whole when every key's seq is
 * the epoch's before and after. */
static void
read_pass(redisContext *c, unsigned subnets, unsigned links, struct seen *seen)
{
	uint64_t epoch = ask_number(c, "pni:{lab}:epoch:p1", "seq");
	bool mixed = false, behind = false, wrong = false;

	/* against the writer's order: the key that it writes last is read first */
	for (unsigned a = links; a-- > 0;)
		for (unsigned b = subnets; b-- > 0;)
			redisAppendCommand(c,
			                   "HMGET pni:{lab}:link:pni-%u:subnet:10.%u.%u.0/24 seq "
			                   "packets_peer_to_msft packets_msft_to_peer",
			                   a, b >> 8, b & 255);
	for (unsigned i = 0; i < links * subnets; i++) {
		redisReply *r;
		uint64_t v[3] = {0};

		if (redisGetReply(c, (void **)&r) != REDIS_OK)
			exit(2);
		for (size_t f = 0; f < 3 && f < r->elements; f++)
			v[f] = r->element[f]->str ? strtoull(r->element[f]->str, NULL, 10) : 0;
		mixed |= v[0] != epoch;
		behind |= v[0] < epoch;
		/* a key by itself is always whole */
		wrong |= v[1] != v[0] * 1000 + (subnets - 1 - i % subnets) % 1000 || v[2] != v[1];
		freeReplyObject(r);
	}
	seen->whole += !mixed;
	seen->mixed += mixed;
	seen->behind += behind;
	seen->wrong += wrong;
}

static int
load_read(char **argv)
{
	redisContext *c = connect_to(argv[2]);
	uint64_t until = clock_monotonic_ns() + strtoull(argv[3], NULL, 10) * NS_PER_S;
	unsigned subnets = (unsigned)strtoul(argv[4], NULL, 10);
	unsigned links = (unsigned)strtoul(argv[5], NULL, 10);
	struct seen seen = {0};

	while (ask_number(c, "pni:{lab}:epoch:p1", "seq") == 0 && clock_monotonic_ns() < until)
		sleep_until(clock_monotonic_ns() + 10 * NS_PER_MS);
	while (clock_monotonic_ns() < until)
		read_pass(c, subnets, links, &seen);
	printf("{\"whole\":%llu,\"mixed\":%llu,\"wrong\":%llu,\"behind\":%llu}\n",
	       (unsigned long long)seen.whole, (unsigned long long)seen.mixed,
	       (unsigned long long)seen.wrong, (unsigned long long)seen.behind);
	redisFree(c);
	return seen.wrong || seen.behind || seen.whole == 0;
}

static int
load_ping(char **argv)
{
	redisContext *c = connect_to(argv[2]);
	uint64_t until = clock_monotonic_ns() + strtoull(argv[3], NULL, 10) * NS_PER_S;
	uint64_t worst = 0, count = 0, slow = 0;

	while (clock_monotonic_ns() < until) {
		uint64_t before = clock_monotonic_ns(), took;
		redisReply *r = redisCommand(c, "PING");

		if (!r)
			return 2;
		freeReplyObject(r);
		took = clock_monotonic_ns() - before;
		worst = took > worst ? took : worst;
		slow += took > 20 * NS_PER_MS;
		count++;
		sleep_until(before + 2 * NS_PER_MS);
	}
	printf("{\"pings\":%llu,\"worst_us\":%llu,\"over_20_ms\":%llu}\n",
	       (unsigned long long)count, (unsigned long long)worst / 1000,
	       (unsigned long long)slow);
	redisFree(c);
	return 0;
}

static void
sample_probe(struct store *s, uint64_t ts_us)
{
	static const char *const names[] = {"bps_peer_to_msft", "peak_1ms_peer_to_msft"};
	const double values[] = {8e6, 9.5e6};
	struct rec_probe probe = {.id = "lab-p1", .fit = true, .heartbeat_us = ts_us};
	struct rec_link link = {.name = "pni-a", .state = "up", .state_since_us = ts_us};
	struct rec_member member = {.link = "pni-a", .state = "up"};
	struct rec_subnet subnet = {.prefix = "203.0.113.0/24", .declared = "sip-tls,srtp"};
	struct rec_subnet_class class = {.class = "dns", .standing = "undeclared"};
	struct rec_endpoint endpoint = {.ip = "203.0.113.9", .classes = "dns"};
	struct event event = {.ts_us = ts_us, .name = "class.undeclared", .severity = "minor"};
	struct rec_latency latency = {
		.scope = "link:pni-a", .side = "peer", .count = 9, .p50_us = 8};
	struct rec_loss loss = {.scope = "link:pni-a", .side = "peer", .packets = 750, .lost = 1};
	struct rec_voice voice = {.scope = "sbc:sbc1", .signalling = "sip", .calls = 12};
	struct rec_stream stream = {.src = "203.0.113.9", .codec = "PCMA", .lost = 7};
	struct rec_leg leg = {.a = "203.0.113.9", .why = "one way", .end_us = ts_us};
	struct rec_epoch epoch = {.end_us = ts_us, .coverage_ratio = 1};
	struct store_log log = {0};

	store_begin(s, 1);
	store_put(s, RECORD_PROBE, "lab-p1", &probe);
	store_put(s, RECORD_LINK, "pni-a", &link);
	store_put(s, RECORD_MEMBER, "pni-a:0", &member);
	store_put(s, RECORD_SUBNET, "203.0.113.0/24", &subnet);
	store_put(s, RECORD_SUBNET_CLASS, "203.0.113.0/24:class:dns", &class);
	store_put(s, RECORD_ENDPOINT, "203.0.113.9", &endpoint);
	store_put(s, RECORD_LATENCY, "link:pni-a:peer", &latency);
	store_put(s, RECORD_LOSS, "link:pni-a:peer", &loss);
	store_put(s, RECORD_VOICE, "sbc:sbc1", &voice);
	store_put(s, RECORD_STREAM, "00c0ffee00c0ffee", &stream);
	store_rank(s, SCOPE_SITE, "streams:worst", "00c0ffee00c0ffee", 12.5);
	store_put(s, RECORD_LEG, "00c0ffee00c0ffed", &leg);
	store_rank(s, SCOPE_SITE, "legs:active", "00c0ffee00c0ffed", (double)ts_us);
	store_leg(s, "legs:failed", &leg);
	store_rank(s, SCOPE_SITE, "endpoints", "203.0.113.9", (double)ts_us);
	store_rank(s, SCOPE_SITE, "subnet:203.0.113.0/24:endpoints", "203.0.113.9", 8e6);
	store_point(s, "link:pni-a", 0, ts_us, names, values, 2);
	store_map_set(s, "rib:pni-a-v4:peer", "203.0.113.0/24", "{\"path_length\":1}", 10);
	store_log(s, "riblog:pni-a-v4", &log, ts_us, 100, (const char *[]){"change"},
	          (const char *[]){"withdraw"}, 1);
	store_event(s, &event);
	store_commit(s, &epoch);
}

static void
sample_control(struct store *s, uint64_t ts_us)
{
	static struct rec_finding finding = {.id = "f1", .severity = "minor", .state = "open"};
	static struct rec_verdict before = {.id = "R4", .verdict = "PASS"}, after;
	struct event event = {.ts_us = ts_us, .name = "finding.opened", .origin = "1-1"};

	after = before;
	strcpy(after.verdict, "FAIL");
	after.since_us = ts_us;
	store_begin(s, 1);
	store_put(s, RECORD_FINDING, "f1", &finding);
	store_rank(s, SCOPE_PEERING, "findings:open", "f1", 2);
	store_put(s, RECORD_VERDICT, "R4", &after);
	store_ledger(s, &before, &after);
	store_event(s, &event);
	store_commit(s, &(struct rec_epoch){.end_us = ts_us});
}

static int
load_sample(char **argv)
{
	struct store_params params = {.server = argv[2],
	                              .site = "lab",
	                              .peering = "acme",
	                              .writer = "lab-p1",
	                              .boot_us = clock_utc_us()};
	uint64_t ts_us = strtoull(argv[3], NULL, 10);

	for (int control = 0; control < 2; control++) {
		struct store *s;

		params.site = control ? NULL : "lab";
		params.writer = control ? "control" : "lab-p1";
		s = store_redis_open(&params, NULL);
		if (!s)
			return 2;
		(control ? sample_control : sample_probe)(s, ts_us);
		store_close(s, 5000);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	log_init("store_load");
	if (argc >= 3 && strcmp(argv[1], "write") == 0)
		return load_write(argc, argv);
	if (argc == 6 && strcmp(argv[1], "read") == 0)
		return load_read(argv);
	if (argc == 4 && strcmp(argv[1], "ping") == 0)
		return load_ping(argv);
	if (argc == 4 && strcmp(argv[1], "sample") == 0)
		return load_sample(argv);
	fputs("usage: store_load write|read|ping|sample SERVER …\n", stderr);
	return 2;
}
