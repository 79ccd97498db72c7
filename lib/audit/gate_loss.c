#include "audit/gate_loss.h"

#include <inttypes.h>
#include <string.h>

#include "audit/field.h"
#include "audit/gate.h"

static uint64_t
count_at(const struct input_probe *p, size_t offset)
{
	uint64_t count;

	memcpy(&count, (const char *)p + offset, sizeof count);
	return count;
}

struct gate_loss
gate_loss_of(const struct input_probe *p, const struct gate_row *row)
{
	struct gate_loss l = {.row = row, .lost = count_at(p, row->lost)};

	if (row->weight == GATE_SHARE || row->weight == GATE_MOST)
		l.of = count_at(p, row->of);
	l.ratio = l.of > 0 ? (double)l.lost / (double)l.of : l.lost > 0;
	return l;
}

bool
gate_loss_voids(const struct conf *c, const struct gate_loss *l, double finding)
{
	switch (l->row->weight) {
	case GATE_SHARE:
		return gate_voids(c, l->ratio, finding);
	case GATE_MOST:
		return gate_voids(c, l->ratio, 1);
	case GATE_FEW:
		return (double)l->lost > conf_threshold(c, NULL, "control_drop_gate_packets");
	case GATE_ANY:
		break;
	}
	return l->lost > 0;
}

void
gate_loss_text(const struct input_probe *p, const struct gate_loss *l, char *text, size_t size)
{
	if (l->row->weight == GATE_SHARE || l->row->weight == GATE_MOST)
		field_format(text, size, "%s: %s %" PRIu64 " of %" PRIu64 " %s (%.2g)", p->rec.id,
		             l->row->name, l->lost, l->of, l->row->of_what, l->ratio);
	else
		field_format(text, size, "%s: %s %" PRIu64, p->rec.id, l->row->name, l->lost);
}
