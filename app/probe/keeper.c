#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "inspect/bgp_fill.h"
#include "inspect/bgp_seed.h"
#include "inspect/inspector.h"

enum {
	SAVE_EVERY_S = 60,
	ROUTES_A_SAVE = 200000, /* as much longer between two saves as there are more */
	OLD_S = 24 * 3600,      /* such a state is no restart any more */
	BREATH_NS = 1000000,    /* between two slices, for the inspector */
};

struct keeper {
	struct slow_path *slow_path;
	char *state, *seed; /* paths */
	uint64_t saved_ns;
	struct timespec seeded; /* the dump's time stamp when it was taken up */
	bool failed;            /* said that it can't be written */
};

/* ---- files ------------------------------------------------------------------------------- */

/* False: there is none, or it can't be read. */
static bool
slurp(const char *path, struct text *to, struct stat *st)
{
	char buf[65536];
	ssize_t n = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode))
		while ((n = read(fd, buf, sizeof buf)) > 0)
			text_add_bytes(to, buf, (size_t)n);
	close(fd);
	return n == 0;
}

static bool
write_all(int fd, const struct text *t)
{
	for (size_t at = 0; at < t->size;) {
		ssize_t n = write(fd, t->at + at, t->size - at);

		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	return true;
}

/* ---- loading ----------------------------------------------------------------------------- */

static struct cursor
cursor_of(const struct text *t)
{
	return cursor_over((const uint8_t *)t->at, t->size);
}

static void
load_state(struct keeper *k)
{
	struct bgp_seed_result result;
	struct text t = {0};
	struct stat st;
	bool ok;

	if (!slurp(k->state, &t, &st)) {
		text_fini(&t);
		return;
	}
	if (clock_utc_us() / US_PER_S > (uint64_t)st.st_mtime + OLD_S) {
		log_info("probe", "%s is more than a day old and left alone", k->state);
		text_fini(&t);
		return;
	}
	ok = bgp_state_load(inspector_bgp(slow_path_lock(k->slow_path)), cursor_of(&t), &result);
	slow_path_unlock(k->slow_path);
	if (ok)
		log_info("probe", "BGP carried over: %" PRIu64 " routes, %u OPENs of %.1f s ago",
		         result.routes, result.opens,
		         (double)(clock_utc_us() / US_PER_S) - (double)st.st_mtime);
	else
		log_warning("probe", "%s is not a state of BGP sessions", k->state);
	text_fini(&t);
}

static void
breathe(void)
{
	nanosleep(&(struct timespec){.tv_nsec = BREATH_NS}, NULL);
}

static void
seed(struct keeper *k, const struct text *dump, struct bgp_seed_result *result)
{
	struct bgp_table *t = inspector_bgp(slow_path_lock(k->slow_path));
	struct bgp_seeder *s =
		bgp_seeder_create(t, cursor_of(dump), clock_utc_us() * NS_PER_US, result);

	while (bgp_seeder_step(s, BGP_FILL_SLOTS)) {
		slow_path_unlock(k->slow_path);
		breathe();
		slow_path_lock(k->slow_path);
	}
	bgp_seeder_destroy(s);
	slow_path_unlock(k->slow_path);
}

static void
take_seed(struct keeper *k)
{
	struct bgp_seed_result result;
	struct text t = {0};
	struct stat st;

	if (stat(k->seed, &st) != 0 ||
	    (st.st_mtim.tv_sec == k->seeded.tv_sec && st.st_mtim.tv_nsec == k->seeded.tv_nsec))
		return;
	k->seeded = st.st_mtim;
	if (slurp(k->seed, &t, &st)) {
		seed(k, &t, &result);
		log_info("probe", "%s: %" PRIu64 " routes for %u sides of sessions, %u OPENs",
		         k->seed, result.routes, result.sides, result.opens);
	}
	text_fini(&t);
}

/* ---- saving ------------------------------------------------------------------------------ */

static uint64_t
routes_of(const struct bgp_table *t)
{
	uint64_t routes = 0;

	for (uint32_t i = 0; i < t->session_count; i++)
		for (unsigned side = 0; side < 2; side++)
			routes += bgp_rib_count(&t->sessions[i]->side[side].rib);
	return routes;
}

/* In slices, each written before the next; the inspector is locked by who calls. */
static enum bgp_saver_end
save_slices(struct keeper *k, struct bgp_saver *s, struct text *state, int fd)
{
	enum bgp_saver_end end = BGP_SAVER_MORE;
	bool written = true;

	while (end == BGP_SAVER_MORE && written) {
		end = bgp_saver_step(s, BGP_FILL_SLOTS);
		slow_path_unlock(k->slow_path);
		written = write_all(fd, state);
		text_clear(state);
		breathe();
		slow_path_lock(k->slow_path);
	}
	return written ? end : BGP_SAVER_MORE;
}

/* False: it can't be written. A table that grew too fast for it is saved at the next turn. */
static bool
save_to(struct keeper *k, const char *beside)
{
	int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	struct text state = {0};
	enum bgp_saver_end end;
	struct bgp_saver *s;
	bool ok;

	if (fd < 0)
		return false;
	s = bgp_saver_create(inspector_bgp(slow_path_lock(k->slow_path)),
	                     clock_utc_us() * NS_PER_US, &state);
	end = save_slices(k, s, &state, fd);
	bgp_saver_destroy(s);
	slow_path_unlock(k->slow_path);
	text_fini(&state);
	ok = end != BGP_SAVER_MORE && fsync(fd) == 0;
	close(fd);
	return ok && (end == BGP_SAVER_TORN || rename(beside, k->state) == 0);
}

static void
save(struct keeper *k)
{
	char *beside = mem_printf("%s.new", k->state);

	if (!save_to(k, beside) && !k->failed) {
		k->failed = true;
		log_warning("probe", "%s: %s: BGP sessions won't be carried over a restart",
		            k->state, strerror(errno));
	}
	free(beside);
}

/* Time to the next save: a big table is written less often. */
static uint64_t
pause_ns(struct keeper *k)
{
	uint64_t routes = routes_of(inspector_bgp(slow_path_lock(k->slow_path)));

	slow_path_unlock(k->slow_path);
	return (1 + routes / ROUTES_A_SAVE) * SAVE_EVERY_S * NS_PER_S;
}

/* ---- the probe --------------------------------------------------------------------------- */

struct keeper *
keeper_open(const struct conf *conf, struct slow_path *slow_path)
{
	const char *folder = conf->probe.state ? conf->probe.state : conf->probe.spool;
	struct keeper *k = mem_alloc(1, sizeof *k);

	k->slow_path = slow_path;
	k->saved_ns = clock_monotonic_ns();
	k->state = mem_printf("%s/%s.bgp-state", folder, conf->probe.id);
	k->seed = mem_printf("%s/%s.seed.mrt", folder, conf->probe.id);
	load_state(k);
	take_seed(k);
	return k;
}

void
keeper_turn(struct keeper *k)
{
	uint64_t now_ns = clock_monotonic_ns();

	take_seed(k);
	if (now_ns - k->saved_ns < SAVE_EVERY_S * NS_PER_S || now_ns - k->saved_ns < pause_ns(k))
		return;
	k->saved_ns = now_ns;
	save(k);
}

void
keeper_close(struct keeper *k)
{
	if (!k)
		return;
	save(k);
	free(k->state);
	free(k->seed);
	free(k);
}
