/* Fields of the records that tell of the path. */
#include "store/field_rows.h"
#include "store/fields.h"
#include "store/model.h"

const struct record_field fields_latency[] = {
	HEAD(rec_latency),
	TEXT(rec_latency, scope, "link:NAME, subnet:PREFIX or sbc:NAME"),
	TEXT(rec_latency, side, "peer or msft: tap to hosts of that side and back"),
	U64(rec_latency, until_us, "us", "end of the whole minute that the next five tell of"),
	U64(rec_latency, count, "samples",
            "headline methods (no think time), last whole minute; since start before one"),
	F64(rec_latency, p50_us, "us", "the same"),
	F64(rec_latency, p95_us, "us", "the same"),
	F64(rec_latency, p99_us, "us", "the same"),
	F64(rec_latency, min_us, "us", "the same"),
	U64(rec_latency, total_count, "samples", "headline methods, since start"),
	F64(rec_latency, total_p50_us, "us", "the same"),
	F64(rec_latency, total_p95_us, "us", "the same"),
	F64(rec_latency, total_p99_us, "us", "the same"),
	F64(rec_latency, total_min_us, "us", "the same"),
	TEXT(rec_latency, methods, "every method with count and median, since start"),
	TEXT(rec_latency, hours, "whole clock hours: start in s, count, median in us"),
	TEXT(rec_latency, clock_source, "what the times were taken with"),
	U64(rec_latency, clock_resolution_ns, "ns", "its resolution"),
	U64(rec_latency, clock_error_ns, "ns",
            "bound of its error, with the longest turn of a worker in the last interval"),
	F64(rec_latency, loss_ratio, "ratio", "lost by the probe itself, last interval"),
	F64(rec_latency, coverage_ratio, "ratio", "analysed of offered, last interval"),
	END,
};

const struct record_field fields_loss[] = {
	HEAD(rec_loss),
	TEXT(rec_loss, scope, "link:NAME, subnet:PREFIX or sbc:NAME"),
	TEXT(rec_loss, side, "peer or msft: where it was lost"),
	U64(rec_loss, last_us, "us", "last interval with something to count"),
	U64(rec_loss, packets, "packets", "RTP sent by the side and seen, total"),
	U64(rec_loss, lost, "packets", "RTP of it missing from its sequence, total"),
	U64(rec_loss, duplicates, "packets", "RTP of it seen twice"),
	U64(rec_loss, reordered, "packets", "RTP of it overtaken"),
	F64(rec_loss, loss_ratio, "ratio", "lost of packets and lost"),
	F64(rec_loss, jitter_mean_us, "us", "interarrival jitter of its streams, last interval"),
	F64(rec_loss, jitter_max_us, "us", "the same, worst stream"),
	TEXT(rec_loss, clock_source, "what the times under jitter were taken with"),
	U64(rec_loss, clock_resolution_ns, "ns", "its resolution"),
	U64(rec_loss, clock_error_ns, "ns",
            "bound of jitter's error, with the longest turn of a worker in the last interval"),
	U64(rec_loss, windows, "windows", "of 15 s with enough media to judge, since start"),
	U64(rec_loss, windows_over, "windows", "of them over a limit of loss, burst or jitter"),
	U64(rec_loss, windows_over_hour, "windows",
            "the most over in one clock hour, of the last 24"),
	U64(rec_loss, windows_doubtful, "windows",
            "not over, but within the clock's error of the limit of jitter"),
	U64(rec_loss, windows_doubtful_hour, "windows",
            "the most over or doubtful in one clock hour, of the last 24"),
	U64(rec_loss, window_over_us, "us", "end of the last one over; 0: none"),
	F64(rec_loss, window_worst_ratio, "ratio", "highest loss of a judged window"),
	U64(rec_loss, tcp_from_packets, "packets", "TCP segments with data sent by the side"),
	U64(rec_loss, tcp_from_lost, "packets", "of these, lost before the tap"),
	U64(rec_loss, tcp_to_packets, "packets", "TCP segments with data sent to the side"),
	U64(rec_loss, tcp_to_lost, "packets", "of these, lost after the tap"),
	F64(rec_loss, tcp_from_loss_ratio, "ratio", "tcp_from_lost of tcp_from_packets"),
	F64(rec_loss, tcp_to_loss_ratio, "ratio", "tcp_to_lost of tcp_to_packets"),
	U64(rec_loss, goodput_bytes, "bytes",
            "TCP payload of the side, each byte once however often it was sent, total"),
	F64(rec_loss, goodput_bps, "bps", "the same, last interval"),
	U64(rec_loss, goodput_segments, "packets", "segments that goodput_bps stands on"),
	U64(rec_loss, retransmissions, "packets", "TCP sent again by the side, any reason"),
	U64(rec_loss, spurious, "packets", "of these, what the receiver had"),
	U64(rec_loss, out_of_order, "packets", "TCP of the side overtaken on its way here"),
	U64(rec_loss, duplicate_acks, "packets", "acknowledgements that it repeated"),
	U64(rec_loss, zero_window, "packets", "segments by which it closed its window"),
	U64(rec_loss, resets, "packets", "RST that it sent"),
	U64(rec_loss, unsided, "packets", "retransmissions whose side could not be told"),
	U64(rec_loss, unseen, "packets", "its segments acknowledged that the tap never saw"),
	U64(rec_loss, copies, "packets", "its frames that a mirror port showed twice"),
	U64(rec_loss, ecn_ce, "packets", "its segments marked Congestion Experienced"),
	F64(rec_loss, lost_pps, "pps", "lost on this side, media and TCP, last interval"),
	F64(rec_loss, lost_bps, "bps", "the same, estimated by the mean packet"),
	F64(rec_loss, probe_loss_ratio, "ratio", "lost by the probe itself, last interval"),
	F64(rec_loss, coverage_ratio, "ratio", "analysed of offered, last interval"),
	END,
};

#define HALVES(text, index)                                                                     \
	BOTH(U64, rec_halves, text "_flows", kind[index].flows, "flows",                        \
	     text " flows of one way only; where there are more than fit, estimated"),          \
		BOTH(BOOL, rec_halves, text "_cut", kind[index].cut, "",                        \
	             "more than fit: those with tokens below bound are all here"),              \
		BOTH(U64, rec_halves, text "_bound", kind[index].bound, "", "see cut"),         \
		BOTH(TEXT, rec_halves, text "_tokens", kind[index].tokens, "",                  \
	             "token, packets, bytes, segments sent again, first and last packet in ms " \
	             "before until_us; comma-separated")

const struct record_field fields_halves[] = {
	HEAD(rec_halves),
	TEXT(rec_halves, link, "link"),
	U64(rec_halves, until_us, "us", "end of the window, the same on every probe"),
	U64(rec_halves, window_us, "us", "its length; 0: since start"),
	TEXT(rec_halves, contract, "whose key made the tokens"),
	HALVES("tcp", 0),
	HALVES("media", 1),
	END,
};

#define ASYMMETRY(text, index)                                                                  \
	BOTH(U64, rec_asymmetry, text "_one_way", kind[index].flows, "flows",                   \
	     text " flows of one way only on this link"),                                       \
		BOTH(U64, rec_asymmetry, text "_samples", kind[index].samples, "flows",         \
	             "of them looked for on the other links"),                                  \
		BOTH(F64, rec_asymmetry, text "_found_ratio", kind[index].found_ratio, "ratio", \
	             "of the samples: their other half passes another link"),                   \
		BOTH(F64, rec_asymmetry, text "_error_ratio", kind[index].error_ratio, "ratio", \
	             "half-width of its 95 % interval"),                                        \
		BOTH(TEXT, rec_asymmetry, text "_where", kind[index].where, "",                 \
	             "the links of the other halves, with their shares")

const struct record_field fields_asymmetry[] = {
	HEAD(rec_asymmetry),
	TEXT(rec_asymmetry, link, "link"),
	TEXT(rec_asymmetry, site, "its site"),
	U64(rec_asymmetry, until_us, "us", "end of the window that is told of"),
	U64(rec_asymmetry, window_us, "us", "its length; 0: since start"),
	ASYMMETRY("tcp", 0),
	ASYMMETRY("media", 1),
	END,
};
