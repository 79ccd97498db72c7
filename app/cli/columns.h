/*
 * What the listings show: per kind of record the fields in the order in which an operator reads
 * them, their titles, and which only --wide brings. Names are those of the field tables
 * (store/fields.h); a unit after a field is the table printer's business.
 */
#pragma once

#include "ui/rows.h"

extern const struct rows_column probe_columns[], link_columns[], member_columns[], subnet_columns[],
	link_class_columns[], subnet_class_columns[], endpoint_columns[], call_columns[],
	lag_columns[], bfd_columns[], latency_columns[], loss_columns[], asymmetry_columns[],
	session_columns[], stream_columns[], leg_columns[];
