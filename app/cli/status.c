/* `status`: one screen that answers "how are we". */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "commands.h"
#include "reader.h"
#include "ui/format.h"

struct tally {
	unsigned pass, fail, must_fail, inconclusive;
	uint64_t judged_us;
};

static void
count_verdict(void *context, const char *id, const void *record)
{
	const struct rec_verdict *v = record;
	struct tally *t = context;

	(void)id;
	if (strcmp(v->applies, "yes") != 0)
		return;
	t->pass += strcmp(v->verdict, "PASS") == 0;
	t->fail += strcmp(v->verdict, "FAIL") == 0;
	t->must_fail += strcmp(v->verdict, "FAIL") == 0 && strcmp(v->strength, "MUST") == 0;
	t->inconclusive += strcmp(v->verdict, "INCONCLUSIVE") == 0;
}

static void
read_tally(struct reader *r, struct tally *t)
{
	size_t count;
	char **ids = store_ids(r->store, RECORD_VERDICT, NULL, &count);

	store_get_many(r->store, RECORD_VERDICT, ids, count, count_verdict, t);
	store_ids_free(ids, count);
	t->judged_us = reader_judged_us(r);
}

/* Ids of open findings, most severe first. */
static char **
open_findings(struct reader *r, size_t *count)
{
	double *scores;
	char **ids = store_top(r->store, SCOPE_PEERING, "findings:open", 1000, &scores, count);

	free(scores);
	return ids;
}

static void
print_links(struct reader *r)
{
	static const struct rows_column columns[] = {
		{"name", "link", ROWS_ALWAYS},
		{"site", "site", ROWS_ALWAYS},
		{"role", "role", ROWS_ALWAYS},
		{"state", "state", ROWS_ALWAYS},
		{"members_active", "active", ROWS_ALWAYS},
		{"members", "members", ROWS_ALWAYS},
		{"rate_bps_peer_to_msft", "peer>msft", ROWS_ALWAYS},
		{"rate_bps_msft_to_peer", "msft>peer", ROWS_ALWAYS},
		{"utilisation_ratio_peer_to_msft", "used >", ROWS_ALWAYS},
		{"utilisation_ratio_msft_to_peer", "used <", ROWS_ALWAYS},
		{"why", "why", ROWS_ALWAYS},
		{NULL, NULL, ROWS_ALWAYS},
	};
	struct rows rows;
	struct rows_style style = {
		.colour = r->colour, .only = r->options->dir, .zone = r->zone[0] ? r->zone : NULL};

	reader_collect_all(r, RECORD_LINK, &rows);
	rows_print(&rows, columns, &style, stdout);
	rows_fini(&rows);
}

static void
print_findings(struct reader *r)
{
	enum { SHOWN = 8 };
	size_t count;
	char **ids = open_findings(r, &count);
	struct rec_finding *f = mem_alloc(1, sizeof *f);

	if (count == 0)
		fputs("no open findings\n", stdout);
	for (size_t i = 0; i < count && i < SHOWN; i++) {
		struct text line = {0};
		char word[64];

		if (!store_get(r->store, RECORD_FINDING, ids[i], f))
			continue;
		format_clean(&line, f->text);
		printf("%s  %s  %s  %s\n", table_paint(f->severity, r->colour, word), f->id,
		       f->subject, line.at ? line.at : "");
		text_fini(&line);
	}
	if (count > SHOWN)
		printf("… and %zu more: pniscope findings\n", count - SHOWN);
	free(f);
	store_ids_free(ids, count);
}

static int
print_json(struct reader *r, const struct tally *t)
{
	json_t *o = reader_envelope(r, "pniscope.status/1");
	json_t *verdicts = json_object(), *probes = json_array();
	struct rows links;
	size_t findings;
	char **ids = open_findings(r, &findings);

	store_ids_free(ids, findings);
	for (size_t i = 0; i < r->probe_count; i++) {
		json_t *p = json_record(model_schema(RECORD_PROBE)->fields, &r->probes[i]);

		json_put_bool(p, "stale", reader_stale(&r->probes[i]));
		json_push(probes, p);
	}
	reader_collect_all(r, RECORD_LINK, &links);
	json_put_u64(verdicts, "pass", t->pass);
	json_put_u64(verdicts, "fail", t->fail);
	json_put_u64(verdicts, "must_fail", t->must_fail);
	json_put_u64(verdicts, "inconclusive", t->inconclusive);
	json_put(o, "probes", probes);
	json_put(o, "links", rows_json(&links));
	json_put_u64(o, "findings_open", findings);
	json_put_u64(verdicts, "judged_us", t->judged_us);
	json_put_bool(verdicts, "stale", reader_judged_late(t->judged_us));
	json_put(o, "verdicts", verdicts);
	rows_fini(&links);
	return json_print(o, stdout, true) ? EXIT_FINE : EXIT_ERROR;
}

int
run_status(const struct options *o)
{
	struct reader r;
	struct tally t = {0};
	int code = EXIT_FINE;

	if (!reader_open(&r, o))
		return EXIT_ERROR;
	read_tally(&r, &t);
	if (o->json) {
		code = print_json(&r, &t);
	} else {
		printf("peering %s\n\n", r.peering[0] ? r.peering : "(not known yet)");
		reader_print_probes(&r, stdout);
		fputc('\n', stdout);
		print_links(&r);
		fputc('\n', stdout);
		print_findings(&r);
		printf("\naudit: %u PASS, %u FAIL (%u of them MUST), %u INCONCLUSIVE; pniscope "
		       "audit\n",
		       t.pass, t.fail, t.must_fail, t.inconclusive);
		reader_print_judged(&r, t.judged_us, stdout);
	}
	reader_close(&r);
	return code;
}
