"""Matchers made from Caddyfile words, and what they say to recorded and made-up clients."""

import json
from pathlib import Path

import pytest
from hypothesis import strategies as st

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.parser import parse
from caddylite.codec import from_plain, to_plain
from caddylite.errors import ConfigError
from caddylite.layer4.config import Route
from caddylite.layer4.matching import Connection, NeedMore, Peek
from caddylite.layer4.sets import all_of
from caddylite.layer4.syntax import parse_matcher_set

FIXTURES = Path(__file__).parent.parent / "fixtures"
UDP = ("dns_udp", "openvpn_udp", "quic", "wireguard")


def words(text):
    """Return a Dispenser over a Caddyfile fragment."""
    (block,) = parse("{\n" + text + "\n}\n")
    return Dispenser([token for segment in block.segments for token in segment])


def matcher(text, house=None):
    """Return the prepared matcher of one matcher set written in a Caddyfile."""
    d = words(f"@name {text}")
    d.next()
    return all_of(parse_matcher_set(d), house)


def tcp(**known):
    """Return a TCP connection."""
    return Connection(("192.0.2.7", 40000), ("192.0.2.1", 443), "tcp", 1_700_000_000.0, **known)


def udp(**known):
    """Return a UDP association."""
    return Connection(("192.0.2.7", 40000), ("192.0.2.1", 443), "udp", 1_700_000_000.0, **known)


def recording(name):
    """Return the datagrams (UDP) or the one stream (TCP) that a real client sent."""
    lines = [bytes.fromhex(line) for line in (FIXTURES / f"{name}.hex").read_text().split()]
    return lines if name.startswith(UDP) else [b"".join(lines)]


def names(kind):
    """Return the names of all recordings over ``tcp`` or ``udp``."""
    found = sorted(path.stem for path in FIXTURES.glob("*.hex"))
    return [name for name in found if name.startswith(UDP) == (kind == "udp")]


def says(match, data, cx=None, memo=None):
    """Return True, False, or None while the matcher needs more of a stream."""
    try:
        return match(Peek(data, cx or tcp(), (), memo))
    except NeedMore:
        return None


def says_to_datagrams(match, datagrams, cx=None, memo=None):
    """Return True, False, or None while the matcher needs more datagrams."""
    try:
        return match(Peek(b"".join(datagrams), cx or udp(), tuple(datagrams), memo))
    except NeedMore:
        return None


def settles(match, data, wanted, tail=b"\x00more\r\n" * 9):
    """Is this the answer for the whole, and none other for any beginning or with more behind?"""
    assert says(match, data) is wanted
    for end in range(len(data)):
        memo = {}
        assert says(match, data[:end], memo=memo) in (None, wanted), end
        assert says(match, data, memo=memo) is wanted, end
    assert says(match, data + tail) is wanted
    return True


def decides_after(match, data):
    """Return after how many bytes the matcher has its answer."""
    return next(n for n in range(len(data) + 1) if says(match, data[:n]) is not None)


def recordings_matched(match):
    """Return the names of the TCP recordings that match."""
    return {name for name in names("tcp") if says(match, recording(name)[0]) is True}


def datagrams_matched(match):
    """Return the names of the UDP recordings that match."""
    return {name for name in names("udp") if says_to_datagrams(match, recording(name)) is True}


def keeps_its_mind(match, data):
    """Does no further byte change an answer once given? (No other exception may come.)"""
    memo = {}
    given = None
    for end in range(len(data) + 1):
        answer = says(match, data[:end], memo=memo)
        assert given is None or answer is given, end
        given = answer
    assert says(match, data) is given
    return True


def streams(*beginnings):
    """Generate streams: noise, and the given beginnings with some bytes changed, cut or added."""

    @st.composite
    def spoilt(draw):
        data = bytearray(draw(st.sampled_from(beginnings)))
        for _ in range(draw(st.integers(0, 3))):
            if data:
                data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
        return bytes(data[: draw(st.integers(0, len(data)))]) + draw(st.binary(max_size=8))

    return st.one_of(st.binary(max_size=64), spoilt())


def plain(text):
    """Return the JSON form of a matcher set written in a Caddyfile."""
    d = words(f"@name {text}")
    d.next()
    return {name: to_plain(m) for name, m in parse_matcher_set(d).items()}


def complaint(text):
    """Return what is wrong with a matcher set, with the line it is said to be on."""
    with pytest.raises(ConfigError) as caught:
        plain(text)
    return str(caught.value)


def unusable(text):
    """Return why a matcher that can be read cannot be used (without the words about which)."""
    with pytest.raises(ConfigError) as caught:
        matcher(text)
    start, colon, why = str(caught.value).partition(": provision ")
    name = text.split()[0]
    assert (start, colon) == (f"module name '{name}'", ": provision ")
    return why.removeprefix(f"layer4.matchers.{name}: ")


def from_json(text):
    """Return the matchers of a set written in JSON, prepared together."""
    return all_of(from_plain(Route, {"match": [json.loads(text)]}).match[0], None)
