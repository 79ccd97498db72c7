#include "audit/routers.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "audit/field.h"
#include "audit/ip_ids.h"
#include "base/addr.h"

/* ---- lists ----------------------------------------------------------------------------------- */

/* Values that a device ships with and that name nobody, in either case. */
static const char *const nobodies[] = {
	"0.0.0.0",
	"00:00:00:00:00:00",
	"localhost",
	"localhost.localdomain",
	"localdomain",
	"router",
	/* IOS */ "ios",
	/* IOS XR */ "amnesiac",
	/* Junos */ "switch",
	"frr",
	"vyos",
	"debian",
	"ubuntu",
	"linux",
};

static bool
is_nobody(const char *element)
{
	for (size_t i = 0; i < sizeof nobodies / sizeof nobodies[0]; i++)
		if (strcasecmp(element, nobodies[i]) == 0)
			return true;
	return false;
}

static bool
next_word(const char **at, char element[64])
{
	return field_word(at, ",", element, 64);
}

/* The next element of a comma-separated list, without the nobodies; false at its end. */
static bool
next_element(const char **at, char element[64])
{
	while (next_word(at, element))
		if (!is_nobody(element))
			return true;
	return false;
}

static bool
has_any(const char *list)
{
	char element[64];

	return next_element(&list, element);
}

/* Whether both lists have an element in common; it is copied. */
static bool
lists_meet(const char *a, const char *b, char common[64])
{
	char x[64], y[64];

	while (next_word(&a, x))
		for (const char *rest = b; next_word(&rest, y);)
			if (strcmp(x, y) == 0 && !is_nobody(x)) {
				memcpy(common, x, sizeof x);
				return true;
			}
	return false;
}

/* ---- weak tokens ----------------------------------------------------------------------------- */

enum { MAC_NEAR = 16 }; /* ports of one line card are numbered in a row */

static uint64_t
mac_number(const uint8_t mac[6])
{
	uint64_t n = 0;

	for (unsigned i = 0; i < 6; i++)
		n = n << 8 | mac[i];
	return n;
}

/* Addresses of first-hop redundancy (VRRP: RFC 5798 section 7.3) belong to two routers. */
static bool
is_shared_mac(const uint8_t mac[6])
{
	static const uint8_t vrrp[5] = {0x00, 0x00, 0x5e, 0x00, 0x01};

	return memcmp(mac, vrrp, sizeof vrrp) == 0;
}

static bool
macs_near(const char *a, const char *b)
{
	char x[64], y[64];
	uint8_t m[6], n[6];

	while (next_element(&a, x)) {
		if (!mac_parse(x, m) || is_shared_mac(m))
			continue;
		for (const char *rest = b; next_element(&rest, y);) {
			uint64_t p, q;

			if (!mac_parse(y, n))
				continue;
			p = mac_number(m);
			q = mac_number(n);
			if ((p > q ? p - q : q - p) <= MAC_NEAR)
				return true;
		}
	}
	return false;
}

static bool
clock_known(const struct rec_tokens_side *t)
{
	return isfinite(t->tcp_clock_hz) && t->tcp_clock_hz > 0 && isfinite(t->tcp_clock_offset_s);
}

/* Two clocks are one when their zero is the same moment, as far as both are known. */
static bool
clocks_equal(const struct rec_tokens_side *a, const struct rec_tokens_side *b)
{
	double error = fabs(a->tcp_clock_error_s) + fabs(b->tcp_clock_error_s);

	return fabs(a->tcp_clock_hz - b->tcp_clock_hz) < 0.01 * a->tcp_clock_hz &&
	       fabs(a->tcp_clock_offset_s - b->tcp_clock_offset_s) <= error;
}

static unsigned
count_joint(const char *a, const char *b, uint64_t within_us)
{
	char x[64], y[64];
	unsigned count = 0;

	while (next_element(&a, x)) {
		uint64_t p = strtoull(x, NULL, 10);

		for (const char *rest = b; next_element(&rest, y);) {
			uint64_t q = strtoull(y, NULL, 10);

			if ((p > q ? p - q : q - p) <= within_us) {
				count++;
				break;
			}
		}
	}
	return count;
}

/* ---- comparing ------------------------------------------------------------------------------- */

/* What a router calls itself. */
static const struct {
	const char *kind;
	size_t list; /* in struct rec_tokens_side */
} names[] = {
	{"BGP identifier", offsetof(struct rec_tokens_side, bgp_ids)},
	{"host name", offsetof(struct rec_tokens_side, hostnames)},
	{"LLDP chassis", offsetof(struct rec_tokens_side, lldp_chassis)},
	{"LLDP name", offsetof(struct rec_tokens_side, lldp_names)},
	{"CDP device", offsetof(struct rec_tokens_side, cdp_devices)},
};

enum { NAMES = sizeof names / sizeof names[0] };

static const char *
list_of(const struct rec_tokens_side *t, size_t i)
{
	return (const char *)t + names[i].list;
}

const char *
routers_share_name(const struct input_link *a, const struct input_link *b, enum side side,
                   char name[64])
{
	const struct rec_tokens_side *x = &a->tokens.side[side], *y = &b->tokens.side[side];

	for (size_t i = 0; i < NAMES; i++)
		if (lists_meet(list_of(x, i), list_of(y, i), name))
			return names[i].kind;
	return NULL;
}

static unsigned
count_differing(const struct rec_tokens_side *a, const struct rec_tokens_side *b)
{
	unsigned differ = 0;
	char common[64];

	for (size_t i = 0; i < NAMES; i++)
		differ += has_any(list_of(a, i)) && has_any(list_of(b, i)) &&
		          !lists_meet(list_of(a, i), list_of(b, i), common);
	return differ;
}

struct likeness
routers_compare(const struct audit_input *in, const struct input_link *a,
                const struct input_link *b, enum side side)
{
	const struct rec_tokens_side *x = &a->tokens.side[side], *y = &b->tokens.side[side];
	uint64_t joint = (uint64_t)conf_threshold(in->conf, NULL, "r6_joint_us");
	struct likeness l = {0};
	char common[64];

	l.same = routers_share_name(a, b, side, l.value);
	l.strong_differ = count_differing(x, y);
	if (has_any(x->lacp_systems) && has_any(y->lacp_systems)) {
		l.same_system = lists_meet(x->lacp_systems, y->lacp_systems, common);
		l.strong_differ += !l.same_system;
	}
	if (has_any(x->macs) && has_any(y->macs)) {
		l.near_macs = macs_near(x->macs, y->macs);
		l.weak_differ += !l.near_macs;
	}
	if (clock_known(x) && clock_known(y)) {
		l.same_clock = clocks_equal(x, y);
		/* clocks that each connection draws anew differ on one router too */
		l.weak_differ += !l.same_clock && x->tcp_clock_shared && y->tcp_clock_shared;
	}
	l.same_ids = ip_ids_same(x->ip_ids, y->ip_ids);
	l.joint_outages = count_joint(x->outages, y->outages, joint);
	return l;
}

bool
routers_same(const struct audit_input *in, const struct likeness *l)
{
	double joint = conf_threshold(in->conf, NULL, "r6_joint_outages");

	return l->same || (l->same_system && (l->near_macs || l->same_clock || l->same_ids ||
	                                      (double)l->joint_outages >= joint));
}
