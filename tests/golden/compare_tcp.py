#!/usr/bin/env python3
"""Compare what `pniscope analyze --json --flows` says of TCP with tshark's counts over real captures.

  compare_tcp.py PNISCOPE CAPTURES [--show] [--only SUBSTRING]

CAPTURES/truth/tcp_totals.tsv and tcp_streams.tsv hold what tshark counts. Asked for, else exit 1:
- the time from SYN to first ACK within 1 % or 1 us in 99 % of the streams where tshark has one, and none where it has none;
- retransmissions, mirror copies counted in (tshark calls them that), within 2 % over all captures, those of tshark's out-of-order segments
  that were sent or shown again put where they belong: AGAIN, which tcp_again.py counts where there is a tshark;
- every capture whose retransmissions or out-of-order segments differ from tshark's is in KNOWN, with its reason in docs/truth.md; one
  that is there and agrees is a stale entry;
- goodput of connections seen whole and without loss equal to their payload, each way;
- echo replies in icmp_echo_rtt.tsv: as many round trips, the least to the microsecond, the median within 2 % (a bucket is 1.6 % wide).
"""
import collections
import sys

import tcp_again
from captures import Captures

# (ours, tshark's); the reasons are rows of docs/truth.md
KNOWN = {
    "OISF-suricata-verify/bug-4376__syn_retransmit_with_ts.pcap": {"retrans": (19, 18), "out_of_order": (0, 1)},
    "blitz-tcptrace/discard.solaris.pcap": {"retrans": (117, 105), "out_of_order": (0, 12)},
    "blitz-tcptrace/dsack.pcap": {"retrans": (7, 3), "out_of_order": (0, 4)},
    "cisco-mercury/capture2.pcap": {"retrans": (1040, 1003), "out_of_order": (1, 29)},
    "ntop-nDPI/fuzz-2006-06-26-2594.pcap": {"retrans": (5, 8), "out_of_order": (0, 2)},
    "ntop-nDPI/no_sni.pcap": {"retrans": (3, 2), "out_of_order": (0, 1)},
    "snabbco-snabb/sanitized4k_truncated128.pcap": {"retrans": (2, 0), "out_of_order": (4, 6)},
}
# of tshark's out-of-order segments, those that were overtaken by nothing, by tcp_again.py
AGAIN = {
    "OISF-suricata-verify/bug-4376__syn_retransmit_with_ts.pcap": 1,
    "blitz-tcptrace/discard.solaris.pcap": 12,
    "blitz-tcptrace/dsack.pcap": 4,
    "cisco-mercury/capture2.pcap": 28,
    "ntop-nDPI/fuzz-2006-06-26-2594.pcap": 2,
    "ntop-nDPI/no_sni.pcap": 1,
    "snabbco-snabb/sanitized4k_truncated128.pcap": 1,
}
# `tcp.by_tshark` is counted by tshark's own rules; (ours, tshark's)
BY_RULE = {"retrans": "retransmissions", "fast_retrans": "fast_retransmissions", "spurious": "spurious_retransmissions",
           "out_of_order": "out_of_order", "keep_alive": "keep_alives"}
KNOWN_BY_RULE = {
    "cisco-mercury/capture2.pcap": {"retrans": (1001, 1003), "fast_retrans": (2, 4), "out_of_order": (31, 29)},
    "ntop-nDPI/rtsp.pcap": {"retrans": (266, 259), "fast_retrans": (72, 83)},
}
KNOWN_ECHO = {"snabbco-snabb/broadcast.pcap"}
COLUMNS = ("retrans", "out_of_order")
NOT_CLEAN = ("retrans", "out_of_order", "lost_segment", "ack_lost", "rst")


def ends(a, a_port, b, b_port):
    return tuple(sorted([(a, int(a_port)), (b, int(b_port))]))


def close(ours_us, theirs_ms):
    theirs_us = theirs_ms * 1000
    return abs(ours_us - theirs_us) <= max(1.0, 0.01 * theirs_us)


def moved_by(name, column):
    again = AGAIN.get(name, 0)
    return again if column == "retrans" else -again


class Comparison:
    def __init__(self, show):
        self.show = show
        self.mistakes = []
        self.sums = collections.Counter()
        self.rtt = collections.Counter()
        self.differing = {}
        self.agreeing = set()

    def totals(self, name, theirs, tcp):
        ours = {"retrans": tcp["retransmissions"] + tcp["copies"], "out_of_order": tcp["out_of_order"]}
        for column in COLUMNS:
            self.sums["ours", column] += ours[column]
            self.sums["theirs", column] += int(theirs[column])
            self.sums["moved", column] += moved_by(name, column)
        self.sums["copies"] += tcp["copies"]
        differs = {c: (ours[c], int(theirs[c])) for c in COLUMNS if ours[c] != int(theirs[c])}
        if differs:
            self.differing[name] = differs
        else:
            self.agreeing.add(name)

    def by_rule(self, name, theirs, ours):
        differs = {c: (ours[k], int(theirs[c])) for c, k in BY_RULE.items() if ours[k] != int(theirs[c])}
        for column in COLUMNS:
            self.sums["by rule", column] += ours[BY_RULE[column]]
        self.sums["by rule equal"] += not differs
        if differs != KNOWN_BY_RULE.get(name, {}):
            self.mistakes.append(f"{name}: by tshark's rules otherwise than explained: {differs}")

    def recount(self, name, path, theirs):
        if int(theirs["out_of_order"]) and tcp_again.is_available():
            self.sums["recounted"] += 1
            if tcp_again.count(path) != AGAIN.get(name, 0):
                self.mistakes.append(f"{name}: {tcp_again.count(path)} of tshark's out-of-order segments were overtaken by nothing")

    def handshakes(self, name, streams, flows):
        """In order of their first packets, streams of the same ends are the same flows."""
        mine = collections.defaultdict(list)
        for f in flows:
            if f["proto"] == "tcp":
                mine[ends(f["a"], f["a_port"], f["b"], f["b_port"])].append(f)
        for s in streams:
            queue = mine[ends(s["a"], s["a_port"], s["b"], s["b_port"])]
            flow = queue.pop(0) if queue else None
            ours = flow["handshake_rtt_us"] if flow else None
            theirs = float(s["initial_rtt_ms"]) if s["initial_rtt_ms"] else None
            if theirs is None:
                self.rtt["only ours" if ours is not None else "neither"] += 1
                good = ours is None
            else:
                good = ours is not None and close(ours, theirs)
                self.rtt["equal" if good else "different"] += 1
            if flow and not any(int(s[c]) for c in NOT_CLEAN) and (s["syn"], s["fin"]) == ("2", "2"):
                self.goodput(name, s, flow)
            if not good and self.show:
                print(f"  {name} stream {s['stream']}: SYN to ACK {ours} us, tshark {theirs} ms")

    def goodput(self, name, stream, flow):
        """Of a whole connection in which nothing was lost it is the payload of either side."""
        same = (flow["a"], flow["a_port"]) == (stream["a"], int(stream["a_port"]))
        ours = [flow[f"{side}_goodput_bytes"] for side in ("ab" if same else "ba")]
        theirs = [int(stream["a_payload"]), int(stream["b_payload"])]
        self.sums["goodputs"] += 1
        if ours != theirs:
            self.mistakes.append(f"{name} stream {stream['stream']}: goodput {ours}, payload {theirs}")

    def echoes(self, results):
        for r, result in results:
            mine = [x for x in result["latency"] if x["method"] == "icmp" and x["scope"].startswith("link:")]
            count = sum(x["count"] for x in mine)
            least = min((x["min_us"] for x in mine), default=0)
            ours = f"{count} from {least:.0f} us"
            theirs = f"{r['replies']} from {float(r['min_ms']) * 1000:.0f} us"
            median = float(r["median_ms"]) * 1000
            good = ours == theirs and (len(mine) != 1 or abs(mine[0]["p50_us"] - median) <= max(1, 0.02 * median))
            self.sums["echo captures"] += 1
            self.sums["echo captures equal"] += good
            if not good and r["file"] not in KNOWN_ECHO:
                self.mistakes.append(f"{r['file']}: echo {ours}, tshark {theirs}, median {median}")
            elif good and r["file"] in KNOWN_ECHO:
                self.mistakes.append(f"{r['file']}: echoes agree, their explanation is stale")
        print(f"echo replies: {self.sums['echo captures equal']} of {self.sums['echo captures']} captures equal")

    def judge(self):
        compared = self.rtt["equal"] + self.rtt["different"]
        print(f"SYN to first ACK: {self.rtt['equal']} of {compared} streams within 1 % or 1 us; "
              f"{self.rtt['only ours']} that tshark has not, {self.rtt['neither']} without")
        if compared and self.rtt["equal"] < 0.99 * compared:
            self.mistakes.append("fewer than 99 % of the handshakes agree")
        print(f"goodput of {self.sums['goodputs']} whole clean connections compared with tshark's payload, each way")
        for column in COLUMNS:
            ours, theirs, moved = self.sums["ours", column], self.sums["theirs", column], self.sums["moved", column]
            print(f"{column}: {ours}, tshark {theirs}, with what was sent or shown again in its place {theirs + moved}"
                  + (f" ({self.sums['copies']} of ours are mirror copies)" if column == "retrans" else ""))
            ruled = self.sums["by rule", column]
            print(f"{column} by tshark's rules: {ruled}, tshark {theirs}")
            if column == "retrans" and abs(ruled - theirs) > 0.02 * theirs:
                self.mistakes.append("retransmissions by tshark's rules are more than 2 % off")
            if column == "retrans" and abs(ours - theirs - moved) > 0.02 * (theirs + moved):
                self.mistakes.append("retransmissions are more than 2 % off")
        print(f"by tshark's rules: {self.sums['by rule equal']} captures equal in every count, {len(KNOWN_BY_RULE)} differ as explained")
        print(f"captures: {len(self.agreeing)} agree, {len(self.differing)} differ")
        for name, differs in sorted(self.differing.items()):
            if self.show or name not in KNOWN:
                print(f"  {name}: " + ", ".join(f"{c} {o} tshark {t}" for c, (o, t) in differs.items()))
            if name not in KNOWN:
                self.mistakes.append(f"{name} differs and is not explained")
            elif KNOWN[name] != differs:
                self.mistakes.append(f"{name} differs otherwise than explained: {differs}")
        left = {n: d for n, d in self.differing.items() if any(o != t + moved_by(n, c) for c, (o, t) in d.items())}
        print(f"of these, otherwise than by what is sent or shown again: {', '.join(sorted(left)) or 'none'}")
        for name in sorted(set(KNOWN) & self.agreeing):
            self.mistakes.append(f"{name} agrees: its explanation is stale")


def main():
    captures = Captures(__doc__, "tcp_totals")
    streams = collections.defaultdict(list)
    for r in captures.table("tcp_streams"):
        streams[r["file"]].append(r)
    c = Comparison(captures.show)
    for row, result in captures.analyzed(captures.table("tcp_totals"), "--flows"):
        c.totals(row["file"], row, result["tcp"])
        c.by_rule(row["file"], row, result["tcp"]["by_tshark"])
        c.recount(row["file"], f"{captures.folder}/{row['file']}", row)
        c.handshakes(row["file"], streams[row["file"]], result["flows"]["list"])
    c.echoes(captures.analyzed(captures.table("icmp_echo_rtt")))
    c.judge()
    for m in c.mistakes:
        print(f"WRONG  {m}")
    return 1 if c.mistakes or captures.failed else 0


sys.exit(main())
