#!/usr/bin/env python3
"""Hold what a probe wrote to Redis against what the sender sent.

  live_check.py SOCKET SITE SENT.json LANES.json

LANES.json maps interfaces to [link, member, direction]. Per lane: received + lost by the port (which
the probe itself reports) = sent, and all views of a link add up.
"""
import json
import sys

from redis_model import Redis, check_sums


def main():
    redis, site = Redis(sys.argv[1]), sys.argv[2]
    sent, lanes = json.load(open(sys.argv[3])), json.load(open(sys.argv[4]))
    complaints, counted, lost = check_sums(redis, site), 0, 0
    for interface, (link, member, direction) in lanes.items():
        record = redis.hash(f"pni:{{{site}}}:member:{link}:{member}")
        packets = int(record.get(f"packets_{direction}", 0))
        missed = int(record.get(f"rx_missed_{direction}", 0)) + int(record.get(f"no_mbuf_{direction}", 0))
        size = int(record.get(f"bytes_{direction}", 0))
        counted, lost = counted + packets, lost + missed
        if packets + missed != sent[interface]["packets"]:
            complaints.append(f"{link}.{member} {direction}: sent {sent[interface]['packets']}, "
                              f"counted {packets}, reported lost {missed}")
        if missed == 0 and size != sent[interface]["bytes"]:
            complaints.append(f"{link}.{member} {direction}: sent {sent[interface]['bytes']} bytes, counted {size}")
    for line in complaints:
        print(line)
    print(f"counted {counted} packets, {lost} lost and reported, in {sent['seconds']} s")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
