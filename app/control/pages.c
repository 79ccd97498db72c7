#include "pages.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics.h"
#include "ui/json.h"

static void
envelope_of(const struct pages *p, const char *schema, struct json_envelope *e)
{
	const struct audit_input *in = audit_input_get(p->audit);

	*e = (struct json_envelope){.coverage = NAN};
	if (in->probe_count > 0)
		json_envelope_of_probe(e, &in->probes[0].rec);
	e->schema = schema;
	e->peering = p->conf->peering.name;
	e->site = NULL; /* all of them */
	e->profile = requirement_profile();
	e->config_sha256 = p->conf->sha256;
	e->generated_us = in->now_us;
	e->from_us = in->from_us;
	e->to_us = in->to_us;
}

/* What cannot be judged now is told with what was, and not as if it were of now. */
static void
put_state(const struct pages *p, json_t *object, struct http_answer *answer)
{
	json_put_bool(object, "stale", p->trouble || audit_unfit(p->audit));
	json_put_text(object, "trouble", p->trouble ? p->trouble : "");
	if (p->trouble)
		answer->status = 503;
}

static void
put_json(struct http_answer *answer, json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);

	answer->type = "application/json";
	if (text)
		text_add_bytes(&answer->body, text, strlen(text));
	free(text);
	json_decref(object);
}

static void
audit_page(const struct pages *p, struct http_answer *answer)
{
	const struct record_field *fields = model_schema(RECORD_VERDICT)->fields;
	json_t *object, *list = json_array();
	const struct rec_verdict *rows;
	struct json_envelope e;
	size_t count;

	envelope_of(p, "pniscope.audit/1", &e);
	object = json_envelope(&e);
	rows = audit_rows(p->audit, &count);
	for (size_t i = 0; i < count; i++)
		if (rows[i].id[0] != '\0')
			json_push(list, json_record(fields, &rows[i]));
	put_state(p, object, answer);
	json_put(object, "audit", list);
	put_json(answer, object);
}

static void
findings_page(const struct pages *p, struct http_answer *answer)
{
	const struct record_field *fields = model_schema(RECORD_FINDING)->fields;
	json_t *object, *list = json_array();
	const struct rec_finding *const *open;
	struct json_envelope e;
	size_t count;

	envelope_of(p, "pniscope.findings/1", &e);
	object = json_envelope(&e);
	open = audit_findings(p->audit, &count);
	for (size_t i = 0; i < count; i++)
		json_push(list, json_record(fields, open[i]));
	put_state(p, object, answer);
	json_put(object, "findings", list);
	put_json(answer, object);
}

/* Why nothing can be told; NULL: it can. */
static const char *
what_is_wrong(const struct pages *p)
{
	return p->trouble || p->audit ? p->trouble : "nothing was read from Redis yet";
}

static void
health_page(const struct pages *p, struct http_answer *answer)
{
	const char *wrong = what_is_wrong(p);

	if (wrong)
		answer->status = 503;
	text_add(&answer->body, "%s\n", wrong ? wrong : "ok");
}

static void
metrics_page(const struct pages *p, struct http_answer *answer)
{
	answer->type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
	metrics_print(p->audit, what_is_wrong(p) == NULL, &answer->body);
}

static void index_page(const struct pages *p, struct http_answer *answer);

static const struct page {
	const char *path, *help;
	void (*fill)(const struct pages *p, struct http_answer *answer);
	bool blind; /* has something to say before anything was read from the store */
} pages[] = {
	{"/", "this list", index_page, true},
	{"/metrics", "OpenMetrics, for Prometheus", metrics_page, true},
	{"/audit", "every requirement with its verdict, JSON", audit_page, false},
	{"/findings", "what is wrong now, JSON", findings_page, false},
	{"/healthz", "ok, or 503 and what is wrong", health_page, true},
};
enum { PAGES = sizeof pages / sizeof pages[0] };

static void
index_page(const struct pages *p, struct http_answer *answer)
{
	(void)p;
	for (size_t i = 0; i < PAGES; i++)
		text_add(&answer->body, "%-10s %s\n", pages[i].path, pages[i].help);
}

static const struct page *
page_find(const char *path)
{
	for (size_t i = 0; i < PAGES; i++)
		if (strcmp(path, pages[i].path) == 0)
			return &pages[i];
	return NULL;
}

void
pages_answer(void *context, const char *path, struct http_answer *answer)
{
	const struct pages *p = context;
	const struct page *page = page_find(path);

	if (!page) {
		answer->status = 404;
		text_add(&answer->body, "there is no such page; there are\n");
		index_page(p, answer);
	} else if (!p->audit && !page->blind) {
		answer->status = 503;
		text_add(&answer->body, "%s\n", what_is_wrong(p));
	} else {
		page->fill(p, answer);
	}
}
