/*
 * What control serves over HTTP, made from the audit's last turn: / (the list), /metrics
 * (OpenMetrics), /audit and /findings (JSON), /healthz. Same thread as the audit.
 */
#pragma once

#include "audit/audit.h"
#include "ui/http.h"

struct pages {
	struct audit *audit; /* NULL: the store was not reached yet */
	const struct conf *conf;
	const char *trouble; /* why the last turn failed, or NULL */
};

/* An http_fn; `context` is a struct pages. */
void pages_answer(void *context, const char *path, struct http_answer *answer);
