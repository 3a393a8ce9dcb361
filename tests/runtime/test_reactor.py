import os
import socket

from twisted.internet.epollreactor import EPollReactor

from caddylite.runtime.reactor import _make_class, works
from caddylite.runtime.watch import IN, OUT, FastWatch, PlainWatch, watch_on


class Handler:
    def __init__(self, fail=False):
        self.events, self.fail, self.ended = [], fail, 0

    def ready(self, event):
        self.events.append(event)
        if self.fail:
            raise RuntimeError("a bug")

    def broken(self):
        self.ended += 1


def close(reactor):
    for fd in (reactor.waker.i, reactor.waker.o):
        os.close(fd)
    reactor._poller.close()


def test_the_check_passes_on_our_reactor_and_fails_on_another():
    reactor = _make_class()()
    assert works(reactor)
    assert reactor.fast == {}

    class Changed(type(reactor)):
        def doPoll(self, timeout):
            """A Twisted that dispatches in some other way."""

    changed = Changed()
    assert not works(changed)
    close(reactor)
    close(changed)


def test_each_reactor_gets_the_watch_it_can_carry():
    fast, stock = _make_class()(), EPollReactor()
    assert isinstance(watch_on(fast), FastWatch)
    assert isinstance(watch_on(stock), PlainWatch)
    close(fast)
    close(stock)


def each_watch():
    for make in (_make_class(), EPollReactor):
        reactor = make()
        yield reactor, watch_on(reactor)
        close(reactor)


def test_masks_are_obeyed():
    for reactor, watch in each_watch():
        a, b = socket.socketpair()
        handler = Handler()
        watch.add(a.fileno(), IN, handler)
        reactor.iterate(0)
        assert handler.events == []
        b.send(b"x")
        reactor.iterate(0)
        assert handler.events == [IN]
        watch.change(a.fileno(), OUT)
        reactor.iterate(0)
        assert handler.events[-1] & OUT
        watch.change(a.fileno(), 0)
        count = len(handler.events)
        reactor.iterate(0)
        assert len(handler.events) == count
        other = Handler()
        watch.replace(a.fileno(), IN, other)
        reactor.iterate(0)
        assert (len(handler.events), other.events) == (count, [IN])
        watch.remove(a.fileno())
        reactor.iterate(0)
        assert other.events == [IN]
        a.close()
        b.close()


def test_what_a_handler_raises_ends_that_one_only():
    for reactor, watch in each_watch():
        pairs = [socket.socketpair() for _ in range(2)]
        bad, good = Handler(fail=True), Handler()
        for (a, b), handler in zip(pairs, (bad, good), strict=True):
            watch.add(a.fileno(), IN, handler)
            b.send(b"x")
        reactor.iterate(0)
        assert bad.ended == 1
        assert good.events == [IN]
        for a, b in pairs:
            watch.forget(a.fileno())
            a.close()
            b.close()


def test_a_deferred_call_comes_after_the_events_of_the_round():
    for reactor, watch in each_watch():
        seen = []

        def again(what, watch=watch, seen=seen):
            seen.append(what)
            watch.soon(seen.append, "next round")

        watch.soon(again, "first")
        assert seen == []
        reactor.iterate(0)
        assert seen[0] == "first"
        reactor.iterate(0)
        reactor.iterate(0)
        assert seen == ["first", "next round"]


def test_what_a_deferred_call_raises_holds_up_no_other():
    reactor = _make_class()()
    seen = []
    watch = watch_on(reactor)
    watch.soon(lambda what: 1 / what, 0)
    watch.soon(seen.append, "other")
    reactor.iterate(10)  # it does not wait while something is to be done
    assert seen == ["other"]
    close(reactor)
