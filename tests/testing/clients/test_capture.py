"""Clients out of captures, written here byte for byte: pcap and pcapng, several link layers."""

import struct
from ipaddress import ip_address

import pytest

from caddylite.errors import ConfigError
from caddylite.testing.clients import capture, pcap
from caddylite.testing.clients.pcap_file import read

ME, YOU = ("192.0.2.7", 40000), ("203.0.113.1", 443)
ME6, YOU6 = ("2001:db8::7", 40000), ("2001:db8::1", 443)
SYN, ACK = 2, 16


def tcp(source, target, payload=b"", sequence=0, flags=ACK) -> bytes:
    segment = struct.pack(">HHIIBBHHH", source[1], target[1], sequence, 0, 5 << 4, flags, 0, 0, 0)
    return ip(source, target, 6, segment + payload)


def udp(source, target, payload) -> bytes:
    segment = struct.pack(">HHHH", source[1], target[1], 8 + len(payload), 0) + payload
    return ip(source, target, 17, segment)


def ip(source, target, kind, body) -> bytes:
    addresses = ip_address(source[0]).packed + ip_address(target[0]).packed
    if ":" in source[0]:
        return struct.pack(">IHBB", 6 << 28, len(body), kind, 64) + addresses + body
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0, 64, kind, 0) + addresses + body


def ethernet(packet: bytes, tags: bytes = b"") -> bytes:
    kind = b"\x86\xdd" if packet[0] >> 4 == 6 else b"\x08\x00"
    return bytes(12) + tags + kind + packet + b"pad"


def pcap_of(frames, link=1, order="<") -> bytes:
    out = struct.pack(order + "IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, link)
    for i, frame in enumerate(frames):
        out += struct.pack(order + "IIII", 100 + i, 500000, len(frame), len(frame)) + frame
    return out


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    body += bytes(-len(body) % 4)
    size = 12 + len(body)
    return struct.pack(order + "II", kind, size) + body + struct.pack(order + "I", size)


def pcapng_of(frames, link=1, order="<") -> bytes:
    out = block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)
    resolution = struct.pack(order + "HHB3xHH", 9, 1, 9, 0, 0)
    out += block(1, struct.pack(order + "HHI", link, 0, 0) + resolution, order)
    for frame in frames:
        stamp = 100_500_000_000
        head = struct.pack(
            order + "IIIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, len(frame), len(frame)
        )
        out += block(6, head + frame, order)
    return out


PACKETS = [
    tcp(ME, YOU, sequence=1000, flags=SYN),
    tcp(YOU, ME, flags=SYN | ACK),
    tcp(ME, YOU, b"world", 1007),  # out of order
    tcp(ME, YOU, b"hello ", 1001),
    tcp(ME, YOU, b"hello ", 1001),  # again
    udp(ME, ("203.0.113.1", 53), b"one"),
    udp(ME, ("203.0.113.1", 53), b"two"),
    udp(("203.0.113.1", 53), ME, b"answer"),
    udp(ME, ("203.0.113.1", 53), b"later"),
    tcp(ME6, YOU6, sequence=5, flags=SYN),
    tcp(ME6, YOU6, b"six", 6),
    tcp(("192.0.2.8", 50000), YOU, b"its beginning is missing", 77),
    tcp(YOU, ("192.0.2.9", 50001), b"a server that speaks", 77),
]


@pytest.mark.parametrize("make", [pcap_of, pcapng_of])
@pytest.mark.parametrize("order", ["<", ">"])
def test_every_client_of_a_capture(tmp_path, make, order):
    file = tmp_path / "x.pcap"
    file.write_bytes(make([ethernet(p) for p in PACKETS], order=order))
    found = capture.clients(str(file))
    assert [(c.network, c.remote, c.local, c.data) for c in found] == [
        ("tcp", ME, YOU, b"hello world"),
        ("udp", ME, ("203.0.113.1", 53), b"onetwo"),
        ("tcp", ME6, YOU6, b"six"),
        ("tcp", ("192.0.2.8", 50000), YOU, b"its beginning is missing"),
    ]
    assert found[1].datagrams == (b"one", b"two")
    assert pcap(str(file), port=53).data == b"onetwo"
    assert pcap(str(file), port=443, stream=1).data == b"six"
    with pytest.raises(ConfigError, match="has 4 such streams, and no number 9"):
        pcap(str(file), stream=9)


@pytest.mark.parametrize(
    ("link", "wrap"),
    [
        (1, lambda p: ethernet(p, b"\x81\x00\x00\x05")),
        (101, lambda p: p),
        (113, lambda p: bytes(16) + p),
        (276, lambda p: bytes(20) + p),
        (0, lambda p: bytes(4) + p),
    ],
)
def test_link_layers(link, wrap):
    packets = list(read(pcap_of([wrap(p) for p in PACKETS], link)))
    assert len(packets) == len(PACKETS)
    assert packets[3].payload == b"hello "
    assert packets[0].time == 100.5


def test_time_stamps_of_pcapng():
    (packet,) = read(pcapng_of([ethernet(PACKETS[0])]))
    assert packet.time == pytest.approx(100.5)


@pytest.mark.parametrize("cut", [0, 3, 30, 50, 100])
def test_what_is_cut_short_or_nonsense(cut):
    for make in (pcap_of, pcapng_of):
        data = make([ethernet(p) for p in PACKETS])
        if cut < 4:
            with pytest.raises(ConfigError):
                list(read(data[:cut]))
        else:
            list(read(data[:cut]))
            list(read(data[:40] + bytes(cut) + data[40:]))


def test_the_sample_capture_is_what_our_clients_say():
    """``python -m tests.testing.sample_capture`` writes it anew."""
    from tests.testing.sample_capture import FILE, HOUR
    from tests.testing.sample_capture import capture as made

    assert FILE.read_bytes() == made()
    assert len(capture.clients(str(FILE))) == len(HOUR)
