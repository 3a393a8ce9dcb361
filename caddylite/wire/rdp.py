"""The first message of an RDP client: the X.224 Connection Request (MS-RDPBCGR 2.2.1.1).

A TPKT header, an X.224 header, an optional line (cookie, routing token or anything a gateway
wants to say), an optional negotiation request and, if that says so, correlation information.
"""

from dataclasses import dataclass
from typing import Final

_SHORTEST, _LONGEST = 11, 4 + 254 + 1
#: What must stand at 5 to 10: TPDU code, both references, class.
_X224: Final = b"\xe0\0\0\0\0\0"
_COOKIE: Final = "Cookie: mstshash="
_TOKEN: Final = "Cookie: msts="
_NEGOTIATION, _CORRELATION = 8, 36
_SSL, _HYBRID, _HYBRID_EX = 0x1, 0x2, 0x8
_PROTOCOLS, _FLAGS, _HAS_CORRELATION = 0x1F, 0x0B, 0x08


@dataclass(frozen=True, slots=True)
class Request:
    """A connection request; of ``cookie``, ``token`` and ``info`` some are set if there is a line.

    ``cookie`` is the user's name (cut short by the client), ``token`` the address and port in a
    routing token, ``info`` any other line. caddy-l4 knows routing tokens only with headers of
    their own before them; what clients send is the bare line, which is ``token`` and ``info``.
    """

    cookie: str | None = None
    token: tuple[str, int] | None = None
    info: str | None = None
    correlation: bytes | None = None


@dataclass(frozen=True, slots=True)
class NotRDP:
    """No RDP client opens like this."""

    why: str


@dataclass(frozen=True, slots=True)
class Incomplete:
    """More must come; ``committed`` once both headers are there."""

    committed: bool


def read(data: bytes) -> Request | NotRDP | Incomplete:
    """Read the beginning of a stream."""
    if not b"\x03\x00".startswith(data[:2]):
        return NotRDP("no TPKT header")
    if len(data) < 4:
        return Incomplete(False)
    size = data[2] << 8 | data[3]
    if not _SHORTEST <= size <= _LONGEST:
        return NotRDP("no RDP connection request has this length")
    if data[4:5] not in (b"", bytes((size - 5,))) or not _X224.startswith(data[5:11]):
        return NotRDP("no X.224 connection request")
    if size == _SHORTEST:
        return NotRDP("a connection request without anything that RDP sends")
    if len(data) < size:
        return Incomplete(len(data) >= _SHORTEST)
    return _payload(data[_SHORTEST:size])


def _payload(payload: bytes) -> Request | NotRDP:
    end = payload.find(b"\r\n")
    line, rest = (b"", payload) if end < 0 else (payload[: end + 2], payload[end + 2 :])
    said = Request()
    if line:
        if len(line) < 3:
            return NotRDP("an empty line in the RDP connection request")
        said = _line(line)
    if not rest:
        return said
    correlation = _negotiation(rest)
    if isinstance(correlation, NotRDP):
        return correlation
    return Request(said.cookie, said.token, said.info, correlation or None)


def _line(line: bytes) -> Request:
    text = line[:-2].decode("utf-8", "surrogateescape")
    if text.startswith(_COOKIE) and len(text) > len(_COOKIE):
        return Request(cookie=text.removeprefix(_COOKIE))
    size = len(line)
    header = b"\x03\0" + size.to_bytes(2, "big") + bytes((size - 5 & 0xFF,)) + _X224
    token = _token(line[_SHORTEST:-2].decode("latin-1")) if line.startswith(header) else None
    if token is not None:
        return Request(token=token)
    return Request(token=_token(line[:-2].decode("latin-1")), info=text)


def _token(text: str) -> tuple[str, int] | None:
    """Read ``Cookie: msts=<address>.<port>.0000``; both numbers are in network byte order."""
    parts = text.removeprefix(_TOKEN).split(".")
    if not text.startswith(_TOKEN) or not 23 <= len(text) <= 36 or len(parts) != 3:
        return None
    address, port, reserved = parts
    if reserved != "0000" or not all(n.isascii() and n.isdigit() for n in (address, port)):
        return None
    if int(address) >> 32 or int(port) >> 16:
        return None
    octets = int(address).to_bytes(4, "little")
    return ".".join(map(str, octets)), int.from_bytes(int(port).to_bytes(2, "little"), "big")


def _negotiation(rest: bytes) -> bytes | NotRDP:
    """Check the negotiation request; return the correlation ID (empty if there is none)."""
    if len(rest) < _NEGOTIATION:
        return NotRDP("part of an RDP negotiation request")
    kind, flags, size = rest[0], rest[1], int.from_bytes(rest[2:4], "little")
    protocols = int.from_bytes(rest[4:8], "little")
    if kind != 1 or size != _NEGOTIATION or flags & ~_FLAGS or protocols & ~_PROTOCOLS:
        return NotRDP("no RDP negotiation request")
    if (protocols & _HYBRID_EX and not protocols & _HYBRID) or (
        protocols & _HYBRID and not protocols & _SSL
    ):
        return NotRDP("RDP protocols that do not go together")
    info = rest[_NEGOTIATION:]
    if not flags & _HAS_CORRELATION:
        return NotRDP("bytes after the RDP negotiation request") if info else b""
    identity, reserved = info[4:20], info[20:_CORRELATION]
    if len(info) < _CORRELATION or info[:4] != b"\x06\0\x24\0" or reserved.strip(b"\0"):
        return NotRDP("no RDP correlation information")
    if identity[0] in (0, 0xF4) or 0x0D in identity:
        return NotRDP("no RDP correlation ID")
    return identity
