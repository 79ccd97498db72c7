#!/usr/bin/env python3
"""Compare the calls of `pniscope analyze --json` with tshark's dialogs over real captures.

  compare_calls.py PNISCOPE CAPTURES

CAPTURES/truth/sip_dialogs.tsv has a row for each Call-ID: its messages, first method, the last final answer to an
INVITE, BYEs and transport. Every row with an INVITE, or an answer to one, must be a call here with the same figures,
and no call may be here that tshark has not. Files that differ must be in KNOWN, with the reason in docs/truth.md, and
none there that agrees: exit 1 otherwise.
"""
import collections
import csv
import json
import os
import subprocess
import sys

KNOWN = {"CESNET-ipfixprobe/inputs__sip.pcap", "ntop-nDPI/fuzz-2006-06-26-2594.pcap",
         "slytechs-repos-jnetpcap-legacy/tc_TC_IDPRE_EXT0140.pcap"}


def truth(captures):
    """{file: {call id: figures}}, of calls and of all Call-IDs."""
    calls, known_ids = collections.defaultdict(dict), collections.defaultdict(set)
    with open(f"{captures}/truth/sip_dialogs.tsv", newline="", errors="replace") as f:
        for r in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE):
            known_ids[r["file"]].add(r["call_id"])
            if r["first_method"] == "INVITE" or r["invite_final_status"]:
                calls[r["file"]][r["call_id"]] = (int(r["messages"]), r["first_method"], r["invite_final_status"],
                                                  int(r["bye"]), r["transport"])
    return calls, known_ids


def ours(program, path):
    done = subprocess.run([program, "analyze", "--json", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=600)
    calls = json.loads(done.stdout)["sip"]["calls"] if done.returncode == 0 else []
    return {c["call_id"]: (c["messages"], c["first_method"], str(c["final_status"] or ""), c["byes"], c["transport"])
            for c in calls}


def compare(file, we, they, ids):
    """Differences as text."""
    lines = [f"{i}: tshark {they[i]}, here {we.get(i)}" for i in they if we.get(i) != they[i]]
    return lines + [f"{i}: no such Call-ID" for i in we if i not in ids]


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program, captures = sys.argv[1:]
    if not os.path.exists(f"{captures}/truth/sip_dialogs.tsv"):
        print("skipped: no captures at", captures)
        return 77
    calls, ids = truth(captures)
    bad = agreed = count = 0
    for file in sorted(ids):
        we = ours(program, f"{captures}/{file}")
        lines = compare(file, we, calls[file], ids[file])
        count += len(calls[file])
        agreed += not lines
        if bool(lines) != (file in KNOWN):
            bad += 1
            print("WRONG ", file, *(lines or ["agrees and is listed as known"]), sep="\n    ")
    print(f"calls: {agreed} of {len(ids)} captures agree in every one of {count} calls")
    return 1 if bad else 0


sys.exit(main())
