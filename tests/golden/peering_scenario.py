#!/usr/bin/env python3
"""Interconnects that keep or break one rule each, as captures with a contract and the verdicts due.

  peering_scenario.py DIR [NAME...]     write DIR/NAME/{LINK.MEMBER.DIRECTION.pcap,peering.conf,expected.json}
  peering_scenario.py --list            names, what happens, what is due

Two links (pni-a, pni-b) of two members each between AS 64496 and the cloud, a router each, LACP, BFD and
BGP from scratch (peering_wire.py), the voice and subscribers' traffic of scenario.py. Sixteen minutes
stand for a day: `analyze --window 15m` judges them. Documentation numbers count as public here by a
table of the scenario's own (data.special), as in any laboratory.
"""
import argparse
import dataclasses
import functools
import json
import os
import sys

import bgp_messages
import peering_wire as wire
import scenario
from scenario import M2P, P2M

LINKS = scenario.LINKS
MEMBERS = scenario.MEMBERS
START = 1768471200
WINDOW = "15m"
PEER, CLOUD = 64496, 8075
REGISTERED = "203.0.113.0/24"
ANNOUNCED = (REGISTERED, "198.51.100.0/24", "2001:db8:100::/48")
CLOUD_ROUTES = ("198.18.0.0/16", "198.19.0.0/16", "2001:db8:8075::/48")

# The rows of the audit that these scenarios are about; others are judged from other evidence.
ROWS = ("R1", "R2", "R3", "R6", "R8", "R9", "R10", "R11", "X1", "X2", "X3", "X4", "X5", "X6", "X7", "X8", "X9",
        "X12", "X13", "X19", "M2", "M4", "M6")


def ordinary_routes(path=(PEER,)):
    return [bgp_messages.Route(p, path, ("8075:8007",) if p == REGISTERED else ()) for p in ANNOUNCED]


@dataclasses.dataclass
class Link:
    """One link as it is: the peer's router, what it announces, how LACP and BFD behave."""
    name: str
    bgp_id: str
    system: bytes
    asn: int = PEER
    my_as: int | None = None        # of the OPEN where it is another than asn
    four_octets: bool = True
    routes: list = dataclasses.field(default_factory=ordinary_routes)
    states: object = None           # of LACP, see wire.Lag; None: both up all the time
    slow_protocols: bool = True
    bfd: str = "up"                 # "up", "silent": the peer sends none, "down": from down_at on
    down_at: float = 0
    bfd_interval_us: int = 300000
    md5: bool = False
    outages: tuple = ()             # (from, to): the session is reset, and opened again
    later: tuple = ()               # (second, messages of the peer)
    members_lost: tuple = ()        # (member, from, to): nothing of the peer arrives on it
    idle: bool = False              # no traffic but its own protocols
    role: str = ""
    cloud_id: str = ""

    @property
    def index(self):
        return LINKS.index(self.name)

    @property
    def ends(self):
        return f"192.0.2.{2 * self.index}", f"192.0.2.{2 * self.index + 1}"


@dataclasses.dataclass
class Plan:
    a: Link
    b: Link
    seconds: int = 960
    joined: bool = False            # the capture begins in the middle of sessions
    tap: str = "optical"
    special: str = "lab"            # "lab": documentation numbers are public; "builtin"
    asn: int = PEER                 # declared
    registered: str = f'{{ prefix = "{REGISTERED}"; activated = true; origin = {PEER}; primary = "ams1"; }}'
    max_prefixes: int = 100
    customers: tuple = ()
    vrps: str = ""                  # a snapshot of validated ROA payloads, CSV; "": none
    objects: str = ""               # a snapshot of a routing registry, RPSL; "": none
    more: str = ""                  # lines of the contract
    traffic: object = None          # adds to the Interconnect of scenario.py

    alone: bool = False             # the contract knows pni-a only

    @property
    def links(self):
        return (self.a,) if self.alone else (self.a, self.b)


def ordinary():
    return Plan(Link("pni-a", "203.0.113.251", bytes.fromhex("0200aa00ee01"), role="primary", cloud_id="198.18.255.1"),
                Link("pni-b", "203.0.113.252", bytes.fromhex("0200bb00ee02"), role="redundant", cloud_id="198.18.255.2"))


# ---- from a plan to frames

@functools.lru_cache(maxsize=None)
def ordinary_traffic(seconds):
    net = scenario.Interconnect(START)
    scenario.sip_tls(net, seconds)
    scenario.calls(net, 8, 24)
    scenario.subscribers(net, 12)
    return net.lanes


def add_traffic(out, plan):
    for (link, member, direction), frames in ordinary_traffic(plan.seconds).items():
        if getattr(plan, link[-1]).idle or plan.alone and link != plan.a.name:
            continue
        lost = getattr(plan, link[-1]).members_lost
        for t, data in frames:
            at = t + 3 if not plan.joined else t
            away = any(m == member and begin <= at < end for m, begin, end in lost)
            out.lanes[link, 1 - member if away else member, direction].append((at, data))
    if plan.traffic:
        net = scenario.Interconnect(START)
        plan.traffic(net)
        for lane, frames in net.lanes.items():
            out.lanes[lane].extend(frames)


def lacp(out, plan, link):
    up = link.states or (lambda t, m: (wire.UP, wire.UP))

    def states(t, member):
        for m, begin, end in link.members_lost:
            if m == member and begin <= t < end:
                # expired three periods after the last one heard, defaulted three more later (802.1AX 6.4.12)
                alone = wire.ACTIVE | wire.FAST | wire.AGGREGATION
                if t < begin + 2:
                    return None, wire.UP
                return None, alone | (wire.EXPIRED if t < begin + 5 else wire.DEFAULTED)
        return up(t, member)
    wire.Lag(out, link.name, link.system, bytes([2, 0, 0x80, 0x75, 0, link.index]), states).run(0, plan.seconds, MEMBERS)


def bfd(out, plan, link):
    session = wire.Bfd(out, link.name, link.ends, (0, 1), link.bfd_interval_us)
    if link.bfd == "silent":
        session.stay(0.1, plan.seconds, session.DOWN, directions=(M2P,), known=False)
        return
    begin = 0.1
    if not plan.joined:
        session.rise(0.1)
        begin = 0.3
    edges = [(link.down_at, plan.seconds)] if link.bfd == "down" else list(link.outages)
    for down, again in edges:
        session.stay(begin, down)
        session.stay(down, again, session.DOWN, diag=1)
        begin = again
        if again < plan.seconds:
            session.rise(again)
            begin = again + 0.2
    session.stay(begin, plan.seconds)


def bgp(out, plan, link):
    """Sessions from one outage to the next, the first one open before the capture if joined."""
    begin = 0.5
    for n, (down, again) in enumerate(list(link.outages) + [(plan.seconds, plan.seconds)]):
        session = wire.Session(out, link.name, link.ends, (0, 1), port=40000 + n, md5=link.md5, first=1000 + n * 7777777)
        if n > 0 or not plan.joined:
            open_session(session, begin, link)
        session.keepalives(begin + 1, down)
        for at, messages in link.later:
            if begin <= at < down:
                session.say(at, P2M, *messages)
        session.run(down, reset=down < plan.seconds)
        begin = again + 0.3


def open_session(session, t, link):
    session.connect(t)
    session.say(t + 0.01, P2M, bgp_messages.open_message(link.asn, link.bgp_id, my_as=link.my_as, four_octets=link.four_octets))
    session.say(t + 0.02, M2P, bgp_messages.open_message(CLOUD, link.cloud_id))
    session.say(t + 0.03, P2M, bgp_messages.KEEPALIVE)
    session.say(t + 0.04, M2P, bgp_messages.KEEPALIVE)
    width = 4 if link.four_octets else 2
    session.say(t + 0.05, P2M, *(updates(link, r, width) for r in link.routes), bgp_messages.END_OF_RIB, bgp_messages.END_OF_RIB6)
    cloud = [bgp_messages.Route(p, (CLOUD,)) for p in CLOUD_ROUTES]
    session.say(t + 0.20, M2P, *(r.update(link.ends[1], f"2001:db8:ff::{2 * link.index + 1}") for r in cloud),
                bgp_messages.END_OF_RIB, bgp_messages.END_OF_RIB6)


def updates(link, route, width=4):
    return route.update(link.ends[0], f"2001:db8:ff::{2 * link.index}", width)


def frames_of(plan):
    out = wire.Wire(LINKS, MEMBERS)
    for link in plan.links:
        if link.slow_protocols:
            lacp(out, plan, link)
        bfd(out, plan, link)
        bgp(out, plan, link)
    add_traffic(out, plan)
    return out


def contract(plan):
    def members(name):
        return ", ".join('{ speed = "10G"; ' + " ".join(f'{d} = "pcap:{name}.{m}.{d}.pcap";' for d in (P2M, M2P)) + " }"
                         for m in range(MEMBERS))
    links = ",\n    ".join(
        f'''{{ name = "{k.name}"; site = "ams1"; role = "{k.role}"; bandwidth = "20G";
      tap = {{ kind = "{plan.tap}"; probe = "ams1-p1"; }}; members = ( {members(k.name)} );
      sessions = ( {{ name = "{k.name}-v4"; peer = "{k.ends[0]}"; cloud = "{k.ends[1]}"; bfd = "required"; }} ); }}'''
        for k in plan.links)
    data = 'special = "special-lab.txt"; ' if plan.special == "lab" else ""
    data += 'rpki = "vrps.csv"; ' if plan.vrps else ""
    data += 'irr = "objects.txt"; ' if plan.objects else ""
    special = f"data = {{ {data}}};\n" if data else ""
    return f'''# written by tests/golden/peering_scenario.py
peering = {{ name = "acme-voice"; type = "voice"; profile = "maps-2024-10"; }};
peer = {{ asn = {plan.asn}; max_prefixes_v4 = {plan.max_prefixes}; max_prefixes_v6 = 50; customer_asns = {list(plan.customers)}; }};
cloud = {{ asns = [8075, 8068, 8069]; }};
{special}sites = ( {{ name = "ams1"; metro = "Amsterdam"; }} );
links = ( {links} );
registered = ( {plan.registered} );
subnets = (
    {{ prefix = "{scenario.SBC}"; side = "peer"; classes = ["sip-tls", "srtp", "stun"]; roles = ["sbc"]; endpoints = ["203.0.113.10", "203.0.113.64"]; }},
    {{ prefix = "{scenario.SUBSCRIBERS}"; side = "peer"; classes = ["dns", "tls", "ntp"]; }},
    {{ prefix = "{scenario.SUBSCRIBERS6}"; side = "peer"; classes = ["quic"]; }},
    {{ prefix = "{scenario.CLOUD_VOICE}"; side = "msft"; classes = ["sip-tls", "srtp", "stun"]; }},
    {{ prefix = "{scenario.CLOUD_WEB}"; side = "msft"; classes = ["dns", "tls", "ntp", "http"]; }},
    {{ prefix = "{scenario.CLOUD_WEB6}"; side = "msft"; classes = ["quic"]; }} );
{plan.more}
'''


def special_registries():
    """A laboratory's: documentation and benchmarking numbers are public, private AS numbers are not."""
    with open(os.path.join(os.path.dirname(__file__), "..", "..", "data", "lab-registries.txt")) as table:
        return table.read() + "\nas 64512-65534 private use, RFC 6996\nas 4200000000-4294967294 private use, RFC 6996\n"


def write(name, directory):
    plan = PLANS[name].plan()
    where = os.path.join(directory, name)
    os.makedirs(where, exist_ok=True)
    frames_of(plan).write(where, START)
    with open(os.path.join(where, "peering.conf"), "w") as out:
        out.write(contract(plan))
    with open(os.path.join(where, "special-lab.txt"), "w") as out:
        out.write(special_registries())
    for file, text in (("vrps.csv", plan.vrps), ("objects.txt", plan.objects)):
        with open(os.path.join(where, file), "w") as out:
            out.write(text)
    with open(os.path.join(where, "expected.json"), "w") as out:
        json.dump(PLANS[name].due, out, indent=1)


# ---- the table: what happens, what is due

class Case:
    def __init__(self, text, change=lambda plan: None, passes="", fails="", inconclusive=""):
        self.text, self.change = text, change
        # R10: there is one location, as contracts may have (a SHOULD)
        self.due = {"R10": "FAIL"} | {row: verdict for verdict, rows in (("PASS", passes), ("FAIL", fails), ("INCONCLUSIVE", inconclusive))
                    for row in rows.split()}

    def plan(self):
        plan = ordinary()
        self.change(plan)
        return plan


def case(name, text, passes="", fails="", inconclusive=""):
    """Decorates a function that changes the ordinary plan."""
    def add(change):
        PLANS[name] = Case(text, change, passes, fails, inconclusive)
        return change
    return add


PLANS = {}


@case("full", "two links, two routers, full voice profile; the recording begins before the sessions",
      passes="R1 R2 R3 R6 R8 R9 R11 X1 X2 X3 X4 X6 X7 X8 X9 X13 X19 M2 M4 M6", inconclusive="X5")
def full(plan):
    del plan


@case("joined", "the recording begins in the middle of the sessions: no OPEN, no End-of-RIB",
      passes="R1 R11 X1 X7", inconclusive="R3 R6 R8 X2 X3 X4 X5 M6")
def joined(plan):
    plan.joined = True
    for link in plan.links:
        link.later = tuple((60 + 7 * n, (updates(link, bgp_messages.Route(f"198.51.100.{16 * n}/28", (PEER,))),)) for n in range(12))


# R1: the ASN

def speak_as(plan, asn, **more):
    plan.asn = asn
    plan.registered = plan.registered.replace(str(PEER), str(asn))
    for link in plan.links:
        link.asn, link.routes = asn, ordinary_routes((asn,))
        for name, value in more.items():
            setattr(link, name, value)


@case("asn-private", "the peer's OPEN has the private AS 64512", fails="R1 X4 M6", passes="R6 R11 X1")
def asn_private(plan):
    speak_as(plan, 64512)


@case("asn-private-4", "the peer's OPEN has the private AS 4200000001 in capability 65", fails="R1 X4 M6", passes="R11 X1")
def asn_private_4(plan):
    speak_as(plan, 4200000001)


@case("asn-trans", "My-AS is AS_TRANS (23456) without capability 65", fails="R1 X4 M6", passes="R6 R11 X1")
def asn_trans(plan):
    speak_as(plan, 23456, four_octets=False)


@case("asn-documentation", "a documentation AS, with the real registries", fails="R1 X4 R3 X5 M6", passes="R6 R11 X1")
def asn_documentation(plan):
    plan.special = "builtin"


@case("asn-undeclared", "another AS than the contract's", fails="R1 R3 X5 M6", passes="R6 R11 X1")
def asn_undeclared(plan):
    for link in plan.links:
        link.asn, link.routes = 64501, ordinary_routes((64501,))


@case("asn-two", "each session with an AS of its own", fails="R1 R3 X5 M6", passes="R6 R11 X1")
def asn_two(plan):
    plan.b.asn, plan.b.routes = 64501, ordinary_routes((64501,))


# R6: routers

@case("same-bgp-id", "both links' routers have one BGP identifier", fails="R6 X6", passes="R1 R11 X1")
def same_bgp_id(plan):
    plan.b.bgp_id = plan.a.bgp_id


@case("same-lacp-system", "both links' LAGs have one LACP system (MC-LAG has too)", inconclusive="R6", passes="R1 R11 X1")
def same_lacp_system(plan):
    plan.b.system = plan.a.system


@case("same-router", "one BGP identifier and one LACP system on both links", fails="R6 X6", passes="R1 R11 X1")
def same_router(plan):
    plan.b.bgp_id, plan.b.system = plan.a.bgp_id, plan.a.system


# R8: redundant, not backup

@case("prepended-twin", "the registered prefix is prepended twice on pni-b", fails="R8 X4 M6", passes="R1 R6 R11 X1 X2 X3")
def prepended_twin(plan):
    plan.b.routes = ordinary_routes((PEER,) * 3)


@case("idle-twin", "both sessions are up, and pni-b carries nothing", fails="R8", passes="R1 R6 R11 X1 X2 X3")
def idle_twin(plan):
    plan.b.idle = True
    plan.more = 'thresholds = { r8_twin_rate = "1k"; r8_share_ratio = 0.25; };  # its own protocols are 21 % of this little traffic'


@case("shut-twin", "the registered prefix carries graceful shutdown (65535:0) on pni-b", passes="R1 R6 X2 X3", fails="R8")
def shut_twin(plan):
    plan.b.routes[0].communities = ("8075:8007", "65535:0")


@case("specific-only-on-a", "pni-a has the registered prefix, pni-b only the covering /16", fails="R8 X3 M6 R2 X6", passes="R1 R6")
def less_specific(plan):
    plan.b.routes[0] = bgp_messages.Route("203.0.0.0/16", (PEER,), ("8075:8007",))


@case("backup-in-metro", "the second local link is declared as a backup", fails="R8", passes="R1 R6 R11 X1")
def backup_in_metro(plan):
    plan.b.role = "backup"


# R9, R11: the LAG

@case("static-lag", "the peer sends no LACPDU on pni-a: a static LAG", fails="R11", passes="R1 X1 X2")
def static_lag(plan):
    plan.a.states = lambda t, m: (None, wire.ACTIVE | wire.FAST | wire.AGGREGATION | wire.DEFAULTED)


@case("defaulted-partner", "the peer's side of pni-a runs on defaulted partner values", fails="R11", passes="R1 X1 X2")
def defaulted_partner(plan):
    half = wire.ACTIVE | wire.FAST | wire.AGGREGATION
    plan.a.states = lambda t, m: (half | wire.DEFAULTED, half | wire.SYNC)


@case("individual-member", "the peer's ports of pni-a are individual: no aggregation", fails="R11", passes="R1 X1")
def individual(plan):
    plan.a.states = lambda t, m: (wire.UP & ~wire.AGGREGATION, wire.UP)


@case("span", "taps are SPAN ports that pass no slow protocols", inconclusive="R11", passes="R1")
def span(plan):
    plan.tap = "span"
    for link in plan.links:
        link.slow_protocols = False


@case("member-10min", "member 1 of pni-a is dark for 10 minutes", passes="R9 R1 R6")
def member_10(plan):
    plan.a.members_lost = ((1, 120, 720),)


@case("member-20min", "member 1 of pni-a is dark for 20 minutes", fails="R9", passes="R1 R6")
def member_20(plan):
    plan.seconds = 1500
    plan.a.members_lost = ((1, 120, 1320),)


# X2, X3, X4, X5, X8, X19, M6: registered prefixes

@case("no-community", "8075:8007 is missing on pni-b", fails="X2 M6", passes="R1 R6 X1 X3 X4 X8")
def no_community(plan):
    plan.b.routes[0].communities = ()


@case("path-of-4", "a path of four ASes to the registered prefix", fails="X4 M6", passes="R1 R6 X1 X2 X3")
def path_of_4(plan):
    plan.customers = (64501, 64502, 64503)
    plan.registered = plan.registered.replace(f"origin = {PEER}", "origin = 64503")
    for link in plan.links:
        link.routes[0] = bgp_messages.Route(REGISTERED, (PEER, 64501, 64502, 64503), ("8075:8007",))


@case("private-in-path", "a private AS in the path of the registered prefix", fails="X4 M6", passes="R1 R6 X2 X3")
def private_in_path(plan):
    plan.customers = (64513,)
    plan.registered = plan.registered.replace(f"origin = {PEER}", "origin = 64513")
    for link in plan.links:
        link.routes[0] = bgp_messages.Route(REGISTERED, (PEER, 64513), ("8075:8007",))


@case("withdrawn-on-one", "the registered prefix is withdrawn on pni-b", fails="X3 M6 R2 R8 X6", passes="R1 R6 X1")
def withdrawn(plan):
    plan.b.later = ((200, (bgp_messages.withdraw(REGISTERED),)),)


@case("wrong-origin", "the registered prefix has another origin", fails="X5 R3 M6", passes="R1 R6 X2 X3")
def wrong_origin(plan):
    for link in plan.links:
        link.routes[0] = bgp_messages.Route(REGISTERED, (PEER, 64501), ("8075:8007",))


# X5, X12, R3: announcements against snapshots of who may originate what

def snapshots(plan, holder=PEER, longest=(24, 24, 48), day="2026-01-14", registrant=PEER):
    rows = [f"AS{holder},{p},{n},test" for p, n in zip(ANNOUNCED, longest)]
    plan.vrps = "\n".join([f"# date {day}", "ASN,IP Prefix,Max Length,Trust Anchor"] + rows) + "\n"
    plan.objects = f"% date {day}\n\n" + "\n".join(f"{'route6' if ':' in p else 'route'}: {p}\norigin: AS{registrant}\nsource: TEST\n"
                                                   for p in ANNOUNCED)


@case("registry-right", "snapshots of the day before name the peer", passes="X5 X12 R3 R1")
def registry_right(plan):
    snapshots(plan)


@case("registry-invalid", "ROAs of what is announced name another AS (RFC 6811: invalid)", fails="X12 R3", passes="X5 R1 X2")
def registry_invalid(plan):
    snapshots(plan, holder=64501)


@case("registry-too-long", "a ROA's maximum length is shorter than what is announced", fails="X12", inconclusive="R3", passes="X5 R1 X2")
def registry_too_long(plan):
    snapshots(plan)
    plan.vrps += f"AS{PEER},198.18.64.0/20,20,test\n"
    plan.a.routes.append(bgp_messages.Route("198.18.64.0/24", (PEER,)))
    plan.objects += f"\nroute: 198.18.64.0/20\norigin: AS{PEER}\n"


@case("registry-not-found", "a prefix without ROA is not invalid; its AS is registered by a shorter route", passes="X5 X12 R3")
def registry_not_found(plan):
    snapshots(plan)
    plan.a.routes.append(bgp_messages.Route("198.18.64.0/24", (PEER,)))
    plan.objects += f"\nroute: 198.18.64.0/20\norigin: AS{PEER}\n"


@case("registry-unregistered", "the routing registry has other origins", fails="X5 X12", passes="R3 R1 X2")
def registry_unregistered(plan):
    snapshots(plan, registrant=64501)


@case("registry-old", "snapshots of two months before", inconclusive="X5 X12", passes="R3 R1 X2")
def registry_old(plan):
    snapshots(plan, holder=64501, registrant=64501, day="2025-11-15")


@case("registry-later", "snapshots of a month after the recording", inconclusive="X5 X12", passes="R3 R1 X2")
def registry_later(plan):
    snapshots(plan, holder=64501, registrant=64501, day="2026-02-15")


@case("registry-broken", "a snapshot that was cut short", inconclusive="X5 X12", passes="R3 R1 X2")
def registry_broken(plan):
    snapshots(plan)
    plan.vrps, plan.objects = plan.vrps[:-3], "not RPSL\n"


@case("expressroute-path", "AS 12076 in a path of the peer", fails="X8 R3 X19", passes="R1 R6 X2 X3")
def expressroute(plan):
    plan.a.routes.append(bgp_messages.Route("198.51.100.0/25", (PEER, 12076)))


@case("leak", "the peer announces a range of Microsoft", fails="X19 R3", passes="R1 R6 X2 X3")
def leak(plan):
    plan.a.routes.append(bgp_messages.Route("52.112.0.0/16", (PEER, CLOUD)))


@case("too-many-prefixes", "more prefixes than the peer declared", fails="X13 M6", passes="R1 R6 X2 X3")
def too_many(plan):
    plan.max_prefixes = 10
    for link in plan.links:
        link.routes += [bgp_messages.Route(f"198.51.100.{n * 4}/30", (PEER,)) for n in range(20)]


# X1: BFD

@case("bfd-silent", "the peer of pni-a doesn't answer BFD, BGP is up", fails="X1", passes="R1 R6 R11 X2 X3")
def bfd_silent(plan):
    plan.a.bfd = "silent"


@case("bfd-slow", "1 s x 3 on pni-a: detection in 3 s", fails="X1", passes="R1 R6 R11 X2 X3")
def bfd_slow(plan):
    plan.a.bfd_interval_us = 1000000


@case("bfd-down-bgp-stays", "BFD of pni-a goes down and BGP stays", fails="X1", passes="R1 R6 R11 X2 X3")
def bfd_down(plan):
    plan.a.bfd, plan.a.down_at = "down", 300


# X7, X9, R3: the session's protection, sources and destinations

@case("md5", "TCP-MD5 on pni-a", fails="X7", passes="R1 R6 R11 X1")
def md5(plan):
    plan.a.md5 = True


def few_flows(peer, cloud, direction):
    """Two-way flows, 200 packets of the direction in question, of ten flows."""
    def add(net):
        for n in range(10):
            flow = scenario.UdpFlow(net, "pni-a", 0, "stun", peer, 41000 + n, cloud, 3478)
            for i in range(20):
                ident = b"\x21\x12\xa4\x42" + bytes([n, i]) * 6
                for where in (P2M, M2P):
                    flow.send(400 + n + i * 0.5 + (0.004 if where == M2P else 0), where,
                              (b"\0\1\0\0" if where == direction else b"\1\1\0\0") + ident)
    return add


@case("bogon-source", "two-way flows with a source of RFC 1918", fails="R3 X9", passes="R1 R6 R11 X1")
def bogon_source(plan):
    plan.traffic = few_flows("10.1.2.3", "198.18.0.200", P2M)


@case("unannounced-source", "two-way flows of a source that no session announces", fails="R3 X9", passes="R1 R6 R11 X1")
def unannounced_source(plan):
    plan.traffic = few_flows("192.31.197.9", "198.18.0.200", P2M)


@case("bogon-announced", "a prefix of RFC 1918 is announced", fails="R3", passes="R1 R6 R11 X1")
def bogon_announced(plan):
    plan.a.routes.append(bgp_messages.Route("10.0.0.0/16", (PEER,)))


@case("unrouted-destination", "the peer sends to what the cloud doesn't announce", fails="X9", passes="R1 R6 R11 X1")
def unrouted(plan):
    plan.traffic = few_flows("203.0.113.64", "198.20.0.9", P2M)


# M2, M4, R2: sessions that go

@case("flaps", "pni-b's session is reset three times", fails="M4 M2", passes="R1 R6 R11")
def flaps(plan):
    plan.b.outages = ((200, 205), (400, 405), (600, 605))


@case("away", "pni-b's session goes and doesn't come back, for 15 minutes and more", fails="R2 M2 X6", passes="R1 R11")
def away(plan):
    plan.b.outages = ((20, 961),)


@case("down-in-maintenance", "away for 5 minutes, as was announced", passes="R1 R2 R6 R11 M2 M4")
def in_maintenance(plan):
    plan.b.outages = ((300, 600),)
    plan.more = ('maintenance = ( { id = "CHG-7"; scope = ["link:pni-b"]; '
                 'from = "2026-01-15T10:04:30Z"; to = "2026-01-15T10:10:30Z"; } );')


@case("one-connection", "one connection at the location", fails="R2 X6", passes="R1 R11 X1 X2 X3")
def one_connection(plan):
    plan.alone = True


@case("down-5min", "pni-b's session is away for 5 minutes", fails="M2", passes="R1 R6 R11")
def down_5(plan):
    plan.b.outages = ((300, 600),)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("directory", nargs="?")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    if args.list or not args.directory:
        for name, c in PLANS.items():
            due = "  ".join(f"{verdict} {' '.join(r for r, v in c.due.items() if v == verdict)}"
                            for verdict in ("PASS", "FAIL", "INCONCLUSIVE") if verdict in c.due.values())
            print(f"{name:20} {c.text}\n{'':20} {due}")
        return 0 if args.list else 2
    for name in args.names or PLANS:
        if name not in PLANS:
            print(f"no scenario {name}; --list tells them", file=sys.stderr)
            return 2
        write(name, args.directory)
    return 0


if __name__ == "__main__":
    sys.exit(main())
