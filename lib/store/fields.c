#include "store/fields.h"

#include "store/model.h"

/* A row: struct tag without "rec_", name in Redis, member, unit, help. */
#define MEMBER_SIZE(tag, member) sizeof(((struct tag *)0)->member)
#define ROW(tag, text, type, member, unit, help)                                                  \
	{                                                                                         \
		text, FIELD_##type, offsetof(struct tag, member), MEMBER_SIZE(tag, member), unit, \
			help, NULL, 0, 0, 0                                                       \
	}
#define U64(tag, member, unit, help) ROW(tag, #member, U64, member, unit, help)
#define F64(tag, member, unit, help) ROW(tag, #member, F64, member, unit, help)
#define BOOL(tag, member, help) ROW(tag, #member, BOOL, member, "", help)
#define TEXT(tag, member, help) ROW(tag, #member, TEXT, member, "", help)
/* arrays of two, one field per direction */
#define BOTH(type, tag, text, member, unit, help)                    \
	ROW(tag, text "_peer_to_msft", type, member[0], unit, help), \
		ROW(tag, text "_msft_to_peer", type, member[1], unit, help)
#define LIST(tag, member, used, rows, help)                                                      \
	{                                                                                        \
#member, FIELD_LIST, offsetof(struct tag, member), MEMBER_SIZE(tag, member), "", \
			help, rows, MEMBER_SIZE(tag, member[0]), offsetof(struct tag, used), 0   \
	}
#define LATER(text, unit, help)                                   \
	{                                                         \
		text, FIELD_TEXT, 0, 0, unit, help, NULL, 0, 0, 1 \
	}
#define END                                                      \
	{                                                        \
		NULL, FIELD_U64, 0, 0, NULL, NULL, NULL, 0, 0, 0 \
	}

#define HEAD(tag)                                                                          \
	ROW(tag, "seq", U64, head.seq, "", "epoch that wrote this"),                       \
		ROW(tag, "boot_id", U64, head.boot_us, "us", "start of the writer's run"), \
		ROW(tag, "started_us", U64, head.started_us, "us",                         \
	            "since when the counters here count")

#define TRAFFIC(tag)                                                                      \
	BOTH(U64, tag, "packets", traffic.packets, "packets", "total"),                   \
		BOTH(U64, tag, "bytes", traffic.bytes, "bytes", "total, L2 without FCS"), \
		BOTH(F64, tag, "rate_pps", traffic.rate_pps, "pps", "last interval"),     \
		BOTH(F64, tag, "rate_bps", traffic.rate_bps, "bps", "last interval, L2")

const struct record_field fields_epoch[] = {
	HEAD(rec_epoch),
	U64(rec_epoch, start_us, "us", "begin of the interval, packet clock"),
	U64(rec_epoch, end_us, "us", "its end"),
	F64(rec_epoch, coverage_ratio, "ratio", "packets analysed of those offered to the ports"),
	U64(rec_epoch, keys, "", "keys written in this epoch"),
	BOOL(rec_epoch, stretched, "the interval was longer than configured"),
	END,
};

const struct record_field fields_probe[] = {
	HEAD(rec_probe),
	TEXT(rec_probe, id, "the probe's id"),
	TEXT(rec_probe, site, "where it stands"),
	TEXT(rec_probe, version, "of pniscope"),
	TEXT(rec_probe, host, "host name"),
	TEXT(rec_probe, config_sha256, "digest of the peering's contract file"),
	TEXT(rec_probe, peering, "name in the contract file"),
	TEXT(rec_probe, profile, "requirement set in use"),
	BOOL(rec_probe, fit, "may its numbers carry a verdict"),
	TEXT(rec_probe, unfit_reason, "why not"),
	U64(rec_probe, heartbeat_us, "us", "last sign of life: data older than 3 s is stale"),
	TEXT(rec_probe, timezone, "of the site, IANA name"),
	TEXT(rec_probe, clock_source, "\"hardware\", \"capture\" or \"tsc\""),
	U64(rec_probe, clock_resolution_ns, "ns", "step of the packet clock"),
	U64(rec_probe, clock_error_ns, "ns", "bound of its error"),
	U64(rec_probe, ports, "", "ports in use"),
	U64(rec_probe, workers, "", "worker cores"),
	U64(rec_probe, rx_packets, "packets", "counted by the ports themselves"),
	U64(rec_probe, rx_bytes, "bytes", "counted by the ports themselves"),
	U64(rec_probe, packets, "packets", "analysed"),
	U64(rec_probe, bytes, "bytes", "analysed"),
	U64(rec_probe, missed, "packets", "lost by the ports before the probe could take them"),
	U64(rec_probe, no_mbuf, "packets", "lost for want of a buffer"),
	U64(rec_probe, kernel_drops, "packets", "lost in AF_PACKET sockets, part of `missed`"),
	U64(rec_probe, punt_control, "packets", "to the inspector: LACP, LLDP, ARP, BFD, BGP"),
	U64(rec_probe, punt_control_drops, "packets", "lost there: voids verdicts on absence"),
	U64(rec_probe, punt_bulk, "packets", "to the inspector: SIP, TLS, DNS, ICMP errors"),
	U64(rec_probe, punt_bulk_drops, "packets", "lost there"),
	U64(rec_probe, undecoded, "packets", "rejected by the decoder, all reasons"),
	TEXT(rec_probe, undecoded_reasons, "\"vlan_deep 3, ipv4_short 1\", largest first"),
	U64(rec_probe, direction_unknown, "packets", "on mirror ports, neither side recognised"),
	U64(rec_probe, flows, "", "in the flow table now"),
	U64(rec_probe, flows_capacity, "", "room for"),
	U64(rec_probe, flows_created, "", "total"),
	U64(rec_probe, flows_expired, "", "total"),
	U64(rec_probe, flows_evicted, "", "total, pushed out by newer flows"),
	U64(rec_probe, meters, "", "link, direction, subnet and class pairs in use"),
	U64(rec_probe, meter_overflows, "", "packets that found no meter of their own"),
	U64(rec_probe, endpoints_overflow, "", "feedings that found no endpoint entry"),
	F64(rec_probe, loss_ratio, "ratio", "lost of offered, last interval"),
	F64(rec_probe, coverage_ratio, "ratio", "analysed of offered, last interval"),
	F64(rec_probe, busy_ratio, "ratio", "share of time the busiest worker had packets"),
	F64(rec_probe, cycles_per_packet, "cycles", "TSC, all workers"),
	U64(rec_probe, longest_turn_us, "us", "longest turn of a worker's loop"),
	U64(rec_probe, interval_us, "us", "length of the last interval"),
	U64(rec_probe, spool_events, "", "events waiting for Redis"),
	U64(rec_probe, spool_bytes, "bytes", "their size on disk"),
	U64(rec_probe, spool_dropped, "", "events lost for good: the spool was full"),
	U64(rec_probe, store_errors, "", "writes that Redis refused or that timed out"),
	U64(rec_probe, store_reconnects, "", "times that Redis came back"),
	END,
};

#define SIZE_CLASS(text, index, help)                                                         \
	ROW(rec_link, "sizes_" text "_peer_to_msft", U64, sizes[0][index], "packets", help),  \
		ROW(rec_link, "sizes_" text "_msft_to_peer", U64, sizes[1][index], "packets", \
	            help)

const struct record_field fields_link[] = {
	HEAD(rec_link),
	TEXT(rec_link, name, "in the contract file"),
	TEXT(rec_link, site, "declared"),
	TEXT(rec_link, facility, "declared"),
	TEXT(rec_link, role, "\"primary\", \"redundant\" or \"backup\", declared"),
	TEXT(rec_link, router, "declared"),
	TEXT(rec_link, tap, "\"optical\", \"broker\" or \"span\", declared"),
	TEXT(rec_link, probe, "id of the probe on its tap"),
	TEXT(rec_link, connection_id, "of the cloud's resource, declared"),
	TEXT(rec_link, state, "\"up\", \"silent\", \"degraded\" or \"unknown\""),
	U64(rec_link, state_since_us, "us", "since when"),
	TEXT(rec_link, why, "what the state stands on"),
	U64(rec_link, bandwidth_bps, "bps", "declared"),
	U64(rec_link, capacity_bps, "bps", "sum of the tapped members' speeds"),
	U64(rec_link, members, "", "of the LAG, declared"),
	U64(rec_link, members_active, "", "carrying traffic"),
	TRAFFIC(rec_link),
	BOTH(F64, rec_link, "rate_l1_bps", rate_l1_bps, "bps", "last interval, on the wire"),
	BOTH(F64, rec_link, "peak_1ms_bps", peak_1ms_bps, "bps", "highest 1 ms, L1"),
	BOTH(F64, rec_link, "peak_10ms_bps", peak_10ms_bps, "bps", "highest 10 ms, L1"),
	BOTH(F64, rec_link, "peak_100ms_bps", peak_100ms_bps, "bps", "highest 100 ms, L1"),
	BOTH(F64, rec_link, "peak_1s_bps", peak_1s_bps, "bps", "highest second, L1"),
	BOTH(F64, rec_link, "utilisation_ratio", utilisation_ratio, "ratio",
             "L1 of capacity, last interval"),
	BOTH(F64, rec_link, "p95_5min_ratio", p95_5min_ratio, "ratio",
             "p95 of 5-minute means over 24 h"),
	BOTH(F64, rec_link, "peak_1min_ratio", peak_1min_ratio, "ratio",
             "highest 1-minute mean over 24 h"),
	U64(rec_link, over_40_since_us, "us", "first crossing of the augmentation limit; 0: never"),
	U64(rec_link, days_over_40, "", "of the last 30"),
	SIZE_CLASS("le_60", 0, "frames of at most 60 bytes without FCS"),
	SIZE_CLASS("le_124", 1, "61 to 124"),
	SIZE_CLASS("le_252", 2, "125 to 252"),
	SIZE_CLASS("le_508", 3, "253 to 508"),
	SIZE_CLASS("le_1020", 4, "509 to 1020"),
	SIZE_CLASS("le_1276", 5, "1021 to 1276"),
	SIZE_CLASS("le_1514", 6, "1277 to 1514"),
	SIZE_CLASS("le_1518", 7, "1515 to 1518"),
	SIZE_CLASS("le_2044", 8, "1519 to 2044"),
	SIZE_CLASS("le_4092", 9, "2045 to 4092"),
	SIZE_CLASS("le_9216", 10, "4093 to 9216"),
	SIZE_CLASS("more", 11, "longer"),
	U64(rec_link, endpoints_peer, "", "distinct addresses of the peer's side since start"),
	U64(rec_link, endpoints_msft, "", "distinct addresses of the cloud's side since start"),
	BOTH(U64, rec_link, "last_packet_us", last_packet_us, "us", "last frame seen"),
	BOTH(U64, rec_link, "rx_packets", rx_packets, "packets", "the ports' own count"),
	BOTH(U64, rec_link, "rx_missed", rx_missed, "packets", "lost by the ports"),
	F64(rec_link, coverage_ratio, "ratio", "analysed of offered, last interval"),
	LATER("lacp", "", "LACP of both sides"),
	LATER("latency", "", "see latency:link:NAME:SIDE"),
	END,
};

const struct record_field fields_member[] = {
	HEAD(rec_member),
	TEXT(rec_member, link, "its link"),
	U64(rec_member, index, "", "place in the contract file, from 0"),
	TEXT(rec_member, port_peer_to_msft, "PCI address or device"),
	TEXT(rec_member, port_msft_to_peer, "PCI address or device"),
	TEXT(rec_member, state, "as for links"),
	U64(rec_member, speed_bps, "bps", "declared"),
	U64(rec_member, port_speed_bps, "bps", "read from the port; 0: it has none"),
	TRAFFIC(rec_member),
	BOTH(F64, rec_member, "rate_l1_bps", rate_l1_bps, "bps", "last interval, on the wire"),
	BOTH(F64, rec_member, "peak_1ms_bps", peak_1ms_bps, "bps", "highest 1 ms, L1"),
	BOTH(F64, rec_member, "share_ratio", share_ratio, "ratio", "of the link's bytes"),
	BOTH(U64, rec_member, "rx_packets", rx_packets, "packets", "the port's own count"),
	BOTH(U64, rec_member, "rx_bytes", rx_bytes, "bytes", "the port's own count"),
	BOTH(U64, rec_member, "rx_missed", rx_missed, "packets", "lost by the port"),
	BOTH(U64, rec_member, "no_mbuf", no_mbuf, "packets", "lost for want of a buffer"),
	BOTH(U64, rec_member, "last_packet_us", last_packet_us, "us", "last frame seen"),
	LATER("lacp_actor", "", "LACP: system, key, port, state of the peer's side"),
	LATER("lacp_partner", "", "LACP: system, key, port, state of the cloud's side"),
	END,
};

const struct record_field fields_link_class[] = {
	HEAD(rec_link_class),
	TEXT(rec_link_class, link, "link"),
	TEXT(rec_link_class, class, "traffic class"),
	TRAFFIC(rec_link_class),
	U64(rec_link_class, flows, "", "first seen here, total"),
	U64(rec_link_class, flows_two_way, "", "of these with packets both ways"),
	END,
};

const struct record_field fields_link_subnet[] = {
	HEAD(rec_link_subnet),
	TEXT(rec_link_subnet, link, "link"),
	TEXT(rec_link_subnet, prefix, "or \"undeclared-peer\", \"undeclared-msft\" for the rest"),
	TEXT(rec_link_subnet, side, "\"peer\" or \"msft\""),
	TRAFFIC(rec_link_subnet),
	U64(rec_link_subnet, flows, "", "total"),
	END,
};

const struct record_field fields_subnet[] = {
	HEAD(rec_subnet),
	TEXT(rec_subnet, prefix, "declared prefix"),
	TEXT(rec_subnet, side, "\"peer\" or \"msft\""),
	TEXT(rec_subnet, declared, "its declared classes, comma-separated"),
	TEXT(rec_subnet, roles, "its declared roles, comma-separated"),
	BOOL(rec_subnet, standby, "declared: silence is normal"),
	TRAFFIC(rec_subnet),
	U64(rec_subnet, flows, "", "total"),
	U64(rec_subnet, flows_two_way, "", "of these with packets both ways"),
	U64(rec_subnet, endpoints, "", "distinct addresses since start"),
	BOOL(rec_subnet, endpoints_exact, "0: the endpoint table overflowed, a lower bound"),
	F64(rec_subnet, declared_ratio, "ratio", "of bytes, in declared classes"),
	F64(rec_subnet, tolerated_ratio, "ratio", "of bytes, in tolerated classes"),
	F64(rec_subnet, undeclared_ratio, "ratio", "of bytes, in classes nobody declared"),
	F64(rec_subnet, unknown_ratio, "ratio", "of bytes, class not known"),
	U64(rec_subnet, first_us, "us", "first packet"),
	U64(rec_subnet, last_us, "us", "last packet"),
	END,
};

const struct record_field fields_subnet_class[] = {
	HEAD(rec_subnet_class),
	TEXT(rec_subnet_class, prefix, "subnet"),
	TEXT(rec_subnet_class, class, "traffic class"),
	TEXT(rec_subnet_class, standing,
             "\"declared\", \"tolerated\", \"undeclared\" or \"unclassified\""),
	TRAFFIC(rec_subnet_class),
	U64(rec_subnet_class, flows, "", "total"),
	U64(rec_subnet_class, flows_two_way, "", "of these with packets both ways"),
	U64(rec_subnet_class, flows_peer, "", "of these begun by the peer's side"),
	U64(rec_subnet_class, first_us, "us", "first packet"),
	U64(rec_subnet_class, last_us, "us", "last packet"),
	END,
};

const struct record_field fields_endpoint[] = {
	HEAD(rec_endpoint),
	TEXT(rec_endpoint, ip, "address"),
	TEXT(rec_endpoint, side, "\"peer\" or \"msft\""),
	TEXT(rec_endpoint, subnet, "longest declared prefix that holds it"),
	TEXT(rec_endpoint, links, "where seen, comma-separated"),
	TEXT(rec_endpoint, classes, "what it sends and receives, comma-separated"),
	TEXT(rec_endpoint, roles, "declared and observed, with confidence"),
	TRAFFIC(rec_endpoint),
	U64(rec_endpoint, flows, "", "total"),
	U64(rec_endpoint, first_us, "us", "first packet"),
	U64(rec_endpoint, last_us, "us", "last packet"),
	LATER("rtt_us", "us", "round trip from the tap"),
	LATER("loss_ratio", "ratio", "lost of sent, by side"),
	END,
};

static const struct record_field evidence[] = {
	TEXT(rec_evidence, file, "capture file, empty when live"),
	U64(rec_evidence, frame, "", "frame number in the file"),
	U64(rec_evidence, ts_us, "us", "when"),
	TEXT(rec_evidence, link, "where"),
	TEXT(rec_evidence, member, "where"),
	TEXT(rec_evidence, direction, "which way"),
	TEXT(rec_evidence, field, "what was read"),
	TEXT(rec_evidence, value, "and its value"),
	END,
};

static const struct record_field need[] = {
	TEXT(rec_need, what, "missing for a verdict"),
	TEXT(rec_need, have, "what there is"),
	TEXT(rec_need, want, "what is asked for"),
	TEXT(rec_need, how, "how to get it"),
	U64(rec_need, eta_us, "us", "expected time from now; 0: not known"),
	END,
};

static const struct record_field subcheck[] = {
	TEXT(rec_subcheck, id, "name"),
	TEXT(rec_subcheck, scope, "what was looked at"),
	TEXT(rec_subcheck, verdict, "PASS, FAIL or INCONCLUSIVE"),
	TEXT(rec_subcheck, reason, "what decided"),
	U64(rec_subcheck, samples, "", "how many"),
	END,
};

const struct record_field fields_finding[] = {
	HEAD(rec_finding),
	TEXT(rec_finding, id, "stable for the same subject and kind while open"),
	TEXT(rec_finding, kind, "name in the table of events"),
	TEXT(rec_finding, subject, "\"link:pni-a\", \"subnet:203.0.113.0/24\", \"probe:ams1-p1\""),
	TEXT(rec_finding, side, "peer, msft, both, probe or unknown"),
	TEXT(rec_finding, severity, "critical, major, minor or info"),
	TEXT(rec_finding, state, "open, acked or closed"),
	U64(rec_finding, since_us, "us", "begin"),
	U64(rec_finding, until_us, "us", "end; 0: still there"),
	U64(rec_finding, acked_us, "us", "acknowledged; 0: not"),
	TEXT(rec_finding, acked_by, "by whom"),
	TEXT(rec_finding, cause, "what brought it about, as far as known"),
	TEXT(rec_finding, caused_by, "finding or maintenance that explains it"),
	TEXT(rec_finding, text, "one sentence"),
	TEXT(rec_finding, next, "what to do next"),
	U64(rec_finding, samples, "", "how many observations it stands on"),
	LIST(rec_finding, evidence, evidence_count, evidence, "what a peer could check"),
	END,
};

const struct record_field fields_verdict[] = {
	HEAD(rec_verdict),
	TEXT(rec_verdict, id, "requirement"),
	TEXT(rec_verdict, title, "in a few words"),
	TEXT(rec_verdict, strength, "MUST or SHOULD"),
	TEXT(rec_verdict, applies, "yes or no, by connection type"),
	TEXT(rec_verdict, verdict, "PASS, FAIL or INCONCLUSIVE"),
	TEXT(rec_verdict, basis, "OBSERVED, DECLARED or MIXED"),
	TEXT(rec_verdict, side, "whose it is to mend"),
	TEXT(rec_verdict, scope, "what was judged"),
	TEXT(rec_verdict, reason,
             "INCONCLUSIVE: not-collected, not-observable, too-little or probe-unfit"),
	TEXT(rec_verdict, reasons, "what decided"),
	TEXT(rec_verdict, next, "FAIL: what to do next"),
	TEXT(rec_verdict, profile, "version of the requirement set"),
	U64(rec_verdict, window_from_us, "us", "what was looked at, from"),
	U64(rec_verdict, window_to_us, "us", "to"),
	U64(rec_verdict, since_us, "us", "verdict unchanged since"),
	U64(rec_verdict, samples, "", "how many observations"),
	F64(rec_verdict, voided_ratio, "ratio", "of the window, void by the probe's own loss"),
	LIST(rec_verdict, evidence, evidence_count, evidence, "what a peer could check"),
	LIST(rec_verdict, need, need_count, need, "what would settle it"),
	LIST(rec_verdict, subchecks, subcheck_count, subcheck, "parts of the verdict"),
	END,
};

const struct record_field fields_maintenance[] = {
	HEAD(rec_maintenance),
	TEXT(rec_maintenance, id, "of the change"),
	TEXT(rec_maintenance, scope, "\"link:pni-b\", comma-separated"),
	TEXT(rec_maintenance, by, "who entered it"),
	U64(rec_maintenance, from_us, "us", "begin"),
	U64(rec_maintenance, to_us, "us", "end"),
	BOOL(rec_maintenance, drill, "a failover drill"),
	END,
};

const struct record_field fields_event[] = {
	U64(event, ts_us, "us", "when it happened"),
	U64(event, detected_us, "us", "when it was found"),
	U64(event, seq, "", "number of the event in the writer's run, from 1"),
	TEXT(event, name, "see the table of events"),
	TEXT(event, probe, "who saw it"),
	TEXT(event, severity, "critical, major, minor or info"),
	TEXT(event, subject, "what it is about"),
	TEXT(event, link, "link"),
	TEXT(event, direction, "direction"),
	TEXT(event, side, "side"),
	TEXT(event, cause, "cause, as far as known"),
	TEXT(event, caused_by, "event or finding behind it"),
	TEXT(event, finding, "finding it opened, changed or closed"),
	TEXT(event, text, "one sentence"),
	TEXT(event, origin, "merged events: entry id in the probe's own stream"),
	END,
};
