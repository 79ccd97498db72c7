#!/usr/bin/env python3
"""What no honest neighbour sends, for a live probe: a capture per lane, from those of the scenario.

  hostile_frames.py SCENARIO OUT [CAPTURES]

Each lane gets its own frames with bytes changed and cut short, so that BGP, LACP, BFD, SIP, TLS and
DNS lie where sessions stand; stacks of 20 tags and labels; chains of IPv6 extensions; fragments that
overlap, end twice and never begin; tunnels in tunnels; lengths that lie; frames of 14 to 1514 bytes
of noise. With CAPTURES also all frames of real captures in it, each against another lane.
"""
import os
import random
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
from capture_wire import (FRAGMENT, GRE, IPV4, IPV6, MPLS, QINQ, TCP, TEB, UDP, VLAN, ethernet, extension, gre, ip, ipv4,
                          ipv6, labels, pcap, tag, tcp, udp, vxlan)

LEAST, MOST = 14, 1514
PEER, CLOUD, PEER6, CLOUD6 = "203.0.113.10", "52.112.1.1", "2001:db8:100::1", "2001:db8:8075::1"
PORTS = 53, 179, 443, 853, 2152, 3478, 3784, 4739, 4784, 4789, 5060, 5061, 6081, 6784, 11019


def frames_of(path):
    """Of an Ethernet pcap in either byte order; nothing of any other file."""
    with open(path, "rb") as f:
        data = f.read()
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\x4d\x3c\xb2\xa1": "<"}.get(data[:4])
    if not order or struct.unpack(order + "I", data[20:24])[0] != 1:
        return
    at = 24
    while at + 16 <= len(data):
        size, = struct.unpack(order + "I", data[at + 8:at + 12])
        yield data[at + 16:at + 16 + size]
        at += 16 + size


def changed(rng, frame):
    frame = bytearray(frame)
    # behind the addresses mostly: headers and what sessions say
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        frame[rng.randrange(12, len(frame))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
    return bytes(frame)


def stacks(rng):
    packet = ipv4(udp(b"x" * 40, 5004, 5006), UDP, PEER, CLOUD)
    for deep in range(1, 21):
        tagged, kind = packet, IPV4
        for _ in range(deep):
            tagged, kind = tag(tagged, kind, rng.randrange(4096)), rng.choice((VLAN, QINQ))
        yield ethernet(tagged, kind)
        yield ethernet(labels(packet, *range(16, 16 + deep)), MPLS)
        yield ethernet(b"\0" * 4 * deep, MPLS)  # labels without an end


def chains(rng):
    for deep in range(1, 30):
        body, following = udp(b"y" * 20, 53, 53), UDP
        for _ in range(deep):
            kind = rng.choice((0, 43, 60, 51, FRAGMENT))
            if kind == FRAGMENT:
                body = struct.pack("!BBHI", following, 0, rng.choice((0, 1, 0xFFF9)), deep) + body
            else:
                body = struct.pack("!BB", following, rng.choice((0, 0, 1, 255))) + bytes(6) + body
            following = kind
        yield ethernet(ipv6(body, following, PEER6, CLOUD6), IPV6)
        yield ethernet(ipv6(*extension(body, following, 60), PEER6, CLOUD6), IPV6)


def fragments(rng):
    for ident in range(1, 60):
        for _ in range(rng.randrange(1, 12)):
            offset = rng.choice((0, 8, 16, 24, 1480, 65528, 8 * rng.randrange(8192)))
            body = rng.randbytes(rng.choice((0, 1, 7, 8, 40, 1400)))
            protocol = rng.choice((UDP, TCP, 1, GRE))
            yield ethernet(ipv4(body, protocol, PEER, CLOUD, ident, offset, rng.random() < .5), IPV4)
            part = struct.pack("!BBHI", protocol, 0, offset | rng.randrange(2), ident) + body
            yield ethernet(ipv6(part, FRAGMENT, PEER6, CLOUD6), IPV6)


def tunnels(rng):
    inner = ipv4(udp(b"z" * 30, 5060, 5060), UDP, PEER, CLOUD)
    for deep in range(1, 12):
        packet = inner
        for _ in range(deep):
            wrap = rng.randrange(3)
            if wrap == 0:
                packet = ip(packet, 4, PEER, CLOUD)
            elif wrap == 1:
                packet = ip(gre(ethernet(packet, IPV4), TEB, key=1), GRE, PEER, CLOUD)
            else:
                packet = ip(udp(vxlan(ethernet(packet, IPV4), 7), 4789, 4789), UDP, PEER, CLOUD)
        yield ethernet(packet, IPV4)


def noise(rng):
    for port in PORTS:
        for _ in range(20):
            body = rng.randbytes(rng.randrange(400))
            yield ethernet(ipv4(udp(body, port, port), UDP, PEER, CLOUD), IPV4)
            yield ethernet(ipv4(tcp(body, port, rng.choice((port, 40000)), rng.getrandbits(32), flags=rng.randrange(256)),
                                TCP, CLOUD, PEER), IPV4)
    for _ in range(100):
        yield ethernet(rng.randbytes(rng.randrange(1500)), rng.choice((IPV4, IPV6, MPLS, 0x8809, 0x88CC, 0x0806, 0x2000, 64)))


def lies(rng):
    """A packet that says it is longer or shorter than it is, options that end nowhere."""
    for _ in range(200):
        frame = bytearray(ethernet(ipv4(tcp(b"GET / HTTP/1.1\r\n\r\n", 40000, 80, 1, flags=0x18), TCP, PEER, CLOUD), IPV4))
        frame[14] = 0x40 | rng.randrange(16)
        frame[16:18] = struct.pack("!H", rng.choice((0, 19, 20, 39, 40, 65535, rng.randrange(65536))))
        frame[46] = rng.randrange(256)
        yield bytes(frame)


def main():
    scenario, out = sys.argv[1], sys.argv[2]
    strangers = []
    for folder, _, names in os.walk(sys.argv[3] if len(sys.argv) > 3 else os.devnull):
        strangers += [frame for name in sorted(names) for frame in list(frames_of(os.path.join(folder, name)))[:200]]
    os.makedirs(out, exist_ok=True)
    for number, name in enumerate(sorted(n for n in os.listdir(scenario) if n.endswith(".pcap"))):
        rng, frames = random.Random(number), []
        for honest in frames_of(os.path.join(scenario, name)):
            frames.append(honest)
            if rng.random() < .5:
                frames.append(changed(rng, honest))
            if rng.random() < .1:
                frames.append(honest[:rng.randrange(LEAST, len(honest) + 1)])
        for strange in (stacks, chains, fragments, tunnels, noise, lies):
            for frame in strange(rng):
                frames.insert(rng.randrange(len(frames)), frame)
        frames += strangers[number::8]
        frames = [frame for frame in frames if LEAST <= len(frame) <= MOST]
        with open(os.path.join(out, name), "wb") as f:
            f.write(pcap([(10**18 + n * 10**5, frame, len(frame)) for n, frame in enumerate(frames)], 1))


if __name__ == "__main__":
    main()
