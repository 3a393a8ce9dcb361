"""Clients out of a capture: the first bytes that each said."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from caddylite.errors import ConfigError
from caddylite.testing.clients.base import Client
from caddylite.testing.clients.pcap_file import Packet, read

#: Of a connection so many bytes are kept, of an association so many datagrams.
_BYTES, _DATAGRAMS = 18 * 1024, 8
_SYN, _ACK = 2, 16
_Key = tuple[str, tuple[str, int], tuple[str, int]]
#: Ports below this are taken for servers' where the capture does not show who began.
_SERVERS: Final = 10240


def pcap(file: str, *, stream: int = 0, port: int = 0, network: str = "", at: str = "") -> Client:
    """Return a client of a capture: the ``stream``-th that went to ``port`` (0: any).

    ``network`` is ``tcp`` or ``udp`` if only those count; ``at`` is the client's address.
    """
    found = [
        c
        for c in clients(file)
        if port in (0, (c.local or ("", 0))[1])
        and network in ("", c.network)
        and at in ("", c.remote[0])
    ]
    if stream >= len(found):
        raise ConfigError(f"{file} has {len(found)} such streams, and no number {stream}")
    return found[stream]


def clients(file: str) -> list[Client]:
    """Return every client of a capture, in the order in which they came; silent ones too."""
    try:
        data = Path(file).read_bytes()
    except OSError as e:
        raise ConfigError(f"open {file}: {(e.strerror or '').lower()}") from None
    return list(_clients(read(data, file), Path(file).name))


def _clients(packets: Iterator[Packet], name: str) -> Iterator[Client]:
    streams: dict[_Key, list[Packet]] = {}
    answered: set[_Key] = set()
    for p in packets:
        there, back = (p.network, p.source, p.target), (p.network, p.target, p.source)
        if back in streams:
            answered.add(back)
        elif there in streams:
            if not (p.network == "udp" and there in answered):
                streams[there].append(p)
        elif p.network == "udp" or p.flags & (_SYN | _ACK) == _SYN:
            streams[there] = [p]
        elif p.payload and p.source[1] > p.target[1] and p.target[1] < _SERVERS:
            streams[there] = [p]  # its beginning is not in the capture
    for number, (key, found) in enumerate(streams.items()):
        yield _client(key, found, f"{name} stream {number}")


def _client(key: _Key, packets: list[Packet], label: str) -> Client:
    network, remote, local = key
    if network == "udp":
        grams = tuple(p.payload for p in packets[:_DATAGRAMS])
        client = Client(b"".join(grams), network="udp", datagrams=grams, label=label)
    else:
        client = Client(_stream(packets), label=label)
    return replace(client, remote=remote, local=local, time=packets[0].time)


def _stream(packets: list[Packet]) -> bytes:
    """Put the segments in order; what is missing ends it."""
    first = packets[0]
    start = first.sequence + (1 if first.flags & _SYN else 0)
    pieces = sorted(((p.sequence - start) & 0xFFFFFFFF, p.payload) for p in packets if p.payload)
    out = b""
    for offset, payload in pieces:
        if offset > len(out) or len(out) >= _BYTES:
            break
        out += payload[len(out) - offset :]
    return out[:_BYTES]
