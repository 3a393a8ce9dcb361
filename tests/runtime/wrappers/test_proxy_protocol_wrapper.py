import pytest

from caddylite.caddy.listeners.proxy_protocol import ProxyProtocol
from caddylite.errors import ConfigError
from caddylite.runtime.wrappers import proxy_protocol
from caddylite.values import Duration
from tests.runtime.wrappers.stages import Line
from tests.tls.house import House

V1 = b"PROXY TCP4 203.0.113.9 198.51.100.1 5555 443\r\n"
V2 = b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xcb\x00\x71\x09\xc6\x33\x64\x01\x15\xb3\x01\xbb"
LOCAL = b"\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00"
PEER, CLIENT = ("192.0.2.7", 4711), ("203.0.113.9", 5555)


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


def line(house, remote=PEER, **ir) -> Line:
    made = ProxyProtocol(**ir)
    return Line(lambda tree, nxt: proxy_protocol.make(made, tree, nxt), house, remote)


@pytest.mark.parametrize("header", [V1, V2])
@pytest.mark.parametrize("step", [0, 1, 5])
def test_the_address_is_taken(house, header, step):
    found = line(house, allow=("192.0.2.0/24",)).send(header + b"GET /", step).taken
    assert found.cx.remote == CLIENT
    assert found.cx.local == ("198.51.100.1", 443)
    assert found.data == b"GET /"
    assert len(house.timers) == 0


@pytest.mark.parametrize(
    ("ir", "with_header", "without"),
    [
        ({}, ("dropped", PEER), ("passed", PEER)),
        ({"fallback_policy": "USE"}, ("dropped", CLIENT), ("passed", PEER)),
        ({"fallback_policy": "REQUIRE"}, ("dropped", CLIENT), ("closed", None)),
        ({"fallback_policy": "REJECT"}, ("closed", None), ("passed", PEER)),
        ({"fallback_policy": "SKIP"}, ("kept", PEER), ("passed", PEER)),
        ({"allow": ("192.0.2.7/32",)}, ("dropped", CLIENT), ("passed", PEER)),
        ({"allow": ("10.0.0.0/8",)}, ("dropped", PEER), ("passed", PEER)),
        (
            {"deny": ("192.0.2.0/24",), "fallback_policy": "USE"},
            ("closed", None),
            ("passed", PEER),
        ),
        (
            {"deny": ("192.0.2.0/24",), "allow": ("192.0.2.7/32",)},
            ("closed", None),
            ("passed", PEER),
        ),
    ],
)
def test_policies(house, ir, with_header, without):
    for data, (outcome, address) in ((V1 + b"GET /", with_header), (b"GET / HTTP", without)):
        found = line(house, **ir).send(data)
        if outcome == "closed":
            assert found.below.closed
            assert found.taken is None
            continue
        rest = {"dropped": b"GET /", "passed": b"GET / HTTP", "kept": V1 + b"GET /"}[outcome]
        assert found.taken.data == rest
        assert found.taken.cx.remote == address


def test_a_unix_socket_is_believed(house):
    assert line(house, remote="").send(V1).taken.cx.remote == CLIENT


def test_health_checks_keep_their_address(house):
    found = line(house, fallback_policy="USE").send(LOCAL + b"x").taken
    assert (found.cx.remote, found.data) == (PEER, b"x")


@pytest.mark.parametrize("bad", [b"PROXY nonsense here\r\n", V2[:12] + b"\x99" + V2[13:]])
def test_a_broken_header_closes(house, bad):
    found = line(house, fallback_policy="USE").send(bad)
    assert found.below.closed
    assert found.taken is None
    assert "PROXY header refused" in house.logged("debug")


def test_silence_counts_as_no_header(house):
    quiet = line(house, fallback_policy="USE", timeout=Duration.parse("2s")).send(V1[:10])
    assert quiet.taken is None
    house.pass_time(3)
    assert quiet.taken.data == V1[:10]
    strict = line(house, fallback_policy="REQUIRE")
    house.pass_time(11)
    assert strict.below.closed


def test_an_early_end(house):
    assert line(house).send(b"PRO").end().taken.data == b"PRO"
    assert line(house).end().taken.data == b""
    assert line(house, fallback_policy="REQUIRE").send(V1[:9]).end().below.closed


def test_a_connection_that_is_lost_leaves_nothing(house):
    gone = line(house).send(b"PRO")
    gone.flow.connectionLost()
    assert gone.owner.over == [gone.flow]
    assert house.timers == []


def test_bad_ranges_are_complained_of(house):
    with pytest.raises(ConfigError, match=r"netip\.ParsePrefix"):
        line(house, allow=("everybody",))
