#!/usr/bin/env python3
"""Captures of random conversations of voice, and `pniscope analyze` compared with what was put into them.

  messages.py PNISCOPE [CAPTURES]

Each capture has SIP over UDP (in IP fragments of any order, doubled), over TCP (messages cut and joined,
segments exchanged and sent again, blank lines between) and over WebSocket (masked, a message in one frame
or several); TLS hellos in one record or many on ports that are used again; DNS over UDP and TCP; STUN and
ChannelData over UDP and over TCP in both framings; RTP with loss, duplicates, late packets, holds and numbers
that wrap. Messages by type, names, and the streams' packets, loss, order and jitter (RFC 3550 appendix A.8) must
be those that went in. The captures are the same in every run; a failing one is kept and named.
"""
import collections
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

from capture_wire import IPV4, TCP, UDP, ethernet, ip, ipv4, pcap, tcp, udp

START = 1_700_000_000 * 10**9
MILLISECOND = 10**6
SYN, ACK, PUSH = 2, 0x10, 0x18
REQUESTS = "INVITE", "ACK", "BYE", "OPTIONS", "REGISTER", "INFO", "UPDATE", "PRACK", "MESSAGE", "NOTIFY"
COOKIE = 0x2112A442


def sip(rng, name, compact):
    """(("request", method) or ("response", code), the message); the body is longer than a frame at times."""
    method, code = rng.choice(REQUESTS), str(rng.choice((100, 180, 183, 200, 202, 404, 486, 503, 603)))
    request = rng.random() < 0.6
    names = ("v", "f", "t", "i", "l") if compact else ("Via", "From", "To", "Call-ID", "Content-Length")
    body = b"x" * rng.choice((0, 0, 10, 700, 2500))
    lines = [f"{method} sip:b@192.0.2.2 SIP/2.0" if request else f"SIP/2.0 {code} Because",
             f"{names[0]}: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK{name}", f"{names[1]}: <sip:a@192.0.2.1>;tag=1",
             f"{names[2]}: <sip:b@192.0.2.2>", f"{names[3]}: {name}", f"CSeq: 1 {method}",
             "Subject: over\r\n two lines", f"{names[4]}: {len(body)}", "", ""]
    return ("request", method) if request else ("response", code), "\r\n".join(lines).encode() + body


def websocket(rng, message, mask):
    """Section 5.2 of RFC 6455; a ping between the frames of a message."""
    pieces = [message] if rng.random() < 0.5 else [message[:60], message[60:90], message[90:]]
    out = b""
    for i, piece in enumerate(pieces):
        key = rng.randbytes(4) if mask else bytes(4)
        head = bytes([(i == len(pieces) - 1) << 7 | (i == 0)])
        size = bytes([mask << 7 | len(piece)]) if len(piece) < 126 else struct.pack("!BH", mask << 7 | 126, len(piece))
        out += head + size + key * mask + bytes(b ^ key[j % 4] for j, b in enumerate(piece))
        out += bytes([0x89, mask << 7]) + key * mask
    return out


def client_hello(rng, name):
    server = struct.pack("!HBH", len(name) + 3, 0, len(name)) + name.encode()
    extensions = struct.pack("!HH", 0, len(server)) + server + struct.pack("!HHH", 43, 3, 0x0203) + b"\4"
    extensions += struct.pack("!HH", 21, size := rng.choice((0, 300, 2000))) + bytes(size)
    body = b"\3\3" + rng.randbytes(32) + b"\0\0\2\x13\1\1\0" + struct.pack("!H", len(extensions)) + extensions
    return b"\1" + len(body).to_bytes(3, "big") + body


def server_hello(rng):
    body = b"\3\3" + rng.randbytes(32) + b"\0\x13\1\0\0\6\0\x2b\0\2\3\4"
    return b"\2" + len(body).to_bytes(3, "big") + body


def records(message, size):
    return b"".join(struct.pack("!BHH", 22, 0x0303, len(part := message[i:i + size])) + part
                    for i in range(0, len(message), size))


def dns(rng, response):
    rcode = rng.choice((0, 0, 2, 3, 5))
    flags = 0x8180 | rcode if response else 0x0100
    head = struct.pack("!HHHHHH", rng.getrandbits(16), flags, 1, 0, 0, 0)
    return rcode, head + b"\7example\3com\0\0\1\0\1"


def stun(rng, kind):
    attribute = struct.pack("!HH", 0x8022, 5) + b"probe\0\0\0"
    return struct.pack("!HHI", kind, len(attribute), COOKIE) + rng.randbytes(12) + attribute


class Capture:
    def __init__(self, seed):
        self.rng, self.records, self.time = random.Random(seed), [], START
        self.truth, self.streams, self.ids = collections.Counter(), [], set()
        self.host = 0
        for part in (self.sip_udp, self.sip_tcp, self.sip_websocket, self.tls, self.dns, self.stun, self.stun_tcp, self.rtp):
            for _ in range(self.rng.randrange(1, 4)):
                part()

    # ---- frames

    def frame(self, packet, after=MILLISECOND):
        self.time += after
        frame = ethernet(packet, IPV4)
        self.records.append((self.time, frame, len(frame)))

    def pair(self):
        self.host += 1
        return f"192.0.2.{self.host}", f"198.51.100.{self.host}"

    def fragments(self, datagram, a, b):
        size = self.rng.choice((64, 520, 1480))
        ident = len(self.records) % 65536
        out = [ipv4(datagram[i:i + size], UDP, a, b, ident, i, i + size < len(datagram))
               for i in range(0, len(datagram), size)]
        if self.rng.random() < 0.5:
            self.rng.shuffle(out)
        doubled = self.rng.random() < 0.3
        for i, packet in enumerate(out):
            self.frame(packet, 1000)
            if doubled and i < len(out) - 1:  # a copy of the last would begin another datagram
                self.frame(packet, 1000)

    def connect(self, a, b, ports):
        seq = [self.rng.getrandbits(32), self.rng.getrandbits(32)]
        self.frame(ip(tcp(b"", *ports, seq[0], 0, SYN), TCP, a, b))
        self.frame(ip(tcp(b"", *ports[::-1], seq[1], seq[0] + 1, SYN | ACK), TCP, b, a))
        return [s + 1 for s in seq]

    def send(self, a, b, ports, seq, side, data, first):
        """Segments of any size; behind the first one two neighbours may change places, or come again."""
        sizes = [first]
        while sum(sizes) < len(data):
            sizes.append(self.rng.choice((1, 30, 400, 1460)))
        at, segments = 0, []
        for size in sizes:
            segments.append((seq[side] + at, data[at:at + size]))
            at += size
        seq[side] += len(data)
        for i in range(1, len(segments) - 1):
            if self.rng.random() < 0.1:
                segments[i], segments[i + 1] = segments[i + 1], segments[i]
            elif self.rng.random() < 0.1:
                segments[i + 1:i + 1] = [segments[i]]
        ends, both = (a, b) if side == 0 else (b, a), ports if side == 0 else ports[::-1]
        for number, segment in segments:
            if segment:
                self.frame(ip(tcp(segment, *both, number, seq[1 - side], PUSH), TCP, *ends), 10_000)

    # ---- conversations

    def message(self):
        name = f"{len(self.ids)}@{self.host}"
        self.ids.add(name)
        what, message = sip(self.rng, name, self.rng.random() < 0.3)
        self.truth["sip", *what] += 1
        return message

    def sip_udp(self):
        a, b = self.pair()
        for _ in range(self.rng.randrange(1, 12)):
            self.time += 20 * MILLISECOND
            self.fragments(udp(self.message(), 5060, 5060), a, b)
            if self.rng.random() < 0.2:
                self.frame(ip(udp(b"\r\n\r\n", 5060, 5060), UDP, a, b))

    def sip_tcp(self):
        a, b = self.pair()
        ports = (40000, self.rng.choice((5060, 5070, 15060)))
        seq = self.connect(a, b, ports)
        for side in (0, 1):
            data = b""
            for _ in range(self.rng.randrange(1, 9)):
                data += self.message() + (b"\r\n\r\n" if self.rng.random() < 0.2 else b"")
            self.send(a, b, ports, seq, side, data, 60)

    def sip_websocket(self):
        a, b = self.pair()
        ports = (40000, self.rng.choice((80, 8088, 10080)))
        seq = self.connect(a, b, ports)
        upgrade = b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: sip\r\n\r\n"
        for side, head in enumerate((b"GET /ws HTTP/1.1\r\nHost: x\r\n", b"HTTP/1.1 101 Switching Protocols\r\n")):
            data = head + upgrade
            for _ in range(self.rng.randrange(1, 9)):
                data += websocket(self.rng, self.message(), side == 0)
            self.send(a, b, ports, seq, side, data, len(head + upgrade))

    def tls(self):
        a, b = self.pair()
        port = self.rng.choice((443, 4443))
        for i in range(self.rng.randrange(1, 4)):  # the same ports again
            seq, name = self.connect(a, b, (40000, port)), f"host{self.host}-{i}.example"
            size = self.rng.choice((50, 16384))
            self.send(a, b, (40000, port), seq, 0, records(client_hello(self.rng, name), size), 20)
            self.send(a, b, (40000, port), seq, 1, records(server_hello(self.rng), size), 20)
            for side in (0, 1):
                data = b"\x17\3\3" + struct.pack("!H", 900) + self.rng.randbytes(900)
                self.send(a, b, (40000, port), seq, side, data, 900)
            self.truth["tls", "1"] += 1
            self.truth["tls", "2"] += 1
            self.truth["name", name] += 1

    def dns(self):
        a, b = self.pair()
        seq, sent = self.connect(a, b, (41000, 53)), [b"", b""]
        for _ in range(self.rng.randrange(1, 9)):
            response = self.rng.random() < 0.5
            rcode, message = dns(self.rng, response)
            self.truth["dns", "responses" if response else "queries"] += 1
            if response:
                self.truth["rcode", str(rcode)] += 1
            if self.rng.random() < 0.5:
                sent[response] += struct.pack("!H", len(message)) + message
            elif response:
                self.fragments(udp(message, 53, 40000), b, a)
            else:
                self.fragments(udp(message, 40000, 53), a, b)
        for side in (0, 1):
            self.send(a, b, (41000, 53), seq, side, sent[side], 20)

    def stun_messages(self, count):
        yield self.count_stun(0x0003)
        for _ in range(count):
            if self.rng.random() < 0.5:
                yield self.count_stun(self.rng.choice((0x0001, 0x0101, 0x0111, 0x0011, 0x0103, 0x0009, 0x0109)))
            else:
                channel = self.rng.randrange(0x4000, 0x4004)
                self.truth["channel", f"0x{channel:04x}"] += 1
                data = self.rng.randbytes(self.rng.randrange(4, 300))
                yield struct.pack("!HH", channel, len(data)) + data

    def count_stun(self, kind):
        self.truth["stun", f"0x{kind:04x}"] += 1
        return stun(self.rng, kind)

    def stun(self):
        a, b = self.pair()
        for message in self.stun_messages(self.rng.randrange(20)):
            self.frame(ip(udp(message, 43000, 3478), UDP, a, b))

    def stun_tcp(self):
        a, b = self.pair()
        framed = self.rng.random() < 0.5
        ports = (43000, 9000 if framed else 3478)
        seq = self.connect(a, b, ports)
        data = b"".join(struct.pack("!H", len(m)) + m if framed else m + bytes(-len(m) % 4)
                        for m in self.stun_messages(self.rng.randrange(20)))
        self.send(a, b, ports, seq, 0, data, 40)

    def rtp(self):
        a, b = self.pair()
        rng, first, stamp, ssrc = self.rng, self.rng.getrandbits(16), self.rng.getrandbits(32), self.rng.getrandbits(32)
        count, spoilt = rng.randrange(60, 200), rng.random() < 0.6
        order = []
        for i in range(count):
            if spoilt and 10 < i < count - 10 and rng.random() < 0.05:
                continue
            order.append(i)
        lost, doubled, late = count - len(order), 0, 0
        if spoilt:
            for at in range(10, len(order) - 10, rng.randrange(7, 40)):
                if rng.random() < 0.5:
                    order[at], order[at + 1] = order[at + 1], order[at]
                    late += 1
                else:
                    order.insert(at, order[at])
                    doubled += 1
        jitters, before, held = [], None, rng.randrange(2 * count)
        for i in order:
            number, time = (first + i) % 65536, (stamp + 160 * i) % 2**32
            packet = struct.pack("!BBHII", 0x80, 0, number, time, ssrc) + b"\xd5" * 160
            hold = rng.randrange(1, 60_000) if len(jitters) == held else 0  # its media clock stands still
            self.frame(ip(udp(packet, 20000, 30000), UDP, a, b), (20 + rng.randrange(-5, 6) + hold) * MILLISECOND)
            transit = self.time / MILLISECOND - i * 20
            if before is not None:
                jitters.append((jitters[-1] if jitters else 0) * 15 / 16 + abs(transit - before) / 16)
            before = transit
        self.streams.append({"ssrc": f"0x{ssrc:08x}", "src": a, "packets": len(order), "lost": lost, "duplicates": doubled,
                             "reordered": late, "lost_cumulative": lost - doubled,
                             "jitter": None if spoilt else (max(jitters), sum(jitters) / len(jitters))})

    # ---- what came out

    def found(self, result):
        sip_, tls, dns_ = result["sip"], result["tls"], result["dns"]
        tables = {("sip", "request"): sip_["requests"], ("sip", "response"): sip_["responses"],
                  ("tls",): tls["handshakes"]["tcp"], ("name",): tls["sni"], ("rcode",): dns_["rcodes"],
                  ("dns",): {k: dns_[k] for k in ("queries", "responses")}, ("stun",): result["stun"],
                  ("channel",): result["turn_channels"]}
        return collections.Counter({(*table, key): n for table, keys in tables.items() for key, n in keys.items() if n})

    def complaints(self, result):
        ours = self.found(result)
        for key in sorted(ours.keys() | self.truth.keys()):
            if ours[key] != self.truth[key]:
                yield f"{' '.join(key)}: {ours[key]}, {self.truth[key]} went in"
        for key, want in ("call_ids", len(self.ids)), ("malformed", 0), ("first_fragments", 0):
            if result["sip"][key] != want:
                yield f"sip {key}: {result['sip'][key]}, not {want}"
        streams = {(s["src"], s["ssrc"]): s for s in result["rtp"] if not s["relayed"]}
        for want in self.streams:
            have = streams.pop((want["src"], want["ssrc"]), None)
            yield from of_stream(want, have) if have else [f"no stream {want['src']} {want['ssrc']}"]
        yield from (f"a stream of nobody: {key}" for key in streams)


def of_stream(want, have):
    for key in "packets", "lost", "duplicates", "reordered", "lost_cumulative":
        if have[key] != want[key]:
            yield f"stream {want['src']}: {key} {have[key]}, not {want[key]}"
    for key, ms in zip(("jitter_max_us", "jitter_mean_us"), want["jitter"] or ()):
        if abs(have[key] / 1000 - ms) > 0.01 * ms:
            yield f"stream {want['src']}: {key} {have[key]}, not {ms * 1000:.0f}"


def main():
    program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 40
    packets = messages = bad = 0
    folder = tempfile.mkdtemp()
    for seed in range(count):
        capture, path = Capture(seed), f"{folder}/{seed}.pcap"
        with open(path, "wb") as out:
            out.write(pcap(capture.records, 1))
        done = subprocess.run([program, "analyze", "--json", path], stdout=subprocess.PIPE, timeout=600)
        wrong = list(capture.complaints(json.loads(done.stdout))) if done.returncode == 0 else [f"exit {done.returncode}"]
        for line in wrong:
            print(f"WRONG  {path}: {line}")
        bad += bool(wrong)
        packets, messages = packets + len(capture.records), messages + sum(capture.truth.values())
        if not wrong:
            os.unlink(path)
    if not bad:
        os.rmdir(folder)
    print(f"{count} captures, {packets} packets, {messages} messages: {count - bad} as they went in")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
