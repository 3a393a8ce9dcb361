"""The ``proxy_protocol`` handler: what is believed, and what becomes of everything else."""

import socket
import struct
from typing import Any

from tests.differential.behaviour.ends import connect, rest, some, talk, until
from tests.differential.behaviour.handlers import ECHO, proxy
from tests.differential.behaviour.scenario import Play, Table
from tests.differential.behaviour.stage import Stage

table = Table()

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
V1 = b"PROXY TCP4 192.0.2.7 198.51.100.9 1234 443\r\n"
HTTP = b"GET / HTTP/1.1\r\n\r\nx"


def v2(
    command: int = 1,
    kind: int = 0x11,
    body: bytes | None = None,
    version: int = 2,
    more: bytes = b"",
) -> bytes:
    """Return a binary header; by default of 192.0.2.7:1234 to 198.51.100.9:443."""
    if body is None:
        body = socket.inet_aton("192.0.2.7") + socket.inet_aton("198.51.100.9")
        body += struct.pack("!HH", 1234, 443)
    body += more
    return SIGNATURE + bytes((version << 4 | command, kind)) + struct.pack("!H", len(body)) + body


SIX = socket.inet_pton(socket.AF_INET6, "2001:db8::7") * 2 + struct.pack("!HH", 1234, 443)
UNIX = b"/from".ljust(108, b"\0") + b"/to".ljust(108, b"\0")

HEADERS = {
    "v1": V1,
    "v1 of IPv6": b"PROXY TCP6 2001:db8::7 2001:db8::9 1234 443\r\n",
    "v1 unknown": b"PROXY UNKNOWN\r\n",
    "v1 unknown with addresses": b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n",
    "v2": v2(),
    "v2 of IPv6": v2(kind=0x21, body=SIX),
    "v2 of a Unix socket": v2(kind=0x31, body=UNIX),
    "v2 local": v2(command=0, kind=0, body=b""),
    "v2 local with addresses": v2(command=0),
    "v2 with values": v2(more=b"\x01\0\x02h2" + b"\x05\0\x03abc" + b"\x04\0\x01\0"),
}
MALFORMED = {
    "v1 without a source": b"PROXY TCP4\r\n",
    "v1 of no known protocol": b"PROXY UDP4 192.0.2.7 198.51.100.9 1234 443\r\n",
    "v1 with a bad address": b"PROXY TCP4 192.0.2.777 198.51.100.9 1234 443\r\n",
    "v1 with a bad port": b"PROXY TCP4 192.0.2.7 198.51.100.9 123456 443\r\n",
    "v1 with both families": b"PROXY TCP4 192.0.2.7 2001:db8::1 1234 443\r\n",
    "v1 too long": b"PROXY TCP4 " + b"1" * 120 + b"\r\n",
    "v1 without its end": b"PROXY TCP4 192.0.2.7 198.51.100.9 1234 443 and more and more\r\n",
    "v2 version 3": v2(version=3),
    "v2 command 7": v2(command=7),
    "v2 of family 5": v2(kind=0x51),
    "v2 too short for its family": v2(body=b"1234"),
    "v2 cut": v2()[:20],
}


def believed(s: Stage, **options: Any) -> tuple[int, Any]:
    """Serve with the handler; what arrives says the addresses that are believed."""
    b = s.backend(mute=True)
    return s.serve({"handler": "proxy_protocol", **options}, proxy(b, proxy_protocol="v1")), b


def plain(data: bytes, at: int) -> str:
    """Return what an upstream got, without the ports of this machine."""
    text = data.decode("latin-1")
    line, end, more = text.partition("\r\n")
    words = line.split(" ")
    if line.startswith("PROXY TCP") and words[2] == "127.0.0.1":
        words = [*words[:4], "-", "AT" if words[5] == str(at) else words[5]]
    return " ".join(words) + end + more


def sent(at: int, b: Any, data: bytes, source: Any = None) -> list[str]:
    """Send, and return what the client and the upstream saw."""
    before = len(b.seen)
    said = talk(at, data, source, seconds=3).removesuffix("!reset")
    until(lambda: len(b.seen) > before and b.seen[-1].ended, 0.3)
    # caddy-l4 dials for a client whose header is no good, too, and says nothing then
    heard = [plain(x.data, at) for x in b.seen[before:]]
    return [said, *(x for x in heard if not x.endswith("\r\n"))]


@table()
def headers_of_all_kinds(s: Stage) -> Play:
    at, b = believed(s)
    yield
    return {name: sent(at, b, header + b"hello") for name, header in HEADERS.items()}


@table()
def malformed_headers(s: Stage) -> Play:
    at, b = believed(s)
    yield
    return {name: sent(at, b, header + b"hello") for name, header in MALFORMED.items()}


@table()
def no_header(s: Stage) -> Play:
    at, b = believed(s)
    yield
    return [sent(at, b, data) for data in (HTTP, b"PRO", b"", b"\r\n\r\n\0\r\nQUIX\n")]


@table()
def header_alone(s: Stage) -> Play:
    at, b = believed(s)
    yield
    talk(at, V1)
    return [plain(x.data, at) for x in b.wait(1)]


@table()
def allowed(s: Stage) -> Play:
    at, b = believed(s, allow=["127.0.0.2/32", "10.0.0.0/8"])
    yield
    return [sent(at, b, data + b"x", "127.0.0.2") for data in (V1, v2(), HTTP)]


POLICIES = "`proxy_protocol` handler"


@table(POLICIES, [["", "PROXY TCP4 127.0.0.1 127.0.0.1 - AT\r\n" + HTTP.decode()]] * 2)
def peers_that_owe_no_header(s: Stage) -> Play:
    servers = [believed(s, allow=["127.0.0.2/32"]), believed(s, fallback_policy="SKIP")]
    yield
    return [sent(at, b, HTTP) for at, b in servers]


@table(POLICIES, ["PROXY UNKNOWN\r\nno header"])
def a_unix_socket_owes_no_header(s: Stage) -> Play:
    b = s.backend(mute=True)
    route = {"handle": [{"handler": "proxy_protocol"}, proxy(b, proxy_protocol="v1")]}
    s.listen([f"unix/{s.folder}/none.sock"], route)
    yield
    talk(str(s.folder / "none.sock"), b"no header")
    return [x.data.decode() for x in b.wait(1)]


@table(POLICIES, [[""], [""], ["", "PROXY TCP4 127.0.0.1 127.0.0.1 - AT\r\nx"]])
def who_is_not_believed(s: Stage) -> Play:
    servers = [
        believed(s, deny=["127.0.0.0/8"]),
        believed(s, fallback_policy="REJECT"),
        believed(s, allow=["127.0.0.2/32"]),
    ]
    yield
    return [sent(at, b, V1 + b"x") for at, b in servers]


@table(POLICIES, {"cut": [""], "datagrams": ["", V1.decode() + "x"]})
def odd_binary_headers(s: Stage) -> Play:
    at, b = believed(s)
    yield
    odd = {"cut": v2(more=b"\x01\0\x09h2"), "datagrams": v2(kind=0x12)}
    return {name: sent(at, b, header + b"x") for name, header in odd.items()}


@table()
def denied_without_a_header(s: Stage) -> Play:
    at, b = believed(s, deny=["127.0.0.0/8"])
    yield
    return sent(at, b, HTTP)


@table()
def policies_without_a_header(s: Stage) -> Play:
    names = ("IGNORE", "USE", "REJECT", "REQUIRE", "use", "Require")
    servers = {n: believed(s, fallback_policy=n) for n in names}
    yield
    return {n: sent(at, b, HTTP) for n, (at, b) in servers.items()}


@table()
def policies_with_a_header(s: Stage) -> Play:
    servers = {n: believed(s, fallback_policy=n) for n in ("USE", "REQUIRE")}
    yield
    return {n: sent(at, b, V1 + b"x") for n, (at, b) in servers.items()}


@table()
def two_headers(s: Stage) -> Play:
    b = s.backend(mute=True)
    pp = {"handler": "proxy_protocol"}
    at = s.serve(pp, pp, proxy(b, proxy_protocol="v1"))
    yield
    second = b"PROXY TCP4 203.0.113.5 198.51.100.9 5 443\r\n"
    return [sent(at, b, V1 + second + b"x"), sent(at, b, V1 + b"no second")]


@table()
def who_is_believed_is_who_remote_ip_means(s: Stage) -> Play:
    pp = {"handler": "proxy_protocol"}
    match = [{"remote_ip": {"ranges": ["192.0.2.0/24"]}}]
    at = s.routes(
        {"handle": [pp]},
        {"match": match, "handle": [proxy(s.backend("inside"))]},
        {
            "match": [{"local_ip": {"ranges": ["198.51.100.9"]}}],
            "handle": [proxy(s.backend("to"))],
        },
        {"handle": [proxy(s.backend("outside"))]},
    )
    yield
    others = b"PROXY TCP4 203.0.113.5 %s 5 443\r\n"
    return [
        talk(at, header + b"x")
        for header in (V1, v2(), others % b"198.51.100.9", others % b"198.51.100.8")
    ]


@table()
def the_header_in_two_pieces(s: Stage) -> Play:
    at, b = believed(s)
    yield
    out = []
    for header in (v2(), v2(more=b"\x05\0\x40" + b"u" * 64)):
        for cut in (1, 12, 16, 20):
            before = len(b.seen)
            with connect(at) as sock:
                sock.sendall(header[:cut])
                until(lambda: False, 0.05)
                sock.sendall(header[cut:] + b"x")
                sock.shutdown(1)
                out.append(rest(sock, 3))
            until(lambda before=before: len(b.seen) > before and b.seen[-1].ended, 1)
            out += [plain(x.data, at) for x in b.seen[before:]]
    return out


@table()
def a_timeout_without_a_header(s: Stage) -> Play:
    at, b = believed(s, timeout="300ms")
    optional, c = believed(s, timeout="300ms", fallback_policy="USE")
    yield
    with connect(at) as one, connect(optional) as two:
        until(lambda: False, 0.8)
        out = []
        for sock in (one, two):
            try:
                sock.sendall(b"hello")
                sock.shutdown(1)
            except OSError:
                pass
            out.append(rest(sock, 3).removesuffix("!reset"))
    return out, [x.data for x in (*b.seen, *c.seen) if not x.data.endswith(b"\r\n")]


@table()
def matched_and_then_read(s: Stage) -> Play:
    b = s.backend(mute=True)
    at = s.routes(
        {
            "match": [{"proxy_protocol": {}}],
            "handle": [{"handler": "proxy_protocol"}, proxy(b, proxy_protocol="v1")],
        },
        {"handle": [proxy(s.backend("plain"))]},
    )
    yield
    big = V1 + b"y" * 3000
    return [sent(at, b, data) for data in (V1 + b"x", v2() + b"x", HTTP, big)]


@table()
def through_a_unix_socket(s: Stage) -> Play:
    b = s.backend(mute=True)
    route = {"handle": [{"handler": "proxy_protocol"}, proxy(b, proxy_protocol="v1")]}
    s.listen([f"unix/{s.folder}/pp.sock"], route)
    yield
    path = str(s.folder / "pp.sock")
    talk(path, V1 + b"x")
    return [x.data for x in b.wait(1)]


@table()
def bytes_go_on_after_it(s: Stage) -> Play:
    at = s.serve({"handler": "proxy_protocol"}, ECHO)
    yield
    with connect(at) as sock:
        sock.sendall(V1 + b"one")
        out = [some(sock, 3)]
        sock.sendall(b"two")
        out.append(some(sock, 3))
        sock.shutdown(1)
        return [*out, rest(sock)]
