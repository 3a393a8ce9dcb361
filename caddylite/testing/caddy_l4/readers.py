"""How many bytes each matcher of caddy-l4 reads before it says anything."""

from collections.abc import Callable
from typing import Final

from caddylite.layer4.matching import NeedMore, Peek, host_text
from caddylite.wire.http_head import FRAME_TOO_LARGE

#: A ClientHello or its records above this break a connection.
_LARGEST: Final = 16 * 1024


#: Opens HTTP/2 in clear text: a head without fields, which frames follow (RFC 9113, 3.4).
_HTTP2: Final = b"PRI * HTTP/2.0\r\n\r\n"


class Need(Exception):
    """The matcher has used up the bytes that there are."""


class Broken(Exception):
    """The matcher fails, which closes the connection."""


#: Looks at the bytes before our matcher is asked: True to ask it, False refutes; Need; Broken.
Reader = Callable[[Peek], bool]


def enough(p: Peek, count: int) -> bool:
    """Need this many bytes; True once they are there."""
    if len(p.data) < count:
        raise Need
    return True


def _needs(count: int) -> Reader:
    return lambda p: enough(p, count)


def _address(side: str) -> Reader:
    def read(p: Peek) -> bool:
        host = host_text(getattr(p.cx, side))
        if not host or host.startswith(("/", "@")):
            raise Broken(f"invalid {side} IP address: {host}")
        return True

    return read


def _tls(p: Peek) -> bool:
    """Whole records, until they hold the message that the first one announces."""
    data = p.data
    enough(p, 5)
    if data[0] != 22:
        return False
    message, at = b"", 0
    wanted = 4
    while at == 0 or (len(message) < wanted and data[at] == 22):
        size = int.from_bytes(data[at + 3 : at + 5], "big")
        if at and len(message) + size > _LARGEST:
            raise Broken("TLS records too large")
        enough(p, at + 5 + size)
        message += data[at + 5 : at + 5 + size]
        at += 5 + size
        if len(message) >= 4:
            if message[0] != 1:
                break
            wanted = 4 + int.from_bytes(message[1:4], "big")
            if wanted > _LARGEST + 4:
                raise Broken("ClientHello too large")
        if len(message) < wanted:
            enough(p, at + 5)
    return True


def read_http(p: Peek) -> bool:
    """A first line that ends in a version, then the whole head; a bad head is an error."""
    data = p.data
    end = data.find(b"\n")
    if end < 10:
        if len(data) >= _LARGEST:
            raise Broken("matching buffer is full")
        raise Need
    line = data[: end - 1] if data[end - 1] == 0x0D else data[:end]
    if line[-9:-3] != b" HTTP/":
        return False
    from caddylite.layer4.peeked import request

    try:
        found = request(p)
    except NeedMore:
        if not data.startswith(_HTTP2) and _torn(data[data.rfind(b"\n") + 1 :]):
            raise Broken("a header line that is cut counts as a malformed one") from None
        raise Need from None
    if found == FRAME_TOO_LARGE:
        raise Need
    if isinstance(found, str):
        raise Broken(found)
    found.remote, found.client_ip = "", ""  # a request that was not served has no address
    found.vars["client_ip"] = ""
    return True


def _torn(line: bytes) -> bool:
    """Would the beginning of a header line be refused, taken as a whole line?

    Go's line reader gives out what it has when no more comes, so it is.
    """
    if not line or line[:1] in b" \t":
        return False
    name, colon, value = line.partition(b":")
    return not colon or not name.strip() or any((c < 32 and c != 9) or c == 127 for c in value)


def _socks5(p: Peek) -> bool:
    enough(p, 1)
    if p.data[0] != 5:
        return False
    enough(p, 2)
    return enough(p, 2 + p.data[1])


def _dns(p: Peek) -> bool:
    if p.cx.is_datagram:
        return enough(p, 12)
    enough(p, 2)
    size = int.from_bytes(p.data[:2], "big")
    return size >= 12 and enough(p, 2 + size) and len(p.data) == 2 + size


def _postgres(p: Peek) -> bool:
    enough(p, 4)
    size = int.from_bytes(p.data[:4], "big")
    return 8 <= size <= 4 + _POSTGRES_PAYLOAD and enough(p, size)


def _rdp(p: Peek) -> bool:
    enough(p, 11)
    data = p.data
    size = int.from_bytes(data[2:4], "big")
    if data[:2] != b"\x03\0" or size != data[4] + 5 or size <= 11 or data[5] != 0xE0:
        return False
    return data[6:11] == bytes(5) and enough(p, size) and len(data) == size


def _winbox(p: Peek) -> bool:
    enough(p, 2)
    size = p.data[0]
    if size < 35 or p.data[1] != 6:
        return False
    longest = 291 if size == 255 else size
    return enough(p, 2 + size) and len(p.data) - 2 <= longest


def _openvpn(p: Peek) -> bool:
    """Over TCP the length comes first; then the message must be there, and nothing behind it."""
    if p.cx.is_datagram:
        return enough(p, 2)
    enough(p, 2)
    size = int.from_bytes(p.data[:2], "big")
    if not 14 <= size <= 1078:
        return False
    enough(p, 3)
    shortest, longest = _RESETS.get(p.data[2] >> 3, (1, 0))
    if p.data[2] & 7 or not shortest <= size <= longest:
        return False
    return enough(p, 2 + size) and len(p.data) == 2 + size


def _quic(p: Peek) -> bool:
    """The first datagram must be a long header of full size; then a ClientHello is waited for."""
    if p.cx.network != "udp":
        return False
    enough(p, 2)
    first = p.first_datagram
    if first[0] & 0xC0 != 0xC0 or not 1200 <= len(first) <= 1452:
        return False
    from caddylite.wire.quic_initial import InitialReader

    reader = InitialReader()
    for datagram in p.datagrams:
        reader.feed(datagram)
    if reader.outcome is None and p.memo["more_coming"]:
        raise Need
    return reader.outcome is not None


_POSTGRES_PAYLOAD: Final = 16 * 1024
#: Lengths of hard resets: the shortest and longest of version 2 (opcode 7) and of version 3 (10).
_RESETS: Final = {7: (14, 86), 10: (344, 1078)}

READERS: Final[dict[str, Reader]] = {
    "dns": _dns,
    "local_ip": _address("local"),
    "openvpn": _openvpn,
    "postgres": _postgres,
    "proxy_protocol": _needs(12),
    "quic": _quic,
    "rdp": _rdp,
    "remote_ip": _address("remote"),
    "socks4": _needs(8),
    "socks5": _socks5,
    "ssh": _needs(4),
    "tls": _tls,
    "winbox": _winbox,
}
