#include "audit/leader.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/field.h"
#include "base/clock.h"
#include "base/mem.h"

enum { ALIVE_S = 5, CONTROLS = 64 };

struct leader {
	struct store *in, *out;
	char name[128];
};

struct leader *
leader_create(struct store *in, struct store *out, uint64_t boot_us)
{
	struct leader *l = mem_alloc(1, sizeof *l);
	char host[64] = "";

	gethostname(host, sizeof host - 1);
	l->in = in;
	l->out = out;
	/* fixed width: the order of names is the order of starts */
	FIELD_FORMAT(l->name, "%020llu:%s:%d", (unsigned long long)boot_us, host, (int)getpid());
	return l;
}

void
leader_destroy(struct leader *l)
{
	if (!l)
		return;
	store_unrank(l->out, SCOPE_PEERING, "controls", l->name);
	free(l);
}

bool
leader_turn(struct leader *l, uint64_t now_us)
{
	double *scores = NULL;
	bool first = true;
	size_t count;
	char **names = store_top(l->in, SCOPE_PEERING, "controls", CONTROLS, &scores, &count);

	for (size_t i = 0; i < count; i++) {
		/* a sign of life from the future was given by a clock that has been set since */
		bool alive = fabs((double)now_us - scores[i]) < ALIVE_S * (double)US_PER_S;

		if (alive && strcmp(names[i], l->name) < 0)
			first = false;
		if (!alive && strcmp(names[i], l->name) != 0)
			store_unrank(l->out, SCOPE_PEERING, "controls", names[i]);
	}
	store_ids_free(names, count);
	free(scores);
	store_rank(l->out, SCOPE_PEERING, "controls", l->name, (double)now_us);
	return first;
}
