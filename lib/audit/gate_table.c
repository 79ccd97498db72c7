#include "audit/gate_table.h"

#include <assert.h>

#include "audit/gate.h"

#define AT(member) offsetof(struct input_probe, member)
#define OWN(member) AT(own.member)
#define BUSY "pniscope probes: more lcores or queues when busy, larger buffers when bursty"
#define FLOWS "raise probe.flows"

const struct gate_row gate_table[] = {
	/* frames that nobody looked at: whatever they held */
	{"missed", "frames that the ports lost (missed, no_mbuf)", AT(lost), AT(offered),
         GATE_SHARE, "frames offered",
         "R3/sources R4/match R5 R7 R8/share X9/to- X15 X16/share X18 M1/load M3 M4",
         "R2/connection R5 R7 R8/share R9/capacity X6/connection X16/share X18/options M2 M3 M4",
         "R11 X1 X11", BUSY},
	{"direction_unknown", "frames of a mirror port that neither side sent",
         OWN(direction_unknown), AT(offered), GATE_SHARE, "frames offered",
         "R3/sources R4/match R5 R7 R8/share X9/to- X15 X16/share M1/load M3",
         "R5 R7 R8/share X16/share", "", "name the routers' MACs: `direction` of the port"},
	/* punted frames that the inspector did not get */
	{"punt_control_drops", "control frames dropped before the inspector", AT(control_drops), 0,
         GATE_FEW, "", "R5 M4", "R5", "R11 X1 X11", BUSY},
	{"punt_bulk_drops", "SIP, TLS, DNS and ICMP frames dropped before the inspector",
         OWN(punt_bulk_drops), OWN(punt_bulk), GATE_SHARE, "frames punted", "X18", "X18/options",
         "", BUSY},
	/* the flow table */
	{"flows_refused", "packets that found no place in the flow table",
         OWN(shortage.flows_refused), AT(offered), GATE_SHARE, "frames offered",
         "R3/sources R4/match R5 R7 X18/media X18/ports M3", "R5 R7", "", FLOWS},
	{"flows_evicted", "flows pushed out by newer ones", OWN(flows_evicted), OWN(flows_created),
         GATE_SHARE, "flows", "R4/match R5 R7 X18/media M3", "R5 R7", "", FLOWS},
	{"flows_evicted", "flows pushed out, which count again when they go on", OWN(flows_evicted),
         OWN(flows_created), GATE_MOST, "flows", "",
         "R3/sources R4/class R4/sources X9/to- X18/media", "", FLOWS},
	{"meter_overflows", "packets that no subnet or class counts", OWN(shortage.meter_overflows),
         AT(offered), GATE_SHARE, "frames offered", "R3/sources R4/match X9/to- X18/media M3", "",
         "", "declare fewer subnets on one probe, or tap the links by several"},
	{"fragments_forgotten", "datagrams whose later fragments have no class",
         OWN(shortage.fragments_forgotten), AT(offered), GATE_SHARE, "frames offered", "R4/match",
         "", "", "find who sends so many fragments: pniscope classes"},
	{"endpoints_overflow", "feedings that found no endpoint entry", OWN(endpoints_overflow), 0,
         GATE_ANY, "", "R5", "", "",
         "turns no verdict on sources: what no entry covers counts as not proven (R3, X9)"},
	/* TCP and media */
	{"segments_refused", "TCP segments whose connection found no room",
         OWN(shortage.segments_refused), AT(offered), GATE_SHARE, "frames offered", "R5 R7",
         "R5 R7", "", FLOWS},
	{"holes_untracked", "gaps in TCP whose loss has no side", OWN(shortage.holes_untracked),
         AT(offered), GATE_SHARE, "frames offered", "R7", "R7", "", FLOWS},
	{"streams_refused", "RTP packets whose stream found no room", OWN(shortage.streams_refused),
         AT(offered), GATE_SHARE, "frames offered", "R7 X18/ports M3", "R7", "", FLOWS},
	{"streams_overflow", "reports of RTP streams that found no room", OWN(streams_overflow), 0,
         GATE_ANY, "", "X18/ports", "", "", FLOWS},
	{"expectations_evicted", "announced media given up before it came",
         OWN(shortage.expectations_evicted), 0, GATE_ANY, "", "", "", "",
         "turns no verdict: such a stream is told by its behaviour"},
	{"expectations_dropped", "announced media that a worker did not hear of",
         OWN(expectations_dropped), 0, GATE_ANY, "", "", "", "",
         "turns no verdict: such a stream is told by its behaviour"},
	{"quality_overflow", "counts of loss that found no room", OWN(quality_overflow), 0,
         GATE_ANY, "", "R7 M3", "R7", "", "declare fewer subnets on one probe"},
	{"latency_overflow", "round trips that count under their link alone",
         AT(rec.latency_overflow), AT(round_trips), GATE_MOST, "round trips", "M5", "M5", "",
         "declare fewer subnets on one probe"},
	/* the inspector */
	{"conversations_forgotten", "talks of two ports given up for newer ones",
         OWN(inspector_shortage.conversations_forgotten), 0, GATE_ANY, "", "X18/tls", "X18/options",
         "", "find who floods: pniscope endpoints --sort flows"},
	{"buffers_full", "bytes of TCP that found no room to wait for those before",
         OWN(inspector_shortage.buffers_full), 0, GATE_ANY, "", "X18/tls", "X18/options", "",
         "find who floods: pniscope endpoints --sort flows"},
	{"waiting_refused", "half messages that found no memory to wait in",
         OWN(inspector_shortage.waiting_refused), 0, GATE_ANY, "", "X18/tls", "X18/options", "",
         "find who floods: pniscope endpoints --sort flows"},
	{"calls_forgotten", "SIP calls given up for newer ones",
         OWN(inspector_shortage.calls_forgotten), 0, GATE_ANY, "", "", "X18/options", "",
         "find who floods: pniscope endpoints --sort flows"},
	/* routes without attributes stand as long as their session: counted since the start */
	{"bgp_attributes_refused", "routes whose attributes found no room",
         AT(rec.inspector_shortage.bgp_attributes_refused), 0, GATE_ANY, "",
         "R3/announced R8/preference X2 X4 X5 X8 X12 X19 M6",
         "R8/preference X2 X4 X5 M6/registered M6/origin", "",
         "fewer routes on one probe: it holds attributes for some hundred thousand"},
	{"bgp_connections_forgotten", "TCP connections of BGP given up for newer ones",
         OWN(inspector_shortage.bgp_connections_forgotten), 0, GATE_ANY, "", "M4",
         "R2/connection X6/connection M2 M4", "",
         "find who floods TCP 179: pniscope endpoints --class bgp"},
	{"bgp_sessions_forgotten", "sessions of no contract given up for newer ones",
         OWN(inspector_shortage.bgp_sessions_forgotten), 0, GATE_ANY, "", "", "", "",
         "turns no verdict: declared sessions are never given up"},
	{"bfd_sessions_forgotten", "quiet BFD sessions given up for newer ones",
         OWN(inspector_shortage.bfd_sessions_forgotten), 0, GATE_ANY, "", "M4/bfd", "", "X1",
         "find who floods UDP 3784: pniscope endpoints --class bfd"},
	{"bfd_packets_refused", "BFD packets of sessions that found no room",
         OWN(inspector_shortage.bfd_packets_refused), 0, GATE_ANY, "", "M4/bfd", "", "X1",
         "find who floods UDP 3784: pniscope endpoints --class bfd"},
	/* what people read of it */
	{"facts_lost", "events that found no room on their way to Redis",
         OWN(inspector_shortage.facts_lost), 0, GATE_ANY, "", "", "", "",
         "turns no verdict: verdicts stand on records, events are for people"},
	{"spool_dropped", "events lost while Redis was away", OWN(spool_dropped), 0, GATE_ANY, "",
         "", "", "", "turns no verdict: verdicts stand on records, events are for people"},
};

enum { ROWS = sizeof gate_table / sizeof gate_table[0] };
static_assert(ROWS < 63, "a bit each in gate.told");
static_assert(2 * ROWS <= GATE_COUNTERS, "lost and of");
const size_t gate_table_count = ROWS;
