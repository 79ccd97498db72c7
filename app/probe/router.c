#include "router.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "inspect/inspector.h"
#include "path/lookup.h"
#include "proto/bgp_open.h"

enum {
	EVERY_S = 2,             /* between two looks at the routes … */
	ROUTES_PER_S = 50000,    /* … and longer the more there are: all are copied and built */
	PREFIXES_MAX = 4 << 20,  /* of a side */
	SLOTS_AT_ONCE = 1 << 15, /* some 0.3 ms */
	BREATH_NS = 50000,       /* for who waits for the inspector */
};

struct list {
	struct prefix *at;
	size_t count, room;
};

/* A lookup on its way. */
struct job {
	pthread_t thread;
	bool running;
	_Atomic bool done;
	const struct plan *plan;
	struct list list[2];
	struct lookup *built;
};

struct router {
	struct plane *plane;
	struct slow_path *slow_path;
	struct lookup *now, *next; /* next: posted, not everywhere in use yet */
	struct job job;
	uint64_t digest, plan; /* of what was built last */
	uint64_t due_ns;
};

struct router *
router_create(struct plane *plane, struct slow_path *slow_path)
{
	struct router *r = mem_alloc(1, sizeof *r);

	r->plane = plane;
	r->slow_path = slow_path;
	return r;
}

/* ---- the routes -------------------------------------------------------------------------- */

static void
add_route(void *context, const struct bgp_route *route)
{
	struct list *l = context;

	/* what covers everything says nothing of anybody */
	if (route->safi != BGP_SAFI_UNICAST || !route->len || l->count == PREFIXES_MAX)
		return;
	if (l->count == l->room) {
		l->room = l->room ? l->room * 2 : 1024;
		l->at = mem_resize(l->at, l->room, sizeof *l->at);
	}
	l->at[l->count++] = bgp_route_prefix(route);
}

/* Changes when any route that stands comes or goes. */
static uint64_t
digest_of(const struct bgp_table *t)
{
	uint64_t digest = 0;

	for (uint32_t i = 0; i < t->session_count; i++)
		for (unsigned side = 0; side < 2; side++)
			if (bgp_session_stands(t->sessions[i]))
				digest += t->sessions[i]->side[side].rib.digest * (side + 1);
	return digest;
}

/* One side's routes, in slices: control frames wait for the inspector meanwhile. False: the session
 * went away, or the copy may lack routes. */
static bool
copy_side(struct router *r, uint32_t session, unsigned side)
{
	uint64_t forgotten = 0;
	bool first = true, more = true, whole = true;

	while (more) {
		struct bgp_table *t = inspector_bgp(slow_path_lock(r->slow_path));
		struct bgp_rib *rib = NULL;

		if (first)
			forgotten = t->sessions_forgotten;
		whole = t->sessions_forgotten == forgotten && session < t->session_count;
		if (whole)
			rib = &t->sessions[session]->side[side].rib;
		if (whole && first)
			bgp_rib_copy_begin(rib, BGP_READER_LOOKUP);
		more = whole && bgp_rib_copy(rib, BGP_READER_LOOKUP, SLOTS_AT_ONCE, add_route,
		                             &r->job.list[side]);
		whole = whole && !rib->copy[BGP_READER_LOOKUP].torn;
		more = more && whole;
		slow_path_unlock(r->slow_path);
		first = false;
		if (more)
			nanosleep(&(struct timespec){.tv_nsec = BREATH_NS}, NULL);
	}
	return whole;
}

/* What has changed since the last time? False: nothing. */
static bool
look(struct router *r, uint32_t *sessions)
{
	const struct bgp_table *t = inspector_bgp(slow_path_lock(r->slow_path));
	uint64_t digest = digest_of(t), plan = plane_plan(r->plane)->generation;
	bool changed = digest != r->digest || plan != r->plan;

	r->digest = digest;
	r->plan = plan;
	*sessions = t->session_count;
	slow_path_unlock(r->slow_path);
	return changed;
}

static bool
stands(struct router *r, uint32_t session)
{
	const struct bgp_table *t = inspector_bgp(slow_path_lock(r->slow_path));
	bool yes = session < t->session_count && bgp_session_stands(t->sessions[session]);

	slow_path_unlock(r->slow_path);
	return yes;
}

/* Of all sessions: a source may be announced on another link than it uses. */
static bool
copy_routes(struct router *r)
{
	uint32_t sessions;
	bool whole = true;

	if (!look(r, &sessions))
		return false;
	for (uint32_t i = 0; i < sessions && whole; i++)
		for (unsigned side = 0; side < 2 && whole && stands(r, i); side++)
			whole = copy_side(r, i, side);
	if (!whole)
		r->digest = 0; /* at the next turn */
	return whole;
}

/* ---- building ---------------------------------------------------------------------------- */

static void *
build(void *arg)
{
	struct job *j = arg;
	const struct prefix *announced[2] = {j->list[0].at, j->list[1].at};
	size_t count[2] = {j->list[0].count, j->list[1].count};

	j->built = lookup_create(j->plan, announced, count);
	atomic_store(&j->done, true);
	return NULL;
}

static void
end(struct router *r)
{
	struct job *j = &r->job;

	if (j->running)
		pthread_join(j->thread, NULL);
	j->running = false;
	for (unsigned side = 0; side < 2; side++) {
		free(j->list[side].at);
		j->list[side] = (struct list){0};
	}
}

static void
begin(struct router *r, uint64_t now_ns)
{
	struct job *j = &r->job;
	size_t all;

	if (!copy_routes(r)) {
		end(r);
		return;
	}
	all = j->list[0].count + j->list[1].count;
	r->due_ns = now_ns + EVERY_S * NS_PER_S + all * NS_PER_S / ROUTES_PER_S;
	j->plan = plane_plan(r->plane);
	atomic_store(&j->done, false);
	j->running = thread_start(&j->thread, "lookup", build, j) == 0;
	if (!j->running)
		log_warning("probe", "no thread for the lookup of announced prefixes");
}

/* ---- the workers ------------------------------------------------------------------------- */

static void
settle(struct router *r)
{
	if (!r->next || !plane_looks_at(r->plane, r->next))
		return;
	lookup_destroy(r->now);
	r->now = r->next;
	r->next = NULL;
}

static void
post(struct router *r)
{
	end(r);
	r->next = r->job.built;
	r->job.built = NULL;
	plane_post_lookup(r->plane, r->next);
	log_debug("probe", "lookup: %zu prefixes of the peer, %zu of the cloud",
	          r->next->announced[0], r->next->announced[1]);
}

void
router_turn(struct router *r, uint64_t now_ns)
{
	settle(r);
	if (r->next)
		return;
	if (r->job.running) {
		if (atomic_load(&r->job.done))
			post(r);
		return;
	}
	if (now_ns < r->due_ns)
		return;
	r->due_ns = now_ns + EVERY_S * NS_PER_S;
	begin(r, now_ns);
}

bool
router_is_building(const struct router *r)
{
	return r && r->job.running && !atomic_load(&r->job.done);
}

void
router_destroy(struct router *r)
{
	if (!r)
		return;
	end(r);
	lookup_destroy(r->job.built);
	lookup_destroy(r->next);
	lookup_destroy(r->now);
	free(r);
}
