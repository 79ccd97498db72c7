#include "analyze.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/mem.h"
#include "classify/contract.h"
#include "commands.h"
#include "inspect/inspector.h"
#include "snap/snap.h"
#include "tcp_by_rule.h"
#include "ui/rows.h"

enum {
	METERS = 65536,          /* combinations of link, class and subnets */
	ENDPOINTS = 1 << 16,     /* per interval */
	ENDPOINTS_MAX = 1 << 20, /* in all */
	OTHER_FILES = 16,        /* besides captures */
};

/* ---- set-up ------------------------------------------------------------------------------ */

static bool
fail(char *error, const char *otherwise)
{
	fprintf(stderr, "pniscope: %s\n", error ? error : otherwise);
	free(error);
	return false;
}

static bool
load_conf(struct analysis *a)
{
	char *error = NULL;

	a->guessed = !a->options->conf;
	if (a->guessed ? guess_conf(&a->conf, &error)
	               : contract_load(a->options->conf, &a->conf, &error))
		return fail(error, "the configuration could not be loaded");
	return true;
}

/* The captures given are one port that carries both directions of every member (of --link). */
static bool
sources_of_captures(struct analysis *a)
{
	struct source *s = mem_alloc(1, sizeof *s);

	*s = (struct source){.name = "captures", .both = true};
	a->sources = (struct sources){.at = s, .count = 1};
	for (size_t l = 0; l < a->conf->link_count; l++) {
		const struct conf_link *link = &a->conf->links[l];

		if (a->options->link && strcmp(link->name, a->options->link) != 0)
			continue;
		for (size_t m = 0; m < link->member_count && s->member_count < SOURCE_MEMBERS_MAX;
		     m++)
			s->members[s->member_count++] =
				(struct source_member){.link = (uint16_t)l, .member = (uint16_t)m};
	}
	if (s->member_count)
		return true;
	fprintf(stderr, "pniscope: --link %s: no such link in %s\n", a->options->link,
	        a->options->conf ? a->options->conf : "a guess (it has one link, \"capture\")");
	return false;
}

/* A day of captures in files of a minute is more than the usual soft limit of open files. */
static void
allow_files(size_t count)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > count + OTHER_FILES)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit); /* what it does not allow, the opening tells */
}

static bool
open_given(struct analysis *a)
{
	char *error = NULL;

	allow_files(a->options->word_count);

	if (!sources_of_captures(a))
		return false;
	if (capture_open(a->options->words + 1, NULL, (unsigned)a->options->word_count - 1,
	                 &a->capture, &error))
		return fail(error, "the captures could not be opened");
	return true;
}

/* Without captures: the `pcap:` ports of the contract, each with its member and direction. */
static bool
open_ports(struct analysis *a)
{
	struct sources *all;
	char *error = NULL;

	if (a->guessed)
		return fail(NULL,
		            "analyze: which captures? give files, or -c FILE with pcap: ports");
	if (sources_create(a->conf, &all, &error))
		return fail(error, "the ports could not be read");
	const char **files = mem_alloc(all->count + 1, sizeof *files);
	uint32_t *ports = mem_alloc(all->count + 1, sizeof *ports);
	unsigned count = 0;

	for (unsigned i = 0; i < all->count; i++) {
		const char *file = source_capture_file(all->at[i].name);

		if (file) {
			files[count] = file;
			ports[count++] = i;
		}
	}
	a->sources = *all;
	free(all);
	bool ok =
		count ? capture_open(files, ports, count, &a->capture, &error) == 0 ||
				fail(error, "the captures could not be opened")
		      : fail(mem_printf("%s: no pcap: port in it; name captures after it, or write "
	                                "ports as \"pcap:FILE\"",
	                                a->options->conf),
	                     NULL);
	free(ports);
	free(files);
	return ok;
}

/* An interval of the captures' time is over: into the aggregate, and as an epoch into the store. */
static void
take_interval(void *context)
{
	struct analysis *a = context;
	struct snap *s = snap_take(a->snap);

	if (!s)
		return;
	aggregate_merge(a->aggregate, s, snap_meters(a->snap));
	snap_release(a->snap, s);
	aggregate_latency(a->aggregate, inspector_latencies(a->inspector));
	a->self.clock_resolution_ns = capture_info(a->capture)->resolution_ns;
	/* two times cut to the resolution; what the recorder's clock was worth nobody knows */
	a->self.clock_error_ns = a->self.clock_resolution_ns;
	aggregate_clock(a->aggregate, a->self.clock_error_ns, false);
	aggregate_close(a->aggregate);
	exporter_begin(a->exporter, a->aggregate, &a->self);
	exporter_inspect(a->exporter, a->inspector);
	exporter_end(a->exporter);
}

static bool
build_pipeline(struct analysis *a)
{
	struct snap_params snap;

	a->plan = plan_create(a->conf, &a->sources, 1);
	a->plan->decode.inner = true;
	a->plan->guess = a->guessed;
	plan_snap_params(a->plan, METERS, ENDPOINTS, &snap);
	a->snap = snap_core_create(&snap);
	if (!a->snap)
		return false;
	struct pipeline_params params = {.plan = a->plan,
	                                 .snap = a->snap,
	                                 .keep_flows = true,
	                                 .interval_ns =
	                                         (uint64_t)a->conf->redis.interval_ms * NS_PER_MS,
	                                 .hash_seed = 1,
	                                 .punt = analysis_punt,
	                                 .published = take_interval,
	                                 .context = a};

	a->inspector = analysis_inspector(a);
	a->pipeline = pipeline_create(&params);
	a->aggregate =
		aggregate_create(a->conf, a->plan->lanes, a->plan->lane_count, ENDPOINTS_MAX);
	a->aggregate->voice->keep = true;
	a->by_rule = by_rule_create();
	a->aggregate->halves->keep = true;
	return a->pipeline && a->aggregate;
}

static void
build_store(struct analysis *a)
{
	const struct conf *c = a->conf;
	const char *id = c->probe.id ? c->probe.id : "analyze";
	const char *site = c->probe.site ? c->probe.site : c->sites[0].name;
	struct store_params params = {.site = site,
	                              .peering = c->peering.name,
	                              .writer = id,
	                              .memory_max_bytes = c->redis.memory_max_bytes,
	                              .boot_us = a->burst->time_ns[0] / NS_PER_US};

	a->store = store_memory_create(&params);
	a->exporter = exporter_create(c, a->store);
	a->self = (struct export_self){.id = id,
	                               .site = site,
	                               .host = "",
	                               .clock_source = "capture",
	                               .ports = a->sources.count,
	                               .workers = 1,
	                               .capture = true};
}

/* ---- the run ----------------------------------------------------------------------------- */

/* From the burst that stands in a->burst to the last one. */
static void
run(struct analysis *a)
{
	struct burst *b = a->burst;
	uint64_t last_ns = 0;

	for (; b->count; capture_read(a->capture, b)) {
		pipeline_run(a->pipeline, b);
		tally_burst(&a->tally, b);
		by_rule_burst(a->by_rule, b, pipeline_flows(a->pipeline));
		for (uint32_t i = 0; i < b->count; i++)
			last_ns = b->time_ns[i] > last_ns ? b->time_ns[i] : last_ns;
	}
	inspector_finish(a->inspector);
	pipeline_finish(a->pipeline, last_ns);
}

/* Nobody declared anything where the sides are a guess: what the rows say of the stand-in contract
 * says nothing. What packets show stays. */
static void
withdraw_declared(struct rec_verdict *v)
{
	if (strcmp(v->basis, basis_name(BASIS_OBSERVED)) == 0 || strcmp(v->applies, "yes") != 0)
		return;
	if (strcmp(v->basis, basis_name(BASIS_NONE)) == 0)
		return;
	snprintf(v->verdict, sizeof v->verdict, "%s", verdict_name(VERDICT_INCONCLUSIVE));
	snprintf(v->reason, sizeof v->reason, "%s", lack_name(LACK_NOT_COLLECTED));
	snprintf(v->reasons, sizeof v->reasons, "no contract was given: nothing is declared");
	v->basis[0] = v->next[0] = '\0';
	v->evidence_count = v->subcheck_count = 0;
	v->need_count = 1;
	v->need[0] = (struct rec_need){.what = "the contract",
	                               .want = "links, sites and subnets as declared",
	                               .how = "pniscope analyze -c FILE CAPTURE"};
}

static bool
judge_all(struct analysis *a)
{
	a->audit = audit_create(&(struct audit_params){.conf = a->conf,
	                                               .store = a->store,
	                                               .capture = true,
	                                               .window_us = a->options->window_us});
	if (audit_turn(a->audit, 0) != 0)
		return fail(NULL, "analyze: the audit could not be made");
	const struct rec_verdict *rows = audit_rows(a->audit, &a->verdict_count);

	a->verdicts = mem_alloc(a->verdict_count, sizeof *a->verdicts);
	memcpy(a->verdicts, rows, a->verdict_count * sizeof *rows);
	for (size_t i = 0; a->guessed && i < a->verdict_count; i++)
		withdraw_declared(&a->verdicts[i]);
	return true;
}

bool
analysis_probe(struct analysis *a, struct rec_probe *p)
{
	return store_get(a->store, RECORD_PROBE, a->self.id, p);
}

/* ---- output ------------------------------------------------------------------------------ */

static void
write_flow(void *context, struct analysis *a, const struct flow_view *v, const struct flow *f)
{
	if (analysis_wants(a, v, f))
		json_print(analysis_flow_json(a, v, f), context, false);
}

/* --flows FILE: JSON Lines, an object per flow. */
static bool
write_flows(struct analysis *a)
{
	const char *path = a->options->flows_path;

	if (!path)
		return true;
	FILE *f = fopen(path, "w");

	if (!f) {
		fprintf(stderr, "pniscope: --flows %s: %s\n", path, strerror(errno));
		return false;
	}
	analysis_each_flow(a, write_flow, f);
	bool ok = !ferror(f);

	if (fclose(f) != 0 || !ok) {
		fprintf(stderr, "pniscope: --flows %s: not all of it could be written\n", path);
		return false;
	}
	return true;
}

static bool
tell(struct analysis *a)
{
	for (unsigned i = 0; capture_warning(a->capture, i); i++)
		fprintf(stderr, "pniscope: %s\n", capture_warning(a->capture, i));
	if (!write_flows(a))
		return false;
	if (a->options->json)
		return json_print(analysis_json(a), stdout, true);
	if (a->options->csv)
		analysis_csv(a, stdout);
	else
		analysis_text(a, stdout);
	return fflush(stdout) == 0;
}

static void
take_down(struct analysis *a)
{
	audit_destroy(a->audit);
	exporter_destroy(a->exporter);
	store_close(a->store, 0);
	aggregate_destroy(a->aggregate);
	by_rule_destroy(a->by_rule);
	pipeline_destroy(a->pipeline);
	inspector_destroy(a->inspector);
	snap_core_destroy(a->snap);
	plan_destroy(a->plan);
	capture_close(a->capture);
	free(a->sources.at);
	free(a->verdicts);
	free(a->burst);
	conf_destroy(a->conf);
}

/* Endpoints are what it sorts. */
static bool
sort_is_known(const struct options *o)
{
	struct rows none;
	bool known;

	rows_init(&none, model_schema(RECORD_ENDPOINT));
	known = !o->sort || rows_sort(&none, o->sort);
	rows_fini(&none);
	if (!known)
		fprintf(stderr,
		        "pniscope: --sort %s: no such field of endpoints, which analyze sorts; "
		        "docs/redis.md names them at endpoint:IP\n",
		        o->sort);
	return known;
}

static bool
options_fit(const struct options *o)
{
	if (!o->strict || o->exit_verdict)
		return sort_is_known(o);
	fputs("pniscope: analyze: --strict is about the exit code of --exit-verdict; give both\n",
	      stderr);
	return false;
}

int
run_analyze(const struct options *o)
{
	struct analysis a = {.options = o, .burst = mem_alloc(1, sizeof *a.burst)};
	int code = EXIT_ERROR;

	if (options_fit(o) && load_conf(&a) &&
	    (o->word_count > 1 ? open_given(&a) : open_ports(&a)) && build_pipeline(&a)) {
		capture_read(a.capture, a.burst);
		build_store(&a);
		run(&a);
		analysis_sum_flows(&a);
		if (judge_all(&a) && tell(&a))
			code = o->exit_verdict ? verdict_exit_code(a.verdicts, a.verdict_count,
			                                           o->strict, audit_unfit(a.audit))
			                       : EXIT_FINE;
	}
	take_down(&a);
	return code;
}
