#include "slow_path.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/thread.h"
#include "classify/class.h"
#include "inspect/inspector.h"
#include "path/punt.h"

enum {
	IDLE_NS = 1000000, /* 4 M punts a second would fill the bulk ring meanwhile */
	CATCH_UP_NS = 100000,
};

struct slow_path {
	struct plane *plane;
	pthread_t thread;
	_Atomic bool stop, ended;
	pthread_mutex_t lock; /* of the inspector, taken once a helping */
	struct inspector *inspector;
	uint64_t seen[CLASS_COUNT]; /* the thread's own until it has ended */
};

static unsigned
drain_ring(struct slow_path *in, struct punt_rings *rings, enum punt_queue queue)
{
	struct punt *punts[PUNT_TAKE_MAX];
	unsigned count = punt_take(rings, queue, punts, PUNT_TAKE_MAX);

	if (!count)
		return 0;
	pthread_mutex_lock(&in->lock);
	for (unsigned i = 0; i < count; i++) {
		in->seen[punts[i]->class]++;
		inspector_packet(in->inspector, punts[i]);
	}
	pthread_mutex_unlock(&in->lock);
	punt_return(rings, punts, count);
	return count;
}

/* A round over all workers: their control rings to the end, then one helping of bulk. */
static unsigned
drain(struct slow_path *in)
{
	unsigned count = 0, more;

	for (unsigned w = 0; w < plane_workers(in->plane); w++) {
		struct punt_rings *rings = plane_punts(in->plane, w);

		while ((more = drain_ring(in, rings, PUNT_CONTROL)) > 0)
			count += more;
		count += drain_ring(in, rings, PUNT_BULK);
	}
	return count;
}

static void *
run(void *arg)
{
	struct slow_path *in = arg;

	for (;;) {
		bool stopping = atomic_load(&in->stop);

		if (drain(in) > 0)
			continue;
		if (stopping)
			break;
		nanosleep(&(struct timespec){.tv_nsec = IDLE_NS}, NULL);
	}
	atomic_store(&in->ended, true);
	return NULL;
}

static void
expect(void *context, const struct expectation *e)
{
	struct slow_path *in = context;

	plane_expect(in->plane, e);
}

struct slow_path *
slow_path_start(struct plane *plane, const struct conf *conf)
{
	const struct plan *plan = plane_plan(plane);
	struct slow_path *in = mem_alloc(1, sizeof *in);
	struct inspector_params params = {.conf = conf,
	                                  .lanes = plan->lanes,
	                                  .lane_count = plan->lane_count,
	                                  .expect = expect,
	                                  .expect_context = in};
	int failed;

	in->plane = plane;
	in->inspector = inspector_create(&params);
	pthread_mutex_init(&in->lock, NULL);
	failed = thread_start(&in->thread, "inspector", run, in);
	if (failed) {
		log_error("probe", "inspector did not start: %s", strerror(-failed));
		inspector_destroy(in->inspector);
		free(in);
		return NULL;
	}
	return in;
}

static void
wait_for(const struct slow_path *in, const struct punt_rings *rings, enum punt_queue queue)
{
	uint32_t mark = punt_mark(rings, queue);

	while (!punt_passed(rings, queue, mark) && !atomic_load(&in->ended))
		nanosleep(&(struct timespec){.tv_nsec = CATCH_UP_NS}, NULL);
}

void
slow_path_catch_up(struct slow_path *in)
{
	for (unsigned w = 0; w < plane_workers(in->plane); w++) {
		wait_for(in, plane_punts(in->plane, w), PUNT_CONTROL);
		wait_for(in, plane_punts(in->plane, w), PUNT_BULK);
	}
}

struct inspector *
slow_path_lock(struct slow_path *in)
{
	pthread_mutex_lock(&in->lock);
	return in->inspector;
}

void
slow_path_unlock(struct slow_path *in)
{
	pthread_mutex_unlock(&in->lock);
}

void
slow_path_set_conf(struct slow_path *in, const struct conf *conf)
{
	const struct plan *plan = plane_plan(in->plane);
	struct inspector *inspector = slow_path_lock(in);

	inspector_set_conf(inspector, conf, plan->lanes, plan->lane_count);
	slow_path_unlock(in);
}

static void
log_seen(const struct slow_path *in)
{
	struct text t = {0};

	for (unsigned c = 0; c < CLASS_COUNT; c++)
		if (in->seen[c])
			text_add(&t, " %s %llu", class_name(c), (unsigned long long)in->seen[c]);
	if (t.at)
		log_info("probe", "frames inspected:%s", t.at);
	text_fini(&t);
}

static void
log_read(const struct inspector *i)
{
	struct text t = {0};
	uint64_t forgotten;

	census_summary(inspector_census(i), &t);
	inspector_conversations(i, &forgotten);
	if (t.at)
		log_info("probe", "messages read: %s", t.at);
	if (forgotten)
		log_warning("probe", "%llu conversations had no room and were forgotten",
		            (unsigned long long)forgotten);
	text_fini(&t);
}

void
slow_path_stop(struct slow_path *in)
{
	if (!in)
		return;
	atomic_store(&in->stop, true);
	pthread_join(in->thread, NULL);
}

void
slow_path_destroy(struct slow_path *in)
{
	if (!in)
		return;
	log_seen(in);
	log_read(in->inspector);
	inspector_destroy(in->inspector);
	pthread_mutex_destroy(&in->lock);
	free(in);
}
