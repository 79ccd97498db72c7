/*
 * Who may originate which prefix, by snapshots that the operator loads: validated ROA payloads
 * (data.rpki: CSV or JSON as rpki-client and Routinator write them) judged by RFC 6811, and objects
 * of routing registries (data.irr: RPSL, RFC 2622 and RFC 4012: route, route6, aut-num). A snapshot
 * has a date, its own or else the file's, since an old one proves nothing. Read as a whole or
 * refused with the line that is wrong: a payload that is missing would turn valid into not found. A
 * question costs a binary search per prefix length. Borrowed by the judges; one thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

enum { REGISTRY_TEXT = 160 };

struct registry;

struct registry *registry_create(void);
void registry_destroy(struct registry *r);
/* Reads the files (NULL: not given) that are new here or were written since. */
void registry_refresh(struct registry *r, const char *rpki, const char *irr);
/* Grows whenever something was read. */
uint64_t registry_generation(const struct registry *r);

enum registry_kind { REGISTRY_RPKI, REGISTRY_IRR, REGISTRY_KINDS };

struct registry_snapshot {
	bool given, read;          /* named in the contract; there and whole */
	char error[REGISTRY_TEXT]; /* given and not read: "vrps.csv:7: …" */
	uint64_t date_us;
	bool dated;                  /* in the file; else it is the file's modification time */
	size_t count, as_count;      /* prefixes with an origin; AS numbers with an object (RPSL) */
	char sources[REGISTRY_TEXT]; /* trust anchors or registries, as far as they fit */
};
const struct registry_snapshot *registry_snapshot(const struct registry *r,
                                                  enum registry_kind kind);

/* RFC 6811 section 2; `origin` 0 is NONE (an AS_SET), which no payload matches. */
enum rpki_state {
	RPKI_NOT_FOUND,      /* no payload covers the prefix */
	RPKI_VALID,          /* one that does has this origin and reaches this length */
	RPKI_INVALID_LENGTH, /* the origin is right, the prefix longer than allowed */
	RPKI_INVALID_ORIGIN, /* all that cover it have other origins */
};
enum rpki_state registry_rpki(const struct registry *r, const struct prefix *p, uint32_t origin);

enum irr_state {
	IRR_NONE,         /* no object of this prefix or around it */
	IRR_OTHER_ORIGIN, /* only such of other origins */
	IRR_AROUND,       /* of this origin, for a shorter prefix */
	IRR_EXACT,
};
enum irr_state registry_irr(const struct registry *r, const struct prefix *p, uint32_t origin);
/* The AS has an aut-num, route or route6 object. */
bool registry_irr_has_as(const struct registry *r, uint32_t asn);
/* An AS that the nearest payload or object around the prefix names; 0: none. */
uint32_t registry_holder(const struct registry *r, enum registry_kind kind, const struct prefix *p);
