from twisted.internet.task import Clock

from caddylite.layer4.live.timeouts import Timeouts


def made(seconds=3.0):
    clock = Clock()
    return clock, Timeouts(seconds, clock.callLater, clock.seconds)


def test_they_come_late_but_never_early():
    clock, timeouts = made()
    out = []
    timeouts.add(lambda: out.append(clock.seconds()))
    clock.pump([0.1] * 40)
    assert len(out) == 1
    assert 3.0 <= out[0] <= 3.0 + timeouts.slack + 0.1


def test_one_timer_for_all():
    clock, timeouts = made()
    out = []
    for i in range(100):
        timeouts.add(lambda i=i: out.append(i))
        clock.advance(0.01)
    assert len(clock.getDelayedCalls()) == 1
    clock.pump([0.05] * 100)
    assert out == list(range(100))
    assert clock.getDelayedCalls() == []


def test_cancelled_ones_are_let_go():
    clock, timeouts = made()
    entries = [timeouts.add(lambda: 1 / 0) for _ in range(10)]
    for entry in entries:
        timeouts.cancel(entry)
    clock.advance(4)
    assert clock.getDelayedCalls() == []
    assert not timeouts._queue


def test_a_failing_call_does_not_stop_the_others():
    clock, timeouts = made()
    out = []
    timeouts.add(lambda: 1 / 0)
    timeouts.add(lambda: out.append(1))
    for _ in range(3):
        try:
            clock.advance(2)
        except ZeroDivisionError:
            continue
    assert out == [1]


def test_adding_from_within():
    clock, timeouts = made(1.0)
    out = []
    timeouts.add(lambda: timeouts.add(lambda: out.append(clock.seconds())))
    clock.pump([0.25] * 12)
    assert len(out) == 1
