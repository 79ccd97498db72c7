#!/usr/bin/env python3
"""Compare `pniscope analyze --json --flows` with figures of other programs over real captures.

  compare_truth.py PNISCOPE CAPTURES [--show N] [--only SUBSTRING]

CAPTURES/truth holds what tshark counts (files.tsv, flows.tsv) and what nDPI calls the flows
(ndpi_flows.tsv). Three things must hold: every capture is read and its packets counted; the multiset
of TCP and UDP flows (innermost addresses, ports, packets and bytes each way) agrees in at least 99 % of
tshark's rows; no flow is called SIP, RTP or BGP where tshark dissects none (sip_messages.tsv,
rtp_streams.tsv, bgp_messages.tsv), and none of its BGP sessions and longer RTP streams is missed.
docs/truth.md explains the differences that remain. Exit 1 when one does not hold.
"""
import collections
import sys

from captures import Captures

FLOWS_WANTED = 0.99
CLASSES_WANTED = 0.97
TOTALS_ALLOWED = 3  # explained in docs/truth.md

# nDPI's names (before a dot: the application protocol) -> what we may call the same traffic
NDPI = {
    "SIP": {"sip"}, "RTP": {"rtp", "srtp"}, "RTCP": {"rtcp"}, "BGP": {"bgp"}, "DNS": {"dns"},
    "STUN": {"stun", "turn", "rtcp"} | {"rtp", "srtp", "dtls"}, "TLS": {"tls", "sip-tls", "dot"}, "DTLS": {"dtls", "srtp"}, "QUIC": {"quic", "dot"},
    "HTTP": {"http"}, "SSH": {"ssh"}, "NTP": {"ntp"}, "DHCP": {"dhcp"}, "DHCPV6": {"dhcp"},
    "MDNS": {"mdns"}, "LLMNR": {"mdns"}, "SNMP": {"snmp"}, "Syslog": {"syslog"},
    "Radius": {"radius"}, "IPSEC": {"ike", "esp"}, "GTP_U": {"gtp-u"}, "GTP_C": {"gtp-c"},
    "ICMP": {"icmp"}, "ICMPV6": {"icmp", "nd", "igmp"}, "IGMP": {"igmp"}, "BitTorrent": {"bittorrent"},
    "WireGuard": {"wireguard"}, "OpenVPN": {"openvpn"}, "SRTP": {"srtp", "rtp"}, "BFD": {"bfd"},
    "OSPF": {"ospf"}, "GRE": {"gre"}, "VRRP": {"vrrp"}, "sFlow": {"sflow"}, "NetFlow": {"ipfix"},
}
MEDIA = {"rtp", "srtp"}
RTP_PACKETS = 12  # a stream this long must be found


def flow_key(proto, a, a_port, b, b_port, a_sent, b_sent):
    """The same for either order of the ends; what was sent is (packets, bytes)."""
    one, two = (a, int(a_port), tuple(map(int, a_sent))), (b, int(b_port), tuple(map(int, b_sent)))
    return (proto,) + (one + two if one[:2] <= two[:2] else two + one)


def truth_flows(captures):
    flows = collections.defaultdict(collections.Counter)
    for r in captures.table("flows"):
        if r["proto"] in ("tcp", "udp"):
            flows[r["file"]][flow_key(r["proto"], r["a"], r["a_port"], r["b"], r["b_port"],
                                      (r["a_to_b_pkts"], r["a_to_b_bytes"]),
                                      (r["b_to_a_pkts"], r["b_to_a_bytes"]))] += 1
    return flows


def merge_udp(flows):
    """Rows of one UDP 5-tuple as one: tshark starts another conversation when an SDP body names one
    of its ports, by direction and again at each re-negotiation (docs/truth.md)."""
    merged = collections.Counter()
    sums = {}
    for row, count in flows.items():
        if row[0] == "tcp":
            merged[row] += count
            continue
        ends = (row[:3], row[4:6])
        a, b = sums.get(ends, ((0, 0), (0, 0)))
        sums[ends] = ((a[0] + row[3][0] * count, a[1] + row[3][1] * count),
                      (b[0] + row[6][0] * count, b[1] + row[6][1] * count))
    for (one, two), (a, b) in sums.items():
        merged[one + (a,) + two + (b,)] += 1
    return merged


def our_flows(result):
    """With the ends of those that have fragments."""
    flows, fragmented = collections.Counter(), set()
    for f in result["flows"]["list"]:
        if f["proto"] not in ("tcp", "udp"):
            continue
        key = flow_key(f["proto"], f["a"], f["a_port"], f["b"], f["b_port"],
                       (f["a_packets"], f["a_bytes"]), (f["b_packets"], f["b_bytes"]))
        flows[key] += 1
        if f["a_fragments"] + f["b_fragments"]:
            fragmented.add((key[:3], key[4:6]))
    return flows, fragmented


def without_bytes(flows, ends):
    """Flows between these ends as packets alone: of a datagram in fragments tshark counts the last
    frame's bytes, we those of all its frames."""
    plain = collections.Counter()
    for row, count in flows.items():
        if (row[:3], row[4:6]) in ends:
            row = row[:3] + (row[3][:1],) + row[4:6] + (row[6][:1],)
        plain[row] += count
    return plain


def ends_of(a, a_port, b, b_port):
    return frozenset({(a, str(a_port)), (b, str(b_port))})


class Check:
    def __init__(self, captures):
        self.captures, self.show = captures, captures.show
        self.bad = 0
        self.results = {}

    def complain(self, text):
        print("WRONG  " + text)
        self.bad += 1

    def read_all(self):
        for r, result in self.captures.analyzed(self.captures.table("files"), "--flows"):
            if result["capture"]["packets"] != int(r["packets"]):
                self.complain(f"{r['file']}: {result['capture']['packets']} packets, tshark {r['packets']}")
            self.results[r["file"]] = result
        count = len(self.results)
        print(f"captures: {count} of {count + self.captures.failed} read, packets compared with tshark's")

    def compare_flows(self):
        truth = truth_flows(self.captures)
        equal = total = extra = plain = plain_total = 0
        for name, result in self.results.items():
            ours, fragmented = our_flows(result)
            ours, theirs = without_bytes(ours, fragmented), truth[name]
            plain += sum((ours & without_bytes(theirs, fragmented)).values())
            plain_total += sum(theirs.values())
            theirs = without_bytes(merge_udp(theirs), fragmented)
            equal += sum((ours & theirs).values())
            total += sum(theirs.values())
            extra += sum((ours - theirs).values())
            if ours != theirs and self.show:
                self.print_difference(name, ours, theirs)
        share = equal / total if total else 1
        print(f"flows: {equal} of {total} rows of tshark equal ({share:.2%}), {extra} of ours are others; "
              f"{plain} of {plain_total} without joining its split UDP conversations")
        if share < FLOWS_WANTED:
            self.complain(f"flows: {share:.4%} is below {FLOWS_WANTED:.0%}")

    def print_difference(self, name, ours, theirs):
        print(f"  {name}: {sum((theirs - ours).values())} missing, {sum((ours - theirs).values())} extra")
        for sign, rows in (("-", theirs - ours), ("+", ours - theirs)):
            for row in sorted(rows.elements(), key=str)[:self.show]:
                print(f"    {sign} {row}")

    def compare_totals(self):
        """TCP segments, zero windows and ICMP types per capture."""
        icmp = collections.defaultdict(dict)
        for r in self.captures.table("icmp"):
            key = r["type"] if r["version"] == "4" else "v6-" + r["type"]
            icmp[r["file"]][key] = icmp[r["file"]].get(key, 0) + int(r["count"])
        rows = [(r["file"], "tcp", [int(r["tcp_frames"]), int(r["zero_window"])])
                for r in self.captures.table("tcp_totals")]
        rows += [(name, "icmp", types) for name, types in icmp.items()]
        rows = [r for r in rows if r[0] in self.results]
        different = []
        for name, kind, theirs in rows:
            ours = self.results[name][kind]
            ours = ours if kind == "icmp" else [ours["segments"], ours["zero_window"]]
            if ours != theirs:
                different.append(f"{name} {kind}: {ours}, tshark {theirs}")
        print(f"totals: TCP and ICMP equal in {len(rows) - len(different)} of {len(rows)} cases")
        for line in different[:self.show]:
            print("    " + line)
        if len(different) > TOTALS_ALLOWED:
            self.complain("totals: " + "; ".join(different))

    def compare_classes(self):
        agree = known = 0
        others = collections.Counter()
        for r in self.captures.table("ndpi_flows"):
            if r["file"] not in self.results:
                continue
            names = set(r["ndpi_protocol"].split("/", 1)[1].split("."))
            for f in self.flows_between(r):
                ours = set().union(*(NDPI.get(n, set()) for n in names))
                if not ours:
                    continue
                known += 1
                agree += f["class"] in ours
                if f["class"] not in ours:
                    others[(r["ndpi_protocol"], f["class"])] += 1
                    if self.show:
                        print(f"    {r['file']}: {f['proto']} {f['a']}:{f['a_port']} {f['b']}:{f['b_port']} "
                              f"{f['a_packets']}/{f['b_packets']} is {f['class']}, nDPI {r['ndpi_protocol']}")
        share = agree / known if known else 1
        print(f"classes: {agree} of {known} flows as nDPI calls them ({share:.2%}; wanted {CLASSES_WANTED:.0%})")
        for (theirs, ours), count in others.most_common(12):
            print(f"    {count} of nDPI's {theirs} are {ours} here")

    def compare_voice_and_routing(self):
        """False SIP, RTP or BGP are worse than unknown; missed ones are counted as well."""
        sip = {r["file"] for r in self.captures.table("sip_messages")}
        bgp, rtp = set(), collections.Counter()
        for r in self.captures.table("bgp_messages"):
            bgp.add((r["file"], ends_of(r["src"], r["src_port"], r["dst"], r["dst_port"])))
        for r in self.captures.table("rtp_streams"):
            key = (r["file"], ends_of(r["src"], r["src_port"], r["dst"], r["dst_port"]))
            rtp[key] = max(rtp[key], int(r["packets"]))
        found = collections.Counter()
        for name, result in self.results.items():
            classes = {}
            for f in result["flows"]["list"]:
                ends = ends_of(f["a"], f["a_port"], f["b"], f["b_port"])
                classes.setdefault((name, ends), set()).add(f["class"])
            for key, called in classes.items():
                found.update(called & ({"sip", "bgp"} | MEDIA))
                if ("sip" in called and name not in sip) or ("bgp" in called and key not in bgp) or \
                        (called & MEDIA and key not in rtp):
                    self.complain(f"{name}: {sorted(key[1])} is {called} here and not to tshark")
            for key in [k for k in bgp if k[0] == name and "bgp" not in classes.get(k, ())]:
                self.complain(f"{name}: BGP between {sorted(key[1])} is missed")
            for key, packets in rtp.items():
                if key[0] == name and packets >= RTP_PACKETS and not MEDIA & classes.get(key, set()):
                    self.complain(f"{name}: {packets} RTP packets between {sorted(key[1])} are missed")
        print("flows that tshark dissects alike: "
              + ", ".join(f"{count} {name}" for name, count in sorted(found.items())))

    def flows_between(self, r):
        ends = ends_of(r["a"], r["a_port"], r["b"], r["b_port"])
        return [f for f in self.by_ends(r["file"]).get((r["l4"].lower(), ends), [])]

    def by_ends(self, name):
        result = self.results[name]
        if "by_ends" not in result:
            index = collections.defaultdict(list)
            for f in result["flows"]["list"]:
                index[(f["proto"], ends_of(f["a"], f["a_port"], f["b"], f["b_port"]))].append(f)
            result["by_ends"] = index
        return result["by_ends"]


def main():
    captures = Captures(__doc__, "flows", type=int, default=0, help="print up to N differing rows per capture")
    check = Check(captures)
    check.read_all()
    check.compare_flows()
    check.compare_totals()
    check.compare_classes()
    check.compare_voice_and_routing()
    return 1 if check.bad or captures.failed else 0


sys.exit(main())
