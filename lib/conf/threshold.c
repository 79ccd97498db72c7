#include "conf/threshold.h"

#include <string.h>

#include "conf/schema.h"

/* lengths of time in microseconds */
#define MS(n) ((n)*1e3)
#define S(n) ((n)*1e6)
#define MINUTES(n) ((n)*60e6)
#define HOURS(n) ((n)*3600e6)
#define DAYS(n) ((n)*86400e6)
/* ranges: min, max */
#define RATIO 0, 1
#define COUNT 0, 1e12
#define TIME 0, DAYS(3660)
#define RATE 0, 1e15

#define ENGINEERING "engineering"
#define TEAMS_NETWORK "documented: Teams prepare-network.md"
#define TEAMS_MONITOR "documented: Teams direct-routing-monitor-and-troubleshoot.md"
#define VOICE "documented: internet-peering/walkthrough-communications-services-partner.md"
#define WALKTHROUGHS "documented: internet-peering/ walkthroughs"
#define POLICY "documented: internet-peering/policy.md"
#define REGISTERED "documented: internet-peering/peering-registered-prefix-requirements.md"
#define SERVICE_PREFIX "documented: peering-service/peering-service-prefix-requirements.md"
#define EXPRESSROUTE \
	"documented: expressroute/expressroute-bfd.md (another service, for comparison)"
#define POLICING "published: Flach et al., SIGCOMM 2016"

const struct threshold threshold_table[] = {
	/* all requirements */
	{"loss_gate_ratio", 1e-6, RATIO, "ratio", ENGINEERING,
         "losses of the probe itself beyond which zero-loss verdicts of an interval are void"},
	{"loss_gate_share_ratio", 0.10, RATIO, "ratio", ENGINEERING,
         "a loss or rate verdict is void when the probe's own loss exceeds this share of the "
         "finding"},
	{"control_drop_gate_packets", 0, COUNT, "packets", ENGINEERING,
         "drops on the control queue beyond which absence is no evidence in that interval"},
	{"coverage_ratio", 0.95, RATIO, "ratio", ENGINEERING,
         "share of packets seen below which a metric is partial and gives no verdict"},
	{"evidence_window_us", HOURS(24), TIME, "us", ENGINEERING,
         "evidence older than this is stale"},
	{"identity_window_us", DAYS(7), TIME, "us", ENGINEERING,
         "the same for identity facts, counted from the end of the session they came from"},
	{"hysteresis_evaluations", 2, 1, 100, "evaluations", ENGINEERING,
         "equal results in a row before a verdict changes; hard facts change at once"},

	{"stale_us", S(10), TIME, "us", ENGINEERING,
         "silence of a probe after which its data is stale"},
	{"finding_undeclared_flows", 5, COUNT, "flows", ENGINEERING,
         "flows of an undeclared class that open a finding; a verdict needs r4_undeclared_flows"},
	{"probe_unfit_ratio", 0.01, RATIO, "ratio", ENGINEERING,
         "loss of its own in an interval from which the probe calls itself unfit"},
	{"clock_error_us", MS(1), TIME, "us", ENGINEERING,
         "how far the packet clock may be off the system's before probe.clock says so; more than a "
         "capture's rate ever drifts in a second"},
	{"link_silent_us", S(10), TIME, "us", ENGINEERING,
         "time without a packet in one direction after which a link is silent"},

	/* media path, used by X18, M3 and M5 */
	{"media_edge_one_way_us", MS(30), TIME, "us", TEAMS_NETWORK, "one-way delay, edge to edge"},
	{"media_edge_rtt_us", MS(60), TIME, "us", TEAMS_NETWORK, "round trip, edge to edge"},
	{"media_edge_loss_ratio", 0.001, RATIO, "ratio", TEAMS_NETWORK,
         "loss in a window, edge to edge"},
	{"media_edge_burst_ratio", 0.01, RATIO, "ratio", TEAMS_NETWORK,
         "loss in a burst window, edge to edge"},
	{"media_edge_jitter_us", MS(15), TIME, "us", TEAMS_NETWORK,
         "inter-arrival jitter, edge to edge"},
	{"media_edge_reorder_ratio", 0.0001, RATIO, "ratio", TEAMS_NETWORK,
         "reordering, edge to edge"},
	{"media_client_one_way_us", MS(50), TIME, "us", TEAMS_NETWORK,
         "one-way delay, client to edge"},
	{"media_client_rtt_us", MS(100), TIME, "us", TEAMS_NETWORK, "round trip, client to edge"},
	{"media_client_loss_ratio", 0.01, RATIO, "ratio", TEAMS_NETWORK,
         "loss in a window, client to edge"},
	{"media_client_burst_ratio", 0.10, RATIO, "ratio", TEAMS_NETWORK,
         "loss in a burst window, client to edge"},
	{"media_client_jitter_us", MS(30), TIME, "us", TEAMS_NETWORK,
         "inter-arrival jitter, client to edge"},
	{"media_client_reorder_ratio", 0.0005, RATIO, "ratio", TEAMS_NETWORK,
         "reordering, client to edge"},
	{"media_window_us", S(15), TIME, "us", TEAMS_NETWORK,
         "window of loss, jitter and reordering"},
	{"media_burst_window_us", MS(200), TIME, "us", TEAMS_NETWORK, "window of burst loss"},

	{"r1_updates", 10, COUNT, "updates", ENGINEERING,
         "UPDATEs that all begin with the declared ASN, where the OPEN was not seen"},

	{"r2_connections", 2, COUNT, "connections",
         "documented: internet-peering/maps-partner-overview.md", "connections per location"},
	{"r2_connections_route_server", 1, COUNT, "connections",
         "documented: internet-peering/peering-service-partner-overview.md",
         "the same with an exchange route server"},
	{"r2_up_ratio", 0.999, RATIO, "ratio", ENGINEERING,
         "share of the window both are established"},
	{"r2_window_us", HOURS(1), TIME, "us", ENGINEERING, "shortest window that is judged"},
	{"r2_degraded_us", HOURS(24), TIME, "us", ENGINEERING,
         "a connection down this long, neither acknowledged nor in maintenance, fails"},
	{"r2_short_us", MINUTES(15), TIME, "us", ENGINEERING, "the same in a short capture"},

	{"r3_packets", 1e6, COUNT, "packets", ENGINEERING, "packets that suffice for a verdict"},
	{"r3_window_us", HOURS(24), TIME, "us", ENGINEERING, "time that suffices for a verdict"},
	{"r3_uncovered_ratio", 1e-5, RATIO, "ratio", ENGINEERING,
         "share of packets from unannounced sources"},
	{"r3_uncovered_packets", 100, COUNT, "packets", ENGINEERING,
         "and at least so many of them"},
	{"r3_uncovered_flows", 3, COUNT, "flows", ENGINEERING, "from at least so many flows"},

	{"r4_match_ratio", 0.99, RATIO, "ratio", ENGINEERING,
         "share of classified bytes and flows that match the declaration"},
	{"r4_unclassified_ratio", 0.20, RATIO, "ratio", ENGINEERING,
         "share that may stay unclassified"},
	{"r4_entry_grace_us", HOURS(1), TIME, "us", ENGINEERING,
         "time an announced prefix may lack an entry"},
	{"r4_undeclared_ratio", 0.001, RATIO, "ratio", ENGINEERING,
         "share of the subnet's bytes from which an undeclared class fails"},
	{"r4_undeclared_flows", 100, COUNT, "flows", ENGINEERING, "and at least so many flows"},
	{"r4_undeclared_us", MINUTES(15), TIME, "us", ENGINEERING, "over at least this time"},
	{"r4_role_confidence_ratio", 0.9, RATIO, "ratio", ENGINEERING,
         "confidence from which a contradictory role fails"},
	{"r4_packets", 1000, COUNT, "packets", ENGINEERING,
         "packets of a subnet needed for a verdict"},
	{"r4_flows", 20, COUNT, "flows", ENGINEERING, "flows of a subnet needed for a verdict"},

	{"r5_proxy_flows", 20, COUNT, "flows", ENGINEERING, "flows that show a SYN proxy at hop 0"},
	{"r5_proxy_endpoints", 5, COUNT, "endpoints", ENGINEERING, "over so many endpoints"},
	{"r5_stall_retransmissions", 3, COUNT, "packets", ENGINEERING,
         "unanswered retransmissions that make a stall after failover"},
	{"r5_failover_flows", 50, COUNT, "flows", ENGINEERING, "stalled flows in one failover"},
	{"r5_failover_endpoints", 5, COUNT, "endpoints", ENGINEERING, "over so many endpoints"},
	{"r5_tcp_idle_us", S(3600), TIME, "us",
         "documented: FortiGate note 191772 (a common default)",
         "a TCP flow that goes on after this silence met no state"},
	{"r5_udp_idle_us", S(300), TIME, "us", ENGINEERING, "the same for UDP"},
	{"r5_asymmetric_flows", 1000, COUNT, "flows", ENGINEERING, "asymmetric flows that survive"},
	{"r5_asymmetric_endpoints", 10, COUNT, "endpoints", ENGINEERING,
         "over so many endpoints, or all there are"},
	{"r5_stalled_ratio", 0.01, RATIO, "ratio", ENGINEERING,
         "of which at most this share stalls"},
	{"r5_survivors", 50, COUNT, "flows", ENGINEERING,
         "flows that survive a move or long silence"},

	{"r6_strong_tokens", 2, COUNT, "tokens", ENGINEERING, "strong tokens that all differ"},
	{"r6_mixed_strong_tokens", 1, COUNT, "tokens", ENGINEERING, "or so many strong ones"},
	{"r6_mixed_weak_tokens", 2, COUNT, "tokens", ENGINEERING,
         "with so many independent weak ones"},
	{"r6_joint_outages", 2, COUNT, "outages", ENGINEERING,
         "joint outages that are a weak token"},
	{"r6_joint_us", S(1), TIME, "us", ENGINEERING, "within this time of each other"},

	{"r7_required_rate", 0, RATE, "bps", ENGINEERING,
         "rate that must have passed; 0: r7_peak_factor times the busy-hour peak, at least what "
         "N-1 brings"},
	{"r7_peak_factor", 2, 0, 100, "factor", ENGINEERING, "see r7_required_rate"},
	{"r7_line_ratio", 0.97, RATIO, "ratio", ENGINEERING,
         "a plateau from this share of a member's line rate on is saturation, no limiter"},
	{"r7_plateaus", 3, COUNT, "plateaus", ENGINEERING,
         "plateaus at one level, on different hours"},
	{"r7_plateau_us", S(5), TIME, "us", ENGINEERING, "of at least this length"},
	{"r7_plateau_variation_ratio", 0.01, RATIO, "ratio", ENGINEERING,
         "coefficient of variation of their 100 ms bins"},
	{"r7_plateau_level_ratio", 0.02, RATIO, "ratio", ENGINEERING,
         "how near their levels must be"},
	{"r7_plateau_capacity_ratio", 0.95, RATIO, "ratio", ENGINEERING,
         "and below this share of the capacity"},
	{"r7_policed_flows", 20, COUNT, "flows", ENGINEERING,
         "policed flows at one aggregate level"},
	{"r7_policed_endpoints", 5, COUNT, "endpoints", ENGINEERING, "to so many endpoints"},
	{"r7_fit_lost_samples", 15, COUNT, "samples", POLICING, "lost samples a fit needs"},
	{"r7_fit_passed_samples", 15, COUNT, "samples", POLICING, "passed samples a fit needs"},
	{"r7_fit_loss_slices", 3, COUNT, "round trips", POLICING,
         "round trips with loss a fit needs"},
	{"r7_fit_first_loss_bytes", 2e6, COUNT, "bytes", POLICING, "the first loss comes before"},
	{"r7_fit_loss_outlier_ratio", 0.10, RATIO, "ratio", POLICING,
         "losses whose bucket is not empty"},
	{"r7_fit_loss_slack", 2, 0, 100, "factor", POLICING,
         "empty means within this times round trip times rate"},
	{"r7_fit_pass_outlier_ratio", 0.03, RATIO, "ratio", POLICING,
         "passes whose bucket is empty"},
	{"r7_fit_pass_slack", 0.75, 0, 100, "factor", POLICING,
         "empty there means below minus this times round trip times rate"},
	{"r7_fit_inflation", 1.3, 1, 100, "factor", POLICING,
         "a round trip is inflated from this times its tenth percentile on"},
	{"r7_fit_inflated_ratio", 0.20, RATIO, "ratio", POLICING,
         "losses that an inflated round trip may precede"},

	{"r8_share_ratio", 0.01, RATIO, "ratio", ENGINEERING,
         "a local link's share of the peer's bytes below which advice is given"},
	{"r8_share_window_us", HOURS(24), TIME, "us", ENGINEERING, "over this time"},
	{"r8_share_packets", 1000, COUNT, "packets", ENGINEERING,
         "packets that the peer sends over all of them, fewer tell no share"},
	{"r8_twin_rate", 1e9, RATE, "bps", ENGINEERING,
         "with so much on the twin in the busy hour"},
	{"r8_shutdown_us", HOURS(24), TIME, "us", ENGINEERING,
         "graceful-shutdown community standing longer than this is de-preference"},
	{"r8_longer_ratio", 0.5, RATIO, "ratio", ENGINEERING,
         "share of a registered prefix that longer ones draw to one link alone: de-preference"},
	{"r8_balance_ratio", 0.10, RATIO, "ratio", ENGINEERING,
         "each local link's share of the busy hour for a full pass"},

	{"r9_equal_ratio", 0.99, RATIO, "ratio", ENGINEERING,
         "share of the window capacities are equal"},
	{"r9_degraded_us", HOURS(24), TIME, "us", ENGINEERING,
         "a member down this long, neither acknowledged nor in maintenance, fails"},
	{"r9_short_us", MINUTES(15), TIME, "us", ENGINEERING, "the same in a short capture"},

	{"r10_locations", 2, COUNT, "locations", ENGINEERING, "locations that make geo-redundancy"},

	{"r11_pdus", 3, COUNT, "PDUs", ENGINEERING, "consecutive LACPDUs each way per member"},
	{"r11_silence_us", S(90), TIME, "us", "standard: IEEE 802.1AX long timeout",
         "silence of one side, while its frames arrive, that means no LACP"},

	{"x1_up_ratio", 0.999, RATIO, "ratio", ENGINEERING,
         "share of the window BFD is up both ways"},
	{"x1_detection_us", S(1), TIME, "us", VOICE, "detection time stays below (sub-second)"},
	{"x1_coupling_us", S(1), TIME, "us", ENGINEERING, "BGP follows BFD down within this time"},
	{"x1_without_bfd_us", S(60), TIME, "us", ENGINEERING, "BGP up this long without BFD fails"},
	{"x1_uncoupled_us", S(10), TIME, "us", ENGINEERING,
         "BGP up this long after BFD went down fails"},
	{"x1_reference_interval_us", MS(300), TIME, "us", EXPRESSROUTE,
         "usual transmit and receive interval; printed beside the negotiated one, never judged"},
	{"x1_reference_slow_us", MS(750), TIME, "us", EXPRESSROUTE,
         "the slower one in use, never judged"},
	{"x1_reference_multiplier", 3, 1, 255, "packets", EXPRESSROUTE,
         "usual multiplier, never judged"},

	{"x4_path_length", 3, 1, 255, "ASNs", REGISTERED, "longest AS path of a registered prefix"},
	{"x6_primary_sessions", 2, COUNT, "sessions", SERVICE_PREFIX,
         "sessions at the primary location"},
	{"x6_backup_sessions", 1, COUNT, "sessions", SERVICE_PREFIX,
         "sessions at the backup location"},
	{"x7_segments", 100, COUNT, "segments", ENGINEERING, "BGP segments without MD5 for a pass"},
	{"x9_packets", 100, COUNT, "packets", ENGINEERING, "packets towards no announced route"},
	{"x9_flows", 3, COUNT, "flows", ENGINEERING, "of at least so many flows"},
	{"x9_withdraw_us", S(60), TIME, "us", ENGINEERING, "this long after a withdrawal"},
	{"x12_rpki_age_us", HOURS(48), TIME, "us", ENGINEERING,
         "validated ROA payloads older than this, or newer than a capture by it, decide nothing"},
	{"x12_irr_age_us", DAYS(14), TIME, "us", ENGINEERING,
         "the same for a routing registry's objects"},
	{"x13_routes", 280, COUNT, "prefixes", VOICE, "prefixes expected from Microsoft"},
	{"x13_margin_ratio", 0.15, RATIO, "ratio", VOICE, "growth expected on top"},
	{"x13_limit_low", 400, COUNT, "prefixes", VOICE, "smallest limit that is advised"},
	{"x13_limit_high", 500, COUNT, "prefixes", VOICE, "largest limit that is advised"},
	{"x13_policy_v4", 2000, COUNT, "prefixes", POLICY, "IPv4 limit of the general policy"},
	{"x13_policy_v6", 500, COUNT, "prefixes", POLICY, "IPv6 limit of the general policy"},
	{"x14_speed", 10e9, RATE, "bps", WALKTHROUGHS, "slowest link"},
	{"x14_policy_speed", 100e9, RATE, "bps", POLICY, "slowest link of a Direct peering"},
	{"x15_augment_ratio", 0.40, RATIO, "ratio", VOICE,
         "use of a link from which an augmentation must start"},
	{"x15_upgrade_ratio", 0.50, RATIO, "ratio", POLICY,
         "peak use from which an upgrade is due"},
	{"x15_days", 3, COUNT, "days", ENGINEERING, "days over one of both that count"},
	{"x15_lead_low_us", DAYS(45), TIME, "us", VOICE, "shortest time an augmentation takes"},
	{"x15_lead_high_us", DAYS(60), TIME, "us", VOICE, "longest time an augmentation takes"},
	{"x15_traffic", 2e9, RATE, "bps", POLICY, "least traffic of a Direct peering"},
	{"x18_tls_version", 1.2, 1, 2, "version", "documented: Teams direct-routing-whats-new.md",
         "oldest TLS towards Microsoft's SIP addresses"},
	{"x18_options_us", S(60), TIME, "us", TEAMS_MONITOR, "usual time between OPTIONS"},
	{"x18_options_healthy_us", MINUTES(3), TIME, "us", TEAMS_MONITOR,
         "an SBC is healthy when seen within"},
	{"x18_options_gap_us", MINUTES(5), TIME, "us", TEAMS_MONITOR,
         "and demoted after; judged on idle connections only"},
	{"x18_certificate_us", DAYS(30), TIME, "us", ENGINEERING,
         "a certificate that runs out within is a finding"},
	{"x18_port_flows", 100, COUNT, "flows", ENGINEERING,
         "media flows outside the documented ports"},
	{"x18_handshakes", 1, COUNT, "handshakes", ENGINEERING, "full handshakes seen for a pass"},
	{"x18_cadence_us", HOURS(24), TIME, "us", ENGINEERING, "time of cadence seen for a pass"},

	{"m1_counter_ratio", 0.001, RATIO, "ratio", ENGINEERING,
         "how far our bytes may be from the card's own counters"},
	{"m2_availability_ratio", 0.999, RATIO, "ratio", ENGINEERING, "availability in the window"},
	{"m2_window_us", HOURS(24), TIME, "us", ENGINEERING, "window of the verdict"},
	{"m2_budget_window_us", DAYS(30), TIME, "us", ENGINEERING,
         "window of the budget shown beside"},
	{"m2_bin_us", MINUTES(5), TIME, "us",
         "documented: Azure Monitor Microsoft.Peering/peerings", "grain of the metric"},
	{"m2_hold_us", S(180), TIME, "us", EXPRESSROUTE, "hold time where the OPENs were not seen"},
	{"m2_keepalive_us", S(60), TIME, "us", EXPRESSROUTE, "the keepalive that belongs to it"},
	{"m2_hold_floor_us", S(10), TIME, "us", EXPRESSROUTE, "shortest hold time, never judged"},
	{"m2_keepalive_floor_us", S(3), TIME, "us", EXPRESSROUTE,
         "shortest keepalive, never judged"},
	{"m2_keepalives", 2, COUNT, "messages", ENGINEERING,
         "KEEPALIVEs each way that prove a session joined midway"},
	{"m3_window_packets", 5000, COUNT, "packets", ENGINEERING,
         "RTP packets over all streams that a window needs"},
	{"m3_burst_packets", 500, COUNT, "packets", ENGINEERING, "the same for a burst window"},
	{"m3_good_ratio", 0.95, RATIO, "ratio", ENGINEERING,
         "share of windows that keep the limits"},
	{"m3_windows", 100, COUNT, "windows", ENGINEERING, "windows needed for a pass"},
	{"m3_bad_windows", 3, COUNT, "windows", ENGINEERING,
         "violating windows on one side that fail"},
	{"m3_bad_us", HOURS(1), TIME, "us", ENGINEERING, "within this time"},
	{"m4_flaps", 3, COUNT, "flaps", ENGINEERING, "unexplained flaps in the window that fail"},
	{"m4_window_us", HOURS(24), TIME, "us", ENGINEERING, "that window"},
	{"m4_short_flaps", 2, COUNT, "flaps", ENGINEERING, "or so many per session"},
	{"m4_short_us", MINUTES(10), TIME, "us", ENGINEERING, "within this time"},
	{"m5_samples", 30, COUNT, "samples", ENGINEERING, "samples per prefix and hour"},
	{"m5_edge_us", MS(60), TIME, "us", TEAMS_NETWORK, "median for edge prefixes"},
	{"m5_client_us", MS(100), TIME, "us", TEAMS_NETWORK, "median for client prefixes"},
	{"m5_bad_hours", 3, COUNT, "hours", ENGINEERING, "hours above that fail"},
	{"m5_hours", 24, COUNT, "hours", ENGINEERING, "out of so many"},
};
const size_t threshold_count = sizeof threshold_table / sizeof threshold_table[0];

/* What is to be built will stand on these; no verdict does yet. */
static const char *const later[] = {
	"media_edge_one_way_us",
	"media_edge_rtt_us",
	"media_edge_reorder_ratio",
	"media_client_one_way_us",
	"media_client_rtt_us",
	"media_client_reorder_ratio",
	"media_burst_window_us",
	"r5_proxy_flows",
	"r5_proxy_endpoints",
	"r5_stall_retransmissions",
	"r5_failover_flows",
	"r5_failover_endpoints",
	"r5_tcp_idle_us",
	"r5_udp_idle_us",
	"r5_survivors",
	"r7_required_rate",
	"r7_peak_factor",
	"r7_line_ratio",
	"r7_plateaus",
	"r7_plateau_us",
	"r7_plateau_variation_ratio",
	"r7_plateau_level_ratio",
	"r7_plateau_capacity_ratio",
	"r7_policed_flows",
	"r7_policed_endpoints",
	"r7_fit_lost_samples",
	"r7_fit_passed_samples",
	"r7_fit_loss_slices",
	"r7_fit_first_loss_bytes",
	"r7_fit_loss_outlier_ratio",
	"r7_fit_loss_slack",
	"r7_fit_pass_outlier_ratio",
	"r7_fit_pass_slack",
	"r7_fit_inflation",
	"r7_fit_inflated_ratio",
	"x1_coupling_us",
	"x1_uncoupled_us",
	"x1_reference_interval_us",
	"x1_reference_slow_us",
	"x1_reference_multiplier",
	"x6_primary_sessions",
	"x13_routes",
	"x13_margin_ratio",
	"x13_limit_low",
	"x15_lead_low_us",
	"x15_lead_high_us",
	"x15_traffic",
	"x18_tls_version",
	"x18_options_us",
	"m2_bin_us",
	"m2_hold_us",
	"m2_keepalive_us",
	"m2_hold_floor_us",
	"m2_keepalive_floor_us",
	"m2_keepalives",
	"m3_bad_us",
	"m5_edge_us",
	"m5_client_us",
};

size_t
threshold_find(const char *name)
{
	size_t i = 0;

	while (i < threshold_count && strcmp(threshold_table[i].name, name) != 0)
		i++;
	return i;
}

const char *
threshold_nearest(const char *name)
{
	const char *names[sizeof threshold_table / sizeof threshold_table[0]];

	for (size_t i = 0; i < threshold_count; i++)
		names[i] = threshold_table[i].name;
	return schema_nearest(name, names, threshold_count);
}

bool
threshold_is_later(const char *name)
{
	for (size_t i = 0; i < sizeof later / sizeof later[0]; i++)
		if (strcmp(later[i], name) == 0)
			return true;
	return false;
}
