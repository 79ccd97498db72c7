/*
 * R1 and X7: who the peer says it is in its OPEN, and how it signs its segments. Both are facts of
 * identity: they live as long as their TCP session does, and a week beyond its end.
 */
#include <inttypes.h>
#include <string.h>

#include "audit/field.h"
#include "audit/judge.h"
#include "audit/judge_parts.h"

/* ---- R1 -------------------------------------------------------------------------------------- */

static bool
is_cloud(const struct conf *conf, uint64_t asn)
{
	for (size_t i = 0; i < conf->cloud.asns.count; i++)
		if (conf->cloud.asns.at[i] == asn)
			return true;
	return false;
}

/* The OPEN itself is at fault: a hard fact. */
static bool
open_fails(const struct audit_input *in, const struct input_session *s, const struct matter *m,
           struct verdict_draft *d)
{
	const struct rec_session_side *peer = &s->rec.side[SIDE_PEER];
	uint32_t declared = in->conf->peer.asn;
	const char *special = conf_special_as(in->conf, (uint32_t)peer->asn);

	if (peer->as_trans)
		judge_fail_hard(d, m, "%s: the peer's OPEN says AS 23456 without capability 65",
		                s->rec.name);
	else if (special)
		judge_fail_hard(d, m, "%s: the peer's OPEN says AS %" PRIu64 ": %s", s->rec.name,
		                peer->asn, special);
	else if (declared > 0 && peer->asn != declared)
		judge_fail_hard(d, m,
		                "%s: the peer's OPEN says AS %" PRIu64 ", declared is %" PRIu32,
		                s->rec.name, peer->asn, declared);
	else
		return false;
	judge_evidence(d, m, direction_name(DIR_PEER_TO_MSFT), peer->open_us, "bgp.open.as",
	               "%" PRIu64 "%s", peer->asn, peer->as_trans ? ", no capability 65" : "");
	verdict_next(d, "pniscope sessions %s: the peer must use its own public AS", s->rec.name);
	return true;
}

/* Counters are of all its connections: that this OPEN was accepted shows by the session's being up,
 * or having been; one that the tap has lost sight of was. */
static bool
was_up_after(const struct input_session *s, uint64_t us)
{
	return session_established(s) || strcmp(s->rec.state, "unknown") == 0 ||
	       s->rec.down_us > us;
}

static void
check_open(const struct audit_input *in, const struct input_session *s, const struct matter *m,
           struct verdict_draft *d)
{
	const struct rec_session_side *peer = &s->rec.side[SIDE_PEER];
	const struct rec_session_side *msft = &s->rec.side[SIDE_MSFT];

	if (open_fails(in, s, m, d))
		return;
	if (in->conf->peer.asn == 0) {
		judge_open(d, m, LACK_NOT_COLLECTED,
		           "%s: AS %" PRIu64 " is public; which is the peer's own is not declared",
		           s->rec.name, peer->asn);
		verdict_need(d, "the peer's AS", "not declared", "peer.asn",
		             "write `peer = { asn = …; }` in the contract file", 0);
		return;
	}
	if (peer->keepalives == 0 || msft->keepalives == 0 || !was_up_after(s, peer->open_us)) {
		judge_open(d, m, LACK_TOO_LITTLE, "%s: no KEEPALIVE of both sides after the OPEN",
		           s->rec.name);
		verdict_need(d, "KEEPALIVE both ways", "one side", "both sides",
		             "tap both directions; the session must be accepted", 60000000);
		return;
	}
	judge_pass(d, m, "%s: AS %" PRIu64 " in the peer's OPEN%s%s", s->rec.name, peer->asn,
	           strcmp(peer->open_basis, "observed") == 0 ? "" : ", ",
	           strcmp(peer->open_basis, "observed") == 0 ? "" : peer->open_basis);
	judge_evidence(d, m, direction_name(DIR_PEER_TO_MSFT), peer->open_us, "bgp.open.as",
	               "%" PRIu64, peer->asn);
}

/* Joined mid-session: a speaker begins every path with its own AS (RFC 4271 section 5.1.2). */
static void
check_paths(const struct audit_input *in, const struct input_session *s, const struct matter *m,
            struct verdict_draft *d)
{
	const struct rec_session_side *peer = &s->rec.side[SIDE_PEER];
	double wanted = conf_threshold(in->conf, NULL, "r1_updates");
	bool server = in->conf->peering.type == PEERING_ROUTE_SERVER;
	char have[64], want[64];

	if (!server && in->conf->peer.asn > 0 && peer->first_as == in->conf->peer.asn &&
	    (double)peer->updates_indirect >= wanted) {
		judge_pass(d, m,
		           "%s: INDIRECT, the last %" PRIu64 " UPDATEs all begin with AS %" PRIu64,
		           s->rec.name, peer->updates_indirect, peer->first_as);
		judge_evidence(d, m, direction_name(DIR_PEER_TO_MSFT), peer->last_us,
		               "bgp.update.as_path", "%" PRIu64 " …", peer->first_as);
		return;
	}
	FIELD_FORMAT(have, "%" PRIu64 " UPDATEs with AS %" PRIu64, peer->updates_indirect,
	             peer->first_as);
	FIELD_FORMAT(want, server ? "its OPEN" : "its OPEN, or %.0f UPDATEs with AS %" PRIu32,
	             wanted, in->conf->peer.asn);
	judge_open(d, m, LACK_NOT_COLLECTED, "%s: joined mid-session, no OPEN of the peer seen",
	           s->rec.name);
	verdict_need(d, "the peer's OPEN", have, want,
	             "wait for its UPDATEs, give a BMP feed, or restart the session in a window",
	             0);
}

/* The other end must be the cloud. */
static void
check_cloud(const struct audit_input *in, const struct input_session *s, const char *scope,
            struct verdict_draft *d)
{
	const struct rec_session_side *msft = &s->rec.side[SIDE_MSFT];
	struct matter m = {.id = "cloud-asn",
	                   .scope = scope,
	                   .link = s->rec.link,
	                   .samples = msft->opens,
	                   .first_us = msft->open_us};

	if (msft->asn == 0 || is_cloud(in->conf, msft->asn))
		return;
	judge_fail_hard(d, &m, "%s: the cloud's OPEN says AS %" PRIu64 ", not one of cloud.asns",
	                s->rec.name, msft->asn);
	judge_evidence(d, &m, direction_name(DIR_MSFT_TO_PEER), msft->open_us, "bgp.open.as",
	               "%" PRIu64, msft->asn);
	verdict_blame(d, SIDE_MSFT);
	verdict_next(d, "check cloud.asns and the addresses of session %s", s->rec.name);
}

static void
check_asn(const struct audit_input *in, const struct input_session *s, const void *context,
          struct verdict_draft *d)
{
	const struct rec_session_side *peer = &s->rec.side[SIDE_PEER];
	char scope[SCOPE_SIZE];
	struct matter m = {.id = "asn",
	                   .scope = scope,
	                   .link = s->rec.link,
	                   .samples = peer->opens + peer->updates,
	                   .first_us = peer->open_us};

	(void)context;
	FIELD_FORMAT(scope, "session:%s", s->rec.name);
	if (!judge_identity_holds(in, s, &m, d))
		return;
	if (peer->asn > 0 || peer->as_trans)
		check_open(in, s, &m, d);
	else
		check_paths(in, s, &m, d);
	check_cloud(in, s, scope, d);
	d->row.samples += m.samples;
}

/* One peer, one AS: without a declaration only this can contradict. */
static void
check_equal(const struct audit_input *in, struct verdict_draft *d)
{
	const struct input_session *first = NULL;

	for (size_t i = 0; i < in->session_count; i++) {
		const struct input_session *s = &in->sessions[i];
		uint64_t asn = s->rec.side[SIDE_PEER].asn;
		char scope[SCOPE_SIZE];
		struct matter m = {.id = "one-asn",
		                   .scope = scope,
		                   .link = s->rec.link,
		                   .samples = 2,
		                   .first_us = s->rec.side[SIDE_PEER].open_us};

		if (!s->counts || !s->seen || asn == 0)
			continue;
		if (!first)
			first = s;
		if (asn == first->rec.side[SIDE_PEER].asn)
			continue;
		FIELD_FORMAT(scope, "session:%s", s->rec.name);
		judge_fail_hard(d, &m, "AS %" PRIu64 " on %s, AS %" PRIu64 " on %s", asn,
		                s->rec.name, first->rec.side[SIDE_PEER].asn, first->rec.name);
		judge_evidence(d, &m, direction_name(DIR_PEER_TO_MSFT), m.first_us, "bgp.open.as",
		               "%" PRIu64, asn);
		verdict_next(d, "pniscope sessions: one AS on all sessions of the peering");
	}
}

void
judge_asn(const struct audit_input *in, struct verdict_draft *d)
{
	judge_sessions(in, d, check_asn, NULL);
	check_equal(in, d);
	if (d->passed > 0 && d->failed == 0)
		verdict_note(d, "whether a registry allocated it is not looked up");
}

/* ---- X7 -------------------------------------------------------------------------------------- */

static void
check_md5(const struct audit_input *in, const struct input_session *s, const void *context,
          struct verdict_draft *d)
{
	double wanted = conf_threshold(in->conf, NULL, "x7_segments");
	char scope[SCOPE_SIZE], have[64], want[64];
	struct matter m = {
		.id = "tcp-md5", .scope = scope, .link = s->rec.link, .samples = s->rec.segments};

	(void)context;
	FIELD_FORMAT(scope, "session:%s", s->rec.name);
	d->row.samples += s->rec.segments;
	if (!judge_identity_holds(in, s, &m, d))
		return;
	if (s->rec.md5_segments > 0) {
		m.first_us = s->rec.up_since_us;
		judge_fail_hard(d, &m,
		                "%s: %" PRIu64 " of %" PRIu64 " segments carry TCP option 19",
		                s->rec.name, s->rec.md5_segments, s->rec.segments);
		judge_evidence(d, &m, direction_name(DIR_PEER_TO_MSFT),
		               s->rec.side[SIDE_PEER].last_us, "tcp.options", "19 (RFC 2385)");
		verdict_next(d, "remove the password of session %s on both routers", s->rec.name);
		return;
	}
	if ((double)s->rec.segments >= wanted) {
		judge_pass(d, &m, "%s: %" PRIu64 " segments without TCP-MD5%s", s->rec.name,
		           s->rec.segments, s->rec.ao_segments > 0 ? " (TCP-AO is used)" : "");
		return;
	}
	FIELD_FORMAT(have, "%" PRIu64 " segments", s->rec.segments);
	FIELD_FORMAT(want, "%.0f", wanted);
	judge_open(d, &m, LACK_TOO_LITTLE, "%s: %" PRIu64 " segments so far, none with TCP-MD5",
	           s->rec.name, s->rec.segments);
	verdict_need(d, "segments of the session", have, want, "wait for its keepalives",
	             (uint64_t)((wanted - (double)s->rec.segments) * 15e6));
}

void
judge_md5(const struct audit_input *in, struct verdict_draft *d)
{
	judge_sessions(in, d, check_md5, NULL);
}
