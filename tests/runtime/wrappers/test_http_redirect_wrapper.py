import pytest

from caddylite.caddy.listeners.http_redirect import HTTPRedirect
from caddylite.runtime.wrappers import http_redirect
from tests.runtime.wrappers.stages import Line
from tests.tls.house import House

REQUEST = b"GET /a%20b?x=1 HTTP/1.1\r\nHost: a.test:8443\r\nUser-Agent: x\r\n\r\n"


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


def line(house, **ir) -> Line:
    made = HTTPRedirect(**ir)
    return Line(lambda tree, nxt: http_redirect.make(made, tree, nxt), house)


@pytest.mark.parametrize("step", [0, 1, 6])
def test_a_request_is_redirected(house, step):
    found = line(house).send(REQUEST, step)
    assert found.below.closed
    assert found.taken is None
    assert found.below.out == (
        b"HTTP/1.0 308 Permanent Redirect\r\n"
        b"Location: https://a.test:8443/a%20b?x=1\r\nContent-Length: 0\r\n\r\n"
    )
    assert house.timers == []


@pytest.mark.parametrize(
    ("request_line", "location"),
    [
        (b"HEAD / HTTP/1.1", b"https://h/"),
        (b"POST /p HTTP/1.1", b"https://h/p"),
        (b"PUT /p?q HTTP/1.1", b"https://h/p?q"),
        (b"OPTIONS * HTTP/1.1", b"https://h*"),
        ('GET /é"<> HTTP/1.1'.encode(), b"https://h/%C3%A9%22%3C%3E"),
    ],
)
def test_locations_are_caddys(house, request_line, location):
    found = line(house).send(request_line + b"\r\nHost: h\r\n\r\n")
    assert b"\r\nLocation: " + location + b"\r\n" in found.below.out


@pytest.mark.parametrize(
    "data", [b"\x16\x03\x01\x00\xa5\x01", b"PATCH / HTTP/1.1\r\n\r\n", b"SSH-2.0-x\r\n", b"GETTER"]
)
def test_all_else_goes_on(house, data):
    assert line(house).send(data).taken.data == data
    slow = line(house).send(data, 1)
    assert slow.taken is not None
    assert house.timers == []


def test_every_beginning_of_the_five_letters_waits(house):
    for size in range(5):
        assert line(house).send(b"GET /"[:size]).taken is None


@pytest.mark.parametrize(
    "bad",
    [
        b"GET / HTTP/1.1\r\n\r\n",  # no host to redirect to
        b"GET /\x01 nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nbroken\r\n\r\n",
    ],
)
def test_what_is_no_request_is_closed(house, bad):
    found = line(house).send(bad)
    assert found.below.closed
    assert found.below.out == b""


def test_a_head_that_does_not_end_is_bounded(house):
    found = line(house, max_header_bytes=1000)
    found.send(b"GET / HTTP/1.1\r\n" + b"X-A: b\r\n" * 200)
    assert found.below.closed


def test_silence_is_not_waited_for(house):
    found = line(house).send(b"GE")
    house.pass_time(61)
    assert found.below.closed


def test_an_early_end_goes_on(house):
    found = line(house).send(b"GE").end()
    assert found.taken.data == b"GE"
    assert house.timers == []


def test_a_connection_that_is_lost_leaves_nothing(house):
    line(house).send(b"GE").flow.connectionLost()
    assert house.timers == []
