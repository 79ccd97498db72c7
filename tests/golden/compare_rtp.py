#!/usr/bin/env python3
"""Compare the RTP streams of `pniscope analyze --json` with tshark's over real captures.

  compare_rtp.py PNISCOPE CAPTURES [--show] [--only SUBSTRING]

CAPTURES/truth/rtp_streams.tsv holds tshark's streams, rtp_sequence.tsv what their sequence numbers
say. A stream is truth when signalling set it up, when nDPI calls its flow RTP, or when its capture is
one of media and it has four packets in sequence. Such a stream must be found, with the same packets
and loss, and with jitter within 1 %. What we find and tshark does not is a false stream, and so is
any stream in a capture of other traffic. Legs must add up to the streams.
Every difference must be in KNOWN, with its reason in
docs/truth.md; one that is there and agrees is a stale entry. Both are mistakes: exit 1.
"""
import collections
import sys

from captures import Captures

JITTER = 0.01       # of the value
ROUNDING_MS = 0.002  # tshark prints three digits of a millisecond
PROOF = 4           # packets in sequence: fewer prove nothing

# {file: {ssrc: what}}; the reasons are rows of docs/truth.md
ALL = ("packets", "lost", "sequence_packets", "sequence_lost")
JITTER_ONLY = ("jitter_max", "jitter_mean")
DIFFER = {
    "asterisk-testsuite/ulaw-2013785496.pcap": {"0x34d01d16": JITTER_ONLY},
    "asterisk-testsuite/ulaw-3125894607.pcap": {"0x69fe0897": JITTER_ONLY},
    "ntop-nDPI/FAX-Call-t38-CA-TDM-SIP-FB-1.pcap": {"0x17d90134": ("jitter_max",),
                                                    "0x0eaf0eaf": ("packets", "sequence_packets")},
    "odedshimon-BruteShark/FAX-Call-t38-CA-TDM-SIP-FB-1.pcap": {"0x17d90134": JITTER_ONLY,
                                                                "0x0eaf0eaf": ALL + JITTER_ONLY},
    "ntop-nDPI/stun_google_meet.pcapng": {"0x00000000": ALL},
    "ntop-nDPI/stun_signal.pcapng": {"0x000007dd": ALL},
}
KNOWN = {(file, ssrc, what) for file, streams in DIFFER.items() for ssrc, whats in streams.items() for what in whats}


def key_of(r):
    return r["src"], int(r["src_port"]), r["dst"], int(r["dst_port"]), r["ssrc"].lower()


def of_ndpi(captures):
    """{file: {endpoint pairs of flows that nDPI calls RTP}}"""
    flows = collections.defaultdict(set)
    for r in captures.table("ndpi_flows"):
        if "RTP" in r["ndpi_protocol"].split("/")[-1].split("."):
            ends = (r["a"], int(r["a_port"])), (r["b"], int(r["b_port"]))
            flows[r["file"]].add(frozenset(ends))
    return flows


def read_truth(captures):
    """{file: {key: row}}; what signalling set up goes before what heuristics found."""
    files = collections.defaultdict(dict)
    for r in captures.table("rtp_streams"):
        known = files[r["file"]].get(key_of(r))
        if not known or r["mode"] == "setup":
            files[r["file"]][key_of(r)] = r
    for r in captures.table("rtp_sequence"):
        row = files[r["file"]].get(key_of(r))
        if row:
            row["sequence"] = r
    return files


def is_truth(row, media, ndpi):
    if row["mode"] == "setup":
        return True
    if frozenset(((row["src"], int(row["src_port"])), (row["dst"], int(row["dst_port"])))) in ndpi:
        return True
    return media and int(row["packets"]) >= PROOF


def near(us, ms):
    return abs(us / 1000 - ms) <= max(JITTER * ms, ROUNDING_MS)


def differences(row, ours):
    """What of a stream differs: [(what, theirs, ours)]."""
    out = []
    if ours["packets"] != int(row["packets"]):
        out.append(("packets", row["packets"], ours["packets"]))
    if ours["lost_cumulative"] != int(row["lost"]):
        out.append(("lost", row["lost"], ours["lost_cumulative"]))
    if float(row["min_jitter_ms"]) >= 0:
        for what in ("max", "mean"):
            us, ms = ours[f"jitter_{what}_us"], float(row[f"{what}_jitter_ms"])
            if us is None or not near(us, ms):
                out.append((f"jitter_{what}", ms, us and us / 1000))
    seq = row.get("sequence")
    if seq:
        for what, theirs in (("lost", seq["lost"]), ("packets", seq["unique"]), ("reordered", seq["reordered"])):
            mine = ours["packets"] - ours["duplicates"] if what == "packets" else ours[what]
            if mine != int(theirs):
                out.append((f"sequence_{what}", theirs, mine))
    return out


def totals(items):
    return sum(i["packets"] for i in items), sum(i["lost"] for i in items)


class Tally:
    def __init__(self, show):
        self.show, self.bad, self.agreed, self.total, self.used = show, 0, 0, 0, set()

    def tell(self, file, key, what, text):
        mark = (file, key[4], what)
        known = mark in KNOWN
        self.used.add(mark)
        self.bad += not known
        if not known or self.show:
            print("known " if known else "WRONG ", file, *key, what, text)


def compare_file(file, ours, truth, media, ndpi, tally):
    ours = {key_of(s): s for s in ours}
    for key, row in truth.items():
        if not is_truth(row, media, ndpi):
            continue
        tally.total += 1
        if key not in ours:
            tally.tell(file, key, "missing", f"{row['mode']} {row['packets']} packets")
            continue
        found = differences(row, ours[key])
        tally.agreed += not found
        for what, theirs, mine in found:
            tally.tell(file, key, what, f"tshark {theirs}, ours {mine}")
    for key, s in ours.items():
        if key not in truth or not (media or is_truth(truth[key], media, ndpi)):
            tally.tell(file, key, "false", f"{s['packets']} packets, type {s['payload_type']}, by {s['found_by']}")


def main():
    captures = Captures(__doc__, "rtp_streams")
    truth, ndpi, tally = read_truth(captures), of_ndpi(captures), Tally(captures.show)
    for r, result in captures.analyzed(captures.table("MANIFEST", under="")):
        file = r["file"]
        if totals(result["rtp"]) != totals(result["legs"]):
            print("WRONG ", file, "legs have", totals(result["legs"]), "streams", totals(result["rtp"]))
            tally.bad += 1
        compare_file(file, result["rtp"], truth.get(file, {}), r["category"] in ("rtp", "stun", "sip"),
                     ndpi[file], tally)
    if not captures.only:
        for stale in KNOWN - tally.used:
            print("WRONG  agrees and is listed as known:", *stale)
            tally.bad += 1
    print(f"rtp: {tally.agreed} of {tally.total} streams agree in packets, loss, order and jitter")
    return 1 if tally.bad or captures.failed else 0


sys.exit(main())
