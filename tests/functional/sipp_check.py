#!/usr/bin/env python3
"""Compare voice:SCOPE, streams and legs in Redis with what SIPp counted and played on its own.

  sipp_check.py REDIS_SOCKET SITE FOLDER

FOLDER has SCENARIO-NAMESPACE-PORT.csv of each SIPp (-trace_stat) and its message counts
(SCENARIO_PID_counts.csv, -trace_counts). Callers say how many calls were made and what became of them; the
scenario says which answers that means. Exit 1 on any difference.
"""
import collections
import csv
import glob
import os
import struct
import subprocess
import sys

# answers that each call of a scenario brings, as its XML says; BYE, CANCEL and OPTIONS are answered with 200
ANSWERS = {"uac_answered": {100: 1, 180: 1, 200: 2}, "uac_abandoned": {180: 1, 200: 1, 487: 1}, "uac_options": {200: 1}}


def last_row(path):
    with open(path, newline="") as f:
        return list(csv.DictReader(f, delimiter=";"))[-1]


def generated(folder):
    """What the callers did."""
    told = collections.Counter()
    codes = collections.Counter()
    for path in glob.glob(f"{folder}/uac_*.csv"):
        name = os.path.basename(path)
        if "counts" in name:
            continue
        scenario, _, port = name[:-4].rsplit("-", 2)
        row = last_row(path)
        count, failed = int(row["SuccessfulCall(C)"]), int(row["FailedCall(C)"])
        told["failed"] += failed
        told["repeated"] += int(row.get("Retransmissions(C)") or 0)
        answers = ANSWERS.get(scenario) or {486 if port == "5062" else 503: 1}
        for code, times in answers.items():
            codes[code] += times * count
        if scenario == "uac_options":
            told["options"] += count
            continue
        told["calls"] += count
        told[{"uac_answered": "answered", "uac_abandoned": "abandoned"}.get(scenario, "refused")] += count
        told["busy"] += count * (port == "5062")
    return told, codes


def record(socket, key):
    lines = subprocess.run(["redis-cli", "-s", socket, "hgetall", key], stdout=subprocess.PIPE, text=True,
                           check=True).stdout.splitlines()
    return dict(zip(lines[::2], lines[1::2]))


def keys(socket, pattern):
    return subprocess.run(["redis-cli", "-s", socket, "--scan", "--pattern", pattern], stdout=subprocess.PIPE, text=True,
                          check=True).stdout.split()


def packets_of(capture):
    """Frames in a classic little-endian capture file."""
    with open(capture, "rb") as f:
        data = f.read()
    at, count = 24, 0
    while at + 16 <= len(data):
        at += 16 + struct.unpack("<I", data[at + 8:at + 12])[0]
        count += 1
    return count


ECHO_PORTS = ("6000", "7000")  # SIPp's echo: one socket for all calls, which drops what comes while it is busy


def is_right(stream, played):
    """What a caller plays is all there; an echo is what it got through, in order and counted."""
    packets, lost, expected = (int(stream[k]) for k in ("packets", "lost", "expected"))
    if (stream["codec"], stream["found_by"]) != ("PCMA", "sdp") or packets + lost != expected:
        return False
    return expected <= played if stream["src_port"] in ECHO_PORTS else (packets, lost) == (played, 0)


def check_media(socket, site, answered):
    """Two streams and a leg for each answered call, each stream as long as what SIPp plays; returns mistakes."""
    wrong = 0
    played = packets_of("/usr/share/sip-tester/g711a.pcap")
    streams = [record(socket, k) for k in keys(socket, f"pni:{{{site}}}:stream:*")]
    legs = [record(socket, k) for k in keys(socket, f"pni:{{{site}}}:leg:*")]
    echoed = [s for s in streams if s["src_port"] in ECHO_PORTS]
    print(f"streams {len(streams)}, {played} packets played in each call, {sum(int(s['lost']) for s in echoed)} of "
          f"{sum(int(s['expected']) for s in echoed)} lost by SIPp's echo; legs {len(legs)}")
    # the model lists the worst thousand streams, and legs for as long as they are fresh
    if not min(2 * answered, 1000) <= len(streams) <= 2 * answered or (answered <= 100 and len(legs) != answered):
        wrong += 1
        print(f"WRONG  {answered} answered calls have {len(streams)} streams and {len(legs)} legs")
    for s in streams:
        if not is_right(s, played):
            wrong += 1
            print("WRONG  stream", s)
    for leg in legs:
        if (leg["signalling"], leg["one_way"]) != ("sip", "0"):
            wrong += 1
            print("WRONG  leg", leg)
    return wrong


def main():
    socket, site, folder = sys.argv[1:]
    told, codes = generated(folder)
    print("SIPp:", dict(told), dict(sorted(codes.items())))
    wrong = 0
    for scope in ("sbc:sbc1", "link:pni-a", "subnet:203.0.113.0/24"):
        r = record(socket, f"pni:{{{site}}}:voice:{scope}")
        seen = {int(c): int(n) for c, n in (pair.split() for pair in r.get("codes", "").split(",") if pair)}
        effective = told["answered"] + told["abandoned"] + told["busy"]
        wanted = {"calls": told["calls"], "calls_final": told["calls"], "calls_answered": told["answered"],
                  "calls_abandoned": told["abandoned"], "calls_ended": told["answered"], "calls_active": 0,
                  "calls_effective": effective, "peer_options": told["options"],
                  "peer_options_answered": told["options"], "setup_count": told["answered"] + told["abandoned"]}
        for field, value in wanted.items():
            if int(r.get(field) or -1) != value:
                wrong += 1
                print(f"WRONG  {scope} {field}: {r.get(field)}, SIPp has {value}")
        if seen != dict(codes):
            wrong += 1
            print(f"WRONG  {scope} codes: {seen}")
        for field, value in (("asr_ratio", told["answered"] / told["calls"]), ("ner_ratio", effective / told["calls"])):
            if abs(float(r.get(field) or "nan") - value) > 1e-6:
                wrong += 1
                print(f"WRONG  {scope} {field}: {r.get(field)}, SIPp has {value}")
        # INVITE to 180: 300 ms of pause in answered calls, none in abandoned ones
        if not 290e3 <= float(r.get("setup_p50_us") or 0) <= 400e3:
            wrong += 1
            print(f"WRONG  {scope} setup_p50_us: {r.get('setup_p50_us')}, the scenario waits 300 ms")
    wrong += check_media(socket, site, told["answered"])
    if told["failed"] or not told["calls"]:
        wrong += 1
        print("WRONG  SIPp itself failed")
    return 1 if wrong else 0


sys.exit(main())
