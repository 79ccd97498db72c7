/* R6: two connections of one location end at different routers of the peer. */
#include "audit/judge_routers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "audit/field.h"
#include "audit/ip_ids.h"
#include "audit/judge.h"
#include "audit/judge_parts.h"
#include "audit/location.h"
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

/* The next element of a comma-separated list, without the nobodies; false at its end. */
static bool
next_element(const char **at, char element[64])
{
	while (**at != '\0') {
		size_t size = strcspn(*at, ",");
		bool nobody = size == 0 || size >= 64;

		if (!nobody) {
			memcpy(element, *at, size);
			element[size] = '\0';
		}
		*at += size;
		*at += strspn(*at, ",");
		for (size_t i = 0; !nobody && i < sizeof nobodies / sizeof nobodies[0]; i++)
			nobody = strcasecmp(element, nobodies[i]) == 0;
		if (!nobody)
			return true;
	}
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

	while (next_element(&a, x))
		for (const char *rest = b; next_element(&rest, y);)
			if (strcmp(x, y) == 0) {
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

static void
compare_strong(struct likeness *l, const struct rec_tokens_side *a, const struct rec_tokens_side *b)
{
	const struct {
		const char *kind, *a, *b;
	} kinds[] = {
		{"BGP identifier", a->bgp_ids, b->bgp_ids},
		{"host name", a->hostnames, b->hostnames},
		{"LLDP chassis", a->lldp_chassis, b->lldp_chassis},
		{"LLDP name", a->lldp_names, b->lldp_names},
		{"CDP device", a->cdp_devices, b->cdp_devices},
	};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (!has_any(kinds[i].a) || !has_any(kinds[i].b))
			continue;
		if (!lists_meet(kinds[i].a, kinds[i].b, l->value))
			l->strong_differ++;
		else if (!l->same)
			l->same = kinds[i].kind;
	}
}

struct likeness
routers_compare(const struct audit_input *in, const struct input_link *a,
                const struct input_link *b, enum side side)
{
	const struct rec_tokens_side *x = &a->tokens.side[side], *y = &b->tokens.side[side];
	uint64_t joint = (uint64_t)conf_threshold(in->conf, NULL, "r6_joint_us");
	struct likeness l = {0};
	char common[64];

	compare_strong(&l, x, y);
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

/* ---- R6 -------------------------------------------------------------------------------------- */

struct pair {
	const struct input_link *a, *b;
	struct likeness like;
	struct matter m;
};

static void
fail_pair(struct pair *p, struct verdict_draft *d)
{
	const struct likeness *l = &p->like;
	const struct rec_tokens_side *x = &p->a->tokens.side[SIDE_PEER];
	const struct rec_tokens_side *y = &p->b->tokens.side[SIDE_PEER];

	if (l->same) {
		judge_fail_hard(d, &p->m, "%s and %s end at one router: %s %s on both",
		                p->a->rec.name, p->b->rec.name, l->same, l->value);
		judge_evidence(d, &p->m, direction_name(DIR_PEER_TO_MSFT), p->m.first_us, l->same,
		               "%s", l->value);
	} else {
		judge_fail(d, &p->m, "%s and %s end at one router: one LACP system (%s) and %s",
		           p->a->rec.name, p->b->rec.name, x->lacp_systems,
		           l->near_macs    ? "adjacent MAC addresses"
		           : l->same_clock ? "one TCP clock"
		           : l->same_ids   ? "one IP-ID counter"
		                           : "outages at the same moments");
		judge_evidence(d, &p->m, direction_name(DIR_PEER_TO_MSFT), p->m.first_us,
		               "lacp.actor.system, macs", "%s; %s; %s", x->lacp_systems, x->macs,
		               y->macs);
	}
	verdict_next(d, "move one of %s and %s to another router", p->a->rec.name, p->b->rec.name);
}

/* What of two routers that look different is still missing. */
static void
open_pair(const struct audit_input *in, struct pair *p, struct verdict_draft *d)
{
	const struct likeness *l = &p->like;
	double strong = conf_threshold(in->conf, NULL, "r6_strong_tokens");
	double weak = conf_threshold(in->conf, NULL, "r6_mixed_weak_tokens");
	char have[64], want[64];

	if (l->same_system)
		judge_open(d, &p->m, LACK_NOT_COLLECTED,
		           "%s and %s have one LACP system: one router, or an MC-LAG pair",
		           p->a->rec.name, p->b->rec.name);
	else if (l->near_macs)
		judge_open(d, &p->m, LACK_NOT_COLLECTED,
		           "%s and %s have adjacent MAC addresses: one chassis?", p->a->rec.name,
		           p->b->rec.name);
	else if (l->same_clock || l->same_ids)
		judge_open(d, &p->m, LACK_NOT_COLLECTED, "%s and %s have one %s: one router?",
		           p->a->rec.name, p->b->rec.name,
		           l->same_clock ? "TCP clock" : "IP-ID counter");
	else if (l->joint_outages > 0)
		judge_open(d, &p->m, LACK_NOT_COLLECTED, "%s and %s went down together %u times",
		           p->a->rec.name, p->b->rec.name, l->joint_outages);
	else
		judge_open(d, &p->m, LACK_NOT_COLLECTED,
		           "%s and %s: %u strong and %u weak tokens differ, too few",
		           p->a->rec.name, p->b->rec.name, l->strong_differ, l->weak_differ);
	FIELD_FORMAT(have, "%u strong, %u weak differ", l->strong_differ, l->weak_differ);
	FIELD_FORMAT(want, "%.0f strong, or 1 and %.0f weak; no sign against", strong, weak);
	verdict_need(d, "identity of both routers", have, want,
	             "LLDP on both ports, a BMP feed, or the OPENs of the next session start", 0);
}

static void
check_pair(const struct audit_input *in, struct pair *p, struct verdict_draft *d)
{
	const struct likeness *l = &p->like;
	double strong = conf_threshold(in->conf, NULL, "r6_strong_tokens");
	double mixed = conf_threshold(in->conf, NULL, "r6_mixed_strong_tokens");
	double weak = conf_threshold(in->conf, NULL, "r6_mixed_weak_tokens");
	bool shared =
		l->same_system || l->near_macs || l->same_clock || l->same_ids ||
		(double)l->joint_outages >= conf_threshold(in->conf, NULL, "r6_joint_outages");

	if (routers_same(in, l)) {
		fail_pair(p, d);
	} else if (!shared && (double)l->strong_differ >= strong) {
		judge_pass(d, &p->m, "%s and %s: %u strong tokens, all different", p->a->rec.name,
		           p->b->rec.name, l->strong_differ);
	} else if (!shared && (double)l->strong_differ >= mixed && (double)l->weak_differ >= weak) {
		p->m.basis = BASIS_MIXED;
		judge_pass(d, &p->m, "%s and %s: %u strong and %u weak tokens, all different",
		           p->a->rec.name, p->b->rec.name, l->strong_differ, l->weak_differ);
	} else {
		open_pair(in, p, d);
	}
}

/* The contract itself names one router for both. */
static bool
declared_same(const struct input_link *a, const struct input_link *b, struct matter *m,
              struct verdict_draft *d)
{
	const char *x = a->conf->router, *y = b->conf->router;

	if (!x || !y || x[0] == '\0' || strcmp(x, y) != 0)
		return false;
	m->basis = BASIS_DECLARED;
	judge_fail_hard(d, m, "%s and %s are declared on one router, %s", a->rec.name, b->rec.name,
	                x);
	verdict_next(d, "move one of %s and %s to another router", a->rec.name, b->rec.name);
	return true;
}

static void
check_links(const struct audit_input *in, const struct input_link *a, const struct input_link *b,
            struct verdict_draft *d)
{
	char scope[SCOPE_SIZE];
	struct pair p = {
		.a = a, .b = b, .m = {.id = "routers", .scope = scope, .link = a->rec.name}};

	FIELD_FORMAT(scope, "link:%s,link:%s", a->rec.name, b->rec.name);
	if (declared_same(a, b, &p.m, d))
		return;
	if (!a->seen || !b->seen) {
		judge_untapped(a->seen ? b : a, d);
		return;
	}
	p.m.samples = 2;
	p.m.first_us = a->tokens.head.started_us;
	p.like = routers_compare(in, a, b, SIDE_PEER);
	check_pair(in, &p, d);
	d->row.samples++;
}

size_t
judge_routers_at(const struct audit_input *in, const char *location, struct verdict_draft *d)
{
	size_t pairs = 0;

	for (size_t i = 0; i < in->link_count; i++) {
		const struct input_link *a = &in->links[i];

		if (!a->conf || strcmp(location_of_link(in->conf, a->conf), location) != 0)
			continue;
		for (size_t k = i + 1; k < in->link_count; k++) {
			const struct input_link *b = &in->links[k];

			if (!b->conf || strcmp(location_of_link(in->conf, b->conf), location) != 0)
				continue;
			check_links(in, a, b, d);
			pairs++;
		}
	}
	return pairs;
}

void
judge_routers(const struct audit_input *in, struct verdict_draft *d)
{
	const struct conf *c = in->conf;
	size_t pairs = 0;

	for (size_t i = 0; i < c->link_count; i++)
		if (location_first(c, i))
			pairs += judge_routers_at(in, location_of_link(c, &c->links[i]), d);
	if (pairs > 0)
		return;
	judge_open(d,
	           &(struct matter){.id = "routers", .scope = "peering", .basis = BASIS_DECLARED},
	           LACK_NOT_COLLECTED, "no location has two connections to compare");
	verdict_need(d, "two connections of one location", "one", "two",
	             "order a second connection, or declare and tap it", 0);
}
