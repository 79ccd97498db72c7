#!/usr/bin/env python3
"""Compare `analyze --json --flows -c DIR/peering.conf` (a file) with what scenario.py says it wrote.

  compare_scenario.py DIR/truth.json RESULT.json

Every figure must be equal: packets and bytes per lane, per link, direction and class, per link,
direction and subnet; every flow with its class and packets each way. The four views of a link must
add up, and the one undeclared class must be a finding that names its subnet and side.
"""
import collections
import json
import sys

# media is told by its behaviour: the packets before the fourth of a stream are still unknown
LOOKS = 3
DIRECTIONS = ("peer_to_msft", "msft_to_peer")
bad = []


def equal(what, ours, truth):
    if ours != truth:
        bad.append(f"{what}: {ours}, truth {truth}")


def counts(record, direction):
    return {"packets": record[f"packets_{direction}"], "bytes": record[f"bytes_{direction}"]}


def total(records, direction):
    return {k: sum(counts(r, direction)[k] for r in records) for k in ("packets", "bytes")}


def by(records, name):
    return {r[name]: r for r in records}


def check_views(link, truth):
    """Members, classes and, per side, subnets with the undeclared rest are sums of the same packets."""
    for d in DIRECTIONS:
        lanes = truth["lanes"][link["name"]].values()
        whole = {k: sum(lane[d][k] for lane in lanes) for k in ("packets", "bytes")}
        equal(f"{link['name']} {d}", counts(link, d), whole)
        equal(f"{link['name']} {d} sum of members", total(link["lag"], d), whole)
        equal(f"{link['name']} {d} sum of classes", total(link["classes"], d), whole)
        for side in ("peer", "msft"):
            equal(f"{link['name']} {d} sum of the {side}'s subnets and the rest",
                  total([r for r in link["subnets"] if r["side"] == side], d), whole)


def check_link(link, truth):
    name = link["name"]
    members = by(link["lag"], "index")
    classes, subnets = by(link["classes"], "class"), by(link["subnets"], "prefix")
    for member, lanes in truth["lanes"][name].items():
        for d in DIRECTIONS:
            equal(f"{name} member {member} {d}", counts(members[int(member)], d), lanes[d])
    for d in DIRECTIONS:
        wanted = truth["classes"][name][d]
        ours = {c: counts(r, d) for c, r in classes.items() if r[f"packets_{d}"]}
        media_calls = sum(f["link"] == name and f["class"] == "srtp" for f in truth["flows"])
        late = ours.pop("unknown-udp", {"packets": 0, "bytes": 0})
        if late["packets"] > LOOKS * media_calls:
            bad.append(f"{name} {d}: {late['packets']} packets not recognised as media in time")
        if "srtp" in ours:
            ours["srtp"] = {k: ours["srtp"][k] + late[k] for k in late}
        equal(f"{name} {d} classes", ours, wanted)
    for prefix, directions in truth["subnets"][name].items():
        for d, figures in directions.items():
            equal(f"{name} {prefix} {d}", counts(subnets[prefix], d) if prefix in subnets else None, figures)


def check_flows(result, truth):
    def ours(f):
        ends = sorted([(f["a"], f["a_port"], f["a_packets"]), (f["b"], f["b_port"], f["b_packets"])])
        return (f["proto"], f["class"], *ends)

    def theirs(f):
        ends = sorted([(f["peer"], f["peer_port"], f["peer_to_msft"]),
                       (f["cloud"], f["cloud_port"], f["msft_to_peer"])])
        return (f["proto"], f["class"], *ends)

    mine = collections.Counter(ours(f) for f in result["flows"]["list"])
    truth_flows = collections.Counter(theirs(f) for f in truth["flows"])
    equal("flows that are ours alone", sorted((mine - truth_flows).elements())[:5], [])
    equal("flows that we miss", sorted((truth_flows - mine).elements())[:5], [])


def check_finding(result):
    found = [(f["kind"], f["subject"], f["side"]) for f in result["findings"]
             if f["kind"] == "class.undeclared"]
    equal("undeclared classes", found, [("class.undeclared", "subnet:203.0.113.0/24", "peer")])


def main():
    truth, result = (json.load(open(p)) for p in sys.argv[1:3])
    equal("links", sorted(r["name"] for r in result["links"]), sorted(truth["lanes"]))
    for link in result["links"]:
        check_views(link, truth)
        check_link(link, truth)
    check_flows(result, truth)
    check_finding(result)
    equal("undecoded", result["capture"]["undecoded"], {})
    for line in bad:
        print("WRONG  " + line)
    print(f"scenario: {len(bad)} differences, {result['capture']['packets']} packets, "
          f"{result['flows']['count']} flows")
    return 1 if bad else 0


sys.exit(main())
