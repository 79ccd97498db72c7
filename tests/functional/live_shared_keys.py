#!/usr/bin/env python3
"""Every hash of a site has one writer: its boot_id never changes between looks, and each probe's
boot has written links.   live_shared_keys.py SOCKET SITE"""
import sys
import time

from redis_model import Redis


def boots(redis, site):
    found = {}
    for key in redis.keys(f"pni:{{{site}}}:*"):
        if redis("TYPE", key) == "hash":
            found[key] = redis("HGET", key, "boot_id")
    return found


def main():
    redis, site = Redis(sys.argv[1]), sys.argv[2]
    seen = boots(redis, site)
    shared = set()
    for _ in range(5):
        time.sleep(0.4)  # several epochs of both writers
        for key, boot in boots(redis, site).items():
            if seen.setdefault(key, boot) != boot:
                shared.add(key)
    writers = {boot for key, boot in seen.items() if ":link:" in key}
    for key in sorted(shared):
        print(f"written by two probes: {key}")
    if len(writers) != 2:
        print(f"links were written by {len(writers)} boots, not 2")
    print(f"{len(seen)} hashes, {len(shared)} shared")
    sys.exit(1 if shared or len(writers) != 2 else 0)


if __name__ == "__main__":
    main()
