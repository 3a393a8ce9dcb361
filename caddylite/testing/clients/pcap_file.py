"""Packets out of a capture: pcap and pcapng files, Ethernet, Linux cooked, loopback and raw IP.

Only what tests need: addresses, ports and payloads of TCP and UDP, no checksums, no fragments.
See the pcap and pcapng drafts of the IETF (draft-ietf-opsawg-pcap, -pcapng).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from struct import unpack_from
from typing import Final

from caddylite.errors import ConfigError

_MAGIC: Final = {
    b"\xd4\xc3\xb2\xa1": ("<", 1e-6), b"\xa1\xb2\xc3\xd4": (">", 1e-6),
    b"\x4d\x3c\xb2\xa1": ("<", 1e-9), b"\xa1\xb2\x3c\x4d": (">", 1e-9),
}  # fmt: skip
_PCAPNG = b"\x0a\x0d\x0d\x0a"
_ETHERNET, _RAW, _COOKED, _COOKED2 = 1, 101, 113, 276
_TCP, _UDP = 6, 17


@dataclass(frozen=True, slots=True)
class Packet:
    """One TCP or UDP packet. ``time`` is in seconds since the epoch; ``flags`` are TCP's."""

    time: float
    network: str
    source: tuple[str, int]
    target: tuple[str, int]
    payload: bytes
    sequence: int = 0
    flags: int = 0


def read(data: bytes, name: str = "capture") -> Iterator[Packet]:
    """Yield the packets of a file's bytes; ConfigError if it is no capture."""
    if data[:4] in _MAGIC:
        frames = _pcap(data)
    elif data[:4] == _PCAPNG:
        frames = _pcapng(data)
    else:
        raise ConfigError(f"{name} is neither a pcap nor a pcapng file")
    for time, link, frame in frames:
        packet = _packet(time, link, frame)
        if packet is not None:
            yield packet


def _pcap(data: bytes) -> Iterator[tuple[float, int, bytes]]:
    order, unit = _MAGIC[data[:4]]
    link = unpack_from(order + "I", data, 20)[0] & 0xFFFF
    at = 24
    while at + 16 <= len(data):
        seconds, part, size = unpack_from(order + "III", data, at)
        yield seconds + part * unit, link, data[at + 16 : at + 16 + size]
        at += 16 + size


def _pcapng(data: bytes) -> Iterator[tuple[float, int, bytes]]:
    order, at = "<", 0
    links: list[tuple[int, float]] = []
    while at + 12 <= len(data):
        if data[at : at + 4] == _PCAPNG:
            order = "<" if data[at + 8 : at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            links = []
        kind, size = unpack_from(order + "II", data, at)
        if size < 12:
            return
        body = data[at + 8 : at + size - 4]
        if kind == 1:
            links.append((unpack_from(order + "H", body)[0], _unit(body[8:], order)))
        elif kind == 6 and len(body) >= 20:
            which, high, low, length = unpack_from(order + "IIII", body)
            if which < len(links):
                link, unit = links[which]
                yield (high << 32 | low) * unit, link, body[20 : 20 + length]
        elif kind == 3 and links:
            yield 0.0, links[0][0], body[4:]
        at += size


def _unit(options: bytes, order: str) -> float:
    """Return what a time stamp counts: if_tsresol, microseconds if it is not given."""
    at = 0
    while at + 4 <= len(options):
        code, size = unpack_from(order + "HH", options, at)
        if code == 9 and size:
            power = options[at + 4]
            return float(2.0 ** -(power & 0x7F) if power & 0x80 else 10.0**-power)
        at += 4 + (size + 3 & ~3)
    return 1e-6


def _packet(time: float, link: int, frame: bytes) -> Packet | None:
    data = _network_layer(link, frame)
    if len(data) < 20:
        return None
    version = data[0] >> 4
    if version == 4:
        if unpack_from(">H", data, 6)[0] & 0x1FFF:
            return None  # a later fragment
        kind, start = data[9], 4 * (data[0] & 15)
        hosts, end = (data[12:16], data[16:20]), unpack_from(">H", data, 2)[0]
    elif version == 6 and len(data) >= 40:
        kind, start = data[6], 40
        hosts, end = (data[8:24], data[24:40]), 40 + unpack_from(">H", data, 4)[0]
    else:
        return None
    names = [str(ip_address(h)) for h in hosts]
    segment = data[start : end or len(data)]
    if kind == _TCP and len(segment) >= 20:
        ports = unpack_from(">HH", segment)
        payload = segment[4 * (segment[12] >> 4) :]
        sequence, flags, network = unpack_from(">I", segment, 4)[0], segment[13], "tcp"
    elif kind == _UDP and len(segment) >= 8:
        ports, payload, sequence, flags = unpack_from(">HH", segment), segment[8:], 0, 0
        network = "udp"
    else:
        return None
    source, target = zip(names, ports, strict=True)
    return Packet(time, network, source, target, payload, sequence, flags)


def _network_layer(link: int, frame: bytes) -> bytes:
    if link == _ETHERNET:
        at = 12
        while frame[at : at + 2] in (b"\x81\x00", b"\x88\xa8"):  # VLAN tags
            at += 4
        return frame[at + 2 :]
    if link == _COOKED:
        return frame[16:]
    if link == _COOKED2:
        return frame[20:]
    if link in (0, 108):  # BSD loopback: four bytes say the family
        return frame[4:]
    return frame if link in (_RAW, 12, 14, 228, 229) else b""
