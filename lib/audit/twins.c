#include "audit/twins.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

enum {
	JUMPS_MIN = 2, /* one may be an epoch that was late, or a clock that was set back */
	SLACK = 2,     /* intervals */
};

struct probe {
	char *id;
	uint64_t boot_us, seq, end_us; /* the last record looked at */
	uint64_t jump_us;              /* when it last was another process's */
	unsigned jumps;
};

struct twins {
	struct probe *probes;
	size_t count;
};

struct twins *
twins_create(void)
{
	return mem_alloc(1, sizeof(struct twins));
}

void
twins_destroy(struct twins *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->count; i++)
		free(t->probes[i].id);
	free(t->probes);
	free(t);
}

static struct probe *
probe_of(struct twins *t, const char *id)
{
	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->probes[i].id, id) == 0)
			return &t->probes[i];
	t->probes = mem_resize(t->probes, t->count + 1, sizeof *t->probes);
	t->probes[t->count] = (struct probe){.id = mem_strdup(id)};
	return &t->probes[t->count++];
}

/* The numbers that one process can have reached by now. */
static uint64_t
reachable(const struct probe *p, uint64_t end_us, uint64_t interval_us)
{
	uint64_t passed = end_us > p->end_us ? end_us - p->end_us : 0;

	return p->seq + SLACK + (interval_us ? passed / interval_us : passed);
}

bool
twins_note(struct twins *t, const char *id, uint64_t boot_us, uint64_t seq, uint64_t end_us,
           uint64_t interval_us)
{
	struct probe *p = probe_of(t, id);

	if (p->jumps && end_us > p->jump_us && end_us - p->jump_us > TWINS_FORGET_S * US_PER_S)
		p->jumps = 0;
	if (p->seq && (boot_us < p->boot_us || seq > reachable(p, end_us, interval_us))) {
		p->jumps++;
		p->jump_us = end_us;
	}
	p->boot_us = boot_us;
	p->seq = seq;
	p->end_us = end_us;
	return p->jumps >= JUMPS_MIN;
}
