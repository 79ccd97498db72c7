#!/usr/bin/env python3
"""One TCP connection, and what the sending socket says of it in the end (TCP_INFO, as `ss -ti` prints it).

  tcp_talk.py serve PORT [--slow | --give N]
  tcp_talk.py send HOST PORT [--bytes N] [--rate BYTES_PER_S] [--segment N] [--congestion NAME] [--messages N --every S]

`serve` reads until the end, connection after connection, and answers what it reads at once with a byte; with --slow it answers
nothing, and its acknowledgements wait as long as the kernel lets them; with --give it sends N bytes and reads nothing.
`send` sends N bytes, or so many messages of 500 bytes, says it is done, waits until the other side has closed too, and prints
{"retransmits": n, "min_rtt_us": n, "sent": n, "seconds": s}.
"""
import argparse
import json
import socket
import struct
import time

TCP_CONGESTION, SO_MAX_PACING_RATE, GIVE_RATE = 13, 47, 2000000
TOTAL_RETRANS, MIN_RTT = 100, 148  # offsets in struct tcp_info of linux/tcp.h


def serve(args):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("", args.port))
    s.listen()
    print("listening", flush=True)
    while True:
        c, _ = s.accept()
        if args.give:
            c.setsockopt(socket.SOL_SOCKET, SO_MAX_PACING_RATE, GIVE_RATE)
            c.sendall(bytes(args.give))
            c.shutdown(socket.SHUT_WR)
        while True:
            if args.slow:
                c.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)
            if not c.recv(1 << 20):
                break
            if not args.slow and not args.give:
                c.send(b".")
        c.close()


def send(args):
    s = socket.socket()
    if args.congestion:
        s.setsockopt(socket.IPPROTO_TCP, TCP_CONGESTION, args.congestion.encode())
    if args.rate:
        s.setsockopt(socket.SOL_SOCKET, SO_MAX_PACING_RATE, args.rate)
    if args.segment:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, args.segment)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    s.connect((args.host, args.port))
    begin = time.monotonic()
    for _ in range(args.messages):
        s.sendall(bytes(500))
        time.sleep(args.every)
    left = args.bytes
    while left:
        n = min(left, 1 << 16)
        s.sendall(bytes(n))
        left -= n
    s.shutdown(socket.SHUT_WR)
    while s.recv(1 << 16):
        pass
    info = s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    print(json.dumps({"retransmits": struct.unpack_from("I", info, TOTAL_RETRANS)[0],
                      "min_rtt_us": struct.unpack_from("I", info, MIN_RTT)[0],
                      "sent": args.bytes + 500 * args.messages, "seconds": time.monotonic() - begin}))


def main():
    p = argparse.ArgumentParser()
    sub = p.add_subparsers(dest="what", required=True)
    a = sub.add_parser("serve")
    a.add_argument("port", type=int)
    a.add_argument("--slow", action="store_true")
    a.add_argument("--give", type=int, default=0)
    a = sub.add_parser("send")
    a.add_argument("host")
    a.add_argument("port", type=int)
    a.add_argument("--bytes", type=int, default=0)
    a.add_argument("--rate", type=int, default=0)
    a.add_argument("--segment", type=int, default=0)
    a.add_argument("--congestion")
    a.add_argument("--messages", type=int, default=0)
    a.add_argument("--every", type=float, default=0)
    args = p.parse_args()
    serve(args) if args.what == "serve" else send(args)


main()
