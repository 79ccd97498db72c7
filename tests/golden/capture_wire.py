"""Headers and capture files as bytes, for generators of captures: every function takes what it wraps
first and gives bytes. Layouts: the RFCs and drafts named beside lib/proto's modules; pcap and pcapng
by draft-ietf-opsawg-pcap and -pcapng.
"""
import ipaddress
import struct

IPV4, IPV6, VLAN, QINQ, QINQ_OLD, MPLS, PPPOE, TEB = 0x0800, 0x86DD, 0x8100, 0x88A8, 0x9100, 0x8847, 0x8864, 0x6558
TCP, UDP, GRE, FRAGMENT = 6, 17, 47, 44


def is6(address):
    return ":" in address


def ethertype(address):
    return IPV6 if is6(address) else IPV4


def packed(address):
    return ipaddress.ip_address(address).packed


def ethernet(body, kind, source=b"\2\0\0\0\0\1", target=b"\2\0\0\0\0\2"):
    return target + source + struct.pack("!H", kind) + body


def tag(body, kind, vlan):
    return struct.pack("!HH", vlan, kind) + body


def labels(body, *numbers):
    words = [n << 12 | 64 for n in numbers]
    words[-1] |= 0x100
    return struct.pack(f"!{len(words)}I", *words) + body


def ipv4(body, protocol, source, target, ident=0, offset=0, more=False, options=b""):
    words = 5 + len(options) // 4
    head = struct.pack("!BBHHHBBH", 0x40 | words, 0, 4 * words + len(body), ident, more << 13 | offset // 8, 64, protocol, 0)
    return head + packed(source) + packed(target) + options + body


def ipv6(body, following, source, target):
    return struct.pack("!IHBB", 6 << 28, len(body), following, 64) + packed(source) + packed(target) + body


def ip(body, protocol, source, target):
    return (ipv6 if is6(source) else ipv4)(body, protocol, source, target)


def udp(body, source, target):
    return struct.pack("!HHHH", source, target, 8 + len(body), 0) + body


def tcp(body, source, target, seq, ack=1, flags=0x10):
    return struct.pack("!HHIIBBHHH", source, target, seq % 2**32, ack % 2**32, 0x50, flags, 8192, 0, 0) + body


def extension(body, following, kind):
    """An IPv6 extension header of eight bytes; returns it and its own number."""
    return struct.pack("!BBHI", following, 0, 0x0104, 0) + body, kind


def gre(body, kind, key=None, sequence=None):
    flags = (key is not None) << 13 | (sequence is not None) << 12
    words = [w for w in (key, sequence) if w is not None]
    return struct.pack(f"!HH{len(words)}I", flags, kind, *words) + body


def vxlan(body, vni):
    return struct.pack("!II", 0x08000000, vni << 8) + body


def geneve(body, kind, vni, options=b""):
    return struct.pack("!BBHI", len(options) // 4, 0, kind, vni << 8) + options + body


def gtpu(body, teid, sequence=None):
    optional = b"" if sequence is None else struct.pack("!HBB", sequence, 0, 0)
    return struct.pack("!BBHI", 0x32 if optional else 0x30, 255, len(optional) + len(body), teid) + optional + body


def erspan2(frame):
    return struct.pack("!HHI", 0x1005, 77, 3) + frame


def erspan3(frame):
    return struct.pack("!HHIHH", 0x2005, 77, 3, 0, 0) + frame


def ppp(body, kind):
    return struct.pack("!H", {IPV4: 0x21, IPV6: 0x57, MPLS: 0x281}[kind]) + body


def pppoe(body, session):
    return struct.pack("!BBHH", 0x11, 0, session, len(body)) + body


# ---- files: records are (nanoseconds, frame, bytes that the wire had)

def pcap(records, linktype, order="<", nanoseconds=False):
    out = struct.pack(order + "IHHiIII", 0xA1B23C4D if nanoseconds else 0xA1B2C3D4, 2, 4, 0, 0, 262144, linktype)
    for time, frame, wire in records:
        fraction = time % 10**9 // (1 if nanoseconds else 1000)
        out += struct.pack(order + "IIII", time // 10**9, fraction, len(frame), wire) + frame
    return out


def block(order, kind, body):
    size = struct.pack(order + "I", 12 + len(body))
    return struct.pack(order + "I", kind) + size + body + size


def padded(data):
    return data + bytes(-len(data) % 4)


def section(order):
    return block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface(order, linktype, resolution=None, offset=0):
    options = b""
    if resolution is not None:
        options += struct.pack(order + "HH", 9, 1) + padded(bytes([resolution]))
    if offset:
        options += struct.pack(order + "HHq", 14, 8, offset)
    return block(order, 1, struct.pack(order + "HHI", linktype, 0, 0) + options + (bytes(4) if options else b""))


def units(time, resolution, offset):
    time -= offset * 10**9
    if resolution is None:
        return time // 1000
    return time * 2**(resolution & 0x7F) // 10**9 if resolution & 0x80 else time * 10**resolution // 10**9


def enhanced(order, number, time, frame, wire):
    head = struct.pack(order + "IIIII", number, time >> 32, time % 2**32, len(frame), wire)
    return block(order, 6, head + padded(frame))


def obsolete(order, number, time, frame, wire):
    head = struct.pack(order + "HHIIII", number, 0, time >> 32, time % 2**32, len(frame), wire)
    return block(order, 2, head + padded(frame))
