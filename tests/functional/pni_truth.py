"""What scripts/lab-pni.sh's daemons say (pni_truth), as tables that a test can compare.

Truth(document): .routes[link][side], .sessions[link], .bfd[link], .members[link][n]. Sides are "peer"
and "msft": who announced. Routes are read at the receiver: its Adj-RIB-In is what the wire carried.
"""
import re

CLOUD_IP = {"a": "192.0.2.1", "b": "192.0.2.3"}
PEER_IP = {"a": "192.0.2.0", "b": "192.0.2.2"}
LACP_BITS = ("activity", "timeout", "aggregation", "synchronized", "collecting", "distributing", "defaulted", "expired")


def route(path="", origin="", next_hop="", med=None, communities=(), large=(), extended=()):
    return {"path": path, "origin": origin.lower(), "next_hop": next_hop, "med": med, "communities": sorted(communities),
            "large": sorted(large), "extended": sorted(extended)}


def triples(text):
    return [":".join(part.strip() for part in inside.split(",")) for inside in re.findall(r"\(([^)]*)\)", text)]


def bird_routes(text):
    """`show route import table ... all`: a line per prefix, indented lines of its attributes."""
    routes, prefix, fields = {}, None, {}

    def done():
        if prefix:
            routes[prefix] = route(fields.get("as_path", ""), fields["origin"], fields["next_hop"].split()[0],
                                   int(fields["med"]) if "med" in fields else None, triples(fields.get("community", "")),
                                   triples(fields.get("large_community", "")), triples(fields.get("ext_community", "")))
    for line in text.splitlines():
        head = re.match(r"(\S+/\d+)\s+unicast ", line)
        if head:
            done()
            prefix, fields = head.group(1), {}
        attribute = re.match(r"\tBGP\.(\w+): (.*)", line)
        if attribute:
            fields[attribute.group(1)] = attribute.group(2).strip()
    done()
    return routes


def frr_routes(document, neighbour):
    """`show bgp ... json detail`: those that came from `neighbour`."""
    routes = {}
    for prefix, entries in document["routes"].items():
        for p in entries[1:]:
            if p["peer"]["peerId"] != neighbour:
                continue
            hop = next(h["ip"] for h in p["nexthops"] if h.get("scope", "global") == "global")
            extended = [e.lower() for e in p.get("extendedCommunity", {}).get("string", "").split()]
            routes[prefix] = route(p["aspath"]["string"], p["origin"], hop, p.get("metric"),
                                   p.get("community", {}).get("list", ()), p.get("largeCommunity", {}).get("list", ()), extended)
    return routes


def gobgp_routes(document):
    """`gobgp neighbor X adj-in -j`: a list of paths per prefix, attributes by their type."""
    routes = {}
    for prefix, paths in document.items():
        a = {attribute["type"]: attribute for attribute in paths[0]["attrs"]}
        path = " ".join(str(n) for segment in a[2]["as_paths"] for n in segment["asns"])
        communities = [f"{c >> 16}:{c & 0xFFFF}" for c in a[8]["communities"]] if 8 in a else ()
        routes[prefix] = route(path, ("igp", "egp", "incomplete")[a[1].get("value", 0)], a[3]["nexthop"],
                               a[4]["metric"] if 4 in a else None, communities)
    return routes


def lacp_members(text):
    """`ovs-appctl lacp/show`: {interface: {"system", "key", "port", "state", "partner_system", ...}}"""
    members, member = {}, None
    for line in text.splitlines():
        head = re.match(r"member: (\w+): (.*)", line)
        if head:
            member = members[head.group(1)] = {"status": head.group(2)}
            continue
        field = re.match(r"\s+(actor|partner) (sys_id|port_id|key|state): (.*)", line)
        if member is None or not field:
            continue
        side = "partner_" if field.group(1) == "partner" else ""
        name = {"sys_id": "system", "port_id": "port"}.get(field.group(2), field.group(2))
        value = field.group(3).strip()
        if name == "state":
            value = sum(1 << LACP_BITS.index(word) for word in value.split())
        member[side + name] = int(value) if name in ("port", "key") else value
    return members


def bird_field(text, name):
    found = re.search(rf"^\s+{name}:\s+(.*)$", text, re.M)
    return found.group(1).strip() if found else None


def bird_bfd(text, neighbour):
    found = re.search(rf"^{re.escape(neighbour)}\s+\S+\s+(\w+)", text, re.M)
    return found.group(1) if found else None


class Truth:
    def __init__(self, document):
        members = lacp_members(document["lacp"])
        self.routes, self.sessions, self.bfd, self.members = {}, {}, {}, {}
        for link in "ab":
            self.link(link, document[link]["cloud"], document[link]["peer"])
            ends = [{"peer": f"{link}{n}p", "msft": f"{link}{n}c"} for n in (0, 1)]
            self.members[link] = [{side: members[name] | {"interface": name, "mac": document["macs"][name]} for side, name in end.items()}
                                  for end in ends]

    def cloud(self, link, cloud):
        """What the cloud's router received, and has of the session and of BFD."""
        if "frr" in cloud:
            own = cloud["frr"]["neighbor"][PEER_IP[link]]
            received = frr_routes(cloud["frr"]["received4"], PEER_IP[link]) | frr_routes(cloud["frr"]["received6"], PEER_IP[link])
            session = {"up": own["bgpState"] == "Established", "peer_id": own["remoteRouterId"], "peer_asn": own["remoteAs"], "msft_asn": own["localAs"]}
            return received, session, {"msft_state": cloud["frr"]["bfd"][0]["status"].capitalize()}
        if "gobgp" in cloud:
            own = cloud["gobgp"]["neighbor"]
            own = own[0] if isinstance(own, list) else own
            session = {"up": own["state"]["session_state"] == 6, "peer_id": own["state"].get("router_id"), "peer_asn": own["state"]["peer_asn"],
                       "msft_asn": own["conf"]["local_asn"]}
            return gobgp_routes(cloud["gobgp"]["received4"]), session, {"msft_state": bird_bfd(cloud["bird"]["bfd"], PEER_IP[link])}
        cloud = cloud["bird"]
        session = {"up": bird_field(cloud["protocol"], "BGP state") == "Established", "peer_id": bird_field(cloud["protocol"], "Neighbor ID"),
                   "peer_asn": int(bird_field(cloud["protocol"], "Neighbor AS")), "msft_asn": int(bird_field(cloud["protocol"], "Local AS"))}
        return bird_routes(cloud["import4"]) | bird_routes(cloud["import6"]), session, {"msft_state": bird_bfd(cloud["bfd"], PEER_IP[link])}

    def link(self, link, cloud, peer):
        received, session, bfd = self.cloud(link, cloud)
        session["msft_id"] = f"198.18.255.{'ab'.index(link) + 1}"
        if "frr" in peer:
            neighbour = peer["frr"]["neighbor"][CLOUD_IP[link]]
            sent = frr_routes(peer["frr"]["received4"], CLOUD_IP[link]) | frr_routes(peer["frr"]["received6"], CLOUD_IP[link])
            session |= {"hold_s": neighbour["bgpTimerHoldTimeMsecs"] // 1000, "peer_port": neighbour.get("portLocal"), "msft_port": neighbour.get("portForeign"),
                        "statistics": neighbour["messageStats"]}
            own = peer["frr"]["bfd"][0]
            bfd |= {"peer_state": own["status"].capitalize(), "peer_my_discriminator": own["id"], "peer_your_discriminator": own["remote-id"],
                    "peer_detect_mult": own["detect-multiplier"], "msft_detect_mult": own["remote-detect-multiplier"]}
        else:
            state = peer["gobgp"]["neighbor"][0] if isinstance(peer["gobgp"]["neighbor"], list) else peer["gobgp"]["neighbor"]
            sent = gobgp_routes(peer["gobgp"]["received4"])
            session |= {"hold_s": int(state["timers"]["state"].get("negotiated_hold_time", 0))}
            bfd |= {"peer_state": bird_bfd(peer["bird"]["bfd"], CLOUD_IP[link])}
        if not session["up"]:
            received, sent = {}, {}
        self.routes[link] = {"peer": received, "msft": sent}
        self.sessions[link], self.bfd[link] = session, bfd
