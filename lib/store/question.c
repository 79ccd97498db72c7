#include "store/question.h"

#include <stddef.h>

static const struct question all[] = {
	{"Is the data fresh, and the probe fit?",
         "HMGET pni:{SITE}:probe:PROBE fit unfit_reason heartbeat_us loss_ratio missed no_mbuf",
         "`fit` 1, `heartbeat_us` less than 3 s old (`redis-cli TIME`); lost packets are counted "
         "beside everything"},
	{NULL, "HMGET pni:{SITE}:epoch:PROBE seq end_us coverage_ratio stretched",
         "the epoch that readers see, and the share of packets in it"},
	{"What is wrong now?", "ZREVRANGE pni:{@PEERING}:findings:open 0 -1 WITHSCORES",
         "open findings, worst first; then `HGETALL pni:{@PEERING}:finding:ID`"},
	{"Which link, since when?", "HMGET pni:{SITE}:link:LINK state state_since_us why",
         "for each of `SMEMBERS pni:{SITE}:links`"},
	{"What broke first?", "XRANGE pni:{@PEERING}:events - + COUNT 20",
         "all probes' events in one order; `ts_us` is when it happened"},
	{NULL, "XREVRANGE pni:{SITE}:events:PROBE + - COUNT 20",
         "of one probe, newest first; also while control is down"},
	{"Rate and 1 ms peak at a second?", "XRANGE pni:{SITE}:ts:link:LINK MS MS",
         "the second that began at MS, for 15 minutes; older ones in `ts:10s:` and `ts:60s:`"},
	{NULL,
         "HMGET pni:{SITE}:link:LINK rate_bps_peer_to_msft rate_bps_msft_to_peer "
         "peak_1ms_bps_peer_to_msft peak_1ms_bps_msft_to_peer",
         "the last interval"},
	{"Which LAG member?",
         "HMGET pni:{SITE}:member:LINK:0 state share_ratio_peer_to_msft share_ratio_msft_to_peer "
         "rx_missed_peer_to_msft rx_missed_msft_to_peer last_packet_us_peer_to_msft "
         "last_packet_us_msft_to_peer",
         "for each of `SMEMBERS pni:{SITE}:members:LINK`"},
	{"Which prefixes vanished, and where?", "XREVRANGE pni:{SITE}:riblog:SESSION + - COUNT 20",
         "for each of `SMEMBERS pni:{SITE}:sessions`: newest first, `change` withdraw; a session "
         "that went down took all of its prefixes: `HMGET pni:{SITE}:session:SESSION state "
         "down_cause down_us`"},
	{"Is this address announced, where, with which community?",
         "HGET pni:{SITE}:rib:SESSION:peer PREFIX",
         "path, next hop, communities and what is wrong; for each session, and `:msft`"},
	{"Calls per SBC and link?",
         "HMGET pni:{SITE}:voice:sbc:SBC signalling calls_active calls calls_final asr_ratio "
         "ner_ratio setup_p95_us tls_open peer_options_last_us",
         "for each of `SMEMBERS pni:{SITE}:voices`; links are `voice:link:LINK`"},
	{"Worst streams?", "ZREVRANGE pni:{SITE}:streams:worst 0 9 WITHSCORES",
         "by badness, 0 … 100; then `HMGET pni:{SITE}:stream:ID src dst codec lost loss_ratio "
         "jitter_max_us mos outages`"},
	{NULL, "ZREVRANGE pni:{SITE}:legs:active 0 9",
         "the newest legs; then `HMGET pni:{SITE}:leg:ID a b one_way why signalling`; what went "
         "wrong: "
         "`XREVRANGE pni:{SITE}:legs:failed + - COUNT 10`"},
	{"Lost before or after the tap?",
         "HMGET pni:{SITE}:loss:link:LINK:peer packets lost tcp_from_packets tcp_from_lost "
         "tcp_to_packets tcp_to_lost windows windows_over probe_loss_ratio",
         "on the peer's side: `from` it before the tap, `to` it after; `msft` is the other; all "
         "scopes: `SMEMBERS pni:{SITE}:losses`"},
	{"RTT now against yesterday?",
         "HMGET pni:{SITE}:latency:link:LINK:peer count p50_us p95_us min_us hours",
         "the last minute; `hours`: start in s, count and median in us of the last 24; all scopes: "
         "`SMEMBERS pni:{SITE}:latencies`"},
	{"Is a limiter acting?", NULL, "comes with limits (`limiters:active`)"},
	{"Who sends the undeclared class?",
         "HMGET pni:{SITE}:subnet:PREFIX declared undeclared_ratio",
         "for each of `SMEMBERS pni:{SITE}:subnets`"},
	{NULL, "SMEMBERS pni:{SITE}:subnet:PREFIX:classes",
         "then `standing` and `flows_peer` of `subnet:PREFIX:class:C`"},
	{NULL, "ZREVRANGE pni:{SITE}:subnet:PREFIX:endpoints 0 9 WITHSCORES",
         "its busiest addresses; then `HMGET pni:{SITE}:endpoint:IP classes links`"},
	{"Which MUST fails, and what changed?", "HGETALL pni:{@PEERING}:verdicts",
         "every requirement and its verdict; then `HGETALL pni:{@PEERING}:verdict:REQ`"},
	{NULL, "XREVRANGE pni:{@PEERING}:ledger + - COUNT 10",
         "the last changes, with what decided"},
	{NULL, NULL, NULL},
};

const struct question *
questions(void)
{
	return all;
}

void
question_print(FILE *to)
{
	unsigned number = 0;

	for (const struct question *q = all; q->note; q++) {
		number += q->ask != NULL;
		if (q->command)
			fprintf(to, "%u\t%s\n", number, q->command);
	}
}
