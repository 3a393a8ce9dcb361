from twisted.internet.defer import CancelledError, Deferred

from caddylite.tls.live.waiting import abandonable, begin, pause
from tests.tls.house import House


def test_a_pause(tmp_path):
    house = House(tmp_path)
    waiting = pause(house, 5)
    house.pass_time(4)
    assert not waiting.called
    house.pass_time(1)
    assert waiting.called
    again = pause(house, 5)
    again.addErrback(lambda failure: failure.trap(CancelledError))
    again.cancel()
    assert house.timers == []


def test_what_is_abandoned_is_cancelled():
    """The work itself makes another error of that, as Twisted's endpoints do."""
    work = Deferred(lambda d: d.errback(ConnectionError("user aborted connection")))
    got = []

    async def patient():
        for _ in range(2):
            try:
                await abandonable(work)
            except ConnectionError:
                got.append("tried again")

    running = begin(patient())
    running.addErrback(lambda failure: got.append(failure.type))
    running.cancel()
    assert got == [CancelledError]


def test_what_is_not_abandoned_goes_through():
    for result in (7, ConnectionError("refused")):
        work, got = Deferred(), []
        abandonable(work).addBoth(lambda r, got=got: got.append(getattr(r, "value", r)))
        (work.errback if isinstance(result, Exception) else work.callback)(result)
        assert got == [result]
