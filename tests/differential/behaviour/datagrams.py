"""Datagram listeners: associations, sizes, matching, ends."""

import contextlib
import socket

from tests.differential.behaviour.ends import answered, ask, until
from tests.differential.behaviour.handlers import ECHO, proxy
from tests.differential.behaviour.headers import v2
from tests.differential.behaviour.scenario import Play, Table
from tests.differential.behaviour.stage import Stage

table = Table()
UDP = "udp/"


def client(at: int, host: str = "127.0.0.1") -> socket.socket:
    """Return a socket that speaks to a server."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.settimeout(2)
    sock.bind((host, 0))
    sock.connect(("127.0.0.1", at))
    return sock


@table()
def echo(s: Stage) -> Play:
    at = s.serve(ECHO, network=UDP)
    yield
    return ask(at, b"one", b"two", b"x" * 1400)


@table()
def proxied(s: Stage) -> Play:
    b = s.datagrams()
    at = s.serve(proxy(b), network=UDP)
    yield
    return ask(at, b"one", b"two"), len(set(b.senders))


@table()
def two_clients(s: Stage) -> Play:
    b = s.datagrams()
    at = s.serve(proxy(b), network=UDP)
    yield
    with client(at) as one, client(at) as two:
        out = []
        for word in (b"1", b"2", b"3"):
            for sock in (one, two):
                sock.send(word)
                out += answered(sock, 1)
    return out, len(set(b.senders))


@table()
def balanced_by_association(s: Stage) -> Play:
    pool = [s.datagrams(f"B{i}") for i in range(2)]
    at = s.serve(proxy(*pool, policy="round_robin"), network=UDP)
    yield
    return [ask(at, b"a", b"b") for _ in range(4)]


@table()
def large_datagrams(s: Stage) -> Play:
    at = s.serve(proxy(s.datagrams()), network=UDP)
    yield
    with client(at) as sock:
        out = []
        for size in (1500, 8192):
            sock.send(b"x" * size)
            out.append([len(x) for x in answered(sock, 1)])
    return out


@table("datagrams of more than 8 KiB", [[8992], [20002], [60002]])
def larger_datagrams(s: Stage) -> Play:
    at = s.serve(proxy(s.datagrams()), network=UDP)
    yield
    with client(at) as sock:
        out = []
        for size in (8990, 20000, 60000):
            sock.send(b"x" * size)
            out.append([len(x) for x in answered(sock, 1)])
    return out


@table("empty datagrams", ([b"one", b"", b"two"], 1))
def empty_datagrams(s: Stage) -> Play:
    b = s.datagrams()
    at = s.serve(proxy(b), network=UDP)
    yield
    with client(at) as sock:
        for data in (b"one", b"", b"two"):
            sock.send(data)
            until(lambda: False, 0.1)
        answered(sock, 3)
    return b.seen, len(set(b.senders))


@table()
def idle_timeout(s: Stage) -> Play:
    b = s.datagrams()
    at = s.serve(proxy(b), network=UDP, idle_timeout="500ms")
    yield
    with client(at) as sock:
        for pause in (0.2, 0.2, 1.5, 0):
            sock.send(b"x")
            answered(sock, 1)
            until(lambda: False, pause)
    return [b.senders.index(x) for x in b.senders]


@table()
def answers_do_not_keep_it_alive(s: Stage) -> Play:
    import threading

    upstream = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    upstream.bind(("127.0.0.1", 0))
    upstream.settimeout(5)

    def babble() -> None:
        with contextlib.suppress(OSError):
            _, sender = upstream.recvfrom(100)
            for i in range(20):
                upstream.sendto(b"%d" % i, sender)
                until(lambda: False, 0.1)

    threading.Thread(target=babble, daemon=True).start()
    address = f"udp/127.0.0.1:{upstream.getsockname()[1]}"
    at = s.serve(proxy(address), network=UDP, idle_timeout="700ms")
    yield
    with client(at) as sock:
        sock.send(b"go")
        count = len(answered(sock, 20))
    upstream.close()
    return 3 <= count <= 18


@table()
def matched_by_the_first_datagram(s: Stage) -> Play:
    dns, rest = s.datagrams("dns"), s.datagrams("rest")
    at = s.routes(
        {"match": [{"dns": {}}], "handle": [proxy(dns)]},
        {"handle": [proxy(rest)]},
        network=UDP,
    )
    query = bytes.fromhex("000101000001000000000000") + b"\7example\3com\0\0\1\0\1"
    yield
    return (
        [x[:4] for x in ask(at, query)],
        ask(at, b"certainly no question"),
        [x[:4] for x in ask(at, query, b"x")],
    )


@table()
def regexp_of_a_datagram(s: Stage) -> Play:
    at = s.routes(
        {"match": [{"regexp": {"pattern": "^a+b"}}], "handle": [proxy(s.datagrams("ab"))]},
        {"handle": [proxy(s.datagrams("no"))]},
        network=UDP,
    )
    yield
    return [ask(at, data) for data in (b"aaab", b"bbbb")]


@table()
def nobody_answers(s: Stage) -> Play:
    at = s.routes({"match": [{"dns": {}}], "handle": [ECHO]}, network=UDP)
    yield
    return ask(at, b"not dns", seconds=1)


@table()
def closed(s: Stage) -> Play:
    at = s.serve({"handler": "close"}, network=UDP)
    yield
    return ask(at, b"x", b"y", seconds=1)


@table()
def a_dead_upstream(s: Stage) -> Play:
    at = s.serve(proxy(f"udp/127.0.0.1:{s.port()}"), network=UDP)
    yield
    return ask(at, b"x", b"y", seconds=1)


@table()
def headers_of_the_first_datagram(s: Stage) -> Play:
    b = s.datagrams()
    at = s.serve({"handler": "proxy_protocol"}, proxy(b), network=UDP)
    yield
    return ask(at, v2(kind=0x12) + b"one")


@table("`proxy_protocol` on datagrams", ["B:one", "B:two"])
def headers_of_every_datagram(s: Stage) -> Play:
    at = s.serve({"handler": "proxy_protocol"}, proxy(s.datagrams()), network=UDP)
    yield
    return ask(at, v2(kind=0x12) + b"one", v2(kind=0x12) + b"two")


@table()
def several_upstreams(s: Stage) -> Play:
    pool = [s.datagrams(f"B{i}") for i in range(2)]
    at = s.serve(proxy(pool), network=UDP)
    yield
    with client(at) as sock:
        sock.send(b"x")
        return sorted(answered(sock, 2))


@table()
def to_a_unix_socket(s: Stage) -> Play:
    b = s.datagrams(path=s.folder / "gram.sock", mute=True)
    at = s.serve(proxy(b), network=UDP)
    yield
    ask(at, b"one", seconds=0.3)
    return b.wait(1)


@table()
def tee(s: Stage) -> Play:
    copy = s.datagrams("copy", mute=True)
    at = s.serve(
        {"handler": "tee", "branch": [proxy(copy)]}, proxy(s.datagrams("main")), network=UDP
    )
    yield
    return ask(at, b"one", b"two"), copy.wait(2)


@table()
def throttled(s: Stage) -> Play:
    throttle = {"handler": "throttle", "read_bytes_per_second": 100_000}
    at = s.serve(throttle, ECHO, network=UDP)
    yield
    return ask(at, b"one", seconds=3)


@table()
def subroute(s: Stage) -> Play:
    routes = [{"match": [{"regexp": {"pattern": "^a"}}], "handle": [proxy(s.datagrams("a"))]}]
    at = s.serve({"handler": "subroute", "routes": routes}, proxy(s.datagrams("b")), network=UDP)
    yield
    return ask(at, b"aaaa") + ask(at, b"bbbb")
