"""What functional tests need of Redis: a client in thirty lines, and the sums that must hold."""
import socket

DIRECTIONS = ("peer_to_msft", "msft_to_peer")


class Redis:
    """RESP over a UNIX socket; replies as str, int, None or lists of them."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")

    def __call__(self, *words):
        return self.pipeline([words])[0]

    def pipeline(self, commands):
        out = b""
        for words in commands:
            out += b"*%d\r\n" % len(words)
            for word in words:
                data = str(word).encode()
                out += b"$%d\r\n%s\r\n" % (len(data), data)
        self.socket.sendall(out)
        return [self.reply() for _ in commands]

    def reply(self):
        line = self.file.readline()
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            raise RuntimeError(rest.decode())
        if kind == b"+":
            return rest.decode()
        if kind == b":":
            return int(rest)
        if kind == b"$":
            if rest == b"-1":
                return None
            data = self.file.read(int(rest) + 2)[:-2]
            return data.decode(errors="replace")
        return None if rest == b"-1" else [self.reply() for _ in range(int(rest))]

    def hash(self, key):
        flat = self("HGETALL", key)
        return dict(zip(flat[::2], flat[1::2]))

    def keys(self, pattern):
        cursor, found = "0", []
        while True:
            cursor, some = self("SCAN", cursor, "MATCH", pattern, "COUNT", 1000)
            found += some
            if cursor == "0":
                return sorted(set(found))


def traffic(record):
    """(packets, bytes) per direction of a hash; absent is zero."""
    return {d: (int(record.get(f"packets_{d}", 0)), int(record.get(f"bytes_{d}", 0))) for d in DIRECTIONS}


def total(records):
    sums = {d: [0, 0] for d in DIRECTIONS}
    for record in records:
        for d, (packets, size) in traffic(record).items():
            sums[d][0] += packets
            sums[d][1] += size
    return {d: tuple(v) for d, v in sums.items()}


def check_sums(redis, site):
    """Every view of every link adds up to the link. Returns complaints."""
    prefix, complaints = f"pni:{{{site}}}:", []
    for name in redis("SMEMBERS", prefix + "links"):
        link = traffic(redis.hash(f"{prefix}link:{name}"))

        def view(what, records):
            if total(records) != link:
                complaints.append(f"link {name}: {what} sum to {total(records)}, the link has {link}")
        view("members", [redis.hash(k) for k in redis.keys(f"{prefix}member:{name}:*")])
        view("classes", [redis.hash(k) for k in redis.keys(f"{prefix}link:{name}:class:*")])
        subnets = [redis.hash(k) for k in redis.keys(f"{prefix}link:{name}:subnet:*")]
        for side in ("peer", "msft"):
            view(f"{side} subnets", [s for s in subnets if s.get("side") == side])
    return complaints
