/*
 * The requirement set as data: one row per requirement of the programme (R1-R11), of its later
 * pages (X1-X19) and per metric of its portal (M1-M6). The programme's text changes, so the set has
 * a version (the profile) that every verdict records. Verdicts, `explain`, the audit's needs and
 * docs come from the same rows. Read-only data, any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "conf/conf.h"

enum strength { STRENGTH_MUST, STRENGTH_SHOULD };
const char *strength_name(enum strength s); /* "MUST", "SHOULD" */

/* What kind of statement a requirement is; decides ageing, gate and maintenance. */
enum requirement_flag {
	REQ_IDENTITY = 1 << 0,      /* a fact of identity: ages in days, never voided by loss */
	REQ_AVAILABILITY = 1 << 1,  /* a maintenance window freezes it */
	REQ_SLOW_PROTOCOL = 1 << 2, /* stands on LACP, LLDP or loss: a SPAN port can't show it */
	REQ_STRICT_VOICE = 1 << 3,  /* SHOULD, and MUST under peering.strict_voice */
	REQ_ADVICE = 1 << 4,        /* advice with a date, never more than a SHOULD */
	REQ_STRICT_ONLY = 1 << 5,   /* asked of nobody but under peering.strict_voice */
};

struct requirement {
	const char *id;    /* "R4" */
	const char *title; /* one line */
	const char *text;  /* what the programme asks, in its own terms */
	enum strength strength;
	unsigned applies; /* bit per enum peering_type */
	enum side side;   /* who must act when it fails, unless the finding knows better */
	unsigned flags;   /* enum requirement_flag */
	const char *source;
	const char *pass, *fail, *inconclusive; /* conditions, as judged */
	const char *evidence;                   /* what it is judged on */
	const char *how;                        /* how that evidence is obtained */
	uint32_t window_s;                      /* needs this long live; 0: a fact */
	const char *also; /* thresholds named so belong to it too, beside its own ("r4_…") */
};

/* The version of the set, e.g. "maps-2024-10". */
const char *requirement_profile(void);
size_t requirement_count(void);
const struct requirement *requirement_at(size_t i);
/* By id, letter case does not matter; NULL: no such requirement. */
const struct requirement *requirement_find(const char *id);

/* As this peering must read it: connection type and strict_voice are taken from `conf`. */
enum strength requirement_strength(const struct requirement *r, const struct conf *conf);
bool requirement_applies(const struct requirement *r, const struct conf *conf);

/* `explain REQ`: text, conditions, thresholds with value and source. `conf` NULL: no values. */
void requirement_explain(const struct requirement *r, const struct conf *conf, FILE *to);
/* docs/requirements.md: the whole set. */
void requirement_print_docs(FILE *to);
