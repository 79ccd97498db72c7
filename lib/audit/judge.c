#include "audit/judge.h"

#include <string.h>

#include "audit/field.h"
#include "audit/gate.h"
#include "audit/gate_text.h"
#include "audit/unread.h"

static const struct {
	const char *id;
	judge_fn *judge;
} judges[] = {
	{"R1", judge_asn},          {"R2", judge_redundancy},   {"R3", judge_own_space},
	{"R4", judge_classes},      {"R5", judge_firewall},     {"R6", judge_routers},
	{"R8", judge_backup},       {"R9", judge_bandwidth},    {"R10", judge_locations},
	{"R11", judge_lacp},        {"X1", judge_bfd},          {"X2", judge_communities},
	{"X3", judge_presence},     {"X4", judge_paths},        {"X5", judge_valid},
	{"X6", judge_primary},      {"X7", judge_md5},          {"X8", judge_expressroute},
	{"X9", judge_destinations}, {"X10", judge_consistency}, {"X11", judge_families},
	{"X12", judge_registry},    {"X13", judge_limits},      {"X14", judge_speed},
	{"X15", judge_utilisation}, {"X16", judge_active},      {"X17", judge_locations},
	{"X18", judge_sbcs},        {"X19", judge_leak},        {"M1", judge_rates},
	{"M2", judge_availability}, {"M3", judge_drops},        {"M4", judge_flaps},
	{"M5", judge_latency},      {"M6", judge_received},
};

static judge_fn *
judge_of(const struct requirement *r)
{
	for (size_t i = 0; i < sizeof judges / sizeof judges[0]; i++)
		if (strcmp(judges[i].id, r->id) == 0)
			return judges[i].judge;
	return judge_uncollected;
}

/* A link whose tap can't show what the requirement stands on, or NULL. */
static const struct conf_link *
span_link(const struct conf *c)
{
	for (size_t i = 0; i < c->link_count; i++)
		if (c->links[i].tap == TAP_SPAN)
			return &c->links[i];
	return NULL;
}

void
judge_uncollected(const struct audit_input *in, struct verdict_draft *d)
{
	const struct requirement *r = d->requirement;
	const struct conf_link *span = r->flags & REQ_SLOW_PROTOCOL ? span_link(in->conf) : NULL;
	struct subcheck check = {.id = "evidence",
	                         .scope = "peering",
	                         .verdict = VERDICT_INCONCLUSIVE,
	                         .lack = span ? LACK_NOT_OBSERVABLE : LACK_NOT_COLLECTED};

	if (span)
		verdict_add(d, &check,
		            "%s is tapped by a SPAN port, which shows neither slow "
		            "protocols nor loss truly",
		            span->name);
	else
		verdict_add(d, &check, "no evidence collected yet: %s", r->evidence);
	verdict_need(d, r->evidence, "nothing", r->pass,
	             span ? "an optical tap on every member" : r->how,
	             r->window_s * UINT64_C(1000000));
}

void
judge_untapped(const struct input_link *link, struct verdict_draft *d)
{
	char scope[96];

	FIELD_FORMAT(scope, "link:%s", link->conf->name);
	verdict_add(d,
	            &(struct subcheck){.id = "tap",
	                               .scope = scope,
	                               .verdict = VERDICT_INCONCLUSIVE,
	                               .lack = LACK_NOT_OBSERVABLE},
	            "no probe reports %s", link->conf->name);
	verdict_need(d, "a probe on every link", "none", link->conf->name,
	             "start its probe, or capture its members", 0);
}

static void
add_unfit(const struct audit_input *in, const struct input_probe *p, struct verdict_draft *d)
{
	char why[200] = "no probe has written anything";

	if (p)
		input_why_unfit(in, p, why, sizeof why);
	verdict_add(d,
	            &(struct subcheck){.id = "probe",
	                               .scope = "peering",
	                               .verdict = VERDICT_INCONCLUSIVE,
	                               .lack = LACK_PROBE_UNFIT},
	            "%s", why);
	verdict_need(d, "probes that are fit", why, "fresh heartbeats and little loss",
	             "pniscope probes; pniscope doctor", 0);
}

/* A row that rests on silence and stays open says where the probe had no ears. */
static void
add_deaf(const struct audit_input *in, const struct requirement *r, struct verdict_draft *d)
{
	for (size_t i = 0; i < in->link_count && gate_hears(r); i++) {
		const struct input_link *link = &in->links[i];
		char scope[96], why[VERDICT_WHY];

		if (!link->conf || !link->seen || !gate_deafens(in, link, why))
			continue;
		FIELD_FORMAT(scope, "link:%s", link->rec.name);
		verdict_add(d,
		            &(struct subcheck){.id = "ears",
		                               .scope = scope,
		                               .verdict = VERDICT_INCONCLUSIVE,
		                               .lack = LACK_PROBE_UNFIT},
		            "silence on %s proves nothing, %s", link->rec.name, why);
		verdict_need(d, "a probe that hears", why, "no loss of it in a day",
		             "pniscope probes: look at missed, punt_control_drops and busy", 0);
	}
}

/* Nothing passes beside evidence that could not be read. */
static void
add_unread(const struct audit_input *in, const struct requirement *r, struct verdict_draft *d)
{
	for (const struct unread_row *u = NULL; (u = unread_next(in, u)) != NULL;) {
		if (!gate_names(u->pass, r->id, NULL))
			continue;
		verdict_add(d,
		            &(struct subcheck){.id = "store",
		                               .scope = "peering",
		                               .verdict = VERDICT_INCONCLUSIVE,
		                               .lack = LACK_NOT_COLLECTED},
		            "not all of it could be read: %s", unread_why(in, u));
		verdict_need(d, "records that can be read", unread_why(in, u),
		             "keys of the documented types", "DEL that key", 0);
	}
}

void
judge(const struct requirement *r, const struct audit_input *in, struct verdict_draft *out)
{
	const struct input_probe *unfit;
	struct gate gate;
	bool mute, present;

	verdict_begin(out, r, in->conf, in->from_us, in->to_us);
	out->row.voided_ratio = in->voided_ratio;
	if (!requirement_applies(r, in->conf)) {
		FIELD_FORMAT(out->row.reasons, "not asked of a peering of type %s",
		             peering_type_name(in->conf->peering.type));
		FIELD_COPY(out->row.verdict, verdict_name(VERDICT_INCONCLUSIVE));
		return;
	}
	gate_open(&gate, in, out);
	gate_text_losses(in, r, out->row.own_loss, sizeof out->row.own_loss);
	mute = input_unfit(in, &unfit);
	/* what a probe is fit for or not, it saw who is there (requirements section 13) */
	present = (r->flags & REQ_IDENTITY) && unfit && !unfit->stale;
	if (mute && !present)
		add_unfit(in, unfit, out);
	judge_of(r)(in, out);
	if (mute && present && out->undecided > 0)
		add_unfit(in, unfit, out);
	if (out->undecided > 0)
		add_deaf(in, r, out);
	add_unread(in, r, out);
	verdict_conclude(out);
	gate_close(&gate, out);
}
