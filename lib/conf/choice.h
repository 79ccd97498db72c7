/*
 * The words of choices that have a name function too (conf/conf.h), in the order of their enums,
 * NULL at the end. Any thread.
 */
#pragma once

extern const char *const choice_peering_types[];
extern const char *const choice_link_roles[];
extern const char *const choice_tap_kinds[];
