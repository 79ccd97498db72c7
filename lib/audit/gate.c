#include "audit/gate.h"

double
gate_loss_ratio(const struct audit_input *in)
{
	uint64_t offered = 0, lost = 0;

	for (size_t i = 0; i < in->probe_count; i++) {
		offered += in->probes[i].offered;
		lost += in->probes[i].lost;
	}
	return offered > 0 ? (double)lost / (double)offered : 0;
}

bool
gate_voids(const struct conf *conf, double loss_ratio, double finding_ratio)
{
	if (finding_ratio > 0)
		return loss_ratio >
		       finding_ratio * conf_threshold(conf, NULL, "loss_gate_share_ratio");
	return loss_ratio > conf_threshold(conf, NULL, "loss_gate_ratio");
}
