#!/usr/bin/env python3
"""Write a small voice interconnect as captures, one per LAG member and direction, with the truth.

  scenario.py DIR [--seconds 60] [--undeclared-at 30] [--calls 20] [--start EPOCH_SECONDS]

Two links (pni-a, pni-b) of two members each between AS 64496 and the cloud: LACP, LLDP, BFD, BGP with
routes, SIP over TLS, SRTP calls, STUN, subscribers' DNS, NTP, HTTPS and QUIC over IPv4 and IPv6,
and, from --undeclared-at on, a web server in the subnet that was declared for SBCs only.

DIR gets LINK.MEMBER.DIRECTION.pcap, peering.conf (ports are those captures) and truth.json: packets
and bytes per lane, link, direction, subnet and class, summed while the frames are built. Everything
is arithmetic and a fixed order; there is no randomness, so two runs write the same bytes.
"""
import argparse
import collections
import ipaddress
import json
import os
import struct

import bgp_messages

P2M, M2P = "peer_to_msft", "msft_to_peer"
LINKS = ("pni-a", "pni-b")
MEMBERS = 2
SBC = "203.0.113.0/24"
SUBSCRIBERS = "198.51.100.0/24"
SUBSCRIBERS6 = "2001:db8:100::/48"
CLOUD_VOICE = "198.18.0.0/16"
CLOUD_WEB = "198.19.0.0/16"
CLOUD_WEB6 = "2001:db8:8075::/48"
SUBNETS = [(SBC, "peer"), (SUBSCRIBERS, "peer"), (SUBSCRIBERS6, "peer"),
           (CLOUD_VOICE, "msft"), (CLOUD_WEB, "msft"), (CLOUD_WEB6, "msft")]
NETWORKS = [(ipaddress.ip_network(p), p, side) for p, side in SUBNETS]


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


ROUTED, NEIGHBOUR = 62, 255  # hops left; BFD is taken with 255 alone (RFC 5881 section 5)


def ip_packet(src, dst, proto, body, hops=ROUTED):
    a, b = ipaddress.ip_address(src), ipaddress.ip_address(dst)
    if a.version == 6:
        return 0x86DD, struct.pack("!IHBB", 6 << 28, len(body), proto, hops) + a.packed + b.packed + body
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0, hops, proto, 0) + a.packed + b.packed
    return 0x0800, head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


def udp(src, sport, dst, dport, payload, hops=ROUTED):
    return ip_packet(src, dst, 17, struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload, hops)


def tcp(src, sport, dst, dport, seq, ack, flags, payload=b""):
    head = struct.pack("!HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, 5 << 4, flags, 64000, 0, 0)
    return ip_packet(src, dst, 6, head + payload)


FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


class Interconnect:
    """Collects frames per lane and counts the truth."""

    def __init__(self, start):
        self.start = start
        self.lanes = {(link, m, d): [] for link in LINKS for m in range(MEMBERS) for d in (P2M, M2P)}
        self.lane_truth = collections.Counter()
        self.class_truth = collections.Counter()
        self.subnet_truth = collections.Counter()
        self.flow_truth = {}

    @staticmethod
    def subnet_of(address, side):
        a = ipaddress.ip_address(address)
        for network, name, where in NETWORKS:
            if where == side and a.version == network.version and a in network:
                return name
        return f"undeclared-{side}"

    def frame(self, t, link, member, direction, ethertype, body, cls, addresses=None, mac=None):
        """One frame at second t. `addresses`: (peer side's, cloud side's) for the subnets' truth."""
        source = bytes([2, 0, LINKS.index(link), 0, member, 1 if direction == P2M else 2])
        target = mac or bytes([2, 0, LINKS.index(link), 0, member, 2 if direction == P2M else 1])
        data = target + source + struct.pack("!H", ethertype) + body
        data = data.ljust(60, b"\0")
        self.lanes[link, member, direction].append((t, data))
        for table, key in ((self.lane_truth, (link, member, direction)), (self.class_truth, (link, direction, cls))):
            table[key + ("packets",)] += 1
            table[key + ("bytes",)] += len(data)
        for side, where in enumerate(("peer", "msft")):
            name = self.subnet_of(addresses[side], where) if addresses else f"undeclared-{where}"
            self.subnet_truth[link, name, direction, "packets"] += 1
            self.subnet_truth[link, name, direction, "bytes"] += len(data)

    def packet(self, t, link, member, direction, made, cls, peer, cloud, flow):
        """An IP packet made by udp() or tcp(); `flow` (proto, peer port, cloud port) for the flows' truth."""
        ethertype, body = made
        self.frame(t, link, member, direction, ethertype, body, cls, (peer, cloud))
        key = (link, flow[0], peer, flow[1], cloud, flow[2])
        entry = self.flow_truth.setdefault(key, {P2M: 0, M2P: 0})
        entry["class"] = cls  # as it turns out in the end
        entry[direction] += 1


class UdpFlow:
    def __init__(self, net, link, member, cls, peer, pport, cloud, cport, hops=ROUTED):
        self.net, self.link, self.member, self.cls, self.hops = net, link, member, cls, hops
        self.peer, self.pport, self.cloud, self.cport = peer, pport, cloud, cport

    def send(self, t, direction, payload):
        if direction == P2M:
            made = udp(self.peer, self.pport, self.cloud, self.cport, payload, self.hops)
        else:
            made = udp(self.cloud, self.cport, self.peer, self.pport, payload, self.hops)
        self.net.packet(t, self.link, self.member, direction, made, self.cls, self.peer, self.cloud,
                        ("udp", self.pport, self.cport))


class TcpFlow(UdpFlow):
    """Sequence numbers are right; `opener` says which side connects."""

    def __init__(self, *args, opener=P2M):
        super().__init__(*args)
        self.opener = opener
        self.seq = {P2M: 1000, M2P: 5000}

    def segment(self, t, direction, flags, payload=b""):
        other = M2P if direction == P2M else P2M
        ends = (self.peer, self.pport, self.cloud, self.cport)
        src, sport, dst, dport = ends if direction == P2M else ends[2:] + ends[:2]
        ack = self.seq[other] if flags & ACK else 0
        made = tcp(src, sport, dst, dport, self.seq[direction], ack, flags, payload)
        self.seq[direction] += len(payload) + (1 if flags & (SYN | FIN) else 0)
        self.net.packet(t, self.link, self.member, direction, made, self.cls, self.peer, self.cloud,
                        ("tcp", self.pport, self.cport))

    def open(self, t, rtt=0.004):
        back = M2P if self.opener == P2M else P2M
        self.segment(t, self.opener, SYN)
        self.segment(t + rtt / 2, back, SYN | ACK)
        self.segment(t + rtt, self.opener, ACK)

    def close(self, t):
        back = M2P if self.opener == P2M else P2M
        self.segment(t, self.opener, FIN | ACK)
        self.segment(t + 0.002, back, FIN | ACK)
        self.segment(t + 0.004, self.opener, ACK)


def client_hello(name):
    """A TLS 1.2 ClientHello with a server name."""
    sni = name.encode()
    extension = struct.pack("!HHHBH", 0, len(sni) + 5, len(sni) + 3, 0, len(sni)) + sni
    body = b"\x03\x03" + bytes(range(32)) + b"\0" + b"\0\x02\xc0\x2f" + b"\x01\0"
    body += struct.pack("!H", len(extension)) + extension
    handshake = b"\x01" + struct.pack("!I", len(body))[1:] + body
    return b"\x16\x03\x01" + struct.pack("!H", len(handshake)) + handshake


def server_hello():
    body = b"\x03\x03" + bytes(range(32, 64)) + b"\0\xc0\x2f\0"
    handshake = b"\x02" + struct.pack("!I", len(body))[1:] + body
    return b"\x16\x03\x03" + struct.pack("!H", len(handshake)) + handshake


def tls_record(size):
    return b"\x17\x03\x03" + struct.pack("!H", size) + bytes((i * 37) & 0xFF for i in range(size))


def member_of(n):
    return LINKS[n % 2], (n // 2) % MEMBERS


def bgp_words(number, ends):
    """What both routers say first: OPEN, KEEPALIVE, their routes, End-of-RIB."""
    speakers = ((P2M, 64496, f"203.0.113.{251 + number}", (SBC, SUBSCRIBERS, SUBSCRIBERS6)),
                (M2P, 8075, f"198.18.255.{1 + number}", (CLOUD_VOICE, CLOUD_WEB, CLOUD_WEB6)))
    for direction, asn, bgp_id, _ in speakers:
        yield direction, bgp_messages.open_message(asn, bgp_id)
    for direction, *_ in speakers:
        yield direction, bgp_messages.KEEPALIVE
    for direction, asn, _, prefixes in speakers:
        routes = (bgp_messages.Route(p, (asn,), ("8075:8007",) if p == SBC else ()) for p in prefixes)
        own = ends[0] if direction == P2M else ends[1]
        updates = b"".join(r.update(own, f"2001:db8:ff::{2 * number + (direction == M2P)}") for r in routes)
        yield direction, updates + bgp_messages.END_OF_RIB + bgp_messages.END_OF_RIB6


def control_protocols(net, seconds):
    slow = bytes.fromhex("0180c2000002")
    lldp_mac = bytes.fromhex("0180c200000e")
    for number, link in enumerate(LINKS):
        for member in range(MEMBERS):
            for t in range(seconds):
                for direction in (P2M, M2P):
                    system = bytes([2, 0, number, 0xEE, 0, 1 if direction == P2M else 2])
                    partner = bytes([2, 0, number, 0xEE, 0, 2 if direction == P2M else 1])

                    def info(kind, mac):
                        return struct.pack("!BBH", kind, 20, 32768) + mac + struct.pack("!HHHB", 10, 255, member + 1, 0x3F) + b"\0\0\0"
                    pdu = b"\x01\x01" + info(1, system) + info(2, partner) + b"\x03\x10\0\x0a" + b"\0" * 12 + b"\0\0" + b"\0" * 50
                    net.frame(t + 0.1 + number * 0.01, link, member, direction, 0x8809, pdu, "lacp", mac=slow)
            name = b"edge%d.example" % (number + 1)
            tlv = b"\x02\x07\x04" + bytes([2, 0, number, 0xEE, 0, 1]) + b"\x04\x05\x05et-0" + b"\x06\x02\0\x78"
            tlv += bytes([0x0A, len(name)]) + name + b"\0\0"
            net.frame(0.2, link, member, P2M, 0x88CC, tlv, "lldp", mac=lldp_mac)
        session = (f"192.0.2.{2 * number}", f"192.0.2.{2 * number + 1}")
        bgp = TcpFlow(net, link, 0, "unknown-tcp", session[0], 40000, session[1], 179)
        bfd = {P2M: UdpFlow(net, link, 0, "bfd", session[0], 49152, session[1], 3784, NEIGHBOUR),
               M2P: UdpFlow(net, link, 1, "bfd", session[0], 3784, session[1], 49153, NEIGHBOUR)}
        bgp.open(0.3)
        bgp.cls = "bgp"  # its marker shows only now
        for n, (direction, words) in enumerate(bgp_words(number, session)):
            bgp.segment(0.32 + n * 0.002, direction, PSH | ACK, words)
        for t in range(1, seconds, 3):
            for direction in (P2M, M2P):
                bgp.segment(t + 0.3, direction, PSH | ACK, bgp_messages.KEEPALIVE)
        for i in range(int(seconds / 0.3)):
            for direction, ids in ((P2M, (1, 2)), (M2P, (2, 1))):
                body = struct.pack("!BBBBIIIII", 0x20, 0xC0, 3, 24, *ids, 300000, 300000, 0)
                bfd[direction].send(i * 0.3 + 0.05, direction, body)


def sip_tls(net, seconds):
    for number in range(2):
        link, member = LINKS[number], 0
        flow = TcpFlow(net, link, member, "sip-tls", "203.0.113.10", 20000 + number, f"198.18.0.{10 + number}", 5061)
        flow.open(0.4)
        flow.segment(0.41, P2M, PSH | ACK, client_hello("sip.pstnhub.microsoft.com"))
        flow.segment(0.42, M2P, PSH | ACK, server_hello())
        for t in range(1, seconds):
            flow.segment(t + 0.5, P2M, PSH | ACK, tls_record(420))
            flow.segment(t + 0.52, M2P, PSH | ACK, tls_record(310))


def calls(net, seconds, count):
    """G.711 over SRTP with an 80-bit tag: 182 bytes of payload every 20 ms each way."""
    for call in range(count):
        link, member = member_of(call)
        flow = UdpFlow(net, link, member, "srtp", "203.0.113.64", 30000 + 2 * call, f"198.18.1.{call % 200 + 1}", 49152 + 2 * call)
        start = 1 + (call % 10) * 0.137
        for i in range(int((seconds - start - 0.5) * 50)):
            for direction, ssrc in ((P2M, 0x10000000 + call), (M2P, 0x20000000 + call)):
                head = struct.pack("!BBHII", 0x80, 8, (1000 + i) & 0xFFFF, i * 160, ssrc)
                flow.send(start + i * 0.02 + (0.003 if direction == M2P else 0), direction, head + bytes(170))
        stun = UdpFlow(net, link, member, "stun", "203.0.113.64", 40000 + call, "198.18.0.200", 3478)
        transaction = b"\x21\x12\xa4\x42" + struct.pack("!III", call, 7, 9)
        stun.send(start - 0.2, P2M, b"\0\x01\0\0" + transaction)
        stun.send(start - 0.19, M2P, b"\x01\x01\0\x0c" + transaction + b"\0\x20\0\x08\0\x01\x11\x22\x33\x44\x55\x66")


def subscribers(net, seconds):
    for t in range(1, seconds):
        for n in range(4):
            number = t * 4 + n
            link, member = member_of(number)
            client = f"198.51.100.{number % 250 + 1}"
            dns = UdpFlow(net, link, member, "dns", client, 20000 + number, "198.19.0.53", 53)
            question = b"\x03www\x07example\0\0\x01\0\x01"
            dns.send(t + n * 0.1, P2M, struct.pack("!HHHHHH", number & 0xFFFF, 0x0100, 1, 0, 0, 0) + question)
            dns.send(t + n * 0.1 + 0.005, M2P, struct.pack("!HHHHHH", number & 0xFFFF, 0x8180, 1, 1, 0, 0) + question
                     + b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\xc6\x13\0\x01")
            web = TcpFlow(net, link, member, "tls", client, 30000 + number, f"198.19.1.{number % 100 + 1}", 443)
            web_session(web, t + 0.02 + n * 0.1, 12)
            client6 = f"2001:db8:100::{number % 4000 + 1:x}"
            quic_session(UdpFlow(net, link, member, "quic", client6, 50000 + number % 10000, f"2001:db8:8075::{number % 50 + 1:x}", 443),
                         t + 0.03 + n * 0.1, number)
        ntp = UdpFlow(net, *member_of(t), "ntp", f"198.51.100.{t % 250 + 1}", 123, "198.19.0.123", 123)
        ntp.send(t + 0.7, P2M, b"\x23" + bytes(39) + struct.pack("!II", 1, t))
        ntp.send(t + 0.705, M2P, b"\x24\x02" + bytes(38) + struct.pack("!II", 1, t))


def web_session(flow, t, segments):
    flow.open(t)
    back = M2P if flow.opener == P2M else P2M
    flow.segment(t + 0.005, flow.opener, PSH | ACK, client_hello("www.example.net"))
    flow.segment(t + 0.010, back, PSH | ACK, server_hello())
    for i in range(segments):
        flow.segment(t + 0.02 + i * 0.001, back, ACK, tls_record(1300))
        flow.segment(t + 0.0205 + i * 0.001, flow.opener, ACK)
    flow.close(t + 0.1)


def quic_session(flow, t, number):
    ids = b"\x08" + struct.pack("!Q", number) + b"\x08" + struct.pack("!Q", number + 1)
    initial = b"\xc3\0\0\0\x01" + ids + b"\0" + b"\x44\x9e" + bytes((number + i * 11) & 0xFF for i in range(1182))
    flow.send(t, P2M, initial)
    flow.send(t + 0.005, M2P, b"\xc3" + initial[1:])
    for i in range(10):
        short = b"\x43" + struct.pack("!Q", number) + bytes((i * 13 + j * 7) & 0xFF for j in range(1100))
        flow.send(t + 0.01 + i * 0.002, M2P, short)
        flow.send(t + 0.011 + i * 0.002, P2M, short[:45])


def undeclared_web_server(net, seconds, begin):
    """HTTP in the clear, from cloud clients to a server inside the SBCs' subnet."""
    number = 0
    t = float(begin)
    while t < seconds - 1:
        link, member = member_of(number)
        flow = TcpFlow(net, link, member, "http", "203.0.113.80", 80, f"198.19.2.{number % 200 + 1}", 25000 + number, opener=M2P)
        flow.open(t)
        flow.segment(t + 0.005, M2P, PSH | ACK, b"GET /index.html HTTP/1.1\r\nHost: shop.example\r\n\r\n")
        for i in range(5):
            head = b"HTTP/1.1 200 OK\r\nContent-Length: 6000\r\n\r\n" if i == 0 else b""
            flow.segment(t + 0.01 + i * 0.001, P2M, ACK, head + b"x" * 1200)
        flow.close(t + 0.05)
        number += 1
        t += 0.1


# where documentation prefixes and AS numbers are public
LAB_REGISTRIES = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", "data", "lab-registries.txt"))


def peering_conf(directory):
    def members(link):
        rows = ",\n        ".join(
            '{ speed = "10G"; ' + " ".join(f'{d} = "pcap:{link}.{m}.{d}.pcap";' for d in (P2M, M2P)) + " }" for m in range(MEMBERS))
        return f"( {rows} )"
    links = ",\n    ".join(
        f'''{{ name = "{link}"; site = "ams1"; facility = "DC-{"West" if n == 0 else "East"}"; role = "{"primary" if n == 0 else "redundant"}";
      router = "edge{n + 1}.ams"; bandwidth = "20G"; azure = {{ peering = "acme-ams"; connection_id = "{link}"; }}; tap = {{ kind = "optical"; probe = "ams1-p1"; }};
      members = {members(link)};
      sessions = ( {{ name = "{link}-v4"; peer = "192.0.2.{2 * n}"; cloud = "192.0.2.{2 * n + 1}"; bfd = "required"; }} ); }}''' for n, link in enumerate(LINKS))
    return f'''# written by tests/golden/scenario.py
peering = {{ name = "acme-voice"; type = "voice"; profile = "maps-2024-10"; }};
peer = {{ asn = 64496; max_prefixes_v4 = 100; max_prefixes_v6 = 50; }};
cloud = {{ asns = [8075]; }};
data = {{ special = "{LAB_REGISTRIES}"; }};
sites = ( {{ name = "ams1"; metro = "Amsterdam"; timezone = "Europe/Amsterdam"; }} );
links = ( {links} );
registered = ( {{ prefix = "203.0.113.0/24"; activated = true; origin = 64496; primary = "ams1"; }} );
subnets = (
    {{ prefix = "{SBC}"; side = "peer"; classes = ["sip-tls", "srtp", "stun"]; roles = ["sbc"]; endpoints = ["203.0.113.10", "203.0.113.64"]; }},
    {{ prefix = "{SUBSCRIBERS}"; side = "peer"; classes = ["dns", "tls", "ntp"]; }},
    {{ prefix = "{SUBSCRIBERS6}"; side = "peer"; classes = ["quic"]; }},
    {{ prefix = "{CLOUD_VOICE}"; side = "msft"; classes = ["sip-tls", "srtp", "stun"]; }},
    {{ prefix = "{CLOUD_WEB}"; side = "msft"; classes = ["dns", "tls", "ntp", "http"]; }},
    {{ prefix = "{CLOUD_WEB6}"; side = "msft"; classes = ["quic"]; }} );
sbcs = ( {{ name = "sbc1"; fqdn = "sbc1.voice.example"; signalling = ["203.0.113.10"]; media = ["203.0.113.64/32"]; }} );
'''


def write_captures(net, directory):
    for (link, member, direction), frames in net.lanes.items():
        frames.sort(key=lambda f: f[0])
        with open(os.path.join(directory, f"{link}.{member}.{direction}.pcap"), "wb") as out:
            out.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1))
            for t, data in frames:
                ns = net.start * 10**9 + round(t * 10**9)
                out.write(struct.pack("<IIII", ns // 10**9, ns % 10**9, len(data), len(data)) + data)


def write_truth(net, directory, seconds):
    def nested(counter):
        tree = {}
        for key, value in sorted(counter.items()):
            at = tree
            for part in key[:-1]:
                at = at.setdefault(str(part), {})
            at[key[-1]] = value
        return tree
    flows = [{"link": k[0], "proto": k[1], "peer": k[2], "peer_port": k[3], "cloud": k[4], "cloud_port": k[5], **v}
             for k, v in sorted(net.flow_truth.items())]
    truth = {"start": net.start, "seconds": seconds, "lanes": nested(net.lane_truth), "classes": nested(net.class_truth),
             "subnets": nested(net.subnet_truth), "flows": flows}
    with open(os.path.join(directory, "truth.json"), "w") as out:
        json.dump(truth, out, indent=1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("directory")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--undeclared-at", type=float, default=30)
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--start", type=int, default=1768471200)
    args = parser.parse_args()
    os.makedirs(args.directory, exist_ok=True)
    net = Interconnect(args.start)
    control_protocols(net, args.seconds)
    sip_tls(net, args.seconds)
    calls(net, args.seconds, args.calls)
    subscribers(net, args.seconds)
    undeclared_web_server(net, args.seconds, args.undeclared_at)
    write_captures(net, args.directory)
    write_truth(net, args.directory, args.seconds)
    with open(os.path.join(args.directory, "peering.conf"), "w") as out:
        out.write(peering_conf(args.directory))


if __name__ == "__main__":
    main()
