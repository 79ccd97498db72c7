/* How fast a member is, and who says so; shared by X14 and R9. Pure functions. */
#pragma once

#include "audit/input.h"

/* As the tap's port reports it, or LLDP of either side; 0: nobody shows it. */
uint64_t speed_observed(const struct audit_input *in, const struct input_link *link, size_t member);
/* By IANA-MAU-MIB dot3MauType (RFC 4836); 0: not one of 10 Gb/s and more. */
uint64_t speed_of_mau(uint64_t mau_type);
