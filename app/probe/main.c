/* pniscope-probe: an ordered start, a loop, and the start's mirror image. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "bmp_listener.h"
#include "classify/contract.h"
#include "collector.h"
#include "conf/conf.h"
#include "daemon/service.h"
#include "keeper.h"
#include "options.h"
#include "path/plane.h"
#include "path/source.h"
#include "router.h"
#include "slow_path.h"
#include "store/store.h"

enum {
	TURN_MS = 10,              /* how late a published interval may be taken */
	TURN_REPLAY_MS = 1,        /* a capture that is read at full speed waits for us */
	STORE_WAIT_MS = 1000,      /* for the last epoch at the stop */
	STORE_WAIT_ONCE_MS = 5000, /* nobody waits for that end, and the epoch is all there is */
};

struct probe {
	struct options options;
	struct conf *conf, *next_conf; /* next: while a reload goes on */
	bool reload_again;             /* a signal came while it did */
	struct store *store;
	struct plane *plane;
	struct collector *collector;
	struct slow_path *slow_path;
	struct keeper *keeper; /* NULL: captures have no restart */
	struct bmp_listener *bmp;
	struct router *router; /* NULL: of captures too */
	uint64_t second_ns;    /* when the once-a-second work was done last */
	bool told_replayed;
};

/* ---- start and stop -------------------------------------------------------------------------- */

static struct store *
open_store(const struct conf *conf)
{
	struct store_params params = {
		.server = conf->redis.server,
		.user = conf->redis.user,
		.password_file = conf->redis.password_file,
		.site = conf->probe.site,
		.peering = conf->peering.name,
		.writer = conf->probe.id,
		.spool = conf->probe.spool,
		.spool_max_bytes = conf->probe.spool_max_bytes,
		.memory_max_bytes = conf->redis.memory_max_bytes,
		.boot_us = clock_utc_us(),
	};
	char *error = NULL;
	struct store *store = store_redis_open(&params, &error);

	if (!store)
		log_error("probe", "%s", error);
	free(error);
	return store;
}

static bool
start(struct probe *p, const char *program)
{
	struct plane_params params = {
		.program = program,
		.conf = p->conf,
		.interval_ns = p->conf->redis.interval_ms * NS_PER_MS,
		.replay = p->options.replay,
		.mbufs_extra = p->options.mbufs,
		.eal_args = p->options.eal_args,
		.eal_arg_count = p->options.eal_arg_count,
	};

	if (plane_create(&params, &p->plane) != 0 || service_start() != 0)
		return false;
	p->store = open_store(p->conf);
	if (!p->store)
		return false;
	p->slow_path = slow_path_start(p->plane, p->conf);
	if (!p->slow_path)
		return false;
	if (!plane_is_capture(p->plane))
		p->keeper = keeper_open(p->conf, p->slow_path);
	if (!plane_is_capture(p->plane))
		p->router = router_create(p->plane, p->slow_path);
	if (bmp_listener_start(p->conf, p->slow_path, &p->bmp) != 0)
		return false;
	p->collector = collector_create(p->conf, p->plane, p->slow_path, p->store);
	if (!p->collector || plane_start(p->plane) != 0)
		return false;
	return !p->options.user || service_become(p->options.user) == 0;
}

/* False: not all that was measured could be written. */
static bool
stop(struct probe *p)
{
	bool written;

	service_stopping();
	if (p->plane)
		plane_stop(p->plane);
	bmp_listener_stop(p->bmp);
	slow_path_stop(p->slow_path);
	keeper_close(p->keeper);
	if (p->collector) {
		collector_finish(p->collector);
		collector_log(p->collector);
	}
	collector_destroy(p->collector);
	slow_path_destroy(p->slow_path);
	router_destroy(p->router);
	plane_destroy(p->plane);
	written = store_close(p->store, p->options.once ? STORE_WAIT_ONCE_MS : STORE_WAIT_MS);
	conf_destroy(p->next_conf);
	conf_destroy(p->conf);
	return written;
}

/* ---- reload ---------------------------------------------------------------------------------- */

static void
reload_failed(struct conf *next, char *error)
{
	log_error("probe", "reload refused, nothing changed: %s", error);
	free(error);
	conf_destroy(next);
	service_ready();
}

/* NULL, or why `next` can't be taken up; to be freed. */
static char *
why_not(const struct probe *p, const struct conf *next)
{
	if (!next->probe.id)
		return mem_printf("%s: no probe group", next->path);
	return conf_reload_refused(p->conf, next, CONF_PROBE);
}

/* Checks the new file whole, then posts it to the workers. While they go over, the file of another
 * signal waits: it may be newer than the one they take. */
static void
reload_begin(struct probe *p)
{
	struct conf *next = NULL;
	char *error = NULL;

	p->reload_again = p->next_conf != NULL;
	if (p->reload_again)
		return;
	service_reloading();
	if (contract_load(p->options.config, &next, &error) == 0)
		error = why_not(p, next);
	if (!error && plane_reload(p->plane, next, &error) == 0)
		p->next_conf = next;
	else
		reload_failed(next, error);
}

/* The workers have gone over: what they left behind is counted, the old file's things are freed. */
static void
reload_end(struct probe *p)
{
	collector_reload(p->collector, p->next_conf);
	slow_path_set_conf(p->slow_path, p->next_conf);
	plane_reloaded(p->plane);
	conf_destroy(p->conf);
	p->conf = p->next_conf;
	p->next_conf = NULL;
	log_info("probe", "reloaded %s, %.12s", p->conf->path, p->conf->sha256);
	service_ready();
	if (p->reload_again)
		reload_begin(p);
}

/* ---- loop ------------------------------------------------------------------------------------ */

static void
every_second(struct probe *p)
{
	bool stuck = plane_stuck(p->plane);

	plane_calibrate(p->plane);
	if (p->keeper)
		keeper_turn(p->keeper);
	collector_set_unfit(p->collector, stuck ? "a worker does not turn" : NULL);
	service_watchdog(!stuck);
}

static void
tell_replayed(struct probe *p)
{
	const char *line;

	if (p->told_replayed || !plane_replayed(p->plane))
		return;
	p->told_replayed = true;
	for (unsigned i = 0; (line = plane_replay_warning(p->plane, i)); i++)
		log_warning("probe", "%s", line);
	log_info("probe", "captures read to their end");
}

static void
run(struct probe *p)
{
	bool fast = plane_is_capture(p->plane) && !p->options.replay.pace;

	p->second_ns = clock_monotonic_ns();
	for (;;) {
		unsigned ms = fast && !p->told_replayed ? TURN_REPLAY_MS : TURN_MS;
		enum service_event event = service_wait(ms);
		uint64_t now_ns = clock_monotonic_ns();

		if (event == SERVICE_STOP)
			return;
		if (event == SERVICE_RELOAD)
			reload_begin(p);
		if (p->next_conf && !plane_reloading(p->plane) && !router_is_building(p->router))
			reload_end(p);
		if (p->router && !p->next_conf)
			router_turn(p->router, now_ns);
		collector_turn(p->collector, now_ns);
		tell_replayed(p);
		if (p->told_replayed && p->options.once)
			return;
		if (now_ns - p->second_ns >= NS_PER_S) {
			p->second_ns = now_ns;
			every_second(p);
		}
	}
}

/* Options of captures say nothing of live ports, and a run of those has no end of its own. */
static bool
options_fit(const struct probe *p)
{
	const struct options *o = &p->options;
	struct sources *sources;
	char *error = NULL;
	bool live;

	if (!o->once && !o->replay.pace && !o->replay.loop)
		return true;
	if (sources_create(p->conf, &sources, &error) != 0) {
		free(error); /* the start says it */
		return true;
	}
	live = sources->count > 0 && !source_capture_file(sources->at[0].name);
	if (live)
		fprintf(stderr,
		        "%s: port %s is live: --once, --pace and --loop are for pcap: ports; leave "
		        "them out\n",
		        p->conf->path, sources->at[0].name);
	sources_destroy(sources);
	return !live;
}

static bool
load(struct probe *p)
{
	char *error = NULL;

	if (contract_load(p->options.config, &p->conf, &error) != 0) {
		fprintf(stderr, "%s\n", error);
		free(error);
		return false;
	}
	return true;
}

int
main(int argc, char **argv)
{
	struct probe p = {0};
	int status = 2;

	log_init("pniscope-probe");
	if (!options_parse(&p.options, argc, argv, &status))
		return status;
	if (!load(&p))
		return 2;
	if (p.options.check) {
		conf_print(p.conf, stdout);
		conf_destroy(p.conf);
		return 0;
	}
	if (!p.conf->probe.id) {
		fprintf(stderr, "%s: no probe group; a probe needs probe = { id = …; site = …; }\n",
		        p.conf->path);
		conf_destroy(p.conf);
		return 2;
	}
	if ((p.options.user && !service_user_known(p.options.user)) || !options_fit(&p)) {
		conf_destroy(p.conf);
		return 2;
	}
	if (start(&p, argv[0])) {
		log_info("probe", "probe %s at %s: %u ports, %u workers, generation %.12s",
		         p.conf->probe.id, p.conf->probe.site, plane_port_count(p.plane),
		         plane_workers(p.plane), p.conf->sha256);
		service_ready();
		run(&p);
		status = 0;
	}
	/* a service does not fail by an absent Redis; who asked for one run wanted its results */
	return !stop(&p) && p.options.once ? 2 : status;
}
