#include "inspect/certificate.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "base/slice.h"

static bool
copy_entry(X509_NAME *name, int nid, char *to, size_t size)
{
	int at = X509_NAME_get_index_by_NID(name, nid, -1);
	ASN1_STRING *s;

	if (at < 0)
		return false;
	s = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
	slice_copy(to, size,
	           (struct slice){(const char *)ASN1_STRING_get0_data(s),
	                          (uint32_t)ASN1_STRING_length(s)});
	return true;
}

static void
copy_names(X509 *x, char *to, size_t size)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	size_t used = 0;

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *n = sk_GENERAL_NAME_value(names, i);
		uint32_t length;

		if (n->type != GEN_DNS)
			continue;
		length = (uint32_t)ASN1_STRING_length(n->d.dNSName);
		if (used + length + 2 > size)
			break;
		if (used)
			to[used++] = ',';
		slice_copy(
			to + used, length + 1,
			(struct slice){(const char *)ASN1_STRING_get0_data(n->d.dNSName), length});
		used += length;
	}
	GENERAL_NAMES_free(names);
}

static uint64_t
time_us(const ASN1_TIME *t)
{
	struct tm tm = {0};
	time_t seconds;

	if (!ASN1_TIME_to_tm(t, &tm))
		return 0;
	seconds = timegm(&tm);
	return seconds > 0 ? (uint64_t)seconds * US_PER_S : 0;
}

bool
certificate_read(struct cursor der, struct certificate *out)
{
	const unsigned char *at = der.at;
	size_t size = cursor_left(&der);
	X509 *x;

	memset(out, 0, sizeof *out);
	if (size > CERTIFICATE_DER_MAX)
		return false;
	x = d2i_X509(NULL, &at, (long)size);
	if (!x) {
		ERR_clear_error();
		return false;
	}
	copy_entry(X509_get_subject_name(x), NID_commonName, out->subject, sizeof out->subject);
	if (!copy_entry(X509_get_issuer_name(x), NID_commonName, out->issuer, sizeof out->issuer))
		copy_entry(X509_get_issuer_name(x), NID_organizationName, out->issuer,
		           sizeof out->issuer);
	copy_names(x, out->names, sizeof out->names);
	out->not_before_us = time_us(X509_get0_notBefore(x));
	out->not_after_us = time_us(X509_get0_notAfter(x));
	out->self_issued = X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x)) == 0;
	X509_free(x);
	ERR_clear_error();
	return true;
}

static bool
matches(struct slice pattern, const char *name)
{
	const char *dot = strchr(name, '.');

	if (pattern.size < 2 || pattern.at[0] != '*')
		return slice_equal_nocase(pattern, name);
	return dot && slice_equal_nocase((struct slice){pattern.at + 1, pattern.size - 1}, dot);
}

bool
certificate_has_name(const struct certificate *c, const char *name)
{
	struct slice names = {c->names, (uint32_t)strlen(c->names)};

	while (names.size)
		if (matches(slice_until(&names, ','), name))
			return true;
	return matches((struct slice){c->subject, (uint32_t)strlen(c->subject)}, name);
}
