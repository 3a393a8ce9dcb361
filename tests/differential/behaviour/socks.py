"""The ``socks5`` handler: every command, answer for answer."""

import contextlib
import re
import socket
import struct
from typing import Any

from tests.differential.behaviour.ends import connect, rest, some, until
from tests.differential.behaviour.scenario import Play, Table
from tests.differential.behaviour.stage import Stage

table = Table()
HELLO = b"\5\1\0"


def request(command: int, host: Any, port: int, version: int = 5) -> bytes:
    """Return a request; a name or an address, or bytes as they are."""
    if isinstance(host, bytes):
        where = host
    else:
        where = bytes((3, len(host))) + host.encode()
        for kind, family in ((1, socket.AF_INET), (4, socket.AF_INET6)):
            with contextlib.suppress(OSError):
                where = bytes((kind,)) + socket.inet_pton(family, host)
    return bytes((version, command, 0)) + where + struct.pack("!H", port)


def serve(s: Stage, **options: Any) -> int:
    return s.serve({"handler": "socks5", **options})


def masked(said: str) -> str:
    """Return what was said without ports."""
    data = said.encode("latin-1")
    return re.sub(rb"(\x05\0\0\x01\x7f\0\0\x01)..", rb"\1PP", data, flags=re.S).decode("latin-1")


def exchange(at: int, *parts: bytes, seconds: float = 3) -> str:
    """Send part after part, and return all that is answered."""
    with connect(at) as sock:
        try:
            for part in parts:
                sock.sendall(part)
                until(lambda: False, 0.05)
            sock.shutdown(1)
        except OSError:
            pass
        return masked(rest(sock, seconds).removesuffix("!reset"))


@table()
def connect_by_address_and_name(s: Stage) -> Play:
    at, b, six = serve(s), s.backend(), s.backend("six", host="::1")
    yield
    hosts = [("127.0.0.1", b.port), ("localhost", b.port), ("::1", six.port)]
    out = []
    for host, port in hosts:
        said = exchange(at, HELLO, request(1, host, port), b"abc")
        out.append(said[:10] if host != "::1" else said[:6])
        out.append(said[-4:])
    return out, [x.data for x in b.wait(2)]


@table()
def all_at_once(s: Stage) -> Play:
    at, b = serve(s), s.backend()
    yield
    return exchange(at, HELLO + request(1, "127.0.0.1", b.port) + b"abc"), [
        x.data for x in b.wait(1)
    ]


@table()
def byte_by_byte(s: Stage) -> Play:
    at, b = serve(s), s.backend()
    yield
    data = HELLO + request(1, "127.0.0.1", b.port) + b"abc"
    with connect(at) as sock:
        for byte in data:
            sock.sendall(bytes((byte,)))
        sock.shutdown(1)
        return masked(rest(sock)), [x.data for x in b.wait(1)]


@table()
def what_cannot_be_reached(s: Stage) -> Play:
    at, dead = serve(s), s.port()
    yield
    return [
        exchange(at, HELLO, request(1, "127.0.0.1", dead)),
        exchange(at, HELLO, request(1, "no-such-name.invalid", 80)),
        exchange(at, HELLO, request(1, "2001:db8::1", 80)),
        exchange(at, HELLO, request(1, "127.0.0.1", 0)),
    ]


@table()
def commands(s: Stage) -> Play:
    b = s.backend()
    ports = [
        serve(s, commands=list(names))
        for names in (("CONNECT",), ("ASSOCIATE",), ("BIND",), ("connect", "BIND", "associate"))
    ]
    ports.append(serve(s))
    yield
    out = []
    for at in ports:
        for command in (1, 2, 3, 9):
            said = exchange(at, HELLO, request(command, "127.0.0.1", b.port))
            out.append(said[:4])
    return out


@table()
def whole_refusals(s: Stage) -> Play:
    at, only, bind = serve(s), serve(s, commands=["CONNECT"]), serve(s, commands=["BIND"])
    yield
    return [
        exchange(at, HELLO, request(2, "127.0.0.1", 80)),
        exchange(at, HELLO, request(9, "127.0.0.1", 80)),
        exchange(only, HELLO, request(3, "127.0.0.1", 80)),
        exchange(bind, HELLO, request(2, "127.0.0.1", 80)),
    ]


@table()
def nonsense(s: Stage) -> Play:
    at = serve(s)
    yield
    return [
        exchange(at, b"\4\1\0"),
        exchange(at, b"\5\0"),
        exchange(at, b"\5\1\2"),
        exchange(at, b"\5\2\1\2"),
        exchange(at, HELLO, request(1, "127.0.0.1", 80, version=4)),
        exchange(at, HELLO, request(1, b"\2\1\2\3\4", 80)),
        exchange(at, HELLO, b"\5\1\0\1\1\2"),
        exchange(at, b"GET / HTTP/1.1\r\n\r\n"),
        exchange(at, b""),
    ]


def login(name: bytes, password: bytes, version: int = 1) -> bytes:
    """Return the message of RFC 1929."""
    return bytes((version, len(name))) + name + bytes((len(password),)) + password


@table()
def passwords(s: Stage) -> Play:
    b = s.backend()
    at = serve(s, credentials={"bob": "secret", "{env.L4_NAME}": "{env.L4_LOOP}", "": "x"})
    yield
    ask = request(1, "127.0.0.1", b.port)
    return [
        exchange(at, b"\5\1\2", login(b"bob", b"secret"), ask),
        exchange(at, b"\5\2\0\2", login(b"a.example.com", b"127.0.0.1"), ask),
        exchange(at, b"\5\1\2", login(b"bob", b"wrong"), ask),
        exchange(at, b"\5\1\2", login(b"eve", b"secret"), ask),
        exchange(at, b"\5\1\2", login(b"", b"x"), ask),
        exchange(at, b"\5\1\2", login(b"bob", b""), ask),
        exchange(at, b"\5\1\2", login(b"bob", b"secret", version=5), ask),
        exchange(at, HELLO, ask),
        exchange(at, b"\5\1\2" + login(b"bob", b"secret") + ask),
    ]


def associated(at: int, *datagrams: bytes, port: int = 0, answers: int = 1) -> Any:
    """Ask for an association and use it; return the answers."""
    with connect(at) as sock, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        udp.settimeout(2)
        sock.sendall(HELLO)
        some(sock, 2)
        sock.sendall(request(3, "0.0.0.0", port))
        reply = some(sock, 10).encode("latin-1")
        if len(reply) < 10 or reply[1]:
            return reply
        relay = struct.unpack("!H", reply[8:10])[0]
        out: list[Any] = [reply[:8]]
        for data in datagrams:
            udp.sendto(data, ("127.0.0.1", relay))
        for _ in range(answers):
            try:
                out.append(udp.recv(70000))
            except TimeoutError:
                out.append(None)
        return out


def wrapped(host: str, port: int, data: bytes, fragment: int = 0) -> bytes:
    """Return a datagram for a SOCKS relay."""
    return b"\0\0" + bytes((fragment,)) + request(0, host, port)[3:] + data


@table()
def datagrams(s: Stage) -> Play:
    at, b = serve(s), s.datagrams()
    port = int(b.dial.rpartition(":")[2])
    yield
    found = associated(at, wrapped("127.0.0.1", port, b"one"))
    return found[0], [x and x[-5:] for x in found[1:]], [x and len(x) for x in found[1:]]


@table()
def datagrams_to_a_name(s: Stage) -> Play:
    at, b = serve(s), s.datagrams()
    port = int(b.dial.rpartition(":")[2])
    yield
    found = associated(at, wrapped("localhost", port, b"one"))
    return [x and x[-5:] for x in found[1:]]


@table("`socks5`", ([None], 0))
def datagrams_in_fragments(s: Stage) -> Play:
    at, b = serve(s), s.datagrams()
    port = int(b.dial.rpartition(":")[2])
    yield
    found = associated(at, wrapped("127.0.0.1", port, b"one", 1), b"\0\0", b"", answers=1)
    return found[1:], len(b.seen)


@table()
def a_connection_stays_open_both_ways(s: Stage) -> Play:
    at, b = serve(s), s.backend("B", echo=True)
    yield
    with connect(at) as sock:
        sock.sendall(HELLO)
        out = [some(sock, 2)]
        sock.sendall(request(1, "127.0.0.1", b.port))
        out.append(some(sock, 10)[:8])
        out.append(some(sock, 2))
        for word in (b"one", b"two"):
            sock.sendall(word)
            out.append(some(sock, 3))
        sock.shutdown(1)
        out.append(rest(sock))
    return out, [(x.data, x.ended) for x in b.wait(1)]
