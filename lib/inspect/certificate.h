/*
 * What a certificate in the clear (TLS 1.2 and before, RFC 5246 section 7.4.2) says of its holder:
 * names, issuer, validity (RFC 5280 section 4.1). Nothing is verified: the tap has no opinion on
 * trust. Any thread; parsing is OpenSSL's, on at most CERTIFICATE_DER_MAX bytes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"

enum {
	CERTIFICATE_DER_MAX = 16384,
	CERTIFICATE_NAME_SIZE = 128,
	CERTIFICATE_NAMES_SIZE = 512,
};

/* Texts end with NUL, longer ones are cut at a name's end; bytes that are no printable ASCII are
 * dots. */
struct certificate {
	char subject[CERTIFICATE_NAME_SIZE];  /* common name, empty: none */
	char names[CERTIFICATE_NAMES_SIZE];   /* subjectAltName dNSNames, comma-separated */
	char issuer[CERTIFICATE_NAME_SIZE];   /* common name, else organisation */
	uint64_t not_before_us, not_after_us; /* since the epoch; 0: can't be told */
	bool self_issued;                     /* subject and issuer are the same */
};

/* False: no X.509 certificate. */
bool certificate_read(struct cursor der, struct certificate *out);

/* Whether it holds for this name (RFC 6125 section 6.4: a '*' is one leftmost label). */
bool certificate_has_name(const struct certificate *c, const char *name);
