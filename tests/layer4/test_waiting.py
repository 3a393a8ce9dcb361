from math import inf

from caddylite.layer4.config import Route
from caddylite.layer4.matching import Matcher, NeedMore
from caddylite.layer4.routing import FALLBACK, PENDING, SETTLE, Router
from caddylite.layer4.waiting import ENDED, TIMEOUT, Waiting
from tests.layer4.routes import connection, hello, routes


class Undecided(Matcher, frozen=True):
    """A protocol whose first bytes could be anything: it always wants more."""

    def match(self, p):
        raise NeedMore


WAITS = Route(match=({"undecided": Undecided()},))
DNS_THEN_SSH = (WAITS, *routes({"ssh": {}}, None))
SSH = b"SSH-2.0-OpenSSH_9.2\r\n"


def waiting(*matchers, timeout=3.0):
    return Waiting(Router(routes(*matchers)), connection(), 0.0, timeout=timeout)


def test_a_matched_route_behind_an_uncommitted_one_is_taken_after_a_pause():
    w = Waiting(Router(DNS_THEN_SSH), connection(), 0.0)
    assert w.feed(SSH, 1.0) == PENDING
    assert w.wake_at == 1.0 + SETTLE
    assert w.wake(1.0 + SETTLE / 2) == PENDING
    assert w.wake(1.0 + SETTLE) == 1


def test_every_byte_starts_the_pause_anew():
    w = Waiting(Router(DNS_THEN_SSH), connection(), 0.0)
    w.feed(SSH[:10], 1.0)
    w.feed(SSH[10:], 1.09)
    assert w.wake(1.1) == PENDING
    assert w.wake(1.2) == 1


def test_no_pause_counts_before_the_first_byte():
    w = waiting({"tls": {"sni": ["a"]}}, {"remote_ip": {"ranges": ["192.0.2.1"]}})
    assert w.look(b"", 0.0) == PENDING
    assert w.wake_at == 3.0
    assert w.wake(1.0) == PENDING
    assert w.wake(3.0) == TIMEOUT


def test_nothing_overtakes_a_committed_route():
    w = waiting({"tls": {"sni": ["a"]}}, {"remote_ip": {"ranges": ["192.0.2.1"]}})
    assert w.feed(hello("a")[:60], 0.0) == PENDING
    assert w.wake(1.0) == PENDING
    assert w.feed(hello("a")[60:], 2.0) == 0


def test_a_route_without_matchers_is_never_taken_by_a_pause():
    w = Waiting(Router((WAITS, *routes(None))), connection(), 0.0)
    assert w.feed(b"\x00\x50abc", 0.0) == PENDING
    assert w.wake(0.5) == PENDING
    assert w.quiet_at == inf
    assert w.wake(3.0) == TIMEOUT


def test_nor_is_one_that_stands_behind_it():
    w = Waiting(Router((WAITS, *routes(None, {"ssh": {}}))), connection(), 0.0)
    assert w.feed(SSH, 0.0) == PENDING
    assert w.wake(0.5) == PENDING


def test_the_time_runs_out_and_the_pending_routes_are_named():
    w = waiting({"ssh": {}}, {"tls": {}}, {"remote_ip": {"ranges": ["10.0.0.0/8"]}}, timeout=1.0)
    w.look(b"", 0.0)
    assert w.wake(0.99) == PENDING
    assert w.wake(1.0) == TIMEOUT
    assert w.undecided() == [0, 1]


def test_an_ended_stream_is_not_waited_for():
    w = Waiting(Router(DNS_THEN_SSH), connection(), 0.0)
    w.feed(SSH, 0.0)
    assert w.end() == 1
    w = waiting({"tls": {}}, None)
    w.feed(b"\x16", 0.0)
    assert w.end() == ENDED


def test_matching_from_a_later_route_on():
    w = Waiting(Router(DNS_THEN_SSH), connection(), 0.0, first=1)
    assert w.feed(SSH, 0.0) == 1
    w = Waiting(Router(routes({"ssh": {}})), connection(), 0.0, first=1)
    assert w.feed(SSH, 0.0) == FALLBACK
