/* The fields of every record of store/model.h, one row each. Constant tables, ended by a NULL name.
 */
#pragma once

#include "store/record.h"

extern const struct record_field fields_epoch[], fields_probe[], fields_link[], fields_member[],
	fields_link_class[], fields_link_subnet[], fields_subnet[], fields_subnet_class[],
	fields_endpoint[], fields_finding[], fields_verdict[], fields_maintenance[], fields_event[],
	fields_session[], fields_bfd[], fields_lacp[], fields_tokens[], fields_voice[],
	fields_route[], fields_latency[], fields_loss[], fields_halves[], fields_asymmetry[],
	fields_stream[], fields_leg[];
