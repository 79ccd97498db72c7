#!/usr/bin/env python3
"""Compare the message counts of `pniscope analyze --json` with tshark's over real captures.

  compare_protocols.py PNISCOPE CAPTURES [--show] [--only SUBSTRING]

CAPTURES/truth holds what tshark counts: sip_messages, rtcp, stun, turn_channels, dtls, dns, icmp,
tls_hellos, tls_sni, quic (.tsv). tshark also counts the messages that ICMP errors quote; here they are in
`quoted` and are added. A capture agrees in a table when all its counts are equal. One that
does not must be in KNOWN, with its reason in docs/truth.md; one that is there and agrees is a stale
entry. Both are mistakes: exit 1.
"""
import collections
import sys

from captures import Captures

# table: captures that differ; the reasons are rows of docs/truth.md
KNOWN = {
    "sip_call_ids": {"ntop-nDPI/fuzz-2006-06-26-2594.pcap"},
    "rtcp": {"ntop-nDPI/discord_mid_flow.pcap", "ntop-nDPI/stun_google_meet.pcapng", "ntop-nDPI/stun_signal.pcapng",
             "odedshimon-BruteShark/Asterisk_ZFONE_XLITE.pcap", "odedshimon-BruteShark/SIP_CALL_RTP_G711.pcap"},
    "stun": {"arkime-arkime/turn.pcap"},
    "dtls": {"ntop-nDPI/stun.pcap"},
    "dns": {"ntop-nDPI/fuzz-2006-06-26-2594.pcap"},
    "icmp": {"ntop-nDPI/sflow.pcap", "snabbco-snabb/broadcast.pcap"},
    "tls_hellos": {"cisco-mercury/capture2.pcap", "ntop-nDPI/openvpn.pcap",
                   "ntop-nDPI/tls_port_80.pcapng", "the-tcpdump-group-tcpdump/quic_vn.pcap", "zeek-zeek/hrr.pcap", "zeek-zeek/quicdoq.pcap",
                   "zeek-zeek/ssl-to-http-server.pcap"},
    "tls_sni": {"the-tcpdump-group-tcpdump/quic_vn.pcap", "zeek-zeek/ssl-to-http-server.pcap"},
    "quic": {"zeek-zeek/quicdoq.pcap"},
}


def counted(rows, key):
    """{file: {key: count}} of a truth table; `key` gives None for rows that are not compared."""
    files = collections.defaultdict(collections.Counter)
    for r in rows:
        k = key(r)
        if k is not None:
            files[r["file"]][k] += int(r.get("count") or r.get("frames"))
    return files


def stun_type(r):
    """tshark masks class (0x0110) and method (0x3eef) out of the type on the wire (RFC 8489 section 5), and shifts
    the class alone."""
    return f"0x{int(r['class'], 16) << 4 | int(r['method'], 16):04x}"


def sip_key(r):
    return (r["kind"], r["value"]) if r["kind"] in ("request", "response") else None


def dns_key(r):
    return (r["kind"], r["value"]) if r["kind"] in ("message", "rcode") else None


def quic_key(r):
    if r["long_packet_type"] not in "0123":
        return None
    return r["version"].lower(), r["long_packet_type"]


def nonzero(items):
    sums = collections.Counter()
    for k, v in items:
        sums[k] += v
    return +sums


def our_sip(d):
    sip, quoted = d["sip"], d["quoted"]["sip"]
    return nonzero([(("request", k), v) for s in (sip, quoted) for k, v in s["requests"].items()]
                   + [(("response", k), v) for s in (sip, quoted) for k, v in s["responses"].items()])


def our_dns(d):
    items = []
    for dns in (d["dns"], d["quoted"]["dns"]):
        items += [(("message", "query"), dns["queries"]), (("message", "response"), dns["responses"])]
        items += [(("rcode", k), v) for k, v in dns["rcodes"].items()]
    return nonzero(items)


def our_stun(d):
    return nonzero([*d["stun"].items(), *d["quoted"]["stun"].items()])


def our_rtcp(d):
    return nonzero([*d["rtcp"].items(), *d["quoted"]["rtcp"].items()])


def our_dtls(d):
    return two_levels(d["dtls_versions"]) + two_levels(d["quoted"]["dtls_versions"])


def two_levels(o, form=lambda a, b: (a, b)):
    return nonzero((form(a, b), n) for a, inner in o.items() for b, n in inner.items())


def our_icmp(d):
    def key(k):
        return ("6", k[3:]) if k.startswith("v6-") else ("4", k)
    return nonzero((key(k), v) for k, v in d["icmp"].items())


def our_quic(d):
    return nonzero(((f"0x{int(v, 16):08x}", k), n) for v, kinds in d["quic"]["long_packets"].items()
                   for k, n in kinds.items() if k in "0123")


# tables that share one of tshark's
TRUTH = {"sip_call_ids": "sip_messages"}
# table, its key, ours
TABLES = [
    ("sip_messages", sip_key, our_sip),
    ("sip_call_ids", lambda r: r["value"] if r["kind"] == "distinct" else None,
     lambda d: nonzero([("call_id", d["sip"]["call_ids"])])),
    ("rtcp", lambda r: r["packet_type"], our_rtcp),
    ("stun", stun_type, our_stun),
    ("turn_channels", lambda r: r["channel"], lambda d: nonzero(d["turn_channels"].items())),
    ("dtls", lambda r: (r["record_version"], r["content_type"]), our_dtls),
    ("dns", dns_key, our_dns),
    ("icmp", lambda r: (r["version"], r["type"]), our_icmp),
    ("tls_hellos", lambda r: (r["transport"], r["handshake_type"]),
     lambda d: two_levels({t: d["tls"]["handshakes"][t] for t in ("tcp", "quic")})),
    ("tls_sni", lambda r: r["sni"], lambda d: nonzero(d["tls"]["sni"].items())),
    ("quic", quic_key, our_quic),
]


def compare(name, ours, truth, results, show):
    bad = agreed = total = 0
    for file, result in results.items():
        we, they = ours(result), truth.get(file, collections.Counter())
        if not we and not they:
            continue
        total += 1
        agreed += we == they
        known = file in KNOWN.get(name, {})
        if (we == they) == known:
            bad += 1
            print(f"WRONG  {name}: {file} " + ("agrees and is listed as known" if known else "differs"))
        if we != they and (show or not known):
            print(f"    tshark only {dict(they - we)}\n    ours only   {dict(we - they)}")
    print(f"{name}: {agreed} of {total} captures agree in every count")
    return bad


def main():
    captures = Captures(__doc__, "sip_messages")
    results = {r["file"]: result for r, result in captures.analyzed(captures.table("files"))}
    bad = 0
    for name, key, ours in TABLES:
        bad += compare(name, ours, counted(captures.table(TRUTH.get(name, name)), key), results, captures.show)
    return 1 if bad or captures.failed else 0


sys.exit(main())
