#!/usr/bin/env python3
"""How many of the segments that tshark calls out of order were overtaken by nothing.

  tcp_again.py CAPTURE...

tshark calls a segment below the highest one out of order when it comes within a round trip of it, and looks at nothing else. Such a
segment was sent, or shown, again when all its bytes had passed before, or when its sender numbered it (IP identifier, RFC 6864) no
earlier than the segment that came last. Both are read from tshark's own fields; pniscope has no part in it.
"""
import collections
import shutil
import subprocess
import sys

FIELDS = ("tcp.stream", "ip.src", "ipv6.src", "tcp.srcport", "ip.id", "tcp.seq_raw", "tcp.len", "tcp.flags", "tcp.analysis.out_of_order")
FIN, SYN = 1, 2


def is_available():
    return shutil.which("tshark") is not None


def segments(capture):
    """As dictionaries of FIELDS, of the innermost headers."""
    wanted = [option for field in FIELDS for option in ("-e", field)]
    out = subprocess.run(["tshark", "-r", capture, "-Y", "tcp.seq_raw", "-T", "fields", "-E", "occurrence=l", *wanted],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True)
    for line in out.stdout.splitlines():
        yield dict(zip(FIELDS, line.split("\t")))


def passed_before(spans, start, end):
    for left, right in sorted(spans):
        if left <= start < right:
            start = right
    return start >= end


def count(capture):
    spans = collections.defaultdict(list)  # [sender of a stream] of its bytes, (first, one past the last)
    last_id = {}
    again = 0
    for s in segments(capture):
        sender = s["tcp.stream"], s["ip.src"] or s["ipv6.src"], s["tcp.srcport"]
        flags = int(s["tcp.flags"], 16)
        start = int(s["tcp.seq_raw"])
        end = start + int(s["tcp.len"] or 0) + bool(flags & SYN) + bool(flags & FIN)
        identifier = int(s["ip.id"] or "0", 0)
        if s["tcp.analysis.out_of_order"]:
            step = (identifier - last_id.get(sender, identifier + 1)) % 65536
            numbered_later = identifier != 0 and step < 32768
            again += passed_before(spans[sender], start, end) or numbered_later
        if end > start:
            spans[sender].append((start, end))
        last_id[sender] = identifier
    return again


if __name__ == "__main__":
    for path in sys.argv[1:]:
        print(count(path), path)
