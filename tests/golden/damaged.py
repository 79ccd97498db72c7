#!/usr/bin/env python3
"""Captures damaged on purpose: `pniscope analyze` reads what there is, and what it counts adds up.

  damaged.py PNISCOPE [CAPTURES]

Frames and files with bytes changed, packets cut at any byte, clocks that stand still, go back, or
jump to the epoch and the last second there is, lengths that lie, files and gzip data that end early.
Each run ends with 0 and JSON whose sums hold, or with 2, nothing on stdout and one line that names
the file. The captures are the same in every run; a failing one is kept and named.
"""
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile

import adds_up
from capture_wire import pcap
from encapsulations import START, Capture

LAST = (2**32 - 1) * 10**9 + 999_999_000  # that a pcap can tell


def change_bytes(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice((1, 3, 20))):
        if data:
            data[rng.randrange(len(data))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
    return bytes(data)


def change_frames(rng, records):
    return [(time, change_bytes(rng, frame) if rng.random() < .5 else frame, wire) for time, frame, wire in records]


def cut_frames(rng, records):
    return [(time, frame[:rng.randrange(len(frame) + 1)], wire) for time, frame, wire in records]


def no_times(rng, records):
    return [(0, frame, wire) for _, frame, wire in records]


def wild_times(rng, records):
    clocks = (0, START, LAST, START - 3600 * 10**9, rng.randrange(2**32) * 10**9)
    return [(rng.choice(clocks), frame, wire) for _, frame, wire in records]


def lying_lengths(rng, records):
    return [(time, frame, rng.choice((0, 1, len(frame) + 1, 2**31, 2**32 - 1))) for time, frame, _ in records]


def many_copies(rng, records):
    copies = [record for record in records for _ in range(rng.choice((1, 1, 2, 30)))]
    rng.shuffle(copies)
    return copies


RECORDS = change_frames, cut_frames, no_times, wild_times, lying_lengths, many_copies


def damaged(seed):
    """The file's bytes and what was done to it."""
    capture, rng = Capture(seed), random.Random(-seed - 1)
    if not capture.sections and rng.random() < .7:
        damage = rng.choice(RECORDS)
        records = damage(rng, [(time, frame, len(frame)) for _, time, frame in capture.records])
        return pcap(records, capture.types[0], capture.order, rng.random() < .5), damage.__name__
    data = capture.data()
    if rng.random() < .5:
        return data[:rng.randrange(len(data))], "cut"
    if rng.random() < .5:
        return change_bytes(rng, data), "changed"
    packed = gzip.compress(data)
    return packed[:rng.randrange(len(packed))], "gzip cut"


def complaints(program, path):
    done = subprocess.run([program, "analyze", "--json", "--flows", path], capture_output=True, timeout=600)
    told = done.stderr.decode(errors="replace")
    if "Sanitizer" in told or "runtime error" in told or done.returncode not in (0, 2):
        yield f"exit {done.returncode}: {told}"
    elif done.returncode == 2:
        if done.stdout or told.count("\n") != 1 or path not in told:
            yield f"exit 2 wants one line with the file's name and no output, not {told!r}"
    else:
        yield from adds_up.complaints(json.loads(done.stdout, parse_constant=float))


def main():
    program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 80
    folder, bad = tempfile.mkdtemp(), 0
    for seed in range(count):
        data, what = damaged(seed)
        path = f"{folder}/{seed}.cap"
        with open(path, "wb") as out:
            out.write(data)
        wrong = list(complaints(program, path))
        for line in wrong:
            print(f"WRONG  {path} ({what}): {line}")
        bad += bool(wrong)
        if not wrong:
            os.unlink(path)
    if not bad:
        os.rmdir(folder)
    print(f"{count} damaged captures, {count - bad} read as they should be")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
