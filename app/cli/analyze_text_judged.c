/* `analyze` for people: what to make of it. */
#include <stdlib.h>
#include <string.h>

#include "analyze_text.h"
#include "base/clock.h"
#include "base/mem.h"
#include "show.h"
#include "tell_story.h"
#include "ui/format.h"

static void
print_findings(const struct sheet *s)
{
	size_t count;
	const struct rec_finding *const *findings = audit_findings(s->a->audit, &count);

	analysis_text_heading(s, "findings");
	if (count == 0)
		fputs("  none\n", s->to);
	for (size_t i = 0; i < count; i++)
		show_finding(findings[i], s->zone, s->colour, s->to);
}

static void
print_story(void *context, const struct story *story)
{
	const struct sheet *s = context;

	analysis_text_heading(s, "a failure");
	story_print(story, s->zone, s->colour, s->to);
}

static int
shorter(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return (a > b) - (a < b);
}

/* Rules that no capture of this length can decide, listed once by the time that they need. */
static void
print_needs_live(const struct sheet *s, const struct rec_verdict *rows, size_t count)
{
	uint32_t *seconds = mem_alloc(count + 1, sizeof *seconds);
	char length[FORMAT_SIZE];

	for (size_t i = 0; i < count; i++)
		seconds[i] = audit_needs_live_s(&rows[i]);
	qsort(seconds, count, sizeof *seconds, shorter);
	for (size_t i = 0; i < count; i++) {
		if (!seconds[i] || (i && seconds[i] == seconds[i - 1]))
			continue;
		fprintf(s->to, "  needs %s live:", format_duration(seconds[i] * US_PER_S, length));
		for (size_t k = 0; k < count; k++) {
			if (audit_needs_live_s(&rows[k]) == seconds[i])
				fprintf(s->to, " %s", rows[k].id);
		}
		fputc('\n', s->to);
	}
	free(seconds);
}

static void
print_audit(const struct sheet *s)
{
	size_t count = s->a->verdict_count, shown = 0;
	const struct rec_verdict *rows = s->a->verdicts;
	const struct rec_verdict **pick = mem_alloc(count + 1, sizeof *pick);

	for (size_t i = 0; i < count; i++) {
		if (s->a->options->wide || !audit_needs_live_s(&rows[i]))
			pick[shown++] = &rows[i];
	}
	analysis_text_heading(s, "audit");
	fprintf(s->to, "  profile %s; explain with: pniscope explain ID\n", requirement_profile());
	show_audit(pick, shown, s->a->options->wide, s->colour, s->to);
	print_needs_live(s, rows, count);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rows[i].verdict, "FAIL") == 0 && strcmp(rows[i].applies, "yes") == 0) {
			fputc('\n', s->to);
			show_verdict(&rows[i], s->zone, s->colour, s->to);
		}
	}
	free(pick);
}

void
analysis_text_judged(struct sheet *s)
{
	analysis_each_story(s->a, print_story, s);
	print_findings(s);
	print_audit(s);
}
