#include "inspector.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "classify/class.h"
#include "path/punt.h"

enum { IDLE_NS = 1000000 }; /* 4 M punts a second would fill the bulk ring meanwhile */

struct inspector {
	struct plane *plane;
	pthread_t thread;
	_Atomic bool stop;
	uint64_t seen[CLASS_COUNT]; /* inspector's own until it has ended */
};

static unsigned
drain_ring(struct inspector *in, struct punt_rings *rings, enum punt_queue queue)
{
	struct punt *punts[PUNT_TAKE_MAX];
	unsigned count = punt_take(rings, queue, punts, PUNT_TAKE_MAX);

	for (unsigned i = 0; i < count; i++)
		in->seen[punts[i]->class]++;
	punt_return(rings, punts, count);
	return count;
}

/* A round over all workers: their control rings to the end, then one helping of bulk. */
static unsigned
drain(struct inspector *in)
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
	struct inspector *in = arg;

	for (;;) {
		bool stopping = atomic_load(&in->stop);

		if (drain(in) > 0)
			continue;
		if (stopping)
			return NULL;
		nanosleep(&(struct timespec){.tv_nsec = IDLE_NS}, NULL);
	}
}

struct inspector *
inspector_start(struct plane *plane)
{
	struct inspector *in = mem_alloc(1, sizeof *in);
	int failed;

	in->plane = plane;
	failed = pthread_create(&in->thread, NULL, run, in);
	if (failed) {
		log_error("probe", "inspector did not start: %s", strerror(failed));
		free(in);
		return NULL;
	}
	return in;
}

static void
log_seen(const struct inspector *in)
{
	struct text t = {0};

	for (unsigned c = 0; c < CLASS_COUNT; c++)
		if (in->seen[c])
			text_add(&t, " %s %llu", class_name(c), (unsigned long long)in->seen[c]);
	if (t.at)
		log_info("probe", "frames inspected:%s", t.at);
	text_fini(&t);
}

void
inspector_stop(struct inspector *in)
{
	if (!in)
		return;
	atomic_store(&in->stop, true);
	pthread_join(in->thread, NULL);
	log_seen(in);
	free(in);
}
