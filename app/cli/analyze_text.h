/* The parts of `analyze` for people among themselves: analyze_text.c calls them in their order. */
#pragma once

#include "analyze.h"

/* Where it is written and how; zone "": UTC. */
struct sheet {
	struct analysis *a;
	FILE *to;
	char zone[64];
	bool colour;
};

/* The zone as the formatters want it: NULL for UTC. */
const char *analysis_text_zone(const struct sheet *s);
void analysis_text_heading(const struct sheet *s, const char *title);

/* What is on the interconnect: classes, links, subnets, endpoints, loss, calls, legs, flows. */
void analysis_text_traffic(const struct sheet *s);
/* What to make of it: the failures as stories, the findings, the audit. */
void analysis_text_judged(struct sheet *s);
