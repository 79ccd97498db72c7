#!/usr/bin/env python3
"""Compare LACP, LLDP, BFD and BGP of `pniscope analyze --json` with tshark's figures over real captures.

  compare_peering.py PNISCOPE CAPTURES [--show] [--only SUBSTRING]

CAPTURES/truth holds what tshark prints: lacp, lldp, bfd, bgp_messages, bgp_opens, bgp_prefixes,
bgp_notifications (.tsv). A capture agrees in a table when all its rows are equal, in number too; a
capture without rows must show none. One that does not agree must be in KNOWN, with its reason in
docs/truth.md; one that is there and agrees is a stale entry. Both are mistakes: exit 1.
"""
import collections
import sys

from captures import Captures

# table: captures that differ; the reasons are rows of docs/truth.md
KNOWN = {
    "bgp_messages": {"the-tcpdump-group-tcpdump/bgp-infinite-loop.pcap"},
    "bgp_prefixes": {"pmacct-pmacct/300-BGP-IPv6-CISCO-extNH_enc__traffic-00.pcap",
                     "pmacct-pmacct/303-BGP-high-availability__traffic-00.pcap",
                     "pmacct-pmacct/304-BGP-IPv6-multiple-sources-dump-spreading__traffic-00.pcap"},
}

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
    """{file: {"announced": n, "withdrawn": n}}: its columns summed, as the keys are."""
    files = {}
    for r in captures.table("bgp_prefixes"):
        n = {k: int(v) for k, v in r.items() if k != "file"}
        files[r["file"]] = collections.Counter(
            announced=n["announced_v4"] + n["mp_reach_v4"] + n["mp_reach_v6"],
            withdrawn=n["withdrawn_v4"] + n["mp_unreach_v4"] + n["mp_unreach_v6"])
    return files


def our_prefixes(d):
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
        self.compare("bgp_notifications", counted(table("bgp_notifications"), their_notifications),
                     our_notifications, results)


def main():
    captures = Captures(__doc__, "bgp_messages")
    check = Check(captures)
    results = {r["file"]: result for r, result in captures.analyzed(captures.table("files"))}
    check.run(results)
    return 1 if check.bad or captures.failed else 0


sys.exit(main())
