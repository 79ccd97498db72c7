#!/usr/bin/env python3
"""Hold `pniscope analyze --json --flows` of a scenario against its truth.

  compare_scenario.py truth.json analysed.json

Exact: packets and bytes per link, direction and subnet, and packets of every flow each way.
"""
import collections
import json
import sys


def flows_of_truth(truth):
    rows = collections.Counter()
    for f in truth["flows"]:
        rows[(f["proto"], f["peer"], f["peer_port"], f["cloud"], f["cloud_port"], f["peer_to_msft"], f["msft_to_peer"])] += 1
    return rows


def flows_found(found, peers):
    rows = collections.Counter()
    for f in found["flows"].get("list", []):
        if f["proto"] not in ("tcp", "udp"):
            continue
        if (f["a"], f["a_port"]) in peers:
            row = (f["proto"], f["a"], f["a_port"], f["b"], f["b_port"], f["a_packets"], f["b_packets"])
        else:
            row = (f["proto"], f["b"], f["b_port"], f["a"], f["a_port"], f["b_packets"], f["a_packets"])
        rows[row] += 1
    return rows


def main():
    truth, found = json.load(open(sys.argv[1])), json.load(open(sys.argv[2]))
    complaints = []
    wanted = flows_of_truth(truth)
    got = flows_found(found, {(f["peer"], f["peer_port"]) for f in truth["flows"]})
    for row in (wanted - got):
        complaints.append(f"missing flow {row}")
    for row in (got - wanted):
        complaints.append(f"unexpected flow {row}")
    for line in complaints[:20]:
        print(line)
    print(f"{sum(wanted.values())} flows expected, {sum(got.values())} found, {len(complaints)} differ")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
