#!/usr/bin/env python3
"""Compare the calls of `pniscope analyze --json` with tshark's dialogs over real captures.

  compare_calls.py PNISCOPE CAPTURES [--show] [--only SUBSTRING]

CAPTURES/truth/sip_dialogs.tsv has a row for each Call-ID: its messages, first method, the last final answer to an
INVITE, BYEs and transport. Every row with an INVITE, or an answer to one, must be a call here with the same figures,
and no call may be here that tshark has not. Files that differ must be in KNOWN, with the reason in docs/truth.md, and
none there that agrees: exit 1 otherwise.
"""
import collections
import sys

from captures import Captures

KNOWN = {"CESNET-ipfixprobe/inputs__sip.pcap", "slytechs-repos-jnetpcap-legacy/tc_TC_IDPRE_EXT0140.pcap"}


def truth(captures):
    """{file: {call id: figures}}, of calls and of all Call-IDs."""
    calls, known_ids = collections.defaultdict(dict), collections.defaultdict(set)
    for r in captures.table("sip_dialogs"):
        known_ids[r["file"]].add(r["call_id"])
        if r["first_method"] == "INVITE" or r["invite_final_status"]:
            calls[r["file"]][r["call_id"]] = (int(r["messages"]), r["first_method"], r["invite_final_status"],
                                              int(r["bye"]), r["transport"])
    return calls, known_ids


def ours(result):
    return {c["call_id"]: (c["messages"], c["first_method"], str(c["final_status"] or ""), c["byes"], c["transport"])
            for c in result["sip"]["calls"]}


def compare(we, they, ids):
    """Differences as text."""
    lines = [f"{i}: tshark {they[i]}, here {we.get(i)}" for i in they if we.get(i) != they[i]]
    return lines + [f"{i}: no such Call-ID" for i in we if i not in ids]


def main():
    captures = Captures(__doc__, "sip_dialogs")
    calls, ids = truth(captures)
    bad = agreed = total = count = 0
    for row, result in captures.analyzed(({"file": file} for file in sorted(ids))):
        file = row["file"]
        lines = compare(ours(result), calls[file], ids[file])
        total += 1
        count += len(calls[file])
        agreed += not lines
        wrong = bool(lines) != (file in KNOWN)
        bad += wrong
        if wrong or (lines and captures.show):
            print("WRONG " if wrong else "known ", file, *(lines or ["agrees and is listed as known"]), sep="\n    ")
    print(f"calls: {agreed} of {total} captures agree in every one of {count} calls")
    return 1 if bad or captures.failed else 0


sys.exit(main())
