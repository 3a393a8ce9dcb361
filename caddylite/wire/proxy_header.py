"""PROXY protocol headers, versions 1 and 2 (haproxy's proxy-protocol.txt), read and written.

:func:`read` takes the first bytes of a stream (or a datagram) and gives one of four answers:
:class:`Incomplete`, :class:`Absent`, :class:`Malformed` or a :class:`ProxyHeader`. The rules about
what is refused are those of go-proxyproto, which Caddy uses, and a CRC32c TLV is checked.
"""

from dataclasses import dataclass
from typing import Final

from caddylite.wire.crc32c import crc32c

SIGNATURE_V1: Final = b"PROXY "
SIGNATURE_V2: Final = b"\r\n\r\n\x00\r\nQUIT\n"
#: The longest version 1 line, and the longest version 2 header that is taken, in bytes.
MAX_V1: Final = 107
MAX_V2: Final = 16 + 4096

Address = tuple[str, int] | str
#: Type and value of a TLV (version 2 only).
TLV = tuple[int, bytes]
TLV_ALPN, TLV_AUTHORITY, TLV_CRC32C, TLV_NOOP, TLV_UNIQUE_ID, TLV_SSL = 1, 2, 3, 4, 5, 0x20

_ADDRESS_SIZE = {0: 0, 1: 12, 2: 36, 3: 216}
_FAMILIES = frozenset({0x00, 0x11, 0x12, 0x21, 0x22, 0x31, 0x32})


@dataclass(frozen=True, slots=True)
class Incomplete:
    """The bytes so far begin a header; ``committed`` once its signature is whole."""

    committed: bool


@dataclass(frozen=True, slots=True)
class Absent:
    """The bytes do not open with a PROXY header."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """The bytes open with the signature of a PROXY header that breaks the rules."""

    why: str


@dataclass(frozen=True, slots=True)
class ProxyHeader:
    """A whole header.

    ``source`` and ``destination`` are ``(ip, port)``, or the path of a Unix socket; None with
    ``local`` (the proxy's own connection: health checks) and UNKNOWN, where the addresses of
    the connection itself hold. ``size`` is how many bytes the header takes.
    """

    version: int
    source: Address | None = None
    destination: Address | None = None
    datagram: bool = False
    tlvs: tuple[TLV, ...] = ()
    size: int = 0

    @property
    def local(self) -> bool:
        """Does the header say nothing about the client?"""
        return self.source is None

    def tlv(self, kind: int) -> bytes | None:
        """Return the value of the first TLV of a type."""
        return next((v for k, v in self.tlvs if k == kind), None)


Answer = ProxyHeader | Incomplete | Absent | Malformed


def read(data: bytes) -> Answer:
    """Say what the first bytes of a stream are; the header ends at ``size``."""
    if data.startswith(SIGNATURE_V1):
        return _read_v1(data)
    if data.startswith(SIGNATURE_V2):
        return _read_v2(data)
    if SIGNATURE_V1.startswith(data) or SIGNATURE_V2.startswith(data):
        return Incomplete(False)
    return Absent()


def _read_v1(data: bytes) -> Answer:
    end = data.find(b"\n", 0, MAX_V1)
    if end < 0:
        if len(data) >= MAX_V1:
            return Malformed("no line ending within 107 bytes")
        return Incomplete(True)
    if data[end - 1] != 0x0D:
        return Malformed("the line does not end with CR LF")
    words = data[: end - 1].decode("latin-1").split(" ")
    size = end + 1
    if words[1] == "UNKNOWN":
        return ProxyHeader(1, size=size)
    if words[1] not in ("TCP4", "TCP6") or len(words) != 6:
        return Malformed("not a TCP4, TCP6 or UNKNOWN line of six words")
    version = 4 if words[1] == "TCP4" else 6
    source, destination = _ip(words[2], version), _ip(words[3], version)
    ports = _port(words[4]), _port(words[5])
    if source is None or destination is None:
        return Malformed(f"not an IPv{version} address")
    if ports[0] is None or ports[1] is None:
        return Malformed("not a port number")
    return ProxyHeader(1, (source, ports[0]), (destination, ports[1]), size=size)


def _ip(text: str, version: int) -> str | None:
    """Check and normalise an address; an IPv4 address mapped into IPv6 comes out as IPv4."""
    import socket

    try:
        if version == 4:
            return socket.inet_ntop(socket.AF_INET, socket.inet_pton(socket.AF_INET, text))
        return _ip6(socket.inet_pton(socket.AF_INET6, text))
    except (OSError, ValueError):
        return None


def _ip6(raw: bytes) -> str:
    import socket

    if raw.startswith(b"\0" * 10 + b"\xff\xff"):
        return socket.inet_ntop(socket.AF_INET, raw[12:])
    return socket.inet_ntop(socket.AF_INET6, raw)


def _port(text: str) -> int | None:
    if not (text.isascii() and text.isdigit()) or len(text) > 5 or (text[0] == "0" != text):
        return None
    return int(text) if int(text) < 65536 else None


def _read_v2(data: bytes) -> Answer:
    if len(data) < 16:
        return _early_v2(data)
    command, family, length = data[12], data[13], data[14] << 8 | data[15]
    size = 16 + length
    wrong = _early_v2(data)
    if isinstance(wrong, Malformed):
        return wrong
    if size > MAX_V2:
        return Malformed("a header of more than 4096 bytes")
    needed = _ADDRESS_SIZE[family >> 4]
    if command == 0x21 and length < needed:
        return Malformed("too short for its addresses")
    if len(data) < size:
        return Incomplete(True)
    tlvs = _read_tlvs(data[16 + needed : size]) if length >= needed else ()
    if tlvs is None:
        return Malformed("a TLV is cut short")
    if not _checksum_fits(data[:size], tlvs):
        return Malformed("the CRC32c does not fit")
    datagram = family & 0xF == 2
    if command == 0x20 or length < needed:
        return ProxyHeader(2, datagram=datagram, tlvs=tlvs, size=size)
    source, destination = _addresses(family >> 4, data[16 : 16 + needed])
    return ProxyHeader(2, source, destination, datagram, tlvs, size)


def _early_v2(data: bytes) -> Answer:
    """Check the command and the family as soon as they are there."""
    if len(data) > 12 and data[12] not in (0x20, 0x21):
        return Malformed(f"unknown version or command 0x{data[12]:02x}")
    if len(data) > 13:
        if data[13] not in _FAMILIES:
            return Malformed(f"unknown address family or transport 0x{data[13]:02x}")
        if data[13] == 0 and data[12] == 0x21:
            return Malformed("the PROXY command without an address family")
    return Incomplete(True)


def _addresses(family: int, raw: bytes) -> tuple[Address, Address]:
    if family == 3:
        paths = [p.partition(b"\0")[0].decode(errors="surrogateescape") for p in _halves(raw)]
        return paths[0], paths[1]
    import socket

    ips = [
        socket.inet_ntop(socket.AF_INET, ip) if family == 1 else _ip6(ip)
        for ip in _halves(raw[:-4])
    ]
    return (ips[0], raw[-4] << 8 | raw[-3]), (ips[1], raw[-2] << 8 | raw[-1])


def _halves(raw: bytes) -> tuple[bytes, bytes]:
    middle = len(raw) // 2
    return raw[:middle], raw[middle:]


def _read_tlvs(raw: bytes) -> tuple[TLV, ...] | None:
    out, at = [], 0
    while at < len(raw):
        if at + 3 > len(raw):
            return None
        end = at + 3 + (raw[at + 1] << 8 | raw[at + 2])
        if end > len(raw):
            return None
        out.append((raw[at], raw[at + 3 : end]))
        at = end
    return tuple(out)


def _checksum_fits(header: bytes, tlvs: tuple[TLV, ...]) -> bool:
    """Check the CRC32c TLV, if there is one; it is computed with its own value zeroed."""
    sums = [v for k, v in tlvs if k == TLV_CRC32C]
    if not sums:
        return True
    if len(sums) > 1 or len(sums[0]) != 4:
        return False
    at = len(header) - sum(3 + len(v) for _, v in tlvs)
    for kind, value in tlvs:
        at += 3
        if kind == TLV_CRC32C:
            break
        at += len(value)
    return crc32c(header[:at] + b"\0\0\0\0" + header[at + 4 :]) == int.from_bytes(sums[0], "big")


def build(
    version: int,
    source: Address | None,
    destination: Address | None,
    *,
    datagram: bool = False,
    tlvs: tuple[TLV, ...] = (),
    checksum: bool = False,
) -> bytes:
    """Write a header. Ends that do not go together make an UNKNOWN (v1) or LOCAL (v2) one.

    Where one end is IPv4 and the other IPv6, the former is written as mapped into IPv6.
    ``checksum`` adds a CRC32c TLV.
    """
    family, ends = _family(source, destination)
    if version == 1:
        if family not in (1, 2) or datagram:
            return b"PROXY UNKNOWN\r\n"
        words = ["PROXY", "TCP4" if family == 1 else "TCP6", *_texts(ends, family)]
        return (" ".join(words) + "\r\n").encode()
    extra = b"".join(bytes((k,)) + len(v).to_bytes(2, "big") + v for k, v in tlvs)
    if checksum:
        extra += bytes((TLV_CRC32C, 0, 4, 0, 0, 0, 0))
    kind = family << 4 | (2 if datagram else 1) if family else 0
    body = _packed(ends, family) + extra
    header = bytes((0x21 if family else 0x20, kind)) + len(body).to_bytes(2, "big")
    whole = SIGNATURE_V2 + header + body
    return whole[:-4] + crc32c(whole).to_bytes(4, "big") if checksum else whole


def _family(
    source: Address | None, destination: Address | None
) -> tuple[int, tuple[Address, ...]]:
    """Return the address family (0 when the ends do not go together) and the two ends."""
    if isinstance(source, str) and isinstance(destination, str):
        return 3, (source, destination)
    if isinstance(source, tuple) and isinstance(destination, tuple):
        ends = ((_bare(source[0]), source[1]), (_bare(destination[0]), destination[1]))
        if all(_ip(end[0], 4) for end in ends):
            return 1, ends
        if all(_ip(end[0], 6) or _ip(end[0], 4) for end in ends):
            return 2, ends
    return 0, ()


def _bare(ip: str) -> str:
    """Drop the zone, and the IPv6 clothes of an IPv4 address."""
    ip = ip.partition("%")[0]
    return (_ip(ip, 6) or ip) if ip.startswith("::") else ip


def _packed(ends: tuple[Address, ...], family: int) -> bytes:
    if not family:
        return b""
    if family == 3:
        # A socket without a name is "@", as Go writes it.
        names = [str(end) or "@" for end in ends]
        raw = [n.encode(errors="surrogateescape")[:108].ljust(108, b"\0") for n in names]
        return raw[0] + raw[1]
    ips = b"".join(_ip_bytes(end[0], family) for end in ends if isinstance(end, tuple))
    ports = b"".join(end[1].to_bytes(2, "big") for end in ends if isinstance(end, tuple))
    return ips + ports


def _ip_bytes(ip: str, family: int) -> bytes:
    import socket

    if family == 2 and ":" not in ip:
        ip = f"::ffff:{ip}"
    return socket.inet_pton(socket.AF_INET if family == 1 else socket.AF_INET6, ip)


def _texts(ends: tuple[Address, ...], family: int) -> list[str]:
    pairs = [end for end in ends if isinstance(end, tuple)]
    ips = [f"::ffff:{ip}" if family == 2 and ":" not in ip else ip for ip, _ in pairs]
    return [*ips, *(str(port) for _, port in pairs)]
