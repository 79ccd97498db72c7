#include "inspect/census.h"

#include <stdlib.h>

#include "base/mem.h"
#include "inspect/round_trip.h"

struct census *
census_create(uint32_t name_limit, uint32_t call_limit, bool keep_calls, uint32_t evidence_places)
{
	struct census *c = mem_alloc(1, sizeof *c);

	names_init(&c->sip.methods, name_limit);
	names_init(&c->sip.call_ids, name_limit);
	names_init(&c->quoted.sip_methods, name_limit);
	names_init(&c->tls.names, name_limit);
	names_init(&c->tls.datagram_names, name_limit);
	names_init(&c->tls.cut_names, name_limit);
	certificates_init(&c->tls.certificates, name_limit);
	peering_init(&c->peering);
	c->voice = voice_create();
	c->round_trips = round_trips_create();
	evidence_init(&c->evidence, evidence_places);
	c->calls = sip_calls_create(call_limit, keep_calls);
	return c;
}

void
census_destroy(struct census *c)
{
	if (!c)
		return;
	names_fini(&c->sip.methods);
	names_fini(&c->sip.call_ids);
	names_fini(&c->quoted.sip_methods);
	names_fini(&c->tls.names);
	names_fini(&c->tls.datagram_names);
	names_fini(&c->tls.cut_names);
	certificates_fini(&c->tls.certificates);
	peering_fini(&c->peering);
	sip_calls_destroy(c->calls);
	voice_destroy(c->voice);
	round_trips_destroy(c->round_trips);
	evidence_fini(&c->evidence);
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

static uint64_t
sum(const uint64_t *counts, size_t count)
{
	uint64_t total = 0;

	for (size_t i = 0; i < count; i++)
		total += counts[i];
	return total;
}

static uint64_t
sum_names(const struct names *n)
{
	uint64_t total = n->beyond;

	for (uint32_t i = 0; i < n->count; i++)
		total += n->at[i].count;
	return total;
}

static uint64_t
sum_versions(const struct census_versions *v)
{
	uint64_t total = v->beyond;

	for (uint32_t i = 0; i < v->count; i++)
		total += sum(v->at[i].kinds, CENSUS_KINDS);
	return total;
}

void
census_summary(const struct census *c, struct text *to)
{
	const struct {
		const char *name;
		uint64_t count;
	} rows[] = {
		{"sip", sum_names(&c->sip.methods) + sum(c->sip.status, CENSUS_SIP_STATUS_MAX)},
		{"rtcp", sum(c->rtcp, 256)},
		{"stun", sum(c->stun, CENSUS_STUN_TYPES) + sum(c->stun_classic, CENSUS_STUN_TYPES)},
		{"zrtp", c->zrtp},
		{"dtls", sum_versions(&c->dtls) + c->dtls_unified},
		{"tls", sum(c->tls.handshakes[CENSUS_TCP], 256) + sum(c->tls.cut_handshakes, 256)},
		{"quic", sum_versions(&c->quic)},
		{"dns", c->dns.queries + c->dns.responses},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].count)
			text_add(to, "%s%s %llu", to->size ? ", " : "", rows[i].name,
			         (unsigned long long)rows[i].count);
}
