"""Spoilt and made-up bytes into each wire parser: no exception, and an answer once given stays.

``CADDYLITE_FUZZ`` is the time for each parser in seconds (1 if not said).
"""

import os
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caddylite.wire import (
    clienthello,
    dns,
    http_head,
    openvpn,
    postgres,
    proxy_header,
    quic_initial,
    rdp,
    socks5,
    winbox,
)
from caddylite.wire.http1 import RequestReader
from tests.layer4.clients import names, recording
from tests.wire.logins import login

SECONDS = float(os.environ.get("CADDYLITE_FUZZ", "1"))
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
]


@st.composite
def spoilt(draw):
    """A sample with bytes changed, taken out, doubled or swapped; or two of them; or noise."""
    data = bytearray(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(0, 6))):
        if not data:
            break
        at = draw(st.integers(0, len(data) - 1))
        kind = draw(st.integers(0, 4))
        if kind == 0:
            data[at] = draw(st.integers(0, 255))
        elif kind == 1:
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif kind == 2:
            del data[at : at + draw(st.integers(1, 9))]
        elif kind == 3:
            data[at:at] = data[at : at + draw(st.integers(1, 40))]
        else:
            data[at : at + 4] = draw(
                st.sampled_from([b"\xff" * 4, bytes(4), b"\r\n\r\n", b"\0\1"])
            )
    if draw(st.booleans()):
        data = data[: draw(st.integers(0, len(data)))]
    if draw(st.integers(0, 5)) == 0:
        data += draw(st.sampled_from(SAMPLES))
    return bytes(data)


inputs = st.one_of(spoilt(), spoilt(), spoilt(), st.binary(max_size=400))


def _whole_dns(data):
    return dns.read(data, len(data))


def _quic(data):
    reader = quic_initial.InitialReader()
    for i in range(0, len(data), 1200):
        reader.feed(data[i : i + 1200])
    return reader.outcome


def _hello(data):
    """Every fact of it is asked for, since they are read when they are needed."""
    found = clienthello.read(data)
    if isinstance(found, clienthello.Hello):
        for fact in ("server_name", "alpn", "versions", "random", "session_id", "ciphers",
                     "groups", "signature_schemes", "extensions", "problem"):  # fmt: skip
            getattr(found, fact)
    return found


def _openvpn(data):
    if not data:
        return None
    rules = openvpn.Rules()
    tests = openvpn.is_plain(data), openvpn.is_signed(data, rules, 1e9)
    return (*tests, openvpn.is_crypt(data, rules, 1e9), openvpn.is_crypt_v2(data, rules, 1e9))


def _requests(data):
    """Whole and in two: the same events."""
    out = []
    for pieces in ([data], [data[: len(data) // 2], data[len(data) // 2 :]]):
        reader = RequestReader()
        events = [type(event).__name__ for piece in pieces for event in reader.feed(piece)]
        out.append("Bad" in events)
        reader.close()
    return out


#: Parser, and whether its input is a stream (then its answer must stay when more comes).
PARSERS = {
    "clienthello": (_hello, True),
    "http_head": (http_head.read, True),
    "postgres": (postgres.read, False),
    "proxy_header": (proxy_header.read, True),
    "rdp": (rdp.read, True),
    "winbox": (winbox.read, True),
    "socks5 greeting": (socks5.read_greeting, True),
    "socks5 credentials": (socks5.read_credentials, True),
    "socks5 request": (socks5.read_request, True),
    "socks5 datagram": (socks5.read_datagram, False),
    "dns": (_whole_dns, False),
    "quic": (_quic, False),
    "openvpn": (_openvpn, False),
    "http1": (_requests, False),
}


def _undecided(answer) -> bool:
    return answer is None or type(answer).__name__ == "Incomplete"


@pytest.mark.timeout(max(120, SECONDS * 2))
@pytest.mark.parametrize("name", PARSERS)
def test_nothing_breaks_it(name):
    parse, stream = PARSERS[name]
    end = time.monotonic() + SECONDS

    @settings(
        max_examples=200, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(inputs, st.integers(0, 2000))
    def check(data: bytes, cut: int) -> None:
        if time.monotonic() > end:
            return
        whole = parse(data)
        if stream:
            part = parse(data[:cut])
            assert _undecided(part) or type(part) is type(whole)

    while time.monotonic() < end:
        check()
