/* X1: each condition at its boundary. */
#include "unit/audit/peering_scene.h"

#define BFD(in) ((in)->bfds[0])
#define PEER_END(in) (&BFD(in).rec.side[SIDE_PEER])

static void
silent_peer(struct audit_input *in)
{
	*PEER_END(in) = (struct rec_bfd_side){0};
	strcpy(BFD(in).rec.state, "one-sided");
}

static void
capability_74(struct audit_input *in)
{
	strcpy(PEER_OF(in, 0)->capabilities, "1,65,74");
	strcpy(MSFT_OF(in, 0)->capabilities, "1,65,74");
}

CHANGE(up_60, silent_peer(in); in->sessions[0].uptime.up_us = 60 * SCENE_SECOND)
CHANGE(up_61, silent_peer(in); in->sessions[0].uptime.up_us = 61 * SCENE_SECOND)
CHANGE(none_at_all, in->bfd_count = 0)
CHANGE(none_session_idle, silent_peer(in); strcpy(in->sessions[0].rec.state, "idle"))
CHANGE(none_not_followed, silent_peer(in); in->links[0].followed = false)
CHANGE(none_drops, silent_peer(in); in->probes[0].control_drops = 1)
CHANGE(none_tap_dead, silent_peer(in); PEER_OF(in, 0)->last_us = SCENE_NOW - 61 * SCENE_SECOND)
CHANGE(admin_down, strcpy(PEER_END(in)->state, "AdminDown"))
CHANGE(one_second, PEER_END(in)->detection_us = 1000000)
CHANGE(below_a_second, PEER_END(in)->detection_us = 999999)
CHANGE(slow_while_down, one_second(in); strcpy(PEER_END(in)->state, "Down");
       strcpy(BFD(in).rec.state, "down"))
CHANGE(stayed, BFD(in).stayed = 1)
CHANGE(followed, BFD(in).followed = 1)
CHANGE(foreign_discriminator, BFD(in).rec.discriminators_match = false)
CHANGE(ttl_254, PEER_END(in)->ttl_min = 254)
CHANGE(ttl_254_multihop, ttl_254(in); strcpy(BFD(in).rec.kind, "multihop"))
CHANGE(cloud_unseen, BFD(in).rec.side[SIDE_MSFT].packets = 0)
CHANGE(seen_59, BFD(in).uptime.covered_us = BFD(in).uptime.up_us = 59 * SCENE_SECOND)
CHANGE(seen_60, BFD(in).uptime.covered_us = BFD(in).uptime.up_us = 60 * SCENE_SECOND)
CHANGE(down_90_s, add_outage(&BFD(in).uptime, 60, 90)) /* 0.1 % of 25 h */
CHANGE(down_91_s, add_outage(&BFD(in).uptime, 60, 91))
CHANGE(forwarded, silent_peer(in); PEER_END(in)->foreign = 100)
CHANGE(forged_too, PEER_END(in)->foreign = 100)
CHANGE(echoes, one_second(in); PEER_END(in)->echo_us = 300000;
       PEER_END(in)->echo_last_us = PEER_END(in)->last_us)
CHANGE(slow_echoes, echoes(in); PEER_END(in)->echo_us = 400000)
CHANGE(past_echoes, echoes(in); PEER_END(in)->echo_last_us -= 2 * SCENE_SECOND)

/* a session on each member instead of one per address */
static void
micro(struct audit_input *in)
{
	for (size_t i = 0; i < in->bfd_count; i++) {
		unsigned member = 0;

		for (size_t k = 0; k < i; k++)
			member += in->bfds[k].link == in->bfds[i].link;
		strcpy(in->bfds[i].rec.kind, "micro");
		snprintf(in->bfds[i].rec.name, sizeof in->bfds[i].rec.name, "%s:%u",
		         in->bfds[i].rec.link, member);
		in->bfds[i].session = NULL;
	}
}

CHANGE(micro_one_down, micro(in); strcpy(BFD(in).rec.state, "down"))
CHANGE(micro_one_less, micro(in); strcpy(BFD(in).rec.name, "pni-a:9"))
CHANGE(micro_member_out, micro_one_less(in); strcpy(in->links[0].lacp[0].rec.state, "out"))

static const struct change bfds[] = {
	{"healthy", NULL, "PASS", NULL},
	{"BGP up for 61 s without", up_61, "FAIL", NULL},
	{"BGP up for 60 s without", up_60, "INCONCLUSIVE", "not-collected"},
	{"no BFD of anybody", none_at_all, "FAIL", NULL},
	{"without, session idle", none_session_idle, "INCONCLUSIVE", "not-collected"},
	{"without, nobody follows BFD", none_not_followed, "INCONCLUSIVE", "not-collected"},
	{"without, control frames dropped", none_drops, "INCONCLUSIVE", "probe-unfit"},
	{"without, the peer is not heard at all", none_tap_dead, "INCONCLUSIVE", "not-collected"},
	{"AdminDown", admin_down, "FAIL", NULL},
	{"detection of 1 s", one_second, "FAIL", NULL},
	{"detection below 1 s", below_a_second, "PASS", NULL},
	{"slow while it is down", slow_while_down, "INCONCLUSIVE", "too-little"},
	{"BGP stayed up", stayed, "FAIL", NULL},
	{"BGP followed", followed, "PASS", NULL},
	{"coupled by capability 74", capability_74, "PASS", NULL},
	{"discriminators differ", foreign_discriminator, "INCONCLUSIVE", "too-little"},
	{"TTL 254", ttl_254, "INCONCLUSIVE", "not-observable"},
	{"TTL 254, multihop", ttl_254_multihop, "PASS", NULL},
	{"Microsoft's not seen", cloud_unseen, "INCONCLUSIVE", "not-observable"},
	{"seen for 59 s", seen_59, "INCONCLUSIVE", "too-little"},
	{"seen for 60 s", seen_60, "PASS", NULL},
	{"up 99.9 %", down_90_s, "PASS", NULL},
	{"up less", down_91_s, "INCONCLUSIVE", "too-little"},
	{"only forwarded packets", forwarded, "INCONCLUSIVE", "not-observable"},
	{"forwarded packets beside", forged_too, "PASS", NULL},
	{"control packets slow, echoes fast", echoes, "INCONCLUSIVE", "not-observable"},
	{"echoes slow too", slow_echoes, "FAIL", NULL},
	{"echoes of before", past_echoes, "FAIL", NULL},
	{"micro-BFD of the members", micro, "PASS", NULL},
	{"micro-BFD of one member down", micro_one_down, "INCONCLUSIVE", "too-little"},
	{"a member without micro-BFD", micro_one_less, "INCONCLUSIVE", "not-collected"},
	{"which LACP has taken out", micro_member_out, "PASS", NULL},
};

static void
bgp_runs_over_bfd(void **state)
{
	(void)state;
	CHECK_CHANGES(HEALTHY_CONTRACT, "X1", bfds);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bgp_runs_over_bfd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
