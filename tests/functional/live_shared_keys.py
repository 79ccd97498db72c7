#!/usr/bin/env python3
"""Every hash of a site has one writer: its boot_id never changes between looks, and each probe's
boot has written links.   live_shared_keys.py SOCKET SITE
With the id of a probe that was stopped: no hash of its boot is written any more (a second writer
would go unseen otherwise, as only fields that changed are written).
live_shared_keys.py SOCKET SITE STOPPED"""
import sys
import time

from redis_model import Redis


def fields(redis, site, name):
    found = {}
    for key in redis.keys(f"pni:{{{site}}}:*"):
        if redis("TYPE", key) == "hash":
            found[key] = redis("HGET", key, name)
    return found


def written_after_the_stop(redis, site, stopped):
    boot = redis("HGET", f"pni:{{{site}}}:epoch:{stopped}", "boot_id")
    own = [key for key, of in fields(redis, site, "boot_id").items() if of == boot]
    before = {key: redis("HGET", key, "seq") for key in own}
    others = [p for p in redis("SMEMBERS", f"pni:{{{site}}}:probes") if p != stopped]
    epoch = f"pni:{{{site}}}:epoch:{others[0]}"
    until = int(redis("HGET", epoch, "seq")) + 3
    for _ in range(300):
        if int(redis("HGET", epoch, "seq")) >= until:
            break
        time.sleep(0.1)
    else:
        print(f"{others[0]} writes no epochs")
        return 1
    shared = [key for key in own if redis("HGET", key, "seq") != before[key]]
    for key in shared:
        print(f"written by {others[0]} too: {key}")
    print(f"{len(own)} hashes of {stopped}, {len(shared)} shared")
    return 1 if shared or not own else 0


def main():
    redis, site = Redis(sys.argv[1]), sys.argv[2]
    if len(sys.argv) > 3:
        sys.exit(written_after_the_stop(redis, site, sys.argv[3]))
    seen = fields(redis, site, "boot_id")
    shared = set()
    for _ in range(5):
        time.sleep(0.4)  # several epochs of both writers
        for key, boot in fields(redis, site, "boot_id").items():
            if seen.setdefault(key, boot) != boot:
                shared.add(key)
    writers = {boot for key, boot in seen.items() if ":link:" in key}
    for key in sorted(shared):
        print(f"written by two probes: {key}")
    if len(writers) != 2:
        print(f"links were written by {len(writers)} boots, not 2")
    print(f"{len(seen)} hashes, {len(shared)} shared")
    sys.exit(1 if shared or len(writers) != 2 else 0)


main()
