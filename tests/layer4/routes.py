"""What the tests of routers share: hellos, requests, routes and recorded clients."""

from contextlib import suppress
from functools import cache
from pathlib import Path
from ssl import CERT_NONE, MemoryBIO, SSLContext, SSLWantReadError, create_default_context

from caddylite.codec import from_plain
from caddylite.layer4.config import Route
from caddylite.layer4.matching import Connection
from caddylite.layer4.routing import PENDING, Router
from caddylite.layer4.waiting import Waiting

FIXTURES = Path(__file__).parent.parent / "fixtures"


@cache
def hello(name: str | None = None, *alpn: str) -> bytes:
    """A ClientHello as OpenSSL makes it."""
    context: SSLContext = create_default_context()
    context.check_hostname, context.verify_mode = False, CERT_NONE
    if alpn:
        context.set_alpn_protocols(list(alpn))
    incoming, outgoing = MemoryBIO(), MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname=name)
    with suppress(SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()


def request(host: str) -> bytes:
    return f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()


def routes(*matchers) -> tuple[Route, ...]:
    """Routes from sets of matchers in JSON form; a dict is one set, None is no matcher."""
    out = []
    for m in matchers:
        sets = [] if m is None else m if isinstance(m, list) else [m]
        out.append(from_plain(Route, {"match": sets}))
    return tuple(out)


@cache
def recordings() -> dict[str, bytes]:
    """The first bytes of real clients over streams."""
    out = {}
    for path in sorted(FIXTURES.glob("*.hex")):
        if "udp" not in path.stem and not path.stem.startswith(("quic", "wireguard")):
            out[path.stem] = bytes.fromhex(path.read_text().replace("\n", ""))
    return out


def connection(remote: str = "192.0.2.1", local: str = "198.51.100.1") -> Connection:
    return Connection((remote, 40000), (local, 443))


def outcome(router: Router, pieces: list[bytes], cx: Connection | None = None) -> int:
    """Feed pieces that come at once one after the other; return the first decision."""
    waiting = Waiting(router, cx or connection(), now=0.0)
    decision = waiting.look(b"", 0.0)
    for piece in pieces:
        if decision != PENDING:
            break
        decision = waiting.feed(piece, 0.0)
    return decision


def cuts(data: bytes, step: int = 1):
    """All ways to cut bytes in two, and byte by byte."""
    for at in range(1, len(data), step):
        yield [data[:at], data[at:]]
    yield [data[i : i + 1] for i in range(len(data))]
