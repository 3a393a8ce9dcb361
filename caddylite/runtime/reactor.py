"""Twisted's epoll reactor, with a second, much shorter way for descriptors that only relay.

Twisted spends about 85 µs on a proxied connection in transports, connectors and log contexts. A
descriptor added to ``fast`` is dispatched from the poll loop straight to its handler; everything
else goes the usual way. The class leans on three private parts of EPollReactor (``_poller``,
``_selectables``, ``_doReadOrWrite``), so :func:`make_reactor` tries it out before it is used, and
falls back to the stock reactor, where :class:`caddylite.runtime.watch.PlainWatch` does the same.
"""

import os
import sys
from collections.abc import Callable
from errno import EINTR
from typing import Any, Protocol

from twisted.internet.interfaces import IReactorCore
from twisted.logger import Logger

_log = Logger()


class Ready(Protocol):
    """Who is told that a descriptor is ready."""

    def ready(self, event: int) -> None:
        """Take an epoll event mask."""
        ...

    def broken(self) -> None:
        """``ready`` has raised: end this connection, and nothing else."""
        ...


#: Events fetched by one epoll_wait.
_BATCH = 512


def make_reactor(fast: bool = True) -> Any:
    """Install the best reactor for this platform and return it."""
    if fast and sys.platform == "linux":
        made = _fast_reactor()
        if made is not None:
            from twisted.internet.main import installReactor

            installReactor(made)  # type: ignore[no-untyped-call]
            return made
    from twisted.internet import reactor

    return reactor


def _fast_reactor() -> IReactorCore | None:
    try:
        made = _make_class()()
        return made if works(made) else None
    except Exception:
        _log.failure("the fast reactor cannot be used; falling back to the stock one")
        return None


def _make_class() -> Any:
    from twisted.internet.epollreactor import EPollReactor
    from twisted.python import log

    call: Callable[..., object] = log.callWithLogger

    class FastReactor(EPollReactor):
        """EPollReactor that tells the handlers in ``fast`` (by descriptor) directly.

        What is put into ``soon`` is called once the round's events have been dealt with: a
        ``callLater(0, …)`` at a tenth of the price.
        """

        def __init__(self) -> None:
            self.fast: dict[int, Ready] = {}
            self.soon: list[tuple[Callable[[Any], None], Any]] = []
            super().__init__()  # type: ignore[no-untyped-call]

        def doPoll(self, timeout: float | None) -> None:
            if self.soon:
                timeout = 0
            try:
                events = self._poller.poll(-1 if timeout is None else timeout, _BATCH)
            except OSError as e:
                if e.errno == EINTR:
                    return
                raise
            find = self.fast.get
            for fd, event in events:
                handler = find(fd)
                if handler is not None:
                    try:
                        handler.ready(event)
                    except Exception:
                        report(handler)
                    continue
                try:
                    selectable = self._selectables[fd]
                except KeyError:
                    continue
                call(selectable, self._doReadOrWrite, selectable, fd, event)
            if self.soon:
                due, self.soon = self.soon, []
                for do, what in due:
                    call_soon(do, what)

        doIteration = doPoll

    return FastReactor


def report(handler: Ready) -> None:
    """Log what a handler has raised, and let it end its connection."""
    _log.failure("unhandled error on a descriptor")
    try:
        handler.broken()
    except Exception:
        _log.failure("unhandled error while ending a connection")


def call_soon(do: Callable[[Any], None], what: Any) -> None:
    """Call one of ``soon``; what it raises concerns nobody else."""
    try:
        do(what)
    except Exception:
        _log.failure("unhandled error in a deferred call")


class _Check:
    def __init__(self) -> None:
        self.got: list[int] = []

    def ready(self, event: int) -> None:
        self.got.append(event)

    def broken(self) -> None:
        """Not called."""


def works(made: Any) -> bool:
    """Does a handler in ``fast`` get its events? Tried with a pipe before the reactor is used."""
    check = _Check()
    reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        made.fast[reader] = check
        made._poller.register(reader, 1)
        os.write(writer, b"x")
        made.doPoll(0)
        made._poller.unregister(reader)
        del made.fast[reader]
    finally:
        os.close(reader)
        os.close(writer)
    return check.got == [1]
