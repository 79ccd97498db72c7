#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "inspect/bgp_seed.h"
#include "inspect/inspector.h"

enum {
	SAVE_EVERY_S = 60,
	OLD_S = 24 * 3600, /* such a state is no restart any more */
	ROUTES_AT_ONCE =
		200000, /* more are saved at the stop alone: the inspector waits meanwhile */
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
	return fsync(fd) == 0;
}

static bool
replace(const char *path, const struct text *t)
{
	char *beside = mem_printf("%s.new", path);
	int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	bool ok = fd >= 0 && write_all(fd, t);

	if (fd >= 0)
		close(fd);
	ok = ok && rename(beside, path) == 0;
	free(beside);
	return ok;
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
		bgp_seed_mrt(inspector_bgp(slow_path_lock(k->slow_path)), cursor_of(&t),
		             clock_utc_us() * NS_PER_US, &result);
		slow_path_unlock(k->slow_path);
		log_info("probe", "%s: %" PRIu64 " routes for %u sides of sessions, %u OPENs",
		         k->seed, result.routes, result.sides, result.opens);
	}
	text_fini(&t);
}

/* ---- saving ------------------------------------------------------------------------------ */

static bool
is_small(const struct bgp_table *t)
{
	uint64_t routes = 0;

	for (uint32_t i = 0; i < t->session_count; i++)
		for (unsigned side = 0; side < 2; side++)
			routes += bgp_rib_count(&t->sessions[i]->side[side].rib);
	return routes <= ROUTES_AT_ONCE;
}

static void
save(struct keeper *k, bool last)
{
	const struct bgp_table *t = inspector_bgp(slow_path_lock(k->slow_path));
	bool due = last || is_small(t);
	struct text state = {0};

	if (due)
		bgp_state_save(t, clock_utc_us() * NS_PER_US, &state);
	slow_path_unlock(k->slow_path);
	if (due && !replace(k->state, &state) && !k->failed) {
		k->failed = true;
		log_warning("probe", "%s: %s: BGP sessions won't be carried over a restart",
		            k->state, strerror(errno));
	}
	text_fini(&state);
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
	if (now_ns - k->saved_ns < SAVE_EVERY_S * NS_PER_S)
		return;
	k->saved_ns = now_ns;
	save(k, false);
}

void
keeper_close(struct keeper *k)
{
	if (!k)
		return;
	save(k, true);
	free(k->state);
	free(k->seed);
	free(k);
}
