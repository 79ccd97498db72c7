/*
 * The rows of the set; data only, included by requirement.c. Sources are pages of Microsoft's
 * public documentation: IP is azure-docs articles/internet-peering, PS articles/peering-service,
 * OD OfficeDocs-SkypeForBusiness Teams; a condition without a source beside it is an engineering
 * default of this project and configurable.
 */
#pragma once

#include "audit/requirement.h"

#define ISP (1u << PEERING_ISP)
#define VOICE (1u << PEERING_VOICE)
#define RS (1u << PEERING_ROUTE_SERVER)
#define ALL (ISP | VOICE | RS)
#define PARTNER "IP/maps-partner-overview.md [2023-04]"
#define VOICE_PAGE "IP/walkthrough-communications-services-partner.md"
#define PREFIX_PAGE "IP/peering-registered-prefix-requirements.md"
#define POLICY "IP/policy.md"
#define FROM_BGP "decoded BGP sessions of every connection (tap both directions of TCP 179)"
#define FROM_LACP "LACPDUs of both sides on every member (optical tap of all members)"
#define FROM_BFD "decoded BFD of both sides (UDP 3784, 4784, 6784)"

static const struct requirement table[] = {
	{
		.id = "R1",
		.title = "Public ASN of its own",
		.text = "The peer must have its own public autonomous system number.",
		.strength = STRENGTH_MUST,
		.applies = ALL,
		.side = SIDE_PEER,
		.flags = REQ_IDENTITY,
		.source = PARTNER,
		.pass = "OPEN seen on every session, KEEPALIVE both ways after it, and the AS "
			"is public and the declared one; joined mid-session: 10 UPDATEs that "
			"all begin with it",
		.fail = "a special-use AS, 23456 without capability 65, another AS than "
			"declared, or two across sessions",
		.inconclusive = "no OPEN and fewer UPDATEs, a route server without OPEN, no "
				"KEEPALIVE of both sides, or peer.asn not declared; facts hold as "
				"long as their session and a week beyond",
		.evidence = "My-AS and capability 65 of both OPENs; joined mid-session, paths",
		.how = FROM_BGP,
	},
	{
		.id = "R2",
		.title = "Redundant interconnect at each location",
		.text = "At each location (metro) the peer must have redundant interconnects: "
			"two diverse connections, in one facility or in two of the same metro.",
		.strength = STRENGTH_MUST,
		.applies = ALL,
		.side = SIDE_BOTH,
		.flags = REQ_AVAILABILITY,
		.source = PARTNER,
		.pass = "at least two connections per location established together for an "
			"hour and with every registered prefix of the location; a repair "
			"shorter than a day, or acknowledged, stands beside as DEGRADED",
		.fail = "one connection at a location (a route server needs one); or one "
			"without session for 24 h without maintenance or acknowledgement; "
			"or one lacks a registered prefix (complete RIB), or a session of its "
			"family where its twin carries it",
		.inconclusive =
			"a connection without tap, less than 1 h of sessions, RIB not "
			"complete, or BFD or every member of an established connection down",
		.evidence = "outages and routes of every session of the location, its BFD and "
			    "members",
		.how = FROM_BGP,
		.window_s = 3600,
	},
	{
		.id = "R3",
		.also = "x12_rpki_",
		.title = "Own public IPv4 space, used and advertised",
		.text = "Endpoints (for example SBCs) use the peer's own publicly routable IPv4 "
			"space, and that space is advertised.",
		.strength = STRENGTH_MUST,
		.applies = ALL,
		.side = SIDE_PEER,
		.source = PARTNER,
		.pass = "complete RIB, every declared subnet inside an announced prefix, "
			"and sources not proven to be below 1e-5 of 1e6 packets or of a day",
		.fail = "a bogon, Microsoft's or an undeclared origin's prefix announced; a "
			"declared endpoint, or 100 two-way packets of 3 flows and 1e-5, "
			"with a bogon or unannounced source (ICMP alone is a leak, noted)",
		.inconclusive = "RIB not complete, a declared subnet not covered, too little "
				"traffic, or too much of undeclared sources",
		.evidence = "announced prefixes against sources of peer_to_msft packets",
		.how = FROM_BGP,
		.window_s = 24 * 3600,
	},
	{
		.id = "R4",
		.title = "Traffic class and endpoints declared per subnet",
		.text = "For each advertised subnet the peer gives the class of traffic and the "
			"endpoints housed in it.",
		.strength = STRENGTH_MUST,
		.applies = ALL,
		.side = SIDE_PEER,
		.source = PARTNER
		"; gone from the 2024-10 walkthroughs, kept in the partner overview",
		.pass = "every registered and announced prefix and every source has an entry; at "
			"least 99 % "
			"of classified bytes and flows match it, unclassified below 20 %; every "
			"declared role seen or on standby",
		.fail = "a registered prefix, an announced one after an hour, or lasting traffic "
			"without entry; or an undeclared "
			"class with 0.1 % of the subnet's bytes and 100 flows over 15 min "
			"(two-way flows, or flows that the peer sends); tolerated classes count "
			"when above their share",
		.inconclusive = "fewer than 1000 packets or 20 flows of the subnet",
		.evidence = "classes per subnet against the declared ones",
		.how = "let the declared traffic run; `pniscope subnets` shows each subnet's "
		       "counts",
		.window_s = 900,
	},
	{
		.id = "R5",
		.title = "Not terminated on a stateful firewall",
		.text = "The device that terminates the peering runs no stateful firewall. "
			"Firewalls deeper in the peer's network are legal.",
		.strength = STRENGTH_MUST,
		.applies = ALL,
		.side = SIDE_PEER,
		.flags = REQ_SLOW_PROTOCOL,
		.source = PARTNER,
		.pass = "1000 flows over min(10, declared) endpoints survive asymmetric paths, "
			"or 50 survive a move or a long idle time, on each connection, and no "
			"sign against",
		.fail = "a firewall names itself, or answers in the endpoints' name at hop 0 "
			"(20 flows, 5 endpoints), or flows stall after a failover while new "
			"ones pass",
		.inconclusive = "no sign either way",
		.evidence = "TTL at hop 0, SYN proxies, survival of asymmetric and moved flows",
		.how = "tap both connections of the location; a declared drill makes the "
		       "evidence in minutes",
		.window_s = 24 * 3600,
	},
	{
		.id = "R6",
		.title = "Two local connections on different routers",
		.text = "Two connections of one location must not be on one router of the peer.",
		.strength = STRENGTH_MUST,
		.applies = ALL,
		.side = SIDE_PEER,
		.flags = REQ_IDENTITY | REQ_SLOW_PROTOCOL,
		.source = PARTNER,
		.pass = "two strong tokens (BGP identifier, host name, LACP system, "
			"chassis, CDP device) present and all different, or one strong and "
			"two independent weak (MACs, TCP clock); no shared sign",
		.fail = "equal BGP identifier, host name, chassis or CDP device; or equal "
			"LACP system with adjacent MACs, one TCP clock or two outages "
			"within 1 s; or one router declared for both",
		.inconclusive = "fewer tokens, only the LACP system equal (MC-LAG shares it), only "
				"adjacent MACs, or outages at the same moments",
		.evidence = "identity tokens of both routers",
		.how = FROM_BGP "; " FROM_LACP,
	},
	{
		.id = "R7",
		.title = "No rate limiting",
		.text = "The peer does not rate limit the connection.",
		.strength = STRENGTH_MUST,
		.applies = ALL,
		.side = SIDE_BOTH,
		.flags = REQ_SLOW_PROTOCOL,
		.source = PARTNER,
		.pass = "the highest rate passed without correlated loss reaches the required "
			"rate in that direction, and no sign of a limiter",
		.fail = "plateaus below capacity with loss or growing delay, or a token bucket "
			"found in 20 flows to 5 endpoints",
		.inconclusive = "load too low to tell; the highest rate passed is printed",
		.evidence = "ceilings, loss before and after the tap, token buckets",
		.how = "a busy hour, or a load test up to the required rate",
		.window_s = 24 * 3600,
	},
	{
		.id = "R8",
		.title = "A redundant connection is not a backup",
		.text = "A local redundant connection must not be configured as a backup; a "
			"backup is in another location than the primary.",
		.strength = STRENGTH_MUST,
		.applies = ALL,
		.side = SIDE_PEER,
		.source = PARTNER,
		.pass = "equal preference of every registered prefix on local links "
			"(complete RIB), each with a tenth of what the peer sends; backup "
			"in another location with other routers",
		.fail = "a backup declared in the primary's location or at its router; a "
			"registered prefix absent, prepended, only shorter, or in graceful "
			"shutdown for a day on a local link; below 1 % of a day's traffic "
			"beside a twin of 1 Gb/s",
		.inconclusive =
			"RIB not complete, no registered prefix declared, or little traffic "
			"(1 to 10 % is advice)",
		.evidence = "attributes of registered prefixes on all links of a location",
		.how = FROM_BGP,
		.window_s = 24 * 3600,
	},
	{
		.id = "R9",
		.title = "Same bandwidth on primary, backup and redundant",
		.text = "Primary, backup and redundant sessions have the same bandwidth.",
		.strength = STRENGTH_MUST,
		.applies = ALL,
		.side = SIDE_BOTH,
		.flags = REQ_AVAILABILITY | REQ_SLOW_PROTOCOL,
		.source = PARTNER,
		.pass = "declared bandwidths equal, LACP of both sides on every declared "
			"member; a member out for less than a day, or acknowledged, stands "
			"beside as DEGRADED",
		.fail = "declared values or observed speeds differ, or a degraded LAG for "
			"24 h without maintenance or acknowledgement",
		.inconclusive = "members without LACP of both sides, or a tap with a speed of its "
				"own",
		.evidence = "members that both sides collect and distribute on, times their "
			    "speed",
		.how = FROM_LACP,
		.window_s = 24 * 3600,
	},
	{
		.id = "R10",
		.title = "Several locations",
		.text = "The peer should have peerings in several locations (geo-redundancy).",
		.strength = STRENGTH_SHOULD,
		.applies = ALL,
		.side = SIDE_BOTH,
		.flags = REQ_STRICT_VOICE,
		.source = PARTNER,
		.pass = "two locations, each with an established session that announces every "
			"registered prefix, and no shared router",
		.fail = "one location, or two that end at one router (advice; a MUST under "
			"strict voice)",
		.inconclusive = "the other location's sessions not seen, or registered prefixes "
				"absent or not known there",
		.evidence = "sessions and prefixes at each location",
		.how = FROM_BGP,
	},
	{
		.id = "R11",
		.title = "LAG with LACP",
		.text = "Every interconnect is a LAG with LACP, with one member too.",
		.strength = STRENGTH_MUST,
		.applies = ALL,
		.side = SIDE_BOTH,
		.flags = REQ_IDENTITY | REQ_SLOW_PROTOCOL,
		.source = PARTNER,
		.pass = "three consecutive LACPDUs each way per member; aggregating, in sync, "
			"collecting, distributing; one system and key over all members",
		.fail = "Microsoft's LACPDUs seen and none of the peer for 90 s while its "
			"frames arrive; individual, or defaulted for 90 s, on either side; "
			"members with different systems",
		.inconclusive =
			"LACPDUs of one direction or none, fewer than three in a row, or no "
			"member in the bundle; one that is out beside others is DEGRADED",
		.evidence = "LACP state of both sides per member",
		.how = FROM_LACP,
	},
	{
		.id = "X1",
		.title = "BGP over BFD, sub-second",
		.text = "Voice: BFD on every session, up before routes flow, with sub-second "
			"convergence.",
		.strength = STRENGTH_MUST,
		.applies = VOICE,
		.side = SIDE_PEER,
		.flags = REQ_AVAILABILITY | REQ_SLOW_PROTOCOL,
		.source = VOICE_PAGE,
		.pass = "BFD up both ways 99.9 % of the time seen (at least 60 s), each "
			"other's discriminators, TTL 255, both detection times below 1 s; "
			"how BGP follows is told",
		.fail = "BGP up for 60 s without BFD of the peer, AdminDown, detection of 1 "
			"s or more, or BGP stays up 10 s after a side said Down",
		.inconclusive = "BFD not seen, of one side only, or not up long enough",
		.evidence = "BFD sessions of both sides",
		.how = FROM_BFD,
		.window_s = 24 * 3600,
	},
	{
		.id = "X2",
		.title = "Registered prefixes carry 8075:8007",
		.text = "Every registered prefix carries the community 8075:8007.",
		.strength = STRENGTH_MUST,
		.applies = ISP | VOICE,
		.side = SIDE_PEER,
		.source = PREFIX_PAGE,
		.pass = "the community on every registered prefix of every session, complete RIB",
		.fail = "a registered prefix without it",
		.inconclusive = "RIB not complete",
		.evidence = "communities of the peer's announcements",
		.how = FROM_BGP,
	},
	{
		.id = "X3",
		.title = "Registered prefixes on every session",
		.text = "A registered prefix is announced on every session of its peering; an "
			"activated one on all primary and backup sessions.",
		.strength = STRENGTH_MUST,
		.applies = ISP | VOICE,
		.side = SIDE_PEER,
		.source = PREFIX_PAGE "; PS/peering-service-prefix-requirements.md",
		.pass = "present on every session of its primary and backup location (every "
			"session where none is named), complete RIBs",
		.fail = "absent on an established session with a complete RIB, which is "
			"named",
		.inconclusive = "RIB not complete",
		.evidence = "the peer's announcements per session",
		.how = FROM_BGP,
	},
	{
		.id = "X4",
		.title = "Short and clean AS path",
		.text = "AS path of at most 3, no private ASN, no prepending, for registered "
			"prefixes.",
		.strength = STRENGTH_MUST,
		.applies = ISP | VOICE,
		.side = SIDE_PEER,
		.source = PREFIX_PAGE,
		.pass = "every registered prefix keeps it on every session",
		.fail = "a longer path, a special-use ASN or a repeated ASN",
		.inconclusive = "RIB not complete, or a path that could not be read",
		.evidence = "AS paths of registered prefixes",
		.how = FROM_BGP,
	},
	{
		.id = "X5",
		.also = "x12_irr_",
		.title = "Registered prefixes are valid",
		.text = "Not in a private range, origin ASN in a routing registry, valid "
			"prefix, key matches (the key only in the portal).",
		.strength = STRENGTH_MUST,
		.applies = ISP | VOICE,
		.side = SIDE_PEER,
		.source = PREFIX_PAGE,
		.pass = "public, origin as registered, and the origin has objects in the routing "
			"registry's snapshot",
		.fail = "a special-purpose range, another origin, or one without object in the "
			"snapshot",
		.inconclusive = "RIB not complete, or no registry snapshot of the time judged "
				"(14 days)",
		.evidence = "registered prefixes against announcements and snapshots",
		.how = FROM_BGP "; data.irr and data.rpki snapshots",
	},
	{
		.id = "X6",
		.title = "Sessions at primary and backup locations",
		.text = "The primary location has two MAPS sessions on two routers; a backup "
			"location, where chosen, at least one.",
		.strength = STRENGTH_MUST,
		.applies = ISP | VOICE,
		.side = SIDE_BOTH,
		.flags = REQ_AVAILABILITY,
		.source = "PS/peering-service-prefix-requirements.md, PS/customer-walkthrough.md",
		.pass = "R2 and R6 hold at the primary and a session lives at the backup",
		.fail = "as R2 or R6 at the primary, or no session at the backup",
		.inconclusive = "as R2 or R6",
		.evidence = "sessions and router tokens per location",
		.how = FROM_BGP,
		.window_s = 3600,
	},
	{
		.id = "X7",
		.title = "No TCP-MD5",
		.text = "TCP-MD5 is not supported on the BGP session.",
		.strength = STRENGTH_MUST,
		.applies = ALL,
		.side = SIDE_PEER,
		.flags = REQ_IDENTITY,
		.source = POLICY,
		.pass = "100 segments of the session without option 19",
		.fail = "option 19 on a BGP segment",
		.inconclusive = "fewer segments",
		.evidence = "TCP options of BGP segments",
		.how = FROM_BGP,
	},
	{
		.id = "X8",
		.title = "No routes of AS12076",
		.text = "ExpressRoute routes (AS12076) are never accepted: filtered everywhere.",
		.strength = STRENGTH_MUST,
		.applies = ALL,
		.side = SIDE_PEER,
		.source = POLICY,
		.pass = "complete RIB without 12076 in a path of the peer",
		.fail = "12076 in a path of the peer",
		.inconclusive = "RIB not complete",
		.evidence = "AS paths of the peer",
		.how = FROM_BGP,
	},
	{
		.id = "X9",
		.title = "No traffic without a route",
		.text = "No traffic towards a destination that BGP does not announce (no static "
			"or default route).",
		.strength = STRENGTH_MUST,
		.applies = ALL,
		.side = SIDE_PEER,
		.source = POLICY,
		.pass = "a day of traffic whose destinations lie inside the other side's "
			"announcements, but for 100 packets",
		.fail = "100 packets of 3 flows to what the other side does not announce, "
			"first seen 60 s after its last withdrawal",
		.inconclusive = "RIB not complete, less than a day, or too many undeclared "
				"destinations",
		.evidence = "destinations against announcements",
		.how = FROM_BGP,
		.window_s = 24 * 3600,
	},
	{
		.id = "X10",
		.title = "Consistent announcements in all locations",
		.text = "The same announcements in all locations, unless agreed otherwise.",
		.strength = STRENGTH_SHOULD,
		.applies = ALL,
		.side = SIDE_PEER,
		.flags = REQ_ADVICE,
		.source = POLICY,
		.pass = "equal sets of prefixes across locations",
		.fail = "a prefix announced in one location only (advice)",
		.inconclusive = "RIB not complete, sessions of a location that differ, or one "
				"location",
		.evidence = "announcements per location",
		.how = FROM_BGP,
	},
	{
		.id = "X11",
		.title = "IPv4 and IPv6 sessions, one public /24",
		.text = "A session per address family in each location, and at least one public "
			"/24.",
		.strength = STRENGTH_SHOULD,
		.applies = ALL,
		.side = SIDE_BOTH,
		.source = POLICY,
		.pass = "both families established in each location",
		.fail = "one family missing for an hour, or no public /24 in a complete RIB "
			"(advice)",
		.inconclusive = "a session or link of the location not seen",
		.evidence = "sessions per address family",
		.how = FROM_BGP,
	},
	{
		.id = "X12",
		.title = "Routing registry and RPKI",
		.text = "Prefixes are registered in an IRR, the peer follows MANRS; "
			"RPKI-invalid routes may be removed.",
		.strength = STRENGTH_SHOULD,
		.applies = ALL,
		.side = SIDE_PEER,
		.source = POLICY,
		.pass = "complete RIB, no announcement RPKI-invalid (RFC 6811; not found is none), "
			"and "
			"each registered for its origin, itself or by a shorter route object",
		.fail = "an RPKI-invalid or unregistered announcement",
		.inconclusive = "RIB not complete, a snapshot missing, unreadable, or not of the "
				"time judged (RPKI 2 days, IRR 14 days)",
		.evidence = "announcements against data.irr and data.rpki",
		.how = FROM_BGP "; data.irr and data.rpki snapshots",
	},
	{
		.id = "X13",
		.title = "Prefix limits",
		.text = "The peer's limit for Microsoft's routes fits (voice: about 280 now, "
			"set 400 to 500; policy says 2000 and 500), and its own announcements "
			"stay below its declared maximum.",
		.strength = STRENGTH_MUST,
		.applies = ALL,
		.side = SIDE_PEER,
		.source = VOICE_PAGE "; " POLICY "; IP/faqs.md",
		.pass = "both counts below their limits",
		.fail = "a count above its limit, or a session closed with Cease/1 in the "
			"last day",
		.inconclusive = "RIB not complete, session down, or no maximum declared",
		.evidence = "prefix counts of both sides",
		.how = FROM_BGP,
	},
	{
		.id = "X14",
		.title = "Speed of a link",
		.text = "A link has at least 10 Gb/s (walkthroughs); the policy for Direct "
			"peering asks 100 Gb/s single mode.",
		.strength = STRENGTH_MUST,
		.applies = ALL,
		.side = SIDE_BOTH,
		.flags = REQ_IDENTITY,
		.source = "all walkthroughs (10 Gb/s); " POLICY " (100 Gb/s)",
		.pass = "every member's port runs at the limit or above",
		.fail = "a member declared or running below it",
		.inconclusive = "speed only declared: a capture or mirror port does not show "
				"the link's",
		.evidence = "speed that the tap's ports report, and the declared one",
		.how = "optical taps into ports of the links' own speed, or LLDP of both sides",
	},
	{
		.id = "X15",
		.title = "Augmentation at 40 %",
		.text = "At 40 % utilisation a LAG augmentation (45 to 60 days) must start; "
			"policy: upgrade when the peak passes 50 %.",
		.strength = STRENGTH_SHOULD,
		.applies = ALL,
		.side = SIDE_BOTH,
		.flags = REQ_ADVICE,
		.source = VOICE_PAGE " FAQ; " POLICY,
		.pass = "a day of load below both limits",
		.fail = "95th percentile of 5-minute means or highest minute above its limit on "
			"3 of 30 days (advice with the date first crossed)",
		.inconclusive = "less than a day seen",
		.evidence = "load of every link and direction, L1",
		.how = "a day of live traffic",
		.window_s = 24 * 3600,
	},
	{
		.id = "X16",
		.title = "Active-active geo-redundancy (strict voice)",
		.text = "Earlier voice text: geo-redundancy, BGP active-active, routers to "
			"circuits 1:1.",
		.strength = STRENGTH_SHOULD,
		.applies = VOICE,
		.side = SIDE_BOTH,
		.flags = REQ_STRICT_VOICE | REQ_STRICT_ONLY,
		.source = "older versions (2023-06) of the voice walkthrough",
		.pass = "as R10, and every location carries its share",
		.fail = "one location, or one that idles",
		.inconclusive = "sessions and shares not seen",
		.evidence = "sessions and traffic per location",
		.how = FROM_BGP,
		.window_s = 24 * 3600,
	},
	{
		.id = "X17",
		.title = "Two operator sites, cross-connected (strict voice)",
		.text = "Operator Connect and Teams Phone Mobile: no public Internet in "
			"production; two sites, cross-connected.",
		.strength = STRENGTH_SHOULD,
		.applies = VOICE,
		.side = SIDE_PEER,
		.flags = REQ_STRICT_VOICE | REQ_STRICT_ONLY,
		.source = "azure-docs communications-gateway/connectivity.md, "
			  "reliability-communications-gateway.md",
		.pass = "as R10",
		.fail = "one location",
		.inconclusive = "sessions not seen",
		.evidence = "sessions per location",
		.how = FROM_BGP,
	},
	{
		.id = "X18",
		.also = "media_",
		.title = "SBC hygiene",
		.text = "SIP over TLS 1.2 or newer only, certificate names as declared, OPTIONS "
			"every minute while idle, SRTP media on the documented ports.",
		.strength = STRENGTH_MUST,
		.applies = VOICE,
		.side = SIDE_PEER,
		.source = "OD direct-routing-*.md, azure-docs communication-services "
			  "direct-routing",
		.pass = "one full handshake with the right name and 24 h of cadence",
		.fail = "older TLS, clear SIP or media without authentication tag towards "
			"Microsoft, OPTIONS gap above 5 min while calls exist",
		.inconclusive = "TLS 1.3 hides the certificate, or joined mid-way",
		.evidence = "TLS handshakes, cadence and media of declared or confirmed SBCs",
		.how = "TLS metadata of SIP sessions (both directions tapped)",
		.window_s = 24 * 3600,
	},
	{
		.id = "X19",
		.title = "No leak of Microsoft's prefixes",
		.text = "The peer announces only its own or its customers' space.",
		.strength = STRENGTH_MUST,
		.applies = ALL,
		.side = SIDE_PEER,
		.source = "walkthrough FAQ",
		.pass = "complete RIB without Microsoft's ASNs or space",
		.fail = "8075, 8068, 8069 in a path of the peer, or Microsoft space announced",
		.inconclusive = "RIB not complete",
		.evidence = "the peer's announcements",
		.how = FROM_BGP,
	},
	{
		.id = "M1",
		.also = "x15_",
		.title = "Ingress and egress traffic rates",
		.text = "Rates per connection, direction, class and subnet, as the portal's "
			"IngressTrafficRate and EgressTrafficRate.",
		.strength = STRENGTH_SHOULD,
		.applies = ALL,
		.side = SIDE_PROBE,
		.source = "IP/walkthrough-monitoring-telemetry.md [2025-04]; "
			  "Microsoft.Peering/peerings",
		.pass = "analysed bytes agree with the ports' own counters within 0.1 % and the "
			"limits of X15 hold",
		.fail = "the limits of X15 are passed on 3 days",
		.inconclusive = "a member without counters, counters that disagree, or less "
				"than a minute",
		.evidence = "analysed bytes against the ports' counters",
		.how = "live ports; a capture has no counters of its own",
	},
	{
		.id = "M2",
		.title = "BGP session availability",
		.text = "Share of time that each session is up, as the portal's "
			"SessionAvailability.",
		.strength = STRENGTH_SHOULD,
		.applies = ALL,
		.side = SIDE_BOTH,
		.flags = REQ_AVAILABILITY,
		.source = "IP/walkthrough-monitoring-telemetry.md [2025-04]",
		.pass = "99.9 % of 24 h or the declared target, maintenance left out; "
			"outages and the 30-day budget are listed",
		.fail = "outages outside maintenance use up the day's budget",
		.inconclusive = "less than 95 % of a day seen, one direction only, or outages not "
				"listed",
		.evidence = "state of every BGP session",
		.how = FROM_BGP,
		.window_s = 24 * 3600,
	},
	{
		.id = "M3",
		.also = "media_",
		.title = "Packet drops",
		.text = "Packets lost before and after the tap, as the portal's PacketDropRate.",
		.strength = STRENGTH_SHOULD,
		.applies = ALL,
		.side = SIDE_BOTH,
		.flags = REQ_AVAILABILITY | REQ_SLOW_PROTOCOL,
		.source = "IP/walkthrough-monitoring-telemetry.md [2025-04]; OD "
			  "prepare-network.md",
		.pass = "95 % of 100 windows of 15 s with 5000 RTP packets keep the media limits",
		.fail = "3 violating windows in an hour on one side",
		.inconclusive =
			"too few windows of the last day on a primary or redundant link, or the "
			"probe's own loss could have made what was found",
		.evidence = "sequence gaps of media and TCP",
		.how = "media traffic while streams are measured",
		.window_s = 3600,
	},
	{
		.id = "M4",
		.title = "Flap events",
		.text = "Sessions, BFD, members and registered prefixes that go and come, as "
			"the portal's FlapCounts.",
		.strength = STRENGTH_SHOULD,
		.applies = ALL,
		.side = SIDE_BOTH,
		.flags = REQ_AVAILABILITY,
		.source = "IP/walkthrough-monitoring-telemetry.md [2025-04]",
		.pass = "none outside maintenance in 24 h of sessions, BFD sessions and "
			"members",
		.fail = "3 in 24 h, or 2 of a session in 10 min, outside maintenance",
		.inconclusive = "one or two, or less than 95 % of a day seen",
		.evidence = "transitions with their cause",
		.how = FROM_BGP "; " FROM_LACP,
		.window_s = 24 * 3600,
	},
	{
		.id = "M5",
		.also = "media_",
		.title = "Latency",
		.text = "Median of the peer's half of the round trip per prefix and hour, as "
			"the portal's RegisteredPrefixLatency.",
		.strength = STRENGTH_SHOULD,
		.applies = ALL,
		.side = SIDE_PEER,
		.source = "IP/walkthrough-monitoring-telemetry.md [2025-04]; PS/about.md",
		.pass = "30 samples per prefix and hour with a median below the target",
		.fail = "above it in 3 of 24 hours; never without a declared target",
		.inconclusive = "fewer samples, a declared prefix not measured, an eighth of fewer "
				"hours above it, or no target declared: then the value alone",
		.evidence = "handshakes, STUN and ICMP pairs split at the tap",
		.how = "new connections of the prefix while both directions are tapped",
		.window_s = 24 * 3600,
	},
	{
		.id = "M6",
		.title = "Received routes",
		.text = "The routes that Microsoft receives, in the portal's record shape.",
		.strength = STRENGTH_SHOULD,
		.applies = ALL,
		.side = SIDE_PEER,
		.source = "IP/walkthrough-monitoring-telemetry.md [2025-04]",
		.pass = "complete RIB on all sessions, registered set present, X2 to X4 hold, "
			"count below the declared maximum",
		.fail = "missing, extra with 8075:8007, origin change, or maximum exceeded",
		.inconclusive = "RIB inferred or broken, or no registered prefix declared",
		.evidence = "the peer's announcements on all sessions",
		.how = FROM_BGP,
	},
};

#undef ISP
#undef VOICE
#undef RS
#undef ALL
