#include "inspect/outages.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

void
outages_begin(struct outages *o, uint64_t now_ns)
{
	if (o->count && !o->at[0].until_ns)
		return;
	o->count += o->count < OUTAGES_MAX;
	memmove(o->at + 1, o->at, (o->count - 1) * sizeof *o->at);
	o->at[0].from_ns = now_ns;
	o->at[0].until_ns = 0;
}

void
outages_end(struct outages *o, uint64_t now_ns)
{
	if (o->count && !o->at[0].until_ns)
		o->at[0].until_ns = now_ns;
}

void
outages_forget(struct outages *o)
{
	if (!o->count || o->at[0].until_ns)
		return;
	o->count--;
	memmove(o->at, o->at + 1, o->count * sizeof *o->at);
}

void
outages_format(const struct outages *o, char *to, size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	for (unsigned i = 0; i < o->count && used < size; i++)
		used += (size_t)snprintf(to + used, size - used, "%s%llu-%llu", used ? "," : "",
		                         o->at[i].from_ns / NS_PER_US,
		                         o->at[i].until_ns / NS_PER_US);
}
