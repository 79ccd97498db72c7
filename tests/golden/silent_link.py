#!/usr/bin/env python3
"""A link that stops forwarding without a word, as captures with the truth of what follows when.

  silent_link.py DIR [--seconds 30] [--at 8] [--length 12] [--calls 20] [--start EPOCH_SECONDS]

Two links of two members between AS 64496 and the cloud: LACP each second, BFD at 300 ms x 3, BGP, SRTP
calls over both. From --at on nothing of the peer arrives over pni-a any more, though its ports stay up.
The cloud's router finds it as the standards say: BFD after three intervals (RFC 5880 section 6.8.4),
BGP at once by BFD (Cease 10, RFC 9384), LACP expired after three periods and defaulted after three more
(802.1AX 6.4.12). Calls move to pni-b. After --length seconds all of it comes back.

DIR gets LINK.MEMBER.DIRECTION.pcap, peering.conf (ports are those captures) and truth.json.
"""
import argparse
import json
import os
import struct

import bgp_messages
import peering_wire as wire
import scenario
from scenario import M2P, P2M

LINKS = scenario.LINKS
MEMBERS = scenario.MEMBERS
SILENT = LINKS[0]
PERIOD = 1.0        # of LACP
BFD_MULTIPLIER = 3
BFD_INTERVAL = 0.3
THINK = 0.003       # a router's own time from a timer to a packet
TO_BGP = 0.020      # from BFD Down to the Cease
TO_ROUTE = 0.030    # from BFD Down to the other link
OUTAGE = 0.5        # of a stream without a packet


class Interconnect(wire.Wire):
    """Loses what the peer sends over the silent link."""

    def __init__(self, silent_from, silent_until):
        super().__init__(LINKS, MEMBERS)
        self.silent_from, self.silent_until = silent_from, silent_until
        self.last_heard = {}

    def frame(self, t, link, member, direction, ethertype, body, source=None, target=None):
        if link == SILENT and direction == P2M and self.silent_from <= t < self.silent_until:
            return
        if link == SILENT and direction == P2M and t < self.silent_from:
            kind = {0x8809: "lacp"}.get(ethertype, "ip")
            self.last_heard[kind, member] = max(t, self.last_heard.get((kind, member), 0))
            self.last_heard["any"] = max(t, self.last_heard.get("any", 0))
        super().frame(t, link, member, direction, ethertype, body, source, target)


def lacp(net, link, number, truth, args):
    peer, cloud = bytes([2, 0, 0xAA, 0, 0, number + 1]), bytes([2, 0, 0x80, 0x75, 0, number + 1])
    alone = wire.ACTIVE | wire.FAST | wire.AGGREGATION
    back = args.at + args.length

    def states(t, member):
        sent = t + 0.05 + 0.1 * member  # as wire.Lag sends it
        if link != SILENT or not args.at <= sent < back:
            return wire.UP, wire.UP
        expired = truth["lacp_last"][member] + BFD_MULTIPLIER * PERIOD
        if sent < expired:
            return wire.UP, wire.UP
        return wire.UP, alone | (wire.EXPIRED if sent < expired + 3 * PERIOD else wire.DEFAULTED)
    wire.Lag(net, link, peer, cloud, states).run(0, args.seconds, MEMBERS)


def bfd(net, link, ends, truth, args):
    session = wire.Bfd(net, link, ends, (0, 1), round(BFD_INTERVAL * 1e6), BFD_MULTIPLIER)
    if link != SILENT:
        session.stay(0.1, args.seconds)
        return
    back = args.at + args.length
    session.stay(0.1, args.at, directions=(P2M,))
    truth["bfd_last"] = net.last_heard["ip", 0]
    truth["bfd_down"] = truth["bfd_last"] + BFD_MULTIPLIER * BFD_INTERVAL + THINK
    session.stay(0.1, truth["bfd_down"], directions=(M2P,))
    # the peer, whose packets are lost, says Up until it hears of it
    session.stay(args.at, truth["bfd_down"], directions=(P2M,))
    session.packet(truth["bfd_down"], M2P, session.DOWN, diag=1, interval_us=1000000)
    session.stay(truth["bfd_down"] + 0.9, back, session.DOWN, diag=1)
    session.rise(back + 0.1)
    truth["bfd_up"] = back + 0.1 + 0.03
    session.stay(back + 0.3, args.seconds)


def open_session(session, t, bgp_ids, ends, number):
    session.connect(t)
    session.say(t + 0.01, P2M, bgp_messages.open_message(64496, bgp_ids[0]))
    session.say(t + 0.02, M2P, bgp_messages.open_message(8075, bgp_ids[1]))
    session.say(t + 0.03, P2M, bgp_messages.KEEPALIVE)
    session.say(t + 0.04, M2P, bgp_messages.KEEPALIVE)
    routes = [bgp_messages.Route(p, (64496,), ("8075:8007",) if p == scenario.SBC else ()) for p in (scenario.SBC, scenario.SUBSCRIBERS)]
    session.say(t + 0.05, P2M, *(r.update(ends[0], f"2001:db8:ff::{2 * number}") for r in routes), bgp_messages.END_OF_RIB)
    cloud = [bgp_messages.Route(p, (8075,)) for p in (scenario.CLOUD_VOICE, scenario.CLOUD_WEB)]
    session.say(t + 0.06, M2P, *(r.update(ends[1], f"2001:db8:ff::{2 * number + 1}") for r in cloud), bgp_messages.END_OF_RIB)


def bgp(net, link, number, ends, truth, args):
    ids = f"203.0.113.{251 + number}", f"198.18.255.{1 + number}"
    first = wire.Session(net, link, ends, (0, 1), port=41000)
    open_session(first, 0.4, ids, ends, number)
    if link != SILENT:
        first.keepalives(1.5, args.seconds, every=3)
        first.run(args.seconds)
        return
    truth["bgp_down"] = truth["bfd_down"] + TO_BGP
    first.keepalives(1.5, truth["bgp_down"], every=3)
    first.say(truth["bgp_down"], M2P, bgp_messages.notification(6, 10))
    first.run(truth["bgp_down"] + 0.001)
    again = wire.Session(net, link, ends, (0, 1), port=41001, first=77000000)
    back = args.at + args.length + 0.5
    open_session(again, back, ids, ends, number)
    truth["bgp_up"] = back + 0.04
    again.keepalives(back + 1, args.seconds, every=3)
    again.run(args.seconds)


def calls(net, truth, args):
    """G.711 over SRTP, 20 ms each way; those over the silent link move when BFD has found it."""
    moved, back = truth["bfd_down"] + TO_ROUTE, truth["bgp_up"] + 0.5
    gap, away = {}, {}
    for call in range(args.calls):
        home, member = LINKS[call % 2], (call // 2) % MEMBERS
        peer, cloud = ("203.0.113.64", 30000 + 2 * call), (f"198.18.1.{call + 1}", 49152 + 2 * call)
        start = 0.5 + call * 0.0017
        last = {}
        for i in range(int((args.seconds - start - 0.5) * 50)):
            t = start + i * 0.02
            link = LINKS[1] if home == SILENT and moved <= t < back else home
            for direction, ssrc in ((P2M, 0x10000000 + call), (M2P, 0x20000000 + call)):
                at = t + (0.003 if direction == M2P else 0)
                ends = (peer, cloud) if direction == P2M else (cloud, peer)
                rtp = struct.pack("!BBHII", 0x80, 8, (1000 + i) & 0xFFFF, i * 160, ssrc) + bytes(170)
                udp = struct.pack("!HHHH", ends[0][1], ends[1][1], 8 + len(rtp), 0) + rtp
                before = sum(len(lane) for lane in (net.lanes[link, member, direction],))
                net.frame(at, link, member, direction, *wire.ip(ends[0][0], ends[1][0], 17, 62, udp))
                if len(net.lanes[link, member, direction]) > before:
                    if direction in last:
                        gap[direction] = max(gap.get(direction, 0), at - last[direction])
                        if at - last[direction] >= OUTAGE:
                            away[call, direction] = last[direction]
                    last[direction] = at
    truth["voice_streams"], truth["voice_from"] = len(away), min(away.values())
    truth["voice_gap"] = {"peer_to_msft": round(gap[P2M], 6), "msft_to_peer": round(gap[M2P], 6)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("directory")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--at", type=float, default=8)
    parser.add_argument("--length", type=float, default=12)
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--start", type=int, default=1768471200)
    args = parser.parse_args()
    os.makedirs(args.directory, exist_ok=True)
    net = Interconnect(args.at, args.at + args.length)
    # the last LACPDU of each member before the silence, as wire.Lag sends them
    truth = {"link": SILENT, "start": args.start, "silent": args.at, "back": args.at + args.length,
             "lacp_last": [max(n + 0.05 + 0.1 * m for n in range(args.seconds) if n + 0.05 + 0.1 * m < args.at) for m in range(MEMBERS)]}
    for number, link in enumerate(LINKS):
        ends = f"192.0.2.{2 * number}", f"192.0.2.{2 * number + 1}"
        bfd(net, link, ends, truth, args)
        lacp(net, link, number, truth, args)
        bgp(net, link, number, ends, truth, args)
    calls(net, truth, args)
    truth["last"] = net.last_heard["any"]
    truth["lacp_down"] = [t + BFD_MULTIPLIER * PERIOD for t in truth["lacp_last"]]
    net.write(args.directory, args.start)
    with open(os.path.join(args.directory, "truth.json"), "w") as out:
        json.dump(truth, out, indent=1)
    with open(os.path.join(args.directory, "peering.conf"), "w") as out:
        out.write(scenario.peering_conf(args.directory).replace("scenario.py", "silent_link.py"))


if __name__ == "__main__":
    main()
