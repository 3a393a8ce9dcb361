"""What is fuzzed of the wire parsers: each takes any bytes and may only answer.

A parser of a stream must answer fewer bytes with the same kind of answer, or none yet; what it
remembers of fewer bytes must not change what it says of all.
"""

from collections.abc import Callable
from contextlib import suppress

from caddylite.wire import (
    clienthello,
    dns,
    http2,
    http_head,
    openvpn,
    openvpn_keys,
    postgres,
    proxy_header,
    quic_initial,
    rdp,
    socks5,
    winbox,
)
from caddylite.wire.http1 import Bad, RequestReader
from caddylite.wire.http1_response import BadResponse, ResponseReader
from caddylite.wire.http2_frames import PREFACE, Broken, Opened
from caddylite.wire.http2_machine import Machine
from tests.layer4.clients import names, recording
from tests.wire.logins import login

FACTS = (
    "server_name", "alpn", "versions", "random", "session_id", "ciphers", "groups",
    "signature_schemes", "extensions", "problem",
)  # fmt: skip
SAMPLES = [d for kind in ("tcp", "udp") for name in names(kind) for d in recording(name)]
SAMPLES += [
    proxy_header.build(version, ("192.0.2.1", 1), ("192.0.2.2", 2), datagram=False)
    for version in (1, 2)
]
SAMPLES += [
    login("admin"),
    login("admin+r"),
    b"\x05\x01\x00\x03\x04name\x00\x50",
    b"\x01\x01a\x01b",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nrest",
]
#: HTTP/2 frames: settings, a request with a body and trailers, a reset, a GOAWAY.
SAMPLES += [
    bytes.fromhex("000006040000000000000300000064"),
    bytes.fromhex(
        "00000a010400000001828684418601a0c0a8000100000300000000000161626300000a01050000000182"
    ),
    bytes.fromhex("00000403000000000100000008"),
    bytes.fromhex("000008070000000000000000010000000b"),
    bytes.fromhex("0000010105000000018800000300010000000161626300000408000000000000000fff"),
]


def _undecided(answer: object) -> bool:
    return answer is None or type(answer).__name__ == "Incomplete"


def _stream(read: Callable[[bytes], object]) -> Callable[[bytes, int], None]:
    """Return a check of a stream's parser: no changed mind between a beginning and the whole."""

    def check(data: bytes, cut: int) -> None:
        part, whole = read(data[:cut]), read(data)
        if not _undecided(part):
            assert type(part) is type(whole), (part, whole)

    return check


def _once(read: Callable[[bytes], object]) -> Callable[[bytes, int], None]:
    """Return a check of a parser of datagrams: of a whole one and of its beginning."""

    def check(data: bytes, cut: int) -> None:
        read(data[:cut])
        read(data)

    return check


def _hello(data: bytes) -> object:
    """Every fact of it is asked for, since they are read when they are needed."""
    found = clienthello.read(data)
    if isinstance(found, clienthello.Hello):
        for fact in FACTS:
            getattr(found, fact)
    return found


def _hello_in_two(data: bytes, cut: int) -> None:
    """Go on from what the beginning has shown, and read all anew: the same."""
    _stream(_hello)(data, cut)
    before = clienthello.read(data[:cut])
    if isinstance(before, clienthello.Incomplete):
        resumed, anew = clienthello.read(data, before), clienthello.read(data)
        assert type(resumed) is type(anew)
        if isinstance(anew, clienthello.Hello):
            assert all(getattr(resumed, fact) == getattr(anew, fact) for fact in FACTS)


def _datagrams(data: bytes, cut: int) -> None:
    reader = quic_initial.InitialReader()
    for datagram in (data[:cut], data[cut:], data):
        reader.feed(datagram)


def _quic_frames(data: bytes, cut: int) -> None:
    """What is sealed in Initial packets, since no chance opens one: frames and their pieces."""
    reader = quic_initial.InitialReader()
    for number, frames in enumerate((data[:cut][:1200], data[cut:][:1200])):
        reader.feed(quic_initial.seal_initial(b"destined", b"from", number, frames, size=1200))
    found = reader.outcome
    if isinstance(found, clienthello.Hello):
        for fact in FACTS:
            getattr(found, fact)


_KEY = openvpn_keys.StaticKey(bytes(range(256)))
_RULES = (
    openvpn.Rules(),
    openvpn.Rules(
        auth_key=_KEY, crypt_key=_KEY, digest=openvpn_keys.find_digest("SHA256"), server_key=_KEY
    ),
)


def _openvpn(data: bytes) -> object:
    if not data:
        return None
    now = int.from_bytes(data[-8:-4], "big")
    return [
        (openvpn.is_plain(data), openvpn.is_signed(data, rules, now),
         openvpn.is_crypt(data, rules, now), openvpn.is_crypt_v2(data, rules, now))
        for rules in _RULES
    ]  # fmt: skip


def _requests(data: bytes, cut: int) -> None:
    """Whole and in two: the same requests, or the same refusal."""
    seen = []
    for pieces in ([data], [data[:cut], data[cut:]]):
        reader = RequestReader()
        events = [event for piece in pieces for event in reader.feed(piece)]
        seen.append(any(isinstance(event, Bad) for event in events))
        reader.close()
    assert seen[0] == seen[1]


def _responses(data: bytes, cut: int) -> None:
    for method in ("GET", "HEAD"):
        reader = ResponseReader(method)
        try:
            reader.feed(data[:cut])
            reader.feed(data[cut:])
            reader.end_of_stream()
        except BadResponse:
            continue


def _http2(client: bool) -> Callable[[bytes, int], None]:
    """Return a check of a machine: whole and in two it sees the same, and ends the same way."""

    def check(data: bytes, cut: int) -> None:
        seen = []
        for pieces in ([data], [data[:cut], data[cut:]]):
            machine = Machine(client, limit=1 << 14)
            if client:
                for _ in range(3):
                    machine.open([(b":method", b"GET"), (b":path", b"/")], ended=True)
            events = list(machine.receive(b"" if client else PREFACE))
            for piece in pieces:
                if not any(isinstance(event, Broken) for event in events):
                    events += machine.receive(piece)
                machine.take(True)
            for event in events:
                if isinstance(event, Opened):
                    _head(client, event)
            seen.append([type(event) for event in events])
        if Broken in seen[0]:  # h2 says nothing of what came in one piece with the fault
            assert Broken in seen[1]
        else:
            assert seen[0] == seen[1]

    return check


def _head(client: bool, event: Opened) -> None:
    with suppress(http2.Malformed):
        if client:
            http2.response(event.fields, event.ended, "GET")
        else:
            http2.request(event.fields, event.ended)


#: Parser → a check of some bytes and a place to cut them.
CHECKS: dict[str, Callable[[bytes, int], None]] = {
    "clienthello": _hello_in_two,
    "http_head": _stream(http_head.read),
    "postgres": _once(postgres.read),
    "proxy_header": _stream(proxy_header.read),
    "rdp": _stream(rdp.read),
    "winbox": _stream(winbox.read),
    "socks5 greeting": _stream(socks5.read_greeting),
    "socks5 credentials": _stream(socks5.read_credentials),
    "socks5 request": _stream(socks5.read_request),
    "socks5 datagram": _once(socks5.read_datagram),
    "dns": _once(lambda data: dns.read(data, len(data))),
    "quic": _datagrams,
    "quic frames": _quic_frames,
    "openvpn": _once(_openvpn),
    "http1": _requests,
    "http1 response": _responses,
    "http2 server": _http2(client=False),
    "http2 client": _http2(client=True),
}


def target(name: str) -> Callable[[bytes], None]:
    """Return a check of bytes whose last two say where to cut the others."""
    check = CHECKS[name]

    def run(data: bytes) -> None:
        body, place = data[:-2], int.from_bytes(data[-2:], "big")
        check(body, place % (len(body) + 1))

    return run
