/* `analyze --json`: every promised key, in the promised order. */
#include <stdlib.h>
#include <string.h>

#include "analyze.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/slice.h"
#include "show.h"
#include "store/fields.h"
#include "tell_story.h"
#include "ui/rows.h"

/* ---- capture, classes, flows ------------------------------------------------------------- */

static json_t *
capture_json(struct analysis *a)
{
	const struct capture_info *info = capture_info(a->capture);
	json_t *o = json_object(), *undecoded = json_object(), *names = json_array();

	for (size_t i = 1; i < a->options->word_count; i++)
		json_push(names, json_text(a->options->words[i]));
	for (unsigned r = 0; r < REASON_COUNT; r++) {
		if (r != REASON_OK && a->aggregate->probe.reasons[r])
			json_put_u64(undecoded, reason_name(r), a->aggregate->probe.reasons[r]);
	}
	json_put_u64(o, "files", info->files);
	json_put_u64(o, "packets", info->packets);
	json_put_u64(o, "bytes", info->bytes);
	json_put_u64(o, "first_us", info->first_us);
	json_put_u64(o, "last_us", info->last_us);
	json_put_bool(o, "truncated", info->truncated);
	json_put(o, "undecoded", undecoded);
	json_put_u64(o, "backwards", info->backwards);
	json_put_u64(o, "unsupported", info->unsupported);
	json_put(o, "names", names);
	return o;
}

static json_t *
classes_json(const struct analysis *a)
{
	json_t *o = json_object();

	for (unsigned c = 0; c < CLASS_COUNT; c++) {
		const struct class_sum *sum = &a->classes[c];
		bool always = c == CLASS_UNKNOWN_UDP || c == CLASS_UNKNOWN_TCP;

		if (!sum->packets && !always)
			continue;
		json_t *one = json_object();

		json_put_u64(one, "flows", sum->flows);
		json_put_u64(one, "packets", sum->packets);
		json_put_u64(one, "bytes", sum->bytes);
		json_put(o, class_name(c), one);
	}
	return o;
}

static void
push_flow(void *context, struct analysis *a, const struct flow_view *v, const struct flow *f)
{
	if (analysis_wants(a, v, f))
		json_push(context, analysis_flow_json(a, v, f));
}

static json_t *
flows_json(struct analysis *a)
{
	json_t *o = json_object(), *list = json_array();

	if (a->options->flows && !a->options->flows_path)
		analysis_each_flow(a, push_flow, list);
	json_put_u64(o, "count", a->flow_count);
	json_put(o, "list", list);
	return o;
}

/* ---- subnets and endpoints, from the store's records -------------------------------------- */

/* Adds to a record's object what its fields don't hold. */
typedef void more_fn(struct analysis *a, json_t *o, const char *id, const void *record);

static json_t *
records_json(struct analysis *a, enum record_kind kind, const char *parent, more_fn *more)
{
	const struct key_schema *schema = model_schema(kind);
	json_t *array = json_array();
	void *record = mem_alloc(1, schema->record_size);
	size_t count;
	char **ids = store_ids(a->store, kind, parent, &count);

	for (size_t i = 0; i < count; i++) {
		if (!store_get(a->store, kind, ids[i], record))
			continue;
		json_t *o = json_record(schema->fields, record);

		if (more)
			more(a, o, ids[i], record);
		json_push(array, o);
	}
	store_ids_free(ids, count);
	free(record);
	return array;
}

static void
add_to_subnet(struct analysis *a, json_t *o, const char *id, const void *record)
{
	const struct rec_subnet *s = record;

	json_put(o, "declared", json_split(s->declared));
	json_put(o, "roles", json_split(s->roles));
	json_put(o, "classes", records_json(a, RECORD_SUBNET_CLASS, id, NULL));
}

static json_t *
tokens_json(struct analysis *a, const char *link)
{
	struct rec_tokens t;

	if (!store_get(a->store, RECORD_TOKENS, link, &t))
		return json_null();
	return json_record(model_schema(RECORD_TOKENS)->fields, &t);
}

/* BFD sessions of one link. */
static json_t *
bfd_json(struct analysis *a, const char *link)
{
	json_t *array = json_array();
	struct rec_bfd b;
	size_t count;
	char **ids = store_ids(a->store, RECORD_BFD, NULL, &count);

	for (size_t i = 0; i < count; i++)
		if (store_get(a->store, RECORD_BFD, ids[i], &b) && strcmp(b.link, link) == 0)
			json_push(array, json_record(model_schema(RECORD_BFD)->fields, &b));
	store_ids_free(ids, count);
	return array;
}

static void
add_event(void *array, const struct event *e)
{
	json_push(array, json_record(fields_event, e));
}

static void
add_story(void *array, const struct story *story)
{
	json_push(array, story_json(story));
}

static json_t *
stories_json(struct analysis *a)
{
	json_t *array = json_array();

	analysis_each_story(a, add_story, array);
	return array;
}

/* What happened, in the order in which it was found. */
static json_t *
events_json(struct analysis *a)
{
	json_t *array = json_array();
	char last[48] = "0-0";

	while (store_events(a->store, a->self.id, last, 1000, add_event, array, last) == 1000)
		;
	return array;
}

static void
add_to_link(struct analysis *a, json_t *o, const char *id, const void *record)
{
	const struct rec_link *l = record;

	json_put(o, "lag", records_json(a, RECORD_MEMBER, id, NULL));
	json_put(o, "lacp_members", records_json(a, RECORD_LACP, id, NULL));
	json_put(o, "bfd_sessions", bfd_json(a, l->name));
	json_put(o, "tokens", tokens_json(a, id));
	json_put(o, "classes", records_json(a, RECORD_LINK_CLASS, id, NULL));
	json_put(o, "subnets", records_json(a, RECORD_LINK_SUBNET, id, NULL));
}

static void
put_block(json_t *array, const struct block *b)
{
	json_t *o = json_object(), *classes = json_split(b->classes), *list = json_array(), *name;
	size_t i;

	json_array_foreach(classes, i, name)
	{
		json_t *one = json_object();

		json_put(one, "class", json_incref(name));
		json_push(list, one);
	}
	json_decref(classes);
	json_put_text(o, "prefix", b->prefix);
	json_put_text(o, "side", b->side);
	json_put(o, "declared", json_array());
	json_put(o, "classes", list);
	json_put_u64(o, "endpoints", b->endpoints);
	json_put_u64(o, "packets", b->packets);
	json_put_u64(o, "bytes", b->bytes);
	json_push(array, o);
}

/* Nothing is declared: the address blocks that were seen. */
static json_t *
blocks_json(struct analysis *a)
{
	json_t *array = json_array();
	struct blocks blocks = {0};

	analysis_blocks(a, &blocks);
	for (size_t i = 0; i < blocks.count; i++)
		put_block(array, &blocks.at[i]);
	blocks_fini(&blocks);
	return array;
}

/* "sbc 0.95,web-server 0.80" as [{role, confidence, first_us, last_us}] */
static json_t *
roles_json(const struct rec_endpoint *e)
{
	json_t *array = json_array();
	struct slice list = {e->roles_confidence, (uint32_t)strlen(e->roles_confidence)};

	while (list.size) {
		struct slice one = slice_until(&list, ',');
		json_t *o = json_object();
		char name[32];

		slice_copy(name, sizeof name, slice_until(&one, ' '));
		json_put_text(o, "role", name);
		json_put_f64(o, "confidence", strtod(one.at, NULL));
		json_put_u64(o, "first_us", e->roles_first_us);
		json_put_u64(o, "last_us", e->roles_last_us);
		json_push(array, o);
	}
	return array;
}

static json_t *
endpoint_json(const struct rec_endpoint *e)
{
	json_t *o = json_object();

	json_put_text(o, "ip", e->ip);
	json_put(o, "roles", roles_json(e));
	json_put(o, "classes", json_split(e->classes));
	json_put_u64(o, "packets", e->traffic.packets[0] + e->traffic.packets[1]);
	json_put_u64(o, "bytes", e->traffic.bytes[0] + e->traffic.bytes[1]);
	json_put_u64(o, "first_us", e->first_us);
	json_put_u64(o, "last_us", e->last_us);
	json_put_text(o, "side", e->side);
	json_put_text(o, "subnet", e->subnet[0] ? e->subnet : NULL);
	json_put(o, "links", json_split(e->links));
	json_put_u64(o, "flows", e->flows);
	json_put_u64(o, "packets_peer_to_msft", e->traffic.packets[DIR_PEER_TO_MSFT]);
	json_put_u64(o, "packets_msft_to_peer", e->traffic.packets[DIR_MSFT_TO_PEER]);
	json_put_u64(o, "bytes_peer_to_msft", e->traffic.bytes[DIR_PEER_TO_MSFT]);
	json_put_u64(o, "bytes_msft_to_peer", e->traffic.bytes[DIR_MSFT_TO_PEER]);
	json_put_f64(o, "rtt_us", e->rtt_us);
	json_put_f64(o, "rtt_min_us", e->rtt_min_us);
	json_put_u64(o, "rtt_samples", e->rtt_samples);
	json_put(o, "rtt_methods", json_split(e->rtt_methods));
	json_put_f64(o, "loss_ratio", e->loss_ratio);
	json_put_u64(o, "lost_packets", e->lost_packets);
	json_put_u64(o, "loss_samples", e->loss_samples);
	return o;
}

static json_t *
endpoints_json(struct analysis *a)
{
	json_t *array = json_array();
	size_t count;
	char **ids = store_ids(a->store, RECORD_ENDPOINT, NULL, &count);

	for (size_t i = 0; i < count; i++) {
		struct rec_endpoint e;

		if (store_get(a->store, RECORD_ENDPOINT, ids[i], &e))
			json_push(array, endpoint_json(&e));
	}
	store_ids_free(ids, count);
	return array;
}

/* ---- protocols --------------------------------------------------------------------------- */

/* By type number; ICMPv6's types are others, so they say so: "8", "v6-135". */
static json_t *
icmp_json(const struct tally *t)
{
	json_t *o = json_object();
	char key[16];

	for (unsigned v6 = 0; v6 < 2; v6++) {
		for (unsigned type = 0; type < 256; type++) {
			snprintf(key, sizeof key, "%s%u", v6 ? "v6-" : "", type);
			if (t->icmp[v6][type])
				json_put_u64(o, key, t->icmp[v6][type]);
		}
	}
	return o;
}

/* Keys whose contents later parts bring: there, empty, and named in `later`. */
static const struct {
	const char *key;
	bool list;
} unfilled[] = {
	{"limits", true},
	{"causes", false},
	{"middlebox", true},
};

static void
put_unfilled(json_t *o)
{
	json_t *later = json_array();

	for (size_t i = 0; i < sizeof unfilled / sizeof unfilled[0]; i++) {
		json_put(o, unfilled[i].key, unfilled[i].list ? json_array() : json_object());
		json_push(later, json_text(unfilled[i].key));
	}
	json_put(o, "later", later);
}

/* ---- verdicts and the probe --------------------------------------------------------------- */

static json_t *
findings_json(struct analysis *a)
{
	json_t *array = json_array();
	size_t count;
	const struct rec_finding *const *findings = audit_findings(a->audit, &count);

	for (size_t i = 0; i < count; i++)
		json_push(array, show_finding_json(findings[i]));
	return array;
}

static json_t *
audit_json(const struct analysis *a)
{
	json_t *array = json_array();

	for (size_t i = 0; i < a->verdict_count; i++)
		json_push(array, show_verdict_json(&a->verdicts[i]));
	return array;
}

static json_t *
guess_json(const struct analysis *a)
{
	json_t *o = json_object();

	json_put_bool(o, "guessed", a->guessed);
	json_put_text(o, "ranges", a->conf->cloud.ranges ? a->conf->cloud.ranges : "built in");
	json_put_u64(o, "packets_without_side", a->aggregate->probe.direction_unknown);
	return o;
}

static json_t *
envelope_json(struct analysis *a, const struct rec_probe *p)
{
	const struct capture_info *info = capture_info(a->capture);
	struct json_envelope e = {.schema = "pniscope.analyze/1", .generated_us = clock_utc_us()};

	json_envelope_of_probe(&e, p);
	e.peering = a->guessed ? NULL : a->conf->peering.name;
	e.site = a->guessed ? NULL : a->self.site;
	e.profile = requirement_profile();
	e.config_sha256 = a->guessed ? NULL : a->conf->sha256;
	e.from_us = info->first_us;
	e.to_us = info->last_us;
	e.coverage = 1;
	e.clock_source = a->self.clock_source;
	e.clock_resolution_ns = info->resolution_ns;
	return json_envelope(&e);
}

json_t *
analysis_json(struct analysis *a)
{
	struct rec_probe p = {0};

	analysis_probe(a, &p);
	json_t *o = envelope_json(a, &p);

	json_put(o, "capture", capture_json(a));
	json_put(o, "classes", classes_json(a));
	json_put(o, "flows", flows_json(a));
	json_put(o, "subnets",
	         a->guessed ? blocks_json(a) : records_json(a, RECORD_SUBNET, NULL, add_to_subnet));
	json_put(o, "endpoints", endpoints_json(a));
	analysis_put_protocols(o, a->inspector);
	analysis_put_rtp(o, a);
	analysis_put_legs(o, a);
	put_unfilled(o);
	json_put(o, "icmp", icmp_json(&a->tally));
	json_put(o, "tcp", analysis_tcp_json(a));
	json_put(o, "latency", analysis_latency_json(a));
	json_put(o, "loss", records_json(a, RECORD_LOSS, NULL, NULL));
	json_put(o, "findings", findings_json(a));
	json_put(o, "audit", audit_json(a));
	json_put(o, "probe", json_record(model_schema(RECORD_PROBE)->fields, &p));
	json_put(o, "events", events_json(a));
	json_put(o, "stories", stories_json(a));
	json_put(o, "links", records_json(a, RECORD_LINK, NULL, add_to_link));
	json_put(o, "asymmetry", records_json(a, RECORD_ASYMMETRY, NULL, NULL));
	json_put(o, "sides", guess_json(a));
	return o;
}
