#include "path/replay.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

/* Between the last packet of one round and the first of the next. */
#define ROUND_GAP_NS NS_PER_MS

struct replay {
	struct capture *capture;
	struct replay_options options;
	char **files; /* to start again */
	uint32_t *ports;
	unsigned count;
	struct burst read; /* what the capture gave last */
	uint32_t given;    /* of it */
	uint64_t shift_ns; /* added to the captures' times; modulo 2^64, so it may mean less */
	uint64_t last_ns;
	bool started, ended;
};

int
replay_open(const char *const *files, const uint32_t *ports, unsigned count,
            const struct replay_options *options, struct replay **out, char **error)
{
	struct replay *r = mem_alloc(1, sizeof *r);
	int failed = capture_open(files, ports, count, &r->capture, error);

	if (failed) {
		free(r);
		return failed;
	}
	r->options = *options;
	r->count = count;
	r->files = mem_alloc(count, sizeof *r->files);
	r->ports = mem_alloc(count, sizeof *r->ports);
	for (unsigned i = 0; i < count; i++) {
		r->files[i] = mem_strdup(files[i]);
		r->ports[i] = ports[i];
	}
	*out = r;
	return 0;
}

void
replay_close(struct replay *r)
{
	if (!r)
		return;
	capture_close(r->capture);
	for (unsigned i = 0; i < r->count; i++)
		free(r->files[i]);
	free(r->files);
	free(r->ports);
	free(r);
}

/* Open the files again; when they are gone the replay is over. */
static bool
next_round(struct replay *r)
{
	struct capture *again;
	char *error = NULL;

	if (!r->options.loop || capture_info(r->capture)->packets == 0)
		return false;
	if (capture_open((const char *const *)r->files, r->ports, r->count, &again, &error) != 0) {
		log_warning("path", "replay ends: %s", error);
		free(error);
		return false;
	}
	capture_close(r->capture);
	r->capture = again;
	capture_read(r->capture, &r->read);
	if (r->read.count)
		r->shift_ns = r->last_ns + ROUND_GAP_NS - r->read.time_ns[0];
	return r->read.count > 0;
}

/* Refill r->read; false at the end. */
static bool
refill(struct replay *r, uint64_t now_ns)
{
	r->given = 0;
	capture_read(r->capture, &r->read);
	if (r->read.count == 0 && !next_round(r)) {
		r->ended = true;
		return false;
	}
	if (!r->started && r->options.pace)
		r->shift_ns = now_ns - r->read.time_ns[0];
	r->started = true;
	return true;
}

void
replay_read(struct replay *r, uint64_t now_ns, struct burst *b)
{
	b->count = 0;
	b->next = NULL;
	b->one_lane = false;
	if (r->ended || (r->given == r->read.count && !refill(r, now_ns)))
		return;
	b->port = r->read.port;
	while (r->given < r->read.count) {
		uint32_t from = r->given, to = b->count;
		uint64_t time_ns = r->read.time_ns[from] + r->shift_ns;

		if (r->options.pace && time_ns > now_ns)
			return;
		b->data[to] = r->read.data[from];
		b->captured[to] = r->read.captured[from];
		b->wire[to] = r->read.wire[from];
		b->time_ns[to] = r->last_ns = time_ns;
		b->lane[to] = r->read.lane[from];
		b->link_layer[to] = r->read.link_layer[from];
		b->owner[to] = NULL;
		b->count++;
		r->given++;
	}
}

bool
replay_ended(const struct replay *r)
{
	return r->ended;
}

uint64_t
replay_last_ns(const struct replay *r)
{
	return r->last_ns;
}

const struct capture_info *
replay_info(const struct replay *r)
{
	return capture_info(r->capture);
}

const char *
replay_warning(const struct replay *r, unsigned i)
{
	return capture_warning(r->capture, i);
}
