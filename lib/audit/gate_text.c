#include "audit/gate_text.h"

#include <inttypes.h>
#include <string.h>

#include "audit/field.h"
#include "audit/gate.h"
#include "audit/gate_loss.h"

static bool
rests_on(const struct gate_row *row, const char *id)
{
	return gate_names(row->pass, id, NULL) || gate_names(row->fail, id, NULL) ||
	       gate_names(row->absence, id, NULL);
}

void
gate_text_losses(const struct audit_input *in, const struct requirement *r, char *text, size_t size)
{
	uint64_t offered = 0;
	bool rests = false;

	text[0] = '\0';
	for (size_t i = 0; i < gate_table_count; i++) {
		if (!rests_on(&gate_table[i], r->id))
			continue;
		rests = true;
		for (size_t p = 0; p < in->probe_count; p++) {
			struct gate_loss l = gate_loss_of(&in->probes[p], &gate_table[i]);
			char one[VERDICT_WHY];

			/* the same counter may stand in two rows */
			if (l.lost == 0 || (i > 0 && gate_table[i].lost == gate_table[i - 1].lost &&
			                    rests_on(&gate_table[i - 1], r->id)))
				continue;
			gate_loss_text(&in->probes[p], &l, one, sizeof one);
			field_append(text, size, "; ", one);
		}
	}
	for (size_t p = 0; p < in->probe_count; p++)
		offered += in->probes[p].offered;
	if (rests && text[0] == '\0' && in->probe_count > 0)
		field_format(text, size, "none of what it rests on, of %" PRIu64 " frames offered",
		             offered);
}

/* The counters of one column that name the requirement, each once. */
static void
explain_column(const char *title, const struct requirement *r, size_t column, FILE *to)
{
	const char *separator = title, *before = "";

	for (size_t i = 0; i < gate_table_count; i++) {
		const char *list;

		memcpy(&list, (const char *)&gate_table[i] + column, sizeof list);
		if (!gate_names(list, r->id, NULL) || strcmp(before, gate_table[i].name) == 0)
			continue;
		fprintf(to, "%s%s", separator, gate_table[i].name);
		separator = ", ";
		before = gate_table[i].name;
	}
	if (separator != title)
		fputc('\n', to);
}

void
gate_text_explain(const struct requirement *r, FILE *to)
{
	explain_column("PASS void by  the probe's ", r, offsetof(struct gate_row, pass), to);
	explain_column("FAIL void by  the probe's ", r, offsetof(struct gate_row, fail), to);
	explain_column("deaf by       the probe's ", r, offsetof(struct gate_row, absence), to);
}

static const char *
list_text(const char *list)
{
	return list[0] != '\0' ? list : "-";
}

void
gate_text_docs(FILE *to)
{
	fputs("\n# What the probe's own losses void\n\n"
	      "A PASS or FAIL that rests on what a probe lost or had no room for within the window "
	      "becomes INCONCLUSIVE (probe-unfit), with the counter, its numbers and what to do. "
	      "`R4/class` means the sub-checks of R4 that begin so. Shares are held against a "
	      "tenth "
	      "of the finding, or 1e-6 where the finding is \"none\"; flows that may count twice "
	      "against a tenth of all. Under \"absence\" stand the rules whose FAIL by silence "
	      "needs ears. What the contract alone says, and facts seen on the wire (R1, R6, X7, "
	      "X14), are void by none of them.\n\n"
	      "| counter | what | of | PASS | FAIL | absence | then "
	      "|\n|---|---|---|---|---|---|---|\n",
	      to);
	for (size_t i = 0; i < gate_table_count; i++) {
		const struct gate_row *r = &gate_table[i];

		fprintf(to, "| `%s` | %s | %s | %s | %s | %s | %s |\n", r->name, r->what,
		        r->weight == GATE_ANY   ? "any"
		        : r->weight == GATE_FEW ? "more than control_drop_gate_packets"
		                                : r->of_what,
		        list_text(r->pass), list_text(r->fail), list_text(r->absence), r->why);
	}
}
