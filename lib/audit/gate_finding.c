#include "audit/gate_finding.h"

#include <math.h>
#include <string.h>

#include "audit/gate.h"
#include "audit/scope.h"

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static double
down_share(const struct uptime *u)
{
	double ratio = uptime_ratio(u);

	return isnan(ratio) ? 0 : 1 - ratio;
}

/* The share of time that what the scope names was down: the largest of it. */
static double
down_of(const struct audit_input *in, const char *scope)
{
	double most = 0;
	bool names;

	for (size_t i = 0; i < in->session_count; i++) {
		const struct input_session *s = &in->sessions[i];

		if (s->link && s->counts && scope_names(in, scope, s->link, &names) && names &&
		    (!begins(scope, "session:") || strcmp(scope + 8, s->rec.name) == 0))
			most = fmax(most, down_share(&s->uptime));
	}
	for (size_t i = 0; i < in->bfd_count; i++)
		if (begins(scope, "bfd:") && strcmp(scope + 4, in->bfds[i].rec.name) == 0)
			most = fmax(most, down_share(&in->bfds[i].uptime));
	for (size_t i = 0; i < in->link_count; i++)
		for (size_t m = 0; m < in->links[i].lacp_count; m++)
			if (!begins(scope, "session:") && !begins(scope, "bfd:") &&
			    scope_names(in, scope, &in->links[i], &names) && names)
				most = fmax(most, down_share(&in->links[i].lacp[m].uptime));
	return most;
}

/* Media lost on that side of that link, where any window was over. */
static double
media_loss(const struct audit_input *in, const struct subcheck *check)
{
	const char *side = strstr(check->id, "peer") ? "peer" : "msft";

	for (size_t i = 0; i < in->loss_count; i++)
		if (strcmp(in->losses[i].scope, check->scope) == 0 &&
		    strcmp(in->losses[i].side, side) == 0 && in->losses[i].windows_over > 0)
			return in->losses[i].loss_ratio;
	return 0;
}

double
gate_finding(const struct audit_input *in, const char *id, const struct subcheck *check)
{
	static const struct {
		const char *checks, *pass, *fail; /* thresholds */
	} ratios[] = {
		{"R3/sources", "r3_uncovered_ratio", "r3_uncovered_ratio"},
		{"R4", "r4_undeclared_ratio", "r4_undeclared_ratio"},
		{"R8/share X16/share", "r8_balance_ratio", "r8_share_ratio"},
		{"X15 M1/load", "x15_augment_ratio", "x15_augment_ratio"},
	};
	bool failed = check->verdict == VERDICT_FAIL;

	for (size_t i = 0; i < sizeof ratios / sizeof ratios[0]; i++)
		if (gate_names(ratios[i].checks, id, check->id))
			return conf_threshold(in->conf, NULL,
			                      failed ? ratios[i].fail : ratios[i].pass);
	if (strcmp(id, "M3") == 0)
		return media_loss(in, check);
	if (failed && gate_names("R2/connection R9/capacity X6/connection M2 M4", id, check->id))
		return down_of(in, check->scope);
	return 0;
}
