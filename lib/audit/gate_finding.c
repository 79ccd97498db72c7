#include "audit/gate_finding.h"

#include <math.h>
#include <string.h>

#include "audit/gate.h"

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

/* The largest share of time that something the scope is about was down. */
struct down {
	const struct audit_input *in;
	const char *scope;
	double most;
};

static bool
note_down(void *context, const struct input_link *link)
{
	struct down *d = context;
	bool one = begins(d->scope, "session:"), members = !one && !begins(d->scope, "bfd:");

	for (size_t i = 0; i < d->in->session_count; i++) {
		const struct input_session *s = &d->in->sessions[i];

		if (s->link == link && s->counts &&
		    (!one || strcmp(d->scope + 8, s->rec.name) == 0))
			d->most = fmax(d->most, down_share(&s->uptime));
	}
	for (size_t m = 0; m < link->lacp_count && members; m++)
		d->most = fmax(d->most, down_share(&link->lacp[m].uptime));
	return true;
}

static double
down_of(const struct audit_input *in, const struct scope_index *scopes, const char *scope)
{
	struct down d = {.in = in, .scope = scope};

	scope_each(scopes, scope, note_down, &d);
	for (size_t i = 0; i < in->bfd_count && begins(scope, "bfd:"); i++)
		if (strcmp(scope + 4, in->bfds[i].rec.name) == 0)
			d.most = fmax(d.most, down_share(&in->bfds[i].uptime));
	return d.most;
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
gate_finding(const struct audit_input *in, const struct scope_index *scopes, const char *id,
             const struct subcheck *check)
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
		return down_of(in, scopes, check->scope);
	return 0;
}
