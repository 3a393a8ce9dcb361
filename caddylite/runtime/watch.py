"""Being told when descriptors are ready: on the fast reactor, or on any Twisted reactor."""

import select
from collections.abc import Callable
from typing import Any, Final, Protocol

from twisted.internet.interfaces import IReadWriteDescriptor
from zope.interface import implementer

from caddylite.runtime.reactor import Ready, report

#: The bits of an event mask (epoll's numbers, used on every reactor).
IN: Final = 1
OUT: Final = 4
ERR: Final = 8
HUP: Final = 16
BROKEN: Final = ERR | HUP


class Watch(Protocol):
    """Level-triggered: a handler is called again as long as its descriptor stays ready.

    A handler may be called with a stale event (the descriptor was closed and its number taken
    again within one round), so it must treat every event as a hint.
    """

    def add(self, fd: int, mask: int, handler: Ready) -> None:
        """Start watching a descriptor."""
        ...

    def change(self, fd: int, mask: int) -> None:
        """Watch for something else; errors are always reported."""
        ...

    def replace(self, fd: int, mask: int, handler: Ready) -> None:
        """Give a watched descriptor another mask and handler."""
        ...

    def remove(self, fd: int) -> None:
        """Stop watching a descriptor that stays open."""
        ...

    def forget(self, fd: int) -> None:
        """Stop watching a descriptor that is about to be closed."""
        ...

    def soon(self, do: Callable[[Any], None], what: Any) -> None:
        """Call ``do(what)`` once whoever is at work now has finished."""
        ...


class FastWatch:
    """Uses the reactor's own epoll object."""

    __slots__ = ("_fast", "_modify", "_reactor", "_register", "_unregister", "change", "forget")

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._fast: dict[int, Ready] = reactor.fast
        self._register = reactor._poller.register
        self._modify = self.change = reactor._poller.modify
        self._unregister = reactor._poller.unregister
        self.forget = self._forget

    def add(self, fd: int, mask: int, handler: Ready) -> None:
        """Start watching."""
        self._register(fd, mask)
        self._fast[fd] = handler

    def replace(self, fd: int, mask: int, handler: Ready) -> None:
        """Change mask and handler."""
        self._modify(fd, mask)
        self._fast[fd] = handler

    def remove(self, fd: int) -> None:
        """Stop watching."""
        if self._fast.pop(fd, None) is not None:
            self._unregister(fd)

    def _forget(self, fd: int) -> None:
        self._fast.pop(fd, None)  # closing takes it out of the epoll set

    def soon(self, do: Callable[[Any], None], what: Any) -> None:
        """Call it at the end of this round of the reactor."""
        self._reactor.soon.append((do, what))


class PlainWatch:
    """Uses ``addReader`` and ``addWriter``, which every Twisted reactor on Unix has."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._watched: dict[int, _Descriptor] = {}

    def add(self, fd: int, mask: int, handler: Ready) -> None:
        """Start watching."""
        descriptor = self._watched[fd] = _Descriptor(fd, handler)
        self._set(descriptor, mask)

    def change(self, fd: int, mask: int) -> None:
        """Change the mask."""
        descriptor = self._watched.get(fd)
        if descriptor is not None:
            self._set(descriptor, mask)

    def replace(self, fd: int, mask: int, handler: Ready) -> None:
        """Change mask and handler."""
        self.remove(fd)
        self.add(fd, mask, handler)

    def remove(self, fd: int) -> None:
        """Stop watching."""
        descriptor = self._watched.pop(fd, None)
        if descriptor is not None:
            self._set(descriptor, 0)
            descriptor.gone = True

    forget = remove

    def soon(self, do: Callable[[Any], None], what: Any) -> None:
        """Call it in the next round."""
        self._reactor.callLater(0, do, what)

    def _set(self, descriptor: "_Descriptor", mask: int) -> None:
        if mask & IN:
            self._reactor.addReader(descriptor)
        else:
            self._reactor.removeReader(descriptor)
        if mask & OUT:
            self._reactor.addWriter(descriptor)
        else:
            self._reactor.removeWriter(descriptor)


@implementer(IReadWriteDescriptor)
class _Descriptor:
    __slots__ = ("_fd", "gone", "handler")

    def __init__(self, fd: int, handler: Ready) -> None:
        self._fd, self.handler, self.gone = fd, handler, False

    def fileno(self) -> int:
        return -1 if self.gone else self._fd

    def logPrefix(self) -> str:
        return "watch"

    def doRead(self) -> None:
        if not self.gone:
            self._call(IN)

    def doWrite(self) -> None:
        if not self.gone:
            self._call(OUT)

    def connectionLost(self, reason: object) -> None:
        if not self.gone:
            self._call(HUP)

    def _call(self, event: int) -> None:
        try:
            self.handler.ready(event)
        except Exception:
            report(self.handler)


def watch_on(reactor: Any) -> Watch:
    """Return the quickest Watch that this reactor can carry."""
    return FastWatch(reactor) if hasattr(reactor, "fast") else PlainWatch(reactor)


def is_broken(fd: int) -> bool:
    """Ask the kernel: the event may have been for an earlier owner of the number."""
    poll = select.poll()
    poll.register(fd, 0)
    return bool(poll.poll(0))
