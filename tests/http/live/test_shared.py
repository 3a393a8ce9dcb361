"""HTTP/2 connections shared by the requests to an origin."""

from twisted.internet.defer import Deferred

from caddylite.http.live.proxy.call import UpstreamError
from caddylite.http.live.proxy.shared import Shared
from tests.http.live.http2_peer import outcome


class Link:
    """As much of a connection as matters here."""

    multiplexed = True

    def __init__(self):
        self.takes = True
        self.on_end = None
        self.retired = False

    def retire(self):
        self.retired = True
        self.on_end()


class Old:
    multiplexed = False


class Dials:
    """Counts attempts and lets a test decide their ends."""

    def __init__(self):
        self.pending = []

    def __call__(self):
        self.pending.append(Deferred())
        return self._wait(self.pending[-1])

    async def _wait(self, deferred):
        return await deferred


def test_one_dials_and_the_others_wait():
    shared, dials, link = Shared(), Dials(), Link()
    wanted = [outcome(shared.get("a", dials, True)) for _ in range(5)]
    assert len(dials.pending) == 1
    dials.pending[0].callback(link)
    assert wanted == [[("done", link)]] * 5
    assert outcome(shared.get("b", dials, True)) == []


def test_another_when_the_first_is_full():
    shared, dials, first, second = Shared(), Dials(), Link(), Link()
    outcome(shared.get("a", dials, True))
    dials.pending[0].callback(first)
    first.takes = False
    got = outcome(shared.get("a", dials, True))
    dials.pending[1].callback(second)
    assert got == [("done", second)]
    first.takes = True
    assert shared.take("a") is first


def test_a_failure_is_everybodys():
    shared, dials = Shared(), Dials()
    wanted = [outcome(shared.get("a", dials, True)) for _ in range(3)]
    problem = UpstreamError("connection refused", dialing=True)
    dials.pending[0].errback(problem)
    assert wanted == [[("failed", problem)]] * 3
    outcome(shared.get("a", dials, True))
    assert len(dials.pending) == 2


def test_whoever_gives_up_leaves_dialling_to_the_next():
    shared, dials, link = Shared(), Dials(), Link()
    outcome(shared.get("a", dials, True))
    waiting = outcome(shared.get("a", dials, True))
    dials.pending[0].errback(KeyboardInterrupt())
    assert len(dials.pending) == 2
    dials.pending[1].callback(link)
    assert waiting == [("done", link)]


def test_until_the_version_is_known_everybody_dials():
    shared, dials, link = Shared(), Dials(), Link()
    old = [outcome(shared.get("a", dials, False)) for _ in range(2)]
    assert len(dials.pending) == 2
    made = Old()
    dials.pending[0].callback(made)
    assert old[0] == [("done", made)]
    dials.pending[1].callback(link)
    assert shared.take("a") is link
    link.takes = False
    for _ in range(2):
        outcome(shared.get("a", dials, False))
    assert len(dials.pending) == 3  # it is known now


def test_what_has_ended_is_forgotten():
    shared, dials, link = Shared(), Dials(), Link()
    outcome(shared.get("a", dials, True))
    dials.pending[0].callback(link)
    shared.close()
    assert link.retired
    assert shared.take("a") is None
    assert shared._links == {}
