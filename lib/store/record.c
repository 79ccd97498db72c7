#include "store/record.h"

#include <math.h>

double
record_number(const struct record_field *f, const void *record)
{
	const void *at = (const char *)record + f->offset;

	switch (f->type) {
	case FIELD_U64:
		return (double)*(const uint64_t *)at;
	case FIELD_I64:
		return (double)*(const int64_t *)at;
	case FIELD_F64:
		return *(const double *)at;
	case FIELD_BOOL:
		return *(const bool *)at;
	case FIELD_TEXT:
	case FIELD_LIST:
		break;
	}
	return NAN;
}
