#!/usr/bin/env python3
"""Compare LACP, LLDP, BFD and BGP of `pniscope analyze --json` with tshark's figures over real captures.

  compare_peering.py PNISCOPE CAPTURES [--show] [--only SUBSTRING]

CAPTURES/truth holds what tshark prints: lacp, lldp, bfd, bgp_messages, bgp_opens, bgp_prefixes,
bgp_notifications (.tsv); bgp_vpn_ipv6 are the VPN-IPv6 prefixes, of which tshark prints none and
pmacct, where a capture is its own, tells in CAPTURES/pmacct-pmacct/expected. A capture agrees in a table when all its rows are equal, in number too; a
capture without rows must show none. One that does not agree must be in KNOWN, with its reason in
docs/truth.md; one that is there and agrees is a stale entry. Both are mistakes: exit 1.
"""
import collections
import json
import sys

from captures import Captures

# table: captures that differ; the reasons are rows of docs/truth.md
KNOWN = {}

# AFI and SAFI of which tshark prints no field, so that bgp_prefixes has no column for it
VPN_IPV6 = (2, 128)

BFD_STATES = {"AdminDown": 0, "Down": 1, "Init": 2, "Up": 3}


def counted(rows, key, count=lambda r: int(r.get("count", 1))):
    files = collections.defaultdict(collections.Counter)
    for r in rows:
        files[r["file"]][key(r)] += count(r)
    return files


# ---- LACP, LLDP, BFD: rows are tuples with a count of packets

def their_lacp(r):
    return (r["src_mac"], r["actor_sysid"], int(r["actor_key"]), int(r["actor_port"]), r["actor_state"],
            r["partner_sysid"], int(r["partner_key"]), int(r["partner_port"]), r["partner_state"])


def our_lacp(r):
    return tuple(r[k] for k in ("src_mac", "actor_system", "actor_key", "actor_port", "actor_state",
                                "partner_system", "partner_key", "partner_port", "partner_state"))


def their_lldp(r):
    return r["src_mac"], r["chassis_mac"] or r["chassis_id"], r["port_mac"] or r["port_id"], r["system_name"]


def our_lldp(r):
    return r["src_mac"], r["chassis"], r["port"], r["name"]


def their_bfd(r):
    return (r["src"], r["dst"], int(r["dport"]), int(r["state"], 16), int(r["diag"], 16), int(r["my_discr"], 16),
            int(r["your_discr"], 16), int(r["detect_mult"]), int(r["desired_min_tx_us"]))


def our_bfd(r):
    return (r["src"], r["dst"], r["port"], BFD_STATES[r["state"]], r["diag"], r["my_discriminator"],
            r["your_discriminator"], r["detect_mult"], r["desired_min_tx_us"])


def our_rows(key, row):
    return lambda d: collections.Counter({k: n for k, n in sum_rows(d[key], row).items()})


def sum_rows(rows, row):
    sums = collections.Counter()
    for r in rows:
        sums[row(r)] += r["packets"]
    return sums


# ---- BGP

def ends(s, side):
    other = "b" if side == "a" else "a"
    return s[side], s[side + "_port"], s[other], s[other + "_port"]


def their_messages(r):
    return r["src"], int(r["src_port"]), r["dst"], int(r["dst_port"]), r["type"]


def our_messages(d):
    sums = collections.Counter()
    for s in d["bgp"]:
        for side in "ab":
            for kind, count in s["messages"][side].items():
                sums[ends(s, side) + (kind,)] += count
    return +sums


def their_opens(r):
    return r["src"], r["dst"], int(r["as4"] or r["my_as"]), int(r["hold_time"]), r["identifier"]


def our_opens(d):
    sums = collections.Counter()
    for s in d["bgp"]:
        for side, o in s["open"].items():
            src, _, dst, _ = ends(s, side)
            sums[src, dst, o["asn"], o["hold_s"], o["bgp_id"]] += 1
    return sums


def their_prefixes(captures):
    """{file: {column: n}}"""
    return {r["file"]: collections.Counter({k: int(v) for k, v in r.items() if k != "file"})
            for r in captures.table("bgp_prefixes")}


def families(d):
    return [f for s in d["bgp"] for f in s["prefixes"]]


def our_prefixes(d):
    """The same columns: what stands in RFC 4760's attributes by address family, the rest is IPv4."""
    sums = collections.Counter()
    for f in families(d):
        if (f["afi"], f["safi"]) == VPN_IPV6:
            continue
        version = {1: "v4", 2: "v6"}[f["afi"]]
        sums["mp_reach_" + version] += f["mp_reach"]
        sums["mp_unreach_" + version] += f["mp_unreach"]
        sums["announced_" + version] += f["announced"] - f["mp_reach"]
        sums["withdrawn_" + version] += f["withdrawn"] - f["mp_unreach"]
    return sums


def their_vpn_ipv6(captures):
    """pmacct's own figures of its captures, whose sender has an IPv6 address."""
    files = {}
    for r in captures.table("files"):
        lines = captures.expected(r["file"], ".pmacct.output-bgp-00.json")
        rows = [json.loads(line) for line in lines if line.strip()]
        files[r["file"]] = collections.Counter(announced=sum(
            row.get("log_type") == "update" and (row["afi"], row["safi"]) == VPN_IPV6 and ":" in row["peer_ip_src"]
            for row in rows))
    return files


def our_vpn_ipv6(d):
    mine = [f for f in families(d) if (f["afi"], f["safi"]) == VPN_IPV6]
    return collections.Counter(announced=sum(f["announced"] for f in mine), withdrawn=sum(f["withdrawn"] for f in mine))


def their_totals(results):
    """`announced` and `withdrawn` are the sums of all families, with VPN-IPv6."""
    return {file: collections.Counter(announced=sum(f["announced"] for f in families(d)),
                                      withdrawn=sum(f["withdrawn"] for f in families(d))) for file, d in results.items()}


def our_totals(d):
    return collections.Counter(announced=sum(s["announced"] for s in d["bgp"]),
                               withdrawn=sum(s["withdrawn"] for s in d["bgp"]))


def their_notifications(r):
    return r["src"], r["dst"], int(r["major"]), int(r["minor"])


def our_notifications(d):
    sums = collections.Counter()
    for s in d["bgp"]:
        for n in s["notifications"]:
            src, _, dst, _ = ends(s, n["from"])
            sums[src, dst, n["code"], n["subcode"]] += 1
    return sums


class Check:
    def __init__(self, captures):
        self.captures, self.show, self.bad = captures, captures.show, 0

    def compare(self, name, theirs, ours, results):
        """`theirs`: {file: Counter}; `ours`: of a result. Counters equal but for zeros agree."""
        different = []
        rows = 0
        for file, d in results.items():
            want, have = +theirs.get(file, collections.Counter()), +ours(d)
            rows += sum(want.values())
            if want == have:
                continue
            different.append(file)
            if self.show:
                print(f"  {name} {file}")
                for row, n in (want - have).items():
                    print(f"    - {n} {row}")
                for row, n in (have - want).items():
                    print(f"    + {n} {row}")
        known = KNOWN.get(name, set()) & set(results)
        print(f"{name}: {len(results) - len(different)} of {len(results)} captures equal ({rows} in tshark's table)")
        for file in sorted(set(different) ^ known):
            print(f"WRONG  {name} {file}: " + ("differs" if file in different else "agrees, but is in KNOWN"))
            self.bad += 1

    def run(self, results):
        table = self.captures.table
        self.compare("lacp", counted(table("lacp"), their_lacp), our_rows("lacp", our_lacp), results)
        self.compare("lldp", counted(table("lldp"), their_lldp), our_rows("lldp", our_lldp), results)
        self.compare("bfd", counted(table("bfd"), their_bfd), our_rows("bfd", our_bfd), results)
        self.compare("bgp_messages", counted(table("bgp_messages"), their_messages), our_messages, results)
        self.compare("bgp_opens", counted(table("bgp_opens"), their_opens), our_opens, results)
        self.compare("bgp_prefixes", their_prefixes(self.captures), our_prefixes, results)
        self.compare("bgp_vpn_ipv6", their_vpn_ipv6(self.captures), our_vpn_ipv6, results)
        self.compare("bgp_totals", their_totals(results), our_totals, results)
        self.compare("bgp_notifications", counted(table("bgp_notifications"), their_notifications),
                     our_notifications, results)


def main():
    captures = Captures(__doc__, "bgp_messages")
    check = Check(captures)
    results = {r["file"]: result for r, result in captures.analyzed(captures.table("files"))}
    check.run(results)
    return 1 if check.bad or captures.failed else 0


sys.exit(main())
