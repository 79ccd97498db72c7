#!/usr/bin/env python3
"""G.711 over RTP between two hosts, and the gaps that the receiver saw.

  voice.py OWN_ADDRESS OTHER_ADDRESS CALLS GAPS_FILE      until SIGTERM

CALLS streams each way of 20 ms packets, ports from 30000 on. Each gap of more than 100 ms in what
arrives is a line of JSON in GAPS_FILE: stream, from_us, until_us, lost (by sequence numbers).
"""
import json
import select
import signal
import socket
import struct
import sys
import time

STEP = 0.02
GAP = 0.1


class Stream:
    def __init__(self, own, other, number):
        self.number, self.sequence, self.last, self.expected = number, 0, None, None
        self.to = (other, 30000 + 2 * number)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((own, 30000 + 2 * number))
        self.socket.setblocking(False)
        self.ssrc = 0x51000000 + number + (int(own.split(".")[-1]) << 8)

    def send(self):
        head = struct.pack("!BBHII", 0x80, 8, self.sequence & 0xFFFF, self.sequence * 160, self.ssrc)
        self.sequence += 1
        try:
            self.socket.sendto(head + b"\xd5" * 160, self.to)
        except OSError:
            pass  # no route at the moment: that is what is measured

    def receive(self, out):
        while True:
            try:
                data = self.socket.recv(2048)
            except OSError:
                return
            now = time.time()
            sequence = struct.unpack("!H", data[2:4])[0]
            if self.last and now - self.last > GAP:
                lost = (sequence - self.expected) & 0xFFFF
                json.dump({"stream": self.number, "from_us": round(self.last * 1e6), "until_us": round(now * 1e6), "lost": lost}, out)
                out.write("\n")
                out.flush()
            self.last, self.expected = now, (sequence + 1) & 0xFFFF


def main():
    own, other, calls, path = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    streams = [Stream(own, other, n) for n in range(calls)]
    by_fd = {s.socket.fileno(): s for s in streams}
    poll = select.poll()
    for fd in by_fd:
        poll.register(fd, select.POLLIN)
    due = time.monotonic()
    with open(path, "w") as out:
        while True:
            for fd, _ in poll.poll(max(0, (due - time.monotonic()) * 1000)):
                by_fd[fd].receive(out)
            if time.monotonic() >= due:
                for stream in streams:
                    stream.send()
                due += STEP


if __name__ == "__main__":
    main()
