#!/usr/bin/env python3
"""A probe's event stream after an outage: no event lost, none doubled, in order.

  outage_events.py SOCKET SITE PROBE BURSTS

Sequence numbers run without gap or repeat, times do not fall, and the link went up and silent once
for every burst of traffic.
"""
import sys

from redis_model import Redis


def main():
    redis, site, probe, bursts = Redis(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
    events = [dict(zip(f[::2], f[1::2])) for _, f in redis("XRANGE", f"pni:{{{site}}}:events:{probe}", "-", "+")]
    complaints = []
    numbers = [int(e["seq"]) for e in events]
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True:
        complaints.append(f"sequence numbers {numbers}")
    times = [int(e["ts_us"]) for e in events]
    if times != sorted(times):
        complaints.append("times fall")
    link = [e["name"] for e in events if e["name"].startswith("link.")]
    silent = link.count("link.silent")
    if any(a == b for a, b in zip(link, link[1:])):
        complaints.append(f"the link's states repeat: {link}")
    if silent != bursts:
        complaints.append(f"{bursts} bursts of traffic, {silent} times silent")
    for line in complaints:
        print(line)
    print(f"{len(events)} events, {silent} silences after {bursts} bursts")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
