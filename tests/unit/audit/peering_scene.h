/*
 * A healthy interconnect as the protocols tell it, built by hand: four links, two in each of two
 * metros, two members and two sessions each, everything up for 25 h. A test changes one thing and
 * sees which verdicts move.
 */
#pragma once

#include "unit/audit/scene.h"

#define HEALTHY_ASN 1000000 /* neither reserved nor special */
/* prefixes that IANA lists as special and global (RFC 7534, RFC 7535): nobody else's */
#define HEALTHY_HOURS 25
#define HEALTHY_FROM (SCENE_NOW - HEALTHY_HOURS * 3600 * SCENE_SECOND)
#define HEALTHY_REGISTERED                                                                      \
	"registered = ( { prefix = \"192.31.196.0/24\"; activated = true; primary = \"ams1\"; " \
	"backup = \"fra1\"; }, { prefix = \"2620:4f:8000::/48\"; activated = true; primary = "  \
	"\"ams1\"; backup = \"fra1\"; } );\n"
#define HEALTHY_MEMBERS(n) SCENE_MEMBER(n "0") ", " SCENE_MEMBER(n "1")
#define HEALTHY_LINK(name, site, role, net, more)                                                \
	"{ name = \"" name "\"; site = \"" site "\"; role = \"" role "\"; bandwidth = \"200G\";" \
	" tap = { kind = \"optical\"; }; members = ( " HEALTHY_MEMBERS(                          \
		name) " ); "                                                                     \
		      "sessions = ( { name = \"" name "-v4\"; peer = \"192.0.2." net             \
		      "0\"; cloud = "                                                            \
		      "\"192.0.2." net "1\"; bfd = \"required\"; }, { name = \"" name            \
		      "-v6\"; peer = "                                                           \
		      "\"2001:db8:" net "::\"; cloud = \"2001:db8:" net                          \
		      "::1\"; bfd = \"required\"; } ); " more " }"
#define HEALTHY_SITES                                            \
	"sites = ( { name = \"ams1\"; metro = \"Amsterdam\"; }," \
	" { name = \"fra1\"; metro = \"Frankfurt\"; } );\n"
#define HEALTHY_PEER "peer = { asn = 1000000; max_prefixes_v4 = 100; max_prefixes_v6 = 50; };\n"
#define HEALTHY_HEAD(type, more) \
	"peering = { name = \"lab\"; type = \"" type "\"; " more "};\n" HEALTHY_PEER HEALTHY_SITES
#define HEALTHY_LINKS                                                                       \
	"links = ( " HEALTHY_LINK("pni-a", "ams1", "primary", "1", "") ", " HEALTHY_LINK(   \
		"pni-b", "ams1", "redundant", "2",                                          \
		"") ", " HEALTHY_LINK("pni-c", "fra1", "backup", "3",                       \
	                              "") ", " HEALTHY_LINK("pni-d", "fra1", "backup", "4", \
	                                                    "") " );\n"
#define HEALTHY_SUBNETS                                                                          \
	"subnets = ( { prefix = \"192.31.196.0/24\"; side = \"peer\"; classes = [\"srtp\"]; }, " \
	"{ prefix = \"2620:4f:8000::/48\"; side = \"peer\"; classes = [\"srtp\"]; standby = "    \
	"true; "                                                                                 \
	"} );\n"
#define HEALTHY_CONTRACT HEALTHY_HEAD("voice", "") HEALTHY_LINKS HEALTHY_REGISTERED HEALTHY_SUBNETS

static inline struct uptime
healthy_uptime(void)
{
	uint64_t us = HEALTHY_HOURS * 3600 * SCENE_SECOND;

	return (struct uptime){.up_us = us, .covered_us = us};
}

static inline void
healthy_side(struct rec_session_side *side, bool peer, bool v4)
{
	side->asn = peer ? HEALTHY_ASN : 8075;
	strcpy(side->open_basis, "observed");
	side->open_us = HEALTHY_FROM;
	side->hold_s = 30;
	strcpy(side->capabilities, "1,2,64,65");
	side->opens = 1;
	side->updates = 20;
	side->keepalives = HEALTHY_HOURS * 360;
	side->first_as = side->asn;
	side->updates_indirect = 20;
	side->last_us = SCENE_NOW;
	strcpy(side->completeness, "COMPLETE");
	side->completeness_us = HEALTHY_FROM + SCENE_SECOND;
	if (v4) {
		side->routes_v4 = 12;
		strcpy(side->routes_digest, "0123456789abcdef");
		side->public_v4 = 9;
	} else {
		side->routes_v6 = 3;
		strcpy(side->routes_digest, "fedcba9876543210");
	}
}

static inline struct input_route *
healthy_routes(const struct conf *conf, bool v4)
{
	struct input_route *routes = mem_alloc(conf->registered_count + 1, sizeof *routes);

	for (size_t i = 0; i < conf->registered_count; i++)
		if (addr_is_v4(&conf->registered[i].prefix.addr) == v4)
			routes[i] = (struct input_route){.present = true,
			                                 .tagged = true,
			                                 .path = {HEALTHY_ASN},
			                                 .path_count = 1,
			                                 .path_length = 1,
			                                 .origin = HEALTHY_ASN,
			                                 .since_us = HEALTHY_FROM};
	return routes;
}

static inline void
healthy_session(struct input_session *s, const struct conf *conf, const struct input_link *link,
                const struct conf_session *declared)
{
	bool v4 = addr_is_v4(&declared->peer);

	s->conf = declared;
	s->link = link;
	s->seen = s->counts = true;
	snprintf(s->rec.name, sizeof s->rec.name, "%s", declared->name);
	snprintf(s->rec.link, sizeof s->rec.link, "%s", link->rec.name);
	strcpy(s->rec.state, "established");
	s->rec.up_since_us = s->rec.state_since_us = HEALTHY_FROM;
	s->rec.hold_s = 30;
	s->rec.segments = HEALTHY_HOURS * 720;
	for (int side = 0; side < REC_SIDES; side++) {
		healthy_side(&s->rec.side[side], side == SIDE_PEER, v4);
		addr_format(side == SIDE_PEER ? &declared->peer : &declared->cloud,
		            s->rec.side[side].ip);
	}
	s->uptime = healthy_uptime();
	s->routes = healthy_routes(conf, v4);
}

static inline void
healthy_bfd(struct input_bfd *b, const struct input_session *s)
{
	b->link = s->link;
	b->session = s;
	snprintf(b->rec.name, sizeof b->rec.name, "%s", s->rec.name);
	snprintf(b->rec.link, sizeof b->rec.link, "%s", s->rec.link);
	strcpy(b->rec.kind, "single-hop");
	strcpy(b->rec.state, "up");
	b->rec.ordered = b->rec.discriminators_match = true;
	for (int side = 0; side < REC_SIDES; side++)
		b->rec.side[side] = (struct rec_bfd_side){.state = "Up",
		                                          .detect_mult = 3,
		                                          .desired_min_tx_us = 300000,
		                                          .required_min_rx_us = 300000,
		                                          .interval_us = 300000,
		                                          .detection_us = 900000,
		                                          .packets = 100000,
		                                          .ttl_min = 255,
		                                          .last_us = SCENE_NOW};
	b->uptime = healthy_uptime();
}

static inline void
healthy_member(struct input_member *m, const struct input_link *link, size_t number, size_t index)
{
	snprintf(m->rec.link, sizeof m->rec.link, "%s", link->rec.name);
	m->rec.index = index;
	m->rec.head.started_us = HEALTHY_FROM;
	strcpy(m->rec.state, "distributing");
	m->rec.state_since_us = HEALTHY_FROM;
	for (int side = 0; side < REC_SIDES; side++) {
		struct rec_lacp_side *s = &m->rec.side[side];

		s->pdus = s->consecutive = HEALTHY_HOURS * 3600;
		snprintf(s->system, sizeof s->system, "02:00:00:00:%02x:%02x",
		         side == SIDE_PEER ? 0xaa : 0xbb, (unsigned)number);
		s->key = 10;
		s->actor_state = 0x3d; /* active, aggregation, sync, collecting, distributing */
		strcpy(s->rate, "slow");
		s->echoes = true;
		s->last_us = SCENE_NOW;
	}
	m->uptime = healthy_uptime();
}

static inline void
healthy_tokens(struct rec_tokens *t, const char *link, unsigned number)
{
	snprintf(t->link, sizeof t->link, "%s", link);
	for (int side = 0; side < REC_SIDES; side++) {
		struct rec_tokens_side *s = &t->side[side];

		snprintf(s->bgp_ids, sizeof s->bgp_ids, "10.%d.0.%u", side, number);
		snprintf(s->lacp_systems, sizeof s->lacp_systems, "02:00:00:00:%02x:%02x",
		         side == SIDE_PEER ? 0xaa : 0xbb, number);
		snprintf(s->macs, sizeof s->macs, "02:00:00:%02x:%02x:00", number,
		         side == SIDE_PEER ? 0xaa : 0xbb);
		s->tcp_clock_hz = s->tcp_clock_offset_s = s->tcp_clock_error_s = NAN;
	}
}

static inline void
healthy_link(struct audit_input *in, size_t i)
{
	struct input_link *link = &in->links[i];

	link->lacp_count = link->conf->member_count;
	link->lacp = mem_alloc(link->lacp_count, sizeof *link->lacp);
	link->member_count = link->lacp_count;
	link->members = mem_alloc(link->lacp_count, sizeof *link->members);
	for (size_t m = 0; m < link->lacp_count; m++) {
		healthy_member(&link->lacp[m], link, i, m);
		link->members[m].index = m;
		link->members[m].last_packet_us[0] = link->members[m].last_packet_us[1] = SCENE_NOW;
	}
	healthy_tokens(&link->tokens, link->rec.name, (unsigned)i);
	link->followed = true;
	link->probe = &in->probes[0];
	link->rec.capacity_bps = UINT64_C(200000000000);
	for (int dir = 0; dir < DIR_COUNT; dir++) {
		link->bytes[dir] = UINT64_C(1000000000);
		link->packets[dir] = link->rec.traffic.packets[dir] = 2000000;
		link->rec.p95_5min_ratio[dir] = 0.1;
		link->rec.peak_1min_ratio[dir] = 0.1;
	}
}

static inline struct audit_input
healthy_input(const struct conf *conf)
{
	struct audit_input in = scene_input(conf);

	in.from_us = HEALTHY_FROM;
	for (size_t i = 0; i < in.link_count; i++) {
		healthy_link(&in, i);
		in.session_count += conf->links[i].session_count;
	}
	in.sessions = mem_alloc(in.session_count + 1, sizeof *in.sessions);
	in.bfds = mem_alloc(in.session_count + 1, sizeof *in.bfds);
	for (size_t i = 0, n = 0; i < in.link_count; i++)
		for (size_t k = 0; k < conf->links[i].session_count; k++, n++) {
			healthy_session(&in.sessions[n], conf, &in.links[i],
			                &conf->links[i].sessions[k]);
			healthy_bfd(&in.bfds[n], &in.sessions[n]);
		}
	in.bfd_count = in.session_count;
	for (size_t i = 0; i < in.subnet_count; i++)
		in.subnets[i].announced = ANNOUNCED_YES;
	if (in.subnet_count > 0)
		scene_traffic(&in, 0, "srtp", 4000000, 800000000, 10000, 24 * 3600);
	return in;
}

static inline void
healthy_fini(struct audit_input *in)
{
	for (size_t i = 0; i < in->link_count; i++)
		free(in->links[i].lacp);
	for (size_t i = 0; i < in->session_count; i++)
		free(in->sessions[i].routes);
	free(in->sessions);
	free(in->bfds);
	free(in->sources);
	scene_input_fini(in);
}

/* An outage of `seconds`, `ago` seconds before now; ago 0: it lasts. */
static inline void
add_outage(struct uptime *u, uint64_t ago, uint64_t seconds)
{
	uint64_t until = SCENE_NOW - ago * SCENE_SECOND;

	u->outages[u->outage_count++] = (struct outage){.from_us = until - seconds * SCENE_SECOND,
	                                                .until_us = until,
	                                                .begun = true,
	                                                .lasts = ago == 0};
	u->up_us -= seconds * SCENE_SECOND;
	u->flaps++;
}

/* What every row must carry, whatever it says (requirements section 13). */
static inline void
assert_form(const struct rec_verdict *row)
{
	bool failed = strcmp(row->verdict, "FAIL") == 0;
	bool open = strcmp(row->verdict, "INCONCLUSIVE") == 0;

	if (failed) {
		assert_true(row->next[0] && row->scope[0] && row->side[0] && row->reasons[0]);
		assert_true(row->first_us > 0);
		assert_true(row->evidence_count > 0);
	}
	assert_true(!open == (row->reason[0] == '\0'));
	assert_true(open == (row->need_count > 0));
	if (open)
		assert_string_not_equal(lack_text(row->reason), "");
	for (uint32_t i = 0; i < row->need_count; i++)
		assert_true(row->need[i].what[0] && row->need[i].have[0] && row->need[i].want[0] &&
		            row->need[i].how[0]);
}

/* What the row's only sub-check of this name and scope says; "" when it has none. */
static inline const char *
check_verdict(const struct rec_verdict *row, const char *id, const char *scope)
{
	const char *verdict = "";

	for (uint32_t i = 0; i < row->subcheck_count; i++)
		if (strcmp(row->subchecks[i].id, id) == 0 &&
		    strcmp(row->subchecks[i].scope, scope) == 0) {
			assert_string_equal(verdict, "");
			verdict = row->subchecks[i].verdict;
		}
	return verdict;
}

/* Asserts that "R1 R2 …" all have this verdict; tells why when not. */
static inline void
assert_verdicts(const struct audit_input *in, const char *ids, const char *verdict)
{
	while (*ids != '\0') {
		size_t size = strcspn(ids, " ");
		const struct rec_verdict *row;
		char id[8] = "";

		memcpy(id, ids, size < sizeof id ? size : sizeof id - 1);
		row = scene_judge(in, id);
		if (strcmp(row->verdict, verdict) != 0)
			print_message("%s is %s, not %s: %s\n", id, row->verdict, verdict,
			              row->reasons);
		assert_string_equal(row->verdict, verdict);
		assert_form(row);
		ids += size;
		ids += strspn(ids, " ");
	}
}

/* One change to the healthy peering, and what it makes of one row. */
struct change {
	const char *what;
	void (*change)(struct audit_input *in); /* NULL: nothing */
	const char *verdict;
	const char *reason; /* of an INCONCLUSIVE; NULL: any */
};

#define CHANGE(name, ...)                        \
	static void name(struct audit_input *in) \
	{                                        \
		__VA_ARGS__;                     \
	}

static inline void
check_changes(const char *contract, const char *id, const struct change *changes, size_t count)
{
	struct conf *conf = scene_conf(contract);

	for (size_t i = 0; i < count; i++) {
		struct audit_input in = healthy_input(conf);

		print_message("%s: %s\n", id, changes[i].what);
		if (changes[i].change)
			changes[i].change(&in);
		assert_verdicts(&in, id, changes[i].verdict);
		if (changes[i].reason)
			assert_string_equal(scene_judge(&in, id)->reason, changes[i].reason);
		healthy_fini(&in);
	}
	conf_destroy(conf);
}
#define CHECK_CHANGES(contract, id, changes) \
	check_changes(contract, id, changes, sizeof(changes) / sizeof(changes)[0])

#define PEER_OF(in, i) (&(in)->sessions[i].rec.side[SIDE_PEER])
#define MSFT_OF(in, i) (&(in)->sessions[i].rec.side[SIDE_MSFT])
