#!/usr/bin/env python3
"""Hold the interconnect's own protocols, as pniscope knows them, against the daemons' own tables.

  pni_compare.py analyze RESULT.json TRUTH.json      what analyze says of the captures
  pni_compare.py redis SOCKET SITE TRUTH.json [PART...]
                                                     what a probe wrote; PART of lacp lldp bfd session opens counts rib
TRUTH.json is what `scripts/lab-pni.sh truth` prints. Every difference is a line; exit 1 with any.
"""
import json
import sys

from pni_truth import CLOUD_IP, PEER_IP, Truth, route
from redis_model import Redis

SIDES = ("peer", "msft")
LATE = 20  # UPDATEs on their way when a session ended
bad = []


def equal(what, ours, truth):
    if ours != truth:
        bad.append(f"{what}: {ours}, daemon {truth}")


# ---- analyze

def analyze_lacp(result, truth):
    newest = {}
    for row in sorted(result["lacp"], key=lambda r: r["last_us"]):
        newest[row["actor_system"], row["actor_port"]] = row
    for link, members in truth.members.items():
        for n, member in enumerate(members):
            for side in SIDES:
                own = member[side]
                row = newest.get((own["system"], own["port"]))
                ours = row and (row["actor_key"], int(row["actor_state"], 16), row["partner_system"], row["partner_key"], row["partner_port"])
                equal(f"pni-{link} member {n} LACP of {side}", ours,
                      (own["key"], own["state"], own["partner_system"], own["partner_key"], own["partner_port"]))


def analyze_bfd(result, truth):
    for link, own in truth.bfd.items():
        for side, source in (("peer", PEER_IP[link]), ("msft", CLOUD_IP[link])):
            rows = sorted((r for r in result["bfd"] if r["src"] == source), key=lambda r: r["last_us"])
            newest = rows[-1] if rows else {}
            equal(f"pni-{link} BFD state of {side}", newest.get("state"), own[f"{side}_state"])
            if side == "peer" and "peer_my_discriminator" in own:
                for field in ("my_discriminator", "your_discriminator", "detect_mult"):
                    equal(f"pni-{link} BFD {field}", newest.get(field), own[f"peer_{field}"])


def side_of(session, link):
    return {"peer": "a", "msft": "b"} if session["a"] == PEER_IP[link] else {"peer": "b", "msft": "a"}


def families(routes):
    return {"ipv4": sum(":" not in p for p in routes), "ipv6": sum(":" in p for p in routes)}


def analyze_bgp(result, truth):
    for link, own in truth.sessions.items():
        sessions = [s for s in result["bgp"] if {s["a"], s["b"]} == {PEER_IP[link], CLOUD_IP[link]}]
        up = [s for s in sessions if s["state"] == "established"]
        equal(f"pni-{link} sessions established", len(up), int(own["up"]))
        for session in up:
            sides = side_of(session, link)
            equal(f"pni-{link} hold time", session["hold_s"], own["hold_s"])
            for side in SIDES:
                said = session["open"].get(sides[side], {})
                equal(f"pni-{link} OPEN of {side}", (said.get("asn"), said.get("bgp_id")), (own[f"{side}_asn"], own[f"{side}_id"]))
                equal(f"pni-{link} prefixes of {side}", session["rib"][sides[side]], families(truth.routes[link][side]))
        if "statistics" in own:
            analyze_messages(link, sessions, own["statistics"])


def analyze_messages(link, sessions, statistics):
    """FRR counts UPDATEs over all sessions with the neighbour. What reached it after it had closed a
    session it doesn't count, the wire does."""
    ours = {side: sum(s["messages"][side_of(s, link)[side]]["UPDATE"] for s in sessions) for side in SIDES}
    equal(f"pni-{link} UPDATEs of peer", ours["peer"], statistics["updatesSent"])
    if not statistics["updatesRecv"] <= ours["msft"] <= statistics["updatesRecv"] + LATE:
        bad.append(f"pni-{link} UPDATEs of msft: {ours['msft']}, daemon read {statistics['updatesRecv']}")


# ---- Redis

def redis_lacp(redis, site, truth):
    for link, members in truth.members.items():
        for n, member in enumerate(members):
            record = redis.hash(f"pni:{{{site}}}:lacp:pni-{link}:{n}")
            bundled = all(m["state"] & 0x30 == 0x30 and m["status"].startswith("current") for m in member.values())
            equal(f"pni-{link} member {n} distributing", record.get("state") == "distributing", bundled)
            if not bundled:
                continue
            for side in SIDES:
                ours = tuple(record.get(f"{side}_{f}") for f in ("system", "key", "port", "actor_state", "partner_system", "partner_key", "partner_port"))
                own = member[side]
                equal(f"pni-{link} member {n} LACP of {side}", ours,
                      tuple(str(own[f]) for f in ("system", "key", "port", "state", "partner_system", "partner_key", "partner_port")))


def redis_lldp(redis, site, truth):
    for link, members in truth.members.items():
        for n, member in enumerate(members):
            record = redis.hash(f"pni:{{{site}}}:lacp:pni-{link}:{n}")
            for side in SIDES:
                equal(f"pni-{link} member {n} LLDP of {side}", (record.get(f"{side}_lldp_chassis"), record.get(f"{side}_lldp_port")),
                      (member[side]["mac"], member[side]["interface"]))


def redis_bfd(redis, site, truth):
    for link, own in truth.bfd.items():
        record = redis.hash(f"pni:{{{site}}}:bfd:pni-{link}-v4")
        for field, value in own.items():
            equal(f"pni-{link} BFD {field}", record.get(field), str(value))


def redis_session(redis, site, truth):
    for link, own in truth.sessions.items():
        record = redis.hash(f"pni:{{{site}}}:session:pni-{link}-v4")
        equal(f"pni-{link} established", record.get("state") == "established", own["up"])
        if not own["up"]:
            continue
        if record.get("hold_known") == "1":
            equal(f"pni-{link} hold time", record.get("hold_s"), str(own["hold_s"]))
        for side in SIDES:
            if record.get(f"{side}_open_basis"):
                equal(f"pni-{link} OPEN of {side}", (record.get(f"{side}_asn"), record.get(f"{side}_bgp_id")),
                      (str(own[f"{side}_asn"]), own[f"{side}_id"]))


def redis_opens(redis, site, truth):
    for link, own in truth.sessions.items():
        record = redis.hash(f"pni:{{{site}}}:session:pni-{link}-v4")
        for side in SIDES if own["up"] else ():
            equal(f"pni-{link} OPEN of {side} known", bool(record.get(f"{side}_open_basis")), True)


def redis_counts(redis, site, truth):
    for link, own in truth.sessions.items():
        record = redis.hash(f"pni:{{{site}}}:session:pni-{link}-v4")
        for side in SIDES if own["up"] else ():
            count = families(truth.routes[link][side])
            equal(f"pni-{link} routes of {side}", (record.get(f"{side}_routes_v4"), record.get(f"{side}_routes_v6")),
                  (str(count["ipv4"]), str(count["ipv6"])))


def stored_route(text):
    """A field of rib:NAME:SIDE as a route of pni_truth.py."""
    r = json.loads(text)
    return route(r.get("as_path", ""), r["origin"], r["next_hop"], r.get("med"), r.get("communities", "").split(),
                 r.get("large", "").split(), [e.lower() for e in r.get("extended", "").split()])


def redis_rib(redis, site, truth):
    """To the prefix, with attributes."""
    for link, sides in truth.routes.items():
        for side, routes in sides.items():
            stored = redis.hash(f"pni:{{{site}}}:rib:pni-{link}-v4:{side}")
            equal(f"pni-{link} prefixes that only Redis has of {side}", sorted(set(stored) - set(routes))[:5], [])
            equal(f"pni-{link} prefixes that Redis lacks of {side}", sorted(set(routes) - set(stored))[:5], [])
            for prefix in sorted(set(stored) & set(routes)):
                equal(f"pni-{link} {side} {prefix}", stored_route(stored[prefix]), routes[prefix])


PARTS = {"rib": redis_rib, "lacp": redis_lacp, "lldp": redis_lldp, "bfd": redis_bfd, "session": redis_session, "opens": redis_opens, "counts": redis_counts}


def main():
    if len(sys.argv) > 3 and sys.argv[1] == "analyze":
        result, truth = json.load(open(sys.argv[2])), Truth(json.load(open(sys.argv[3])))
        analyze_lacp(result, truth)
        analyze_bfd(result, truth)
        analyze_bgp(result, truth)
        what = "analyze"
    elif len(sys.argv) > 4 and sys.argv[1] == "redis":
        redis, site, truth = Redis(sys.argv[2]), sys.argv[3], Truth(json.load(open(sys.argv[4])))
        parts = sys.argv[5:] or list(PARTS)
        for part in parts:
            PARTS[part](redis, site, truth)
        what = f"Redis ({', '.join(parts)})"
    else:
        print(__doc__)
        sys.exit(2)
    for line in bad[:20]:
        print("WRONG  " + line)
    count = {link: families(truth.routes[link]["peer"]) for link in "ab"}
    print(f"{what}: {len(bad)} differences; the peer's prefixes: {count}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
