"""The protocols of an interconnect as frames: LACP, BFD, and BGP (bgp_messages.py) in TCP with right
sequence numbers.

Used by peering_scenario.py. A Wire collects frames per (link, member, direction); a Lag, a Bfd and a
Session write theirs into it. Times are seconds from the start of the capture. Layouts: IEEE 802.1AX,
RFC 5880, TCP-MD5 RFC 2385.
"""
import ipaddress
import os
import struct

import bgp_messages
from scenario import ACK, PSH, P2M, M2P, RST, SYN, checksum

OTHER = {P2M: M2P, M2P: P2M}
LACP_GROUP = bytes.fromhex("0180c2000002")

# LACP state bits
ACTIVE, FAST, AGGREGATION, SYNC, COLLECTING, DISTRIBUTING, DEFAULTED, EXPIRED = (1 << n for n in range(8))
UP = ACTIVE | FAST | AGGREGATION | SYNC | COLLECTING | DISTRIBUTING


def router_mac(link, direction):
    return bytes([2, 0, 0x10 * (link + 1), 0, 0x77, 1 if direction == P2M else 2])


class Wire:
    def __init__(self, links, members):
        self.links = links
        self.lanes = {(link, m, d): [] for link in links for m in range(members) for d in (P2M, M2P)}

    def frame(self, t, link, member, direction, ethertype, body, source=None, target=None):
        n = self.links.index(link)
        data = (target or router_mac(n, OTHER[direction])) + (source or router_mac(n, direction))
        data += struct.pack("!H", ethertype) + body
        self.lanes[link, member, direction].append((t, data.ljust(60, b"\0")))

    def write(self, directory, start):
        for (link, member, direction), frames in self.lanes.items():
            frames.sort(key=lambda f: f[0])
            with open(os.path.join(directory, f"{link}.{member}.{direction}.pcap"), "wb") as out:
                out.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1))
                for t, data in frames:
                    ns = start * 10**9 + round(t * 10**9)
                    out.write(struct.pack("<IIII", ns // 10**9, ns % 10**9, len(data), len(data)) + data)


def ip(source, target, protocol, ttl, body):
    a, b = ipaddress.ip_address(source), ipaddress.ip_address(target)
    if a.version == 6:
        return 0x86DD, struct.pack("!IHBB", 6 << 28, len(body), protocol, ttl) + a.packed + b.packed + body
    head = struct.pack("!BBHHHBBH", 0x45, 0xC0, 20 + len(body), 0, 0x4000, ttl, protocol, 0) + a.packed + b.packed
    return 0x0800, head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


# ---- LACP

class Lag:
    """LACPDUs of both sides on every member, once a second. `states` (t, member) -> (peer's, cloud's)
    state, None for a side that sends nothing; `partner_known` False: a side echoes no partner."""

    def __init__(self, wire, link, peer_system, cloud_system, states=lambda t, m: (UP, UP), keys=(10, 20)):
        self.wire, self.link, self.states, self.keys = wire, link, states, keys
        self.systems = {P2M: peer_system, M2P: cloud_system}

    def information(self, kind, direction, member, state):
        system = self.systems[direction]
        key = self.keys[0 if direction == P2M else 1]
        return struct.pack("!BBH", kind, 20, 32768) + system + struct.pack("!HHHB", key, 255, member + 1, state) + b"\0\0\0"

    def run(self, begin, end, members):
        for t in range(int(begin), int(end)):
            for member in range(members):
                state = dict(zip((P2M, M2P), self.states(t, member)))
                for direction in (P2M, M2P):
                    if state[direction] is None:
                        continue
                    other = state[OTHER[direction]]
                    blind = state[direction] & DEFAULTED or other is None
                    partner = struct.pack("!BB", 2, 20) + bytes(18) if blind else self.information(2, OTHER[direction], member, other)
                    pdu = b"\1\1" + self.information(1, direction, member, state[direction]) + partner
                    pdu += b"\3\x10\0\x0a" + bytes(12) + bytes(52)
                    mac = bytes([2, 0, 0x10 * (self.wire.links.index(self.link) + 1), 1, member, 1 if direction == P2M else 2])
                    self.wire.frame(t + 0.05 + 0.1 * member, self.link, member, direction, 0x8809, pdu, mac, LACP_GROUP)


# ---- BFD

class Bfd:
    """Asynchronous BFD of one session: Down, Init, Up with a poll for the faster timers, then Up until
    `end`; joined in the middle with `begin` below 0. Port 3784, TTL 255 (RFC 5881)."""

    DOWN, INIT, STATE_UP = 1, 2, 3
    POLL, FINAL = 0x20, 0x10

    def __init__(self, wire, link, ends, members, interval_us=300000, multiplier=3):
        self.wire, self.link, self.interval_us, self.multiplier = wire, link, interval_us, multiplier
        self.ends = {P2M: ends, M2P: ends[::-1]}
        self.member = {P2M: members[0], M2P: members[1]}
        n = wire.links.index(link)
        self.discriminator = {P2M: 0x1000 + n, M2P: 0x2000 + n}

    def packet(self, t, direction, state, diag=0, flags=0, known=True, interval_us=None):
        interval = interval_us or self.interval_us
        your = self.discriminator[OTHER[direction]] if known else 0
        body = struct.pack("!BBBBIIIII", 0x20 | diag, state << 6 | flags, self.multiplier, 24,
                           self.discriminator[direction], your, interval, self.interval_us, 0)
        udp = struct.pack("!HHHH", 49152 if direction == P2M else 49153, 3784, 8 + len(body), 0) + body
        ethertype, made = ip(*self.ends[direction], 17, 255, udp)
        self.wire.frame(t, self.link, self.member[direction], direction, ethertype, made)

    def rise(self, t):
        slow = max(self.interval_us, 1000000)
        self.packet(t, P2M, self.DOWN, known=False, interval_us=slow)
        self.packet(t + 0.01, M2P, self.INIT, interval_us=slow)
        self.packet(t + 0.02, P2M, self.STATE_UP, interval_us=slow)
        self.packet(t + 0.03, M2P, self.STATE_UP, interval_us=slow)
        for direction, at in ((P2M, t + 0.04), (M2P, t + 0.06)):
            self.packet(at, direction, self.STATE_UP, flags=self.POLL)
            self.packet(at + 0.01, OTHER[direction], self.STATE_UP, flags=self.FINAL)

    def stay(self, begin, end, state=STATE_UP, diag=0, directions=(P2M, M2P), known=True):
        """Packets at 0.9 of the interval (RFC 5880 section 6.8.7 wants 0.75 to 1 of it)."""
        step = (self.interval_us if state == self.STATE_UP else max(self.interval_us, 1000000)) * 0.9e-6
        slow = None if state == self.STATE_UP else max(self.interval_us, 1000000)
        for direction in directions:
            t = begin + (0.02 if direction == M2P else 0)
            while t < end:
                self.packet(t, direction, state, diag, known=known, interval_us=slow)
                t += step


# ---- a BGP session: one TCP connection

class Session:
    """What both routers say is scheduled with say(); run() puts it into segments, each acknowledged.
    Each direction rides a member of its own, as on a real LAG."""

    MSS = 1400

    def __init__(self, wire, link, ends, members, opener=P2M, port=40000, md5=False, first=1000):
        self.wire, self.link, self.opener = wire, link, opener
        self.ends = {P2M: ends, M2P: ends[::-1]}
        self.member = {P2M: members[0], M2P: members[1]}
        self.ports = {opener: (port, 179), OTHER[opener]: (179, port)}
        self.sequence = {P2M: first, M2P: first + 500000}
        self.options = b"\1\1\x13\x12" + bytes(range(16)) if md5 else b""
        self.events = []

    def say(self, t, direction, *messages):
        self.events.append((t, direction, b"".join(messages)))

    def segment(self, t, direction, flags, payload=b""):
        ack = self.sequence[OTHER[direction]] if flags & ACK else 0
        words = 5 + len(self.options) // 4
        tcp = struct.pack("!HHIIBBHHH", *self.ports[direction], self.sequence[direction] & 0xFFFFFFFF, ack & 0xFFFFFFFF,
                          words << 4, flags, 16384, 0, 0) + self.options + payload
        self.sequence[direction] += len(payload) + (1 if flags & SYN else 0)
        a, b = (ipaddress.ip_address(end).packed for end in self.ends[direction])
        total = checksum(a + b + struct.pack("!HH", 6, len(tcp)) + tcp)
        ethertype, made = ip(*self.ends[direction], 6, 1, tcp[:16] + struct.pack("!H", total) + tcp[18:])
        self.wire.frame(t, self.link, self.member[direction], direction, ethertype, made)

    def connect(self, t):
        self.segment(t, self.opener, SYN)
        self.segment(t + 0.001, OTHER[self.opener], SYN | ACK)
        self.segment(t + 0.002, self.opener, ACK)

    def keepalives(self, begin, end, every=10):
        t = begin
        while t < end:
            self.say(t, P2M, bgp_messages.KEEPALIVE)
            self.say(t + 0.4, M2P, bgp_messages.KEEPALIVE)
            t += every

    def run(self, end=None, reset=False):
        """Everything said, in order; what is later than `end` is never sent. Ends with a RST if asked."""
        for t, direction, data in sorted(self.events, key=lambda e: e[0]):
            if end is not None and t >= end:
                break
            for at in range(0, len(data), self.MSS):
                self.segment(t, direction, PSH | ACK, data[at:at + self.MSS])
                self.segment(t + 0.0005, OTHER[direction], ACK)
                t += 0.001
        if reset:
            self.segment(end, P2M, RST | ACK)
