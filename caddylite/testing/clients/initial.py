"""QUIC clients: Initial packets that any server could open (RFC 9000, RFC 9001)."""

from collections.abc import Sequence
from typing import Final

from caddylite.errors import ConfigError
from caddylite.testing.clients.base import Client, datagram_client
from caddylite.testing.clients.hello import client_hello, protocols

_CONNECTION_ID: Final = bytes.fromhex("8394c8f03e515708")
_OURS: Final = bytes.fromhex("c0ffee00")
#: A datagram is made this long; of the ClientHello so much goes into each.
_DATAGRAM, _PIECE = 1200, 1100
_TRANSPORT_PARAMETERS = 57
#: What version 2 calls itself on the wire (RFC 9369 3).
_SECOND: Final = 0x6B3343CF


def quic(
    sni: str = "", alpn: Sequence[str] | str = "h3", *, like: str = "openssl", version: int = 1
) -> Client:
    """Return a QUIC client whose ClientHello names a server; it may need several datagrams.

    ``version`` is 1 or 2.
    """
    if version not in (1, 2, _SECOND):
        raise ConfigError(f"no QUIC version {version}", hint="write 1 or 2")
    offered = protocols(alpn)
    parameters = (_TRANSPORT_PARAMETERS, _parameters())
    record = client_hello(sni, offered, like=like, versions="1.3", extra=[parameters])
    message = record[5:]
    pieces = range(0, len(message), _PIECE)
    datagrams = [
        _datagram(number, at, message[at : at + _PIECE], _SECOND if version == 2 else version)
        for number, at in enumerate(pieces)
    ]
    client = datagram_client(f"QUIC, SNI {sni or 'absent'}", *datagrams)
    from dataclasses import replace

    return replace(client, server_name=sni, alpn=offered)


def _parameters() -> bytes:
    """Write initial_source_connection_id and room for data (RFC 9000 18.2)."""
    out = b"\x0f" + bytes((len(_OURS),)) + _OURS
    for kind, value in (
        (4, 1 << 20),
        (5, 1 << 18),
        (6, 1 << 18),
        (7, 1 << 18),
        (8, 100),
        (9, 100),
    ):
        number = _varint(value)
        out += bytes((kind, len(number))) + number
    return out


def _varint(value: int) -> bytes:
    for size, mark in ((1, 0), (2, 1), (4, 2), (8, 3)):
        if value < 1 << (8 * size - 2):
            return (value | mark << (8 * size - 2)).to_bytes(size, "big")
    raise ValueError(value)


def _datagram(number: int, offset: int, piece: bytes, version: int) -> bytes:
    from caddylite.wire.quic_initial import seal_initial

    frame = b"\x06" + _varint(offset) + _varint(len(piece)) + piece
    return seal_initial(_CONNECTION_ID, _OURS, number, frame, version, _DATAGRAM)
