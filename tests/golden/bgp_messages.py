"""BGP messages as bytes, for the generators. Layouts: RFC 4271, 4760, 6793, 1997, 4724, 5492."""
import ipaddress
import struct


def message(kind, body=b""):
    return b"\xff" * 16 + struct.pack("!HB", 19 + len(body), kind) + body


KEEPALIVE = message(4)
END_OF_RIB = message(2, bytes(4))


def capability(code, value=b""):
    return struct.pack("!BB", code, len(value)) + value


def open_message(asn, bgp_id, hold_s=30, my_as=None, four_octets=True):
    caps = capability(1, b"\0\1\0\1") + capability(1, b"\0\2\0\1") + capability(2) + capability(64, b"\0\x78")
    if four_octets:
        caps += capability(65, struct.pack("!I", asn))
    options = struct.pack("!BB", 2, len(caps)) + caps
    two = my_as if my_as is not None else asn if asn < 65536 else 23456
    return message(1, struct.pack("!BHH", 4, two, hold_s) + ipaddress.ip_address(bgp_id).packed
                   + struct.pack("!B", len(options)) + options)


def notification(code, subcode):
    return message(3, struct.pack("!BB", code, subcode))


def nlri(prefix):
    network = ipaddress.ip_network(prefix)
    return struct.pack("!B", network.prefixlen) + network.network_address.packed[:(network.prefixlen + 7) // 8]


def attribute(flags, code, body):
    if len(body) > 255:
        return struct.pack("!BBH", flags | 0x10, code, len(body)) + body
    return struct.pack("!BBB", flags, code, len(body)) + body


def as_path(path, width=4):
    return bytes([2, len(path)]) + b"".join(n.to_bytes(width, "big") for n in path) if path else b""


def community(text):
    high, low = text.split(":")
    return struct.pack("!HH", int(high), int(low))


class Route:
    def __init__(self, prefix, path, communities=(), med=None):
        self.prefix, self.path, self.communities, self.med = prefix, tuple(path), tuple(communities), med

    def update(self, next_hop, next_hop6, width=4):
        attributes = attribute(0x40, 1, b"\0") + attribute(0x40, 2, as_path(self.path, width))
        six = ":" in self.prefix
        if six:
            body = b"\0\2\1\x10" + ipaddress.ip_address(next_hop6).packed + b"\0" + nlri(self.prefix)
            attributes = attribute(0x80, 14, body) + attributes
        else:
            attributes += attribute(0x40, 3, ipaddress.ip_address(next_hop).packed)
        if self.med is not None:
            attributes += attribute(0x80, 4, struct.pack("!I", self.med))
        if self.communities:
            attributes += attribute(0xC0, 8, b"".join(community(c) for c in self.communities))
        return message(2, struct.pack("!HH", 0, len(attributes)) + attributes + (b"" if six else nlri(self.prefix)))


def withdraw(prefix):
    gone = nlri(prefix)
    if ":" not in prefix:
        return message(2, struct.pack("!H", len(gone)) + gone + b"\0\0")
    attributes = attribute(0x80, 15, b"\0\2\1" + gone)
    return message(2, struct.pack("!HH", 0, len(attributes)) + attributes)


END_OF_RIB6 = message(2, struct.pack("!HH", 0, 6) + attribute(0x80, 15, b"\0\2\1"))
