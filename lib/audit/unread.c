#include "audit/unread.h"

/* Kinds that are not here are read by no judge, or their absence can only keep a row open:
 * an endpoint that is not known makes a source that is not proven. */
static const struct unread_row table[] = {
	{RECORD_PROBE, "*", "*"},
	{RECORD_LINK, "*", "R8/share X16/share"},
	{RECORD_MEMBER, "R9 X14 M1", "R9"},
	{RECORD_LINK_SUBNET, "R3 R4 X9", ""},
	{RECORD_SUBNET_CLASS, "R3 R4 X9 X18", "R4/class"},
	{RECORD_ENDPOINT, "R4", ""},
	{RECORD_MAINTENANCE, "", "R2 R9 R11 X1 X6 X11 M2 M3 M4"},
	{RECORD_SESSION,
         "R1 R2 R3 R4 R6 R8 R10 X1 X2 X3 X4 X5 X6 X7 X8 X9 X10 X11 X12 X13 X16 X17 X19 M2 M4 M6",
         "R2 R3/sources R8 X3 X6 X9 X10 X11 M6"},
	{RECORD_BFD, "R2 X1 X6 M4", "X1"},
	{RECORD_LACP, "R2 R6 R9 R11 X6 M4", "R9 R11 X1"},
	{RECORD_TOKENS, "R6 R8 R10 R11 X6 X16 X17", ""},
	{RECORD_VOICE, "X18", "X18"},
	{RECORD_LATENCY, "M5", ""},
	{RECORD_LOSS, "M3", ""},
	{RECORD_HALVES, "R5", ""},
};

enum { ROWS = sizeof table / sizeof table[0] };

const struct unread_row *
unread_next(const struct audit_input *in, const struct unread_row *at)
{
	for (size_t i = at ? (size_t)(at - table) + 1 : 0; i < ROWS; i++)
		if (in->unread[table[i].kind][0] != '\0')
			return &table[i];
	return NULL;
}

const char *
unread_why(const struct audit_input *in, const struct unread_row *row)
{
	return in->unread[row->kind];
}
