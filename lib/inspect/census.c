#include "inspect/census.h"

#include <stdlib.h>

#include "base/mem.h"

struct census *
census_create(uint32_t name_limit)
{
	struct census *c = mem_alloc(1, sizeof *c);

	names_init(&c->sip.methods, name_limit);
	names_init(&c->sip.call_ids, name_limit);
	names_init(&c->tls.names, name_limit);
	return c;
}

void
census_destroy(struct census *c)
{
	if (!c)
		return;
	names_fini(&c->sip.methods);
	names_fini(&c->sip.call_ids);
	names_fini(&c->tls.names);
	free(c);
}

void
census_version_add(struct census_versions *v, uint32_t version, uint8_t kind)
{
	for (uint32_t i = 0; i < v->count; i++) {
		if (v->at[i].version == version) {
			v->at[i].kinds[kind]++;
			return;
		}
	}
	if (v->count == CENSUS_VERSIONS) {
		v->beyond++;
		return;
	}
	v->at[v->count].version = version;
	v->at[v->count++].kinds[kind] = 1;
}
