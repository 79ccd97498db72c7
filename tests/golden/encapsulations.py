#!/usr/bin/env python3
"""Captures of random stacks of headers, and `pniscope analyze` compared with what was put into them.

  encapsulations.py PNISCOPE [CAPTURES]

Each capture has some TCP and UDP flows, each with tunnels and tags of its own, datagrams in fragments
that come in any order, TCP ports that are used again, and is written as one of the link types and
formats that are read: pcap in both byte orders, micro- and nanoseconds, pcapng with sections and
interfaces of different link types, resolutions and time offsets, gzip or not. The flows with their
packets each way, the packets, bytes and times of the file must be those that went in. The captures
are the same in every run; a failing one is kept and named.
"""
import collections
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile

import adds_up
from capture_wire import (FRAGMENT, GRE, IPV4, IPV6, MPLS, PPPOE, QINQ, QINQ_OLD, TCP, TEB, UDP, VLAN, enhanced, erspan2,
                          erspan3, ethernet, ethertype, extension, geneve, gre, gtpu, interface, ip, ipv4, ipv6, is6, labels,
                          obsolete, pcap, ppp, pppoe, section, tag, tcp, udp, units, vxlan)
import struct

START = 1_700_000_000 * 10**9
SYN, ACK = 2, 0x10
NEAR, FAR = b"\0\0\x0c\1\2\3", b"\0\x1b\x21\4\5\6"  # of vendors, as most: they begin with 0

# name: (packet, its ethertype, source, target) -> IP packet around it
TUNNELS = {
    "ipip": lambda p, t, s, d: ip(p, 4 if t == IPV4 else 41, s, d),
    "gre": lambda p, t, s, d: ip(gre(p, t), GRE, s, d),
    "gre key": lambda p, t, s, d: ip(gre(p, t, key=7, sequence=1), GRE, s, d),
    "nvgre": lambda p, t, s, d: ip(gre(ethernet(p, t), TEB, key=7), GRE, s, d),
    "gre mpls": lambda p, t, s, d: ip(gre(labels(p, 100, 20), MPLS), GRE, s, d),
    "gre ppp": lambda p, t, s, d: ip(gre(b"\xff\3" + ppp(p, t), 0x880B), GRE, s, d),
    "erspan 1": lambda p, t, s, d: ip(gre(ethernet(p, t), 0x88BE), GRE, s, d),
    "erspan 2": lambda p, t, s, d: ip(gre(erspan2(ethernet(p, t)), 0x88BE, sequence=7), GRE, s, d),
    "erspan 3": lambda p, t, s, d: ip(gre(erspan3(ethernet(p, t)), 0x22EB, sequence=7), GRE, s, d),
    "vxlan": lambda p, t, s, d: ip(udp(vxlan(ethernet(p, t), 99), 50000, 4789), UDP, s, d),
    "vxlan vlan": lambda p, t, s, d: ip(udp(vxlan(ethernet(tag(p, t, 7), VLAN), 99), 50000, 4789), UDP, s, d),
    "geneve": lambda p, t, s, d: ip(udp(geneve(ethernet(p, t), TEB, 99, b"\1\2\3\1abcd"), 50000, 6081), UDP, s, d),
    "geneve ip": lambda p, t, s, d: ip(udp(geneve(p, t, 99), 50000, 6081), UDP, s, d),
    "gtp-u": lambda p, t, s, d: ip(udp(gtpu(p, 99), 2152, 2152), UDP, s, d),
    "gtp-u s": lambda p, t, s, d: ip(udp(gtpu(p, 99, sequence=5), 2152, 2152), UDP, s, d),
    "ethernet in ip": lambda p, t, s, d: ip(b"\x30\0" + ethernet(p, t), 97, s, d),
    "mpls in ip": lambda p, t, s, d: ip(labels(p, 77), 137, s, d),
}

# name: (packet, its ethertype) -> (what an ethertype announces, that ethertype)
TAGS = {
    "plain": lambda p, t: (p, t),
    "vlan": lambda p, t: (tag(p, t, 100), VLAN),
    "qinq": lambda p, t: (tag(tag(p, t, 100), VLAN, 200), QINQ),
    "three": lambda p, t: (tag(tag(tag(p, t, 1), VLAN, 2), VLAN, 3), QINQ_OLD),
    "mpls": lambda p, t: (labels(p, 16000), MPLS),
    "mpls stack": lambda p, t: (labels(p, 16000, 5, 99), MPLS),
    "mpls null": lambda p, t: (labels(p, 2 if t == IPV6 else 0), MPLS),
    "pseudowire": lambda p, t: (labels(bytes(4) + ethernet(p, t, NEAR, FAR), 16000, 77), MPLS),
    "pseudowire, no word": lambda p, t: (labels(ethernet(p, t, NEAR, FAR), 16000, 77), MPLS),
    "pseudowire, vlan": lambda p, t: (labels(ethernet(tag(p, t, 9), VLAN, NEAR, FAR), 77), MPLS),
    "pppoe": lambda p, t: (pppoe(ppp(p, t), 5), PPPOE),
    "vlan pppoe": lambda p, t: (tag(pppoe(ppp(p, t), 5), PPPOE, 66), VLAN),
    "vn-tag": lambda p, t: (b"\0\5\0\7" + struct.pack("!H", t) + p, 0x8926),
    "backbone": lambda p, t: (b"\0\0\0\5" + ethernet(p, t), 0x88E7),
    "metadata": lambda p, t: (b"\1\1\0\1\0\5" + struct.pack("!H", t) + p, 0x8909),
}

# link type: (what an ethertype announces, that ethertype, byte order of the writer) -> frame
LINKS = {
    1: lambda p, t, o: ethernet(p, t),
    113: lambda p, t, o: struct.pack("!HHH8sH", 0, 1, 6, b"\2\0\0\0\0\1", t) + p,
    276: lambda p, t, o: struct.pack("!HHIHBB8s", t, 0, 3, 1, 0, 6, b"\2\0\0\0\0\1") + p,
    101: lambda p, t, o: p,
    12: lambda p, t, o: p,
    0: lambda p, t, o: struct.pack(o + "I", 2 if t == IPV4 else 30) + p,
    108: lambda p, t, o: struct.pack("!I", 2 if t == IPV4 else 24) + p,
    9: lambda p, t, o: ppp(p, t),
    50: lambda p, t, o: b"\xff\3" + ppp(p, t),
    104: lambda p, t, o: struct.pack("!BBH", 0x0F, 0, t) + p,
}
TAGGED = (1, 113, 276)  # link types whose ethertype may announce any of TAGS


class Flow:
    def __init__(self, rng):
        six = rng.random() < .4
        self.a, self.b = self.host(rng, six), self.host(rng, six)
        self.ports = rng.randrange(20000, 30000), rng.randrange(30000, 40000)
        self.protocol = rng.choice((TCP, UDP))
        self.seq = rng.randrange(2**32)
        self.connections = [[0, 0]]  # packets each way; one more with each SYN
        self.tag = rng.choice(list(TAGS))
        self.tunnels = [(rng.choice(list(TUNNELS)), self.host(rng, outer), self.host(rng, outer))
                        for outer in (rng.random() < .3 for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 3))))]

    @staticmethod
    def host(rng, six):
        if six:
            return f"2001:db8:{rng.randrange(1, 9):x}::{rng.randrange(1, 30):x}"
        return f"10.{rng.randrange(4)}.{rng.randrange(4)}.{rng.randrange(1, 30)}"

    def transport(self, rng, back, opens):
        ports = self.ports[::-1] if back else self.ports
        body = rng.randbytes(rng.choice((0, 1, 17, 200, 900)))
        if self.protocol == UDP:
            return udp(body, *ports)
        self.seq += 10_000 if opens else len(body)
        return tcp(b"" if opens else body, *ports, seq=self.seq, flags=SYN if opens else ACK)

    def datagrams(self, rng):
        """IP packets of one datagram from either side, fragments in any order."""
        back = rng.random() < .4
        opens = self.protocol == TCP and not back and rng.random() < .1
        if opens and self.connections[-1][0]:  # a side heard for the first time may just answer late
            self.connections.append([0, 0])
        self.connections[-1][back] += 1
        source, target = (self.b, self.a) if back else (self.a, self.b)
        body, protocol = self.transport(rng, back, opens), self.protocol
        if is6(source) and rng.random() < .2:
            for kind in rng.choice(((60,), (0,), (60, 0))):  # hop-by-hop stands first
                body, protocol = extension(body, protocol, kind)
            return [ipv6(body, protocol, source, target)]
        if len(body) < 200 or rng.random() < .5:
            return [ip(body, protocol, source, target)]
        ident, step = rng.randrange(1, 2**16), 8 * rng.randrange(8, 40)
        cuts = [(at, min(at + step, len(body))) for at in range(0, len(body), step)]
        rng.shuffle(cuts)
        return [self.fragment(body, a, b, ident, source, target) for a, b in cuts]

    def fragment(self, body, a, b, ident, source, target):
        more = b < len(body)
        if not is6(source):
            return ipv4(body[a:b], self.protocol, source, target, ident, a, more)
        return ipv6(struct.pack("!BBHI", self.protocol, 0, a | more, ident) + body[a:b], FRAGMENT, source, target)

    def packets(self, rng):
        """(packet with its tunnels, ethertype) for each IP packet of a datagram."""
        for packet in self.datagrams(rng):
            kind = ethertype(self.a)
            for name, source, target in self.tunnels:
                packet, kind = TUNNELS[name](packet, kind, source, target), ethertype(source)
            yield packet, kind

    def rows(self):
        for there, back in self.connections:
            if there + back:
                yield row(self.protocol == TCP, (self.a, self.ports[0], there), (self.b, self.ports[1], back))


def row(is_tcp, one, two):
    return ("tcp" if is_tcp else "udp",) + tuple(sorted((one, two)))


class Capture:
    def __init__(self, seed):
        rng = self.rng = random.Random(seed)
        self.flows = [Flow(rng) for _ in range(rng.randrange(1, 9))]
        self.order = rng.choice("<>")
        self.sections = rng.choice((0, 0, 1, 2))
        self.types = rng.sample(list(LINKS), rng.randrange(1, 4)) if self.sections else [rng.choice((1, *LINKS))]
        self.records, time = [], START + rng.randrange(10**9)
        for _ in range(rng.randrange(5, 50)):
            flow, linktype = rng.choice(self.flows), rng.choice(self.types)
            for packet, kind in flow.packets(rng):
                time += rng.randrange(10**7) // 1000 * 1000
                if linktype in TAGGED:
                    packet, kind = TAGS[flow.tag](packet, kind)
                self.records.append((linktype, time, LINKS[linktype](packet, kind, self.order)))
        self.truth = collections.Counter(r for f in self.flows for r in f.rows())

    def pcap(self):
        records = [(time, frame, len(frame)) for _, time, frame in self.records]
        return pcap(records, self.types[0], self.order, self.rng.random() < .5)

    def pcapng(self):
        """Interfaces of each section count time from places and in steps of their own."""
        out, per = b"", len(self.records) // self.sections + 1
        for at in range(0, len(self.records), per):
            clocks = [(t, *self.rng.choice(((None, 0), (6, 0), (9, 0), (9, 1000), (None, 1_600_000_000))))
                      for t in self.types * 2]
            out += section(self.order) + b"".join(interface(self.order, *c) for c in clocks)
            for linktype, time, frame in self.records[at:at + per]:
                number = self.rng.choice([n for n, c in enumerate(clocks) if c[0] == linktype])
                write = self.rng.choice((enhanced, enhanced, obsolete))
                out += write(self.order, number, units(time, *clocks[number][1:]), frame, len(frame))
        return out

    def data(self):
        data = self.pcapng() if self.sections else self.pcap()
        return gzip.compress(data) if self.rng.random() < .3 else data

    def complaints(self, result):
        ours = collections.Counter(row(f["proto"] == "tcp", (f["a"], f["a_port"], f["a_packets"]),
                                       (f["b"], f["b_port"], f["b_packets"])) for f in result["flows"]["list"] if f["proto"] in ("tcp", "udp"))
        times = [time // 1000 for _, time, _ in self.records]
        wanted = {"packets": len(times), "bytes": sum(len(frame) for *_, frame in self.records),
                  "first_us": min(times), "last_us": max(times), "undecoded": {}}
        for key, value in wanted.items():
            if result["capture"][key] != value:
                yield f"{key} is {result['capture'][key]}, {value} went in"
        yield from adds_up.complaints(result)
        yield from (f"flow missing: {r}" for r in (self.truth - ours).elements())
        yield from (f"flow not sent: {r}" for r in (ours - self.truth).elements())


def main():
    program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 60
    packets = flows = bad = 0
    folder = tempfile.mkdtemp()
    for seed in range(count):
        capture, path = Capture(seed), f"{folder}/{seed}.cap"
        with open(path, "wb") as out:
            out.write(capture.data())
        done = subprocess.run([program, "analyze", "--json", "--flows", path], stdout=subprocess.PIPE, timeout=600)
        wrong = list(capture.complaints(json.loads(done.stdout))) if done.returncode == 0 else [f"exit {done.returncode}"]
        for line in wrong:
            print(f"WRONG  {path}: {line}")
        bad += bool(wrong)
        packets, flows = packets + len(capture.records), flows + sum(capture.truth.values())
        if not wrong:
            os.unlink(path)
    if not bad:
        os.rmdir(folder)
    print(f"{count} captures, {packets} packets, {flows} flows: {count - bad} as they went in")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
